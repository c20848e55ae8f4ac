"""Stopping rules of a plan: so many subjects with such an adverse event, and somebody has to look at the trial.

Counts subjects, not events. Decides a notice; stopping is a person's.
"""

from collections.abc import Iterator

from equipoise.conduct.forms.adverse_event import AdverseEventForm
from equipoise.conduct.forms.base import Form
from equipoise.conduct.raised import Raised, notice
from equipoise.operations.office.files import SubjectFile, read_file
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Allocation
from equipoise.protocol.plan import Plan, StoppingRule

UNSIGNED = 5
"""A grade that nobody has signed counts as the worst: a notice too many is better than one too few."""


def stopping_notices(view: View, plan: Plan | None, file: SubjectFile, form: Form) -> tuple[Raised, ...]:
    """A notice for each stopping rule that this adverse event makes true: at the subject that reaches its number."""
    if plan is None or not isinstance(form, AdverseEventForm) or file.arm is None:
        return ()
    return tuple(_notices(view, plan, file, form))


def _notices(view: View, plan: Plan, file: SubjectFile, form: AdverseEventForm) -> Iterator[Raised]:
    for rule in plan.stopping:
        if not _counts(rule, file, form) or _has_such(rule, file):
            continue
        others = (read_file(view, each.id) for each in view.find(Allocation) if each.id != file.subject)
        n_subjects = 1 + sum(_has_such(rule, other) for other in others)
        if n_subjects >= rule.at_least:
            yield notice(rule.id, f"{rule.label}: {n_subjects} subjects; the limit is {rule.at_least}.")


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
