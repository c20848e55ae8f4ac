"""Survival methods against the numbers of R survival, survRM2 and lifelines in reference_survival.yaml."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import Interval, IntervalType
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, estimate_survival, fit_kaplan_meier
from equipoise.analysis.survival.logrank import LogRank, logrank
from equipoise.analysis.survival.quantiles import SurvivalTime, estimate_time
from equipoise.analysis.survival.rmst import Contrast, RestrictedMeans, compare_restricted_means
from equipoise.analysis.survival.weights import WeightFamily, Weights

REFERENCE = yaml.safe_load((Path(__file__).parent / "reference_survival.yaml").read_text("utf-8"))


def _name(case: dict[str, Any]) -> str:
    return " ".join(str(value) for key, value in case.items() if not isinstance(value, str) or key == "data")


def _agrees(ours: float, printed: str) -> bool:
    """Equal to every printed digit, or to a relative 1e-10 where more than ten are printed."""
    exact = Decimal(printed)
    half_a_digit = 0.5001 * 10.0 ** int(exact.as_tuple().exponent)
    return abs(ours - float(exact)) <= max(half_a_digit, 1e-10 * abs(float(exact)))


def _read(name: str) -> dict[str, Any]:
    data = dict(read_public(name))
    if name == "pbc":
        data["event"] = data["outcome"] == 2
    return data


def _arms(values: Any, first: Any) -> Any:
    """Arm 0 has the named value, the others follow in order."""
    return np.unique(values if first == sorted(values)[0] else -values, return_inverse=True)[1]


@pytest.mark.parametrize("case", REFERENCE["logrank"], ids=_name)
def test_logrank_agrees_with_other_software(case):
    data = _read(case["data"])
    column, first = case["arm"]
    stratum = data.get(case.get("stratum"))
    known = np.ones(len(data["days"]), bool) if case.get("stratum") != "ecog" else ~np.isnan(stratum)
    weights = Weights(
        WeightFamily(case.get("family", "Fleming-Harrington")), rho=case.get("rho", 0), gamma=case.get("gamma", 0)
    )
    result = logrank(
        data["days"][known],
        data["event"][known],
        _arms(data[column], first)[known],
        None if stratum is None else np.unique(stratum[known], return_inverse=True)[1],
        arms=case.get("arms", 2),
        weights=weights,
    )
    assert isinstance(result, LogRank)
    assert _agrees(result.chi2, case["chi2"])
    if "p" in case:
        assert _agrees(result.p_two_sided, case["p"])
    if "z" in case:
        # Women die less than expected: their z is below 0. The sources print the other sign.
        assert _agrees(-result.z, case["z"])
    if "expected" in case:
        assert all(_agrees(arm.expected, e) for arm, e in zip(result.arms, case["expected"], strict=True))
        assert _agrees(result.variance[0][0], case["variance"])


def _curve(data: dict[str, Any], column: str, value: float) -> KaplanMeier:
    chosen = data[column] == value
    curve = fit_kaplan_meier(data["days"][chosen], data["event"][chosen])
    assert isinstance(curve, KaplanMeier)
    return curve


@pytest.mark.parametrize("case", REFERENCE["kaplan_meier"], ids=_name)
def test_survival_on_a_day_agrees_with_other_software(case):
    curve = _curve(_read(case["data"]), *case["group"])
    result = estimate_survival(curve, case["day"], interval=IntervalType(case["interval"]))
    assert _agrees(result.survival, case["survival"])
    assert isinstance(result.interval, Interval)
    assert _agrees(result.interval.low, case["low"])
    assert _agrees(result.interval.high, case["high"])
    if "standard_error" in case:
        assert _agrees(result.standard_error, case["standard_error"])


@pytest.mark.parametrize("case", REFERENCE["median"], ids=_name)
def test_median_and_its_interval_agree_with_other_software(case):
    kind = IntervalType(case["interval"])
    result = estimate_time(_curve(_read(case["data"]), *case["group"]), interval=kind)
    assert result == SurvivalTime(0.5, case["days"], Interval(case["low"], case["high"], 0.95, kind))


@pytest.mark.parametrize("case", REFERENCE["restricted_mean"], ids=_name)
def test_restricted_means_agree_with_other_software(case):
    data, unit = _read(case["data"]), case["unit"]
    column, first = case["arm"]
    arm = _arms(data[column], first)
    curves = [fit_kaplan_meier(data["days"][arm == each], data["event"][arm == each]) for each in (0, 1)]
    result = compare_restricted_means(*curves, case["tau"])
    assert isinstance(result, RestrictedMeans)
    assert isinstance(result.difference, Contrast)
    assert _agrees(result.difference.estimate / unit, case["difference"])
    assert _agrees(result.difference.interval.low / unit, case["low"])
    assert _agrees(result.difference.interval.high / unit, case["high"])
    if "p" in case:
        assert _agrees(result.difference.p_two_sided, case["p"])
    for number, mean in enumerate((result.arm_0, result.arm_1)):
        if f"mean_{number}" in case:
            assert _agrees(mean.days / unit, case[f"mean_{number}"])
            assert _agrees(mean.standard_error / unit, case[f"error_{number}"])


def test_an_agreement_can_fail():
    assert _agrees(0.30259111698, "0.302591117")
    assert not _agrees(0.302591118, "0.302591117")
    assert not _agrees(10.326741957, "10.32674195489")
