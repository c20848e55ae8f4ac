"""Random records over a small vocabulary, from one seed: the world in which the two evaluators must agree.

Small on purpose: few concepts, few days, few values near the limits, so that every branch is met often.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from equipoise.criteria.nodes import Operator
from equipoise.criteria.rulebook import Moment, ReferenceRange
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeRule, Concept, ConceptKind, DecidedBy, Match
from tests.generative.studies import assessed_rows

AS_OF = date(2026, 1, 15)
MOMENT = Moment(AS_OF, {"cycle-1": date(2026, 1, 5)})
LOINC, ICD = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm"
ORDERS = (Operator.LT, Operator.LE, Operator.GT, Operator.GE)

ASSESSED = (
    *("body-height", "platelets", "lesion-role", "lesion-diameter", "lesion-state", "partial-hepatectomy"),
    *("administered-activity", "kidney-absorbed-dose", "kidney-effective-half-life"),
)
"""Concepts that only the assessments read; `studies` writes their rows."""


def _concepts() -> dict[str, Concept]:
    library = base_library()
    lesion = Concept(
        "lesion-score", "lesion score", ConceptKind.QUANTITY, ("measurements",), unit="1", is_unit_required=False
    )
    clearance = Concept(
        "clearance",
        "measured clearance",
        ConceptKind.QUANTITY,
        ("measurements",),
        (CodeRule(LOINC, "2164-2", method="urine-24h"), CodeRule(LOINC, "1-1", suggests=True)),
        unit="mL/min",
    )
    mood = Concept(
        "mood",
        "mood",
        ConceptKind.CODED,
        ("measurements",),
        (CodeRule(LOINC, "m-1"),),
        answers={"good": (f"{LOINC}|g",), "bad": (f"{LOINC}|b",), "fair": ()},
        decided_by=DecidedBy.PERSON,
        question="How is the mood?",
    )
    visit = Concept("last-visit", "last visit", ConceptKind.DATE, ("measurements",), (CodeRule(LOINC, "d-1"),))
    tumour = Concept(
        "tumour",
        "tumour",
        ConceptKind.EVENT,
        ("conditions",),
        (
            CodeRule(ICD, "C25", Match.PREFIX),
            CodeRule(ICD, "C80", suggests=True),
            CodeRule(ICD, "C25.9", excludes=True),
        ),
    )
    therapy = Concept(
        "therapy",
        "therapy",
        ConceptKind.EVENT,
        ("medications", "procedures"),
        (CodeRule(LOINC, "t-1"), CodeRule(ICD, "Z92")),
    )
    asked = Concept(
        "asked", "asked event", ConceptKind.EVENT, ("conditions",), (CodeRule(ICD, "R32"),), decided_by=DecidedBy.PERSON
    )
    own = {each.id: each for each in (lesion, clearance, mood, visit, tumour, therapy, asked)}
    return own | {name: library[name] for name in ("haemoglobin", "creatinine", "body-weight", *ASSESSED)}


CONCEPTS = _concepts()
QUANTITIES = ("haemoglobin", "creatinine", "clearance", "lesion-score", "body-weight")
EVENTS = ("tumour", "therapy", "asked")
RANGES = (
    ReferenceRange("haemoglobin", "g/dL", Decimal("12"), Decimal("16"), "female"),
    ReferenceRange("haemoglobin", "g/dL", Decimal("13"), Decimal("17"), "male"),
    ReferenceRange("creatinine", "umol/L", None, Decimal("106")),
)
LIMITS = {
    "haemoglobin": (("8", "g/dL"), ("5", "mmol/L"), ("12", "g/dL")),
    "creatinine": (("150", "umol/L"), ("1.7", "mg/dL")),
    "clearance": (("50", "mL/min"),),
    "lesion-score": (("2", None), ("1", None)),
    "body-weight": (("60", "kg"),),
}
UNITS = {
    "haemoglobin": ("g/dL", "g/dl", "g/L", "mmol/L", None, "furlong", "mg/dL"),
    "creatinine": ("mg/dL", "umol/L", "µmol/L", None, "mmol/L", "Cel"),
    "clearance": ("mL/min", "mL/s", None, "mL/min/{1.73_m2}"),
    "lesion-score": (None, "1", "{score}", "g"),
    "body-weight": ("kg", "g", "[lb_av]", None),
}
VALUES = {
    "haemoglobin": ("8", "7.9", "8.04", "5", "4.99", "80", "79", "12", "16.5", "130"),
    "creatinine": ("150", "151", "1.7", "1.697", "0.99", "0", "1.2", "88.4"),
    "clearance": ("50", "49", "51", "49.999999", "0.8"),
    "lesion-score": ("0", "1", "2", "3"),
    "body-weight": ("60", "58", "58000", "127.868", "70"),
}
CODES = {
    "haemoglobin": ((LOINC, "718-7"), (LOCAL_SYSTEM, "haemoglobin"), (LOINC, "59260-0")),
    "creatinine": ((LOINC, "2160-0"), (LOCAL_SYSTEM, "creatinine")),
    "clearance": ((LOINC, "2164-2"), (LOCAL_SYSTEM, "clearance"), (LOINC, "1-1")),
    "lesion-score": ((LOCAL_SYSTEM, "lesion-score"),),
    "body-weight": ((LOINC, "29463-7"),),
    "mood": ((LOINC, "m-1"), (LOCAL_SYSTEM, "mood")),
    "last-visit": ((LOINC, "d-1"),),
    "tumour": ((ICD, "C25.4"), (ICD, "C254"), (ICD, "C80"), (ICD, "C25.9")),
    "therapy": ((LOINC, "t-1"), (ICD, "Z92")),
    "asked": ((ICD, "R32"),),
}


def random_patient(rng: Random, patient_id: str) -> PatientRecords:
    """One patient with a handful of rows of each kind, partial and odd ones among them."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    for number in range(rng.randint(0, 10)):
        rows["measurements"] += _random_result(rng, patient_id, number)
    if rng.random() < 0.3:
        rows["measurements"] += _clean_study(rng, patient_id)
    rows["measurements"] += assessed_rows(rng, patient_id, AS_OF)
    if rng.random() < 0.1:
        rows["procedures"] += [_operation(rng, patient_id)]
    for number in range(rng.randint(0, 4)):
        table = rng.choice(("conditions", "medications", "procedures"))
        rows[table] += _random_event(rng, patient_id, table, number)
    for number in range(rng.choice((0, 0, 1, 2))):
        rows["encounters"].append(_random_encounter(rng, patient_id, number))
    for number in range(rng.choice((0, 0, 0, 1, 2))):
        rows["attestations"].append(_random_attestation(rng, patient_id, number))
    return PatientRecords(_random_person(rng, patient_id), rows)


