"""A second study of our own in USDM 4, with a schedule that has nothing in common with the reference trial.

Two arms: infusions in two cycles, or one salt bath. Weekly visits with unequal windows, a laboratory visit counted in
hours, a telephone call, a decision before the second cycle, a visit counted in months, and timelines for an early end
and for adverse events.
"""

from typing import Any

from tests.docs.small_study import small_study

DECISION = "The cough has gone"


def cycles_study() -> dict[str, Any]:
    """The study as it would be read from its file."""
    study = small_study()
    version = study["study"]["versions"][0]
    study["study"]["name"] = "EMBER"
    version["titles"] = [{"text": "Infusions against the winter cough", "type": _code("C207615", "Brief Study Title")}]
    version["studyIdentifiers"] = [{"text": "EMBER-2", "scopeId": "Organization_1"}]
    version["studyInterventions"] = _interventions()
    version["conditions"] = [
        {"id": "Condition_1", "name": "FASTING", "text": "<p>Blood is taken fasting.</p>", "contextIds": ["LAB"]}
    ]
    version["studyDesigns"][0] |= {
        "arms": [
            {"id": "Arm_A", "name": "A", "label": "Infusions", "type": _code("C174266", "Investigational Arm")},
            {"id": "Arm_B", "name": "B", "label": "Bath", "type": _code("C174267", "Active Comparator Arm")},
        ],
        "epochs": _epochs(),
        "elements": [
            {"id": "El_1", "name": "SCREENING", "studyInterventionIds": []},
            {"id": "El_2", "name": "INFUSIONS", "studyInterventionIds": ["Int_1"]},
            {
                "id": "El_3",
                "name": "BATH",
                "studyInterventionIds": ["Int_2"],
                "transitionStartRule": {"id": "Rule_1", "name": "R1", "text": "The tub is warm"},
            },
            {"id": "El_4", "name": "FOLLOW-UP", "studyInterventionIds": []},
        ],
        "studyCells": [
            _cell(arm, epoch, element)
            for arm, treatment in (("Arm_A", "El_2"), ("Arm_B", "El_3"))
            for epoch, element in (("Epoch_1", "El_1"), ("Epoch_2", treatment), ("Epoch_3", "El_4"))
        ],
        "activities": _activities(),
        "encounters": [
            {"id": "Enc_1", "name": "E1", "label": "Clinic", "contactModes": [_code("C175574", "In Person")]},
            {"id": "Enc_2", "name": "E2", "label": "Call", "contactModes": [_code("C171537", "Telephone Call")]},
        ],
        "scheduleTimelines": [_main(), _early_end(), _adverse_event()],
    }
    return study


def _main() -> dict[str, Any]:
    instances = [
        _visit("SCREEN", "Screening visit", "Epoch_1", ["Act_vital"], "D1"),
        _visit("D1", "First day", "Epoch_2", ["Act_vital", "Act_infusion", "Act_bath"], "LAB"),
        _visit("LAB", "Blood after a day and a half", "Epoch_2", ["Act_blood"], "W1"),
        _visit("W1", "Week 1", "Epoch_2", ["Act_vital"], "W2"),
        _visit("W2", "Week 2", "Epoch_2", ["Act_vital"], "WAY"),
        {
            "id": "WAY",
            "name": "WAY",
            "label": "Is there still a cough?",
            "defaultConditionId": "C2",
            "conditionAssignments": [{"id": "CA_1", "condition": DECISION, "conditionTargetId": "FU"}],
            "instanceType": "ScheduledDecisionInstance",
        },
        _visit("C2", "Second cycle", "Epoch_2", ["Act_infusion"], "W4"),
        _visit("W4", "Week after the second cycle", "Epoch_2", ["Act_vital"], "FU", encounter="Enc_2"),
        _visit("FU", "Follow-up", "Epoch_3", ["Act_vital", "Act_blood"], "HOME"),
        _visit("HOME", "Letter home", "Epoch_3", [], "", encounter="Enc_2"),
        _visit("LOST", "A visit that nobody has timed", "Epoch_3", ["Act_vital"], ""),
    ]
    timings = [
        _timing("SCREEN", "Before", "P2W", "D1", "P0D", "P7D"),
        _timing("D1", "Fixed Reference", "P1D", "D1"),
        _timing("LAB", "After", "PT36H", "D1", "PT12H", "PT12H"),
        _timing("W1", "After", "P1W", "D1", "P1D", "P3D"),
        _timing("W2", "After", "P2W", "D1", "P2D", "P4D"),
        _timing("WAY", "After", "PT0M", "W2"),
        _timing("C2", "After", "P3W", "D1", "-P2D", "P5D"),
        _timing("W4", "After", "P7D", "C2", "P1D", "P3D"),
        _timing("FU", "After", "P9W", "D1", "P1W", "P2W"),
        _timing("HOME", "After", "P1M", "FU"),
    ]
    return _timeline("MAIN", "The winter", "Enrolment", instances, timings, is_main=True)


