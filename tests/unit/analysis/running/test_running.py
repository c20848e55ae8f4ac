"""Planned analyses of made-up facts: three arms in pairs, options left out of a plan, data that allow nothing."""

import math
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.analysis_trial import plan_of

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.facts import AdverseEvent, Given, SubjectFacts, TrialFacts
from equipoise.analysis.running.comparisons import Redrawn
from equipoise.analysis.running.historical import DAYS_IN_MONTH, find_rate
from equipoise.analysis.running.run import POOLED, find_trial_warnings, run_analyses
from equipoise.analysis.sets import make_sets
from equipoise.analysis.survival.logrank import logrank
from equipoise.protocol.analysis_plan import History
from equipoise.protocol.cohort import Cohort, CohortRow

START = date(2026, 1, 1)
CUT = START + timedelta(days=400)
SURVIVAL = {"id": "os", "label": "OS", "kind": "time-to-event", "events": ["death"], "censoring": ["last-known-alive"]}
SAFETY = {"id": "safety", "label": "Safety", "kind": "adverse-event"}
DAYS = {"a": (30, 60, 90, 120), "b": (45, 200, 300, 350), "c": (20, 25, 200, 260)}
"""Deaths; the last of each arm is censored on its day."""


def subject(name, arm, day, *, died, **facts):
    on = START + timedelta(days=day)
    given = (Given("step", "course", START, is_dose=True),)
    ends = {"died_on": on if died else None, "last_alive_on": on, "is_eligible": True, "given": given}
    return SubjectFacts(name, "site", arm, "s", START, (1,), **{**ends, **facts})


def facts_of(*subjects, arms=("c", "b", "a"), is_masked=False):
    return TrialFacts("trial", "first", CUT, is_masked, arms, tuple(subjects), ())


@pytest.fixture
def three_arms():
    return facts_of(
        *(
            subject(f"{arm}{number}", arm, day, died=number < 3)
            for arm, days in DAYS.items()
            for number, day in enumerate(days)
        )
    )


def run(facts, *analyses, redraw=None, cohorts=None, **plan):
    made = plan_of(**{"control": "b", "endpoints": [SURVIVAL, SAFETY], "analyses": list(analyses), **plan})
    return run_analyses(made, facts, make_sets(made, facts), redraw=redraw, cohorts=cohorts)


def test_each_arm_is_held_against_the_control_of_the_plan(three_arms):
    (found,) = run(three_arms, {"id": "t", "endpoint": "os", "method": "log-rank"})
    assert [line.arm for line in found.arms] == ["b", "c", "a"], "the control first, then as in the protocol"
    for other, estimate in zip("ca", found.comparisons, strict=True):
        days = [*DAYS["b"], *DAYS[other]]
        alone = logrank(days, [1, 1, 1, 0] * 2, [0] * 4 + [1] * 4)
        assert estimate.name == f"log-rank-{other}"
        assert estimate.value == alone.z


def test_an_analysis_of_two_arms_leaves_the_third_out(three_arms):
    (found,) = run(three_arms, {"id": "t", "endpoint": "os", "method": "log-rank", "arms": ["a", "b"]})
    assert [line.arm for line in found.arms] == ["b", "a"]
    assert set(found.subjects) == {f"{arm}{number}" for arm in "ab" for number in range(4)}


def test_a_redrawn_trial_of_three_arms_compares_whoever_is_drawn_into_the_two(three_arms):
    """The statistic of a sequence is the log-rank z of those that it puts into the two arms."""
    names, subjects = ["a", "b", "c"], [each.subject for each in three_arms.subjects]
    sequence = np.array([[0, 1, 2] * 4])
    seen = {}

    def redraw(analysis, draws, statistic):
        seen[analysis, draws] = float(statistic(subjects, names, sequence)[0])
        return Redrawn(0.0, 1.0, draws)

    analysis = {"id": "r", "endpoint": "os", "method": "re-randomisation", "arms": ["b", "a"], "options": {"draws": 9}}
    run(three_arms, analysis, redraw=redraw)
    days = [day for arm in "abc" for day in DAYS[arm]]
    died = [1, 1, 1, 0] * 3
    kept = [place for place in range(12) if sequence[0, place] < 2]
    alone = logrank(
        [days[place] for place in kept],
        [died[place] for place in kept],
        [1 - int(sequence[0, place]) for place in kept],
    )
    assert seen == {("r", 9): pytest.approx(alone.z, rel=1e-12)}


