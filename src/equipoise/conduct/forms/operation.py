"""An operation: what was taken out, how much of the tumour that was, what was left, and what went wrong afterwards.

Complications are graded after Clavien and Dindo. Death within 90 days is not entered: it follows from two days
(`assessments.surgery`).

References
----------
.. [1] Hermanek P, Wittekind C. Residual tumor (R) classification. Semin Surg Oncol 1994;10:12-20.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from equipoise.assessments.surgery import ClavienDindo
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Day, Name, Part, Percent, Text, Whole
from equipoise.conduct.forms.rows import event_row, local, record_name, result_row
from equipoise.conduct.forms.steps import step_doubts
from equipoise.conduct.history import History, StepDone
from equipoise.conduct.raised import Raised, notice, query
from equipoise.criteria.assessed.catalogue import LESION_STATE
from equipoise.errors import Fault
from equipoise.protocol.plan import CourseKind, Plan
from equipoise.records.tables import EventStatus


class Approach(StrEnum):
    """How the operation was done."""

    OPEN = "open"
    LAPAROSCOPIC = "laparoscopic"
    ROBOTIC = "robotic"
    CONVERTED = "converted-to-open"
    PERCUTANEOUS = "percutaneous"


class Resection(StrEnum):
    """What was left behind: nothing, microscopic tumour, macroscopic tumour; or nothing was resected."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    UNRESECTED = "unresected"


class Complication(Part):
    """
    A complication of the operation.

    Parameters
    ----------
    term
        What it was, in the words of the site.
    grade
        Its grade by Clavien and Dindo.
    on
        The day on which it began, where that is known.
    is_disabling
        The suffix "d": a disability that remained at discharge.
    """

    term: Text
    grade: ClavienDindo
    on: Day | None = None
    is_disabling: bool = False

    @property
    def label(self) -> str:
        """The grade as it is written: IIIb-d."""
        return f"{self.grade.value}-d" if self.is_disabling else self.grade.value


class OperationForm(Form):
    """
    An operation on a day.

    Parameters
    ----------
    step
        The step of the plan (`surgery`).
    approach
        How the operation was done.
    resection
        What was left behind: nothing, microscopic tumour, macroscopic tumour; or nothing was resected.
    lesions_removed
        How many lesions were cut out.
    lesions_ablated
        How many lesions were destroyed where they are.
    complications
        By Clavien and Dindo, each once.
    removed
        Those among them that are followed on scans, by their names there: from now on they are gone by the surgeon's
        hand, which is no response.
    fraction_achieved
        Share of the tumour that is gone. [%]
    """

    kind: ClassVar[FormKind] = FormKind.OPERATION

    step: Name
    approach: Approach
    resection: Resection
    lesions_removed: Whole = 0
    lesions_ablated: Whole = 0
    removed: tuple[Name, ...] = ()
    fraction_achieved: Percent | None = None
    complications: tuple[Complication, ...] = ()

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        for number, complication in enumerate(self.complications, start=1):
            if complication.on is not None and complication.on > today:
                faults.append(Fault(f"complications[{number}].on", "lies in the future", "Record what has happened."))
            if complication.on is not None and complication.on < self.on:
                faults.append(Fault(f"complications[{number}].on", "comes before on", "Correct one of the two days."))
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        doubts += step_doubts(self.step, self.on, CourseKind.OPERATION, plan, history)
        is_unresected = self.resection is Resection.UNRESECTED
        if is_unresected and (self.lesions_removed or self.removed):
            doubts.append(query("resection-contradicted", "Lesions were removed, and the status is unresected."))
        if not is_unresected and not self.lesions_removed + self.lesions_ablated + len(self.removed):
            doubts.append(query("resection-contradicted", "No lesion was removed or ablated, and there is a status R."))
        if len(self.removed) > self.lesions_removed + self.lesions_ablated:
            doubts.append(query("more-named-than-counted", "More lesions are named as removed than are counted."))
        if self.resection is Resection.R0 and self.fraction_achieved not in (None, 100):
            doubts.append(query("fraction-contradicted", "R0 leaves no tumour, and the fraction is not 100 %."))
        return doubts + self._complication_doubts(history)

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """The operation under the concept of its course, and the followed lesions that it removed."""
        rows: Rows = {}
        course = None if plan is None else plan.course_of(self.step)
        if course is not None:
            # Opened and closed without resection: whether that is what a rule asks for is for a person.
            is_unresected = self.resection is Resection.UNRESECTED
            row = event_row(
                "procedures",
                subject_id=subject_id,
                record_id=record_name(entry_id, "operation"),
                coding=local(course.concept),
                status=EventStatus.POSSIBLE if is_unresected else EventStatus.PRESENT,
                start=(self.on, self.on),
                end=(self.on, self.on),
            )
            rows["procedures"] = [row]
        if self.removed:
            rows["measurements"] = [
                result_row(
                    subject_id=subject_id,
                    record_id=record_name(entry_id, "removed", lesion),
                    coding=local(LESION_STATE),
                    on=self.on,
                    value="removed",
                    lesion=lesion,
                )
                for lesion in self.removed
            ]
        return rows

    def done(self, entry_id: str, plan: Plan | None = None) -> StepDone:
        return StepDone(self.step, self.on, entry=entry_id)

    def _complication_doubts(self, history: History | None) -> list[Raised]:
        fatal = [each for each in self.complications if each.grade is ClavienDindo.V]
        if not fatal:
            return []
        doubts = [notice("death-after-operation", f"A complication of {self.step} ended in death (Clavien-Dindo V).")]
        if history is not None and history.left_on is None:
            doubts.append(query("death-not-recorded", "A complication is of grade V, and no death is on record."))
        return doubts
