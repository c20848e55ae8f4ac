"""Every method against R on nine data sets of its own: ties, small and large strata, three arms, day 0, 30,000 days."""

import csv
import math
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.competing.aalen_johansen import IncidenceVariance, estimate_cumulative_incidence
from equipoise.analysis.competing.fine_gray import fit_fine_gray
from equipoise.analysis.competing.gray import compute_gray_test
from equipoise.analysis.cox.batch import fit_cox_batch
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.cox.ph_check import check_proportional_hazards
from equipoise.analysis.survival.kaplan_meier import estimate_survival, fit_kaplan_meier
from equipoise.analysis.survival.logrank import logrank
from equipoise.analysis.survival.quantiles import estimate_time
from equipoise.analysis.survival.rmst import estimate_restricted_mean
from equipoise.analysis.survival.weights import Weights

with (Path(__file__).parent / "reference_methods_r.csv").open(encoding="utf-8") as file:
    ROWS = [(row["data"], row["method"], row["what"].split(), row["number"]) for row in csv.DictReader(file)]
BLOCKS = {key: list(rows) for key, rows in groupby(sorted(ROWS, key=lambda row: row[:2]), key=lambda row: row[:2])}
CLOSE = 1e-10


@cache
def read(name):
    """The columns of a data set as numbers; the arms but the first as columns of 0 and 1, beside the covariate."""
    data = {column: values.astype(float) for column, values in read_public(name).items()}
    arms = (data["arm"][:, None] == np.unique(data["arm"])[1:]).astype(float)
    return {**data, "arms": arms, "adjusted": np.column_stack([arms, data.get("x1", arms[:, :0])])}


def of_arm(name, arm):
    data = read(name)
    return {column: values[data["arm"] == float(arm)] for column, values in data.items()}


@cache
def curve_of(name, arm):
    own = of_arm(name, arm)
    return fit_kaplan_meier(own["days"], own["event"])


@cache
def cox_of(name, strata, ties, columns, interval=IntervalType.WALD):
    data = read(name)
    stratum = data["stratum"] if strata == "TRUE" else None
    return fit_cox(data["days"], data["event"], data[columns], ties=Ties(ties), strata=stratum, interval=interval)


@cache
def fine_gray_of(name, cause):
    data = read(name)
    return fit_fine_gray(data["days"], data["cause"], data["adjusted"], int(cause))


def survival(name, arm, kind, day, what):
    found = estimate_survival(curve_of(name, arm), float(day), interval=IntervalType(kind))
    if what in ("low", "high"):
        # R draws a band of no width before the first event and none at 0; we say that there is no interval.
        return None if isinstance(found.interval, NotEstimable) else getattr(found.interval, what)
    return found.survival if what == "survival" else found.standard_error


def time(name, arm, kind, share, what):
    found = estimate_time(curve_of(name, arm), float(share), interval=IntervalType(kind))
    if isinstance(found, NotEstimable):
        return None
    return {"quantile": found.days, "lower": found.interval.low, "upper": found.interval.high}[what]


def restricted_mean(name, arm, tau, what):
    found = estimate_restricted_mean(curve_of(name, arm), float(tau))
    return found.days if what == "mean" else found.standard_error


def log_rank(name, strata, rho, what):
    data = read(name)
    stratum = np.unique(data["stratum"], return_inverse=True)[1] if strata == "TRUE" else None
    arms, weights = int(data["arm"].max()) + 1, Weights(rho=float(rho))
    found = logrank(data["days"], data["event"], data["arm"], stratum, arms=arms, weights=weights)
    return {"chi2": found.chi2, "expected": found.arms[0].expected, "variance": found.variance[0][0]}[what]


def cox(name, strata, ties, columns, what, place=None):
    fit = cox_of(name, strata, ties, columns)
    if place is not None:
        return (fit.coefficients if what == "coefficient" else fit.covariance.ravel())[int(place) - 1]
    statistics = {"score": fit.score.statistic, "wald": fit.wald.statistic}
    return {"null": fit.log_likelihood_null, "maximum": fit.log_likelihood, **statistics}[what]


def profile(name, strata, ties, columns, side):
    bounds = cox_of(name, strata, ties, columns, IntervalType.PROFILE).effects[0].interval
    return math.log(bounds.low if side == "-1" else bounds.high)


