"""What the dose tables say of many states at once: codes in, codes out, equal to `dose_rules` state by state.

A state is one byte, in which each input of a table is a digit to the base of three. A table becomes a list of answers
by code, each of them `decide`'s own, so that nothing of the meaning stands here.
"""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.conduct.answers import Action
from equipoise.conduct.dose_rules import OTHER, LastLevel, ToxicityState, decide
from equipoise.protocol.dose_tables import FULL, REDUCED
from equipoise.protocol.plan import DoseRules, DoseTable

NO, YES, UNKNOWN = 0, 1, 2
"""Digits of `now`, `seen`, `before` and `delay`."""
LEVELS: tuple[LastLevel, ...] = (FULL, REDUCED, OTHER)
"""What a digit of `level` stands for: its place here. Before the first dose it is that of full."""
ACTIONS = tuple(Action)
"""What a code of an action stands for: its place here, the strictest first."""
IMPOSSIBLE = 255
"""In a list of answers: no state has this code."""
_FLAGS: tuple[bool | None, ...] = (False, True, None)
_WEIGHTS = (1, 3, 9, 27, 81)
_CODES = 3 ** len(_WEIGHTS)

Codes = NDArray[np.uint8]


def encode_states(
    *, now: ArrayLike, seen: ArrayLike, before: ArrayLike, delay: ArrayLike, level: ArrayLike = 0
) -> Codes:
    """
    The codes of states, from digits (`NO`, `YES`, `UNKNOWN`; a place in `LEVELS`) of shapes that broadcast.

    Raises
    ------
    ValueError
        Something else stands among the digits.
    """
    codes: Codes = np.zeros((), dtype=np.uint8)
    for digits, weight in zip((now, seen, before, delay, level), _WEIGHTS, strict=True):
        digits = np.asarray(digits)
        if np.any((digits < NO) | (digits > UNKNOWN)):
            raise ValueError("the digits of a state are 0, 1 and 2")
        codes = codes + digits.astype(np.uint8) * np.uint8(weight)
    return codes


def every_state() -> Iterator[tuple[int, ToxicityState]]:
    """Every state that can be, known or not in each input, with its code."""
    places = itertools.product(range(3), repeat=len(_WEIGHTS))
    for digits in places:
        now, seen, before, delay = (_FLAGS[digit] for digit in digits[:4])
        if not (now and seen is False):
            state = ToxicityState(now, seen, before, delay, LEVELS[digits[4]])
            yield sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)), state


def answers_of(table: DoseTable) -> Codes:
    """The action of a table for each code of a state, as a place in `ACTIONS`. (243,)"""
    answers = np.full(_CODES, IMPOSSIBLE, dtype=np.uint8)
    for code, state in every_state():
        answers[code] = ACTIONS.index(decide(table, state).action)
    return answers


def decide_states(table: DoseTable, codes: Codes) -> Codes:
    """
    The action of a table for each state, as a place in `ACTIONS`. (shape of `codes`)

    Raises
    ------
    ValueError
        A code is that of no possible state.
    """
    return _looked_up(answers_of(table), codes)


def decide_all_states(rules: DoseRules, codes: Mapping[str, Codes]) -> Codes:
    """The strictest action of all tables for each state; `codes` by table id, of shapes that broadcast."""
    actions = np.asarray(ACTIONS.index(Action.GIVE), dtype=np.uint8)
    for table in rules.tables:
        nothing_known = encode_states(now=UNKNOWN, seen=UNKNOWN, before=UNKNOWN, delay=UNKNOWN)
        actions = np.minimum(actions, decide_states(table, codes.get(table.id, nothing_known)))
    return actions


def _looked_up(answers: Codes, codes: Codes) -> Codes:
    found = np.take(answers, codes, mode="raise") if np.size(codes) else np.zeros(np.shape(codes), np.uint8)
    if np.any(found == IMPOSSIBLE):
        raise ValueError("a state cannot be: what is present today was present since the last dose")
    return np.asarray(found, dtype=np.uint8)
