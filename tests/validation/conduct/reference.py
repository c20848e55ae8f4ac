"""The dose rules of the reference protocol, and the part of the rewrite that speaks of each of its tables.

Of each table: numbers on both sides of each limit, in the order of the arguments of the rewrite, and the records in
which the program finds the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.validation.conduct import published_table as published

from equipoise.conduct.forms.rows import local, result_row
from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.nodes import Node
from equipoise.criteria.reference import judge_node
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.rulebook import Moment
from equipoise.criteria.truth import Truth
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import MEASUREMENTS, PATIENTS, TABLES
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM

AS_OF = date(2026, 3, 2)
FIRST_DOSE = AS_OF - timedelta(56)
BASELINE = FIRST_DOSE - timedelta(7)
UPPER_BILIRUBIN = Decimal(20)
"""Upper limit of normal that stands on each result of bilirubin. [umol/L]"""
PLAN = resolve_plan(load_protocol("nct05610826"))
(RULES,) = [rules for rules in PLAN.plan.dose_rules if rules.course == "prrt"]

Numbers = tuple[str, ...]
Result = tuple[str, str, str, date]
"""Concept, value, unit, day."""


@dataclass(frozen=True)
class Toxicity:
    """One table: when it is present and what follows, as rewritten; numbers around its limits, and their records."""

    is_present: Callable[..., bool]
    answer: Callable[..., str]
    numbers: tuple[Numbers, ...]
    results: Callable[..., list[Result]]


def one(concept: str, unit: str) -> Callable[[str], list[Result]]:
    return lambda value: [(concept, value, unit, AS_OF)]


def renal(
    creatinine: str, before: str, reported: str, reported_before: str, measured: str, weight: str, weight_before: str
) -> list[Result]:
    return [
        ("creatinine", before, "mg/dL", BASELINE),
        ("creatinine", creatinine, "mg/dL", AS_OF),
        ("body-weight", weight_before, "kg", BASELINE),
        ("body-weight", weight, "kg", AS_OF),
        ("cockcroft-gault-reported", reported_before, "mL/min", BASELINE),
        ("cockcroft-gault-reported", reported, "mL/min", AS_OF),
        ("measured-clearance", measured, "mL/min", AS_OF),
    ]


def is_renal(
    creatinine: Decimal,
    before: Decimal,
    reported: Decimal,
    reported_before: Decimal,
    measured: Decimal,
    weight: Decimal,
    weight_before: Decimal,
) -> bool:
    """
    A man of 60 years: his clearance by Cockcroft and Gault is (140 - 60) x weight / (72 x creatinine).

    What was measured has no value from before: it counts with its limit alone.
    """
    calculated = Fraction(80 * weight) / Fraction(72 * creatinine)
    calculated_before = Fraction(80 * weight_before) / Fraction(72 * before)
    return (
        published.is_renal(calculated, calculated_before, creatinine, before)
        or published.is_renal(reported, reported_before, creatinine, before)
        or published.is_renal(measured, measured, creatinine, before)
    )


def hepatic(bilirubin: str, albumin: str, inr: str) -> list[Result]:
    return [
        ("bilirubin", bilirubin, "umol/L", AS_OF),
        ("albumin", albumin, "g/L", AS_OF),
        ("inr", inr, "", AS_OF),
    ]


TOXICITIES = {
    "thrombocytopenia": Toxicity(
        published.is_thrombocytopenia,
        published.answer_to_ordinary,
        (("74",), ("75",), ("74.999",), ("10",), ("49",), ("50",), ("150",)),
        one("platelets", "10*9/L"),
    ),
    "anaemia": Toxicity(
        published.is_anaemia,
        published.answer_to_ordinary,
        (("7.9",), ("8.0",), ("7.99",), ("6.4",), ("8.01",), ("12",)),
        one("haemoglobin", "g/dL"),
    ),
    "neutropenia": Toxicity(
        published.is_neutropenia,
        published.answer_to_ordinary,
        (("0.99",), ("1.0",), ("0.4",), ("0.5",), ("1.01",), ("4",)),
        one("neutrophils", "10*9/L"),
    ),
    "renal": Toxicity(
        is_renal,
        published.answer_to_ordinary,
        # Creatinine today and before [mg/dL], clearance reported today and before, and measured
        # today [mL/min], weight today and before [kg].
        (
            ("1.4", "1.0", "60", "80", "80", "72", "72"),
            ("1.39", "1.0", "60", "80", "80", "72", "72"),
            ("2.01", "2.0", "45", "50", "50", "72", "72"),
            ("2.0", "2.0", "45", "50", "50", "72", "72"),
            ("1.0", "1.0", "48", "80", "80", "72", "72"),
            ("1.0", "1.0", "49", "80", "80", "72", "72"),
            ("0.7", "0.5", "100", "110", "110", "72", "72"),
            ("0.69", "0.5", "100", "110", "110", "72", "72"),
            ("0.9", "1.0", "90", "80", "80", "72", "72"),
            ("1.0", "1.0", "39.9", "45", "80", "72", "72"),
            ("1.0", "1.0", "40", "45", "80", "72", "72"),
            ("1.0", "1.0", "60", "80", "39.9", "72", "72"),
            ("1.0", "1.0", "60", "80", "40", "72", "72"),
            ("1.2", "0.9", "60", "80", "80", "64", "80"),
            ("1.19", "0.9", "60", "80", "80", "64", "80"),
            ("1.0", "1.0", "60", "80", "80", "48", "80"),
            ("1.0", "1.0", "60", "80", "80", "48.1", "80"),
        ),
        renal,
    ),
    "hepatic": Toxicity(
        lambda bilirubin, albumin, inr: published.is_hepatic(bilirubin, UPPER_BILIRUBIN, albumin, inr),
        published.answer_to_ordinary,
        # Bilirubin [umol/L], albumin [g/L], INR.
        (
            ("60.1", "40", "1.0"),
            ("60", "40", "1.0"),
            ("10", "29", "1.6"),
            ("10", "29", "1.5"),
            ("10", "30", "1.6"),
            ("10", "29.9", "1.51"),
            ("200", "20", "3"),
            ("10", "40", "1.0"),
        ),
        hepatic,
    ),
    "other-toxicity": Toxicity(
        published.is_severe,
        published.answer_to_ordinary,
        (("3",), ("2",), ("0",), ("1",), ("4",)),
        one("worst-related-toxicity-grade", ""),
    ),
    "hypersensitivity": Toxicity(
        published.is_severe,
        published.answer_to_hypersensitivity,
        (("3",), ("2",), ("0",), ("1",), ("4",)),
        one("hypersensitivity-grade", ""),
    ),
}


def is_present_by_rewrite(name: str, numbers: Numbers) -> bool:
    return TOXICITIES[name].is_present(*map(Decimal, numbers))


def is_present_by_rule(name: str, numbers: Numbers, node: Node | None = None) -> bool:
    """The rule of a table (or another rule in its place) for a man of 60 with these numbers; it must be decided."""
    truth = judge(PLAN.tables[name] if node is None else node, TOXICITIES[name].results(*numbers))
    assert truth is not Truth.UNKNOWN
    return truth is Truth.TRUE


def judge(node: Node, results: list[Result]) -> Truth:
    rows = [
        result_row(
            subject_id="S",
            record_id=str(number),
            coding=local(concept),
            on=day,
            value=value,
            unit=unit or None,
            range_high=UPPER_BILIRUBIN if concept == "bilirubin" else None,
        )
        for number, (concept, value, unit, day) in enumerate(results)
    ]
    return judge_node(node, _case(rows), {}).truth


def _case(rows: list[dict[str, Any]]) -> Case:
    born = date(AS_OF.year - 60, 1, 1)
    patient = dict.fromkeys(PATIENTS.column_names) | {
        "patient_id": "S",
        "sex": "male",
        "birth_lower": born,
        "birth_upper": born,
    }
    tables = {table: [] for table in TABLES if table != PATIENTS.name} | {MEASUREMENTS.name: rows}
    concepts = PLAN.rulebook.concepts
    bindings = index_bindings(bind_codes(concepts, {(LOCAL_SYSTEM, row["code"]): None for row in rows}))
    bound = BoundPatient(PatientRecords(patient, tables), concepts, bindings)
    anchors = {"first-dose": FIRST_DOSE, "last-dose": FIRST_DOSE, "randomisation": BASELINE}
    return Case(PLAN.rulebook, bound, frozenset(tables), Moment(AS_OF, anchors))
