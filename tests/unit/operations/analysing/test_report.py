"""The report of a trial's own analysis: it holds the analysis, and while the arms are pooled nothing that tells one."""

import re
from datetime import UTC, datetime

from tests.analysis_trial import DRUG

from equipoise.conduct.roles import Role
from equipoise.operations.analysing.report import make_view, render_report
from equipoise.operations.analysing.writing import REPORT_FILE, write_analysis


def test_the_report_of_a_locked_trial_shows_every_subject_and_every_analysis(locked):
    office, cut = locked
    done = office.analysed(cut)
    page = render_report(done, office.rules)
    assert all(subject.subject in page for subject in done.facts.subjects)
    assert all(f'id="result-{each.id}"' in page for each in done.results if not each.not_done)
    assert f"up to event {cut.last_seq}" in page
    assert office.rules.protocol.registry_status_at(done.facts.cut_on).sentence in page
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def test_the_report_while_the_arms_are_pooled_names_no_arm_but_in_the_words_of_the_plan(locked):
    office, cut = locked
    done = office.analysed(cut, role=Role.MASKED_STATISTICIAN)
    assert done.is_masked
    page = render_report(done, office.rules)
    assert DRUG not in page
    assert not re.search(r"Received treatment as allocated \(n = \d", page)
    assert "Pooled: nobody reads an arm here" in page


def test_who_is_evaluable_or_responded_before_an_operation_is_not_told_while_the_arms_are_pooled(locked):
    """An arm that is operated before its first scan has nobody to evaluate: the list would be the other arm."""
    office, cut = locked
    done = office.analysed(cut, role=Role.MASKED_STATISTICIAN)
    assert (done.sets["evaluable"].members, done.set_sizes["evaluable"]) == ((), 12)
    assert done.responses == {}
    (responders,) = (each for each in done.results if each.id == "responders")
    assert responders.subjects == ()
    page = render_report(done, office.rules)
    assert "12 (who: withheld while the arms are pooled)" in page
    assert "before the operation" not in page


def test_the_report_is_written_beside_the_results(locked, tmp_path):
    office, cut = locked
    done, moment = office.analysed(cut), datetime(2027, 1, 1, tzinfo=UTC)
    page = render_report(done, office.rules)
    where = {"started": moment, "ended": moment, "trial": tmp_path / "trial"}
    write_analysis(done, tmp_path / "with", **where, report=page)
    write_analysis(done, tmp_path / "without", **where)
    assert (tmp_path / "with" / REPORT_FILE).read_text(encoding="utf-8") == page
    assert not (tmp_path / "without" / REPORT_FILE).exists()


def test_courses_are_those_planned_with_their_full_amount(locked):
    office, cut = locked
    done = office.analysed(cut)
    plan = office.rules.plan_of(done.facts.version)
    shown = make_view(done, office.rules).courses
    assert [course.id for course in shown] == [course.id for course in plan.courses if course.is_planned]
    assert any(course.full_amount is not None and course.unit for course in shown)
