"""The plan of a trial after allocation: epochs, courses of treatment, activities, decision points, gates, dose rules.

Shapes only. A plan is named once in a protocol and used by the versions that say so. Each number says how sure it is:
what no public copy of a protocol states is a parameter, shown as such. Days are calendar days. What is due for one
subject is `conduct.calendar`; whether a gate is open `conduct.gates`; what a dose rule says `conduct.dose_rules`.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from equipoise.assessments.ctcae import CtcaeVersion
from equipoise.protocol.criterion import RuleData
from equipoise.protocol.trial import Id, Mark, Model, Text, is_unsaid

RANDOMISATION, TREATMENT_END, LAST_DOSE, FIRST_DOSE = "randomisation", "treatment-end", "last-dose", "first-dose"
EARLY_END = "early-end"
"""The end of treatment, where something that was planned was neither given nor left out by a decision of the plan."""
STEP = "step"
"""In the timing of an activity that belongs to each step of a course: the step itself."""
PREVIOUS = "previous"
"""In the interval of a course: the step before."""
PLAN_ANCHORS = (RANDOMISATION, TREATMENT_END, EARLY_END, LAST_DOSE, FIRST_DOSE)
"""Days that every plan knows, besides those of its steps (`cycle-2`), courses (their last step) and activities."""


class Stated(Model):
    """A part that says how sure it is and where it comes from."""

    mark: Mark = Mark.PARAMETER
    source: str = ""
    note: str = Field(default="", exclude_if=is_unsaid)


class Floor(Model):
    """A day before which something is not done: so many days after another anchor."""

    after: Id
    days: int = Field(ge=0)


class Timing(Stated):
    """
    When something is due: `target` days after the actual day of an anchor, from `early` days before to `late` after.

    `arms` empty: for all arms of the thing. `target` is negative for what comes before its anchor.
    """

    after: Id
    target: int
    early: int = Field(default=0, ge=0)
    late: int = Field(default=0, ge=0)
    arms: list[Id] = Field(default_factory=list, exclude_if=is_unsaid)
    not_sooner_than: list[Floor] = Field(default_factory=list, exclude_if=is_unsaid)


class Epoch(Model):
    """A stretch of the trial, in order."""

    id: Id
    label: str


class Level(Model):
    """One level of dose; the first of a course is the full one."""

    id: Id
    amount: Decimal = Field(gt=0)


class Amount(Stated):
    """
    How much a dose is. [amounts in `unit`, UCUM]

    What is given may differ from what was released by `tolerance_percent`; an amount outside of `plausible` is taken
    for a slip of the pen or of the unit, and asked about.
    """

    unit: str
    levels: list[Level] = Field(min_length=1)
    tolerance_percent: Decimal = Field(default=Decimal(10), ge=0)
    plausible: tuple[Decimal, Decimal]

    @model_validator(mode="after")
    def _plausible(self) -> "Amount":
        low, high = self.plausible
        if not all(low <= level.amount <= high for level in self.levels):
            raise ValueError("a level lies outside of what is plausible")
        return self


class CourseKind(StrEnum):
    """What the steps of a course are."""

    DOSE = "dose"
    OPERATION = "operation"


class Course(Model):
    """
    A treatment in steps (cycles, one operation), each of which is released behind its gate and recorded.

    Parameters
    ----------
    concept
        Under which concept a step that was given stands among the records.
    is_planned
        False for what is given only if it comes to that: a retreatment.
    after
        Courses that must have ended or been stopped before, in the arms that have them.
    first
        When the first step is due, by arm.
    interval
        From one step to the next, counted from the actual day of the one before (`after: previous`).
    """

    id: Id
    label: str
    kind: CourseKind
    epoch: Id
    arms: list[Id] = Field(min_length=1)
    concept: Id
    steps: list[Id] = Field(min_length=1)
    intervention: Id | None = None
    is_planned: bool = True
    after: list[Id] = Field(default_factory=list)
    first: list[Timing] = Field(default_factory=list)
    interval: Timing | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Course":
        if len(self.steps) > 1 and self.interval is None:
            raise ValueError("a course of several steps says how far they lie apart (interval)")
        if (self.kind is CourseKind.DOSE) != (self.amount is not None):
            raise ValueError("a dose has an amount, and only a dose has one")
        return self


class ActivityKind(StrEnum):
    """What an activity leaves on record, and so what shows that it was done."""

    ASSESSMENT = "tumour-assessment"
    LABORATORY = "laboratory"
    IMAGING = "imaging"
    MEDICATION = "medication"
    DOSIMETRY = "dosimetry"
    VISIT = "visit"
    CONTACT = "contact"


class Repeat(Model):
    """Again every so many days after its timing, the last one at most `until` days after the same anchor."""

    every: int = Field(gt=0)
    until: int = Field(gt=0)


class PlannedActivity(Model):
    """
    Something that is done besides treatment.

    `each` names a course: once for each of its steps, counted from the step (`after: step`). `repeats` goes on from the
    anchor of its timing, whatever happens to treatment: that is how tumour assessments stay locked to the calendar.
    `concepts` are those whose records show it done (laboratory, medication). `is_optional`: shown when it could be
    done, and never missed.
    """

    id: Id
    label: str
    kind: ActivityKind
    epoch: Id
    arms: list[Id] = Field(min_length=1)
    timing: list[Timing] = Field(min_length=1)
    each: Id | None = None
    repeats: Repeat | None = None
    concepts: list[Id] = Field(default_factory=list)
    is_optional: bool = Field(default=False, exclude_if=is_unsaid)
    note: str = Field(default="", exclude_if=is_unsaid)

    def days_after(self, timing: Timing) -> range:
        """Days after the anchor of one of its timings: the target, and each repeat of it. [d]"""
        if self.repeats is None:
            return range(timing.target, timing.target + 1)
        return range(timing.target, max(self.repeats.until, timing.target) + 1, self.repeats.every)


class Option(Model):
    """One way on from a decision point; `ends` are courses that are not (or no further) given then."""

    id: Id
    label: str
    ends: list[Id] = Field(default_factory=list)


class DecisionPoint(Stated):
    """A question that a person answers before a course goes on; without an answer the gate of `before` is unknown."""

    id: Id
    label: str
    arms: list[Id] = Field(min_length=1)
    before: Id
    options: list[Option] = Field(min_length=2)


class PlanGate(Stated):
    """
    What must be true before steps of a course; judged like a criterion, on the day of the step.

    `before` names courses or single steps. `otherwise` is what the gate says when the rule is false. `unlock` says in
    words what would open it.
    """

    id: Id
    label: str
    before: list[Id] = Field(min_length=1)
    arms: list[Id] = Field(default_factory=list, exclude_if=is_unsaid)
    rule: RuleData
    otherwise: Literal["hold", "stop"] = "hold"
    unlock: str


class RowWhen(Model):
    """
    The states that a row of a dose table is for; what is not named may be anything.

    `now`: the toxicity is present today. `seen`: it was present on some day since the last dose, today included.
    `before`: it was present in an earlier interval between doses. `delay`: the limit of delay is reached. `level`: the
    level of the last dose, full or reduced.
    """

    now: bool | None = None
    seen: bool | None = None
    before: bool | None = None
    delay: bool | None = None
    level: Literal["full", "reduced"] | None = None


class RowAction(StrEnum):
    """What a row of a dose table says of the next dose."""

    GIVE = "give"
    REDUCE = "reduce"
    HOLD = "hold"
    STOP = "stop"


class DoseRow(Stated):
    """One row of a dose table; `is_verified` in what it stands on."""

    when: RowWhen
    action: RowAction

    @property
    def is_verified(self) -> bool:
        return self.mark is Mark.VERIFIED


class DoseTable(Stated):
    """A toxicity: when it is present (a rule, judged by day), and what follows from it, as a decision table."""

    id: Id
    label: str
    present: RuleData
    unlock: str
    rows: list[DoseRow] = Field(min_length=1)


class Delay(Stated):
    """When a toxicity has delayed a dose too long: `limit` days after the last dose, or after the day it was due."""

    counts_from: Literal["last-dose", "due-day"]
    limit: int = Field(gt=0)


class DoseRules(Model):
    """The decision tables of a course; the strictest answer of all tables counts."""

    course: Id
    delay: Delay
    tables: list[DoseTable] = Field(min_length=1)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The tables with a row that was not read in its source: each needs an investigator's signature."""
        return tuple(table.id for table in self.tables if not all(row.is_verified for row in table.rows))


