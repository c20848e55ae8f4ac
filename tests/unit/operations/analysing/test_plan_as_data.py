"""What the plan of analysis says and the program does not: which therapy is new, and which cohort is compared with."""

import hashlib
from pathlib import Path

import pytest
from tests.analysis_trial import CONTROL, DRUG, AnalysedOffice, plan_of, with_plan
from tests.unit.operations.analysing.conftest import run_courses

from equipoise.conduct.roles import Role
from equipoise.errors import ProtocolError
from equipoise.operations.analysing.report import render_report
from equipoise.operations.analysing.tables import make_tables
from equipoise.operations.analysing.writing import analysis_json

TIMES = "days,event\n" + "".join(f"{day},{int(day % 5 > 0)}\n" for day in range(20, 260, 12))


def new_therapies(office):
    office.lock()
    return {each.subject: each.new_therapy_on for each in office.analysed().facts.subjects}


def test_the_concepts_of_the_plan_are_new_therapy_and_no_others():
    office = with_plan(plan_of(new_therapy={"concepts": ["somatostatin-analogue"]}))
    one, other = office.allocated(), office.allocated()
    office.go_on(10)
    office.record(one, "medication", concept="chemotherapy")
    office.record(other, "medication", concept="somatostatin-analogue")
    assert new_therapies(office) == {one: None, other: office.today}


def test_a_planned_operation_of_the_arm_is_never_new_therapy_however_it_was_entered():
    """Both arms of this trial plan the operation; a plan that lists it counts it in neither."""
    office = with_plan(plan_of(new_therapy={"concepts": ["partial-hepatectomy", "chemotherapy"]}))
    one, other = office.in_arm(CONTROL), office.in_arm(DRUG)
    office.go_on(20)
    office.record(one, "operation", step="surgery-day", approach="open", resection="R0")
    office.record(other, "visit", what="procedure", concept="partial-hepatectomy")
    found = new_therapies(office)
    assert (found[one], found[other]) == (None, None)


def test_an_operation_of_the_other_arm_alone_is_new_therapy_where_the_plan_lists_it():
    planned = with_plan(plan_of(new_therapy={"concepts": ["partial-hepatectomy"]})).protocol
    conduct = planned.plans["conduct"]
    courses = [course.model_copy(update={"arms": [DRUG]}) for course in conduct.courses]
    of_drug = {"conduct": conduct.model_copy(update={"courses": courses})}
    office = AnalysedOffice(given=planned.model_copy(update={"plans": of_drug}))
    one, other = office.in_arm(CONTROL), office.in_arm(DRUG)
    office.go_on(20)
    for each in (one, other):
        office.record(each, "operation", step="surgery-day", approach="open", resection="R0")
    found = new_therapies(office)
    assert (found[one], found[other]) == (office.today, None)


def test_a_time_is_censored_by_what_the_plan_calls_new_therapy():
    """The same course twice: the drug ends the time only where the plan lists it."""
    ends = {}
    for listed in (["chemotherapy"], []):
        office = with_plan(plan_of(new_therapy={"concepts": listed}))
        subject = office.allocated()
        office.scan(subject, 50)
        office.go_on(30)
        office.record(subject, "medication", concept="chemotherapy")
        office.go_on(30)
        office.scan(subject, 80)
        office.lock()
        (row,) = office.analysed().times["pfs"].rows
        ends[tuple(listed)] = (row.days, row.event)
    assert ends == {("chemotherapy",): (0, False), (): (60, True)}


def with_cohort(folder: Path, content: str = TIMES) -> AnalysedOffice:
    """A trial whose plan compares the drug with a table beside its protocol."""
    table = {"file": "earlier.csv", "sha256": hashlib.sha256(TIMES.encode()).hexdigest()}
    past = {
        "id": "past",
        "endpoint": "pfs",
        "method": "against-historical-cohort",
        "arms": [DRUG],
        "history": {"label": "Earlier patients", "n": 20, "table": table},
    }
    office = with_plan(plan_of(analyses=[past]))
    assert office.protocol.document is not None
    office.protocol.document.path = folder / "protocol.yaml"
    if content:
        (folder / "earlier.csv").write_text(content, encoding="utf-8")
    return office


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    office = with_cohort(tmp_path_factory.mktemp("cohort"))
    run_courses(office)
    office.lock()
    office.cut("final")
    return office


def test_a_cohort_beside_the_protocol_is_compared_and_every_row_of_it_accounted_for(compared):
    done = compared.analysed(compared.cut("final"))
    (result,) = done.results
    arm, past = result.arms
    assert (past.arm, past.n, past.n_events) == ("Earlier patients", 20, 16)
    assert arm.n == len(result.subjects) == sum(each.arm == DRUG for each in done.facts.subjects)
    rows = make_tables(done)["cohorts"].to_pylist()
    assert [(row["line"], row["days"], row["event"]) for row in rows] == [
        (line, day, day % 5 > 0) for line, day in enumerate(range(20, 260, 12), 2)
    ]
    assert analysis_json(done)["cohorts"]["past"]["n"] == 20


def test_the_page_draws_both_curves_and_leads_from_each_number_to_its_rows(compared):
    page = render_report(compared.analysed(compared.cut("final")), compared.rules)
    assert '<a href="#cohort-past">20</a>' in page
    assert '<a href="#cohort-past">16</a>' in page
    assert 'id="cohort-past"' in page
    assert "line 2: 20+; line 3: 32; line 4: 44; line 5: 56; line 6: 68; line 7: 80+" in page
    assert "earlier cohort" in page
    assert "days since the start of each" in page
    assert "not a randomised comparison" in page
    assert "who: withheld" not in page


def test_nothing_is_compared_with_a_cohort_while_the_arms_are_pooled(compared):
    done = compared.analysed(compared.cut("final"), Role.MASKED_STATISTICIAN)
    (result,) = done.results
    assert result.not_done.startswith("the arms are pooled")


@pytest.mark.parametrize("content", ["", TIMES + "1,1\n"])
def test_a_cohort_that_is_not_there_as_it_was_named_stops_the_analysis(tmp_path, content):
    office = with_cohort(tmp_path, content)
    office.allocated()
    office.go_on(10)
    with pytest.raises(ProtocolError, match=r"earlier\.csv"):
        office.analysed(office.cut())


def test_equal_cuts_with_a_cohort_give_equal_bytes(compared):
    pages = {render_report(compared.analysed(compared.cut("final")), compared.rules) for _ in range(2)}
    assert len(pages) == 1
