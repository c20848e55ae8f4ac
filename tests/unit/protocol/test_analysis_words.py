"""An analysis plan: what is faulted when it loads, what the lint finds, and how it reads aloud."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.errors import ProtocolError
from equipoise.operations.difference_words import describe_difference
from equipoise.protocol.amendments import Edition, compare_versions
from equipoise.protocol.analysis_changes import compare_analyses
from equipoise.protocol.analysis_plan import NEW_THERAPY, AnalysisPlan
from equipoise.protocol.lint import lint_file
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.prose import render_protocol
from equipoise.terminology.catalogue import base_library

PLAN = """\
analyses:
  main:
    label: The only plan
    control: arm-1
    new_therapy: {concepts: [chemotherapy], source: a paper}
    sets:
      - {id: all, label: All, rule: all-randomised}
      - {id: cut, label: Cut, rule: operated}
    endpoints:
      - id: pfs
        label: Without progression
        kind: time-to-event
        reader: masked
        events: [progression, death]
        censoring: [last-evaluable-assessment, new-anticancer-therapy, missed-visits]
        missed_visits: 3
        post_operative: {from_day: 28, until_day: 120}
      - {id: r0, label: Nothing left, kind: yes-no, answer: {form: operation, field: resection, must_be: R0}}
      - {id: major, label: Major, kind: complication, at_least: IIIb}
      - {id: dead, label: Dead, kind: death-within-90-days}
    estimands:
      - id: primary
        population: Everybody.
        treatment: Whatever was given.
        variable: The time.
        summary: A ratio.
        intercurrent: [{event: Another therapy, strategy: hypothetical, words: as if not given}]
    analyses:
      - {id: a, label: The test, role: primary, endpoint: pfs, set: all, method: log-rank, estimand: primary}
      - {id: b, label: The mean, role: secondary, endpoint: pfs, set: all, method: rmst, options: {tau: 365}}
      - {id: c, label: The share, role: secondary, endpoint: r0, set: all, method: proportion, arms: [arm-1]}
      - {id: e, label: Harm, role: safety, endpoint: major, set: cut, method: proportion}
      - {id: f, label: Deaths, role: safety, endpoint: dead, set: cut, method: proportion}
      - id: d
        label: The past
        role: secondary
        endpoint: pfs
        set: all
        method: against-historical-cohort
        history: {label: Earlier, n: 50, median_months: 12, low_months: 9, high_months: 16, source: a paper}
