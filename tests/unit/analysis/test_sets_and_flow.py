"""Analysis sets with their reasons, and the flow of subjects: worked by hand, and sums that hold whatever happened.

The boxes are those of the CONSORT 2025 diagram (Hopewell 2025, figure 1): what goes into a box comes out of it.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis_timelines import day_of, tell

from equipoise.analysis.endpoints import check_subjects, derive_times
from equipoise.analysis.facts import Left, ScreenedFacts, Shortfall, TrialFacts
from equipoise.analysis.flow import make_flow
from equipoise.analysis.sets import find_reader, make_sets
from equipoise.errors import EquipoiseError
from equipoise.protocol.analysis_plan import AnalysisPlan, AnalysisSet, EndpointDefinition, SetRule
from equipoise.protocol.deviations import DeviationClass

CUT = 300
RULES = ["all-randomised", "treated", "operated", "evaluable", "per-protocol"]
TIME = {"id": "os", "label": "OS", "kind": "time-to-event", "events": ["death"], "censoring": ["last-known-alive"]}
PLAN = AnalysisPlan.model_validate(
    {
        "label": "A plan",
        "control": "arm-1",
        "sets": [{"id": rule, "label": rule.capitalize(), "rule": rule} for rule in RULES],
        "endpoints": [{"id": "orr", "label": "Response", "kind": "response", "reader": "masked"}, TIME],
        "analyses": [
            {"id": "a", "label": "A", "role": "primary", "endpoint": "os", "set": "treated", "method": "log-rank"}
        ],
    }
)
SCANS = ["-14: baseline T1=50", "84: scan T1=40"]


def subject(name, *timeline, arm="arm-1", is_eligible=True, deviations=()):
    facts = tell([*SCANS, *timeline], cut=CUT, subject=name, arm=arm)
    return replace(facts, is_eligible=is_eligible, deviations=deviations)


def left(code, severity, on=50):
    return Left(code, day_of(on), severity and DeviationClass(severity), (77,))


SUBJECTS = (
    subject("S-1", "10: dose", "100: operation", "250: left completed"),
    subject("S-2", "10: dose", "60: left lost-to-follow-up"),
    subject("S-3", "40: left withdrawn-from-all-contact"),
    subject("S-4", "10: operation", arm="arm-2", deviations=(left("dose-late", "important"), left("x", "minor"))),
    subject("S-5", "10: dose", "70: died", "70: left died", arm="arm-2", deviations=(left("dose-late", None),)),
    subject("S-6", "10: dose", arm="arm-2", is_eligible=False, deviations=(left("wrong", "important"),)),
    subject("S-7", "10: dose", arm="arm-2", is_eligible=None),
)
SCREENED = (
    ScreenedFacts("S-8", "site-1", "screen-failed", "exclusion E1", (8,)),
    ScreenedFacts("S-9", "site-1", "declined", "", (9,)),
    ScreenedFacts("S-10", "site-1", "screen-failed", "exclusion E2", (10,)),
)
FACTS = TrialFacts("T", "1", day_of(CUT), False, ("arm-1", "arm-2", "arm-3"), SUBJECTS, SCREENED)
SETS = make_sets(PLAN, FACTS)
FLOW = make_flow(FACTS, SETS)


def names(*numbers):
    return tuple(f"S-{number}" for number in numbers)


@pytest.mark.parametrize(
    ("rule", "members"),
    [
        ("all-randomised", names(1, 2, 3, 4, 5, 6, 7)),
        ("treated", names(1, 2, 4, 5, 6, 7)),
        ("operated", names(1, 4)),
        ("evaluable", names(1, 2, 3, 5, 6, 7)),
        ("per-protocol", names(1, 2, 5)),
    ],
)
def test_a_set_has_these_members(rule, members):
    assert SETS[rule].members == members


@pytest.mark.parametrize(
    ("rule", "name", "words", "entries"),
    [
        ("treated", "S-3", "no step of treatment was given", (1,)),
        ("operated", "S-2", "no operation took place", (1,)),
        ("evaluable", "S-4", "no assessment after baseline and before the operation", (1, 2, 3)),
        ("per-protocol", "S-3", "no step of treatment was given", (1,)),
        ("per-protocol", "S-4", "important deviation: dose-late", (77,)),
        ("per-protocol", "S-6", "found not eligible; important deviation: wrong", (1, 77)),
        ("per-protocol", "S-7", "eligibility is not known", (1,)),
    ],
)
def test_who_is_not_in_a_set_has_the_reason_and_its_entries(rule, name, words, entries):
    assert (SETS[rule].excluded[name].words, SETS[rule].excluded[name].entries) == (words, entries)


def test_a_deviation_that_nobody_classed_leaves_the_subject_in_and_the_question_open():
    assert list(SETS["per-protocol"].open) == ["S-5"]
    assert "dose-late" in SETS["per-protocol"].open["S-5"].words
    assert SETS["treated"].open == {}


def test_steps_that_the_plan_asks_for_and_were_not_given_leave_the_per_protocol_set():
    short = (Shortfall("operation", "not given up to the cut"),)
    subjects = [replace(each, shortfalls=short) if each.subject == "S-2" else each for each in FACTS.subjects]
    result = make_sets(PLAN, replace(FACTS, subjects=tuple(subjects)))["per-protocol"]
    assert result.members == names(1, 5)
    assert result.excluded["S-2"].words == "not treated as planned: operation not given up to the cut"


STRICT = PLAN.model_copy(update={"sets": [*PLAN.sets, AnalysisSet(id="every", label="Every", rule=SetRule.EVERY_STEP)]})


def sets_of(*subjects):
    return make_sets(STRICT, replace(FACTS, subjects=subjects))


def test_steps_are_those_of_the_version_that_the_subject_consented_to():
    """A later version may plan more: whoever lacks nothing of their own version is not short of it."""
    found = sets_of(replace(subject("S-1", "10: dose"), shortfalls=()))
    assert found["per-protocol"].members == found["every"].members == ("S-1",)


def test_a_step_that_the_plan_itself_left_out_leaves_a_subject_in_the_set():
    short = Shortfall("operation", "not given up to the cut", "decided: it cannot be removed", entries=(5,))
    found = sets_of(replace(subject("S-1", "10: dose"), shortfalls=(short,)))
    assert found["per-protocol"].members == ("S-1",)
    assert found["per-protocol"].open == {}
    assert found["every"].excluded["S-1"].words == "not treated as planned: operation not given up to the cut"


@pytest.mark.parametrize(
    ("shortfalls", "words", "entries"),
    [
        (
            (Shortfall("operation", "not given up to the cut"),),
            "not treated as planned: operation not given up to the cut",
            (1,),
        ),
        (
            (Shortfall("dose", "given below the full amount", entries=(9,)), Shortfall("operation", "", "said so")),
            "dose given below the full amount, and no rule of the plan said so",
            (9,),
        ),
    ],
)
def test_what_no_rule_of_the_plan_said_leaves_the_set_with_its_reason(shortfalls, words, entries):
    found = sets_of(replace(subject("S-1", "10: dose"), shortfalls=shortfalls))["per-protocol"]
    assert (found.excluded["S-1"].words, found.excluded["S-1"].entries) == (words, entries)


def test_a_reduced_dose_with_a_reason_is_in_both_sets():
    reduced = Shortfall("dose", "given below the full amount", "the gate said reduce", entries=(9,))
    found = sets_of(replace(subject("S-1", "10: dose", "50: operation"), shortfalls=(reduced,)))
    assert found["per-protocol"].members == found["every"].members == ("S-1",)


def test_a_step_that_is_still_to_come_leaves_the_question_open():
    short = Shortfall("operation", "not given up to the cut", "not yet due at the cut", is_open=True)
    found = sets_of(replace(subject("S-1", "10: dose"), shortfalls=(short,), deviations=(left("dose-late", None),)))[
        "per-protocol"
    ]
    assert found.members == ("S-1",)
    assert found.open["S-1"].words == ("nobody has classed the deviation yet: dose-late; still to come: operation")
    assert found.open["S-1"].entries == (1, 77)


def test_evaluable_is_asked_of_the_reader_of_response():
    assert find_reader(PLAN) == "masked"
    assert find_reader(PLAN.model_copy(update={"endpoints": PLAN.endpoints[1:]})) == "site"
    progression = EndpointDefinition.model_validate({**TIME, "events": ["progression"], "reader": "masked"})
    plan = PLAN.model_copy(update={"endpoints": [PLAN.endpoints[1], progression]})
    assert find_reader(plan) == "masked"


def test_the_flow_before_allocation():
    assert (FLOW.assessed.n, FLOW.excluded.n, FLOW.randomised.n) == (10, 3, 7)
    assert [(box.label, box.n) for box in FLOW.excluded.reasons] == [("screen-failed", 2), ("declined", 1)]
    assert [(box.label, box.subjects) for box in FLOW.excluded.reasons[0].reasons] == [
        ("exclusion E1", ("S-8",)),
        ("exclusion E2", ("S-10",)),
    ]


def test_the_flow_of_each_arm_also_of_an_empty_one():
    one, two, three = FLOW.arms
    assert (one.allocated.n, one.received.n, one.not_received.n) == (3, 2, 1)
    assert one.not_received.reasons[0].label == "withdrawn from all contact"
    assert (one.lost.subjects, one.discontinued.subjects, one.completed.subjects) == (names(2), names(3), names(1))
    assert (two.allocated.n, two.died.subjects) == (4, names(5))
    assert two.analysed["operated"].subjects == names(4)
    assert [(box.label, box.n) for box in two.not_analysed["operated"].reasons] == [("no operation took place", 3)]
    assert three.arm == "arm-3"
    assert three.allocated.n == three.analysed["treated"].n == 0


def test_while_masked_the_arms_are_one():
    pooled = tuple(replace(one, arm="both arms") for one in SUBJECTS)
    facts = replace(FACTS, is_masked=True, subjects=pooled)
    flow = make_flow(facts, make_sets(PLAN, facts))
    assert [(one.arm, one.allocated.n) for one in flow.arms] == [("both arms", 7)]
    assert "arm-1" not in repr(flow)


def test_what_happened_after_the_cut_is_not_in_the_flow():
    facts = replace(FACTS, cut_on=day_of(20))
    flow = make_flow(facts, make_sets(PLAN, facts))
    assert flow.arms[0].lost.n == flow.arms[1].died.n == 0
    assert flow.arms[0].not_received.reasons[0].label == "no step given up to the cut"


def at(cut):
    facts = replace(FACTS, cut_on=day_of(cut))
    sets = make_sets(PLAN, facts)
    return sets, make_flow(facts, sets)


def test_the_day_of_the_cut_counts():
    assert "S-1" in at(10)[0]["treated"].members
    assert "S-1" in at(10)[1].arms[0].received.subjects
    assert "S-1" not in at(9)[1].arms[0].received.subjects
    assert "S-1" in at(100)[0]["operated"].members
    assert "S-1" not in at(99)[0]["operated"].members
    assert at(60)[1].arms[0].lost.subjects == names(2)
    assert at(59)[1].arms[0].lost.subjects == ()
    assert at(70)[1].arms[1].died.subjects == names(5)
    assert at(69)[1].arms[1].died.subjects == ()
    assert "S-4" not in at(50)[0]["per-protocol"].members
    assert "S-4" in at(49)[0]["per-protocol"].members
    assert list(at(50)[0]["per-protocol"].open) == ["S-5"]
    assert list(at(49)[0]["per-protocol"].open) == []


def test_a_death_counts_as_one_however_the_end_is_worded():
    facts = replace(FACTS, subjects=(subject("S-1", "70: died"), subject("S-2", "80: left died")))
    assert make_flow(facts, {}).arms[0].died.subjects == names(1, 2)


EVENTS = st.sampled_from(
    [
        "10: dose",
        "50: operation",
        "150: operation",
        "200: died",
        "90: left lost",
        "90: left withdrawn",
        "90: left completed",
    ]
)


@st.composite
def trials(draw):
    def one(number):
        deviations = (left("late", draw(st.sampled_from(["important", "minor", None]))),)
        return subject(
            f"S-{number}",
            *draw(st.lists(EVENTS, unique=True, max_size=4)),
            arm=draw(st.sampled_from(["arm-1", "arm-2"])),
            is_eligible=draw(st.sampled_from([True, False, None])),
            deviations=draw(st.sampled_from([(), deviations])),
        )

    subjects = tuple(one(number) for number in range(draw(st.integers(0, 5))))
    states = draw(st.lists(st.sampled_from(["declined", "screen-failed"]), max_size=4))
    screened = tuple(ScreenedFacts(f"X-{n}", "site-1", state, "", (n,)) for n, state in enumerate(states))
    cut = draw(st.sampled_from([0, 40, 100, 300]))
    return TrialFacts("T", "1", day_of(cut), False, ("arm-1", "arm-2"), subjects, screened)


@settings(max_examples=100, deadline=None)
@given(trials())
def test_every_set_has_every_randomised_subject_as_a_member_or_with_a_reason(facts):
    everybody = {one.subject for one in facts.subjects}
    for one in make_sets(PLAN, facts).values():
        assert set(one.members).isdisjoint(one.excluded)
        assert {*one.members, *one.excluded} == everybody
        assert all(reason.words and reason.entries for reason in one.excluded.values())
        assert set(one.open) <= set(one.members)


@settings(max_examples=100, deadline=None)
@given(trials())
def test_what_goes_into_a_box_comes_out_of_it(facts):
    flow = make_flow(facts, make_sets(PLAN, facts))
    assert sorted(flow.assessed.subjects) == sorted((*flow.excluded.subjects, *flow.randomised.subjects))
    assert sorted(flow.randomised.subjects) == sorted(name for arm in flow.arms for name in arm.allocated.subjects)
    for arm in flow.arms:
        assert sorted(arm.allocated.subjects) == sorted((*arm.received.subjects, *arm.not_received.subjects))
        ends = [name for box in (arm.lost, arm.discontinued, arm.died, arm.completed) for name in box.subjects]
        assert len(ends) == len(set(ends))
        assert set(ends) <= set(arm.allocated.subjects)
        for id in RULES:
            both = (*arm.analysed[id].subjects, *arm.not_analysed[id].subjects)
            assert sorted(arm.allocated.subjects) == sorted(both)
        for box in (flow.excluded, arm.not_received, arm.lost, arm.discontinued, *arm.not_analysed.values()):
            assert sorted(name for reason in box.reasons for name in reason.subjects) == sorted(box.subjects)


def test_an_endpoint_that_leaves_somebody_without_a_day_is_refused():
    endpoint = PLAN.endpoints[1].model_copy(update={"censoring": []})
    with pytest.raises(EquipoiseError, match="Add one of last-evaluable-assessment, last-known-alive, data-cut"):
        derive_times(endpoint, SUBJECTS[0], day_of(CUT))
    with pytest.raises(EquipoiseError, match="has no events"):
        derive_times(PLAN.endpoints[0], SUBJECTS[0], day_of(CUT))
    with pytest.raises(EquipoiseError, match="counts from surgery"):
        derive_times(PLAN.endpoints[1].model_copy(update={"start": "surgery"}), SUBJECTS[0], day_of(CUT))


def test_subjects_that_stand_twice_or_come_after_the_cut_are_named_together():
    with pytest.raises(EquipoiseError, match="stands 2 times") as caught:
        check_subjects([*SUBJECTS, SUBJECTS[0]], day_of(-1))
    assert len(caught.value.faults) == 1 + len(SUBJECTS) + 1
