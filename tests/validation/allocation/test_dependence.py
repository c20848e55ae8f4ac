"""Tests 7 and 10 of an allocation: no dependence, and no rolling forward.

Sources: the binomial distribution of agreements of fair coins; the runs test of Wald and Wolfowitz (Ann Math Stat
1940;11:147); the limit of Kolmogorov for the p-values. Structural bounds are counted or solved in the tests. The
attackers are shown to break generators that can be broken: a shift register, and a secret that is a small number.
"""

import random
from hashlib import sha256
from itertools import pairwise, permutations
from math import comb, exp, sqrt

import pytest

from equipoise.allocation.decision import list_sequence
from equipoise.allocation.methods import BigStick, PermutedBlocks, Simple
from equipoise.allocation.specification import Arm, Factor, Specification

ARMS = (Arm("A"), Arm("B"))
SITES = (Factor("site", ("Leeds", "Oslo")),)
KNOWN = 200


def secret_of(number):
    return sha256(b"dependence %d" % number).digest()


def bits_of(method, secret, n, site="Leeds"):
    arms = list_sequence(Specification(ARMS, method, SITES, ("site",)), secret, f"site={site}", n)
    return [arm == "A" for arm in arms]


# Test 7


def uniform_p(value, chances, rng):
    """The chance of a smaller value, and a random part of the chance of this one: exactly uniform for exact chances."""
    return sum(chances[:value]) + rng.random() * chances[value]


def binomial(n):
    return [comb(n, k) / 2**n for k in range(n + 1)]


