"""Absorbed doses of one cycle, organ by organ, as somebody computed them, with what they say of their uncertainty.

They are shown, summed and, where a protocol gives a limit, judged; computing them is for `assessments.dosimetry`.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Name, Number, Part, Text
from equipoise.conduct.forms.rows import local, record_name, result_row
from equipoise.conduct.history import ActivityDone, History
from equipoise.conduct.raised import Raised, query
from equipoise.errors import Fault
from equipoise.protocol.plan import ActivityKind, Plan


class OrganDose(Part):
    """
    The dose of one organ.

    Parameters
    ----------
    organ
        `kidney`, `marrow` or another.
    absorbed_dose
        Median or mean of this cycle. [Gy]
    uncertainty_percent
        One standard deviation. [%]
    effective_half_life
        Of the activity in the organ. [h]
    """

    organ: Name
    absorbed_dose: Annotated[Number, Field(gt=0)]
    uncertainty_percent: Annotated[Number, Field(ge=0)] | None = None
    effective_half_life: Annotated[Number, Field(gt=0)] | None = None


class DosimetryForm(Form):
    """
    The doses of one step; `on` is the day of the last scan that they rest on, which is in that cycle.

    Parameters
    ----------
    step
        The step after which they were measured (`cycle-2`).
    organs
        The dose of each organ.
    method
        How they were measured, in words.
    software
        With what they were computed, with its version.
    activity
        Its id in the plan (`dosimetry`).
    """

    kind: ClassVar[FormKind] = FormKind.DOSIMETRY

    step: Name
    organs: Annotated[tuple[OrganDose, ...], Field(min_length=1)]
    method: Text | None = None
    software: Text | None = None
    activity: Name | None = None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        names = [each.organ for each in self.organs]
        for number, name in enumerate(names, start=1):
            if name in names[: number - 1]:
                faults.append(Fault(f"organs[{number}].organ", "is named twice", "One dose for each organ."))
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        course = None if plan is None else plan.course_of(self.step)
        if plan is not None and course is None:
            doubts.append(query("unknown-step", f"{self.step} is no step of the plan."))
        if course is None or history is None:
            return doubts
        given = history.done(self.step)
        if given is None:
            doubts.append(query("dosimetry-without-dose", f"Dosimetry of {self.step}, of which no dose is on record."))
            return doubts
        following = next((each for each in history.given_of(course.steps) if each.on > given.on), None)
        if self.on < given.on or (following is not None and self.on >= following.on):
            words = f"Dosimetry of {self.step} on {self.on}, not between its dose and the next: which day is right?"
            doubts.append(query("dosimetry-of-another-cycle", words))
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """Absorbed dose and half-life of each organ, under the local codes that rules on doses read."""
        rows = []
        for each in self.organs:
            numbers = [
                ("absorbed-dose", each.absorbed_dose, "Gy"),
                ("effective-half-life", each.effective_half_life, "h"),
            ]
            for what, number, unit in numbers:
                if number is None:
                    continue
                code = f"{each.organ}-{what}"
                row = result_row(
                    subject_id=subject_id,
                    record_id=record_name(entry_id, code),
                    coding=local(code),
                    on=self.on,
                    value=f"{number:f}",
                    unit=unit,
                )
                rows.append(row)
        return {"measurements": rows}

    def done(self, entry_id: str, plan: Plan | None = None) -> ActivityDone:
        return ActivityDone(ActivityKind.DOSIMETRY, self.on, self.activity, entry=entry_id)
