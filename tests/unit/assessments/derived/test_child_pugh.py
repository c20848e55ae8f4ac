from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.child_pugh import (
    Ascites,
    BilirubinRows,
    ChildPughClass,
    ClottingRow,
    Encephalopathy,
    assess_child_pugh,
    compute_child_pugh_class,
)
from equipoise.assessments.derived.measured import Measured

GOOD = {
    "bilirubin": Measured("bilirubin", 1, "mg/dL"),
    "albumin": Measured("albumin", 4, "g/dL"),
    "inr": Measured("inr", 1, None),
    "ascites": Ascites.NONE,
    "encephalopathy": Encephalopathy.NONE,
    "clotting_row": ClottingRow.INR,
}


def assess(**changed):
    return assess_child_pugh(**(GOOD | changed))


def bilirubin(value, unit):
    return {"bilirubin": Measured("bilirubin", Decimal(value), unit)}


def prothrombin(seconds, control):
    return {
        "inr": None,
        "prothrombin_time": Measured("prothrombin-time", seconds, "s"),
        "control_s": control,
        "clotting_row": ClottingRow.PROTHROMBIN_TIME,
    }


@pytest.mark.parametrize(("points", "class_"), [(5, "A"), (6, "A"), (7, "B"), (8, "B"), (9, "B"), (10, "C"), (15, "C")])
def test_class_of_every_edge(points, class_):
    assert compute_child_pugh_class(points) is ChildPughClass(class_)


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        ({}, 5),
        (bilirubin("2", "mg/dL"), 6),
        (bilirubin("3.1", "mg/dL"), 7),
        (bilirubin("33", "umol/L"), 5),
        (bilirubin("34", "umol/L"), 6),
        (bilirubin("51", "umol/L"), 6),
        (bilirubin("52", "umol/L"), 7),
        (bilirubin("0.052", "mmol/L"), 7),
        ({"albumin": Measured("albumin", 35, "g/L")}, 6),
        ({"albumin": Measured("albumin", 27, "g/L")}, 7),
        ({"inr": Measured("inr", 2, None)}, 6),
        (prothrombin(15, 12), 5),
        (prothrombin(16, 12), 6),
        (prothrombin(5, 5), 5),
        (prothrombin(300, 300), 5),
        (prothrombin(19, Decimal("12.5")), 7),
        ({"ascites": Ascites.SLIGHT}, 6),
        ({"ascites": Ascites.MODERATE}, 7),
        ({"encephalopathy": Encephalopathy.GRADE_1_2}, 6),
        ({"encephalopathy": Encephalopathy.GRADE_3_4}, 7),
        ({"bilirubin_rows": BilirubinRows.BILIARY, **bilirubin("3.9", "mg/dL")}, 5),
        ({"bilirubin_rows": BilirubinRows.BILIARY, **bilirubin("10", "mg/dL")}, 6),
        ({"bilirubin_rows": BilirubinRows.BILIARY, **bilirubin("10.1", "mg/dL")}, 7),
        ({"bilirubin_rows": BilirubinRows.BILIARY, **bilirubin("67", "umol/L")}, 5),
        ({"bilirubin_rows": BilirubinRows.BILIARY, **bilirubin("172", "umol/L")}, 7),
    ],
)
def test_one_change_from_the_best_case_adds_its_points(changed, points):
    found = assess(**changed)
    assert isinstance(found, Assessed)
    assert found.value.points == points


def test_bilirubin_between_the_two_printed_limits_is_noted():
    """34.1 umol/L is 1.994 mg/dL: 2 points by the one row and 1 by the other."""
    found = assess(**bilirubin("34.1", "umol/L"))
    assert found.value.points == 6
    assert found.notes == ("bilirubin converted to mg/dL would give 1 points in place of 2",)
    assert assess(**bilirubin("40", "umol/L")).notes == ()


def test_the_evidence_holds_all_five():
    found = assess(**prothrombin(15, 12))
    assert [each.name for each in found.inputs] == [
        "bilirubin",
        "albumin",
        "prothrombin-time",
        "prothrombin-time-control",
        "ascites",
        "hepatic-encephalopathy",
    ]
    assert [each.value for each in found.inputs][-3:] == ["12 s", "none", "none"]


def test_the_biliary_rows_are_named_in_the_source():
    assert assess().source == "Pugh et al., Br J Surg 1973;60:646-649"
    assert "primary biliary" in assess(bilirubin_rows=BilirubinRows.BILIARY).source


@pytest.mark.parametrize(
    ("changed", "cause", "needs"),
    [
        ({"ascites": None}, Why.NEEDS_PERSON, ("ascites",)),
        ({"encephalopathy": None}, Why.NEEDS_PERSON, ("hepatic-encephalopathy",)),
        ({"bilirubin": None}, Why.NEVER_MEASURED, ("bilirubin",)),
        (bilirubin("1", None), Why.NO_UNIT, ("bilirubin",)),
        ({"albumin": None}, Why.NEVER_MEASURED, ("albumin",)),
        ({"inr": None}, Why.NEVER_MEASURED, ("inr",)),
        (prothrombin(15, None), Why.NO_REFERENCE_RANGE, ("prothrombin-time-control",)),
        (prothrombin(15, Decimal("4.9")), Why.IMPLAUSIBLE, ("prothrombin-time-control",)),
        (prothrombin(15, 301), Why.IMPLAUSIBLE, ("prothrombin-time-control",)),
        (prothrombin(15, 12) | {"prothrombin_time": None}, Why.NEVER_MEASURED, ("prothrombin-time",)),
        ({"inr": None, "ascites": None}, Why.NEVER_MEASURED, ("inr", "ascites")),
    ],
)
def test_what_is_missing_is_named(changed, cause, needs):
    found = assess(**changed)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, needs)


def test_a_prothrombin_time_is_not_read_where_the_protocol_reads_the_inr():
    found = assess(inr=None, prothrombin_time=Measured("prothrombin-time", 15, "s"), control_s=12)
    assert isinstance(found, NotEvaluable)
