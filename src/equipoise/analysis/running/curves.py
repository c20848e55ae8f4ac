"""Curves by arm: Kaplan-Meier, restricted means, cumulative incidence, Turnbull; each with what is compared by them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.competing.aalen_johansen import CumulativeIncidence, estimate_cumulative_incidence
from equipoise.analysis.endpoints import CAUSES, IntervalRow, TimeRow, derive_interval
from equipoise.analysis.interval_censored.observations import NEVER
from equipoise.analysis.interval_censored.score_test import IntervalScoreTest, compute_interval_score_test
from equipoise.analysis.interval_censored.turnbull import TurnbullCurve, estimate_turnbull
from equipoise.analysis.results import ArmLine, Estimate, Number
from equipoise.analysis.running.data import Asked, arm_numbers, keep_members
from equipoise.analysis.running.estimates import DAYS, estimate, interval_type, name_arms, nobody_in
from equipoise.analysis.running.outcome import Outcome, time_rows
from equipoise.analysis.survival.kaplan_meier import (
    KaplanMeier,
    compute_bounds,
    estimate_survival,
    fit_follow_up,
    fit_kaplan_meier,
)
from equipoise.analysis.survival.landmark import compare_survival
from equipoise.analysis.survival.quantiles import SurvivalTime, estimate_time
from equipoise.analysis.survival.rmst import (
    Contrast,
    RestrictedMeans,
    compare_restricted_means,
    estimate_restricted_mean,
    find_longest_tau,
)

Curve = Mapping[str, Sequence[Number]]


def run_kaplan_meier(asked: Asked) -> Outcome:
    """Each arm's curve with median and follow-up, and survival on the days asked for, compared on these."""
    rows, doubts = time_rows(asked)
    fitted = {arm: _fit(rows, arm) for arm in asked.arms}
    lines = tuple(_kaplan_meier_line(asked, arm, rows, fitted[arm]) for arm in asked.arms)
    drawn = {arm: draw_steps(asked, curve) for arm, curve in fitted.items() if isinstance(curve, KaplanMeier)}
    return Outcome(lines, tuple(_landmarks(asked, fitted)), doubts, drawn)


def fit_rows(rows: Sequence[TimeRow]) -> KaplanMeier | NotEstimable:
    """The curve of some rows."""
    return fit_kaplan_meier([row.days for row in rows], [row.event for row in rows])


def _fit(rows: Sequence[TimeRow], arm: str) -> KaplanMeier | NotEstimable:
    return fit_rows([row for row in rows if row.arm == arm])


def estimate_median(asked: Asked, curve: KaplanMeier | NotEstimable) -> Estimate:
    """The median of a curve with the interval that the plan asks for."""
    type_ = interval_type(asked.analysis.options.interval)
    found = curve if isinstance(curve, NotEstimable) else estimate_time(curve, level=asked.level, interval=type_)
    return _time("median", "Median", found)


def _kaplan_meier_line(asked: Asked, arm: str, rows: Sequence[TimeRow], curve: KaplanMeier | NotEstimable) -> ArmLine:
    own = [row for row in rows if row.arm == arm]
    n_events = sum(row.event for row in own)
    if isinstance(curve, NotEstimable):
        return ArmLine(arm, 0, 0, (estimate_median(asked, curve),))
    type_ = interval_type(asked.analysis.options.interval)
    estimates = [estimate_median(asked, curve), _follow_up(own)]
    for day in asked.analysis.options.at:
        label = f"Without the event on day {day}"
        found = estimate_survival(curve, day, level=asked.level, interval=type_)
        if isinstance(found, NotEstimable):
            estimates.append(estimate(f"survival-{day}", label, found))
        else:
            note = f"{found.at_risk} at risk"
            estimates.append(estimate(f"survival-{day}", label, found.survival, found.interval, note=note))
    return ArmLine(arm, len(own), n_events, tuple(estimates))


def _time(name: str, label: str, found: SurvivalTime | NotEstimable, note: str = "") -> Estimate:
    if isinstance(found, NotEstimable):
        return estimate(name, label, found, unit=DAYS, note=note)
    return estimate(name, label, found.days, found.interval, unit=DAYS, note=note)


def _follow_up(rows: Sequence[TimeRow]) -> Estimate:
    curve = fit_follow_up([row.days for row in rows], [row.event for row in rows])
    found = curve if isinstance(curve, NotEstimable) else estimate_time(curve)
    return _time("follow-up", "Median follow-up", found, "reverse Kaplan-Meier")


