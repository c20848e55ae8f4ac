"""Arms held against the control by times: the log-rank family, Cox, competing risks, and the re-randomisation test.

Decides how a planned comparison becomes a call; the formulas are in `survival`, `cox` and `competing`. The
re-randomisation test needs the allocation, which this package does not know: whoever runs it brings a `Redraw`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.competing.fine_gray import FineGrayFit, fit_fine_gray
from equipoise.analysis.competing.gray import GrayTest, compute_gray_test
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import CoxFit, fit_cox
from equipoise.analysis.cox.ph_check import check_proportional_hazards
from equipoise.analysis.endpoints import CAUSES, TimeRow
from equipoise.analysis.results import Estimate
from equipoise.analysis.running.data import Asked, Ints, arm_numbers, ask
from equipoise.analysis.running.estimates import MONOTONE, estimate, name_arms, nobody_in
from equipoise.analysis.running.outcome import Outcome, count_lines, time_rows
from equipoise.analysis.survival.logrank import LogRank, logrank, logrank_batch
from equipoise.analysis.survival.maxcombo import DEFAULT_MEMBERS, maxcombo
from equipoise.analysis.survival.weights import Weights

Floats = NDArray[np.float64]
CENSORING_DIFFERS = 0.1
"""A log-rank test of censoring with a p-value below this is a warning: arms may be followed differently."""


@dataclass(frozen=True)
class Redrawn:
    """What a re-randomisation test came to."""

    observed: float
    p: float
    n_sequences: int
    seed: str = ""


Statistic = Callable[[Sequence[str], Sequence[str], Ints], Floats]
"""From subjects in the order of allocation, names of arms, and arms as numbers of these (sequences by subjects)."""
Redraw = Callable[[str, int, Statistic], Redrawn | NotEstimable]
"""Of the analysis of this id, with so many draws."""


@dataclass(frozen=True)
class _Pair:
    """The rows of the control and one other arm, as arrays."""

    control: str
    other: str
    rows: tuple[TimeRow, ...]
    days: Ints
    event: NDArray[np.bool_]
    arm: Ints
    stratum: Ints
    levels: tuple[str, ...]
    """The stratum of each row in words."""

    @property
    def label(self) -> str:
        return f"{self.other} against {self.control}"

    @property
    def ratio(self) -> str:
        return f"{self.other} to {self.control}"

    def named(self, reason: NotEstimable) -> NotEstimable:
        """A reason with the arms by name."""
        return name_arms(reason, self.control, self.other)

    @property
    def unmanned(self) -> NotEstimable | None:
        """Why there is no comparison, when an arm has nobody."""
        missing = [name for number, name in enumerate((self.control, self.other)) if number not in self.arm]
        return nobody_in(*missing) if missing else None

    @property
    def strata(self) -> Ints | None:
        return self.stratum if len(set(self.levels)) > 1 else None


def _pairs(asked: Asked, rows: Sequence[TimeRow]) -> Iterator[_Pair]:
    strata, names = asked.strata(), asked.strata_names()
    for control, other in asked.pairs():
        places = [place for place, row in enumerate(rows) if row.arm in (control, other)]
        own = tuple(rows[place] for place in places)
        stratum = strata[places] if places else np.zeros(0, dtype=np.int64)
        yield _Pair(
            control,
            other,
            own,
            np.array([row.days for row in own], dtype=np.int64),
            np.array([row.event for row in own], dtype=np.bool_),
            arm_numbers(own, (control, other)),
            stratum,
            tuple(names[place] for place in places),
        )


def run_logrank(asked: Asked) -> Outcome:
    """The log-rank test, and with weights in the plan each weighted one."""
    rows, doubts = time_rows(asked)
    members = _weights(asked) or (Weights(),)
    found = [_logrank(pair, weights) for pair in _pairs(asked, rows) for weights in members]
    return Outcome(count_lines(asked, rows), tuple(found), doubts)


def _weights(asked: Asked) -> tuple[Weights, ...]:
    return tuple(Weights(rho=float(rho), gamma=float(gamma)) for rho, gamma in asked.analysis.options.weights)


def _logrank(pair: _Pair, weights: Weights) -> Estimate:
    found = logrank(pair.days, pair.event, pair.arm, pair.strata, weights=weights)
    name = f"log-rank-{pair.other}" + (f"-{weights.rho:g}-{weights.gamma:g}" if weights != Weights() else "")
    label = f"{pair.label}: z"
    if not isinstance(found, LogRank):
        return estimate(name, label, pair.named(found))
    assert found.z is not None
    arm = found.arms[1]
    note = (
        f"chi-square {found.chi2:.6g}, two-sided; {arm.observed:g} observed and {arm.expected:.6g} expected in "
        f"{pair.other}; {found.strata} {'stratum' if found.strata == 1 else 'strata'}"
    )
    return estimate(name, label, found.z, p=found.p_two_sided, note=note)


def run_maxcombo(asked: Asked) -> Outcome:
    """The largest of several weighted log-rank statistics."""
    rows, doubts = time_rows(asked)
    comparisons = []
    for pair in _pairs(asked, rows):
        found = maxcombo(pair.days, pair.event, pair.arm, pair.strata, members=_weights(asked) or DEFAULT_MEMBERS)
        name, label = f"maxcombo-{pair.other}", f"{pair.label}: largest z"
        if isinstance(found, NotEstimable):
            comparisons.append(estimate(name, label, pair.named(found)))
        else:
            note = "; ".join(f"{member}: {z:.4f}" for member, z in zip(found.members, found.z, strict=False))
            comparisons.append(estimate(name, label, found.largest, p=found.p_two_sided, note=note))
    return Outcome(count_lines(asked, rows), tuple(comparisons), doubts)


def run_cox(asked: Asked) -> Outcome:
    """The ratio of hazards with Wald's and the profile interval, and the check that it does not change with time."""
    rows, doubts = time_rows(asked)
    comparisons: list[Estimate] = []
    warnings: list[str] = []
    for pair in _pairs(asked, rows):
        fits = [_fit_cox(asked, pair, type_) for type_ in (IntervalType.WALD, IntervalType.PROFILE)]
        comparisons += [_hazard_ratio(pair, fit, name) for fit, name in zip(fits, ("", "-profile"), strict=True)]
        comparisons.append(_proportional(pair, fits[0]))
        warnings += fits[0].notes if isinstance(fits[0], CoxFit) else ()
    return Outcome(count_lines(asked, rows), tuple(comparisons), (*doubts, *dict.fromkeys(warnings)))


