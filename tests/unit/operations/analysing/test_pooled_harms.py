"""Adverse events while the arms are pooled: counts over everybody, no term beside a subject; not so in an open trial.

In this trial dry mouth comes with the drug alone: whoever reads who had it reads the arm.
"""

import json
import re
from typing import Any

import pytest
from tests.analysis_trial import CONTROL, DRUG, AnalysedOffice, plan_of, with_plan

from equipoise.analysis.answer import NotEstimable
from equipoise.conduct.roles import Role
from equipoise.operations.analysing.report import render_report
from equipoise.operations.analysing.running import HARMS_WITHHELD, Analysed
from equipoise.operations.analysing.tables import make_tables
from equipoise.operations.analysing.writing import analysis_json
from equipoise.protocol.masking import is_open_label
from equipoise.protocol.model import Fact, Mark

PLAN = plan_of(
    analyses=[
        {"id": "curve", "endpoint": "os", "method": "kaplan-meier"},
        {"id": "severe", "endpoint": "safety", "method": "proportion"},
    ]
)


def open_label(value: str) -> dict[str, Fact]:
    return {"masking": Fact(value=value, mark=Mark.PARAMETER)}


def harmed(office: AnalysedOffice) -> tuple[str, str]:
    """One of each arm; the drug's has two events of its own, one of them without a grade, and one with a wrong day."""
    control, treated = office.in_arm(CONTROL), office.in_arm(DRUG)
    office.go_on(10)
    event: dict[str, Any] = {"category": "other", "grade": 1, "relation": "unrelated"}
    dry_mouth = {"term": "dry mouth", "grade": 3, "serious": ["hospitalisation"], "relation": "probable"}
    office.record(treated, "adverse-event", **event | dry_mouth)
    office.record(treated, "adverse-event", **event | {"term": "alopecia", "grade": None})
    for subject in (control, treated):
        office.record(subject, "adverse-event", **event | {"term": "fatigue"})
    return control, treated


@pytest.fixture(scope="module")
def masked() -> tuple[AnalysedOffice, str, str]:
    office = with_plan(PLAN)
    return office, *harmed(office)


def everything(office: AnalysedOffice, done: Analysed) -> str:
    """All that is written: the page, the JSON, the tables."""
    tables = {name: table.to_pylist() for name, table in make_tables(done).items()}
    return render_report(done, office.rules) + json.dumps(analysis_json(done)) + str(tables)


@pytest.mark.parametrize("role", [Role.MASKED_STATISTICIAN, Role.UNMASKED_STATISTICIAN, Role.DATA_MANAGER])
def test_no_term_stands_beside_a_subject_before_unmasking(masked, role):
    office, *subjects = masked
    done = office.analysed(office.cut(), role)
    assert all(each.adverse_events == () for each in done.facts.subjects)
    assert make_tables(done)["adverse_events"].num_rows == 0
    text = everything(office, done)
    # Between a subject's id and the end of its row, list item or warning there is no term.
    for subject in subjects:
        for found in re.finditer(re.escape(subject), text):
            after = re.split(r"</tr>|</li>|\}", text[found.start() :], maxsplit=1)[0]
            assert not re.search("dry mouth|alopecia|fatigue", after), after[:200]
    harms = re.search(r'<section aria-labelledby="harms">.*?</section>', text, re.S)
    assert harms is not None
    assert not re.search("href|leeds-", harms.group(0)), "counts lead to nobody"