def test_without_an_allocation_nothing_is_drawn_again_and_it_says_so(three_arms):
    (found,) = run(three_arms, {"id": "r", "endpoint": "os", "method": "re-randomisation"})
    assert found.not_done == "the allocation is not at hand, so nothing could be drawn again"


def test_a_restricted_mean_without_a_day_takes_the_longest_that_is_known(three_arms):
    """Both curves end with a censored subject, on day 120 and on day 350."""
    (found,) = run(three_arms, {"id": "m", "endpoint": "os", "method": "rmst", "arms": ["a", "b"]})
    assert "the longest known is used: 120" in found.warnings[0]
    by_arm = {line.arm: line.estimates[0].value for line in found.arms}
    assert by_arm["a"] == pytest.approx(30 + 30 * 0.75 + 30 * 0.5 + 30 * 0.25)
    assert by_arm["b"] == pytest.approx(45 + 75 * 0.75)


def test_pooled_arms_are_described_and_not_compared(three_arms):
    masked = facts_of(
        *(subject(each.subject, "all", 30, died=True) for each in three_arms.subjects), arms=("all",), is_masked=True
    )
    curve, test = run(
        masked,
        {"id": "k", "endpoint": "os", "method": "kaplan-meier", "options": {"at": [20]}},
        {"id": "t", "endpoint": "os", "method": "log-rank"},
    )
    assert [(line.arm, line.n, line.n_events) for line in curve.arms] == [("all", 12, 12)]
    assert curve.comparisons == ()
    assert (test.not_done, test.subjects) == (POOLED, ())


def event(grade, day=5):
    return AdverseEvent("nausea", "other", START + timedelta(days=day), None, grade, False, True)


def test_severe_events_count_subjects_and_an_ungraded_one_is_named():
    facts = facts_of(
        subject("one", "a", 90, died=False, adverse_events=(event(3), event(4))),
        subject("two", "a", 90, died=False, adverse_events=(event(2),)),
        subject("three", "a", 90, died=False, adverse_events=(event(1), event(None))),
        subject("four", "b", 90, died=False),
        arms=("b", "a"),
    )
    severe = {"id": "s", "endpoint": "safety", "method": "proportion"}
    three, two = run(facts, severe, {**severe, "id": "any", "options": {"at": [2]}})
    assert {line.arm: (line.n_events, line.n) for line in three.arms} == {"a": (1, 3), "b": (0, 1)}
    assert {line.arm: (line.n_events, line.n) for line in two.arms} == {"a": (2, 3), "b": (0, 1)}
    assert (three.options["grade"], two.options["grade"]) == (3, 2)
    assert "three: an adverse event that nobody has graded; counted as a no" in three.warnings
    assert three.arms[0].estimates[0].interval.type is IntervalType.CLOPPER_PEARSON


def test_one_arm_without_an_event_has_no_ratio_and_a_bound():
    """Nobody dies in arm a, so the ratio of hazards has no finite estimate; the profile still bounds it."""
    facts = facts_of(
        *(subject(f"b{number}", "b", 10 * number + 10, died=True) for number in range(5)),
        *(subject(f"a{number}", "a", 100, died=False) for number in range(5)),
        arms=("b", "a"),
    )
    (found,) = run(facts, {"id": "c", "endpoint": "os", "method": "cox"})
    ratio, profile, _ = found.comparisons
    assert isinstance(ratio.value, NotEstimable)
    assert profile.interval.type is IntervalType.PROFILE
    assert 0 < profile.interval.high < 1


def test_a_rate_comes_of_the_median_and_its_interval():
    rate = find_rate(
        History(label="h", n=50, median_months=Decimal(12), low_months=Decimal(9), high_months=Decimal(16))
    )
    assert rate.rate == pytest.approx(math.log(2) / (12 * DAYS_IN_MONTH))
    assert rate.log_error == pytest.approx(math.log(16 / 9) / 3.919927969080108)


def test_a_rate_without_an_interval_has_the_error_of_its_events():
    rate = find_rate(History(label="h", n=50, n_events=25, median_months=Decimal(12)))
    assert rate.log_error == 0.2


def test_a_cohort_without_a_median_gives_no_rate(three_arms):
    analysis = {
        "id": "h",
        "endpoint": "os",
        "method": "against-historical-cohort",
        "arms": ["a"],
        "history": {"label": "Earlier", "n": 10},
    }
    (found,) = run(three_arms, analysis)
    assert {each.value.reason for each in found.comparisons} == {"the cohort is given without a median"}


