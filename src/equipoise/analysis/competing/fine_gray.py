"""How covariates change the cumulative incidence of one cause: the Fine-Gray model of subdistribution hazards.

Decides the weights (Kaplan-Meier of censoring), the ties (Breslow), the maximum (Newton) and the variance (sandwich,
which knows that the weights were estimated). Which covariates, and how they are coded, is the caller's.
"""

from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.competing.outcomes import Floats, Ints, Outcomes, check_labels, check_outcomes
from equipoise.analysis.survival.tails import normal_quantile, normal_two_sided
from equipoise.errors import EquipoiseError, Fault

_MAX_STEPS = 60
_LONGEST_STEP = 5.0
_SMALL_STEP = 1e-11
"""Of coefficients for covariates with standard deviation 1."""
_NO_SPREAD = 1e-15
"""Share of the variance by the information, below which a variance by the sandwich is rounding and nothing else."""
_FLAT = 1e-9
"""Information per event, for such covariates, below which the likelihood is flat: no finite maximum."""


@dataclass(frozen=True, eq=False)
class FineGrayFit:
    """
    A fitted model.

    Attributes
    ----------
    coefficients, standard_errors
        For each covariate, the log of the subdistribution hazard ratio and its error.
    covariance
        Shape (p, p): the sandwich.
    log_likelihood, log_likelihood_null
        The weighted partial log-likelihood at the maximum and at no effect.
    """

    cause: int
    n_subjects: int
    n_events: int
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    log_likelihood_null: float

    def hazard_ratio_interval(self, covariate: int, *, level: float = 0.95) -> Interval:
        """The Wald interval of the subdistribution hazard ratio of one covariate, by its number from 0."""
        if not 0 < level < 1:
            raise EquipoiseError("No interval at this level.", [Fault("level", f"{level}", "Give one within 0 and 1.")])
        half = normal_quantile((1 + level) / 2) * self.standard_errors[covariate]
        coefficient = self.coefficients[covariate]
        return Interval(exp(coefficient - half), exp(coefficient + half), level, IntervalType.WALD)

    def p_value(self, covariate: int) -> float:
        """The two-sided Wald p-value of one covariate."""
        return normal_two_sided(self.coefficients[covariate] / self.standard_errors[covariate])


def fit_fine_gray(
    days: ArrayLike,
    causes: ArrayLike,
    covariates: ArrayLike,
    cause: int,
    *,
    censoring_groups: ArrayLike | None = None,
) -> FineGrayFit | NotEstimable:
    """
    Fit a proportional subdistribution hazards model (Fine and Gray 1999).

    Parameters
    ----------
    days, causes
        Shape (n,); see `aalen_johansen.estimate_cumulative_incidence`.
    covariates
        Shape (n, p), or (n,) for one.
    censoring_groups
        Shape (n,): a number for each subject's group, when censoring differs between groups (for example arms with
        schedules of their own); its Kaplan-Meier curve is then estimated in each.

    Returns
    -------
    FineGrayFit or NotEstimable
        Not estimable with no event of the cause, covariates that do not vary or determine each other, when the
        likelihood grows without end (for example when one group has no event of the cause), and when the
        sandwich is 0.

    Raises
    ------
    EquipoiseError
        The input is malformed; see `outcomes.check_outcomes`.

    References
    ----------
    Fine JP, Gray RJ (1999), JASA 94:496-509. The result is that of `crr` in cmprsk of R, converged further.
    On day 0 crr takes the curve of censoring after the day, not before it, and agrees once all days are one later.
    With censoring groups the coefficients are crr's too; its errors then add up the weights of all groups, ours those
    of the censored subject's own group, as the jackknife does.
    """
    outcomes = check_outcomes(days, causes, cause)
    design = _check_covariates(covariates, len(outcomes))
    groups = check_labels("censoring_groups", censoring_groups, len(outcomes))
    if not np.any(outcomes.causes == cause):
        return NotEstimable(f"no event of cause {cause}" if len(outcomes) else "there are no subjects")
    centre, scale = design.mean(axis=0), design.std(axis=0)
    if np.any(scale <= 1e-12 * np.maximum(1.0, np.abs(centre))):
        return NotEstimable("a covariate is the same for all subjects")
    model = _Model(outcomes, (design - centre) / scale, groups, cause)
    flatness = _find_flatness(model)
    if flatness is not None:
        return flatness
    found = _maximise(model)
    if isinstance(found, NotEstimable):
        return found
    sandwich, inverse = model.compute_sandwich(found)
    if np.any(np.diag(sandwich) <= _NO_SPREAD * np.diag(inverse)):
        return NotEstimable("no subject has an influence, as when all have the event on one day: there is no error")
    covariance = sandwich / np.outer(scale, scale)
    null = np.zeros(design.shape[1])
    return FineGrayFit(
        cause=cause,
        n_subjects=len(outcomes),
        n_events=int(np.sum(outcomes.causes == cause)),
        coefficients=tuple(float(value) for value in found / scale),
        standard_errors=tuple(sqrt(value) for value in np.diag(covariance)),
        covariance=covariance,
        log_likelihood=model.compute_log_likelihood(found),
        log_likelihood_null=model.compute_log_likelihood(null),
    )


