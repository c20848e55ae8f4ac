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
