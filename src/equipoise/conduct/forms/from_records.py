"""Forms from the canonical records of a source, for one subject since a day, with an account of every row.

Decides which rows become a form: results with one known day and a value that can be told again, one form for each day;
medications that had not ended before. What was entered before is known by the source's own number, or by saying the
same. A result that says something else under the same number is taken as well, and told: both stand until a person
corrects one, and a rule that reads them is unknown. What a source reads like is `records`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.medication import MedicationForm
from equipoise.conduct.forms.reading import read_form, same_record
from equipoise.conduct.forms.results import Result, ResultsForm
from equipoise.errors import EquipoiseError, Fault
from equipoise.records.patient import PatientRecords, Row
from equipoise.records.tables import MEASUREMENTS, MEDICATIONS, PATIENTS, TABLES
from equipoise.terminology.concepts import LOCAL_SYSTEM
from equipoise.terminology.systems import canonical_system

_NUMBER = ("value_lower", "value_upper", "is_lower_closed", "is_upper_closed")
_DAY = ("value_date_lower", "value_date_upper")
_VALUE = (*_NUMBER, *_DAY, "value_system", "value_code")
_TOLD_AGAIN = (
    *_VALUE,
    "system",
    "code",
    "unit",
    "range_low",
    "range_high",
    "instant",
    "lesion",
    "method",
    "is_fasting",
)
"""Columns that a row of a form must give back as they were in the source."""


class Fate(StrEnum):
    """What became of a row."""

    TAKEN = "taken"
    DIFFERS = "taken, differs from what was entered under its number"
    KNOWN = "already known"
    EARLIER = "before the day asked for"
    NOT_USED = "not usable"


@dataclass(frozen=True)
class RowFate:
    """One row of the source: where it stands, what became of it, and why."""

    table: str
    record_id: str
    fate: Fate
    why: str = ""


@dataclass(frozen=True)
class FormsRead:
    """The forms that are new, in the order of their days, and what became of every row of the source."""

    forms: tuple[Form, ...]
    rows: tuple[RowFate, ...]

    @property
    def counts(self) -> Mapping[tuple[str, Fate, str], int]:
        """(table, fate, why) to the number of rows."""
        return Counter((each.table, each.fate, each.why) for each in self.rows)

    @property
    def differing(self) -> tuple[RowFate, ...]:
        """Results that say something else than what was entered under the same number: each needs a person."""
        return tuple(each for each in self.rows if each.fate is Fate.DIFFERS)


def read_forms(records: PatientRecords, since: date, today: date, known: Iterable[Form] = ()) -> FormsRead:
    """
    Forms of what the records of one person say since a day.

    Parameters
    ----------
    records
        Of the right person (`check_person`).
    since, today
        First and last day on which a result, or the end of a medication, may lie.
    known
        What was entered before: nothing of it is given again.
    """
    account = _Account(tuple(known), since, today)
    for row in records.rows.get(MEASUREMENTS.name, []):
        account.add_result(row)
    for row in records.rows.get(MEDICATIONS.name, []):
        account.add_medication(row)
    for name in TABLES:
        if name not in (PATIENTS.name, MEASUREMENTS.name, MEDICATIONS.name):
            for row in records.rows.get(name, []):
                account.tell(name, row, Fate.NOT_USED, f"{name} are not entered from files")
    return account.close()


def check_person(records: PatientRecords, subject: Row) -> None:
    """
    Raise unless a source may be of the subject, by birth and sex as the subject's own records have them.

    Parameters
    ----------
    records
        What was read from the file, of one person.
    subject
        The row of `patients` of the subject.

    Raises
    ------
    EquipoiseError
        It is of another person. Neither birth nor sex is told.
    """
    found, faults = records.patient, []
    days = [found["birth_lower"], found["birth_upper"], subject["birth_lower"], subject["birth_upper"]]
    if None not in days and (days[1] < days[2] or days[3] < days[0]):
        faults.append(Fault("birth", "is not that of the subject", "Check whose file this is."))
    if None not in (found["sex"], subject["sex"]) and found["sex"] != subject["sex"]:
        faults.append(Fault("sex", "is not that of the subject", "Check whose file this is."))
    if faults:
        raise EquipoiseError("These are the records of another person: nothing was taken.", faults)


class _Account:
    """Collects forms and fates while the rows of one source pass."""

    def __init__(self, known: tuple[Form, ...], since: date, today: date) -> None:
        self._since, self._today = since, today
        self._results = [(form.on, each) for form in known if isinstance(form, ResultsForm) for each in form.results]
        self._medications = [form for form in known if isinstance(form, MedicationForm)]
        self._new_results: dict[date, list[Result]] = {}
        self._new_medications: list[MedicationForm] = []
        self._fates: list[RowFate] = []

    def tell(self, table: str, row: Row, fate: Fate, why: str = "") -> None:
        self._fates.append(RowFate(table, str(row["record_id"]), fate, why))

    def add_result(self, row: Row) -> None:
        day, why = _day_of(row, self._today)
        if day is None:
            return self.tell(MEASUREMENTS.name, row, Fate.NOT_USED, why)
        if day < self._since:
            return self.tell(MEASUREMENTS.name, row, Fate.EARLIER)
        result = _result(row, day)
        if result is None:
            return self.tell(MEASUREMENTS.name, row, Fate.NOT_USED, "cannot be told again exactly as a form")
        same_number = [(on, each) for on, each in self._results if _is_of_one_number(each, result)]
        if any(on == day and _says_the_same(each, result) for on, each in [*same_number, *self._unnumbered(result)]):
            return self.tell(MEASUREMENTS.name, row, Fate.KNOWN)
        self._new_results.setdefault(day, []).append(result)
        self._results.append((day, result))
        return self.tell(MEASUREMENTS.name, row, Fate.DIFFERS if same_number else Fate.TAKEN)

    def add_medication(self, row: Row) -> None:
        last = row["end_upper"] if row["end_lower"] is not None or row["end_upper"] is not None else None
        if last is not None and last < self._since:
            return self.tell(MEDICATIONS.name, row, Fate.EARLIER)
        form = _medication(row, self._today)
        if isinstance(form, str):
            return self.tell(MEDICATIONS.name, row, Fate.NOT_USED, form)
        same_number = [each for each in self._medications if (each.record, each.code) == (form.record, form.code)]
        if any(same_record(each, form) for each in same_number):
            return self.tell(MEDICATIONS.name, row, Fate.KNOWN)
        self._new_medications.append(form)
        self._medications.append(form)
        return self.tell(MEDICATIONS.name, row, Fate.DIFFERS if same_number else Fate.TAKEN)

    def close(self) -> FormsRead:
        results = [ResultsForm(on=day, results=tuple(found)) for day, found in self._new_results.items()]
        forms: list[Form] = [*results, *self._new_medications]
        return FormsRead(tuple(sorted(forms, key=lambda form: (form.on, form.kind.value))), tuple(self._fates))

    def _unnumbered(self, result: Result) -> Iterator[tuple[date, Result]]:
        """What a person typed in without the laboratory's number, under the same code or concept."""
        return ((on, each) for on, each in self._results if each.record is None and each.coding == result.coding)


