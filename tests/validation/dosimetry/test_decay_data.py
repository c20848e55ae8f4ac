"""Source: ICRP Publication 107 (2008) for 177Lu; 0.08532 g Gy/(MBq h) as rpt_dosi documents it; the curie.

Half-life 6.647 d = 574 301 s. Electrons for each decay: beta 133.27, conversion 13.52, Auger 1.13 keV.
"""

from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.decay import (
    LUTETIUM_177,
    ActivityUnit,
    compute_administered_activity_gbq,
    convert_activity,
)
from equipoise.errors import EquipoiseError


def test_half_life_and_decay_constant_are_those_of_icrp_107():
    assert LUTETIUM_177.half_life_h * 3600 == pytest.approx(574_301, abs=1e-6)
    assert LUTETIUM_177.half_life_h / 24 == pytest.approx(6.647, abs=5e-4)
    assert LUTETIUM_177.decay_constant_per_h == pytest.approx(0.0043450, abs=5e-8)


def test_electron_energy_is_the_sum_of_beta_conversion_and_auger_electrons():
    assert LUTETIUM_177.electron_energy_kev == pytest.approx(147.92, abs=1e-9)
    assert LUTETIUM_177.photon_energy_kev == pytest.approx(35.10, abs=1e-9)


def test_electron_constant_has_the_published_digits():
    assert LUTETIUM_177.electron_constant_g_gy_per_mbq_h == pytest.approx(0.08532, abs=5e-6)
    assert LUTETIUM_177.electron_constant_j_per_decay == pytest.approx(2.3700e-14, abs=5e-19)
    # 1 keV is 1.602176634e-16 J, so the constant and the energies say the same to the digits of the energies.
    assert LUTETIUM_177.electron_energy_kev * 1.602176634e-16 == pytest.approx(2.3700e-14, rel=5e-5)


def test_constant_of_haenscheid_is_higher_by_the_photons_of_a_kidney():
    """0.125 x ln 2 = 0.08664, that is 1.55 % more."""
    ratio = 0.125 * 0.6931471805599453 / LUTETIUM_177.electron_constant_g_gy_per_mbq_h
    assert ratio - 1 == pytest.approx(0.0155, abs=5e-5)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (200, "mCi", "GBq", Fraction("7.4")),
        (1, "uCi", "kBq", 37),
        (1, "Ci", "Bq", 37 * 10**9),
        (Decimal("7.4"), "GBq", "mCi", 200),
        (Decimal("7.4"), "GBq", "MBq", 7400),
        (Decimal("0.1"), "mCi", "uCi", 100),
    ],
)
def test_units_convert_exactly(value, unit, to, expected):
    assert convert_activity(value, unit=ActivityUnit(unit), to=ActivityUnit(to)) == expected


@pytest.mark.parametrize(
    ("value", "unit", "gbq"),
    [(Decimal("7.4"), "GBq", "7.4"), (200, "mCi", "7.4"), (Decimal("3.7"), "GBq", "3.7"), (7400, "MBq", "7.4")],
)
def test_a_planned_or_halved_activity_is_believed(value, unit, gbq):
    found = compute_administered_activity_gbq(value=value, unit=unit, planned_gbq=Decimal("7.4"))
    assert isinstance(found, Assessed)
    assert found.value == Fraction(gbq)


@pytest.mark.parametrize(
    ("value", "unit", "would_be"),
    [(200, "GBq", "mCi"), (Decimal("7.4"), "mCi", "GBq"), (Decimal("7.4"), "MBq", "GBq"), (7400, "GBq", "MBq")],
)
def test_an_activity_in_the_wrong_unit_is_implausible_and_names_the_right_one(value, unit, would_be):
    found = compute_administered_activity_gbq(value=value, unit=unit, planned_gbq=Decimal("7.4"))
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.IMPLAUSIBLE
    assert f"in {would_be} it would be" in found.because


def test_limits_of_belief_belong_to_it():
    """Three times and a third of 7.4 GBq are believed, a hair beyond is not."""
    planned = Decimal("7.5")
    for value, is_believed in (("22.5", True), ("22.500001", False), ("2.5", True), ("2.499999", False)):
        found = compute_administered_activity_gbq(value=Decimal(value), unit="GBq", planned_gbq=planned)
        assert isinstance(found, Assessed) is is_believed


@pytest.mark.parametrize(("unit", "why"), [(None, Why.NO_UNIT), ("", Why.NO_UNIT), ("mSv", Why.UNKNOWN_UNIT)])
def test_without_a_unit_of_activity_there_is_no_activity(unit, why):
    found = compute_administered_activity_gbq(value=200, unit=unit, planned_gbq=Decimal("7.4"))
    assert isinstance(found, NotEvaluable)
    assert found.why is why


def test_micro_is_read_in_three_spellings():
    for spelling in ("uCi", "µCi", "μCi"):
        found = compute_administered_activity_gbq(value=200_000, unit=spelling, planned_gbq=Decimal("7.4"))
        assert isinstance(found, Assessed)


def test_a_plan_of_nothing_is_wrong_use():
    with pytest.raises(EquipoiseError, match="must be above 0"):
        compute_administered_activity_gbq(value=1, unit="GBq", planned_gbq=0)
