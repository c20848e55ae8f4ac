"""Cox models against the numbers of R survival 3.5-3 and of the SAS documentation (reference_cox.yaml)."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import IntervalType
from equipoise.analysis.cox.batch import fit_cox_batch
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.cox.ph_check import TimeTransform, check_proportional_hazards
from equipoise.analysis.survival.logrank import logrank

REFERENCE = yaml.safe_load((Path(__file__).parent / "reference_cox.yaml").read_text("utf-8"))
ARMS = {"lung_sex": ("lung", "sex"), "veteran_treatment": ("veteran", "treatment"), "ovarian_rx": ("ovarian", "rx")}
TEN_DIGITS = 1e-10
PRINTED = 5.1e-11
"""Half of the last digit of a number printed with ten decimals."""


def read_arms(key):
    name, column = ARMS[key]
    table = read_public(name)
    return table["days"].astype(int), table["event"] == 1, table[column].astype(float)


def read_lung_with_ecog():
    """One subject's performance status is not known; one subject is alone in a stratum."""
    table = read_public("lung")
    ecog = table["ecog"].astype(float)
    known = ~np.isnan(ecog)
    return (
        table["days"][known].astype(int),
        table["event"][known] == 1,
        table["sex"][known].astype(float),
        ecog[known].astype(int),
    )


def read_veteran_by_cell():
    table = read_public("veteran")
    return table["days"].astype(int), table["event"] == 1, table["treatment"].astype(float), table["cell"]


@pytest.mark.parametrize("ties", Ties)
@pytest.mark.parametrize("key", ARMS)
def test_coefficients_of_two_arms_are_those_of_r(key, ties):
    days, event, arm = read_arms(key)
    expected = REFERENCE[key][ties]
    fit = fit_cox(days, event, arm[:, None], ties=ties)
    assert fit.events == REFERENCE[key]["events"]
    # The tolerance is ten digits, or what the reference prints.
    assert fit.coefficients[0] == pytest.approx(expected["coefficient"], rel=TEN_DIGITS, abs=PRINTED)
    if "error" in expected:
        assert fit.effects[0].standard_error == pytest.approx(expected["error"], rel=TEN_DIGITS, abs=PRINTED)


def test_lung_efron_agrees_with_converged_r_in_all_its_digits():
    days, event, arm = read_arms("lung_sex")
    fit = fit_cox(days, event, arm[:, None], ties=Ties.EFRON)
    assert fit.coefficients[0] == pytest.approx(REFERENCE["lung_sex"]["efron"]["coefficient"], rel=2e-14)


@pytest.mark.parametrize("key", ARMS)
def test_the_score_of_the_exact_likelihood_is_the_logrank_statistic(key):
    days, event, arm = read_arms(key)
    exact = fit_cox(days, event, arm[:, None], ties=Ties.EXACT).score.statistic
    assert exact == pytest.approx(REFERENCE[key]["logrank_chi2"], rel=5e-10)
    assert exact == pytest.approx(logrank(days, event, arm.astype(int) - 1).chi2, rel=1e-12)


def test_with_ties_the_score_of_efron_is_not_the_logrank_statistic():
    days, event, arm = read_arms("lung_sex")
    score = fit_cox(days, event, arm[:, None], ties=Ties.EFRON).score.statistic
    assert score == pytest.approx(REFERENCE["lung_sex"]["efron"]["score"], rel=TEN_DIGITS)
    assert abs(score - REFERENCE["lung_sex"]["logrank_chi2"]) > 1e-3


def test_without_ties_every_score_is_the_logrank_statistic():
    days, event, arm = read_arms("ovarian_rx")
    for ties in Ties:
        score = fit_cox(days, event, arm[:, None], ties=ties).score.statistic
        assert score == pytest.approx(logrank(days, event, arm.astype(int) - 1).chi2, rel=1e-12)


@pytest.mark.parametrize("key", ARMS)
def test_proportional_hazards_checks_are_those_of_cox_zph(key):
    days, event, arm = read_arms(key)
    check = check_proportional_hazards(fit_cox(days, event, arm[:, None], ties=Ties.EFRON), TimeTransform.KM)
    expected = REFERENCE[key]["ph_km"]
    assert check.together.statistic == pytest.approx(expected["statistic"], rel=TEN_DIGITS, abs=PRINTED)
    assert check.by_covariate[0][1].statistic == pytest.approx(check.together.statistic, rel=1e-14)


def test_two_covariates_are_checked_as_on_the_help_page_of_cox_zph():
    table = read_public("ovarian")
    x = np.column_stack([table["age"], table["ecog"]]).astype(float)
    fit = fit_cox(table["days"], table["event"], x, ties=Ties.EFRON, names=["age", "ecog"])
    check = check_proportional_hazards(fit)
    expected = REFERENCE["ovarian_age_ecog"]["ph_km"]
    for name, test in check.by_covariate:
        assert test.statistic == pytest.approx(expected[name], abs=5e-4)
    assert (check.together.statistic, check.together.df) == (pytest.approx(expected["together"], abs=5e-4), 2)


