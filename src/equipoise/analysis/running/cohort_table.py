"""One arm against the individual times of a cohort from before: both curves, and the one log-rank test between them.

Decides what is computed: nobody was randomised between the two, so the result says so each time and is in no figure of
randomised comparisons. The cohort has no strata. What the file may hold is `protocol.cohort`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.endpoints import TimeRow
from equipoise.analysis.results import ArmLine, Estimate
from equipoise.analysis.running.curves import draw_steps, estimate_median, fit_rows
from equipoise.analysis.running.data import Asked
from equipoise.analysis.running.estimates import MONOTONE, estimate, name_arms
from equipoise.analysis.running.outcome import Outcome
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from equipoise.analysis.survival.logrank import LogRank, logrank
from equipoise.protocol.analysis_plan import History
from equipoise.protocol.cohort import Cohort

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]
NOT_RANDOMISED = (
    "not a randomised comparison: the cohort was treated at another time, and differences of patients, of assessments "
    "and of care stand in this ratio together with the treatment"
)
NO_TABLE = "the table of the cohort is not at hand"


def compare_with_table(asked: Asked, history: History, rows: Sequence[TimeRow], doubts: Sequence[str]) -> Outcome:
    """
    Each arm of the analysis against the cohort: medians, curves, log-rank test and ratio of hazards.

    The cohort stands as a line of its own after the arms, and as a curve under its label.
    """
    cohort = asked.trial.cohorts.get(asked.analysis.id)
    if cohort is None:
        return Outcome(not_done=NO_TABLE)
    past = fit_kaplan_meier([row.days for row in cohort.rows], [row.event for row in cohort.rows])
    fitted = {arm: fit_rows([row for row in rows if row.arm == arm]) for arm in asked.arms}
    lines = [
        ArmLine(arm, *_counts([row for row in rows if row.arm == arm]), (estimate_median(asked, curve),))
        for arm, curve in fitted.items()
    ]
    lines.append(ArmLine(cohort.label, len(cohort.rows), cohort.n_events, (estimate_median(asked, past),), True))
    comparisons = [
        each for arm in asked.arms for each in _compare(asked, arm, [row for row in rows if row.arm == arm], cohort)
    ]
    curves = {**fitted, cohort.label: past}
    drawn = {name: draw_steps(asked, curve) for name, curve in curves.items() if isinstance(curve, KaplanMeier)}
    return Outcome(tuple(lines), tuple(comparisons), (NOT_RANDOMISED, *doubts), drawn, _shown(asked, history, cohort))


def _counts(rows: Sequence[TimeRow]) -> tuple[int, int]:
    return len(rows), sum(row.event for row in rows)


def _compare(asked: Asked, arm: str, rows: Sequence[TimeRow], cohort: Cohort) -> list[Estimate]:
    """The cohort is arm 0: a ratio below 1 and a z below 0 are in favour of the arm of the trial."""
    days = np.array([*(row.days for row in cohort.rows), *(row.days for row in rows)], dtype=np.int64)
    event = np.array([*(row.event for row in cohort.rows), *(row.event for row in rows)], dtype=np.bool_)
    number = np.repeat(np.array([0, 1], dtype=np.int64), (len(cohort.rows), len(rows)))
    return [_logrank(arm, cohort, days, event, number), _hazard_ratio(asked, arm, cohort, days, event, number)]


def _logrank(arm: str, cohort: Cohort, days: _Ints, event: _Bools, number: _Ints) -> Estimate:
    found = logrank(days, event, number)
    name, label = f"historical-log-rank-{arm}", f"{arm} against {cohort.label}: two-sample log-rank z, not randomised"
    if not isinstance(found, LogRank):
        return estimate(name, label, name_arms(found, cohort.label, arm))
    assert found.z is not None
    own = found.arms[1]
    note = (
        f"chi-square {found.chi2:.6g}, two-sided; {own.observed:g} observed and {own.expected:.6g} expected in {arm}; "
        f"{len(cohort.rows)} people of the cohort"
    )
    return estimate(name, label, found.z, p=found.p_two_sided, note=note)


def _hazard_ratio(asked: Asked, arm: str, cohort: Cohort, days: _Ints, event: _Bools, number: _Ints) -> Estimate:
    ties = Ties(asked.analysis.options.ties)
    fit = fit_cox(days, event, number[:, None].astype(np.float64), ties=ties, names=[arm], level=asked.level)
    name, label = f"historical-ratio-{arm}", f"Hazard ratio, {arm} to {cohort.label} (Cox), not randomised"
    if isinstance(fit, NotEstimable):
        return estimate(name, label, name_arms(fit, cohort.label, arm))
    effect = fit.effects[0]
    value = MONOTONE if effect.is_infinite else effect.hazard_ratio
    return estimate(name, label, value, effect.interval, p=effect.p, note=f"ties: {fit.ties.value}")


def _shown(asked: Asked, history: History, cohort: Cohort) -> dict[str, object]:
    told = history.model_dump(mode="json", exclude_none=True, exclude={"table"})
    return {"ties": asked.analysis.options.ties, "cohort": {**told, "file": cohort.file, "sha256": cohort.sha256}}