def _day_of(row: Row, today: date) -> tuple[date | None, str]:
    first, last = row["time_lower"], row["time_upper"]
    if first is None or first != last:
        return None, "the day is not known exactly"
    return (None, "lies in the future") if first > today else (first, "")


def _is_of_one_number(one: Result, other: Result) -> bool:
    """Results of one number and one coding; a record may have several codings, each a row of its own."""
    return one.record is not None and one.record == other.record and one.coding == other.coding


def _says_the_same(one: Result, other: Result) -> bool:
    value = ("value", "unit", "value_code", "lesion")
    return all(getattr(one, name) == getattr(other, name) for name in value)


def _result(row: Row, day: date) -> Result | None:
    """The result of a row; None when a form would not give back what the row says."""
    fields = {
        "value": row["value_text"] or _value_words(row),
        "concept": row["code"] if row["system"] == LOCAL_SYSTEM else None,
        "code": None if row["system"] == LOCAL_SYSTEM else _coding(row["system"], row["code"]),
        "value_code": _coding(row["value_system"], row["value_code"]),
        "at": row["instant"],
        "specimen": row["body_site"],
        "record": row["record_id"],
        **{name: row[name] for name in ("text", "unit", "range_low", "range_high", "lesion", "method", "is_fasting")},
    }
    content = {"on": day, "results": [{name: value for name, value in fields.items() if value is not None}]}
    try:
        form = read_form(FormKind.RESULTS, content)
    except EquipoiseError:
        return None
    assert isinstance(form, ResultsForm)
    again = form.rows("entry", str(row["patient_id"]))[MEASUREMENTS.name][0]
    source = {**row, "system": canonical_system(row["system"]), "value_system": canonical_system(row["value_system"])}
    # Four digits read as a number and as a year: no concept looks at both, so that the other reading does no harm.
    is_number = row["value_lower"] is not None or row["value_upper"] is not None
    is_day = row["value_date_lower"] is not None
    other = set(_DAY) if is_number and not is_day else set(_NUMBER) if is_day and not is_number else set()
    return form.results[0] if all(again[name] == source[name] for name in _TOLD_AGAIN if name not in other) else None


def _value_words(row: Row) -> str | None:
    """A value that was given as bounds or as a code alone, in words that read as the same."""
    low, high = row["value_lower"], row["value_upper"]
    if low is not None and low == high:
        return f"{low:f}"
    if low is None and high is not None:
        return f"<{'=' if row['is_upper_closed'] else ''}{_text(high)}"
    if high is None and low is not None:
        return f">{'=' if row['is_lower_closed'] else ''}{_text(low)}"
    return row["value_code"] if low is None and high is None else None


def _text(number: Decimal) -> str:
    return f"{number:f}"


def _coding(system: Any, code: Any) -> str | None:
    return None if system is None or code is None else f"{system}|{code}"


def _medication(row: Row, today: date) -> MedicationForm | str:
    """The form of a row, or why there is none."""
    first, last = row["start_lower"], row["start_upper"]
    day = first or last or row["end_lower"]
    if day is None:
        return "no day is known"
    if day > today:
        return "lies in the future"
    end, end_latest = row["end_lower"], row["end_upper"]
    if end is not None and end > today:
        end, end_latest = None, None  # an end that is only planned: it goes on today
    elif end is None and end_latest is not None:
        return "its end is known by its last day only"
    fields = {
        "on": day,
        "is_begin_unknown": first is None,
        "on_latest": None if last == day else last,
        "end": end,
        "end_latest": None if end_latest == end else end_latest,
        "concept": row["code"] if row["system"] == LOCAL_SYSTEM else None,
        "code": None if row["system"] == LOCAL_SYSTEM else _coding(row["system"], row["code"]),
        "drug": row["text"],
        "status": row["status"],
        "record": row["record_id"],
    }
    try:
        form = read_form(
            FormKind.MEDICATION, {name: value for name, value in fields.items() if value is not None}, today
        )
    except EquipoiseError as error:
        return f"{error.faults[0].where} {error.faults[0].what}"
    assert isinstance(form, MedicationForm)
    return form
