"""Laboratory results of one day, as the laboratory reported them: value with comparator, unit, range, specimen.

A result stands under a concept or under a code; what it means, and whether it is normal, is for rules and grades. A
word in place of a number ("haemolysed") is what was reported: it is kept, asked about, and no number for anybody.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.concepts import concepts_of
from equipoise.conduct.forms.fields import Coding, Name, Number, Part, Text, split_coding, wrong
from equipoise.conduct.forms.plausible import implausible_query
from equipoise.conduct.forms.rows import local, record_name, result_row
from equipoise.conduct.history import ActivityDone, History
from equipoise.conduct.raised import Raised, query
from equipoise.errors import Fault
from equipoise.protocol.plan import ActivityKind, Plan
from equipoise.records.dates import instant_of
from equipoise.records.patient import Row
from equipoise.records.values import read_measured
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept, ConceptKind
from equipoise.terminology.units import factor, resolve_unit, size_of

_SPOILT_NUMBER = re.compile(r"[<>=≤≥]* *[0-9][0-9., '’]*")
"""Digits that no number is made of: a decimal comma, a thousands mark."""


def _read_instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    found = instant_of(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise wrong("is no moment with an offset from UTC", "Write it like 2026-01-15T08:20:00+01:00.")
    return found


Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(lambda moment: f"{moment.isoformat()}Z", return_type=str),
]
"""A moment in UTC, held without zone as the canonical tables hold it."""


class Result(Part):
    """
    One result.

    Parameters
    ----------
    concept, code
        What was measured: a concept's id, or `system|code`; one of the two.
    value
        As reported, with its comparator: "7.9", "<0.3", "negative".
    unit
        As reported, in any spelling.
    range_low, range_high
        The normal range of this laboratory for this result. [unit]
    text
        What was measured, in the words of the laboratory.
    is_fasting
        Whether the subject was fasting.
    specimen
        What was looked at: blood, urine.
    method
        How it was measured.
    lesion
        Of which lesion, where it is of one.
    at
        When the specimen was taken, where that is known to the minute.
    record
        The laboratory's own number of the result: by it a second reading of the same file is known.
    value_code
        `system|code` of a value that is coded.
    """

    value: Text
    concept: Name | None = None
    code: Coding | None = None
    text: Text | None = None
    unit: Text | None = None
    range_low: Number | None = None
    range_high: Number | None = None
    at: Instant | None = None
    is_fasting: bool | None = None
    specimen: Text | None = None
    method: Text | None = None
    lesion: Text | None = None
    value_code: Coding | None = None
    record: Text | None = None

    @property
    def coding(self) -> tuple[str, str]:
        """System and code under which it stands."""
        return split_coding(self.code) if self.code is not None else local(self.concept or "")

    @property
    def concepts(self) -> frozenset[str]:
        """The concepts of the packaged value sets that it is a result of, and the one it names."""
        named = frozenset() if self.concept is None else frozenset({self.concept})
        return named | concepts_of(*self.coding)

    def faults(self) -> Iterable[tuple[str, str, str]]:
        """Field, what is wrong and what to do."""
        if (self.concept is None) == (self.code is None):
            yield "concept", "and code: one of the two is needed", "Name a concept, or give system|code."
        if _SPOILT_NUMBER.fullmatch(self.value) and read_measured(self.value) is None:
            yield "value", "is no number", "Write digits with a decimal point, and no mark between thousands."
        told = None if self.value_code is not None else read_measured(self.value)
        if self.unit is not None and told is not None and told.unit is not None and _contradict(self.unit, told.unit):
            yield "unit", "is another than the one that stands in the value", "Keep the one that was reported."
        if self.range_low is not None and self.range_high is not None and self.range_low > self.range_high:
            yield "range_low", "is above range_high", "Correct one of the two limits."

    def doubts(self) -> Iterable[Raised]:
        """A word where a number is expected, a unit that is missing or means nothing, a number that fits nobody."""
        for concept in self._quantities():
            number = None if self.value_code is not None else read_measured(self.value)
            unit = self.unit or (None if number is None else number.unit)
            if number is None:
                yield query("value-no-number", f"{concept.label}: the value is no number.")
            elif unit is None and concept.is_unit_required:
                yield query("unit-missing", f"{concept.label}: the unit is missing, {concept.unit} or another?")
            elif unit is not None and not _is_unit_of(unit, concept):
                yield query("unit-unknown", f"{concept.label}: the unit is none of {concept.unit} or its like.")
            else:
                asked = implausible_query(concept, number.lower, number.upper, unit)
                yield from () if asked is None else (asked,)

    def row(self, record_id: str, subject_id: str, on: date) -> Row:
        """The row of `measurements`."""
        value_system, value_code = (None, None) if self.value_code is None else split_coding(self.value_code)
        return result_row(
            subject_id=subject_id,
            record_id=record_id,
            coding=self.coding,
            on=on,
            value=self.value,
            unit=self.unit,
            instant=self.at,
            text=self.text,
            value_system=value_system,
            value_code=value_code,
            range_low=self.range_low,
            range_high=self.range_high,
            body_site=self.specimen,
            lesion=self.lesion,
            method=self.method,
            is_fasting=self.is_fasting,
        )

    def _quantities(self) -> list[Concept]:
        known = [base_library()[name] for name in sorted(self.concepts) if name in base_library()]
        return [concept for concept in known if concept.kind is ConceptKind.QUANTITY]


class ResultsForm(Form):
    """
    The results of one day, the day on which the specimens were taken.

    Parameters
    ----------
    results
        Each result once.
    laboratory
        Which laboratory reported them.
    activity
        Its id in the plan; day and concepts decide which one, if not given.
    """

    kind: ClassVar[FormKind] = FormKind.RESULTS

    results: Annotated[tuple[Result, ...], Field(min_length=1)]
    laboratory: Text | None = None
    activity: Name | None = None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        for number, result in enumerate(self.results, start=1):
            faults += [Fault(f"results[{number}].{field}", what, do) for field, what, do in result.faults()]
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        for result in self.results:
            doubts += result.doubts()
            # A day more or less: the moment is in UTC, the day as written.
            if result.at is not None and abs(result.at.date() - self.on) > timedelta(days=1):
                doubts.append(query("specimen-of-another-day", "A specimen was taken on another day than the form's."))
        return doubts

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        """One row a result; codings of one record of the laboratory keep one record id."""
        names = [result.record or str(number) for number, result in enumerate(self.results, start=1)]
        rows = [
            result.row(record_name(entry_id, name), subject_id, self.on)
            for name, result in zip(names, self.results, strict=True)
        ]
        return {"measurements": rows}

    def done(self, entry_id: str, plan: Plan | None = None) -> ActivityDone:
        """Laboratory work with the concepts that it has results of."""
        concepts = frozenset[str]().union(*(result.concepts for result in self.results))
        return ActivityDone(ActivityKind.LABORATORY, self.on, self.activity, concepts, entry_id)


def _contradict(unit: str, other: str) -> bool:
    """Whether two spellings are surely of two units."""
    sizes = [size_of(resolved) for resolved in map(resolve_unit, (unit, other)) if resolved is not None]
    return len(sizes) == 2 and None not in sizes and sizes[0] != sizes[1]


def _is_unit_of(unit: str, concept: Concept) -> bool:
    resolved = resolve_unit(unit)
    return resolved is not None and factor(concept, resolved, concept.unit or "1") is not None
