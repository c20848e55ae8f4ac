"""Attested answers in the shape of results and events, so that rules read them like any other row.

An answer is both: `krenning-score: 3` is a result, `pregnancy: no` says that an event is absent. Which of the
two counts is for the concept's kind to say, not for this module. Numbers are read as strictly as in results.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from equipoise.records.dates import day_interval
from equipoise.records.tables import CONDITIONS, MEASUREMENTS, EventStatus
from equipoise.records.values import NumberInterval, read_measured
from equipoise.terminology.concepts import LOCAL_SYSTEM

PRESENT_ANSWERS = frozenset(
    {"yes", "true", "present", "positive", "signed", "pregnant", "breastfeeding", "done", "given", "confirmed"}
)
ABSENT_ANSWERS = frozenset(
    {"no", "false", "absent", "negative", "none", "declined", "not-pregnant", "not-breastfeeding", "never", "refuted"}
)


def attested_results(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the columns of `measurements`: the local code, the day of the answer and the answer as a value."""
    return [_result(row) for row in rows]


def attested_events(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    Rows with the columns of an event table, for answers that say yes or no.

    Yes is an event from that day on that has not ended; no is an absence on that day; other answers give no row.
    """
    events = (_event(row) for row in rows)
    return [event for event in events if event is not None]


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    value = str(row["value"]).strip()
    number, days = _read_answer(value)
    result: dict[str, Any] = dict.fromkeys(MEASUREMENTS.column_names)
    result |= _identity(row) | {
        "status": "final",
        "time_lower": row["at"],
        "time_upper": row["at"],
        "value_text": value,
    }
    if number is not None:
        result |= {
            "value_lower": number.lower,
            "value_upper": number.upper,
            "is_lower_closed": number.is_lower_closed,
            "is_upper_closed": number.is_upper_closed,
            "unit": number.unit,
        }
    if days is not None:
        result["value_date_lower"], result["value_date_upper"] = days
    return result


@lru_cache(maxsize=10_000)
def _read_answer(value: str) -> tuple[NumberInterval | None, tuple[date, date] | None]:
    """Answers repeat: few different ones are given to many questions."""
    return read_measured(value), day_interval(value)


def _event(row: Mapping[str, Any]) -> dict[str, Any] | None:
    answer = str(row["value"]).strip().lower()
    if answer not in PRESENT_ANSWERS | ABSENT_ANSWERS:
        return None
    is_present = answer in PRESENT_ANSWERS
    day = row["at"]
    end = None if is_present else day
    event: dict[str, Any] = dict.fromkeys(CONDITIONS.column_names)
    return (
        event
        | _identity(row)
        | {
            "status": (EventStatus.PRESENT if is_present else EventStatus.ABSENT).value,
            "start_lower": day,
            "start_upper": day,
            "end_lower": end,
            "end_upper": end,
        }
    )


def _identity(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "patient_id": row["patient_id"],
        "record_id": row["record_id"],
        "system": LOCAL_SYSTEM,
        "code": row["code"],
    }