def test_a_stratum_of_the_allocation_used_once_is_told_of_the_trial():
    facts = facts_of(subject("x", "a", 10, died=True), subject("y", "a", 10, died=True), arms=("a", "b"))
    other = facts.subjects[0].__class__(**{**facts.subjects[1].__dict__, "subject": "z", "stratum": "alone"})
    told = find_trial_warnings(plan_of(), facts_of(*facts.subjects, other, arms=("a", "b")))
    assert "stratum alone of the allocation was used once" in told
    assert "arm b has nobody" in told


@pytest.mark.parametrize(
    ("method", "endpoint"),
    [
        *((method, "os") for method in ("log-rank", "maxcombo", "cox", "gray", "fine-gray", "turnbull")),
        ("rmst", "os"),
        ("kaplan-meier", "os"),
        ("proportion", "safety"),
    ],
)
def test_no_method_compares_an_arm_with_nobody_and_each_names_it(method, endpoint):
    facts = facts_of(*(subject(f"b{day}", "b", day, died=True) for day in (10, 20, 30)), arms=("b", "a"))
    (found,) = run(facts, {"id": "x", "endpoint": endpoint, "method": method, "options": {"at": [3]}})
    assert found.comparisons
    assert {each.value for each in found.comparisons} == {NotEstimable("nobody is in arm a")}


def test_a_cox_model_names_the_stratum_that_tells_nothing_by_its_level():
    """The only subject of level 7 is in the second of two strata, which the arrays know as 1."""
    of = {"b1": "0", "b2": "0", "a1": "0", "a2": "7"}
    subjects = (
        subject(name, name[0], 10 * number + 10, died=True, baseline={"ecog": level})
        for number, (name, level) in enumerate(of.items())
    )
    options = {"strata": ["ecog"]}
    (found,) = run(
        facts_of(*subjects, arms=("b", "a")), {"id": "c", "endpoint": "os", "method": "cox", "options": options}
    )
    assert "stratum 7 has one subject, who is compared with nobody" in found.warnings


def test_a_reason_names_the_arms_and_not_their_numbers(three_arms):
    analyses = (
        {"id": "m", "endpoint": "os", "method": "rmst", "arms": ["a", "b"], "options": {"tau": 130}},
        {"id": "k", "endpoint": "os", "method": "kaplan-meier", "arms": ["a", "b"], "options": {"at": [130]}},
    )
    for found in run(three_arms, *analyses):
        assert "arm a: nobody was followed beyond day 120" in found.comparisons[0].value.reason


def test_a_planned_mean_that_is_not_known_stands_beside_the_longest_that_both_arms_support(three_arms):
    """
    Arm a is followed up to day 120 and arm b up to day 350, so both support 120: survRM2's tau when none is given.

    a: 30 + 30 x 3/4 + 30 x 1/2 + 30 x 1/4 = 75; b: 45 + 75 x 3/4 = 101.25. Variances by hand: sum over event days of
    (area left)^2 d / (n (n - d)), a: 45^2/12 + 22.5^2/6 + 7.5^2/2, b: 56.25^2/12.
    """
    (found,) = run(
        three_arms, {"id": "m", "endpoint": "os", "method": "rmst", "arms": ["a", "b"], "options": {"tau": 730}}
    )
    for line, mean in zip(found.arms, (101.25, 75.0), strict=True):
        planned, longest = line.estimates
        assert isinstance(planned.value, NotEstimable)
        assert planned.label == "Restricted mean up to day 730"
        assert longest.value == pytest.approx(mean)
        assert (
            longest.label == "Restricted mean up to day 120, the longest that every arm supports; not the planned day"
        )
    names = [each.name for each in found.comparisons]
    assert names == ["rmst-difference-a", "rmst-longest-difference-a", "rmst-longest-ratio-a"]
    difference = found.comparisons[1]
    assert difference.value == pytest.approx(75 - 101.25)
    error = math.sqrt(45**2 / 12 + 22.5**2 / 6 + 7.5**2 / 2 + 56.25**2 / 12)
    assert difference.interval.high - difference.value == pytest.approx(1.959963984540054 * error)


@pytest.mark.parametrize(("tau", "names"), [(100, ["rmst", "rmst-longest"]), (120, ["rmst"])])
def test_the_longest_day_is_told_whenever_it_is_not_the_planned_one(three_arms, tau, names):
    (found,) = run(
        three_arms, {"id": "m", "endpoint": "os", "method": "rmst", "arms": ["a", "b"], "options": {"tau": tau}}
    )
    assert [each.name for each in found.arms[0].estimates] == names


