"""What a method gives back to the runner, and the rows of times that most of them begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from equipoise.analysis.doubts import Doubtful
from equipoise.analysis.endpoints import TimeRow, derive_all_times
from equipoise.analysis.facts import TrialFacts
from equipoise.analysis.results import ArmLine, Estimate, Number
from equipoise.analysis.running.data import Asked, keep_members


@dataclass(frozen=True)
class Outcome:
    """
    The parts of a result that a method decides; `not_done` says why nothing was computed.

    `subjects`: those in whom it was computed, where they are not all members.
    """

    arms: tuple[ArmLine, ...] = ()
    comparisons: tuple[Estimate, ...] = ()
    warnings: tuple[str, ...] = ()
    curves: Mapping[str, Mapping[str, Sequence[Number]]] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    not_done: str = ""
    subjects: tuple[str, ...] | None = None


def time_rows(asked: Asked, *, competing: bool = False) -> tuple[list[TimeRow], tuple[str, ...]]:
    """The times of the members, and what in their facts is doubtful, in words."""
    times = derive_all_times(asked.endpoint, asked.trial.facts, competing=competing)
    members = set(asked.members)
    facts = asked.trial.facts
    doubts = tuple(doubt_words(each, facts) for each in times.doubtful if each.subject in members)
    return keep_members(asked, times.rows), tuple(dict.fromkeys(doubts))


def doubt_words(doubt: Doubtful, facts: TrialFacts) -> str:
    """
    A doubt in words.

    While the arms are pooled no step is named, for that would tell an arm; nor an adverse event and who had it, unless
    the trial is open.
    """
    if facts.pools_harms and doubt.is_harm:
        return "an adverse event has a day or a grade that cannot be right"
    if facts.is_masked and ("step " in doubt.words or "operation" in doubt.words):
        return f"{doubt.subject}: a step of treatment has a day that cannot be right"
    return f"{doubt.subject}: {doubt.words}" + (f" ({doubt.on})" if doubt.on is not None else "")


def count_lines(asked: Asked, rows: Sequence[TimeRow], cause: int | None = None) -> tuple[ArmLine, ...]:
    """Subjects and events (of one cause, where causes compete) of each arm, with nothing estimated."""
    counts = [row.event if cause is None else row.cause_number == cause for row in rows]
    return tuple(
        ArmLine(
            arm,
            sum(row.arm == arm for row in rows),
            sum(is_one for row, is_one in zip(rows, counts, strict=True) if row.arm == arm),
            (),
        )
        for arm in asked.arms
    )
