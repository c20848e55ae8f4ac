"""An adverse event from its first day on, and the review that asked for new ones.

The number of a laboratory result proposes a grade; the investigator signs the clinical one. Seriousness is by the
criteria of ICH E2A, and a serious event is a notice at once. What the grades mean for the next dose is for dose rules,
which read the rows of `conduct.toxicity_rows`.

References
----------
.. [1] ICH E2A Clinical safety data management, 1994, section II.B: criteria of a serious adverse event.
.. [2] ICH E2B(R3), fields E.i.7 (outcome) and G.k.8 (action taken with the drug).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows, Span
from equipoise.conduct.forms.fields import Coding, Day, EntryId, Name, Part, Text, Whole, split_coding
from equipoise.conduct.forms.rows import event_row, local, record_name, result_row
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, notice, query
from equipoise.errors import Fault
from equipoise.protocol.plan import Plan

FATAL_GRADE = 5
REVIEWED = "adverse-events-reviewed"
"""The local concept under which a review stands."""
SignedGrade = Annotated[Whole, Field(ge=1, le=FATAL_GRADE)]


class EventCategory(StrEnum):
    """Which rules of dose look at it."""

    HAEMATOLOGICAL = "haematological"
    RENAL = "renal"
    HEPATIC = "hepatic"
    HYPERSENSITIVITY = "hypersensitivity"
    OTHER = "other"


class Relation(StrEnum):
    """How likely the treatment under study caused it."""

    UNRELATED = "unrelated"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"


UNRELATED = frozenset({Relation.UNRELATED, Relation.UNLIKELY})


class Seriousness(StrEnum):
    """What makes an event serious."""

    DEATH = "death"
    LIFE_THREATENING = "life-threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital-anomaly"
    IMPORTANT_MEDICAL_EVENT = "important-medical-event"


class ActionTaken(StrEnum):
    """What was done with the treatment."""

    NOT_CHANGED = "not-changed"
    DELAYED = "delayed"
    REDUCED = "reduced"
    STOPPED = "stopped"
    NOT_APPLICABLE = "not-applicable"
    NOT_KNOWN = "not-known"


class Outcome(StrEnum):
    """How it ended, or stands."""

    RECOVERED = "recovered"
    RECOVERED_WITH_SEQUELAE = "recovered-with-sequelae"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not-recovered"
    FATAL = "fatal"
    NOT_KNOWN = "not-known"


ENDED = frozenset({Outcome.RECOVERED, Outcome.RECOVERED_WITH_SEQUELAE, Outcome.FATAL})
LASTING = frozenset({Outcome.RECOVERING, Outcome.NOT_RECOVERED})


class GradeChange(Part):
    """
    From a day on it was of another grade.

    Parameters
    ----------
    on
        The first day of this grade.
    grade
        0 when it had gone for the time being.
    """

    on: Day
    grade: Annotated[Whole, Field(ge=0, le=FATAL_GRADE)]


class AdverseEventForm(Form):
    """
    An adverse event; `on` is its first day.

    Parameters
    ----------
    term
        In the words of the site.
    category
        Which rules of dose look at it.
    code
        The term once more as `system|code`.
    ctcae_term
        The term of CTCAE by which it was graded.
    grade
        CTCAE grade signed by the investigator; left out while nobody has, and then no rule takes it for a low one.
    grade_proposed
        What the published table gives for a laboratory result, where somebody enters it. The program looks it up
        itself for a term of the laboratory, and keeps it beside the event.
    changes
        Later grades, from their day on.
    end
        The last day on which it was there.
    serious
        What makes it serious, each once; not serious, if not given.
    action
        What was done with the treatment.
    outcome
        How it ended, or stands.
    relation
        How likely the treatment under study caused it. Left out while nobody has judged it; it then counts as possible.
    """

    kind: ClassVar[FormKind] = FormKind.ADVERSE_EVENT
    days: ClassVar[tuple[str, ...]] = ("on", "end")
    spans: ClassVar[tuple[Span, ...]] = (("on", "end"),)

    term: Text
    category: EventCategory
    end: Day | None = None
    grade: SignedGrade | None = None
    grade_proposed: Annotated[Whole, Field(ge=0, le=FATAL_GRADE)] | None = None
    changes: tuple[GradeChange, ...] = ()
    relation: Relation | None = None
    serious: tuple[Seriousness, ...] = ()
    action: ActionTaken = ActionTaken.NOT_KNOWN
    outcome: Outcome = Outcome.NOT_KNOWN
    code: Coding | None = None
    ctcae_term: Name | None = None

    @property
    def is_serious(self) -> bool:
        return bool(self.serious)

    @property
    def is_fatal(self) -> bool:
        """By its outcome or its grade: a death is serious, whether somebody ticked that or not."""
        return self.outcome is Outcome.FATAL or self.worst_grade == FATAL_GRADE

    @property
    def is_related(self) -> bool:
        """At least possibly; what nobody has judged counts as possible."""
        return self.relation not in UNRELATED

    @property
    def worst_grade(self) -> int | None:
        """The worst signed grade of its whole course; None when none is signed."""
        grades = [change.grade for change in self.changes]
        return max([self.grade, *grades]) if self.grade is not None else max(grades, default=None)

    @property
    def is_over(self) -> bool:
        """Whether it has ended; an end beside an outcome that says it lasts is no end."""
        return self.end is not None and self.outcome not in LASTING

    def is_there(self, day: date) -> bool:
        """Whether it is going on; its first and its last day are in it."""
        return self.on <= day and not (self.is_over and self.end is not None and day > self.end)

    def grade_on(self, day: date) -> int | None:
        """The grade in force on a day on which it is there; None: not signed."""
        so_far = [change for change in self.changes if change.on <= day]
        return max(so_far, key=lambda change: change.on).grade if so_far else self.grade

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        days = [change.on for change in self.changes]
        for number, day in enumerate(days, start=1):
            where = f"changes[{number}].on"
            if day > today:
                faults.append(Fault(where, "lies in the future", "Record what has happened."))
            if day <= self.on or (self.end is not None and day > self.end):
                faults.append(Fault(where, "is not after the first day and up to the end", "Correct the day."))
        if len(set(days)) < len(days):
            faults.append(Fault("changes", "has two grades from one day on", "Keep the worse one."))
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        if self.is_serious or self.is_fatal:
            criteria = ", ".join(each.value for each in self.serious) or Outcome.FATAL.value
            doubts.append(notice("serious-adverse-event", f"Serious adverse event ({criteria}): {self.term}."))
        if self.is_fatal and history is not None and history.left_on is None:
            doubts.append(query("death-not-recorded", "An adverse event was fatal, and no death is on record."))
        return doubts + [query(code, words) for code, words in self._contradictions()]

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """A condition under its code; how bad it is and was stands in the rows of toxicity."""
        row = event_row(
            "conditions",
            subject_id=subject_id,
            record_id=record_name(entry_id, "event"),
            coding=(None, None) if self.code is None else split_coding(self.code),
            text=self.term,
            start=(self.on, self.on),
            end=(self.end, self.end) if self.is_over else (None, None),
        )
        return {"conditions": [row]}

    def _contradictions(self) -> list[tuple[str, str]]:
        is_fatal = self.outcome is Outcome.FATAL
        found = [
            (self.worst_grade == FATAL_GRADE and not is_fatal, "grade-5-not-fatal", "Grade 5 without a fatal outcome."),
            (is_fatal and self.worst_grade != FATAL_GRADE, "fatal-not-grade-5", "A fatal outcome without grade 5."),
            (
                is_fatal and Seriousness.DEATH not in self.serious,
                "fatal-not-serious",
                "A fatal outcome, and death is not among the criteria of seriousness.",
            ),
            (
                Seriousness.DEATH in self.serious and not is_fatal,
                "death-not-fatal",
                "Serious for death, and the outcome is not fatal.",
            ),
            (
                self.outcome in ENDED and self.end is None,
                "ended-without-end",
                "It has ended, and has no last day.",
            ),
            (
                self.end is not None and self.outcome in LASTING,
                "lasting-with-end",
                "It has a last day, and the outcome says that it lasts: it counts as going on.",
            ),
            (
                self.grade is not None and self.grade_proposed is not None and self.grade < self.grade_proposed,
                "signed-below-proposed",
                f"Grade {self.grade} is signed, and the result gives grade {self.grade_proposed}.",
            ),
            (self.worst_grade is None, "grade-missing", "No grade is signed."),
            (self.relation is None, "relation-missing", "Nobody has judged the relation: it counts as possible."),
        ]
        return [(code, words) for holds, code, words in found if holds]


class AdverseEventReviewForm(Form):
    """
    Somebody asked for adverse events: none that is new, or the ones listed by their entries.

    It shows that a day without an event is a day without one, and not a day on which nobody asked.

    Parameters
    ----------
    found
        Whether there was any that is new.
    events
        The numbers of the entries that are meant, where some are listed.
    activity
        Its id in the plan, where the plan asks for it.
    """

    kind: ClassVar[FormKind] = FormKind.ADVERSE_EVENT_REVIEW

    found: Literal["none-new", "listed"]
    events: tuple[EntryId, ...] = ()
    activity: Name | None = None

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        if (self.found == "listed") != bool(self.events):
            doubts.append(query("review-contradicted", "What the review found and what it lists do not agree."))
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """That somebody asked, for gates that want to know."""
        row = result_row(
            subject_id=subject_id,
            record_id=record_name(entry_id, REVIEWED),
            coding=local(REVIEWED),
            on=self.on,
            value="yes",
        )
        return {"measurements": [row]}
