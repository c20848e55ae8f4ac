"""Source: independent plain checks (every day and set of observations, Kuhn-Tucker, Kaplan-Meier), generated data."""

from collections import Counter

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.interval_censored.observations import NEVER
from equipoise.analysis.interval_censored.score_test import IntervalScores, compute_interval_score_test
from equipoise.analysis.interval_censored.turnbull import estimate_turnbull

LAST = 40
"""The day that stands for all days after the last of the generated ones."""
N_DATA_SETS = [pytest.param(2_000, 11), pytest.param(10_000, 12, marks=pytest.mark.long)]


def make_observations(rng):
    """Exact, left-, right- and interval-censored subjects in changing shares; sometimes all of one kind."""
    n = int(rng.integers(1, 25))
    kinds = rng.choice(4, n, p=rng.dirichlet(np.ones(4))) if rng.random() < 0.8 else np.full(n, rng.integers(0, 4))
    day, width = rng.integers(1, 30, n), rng.integers(1, 9, n)
    last_free = np.select([kinds == 0, kinds == 1], [day, np.zeros(n, int)], np.maximum(day - width, 0))
    last_free = np.where(kinds == 2, day, last_free)
    first_seen = np.select([kinds == 0, kinds == 2], [day, np.full(n, NEVER)], day + (kinds == 3))
    return last_free, first_seen


def days_of(last_free, first_seen):
    """For each subject, the days 0 to LAST on which the event can have been."""
    days = np.arange(LAST + 1)
    start = np.where(last_free == first_seen, last_free, last_free + 1)[:, None]
    return (days >= start) & (days <= np.minimum(first_seen, LAST)[:, None])


def maximal_sets(possible):
    """The days grouped by who can have had the event on them, where no other day has all of these and more."""
    sets = [frozenset(np.flatnonzero(column)) for column in possible.T]
    best = {found for found in sets if found and not any(found < other for other in sets)}
    return [[day for day, found in enumerate(sets) if found == one] for one in sorted(best, key=sets.index)]


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
def test_the_estimate_fulfils_the_kuhn_tucker_conditions_on_every_day(n, seed):
    """
    A concave likelihood is at its maximum just where no day has a slope above n, and days with mass have n.

    Each day from 0 on may hold mass here, not only the innermost intervals: so these are proven too.
    """
    rng, seen = np.random.default_rng(seed), Counter()
    for _ in range(n):
        last_free, first_seen = make_observations(rng)
        curve = estimate_turnbull(last_free, first_seen)
        if isinstance(curve, NotEstimable):
            assert np.all(first_seen == NEVER)
            seen["nobody"] += 1
            continue
        possible = days_of(last_free, first_seen)
        mass = np.zeros(LAST + 1)
        for until, share in zip(np.minimum(curve.until, LAST), curve.mass, strict=True):
            mass[until] += share
        likelihood = possible @ mass
        slopes = (possible / likelihood[:, None]).sum(axis=0)
        assert mass.sum() == pytest.approx(1, abs=1e-12)
        assert slopes.max() <= len(last_free) * (1 + 1e-9)
        assert slopes[mass > 0] == pytest.approx(len(last_free), rel=1e-7)
        assert curve.log_likelihood == pytest.approx(np.log(likelihood).sum(), abs=1e-9)
        cliques = maximal_sets(possible)
        for after, until in zip(curve.after.tolist(), curve.until.tolist(), strict=True):
            assert list(range(after + 1, min(until, LAST) + 1)) in cliques
        seen["exact only" if np.all(last_free == first_seen) else "mixed"] += 1
    assert min(seen["nobody"], seen["exact only"], seen["mixed"]) >= n // 100


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
def test_with_exact_days_and_right_censoring_it_is_kaplan_meier(n, seed):
    """Days of censoring come after events of the same day; a curve that does not end keeps its mass after the last."""
    rng = np.random.default_rng(seed)
    for _ in range(n // 4):
        size = int(rng.integers(1, 25))
        days, event = rng.integers(1, 20, size), rng.random(size) < rng.random()
        curve = estimate_turnbull(days, np.where(event, days, NEVER))
        if not event.any():
            assert curve == NotEstimable("the event was seen in nobody")
            continue
        survival = 1.0
        for day in range(int(days.max()) + 1):
            at_risk = np.sum(days >= day)
            survival *= 1 - np.sum(event & (days == day)) / at_risk
            assert curve.survival_at(day) == pytest.approx(survival, abs=1e-9)


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
@pytest.mark.parametrize("scores", IntervalScores)
def test_score_tests_equal_their_definition(scores, n, seed):
    """Scores by their formula from the survival at the ends of each observation; variance by the permutation rule."""
    rng, n_tested = np.random.default_rng(seed), 0
    for _ in range(n // 4):
        last_free, first_seen = make_observations(rng)
        groups = rng.integers(0, 3, len(last_free))
        result = compute_interval_score_test(last_free, first_seen, groups, scores=scores)
        if isinstance(result, NotEstimable):
            continue
        curve = estimate_turnbull(last_free, first_seen)
        values = np.array([score_of(curve, *one, scores) for one in zip(last_free, first_seen, strict=True)])
        assert values.sum() == pytest.approx(0, abs=1e-6)
        totals = [values[groups == label].sum() for label in result.groups]
        assert result.totals == pytest.approx(totals, abs=1e-6)
        indicator = np.array([groups == label for label in result.groups[1:]], dtype=float)
        centred = indicator - indicator.mean(axis=1, keepdims=True)
        covariance = values.var() * len(values) / (len(values) - 1) * centred @ centred.T
        u = indicator @ values
        assert result.chi_square == pytest.approx(u @ np.linalg.solve(covariance, u), rel=1e-5, abs=1e-6)
        n_tested += 1
    assert n_tested > n // 10


def score_of(curve, last_free, first_seen, scores):
    """Fay and Shaw 2010, section 3: (S log T before - S log T after) / (S before - S after)."""
    before = last_free - 1 if last_free == first_seen else last_free
    ends = []
    for day in (before, first_seen):
        survival, logarithm = 1.0, 0.0
        for until, mass in zip(curve.until, curve.mass, strict=True):
            if until <= day:
                logarithm -= mass / survival
                survival -= mass
        if day == NEVER or survival < 1e-9:
            survival, logarithm = 0.0, 0.0
        elif scores is IntervalScores.FINKELSTEIN:
            logarithm = np.log(survival)
        ends.append((survival, survival * logarithm))
    return (ends[0][1] - ends[1][1]) / (ends[0][0] - ends[1][0])