def draw_steps(asked: Asked, curve: KaplanMeier) -> Curve:
    """The steps of a curve from day 0 on; where its band has no value the curve itself stands."""
    low, high = curve.survival.copy(), curve.survival.copy()
    inside = (curve.relative_variance > 0) & (curve.survival > 0)
    type_ = interval_type(asked.analysis.options.interval)
    low[inside], high[inside] = compute_bounds(
        curve.survival[inside], curve.relative_variance[inside], level=asked.level, interval=type_
    )
    return {
        "day": [0, *(int(day) for day in curve.days)],
        "survival": [1.0, *(float(each) for each in curve.survival)],
        "low": [1.0, *(float(each) for each in low)],
        "high": [1.0, *(float(each) for each in high)],
        "at_risk": [curve.subjects, *(int(each) for each in curve.at_risk)],
        "events": [0, *(int(each) for each in curve.events)],
        "censored": [0, *(int(each) for each in curve.censored)],
    }


def _landmarks(asked: Asked, fitted: Mapping[str, KaplanMeier | NotEstimable]) -> list[Estimate]:
    found = []
    for control, other in asked.pairs():
        first, second = fitted[control], fitted[other]
        for day in asked.analysis.options.at:
            name, label = f"difference-{other}-{day}", f"{other} less {control}, without the event on day {day}"
            if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
                found.append(estimate(name, label, _nobody(fitted, (control, other))))
                continue
            type_ = interval_type(asked.analysis.options.interval)
            landmark = compare_survival(first, second, day, level=asked.level, interval=type_)
            if isinstance(landmark, NotEstimable):
                found.append(estimate(name, label, name_arms(landmark, control, other)))
            else:
                found.append(estimate(name, label, landmark.difference, landmark.interval))
    return found


def _nobody(fitted: Mapping[str, KaplanMeier | NotEstimable], pair: tuple[str, str]) -> NotEstimable:
    return nobody_in(*(arm for arm in pair if isinstance(fitted[arm], NotEstimable)))


def run_restricted_means(asked: Asked) -> Outcome:
    """
    The restricted mean of each arm up to the day of the plan, with difference and ratio.

    Beside it, under names that begin with `rmst-longest`, the same up to the longest day that every arm supports: the
    smallest over the arms of the largest observed time, which is what survRM2 takes when no day is given. The plan did
    not name that day, and its label says so.
    """
    rows, doubts = time_rows(asked)
    fitted = {arm: _fit(rows, arm) for arm in asked.arms}
    known = [curve for curve in fitted.values() if isinstance(curve, KaplanMeier)]
    horizons, warnings = _horizons(asked.analysis.options.tau, known)
    lines = []
    for arm, curve in fitted.items():
        own = [row for row in rows if row.arm == arm]
        means = tuple(_mean(asked, curve, each) for each in horizons)
        lines.append(ArmLine(arm, len(own), sum(row.event for row in own), means))
    pairs = [(each, pair) for each in horizons for pair in asked.pairs()]
    comparisons = [found for each, pair in pairs for found in _means_compared(asked, fitted, pair, each)]
    return Outcome(tuple(lines), tuple(comparisons), (*doubts, *warnings))


@dataclass(frozen=True)
class _Horizon:
    """A day up to which means are restricted, how its estimates are named, and what its labels add."""

    tau: float
    name: str = "rmst"
    words: str = ""


def _horizons(planned: int | None, curves: Sequence[KaplanMeier]) -> tuple[list[_Horizon], tuple[str, ...]]:
    """The planned day, then the longest that is supported; one where they are the same or the plan names none."""
    supported = min((curve.last_day for curve in curves), default=0)
    if planned is not None:
        added = _Horizon(supported, "rmst-longest", ", the longest that every arm supports; not the planned day")
        return [_Horizon(planned), *([added] if supported not in (0, planned) else [])], ()
    # A curve that has come to 0 is known for ever, so that a mean may be known beyond the last day of its arm.
    longest = find_longest_tau(*curves) if curves else math.inf
    tau = longest if math.isfinite(longest) else max((curve.last_day for curve in curves), default=1)
    words = f"the plan names no day for the restricted mean; the longest known is used: {tau:g}"
    return [_Horizon(max(float(tau), 1.0))], (words,)


def _mean(asked: Asked, curve: KaplanMeier | NotEstimable, horizon: _Horizon) -> Estimate:
    label = f"Restricted mean up to day {horizon.tau:g}{horizon.words}"
    mean = curve if isinstance(curve, NotEstimable) else estimate_restricted_mean(curve, horizon.tau, level=asked.level)
    if isinstance(mean, NotEstimable):
        return estimate(horizon.name, label, mean, unit=DAYS)
    return estimate(horizon.name, label, mean.days, mean.interval, unit=DAYS)


def _means_compared(
    asked: Asked, fitted: Mapping[str, KaplanMeier | NotEstimable], pair: tuple[str, str], horizon: _Horizon
) -> list[Estimate]:
    first, second = fitted[pair[0]], fitted[pair[1]]
    at = f", up to day {horizon.tau:g}{horizon.words}"
    name, difference = f"{horizon.name}-difference-{pair[1]}", f"{pair[1]} less {pair[0]}{at}"
    if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
        return [estimate(name, difference, _nobody(fitted, pair))]
    found = compare_restricted_means(first, second, horizon.tau, level=asked.level)
    if not isinstance(found, RestrictedMeans):
        return [estimate(name, difference, name_arms(found, *pair), unit=DAYS)]
    ratio = f"{pair[1]} to {pair[0]}{at}"
    return [
        _contrast(name, difference, found.difference, pair, unit=DAYS),
        _contrast(f"{horizon.name}-ratio-{pair[1]}", ratio, found.ratio, pair),
    ]


