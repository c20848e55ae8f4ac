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


def run(facts, *analyses, redraw=None, **plan):
    made = plan_of(**{"control": "b", "endpoints": [SURVIVAL, SAFETY], "analyses": list(analyses), **plan})
    return run_analyses(made, facts, make_sets(made, facts), redraw=redraw)


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


def test_a_reason_names_the_arms_and_not_their_numbers(three_arms):
    analyses = (
        {"id": "m", "endpoint": "os", "method": "rmst", "arms": ["a", "b"], "options": {"tau": 130}},
        {"id": "k", "endpoint": "os", "method": "kaplan-meier", "arms": ["a", "b"], "options": {"at": [130]}},
    )
    for found in run(three_arms, *analyses):
        (only,) = found.comparisons
        assert "arm a: nobody was followed beyond day 120" in only.value.reason
