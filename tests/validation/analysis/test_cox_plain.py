"""Cox models against an independent plain rewrite (`cox_plain`) on generated data sets, all handlings of ties."""

from collections import Counter
from math import inf, isinf, log

import numpy as np
import pytest
from tests.validation.analysis import cox_plain as plain
from tests.validation.analysis.cox_worlds import make_world

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.cox.batch import fit_cox_batch
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.cox.ph_check import TimeTransform, check_proportional_hazards
from equipoise.analysis.cox.residuals import compute_baseline, compute_schoenfeld

KINDS = ("no events", "flat", "finite", "monotone", "monotone, one finite", "undecided")
FAR = 60
"""A coefficient that is as good as infinite: covariates differ by at least 1, so the rest is exp(-60)."""


def fit(world, ties, **options):
    table = np.array(world.x, dtype=float).reshape(len(world.x), -1 if world.x else 1)
    return fit_cox(world.days, world.event, table, ties=ties, strata=world.strata, **options)


def agree(number, handlings=tuple(Ties)):
    """One world: the verdict, and everything that follows from it; what it was is returned."""
    world = make_world(number)
    verdicts = []
    for ties in handlings:
        result = fit(world, ties)
        terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
        expected = plain.judge(terms) if terms else "no events"
        if expected in ("no events", "flat"):
            assert isinstance(result, NotEstimable), (number, ties)
            assert expected != "no events" or "no subject" in result.reason
            verdicts.append(expected)
        elif expected == "finite":
            check_finite(result, terms, number)
            verdicts.append("finite")
        else:
            verdicts.append(check_monotone(result, terms, expected, number))
    return verdicts


def check_finite(result, terms, number):
    """The plain score is 0 at our maximum: the likelihood is concave, so there is no other."""
    beta = list(result.coefficients)
    information = np.array(plain.information(terms, beta))
    distance = np.abs(plain.score(terms, beta)) / np.sqrt(np.diag(information))
    assert not result.monotone, number
    assert distance.max() < 1e-11, number
    expected = np.linalg.inv(information)
    np.testing.assert_allclose(result.covariance, expected, rtol=1e-9, atol=1e-12 * expected.max())
    assert result.log_likelihood == pytest.approx(plain.log_likelihood(terms, beta), rel=1e-11, abs=1e-11)
    null = [0.0] * len(beta)
    assert result.log_likelihood_null == pytest.approx(plain.log_likelihood(terms, null), rel=1e-11, abs=1e-11)
    score, at_null = np.array(plain.score(terms, null)), np.array(plain.information(terms, null))
    assert result.score.statistic == pytest.approx(score @ np.linalg.solve(at_null, score), rel=1e-9, abs=1e-11)


def check_monotone(result, terms, directions, number):
    """The supremum is the best that the plain likelihood reaches far out, and the right covariates are infinite."""
    ends = list(zip(*directions, strict=True))
    if any(min(end) < 0 < max(end) for end in ends):
        assert isinstance(result, NotEstimable), number
        assert "every coefficient of" in result.reason
        return "undecided"
    direction = [sum(end) for end in ends]
    assert result.log_likelihood == pytest.approx(best_far_out(terms, direction), rel=1e-9, abs=1e-9), number
    for effect, component in zip(result.effects, direction, strict=True):
        if component:
            assert effect.log_hazard_ratio == (inf if component > 0 else -inf), number
    finite = [j for j, component in enumerate(direction) if not component]
    if finite:
        beta = [result.effects[j].log_hazard_ratio if j in finite else FAR * direction[j] for j in range(2)]
        spread = plain.information(terms, beta)[finite[0]][finite[0]]
        assert abs(plain.score(terms, beta)[finite[0]]) / spread**0.5 < 1e-11, number
        assert result.effects[finite[0]].standard_error == pytest.approx(spread**-0.5, rel=1e-9), number
    return "monotone, one finite" if finite else "monotone"


def far_out(direction, across):
    return [FAR * direction[0] - across * direction[1], FAR * direction[1] + across * direction[0]]


