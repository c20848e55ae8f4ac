"""One arm against a cohort from before: a comparison that nobody randomised, and that says so each time.

Decides how the summary of a cohort (a median with its interval) becomes a hazard. The cohort is taken as exponential,
so that its hazard is log 2 over its median; the standard error of the log hazard comes from the published interval,
without one from the number of events. The arm has its own events and days at risk. Both are one method: the ratio of
two exponential rates [1]_. The one-sample log-rank test takes the cohort's hazard as known [2]_. A cohort of individual
times needs none of this and is compared in `cohort_table`.

References
----------
.. [1] Collett D. Modelling Survival Data in Medical Research. 3rd edition, 2015, section 5.4 (exponential rates).
.. [2] Finkelstein DM, Muzikansky A, Schoenfeld DA. Comparing survival of a sample to that of a standard population.
   Journal of the National Cancer Institute 2003;95:1434-1439.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.endpoints import TimeRow
from equipoise.analysis.results import ArmLine, Estimate
from equipoise.analysis.running.cohort_table import NOT_RANDOMISED, compare_with_table
from equipoise.analysis.running.curves import estimate_median, fit_rows
from equipoise.analysis.running.data import Asked
from equipoise.analysis.running.estimates import estimate
from equipoise.analysis.running.outcome import Outcome, time_rows
from equipoise.analysis.survival.tails import normal_quantile, normal_two_sided
from equipoise.protocol.analysis_plan import History

DAYS_IN_MONTH = 30.4375
"""A year of 365.25 days in twelve."""
HISTORY_LEVEL = 0.95
"""The level of a published interval; a protocol does not state another."""


@dataclass(frozen=True)
class HistoricalRate:
    """The hazard of a cohort for each day, and the standard error of its logarithm."""

    rate: float
    log_error: float
    words: str


def run_against_history(asked: Asked) -> Outcome:
    """Each arm of the analysis against the cohort of the plan."""
    history = asked.analysis.history
    assert history is not None  # the protocol is checked for it
    rows, doubts = time_rows(asked)
    if history.table is not None:
        return compare_with_table(asked, history, rows, doubts)
    rate = find_rate(history)
    lines, comparisons = [], []
    for arm in asked.arms:
        own = [row for row in rows if row.arm == arm]
        lines.append(ArmLine(arm, len(own), sum(row.event for row in own), (estimate_median(asked, fit_rows(own)),)))
        comparisons += compare_with_rate(arm, own, rate, history.label, level=asked.level)
    return Outcome(tuple(lines), tuple(comparisons), (NOT_RANDOMISED, *doubts), options=_shown(history))


def find_rate(history: History) -> HistoricalRate | NotEstimable:
    """The hazard that the summary of a cohort gives, if it gives one."""
    if history.median_months is None or history.median_months <= 0:
        return NotEstimable("the cohort is given without a median")
    rate = math.log(2) / (float(history.median_months) * DAYS_IN_MONTH)
    low, high = history.low_months, history.high_months
    if low is not None and high is not None and 0 < low < high:
        width = 2 * normal_quantile((1 + HISTORY_LEVEL) / 2)
        return HistoricalRate(rate, math.log(high / low) / width, "error from the interval of its median")
    if history.n_events:
        return HistoricalRate(rate, 1 / math.sqrt(history.n_events), "error from its number of events")
    return HistoricalRate(rate, 0.0, "taken as known, for it has neither an interval nor a number of events")


def compare_with_rate(
    arm: str, rows: Sequence[TimeRow], rate: HistoricalRate | NotEstimable, label: str, *, level: float
) -> list[Estimate]:
    """The ratio of the arm's rate to the cohort's, and the one-sample log-rank test."""
    ratio, test = f"Hazard ratio, {arm} to {label} (exponential)", f"{arm} against {label}: one-sample log-rank z"
    name, test_name = f"historical-ratio-{arm}", f"one-sample-log-rank-{arm}"
    events, days = sum(row.event for row in rows), sum(row.days for row in rows)
    if isinstance(rate, NotEstimable):
        return [estimate(name, ratio, rate), estimate(test_name, test, rate)]
    why = _why_not(rows, events, days)
    if why is not None:
        return [estimate(name, ratio, why), estimate(test_name, test, why)]
    error = math.hypot(1 / math.sqrt(events), rate.log_error)
    log_ratio, reach = math.log(events / days / rate.rate), normal_quantile((1 + level) / 2) * error
    interval = Interval(math.exp(log_ratio - reach), math.exp(log_ratio + reach), level, IntervalType.LOG)
    expected = rate.rate * days
    z = (events - expected) / math.sqrt(expected)
    return [
        estimate(name, ratio, math.exp(log_ratio), interval, p=normal_two_sided(log_ratio / error), note=rate.words),
        estimate(
            test_name,
            test,
            z,
            p=normal_two_sided(z),
            note=f"{events} events, {expected:.6g} expected at the cohort's hazard, which is taken as known",
        ),
    ]


def _why_not(rows: Sequence[TimeRow], events: int, days: int) -> NotEstimable | None:
    if not rows:
        return NotEstimable("there is nobody in the arm")
    if not events:
        return NotEstimable("nobody in the arm has had the event")
    return NotEstimable("nobody was followed for a day") if not days else None


def _shown(history: History) -> dict[str, object]:
    return {"cohort": history.model_dump(mode="json", exclude_none=True), "days in a month": DAYS_IN_MONTH}