def _blank(table: str, patient_id: str, record_id: str) -> dict[str, Any]:
    return dict.fromkeys(TABLES[table].column_names) | {"patient_id": patient_id, "record_id": record_id}


def _random_person(rng: Random, patient_id: str) -> dict[str, Any]:
    row = _blank("patients", patient_id, f"Patient/{patient_id}")
    births = (
        (date(1960, 3, 4), date(1960, 3, 4)),
        (date(2008, 1, 15), date(2008, 1, 15)),
        (date(2008, 1, 16), date(2008, 1, 16)),
        (date(2008, 1, 1), date(2008, 12, 31)),
        (date(1957, 1, 1), date(1957, 12, 31)),
        (date(1960, 2, 29), date(1960, 2, 29)),
        (None, None),
    )
    row["birth_lower"], row["birth_upper"] = rng.choice(births)
    row["sex"] = rng.choice(("female", "male", "female", "male", "other", None))
    return row


def _random_days(rng: Random) -> tuple[date | None, date | None]:
    """A day near the limits of the windows, sometimes a month, a year, or nothing."""
    offset = rng.choice((0, 0, 1, 5, 10, 27, 28, 29, 38, 89, 90, 91, 100, 364, 365, 366, 375, 400, -1, -5))
    day = AS_OF - timedelta(days=offset)
    match rng.randint(0, 11):
        case 0:
            return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        case 1:
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case 2:
            return rng.choice(((None, None), (None, day), (day, None)))
        case _:
            return day, day


def _clean_study(rng: Random, patient_id: str) -> list[dict[str, Any]]:
    """What derived atoms need, all of one good day: without it they would hardly ever be decided."""
    wanted = [("creatinine", "1.2", "mg/dL"), ("body-weight", rng.choice(("58", "70", "127.868")), "kg")]
    wanted += [("lesion-score", rng.choice("0123"), "1") for _ in range(rng.randint(1, 4))]
    day = AS_OF - timedelta(days=rng.choice((0, 5, 27)))
    rows = []
    for number, (concept, value, unit) in enumerate(wanted):
        row = _blank("measurements", patient_id, f"Observation/{patient_id}-study-{number}")
        row |= {"status": "final", "time_lower": day, "time_upper": day, "unit": unit, "value_text": value}
        row |= {"value_lower": Decimal(value), "value_upper": Decimal(value)}
        row |= {"is_lower_closed": True, "is_upper_closed": True}
        row["system"], row["code"] = CODES[concept][0]
        row["lesion"] = f"L{rng.randint(1, 4)}" if concept == "lesion-score" else None
        if concept == "creatinine" and rng.random() < 0.2:
            row |= {"value_text": f"<{value}", "value_lower": None, "is_lower_closed": False, "is_upper_closed": False}
        rows.append(row)
    return rows