def _check_covariates(covariates: ArrayLike, n_subjects: int) -> Floats:
    design = np.asarray(covariates)
    design = design.astype(np.float64) if design.dtype.kind in "biuf" else np.full((n_subjects, 1), np.nan)
    if design.ndim == 1:
        design = design[:, None]
    if design.ndim != 2 or len(design) != n_subjects or design.shape[1] == 0 or not np.all(np.isfinite(design)):
        what = "not a finite number for each covariate of each subject"
        fault = Fault("covariates", what, f"Give {n_subjects} rows without gaps.")
        raise EquipoiseError("A Fine-Gray model cannot be fitted to this input.", [fault])
    return design


def _find_flatness(model: "_Model") -> NotEstimable | None:
    """Covariates about which the data say nothing, where there is no effect."""
    _, information = model.compute_score(np.zeros(model.n_covariates))
    variances = np.diag(information)
    if np.any(variances <= _FLAT * model.n_events):
        return NotEstimable(f"a covariate is the same for all at risk at each event of cause {model.cause}")
    unit = np.sqrt(variances)
    if np.linalg.eigvalsh(information / np.outer(unit, unit))[0] <= _FLAT:
        return NotEstimable(f"covariates follow from one another among those at risk at events of cause {model.cause}")
    return None


def _maximise(model: "_Model") -> Floats | NotEstimable:
    """Newton from no effect, each step halved until the likelihood does not fall."""
    coefficients = np.zeros(model.n_covariates)
    likelihood = model.compute_log_likelihood(coefficients)
    for _ in range(_MAX_STEPS):
        score, information = model.compute_score(coefficients)
        if np.linalg.eigvalsh(information)[0] <= _FLAT * model.n_events:
            return NotEstimable(
                f"the likelihood rises without end: a covariate tells who had the event of cause {model.cause}"
            )
        step = np.linalg.solve(information, score)
        step /= max(1.0, float(np.max(np.abs(step))) / _LONGEST_STEP)
        tried = model.compute_log_likelihood(coefficients + step)
        while tried < likelihood - 1e-9 * abs(likelihood) and np.max(np.abs(step)) > _SMALL_STEP:
            step = step / 2
            tried = model.compute_log_likelihood(coefficients + step)
        coefficients, likelihood = coefficients + step, tried
        if np.max(np.abs(step)) <= _SMALL_STEP:
            return coefficients
    return NotEstimable("the likelihood could not be maximised to the accuracy that is asked of it")


