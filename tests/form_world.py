"""A small trial for forms: a plan with one dose course and an operation, subjects of it, and a good form of each kind.

Amounts and intervals are those of the US prescribing information of lutetium Lu 177 dotatate (rev. 4/2024) 2.2: 7.4 GBq
(200 mCi) every 8 weeks (+/- 1 week). All else is made up.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.history import History, StepDone
from equipoise.protocol.plan import Plan
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS, TABLES

DAY_0 = date(2026, 1, 5)
TODAY = date(2026, 12, 1)
SUBJECT = "S-001"
CYCLES = ["cycle-1", "cycle-2", "cycle-3", "cycle-4"]

PLAN = Plan.model_validate(
    {
        "label": "Cycles before an operation, or the operation alone",
        "epochs": [{"id": "treatment", "label": "Treatment"}],
        "courses": [
            {
                "id": "cycles",
                "label": "the cycles",
                "kind": "dose",
                "epoch": "treatment",
                "arms": ["before"],
                "concept": "drug-given",
                "steps": CYCLES,
                "first": [{"after": "randomisation", "target": 0, "late": 14}],
                "interval": {"after": "previous", "target": 56, "early": 7, "late": 7},
                "amount": {
                    "unit": "GBq",
                    "levels": [{"id": "full", "amount": "7.4"}, {"id": "reduced", "amount": "3.7"}],
                    "tolerance_percent": "10",
                    "plausible": ["1", "10"],
                },
            },
            {
                "id": "surgery",
                "label": "the operation",
                "kind": "operation",
                "epoch": "treatment",
                "arms": ["before", "alone"],
                "concept": "operation-done",
                "steps": ["operation"],
                "after": ["cycles"],
                "first": [
                    {"after": "cycles", "target": 42, "early": 14, "late": 14, "arms": ["before"]},
                    {"after": "randomisation", "target": 28, "early": 14, "late": 14, "arms": ["alone"]},
                ],
            },
        ],
        "activities": [
            {
                "id": "scan",
                "label": "Scan",
                "kind": "imaging",
                "epoch": "treatment",
                "arms": ["before"],
                "timing": [{"after": "randomisation", "target": 84, "early": 7, "late": 7}],
            }
        ],
        "decisions": [
            {
                "id": "go-on",
                "label": "Whether to operate",
                "arms": ["before"],
                "before": "surgery",
                "options": [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No", "ends": ["surgery"]}],
            }
        ],
    }
)


def day(number: int) -> date:
    """So many days after allocation."""
    return DAY_0 + timedelta(days=number)


def subject(*given: int, arm: str = "before", **facts: Any) -> History:
    """A subject who was given the cycles on these days after allocation."""
    steps = [
        StepDone(step, day(number), Decimal("7.4"), "full", entry=step)
        for step, number in zip(CYCLES, given, strict=False)
    ]
    return History(arm, DAY_0, steps=tuple(steps), **facts)


def snapshot_with(rows: dict[str, list[dict[str, Any]]]) -> Snapshot:
    """Rows as records of the subject."""
    person = dict.fromkeys(PATIENTS.column_names) | {"patient_id": SUBJECT, "record_id": "p", "is_deceased": False}
    everything = {name: rows.get(name, []) for name in TABLES if name != PATIENTS.name}
    return Snapshot(SUBJECT, PatientRecords(person, everything), frozenset(TABLES))


GOOD: dict[FormKind, dict[str, Any]] = {
    FormKind.DOSE: {
        "on": "2026-01-05",
        "step": "cycle-1",
        "ordered": "7.4",
        "administered": "7.45",
        "residual": "0.05",
        "unit": "GBq",
        "begun": "09:30",
        "lot": "L-17",
        "comment": "None of it was spilled.",
    },
    FormKind.OPERATION: {
        "on": "2026-02-02",
        "step": "operation",
        "approach": "open",
        "resection": "R1",
        "lesions_removed": 4,
        "lesions_ablated": 1,
        "removed": ["L1", "L2"],
        "fraction_achieved": "92.5",
        "complications": [{"term": "bile leak", "grade": "IIIa", "on": "2026-02-06", "is_disabling": True}],
    },
    FormKind.RESULTS: {
        "on": "2026-03-01",
        "laboratory": "Central",
        "results": [
            {"value": "142", "concept": "platelets", "unit": "10*9/L", "range_low": "150", "range_high": "400"},
            {
                "value": "<0.3",
                "code": "loinc|1975-2",
                "unit": "mg/dL",
                "at": "2026-03-01T08:20:00+01:00",
                "record": "17",
            },
        ],
    },
    FormKind.ADVERSE_EVENT: {
        "on": "2026-02-01",
        "end": "2026-02-20",
        "term": "nausea",
        "category": "other",
        "grade": 3,
        "grade_proposed": 2,
        "changes": [{"on": "2026-02-10", "grade": 1}],
        "relation": "possible",
        "serious": ["hospitalisation"],
        "action": "delayed",
        "outcome": "recovered",
        "code": "snomed|422587007",
    },
    FormKind.ADVERSE_EVENT_REVIEW: {"on": "2026-02-28", "found": "listed", "events": ["12", "15"]},
    FormKind.ASSESSMENT: {
        "on": "2026-03-30",
        "reader": "reader-1",
        "reader_kind": "masked",
        "lesions": [
            {"lesion": "L1", "role": "target", "state": "measured", "organ": "liver", "mm": "23.5"},
            {"lesion": "L2", "role": "target", "state": "split", "organ": "liver", "parts_mm": ["8", "9.5"]},
            {"lesion": "N1", "role": "non-target", "state": "present", "is_node": True},
        ],
    },
    FormKind.DOSIMETRY: {
        "on": "2026-01-09",
        "step": "cycle-1",
        "organs": [
            {"organ": "kidney", "absorbed_dose": "3.1", "uncertainty_percent": "13", "effective_half_life": "51.5"},
            {"organ": "marrow", "absorbed_dose": "0.12"},
        ],
        "method": "three scans",
        "software": "by hand",
    },
    FormKind.MEDICATION: {
        "on": "2026-01-10",
        "end": "2026-01-10",
        "concept": "long-acting-somatostatin-analogue",
        "amount": "30",
        "unit": "mg",
    },
    FormKind.VISIT: {"on": "2026-03-30", "what": "procedure", "activity": "scan", "concept": "ga68-dotatate-imaging"},
    FormKind.ANSWER: {
        "on": "2026-03-01",
        "code": "pregnancy-status",
        "value": "no",
        "by": "ines",
        "role": "investigator",
    },
    FormKind.DECISION: {"on": "2026-07-01", "decision": "go-on", "option": "yes", "reason": "Resectable."},
    FormKind.COURSE_STOPPED: {"on": "2026-07-01", "course": "cycles", "reason": "Renal toxicity."},
    FormKind.DEVIATION: {
        "on": "2026-03-01",
        "severity": "important",
        "category": "treatment",
        "explanation": "Amino acids were begun late.",
        "about": "12",
    },
}
"""Content of a form of each kind, every field of it in some place."""
