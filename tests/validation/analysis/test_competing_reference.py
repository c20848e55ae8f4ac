"""Source: R 4.2.2, cmprsk 2.2-11 and survival 3.5-3 on public data; numbers and data stand beside this file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.competing.aalen_johansen import (
    CumulativeIncidence,
    IncidenceVariance,
    count_at_risk,
    estimate_cumulative_incidence,
)
from equipoise.analysis.competing.fine_gray import FineGrayFit, fit_fine_gray
from equipoise.analysis.competing.gray import GrayTest, compute_gray_test

REFERENCE = yaml.safe_load((Path(__file__).parent / "reference_competing.yaml").read_text("utf-8"))
CLOSE = 1e-10


def columns_of(entry: dict[str, Any]) -> dict[str, Any]:
    columns = read_public(entry["data"])
    columns.setdefault("cause", columns.get("outcome"))
    inside = np.ones(len(columns["days"]), dtype=bool)
    if isinstance(entry.get("subset"), dict):
        for name, value in entry["subset"].items():
            inside &= columns[name] == value
    return {name: values[inside].astype(float) for name, values in columns.items()}


def estimate(entry: dict[str, Any], variance: IncidenceVariance) -> CumulativeIncidence:
    columns = columns_of(entry)
    curve = estimate_cumulative_incidence(columns["days"], columns["cause"], entry["cause"], variance=variance)
    assert isinstance(curve, CumulativeIncidence)
    return curve


@pytest.mark.parametrize("entry", REFERENCE["incidence"], ids=lambda e: f"{e['data']}-{e['subset']}-{e['cause']}")
def test_cumulative_incidence_has_the_values_and_variances_of_r(entry):
    aalen, delta = estimate(entry, IncidenceVariance.AALEN), estimate(entry, IncidenceVariance.DELTA)
    assert [aalen.value_at(day) for day in entry["days"]] == pytest.approx(entry["incidence"], rel=CLOSE)
    assert [aalen.variance_at(day) for day in entry["days"]] == pytest.approx(entry["aalen_variance"], rel=CLOSE)
    errors = np.sqrt([delta.variance_at(day) for day in entry["days"]])
    assert errors == pytest.approx(entry["delta_standard_error"], rel=CLOSE)
    assert list(count_at_risk(columns_of(entry)["days"], entry["days"])) == entry["at_risk"]


@pytest.mark.parametrize("entry", REFERENCE["incidence"], ids=lambda e: f"{e['data']}-{e['subset']}-{e['cause']}")
@pytest.mark.parametrize("type", [IntervalType.LOG_LOG, IntervalType.PLAIN, IntervalType.LOG])
def test_cumulative_incidence_has_the_intervals_of_r(entry, type):
    curve = estimate(entry, IncidenceVariance.DELTA)
    lows, highs = entry[type.value.replace("-", "_")]
    for day, low, high in zip(entry["days"], lows, highs, strict=True):
        interval = curve.interval_at(day, type=type)
        if curve.value_at(day) == 0:
            assert interval == NotEstimable(f"no event of cause {entry['cause']} up to day {day}")
            continue
        assert isinstance(interval, Interval)
        assert interval.type is type
        assert (interval.low, interval.high) == pytest.approx((low, high), rel=CLOSE)


@pytest.mark.parametrize("entry", REFERENCE["gray"], ids=lambda e: f"{e['data']}-{e['cause']}-{e.get('strata')}")
def test_gray_has_the_chi_square_and_p_of_cmprsk(entry):
    columns = columns_of(entry)
    strata = columns[entry["strata"]] if "strata" in entry else None
    result = compute_gray_test(
        columns["days"], columns["cause"], columns[entry["groups"]], entry["cause"], strata=strata
    )
    assert isinstance(result, GrayTest)
    assert result.chi_square == pytest.approx(entry["chi_square"], rel=CLOSE)
    assert result.p == pytest.approx(entry["p"], rel=CLOSE)
    assert result.df == entry["df"]
    assert sum(result.scores) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "entry", REFERENCE["fine_gray"], ids=lambda e: f"{e['data']}-{e['cause']}-{len(e['covariates'])}"
)
def test_fine_gray_has_the_fit_of_cmprsk(entry):
    columns = columns_of(entry)
    design = []
    for covariate in entry["covariates"]:
        name, _, level = covariate.partition("=")
        design.append(columns[name] == float(level) if level else columns[name])
    fit = fit_fine_gray(columns["days"], columns["cause"], np.column_stack(design), entry["cause"])
    assert isinstance(fit, FineGrayFit)
    assert fit.coefficients == pytest.approx(entry["coefficients"], rel=CLOSE)
    assert fit.covariance.ravel() == pytest.approx(entry["covariance"], rel=CLOSE)
    assert fit.log_likelihood == pytest.approx(entry["log_likelihood"], rel=CLOSE)
    assert fit.log_likelihood_null == pytest.approx(entry["log_likelihood_null"], rel=CLOSE)


def test_each_kind_of_number_is_in_the_reference():
    """A file that lost its numbers would make the tests above pass with nothing to do."""
    assert {kind: len(entries) for kind, entries in REFERENCE.items()} == {"incidence": 10, "gray": 6, "fine_gray": 7}