def _early_end() -> dict[str, Any]:
    instances = [
        _visit("ET", "Early end", "", ["Act_vital"], "ETFU"),
        _visit("ETFU", "After an early end", "", ["Act_blood"], ""),
    ]
    timings = [_timing("ET", "Fixed Reference", "P1D", "ET"), _timing("ETFU", "After", "P2W", "ET", "P3D", "P3D")]
    return _timeline("EARLY", "Early end", "Subject withdraws from treatment", instances, timings)


def _adverse_event() -> dict[str, Any]:
    instances = [_visit("AE", "Adverse event", "", ["Act_vital"], "")]
    return _timeline("AE_LINE", "Adverse event", "Subject is ill", instances, [])


def _timeline(
    id_: str,
    label: str,
    entry: str,
    instances: list[dict[str, Any]],
    timings: list[dict[str, Any]],
    *,
    is_main: bool = False,
) -> dict[str, Any]:
    return {
        "id": id_,
        "name": id_,
        "label": label,
        "mainTimeline": is_main,
        "entryCondition": entry,
        "entryId": instances[0]["id"],
        "instances": instances,
        "timings": timings,
        "exits": [],
    }


def _visit(
    id_: str, label: str, epoch: str, activities: list[str], following: str, *, encounter: str = "Enc_1"
) -> dict[str, Any]:
    return {
        "id": id_,
        "name": id_,
        "label": label,
        "epochId": epoch or None,
        "activityIds": activities,
        "encounterId": encounter,
        "defaultConditionId": following or None,
        "instanceType": "ScheduledActivityInstance",
    }


def _timing(of: str, kind: str, value: str, to: str, lower: str = "", upper: str = "") -> dict[str, Any]:
    codes = {"Before": "C201357", "After": "C201356", "Fixed Reference": "C201358"}
    return {
        "id": f"Timing_{of}",
        "name": f"T_{of}",
        "type": _code(codes[kind], kind),
        "relativeToFrom": _code("C201355", "Start to Start"),
        "value": value,
        "windowLower": lower or None,
        "windowUpper": upper or None,
        "relativeFromScheduledInstanceId": of,
        "relativeToScheduledInstanceId": to,
    }


def _interventions() -> list[dict[str, Any]]:
    dose = {"value": 40.0, "unit": {"standardCode": _code("C28253", "Milligram")}, "instanceType": "Quantity"}
    return [
        {
            "id": "Int_1",
            "name": "EMBERINE",
            "label": "Emberine",
            "type": _code("C1909", "Pharmacologic Substance"),
            "administrations": [{"id": "Adm_1", "name": "FULL", "label": "Full dose", "dose": dose}],
        },
        {"id": "Int_2", "name": "BATH", "label": "Salt bath", "type": _code("C98769", "Procedure")},
    ]


def _activities() -> list[dict[str, Any]]:
    def linked(id_: str, intervention: str) -> list[dict[str, Any]]:
        return [{"id": id_, "name": id_, "studyInterventionId": intervention}]

    return [
        {"id": "Act_vital", "name": "VITAL", "label": "Vital signs"},
        {"id": "Act_blood", "name": "BLOOD", "label": "Blood count"},
        {"id": "Act_infusion", "name": "INF", "label": "Infusion", "definedProcedures": linked("Proc_1", "Int_1")},
        {"id": "Act_bath", "name": "TUB", "label": "Bath", "definedProcedures": linked("Proc_2", "Int_2")},
    ]


def _epochs() -> list[dict[str, Any]]:
    """Listed out of their order, which `nextId` tells."""
    return [
        {"id": "Epoch_2", "name": "Treatment", "type": _code("C101526", "Treatment Epoch"), "nextId": "Epoch_3"},
        {"id": "Epoch_3", "name": "Follow-up", "type": _code("C202578", "Follow-Up Epoch")},
        {"id": "Epoch_1", "name": "Screening", "type": _code("C202487", "Screening Epoch"), "nextId": "Epoch_2"},
    ]


def _cell(arm: str, epoch: str, element: str) -> dict[str, Any]:
    return {"id": f"Cell_{arm}_{epoch}", "armId": arm, "epochId": epoch, "elementIds": [element]}


def _code(code: str, decode: str) -> dict[str, str]:
    return {"code": code, "codeSystem": "http://www.cdisc.org", "decode": decode, "instanceType": "Code"}
