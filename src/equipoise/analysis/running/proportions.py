"""Shares of subjects: responders, those who reached what a yes-no endpoint asks, those with a severe adverse event.

Decides who counts among them. Whoever has no answer counts as a no, and is named; but of what follows an operation
nobody is a no who may yet be a yes: whoever is not known yet stands in no denominator, and is counted and named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.binomial import Counted, compute_fisher_test, estimate_difference, estimate_proportion
from equipoise.analysis.response import GradedBy, derive_response, find_worst_grades
from equipoise.analysis.results import ArmLine, Estimate
from equipoise.analysis.running.data import Asked, keep_members
from equipoise.analysis.running.estimates import estimate, nobody_in
from equipoise.analysis.running.outcome import Outcome
from equipoise.analysis.surgery import ANSWERED_BY
from equipoise.protocol.analysis_plan import OF_OPERATION, EndpointKind

SEVERE = 3
"""An adverse event counts from this grade on, unless the plan names another under `at`."""


@dataclass(frozen=True)
class Reached:
    """Whether one subject reached it; None: there is no answer, for the reason given."""

    subject: str
    arm: str
    is_reached: bool | None
    why: str = ""


def run_proportion(asked: Asked) -> Outcome:
    """The share of each arm with an exact interval; two arms by their difference and Fisher's test."""
    found_rows, options = find_reached(asked)
    rows = [row for row in found_rows if not _is_left_out(asked, row)]
    out = [row for row in found_rows if _is_left_out(asked, row)]
    counted = {arm: _count(rows, arm) for arm in asked.arms}
    lines = []
    for arm, own in counted.items():
        found = estimate_proportion(own, level=asked.level)
        label = _label(own, sum(row.arm == arm for row in out))
        made = (
            estimate("proportion", label, found)
            if isinstance(found, NotEstimable)
            else estimate("proportion", label, found.value, found.interval)
        )
        lines.append(ArmLine(arm, own.n, own.count, (made,)))
    comparisons = [each for first, other in asked.pairs() for each in _compare(asked, counted, first, other)]
    unknown = [f"{row.subject}: {row.why}; counted as a no" for row in rows if row.is_reached is None]
    unknown += [f"{row.subject}: not estimable for this subject, and not counted: {row.why}" for row in out]
    kept = tuple(row.subject for row in rows)
    return Outcome(tuple(lines), tuple(comparisons), tuple(unknown), options=options, subjects=kept)


def _is_left_out(asked: Asked, row: Reached) -> bool:
    """Not known yet, and never a no."""
    return row.is_reached is None and asked.endpoint.kind in OF_OPERATION


def _label(own: Counted, n_out: int) -> str:
    return f"{own.count} of {own.n}" + (f"; {n_out} more not estimable" if n_out else "")


def find_reached(asked: Asked) -> tuple[list[Reached], dict[str, object]]:
    """The answer of each member, and what was assumed to find it."""
    facts, endpoint = asked.trial.facts, asked.endpoint
    if endpoint.kind is EndpointKind.RESPONSE:
        responses = [derive_response(endpoint, each, facts.cut_on) for each in facts.subjects]
        return [
            Reached(row.subject, row.arm, None if row.why_not else row.has_responded, f"not evaluable: {row.why_not}")
            for row in keep_members(asked, responses)
        ], {"reached": "complete or partial response"}
    if endpoint.kind in ANSWERED_BY:
        answers = [ANSWERED_BY[endpoint.kind](endpoint, each, facts.cut_on) for each in facts.subjects]
        kept = keep_members(asked, answers)
        options = {"at_least": endpoint.grade_limit} if endpoint.kind is EndpointKind.COMPLICATION else {}
        return [Reached(row.subject, row.arm, row.is_met, row.words) for row in kept], dict(options)
    return _severe(asked)


def _severe(asked: Asked) -> tuple[list[Reached], dict[str, object]]:
    """Who had an adverse event of the grade or worse; an event that nobody graded, and no other, leaves it open."""
    grade = asked.analysis.options.at[0] if asked.analysis.options.at else SEVERE
    known = set(asked.members)
    members = [each for each in asked.trial.facts.subjects if each.subject in known]
    lines = find_worst_grades(members, asked.trial.facts.cut_on, by=GradedBy.ANY)
    severe = {name for line in lines for worst, names in line.by_grade.items() if worst >= grade for name in names}
    ungraded = {name for line in lines for name in (*line.unsigned, *line.also_unsigned)}
    return [
        Reached(
            each.subject,
            each.arm,
            True if each.subject in severe else None if each.subject in ungraded else False,
            "an adverse event that nobody has graded",
        )
        for each in members
    ], {"grade": grade}


def _count(rows: Sequence[Reached], arm: str) -> Counted:
    own = [row for row in rows if row.arm == arm]
    return Counted(sum(row.is_reached is True for row in own), len(own))


def _compare(asked: Asked, counted: dict[str, Counted], control: str, other: str) -> list[Estimate]:
    first, second = counted[other], counted[control]
    name, label = f"difference-{other}", f"{other} less {control}"
    missing = [arm for arm in (control, other) if counted[arm].n == 0]
    if missing:
        return [estimate(name, label, nobody_in(*missing))]
    found = estimate_difference(first, second, level=asked.level)
    if isinstance(found, NotEstimable):
        return [estimate(name, label, found)]
    p = compute_fisher_test(first, second)
    return [estimate(name, label, found.value, found.interval, p=p, note="p: Fisher's exact test, two-sided")]
