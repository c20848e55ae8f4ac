"""Stopping rules of a plan: so many subjects with such an adverse event, and somebody has to look at the trial.

Counts subjects, not events. Decides a notice; stopping is a person's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from equipoise.conduct.forms.adverse_event import AdverseEventForm
from equipoise.conduct.forms.base import Form
from equipoise.conduct.raised import Raised, notice
from equipoise.operations.office.files import SubjectFile, read_file
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Allocation
from equipoise.protocol.plan import Plan, StoppingRule

LOOKED = "looked through for a stopping rule"
UNSIGNED = 5
"""A grade that nobody has signed counts as the worst: a notice too many is better than one too few."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """Up to which event of a subject its file was looked through, and whether something was found."""

    seq: int
    has_such: bool


def stopping_notices(view: View, plan: Plan | None, file: SubjectFile, form: Form) -> tuple[Raised, ...]:
    """A notice for each stopping rule that this adverse event makes true: at the subject that reaches its number."""
    if plan is None or not isinstance(form, AdverseEventForm) or file.arm is None:
        return ()
    return tuple(_notices(view, plan, file, form))


def _notices(view: View, plan: Plan, file: SubjectFile, form: AdverseEventForm) -> Iterator[Raised]:
    for rule in plan.stopping:
        if not _counts(rule, file, form) or _has_such(rule, file):
            continue
        n_subjects = 1 + sum(_found_in_others(view, rule, file.subject).values())
        if n_subjects >= rule.at_least:
            yield notice(rule.id, f"{rule.label}: {n_subjects} subjects; the limit is {rule.at_least}.")


def _found_in_others(view: View, rule: StoppingRule, subject: str) -> dict[str, bool]:
    """Whether each other allocated subject has an event that the rule counts; only files that changed are read."""
    place = (LOOKED, rule.model_dump_json())
    known: Mapping[str, _Looked] = view.memory.get(place) or {}
    looked = {each.id: _look(view, rule, each.id, known.get(each.id)) for each in view.find(Allocation)}
    view.memory.put(place, looked)
    return {other: each.has_such for other, each in looked.items() if other != subject}


def _look(view: View, rule: StoppingRule, subject: str, known: "_Looked | None") -> "_Looked":
    if known is not None and next(view.events(after=known.seq, subject=subject), None) is None:
        return known
    file = read_file(view, subject)
    return _Looked(file.seq, _has_such(rule, file))


def _has_such(rule: StoppingRule, file: SubjectFile) -> bool:
    return any(isinstance(each.form, AdverseEventForm) and _counts(rule, file, each.form) for each in file.forms)


def _counts(rule: StoppingRule, file: SubjectFile, form: AdverseEventForm) -> bool:
    """Whether an adverse event is one of those that the rule counts."""
    return (
        (not rule.arms or file.arm in rule.arms)
        and (form.worst_grade or UNSIGNED) >= rule.grade
        and (form.is_serious or form.is_fatal or not rule.is_serious)
        and (form.is_related or not rule.is_related)
    )
