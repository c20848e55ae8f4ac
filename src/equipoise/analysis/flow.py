"""The flow of subjects through a trial, in the boxes of the CONSORT 2025 diagram: each count is a list of subjects.

Decides who stands in which box. A box has no number of its own, so that none can differ from its subjects. How it is
drawn is for the report.

Hopewell S et al. CONSORT 2025 statement: updated guideline for reporting randomised trials. BMJ 2025;388:e081123, items
22a and 22b, figure 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from equipoise.analysis.doubts import is_death
from equipoise.analysis.facts import SubjectFacts, TrialFacts
from equipoise.analysis.sets import AnalysisSetResult


@dataclass(frozen=True)
class Box:
    """Subjects, and the same again by reason where there are reasons: every subject has one."""

    label: str
    subjects: tuple[str, ...]
    reasons: tuple["Box", ...] = ()

    @property
    def n(self) -> int:
        """How many."""
        return len(self.subjects)


@dataclass(frozen=True)
class ArmFlow:
    """
    One arm from allocation on; while the arms are pooled there is one for all.

    `received` and `not_received` make up `allocated`, as `analysed` and `not_analysed` do in each set. `died` and
    `completed` are no losses; `discontinued` are those who ended their participation in another way.
    """

    arm: str
    allocated: Box
    received: Box
    not_received: Box
    lost: Box
    discontinued: Box
    died: Box
    completed: Box
    analysed: Mapping[str, Box]
    not_analysed: Mapping[str, Box]


@dataclass(frozen=True)
class Flow:
    """All of it. `excluded` and `randomised` make up `assessed`."""

    assessed: Box
    excluded: Box
    randomised: Box
    arms: tuple[ArmFlow, ...]


def make_flow(facts: TrialFacts, sets: Mapping[str, AnalysisSetResult]) -> Flow:
    """
    Put every subject into the boxes of the flow diagram.

    The excluded stand by the state in which their way ended, and within it by the reason.

    Parameters
    ----------
    sets
        As `make_sets` gave them, of the same facts.
    """
    states = {one.subject: one.state for one in facts.screened}
    why = {one.subject: one.why for one in facts.screened if one.why}
    excluded = _give_reasons("Excluded", states)
    by_state = tuple(
        _give_reasons(box.label, {name: why.get(name, "no reason given") for name in box.subjects})
        for box in excluded.reasons
    )
    names = [one.subject for one in facts.subjects]
    arms = dict.fromkeys(() if facts.is_masked else facts.arms)
    arms.update(dict.fromkeys(one.arm for one in facts.subjects))
    return Flow(
        Box("Assessed for eligibility", (*states, *names)),
        replace(excluded, reasons=by_state),
        Box("Randomised", tuple(names)),
        tuple(_make_arm(arm, [one for one in facts.subjects if one.arm == arm], facts, sets) for arm in arms),
    )


def _make_arm(
    arm: str, subjects: list[SubjectFacts], facts: TrialFacts, sets: Mapping[str, AnalysisSetResult]
) -> ArmFlow:
    names = tuple(one.subject for one in subjects)
    treated = {one.subject for one in subjects if any(step.on <= facts.cut_on for step in one.given)}
    ends = {one.subject: end for one in subjects if (end := _tell_end(one, facts.cut_on)) is not None}
    not_treated = {name: ends[name][1] if name in ends else "no step given up to the cut" for name in names}
    return ArmFlow(
        arm=arm,
        allocated=Box("Allocated", names),
        received=Box("Received treatment as allocated", tuple(name for name in names if name in treated)),
        not_received=_give_reasons(
            "Did not receive treatment as allocated",
            {name: how for name, how in not_treated.items() if name not in treated},
        ),
        lost=_count_ends(_End.LOST, ends),
        discontinued=_count_ends(_End.DISCONTINUED, ends),
        died=_count_ends(_End.DIED, ends),
        completed=_count_ends(_End.COMPLETED, ends),
        analysed={one.id: _keep(one, names) for one in sets.values()},
        not_analysed={one.id: _leave_out(one, names) for one in sets.values()},
    )


def _count_ends(kind: "_End", ends: Mapping[str, tuple["_End", str]]) -> Box:
    return _give_reasons(kind.value, {name: how for name, (one, how) in ends.items() if one is kind})


def _keep(one: AnalysisSetResult, names: tuple[str, ...]) -> Box:
    members = set(one.members)
    return Box(one.label, tuple(name for name in names if name in members))


def _leave_out(one: AnalysisSetResult, names: tuple[str, ...]) -> Box:
    reasons = {name: one.excluded[name].words for name in names if name in one.excluded}
    return _give_reasons(f"Excluded from: {one.label}", reasons)


class _End(StrEnum):
    """How a participation ended."""

    LOST = "Lost to follow-up"
    DISCONTINUED = "Discontinued participation"
    DIED = "Died"
    COMPLETED = "Completed"


def _tell_end(subject: SubjectFacts, cut_on: date) -> tuple[_End, str] | None:
    """How and in which words; None while a subject takes part. A death counts however the end is worded."""
    if subject.died_on is not None and subject.died_on <= cut_on:
        return _End.DIED, "died"
    if subject.left_on is None or subject.left_on > cut_on:
        return None
    how = subject.left_how.replace("-", " ").strip() or "no reason given"
    word = how.casefold()
    if is_death(word):
        return _End.DIED, how
    if word.startswith("lost"):
        return _End.LOST, how
    return (_End.COMPLETED if word.startswith("completed") else _End.DISCONTINUED), how


def _give_reasons(label: str, reasons: Mapping[str, str]) -> Box:
    """A box with its subjects by reason, the most frequent reason first."""
    grouped: dict[str, list[str]] = {}
    for subject, reason in reasons.items():
        grouped.setdefault(reason, []).append(subject)
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    return Box(label, tuple(reasons), tuple(Box(reason, tuple(names)) for reason, names in ordered))
