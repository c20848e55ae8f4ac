"""644 numbers of R survival 3.5-3 on public data (reference_survival.R made them), each to a relative 1e-10."""

import csv
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import (
    KaplanMeier,
    estimate_survival,
    fit_follow_up,
    fit_kaplan_meier,
)
from equipoise.analysis.survival.logrank import LogRank, logrank
from equipoise.analysis.survival.quantiles import estimate_time
from equipoise.analysis.survival.rmst import estimate_restricted_mean
from equipoise.analysis.survival.weights import Weights

with (Path(__file__).parent / "reference_survival_r.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
TESTS = ("chi2", "expected 0", "variance 0")
OF_CURVES = [row for row in ROWS if row["what"] not in TESTS]
OF_TESTS = [row for row in ROWS if row["what"] in TESTS]


def _blocks(rows):
    return sorted({(row["data"], row["column"], row["group"]) for row in rows})


def _rows(rows, block):
    return [row for row in rows if (row["data"], row["column"], row["group"]) == block]


@cache
def _read(name: str) -> dict[str, Any]:
    data = dict(read_public(name))
    return {**data, "event": data["outcome"] == 2} if name == "pbc" else data


def _from_curve(curve, data, what, parameter):
    """What R gives, from our functions; None where there is nothing."""
    if what in ("mean", "mean error"):
        mean = estimate_restricted_mean(curve, float(parameter))
        return mean.days if what == "mean" else mean.standard_error
    if what == "follow-up":
        reverse = fit_follow_up(*data)
        assert isinstance(reverse, KaplanMeier)
        median = estimate_time(reverse)
        return None if isinstance(median, NotEstimable) else median.days
    if what.startswith("time"):
        kind, share = parameter.split()
        time = estimate_time(curve, float(share), interval=IntervalType(kind))
        if isinstance(time, NotEstimable):
            return None
        return {"time": time.days, "time low": time.interval.low, "time high": time.interval.high}[what]
    kind, day = parameter.split() if what in ("low", "high") else ("log-log", parameter)
    on_day = estimate_survival(curve, float(day), interval=IntervalType(kind))
    if what in ("low", "high"):
        return getattr(on_day.interval, what)
    return {"survival": on_day.survival, "error": on_day.standard_error, "at risk": on_day.at_risk}[what]


@pytest.mark.parametrize("block", _blocks(OF_CURVES), ids="-".join)
def test_curves_times_and_means_are_those_of_r(block):
    name, column, group = block
    data = _read(name)
    chosen = data[column] == float(group)
    followed = data["days"][chosen], data["event"][chosen]
    curve = fit_kaplan_meier(*followed)
    assert isinstance(curve, KaplanMeier)
    for row in _rows(OF_CURVES, block):
        ours = _from_curve(curve, followed, row["what"], row["parameter"])
        if row["number"] == "NA":
            # R still tells the bounds of a time that is itself not reached; we tell none.
            assert ours is None, row
        elif ours is None:
            assert row["what"] == "time low", row
            assert isinstance(estimate_time(curve, float(row["parameter"].split()[1])), NotEstimable), row
        else:
            assert math.isclose(ours, float(row["number"]), rel_tol=1e-10), (row, ours)


@pytest.mark.parametrize("block", _blocks(OF_TESTS), ids="-".join)
def test_logrank_tests_of_two_and_more_arms_are_those_of_r(block):
    name, column, stratum = block
    data = _read(name)
    known = np.ones(len(data["days"]), bool)
    for each in {column, stratum} - {"", "cell"}:
        known &= ~np.isnan(data[each])
    arm = np.unique(data[column][known], return_inverse=True)[1]
    strata = np.unique(data[stratum][known], return_inverse=True)[1] if stratum else None
    for row in _rows(OF_TESTS, block):
        weights = Weights(rho=float(row["parameter"]))
        result = logrank(
            data["days"][known], data["event"][known], arm, strata, arms=int(arm.max()) + 1, weights=weights
        )
        assert isinstance(result, LogRank)
        ours = {
            "chi2": result.chi2,
            "expected 0": result.arms[0].expected,
            "variance 0": result.variance[0][0],
        }[row["what"]]
        assert math.isclose(ours, float(row["number"]), rel_tol=1e-10), (row, ours)


def test_the_numbers_are_all_read():
    assert len(OF_CURVES) + len(OF_TESTS) == len(ROWS) == 644
    kinds = {"low", "high", "survival", "error", "at risk", "time", "time low", "time high", "mean", "mean error"}
    assert {row["what"] for row in OF_CURVES} == kinds | {"follow-up"}
