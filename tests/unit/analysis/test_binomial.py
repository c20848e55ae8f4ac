"""Proportions: what cannot be estimated says why, and what makes no sense is refused."""

import pytest

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.binomial import (
    Alternative,
    Counted,
    compute_binomial_test,
    compute_fisher_test,
    estimate_difference,
    estimate_proportion,
)
from equipoise.errors import EquipoiseError

NOBODY = NotEstimable("there are no subjects in the denominator")


def test_with_nobody_in_the_denominator_nothing_is_estimable():
    nobody, some = Counted(0, 0), Counted(1, 3)
    assert estimate_proportion(nobody) == NOBODY
    assert compute_binomial_test(nobody, 0.3) == NOBODY
    assert estimate_difference(nobody, some) == estimate_difference(some, nobody) == NOBODY
    assert compute_fisher_test(nobody, some) == compute_fisher_test(some, nobody) == NOBODY


@pytest.mark.parametrize("type", [IntervalType.CLOPPER_PEARSON, IntervalType.WILSON])
def test_nobody_and_everybody_have_intervals_that_end_at_0_and_1(type):
    assert estimate_proportion(Counted(0, 5), type=type).interval.low == 0
    assert estimate_proportion(Counted(5, 5), type=type).interval.high == 1


@pytest.mark.parametrize("type", [IntervalType.MIETTINEN_NURMINEN, IntervalType.NEWCOMBE])
def test_a_difference_turned_round_has_the_interval_turned_round(type):
    one = estimate_difference(Counted(7, 20), Counted(3, 25), type=type).interval
    other = estimate_difference(Counted(3, 25), Counted(7, 20), type=type).interval
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-14)
    assert one.type is type


def test_a_difference_is_the_first_proportion_less_the_second():
    difference = estimate_difference(Counted(7, 20), Counted(3, 25))
    assert difference.value == pytest.approx(0.35 - 0.12)
    assert difference.interval.low < difference.value < difference.interval.high


def test_one_subject_in_each_arm_has_an_interval():
    interval = estimate_difference(Counted(1, 1), Counted(0, 1)).interval
    assert -1 <= interval.low < interval.high == 1


def test_greater_and_less_share_the_observed_count():
    """P(X >= 4) + P(X <= 4) = 1 + P(X = 4); of 8 with one half, P(X = 4) = 70/256."""
    greater = compute_binomial_test(Counted(4, 8), 0.5, alternative=Alternative.GREATER)
    less = compute_binomial_test(Counted(4, 8), 0.5, alternative=Alternative.LESS)
    assert greater + less == pytest.approx(1 + 70 / 256, rel=1e-14)
    assert compute_binomial_test(Counted(4, 8), 0.5) == 1


@pytest.mark.parametrize(("count", "n"), [(4, 3), (-1, 3)])
def test_a_count_beyond_the_subjects_is_refused(count, n):
    with pytest.raises(EquipoiseError, match=f"{count} of {n} subjects"):
        Counted(count, n)


def test_an_unknown_interval_a_level_and_a_null_out_of_range_are_refused():
    with pytest.raises(EquipoiseError, match="no such interval of a proportion"):
        estimate_proportion(Counted(1, 3), type=IntervalType.LOG_LOG)
    with pytest.raises(EquipoiseError, match="no such interval of a difference"):
        estimate_difference(Counted(1, 3), Counted(1, 3), type=IntervalType.WILSON)
    with pytest.raises(EquipoiseError, match="No interval at this level"):
        estimate_proportion(Counted(1, 3), level=95)
    with pytest.raises(EquipoiseError, match="cannot be tested against this"):
        compute_binomial_test(Counted(1, 3), 1.0)