def _fit_cox(asked: Asked, pair: _Pair, interval: IntervalType) -> CoxFit | NotEstimable:
    if pair.unmanned is not None:
        return pair.unmanned
    return fit_cox(
        pair.days,
        pair.event,
        pair.arm[:, None].astype(np.float64),
        ties=Ties(asked.analysis.options.ties),
        # In words, because the notes of a fit name a stratum that tells nothing.
        strata=None if pair.strata is None else pair.levels,
        names=[pair.other],
        level=asked.level,
        interval=interval,
    )


def _hazard_ratio(pair: _Pair, fit: CoxFit | NotEstimable, name: str) -> Estimate:
    name, label = f"hazard-ratio-{pair.other}{name}", f"Hazard ratio, {pair.ratio}"
    if isinstance(fit, NotEstimable):
        return estimate(name, label, fit)
    effect = fit.effects[0]
    note = f"ties: {fit.ties.value}"
    value = MONOTONE if effect.is_infinite else effect.hazard_ratio
    return estimate(name, label, value, effect.interval, p=effect.p, note=note)


def _proportional(pair: _Pair, fit: CoxFit | NotEstimable) -> Estimate:
    name, label = f"proportional-hazards-{pair.other}", f"{pair.label}: change of the ratio with time, chi-square"
    if isinstance(fit, NotEstimable):
        return estimate(name, label, fit)
    found = check_proportional_hazards(fit)
    test = found if isinstance(found, NotEstimable) else found.together
    if isinstance(test, NotEstimable):
        return estimate(name, label, test)
    return estimate(name, label, test.statistic, p=test.p, note="a small p speaks against proportional hazards")


def run_gray(asked: Asked) -> Outcome:
    """Gray's test of the endpoint's first event, what else can end the wait competing."""
    rows, doubts = time_rows(asked, competing=True)
    cause, comparisons = CAUSES[asked.endpoint.events[0]], []
    for pair in _pairs(asked, rows):
        causes = [row.cause_number for row in pair.rows]
        found: GrayTest | NotEstimable | None = pair.unmanned
        if found is None:
            found = compute_gray_test(pair.days, causes, pair.arm, cause, strata=pair.strata)
        name, label = f"gray-{pair.other}", f"{pair.label}: Gray's test, chi-square"
        if isinstance(found, GrayTest):
            comparisons.append(estimate(name, label, found.chi_square, p=found.p))
        else:
            comparisons.append(estimate(name, label, pair.named(found)))
    return Outcome(count_lines(asked, rows, cause), tuple(comparisons), doubts)


