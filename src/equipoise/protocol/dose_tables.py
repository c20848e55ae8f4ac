"""The states that a dose table can meet, and whether the table decides each of them exactly once.

Decides which states are possible and what is wrong with a table. What a table answers for a subject is
`conduct.dose_rules`; where a fault stands in the file is said by who loads it.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from equipoise.protocol.plan import DoseRow, DoseTable, RowWhen

Level = Literal["full", "reduced"]
FULL: Level = "full"
REDUCED: Level = "reduced"
Faults = list[tuple[str, str]]

INPUTS: Mapping[str, Mapping[bool | str, str]] = {
    "now": {True: "the toxicity is present today", False: "it is not present today"},
    "seen": {True: "it was present since the last dose", False: "it was not present since the last dose"},
    "before": {True: "it was present in an earlier interval", False: "it was not present in an earlier interval"},
    "delay": {True: "the limit of delay is reached", False: "the limit of delay is not reached"},
    "level": {FULL: "the last dose was full, or there was none", REDUCED: "the last dose was reduced"},
}
"""The five inputs of every table, and each of their values in words."""


class TableState(NamedTuple):
    """One state, complete: what the five inputs of a table are."""

    now: bool
    seen: bool
    before: bool
    delay: bool
    level: Level

    @property
    def is_possible(self) -> bool:
        """Whether it can occur: what is present today was present since the last dose, for today counts."""
        return self.seen or not self.now


def states() -> Iterator[TableState]:
    """Every possible state: 24, in a fixed order."""
    values = itertools.product((False, True), (False, True), (False, True), (False, True), (FULL, REDUCED))
    return (state for state in itertools.starmap(TableState, values) if state.is_possible)


def is_for(when: RowWhen, state: TableState) -> bool:
    """Whether a row is for this state; what the row does not name may be anything."""
    named = (when.now, when.seen, when.before, when.delay, when.level)
    return all(one is None or one == other for one, other in zip(named, state, strict=True))


def rows_for(table: DoseTable, state: TableState) -> tuple[DoseRow, ...]:
    """The rows of a table that are for this state; exactly one in a table without faults."""
    return tuple(row for row in table.rows if is_for(row.when, state))


def words_of(when: RowWhen) -> str:
    """What a row is for, in words."""
    named = [words[getattr(when, name)] for name, words in INPUTS.items() if getattr(when, name) is not None]
    return "; ".join(named) or "whatever holds"


def faults_of_table(table: DoseTable) -> Faults:
    """
    Everything that keeps a table from deciding each possible state by exactly one row.

    Two rows for one state are a fault also where they say the same: the record of a decision names the row it rests on,
    and that must be one row with one source.

    Returns
    -------
    list of tuple
        (what, do), rows counted from 1; neighbouring states with one fault are told together. Empty for a table that is
        complete and free of conflict.
    """
    faults = [_for_nothing(number) for number, row in enumerate(table.rows, 1) if not _is_for_any(row)]
    deciders: dict[tuple[int, ...], list[TableState]] = {}
    for state in states():
        numbers = tuple(number for number, row in enumerate(table.rows, 1) if is_for(row.when, state))
        deciders.setdefault(numbers, []).append(state)
    for numbers, group in sorted(deciders.items()):
        if len(numbers) != 1:
            faults += [_fault(table, numbers, words_of(when)) for when in _told_together(group)]
    return faults


def _is_for_any(row: DoseRow) -> bool:
    return any(is_for(row.when, state) for state in states())


def _for_nothing(number: int) -> tuple[str, str]:
    what = f"row {number} is for no state that can be: what is present today was present since the last dose"
    return what, "Write seen: true beside now: true, or leave seen out."


def _fault(table: DoseTable, numbers: Sequence[int], words: str) -> tuple[str, str]:
    if not numbers:
        return f"no row says what follows when {words}", "Add a row for this, or widen one."
    rows = " and ".join(map(str, numbers))
    actions = " and ".join(table.rows[number - 1].action.value for number in numbers)
    what = f"rows {rows} are all for the state when {words} (they say {actions})"
    return what, "Narrow the rows until one is left: a decision rests on one row with one source."


def _told_together(group: Sequence[TableState]) -> Iterator[RowWhen]:
    """Few descriptions that together cover a group of states and nothing else, the widest first."""
    left = set(group)
    for when, covered in _descriptions():
        if covered <= set(group) and covered & left:
            left -= covered
            yield when


@cache
def _descriptions() -> list[tuple[RowWhen, frozenset[TableState]]]:
    """Everything that a row can be for, with the states it covers; those that name fewest inputs first."""
    values = itertools.product(*([None, *words] for words in INPUTS.values()))
    whens = [RowWhen.model_validate(dict(zip(INPUTS, each, strict=True))) for each in values]
    whens.sort(key=lambda when: sum(value is not None for _, value in when))
    return [(when, frozenset(state for state in states() if is_for(when, state))) for when in whens]