def best_far_out(terms, direction):
    from scipy.optimize import minimize_scalar

    if len(direction) == 1:
        return plain.log_likelihood(terms, [FAR * direction[0]])
    scale = max(map(abs, direction))

    def loss(across):
        return -plain.log_likelihood(terms, far_out(direction, across / scale))

    # Beyond this the limit is flat or falls: covariates are 0 to 3.
    return -minimize_scalar(loss, bounds=(-25, 25), method="bounded", options={"xatol": 1e-7}).fun


def test_every_fit_of_generated_data_is_that_of_the_plain_likelihood():
    """One handling of ties for each data set here, all three for each in the long run."""
    seen = Counter()
    for number in range(2000):
        ties = list(Ties)[number % 3]
        seen.update((ties, verdict) for verdict in agree(number, (ties,)))
    assert min(seen[ties, kind] for ties in Ties for kind in KINDS) >= 3


@pytest.mark.long
def test_every_fit_of_ten_thousand_data_sets_is_that_of_the_plain_likelihood():
    for number in range(2000, 12_000):
        agree(number)


def check_profile(number, ties):
    """At each bound the best plain likelihood is lower by half the quantile of chi-square; None where none is."""
    from scipy.optimize import minimize_scalar
    from scipy.stats import chi2

    world = make_world(number)
    result = fit(world, ties, interval=IntervalType.PROFILE, level=0.9)
    if isinstance(result, NotEstimable):
        return 0
    terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
    target = result.log_likelihood - chi2.ppf(0.9, 1) / 2
    bounds = 0
    for j, effect in enumerate(result.effects):
        for bound, side in ((effect.interval.low, -1), (effect.interval.high, 1)):
            if bound is None:
                assert effect.log_hazard_ratio == side * inf, number
                continue
            fixed = np.log(bound)
            bounds += 1

            def loss(other, fixed=fixed, j=j):
                beta = [fixed, other] if j == 0 else [other, fixed]
                return -plain.log_likelihood(terms, beta[: len(result.effects)])

            best = minimize_scalar(loss, bounds=(-80, 80), method="bounded", options={"xatol": 1e-8}).fun
            assert -best == pytest.approx(target, abs=1e-9), (number, ties, j, side)
    return bounds


def test_profile_bounds_are_where_the_plain_likelihood_has_fallen_by_the_quantile():
    assert sum(check_profile(number, list(Ties)[number % 3]) for number in range(250)) > 100


def fall_of_best(terms, target, column, held):
    """How far the best plain likelihood with one coefficient held is above a target; others may run away as they do."""
    from scipy.optimize import minimize

    others = [j for j in range(len(terms[0].chosen)) if j != column]

    def beta(free):
        return [*free[:column], held, *free[column:]]

    best = minimize(
        lambda free: -plain.log_likelihood(terms, beta(free)),
        np.zeros(len(others)),
        jac=lambda free: -np.array(plain.score(terms, beta(free)))[others],
        hess=lambda free: np.array(plain.information(terms, beta(free)))[np.ix_(others, others)],
        method="trust-exact",
        options={"gtol": 1e-10, "max_trust_radius": 10.0},
    )
    return -best.fun - target


def check_separated(number, ties):
    """Of three or four covariates, each infinite one has its one bound, though others go to infinity beside it."""
    world = make_world(number, covariates=3 + number % 2)
    result = fit(world, ties, interval=IntervalType.PROFILE)
    if isinstance(result, NotEstimable) or len(result.monotone) < 2:
        return 0
    terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
    target = result.log_likelihood - 1.959963984540054**2 / 2
    for column, effect in enumerate(result.effects):
        if effect.is_infinite:
            bound, none = effect.interval.low, effect.interval.high
            if effect.hazard_ratio == 0:
                bound, none = none, bound
            assert none is None, number
            assert fall_of_best(terms, target, column, log(bound)) == pytest.approx(0, abs=1e-8), (number, ties, column)
    return len(result.monotone)


def test_each_of_several_infinite_estimates_has_its_bound():
    assert sum(check_separated(number, list(Ties)[number % 3]) for number in range(700)) >= 20