def _contrast(
    name: str, label: str, found: Contrast | NotEstimable, pair: tuple[str, str], *, unit: str = ""
) -> Estimate:
    if isinstance(found, NotEstimable):
        return estimate(name, label, name_arms(found, *pair), unit=unit)
    return estimate(name, label, found.estimate, found.interval, unit=unit, p=found.p_two_sided)


def run_cumulative_incidence(asked: Asked) -> Outcome:
    """The incidence of the endpoint's first event in each arm, whatever else it can end by competing."""
    rows, doubts = time_rows(asked, competing=True)
    cause = CAUSES[asked.endpoint.events[0]]
    lines: list[ArmLine] = []
    drawn: dict[str, Curve] = {}
    for arm in asked.arms:
        own = [row for row in rows if row.arm == arm]
        found = estimate_cumulative_incidence([row.days for row in own], [row.cause_number for row in own], cause)
        n_events = sum(row.cause_number == cause for row in own)
        lines.append(ArmLine(arm, len(own), n_events, tuple(_incidences(asked, found))))
        if isinstance(found, CumulativeIncidence):
            drawn[arm] = {
                "day": [0, *(int(day) for day in found.days)],
                "incidence": [0.0, *(float(each) for each in found.incidence)],
                "at_risk": [len(own), *(int(each) for each in found.at_risk)],
            }
    return Outcome(tuple(lines), (), doubts, drawn)


def _incidences(asked: Asked, found: CumulativeIncidence | NotEstimable) -> list[Estimate]:
    days = asked.analysis.options.at
    if isinstance(found, NotEstimable):
        return [estimate("incidence", "Cumulative incidence", found)]
    last = [] if days else [found.last_day]
    type_ = interval_type(asked.analysis.options.interval)
    return [
        estimate(
            f"incidence-{day}",
            f"Cumulative incidence by day {day}",
            found.value_at(day),
            found.interval_at(day, level=asked.level, type=type_),
        )
        for day in (*days, *last)
    ]


def run_turnbull(asked: Asked) -> Outcome:
    """Survival where an event is only known to lie between two assessments; arms compared by the score test."""
    _, doubts = time_rows(asked)
    rows = keep_members(
        asked, [derive_interval(asked.endpoint, each, asked.trial.facts.cut_on) for each in asked.trial.facts.subjects]
    )
    lines = tuple(_turnbull_line(asked, arm, [row for row in rows if row.arm == arm]) for arm in asked.arms)
    return Outcome(lines, tuple(_scores(asked, rows)), doubts)


def _days_of(rows: Sequence[IntervalRow]) -> tuple[list[int], list[int]]:
    return [row.last_free for row in rows], [NEVER if row.first_seen is None else row.first_seen for row in rows]


def _turnbull_line(asked: Asked, arm: str, rows: Sequence[IntervalRow]) -> ArmLine:
    curve = estimate_turnbull(*_days_of(rows))
    n_events = sum(row.first_seen is not None for row in rows)
    if not isinstance(curve, TurnbullCurve):
        return ArmLine(arm, len(rows), n_events, (estimate("median", "Median", curve, unit=DAYS),))
    median = curve.median_interval()
    label, unit = "Median: the last day of the interval in which it lies", DAYS
    if isinstance(median, NotEstimable):
        estimates = [estimate("median", label, median, unit=unit)]
    else:
        estimates = [estimate("median", label, median[1], unit=unit, note=f"after day {median[0]}")]
    for day in asked.analysis.options.at:
        estimates.append(estimate(f"survival-{day}", f"Without the event on day {day}", curve.survival_at(day)))
    return ArmLine(arm, len(rows), n_events, tuple(estimates))


def _scores(asked: Asked, rows: Sequence[IntervalRow]) -> list[Estimate]:
    found = []
    for control, other in asked.pairs():
        pair = [row for row in rows if row.arm in (control, other)]
        name, label = f"score-test-{other}", f"{other} against {control}: score test, chi-square"
        missing = [arm for arm in (control, other) if all(row.arm != arm for row in pair)]
        test: IntervalScoreTest | NotEstimable = nobody_in(*missing)
        if not missing:
            test = compute_interval_score_test(*_days_of(pair), arm_numbers(pair, (control, other)))
        if isinstance(test, NotEstimable):
            found.append(estimate(name, label, test))
        else:
            found.append(estimate(name, label, test.chi_square, p=test.p, note=f"{test.df} degree of freedom"))
    return found
