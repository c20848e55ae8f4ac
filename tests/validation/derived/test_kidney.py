"""Sources: GlobalRPh and rxkinetics worked examples; the tests of the R package clinPK 0.13; hand arithmetic.

Cockcroft DW, Gault MH. Nephron 1976;16:31-41. Devine BJ. Drug Intell Clin Pharm 1974;8:650-655.
"""

from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.derived.kidney import WeightPolicy, assess_cockcroft_gault, compute_cockcroft_gault
from equipoise.assessments.derived.measured import Measured

VECTORS = (
    # sex, age, weight [kg], creatinine [mg/dL], clearance [mL/min] to the digits printed
    ("male", 65, "70", "1.4", "52.1"),  # GlobalRPh
    ("female", 45, "60", "0.9", "74.8"),  # rxkinetics
    ("female", 70, "55", "1.1", "41.3"),  # 0.85 x 70 x 55 / 79.2 = 41.32
    ("female", 68, "58", "0.99", "49.8"),  # 0.85 x 72 x 58 / 71.28 = 49.80
    ("male", 75, "62", "1.2", "46.6"),  # 65 x 62 / 86.4 = 46.64
    ("male", 60, "80", "1.0", "88.9"),  # 80 x 80 / 72 = 88.89
    ("male", 40, "80", "1", "111"),  # clinPK
    ("male", 40, "80", "3", "37"),  # clinPK
)


@pytest.mark.parametrize(("sex", "age", "weight", "creatinine", "clearance"), VECTORS)
def test_clearance_is_as_published(sex, age, weight, creatinine, clearance):
    found = compute_cockcroft_gault(
        years=age, weight_kg=Decimal(weight), creatinine_mg_per_dl=Decimal(creatinine), is_female=sex == "female"
    )
    assert f"{float(found):.{1 if '.' in clearance else 0}f}" == clearance


@pytest.mark.parametrize(("sex", "age", "weight", "creatinine", "clearance"), VECTORS)
def test_an_assessment_in_the_other_unit_system_gives_the_same(sex, age, weight, creatinine, clearance):
    """1 mg/dL is 88.4 umol/L, and a kilogram is 1000 g."""
    found = assess_cockcroft_gault(
        years=age,
        is_female=sex == "female",
        creatinine=Measured("creatinine", Decimal(creatinine) * Decimal("88.4"), "umol/L"),
        weight=Measured("body-weight", Decimal(weight) * 1000, "g"),
        weight_policy=WeightPolicy.ACTUAL,
    )
    assert isinstance(found, Assessed)
    assert f"{float(found.value.ml_per_min):.{1 if '.' in clearance else 0}f}" == clearance


@pytest.mark.parametrize(
    ("policy", "age", "clearance"),
    [
        (WeightPolicy.ADJUSTED, 50, "131"),  # clinPK, cockcroft_gault_adjusted
        (WeightPolicy.IDEAL, 40, "104"),  # clinPK, cockcroft_gault_ideal
        (WeightPolicy.ACTUAL, 40, "208"),  # 100 x 150 / 72 = 208.3
    ],
)
def test_each_weight_policy_gives_the_clearance_of_clinpk(policy, age, clearance):
    """A man of 150 kg and 180 cm with a creatinine of 1 mg/dL."""
    found = assess_cockcroft_gault(
        years=age,
        is_female=False,
        creatinine=Measured("creatinine", 1, "mg/dL"),
        weight=Measured("body-weight", 150, "kg"),
        height=Measured("body-height", 180, "cm"),
        weight_policy=policy,
    )
    assert isinstance(found, Assessed)
    assert f"{float(found.value.ml_per_min):.0f}" == clearance