def test_the_bound_of_an_infinite_estimate_is_found_far_beyond_what_exponentials_hold():
    """Thirty subjects die in the order of a continuous covariate, some nearly alike: predictors thousands apart."""
    rng = np.random.default_rng(3)
    x = np.sort(rng.normal(size=30))[::-1]
    days, event = list(range(1, 31)), [True] * 30
    terms = plain.list_terms(days, event, [(value,) for value in x.tolist()], [0] * 30, "efron")
    for ties in Ties:
        effect = fit_cox(days, event, x[:, None], ties=ties, interval=IntervalType.PROFILE).effects[0]
        bound = np.log(effect.interval.low)
        assert bound * np.ptp(x) > 800
        assert plain.log_likelihood(terms, [bound]) == pytest.approx(-(1.959963984540054**2) / 2, abs=1e-11)


def test_a_value_far_from_all_others_is_fitted_all_the_same():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    x[0, 0] = 1e6
    days, event = rng.integers(1, 90, 60), rng.random(60) < 0.6
    for ties in (Ties.BRESLOW, Ties.EFRON):
        result = fit_cox(days, event, x, ties=ties)
        rows = [tuple(row) for row in x.tolist()]
        terms = plain.list_terms(days.tolist(), event.tolist(), rows, [0] * 60, ties)
        beta = list(result.coefficients)
        distance = np.abs(plain.score(terms, beta)) / np.sqrt(np.diag(plain.information(terms, beta)))
        assert distance.max() < 1e-12


def transform(world, kind):
    """The function of time of the check, by its definition."""
    events = sorted(day for day, happened in zip(world.days, world.event, strict=True) if happened)
    if kind is TimeTransform.IDENTITY:
        return float
    if kind is TimeTransform.LOG:
        return log
    if kind is TimeTransform.RANK:
        return lambda day: sum(each < day for each in world.days) + (1 + world.days.count(day)) / 2

    def fallen(day):
        survival = 1.0
        for each in sorted({each for each in events if each < day}):
            at_risk = sum(1 for other in world.days if other >= each)
            survival *= 1 - events.count(each) / at_risk
        return 1 - survival

    return fallen


def check_trend(number, ties, kind):
    """The score test of the plain likelihood in which each covariate stands a second time, multiplied by time."""
    world = make_world(number)
    result = fit(world, ties)
    if isinstance(result, NotEstimable) or result.monotone:
        return 0
    check = check_proportional_hazards(result, kind)
    terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
    if kind is TimeTransform.LOG and any(term.day == 0 for term in terms):
        assert check == NotEstimable("somebody has the event on day 0, which has no logarithm")
        return 0
    p = len(result.effects)
    wide = plain.with_trend(terms, transform(world, kind))
    beta = [*result.coefficients, *[0.0] * p]
    score, information = np.array(plain.score(wide, beta)), np.array(plain.information(wide, beta))
    left = information[p:, p:] - information[p:, :p] @ np.linalg.solve(information[:p, :p], information[:p, p:])
    if isinstance(check, NotEstimable):
        assert len({term.day for term in terms}) == 1, number
        return 0
    size = np.abs(np.diag(information)[p:])
    for j, (_, test) in enumerate(check.by_covariate):
        if isinstance(test, NotEstimable):
            assert left[j, j] <= 1e-9 * size[j], number
        elif left[j, j] > 1e-5 * size[j]:
            # Time without an origin of its own costs the plain sums digits, so only clear cases are compared.
            assert test.statistic == pytest.approx(score[p + j] ** 2 / left[j, j], rel=1e-8, abs=1e-9), (number, ties)
    if not isinstance(check.together, NotEstimable) and np.linalg.cond(information) < 1e7:
        assert check.together.statistic == pytest.approx(
            score[p:] @ np.linalg.solve(left, score[p:]), rel=1e-6, abs=1e-9
        )
    return 1


