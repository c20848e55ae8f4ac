"""A small protocol that each test changes in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """\
id: small
title: A small protocol
identifiers: [{id: SMALL-1, authority: nobody}]
registry:
  - {status: recruiting, since: {day: 2024-05-01}, source: made up}
records:
  - {id: words, file: words.txt, sha256: DIGEST}
arms:
  - {id: arm-1, label: Arm 1, type: other, description: Treated., interventions: [surgery]}
interventions:
  - {id: surgery, label: Surgery, type: procedure}
default_version: first
versions:
  - name: first
    label: The only version
    effective: {day: 2024-05-01}
    windows:
      laboratory: {length: 90 d, status: assumption, source: made up}
    absence: {no: [diabetes], because: made up}
    inclusion:
      - id: I1
        text: Ki-67 up to 20 %
        sources: [{record: words, spans: [[0, 16]]}]
        rule: {latest: ki-67, is: "<= 20 %"}
    exclusion:
      - id: E1
        text: low blood
        sources: [{record: words, spans: [[17, 26]]}]
        rule:
          any:
            - {latest: haemoglobin, is: "< 8.0 g/dL", within: laboratory}
            - {latest: platelets, is: "< 75 10*9/L", within: laboratory}
            - {record: diabetes}
"""
WORDS = "Ki-67 up to 20 %\nlow blood\n"
DIGEST = "8d60b6a53092119d808c2b619fa5710e8c0e37619f3ef24cc8a9b9dd2ec92cb0"
PLAN = """\
plans:
  conduct:
    label: A drug and surgery
    epochs: [{id: treatment, label: Treatment}]
    courses:
      - id: drug
        label: The drug
        kind: dose
        epoch: treatment
        arms: [arm-2]
        concept: chemotherapy
        steps: [drug-1, drug-2, drug-3]
        first: [{after: randomisation, target: 7, late: 7, source: a leaflet}]
        interval: {after: previous, target: 28, early: 3, late: 5, mark: secondary, source: a leaflet}
        amount: {unit: mg, levels: [{id: full, amount: 100}, {id: half, amount: 50}], plausible: [1, 900]}
      - id: operation
        label: The operation
        kind: operation
        epoch: treatment
        arms: [arm-1, arm-2]
        concept: partial-hepatectomy
        intervention: surgery
        steps: [op-day]
        after: [drug]
        first:
          - {arms: [arm-1], after: randomisation, target: 30, late: 30}
          - {arms: [arm-2], after: drug, target: 42, late: 14, not_sooner_than: [{after: last-dose, days: 21}]}
    activities:
      - id: scan
        label: Scan
        kind: tumour-assessment
        epoch: treatment
        arms: [arm-1, arm-2]
        timing: [{after: randomisation, target: 84, early: 7, late: 7}]
        repeats: {every: 84, until: 336}
      - id: blood
        label: Blood before each dose
        kind: laboratory
        epoch: treatment
        arms: [arm-2]
        each: drug
        timing: [{after: step, target: -3, early: 4, late: 3}]
        concepts: [platelets]
    decisions:
      - id: resectable
        label: Can it be removed?
        arms: [arm-2]
        before: operation
        options: [{id: "yes", label: It can}, {id: "no", label: It cannot, ends: [operation]}]
    gates:
      - id: blood-count
        label: Platelets are known
        before: [drug]
        rule: {latest: platelets, is: ">= 75 10*9/L", within: 7 d}
        unlock: A count of the last 7 days.
      - id: no-illness
        label: No illness since the last dose
        before: [drug-2, drug-3]
        arms: [arm-2]
        rule: {not: {record: diabetes, within: 0 d before last-dose}}
        otherwise: stop
        unlock: Nothing does.
    dose_rules:
      - course: drug
        delay: {counts_from: last-dose, limit: 56}
        tables:
          - id: low-platelets
            label: Low platelets
            present: {latest: platelets, is: "< 50 10*9/L"}
            unlock: Platelets of 50.
            rows:
              - {when: {seen: false}, action: give, mark: verified, source: a paper}
              - {when: {seen: true, now: true, delay: false}, action: hold}
              - {when: {seen: true, now: false, delay: false}, action: reduce}
              - {when: {seen: true, delay: true}, action: stop}
    stopping: [{id: deaths, label: A death, at_least: 1, grade: 5}]
versions:
"""
ARMS = """\
  - {id: arm-1, label: Arm 1, type: other, description: Treated., interventions: [surgery]}
  - {id: arm-2, label: Arm 2, type: other, description: Treated twice., interventions: [surgery]}
"""


@pytest.fixture
def write_plan(write: Callable[..., Path]) -> Callable[..., Path]:
    """Write the small protocol with a second arm and a plan, in which `old` is replaced by `new` (in pairs)."""

    def write_changed(*changes: str) -> Path:
        head = ("    label: The only version\n", "    label: The only version\n    plan: conduct\n")
        path = write(ARMS.splitlines(keepends=True)[0], ARMS, "versions:\n", PLAN, *head)
        text = path.read_text(encoding="utf-8")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return path

    return write_changed


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the small protocol with `old` replaced by `new` (in pairs), and its record beside it."""

    def write_changed(*changes: str) -> Path:
        text = SMALL.replace("DIGEST", DIGEST)
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8", newline="")
        path = tmp_path / "protocol.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_changed
