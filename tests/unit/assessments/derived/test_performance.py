from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.measured import Measured
from equipoise.assessments.derived.performance import (
    CROSSWALK_SOURCES,
    Crosswalk,
    StatusRange,
    assess_ecog_from_karnofsky,
    assess_karnofsky_from_ecog,
    compute_ecog,
    compute_karnofsky_range,
)

CTEP, MA_2010 = Crosswalk


def karnofsky(value):
    return Measured("karnofsky", value, None)


@pytest.mark.parametrize(("crosswalk", "ecog"), [(CTEP, 0), (MA_2010, 1)])
def test_an_ecog_status_is_an_estimate_by_a_named_table(crosswalk, ecog):
    found = assess_ecog_from_karnofsky(karnofsky=karnofsky(90), crosswalk=crosswalk)
    assert isinstance(found, Assessed)
    assert found.value == ecog
    assert found.source == CROSSWALK_SOURCES[crosswalk]
    assert "estimated" in found.notes[0]
    assert found.inputs[0].value == "90 (no unit)"


def test_a_karnofsky_status_is_a_range():
    found = assess_karnofsky_from_ecog(ecog=Measured("ecog", 2, "1"), crosswalk=MA_2010)
    assert isinstance(found, Assessed)
    assert found.value == StatusRange(60, 70)
    assert found.source == CROSSWALK_SOURCES[MA_2010]
    assert "estimated" in found.notes[0]


def test_a_status_between_two_tens_decides_only_where_both_agree():
    assert assess_ecog_from_karnofsky(karnofsky=karnofsky(85), crosswalk=MA_2010).value == 1
    found = assess_ecog_from_karnofsky(karnofsky=karnofsky(85), crosswalk=CTEP)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (Why.OVERLAP, ("ecog",))
    assert "Karnofsky 85 lies between" in found.because


@pytest.mark.parametrize(
    ("value", "cause"),
    [(None, Why.NEVER_MEASURED), (101, Why.IMPLAUSIBLE), (-1, Why.IMPLAUSIBLE), (Decimal("80.5"), Why.IMPLAUSIBLE)],
)
def test_a_karnofsky_status_that_is_none(value, cause):
    found = assess_ecog_from_karnofsky(karnofsky=karnofsky(value), crosswalk=CTEP)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, ("karnofsky",))


@pytest.mark.parametrize("value", [None, 6, -1, Decimal("1.5")])
def test_an_ecog_status_that_is_none(value):
    result = None if value is None else Measured("ecog", value, None)
    found = assess_karnofsky_from_ecog(ecog=result, crosswalk=CTEP)
    assert isinstance(found, NotEvaluable)
    assert found.needs == ("ecog",)


def test_numbers_off_the_scales_have_no_counterpart():
    assert compute_ecog(karnofsky=110, crosswalk=CTEP) is None
    assert compute_karnofsky_range(ecog=6, crosswalk=CTEP) is None
