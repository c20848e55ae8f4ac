"""Many sequences of one allocation: drawn side by side place by place, or all there can be with their chances.

Draws from a generator given as an argument, never from the secret of a trial. The rules are those of `array_rules`;
what is made of the sequences is left to `design` and `rerandomisation`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from equipoise.allocation.array_rules import ArrayRule, Floats, Ints, make_rule
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, ProtocolError

MAX_SEQUENCES = 200_000
"""Sequences that are enumerated, block sizes told apart; more are refused and can be drawn instead."""


@dataclass(frozen=True)
class Place:
    """
    One place of every trial.

    Attributes
    ----------
    chances
        The chance of each arm before the draw, to somebody who knows everything but the draw. Trials by arms.
    arms
        The arm given, as its number in the specification. One for each trial.
    """

    chances: Floats
    arms: Ints


@dataclass(frozen=True)
class AllSequences:
    """Every sequence of arms that an allocation can give: sequences by places, and the chance of each."""

    arms: Ints
    chances: Floats


def allocate_places(
    specification: Specification, levels: Mapping[str, Ints], *, n: int, n_trials: int, rng: np.random.Generator
) -> Iterator[Place]:
    """
    Allocate `n` subjects in each of many trials, one place after the other.

    Parameters
    ----------
    specification
        Any method but a sealed list.
    levels
        For each factor of the specification, the number of the level of each subject: trials by places, or one row
        for all trials. Other factors are left aside.
    n, n_trials
        Subjects of a trial; trials.

    Raises
    ------
    ProtocolError
        The method is a sealed list: it was made elsewhere, and cannot be drawn again.
    """
    rule = make_rule(specification, levels, n_rows=n_trials)
    arm_of = _arm_of_share(specification)
    belongs = np.eye(len(specification.arms), dtype=np.int64)[arm_of]
    for place in range(n):
        rule.open(place, rng.integers(rule.n_openings, size=n_trials))
        weights = rule.weigh(place)
        whole = weights.sum(axis=1)
        draws = rng.integers(whole)
        shares = (np.cumsum(weights, axis=1) <= draws[:, None]).sum(axis=1)
        rule.record(place, shares)
        yield Place((weights @ belongs) / whole[:, None], arm_of[shares])


def draw_arms(
    specification: Specification, levels: Mapping[str, Ints], *, n: int, n_trials: int, rng: np.random.Generator
) -> Ints:
    """The arms alone, as numbers in the specification: trials by places. Arguments as of `allocate_places`."""
    arms = np.empty((n_trials, n), dtype=np.int64)
    for place, each in enumerate(allocate_places(specification, levels, n=n, n_trials=n_trials, rng=rng)):
        arms[:, place] = each.arms
    return arms


def enumerate_arms(
    specification: Specification, levels: Mapping[str, Ints], *, n: int, most: int = MAX_SEQUENCES
) -> AllSequences:
    """
    Every sequence that can be given to `n` subjects, with its chance; chances add up to 1.

    Parameters
    ----------
    specification, levels
        As of `allocate_places`, with one row of levels.
    most
        Sequences of shares and block sizes that are followed.

    Raises
    ------
    ProtocolError
        There are more than `most`, or the method is a sealed list.
    """
    rule = make_rule(specification, levels, n_rows=1)
    chances: Floats = np.ones(1)
    given: Ints = np.zeros((1, 0), dtype=np.int64)
    arm_of = _arm_of_share(specification)
    for place in range(n):
        opened = _open_every_way(rule, place, len(chances))
        chances, given = chances[opened] / _repeats(opened), given[opened]
        weights = rule.weigh(place)
        rows, shares = np.nonzero(weights)
        if len(rows) > most:
            what = f"there are more than {most:,} sequences for {n} subjects"
            fault = Fault("re-randomisation", what, "Draw sequences instead of enumerating them.")
            raise ProtocolError("The sequences cannot be enumerated.", [fault])
        chances = chances[rows] * weights[rows, shares] / weights.sum(axis=1)[rows]
        given = np.column_stack([given[rows], arm_of[shares]])
        rule.keep_rows(rows)
        rule.record(place, shares)
    arms, which = np.unique(given, axis=0, return_inverse=True)
    summed: Floats = np.zeros(len(arms))
    np.add.at(summed, which.ravel(), chances)
    return AllSequences(arms, summed)


def _open_every_way(rule: ArrayRule, place: int, n_rows: int) -> Ints:
    """Let each row in which a block begins go on once for each size; gives the row that each row came from."""
    is_open = rule.must_open(place)
    if is_open is None:
        return np.arange(n_rows)
    came_from = np.repeat(np.arange(n_rows), np.where(is_open, rule.n_openings, 1))
    first = np.searchsorted(came_from, came_from)
    rule.keep_rows(came_from)
    rule.open(place, np.arange(len(came_from)) - first)
    return came_from


def _repeats(came_from: Ints) -> Ints:
    return np.asarray(np.bincount(came_from)[came_from])


def _arm_of_share(specification: Specification) -> Ints:
    return np.repeat(np.arange(len(specification.arms)), [arm.shares for arm in specification.arms])
