"""Sources: Payne et al., Br Med J 1973;4:643-646 (abstract); the worked example of The Guidewire; hand arithmetic."""

from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.derived.chemistry import (
    CalciumFormula,
    assess_corrected_calcium,
    compute_corrected_calcium_mg_per_dl,
    compute_corrected_calcium_mmol_per_l,
    compute_multiple,
)
from equipoise.assessments.derived.measured import Measured

COMMON, PAPER = CalciumFormula.COMMON, CalciumFormula.PAYNE_1973


def test_the_worked_example_in_mmol_per_l():
    """1.83 + 0.02 x (40 - 26) = 2.11 (The Guidewire)."""
    found = compute_corrected_calcium_mmol_per_l(calcium_mmol_per_l=Decimal("1.83"), albumin_g_per_l=26, formula=COMMON)
    assert found == Fraction("2.11")


@pytest.mark.parametrize(
    ("calcium", "albumin", "formula", "corrected"),
    [
        ("8.0", "2.0", COMMON, "9.6"),  # 8.0 + 0.8 x 2.0
        ("8.0", "4.0", COMMON, "8.0"),
        ("10.0", "5.0", COMMON, "9.2"),  # 10.0 - 0.8
        ("8.0", "2.5", PAPER, "9.5"),  # 8.0 - 2.5 + 4.0
    ],
)
def test_correction_in_mg_per_dl(calcium, albumin, formula, corrected):
    found = compute_corrected_calcium_mg_per_dl(
        calcium_mg_per_dl=Decimal(calcium), albumin_g_per_dl=Decimal(albumin), formula=formula
    )
    assert found == Fraction(corrected)


def test_the_equation_of_the_paper_in_mmol_per_l_has_the_slope_of_the_paper():
    """1 mg/dL calcium for 1 g/dL albumin is 0.25 mmol/L for 10 g/L (1 mmol calcium is 40.08 mg, rounded as printed)."""
    found = compute_corrected_calcium_mmol_per_l(calcium_mmol_per_l=2, albumin_g_per_l=30, formula=PAPER)
    assert found == Fraction("2.25")


@pytest.mark.parametrize(
    ("calcium", "unit", "albumin", "albumin_unit", "corrected", "corrected_unit"),
    [
        ("8.0", "mg/dL", "20", "g/L", "9.6", "mg/dL"),
        ("80", "mg/L", "2.0", "g/dL", "9.6", "mg/dL"),
        ("1.83", "mmol/L", "2.6", "g/dL", "2.11", "mmol/L"),
        ("1830", "umol/L", "26", "g/L", "2.11", "mmol/L"),
    ],
)
def test_albumin_may_come_in_either_unit_and_calcium_keeps_its_system(
    calcium, unit, albumin, albumin_unit, corrected, corrected_unit
):
    found = assess_corrected_calcium(
        calcium=Measured("calcium", Decimal(calcium), unit),
        albumin=Measured("albumin", Decimal(albumin), albumin_unit),
        formula=COMMON,
    )
    assert isinstance(found, Assessed)
    assert (found.value.value, found.value.unit) == (Fraction(corrected), corrected_unit)


def test_three_times_the_upper_limit():
    assert compute_multiple(value=Decimal("3.6"), limit=Decimal("1.2")) == 3
