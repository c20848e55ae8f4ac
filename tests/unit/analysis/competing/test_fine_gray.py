"""The Fine-Gray model: what it does not depend on, and where it says that there is no fit."""

import numpy as np
import pytest

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.competing.fine_gray import fit_fine_gray
from equipoise.errors import EquipoiseError

RNG = np.random.default_rng(2)
DAYS, CAUSES = RNG.integers(1, 60, 90), RNG.integers(0, 3, 90)
DESIGN = np.column_stack([RNG.integers(0, 2, 90), RNG.normal(60, 10, 90)])
NO_MAXIMUM = NotEstimable("the likelihood rises without end: a covariate tells who had the event of cause 1")
NO_DIFFERENCE = NotEstimable("a covariate is the same for all at risk at each event of cause 1")
COLLINEAR = NotEstimable("covariates follow from one another among those at risk at events of cause 1")
NO_ERROR = NotEstimable("no subject has an influence, as when all have the event on one day: there is no error")


def test_units_of_a_covariate_change_the_coefficient_and_nothing_else():
    one, other = fit_fine_gray(DAYS, CAUSES, DESIGN, 1), fit_fine_gray(DAYS, CAUSES, DESIGN * [1, 365.25] + [0, 7], 1)
    assert other.coefficients[1] * 365.25 == pytest.approx(one.coefficients[1], rel=1e-9)
    assert other.p_value(1) == pytest.approx(one.p_value(1), rel=1e-9)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)


def test_one_group_of_censoring_is_the_same_as_none_named():
    named = fit_fine_gray(DAYS, CAUSES, DESIGN, 1, censoring_groups=np.full(90, 4))
    assert named.coefficients == fit_fine_gray(DAYS, CAUSES, DESIGN, 1).coefficients


def test_the_interval_of_the_hazard_ratio_is_walds():
    fit = fit_fine_gray(DAYS, CAUSES, DESIGN, 1)
    interval = fit.hazard_ratio_interval(0)
    assert interval.type is IntervalType.WALD
    half = 1.959963984540054 * fit.standard_errors[0]
    assert np.log([interval.low, interval.high]) == pytest.approx(
        [fit.coefficients[0] - half, fit.coefficients[0] + half], rel=1e-9
    )


@pytest.mark.parametrize(
    ("days", "causes", "covariates", "answer"),
    [
        ([], [], np.zeros((0, 1)), NotEstimable("there are no subjects")),
        ([1, 2], [0, 2], [0, 1], NotEstimable("no event of cause 1")),
        ([1, 2, 3], [1, 1, 0], [5, 5, 5], NotEstimable("a covariate is the same for all subjects")),
        ([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0], NO_MAXIMUM),
        ([1, 2, 3, 4], [1, 0, 1, 0], [[0, 0], [1, 2], [1, 2], [0, 0]], COLLINEAR),
        ([1, 9], [0, 1], [0, 1], NO_DIFFERENCE),
        ([2, 2, 2, 2], [1, 1, 1, 1], [0, 1, 1, 1], NO_ERROR),
    ],
)
def test_what_cannot_be_fitted_says_why(days, causes, covariates, answer):
    assert fit_fine_gray(days, causes, covariates, 1) == answer


@pytest.mark.parametrize("covariates", [[0.0], [0.0, float("nan")], ["a", "b"], np.zeros((2, 0)), np.zeros((2, 1, 1))])
def test_malformed_covariates_are_refused(covariates):
    with pytest.raises(EquipoiseError, match="not a finite number for each covariate of each subject"):
        fit_fine_gray([1, 2], [1, 0], covariates, 1)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(EquipoiseError, match="No interval at this level"):
        fit_fine_gray(DAYS, CAUSES, DESIGN, 1).hazard_ratio_interval(0, level=level)