class _Model:
    """
    The weighted partial likelihood; n subjects, p covariates, m days with an event of the cause.

    A subject with another event stays at risk with weight G(u-) / G(X-), where X is the day of that event and G the
    Kaplan-Meier curve of remaining uncensored. Sums over those with a weight are sums of earlier 1 / G(X-) times the
    G(u-) of the day, so that no n by m table is needed.
    """

    def __init__(self, outcomes: Outcomes, design: Floats, groups: Ints, cause: int) -> None:
        order = np.argsort(outcomes.days, kind="stable")
        self.days, self.causes = outcomes.days[order], outcomes.causes[order]
        self.design, self.groups = design[order], groups[order]
        self.n_covariates = design.shape[1]
        self.cause = cause
        self.is_event = self.causes == cause
        self.is_other = (self.causes > 0) & ~self.is_event
        self.event_days, self.n_at_day = np.unique(self.days[self.is_event], return_counts=True)
        self.n_events = int(self.n_at_day.sum())
        self.first = np.searchsorted(self.days, self.event_days, side="left")
        self.censoring = [_Censoring(self, group) for group in np.unique(self.groups)]

    def _sum_at_risk(self, values: Floats) -> Floats:
        """Weighted sum of a column (or columns) of subjects over those at risk on each event day."""
        ahead = np.cumsum(values[::-1], axis=0)[::-1]
        total: Floats = ahead[self.first]
        for censoring in self.censoring:
            total = total + censoring.sum_remaining(values)
        return total

    def compute_log_likelihood(self, coefficients: Floats) -> float:
        predictor = self.design @ coefficients
        # Taken off before exp, put back as a logarithm: it does not overflow.
        top = float(predictor.max())
        at_risk = self._sum_at_risk(np.exp(predictor - top))
        if not np.all(at_risk > 0):
            # So far from the maximum that a sum is below the smallest number: the step is halved.
            return float("-inf")
        return float(predictor[self.is_event].sum() - self.n_at_day @ (np.log(at_risk) + top))

    def compute_score(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """First derivative, and the second with its sign changed."""
        risk, total, mean = self._weigh(coefficients)
        products = (risk[:, None] * self.design)[:, :, None] * self.design[:, None, :]
        square = self._sum_at_risk(products) / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        score = self.design[self.is_event].sum(axis=0) - self.n_at_day @ mean
        return score, np.tensordot(self.n_at_day, square, axes=1)

    def _weigh(self, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """Each subject's exp(bz), their sum at risk on each event day, and the mean of the covariates there."""
        predictor = self.design @ coefficients
        risk = np.exp(predictor - predictor.max())
        total = self._sum_at_risk(risk)
        return risk, total, self._sum_at_risk(risk[:, None] * self.design) / total[:, None]

    def compute_sandwich(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """The sum of squares of influences between inverse informations; and that inverse information alone."""
        _, information = self.compute_score(coefficients)
        influence = self._compute_influence(coefficients)
        bread = np.linalg.inv(information).astype(np.float64)
        sandwich: Floats = bread @ (influence.T @ influence) @ bread
        return sandwich, bread

    def _compute_influence(self, coefficients: Floats) -> Floats:
        """
        Shape (n, p): eta + psi of Fine and Gray (1999, section 4).

        eta is the subject's own martingale part of the score; psi what the subject's censoring, or its absence, does
        to the weights of the others.
        """
        risk, total, mean = self._weigh(coefficients)
        hazard = self.n_at_day / total
        row = np.searchsorted(self.event_days, self.days, side="right")
        spent, spent_mean = _cumulate(hazard)[row], _cumulate(hazard[:, None] * mean)[row]
        influence = -risk[:, None] * (self.design * spent[:, None] - spent_mean)
        at_own_day = mean[np.searchsorted(self.event_days, self.days[self.is_event])]
        influence[self.is_event] += self.design[self.is_event] - at_own_day
        for censoring in self.censoring:
            censoring.add_influence(influence, risk, hazard, mean)
        return influence


def _cumulate(values: Floats) -> Floats:
    """Sums of the first 0, 1, ... rows."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


class _Censoring:
    """The censoring of one group: its Kaplan-Meier curve, and the weights and influence that come of it."""

    def __init__(self, model: _Model, group: int) -> None:
        self._model = model
        self._members = np.flatnonzero(model.groups == group)
        days = model.days[self._members]
        self._others = self._members[model.is_other[self._members]]
        is_censored = model.causes[self._members] == 0
        self._days, self._n_censored = np.unique(days[is_censored], return_counts=True)
        self._at_risk = len(days) - np.searchsorted(days, self._days, side="left")
        # The curve stays above 0 wherever it divides: whoever has an event on a day was at risk beyond earlier days.
        self._curve = np.concatenate([[1.0], np.cumprod(1 - self._n_censored / self._at_risk)])
        # After the last follow-up of the group nothing is known of its censoring; as in cmprsk nobody is left then.
        self._at_event_days = np.where(model.event_days <= days[-1], self._before(model.event_days), 0.0)
        self._at_own_day = self._before(model.days[self._others])
        # Others of a day are still at risk on it; they carry a weight from the next day on.
        self._n_before = np.searchsorted(model.days[self._others], model.event_days, side="left")

    def _before(self, days: Ints) -> Floats:
        """The curve just before each of these days."""
        curve: Floats = self._curve[np.searchsorted(self._days, days, side="left")]
        return curve

    @cached_property
    def _inverse(self) -> Floats:
        return 1 / self._at_own_day

    def sum_remaining(self, values: Floats) -> Floats:
        """The weighted sum over those of the group who had another event before each event day."""
        shape = (-1,) + (1,) * (values.ndim - 1)
        sums = _cumulate(values[self._others] * self._inverse.reshape(shape))[self._n_before]
        total: Floats = sums * self._at_event_days.reshape(shape)
        return total

    def add_influence(self, influence: Floats, risk: Floats, hazard: Floats, mean: Floats) -> None:
        """Add to each member's influence: of the time after another event, and of the weights."""
        model = self._model
        weighted = self._at_event_days * hazard
        spent, spent_mean = _cumulate(weighted), _cumulate(weighted[:, None] * mean)
        own = np.searchsorted(model.event_days, model.days[self._others], side="right")
        risk_left = risk[self._others] * self._inverse
        left, left_mean = spent[-1] - spent[own], spent_mean[-1] - spent_mean[own]
        influence[self._others] -= risk_left[:, None] * (model.design[self._others] * left[:, None] - left_mean)
        if not len(self._days):
            return
        # A censoring touches the weights of who had another event on an earlier day, at events of its own day and
        # later: on tied days this is cmprsk's reading of the integral.
        after = np.searchsorted(model.event_days, self._days, side="left")
        n_others = np.searchsorted(model.days[self._others], self._days, side="left")
        sum_risk = _cumulate(risk_left)[n_others]
        sum_design = _cumulate(risk_left[:, None] * model.design[self._others])[n_others]
        lost = sum_design * (spent[-1] - spent[after])[:, None] - sum_risk[:, None] * (
            spent_mean[-1] - spent_mean[after]
        )
        per_member = lost / self._at_risk[:, None]
        own_day = np.searchsorted(self._days, model.days[self._members], side="right")
        is_censored = model.causes[self._members] == 0
        influence[self._members[is_censored]] += per_member[own_day[is_censored] - 1]
        influence[self._members] -= _cumulate(per_member * (self._n_censored / self._at_risk)[:, None])[own_day]
