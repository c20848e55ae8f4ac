"""A drug that was taken besides the treatment under study: concomitant, as premedication, or to be stopped.

A medication without an end is going on. What came once ends on the day on which it began: a gate that asks for so many
weeks since the last one counts from its end.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows, Span
from equipoise.conduct.forms.concepts import concepts_of
from equipoise.conduct.forms.fields import Coding, Day, Name, Number, Text, split_coding
from equipoise.conduct.forms.rows import event_row, local, record_name
from equipoise.conduct.history import ActivityDone
from equipoise.errors import Fault
from equipoise.protocol.plan import ActivityKind, Plan
from equipoise.records.tables import EventStatus


class MedicationForm(Form):
    """
    A drug from its first day (`on`) to its last (`end`).

    Parameters
    ----------
    concept, code, drug
        What it was: a concept's id, `system|code`, or words; at least one. Words alone are known to no gate.
    end
        The last day on which it was taken. No end means that it goes on.
    on_latest, end_latest
        Where a day is not known exactly: the last day that it may be; `on` and `end` are then the first.
    is_begin_unknown
        It was being taken by `on`, and nobody knows since when.
    amount, unit, frequency, reason
        As told; nothing is computed from them.
    status
        `present` when it was taken. What was only ordered says so.
    activity
        Its id in the plan, where the plan asks for it (`amino-acids`).
    record
        The source's own number, by which a second reading of a file is known.
    """

    kind: ClassVar[FormKind] = FormKind.MEDICATION
    days: ClassVar[tuple[str, ...]] = ("on", "end")
    spans: ClassVar[tuple[Span, ...]] = (("on", "on_latest"), ("on", "end"), ("end", "end_latest"))

    concept: Name | None = None
    code: Coding | None = None
    drug: Text | None = None
    on_latest: Day | None = None
    end: Day | None = None
    end_latest: Day | None = None
    is_begin_unknown: bool = False
    amount: Annotated[Number, Field(ge=0)] | None = None
    unit: Text | None = None
    frequency: Text | None = None
    reason: Text | None = None
    status: EventStatus = EventStatus.PRESENT
    activity: Name | None = None
    record: Text | None = None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        if self.concept is None and self.code is None and self.drug is None:
            faults.append(Fault("concept", "code or drug: one of them is needed", "Say what was taken."))
        if self.concept is not None and self.code is not None:
            faults.append(Fault("concept", "and code are both given", "Keep one of the two."))
        if self.end is None and self.end_latest is not None:
            faults.append(Fault("end", "is needed where end_latest is given", "Give the first day that it may be."))
        return faults

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        coding: tuple[str | None, str | None] = (None, None)
        if self.code is not None:
            coding = split_coding(self.code)
        elif self.concept is not None:
            coding = local(self.concept)
        row = event_row(
            "medications",
            subject_id=subject_id,
            record_id=record_name(entry_id, self.record or "medication"),
            coding=coding,
            text=self.drug,
            status=self.status,
            start=(None if self.is_begin_unknown else self.on, self.on_latest or self.on),
            end=(self.end, self.end_latest or self.end),
        )
        return {"medications": [row]}

    def done(self, entry_id: str, plan: Plan | None = None) -> ActivityDone | None:
        """The activity of the plan that it is, or may be by its concept; none while it was only ordered."""
        if self.status is not EventStatus.PRESENT:
            return None
        named = frozenset() if self.concept is None else frozenset({self.concept})
        coded = frozenset() if self.code is None else concepts_of(*split_coding(self.code))
        return ActivityDone(ActivityKind.MEDICATION, self.on, self.activity, named | coded, entry_id)
