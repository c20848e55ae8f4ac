"""What a draft found, for machines: every criterion, every mark, every open thing, and where each stands."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from equipoise.authoring.drafting.draft import Draft, DraftCriterion, DraftPlan
from equipoise.authoring.model import DamageMark, Registration, Segment
from equipoise.terminology.concepts import DecidedBy

Data = dict[str, Any]


def findings_data(draft: Draft) -> Data:
    """The content of `findings.json`: equal drafts give equal data."""
    registration = draft.registration
    return {
        "record": _record(registration),
        "counts": _counts(draft),
        "criteria": [_criterion(each) for each in draft.criteria],
        "damage_outside_criteria": [_mark(mark) for mark in draft.marks],
        "concepts_without_codes": _without_codes(draft.criteria),
        "questions": _questions(draft.criteria),
        "segments": [_segment(segment) for segment in draft.segments],
        "schedule": _schedule(draft.plan) if draft.plan is not None else None,
        "not_understood": list(registration.not_understood),
    }


def _record(registration: Registration) -> Data:
    return {
        "id": registration.id,
        "form": registration.form.value,
        "file": registration.file_name,
        "sha256": registration.sha256,
        "n_characters": len(registration.text),
        "title": registration.title,
        "sex": registration.sex,
        "minimum_age": registration.minimum_age.text if registration.minimum_age else "",
        "maximum_age": registration.maximum_age.text if registration.maximum_age else "",
        "healthy_volunteers": registration.healthy_volunteers,
    }


def _schedule(drafted: DraftPlan) -> Data:
    """What became of the stated schedule: how much of it is in the plan, what was assumed, what was not taken."""
    plan = drafted.plan or {}
    courses = plan.get("courses", [])
    return {
        "visits": len(plan.get("activities", [])),
        "courses": len(courses),
        "steps": sum(len(course["steps"]) for course in courses),
        "decisions": len(plan.get("decisions", [])),
        "assumed": list(drafted.assumed),
        "not_taken": list(drafted.not_taken),
    }


def _counts(draft: Draft) -> Data:
    outcomes = Counter(each.draft.outcome.value for each in draft.criteria)
    sides = Counter(each.kind.value if each.kind else "not-stated" for each in draft.criteria)
    kinds = Counter(segment.kind.value for segment in draft.segments for _ in range(segment.end - segment.start))
    marks = [mark for each in draft.criteria for mark in each.marks] + list(draft.marks)
    return {
        "criteria": len(draft.criteria),
        "sides": dict(sorted(sides.items())),
        "outcomes": dict(sorted(outcomes.items())),
        "damage_marks": len(marks),
        "damaged_criteria": sum(each.is_damaged for each in draft.criteria),
        "repairs_proposed": sum(each.repair is not None and each.repair.text is not None for each in draft.criteria),
        "readings_open": sum(len(each.draft.readings) for each in draft.criteria),
        "characters": dict(sorted(kinds.items())),
    }


def _criterion(criterion: DraftCriterion) -> Data:
    repair = criterion.repair
    return {
        "id": criterion.id,
        "kind": criterion.kind.value if criterion.kind else None,
        "is_gate": criterion.is_gate,
        "text": criterion.text,
        "spans": [list(span) for span in criterion.spans],
        "outcome": criterion.draft.outcome.value,
        "checks": list(criterion.draft.checks),
        "readings": dict(criterion.draft.readings),
        "damage": [_mark(mark) for mark in criterion.marks],
        "repair": None
        if repair is None
        else {
            "reads": repair.reads,
            "because": repair.because,
            "source": repair.source,
            "is_in_record": repair.text is not None,
        },
        "rule": criterion.draft.rule,
    }


def _mark(mark: DamageMark) -> Data:
    return {
        "kind": mark.kind.value,
        "start": mark.start,
        "end": mark.end,
        "after": mark.after,
        "lost": mark.lost,
        "because": mark.because,
        "is_harmless": mark.is_harmless,
    }


def _entries(criteria: Iterable[DraftCriterion]) -> dict[str, tuple[Data, list[str]]]:
    found: dict[str, tuple[Data, list[str]]] = {}
    for criterion in criteria:
        for name, entry in criterion.draft.concepts.items():
            found.setdefault(name, (dict(entry), []))[1].append(criterion.id)
    return found


def _without_codes(criteria: Iterable[DraftCriterion]) -> list[Data]:
    return [
        {"concept": name, "label": entry["label"], "kind": entry["kind"], "criteria": ids}
        for name, (entry, ids) in _entries(criteria).items()
        if entry.get("decided_by") != DecidedBy.PERSON
    ]


def _questions(criteria: Iterable[DraftCriterion]) -> list[Data]:
    return [
        {"concept": name, "question": entry["question"], "because": entry.get("source", ""), "criteria": ids}
        for name, (entry, ids) in _entries(criteria).items()
        if entry.get("decided_by") == DecidedBy.PERSON
    ]


def _segment(segment: Segment) -> Data:
    return {
        "start": segment.start,
        "end": segment.end,
        "kind": segment.kind.value,
        "role": segment.role,
        "item": segment.item,
    }