def test_an_adjusted_model_is_that_of_r():
    table, expected = read_public("veteran"), REFERENCE["veteran_adjusted"]
    columns = [table[name] if name in table else table["cell"] == name for name in expected["names"]]
    x = np.column_stack(columns).astype(float)
    fit = fit_cox(table["days"], table["event"], x, ties=Ties.EFRON, names=expected["names"])
    np.testing.assert_allclose(fit.coefficients, expected["coefficients"], rtol=TEN_DIGITS, atol=5.1e-12)
    likelihoods = [fit.log_likelihood_null, fit.log_likelihood]
    np.testing.assert_allclose(likelihoods, expected["log_likelihoods"], atol=5.1e-8)


def test_a_stratified_model_is_that_of_r():
    days, event, arm, cell = read_veteran_by_cell()
    expected = REFERENCE["veteran_treatment_by_cell"]
    effect = fit_cox(days, event, arm[:, None], strata=cell, ties=Ties.EFRON).effects[0]
    assert effect.log_hazard_ratio == pytest.approx(expected["efron"]["coefficient"], abs=PRINTED)
    assert effect.standard_error == pytest.approx(expected["efron"]["error"], abs=PRINTED)
    score = fit_cox(days, event, arm[:, None], strata=cell, ties=Ties.EXACT).score.statistic
    assert score == pytest.approx(expected["logrank_chi2"], abs=PRINTED)


def test_a_stratum_of_one_changes_nothing_and_is_named():
    days, event, arm, ecog = read_lung_with_ecog()
    expected = REFERENCE["lung_sex_by_ecog"]
    fit = fit_cox(days, event, arm[:, None], strata=ecog, ties=Ties.EFRON)
    assert fit.notes == ("stratum 3 has one subject, who is compared with nobody",)
    assert fit.coefficients[0] == pytest.approx(expected["efron"]["coefficient"], rel=TEN_DIGITS)
    assert fit.effects[0].standard_error == pytest.approx(expected["efron"]["error"], rel=TEN_DIGITS)
    without = ecog < 3
    same = fit_cox(days[without], event[without], arm[without, None], strata=ecog[without], ties=Ties.EFRON)
    assert same.coefficients[0] == pytest.approx(fit.coefficients[0], rel=1e-13)
    score = fit_cox(days, event, arm[:, None], strata=ecog, ties=Ties.EXACT).score.statistic
    assert score == pytest.approx(expected["logrank_chi2"], rel=TEN_DIGITS)


@pytest.mark.parametrize("ties", [Ties.BRESLOW, Ties.EFRON])
@pytest.mark.parametrize("key", ARMS)
def test_a_batch_of_one_is_the_fit(key, ties):
    days, event, arm = read_arms(key)
    batch = fit_cox_batch(days[None], event[None], arm[None] - 1, ties=ties)
    effect = fit_cox(days, event, arm[:, None], ties=ties).effects[0]
    assert batch.log_hazard_ratio[0] == pytest.approx(effect.log_hazard_ratio, rel=1e-12)
    assert batch.standard_error[0] == pytest.approx(effect.standard_error, rel=1e-12)


def test_a_stratified_batch_of_one_is_the_fit():
    days, event, arm, cell = read_veteran_by_cell()
    stratum = np.unique(cell, return_inverse=True)[1]
    batch = fit_cox_batch(days[None], event[None], arm[None] - 1, stratum[None], ties=Ties.EFRON)
    expected = REFERENCE["veteran_treatment_by_cell"]["efron"]
    assert batch.log_hazard_ratio[0] == pytest.approx(expected["coefficient"], abs=PRINTED)
    assert batch.standard_error[0] == pytest.approx(expected["error"], abs=PRINTED)


def test_rats_are_fitted_as_in_the_documentation_of_sas():
    rats = REFERENCE["rats"]
    days, event, group = [], [], []
    for number in (0, 1):
        for name, happened in (("days", True), ("censored", False)):
            days += rats[f"{name}_{number}"]
            event += [happened] * len(rats[f"{name}_{number}"])
            group += [[number]] * len(rats[f"{name}_{number}"])
    fit = fit_cox(days, event, group, ties=Ties.BRESLOW, interval=IntervalType.PROFILE)
    effect = fit.effects[0]
    assert (round(effect.log_hazard_ratio, 5), round(effect.standard_error, 5)) == (rats["coefficient"], rats["error"])
    assert round(effect.hazard_ratio, 3) == rats["hazard_ratio"]
    likelihoods = [round(-2 * value, 3) for value in (fit.log_likelihood_null, fit.log_likelihood)]
    assert likelihoods == rats["minus_two_log_likelihoods"]
    tests = [round(test.statistic, 4) for test in (fit.likelihood_ratio, fit.score)]
    assert tests == [rats["likelihood_ratio"], rats["score"]]
