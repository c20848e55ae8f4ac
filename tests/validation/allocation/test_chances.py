"""Tests 5 and 6 of an allocation: chances as specified, and the ratio at every place.

Sources: the probabilities of the specification; for the ratio, the property that Kuznetsova and Tymofyeyev (Stat Med
2012;31:701) prove for equal shares. Exact chances are summed here over every way in which a trial can go.
"""

from collections import Counter, defaultdict
from fractions import Fraction
from hashlib import sha256
from math import sqrt

import pytest

from equipoise.allocation.decision import Tally, decide, first_tally, list_sequence, tally_after
from equipoise.allocation.methods import (
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    Simple,
)
from equipoise.allocation.specification import Arm, Factor, Specification

RATIOS = {"1:1": (1, 1), "2:1": (2, 1), "3:2": (3, 2), "1:1:2": (1, 1, 2)}
METHODS = ("simple", "blocks", "big stick", "block urn", "efron", "minimisation")
COVARIATES = [{"sex": "fm"[i * i % 7 % 2], "site": "xyz"[i * i % 11 % 3]} for i in range(64)]


def secret_of(number):
    return sha256(b"chances %d" % number).digest()


def specification_of(method, ratio):
    arms = tuple(Arm(name, shares) for name, shares in zip("ABC", ratio, strict=False))
    n_shares, factors = sum(ratio), ()
    if method == "minimisation":
        factors = (Factor("sex", ("f", "m")), Factor("site", ("x", "y", "z")))
        weights = {"sex": Fraction(1), "site": Fraction(2)}
        return Specification(arms, Minimisation(weights, Measure.RANGE, Fraction(4, 5)), factors)
    made = {
        "simple": Simple(),
        "blocks": PermutedBlocks((n_shares, 2 * n_shares)),
        "big stick": BigStick(2),
        "block urn": BlockUrn(2),
        "efron": Efron(Fraction(2, 3)),
    }
    return Specification(arms, made[method])


def check_frequencies(found, chances, n):
    """Each count within three standard errors."""
    for arm, chance in chances.items():
        assert abs(found[arm] - n * chance) <= 3 * sqrt(n * chance * (1 - chance)), arm


def draw_many(specification, tally, values, n):
    """The arms of `n` places that all have the same history before them."""
    return Counter(
        decide(specification, secret_of(0), values, Tally(tally.stratum, place, tally.counts, tally.margins)).arm
        for place in range(n)
    )


STATES = {
    "Efron: B is behind": ("efron", "1:1", (3, 1), {"A": 1 / 3, "B": 2 / 3}),
    "Efron: even": ("efron", "1:1", (2, 2), {"A": 1 / 2, "B": 1 / 2}),
    "Efron 2:1: all shares even, split by ratio": ("efron", "2:1", (1, 1, 1), {"A": 2 / 3, "B": 1 / 3}),
    "Efron 2:1: a share of each ties": ("efron", "2:1", (2, 1, 1), {"A": 1 / 6 + 5 / 12, "B": 5 / 12}),
    "big stick: B waits": ("big stick", "2:1", (0, 1, 2), {"A": 1, "B": 0}),
    "block urn: balls left": ("block urn", "1:1:2", (1, 2, 1, 0), {"A": 1 / 4, "B": 0, "C": 3 / 4}),
    "simple 3:2": ("simple", "3:2", (), {"A": 3 / 5, "B": 2 / 5}),
}


def check_state(name, n):
    method, ratio, counts, chances = STATES[name]
    found = draw_many(specification_of(method, RATIOS[ratio]), Tally("all", 0, counts), {}, n)
    check_frequencies(found, chances, n)


@pytest.mark.parametrize("name", STATES)
def test_05_the_preferred_arm_is_taken_with_its_probability_and_ties_are_split_by_ratio(name):
    check_state(name, 10_000)


@pytest.mark.long
@pytest.mark.parametrize("name", STATES)
def test_05_the_preferred_arm_is_taken_with_its_probability_over_100_000_places(name):
    check_state(name, 100_000)


