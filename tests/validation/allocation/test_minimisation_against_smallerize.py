"""Test 4 of an allocation: imbalance scores against smallerize 0.5.0 (MPL-2.0), state by state.

That package scores arms; ours scores equal shares, so each share is an arm there. Its weights and scores are floats,
ours are exact: they agree when no score differs by more than a billionth, and the same shares come out lowest.
"""

import random
from fractions import Fraction
from hashlib import sha256

import pytest
import smallerize

from equipoise.allocation.decision import decide, first_tally, tally_after
from equipoise.allocation.methods import Measure, Minimisation
from equipoise.allocation.specification import Arm, Factor, Specification

SUBJECTS = 50
WEIGHTS = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3, 4))
RATIOS = ((1, 1), (2, 1), (3, 2), (1, 1, 2), (1, 1, 1))
NEAR = 1e-9


def draw_specification(rng):
    factors = tuple(Factor(f"f{i}", tuple("abcd"[: rng.randint(2, 4)])) for i in range(rng.randint(1, 4)))
    arms = tuple(Arm(f"arm {i}", shares) for i, shares in enumerate(rng.choice(RATIOS)))
    weights = {factor.name: rng.choice(WEIGHTS) for factor in factors}
    method = Minimisation(weights, rng.choice(list(Measure)), Fraction(4, 5))
    return Specification(arms, method, factors)


def independent(specification):
    method = specification.method
    return smallerize.Minimizer(
        [smallerize.Factor(each.name, each.levels, float(method.weights[each.name])) for each in specification.factors],
        [smallerize.Arm(str(share)) for share in range(len(specification.shares))],
        d_imbalance_method=method.measure.value.replace("-", "_"),
        total_imbalance_method="weighted_sum",
        probability_method="best_only",
        preferred_p=0.8,
    )


def check_trial(number):
    """Compare the scores before each of 50 subjects; the number of states in which one share was lowest alone."""
    rng = random.Random(number)
    specification = draw_specification(rng)
    other, tally = independent(specification), first_tally(specification, "all")
    n_clear = 0
    for _ in range(SUBJECTS):
        values = {factor.name: rng.choice(factor.levels) for factor in specification.factors}
        decision = decide(specification, sha256(b"minimisation %d" % number).digest(), values, tally)
        scores = other.get_new_total_imbalances(values)
        theirs = [scores[str(share)] for share in range(len(scores))]
        assert [float(score) for score in decision.scores] == pytest.approx(theirs, abs=NEAR)
        lowest = [score == min(decision.scores) for score in decision.scores]
        assert lowest == [score < min(theirs) + NEAR for score in theirs]
        if sum(lowest) == 1:
            n_clear += 1
            chances = other.get_arm_probability(scores)
            ours = [float(probability) for probability in decision.probabilities]
            assert ours == pytest.approx([chances[str(share)] for share in range(len(ours))], abs=NEAR)
        other.add_existing_participant(values, str(decision.share))
        tally = tally_after(decision)
    return n_clear


def test_04_minimisation_scores_equal_an_independent_package_in_2_000_states():
    assert sum(check_trial(number) for number in range(40)) > 500


@pytest.mark.long
def test_04_minimisation_scores_equal_an_independent_package_in_100_000_states():
    assert sum(check_trial(number) for number in range(2_000)) > 25_000
