"""A course of treatment that is stopped for good while others may follow: no further cycle, yet the operation.

That treatment as a whole is discontinued is a move of the state machines, and no form.
"""

from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.fields import Text
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, query
from equipoise.protocol.plan import Plan


class CourseStopForm(Form):
    """
    A course, and why nothing more of it is given.

    Parameters
    ----------
    course
        The course of the plan (`prrt`); its further steps are cancelled.
    reason
        Why, in words.
    """

    kind: ClassVar[FormKind] = FormKind.COURSE_STOPPED

    course: Text
    reason: Text

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        found = super().doubts(plan, history, released=released)
        arm = None if history is None else history.arm
        known = () if plan is None or arm is None else tuple(course.id for course in plan.courses_of(arm))
        if known and self.course not in known:
            found.append(query("not-of-the-arm", f"{self.course} is no course of this subject's arm."))
        course = next((each for each in plan.courses if each.id == self.course), None) if plan is not None else None
        later = [] if course is None or history is None else history.given_of(course.steps)
        for step in (each for each in later if each.on > self.on):
            words = f"{step.step} on {step.on}, and {self.course} was stopped on {self.on}: are both days right?"
            found.append(query("given-after-stop", words))
        return found
