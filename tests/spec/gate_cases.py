"""Reads the hand-worked gate cases of `gates/*.yaml` and judges them.

A case gives what happened (`given`, `stopped`, `decided`), what is on record (`records`, one short line each; `usual`
adds the unremarkable results of `usual.yaml` on its days, except where the case has a record of the same name and day)
and the answer by hand: the action, and every line that is not `give`.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.forms.rows import event_row, local, result_row
from equipoise.conduct.gates import Consent, judge_gate
from equipoise.conduct.history import Decided, History, StepDone
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve_plan import ResolvedPlan, resolve_plan
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import TABLES
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import ConceptKind

FOLDER = Path(__file__).parent / "gates"
OWN = "protocol.yaml"
SUBJECT = "S-001"
RANDOMISED_ON = date(2026, 12, 21)
PERSON = {"born": date(1966, 6, 15), "sex": "male"}
"""Unless a case says otherwise: 60 years old until June 2027."""
EXPECTATIONS = {"action", "dose", "lines", "found", "unlock", "needs", "shown"}

_LINE = re.compile(
    r"(?P<name>[\w-]+)(?: (?P<value>[^\s(]+))?(?: (?P<unit>[^\s(]+))?"
    r"(?: \(normal (?P<low>[\d.]*) to (?P<high>[\d.]*)\))? (?P<how>on|since) (?P<day>\S+)"
)


@dataclass(frozen=True)
class GateCase:
    """One case as it is written; `expected` and, after a correction, `then` are by hand."""

    id: str
    content: dict[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        return dict(self.content["expect"])

    def answer(self, *, is_corrected: bool = False) -> GateAnswer:
        """What the gate answers; `is_corrected` with the records that were put in the place of others."""
        given = self.content
        return judge_gate(
            resolved(given.get("version", "standard"), given.get("protocol", OWN)),
            _history(given),
            _snapshot(given, is_corrected=is_corrected),
            given["step"],
            given["day"],
            consent=Consent(given.get("consent", True)),
            shown=given.get("shown"),
        )


@cache
def resolved(version: str, protocol: str = OWN) -> ResolvedPlan:
    """The plan of a version: of the trial made for these cases, or of a shipped one by its name."""
    return resolve_plan(load_protocol(FOLDER / OWN if protocol == OWN else protocol), version)


@cache
def all_cases() -> tuple[GateCase, ...]:
    """Every case of every file, in order."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem not in ("protocol", "usual"):
            cases = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [GateCase(f"{path.stem}: {case['case']}", case) for case in cases]
    return tuple(found)


def _history(given: dict[str, Any]) -> History:
    return History(
        arm=given.get("arm", "prrt-then-surgery" if "protocol" not in given else "arm-2"),
        randomised_on=RANDOMISED_ON,
        steps=tuple(_done(step, str(words)) for step, words in given.get("given", {}).items()),
        decisions=tuple(_decided(name, words) for name, words in given.get("decided", {}).items()),
        stopped=tuple(given.get("stopped", {}).items()),
        treatment_over_on=given.get("treatment_over"),
        left_on=given.get("left"),
    )


def _done(step: str, words: str) -> StepDone:
    """`2027-01-04`, or `2027-01-04 3.7 GBq`; a dose is the full one unless an amount says otherwise."""
    day, *amount = words.split()
    if step in ("operation", "surgery"):
        return StepDone(step, date.fromisoformat(day))
    given = Decimal(amount[0] if amount else "7.4")
    level = {Decimal("7.4"): "full", Decimal("3.7"): "reduced"}.get(given)
    return StepDone(step, date.fromisoformat(day), given, level)


def _decided(name: str, words: str) -> Decided:
    option, day = words.split(" on ")
    return Decided(name, option, date.fromisoformat(day))


def _snapshot(given: dict[str, Any], *, is_corrected: bool) -> Snapshot:
    corrected = given.get("corrected", []) if is_corrected else []
    drawn = _over(given.get("records", []), corrected)
    usual = [f"{line} {day}" for day in given.get("usual", []) for line in _usual()]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    for number, line in enumerate([*_without(usual, drawn, given.get("missing", [])), *drawn], start=1):
        table, row = _row(line, number)
        rows[table].append(row)
    person = PERSON | given.get("person", {})
    cells = {"patient_id": SUBJECT, "record_id": SUBJECT, "sex": person["sex"], "is_deceased": False}
    cells |= {"birth_lower": person["born"], "birth_upper": person["born"]}
    patient = dict.fromkeys(TABLES["patients"].column_names) | cells
    return Snapshot(SUBJECT, PatientRecords(patient, rows), frozenset(TABLES))


@cache
def _usual() -> list[str]:
    lines: list[str] = yaml.safe_load((FOLDER / "usual.yaml").read_text(encoding="utf-8"))
    return lines


def _over(lines: list[str], corrections: list[str]) -> list[str]:
    """A correction stands in the place of what has its name and day."""
    replaced = {_key(line) for line in corrections}
    return [line for line in lines if _key(line) not in replaced] + corrections


def _without(usual: list[str], drawn: list[str], missing: list[str]) -> list[str]:
    replaced = {_key(line) for line in drawn}
    return [line for line in usual if _key(line) not in replaced and _key(line)[0] not in missing]


def _key(line: str) -> tuple[str, str]:
    return line.split()[0], line.split()[-1]


def _row(line: str, number: int) -> tuple[str, dict[str, Any]]:
    found = _LINE.fullmatch(line)
    assert found is not None, f"no record: {line}"
    name, day = found["name"], date.fromisoformat(found["day"])
    record = f"{name}/{number}"
    end = (None, None) if found["how"] == "since" else (day, day)
    if name == "visit":
        return "encounters", event_row(
            "encounters", subject_id=SUBJECT, record_id=record, coding=(None, None), start=(day, day), end=end
        )
    concept = resolved("washout").rulebook.concepts.get(name) or base_library().get(name)
    if concept is not None and concept.kind is ConceptKind.EVENT:
        table = concept.tables[0]
        return table, event_row(
            table, subject_id=SUBJECT, record_id=record, coding=local(name), start=(day, day), end=end
        )
    limits: dict[str, Any] = {f"range_{which}": Decimal(found[which]) for which in ("low", "high") if found[which]}
    return "measurements", result_row(
        subject_id=SUBJECT,
        record_id=record,
        coding=local(name),
        on=day,
        value=found["value"],
        unit=found["unit"],
        **limits,
    )