def proportional_hazards(name, strata, ties, columns, kind, place):
    check = check_proportional_hazards(cox_of(name, strata, ties, columns), kind)
    tests = [*(test for _, test in check.by_covariate), check.together]
    return tests[int(place) - 1].statistic


def gray(name, strata, cause):
    data = read(name)
    stratum = data["stratum"] if strata == "TRUE" else None
    return compute_gray_test(data["days"], data["cause"], data["arm"], int(cause), strata=stratum).chi_square


def incidence(name, cause, arm, day, what):
    own = of_arm(name, arm)
    variance = IncidenceVariance.AALEN if what == "aalen" else IncidenceVariance.DELTA
    curve = estimate_cumulative_incidence(own["days"], own["cause"], int(cause), variance=variance)
    found = curve.variance_at(int(day))
    return {"incidence": curve.value_at(int(day)), "error": math.sqrt(found), "aalen": found}[what]


def fine_gray(name, cause, what, place=None):
    fit = fine_gray_of(name, cause)
    if place is not None:
        return (fit.coefficients if what == "coefficient" else fit.covariance.ravel())[int(place) - 1]
    return fit.log_likelihood_null if what == "null" else fit.log_likelihood


METHODS = {
    "survival": survival,
    "time": time,
    "restricted mean": restricted_mean,
    "log-rank": log_rank,
    "Cox": cox,
    "profile": profile,
    "proportional hazards": proportional_hazards,
    "Gray": gray,
    "incidence": incidence,
    "Fine-Gray": fine_gray,
}


@pytest.mark.parametrize(("name", "method"), BLOCKS)
def test_numbers_are_those_of_r(name, method):
    for _, _, what, number in BLOCKS[name, method]:
        ours = METHODS[method](name, *what)
        if ours is None:
            # Of a time that is not reached R still gives the lower bound; of a curve at 1 a band from 1 to 1.
            assert number == "NA" or what[-1] == "lower" or float(number) == 1, (what, number)
        elif number == "NA":
            # Greenwood's error of a curve at 0 is 0 times infinity to R, and 0 to us.
            assert (what[-1], ours) == ("error", 0), (what, number)
        else:
            # What is 0 but for rounding has no relative error.
            assert ours == pytest.approx(float(number), rel=CLOSE, abs=1e-13), (what, number)


@pytest.mark.parametrize("name", sorted({name for name, _ in BLOCKS} - {"made-long"}))
@pytest.mark.parametrize("strata", ["FALSE", "TRUE"])
@pytest.mark.parametrize("ties", [Ties.BRESLOW, Ties.EFRON])
def test_a_batch_of_one_has_the_coefficient_of_r(name, strata, ties):
    data = read(name)
    numbers = [number for _, _, what, number in BLOCKS[name, "Cox"] if what[:3] == [strata, ties, "arms"]]
    if not numbers:
        assert len(set(data["stratum"])) == 1, "only a data set without strata has none"
        return
    stratum = data["stratum"][None] if strata == "TRUE" else None
    batch = fit_cox_batch(data["days"][None], data["event"][None], data["arm"][None], stratum, ties=ties)
    assert batch.log_hazard_ratio[0] == pytest.approx(float(numbers[0]), rel=CLOSE, abs=1e-13)
    assert batch.standard_error[0] ** 2 == pytest.approx(float(numbers[1]), rel=CLOSE)


def test_where_a_band_rises_again_the_time_is_where_it_first_falls():
    """
    The plain band of the treated falls below 0.9 on day 274 and is higher on day 373, below 0.9 still.

    quantile(fit, 0.1) of R sorts the band by its height and gives 373; before day 274 it was at or above 0.9.
    """
    curve, plain = curve_of("cgd", "1"), {"interval": IntervalType.PLAIN}
    before, fallen, risen = (estimate_survival(curve, day, **plain).interval.high for day in (273, 274, 373))
    assert fallen < risen < 0.9 <= before
    assert estimate_time(curve, 0.1, **plain).interval.high == 274


def test_no_method_and_no_data_set_is_missing():
    """A file that lost its numbers would leave the tests above with nothing to do."""
    counts = Counter(method for _, method, _, _ in ROWS)
    assert set(counts) == set(METHODS)
    assert min(counts.values()) >= 14
    assert len({name for name, *_ in ROWS}) == 9
    assert sum(number == "NA" for *_, number in ROWS) < len(ROWS) / 10
