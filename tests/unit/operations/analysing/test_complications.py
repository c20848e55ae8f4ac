"""Complications from the form of an operation to the table of the report, told to nobody while the arms are pooled."""

import json
import re

import pytest
from tests.analysis_trial import CONTROL, PLAN, AnalysedOffice, plan_of, with_plan

from equipoise.conduct.roles import Role
from equipoise.operations.analysing.cut import CutOn
from equipoise.operations.analysing.report import render_report
from equipoise.operations.analysing.running import COMPLICATIONS_WITHHELD
from equipoise.operations.analysing.tables import make_tables
from equipoise.operations.analysing.writing import analysis_json
from equipoise.protocol.model import Fact, Mark

CAPTION = "Complications of operations by worst Clavien-Dindo grade"
OPERATION = {"step": "surgery-day", "approach": "open", "resection": "R0", "lesions_removed": 2}
WITH_SURGERY = plan_of(
    endpoints=[
        *PLAN["endpoints"],
        {"id": "major", "label": "Major complication", "kind": "complication"},
        {"id": "death-90", "label": "90-day mortality", "kind": "death-within-90-days"},
    ],
    analyses=[
        {"id": "majors", "endpoint": "major", "method": "proportion", "set": "operated"},
        {"id": "deaths", "endpoint": "death-90", "method": "proportion", "set": "operated"},
    ],
)


def operated(office: AnalysedOffice) -> tuple[str, str, str]:
    """Three of the control arm: a leak told later, nothing and followed long enough, nothing and not so."""
    leak, well, early = (office.in_arm(CONTROL) for _ in range(3))
    office.go_on(5)
    entry = office.record(leak, "operation", **OPERATION).entry
    office.record(well, "operation", **OPERATION)
    office.go_on(10)
    found = [
        {"term": "bile leak", "grade": "IIIb", "on": office.today, "is_disabling": True},
        {"term": "wound infection", "grade": "I"},
    ]
    office.amend(leak, entry, "came later", complications=found)
    office.go_on(80)
    office.record(early, "operation", **OPERATION)
    office.record(well, "visit", what="visit")
    return leak, well, early


@pytest.fixture(scope="module")
def office() -> tuple[AnalysedOffice, tuple[str, str, str]]:
    made = with_plan(WITH_SURGERY)
    return made, operated(made)


@pytest.fixture(scope="module")
def locked() -> tuple[AnalysedOffice, tuple[str, str, str]]:
    made = with_plan(WITH_SURGERY)
    subjects = operated(made)
    made.lock()
    return made, subjects


def everything(office, done):
    tables = {name: table.to_pylist() for name, table in make_tables(done).items()}
    return render_report(done, office.rules) + json.dumps(analysis_json(done)) + str(tables)


def test_the_facts_hold_what_the_form_says_with_both_its_events(locked):
    office, (leak, *_) = locked
    done = office.analysed(office.cut("facts"))
    [one] = [each for each in done.facts.subjects if each.subject == leak]
    [operation] = one.given
    [entered] = [each for each in office.file(leak).forms if each.form.kind.value == "operation"]
    assert [(each.term, each.label, each.on) for each in operation.complications] == [
        ("bile leak", "IIIb-d", entered.form.complications[0].on),
        ("wound infection", "I", None),
    ]
    assert all(each.entries == (int(entered.id), entered.seq) for each in operation.complications)
    assert entered.seq > int(entered.id)
    rows = make_tables(done)["complications"].to_pylist()
    assert [(each["subject"], each["term"], each["grade"], each["is_disabling"]) for each in rows] == [
        (leak, "bile leak", "IIIb", True),
        (leak, "wound infection", "I", False),
    ]


def test_whoever_is_not_known_yet_is_named_and_stands_in_no_denominator(locked):
    office, (leak, well, early) = locked
    majors, deaths = office.analysed(office.cut("shares")).results
    assert [(each.n, each.n_events) for each in majors.arms if each.arm == CONTROL] == [(2, 1)]
    assert set(majors.subjects) == {leak, well}
    # The one with the leak was last seen on the day of the operation: whether it lives nobody can say.
    assert [(each.n, each.n_events) for each in deaths.arms if each.arm == CONTROL] == [(1, 0)]
    assert deaths.arms[0].estimates[0].label == "0 of 1; 2 more not estimable"
    assert {each.partition(":")[0] for each in deaths.warnings if "not estimable for this subject" in each} == {
        leak,
        early,
    }


def test_the_table_leads_to_subjects_and_events(locked):
    office, _ = locked
    page = render_report(office.analysed(office.cut("page")), office.rules)
    table = re.search(rf"<table[^>]*>\s*<caption>{CAPTION}.*?</table>", page, re.S)
    assert table is not None
    assert re.search(r'aria-label="1: [^"]*worst grade IIIb"', table.group(0))
    assert re.search(r'aria-label="2: [^"]*no complication on record"', table.group(0))


def test_what_began_after_the_cut_is_none_of_it(locked):
    office, (leak, *_) = locked
    [entered] = [each for each in office.file(leak).forms if each.form.kind.value == "operation"]
    done = office.analysed(office.cut("early", CutOn(entered.form.on)))
    [operation] = [each for subject in done.facts.subjects if subject.subject == leak for each in subject.given]
    assert [each.term for each in operation.complications] == ["wound infection"]
    assert "bile leak" not in everything(office, done)


@pytest.mark.parametrize("role", [Role.MASKED_STATISTICIAN, Role.UNMASKED_STATISTICIAN, Role.DATA_MANAGER])
def test_nothing_of_the_table_is_told_while_the_arms_are_pooled(office, role):
    made, subjects = office
    done = made.analysed(made.cut(), role)
    told = everything(made, done)
    assert done.complications is None
    assert COMPLICATIONS_WITHHELD in done.withheld
    assert not re.search(f"bile leak|IIIb|{CAPTION}", told)
    assert make_tables(done)["complications"].num_rows == 0
    assert all(each.subjects == () for each in done.results)
    assert not any(subject in warning for each in done.results for warning in each.warnings for subject in subjects)


def test_an_open_trial_tells_numbers_over_everybody_that_lead_to_nobody():
    planned = with_plan(WITH_SURGERY).protocol
    design = {"masking": Fact(value="None (Open Label)", mark=Mark.PARAMETER)}
    made = AnalysedOffice(given=planned.model_copy(update={"design": design}))
    operated(made)
    done = made.analysed(made.cut(), Role.MASKED_STATISTICIAN)
    table = re.search(rf"<table[^>]*>\s*<caption>{CAPTION}.*?</table>", render_report(done, made.rules), re.S)
    assert table is not None
    assert "href" not in table.group(0)
    n = len(done.facts.subjects)
    cells = re.findall(r'<td class="n">(.*?)</td>', table.group(0))
    assert cells == ["0", "0", "0", "1", "0", "0", "0", "2", str(n - 3)]
    assert make_tables(done)["complications"].num_rows == 0