def test_proportional_hazards_checks_are_score_tests_of_the_plain_likelihood():
    kinds, handlings = list(TimeTransform), list(Ties)
    assert sum(check_trend(n, handlings[n % 3], kinds[n // 3 % 4]) for n in range(400)) > 50


def test_residuals_are_deaths_less_what_the_plain_likelihood_expects():
    compared = 0
    for number in range(300):
        world, ties = make_world(number), list(Ties)[number % 2]
        result = fit(world, ties)
        if isinstance(result, NotEstimable) or result.monotone:
            continue
        residuals = compute_schoenfeld(result)
        terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
        means = {}
        for term, stratum in zip(terms, strata_of(world), strict=True):
            means.setdefault((term.day, stratum), []).append(plain.moments(term, list(result.coefficients))[0])
        for day, stratum, subject, row in zip(
            residuals.days, residuals.strata, residuals.subjects, residuals.residuals, strict=True
        ):
            expected = np.mean(means[day, stratum], axis=0)
            np.testing.assert_allclose(row, np.array(world.x[subject]) - expected, atol=1e-11)
            compared += 1
        np.testing.assert_allclose(residuals.residuals.sum(axis=0), 0, atol=1e-10)
    assert compared > 150


def strata_of(world):
    """The stratum of each factor, in the order in which `list_terms` gives them."""
    events = [(s, day) for s, day, happened in zip(world.strata, world.days, world.event, strict=True) if happened]
    return [stratum for stratum, _ in sorted(events)]


def test_baseline_hazards_are_one_over_the_weight_at_risk():
    compared = 0
    for number in range(300):
        world, ties = make_world(number), list(Ties)[number % 2]
        result = fit(world, ties)
        if isinstance(result, NotEstimable) or result.monotone:
            continue
        terms = plain.list_terms(world.days, world.event, world.x, world.strata, ties)
        hazards = Counter()
        for term, stratum in zip(terms, strata_of(world), strict=True):
            weight = sum(share * np.exp(plain.dot(x, result.coefficients)) for x, share in term.alternatives)
            hazards[stratum, term.day] += 1 / weight
        for baseline in compute_baseline(result):
            expected = [hazards[baseline.stratum, day] for day in baseline.days]
            np.testing.assert_allclose(baseline.hazards, expected, rtol=1e-10)
            assert list(baseline.days) == sorted(day for s, day in hazards if s == baseline.stratum)
            compared += 1
    assert compared > 50


def test_a_batch_is_the_fit_of_each_of_its_trials():
    """Trials of unequal size side by side; the arm is the only covariate."""
    worlds = [world for number in range(1500) if (world := make_world(number, covariates=1)) and is_two_arms(world)]
    size = max(len(world.days) for world in worlds)
    days, event, arm, stratum = (np.zeros((len(worlds), size), dtype=np.int64) for _ in range(4))
    valid = np.zeros((len(worlds), size), dtype=bool)
    for row, world in enumerate(worlds):
        here = slice(len(world.days))
        days[row, here], event[row, here], stratum[row, here] = world.days, world.event, world.strata
        arm[row, here], valid[row, here] = [x for (x,) in world.x], True
    seen = Counter()
    for ties in (Ties.BRESLOW, Ties.EFRON):
        batch = fit_cox_batch(days, event, arm, stratum, valid, ties=ties)
        for row, world in enumerate(worlds):
            one = fit(world, ties)
            assert batch.is_estimable[row] == (not isinstance(one, NotEstimable))
            if isinstance(one, NotEstimable):
                seen["none"] += 1
                continue
            effect = one.effects[0]
            assert batch.is_monotone[row] == isinf(effect.log_hazard_ratio) == (not batch.is_converged[row])
            if isinf(effect.log_hazard_ratio):
                assert batch.log_hazard_ratio[row] == effect.log_hazard_ratio
                seen["monotone"] += 1
                continue
            assert batch.log_hazard_ratio[row] == pytest.approx(effect.log_hazard_ratio, rel=1e-10, abs=1e-13)
            assert batch.standard_error[row] == pytest.approx(effect.standard_error, rel=1e-10)
            seen["finite"] += 1
    assert min(seen[kind] for kind in ("none", "monotone", "finite")) > 200


def is_two_arms(world):
    return all(x in ((0,), (1,)) for x in world.x)
