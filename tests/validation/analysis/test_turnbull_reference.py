"""Source: Fay and Shaw, J Stat Softw 2010, 36(2); R npsurv 0.5-0; data as printed for SAS/STAT ICLIFETEST."""

import numpy as np
import pytest
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.interval_censored.observations import NEVER
from equipoise.analysis.interval_censored.score_test import IntervalScores, compute_interval_score_test
from equipoise.analysis.interval_censored.turnbull import estimate_turnbull

DATA = read_public("breast-cosmesis")
ARM = DATA["arm"].astype(int)
LAST_FREE = DATA["last_free"].astype(float)
FIRST_SEEN = np.where(np.isnan(DATA["first_seen"].astype(float)), np.inf, DATA["first_seen"].astype(float))

# Fay and Shaw 2010, section 5.1, as icfit prints it: mass in each interval, 4 digits.
PRINTED = {
    0: {(4, 5): 0.0463, (6, 7): 0.0334, (7, 8): 0.0887, (11, 12): 0.0708, (24, 25): 0.0926, (33, 34): 0.0818}
    | {(38, 40): 0.1209, (46, 48): 0.4656},
    1: {(4, 5): 0.0433, (5, 8): 0.0433, (11, 12): 0.0692, (16, 17): 0.1454, (18, 19): 0.1411, (19, 20): 0.1157}
    | {(24, 25): 0.0999, (30, 31): 0.0709, (35, 36): 0.1608, (44, 48): 0.0552, (48, 60): 0.0552},
}
# R npsurv 0.5-0, npsurv(tol = 1e-15), on these data: log-likelihood and masses of each arm and of both.
CONVERGED = {
    (0,): (
        -58.060021953990983,
        [
            0.046346773992894136,
            0.033363370934642214,
            0.08866736806270814,
            0.07075292179236423,
            0.092645836585013,
            0.08178576490254723,
            0.12087982735383451,
            0.46555813637599663,
        ],
    ),
    (1,): (
        -65.636964907686163,
        [
            0.043282627700354424,
            0.04328262770035445,
            0.06920558335688405,
            0.14539771525181522,
            0.14109489774678874,
            0.11574592571389108,
            0.0998653107399417,
            0.07088137654477128,
            0.16083110744981785,
            0.05520641389769058,
            0.05520641389769058,
        ],
    ),
    (0, 1): (
        -136.96380387385136,
        [
            0.04494909661338753,
            0.02259307630881692,
            0.0560382886963401,
            0.07904605714806821,
            0.060545559122650014,
            0.02155745356393176,
            0.1440716726651316,
            0.049718796259475166,
            0.09112570455770432,
            0.12644707731291746,
            0.186858178551444,
            0.11704903920013293,
        ],
    ),
}


def curve_of(*arms):
    inside = np.isin(ARM, arms)
    return estimate_turnbull(LAST_FREE[inside], FIRST_SEEN[inside])


def test_the_data_are_the_94_subjects_with_38_right_censored():
    """As counted in the documentation of PROC ICLIFETEST; other copies have 95."""
    assert (len(ARM), int(np.sum(np.isinf(FIRST_SEEN)))) == (94, 38)
    assert (int(np.sum(ARM == 0)), int(np.sum(ARM == 1))) == (46, 48)


@pytest.mark.parametrize("arm", [0, 1])
def test_the_masses_are_those_that_fay_and_shaw_print(arm):
    curve = curve_of(arm)
    intervals = list(zip(curve.after.tolist(), curve.until.tolist(), strict=True))
    assert intervals == list(PRINTED[arm])
    assert curve.mass == pytest.approx(list(PRINTED[arm].values()), abs=5.1e-5)


@pytest.mark.parametrize("arms", CONVERGED)
def test_the_masses_are_those_of_npsurv_to_ten_digits(arms):
    log_likelihood, masses = CONVERGED[arms]
    curve = curve_of(*arms)
    assert curve.mass == pytest.approx(masses, rel=1e-10)
    assert curve.log_likelihood == pytest.approx(log_likelihood, rel=1e-13)
    assert curve.gap <= 1e-11


def test_survival_and_median_follow_from_the_printed_masses():
    """Sums of the masses above: 1 - .0463 - .0334 - .0887 - .0708 = .7608 for radiotherapy at 12 months."""
    radiotherapy, both = curve_of(0), curve_of(1)
    assert radiotherapy.survival_at(12) == pytest.approx(0.7608, abs=2e-4)
    assert radiotherapy.survival_at(20) == radiotherapy.survival_at(12)
    assert radiotherapy.survival_range_at(39) == pytest.approx((0.4656, 0.5865), abs=2e-4)
    assert radiotherapy.survival_at(39) == NotEstimable(
        "between days 38 and 40 only the range 0.4656 to 0.5864 is known"
    )
    assert radiotherapy.median_interval() == (38, 40)
    assert both.median_interval() == (19, 20)


def test_suns_scores_give_the_statistic_that_fay_and_shaw_print():
    """Section 5.2: Z = -2.6684 for radiotherapy, p = 0.007622, score statistics -9.141846 and 9.141846."""
    result = compute_interval_score_test(LAST_FREE, FIRST_SEEN, ARM)
    assert result.totals == pytest.approx((-9.141846, 9.141846), abs=5e-7)
    assert result.z == pytest.approx(2.6684, abs=5e-5)
    assert result.p == pytest.approx(0.007622, abs=5e-7)


def test_finkelsteins_scores_are_the_slope_of_the_grouped_proportional_hazards_likelihood():
    """Finkelstein 1986: the slope at no effect of log(S(l)^exp(b) - S(r)^exp(b)), taken here by a complex step."""
    curve = curve_of(0, 1)
    survival = np.array([curve.survival_at(int(day)) for day in LAST_FREE], dtype=complex)
    after = np.array([0.0 if np.isinf(day) else curve.survival_at(int(day)) for day in FIRST_SEEN], dtype=complex)
    power = np.exp(1e-30j)
    with np.errstate(divide="ignore"):
        ends = np.where(after == 0, 0, np.where(after == 0, 1, after) ** power)
    slopes = np.log(survival**power - ends).imag / 1e-30
    result = compute_interval_score_test(LAST_FREE, FIRST_SEEN, ARM, scores=IntervalScores.FINKELSTEIN)
    assert result.totals[1] == pytest.approx(slopes[ARM == 1].sum(), rel=1e-9)


def test_right_censored_is_never_or_infinity_alike():
    as_days = np.where(np.isinf(FIRST_SEEN), NEVER, np.where(np.isinf(FIRST_SEEN), 0, FIRST_SEEN).astype(np.int64))
    assert np.array_equal(estimate_turnbull(LAST_FREE.astype(int), as_days).mass, curve_of(0, 1).mass)