def run_fine_gray(asked: Asked) -> Outcome:
    """The ratio of subdistribution hazards of the endpoint's first event."""
    rows, doubts = time_rows(asked, competing=True)
    cause, comparisons = CAUSES[asked.endpoint.events[0]], []
    warnings = (
        ("strata are planned, and this model takes none: it was fitted without",)
        if (asked.analysis.options.strata)
        else ()
    )
    for pair in _pairs(asked, rows):
        causes = [row.cause_number for row in pair.rows]
        name, label = f"subdistribution-hazard-ratio-{pair.other}", f"Subdistribution hazard ratio, {pair.ratio}"
        found: FineGrayFit | NotEstimable | None = pair.unmanned
        if found is None:
            found = fit_fine_gray(pair.days, causes, pair.arm.astype(np.float64), cause)
        if isinstance(found, NotEstimable):
            comparisons.append(estimate(name, label, pair.named(found)))
            continue
        interval = found.hazard_ratio_interval(0, level=asked.level)
        value = float(np.exp(found.coefficients[0]))
        comparisons.append(estimate(name, label, value, interval, p=found.p_value(0)))
    return Outcome(count_lines(asked, rows, cause), tuple(comparisons), (*doubts, *warnings))


def run_rerandomisation(asked: Asked, redraw: Redraw | None) -> Outcome:
    """
    The log-rank z among the sequences that the protocol's own allocation could have given.

    The subjects keep outcomes and strata; a sequence in which nothing can be compared counts as far.
    """
    rows, doubts = time_rows(asked)
    if redraw is None:
        return Outcome(not_done="the allocation is not at hand, so nothing could be drawn again")
    comparisons: list[Estimate] = []
    warnings: list[str] = []
    for pair in _pairs(asked, rows):
        name, label = f"re-randomisation-{pair.other}", f"{pair.label}: log-rank z"
        # The real trial first: where it has no statistic there is nothing to place among the others.
        real = logrank(pair.days, pair.event, pair.arm, pair.strata)
        found = real if isinstance(real, NotEstimable) else _redrawn(asked, pair, redraw)
        if isinstance(found, NotEstimable):
            comparisons.append(estimate(name, label, pair.named(found)))
        else:
            assert isinstance(found, Redrawn)
            note = f"{found.n_sequences} sequences drawn; p = (1 + as far) / (draws + 1); seed {found.seed}"
            comparisons.append(estimate(name, label, found.observed, p=found.p, note=note))
        warnings += _censoring(pair)
    return Outcome(count_lines(asked, rows), tuple(comparisons), (*doubts, *warnings))


def _redrawn(asked: Asked, pair: _Pair, redraw: Redraw) -> Redrawn | NotEstimable:
    # Of more than two arms others may be drawn into the two that are compared: everybody of the set can be in.
    everybody = ask(asked.trial, asked.analysis.model_copy(update={"arms": []}))
    rows, _ = time_rows(everybody)
    of = {row.subject: row for row in rows}
    strata = dict(zip(of, everybody.strata().tolist(), strict=True))

    def statistic(subjects: Sequence[str], names: Sequence[str], sequences: Ints) -> Floats:
        own = [place for place, subject in enumerate(subjects) if subject in of]
        kept = [of[subjects[place]] for place in own]
        numbers = np.array([{pair.control: 0, pair.other: 1}.get(each, -1) for each in names], dtype=np.int64)
        arms = numbers[sequences[:, own]]

        def spread(values: Sequence[int]) -> Ints:
            return np.broadcast_to(np.array(values, dtype=np.int64), arms.shape).copy()

        found = logrank_batch(
            spread([row.days for row in kept]),
            spread([int(row.event) for row in kept]),
            np.maximum(arms, 0),
            spread([strata[row.subject] for row in kept]),
            arms >= 0,
        )
        return np.where(found.is_estimable, found.z, np.nan)

    return redraw(asked.analysis.id, asked.analysis.options.draws, statistic)


def _censoring(pair: _Pair) -> Iterator[str]:
    """Censoring taken for the event: the test keeps its level only where arms are followed alike."""
    found = logrank(pair.days, ~pair.event, pair.arm, pair.strata)
    if isinstance(found, LogRank) and found.p_two_sided < CENSORING_DIFFERS:
        yield (
            f"{pair.label}: censoring differs by arm (log-rank test of censoring, p = {found.p_two_sided:.4f}); the "
            "re-randomisation test keeps its level only where it does not"
        )