MARGINS = {
    "A is behind": ({"sex": {"f": (0, 1), "m": (3, 0)}}, {"A": 4 / 5, "B": 1 / 5}),
    "even": ({"sex": {"f": (1, 1), "m": (3, 0)}}, {"A": 1 / 2, "B": 1 / 2}),
}


def check_margins(name, n):
    margins, chances = MARGINS[name]
    method = Minimisation({"sex": Fraction(1)}, Measure.RANGE, Fraction(4, 5))
    specification = Specification((Arm("A"), Arm("B")), method, (Factor("sex", ("f", "m")),))
    check_frequencies(draw_many(specification, Tally("all", 0, margins=margins), {"sex": "f"}, n), chances, n)


@pytest.mark.parametrize("name", MARGINS)
def test_05_minimisation_takes_the_preferred_arm_with_its_probability(name):
    check_margins(name, 10_000)


@pytest.mark.long
@pytest.mark.parametrize("name", MARGINS)
def test_05_minimisation_takes_the_preferred_arm_with_its_probability_over_100_000_places(name):
    check_margins(name, 100_000)


def iterate_exact_chances(specification, n_places):
    """The chance of each arm at each place, summed over every state that the trial can be in."""
    states = {_key(tally := first_tally(specification, "all")): (tally, Fraction(1))}
    for place in range(n_places):
        values = COVARIATES[place] if specification.factors else {}
        chances, following = Counter(), defaultdict(lambda: [None, Fraction(0)])
        for tally, weight in states.values():
            decision = decide(specification, secret_of(0), values, tally)
            for share, probability in enumerate(decision.probabilities):
                chances[specification.shares[share]] += weight * probability
                if probability:
                    next_tally = tally_after(_with_share(decision, share))
                    entry = following[_key(next_tally)]
                    entry[0], entry[1] = next_tally, entry[1] + weight * probability
        states = {key: tuple(entry) for key, entry in following.items()}
        yield chances


def _with_share(decision, share):
    return type(decision)(**{**vars(decision), "share": share})


def _key(tally):
    return tally.counts, tuple((f, level, c) for f, levels in tally.margins.items() for level, c in levels.items())


@pytest.mark.parametrize(
    ("method", "n_places"), [("simple", 3), ("big stick", 10), ("block urn", 10), ("efron", 8), ("minimisation", 5)]
)
@pytest.mark.parametrize("ratio", RATIOS)
def test_06_the_chance_of_each_arm_is_exactly_its_ratio_at_every_place(method, n_places, ratio):
    specification = specification_of(method, RATIOS[ratio])
    wanted = {arm.name: Fraction(arm.shares, len(specification.shares)) for arm in specification.arms}
    for place, chances in enumerate(iterate_exact_chances(specification, n_places)):
        assert chances == wanted, place


def check_ratio_by_counting(method, ratio, n_trials, n_places):
    specification = specification_of(method, RATIOS[ratio])
    found = [Counter() for _ in range(n_places)]
    for trial in range(n_trials):
        for place, arm in enumerate(draw_trial(specification, secret_of(trial), n_places)):
            found[place][arm] += 1
    for place in range(n_places):
        for arm in specification.arms:
            chance = arm.shares / len(specification.shares)
            error = sqrt(n_trials * chance * (1 - chance))
            assert abs(found[place][arm.name] - n_trials * chance) <= 4 * error, (place, arm.name)


def draw_trial(specification, secret, n_places):
    if not specification.factors:
        return list_sequence(specification, secret, "all", n_places)
    tally, arms = first_tally(specification, "all"), []
    for place in range(n_places):
        decision = decide(specification, secret, COVARIATES[place], tally)
        tally = tally_after(decision)
        arms.append(decision.arm)
    return arms


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_06_each_arm_comes_as_often_as_its_ratio_at_every_place(method, ratio):
    check_ratio_by_counting(method, ratio, 500, 12)


@pytest.mark.long
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_06_each_arm_comes_as_often_as_its_ratio_at_every_place_over_20_000_trials(method, ratio):
    check_ratio_by_counting(method, ratio, 20_000, 48)
