"""What the table proposes for an adverse event of the laboratory, beside the grade that somebody signed.

Grades of platelets by CTCAE v5.0: "<LLN - 75.0 x 10e9/L", "<75.0 - 50.0", "<50.0 - 25.0", "<25.0". Of creatinine:
">1.5 - 3.0 x baseline", ">3.0 x baseline".
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.office_trial import Office

from equipoise.criteria.rulebook import ReferenceRange
from equipoise.operations.office.grading import grader_of
from equipoise.operations.office.visibility import Visibility

DRUG_ARM = "drug-then-surgery"
LOW = {"term": "Platelet count decreased", "category": "haematological", "relation": "possible"}


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def treated(office):
    """In the arm with the drug, the day after allocation."""
    subject = office.in_arm(DRUG_ARM)
    office.go_on(1)
    return subject


def result(office, subject, concept, value, unit, **more):
    content = {"concept": concept, "value": value, "unit": unit, **more}
    return office.record(subject, "results", results=[content])


def kept(done):
    return done.event.new("by_table", Visibility.TREATMENT)


def differs(done):
    return [each.words for each in done.raised if each.code == "grade-differs-from-table"]


def grader(office, subject):
    file, row = office.file(subject), office.subject(subject)
    with office.store.reading() as view:
        return grader_of(view, office.rules, row, file)


def proposals(office, subject):
    """Of the results that were entered, and not of those before."""
    found = grader(office, subject)
    return () if found is None else found.proposals(lambda record: "/" in record)


def test_the_grade_of_the_result_of_that_day_stands_beside_the_signed_one(office, treated):
    entry = office.platelets(treated, "74").entry
    done = office.record(treated, "adverse-event", grade=2, **LOW)
    expected = {"ctcae": "5.0", "term": "platelet-count-decreased", "grade": 2, "may_be_higher": False}
    assert kept(done) == {**expected, "record": f"{entry}/1", "on": office.today.isoformat()}
    assert differs(done) == []
    entered = office.file(treated).entered[done.entry]
    assert (entered.form.grade, entered.form.grade_proposed) == (2, None)
    assert (entered.by_table.grade, entered.by_table.record) == (2, f"{entry}/1")


@pytest.mark.parametrize("signed", [1, 3])
def test_another_grade_than_the_proposed_one_is_asked_about_and_recorded(office, treated, signed):
    office.platelets(treated, "74")
    done = office.record(treated, "adverse-event", grade=signed, **LOW)
    on = office.today
    words = f"Grade {signed} is signed for {on}, and the result of that day gives grade 2 by CTCAE 5.0"
    assert differs(done) == [f"{words} (platelet-count-decreased): why?"]
    assert office.file(treated).entered[done.entry].form.grade == signed


def test_a_grade_that_nobody_signed_differs_from_none(office, treated):
    office.platelets(treated, "74")
    done = office.record(treated, "adverse-event", **LOW)
    assert kept(done)["grade"] == 2
    assert differs(done) == []


def test_without_a_result_of_its_first_day_the_closest_within_its_days_counts(office, treated):
    first = office.today
    office.platelets(treated, "74", on=first)
    office.go_on(4)
    office.platelets(treated, "49")
    office.go_on(1)
    office.platelets(treated, "24")
    on = first + timedelta(days=1)
    assert kept(office.record(treated, "adverse-event", on=on, grade=3, **LOW))["grade"] == 3
    end = first + timedelta(days=3)
    ended = office.record(treated, "adverse-event", on=on, end=end, outcome="recovered", grade=3, **LOW)
    assert kept(ended) is None


def test_of_several_results_of_a_day_the_worst_counts(office, treated):
    office.platelets(treated, "60")
    entry = office.platelets(treated, "49").entry
    done = office.record(treated, "adverse-event", grade=3, **LOW)
    assert (kept(done)["grade"], kept(done)["record"]) == (3, f"{entry}/1")


@pytest.mark.parametrize(("second", "is_open"), [("<80", True), ("140", False)])
def test_beside_a_result_without_a_grade_a_worse_one_is_open(office, treated, second, is_open):
    """Of "<80" platelets the table knows no grade: it may be 1, 2, 3 or 4."""
    entry = result(office, treated, "platelets", "120", "10*9/L", range_low="130", range_high="400").entry
    result(office, treated, "platelets", second, "10*9/L", range_low="130", range_high="400")
    done = office.record(treated, "adverse-event", grade=4, **LOW)
    assert (kept(done)["grade"], kept(done)["may_be_higher"], kept(done)["record"]) == (1, is_open, f"{entry}/1")
    assert bool(differs(done)) != is_open


def test_the_grade_of_the_day_of_the_result_is_compared(office, treated):
    first = office.today
    office.go_on(3)
    office.platelets(treated, "49")
    changes = [{"on": office.today, "grade": 3}]
    assert differs(office.record(treated, "adverse-event", on=first, grade=1, changes=changes, **LOW)) == []


def test_what_no_laboratory_grades_is_left_to_the_person(office, treated):
    office.platelets(treated, "24")
    done = office.record(treated, "adverse-event", term="nausea", category="other", grade=1, relation="possible")
    assert kept(done) is None


def test_a_result_that_cannot_be_graded_proposes_nothing(office, treated):
    """110 may be below the lower limit or not: the laboratory gave none."""
    office.platelets(treated, "110")
    assert kept(office.record(treated, "adverse-event", grade=1, **LOW)) is None


def test_a_corrected_event_is_looked_up_again(office, treated):
    office.platelets(treated, "74")
    done = office.record(treated, "adverse-event", grade=2, **LOW)
    corrected = office.amend(treated, done.entry, grade=3)
    assert kept(corrected)["grade"] == 2
    assert len(differs(corrected)) == 1


def test_the_same_event_said_twice_is_recorded_once(office, treated):
    office.platelets(treated, "74")
    first = office.record(treated, "adverse-event", grade=3, **LOW)
    assert office.record(treated, "adverse-event", grade=3, **LOW).is_repeat
    assert office.record(treated, "adverse-event", grade=3, **LOW).entry == first.entry


def test_a_plan_that_names_no_version_proposes_nothing():
    office = Office()
    plans = {name: plan.model_copy(update={"grading": None}) for name, plan in office.protocol.plans.items()}
    other = Office(given=office.protocol.model_copy(update={"plans": plans}))
    subject = other.in_arm(DRUG_ARM)
    other.platelets(subject, "24")
    assert kept(other.record(subject, "adverse-event", grade=1, **LOW)) is None
    assert proposals(other, subject) == ()


def creatinine(office, subject, value):
    return result(office, subject, "creatinine", value, "mg/dL", range_high="1.3")


def give(office, subject):
    office.record(subject, "dose", step="drug-1", administered="100", unit="mg")


def test_the_latest_result_up_to_the_first_dose_is_the_baseline(office, treated):
    creatinine(office, treated, "0.5")
    office.go_on(1)
    creatinine(office, treated, "1.0")
    give(office, treated)
    office.go_on(7)
    creatinine(office, treated, "2.9")  # 5.8 x the first, 2.9 x the latest; 2.2 x the limit
    last = proposals(office, treated)[-1]
    assert (last.term.id, last.grade, last.baseline.value) == ("creatinine-increased", 2, "1.0")


def test_up_to_the_first_dose_there_is_no_change_from_a_baseline(office, treated):
    creatinine(office, treated, "0.4")
    office.go_on(1)
    creatinine(office, treated, "1.3")  # 3.25 x the first, and not above the limit
    assert [each.grade for each in proposals(office, treated)] == [0, 0]


def test_a_term_with_a_baseline_is_not_graded_where_there_is_none(office, treated):
    give(office, treated)
    office.go_on(7)
    creatinine(office, treated, "9")
    (one,) = proposals(office, treated)
    assert one.grade is None
    assert one.answer.because.endswith(f"there is none up to {office.today - timedelta(days=7)}.")


def test_in_an_arm_without_doses_the_baseline_lies_up_to_the_allocation(office):
    subject = office.in_arm("surgery")
    creatinine(office, subject, "1.0")
    office.go_on(1)
    creatinine(office, subject, "3.1")
    assert [each.grade for each in proposals(office, subject)] == [0, 3]


def test_a_range_of_the_site_counts_where_the_result_has_none(office, treated):
    entry = office.platelets(treated, "110").entry
    own = grader(office, treated)
    book = replace(own.case.rulebook, ranges=(ReferenceRange("platelets", "10*9/L", low=Decimal(150)),))
    (one,) = replace(own, case=replace(own.case, rulebook=book)).proposals(f"{entry}/1".__eq__)
    assert one.grade == 1
