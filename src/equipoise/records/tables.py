"""The canonical tables, each declared once: names, columns, types and meanings.

Dates are calendar days as written in the source; a partial date is an interval of days (`…_lower` to
`…_upper`). A lower start that is null is unbounded to the past, an end that is null is unbounded to the future
(an ongoing state has both ends null). `instant` (UTC, microseconds) only orders rows of one day.

Decimals have six places. A value that needs more is kept as the open interval between its two neighbours, so
that no comparison is ever rounded; `value_text` keeps what was reported.

One source record gives one row for each of its codings (and codings of its value): count records by
`record_id`, never by row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

DECIMAL_WIDTH, DECIMAL_SCALE = 18, 6


class Type(StrEnum):
    """Logical column types; `records.arrow` and SQL types follow from them."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"


class EventStatus(StrEnum):
    """What a record says of its event. Entered-in-error, draft and cancelled records are counted, not kept."""

    PRESENT = "present"
    POSSIBLE = "possible"
    ABSENT = "absent"
    ORDERED = "ordered"


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    meaning: str
    is_required: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    meaning: str

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def column_types(self) -> Mapping[str, Type]:
        return MappingProxyType({column.name: column.type for column in self.columns})

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """The columns without which a row is none."""
        return tuple(column.name for column in self.columns if column.is_required)


_PATIENT = Column("patient_id", Type.TEXT, "identifier of the patient in the source", is_required=True)
_RECORD = Column("record_id", Type.TEXT, "identifier of the source record, e.g. Observation/17", is_required=True)
_CODING = (
    Column("system", Type.TEXT, "code system, as a canonical URI; null when the record has no code"),
    Column("code", Type.TEXT, "code, as written in the source"),
    Column("text", Type.TEXT, "display or text of the code"),
)
_SPAN = (
    Column("start_lower", Type.DATE, "first day on which it may have begun; null: unbounded"),
    Column("start_upper", Type.DATE, "last day on which it may have begun; null: unbounded"),
    Column("end_lower", Type.DATE, "first day on which it may have ended; null: not ended"),
    Column("end_upper", Type.DATE, "last day on which it may have ended; null: unbounded"),
)
_STATUS = Column("status", Type.TEXT, "present, possible, absent or ordered", is_required=True)
_SITE = Column("body_site", Type.TEXT, "body site, as system|code or text")

PATIENTS = Table(
    "patients",
    (
        _PATIENT,
        _RECORD,
        Column("birth_lower", Type.DATE, "first possible day of birth; null: not known"),
        Column("birth_upper", Type.DATE, "last possible day of birth; null: not known"),
        Column("sex", Type.TEXT, "female, male, other; null: not known"),
        Column("is_deceased", Type.BOOLEAN, "true when a death is recorded"),
        Column("death_lower", Type.DATE, "first possible day of death"),
        Column("death_upper", Type.DATE, "last possible day of death"),
    ),
    "one row for each patient",
)


def _events(name: str, meaning: str) -> Table:
    return Table(name, (_PATIENT, _RECORD, *_CODING, _STATUS, *_SPAN, _SITE), meaning)


CONDITIONS = _events("conditions", "diagnoses and problems, from onset to abatement")
PROCEDURES = _events("procedures", "procedures done or ordered")
MEDICATIONS = _events("medications", "drugs ordered, dispensed, stated or given")
ENCOUNTERS = _events("encounters", "visits and observation periods: what makes a patient covered")

MEASUREMENTS = Table(
    "measurements",
    (
        _PATIENT,
        _RECORD,
        *_CODING,
        Column("status", Type.TEXT, "final, amended or corrected", is_required=True),
        Column("time_lower", Type.DATE, "first day to which the result may belong"),
        Column("time_upper", Type.DATE, "last day to which the result may belong"),
        Column("instant", Type.INSTANT, "moment of the result in UTC, when the source gives one"),
        Column("value_text", Type.TEXT, "value as reported, with its comparator"),
        Column("value_lower", Type.DECIMAL, "lower bound of the value; null: unbounded or not a number"),
        Column("value_upper", Type.DECIMAL, "upper bound of the value; null: unbounded or not a number"),
        Column("is_lower_closed", Type.BOOLEAN, "whether the lower bound itself is possible"),
        Column("is_upper_closed", Type.BOOLEAN, "whether the upper bound itself is possible"),
        Column("value_system", Type.TEXT, "code system of a coded value"),
        Column("value_code", Type.TEXT, "code of a coded value"),
        Column("value_date_lower", Type.DATE, "first possible day of a value that is a date"),
        Column("value_date_upper", Type.DATE, "last possible day of a value that is a date"),
        Column("unit", Type.TEXT, "unit as reported (the UCUM code where the source gives one)"),
        Column("range_low", Type.DECIMAL, "lower limit of normal on the result, in its unit"),
        Column("range_high", Type.DECIMAL, "upper limit of normal on the result, in its unit"),
        _SITE,
        Column("lesion", Type.TEXT, "identifier of the lesion measured"),
        Column("method", Type.TEXT, "how it was measured, a word of `clearance-method` where it applies"),
        Column("is_fasting", Type.BOOLEAN, "whether the specimen was fasting; null: not stated"),
    ),
    "results, findings, scores and answers that have a value",
)

ATTESTATIONS = Table(
    "attestations",
    (
        _PATIENT,
        _RECORD,
        Column("code", Type.TEXT, "concept id or code of https://equipoise.dev/codes", is_required=True),
        Column("value", Type.TEXT, "the answer", is_required=True),
        Column("by", Type.TEXT, "who answered", is_required=True),
        Column("role", Type.TEXT, "in which role"),
        Column("at", Type.DATE, "the day of the answer", is_required=True),
        Column("note", Type.TEXT, "free text, never interpreted"),
    ),
    "answers of a person to questions that the record cannot settle",
)

EVENT_TABLES = (CONDITIONS, PROCEDURES, MEDICATIONS, ENCOUNTERS)
TABLES = {
    table.name: table
    for table in (PATIENTS, CONDITIONS, MEASUREMENTS, MEDICATIONS, PROCEDURES, ENCOUNTERS, ATTESTATIONS)
}
