"""Patients as text tables: read into readings, with what is expected of each."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from equipoise.assessments.recist import policy as switches
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, Scan, State
from equipoise.assessments.recist.policy import PUBLISHED, Policy
from equipoise.assessments.recist.surgery import FirstSeenAfter, Surgery, SurgeryRule

BASELINE = date(2030, 1, 1)
STATES = {
    "small": State.TOO_SMALL,
    "gone": State.ABSENT,
    "?": State.NOT_ASSESSED,
    "cut": State.REMOVED,
    "seen": State.PRESENT,
    "worse": State.UNEQUIVOCAL_PROGRESSION,
    "maybe": State.EQUIVOCAL,
    "sure": State.UNEQUIVOCAL,
}
ROLES = {"target": Role.TARGET, "non-target": Role.NON_TARGET, "new": Role.NEW}
SWITCHES = {
    "complete_then_partial": switches.CompleteThenPartial,
    "complete_then_stable": switches.CompleteThenStable,
    "partial_then_less": switches.PartialThenLess,
    "node_after_complete": switches.NodeAfterComplete,
    "most_stable_between": int,
}


@dataclass
class Patient:
    """One patient: what was seen, and the words that must come out."""

    name: str
    days: list[int] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    policy: Policy = PUBLISHED
    surgery: Surgery | None = None
    rule: SurgeryRule | None = None

    @property
    def reading(self) -> Reading:
        scans = tuple(Scan(visit, day_of(day)) for visit, day in enumerate(self.days))
        return Reading("site", tuple(self.lesions), tuple(self.findings), scans=scans)


def day_of(number: int) -> date:
    return BASELINE + timedelta(days=number)


def read_patients(path: Path) -> list[Patient]:
    patients: list[Patient] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            patients.append(Patient(line[3:]))
        elif patients and line.strip():
            read_line(patients[-1], line.split())
    return patients


def read_line(patient: Patient, words: list[str]) -> None:
    key, *rest = words
    if key == "day":
        patient.days = [int(word) for word in rest]
    elif key == "switch":
        for word in rest:
            name, value = word.split("=")
            patient.policy = replace(patient.policy, **{name: SWITCHES[name](value)})
    elif key == "surgery":
        day, removed, window, first_seen = rest
        low, high = window.split("-")
        patient.surgery = Surgery(day_of(int(day)), tuple(removed.split(",")))
        patient.rule = SurgeryRule(from_day=int(low), until_day=int(high), first_seen=FirstSeenAfter(first_seen))
    elif key in ("overall", "before", "after", "sum"):
        assert len(rest) == len(patient.days), (patient.name, key)
        patient.rows[key] = rest
    elif key in ("best", "confirmed", "progression"):
        patient.rows[key] = rest
    else:
        read_lesion(patient, key, *rest)


def read_lesion(patient: Patient, name: str, organ: str, kind: str, *cells: str) -> None:
    assert len(cells) == len(patient.days), (patient.name, name)
    is_node = kind.endswith("-node")
    patient.lesions.append(Lesion(name, organ, ROLES[kind.removesuffix("-node")], is_node=is_node))
    for visit, cell in enumerate(cells):
        for part in cell.split("|"):
            finding = read_cell(name, visit, day_of(patient.days[visit]), part)
            if finding is not None:
                patient.findings.append(finding)


def read_cell(lesion: str, visit: int, day: date, cell: str) -> Finding | None:
    if cell == "-":
        return None
    if cell in STATES:
        return Finding(lesion, visit, day, STATES[cell])
    if cell.startswith(">"):
        return Finding(lesion, visit, day, State.MERGED, merged_with=cell[1:])
    if "+" in cell:
        return Finding(lesion, visit, day, State.SPLIT, parts_mm=tuple(Decimal(part) for part in cell.split("+")))
    try:
        return Finding(lesion, visit, day, State.MEASURED, Decimal(cell))
    except InvalidOperation:
        return Finding(lesion, visit, day, cell)