def _random_result(rng: Random, patient_id: str, number: int) -> list[dict[str, Any]]:
    concept = rng.choice(
        (*QUANTITIES, "lesion-score", "haemoglobin", "creatinine", "body-weight", "mood", "last-visit")
    )
    row = _blank("measurements", patient_id, f"Observation/{patient_id}-{number}")
    row["status"] = "final"
    row["time_lower"], row["time_upper"] = _random_days(rng)
    if row["time_lower"] is not None and row["time_lower"] == row["time_upper"] and rng.random() < 0.5:
        midnight = datetime.combine(row["time_lower"], datetime.min.time())
        row["instant"] = midnight + timedelta(hours=rng.choice((-1, 7, 9)), microseconds=rng.choice((0, 1)))
    row["system"], row["code"] = rng.choice(CODES[concept])
    if concept == "mood":
        _random_answer(rng, row)
    elif concept == "last-visit":
        row["value_date_lower"], row["value_date_upper"] = _random_days(rng)
        row["value_text"] = f"{row['value_date_lower']}"
    else:
        _random_number(rng, row, concept)
    rows = [row]
    if rng.random() < 0.1:
        again = dict(row)
        again["system"], again["code"] = rng.choice(CODES[concept])
        rows.append(again)
    return rows


def _random_answer(rng: Random, row: dict[str, Any]) -> None:
    system, code = rng.choice(((LOINC, "g"), (LOINC, "b"), (LOINC, "x"), (None, None)))
    row["value_system"], row["value_code"] = system, code
    row["value_text"] = code or rng.choice(("good", "Fair", "strange", None))


def _random_number(rng: Random, row: dict[str, Any], concept: str) -> None:
    row["unit"] = rng.choice((*UNITS[concept][:2], *UNITS[concept]))
    row["lesion"] = rng.choice((None, "A", "B", "C")) if concept in ("lesion-score", "clearance") else None
    row["method"] = rng.choice((None, None, "plasma", "gamma-camera")) if concept == "clearance" else None
    row["is_fasting"] = rng.choice((None, None, True, False))
    row["body_site"] = rng.choice((None, None, None, "Liver", "brain"))
    if rng.random() < 0.4:
        row["range_low"], row["range_high"] = (
            Decimal("0.5"),
            rng.choice((Decimal("1.2"), Decimal("106"), Decimal("16"))),
        )
    value = Decimal(rng.choice(VALUES[concept]))
    match rng.randint(0, 11):
        case 0:
            row["value_text"] = "see comment"
        case 1:
            row["value_text"] = None
        case 2:
            row |= {"value_text": f"<{value}", "value_upper": value, "is_lower_closed": False, "is_upper_closed": False}
        case 3:
            row |= {"value_text": f">={value}", "value_lower": value, "is_lower_closed": True, "is_upper_closed": False}
        case 4:
            above = value + Decimal("0.000001")
            row |= {"value_text": f"{value}0000004", "value_lower": value, "value_upper": above}
            row |= {"is_lower_closed": False, "is_upper_closed": False}
        case _:
            row |= {"value_text": str(value), "value_lower": value, "value_upper": value}
            row |= {"is_lower_closed": True, "is_upper_closed": True}


def _random_event(rng: Random, patient_id: str, table: str, number: int) -> list[dict[str, Any]]:
    concept = rng.choice(("tumour", "asked")) if table == "conditions" else "therapy"
    row = _blank(table, patient_id, f"{table}/{number}")
    row["status"] = rng.choice(("present", "present", "present", "possible", "absent", "ordered"))
    row["start_lower"], row["start_upper"] = _random_days(rng)
    if row["status"] == "absent" or rng.random() < 0.5:
        row["end_lower"], row["end_upper"] = row["start_lower"], row["start_upper"]
    elif rng.random() < 0.5:
        row["end_lower"], row["end_upper"] = _random_days(rng)
    row["body_site"] = rng.choice((None, "liver", "LIVER", "brain"))
    row["text"] = rng.choice((None, 'a "quoted" text', "back\\slash"))
    row["system"], row["code"] = rng.choice(CODES[concept])
    return [row]


def _operation(rng: Random, patient_id: str) -> dict[str, Any]:
    row = _blank("procedures", patient_id, "procedures/operation")
    row |= {"status": rng.choice(("present", "present", "ordered")), "system": LOCAL_SYSTEM}
    row["start_lower"], row["start_upper"] = _random_days(rng)
    return row | {"code": "partial-hepatectomy", "end_lower": row["start_lower"], "end_upper": row["start_upper"]}


def _random_encounter(rng: Random, patient_id: str, number: int) -> dict[str, Any]:
    row = _blank("encounters", patient_id, f"Encounter/{number}")
    row["status"] = rng.choice(("present", "present", "possible"))
    row["start_lower"], row["start_upper"] = _random_days(rng)
    row["end_lower"], row["end_upper"] = row["start_lower"], row["start_upper"]
    return row


def _random_attestation(rng: Random, patient_id: str, number: int) -> dict[str, Any]:
    row = _blank("attestations", patient_id, f"attestation/{patient_id}-{number}")
    code, value = rng.choice(
        (
            ("mood", "good"),
            ("mood", "bad"),
            ("tumour", "yes"),
            ("tumour", "no"),
            ("asked", "no"),
            ("haemoglobin", "9 g/dL"),
            ("clearance", "48 mL/min"),
            ("lesion-score", "3"),
            ("creatinine", "1.1 mg/dL"),
            ("body-weight", "60 kg"),
        )
    )
    day = AS_OF - timedelta(days=rng.choice((0, 3, 28, 90, 400)))
    return row | {"code": code, "value": value, "by": "investigator", "at": day}
