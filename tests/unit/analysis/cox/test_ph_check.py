"""The check of proportional hazards where hand and reason know the answer."""

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.cox.ph_check import TimeTransform, check_proportional_hazards


def draw(crossing, n=300):
    """Two arms; when hazards cross, arm 1 dies early and then no more than it must."""
    rng = np.random.default_rng(2)
    arm = np.arange(n) % 2
    days = np.ceil(rng.weibull(np.where((arm == 1) & crossing, 0.5, 2.0), n) * 200).astype(int)
    return days, np.ones(n, dtype=bool), arm[:, None]


@pytest.mark.parametrize("transform", TimeTransform)
def test_crossing_hazards_are_seen_and_proportional_ones_are_not(transform):
    for crossing in (True, False):
        check = check_proportional_hazards(fit_cox(*draw(crossing), ties=Ties.EFRON), transform)
        assert check.transform is transform
        assert (check.together.p < 1e-6) == crossing
        assert crossing or check.together.p > 0.01


def test_the_unit_of_time_changes_nothing():
    days, event, arm = draw(crossing=True)
    one = check_proportional_hazards(fit_cox(days, event, arm, ties=Ties.EFRON), TimeTransform.IDENTITY)
    other = check_proportional_hazards(fit_cox(days * 7 + 100, event, arm, ties=Ties.EFRON), TimeTransform.IDENTITY)
    assert other.together.statistic == pytest.approx(one.together.statistic, rel=1e-11)


def test_events_of_one_day_show_no_change_with_time():
    fit = fit_cox([3, 3, 4, 4], [1, 1, 0, 0], [[1], [0], [1], [0]], ties=Ties.EFRON)
    assert check_proportional_hazards(fit) == NotEstimable("all events are of one day: no change with time can be seen")


def test_an_infinite_estimate_is_not_checked():
    fit = fit_cox([1, 2, 3, 3], [1, 1, 0, 0], [[0], [0], [1], [1]], ties=Ties.EFRON)
    assert isinstance(check_proportional_hazards(fit), NotEstimable)


def test_one_covariate_may_say_nothing_of_time_while_another_does():
    """b differs among those at risk on the first day only, so it has one share and no trend."""
    x = [[1, 1], [0, 0], [0, 1], [1, 1], [1, 0], [0, 0], [1, 0], [0, 0], [1, 0]]
    fit = fit_cox([1, 1, 1, 1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 1, 1, 1, 1, 0], x, ties=Ties.EFRON, names=["a", "b"])
    (_, a), (_, b) = check_proportional_hazards(fit, TimeTransform.RANK).by_covariate
    assert a.df == 1
    assert b == NotEstimable("the events say nothing of a change with time")
