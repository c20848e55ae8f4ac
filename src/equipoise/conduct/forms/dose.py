"""A dose that was given: how much was ordered, administered and left over, when, of which lot.

Net given is what was administered less what was left. Amounts are compared with the plan in its own unit, exactly.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import Field

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Clock, Name, Number, Text, Unit, plain
from equipoise.conduct.forms.rows import event_row, local, record_name, result_row
from equipoise.conduct.forms.steps import step_doubts
from equipoise.conduct.history import History, StepDone
from equipoise.conduct.raised import Raised, deviation, notice, query
from equipoise.criteria.assessed.catalogue import ADMINISTERED_ACTIVITY
from equipoise.errors import Fault
from equipoise.protocol.plan import Amount, Course, CourseKind, Level, Plan
from equipoise.terminology.units import is_same_kind, size_of

_OFTEN_TAKEN_FOR_ANOTHER = ("mCi", "MBq", "GBq", "Ci", "kBq", "mg", "g", "ug", "mL", "L")
"""Units that a number is typed in by mistake, in the order in which they are tried."""
_ACTIVITY_UNIT = "GBq"
_PLACES = Decimal("0.000001")


class DoseForm(Form):
    """
    A dose as it was given on a day. [amounts in `unit`, UCUM]

    Parameters
    ----------
    step
        The step of the plan (`cycle-2`). One that the plan does not have is recorded, and asked about.
    administered
        What left the vial for the subject, before anything is subtracted. [unit]
    unit
        In UCUM: `GBq`, `mg`.
    residual
        What was measured to be left in syringe and lines; nothing, if not given. [unit]
    ordered
        What was ordered, where that is to be kept. [unit]
    lot
        The lot or batch, as on the vial.
    begun
        The time of day, as at the site.
    """

    kind: ClassVar[FormKind] = FormKind.DOSE

    step: Name
    administered: Annotated[Number, Field(ge=0)]
    unit: Unit
    residual: Annotated[Number, Field(ge=0)] = Decimal(0)
    ordered: Annotated[Number, Field(gt=0)] | None = None
    begun: Clock | None = None
    lot: Text | None = None

    @property
    def net(self) -> Decimal | None:
        """What the subject received [unit]; None when more was left over than was administered."""
        net = self.administered - self.residual
        return net if net >= 0 else None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        if self.net is None:
            faults.append(Fault("residual", "is more than was administered", "Give administered before subtraction."))
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history) + step_doubts(self.step, self.on, CourseKind.DOSE, plan, history)
        course = dose_course(plan, self.step)
        if self.net == 0:
            doubts.append(query("nothing-given", f"{self.step}: nothing was given, so it does not count as a dose."))
        elif course is not None and course.amount is not None:
            doubts += self._amount_doubts(course.amount, released)
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """The dose under the concept of its course, and the activity where the unit is one of radioactivity."""
        rows: Rows = {}
        if self.net == 0:
            return rows
        course, day = dose_course(plan, self.step), (self.on, self.on)
        if course is not None:
            name = record_name(entry_id, "dose")
            coding = local(course.concept)
            row = event_row("medications", subject_id=subject_id, record_id=name, coding=coding, start=day, end=day)
            rows["medications"] = [row]
        if is_same_kind(self.unit, _ACTIVITY_UNIT):
            # A net amount that is not known stands as words, so that a sum over cycles is unknown and not too small.
            rows["measurements"] = [
                result_row(
                    subject_id=subject_id,
                    record_id=record_name(entry_id, "activity"),
                    coding=local(ADMINISTERED_ACTIVITY),
                    on=self.on,
                    value="not known" if self.net is None else f"{self.net:f}",
                    unit=self.unit,
                )
            ]
        return rows

    def done(self, entry_id: str, plan: Plan | None = None) -> StepDone | None:
        """The step with what was given in the unit of its course and the level that this is; None: nothing was."""
        if self.net == 0:
            return None
        course = dose_course(plan, self.step)
        amount = None if course is None else course.amount
        given = None if amount is None else self._net_in(amount.unit)
        if amount is None or given is None:
            return StepDone(self.step, self.on, entry=entry_id)
        level = level_of(given, amount)
        return StepDone(self.step, self.on, _decimal(given), None if level is None else level.id, entry=entry_id)

    def _net_in(self, unit: str) -> Fraction | None:
        return None if self.net is None else converted(self.net, self.unit, unit)

    def _amount_doubts(self, amount: Amount, released: str | None) -> list[Raised]:
        level = next((each for each in amount.levels if each.id == released), None)
        doubts: list[Raised] = []
        for what, number in (("given", self.net), ("ordered", self.ordered)):
            if number is None:
                continue
            found = converted(number, self.unit, amount.unit)
            told = f"{self.step}: {plain(number)} {self.unit} {what}"
            if found is None:
                doubts.append(query("unit-not-of-the-plan", f"{told}; the plan counts in {amount.unit}."))
                continue
            if not _is_plausible(number, self.unit, amount):
                doubts.append(query("amount-implausible", f"{told} {_why_implausible(number, self.unit, amount)}"))
            if level is not None and not is_within(found, level, amount):
                limits = f"{plain(level.amount)} {amount.unit} +/- {plain(amount.tolerance_percent)} %"
                doubts.append(deviation(f"{what}-not-as-released", f"{told}, released {limits}."))
                if what == "given" and found > Fraction(level.amount):
                    doubts.append(notice("more-than-released", f"{told}, released {limits}."))
        return doubts


def dose_course(plan: Plan | None, step: str) -> Course | None:
    """
    The course that a dose belongs to.

    A step that the plan does not have (a fifth cycle, a slip of the pen) is taken for one of the dose courses as long
    as all of them stand under one concept: a dose that was given must not be lost to a gate.
    """
    if plan is None:
        return None
    course = plan.course_of(step)
    if course is not None:
        return course if course.kind is CourseKind.DOSE else None
    doses = [each for each in plan.courses if each.kind is CourseKind.DOSE]
    return doses[0] if len({each.concept for each in doses}) == 1 else None


def level_of(given: Fraction, amount: Amount) -> Level | None:
    """The level of which the amount given is, within the tolerance; the nearest where it is of two. [amount.unit]"""
    fitting = [level for level in amount.levels if is_within(given, level, amount)]
    return min(fitting, key=lambda level: abs(given - Fraction(level.amount)), default=None)


def is_within(given: Fraction, level: Level, amount: Amount) -> bool:
    """Whether an amount is that of a level, the limit of tolerance inside. [amount.unit]"""
    target = Fraction(level.amount)
    return abs(given - target) * 100 <= target * Fraction(amount.tolerance_percent)


def converted(number: Decimal, from_unit: str, to_unit: str) -> Fraction | None:
    """An amount in another unit of its kind, exactly; None when there is no way from one to the other."""
    source, target = size_of(from_unit), size_of(to_unit)
    if from_unit == to_unit:
        return Fraction(number)
    if source is None or target is None or source.dimension != target.dimension:
        return None
    return Fraction(number) * source.factor / target.factor


def _is_plausible(number: Decimal, unit: str, amount: Amount) -> bool:
    found = converted(number, unit, amount.unit)
    low, high = amount.plausible
    return found is not None and Fraction(low) <= found <= Fraction(high)


def _why_implausible(number: Decimal, unit: str, amount: Amount) -> str:
    """The limits that a number is outside of, and the unit in which it would be inside."""
    low, high = amount.plausible
    words = f"is outside of what is plausible ({plain(low)} to {plain(high)} {amount.unit})"
    for other in _OFTEN_TAKEN_FOR_ANOTHER:
        if other != unit and is_same_kind(other, unit) and _is_plausible(number, other, amount):
            meant = converted(number, other, amount.unit) or Fraction(0)
            also = "" if other == amount.unit else f", that is {plain(_decimal(meant))} {amount.unit}"
            return f"{words}: was it {plain(number)} {other}{also}?"
    return f"{words}: are number and unit right?"


def _decimal(number: Fraction) -> Decimal:
    """With the places that tables keep."""
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(_PLACES)
