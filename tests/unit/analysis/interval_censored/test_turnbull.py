"""Turnbull's curve and the score test: by hand, and where they say that nothing can be estimated."""

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.interval_censored.observations import NEVER, check_observations
from equipoise.analysis.interval_censored.score_test import compute_interval_score_test
from equipoise.analysis.interval_censored.turnbull import estimate_turnbull, find_innermost_intervals
from equipoise.errors import EquipoiseError


def test_innermost_intervals_run_from_a_lower_end_to_the_next_upper_one():
    """Turnbull 1976: of (0, 5], (3, 8], (5, 9] and (7, never) the points in most are (3, 5] and (7, 8]."""
    after, until = find_innermost_intervals(check_observations([0, 3, 5, 7], [5, 8, 9, NEVER]))
    assert list(zip(after.tolist(), until.tolist(), strict=True)) == [(3, 5), (7, 8)]


def test_intervals_that_touch_do_not_meet():
    after, until = find_innermost_intervals(check_observations([2, 5], [5, 7]))
    assert list(zip(after.tolist(), until.tolist(), strict=True)) == [(2, 5), (5, 7)]


def test_masses_of_a_case_worked_by_hand():
    """(0, 2], (1, 4], (3, never): p on (1, 2], 1 - p on (3, 4]: p * 1 * (1 - p) is greatest at one half."""
    curve = estimate_turnbull([0, 1, 3], [2, 4, NEVER])
    assert curve.mass == pytest.approx([0.5, 0.5], abs=1e-12)
    assert [curve.survival_at(day) for day in (0, 1, 2, 3, 4, 100)] == pytest.approx([1, 1, 0.5, 0.5, 0, 0], abs=1e-9)
    assert curve.median_interval() == (1, 2)
    assert curve.log_likelihood == pytest.approx(np.log(0.25))


def test_an_exact_day_lies_in_the_intervals_that_hold_it():
    """Day 4 exactly lies in (3, 5] and not in (4, 6]: p on day 4, 1 - p on day 5, and p * 1 * (1 - p) as above."""
    curve = estimate_turnbull([4, 3, 4], [4, 5, 6])
    assert list(zip(curve.after.tolist(), curve.until.tolist(), strict=True)) == [(3, 4), (4, 5)]
    assert curve.mass == pytest.approx([0.5, 0.5], abs=1e-12)


def test_inside_a_step_only_a_range_is_known():
    curve = estimate_turnbull([0, 0], [10, 10])
    assert curve.survival_range_at(5) == (0, 1)
    assert curve.survival_at(5) == NotEstimable("between days 0 and 10 only the range 0.0000 to 1.0000 is known")


def test_the_median_is_unknown_while_more_than_half_are_free():
    curve = estimate_turnbull([1, 9, 9], [2, NEVER, NEVER])
    assert curve.survival_at(9) == pytest.approx(2 / 3)
    assert curve.survival_at(10) == NotEstimable("nobody was observed beyond day 9")
    assert "survival is above one half on day 9" in curve.median_interval().reason


def test_nobody_and_no_event_are_reasons():
    assert estimate_turnbull([], []) == NotEstimable("there are no subjects")
    assert estimate_turnbull([3, 4], [NEVER, NEVER]) == NotEstimable("the event was seen in nobody")


def test_one_event_is_enough_for_a_curve():
    assert estimate_turnbull([3], [8]).survival_at(8) == 0


@pytest.mark.parametrize(
    ("last_free", "first_seen", "groups", "reason"),
    [
        ([3, 4], [8, 9], [0, 0], "there are fewer than two groups to compare"),
        ([3, 4], [NEVER, NEVER], [0, 1], "the event was seen in nobody"),
        ([3, 3], [8, 8], [0, 1], "the observations do not tell an earlier event from a later one"),
    ],
)
def test_groups_that_cannot_be_compared_say_why(last_free, first_seen, groups, reason):
    assert compute_interval_score_test(last_free, first_seen, groups) == NotEstimable(reason)


@pytest.mark.parametrize(
    ("last_free", "first_seen", "message"),
    [
        ([1, 2], [3], "2 and 1 days"),
        ([5], [4], "1 subjects had the event before they were last free of it"),
        ([-1], [4], "last_free: there are negative days"),
        ([1.5], [4], "last_free: not a list of whole days"),
        ([float("-inf")], [4], "last_free: not a list of whole days"),
        ([1], [float("nan")], "first_seen: not a list of whole days"),
        ([[1]], [4], "last_free: not a list of whole days"),
        ([NEVER], [NEVER], "Only first_seen can be never"),
    ],
)
def test_malformed_observations_are_refused(last_free, first_seen, message):
    with pytest.raises(EquipoiseError, match=message):
        estimate_turnbull(last_free, first_seen)


def test_groups_that_are_no_numbers_are_refused():
    with pytest.raises(EquipoiseError, match="not a whole number for each subject"):
        compute_interval_score_test([1, 2], [3, 4], ["a", "b"])


def test_three_groups_have_two_degrees_of_freedom_and_no_z():
    """The tail of a chi-square with 2 degrees of freedom is exp(-x / 2)."""
    result = compute_interval_score_test([0, 2, 4, 6, 8, 3], [2, 5, 9, 8, NEVER, NEVER], [0, 1, 2, 0, 1, 2])
    assert (result.df, result.z) == (2, None)
    assert result.p == pytest.approx(np.exp(-result.chi_square / 2), rel=1e-12)
