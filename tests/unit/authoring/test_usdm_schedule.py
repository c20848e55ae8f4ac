"""The schedule of a USDM study as a plan; every expected day is counted by hand from the timings of the study."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.docs.cycles_study import DECISION, cycles_study

from equipoise.authoring.drafting.document import stated_ids
from equipoise.authoring.drafting.draft import DraftPlan
from equipoise.authoring.drafting.plan import draft_plan
from equipoise.authoring.model import Registration
from equipoise.authoring.registries.json_view import View
from equipoise.authoring.registries.lengths import read_length
from equipoise.authoring.registries.reading import read_record
from equipoise.authoring.registries.usdm_schedule import read_schedule
from equipoise.authoring.registries.usdm_text import StudyTexts
from equipoise.conduct.calendar import Due, DueState, make_calendar
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.protocol.plan import ActivityKind, CourseKind, Plan, PlannedActivity
from equipoise.protocol.trial import Mark

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "usdm"
# CDISC's files are no part of this repository.
with_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="CDISC's USDM samples are not beside this checkout")

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Registration]:
    def of(study: dict[str, Any]) -> Registration:
        path = tmp_path / "study.json"
        path.write_text(json.dumps(study), encoding="utf-8")
        return read_record(path)

    return of


@pytest.fixture
def draft(read) -> Callable[..., DraftPlan]:
    """The draft of our study, or of what a change made of its design."""

    def of(change: Change = lambda design: None) -> DraftPlan:
        study = copy.deepcopy(cycles_study())
        change(study["study"]["versions"][0]["studyDesigns"][0])
        drafted = drafted_from(read(study))
        assert drafted is not None
        return drafted

    return of


def drafted_from(registration: Registration) -> DraftPlan | None:
    return draft_plan(registration, *stated_ids(registration))


def plan_of(drafted: DraftPlan) -> Plan:
    return Plan.model_validate(drafted.plan)


def activity(plan: Plan, name: str) -> PlannedActivity:
    return next(each for each in plan.activities if each.id == name)


def days(plan: Plan, name: str, arm: str) -> tuple[str, int, int, int]:
    (timing,) = [each for each in activity(plan, name).timing if not each.arms or arm in each.arms]
    return timing.after, timing.target, timing.early, timing.late


def main(design: dict[str, Any]) -> dict[str, Any]:
    timeline: dict[str, Any] = design["scheduleTimelines"][0]
    return timeline


def timing(design: dict[str, Any], of: str) -> dict[str, Any]:
    return next(each for each in main(design)["timings"] if each["relativeFromScheduledInstanceId"] == of)


# ------------------------------------------------------------------ lengths of time


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("P2W", 336),  # 2 x 7 x 24
        ("P1DT12H", 36),
        ("PT30M", Decimal("0.5")),
        ("PT0M", 0),
        ("-P3D", -72),
        ("P1.5D", 36),
        ("P1M", Decimal("730.485")),  # 365.2425 d / 12 x 24 h
        ("P1Y2M", Decimal("10226.79")),  # 14 x 730.485
    ],
)
def test_a_length_of_time_is_read(words, hours):
    length = read_length(words)
    assert length is not None
    assert length.hours == hours


@pytest.mark.parametrize("words", ["", "P", "PT", "2 weeks", "P2", "P2W3", "PW", "P999Y", "P123456D", "P1D2W"])
def test_what_is_no_length_of_time_is_none(words):
    assert read_length(words) is None


# ------------------------------------------------------------------ our study


def test_epochs_stand_in_the_order_in_which_they_follow(draft):
    assert [each.id for each in plan_of(draft()).epochs] == ["screening", "treatment", "follow-up"]


def test_what_is_linked_to_an_intervention_becomes_a_course_of_the_arms_that_get_it(draft):
    infusions, bath = plan_of(draft()).courses
    assert (infusions.kind, infusions.arms, infusions.steps) == (
        CourseKind.DOSE,
        ["infusions"],
        ["emberine-1", "emberine-2"],
    )
    assert infusions.amount is not None
    assert [(level.amount, infusions.amount.unit) for level in infusions.amount.levels] == [(Decimal(40), "mg")]
    assert (bath.kind, bath.arms, bath.steps) == (CourseKind.OPERATION, ["bath"], ["salt-bath-1"])


def test_the_interval_of_cycles_is_that_of_the_study(draft):
    infusions = plan_of(draft()).courses[0]
    assert infusions.interval is not None
    found = infusions.interval
    assert (found.after, found.target, found.early, found.late, found.mark) == ("previous", 21, 2, 5, Mark.VERIFIED)
    assert "Timing_C2" in found.source


@pytest.mark.parametrize(
    ("name", "arm", "expected"),
    [
        ("d1", "infusions", ("emberine-1", 0, 0, 0)),
        ("lab", "infusions", ("emberine-1", 1, 0, 1)),  # 36 h, 24 to 48: day 1 to day 2
        ("w1", "infusions", ("emberine-1", 7, 1, 3)),
        ("w2", "bath", ("salt-bath-1", 14, 2, 4)),
        ("c2", "bath", ("salt-bath-1", 21, 2, 5)),
        ("w4", "infusions", ("emberine-2", 7, 1, 3)),
        ("w4", "bath", ("c2", 7, 1, 3)),
        ("fu", "bath", ("salt-bath-1", 63, 7, 14)),
        ("home", "infusions", ("fu", 30, 0, 1)),  # a mean month, 30.44 d
        ("et", "bath", ("early-end", 0, 0, 0)),
        ("etfu", "bath", ("et", 14, 3, 3)),
    ],
)
def test_a_visit_is_counted_as_the_study_counts_it(draft, name, arm, expected):
    assert days(plan_of(draft()), name, arm) == expected


def test_every_timing_names_its_source_and_what_is_not_stated_is_not_verified(draft):
    plan = plan_of(draft())
    timings = [timing for each in plan.activities for timing in each.timing]
    timings += [timing for course in plan.courses for timing in course.first]
    assert all("the record, " in each.source for each in timings)
    marks = {each.id: {timing.mark for timing in each.timing} for each in plan.activities}
    assert marks["w1"] == {Mark.VERIFIED}
    assert marks["lab"] == {Mark.INFERRED}
    assert "rounded outward" in activity(plan, "lab").timing[0].note
    assert marks["home"] == {Mark.PARAMETER}
    assert marks["et"] == {Mark.PARAMETER}
    assert {timing.mark for course in plan.courses for timing in course.first} == {Mark.PARAMETER}
    assert {course.amount.mark for course in plan.courses if course.amount} == {Mark.PARAMETER}


def test_a_call_is_a_contact_and_an_encounter_in_person_a_visit(draft):
    plan = plan_of(draft())
    assert activity(plan, "w4").kind is ActivityKind.CONTACT
    assert activity(plan, "fu").kind is ActivityKind.VISIT


def test_where_only_treatment_is_given_there_is_no_visit_beside_its_step(draft):
    assert activity(plan_of(draft()), "c2").arms == ["bath"]


def test_a_decision_stands_before_the_step_that_depends_on_it_and_one_way_ends_its_course(draft):
    (decision,) = plan_of(draft()).decisions
    assert (decision.before, decision.arms) == ("emberine-2", ["infusions"])
    assert [(option.label, option.ends) for option in decision.options] == [
        (DECISION, ["emberine"]),
        ("otherwise: Second cycle", []),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "LOST (A visit that nobody has timed): no timing that can be read",
        "before allocation, and so left to screening: SCREEN (Screening visit)",
        "timeline Adverse event (begins when: Subject is ill)",
        "in words alone: BATH begins at: The tub is warm",
        "in words alone: condition FASTING: Blood is taken fasting.",
    ],
)
def test_what_no_plan_holds_is_named(draft, words):
    assert [each for each in draft().not_taken if each.startswith(words)]


def test_every_instance_of_the_study_is_in_the_plan_or_named(draft):
    drafted = draft()
    told = json.dumps(drafted.plan) + " ".join(drafted.not_taken)
    for timeline in cycles_study()["study"]["versions"][0]["studyDesigns"][0]["scheduleTimelines"]:
        for instance in timeline["instances"]:
            is_taken = f"{instance['id']} (" in told or f"Timing_{instance['id']} " in told
            assert is_taken or timeline["label"] in told


# ------------------------------------------------------------------ the calendar of a subject


def by_item(calendar: tuple[Due, ...]) -> dict[str, Due]:
    return {each.item: each for each in calendar}


def window(due: Due) -> tuple[date | None, date | None, date | None]:
    return due.opens_on, due.due_on, due.closes_on


def test_days_of_a_subject_follow_what_was_done(draft):
    """Randomised on 2 March; first infusion two days late, on the 4th; week 1 on the 12th; second on the 27th."""
    history = History(
        arm="infusions",
        randomised_on=date(2026, 3, 2),
        steps=(StepDone("emberine-1", date(2026, 3, 4), Decimal(40)), StepDone("emberine-2", date(2026, 3, 27))),
        activities=(ActivityDone(ActivityKind.VISIT, date(2026, 3, 12), "w1"),),
    )
    calendar = by_item(make_calendar(plan_of(draft()), history, date(2026, 3, 28)))
    assert window(calendar["lab"]) == (date(2026, 3, 5), date(2026, 3, 5), date(2026, 3, 6))
    assert window(calendar["w1"]) == (date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 14))
    assert calendar["w1"].state is DueState.DONE
    assert window(calendar["w2"]) == (date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 22))
    assert window(calendar["emberine-2"]) == (date(2026, 3, 23), date(2026, 3, 25), date(2026, 3, 30))
    assert calendar["emberine-2"].state is DueState.DONE
    assert window(calendar["w4"]) == (date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6))  # a week after 27 March
    assert window(calendar["fu"]) == (
        date(2026, 4, 29),
        date(2026, 5, 6),
        date(2026, 5, 20),
    )  # nine after 4 March
    assert "salt-bath-1" not in calendar


def test_the_other_arm_has_days_of_its_own(draft):
    history = History(
        arm="bath",
        randomised_on=date(2026, 3, 2),
        steps=(StepDone("salt-bath-1", date(2026, 3, 2)),),
        activities=(ActivityDone(ActivityKind.VISIT, date(2026, 3, 24), "c2"),),
    )
    calendar = by_item(make_calendar(plan_of(draft()), history, date(2026, 3, 25)))
    assert window(calendar["c2"]) == (date(2026, 3, 21), date(2026, 3, 23), date(2026, 3, 28))
    assert window(calendar["w4"]) == (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 3))
    assert "emberine-1" not in calendar


def test_the_way_that_was_chosen_cancels_the_second_cycle(draft):
    history = History(
        arm="infusions",
        randomised_on=date(2026, 3, 2),
        steps=(StepDone("emberine-1", date(2026, 3, 2)),),
        decisions=(Decided("way", "the-cough-has-gone", date(2026, 3, 17)),),
    )
    calendar = by_item(make_calendar(plan_of(draft()), history, date(2026, 3, 18)))
    assert calendar["emberine-2"].state is DueState.CANCELLED
    assert window(calendar["fu"]) == (date(2026, 4, 27), date(2026, 5, 4), date(2026, 5, 18))


def test_an_early_end_opens_the_visits_of_its_timeline(draft):
    history = History(
        arm="infusions",
        randomised_on=date(2026, 3, 2),
        steps=(StepDone("emberine-1", date(2026, 3, 2)),),
        treatment_over_on=date(2026, 3, 10),
    )
    calendar = by_item(make_calendar(plan_of(draft()), history, date(2026, 3, 10)))
    assert window(calendar["et"]) == (date(2026, 3, 10), date(2026, 3, 10), date(2026, 3, 10))
    assert calendar["etfu"].due_on == date(2026, 3, 24)


# ------------------------------------------------------------------ other designs


def test_cycles_that_are_not_evenly_spaced_are_courses_in_turn(draft):
    """Days 0, 21 and 49 of the first: the third is counted from the first, so it begins a course that waits."""

    def third(design):
        main(design)["instances"].insert(
            8, dict(main(design)["instances"][6], id="C3", name="C3", defaultConditionId="FU")
        )
        main(design)["timings"].append(
            dict(timing(design, "C2"), id="Timing_C3", name="T_C3", value="P7W", relativeFromScheduledInstanceId="C3")
        )
        next(each for each in main(design)["instances"] if each["id"] == "W4")["defaultConditionId"] = "C3"

    first, second, _ = plan_of(draft(third)).courses
    assert (first.steps, second.steps, second.after) == (["emberine-1", "emberine-2"], ["emberine-3"], ["emberine"])
    (start,) = second.first
    assert (start.after, start.target, start.early, start.late) == ("emberine-1", 49, 2, 5)


def test_cycles_that_are_planned_backwards_wait_for_no_course_that_waits_for_them(draft):
    """The second cycle 42 days after a blood count, the first 21 days before the second: each day has its anchor."""

    def backwards(design):
        main(design)["instances"][1]["activityIds"] = ["Act_blood"]
        first = dict(main(design)["instances"][6], id="C1", name="C1", defaultConditionId="C2")
        main(design)["instances"].insert(6, first)
        timing(design, "C2")["value"] = "P6W"
        main(design)["timings"].append(
            dict(timing(design, "C2"), id="Timing_C1", type=timing(design, "SCREEN")["type"], value="P3W")
            | {"relativeFromScheduledInstanceId": "C1", "relativeToScheduledInstanceId": "C2"}
        )

    first, second = plan_of(draft(backwards)).courses
    (of_first,), (of_second,) = first.first, second.first
    assert (of_first.after, of_first.target) == ("emberine-2", -21)
    assert (of_second.after, of_second.target) == ("randomisation", 42)
    assert second.after == []


def test_a_dose_without_a_known_unit_stays_a_visit_and_is_named(read):
    study = cycles_study()
    dose = study["study"]["versions"][0]["studyInterventions"][0]["administrations"][0]["dose"]
    dose["unit"]["standardCode"]["decode"] = "Thimble"
    drafted = drafted_from(read(study))
    assert [each.id for each in plan_of(drafted).courses] == ["salt-bath"]
    assert any(
        each.startswith("intervention Emberine: no dose with a unit that is known") for each in drafted.not_taken
    )
    assert days(plan_of(drafted), "w1", "infusions") == ("randomisation", 7, 1, 3)


def test_a_visit_counted_through_a_decision_is_counted_from_the_visit_before(draft):
    def through(design):
        timing(design, "W4").update(relativeToScheduledInstanceId="WAY", value="P8D")

    plan = plan_of(draft(through))
    assert days(plan, "w4", "infusions") == ("w2", 8, 1, 3)
    assert activity(plan, "w4").timing[0].mark is Mark.INFERRED
    assert "Counted through Timing_WAY" in activity(plan, "w4").timing[0].note


def test_timings_in_a_circle_end_and_are_named(draft):
    def circle(design):
        timing(design, "W1")["relativeToScheduledInstanceId"] = "W2"
        timing(design, "W2")["relativeToScheduledInstanceId"] = "W1"

    drafted = draft(circle)
    assert not {"w1", "w2"} & {each.id for each in plan_of(drafted).activities}
    assert sum("no timing that can be read" in each for each in drafted.not_taken) == 3  # W1, W2, and LOST as ever


def test_a_way_back_is_named_and_asks_nothing(draft):
    def back(design):
        way = next(each for each in main(design)["instances"] if each["id"] == "WAY")
        way["conditionAssignments"][0]["conditionTargetId"] = "W1"

    drafted = draft(back)
    assert plan_of(drafted).decisions == []
    assert any("leads back, and how often is not known" in each for each in drafted.not_taken)


def test_a_timing_that_cannot_be_read_is_noted_with_its_place(read):
    study = cycles_study()
    timing(study["study"]["versions"][0]["studyDesigns"][0], "W1")["value"] = "one week"
    registration = read(study)
    assert any("'one week' is no length of time" in note for note in registration.not_understood)


def test_a_design_without_arms_has_no_plan_and_says_so(draft):
    drafted = draft(lambda design: design.update(arms=[], studyCells=[]))
    assert drafted.plan is None
    assert "no arm is stated" in drafted.not_taken[0]


def test_a_study_without_a_timeline_has_no_plan(read):
    study = cycles_study()
    del study["study"]["versions"][0]["studyDesigns"][0]["scheduleTimelines"]
    assert drafted_from(read(study)) is None


WRONG: tuple[Any, ...] = ("words", [None], {"a": 1}, None)


def test_a_wrong_type_anywhere_in_the_schedule_is_no_traceback(read):
    study = cycles_study()
    registration = read(study)
    ids = stated_ids(registration)
    version = study["study"]["versions"][0]
    design = version["studyDesigns"][0]
    parts = ("scheduleTimelines", "epochs", "studyCells", "activities", "encounters", "elements")
    n_plans = 0
    for path in [path for part in parts for path in places(design[part], (part,))]:
        held = design
        for key in path[:-1]:
            held = held[key]
        stated = held[path[-1]]
        for wrong in WRONG:
            held[path[-1]] = wrong
            schedule = read_schedule(View(version), View(design), StudyTexts(study))
            drafted = draft_plan(replace(registration, schedule=schedule), *ids)
            if drafted is not None and drafted.plan is not None:
                Plan.model_validate(drafted.plan)
                n_plans += 1
        held[path[-1]] = stated
    assert n_plans > 1000


def places(data: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Where each value of a part stands."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in entries for place in places(value, (*path, key)))]


# ------------------------------------------------------------------ CDISC's studies


@with_samples
def test_visits_of_cdiscs_pilot_study_lie_at_the_weeks_that_its_timeline_states():
    """Weeks and windows as `Timing_4` to `Timing_16` of the file state them; 3 or 4 days to either side."""
    plan = plan_of(drafted_from(read_record(SAMPLES / "CDISC_Pilot_Study.json.gz")))
    history = History(arm="placebo", randomised_on=date(2026, 1, 5))
    calendar = by_item(make_calendar(plan, history, date(2026, 1, 5)))
    weeks = {2: 3, 4: 3, 6: 3, 8: 3, 12: 4, 16: 4, 20: 4, 24: 4, 26: 3}
    for week, margin in weeks.items():
        due = date(2026, 1, 5).toordinal() + 7 * week
        expected = tuple(date.fromordinal(due + days) for days in (-margin, 0, margin))
        assert window(calendar[f"wk{week}"]) == expected
    assert [days(plan, f"wk{week}n", "placebo") for week in (8, 12, 16, 20)] == [
        (f"wk{week}", 14, 0, 0) for week in (8, 12, 16, 20)
    ]
    assert len(plan.activities) == 15  # the day of dosing, nine visits, four calls between, an early end
    assert plan.courses == []


@with_samples
def test_every_day_of_the_balance_study_is_a_visit():
    """Days 1 to 40, each counted from day 1, and the end of the study 53 +/- 2 days after it."""
    plan = plan_of(drafted_from(read_record(SAMPLES / "Alexion_NCT04573309.json.gz")))
    for day in range(1, 41):
        assert days(plan, f"d{day}", "treatment") == ("randomisation", day - 1, 0, 0)
    assert days(plan, "eos", "treatment") == ("randomisation", 53, 2, 2)
    assert len(plan.activities) == 42
