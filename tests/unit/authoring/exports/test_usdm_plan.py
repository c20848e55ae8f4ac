"""
The plan in USDM, read by what knows nothing of the writer: our reader of other people's studies, and CDISC's rules.

Expected days are those of a subject's calendar, which is made from the plan by other code. The rules are those of the
USDM conformance rules (CDISC, Digital Data Flow) on timelines, by their numbers, in our own words.
"""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipoise.authoring.drafting.plan_timeline import Timeline
from equipoise.authoring.exports.carried import without_rules
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.authoring.exports.usdm_ways import way_of
from equipoise.authoring.registries.reading import read_record
from equipoise.conduct.calendar import make_calendar
from equipoise.conduct.history import History, StepDone
from equipoise.operations.authoring import author_record
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.plan import EARLY_END, RANDOMISATION, Plan
from equipoise.protocol.trial import Mark

START = date(2030, 1, 1)
STEPS = {
    "arm-1": {"surgery": 28},
    "arm-2": {"cycle-1": 28, "cycle-2": 84, "cycle-3": 140, "cycle-4": 196, "surgery": 252},
}
"""Days after randomisation on which steps are due, by the plan: 28 days, every 56 days, and 56 days after the last."""


@pytest.fixture(scope="module")
def content(reference):
    return json.loads(json.dumps(export_usdm(reference, version="amended").content))


@pytest.fixture(scope="module")
def design(content):
    return content["study"]["versions"][0]["studyDesigns"][0]


@pytest.fixture
def schedule(content, tmp_path):
    """As somebody reads it who has nothing of ours."""
    path = tmp_path / "study.json"
    path.write_text(json.dumps(without_rules(content)), encoding="utf-8")
    return read_record(path).schedule


def ways(timeline):
    """The instances of each arm, by the condition that leads to them, along the usual way and every branch."""
    (first,) = [each for each in timeline.instances if each.id == timeline.entry]
    by_id = {each.id: each for each in timeline.instances}
    found = {}
    for branch in by_id[first.next].branches:
        seen, waiting = {}, [branch.to]
        while waiting:
            at = by_id[waiting.pop(0)]
            if at.id not in seen:
                seen[at.id] = at
                waiting += [to for to in (at.next, *(each.to for each in at.branches)) if to]
        found[branch.words] = list(seen.values())
    return found


def calendar_of(plan, arm):
    """What a subject has who gets everything on its day: name and number to the days it may be done."""
    steps = tuple(StepDone(step, START + timedelta(days), Decimal(1)) for step, days in STEPS[arm].items())
    history = History(arm=arm, randomised_on=START, steps=steps)
    lines = make_calendar(plan, history, START + timedelta(2000))
    return {
        (each.item, 1 if each.is_step else each.number): tuple(
            (day - START).days for day in (each.opens_on, each.due_on, each.closes_on)
        )
        for each in lines
        if each.opens_on is not None
    }


def days_of(timeline, instance):
    hours = timeline.hours_from_anchor(instance)
    early, late = (each.hours if each else 0 for each in (instance.timing.lower, instance.timing.upper))
    return tuple(each / 24 for each in (hours - early, hours, hours + late))


@pytest.mark.parametrize(("arm", "n_days"), [("arm-1", 20), ("arm-2", 53)])
def test_every_day_of_a_subjects_calendar_is_on_the_timeline(reference, schedule, arm, n_days):
    timeline = Timeline(next(each for each in schedule.timelines if each.is_main))
    told = {each.name: days_of(timeline, each) for each in timeline.instances if each.timing is not None}
    expected = calendar_of(reference.plan_of("amended"), arm)
    assert len(expected) == n_days
    for (item, number), days in expected.items():
        name = f"{arm}.{item}" if number == 1 else f"{arm}.{item}.{number}"
        assert told.pop(name) == days, name
    left = {each.partition(".")[2] for each in told if each.startswith(arm)}
    assert left == {"treatment-end", *(("retreatment-1", "retreatment-2") if arm == "arm-2" else ())}


def test_each_arm_goes_its_own_way_in_the_order_of_days(reference, schedule):
    main = next(each for each in schedule.timelines if each.is_main)
    timeline, found = Timeline(main), ways(main)
    assert list(found) == [f"Allocated to {arm.label} ({arm.id})" for arm in reference.arms]
    for (words, instances), arm in zip(found.items(), reference.arms, strict=True):
        assert arm.label in words
        assert {each.name.partition(".")[0] for each in instances} == {arm.id}
        usual = [each for each in instances if not each.is_decision and "retreatment" not in each.name]
        hours = [timeline.hours_from_anchor(each) for each in usual]
        assert hours == sorted(hours)
    reached = {each.id for instances in found.values() for each in instances}
    others = {each.name for each in main.instances if each.id not in reached}
    assert others == {"randomisation", "randomisation.arm"}