def run_chances(n_yes, n_no):
    orders = [0] * (n_yes + n_no + 1)
    for half in range(1, (n_yes + n_no) // 2 + 1):
        orders[2 * half] = 2 * comb(n_yes - 1, half - 1) * comb(n_no - 1, half - 1)
        if 2 * half + 1 <= n_yes + n_no:
            orders[2 * half + 1] = comb(n_yes - 1, half) * comb(n_no - 1, half - 1)
            orders[2 * half + 1] += comb(n_yes - 1, half - 1) * comb(n_no - 1, half)
    return [order / comb(n_yes + n_no, n_yes) for order in orders]


def agreement_p(first, second, rng):
    return uniform_p(sum(a == b for a, b in zip(first, second, strict=True)), binomial(len(first)), rng)


def across_strata(trial, rng):
    secret = secret_of(trial)
    return agreement_p(bits_of(Simple(), secret, 64), bits_of(Simple(), secret, 64, "Oslo"), rng)


def across_strata_in_blocks(trial, rng):
    """First places of blocks: the only ones that are fair coins."""
    secret, method = secret_of(trial), PermutedBlocks((4,))
    return agreement_p(bits_of(method, secret, 256)[::4], bits_of(method, secret, 256, "Oslo")[::4], rng)


def across_trials(trial, rng):
    return agreement_p(bits_of(Simple(), secret_of(trial), 64), bits_of(Simple(), secret_of(trial + 1), 64), rng)


def across_places(trial, rng):
    bits = bits_of(Simple(), secret_of(trial), 64)
    return agreement_p(bits[:-1], bits[1:], rng)


def in_runs(trial, rng):
    bits = bits_of(Simple(), secret_of(trial), 64)
    return uniform_p(1 + sum(a != b for a, b in pairwise(bits)), run_chances(sum(bits), 64 - sum(bits)), rng)


def between_blocks(trial, rng):
    firsts = bits_of(PermutedBlocks((4,)), secret_of(trial), 256)[::4]
    return agreement_p(firsts[:-1], firsts[1:], rng)


def kolmogorov_p(values):
    """Chance of a distance from uniform as large as this (Kolmogorov's limit with Stephens' correction)."""
    n = len(values)
    distance = max(max((i + 1) / n - value, value - i / n) for i, value in enumerate(sorted(values)))
    x = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * distance
    return min(1.0, 2 * sum((-1) ** (k - 1) * exp(-2 * (k * x) ** 2) for k in range(1, 101)))


@pytest.mark.parametrize(
    "test", [across_strata, across_strata_in_blocks, across_trials, across_places, in_runs, between_blocks]
)
def test_07_p_values_of_dependence_are_uniform_over_1_000_trials(test):
    rng = random.Random(7)
    assert kolmogorov_p([test(trial, rng) for trial in range(1_000)]) > 0.01


def test_07_the_test_sees_dependence_where_there_is_some():
    rng = random.Random(7)
    p_values = []
    for trial in range(1_000):
        bits = bits_of(BigStick(2), secret_of(trial), 64)
        p_values.append(agreement_p(bits[:-1], bits[1:], rng))
    assert kolmogorov_p(p_values) < 1e-6


# Test 10


def guess_the_lagging_arm(bits):
    lead = 2 * sum(bits) - len(bits)
    return None if lead == 0 else lead < 0


def guess_by_context(bits, length=6):
    """What mostly followed the last six arms, among all earlier places."""
    votes = sum(
        1 if bits[i] else -1 for i in range(length, len(bits)) if bits[i - length : i] == bits[len(bits) - length :]
    )
    return None if votes == 0 else votes > 0


def guess_by_shift_register(bits):
    """The shortest linear recurrence of all known arms (Berlekamp 1968, Massey 1969), rolled forward by one."""
    current, before, length, gap = [1], [1], 0, 1
    for n, bit in enumerate(bits):
        if not (bit + sum(current[i] & bits[n - i] for i in range(1, min(length, len(current) - 1) + 1))) % 2:
            gap += 1
            continue
        longer = current + [0] * max(0, gap + len(before) - len(current))
        changed = [c ^ (before[i - gap] if 0 <= i - gap < len(before) else 0) for i, c in enumerate(longer)]
        if 2 * length <= n:
            length, before, gap = n + 1 - length, current, 1
        else:
            gap += 1
        current = changed
    return bool(sum(current[i] & bits[len(bits) - i] for i in range(1, min(length, len(current) - 1) + 1)) % 2)


def guess_by_small_secrets(bits):
    """Runs the code with every secret that is a small number: a lazy freeze."""
    for secret in SMALL_SECRETS:
        if bits_of(Simple(), secret, len(bits)) == bits:
            return bits_of(Simple(), secret, len(bits) + 1)[-1]
    return None


SMALL_SECRETS = [number.to_bytes(32, "big") for number in range(25)]
ATTACKERS = [guess_the_lagging_arm, guess_by_context, guess_by_shift_register]


def score(guess, truth):
    return 0.5 if guess is None else float(guess == truth)


def accuracy(attacker, method, trials, n_places):
    """Of guesses at the places after the first 200, each with all places before it known."""
    scores = []
    for trial in trials:
        bits = bits_of(method, secret_of(trial), KNOWN + n_places)
        scores += [score(attacker(bits[:n]), bits[n]) for n in range(KNOWN, KNOWN + n_places)]
    return sum(scores) / len(scores), 3 * 0.5 / sqrt(len(scores))


def block_bound(size):
    """The best guess rate within a block of known size and borders, over all its arrangements."""
    rates = []
    for order in set(permutations([True, False] * (size // 2))):
        rates += [score(guess_the_lagging_arm(list(order[:n])), order[n]) for n in range(size)]
    return sum(rates) / len(rates)


def big_stick_bound(limit):
    """The best guess is sure at the limit and a coin below: solved for the places after 200 and after 201."""
    chances, at_limit = {0: 1.0}, []
    for _ in range(KNOWN + 2):
        at_limit.append(chances.get(limit, 0.0) + chances.get(-limit, 0.0))
        following = dict.fromkeys(range(-limit, limit + 1), 0.0)
        for lead, chance in chances.items():
            steps = (-1,) if lead == limit else (1,) if lead == -limit else (1, -1)
            for step in steps:
                following[lead + step] += chance / len(steps)
        chances = following
    return 0.5 + 0.5 * sum(at_limit[-2:]) / 2


STRUCTURES = {
    "simple": (Simple(), 1, lambda: 0.5),
    "blocks of 4": (PermutedBlocks((4,)), 4, lambda: block_bound(4)),
    "big stick 3": (BigStick(3), 2, lambda: big_stick_bound(3)),
}


@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_10_no_attacker_with_200_places_beats_the_structural_bound(attacker, structure):
    method, n_places, bound = STRUCTURES[structure]
    rate, margin = accuracy(attacker, method, range(200), n_places)
    assert rate <= bound() + margin


@pytest.mark.long
@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_10_no_attacker_beats_the_structural_bound_over_10_000_trials(attacker, structure):
    method, n_places, bound = STRUCTURES[structure]
    rate, margin = accuracy(attacker, method, range(10_000), n_places)
    assert rate <= bound() + margin


@pytest.mark.parametrize("structure", ["blocks of 4", "big stick 3"])
def test_10_the_bound_is_what_an_attacker_who_knows_the_method_reaches(structure):
    method, n_places, bound = STRUCTURES[structure]
    rate, margin = accuracy(guess_the_lagging_arm, method, range(600), n_places)
    assert rate >= bound() - margin > 0.5


def test_10_the_attackers_break_what_can_be_broken():
    register = [bool(bit) for bit in (1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1)]
    while len(register) <= KNOWN:
        register.append(register[-2] ^ register[-11])
    assert guess_by_shift_register(register[:KNOWN]) == register[KNOWN]
    assert guess_by_context([True, False] * 100) is True
    lazy = SMALL_SECRETS[20]
    bits = bits_of(Simple(), lazy, KNOWN + 1)
    assert guess_by_small_secrets(bits[:KNOWN]) == bits[KNOWN]


def test_10_a_secret_of_one_other_bit_tells_nothing():
    scores = []
    for trial in range(100):
        secret = secret_of(trial)
        near = bytes([secret[0] ^ 1]) + secret[1:]
        first, second = bits_of(Simple(), secret, KNOWN), bits_of(Simple(), near, KNOWN)
        scores += [a == b for a, b in zip(first, second, strict=True)]
    assert sum(scores) / len(scores) == pytest.approx(0.5, abs=3 * 0.5 / sqrt(len(scores)))
