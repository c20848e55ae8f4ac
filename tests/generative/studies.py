"""Random rows that the assessments read: body measurements, counts over time, scans of lesions, treatment cycles.

Alone each is what a good record holds; now and then one row of it loses its unit, its number, its exact day, or itself.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from equipoise.records.tables import TABLES
from equipoise.terminology.concepts import LOCAL_SYSTEM

Row = dict[str, Any]
DAMAGE_SHARE = 0.06


def assessed_rows(rng: Random, patient_id: str, as_of: date) -> list[Row]:
    """Some studies of one patient."""
    rows: list[Row] = []
    for study in (_body, _counts, _scans, _cycles):
        if rng.random() < 0.45:
            rows += [_row(patient_id, f"{study.__name__}-{n}", *each) for n, each in enumerate(study(rng, as_of))]
    return [row for row in (_damaged(rng, row) for row in rows) if row is not None]


Said = tuple[str, date, str, str | None, str | None]
"""Concept, day, value, unit, lesion."""


def _row(patient_id: str, name: str, concept: str, day: date, value: str, unit: str | None, lesion: str | None) -> Row:
    row: Row = dict.fromkeys(TABLES["measurements"].column_names)
    row |= {"patient_id": patient_id, "record_id": f"Observation/{patient_id}{name}", "status": "final"}
    row |= {"system": LOCAL_SYSTEM, "code": concept, "time_lower": day, "time_upper": day}
    row |= {"value_text": value, "unit": unit, "lesion": lesion}
    if value[0].isdigit():
        row |= {"value_lower": Decimal(value), "value_upper": Decimal(value)}
        row |= {"is_lower_closed": True, "is_upper_closed": True}
    return row


def _body(rng: Random, as_of: date) -> Iterator[Said]:
    for days in rng.sample((0, 5, 27, 60), 2):
        yield "body-weight", as_of - timedelta(days), rng.choice(("58", "64", "70")), "kg", None
    height, unit = rng.choice((("170", "cm"), ("1.64", "m")))
    yield "body-height", as_of - timedelta(rng.choice((0, 27, 91))), height, unit, None


def _counts(rng: Random, as_of: date) -> Iterator[Said]:
    for days in rng.sample((0, 1, 5, 11, 27, 60), 3):
        day = as_of - timedelta(days)
        yield "platelets", day, rng.choice(("20", "49", "61", "80", "160", "200")), "10*9/L", None
        yield "haemoglobin", day, rng.choice(("7.9", "9.5", "11", "13")), "g/dL", None


def _scans(rng: Random, as_of: date) -> Iterator[Said]:
    first = as_of - timedelta(rng.choice((120, 200)))
    names = ("A", "B")[: rng.randint(1, 2)]
    for name in names:
        yield "lesion-role", first, rng.choice(("target", "target", "target-node", "non-target")), None, name
    for visit in range(rng.randint(1, 3)):
        day = first + timedelta(visit * 50)
        for name in names:
            if visit and rng.random() < 0.15:
                yield "lesion-state", day, rng.choice(("absent", "not-assessed", "too-small-to-measure")), None, name
            else:
                yield "lesion-diameter", day, rng.choice(("20", "26", "30", "34", "50")), "mm", name
    if rng.random() < 0.2:
        yield "lesion-role", first + timedelta(50), "new", None, "N"
        yield "lesion-state", first + timedelta(50), rng.choice(("equivocal", "unequivocal")), None, "N"


def _cycles(rng: Random, as_of: date) -> Iterator[Said]:
    for cycle in range(rng.randint(1, 3)):
        day = as_of - timedelta(150 - 60 * cycle)
        yield "administered-activity", day, rng.choice(("7.4", "7.2")), "GBq", None
        yield "kidney-absorbed-dose", day + timedelta(7), rng.choice(("5", "8", "11.5")), "Gy", None
        yield "kidney-effective-half-life", day + timedelta(7), rng.choice(("50", "53.2")), "h", None


def _damaged(rng: Random, row: Row) -> Row | None:
    """The row, rarely without something; None where it is lost itself."""
    if rng.random() > DAMAGE_SHARE:
        return row
    damages: tuple[Callable[[Row], Row | None], ...] = (
        lambda row: None,
        lambda row: row | {"unit": None},
        lambda row: row | {"unit": "furlong"},
        lambda row: row | {"value_text": "see comment", "value_lower": None, "value_upper": None},
        lambda row: row | {"time_lower": row["time_lower"] - timedelta(20)},
        lambda row: row | {"value_text": f"<{row['value_text']}", "value_lower": None, "is_upper_closed": False},
    )
    return rng.choice(damages)(row)