def test_a_retreatment_is_a_branch_and_the_usual_way_goes_past_it(schedule):
    main = next(each for each in schedule.timelines if each.is_main)
    by_id = {each.id: each for each in main.instances}
    (decision,) = [each for each in main.instances if each.name == "arm-2.retreatment.if-given"]
    (branch,) = decision.branches
    assert by_id[branch.to].name == "arm-2.retreatment-1"
    assert by_id[by_id[branch.to].next].name == "arm-2.retreatment-2"
    assert by_id[by_id[by_id[branch.to].next].next] is by_id[decision.next]
    assert "retreatment" not in by_id[decision.next].name


def test_an_early_end_has_a_timeline_of_its_own_and_is_read_as_one(schedule, reference):
    (early,) = [each for each in schedule.timelines if not each.is_main]
    timeline = Timeline(early)
    told = {each.name: days_of(timeline, each) for each in early.instances if each.timing and "." in each.name}
    assert told == {f"{arm.id}.early-termination": (0, 7, 14) for arm in reference.arms}
    assert "terminated" in early.entry_condition


def test_a_course_gives_its_intervention_and_its_epoch_is_of_the_plan(schedule, reference, design):
    main = next(each for each in schedule.timelines if each.is_main)
    labels = [each.id for each in reference.interventions]
    given = {each.name: [labels[place] for a in each.activities for place in a.gives] for each in main.instances}
    assert given["arm-2.cycle-3"] != [] == given["arm-2.tumour-assessment"]
    assert given["arm-1.surgery"] == given["arm-2.surgery"] != given["arm-2.cycle-3"]
    kinds = {each["name"]: each["type"]["decode"] for each in design["epochs"]}
    assert kinds == {
        "SCREENING": "Screening Epoch",
        "treatment": "Treatment Epoch",
        "follow-up": "Follow-Up Epoch",
    }
    at = {
        each.name: next((e["name"] for e in design["epochs"] if e["id"] == each.epoch), "") for each in main.instances
    }
    assert (at["arm-2.cycle-1"], at["arm-2.survival-contact.2"]) == ("treatment", "follow-up")


@pytest.mark.parametrize("version", ["original", "amended"])
def test_timelines_keep_the_rules_of_the_standard(reference, version):
    study = export_usdm(reference, version=version).content["study"]["versions"][0]
    design = study["studyDesigns"][0]
    assert design["scheduleTimelines"]
    assert [each["mainTimeline"] for each in design["scheduleTimelines"]].count(True) == 1  # DDF00012
    activities, epochs = ({each["id"] for each in design[name]} for name in ("activities", "epochs"))
    for timeline in design["scheduleTimelines"]:
        instances = {each["id"]: each for each in timeline["instances"]}
        fixed = [each for each in timeline["timings"] if each["type"]["decode"] == "Fixed Reference"]
        assert len(fixed) == 1  # DDF00009
        for timing in timeline["timings"]:
            ends = (timing["relativeFromScheduledInstanceId"], timing["relativeToScheduledInstanceId"])
            assert set(ends) <= set(instances)  # DDF00046
            assert (ends[0] == ends[1]) == (timing in fixed)  # DDF00007, DDF00031
            window = [timing["windowLower"], timing["windowUpper"], timing["windowLabel"] or None]
            assert all(window) or not any(window)  # DDF00006
            assert timing not in fixed or not any(window)  # DDF00025
            assert timing["relativeToFrom"]["decode"] == "Start to Start"  # DDF00036
        timed = [each["relativeFromScheduledInstanceId"] for each in timeline["timings"]]
        assert len(timed) == len(set(timed))
        exits = {each["id"] for each in timeline["exits"]}
        for each in instances.values():
            assert each["epochId"] is None or each["epochId"] in epochs  # DDF00105
            assert each["defaultConditionId"] is None or each["defaultConditionId"] in instances
            if each["instanceType"] == "ScheduledDecisionInstance":
                assert {one["conditionTargetId"] for one in each["conditionAssignments"]} <= set(instances)
            else:
                assert set(each["activityIds"]) <= activities
                assert (each["timelineExitId"] in exits) == (each["defaultConditionId"] is None)
    names = [each["name"] for timeline in design["scheduleTimelines"] for each in timeline["instances"]]
    assert len(names) == len(set(names))  # DDF00010
    pairs = [(cell["armId"], cell["epochId"]) for cell in design["studyCells"]]
    assert sorted(pairs) == sorted((arm["id"], epoch["id"]) for arm in design["arms"] for epoch in design["epochs"])


