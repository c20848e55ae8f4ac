"""136 patients worked by hand on the rules of Eisenhauer 2009, Eur J Cancer 45:228, and the EORTC clarifications.

They stand in `patients.txt`, each with the trap that it sets.
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.validation.recist import tables

from equipoise.assessments.answer import Assessed
from equipoise.assessments.recist.best import date_responses, find_progression, judge_best_response
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.surgery import judge_around_surgery
from equipoise.assessments.recist.visits import find_disease, judge_visits

HERE = Path(__file__).parent
PATIENTS = tables.read_patients(HERE / "patients.txt")
by_name = pytest.mark.parametrize("patient", PATIENTS, ids=[patient.name for patient in PATIENTS])


def judge(patient, policy):
    """Visits at which response is read, and those after surgery."""
    if patient.surgery is None:
        return judge_visits(patient.reading, policy=policy), ()
    around = judge_around_surgery(patient.reading, patient.surgery, rule=patient.rule, policy=policy)
    return around.before, around.after


def words_of(visits, patient):
    """A row of responses as the table has it: a dot where there is none."""
    by_visit = {visit.visit: str(visit.response) for visit in visits}
    return [by_visit.get(visit, ".") for visit in range(len(patient.days))]


def best_of(patient, policy):
    visits, _ = judge(patient, policy)
    answer = judge_best_response(
        date_responses(visits), policy=policy, start=tables.BASELINE, disease=find_disease(patient.reading)
    )
    return str(answer.value.response) if isinstance(answer, Assessed) else "NE"


def test_there_are_at_least_eighty_patients_and_no_name_twice():
    assert len({patient.name for patient in PATIENTS}) == len(PATIENTS) >= 80


@by_name
def test_the_response_of_every_visit_is_as_worked_by_hand(patient):
    visits, after = judge(patient, patient.policy)
    if patient.surgery is None:
        assert words_of(visits, patient) == patient.rows["overall"]
    else:
        assert words_of(visits, patient) == patient.rows["before"]
        assert words_of(after, patient) == patient.rows["after"]


@by_name
def test_the_best_response_is_as_worked_by_hand(patient):
    if "best" in patient.rows:
        assert [best_of(patient, patient.policy)] == patient.rows["best"]
    if "confirmed" in patient.rows:
        assert [best_of(patient, replace(patient.policy, must_confirm=True))] == patient.rows["confirmed"]


@by_name
def test_the_day_of_progression_is_as_worked_by_hand(patient):
    if "progression" not in patient.rows:
        return
    visits, after = judge(patient, patient.policy)
    answer = find_progression(visits + after)
    assert isinstance(answer, Assessed)
    if patient.rows["progression"] == ["none"]:
        assert answer.value is None
        return
    day, *told = (int(word) for word in patient.rows["progression"] if word != "told")
    assert answer.value.day == tables.day_of(day)
    assert answer.value.told_on == tables.day_of(told[0] if told else day)


@by_name
def test_the_sums_are_as_worked_by_hand(patient):
    sums = {visit.visit: visit.sum_mm for visit in judge(patient, patient.policy)[0]}
    for visit, word in enumerate(patient.rows.get("sum", [])):
        if visit > 0 and word != ".":
            assert sums[visit].value == Decimal(word)


def test_the_patients_reach_every_response():
    reached = {word for patient in PATIENTS for row in ("overall", "after") for word in patient.rows.get(row, [])}
    assert reached - {"."} == {str(response) for response in Response}
