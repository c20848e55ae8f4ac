"""Cumulative incidence: by hand, at its ends, and where it says that nothing can be estimated."""

import pytest

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.competing.aalen_johansen import (
    IncidenceVariance,
    count_at_risk,
    estimate_cumulative_incidence,
)
from equipoise.errors import EquipoiseError

DAYS = [10, 20, 20, 30, 40]
CAUSES = [1, 2, 0, 1, 0]


def test_the_steps_are_those_of_hand_arithmetic():
    """1/5 on day 10; on day 20 nothing of cause 1; on day 30 event-free 4/5 * 3/4 = 3/5, and 1 of 2 at risk: + 3/10."""
    curve = estimate_cumulative_incidence(DAYS, CAUSES, 1)
    assert [curve.value_at(day) for day in (0, 9, 10, 29, 30, 40)] == pytest.approx([0, 0, 0.2, 0.2, 0.5, 0.5])
    assert curve.days.tolist() == [10, 20, 30]
    assert curve.at_risk.tolist() == [5, 4, 2]


def test_the_censored_of_a_day_are_at_risk_on_it():
    """One of two has the event on the day that the other is censored: 1/2, not 1."""
    assert estimate_cumulative_incidence([7, 7], [1, 0], 1).value_at(7) == 0.5
    assert count_at_risk([7, 7, 9], [7, 8, 9, 10]).tolist() == [3, 1, 1, 0]


def test_after_the_last_follow_up_the_incidence_is_unknown_unless_nobody_was_left():
    assert estimate_cumulative_incidence(DAYS, CAUSES, 1).value_at(41) == NotEstimable(
        "nobody was followed to day 41; the last follow-up is on day 40"
    )
    assert estimate_cumulative_incidence([10, 20], [1, 2], 1).value_at(500) == 0.5


@pytest.mark.parametrize("variance", IncidenceVariance)
@pytest.mark.parametrize("causes", [[0, 0, 0], [2, 2, 0], [2, 2, 2]])
def test_without_an_event_of_the_cause_the_incidence_is_0_and_has_no_interval(causes, variance):
    curve = estimate_cumulative_incidence([5, 6, 7], causes, 1, variance=variance)
    assert (curve.value_at(6), curve.variance_at(6)) == (0, 0)
    assert curve.interval_at(6) == NotEstimable("no event of cause 1 up to day 6")


def test_with_one_event_there_is_an_interval_and_its_type_is_told():
    """One of three on day 5: variance (1/3)(2/3)/3 = 2/27, plain 1/3 -+ 1.959964 sqrt(2/27)."""
    curve = estimate_cumulative_incidence([5, 6, 7], [1, 0, 0], 1, variance=IncidenceVariance.DELTA)
    interval = curve.interval_at(5, type=IntervalType.PLAIN)
    assert (interval.low, interval.high) == pytest.approx((0, 1 / 3 + 1.959963985 * (2 / 27) ** 0.5), abs=1e-9)
    assert interval.type is IntervalType.PLAIN
    assert curve.interval_at(5).type is IntervalType.LOG_LOG


def test_when_all_had_the_event_nothing_varies():
    curve = estimate_cumulative_incidence([5, 6], [1, 1], 1, variance=IncidenceVariance.DELTA)
    assert curve.value_at(6) == 1
    assert curve.interval_at(6) == NotEstimable("the incidence of cause 1 is 1 by day 6: nothing varies")


def test_nobody_is_a_reason():
    assert estimate_cumulative_incidence([], [], 1) == NotEstimable("there are no subjects")


@pytest.mark.parametrize(
    ("days", "causes", "cause", "message"),
    [
        ([1, 2], [1], 1, "2 days and 1 causes"),
        ([1.5], [1], 1, "days: not all are whole numbers"),
        ([float("nan")], [1], 1, "days: not all are whole numbers"),
        ([float("inf")], [1], 1, "days: not all are whole numbers"),
        ([1], [float("-inf")], 1, "causes: not all are whole numbers"),
        ([-1], [1], 1, "days: there are negative numbers"),
        ([1], [-2], 1, "causes: there are negative numbers"),
        ([1], [1], 0, "0 is no cause"),
        ([[1]], [1], 1, "days: 2 dimensions"),
        (["a"], [1], 1, "days: not all are whole numbers"),
    ],
)
def test_malformed_input_is_refused(days, causes, cause, message):
    with pytest.raises(EquipoiseError, match=message):
        estimate_cumulative_incidence(days, causes, cause)


def test_an_interval_of_another_type_or_level_is_refused():
    curve = estimate_cumulative_incidence(DAYS, CAUSES, 1)
    with pytest.raises(EquipoiseError, match="has no such interval"):
        curve.interval_at(30, type=IntervalType.PROFILE)
    with pytest.raises(EquipoiseError, match="No interval at this level"):
        curve.interval_at(30, level=1.0)
