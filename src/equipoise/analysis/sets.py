"""Who belongs to each analysis set of a plan, and for everybody else the reason, with the entries it stands in.

Decides the rules of the sets. What is computed in a set is the plan's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from equipoise.analysis.facts import Entries, Given, SubjectFacts, TrialFacts
from equipoise.analysis.progression import find_operation
from equipoise.analysis.response import find_why_not_evaluable
from equipoise.protocol.analysis_plan import AnalysisPlan, EndpointKind, EventKind, SetRule
from equipoise.protocol.deviations import DeviationClass


@dataclass(frozen=True)
class Exclusion:
    """Why a subject is not in a set."""

    words: str
    entries: Entries


@dataclass(frozen=True)
class AnalysisSetResult:
    """
    One analysis set.

    `members` and `excluded` together are all randomised subjects, in their order. `open` are members that may yet
    leave it, with what a person has still to decide.
    """

    id: str
    label: str
    rule: SetRule
    members: tuple[str, ...]
    excluded: Mapping[str, Exclusion]
    open: Mapping[str, Exclusion] = field(default_factory=dict)


@dataclass(frozen=True)
class _Asked:
    reader: str
    cut_on: date


def make_sets(plan: AnalysisPlan, facts: TrialFacts) -> dict[str, AnalysisSetResult]:
    """
    Make the analysis sets of a plan.

    Evaluable is asked of the reader of the plan's first response endpoint and before the operation, as that endpoint
    is; without one, of the reader of the first endpoint with progression. Which steps a subject was to be given, by the
    version consented to, is in its shortfalls.
    """
    asked = _Asked(find_reader(plan), facts.cut_on)
    results = {}
    for one in plan.sets:
        reasons = {subject.subject: _RULES[one.rule](subject, asked) for subject in facts.subjects}
        members = tuple(name for name, reason in reasons.items() if reason is None)
        excluded = {name: reason for name, reason in reasons.items() if reason is not None}
        is_strict = one.rule in (SetRule.PER_PROTOCOL, SetRule.EVERY_STEP)
        doubts = {each.subject: _find_open(each, asked) for each in facts.subjects if is_strict}
        still = {name: doubt for name, doubt in doubts.items() if doubt is not None and name in members}
        results[one.id] = AnalysisSetResult(one.id, one.label, one.rule, members, excluded, still)
    return results


def find_reader(plan: AnalysisPlan) -> str:
    """Whose assessments decide who is evaluable."""
    of_response = [one for one in plan.endpoints if one.kind is EndpointKind.RESPONSE]
    of_progression = [one for one in plan.endpoints if EventKind.PROGRESSION in one.events]
    return next((one.reader for one in (*of_response, *of_progression)), "site")


def _given(subject: SubjectFacts, asked: _Asked) -> tuple[Given, ...]:
    return tuple(one for one in subject.given if one.on <= asked.cut_on)


def _randomised(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    return None


def _treated(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    return None if _given(subject, asked) else Exclusion("no step of treatment was given", subject.entries)


def _operated(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    operation = find_operation(subject, asked.cut_on)
    return Exclusion("no operation took place", subject.entries) if operation is None else None


def _evaluable(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    why_not = find_why_not_evaluable(subject, asked.reader, asked.cut_on)
    entries = tuple(sorted({*subject.entries, *subject.reading_entries.get(asked.reader, ())}))
    return Exclusion(why_not, entries) if why_not else None


def _per_protocol(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    """Eligible, treated, every shortfall by the plan's own answer, and no important deviation."""
    return _strict(subject, asked, _unexplained(subject, asked))