def test_what_the_timelines_cannot_say_is_a_loss(reference):
    said = "\n".join(loss.what for loss in export_usdm(reference, version="amended").losses)
    for what in ("gates before steps", "dose rules", "decision points", "days before which", "repeated is written out"):
        assert what in said
    (beside,) = [loss.where for loss in export_usdm(reference).losses if "on no timeline" in loss.what]
    assert beside == "activity receptor-imaging, activity cycle-1, activity cycles-2-to-4, activity surgery"


def test_a_protocol_is_drafted_anew_from_a_study_without_our_rules(content, reference, tmp_path):
    (tmp_path / "study.json").write_text(json.dumps(without_rules(content)), encoding="utf-8")
    author_record(tmp_path / "study.json", tmp_path / "draft", today=START)
    again = load_protocol(tmp_path / "draft")
    (told,) = [each for each in again.endpoints if each.measure == "not-found"]
    assert (told.objective.value, told.objective.mark) == ("not-found", Mark.NOT_FOUND)
    assert [each.id for each in again.arms] == [each.id for each in reference.arms]
    assert len(again.plan_of().activities) > 50


# ---------------------------------------------------------------------- the way of an arm


def plan(**parts):
    course = {"kind": "operation", "epoch": "all", "concept": "c", "arms": ["a"], "label": "Course"}
    courses = [{"id": name, **course, **each} for name, each in parts.pop("courses", {}).items()]
    activity = {"kind": "visit", "epoch": "all", "arms": ["a"], "label": "Visit"}
    activities = [{"id": name, **activity, **each} for name, each in parts.pop("activities", {}).items()]
    epochs = [{"id": "all", "label": "All"}]
    return Plan.model_validate(
        {"label": "A plan", "epochs": epochs, "courses": courses, "activities": activities, **parts}
    )


def timed(after, target, **more):
    return {"after": after, "target": target, **more}


def test_a_repeat_is_written_out_to_its_last_day_and_none_beyond():
    made = plan(activities={"scan": {"timing": [timed("randomisation", 10)], "repeats": {"every": 5, "until": 24}}})
    assert [(each.name, each.days) for each in way_of(made, "a")] == [("scan", 10), ("scan.2", 15), ("scan.3", 20)]


def test_a_day_that_an_arm_lacks_stays_untold_and_comes_last():
    made = plan(
        courses={"knife": {"steps": ["cut"], "arms": ["b"], "first": [timed("randomisation", 3)]}},
        activities={
            "look": {"timing": [timed("knife", 2)], "arms": ["a", "b"]},
            "talk": {"timing": [timed("randomisation", 9)]},
        },
    )
    assert [(each.name, each.after) for each in way_of(made, "a")] == [("talk", "randomisation"), ("look", "")]
    assert [(each.name, each.after) for each in way_of(made, "b")] == [("cut", "randomisation"), ("look", "cut")]


def test_what_is_only_given_if_it_comes_to_that_is_never_last():
    made = plan(
        courses={
            "first": {"steps": ["one"], "first": [timed("randomisation", 3)]},
            "again": {"steps": ["two"], "first": [timed("first", 30)], "is_planned": False},
        },
        activities={"after-again": {"timing": [timed("again", 1)]}, "call": {"timing": [timed("first", 4)]}},
    )
    found = [(each.name, each.if_given) for each in way_of(made, "a")]
    assert found == [("one", ""), ("two", "again"), ("after-again", "again"), ("call", "")]


def test_the_end_of_treatment_is_the_last_planned_step_and_a_dose_is_no_operation():
    amount = {"unit": "mg", "levels": [{"id": "full", "amount": "1"}], "plausible": ["0.5", "2"]}
    made = plan(
        courses={
            "knife": {"steps": ["cut"], "first": [timed("randomisation", 90)]},
            "drug": {
                "kind": "dose",
                "steps": ["d1", "d2"],
                "first": [timed("randomisation", 5)],
                "interval": timed("previous", 7),
                "amount": amount,
            },
        },
        activities={
            "a1": {"timing": [timed("first-dose", 1)]},
            "a2": {"timing": [timed("last-dose", 1)]},
            "a3": {"timing": [timed("treatment-end", 1)]},
        },
    )
    after = {each.name: each.after for each in way_of(made, "a")}
    assert (after["first-dose"], after["last-dose"], after["treatment-end"]) == ("d1", "d2", "cut")


def test_what_counts_from_an_early_end_is_on_no_other_way():
    made = plan(
        activities={
            "stop": {"timing": [timed("early-end", 2)]},
            "later": {"timing": [timed("stop", 3)]},
            "visit": {"timing": [timed("randomisation", 3), timed("early-end", 9)]},
        }
    )
    assert [each.name for each in way_of(made, "a", EARLY_END)] == ["stop", "later", "visit.2"]
    assert [each.name for each in way_of(made, "a", RANDOMISATION)] == ["visit"]