def test_where_nobody_is_there_is_no_longest_day():
    facts = facts_of(arms=("b", "a"))
    (found,) = run(facts, {"id": "m", "endpoint": "os", "method": "rmst", "options": {"tau": 100}})
    assert [each.name for line in found.arms for each in line.estimates] == ["rmst", "rmst"]


COHORT = Cohort(
    "Earlier",
    "earlier.csv",
    "0" * 64,
    tuple(
        CohortRow(line, day, event)
        for line, (day, event) in enumerate(
            zip((12, 30, 30, 41, 75, 90, 110, 151), (True, True, True, False, True, True, False, True), strict=True), 2
        )
    ),
)
PAST = {
    "id": "h",
    "endpoint": "os",
    "method": "against-historical-cohort",
    "arms": ["a"],
    "history": {"label": "Earlier", "n": 8, "table": {"file": "earlier.csv", "sha256": "0" * 64}},
}


def test_the_times_of_a_cohort_are_compared_by_the_one_log_rank_and_both_curves_are_drawn(three_arms):
    """
    Expected: R 4 with survival 3.5-3, arm a as group 1 and the cohort as group 0.

    survdiff(Surv(d, e) ~ g): chi-square 0.000119585430944321, expected 2.98614718614719 in group 1;
    coxph(..., ties = "efron", eps = 1e-14): coefficient 0.015603593758673, se 0.731690132222839;
    survfit of the cohort: median 75 (log interval from 30, no upper bound).
    """
    (found,) = run(three_arms, PAST, cohorts={"h": COHORT})
    test, ratio = found.comparisons
    assert test.value**2 == pytest.approx(0.000119585430944321, rel=1e-9)
    assert "3 observed and 2.98615 expected in a; 8 people of the cohort" in test.note
    assert math.log(ratio.value) == pytest.approx(0.015603593758673, rel=1e-9)
    reach = math.log(ratio.interval.high / ratio.value)
    assert reach == pytest.approx(1.959963984540054 * 0.731690132222839, rel=1e-9)
    assert test.value > 0, "more events in the arm than expected, as the ratio says"
    arm, past = found.arms
    assert (arm.arm, arm.n, arm.n_events, arm.is_cohort) == ("a", 4, 3, False)
    assert (past.arm, past.n, past.n_events, past.is_cohort) == ("Earlier", 8, 6, True)
    assert past.estimates[0].value == 75
    assert list(found.curves) == ["a", "Earlier"]
    assert found.curves["Earlier"]["at_risk"] == [8, 8, 7, 5, 4, 3, 2, 1]
    assert found.subjects == tuple(f"a{number}" for number in range(4))


def test_a_cohort_of_individual_times_is_no_randomised_comparison_and_says_so(three_arms):
    (found,) = run(three_arms, PAST, cohorts={"h": COHORT})
    assert found.warnings[0].startswith("not a randomised comparison")
    assert all("not randomised" in each.label for each in found.comparisons)
    assert (found.options["cohort"]["file"], found.options["ties"]) == ("earlier.csv", "efron")


def test_a_cohort_without_its_table_is_not_compared(three_arms):
    (found,) = run(three_arms, PAST)
    assert found.not_done == "the table of the cohort is not at hand"


def test_a_cohort_of_the_trials_own_arm_differs_in_nothing(three_arms):
    """The same times twice: the log-rank z is 0 and the ratio 1, whatever the method."""
    rows = tuple(CohortRow(line, day, line < 5) for line, day in enumerate(DAYS["a"], 2))
    (found,) = run(three_arms, PAST, cohorts={"h": Cohort("Earlier", "earlier.csv", "0" * 64, rows)})
    assert found.comparisons[0].value == pytest.approx(0, abs=1e-12)
    assert found.comparisons[1].value == pytest.approx(1)


def test_a_cohort_that_ends_before_the_first_event_gives_a_reason(three_arms):
    rows = tuple(CohortRow(line, 5, False) for line in range(2, 6))
    (found,) = run(three_arms, PAST, cohorts={"h": Cohort("Earlier", "earlier.csv", "0" * 64, rows)})
    assert all(isinstance(each.value, NotEstimable) for each in found.comparisons)
    assert "never at risk together" in found.comparisons[0].value.reason