def _every_step(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    """The same with every planned step given, whatever the plan said of one that was not."""
    return _strict(subject, asked, [*_missing(subject, asked), *_below(subject, asked)])


def _strict(subject: SubjectFacts, asked: _Asked, short: Sequence[Exclusion]) -> Exclusion | None:
    """The first reason is not the only one: all stand in the words, with their entries."""
    reasons = []
    if subject.is_eligible is not True:
        words = "found not eligible" if subject.is_eligible is False else "eligibility is not known"
        reasons.append(Exclusion(words, subject.entries))
    if (untreated := _treated(subject, asked)) is not None:
        reasons.append(untreated)
    else:
        reasons += short
    important = [
        one for one in subject.deviations if one.severity is DeviationClass.IMPORTANT and one.on <= asked.cut_on
    ]
    reasons += [Exclusion(f"important deviation: {one.code}", one.entries) for one in important]
    if not reasons:
        return None
    entries = {entry for reason in reasons for entry in reason.entries}
    return Exclusion("; ".join(dict.fromkeys(reason.words for reason in reasons)), tuple(sorted(entries)))


def _missing(subject: SubjectFacts, asked: _Asked, *, explained: frozenset[str] = frozenset()) -> list[Exclusion]:
    given = {one.step for one in _given(subject, asked)}
    short = [one.step for one in subject.shortfalls]
    missing = [step for step in short if step not in given and step not in explained]
    if not missing:
        return []
    words = f"not treated as planned: {', '.join(missing)} not given up to the cut"
    return [Exclusion(words, subject.entries)]


def _unexplained(subject: SubjectFacts, asked: _Asked) -> list[Exclusion]:
    """Steps that were not given, or below their full amount, without an answer of the plan that said so."""
    explained = frozenset(one.step for one in subject.shortfalls if one.because)
    return [*_missing(subject, asked, explained=explained), *_below(subject, asked)]


def _below(subject: SubjectFacts, asked: _Asked) -> list[Exclusion]:
    given = {one.step for one in _given(subject, asked)}
    below = [one for one in subject.shortfalls if not one.because and not one.is_open and one.step in given]
    return [Exclusion(f"{one.step} {one.what}, and no rule of the plan said so", one.entries) for one in below]


def _find_open(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    """What may yet take a member out: a deviation that nobody has classed, an amount not known, a step to come."""
    found = (_find_unclassed(subject, asked), _find_unknown(subject, asked), _find_to_come(subject, asked))
    waits = [each for each in found if each is not None]
    if not waits:
        return None
    entries = {entry for one in waits for entry in one.entries}
    return Exclusion("; ".join(one.words for one in waits), tuple(sorted(entries)))


def _find_unknown(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    given = {one.step for one in _given(subject, asked)}
    open_ones = [one for one in subject.shortfalls if one.is_open and one.step in given]
    if not open_ones:
        return None
    entries = {entry for one in open_ones for entry in one.entries}
    return Exclusion("; ".join(f"{one.step} {one.what}" for one in open_ones), tuple(sorted(entries)))


def _find_to_come(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    given = {one.step for one in _given(subject, asked)}
    steps = [one.step for one in subject.shortfalls if one.is_open and one.step not in given]
    return Exclusion(f"still to come: {', '.join(steps)}", subject.entries) if steps else None


def _find_unclassed(subject: SubjectFacts, asked: _Asked) -> Exclusion | None:
    open_ones = [one for one in subject.deviations if one.severity is None and one.on <= asked.cut_on]
    if not open_ones:
        return None
    codes = ", ".join(dict.fromkeys(one.code for one in open_ones))
    entries = {entry for one in open_ones for entry in one.entries}
    return Exclusion(f"nobody has classed the deviation yet: {codes}", tuple(sorted(entries)))


_RULES: dict[SetRule, Callable[[SubjectFacts, _Asked], Exclusion | None]] = {
    SetRule.RANDOMISED: _randomised,
    SetRule.TREATED: _treated,
    SetRule.OPERATED: _operated,
    SetRule.EVALUABLE: _evaluable,
    SetRule.PER_PROTOCOL: _per_protocol,
    SetRule.EVERY_STEP: _every_step,
}
