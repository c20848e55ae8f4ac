"""What every form is: a day, faults that refuse it, doubts that do not, canonical rows, and a fact of the history.

A form holds what a person (or a file) says happened. Its *shape* is checked when it is made: a field that is missing
or is no number. Its *faults* need a calendar: a day in the future, an end before its beginning. Both refuse it, for
then it is not known what happened. *Doubts* never refuse: what should not have happened is a deviation, what may be a
slip a query, what somebody has to know a notice (Decision 17). Who may enter it, and where it is kept, is for the
office.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.fields import Day, Text
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.conduct.raised import Raised, deviation, query
from equipoise.errors import Fault
from equipoise.protocol.plan import Plan
from equipoise.records.patient import Row

Rows = dict[str, list[Row]]
"""Canonical rows by the name of their table."""
Fact = StepDone | ActivityDone | Decided
Span = tuple[str, str]
"""Two fields with a day, of which the first is not later than the second."""


class Form(BaseModel):
    """
    One thing that happened, on the day `on`.

    A kind of form names its fields that must not lie in the future (`days`) and those that have an order (`spans`).

    Parameters
    ----------
    on
        The day on which it happened.
    comment
        Free text, never interpreted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[FormKind]
    days: ClassVar[tuple[str, ...]] = ("on",)
    spans: ClassVar[tuple[Span, ...]] = ()

    on: Day
    comment: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data for canonical JSON: numbers with a fraction as text, what was not said left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """The form that `to_json` wrote."""
        return cls.model_validate(dict(content))

    def faults(self, today: date) -> list[Fault]:
        """What makes it unbelievable as it stands, by field; values are never told."""
        names = days_of(type(self))
        return day_faults(type(self), {name: getattr(self, name) for name in names}, today)

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        """
        What looks wrong although it is well formed; never raises.

        Parameters
        ----------
        plan
            Of the version that the subject is on.
        history
            The subject without this very entry.
        released
            The level of dose that was released for this step; None when there was no release or it has no level.
        """
        return after_the_end(self, history)

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """
        What it says as canonical rows, so that gates read it like any record; ids of records begin with `entry_id`.

        The plan says under which concept a step stands.
        """
        return {}

    def done(self, entry_id: str, plan: Plan | None = None) -> Fact | None:
        """What it adds to the history; None for what is no step, activity or decision of a plan."""
        return None


def days_of(form: type[Form]) -> tuple[str, ...]:
    """The fields of a form that hold a day."""
    return tuple(dict.fromkeys((*form.days, *(name for span in form.spans for name in span))))


def day_faults(form: type[Form], days: Mapping[str, date | None], today: date) -> list[Fault]:
    """The faults that the days of a form show, as far as they are known; a day of None is not."""
    faults = [
        Fault(name, "lies in the future", "Record what has happened; plan what has not.")
        for name in form.days
        if (day := days.get(name)) is not None and day > today
    ]
    for begin, end in form.spans:
        first, last = days.get(begin), days.get(end)
        if first is not None and last is not None and last < first:
            faults.append(Fault(end, f"comes before {begin}", "Correct one of the two days."))
    return faults


def after_the_end(form: Form, history: History | None) -> list[Raised]:
    """Something that is said to have happened after the subject died or left the study."""
    if history is None or history.left_on is None or form.on <= history.left_on:
        return []
    words = f"{form.kind.value} on {form.on}, after the subject died or left the study on {history.left_on}"
    return [
        deviation("after-the-end", f"{words}."),
        query("after-the-end", f"{words}: are both days and the subject right?"),
    ]
