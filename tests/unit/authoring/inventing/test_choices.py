"""Codes, days and values that made-up records are written with."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from tests.generative import world
from tests.generative.rules import random_rulebook

from equipoise.authoring.inventing.codes import choose_places
from equipoise.authoring.inventing.days import edge_days
from equipoise.authoring.inventing.person import usual_persons, visits
from equipoise.authoring.inventing.population import Population
from equipoise.authoring.inventing.values import RANGE_HIGH, values_of
from equipoise.criteria.nodes import (
    Age,
    Answers,
    Comparison,
    DateWithin,
    Exists,
    Limit,
    Operator,
    Relative,
    Value,
    Window,
    WindowUnit,
)
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeRule, Concept, ConceptKind, Match

AS_OF = date(2026, 1, 15)
ICD, ATC = "http://hl7.org/fhir/sid/icd-10-cm", "http://www.whocc.no/atc"


def event(name: str, *codes: CodeRule, tables: tuple[str, ...] = ("conditions",)) -> Concept:
    return Concept(name, name, ConceptKind.EVENT, tables, codes)


def test_a_code_of_one_concept_is_taken_before_one_that_two_share():
    shared, own = CodeRule(ICD, "C25.4"), CodeRule(ICD, "C25.9")
    places = choose_places({"a": event("a", shared, own), "b": event("b", shared)})
    assert (places["a"].code, places["b"].code) == ("C25.9", "b")
    assert places["b"].system == LOCAL_SYSTEM


def test_a_code_that_only_suggests_and_a_chapter_are_never_written():
    concept = event("a", CodeRule(ICD, "R18", suggests=True), CodeRule(ICD, "C", Match.PREFIX))
    assert choose_places({"a": concept})["a"].code == "a"


def test_a_drug_code_stands_among_the_drugs_where_the_concept_allows_it():
    code = CodeRule(ATC, "N05CF02")
    assert choose_places({"a": event("a", code, tables=("conditions", "medications"))})["a"].table == "medications"
    assert choose_places({"a": event("a", code)})["a"].table == "conditions"


@pytest.mark.parametrize(
    ("window", "days"),
    [
        # 90 days before 15 January 2026 is 17 October 2025, the first day inside.
        (Window(90), {date(2025, 10, 17), date(2025, 10, 16)}),
        # Strict: the first day inside is the next one.
        (Window(28, is_strict=True), {date(2025, 12, 19), date(2025, 12, 18)}),
        (Window(5, WindowUnit.YEAR), {date(2021, 1, 15), date(2021, 1, 14)}),
    ],
)
def test_days_stand_on_both_sides_of_the_edge_of_a_window(window, days):
    found = edge_days([Exists("a", within=window)], AS_OF)
    assert days <= set(found.edges)
    assert window.limit(AS_OF) <= found.inside <= AS_OF


def test_a_window_of_no_length_has_the_day_itself_inside():
    assert edge_days([Exists("a", within=Window(0))], AS_OF).inside == AS_OF


def quantity(unit: str = "g/dL", *, is_unit_required: bool = True) -> Concept:
    return Concept("q", "q", ConceptKind.QUANTITY, ("measurements",), unit=unit, is_unit_required=is_unit_required)


def compared(limit: Limit) -> Value:
    return Value("q", Comparison(Operator.GE, (limit,)))


@pytest.mark.parametrize(
    ("limit", "near"),
    [
        (Limit(Decimal("8.0"), "g/dL"), {"7.9", "8.0", "8.1"}),
        (Limit(Decimal("75"), "g/dL"), {"74", "75", "76"}),
        (Limit(Decimal("0"), "g/dL"), {"0", "1"}),
        (Limit(Decimal("1.5"), relative=Relative.ULN), {str(n) for n in (59, 60, 61)}),
    ],
)
def test_values_stand_at_the_limit_and_one_printed_decimal_beside_it(limit, near):
    assert RANGE_HIGH == 40
    found = {
        made.text.removesuffix(".0") if limit.relative else made.text
        for made in values_of(quantity(), [compared(limit)], AS_OF)
    }
    assert near <= found
    assert not any(text.startswith("-") for text in found)


def test_a_score_is_written_without_a_unit_and_a_limit_in_its_own():
    score = quantity("1", is_unit_required=False)
    assert {made.unit for made in values_of(score, [compared(Limit(Decimal(4)))], AS_OF)} == {None}
    both = Comparison(Operator.LT, (Limit(Decimal("8.0"), "g/dL"), Limit(Decimal("5.0"), "mmol/L")))
    assert {made.unit for made in values_of(quantity(), [Value("q", both)], AS_OF)} == {"g/dL", "mmol/L"}


def test_every_answer_is_a_value_of_a_coded_concept():
    concept = Concept("q", "q", ConceptKind.CODED, answers={"yes": (), "no": ()})
    assert [made.text for made in values_of(concept, [Value("q", Answers(("yes",)))], AS_OF)] == ["yes", "no"]


def test_dates_stand_on_both_sides_of_their_window():
    concept = Concept("q", "q", ConceptKind.DATE)
    texts = {made.text for made in values_of(concept, [Value("q", DateWithin(Window(30)))], AS_OF)}
    assert {"2025-12-16", "2025-12-15"} <= texts


def test_births_stand_around_the_age_limit():
    born = {dict(made.cells)["birth_date"] for made in usual_persons([Age(Operator.GE, 18)], AS_OF, Random(1))}
    assert {"2008-01-15", "2008-01-16", "2008-01-14"} <= born


def test_most_patients_were_seen_in_the_year_before_and_some_just_not():
    seen = [visits(AS_OF, Random(seed)) for seed in range(300)]
    assert 0.85 < sum(is_covered for is_covered, _ in seen) / 300 < 0.99
    starts = {dict(made.cells)["start"] for is_covered, made_visits in seen if not is_covered for made in made_visits}
    # 366 days before 15 January 2026.
    assert "2025-01-14" in starts
    assert all(start <= "2025-01-14" for start in starts)


def test_a_rule_counted_from_a_day_that_is_not_known_yet_gets_no_records():
    atom = Exists("a", within=Window(30, anchor="cycle-1"))
    rulebook = Rulebook((CriterionRule("X", Kind.INCLUSION, atom),), {"a": event("a")})
    patient = Population(rulebook, seed=1, as_of=AS_OF).patient(0)
    assert {made.table for made in patient.entries} <= {"patients", "encounters"}


def test_a_rulebook_without_any_rule_gives_patients_with_visits_alone():
    patient = Population(Rulebook((), {}), seed=1, as_of=AS_OF).patient(3)
    assert patient.patient_id == "made-up-000004"
    assert {made.table for made in patient.entries} <= {"patients", "encounters"}


@pytest.mark.parametrize("seed", range(3))
def test_patients_are_made_for_rules_of_any_form(seed):
    population = Population(random_rulebook(Random(seed), 10), seed=seed, as_of=world.AS_OF)
    patients = [population.patient(k) for k in range(8)]
    assert all(patient.entries[0].table == "patients" for patient in patients)
    assert patients[5] == population.patient(5)
