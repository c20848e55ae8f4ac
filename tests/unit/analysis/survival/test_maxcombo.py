import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.survival.logrank import LogRank, logrank
from equipoise.analysis.survival.maxcombo import DEFAULT_MEMBERS, MaxCombo, maxcombo
from equipoise.analysis.survival.normal_max import compute_max_tail
from equipoise.analysis.survival.weights import WeightFamily, Weights
from equipoise.errors import EquipoiseError


def _generated():
    rng = np.random.default_rng(4)
    return rng.integers(0, 90, 120), rng.random(120) < 0.6, rng.integers(0, 2, 120), rng.integers(0, 3, 120)


def test_each_member_is_the_logrank_test_of_its_weights():
    members = (*DEFAULT_MEMBERS[:2], Weights(WeightFamily.GEHAN), Weights(WeightFamily.PETO_PETO))
    result = maxcombo(*_generated(), members=members)
    assert isinstance(result, MaxCombo)
    for member, z in zip(members, result.z, strict=True):
        alone = logrank(*_generated(), weights=member)
        assert isinstance(alone, LogRank)
        assert z == pytest.approx(alone.z, rel=1e-13)
    assert result.largest == max(map(abs, result.z))


def test_looking_four_times_costs_more_than_once_and_less_than_four_times():
    result = maxcombo(*_generated())
    assert isinstance(result, MaxCombo)
    alone = min(logrank(*_generated(), weights=member).p_two_sided for member in DEFAULT_MEMBERS)
    assert alone < result.p_two_sided < 4 * alone


def test_a_member_without_a_variance_is_left_out_by_name():
    """All events on one day: the late weights are 0 there."""
    result = maxcombo([3, 3, 9, 9], [1, 1, 0, 0], [0, 1, 0, 1])
    assert isinstance(result, MaxCombo)
    assert result.members == (Weights(), Weights(rho=1))
    assert result.left_out == (Weights(gamma=1), Weights(rho=1, gamma=1))


def test_arms_that_cannot_be_compared_have_no_combination():
    assert maxcombo([1, 2], [1, 1], [0, 0]) == NotEstimable("nobody is in arm 1")
    assert maxcombo([1, 2], [0, 0], [0, 1]) == NotEstimable("nobody had an event")
    apart = maxcombo([5, 5], [1, 1], [0, 1])
    assert isinstance(apart, NotEstimable)
    assert apart.reason.startswith("the arms were never at risk together")
    late = maxcombo([3, 3, 9, 9], [1, 1, 0, 0], [0, 1, 0, 1], members=(Weights(gamma=1),))
    assert late == NotEstimable("the weights are 0 on each day with an event that tells the arms apart")


@pytest.mark.parametrize(
    "members", [(), (Weights(), Weights()), tuple(Weights(rho=number) for number in range(5))], ids=["0", "twice", "5"]
)
def test_no_member_too_many_or_one_twice_is_refused(members):
    with pytest.raises(EquipoiseError, match="Give 1 to 4, each once"):
        maxcombo(*_generated(), members=members)


@pytest.mark.parametrize("table", [[[1, 0.5]], [[1, 0.5], [0.4, 1]], [[2]], np.eye(5), []])
def test_a_table_that_is_no_correlation_is_refused(table):
    with pytest.raises(EquipoiseError, match="not a table of correlations of 1 to 4 statistics"):
        compute_max_tail(1.0, table, two_sided=True)