def test_each_term_is_counted_over_everybody(masked):
    office, *_ = masked
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    n = len(done.facts.subjects)
    by_term = {each["label"]: each for each in analysis_json(done)["pooled_harms"]["lines"]["term"]}
    assert by_term == {
        "dry mouth": {"label": "dry mouth", "by_grade": {"3": 1}, "ungraded": 0, "n": 1},
        "alopecia": {"label": "alopecia", "by_grade": {}, "ungraded": 1, "n": 1},
        "fatigue": {"label": "fatigue", "by_grade": {"1": 2}, "ungraded": 0, "n": 2},
    }
    assert analysis_json(done)["pooled_harms"]["kinds"] == {
        "Any adverse event": 2,
        "One of grade 3 or more": 1,
        "A serious one": 1,
        "One related to treatment": 1,
        "One of grade 5": 0,
    }
    page = render_report(done, office.rules)
    cells = [f"<td>{each}</td>" for each in ("all arms together",)] + [f'<td class="n">{each}</td>' for each in "00100"]
    assert (
        f'<th scope="row">dry mouth</th>{"".join(cells)}<td class="n">0</td><td class="n">1 ({1 / n:.0%})</td>' in page
    )
    assert HARMS_WITHHELD in page


def test_the_planned_share_is_told_without_its_subjects(masked):
    office, *subjects = masked
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    severe = next(each for each in done.results if each.id == "severe")
    assert (severe.arms[0].n_events, severe.subjects) == (1, ())
    assert not isinstance(severe.arms[0].estimates[0].value, NotEstimable)
    assert not any(subject in warning for subject in subjects for warning in severe.warnings)


def test_the_flow_and_the_times_stay_as_they_are(masked):
    office, control, treated = masked
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    assert {control, treated} <= set(done.flow.randomised.subjects)
    assert {row.subject for row in done.times["os"].rows} == set(done.flow.randomised.subjects)


def test_a_doubtful_event_is_told_without_its_term_and_its_subject():
    office = with_plan(PLAN)
    subject = office.allocated()
    office.go_on(10)
    office.record(subject, "adverse-event", term="dry mouth", category="other", grade=5)
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    assert "an adverse event has a day or a grade that cannot be right" in done.warnings
    assert not any("dry mouth" in each for each in done.warnings)
    office.lock()
    after = office.analysed(office.cut("final"))
    assert any(f"{subject}: adverse event of grade 5 (dry mouth)" in each for each in after.warnings)


def test_after_unmasking_each_count_leads_to_its_subjects_again():
    office = with_plan(PLAN)
    _, treated = harmed(office)
    office.lock()
    done = office.analysed(office.cut("final"))
    assert done.harms is None
    assert [
        each.term for subject in done.facts.subjects for each in subject.adverse_events if subject.subject == treated
    ]
    assert re.search(r'aria-label="1: [^"]*dry mouth', render_report(done, office.rules))


def test_an_open_trial_shows_who_had_what_as_before():
    planned = with_plan(PLAN).protocol
    office = AnalysedOffice(given=planned.model_copy(update={"design": open_label("None (Open Label)")}))
    _, treated = harmed(office)
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    assert done.is_masked
    assert done.harms is None
    assert HARMS_WITHHELD not in done.withheld
    own = next(each for each in done.facts.subjects if each.subject == treated)
    assert {each.term for each in own.adverse_events} == {"dry mouth", "alopecia", "fatigue"}
    assert re.search(r'aria-label="1: all arms together, dry mouth', render_report(done, office.rules))


@pytest.mark.parametrize(
    ("value", "is_open"),
    [
        ("none", True),
        ("None (Open Label)", True),
        ("open-label", True),
        ("Open  label", True),
        ("single (outcomes assessor)", False),
        ("double", False),
        ("not open label", False),
        ("none of the above", False),
    ],
)
def test_only_the_words_of_a_registry_for_no_masking_make_a_trial_open(value, is_open):
    planned = with_plan(PLAN).protocol
    assert is_open_label(planned.model_copy(update={"design": open_label(value)})) is is_open


def test_a_protocol_that_says_nothing_of_masking_is_not_open():
    planned = with_plan(PLAN).protocol
    assert not is_open_label(planned)
    unknown = {"masking": Fact(value="not-found", mark=Mark.NOT_FOUND)}
    assert not is_open_label(planned.model_copy(update={"design": unknown}))
