"""Gray's test: what it does not depend on, and where it says that nothing can be compared."""

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.competing.gray import compute_gray_test
from equipoise.errors import EquipoiseError

RNG = np.random.default_rng(1)
DAYS, CAUSES, GROUPS = RNG.integers(1, 40, 60), RNG.integers(0, 3, 60), RNG.integers(0, 3, 60)
APART = "no event of cause 1 tells all groups apart: they were not at risk together"
TOO_FEW = "there are too few subjects: the variance of the scores is not positive"


def test_names_of_groups_and_order_of_subjects_do_not_matter():
    order, renamed = RNG.permutation(60), np.array([9, 2, 5])
    one = compute_gray_test(DAYS, CAUSES, GROUPS, 1)
    other = compute_gray_test(DAYS[order], CAUSES[order], renamed[GROUPS[order]], 1)
    assert other.chi_square == pytest.approx(one.chi_square, rel=1e-10)
    assert other.groups == (2, 5, 9)
    assert other.scores == pytest.approx((one.scores[1], one.scores[2], one.scores[0]), rel=1e-10)


def test_a_stratum_with_one_group_adds_nothing():
    alone = np.full(10, 0)
    one = compute_gray_test(DAYS, CAUSES, GROUPS, 1)
    other = compute_gray_test(
        np.concatenate([DAYS, DAYS[:10]]),
        np.concatenate([CAUSES, CAUSES[:10]]),
        np.concatenate([GROUPS, alone]),
        1,
        strata=np.concatenate([np.zeros(60, int), np.ones(10, int)]),
    )
    assert other.chi_square == pytest.approx(one.chi_square, rel=1e-10)


@pytest.mark.parametrize(
    ("days", "causes", "groups", "reason"),
    [
        ([], [], [], "there are fewer than two groups to compare"),
        ([1, 2], [1, 1], [0, 0], "there are fewer than two groups to compare"),
        ([1, 2, 3, 4], [0, 0, 0, 0], [0, 0, 1, 1], "no event of cause 1"),
        ([1, 2, 3, 4], [2, 0, 2, 0], [0, 0, 1, 1], "no event of cause 1"),
        ([1, 2, 8, 9], [0, 0, 1, 1], [0, 0, 1, 1], APART),
        ([2, 2, 2, 1], [1, 1, 1, 1], [1, 0, 1, 0], TOO_FEW),
    ],
)
def test_what_cannot_be_compared_says_why(days, causes, groups, reason):
    assert compute_gray_test(days, causes, groups, 1) == NotEstimable(reason)


def test_one_event_can_be_enough():
    """One event on day 3 among two and two at risk: score 1 - 2/4 for its group."""
    result = compute_gray_test([3, 5, 5, 6], [1, 0, 0, 0], [0, 0, 1, 1], 1)
    assert result.scores == pytest.approx((0.5, -0.5))
    assert 0 < result.p < 1


def test_groups_and_strata_of_another_length_are_refused():
    with pytest.raises(EquipoiseError, match="groups: 1 for 2 subjects"):
        compute_gray_test([1, 2], [1, 0], [0], 1)
    with pytest.raises(EquipoiseError, match="strata: 1 for 2 subjects"):
        compute_gray_test([1, 2], [1, 0], [0, 1], 1, strata=[0])