default_version: first
"""


@pytest.fixture
def planned(write: Callable[..., Path]) -> Callable[..., Path]:
    """A protocol with the analysis plan, in which each `old` is replaced by `new`."""

    def write_planned(*changes: str) -> Path:
        path = write("default_version: first\n", PLAN)
        text = path.read_text(encoding="utf-8").replace("    inclusion:", "    analysis: main\n    inclusion:")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return path

    return write_planned


@pytest.mark.parametrize(
    "sentence",
    [
        "ANALYSIS: The only plan",
        "All (all): everybody who was randomised.",
        "Without progression (pfs): time from randomisation to progression or death, as the masked reader saw it. "
        "Censored without an event at the last evaluable assessment; at the last assessment before new anticancer "
        "therapy; at the last assessment before 3 missed in a row, when the event comes after them. After a planned "
        "operation a scan on days 28 to 120 is the new baseline; what is first seen there is progression.",
        "Nothing left (r0): yes-no, resection of the form operation is R0. [parameter, not published]",
        "Major (major): a complication of Clavien-Dindo grade IIIb or more after the operation. Without one a no needs "
        "90 days of follow-up after it, or a death. [parameter, not published]",
        "Dead (dead): death within 90 days of the operation; a no needs so many days of follow-up after it.",
        "Given besides the plan: chemotherapy. What the plan gives in the subject's own arm is none, its operation "
        "included. [parameter, not published: a paper]",
        "Intercurrent events: Another therapy: hypothetical (as if not given).",
        "The test (a, primary): log-rank of pfs in all, estimand primary. [parameter, not published]",
        "The mean (b, secondary): rmst of pfs in all. Options: tau 365. [parameter, not published]",
        "The share (c, secondary): proportion of r0 in all, arms arm-1. [parameter, not published]",
        "Against Earlier, not randomised: 50 people, median 12 months (9 to 16) [parameter, not published: a paper].",
    ],
)
def test_an_analysis_plan_reads_aloud(planned, sentence: str) -> None:
    text = render_protocol(load_protocol(planned()), base_library())
    assert sentence in " ".join(text[text.index("ANALYSIS") :].split())


def test_a_cohort_given_as_a_table_is_told_with_its_file(planned) -> None:
    old = "median_months: 12, low_months: 9, high_months: 16"
    text = render_protocol(
        load_protocol(planned(old, f"table: {{file: past.csv, sha256: {'a' * 64}}}")), base_library()
    )
    assert f"individual times of 50 people in past.csv, SHA-256 {'a' * 64}" in " ".join(text.split())


def test_the_programs_own_list_of_new_therapy_is_said_to_be_that(planned) -> None:
    path = planned("    new_therapy: {concepts: [chemotherapy], source: a paper}\n", "")
    text = " ".join(render_protocol(load_protocol(path), base_library()).split())
    assert "Given besides the plan: chemotherapy; capecitabine; temozolomide;" in text
    assert "[the program's list]" in text


def test_new_therapy_names_concepts_that_there_are(planned) -> None:
    with pytest.raises(ProtocolError) as caught:
        load_protocol(planned("[chemotherapy], source", "[chemotheraphy, prrt, prrt], source"))
    told = [(each.what, each.do) for each in caught.value.faults]
    assert ("unknown concept 'chemotheraphy'", "Did you mean 'chemotherapy'?") in told
    assert any("'prrt' is given 2 times" in what for what, _ in told)


def test_a_plan_that_says_nothing_takes_the_usual_list_and_one_that_says_none_takes_none(planned) -> None:
    said = load_protocol(planned()).analyses["main"]
    assert said.new_therapies == {"chemotherapy"}
    assert AnalysisPlan.model_validate({**said.model_dump(), "new_therapy": None}).new_therapies == set(NEW_THERAPY)
    assert AnalysisPlan.model_validate({**said.model_dump(), "new_therapy": {"concepts": []}}).new_therapies == set()


def compared(planned, *changes: str) -> tuple[str, ...]:
    before, now = (load_protocol(planned(*each)).analyses["main"] for each in ((), changes))
    return compare_analyses(before, now)


def test_equal_analysis_plans_differ_in_nothing(planned) -> None:
    assert compared(planned) == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (("missed_visits: 3", "missed_visits: 2"), "endpoint pfs: missed visits 3 -> 2"),
        (("concepts: [chemotherapy]", "concepts: [prrt]"), "new anticancer therapy: concepts chemotherapy -> prrt"),
        (("at_least: IIIb", "at_least: IV"), "endpoint major: at least IIIb -> IV"),
        (("options: {tau: 365}", "options: {tau: 730}"), "analysis b: options tau 365 -> 730"),
        (("rule: all-randomised", "rule: operated"), "set all: members all-randomised -> operated"),
        (("median_months: 12, ", "median_months: 13, "), "analysis d: history median months 12 -> 13"),
        (
            ("words: as if not given", "words: ignored"),
            "estimand primary: intercurrent 1 words as if not given -> ignored",
        ),
        (("label: The only plan", "label: Another"), "the plan: label The only plan -> Another"),
    ],
)
def test_what_an_amendment_changes_in_the_analysis_is_said(planned, changes: tuple[str, str], says: str) -> None:
    assert compared(planned, *changes) == (says,)


def test_an_analysis_that_came_or_went_is_said(planned) -> None:
    (line,) = [each for each in PLAN.splitlines(keepends=True) if "{id: c," in each]
    assert compared(planned, line, "") == ("analysis c: removed",)
    plan = load_protocol(planned()).analyses["main"]
    assert compare_analyses(None, plan) == ("the analysis plan is added",)
    assert compare_analyses(plan, None) == ("the analysis plan is removed",)
    assert compare_analyses(None, None) == ()


def test_the_difference_of_two_versions_tells_that_of_their_analyses(planned) -> None:
    before, now = (
        Edition.of(load_protocol(planned(*each)), None, base_library()) for each in ((), ("tau: 365", "tau: 730"))
    )
    difference = compare_versions(before, now)
    assert difference.analysis == ("analysis b: options tau 365 -> 730",)
    assert "In the analysis plan:\n  - analysis b: options tau 365 -> 730" in describe_difference(difference)


def test_the_plan_itself_is_without_a_finding(planned) -> None:
    assert lint_file(planned()) == ()


@pytest.mark.parametrize(
    ("changes", "code", "what"),
    [
        (("concepts: [chemotherapy]", "concepts: []"), "new-therapy-never-found", "pfs is censored by it"),
        ((" new-anticancer-therapy,", ""), "new-therapy-never-asked", "no endpoint asks for it"),
        (
            ("median_months: 12, low_months: 9, high_months: 16, ", ""),
            "cohort-without-numbers",
            "the cohort Earlier has neither a median nor a table",
        ),
        (("    analysis: main\n", ""), "plan-never-used", "no version has the analysis plan main"),
        (
            ("endpoint: dead, set: cut", "endpoint: dead, set: all"),
            "operation-asked-of-everybody",
            "dead is not estimable for whoever was not operated, and all may hold them",
        ),
        (
            ("endpoint: r0, set: all, method: proportion", "endpoint: pfs, set: all, method: cox"),
            "endpoint-never-read",
            "no analysis reads the endpoint r0",
        ),
    ],
)
def test_the_lint_finds_in_an_analysis_plan(planned, changes: tuple[str, str], code: str, what: str) -> None:
    (finding,) = lint_file(planned(*changes))
    assert finding.code == code
    assert what in finding.what


def test_a_grade_is_that_of_a_complication_alone_and_a_known_one(planned) -> None:
    for old, new, says in (
        ("kind: death-within-90-days}", "kind: death-within-90-days, at_least: V}", "is that of a complication alone"),
        ("at_least: IIIb", "at_least: 3", "at_least"),
        (
            "endpoint: dead, set: cut, method: proportion",
            "endpoint: dead, set: cut, method: cox",
            "cannot be made of a",
        ),
    ):
        with pytest.raises(ProtocolError, match=says):
            load_protocol(planned(old, new))


def test_a_complication_counts_from_major_on_where_the_plan_says_nothing(planned) -> None:
    plan = load_protocol(planned(", at_least: IIIb", "")).analyses["main"]
    assert [each.grade_limit for each in plan.endpoints if each.id == "major"] == ["III"]


def test_a_cohort_has_a_name_that_no_arm_has(planned) -> None:
    """Curves stand under these names: the cohort's would take the place of the arm's."""
    with pytest.raises(ProtocolError) as caught:
        load_protocol(planned("{label: Earlier,", "{label: arm-1,"))
    (fault,) = caught.value.faults
    assert "the cohort is called arm-1, as an arm is" in fault.what
    assert fault.do == "Give the cohort a name of its own."
