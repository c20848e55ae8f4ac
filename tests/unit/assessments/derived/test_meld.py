from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.measured import Measured
from equipoise.assessments.derived.meld import (
    MELD_SOURCES,
    MeldVersion,
    assess_meld,
    compute_meld,
    compute_meld_3,
    compute_meld_na,
)
from equipoise.errors import EquipoiseError

# Scores 21, 25, 27 and (a man) 26: LiverTracker, see tests/validation/derived/test_meld.py.
RECORD = {
    "bilirubin": Measured("bilirubin", Decimal("3.5"), "mg/dL"),
    "inr": Measured("inr", Decimal("1.5"), None),
    "creatinine": Measured("creatinine", Decimal("1.8"), "mg/dL"),
    "sodium": Measured("sodium", 131, "mEq/L"),
    "albumin": Measured("albumin", 28, "g/L"),
    "is_dialysed": False,
    "is_female": True,
}


def assess(version, **changed):
    return assess_meld(version=version, **(RECORD | changed))


@pytest.mark.parametrize(
    ("version", "score", "names"),
    [
        (MeldVersion.UNOS_2002, 21, ["bilirubin", "inr", "creatinine", "dialysis"]),
        (MeldVersion.NA_2016, 25, ["bilirubin", "inr", "creatinine", "sodium", "dialysis"]),
        (MeldVersion.V3, 27, ["bilirubin", "inr", "creatinine", "sodium", "albumin", "dialysis", "sex"]),
    ],
)
def test_each_version_reads_what_it_needs_and_names_its_source(version, score, names):
    found = assess(version)
    assert isinstance(found, Assessed)
    assert found.value == score
    assert [each.name for each in found.inputs] == names
    assert found.source == MELD_SOURCES[version]


def test_sex_and_dialysis_stand_in_the_evidence():
    found = assess(MeldVersion.V3, is_female=False, is_dialysed=True)
    assert [each.value for each in found.inputs[-2:]] == ["yes", "male"]
    assert [each.value for each in assess(MeldVersion.V3).inputs[-2:]] == ["no", "female"]
    assert assess(MeldVersion.V3, is_female=False).value == 26


@pytest.mark.parametrize("version", MeldVersion)
def test_dialysis_takes_the_place_of_the_creatinine(version):
    high = Measured("creatinine", 9, "mg/dL")
    assert assess(version, is_dialysed=True) != assess(version)
    assert assess(version, is_dialysed=True).value == assess(version, creatinine=high).value


@pytest.mark.parametrize(
    ("version", "missing", "cause", "need"),
    [
        (MeldVersion.UNOS_2002, "bilirubin", Why.NEVER_MEASURED, "bilirubin"),
        (MeldVersion.UNOS_2002, "is_dialysed", Why.NEEDS_PERSON, "dialysis"),
        (MeldVersion.NA_2016, "sodium", Why.NEVER_MEASURED, "sodium"),
        (MeldVersion.V3, "sodium", Why.NEVER_MEASURED, "sodium"),
        (MeldVersion.V3, "albumin", Why.NEVER_MEASURED, "albumin"),
        (MeldVersion.V3, "is_female", Why.NEEDS_PERSON, "sex"),
    ],
)
def test_what_is_missing_is_named(version, missing, cause, need):
    found = assess(version, **{missing: None})
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, (need,))


@pytest.mark.parametrize("missing", ["sodium", "albumin", "is_female"])
def test_a_version_does_not_ask_for_what_it_does_not_read(missing):
    assert isinstance(assess(MeldVersion.UNOS_2002, **{missing: None}), Assessed)


def test_the_highest_score_is_forty_unless_none_is_asked_for():
    worst = {
        "bilirubin": Measured("bilirubin", 30, "mg/dL"),
        "inr": Measured("inr", 5, None),
        "creatinine": Measured("creatinine", 4, "mg/dL"),
        "sodium": Measured("sodium", 120, "mmol/L"),
        "albumin": Measured("albumin", 1, "g/dL"),
    }
    assert [assess(version, **worst).value for version in MeldVersion] == [40, 40, 40]
    assert assess(MeldVersion.V3, **worst, highest=None).value == 49


@pytest.mark.parametrize(("albumin", "score"), [("2.8", 8), ("2.81", 7)])
def test_an_exact_half_rounds_up(albumin, score):
    """A man with all logarithms of 1: 6 + 0.82 x 0.25 + 1.85 x 0.7 = 7.5 exactly, and 7.4815 a little above."""
    found = compute_meld_3(
        bilirubin_mg_per_dl=1,
        inr=1,
        creatinine_mg_per_dl=1,
        is_dialysed=False,
        sodium_mmol_per_l=Decimal("136.75"),
        albumin_g_per_dl=Decimal(albumin),
        is_female=False,
        highest=None,
    )
    assert found == score


@pytest.mark.parametrize("name", ["bilirubin_mg_per_dl", "inr", "creatinine_mg_per_dl"])
def test_a_formula_refuses_impossible_numbers(name):
    arguments = {"bilirubin_mg_per_dl": 1, "inr": 1, "creatinine_mg_per_dl": 1, "is_dialysed": True} | {name: 0}
    with pytest.raises(EquipoiseError, match="0 is not above zero"):
        compute_meld(**arguments)


def test_sodium_and_albumin_of_zero_are_refused():
    arguments = {"bilirubin_mg_per_dl": 1, "inr": 1, "creatinine_mg_per_dl": 1, "is_dialysed": True}
    with pytest.raises(EquipoiseError, match="0 is not above zero"):
        compute_meld_na(**arguments, sodium_mmol_per_l=0)
    with pytest.raises(EquipoiseError, match="0 is not above zero"):
        compute_meld_3(**arguments, sodium_mmol_per_l=0, albumin_g_per_dl=0, is_female=True, highest=40)