class StoppingRule(Stated):
    """So many subjects with such an adverse event raise a notice that the trial is to be looked at."""

    id: Id
    label: str
    at_least: int = Field(gt=0)
    grade: int = Field(default=1, ge=1, le=5)
    is_serious: bool = False
    is_related: bool = False
    arms: list[Id] = Field(default_factory=list, exclude_if=is_unsaid)


class Grading(Stated):
    """By which version of the Common Terminology Criteria for Adverse Events laboratory results are graded."""

    ctcae: CtcaeVersion


class Plan(Model):
    """All of it. A plan without `grading` has no grade proposed from a result."""

    label: Text
    epochs: list[Epoch] = Field(min_length=1)
    courses: list[Course] = Field(default_factory=list)
    activities: list[PlannedActivity] = Field(default_factory=list)
    decisions: list[DecisionPoint] = Field(default_factory=list)
    gates: list[PlanGate] = Field(default_factory=list)
    dose_rules: list[DoseRules] = Field(default_factory=list)
    stopping: list[StoppingRule] = Field(default_factory=list)
    grading: Grading | None = Field(default=None, exclude_if=is_unsaid)

    def course(self, course_id: str) -> Course:
        """The course of this id."""
        return next(course for course in self.courses if course.id == course_id)

    def course_of(self, step: str) -> Course | None:
        """The course that a step belongs to; None when there is no such step."""
        return next((course for course in self.courses if step in course.steps), None)

    def courses_of(self, arm: str) -> tuple[Course, ...]:
        """The courses of an arm, in the order of the plan."""
        return tuple(course for course in self.courses if arm in course.arms)

    def rules_of(self, course_id: str) -> DoseRules | None:
        """The dose rules of a course."""
        return next((rules for rules in self.dose_rules if rules.course == course_id), None)

    @property
    def unverified_tables(self) -> tuple[str, ...]:
        """Dose tables that an investigator has to sign before a live trial opens."""
        return tuple(table for rules in self.dose_rules for table in rules.unverified)
