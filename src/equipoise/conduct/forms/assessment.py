"""One reader's look at the tumours on one visit: every lesion that is followed, and what is new.

Decides how findings become records of the tables and findings of `assessments.recist`. What they mean together, and how
readers who disagree are settled, is there. A masked reader's form says nothing of treatment.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from equipoise.assessments.recist.lesions import TOO_SMALL_MM, Finding, Lesion, Method, Reading, Role, Scan, State
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Name, Number, Part, Text
from equipoise.conduct.forms.rows import local, record_name, result_row
from equipoise.conduct.history import ActivityDone, History
from equipoise.conduct.raised import Raised, query
from equipoise.criteria.assessed.catalogue import LESION_DIAMETER, LESION_ROLE, LESION_STATE
from equipoise.errors import Fault
from equipoise.protocol.plan import ActivityKind, Plan
from equipoise.records.patient import Row

_NODE_SUFFIX = "-node"
_OF_ROLE = {
    Role.TARGET: {State.MEASURED, State.TOO_SMALL, State.SPLIT, State.MERGED, State.REMOVED},
    Role.NON_TARGET: {State.PRESENT, State.UNEQUIVOCAL_PROGRESSION, State.REMOVED},
    Role.NEW: {State.EQUIVOCAL, State.UNEQUIVOCAL, State.MEASURED},
}
_OF_ALL = {State.ABSENT, State.NOT_ASSESSED}


class ReaderKind(StrEnum):
    """Whose eyes: of the site, which knows the arm, or of a reader who does not."""

    SITE = "site"
    MASKED = "masked"


class LesionSeen(Part):
    """
    One lesion at this visit.

    Parameters
    ----------
    lesion
        The name under which this reader follows it.
    role
        What it counts as: followed by its size, followed by eye, or new.
    state
        How it was found; which words are for which role is checked.
    organ
        Where it lies, in words.
    is_node
        It is a lymph node.
    slice_mm
        Thickness of the slices of the scan. [mm]
    mm
        Longest diameter, of a lymph node the short axis; needed when it was measured. [mm]
    parts_mm
        Of a split lesion the diameters of its parts. [mm]
    merged_with
        The lesion whose diameter is now that of the whole.
    """

    lesion: Name
    role: Role
    state: State
    organ: Text | None = None
    is_node: bool = False
    mm: Annotated[Number, Field(ge=0)] | None = None
    parts_mm: tuple[Annotated[Number, Field(ge=0)], ...] = ()
    merged_with: Name | None = None
    slice_mm: Annotated[Number, Field(gt=0)] | None = None

    def faults(self) -> Iterable[tuple[str, str, str]]:
        """Field, what is wrong, what to do."""
        if self.state not in _OF_ROLE[self.role] | _OF_ALL:
            words = ", ".join(sorted(state.value for state in _OF_ROLE[self.role] | _OF_ALL))
            yield "state", f"is none of a {self.role.value} lesion", f"Words: {words}."
        if self.state is State.MEASURED and self.mm is None:
            yield "mm", "is needed of a lesion that was measured", "Give it, or say that it was not assessed."
        if self.state is State.SPLIT and not self.parts_mm:
            yield "parts_mm", "is needed of a lesion that was split", "Give the diameter of each part."
        if self.state is State.MERGED and self.merged_with is None:
            yield "merged_with", "is needed of a lesion that has merged", "Name the other lesion."
        if self.mm is not None and self.state in (State.ABSENT, State.NOT_ASSESSED, State.REMOVED):
            yield (
                "mm",
                "is given of a lesion that was not seen",
                "Leave it out, or correct the state.",
            )

    def as_lesion(self) -> Lesion:
        return Lesion(self.lesion, self.organ or "", self.role, is_node=self.is_node, slice_mm=self.slice_mm)

    @property
    def role_word(self) -> str:
        """The word of the records: `target-node`."""
        has_suffix = self.is_node and self.role is not Role.NEW
        return self.role.value + (_NODE_SUFFIX if has_suffix else "")


class AssessmentForm(Form):
    """
    A tumour assessment on the day of its scan.

    Parameters
    ----------
    reader
        The reader's name in the trial.
    reader_kind
        Of the site, which knows the arm, or a reader who does not. Masked is what a masked reader enters; entered by
        others as such it is asked about, and counts for nobody.
    lesions
        Each lesion that was looked at. No lesion at all is an assessment too: nothing was seen.
    method
        How it was made; CT, if not given.
    activity
        Its id in the plan; its day decides which one, if not given.
    """

    kind: ClassVar[FormKind] = FormKind.ASSESSMENT

    reader: Name
    reader_kind: ReaderKind
    lesions: tuple[LesionSeen, ...] = ()
    method: Method = Method.CT
    activity: Name | None = None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        seen: set[str] = set()
        for number, each in enumerate(self.lesions, start=1):
            where = f"lesions[{number}]"
            faults += [Fault(f"{where}.{field}", what, do) for field, what, do in each.faults()]
            if each.lesion in seen:
                faults.append(Fault(f"{where}.lesion", "is named twice", "One finding for each lesion."))
            seen.add(each.lesion)
        for number, each in enumerate(self.lesions, start=1):
            if each.merged_with is not None and each.merged_with not in seen - {each.lesion}:
                faults.append(
                    Fault(f"lesions[{number}].merged_with", "is no other lesion of this form", "Name it as it is here.")
                )
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        for each in self.lesions:
            if each.state is State.MEASURED and each.mm is not None and 0 < each.mm < TOO_SMALL_MM:
                words = f"Lesion {each.lesion} was measured below {TOO_SMALL_MM} mm: is it in mm, or too small?"
                doubts.append(query("diameter-small", words))
            if each.state is State.MEASURED and each.mm == 0:
                doubts.append(query("diameter-zero", f"Lesion {each.lesion} was measured as 0 mm: is it absent?"))
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """
        Role, diameter and state of each lesion, each under the name of the lesion.

        Rows of several readers contradict each other when they are judged together: who judges takes one reader's.
        The parts of a split lesion are added, as RECIST 1.1 has it; a merged one has no word in the records, and its
        state reads as one that is not understood, so that a response is unknown and not invented.
        """
        return {"measurements": [row for each in self.lesions for row in self._rows_of(each, entry_id, subject_id)]}

    def done(self, entry_id: str, plan: Plan | None = None) -> ActivityDone:
        return ActivityDone(ActivityKind.ASSESSMENT, self.on, self.activity, entry=entry_id)

    def findings(self, visit: int, entry_id: str | None = None) -> tuple[Finding, ...]:
        """The findings as RECIST reads them; `visit` counts from 0, the baseline."""
        return tuple(
            Finding(
                lesion=each.lesion,
                visit=visit,
                day=self.on,
                state=each.state,
                mm=each.mm,
                parts_mm=each.parts_mm,
                merged_with=each.merged_with,
                reader=self.reader,
                method=self.method,
                record=entry_id,
            )
            for each in self.lesions
        )

    def _rows_of(self, seen: LesionSeen, entry_id: str, subject_id: str) -> Iterable[Row]:
        diameter = sum(seen.parts_mm) if seen.state is State.SPLIT else seen.mm
        values: list[tuple[str, str, str | None]] = [(LESION_ROLE, seen.role_word, None)]
        if diameter is not None and seen.state is not State.MERGED:
            values.append((LESION_DIAMETER, f"{diameter:f}", "mm"))
        if seen.state not in (State.MEASURED, State.SPLIT):
            values.append((LESION_STATE, seen.state.value, None))
        for concept, value, unit in values:
            yield result_row(
                subject_id=subject_id,
                record_id=record_name(entry_id, seen.lesion, concept),
                coding=local(concept),
                on=self.on,
                value=value,
                unit=unit,
                lesion=seen.lesion,
                body_site=seen.organ,
            )


def reading_of(forms: Iterable[tuple[str, AssessmentForm]]) -> Reading | None:
    """
    All assessments of one reader as RECIST reads them, the visits counted by day; None without any.

    Each comes with the entry that it stands in. A lesion keeps the role and the organ under which it was seen first.
    """
    by_day = sorted(forms, key=lambda pair: pair[1].on)
    if not by_day:
        return None
    days = sorted({form.on for _, form in by_day})
    lesions: dict[str, Lesion] = {}
    for _, form in by_day:
        for seen in form.lesions:
            lesions.setdefault(seen.lesion, seen.as_lesion())
    first = by_day[0][1]
    return Reading(
        first.reader,
        tuple(lesions.values()),
        tuple(finding for entry, form in by_day for finding in form.findings(days.index(form.on), entry)),
        is_masked=first.reader_kind is ReaderKind.MASKED,
        scans=tuple(Scan(days.index(form.on), form.on) for _, form in by_day),
    )
