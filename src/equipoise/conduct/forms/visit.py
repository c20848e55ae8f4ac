"""A visit, a procedure or a contact that took place, named as in the plan or not planned at all."""

import difflib
from enum import StrEnum
from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Name, Text
from equipoise.conduct.forms.rows import event_row, local, record_name
from equipoise.conduct.history import ActivityDone, History
from equipoise.conduct.raised import Raised, deviation, query
from equipoise.protocol.plan import ActivityKind, Plan


class VisitKind(StrEnum):
    """What took place."""

    VISIT = "visit"
    PROCEDURE = "procedure"
    CONTACT = "contact"


_TABLES = {VisitKind.VISIT: "encounters", VisitKind.PROCEDURE: "procedures"}
_ACTIVITIES = {VisitKind.VISIT: ActivityKind.VISIT, VisitKind.CONTACT: ActivityKind.CONTACT}


class VisitForm(Form):
    """
    Something that took place on a day.

    Parameters
    ----------
    what
        A visit at the site, a procedure, or a contact from afar.
    activity
        Its id in the plan (`restaging`); without it the visit was not planned.
    concept
        What a procedure was: a concept's id.
    text
        What it was, in words.
    """

    kind: ClassVar[FormKind] = FormKind.VISIT

    what: VisitKind = VisitKind.VISIT
    activity: Name | None = None
    concept: Name | None = None
    text: Text | None = None

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        if plan is None or self.activity is None:
            return doubts
        activity = next((each for each in plan.activities if each.id == self.activity), None)
        if activity is None:
            near = difflib.get_close_matches(self.activity, [each.id for each in plan.activities], n=1)
            hint = f" Was it {near[0]}?" if near else ""
            return [*doubts, query("unknown-activity", f"{self.activity} is no activity of the plan.{hint}")]
        if history is not None and history.arm not in activity.arms:
            doubts.append(deviation("not-of-the-arm", f"{activity.label} is not planned in the subject's arm."))
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """A visit is an encounter, a procedure stands under its concept; a contact leaves no row."""
        table = _TABLES.get(self.what)
        if table is None:
            return {}
        row = event_row(
            table,
            subject_id=subject_id,
            record_id=record_name(entry_id, self.what.value),
            coding=(None, None) if self.concept is None else local(self.concept),
            text=self.text or self.activity,
            start=(self.on, self.on),
            end=(self.on, self.on),
        )
        return {table: [row]}

    def done(self, entry_id: str, plan: Plan | None = None) -> ActivityDone | None:
        """The activity of the plan, of whatever kind it is there; none for a procedure that is not planned."""
        activities = [] if plan is None else plan.activities
        planned = next((each.kind for each in activities if each.id == self.activity), None)
        kind = planned or _ACTIVITIES.get(self.what)
        if kind is None:
            return None
        concepts = frozenset() if self.concept is None else frozenset({self.concept})
        return ActivityDone(kind, self.on, self.activity, concepts, entry_id)
