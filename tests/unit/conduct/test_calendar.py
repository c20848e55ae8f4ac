"""What is due for a subject, worked by hand.

Days of the cycles: US prescribing information of lutetium Lu 177 dotatate (rev. 4/2024) 2.2: 7.4 GBq every 8 weeks
(+/- 1 week) for four doses, so nominally on days 0, 56, 112 and 168. All other days are made up for these tests; every
expected number is arithmetic on the two.
"""

from datetime import date, timedelta

import pytest

from equipoise.conduct.calendar import DueState, make_calendar, site_calendar
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.protocol.plan import ActivityKind, Plan

DAY_0 = date(2027, 1, 4)
CYCLES = ["cycle-1", "cycle-2", "cycle-3", "cycle-4"]
PLAN = Plan.model_validate(
    {
        "label": "Cycles, then an operation",
        "epochs": [{"id": "treatment", "label": "Treatment"}, {"id": "follow-up", "label": "Follow-up"}],
        "courses": [
            {
                "id": "cycles",
                "label": "Cycles",
                "kind": "dose",
                "epoch": "treatment",
                "arms": ["before"],
                "concept": "dose",
                "steps": CYCLES,
                "first": [{"after": "randomisation", "target": 0, "late": 7}],
                "interval": {"after": "previous", "target": 56, "early": 7, "late": 7},
                "amount": {"unit": "GBq", "levels": [{"id": "full", "amount": "7.4"}], "plausible": ["1", "10"]},
            },
            {
                "id": "surgery",
                "label": "Surgery",
                "kind": "operation",
                "epoch": "treatment",
                "arms": ["before", "alone"],
                "concept": "operation",
                "steps": ["operation"],
                "after": ["cycles"],
                "first": [
                    {"after": "cycles", "target": 42, "early": 14, "late": 14, "arms": ["before"]},
                    {"after": "randomisation", "target": 28, "early": 14, "late": 14, "arms": ["alone"]},
                ],
            },
            {
                "id": "again",
                "label": "Retreatment",
                "kind": "dose",
                "epoch": "follow-up",
                "arms": ["before"],
                "concept": "dose",
                "steps": ["again-1", "again-2"],
                "is_planned": False,
                "interval": {"after": "previous", "target": 56, "early": 7, "late": 7},
                "amount": {"unit": "GBq", "levels": [{"id": "full", "amount": "7.4"}], "plausible": ["1", "10"]},
            },
        ],
        "activities": [
            {
                "id": "scan",
                "label": "Scan",
                "kind": "tumour-assessment",
                "epoch": "treatment",
                "arms": ["before", "alone"],
                "timing": [{"after": "randomisation", "target": 84, "early": 7, "late": 7}],
                "repeats": {"every": 84, "until": 340},
            },
            {
                "id": "nadir",
                "label": "Blood count",
                "kind": "laboratory",
                "epoch": "treatment",
                "arms": ["before"],
                "each": "cycles",
                "timing": [{"after": "step", "target": 35, "early": 3, "late": 4}],
                "concepts": ["platelets"],
            },
            {
                "id": "ready",
                "label": "Tests before a cycle",
                "kind": "laboratory",
                "epoch": "treatment",
                "arms": ["before"],
                "each": "cycles",
                "timing": [{"after": "step", "target": -3, "early": 11, "late": 3}],
                "concepts": ["creatinine"],
            },
            {
                "id": "last-visit",
                "label": "Visit at the end of treatment",
                "kind": "visit",
                "epoch": "follow-up",
                "arms": ["before", "alone"],
                "timing": [
                    {
                        "after": "treatment-end",
                        "target": 30,
                        "early": 7,
                        "late": 7,
                        "not_sooner_than": [{"after": "operation", "days": 28}],
                    }
                ],
            },
        ],
        "decisions": [
            {
                "id": "on-to-surgery",
                "label": "After the cycles",
                "arms": ["before"],
                "before": "surgery",
                "options": [
                    {"id": "operate", "label": "operate"},
                    {"id": "leave", "label": "no operation", "ends": ["surgery"]},
                ],
            }
        ],
    }
)


def on(day):
    return DAY_0 + timedelta(days=day)


def history(*, given=(), arm="before", **facts):
    """A subject who was given these steps, each with its day after randomisation."""
    steps = tuple(StepDone(step, on(day), entry=f"record of {step}") for step, day in given)
    return History(arm, DAY_0, steps=steps, **facts)


def calendar(subject, today):
    return make_calendar(PLAN, subject, on(today))


def lines_of(item, subject, today):
    lines = [line for line in calendar(subject, today) if line.item == item]
    return sorted(lines, key=lambda line: line.number)


def line_of(item, subject, today):
    (line,) = lines_of(item, subject, today)
    return line


def days_due(items, subject, today):
    """The days after randomisation on which they are due or expected."""
    return [(line_of(item, subject, today).due_on - DAY_0).days for item in items]


def window_of(line):
    return (line.opens_on - DAY_0).days, (line.closes_on - DAY_0).days


def scan(day, activity="scan", **said):
    return ActivityDone(ActivityKind.ASSESSMENT, on(day), activity=activity, **said)


def test_cycles_are_due_on_days_0_56_112_and_168():
    """US PI 2.2; the operation 168 + 42 = 210."""
    assert days_due([*CYCLES, "operation"], history(), 0) == [0, 56, 112, 168, 210]


def test_only_a_cycle_whose_anchor_has_happened_has_a_window():
    first, second, third = (line_of(cycle, history(given=[("cycle-1", 2)]), 10) for cycle in CYCLES[:3])
    assert (first.state, first.is_expected, window_of(first)) == (DueState.DONE, False, (0, 7))
    assert (second.state, second.is_expected, window_of(second)) == (DueState.NOT_YET, False, (51, 65))
    assert (third.state, third.is_expected, third.opens_on, third.closes_on) == (DueState.WAITING, True, None, None)
    assert first.entry == "record of cycle-1"


def test_a_cycle_three_weeks_late_moves_cycles_and_operation_but_no_scan():
    """Cycle 2 on day 56 + 21 = 77: cycle 3 is due 133, 4 on 189, the operation 231; scans stay at 84, 168, 252, 336."""
    late = history(given=[("cycle-1", 0), ("cycle-2", 77)])
    assert days_due(["cycle-3", "cycle-4", "operation"], late, 80) == [133, 189, 231]
    in_time = history(given=[("cycle-1", 0), ("cycle-2", 56)])
    for subject in (late, in_time):
        assert [(line.due_on - DAY_0).days for line in lines_of("scan", subject, 80)] == [84, 168, 252, 336]
    second = line_of("cycle-2", late, 80)
    assert (second.state, second.days_late) == (DueState.LATE_DONE, 77 - 63)


def test_the_example_of_the_explanation_is_so():
    """`docs/explanation/how-a-calendar-is-made.md`: cycle 2 on day 70 is 7 days late; 70 + 56, + 56, + 42."""
    late = history(given=[("cycle-1", 0), ("cycle-2", 70)])
    assert line_of("cycle-2", late, 70).days_late == 7
    assert window_of(line_of("cycle-3", late, 70)) == (119, 133)
    assert days_due(["cycle-3", "cycle-4", "operation"], late, 70) == [126, 182, 224]
    assert [(line.due_on - DAY_0).days for line in lines_of("scan", late, 70)][:3] == [84, 168, 252]


def test_a_cycle_before_its_window_was_done_early():
    assert line_of("cycle-2", history(given=[("cycle-1", 0), ("cycle-2", 48)]), 50).state is DueState.EARLY_DONE


@pytest.mark.parametrize(
    ("today", "state", "late"),
    [(48, DueState.NOT_YET, 0), (49, DueState.DUE, 0), (63, DueState.DUE, 0), (64, DueState.OVERDUE, 1)],
)
def test_a_cycle_is_open_from_a_week_before_to_a_week_after_and_then_overdue_but_never_missed(today, state, late):
    line = line_of("cycle-2", history(given=[("cycle-1", 0)]), today)
    assert (line.state, line.days_late) == (state, late)


def test_what_hangs_on_an_overdue_cycle_is_expected_from_today_at_the_soonest():
    """Cycle 2 not given by day 70: cycle 3 not before 70 + 56 = 126, cycle 4 not before 182, the operation 224."""
    waiting = history(given=[("cycle-1", 0)])
    assert days_due(["cycle-2", "cycle-3", "cycle-4", "operation"], waiting, 70) == [56, 126, 182, 224]


@pytest.mark.parametrize(("today", "state"), [(76, DueState.NOT_YET), (91, DueState.DUE), (92, DueState.MISSED)])
def test_a_scan_that_nobody_made_is_missed_when_its_window_is_over(today, state):
    assert lines_of("scan", history(), today)[0].state is state


def test_a_stopped_course_cancels_its_steps_and_the_next_counts_from_the_last_that_was_given():
    """Two cycles, on days 0 and 56, stopped on 100: the operation 56 + 42 = 98."""
    stopped = history(given=[("cycle-1", 0), ("cycle-2", 56)], stopped=(("cycles", on(100)),))
    for cycle in CYCLES[2:]:
        line = line_of(cycle, stopped, 101)
        assert (line.state, line.why) == (DueState.CANCELLED, f"Cycles was stopped on {on(100)}")
    surgery = line_of("operation", stopped, 101)
    assert ((surgery.due_on - DAY_0).days, window_of(surgery), surgery.state) == (98, (84, 112), DueState.DUE)
    assert [line.state for line in lines_of("nadir", stopped, 101)[2:]] == [DueState.CANCELLED] * 2


def test_an_operation_after_cycles_that_were_never_begun_counts_from_the_day_they_were_stopped():
    stopped = history(stopped=(("cycles", on(10)),))
    assert days_due(["operation"], stopped, 11) == [52]


def test_of_several_ends_of_a_course_the_first_counts():
    twice = history(stopped=(("cycles", on(20)), ("cycles", on(10))))
    assert days_due(["operation"], twice, 21) == [52]
    assert line_of("cycle-1", twice, 21).why == f"Cycles was stopped on {on(10)}"
    over_later = history(stopped=(("cycles", on(10)),), treatment_over_on=on(20))
    assert line_of("cycle-1", over_later, 21).why == f"Cycles was stopped on {on(10)}"
    over_first = history(stopped=(("cycles", on(20)),), treatment_over_on=on(10))
    assert line_of("cycle-1", over_first, 21).why == f"treatment was over on {on(10)}"


def test_before_the_day_on_which_a_course_was_stopped_nothing_is_cancelled():
    stopped = history(given=[("cycle-1", 0)], stopped=(("cycles", on(50)),))
    assert line_of("cycle-2", stopped, 49).state is DueState.DUE
    assert line_of("cycle-2", stopped, 50).state is DueState.CANCELLED


def test_a_decision_that_ends_a_course_cancels_its_steps_and_says_so():
    decided = history(decisions=(Decided("on-to-surgery", "leave", on(180)),))
    line = line_of("operation", decided, 181)
    assert (line.state, line.why) == (DueState.CANCELLED, f"After the cycles: no operation ({on(180)})")


def test_the_latest_answer_to_a_decision_counts():
    answers = (Decided("on-to-surgery", "leave", on(5)), Decided("on-to-surgery", "operate", on(6)))
    assert line_of("operation", history(decisions=answers), 5).state is DueState.CANCELLED
    assert line_of("operation", history(decisions=answers), 6).state is DueState.WAITING


def test_the_end_of_treatment_cancels_every_step_and_scans_go_on():
    over = history(given=[("cycle-1", 0)], treatment_over_on=on(60))
    lines = [*(line_of(cycle, over, 61) for cycle in CYCLES[1:]), line_of("operation", over, 61)]
    assert {line.state for line in lines} == {DueState.CANCELLED}
    assert {line.why for line in lines} == {f"treatment was over on {on(60)}"}
    assert lines_of("scan", over, 61)[0].state is DueState.NOT_YET
    assert days_due(["last-visit"], over, 61) == [90]


def test_death_cancels_what_was_to_come_and_leaves_missed_what_was_missed():
    """The window of the first scan is 77 to 91, that of the second 161 to 175."""
    dead = history(left_on=on(120))
    first, *others = lines_of("scan", dead, 400)
    assert first.state is DueState.MISSED
    assert {line.state for line in others} == {DueState.CANCELLED}
    assert line_of("cycle-1", dead, 400).state is DueState.CANCELLED
    on_its_last_day = history(left_on=on(91))
    assert lines_of("scan", on_its_last_day, 400)[0].state is DueState.CANCELLED


def test_what_was_done_after_death_stays_on_the_calendar():
    dead = history(given=[("cycle-1", 0), ("cycle-2", 56)], left_on=on(50), activities=(scan(86),))
    assert line_of("cycle-2", dead, 100).state is DueState.DONE
    assert lines_of("scan", dead, 100)[0].state is DueState.DONE


def test_a_retreatment_appears_when_a_step_of_it_was_done():
    assert not lines_of("again-1", history(), 0)
    again = history(given=[*zip(CYCLES, (0, 56, 112, 168), strict=True), ("again-1", 700)])
    assert line_of("again-1", again, 701).state is DueState.DONE
    assert days_due(["again-2"], again, 701) == [756]


def test_a_retreatment_begun_after_the_end_of_treatment_goes_on():
    """Treatment over on 250; a first further dose on 700, the next 56 days later. One begun before 250 ends with it."""
    cycles = [*zip(CYCLES, (0, 56, 112, 168), strict=True), ("operation", 210)]
    after = history(given=[*cycles, ("again-1", 700)], treatment_over_on=on(250))
    assert (line_of("again-2", after, 701).state, days_due(["again-2"], after, 701)) == (DueState.NOT_YET, [756])
    before = history(given=[*cycles, ("again-1", 240)], treatment_over_on=on(250))
    assert line_of("again-2", before, 260).state is DueState.CANCELLED


def test_an_activity_of_each_cycle_counts_from_the_actual_day_of_the_cycle():
    """Cycle 1 on day 3: the count is due 38, from 35 to 42; before cycle 2 it is only expected."""
    first, second, *_ = lines_of("nadir", history(given=[("cycle-1", 3)]), 36)
    assert ((first.due_on - DAY_0).days, window_of(first), first.state) == (38, (35, 42), DueState.DUE)
    assert (first.belongs_to, second.belongs_to) == ("cycle-1", "cycle-2")
    assert (second.state, second.due_on, second.opens_on) == (DueState.WAITING, on(3 + 56 + 35), None)


def test_a_floor_holds_an_activity_back():
    """The end of treatment 30 days ago asks for 30 (23 to 37); the operation of day 20 for 48 at the soonest."""
    operated = history(arm="alone", given=[("operation", 20)], treatment_over_on=on(0))
    line = line_of("last-visit", operated, 25)
    assert ((line.due_on - DAY_0).days, window_of(line)) == (48, (48, 48))
    operated_sooner = history(arm="alone", given=[("operation", 1)], treatment_over_on=on(0))
    line = line_of("last-visit", operated_sooner, 25)
    assert ((line.due_on - DAY_0).days, window_of(line)) == (30, (29, 37))


def test_treatment_has_ended_when_nothing_more_is_to_be_given():
    operated = history(arm="alone", given=[("operation", 20)])
    line = line_of("last-visit", operated, 25)
    assert (line.is_expected, (line.due_on - DAY_0).days) == (False, 50)


def test_treatment_whose_every_course_was_stopped_ended_with_the_last_stop():
    stopped = history(given=[("cycle-1", 0)], stopped=(("cycles", on(60)), ("surgery", on(90))))
    line = line_of("last-visit", stopped, 91)
    assert (line.is_expected, (line.due_on - DAY_0).days) == (False, 90 + 30)


def test_what_counts_from_the_first_dose_is_expected_from_the_soonest_one_and_then_stays_with_it():
    content = PLAN.model_dump(mode="json")
    content["activities"][-1]["timing"] = [{"after": "first-dose", "target": 10}]
    plan = Plan.model_validate(content)

    def visit(subject, today):
        lines = make_calendar(plan, subject, on(today))
        return next((line.due_on - DAY_0).days for line in lines if line.item == "last-visit")

    assert visit(history(), 0) == 10
    assert visit(history(given=[("cycle-1", 4), ("cycle-2", 60)]), 61) == 14


def test_an_arm_has_its_own_days_and_none_of_the_other():
    alone = history(arm="alone")
    assert days_due(["operation"], alone, 0) == [28]
    assert not [line for line in calendar(alone, 0) if line.item in (*CYCLES, "nadir", "ready")]


def test_a_step_of_another_arm_or_given_twice_is_listed_as_unscheduled():
    crossed = history(arm="alone", given=[("cycle-1", 5), ("operation", 28), ("operation", 30)])
    assert line_of("cycle-1", crossed, 40).state is DueState.UNSCHEDULED
    second, first = lines_of("operation", crossed, 40)
    assert (first.state, first.done_on, second.state, second.done_on) == (
        DueState.DONE,
        on(28),
        DueState.UNSCHEDULED,
        on(30),
    )


def test_what_is_dated_later_is_left_out():
    given = history(given=[("cycle-1", 0), ("cycle-2", 56)], activities=(scan(90),))
    assert line_of("cycle-2", given, 55).state is DueState.DUE
    assert lines_of("scan", given, 89)[0].state is DueState.DUE


def test_a_named_record_goes_to_the_window_that_holds_its_day():
    done = history(activities=(scan(170, entry="second"), scan(86, entry="first")))
    assert [line.entry for line in lines_of("scan", done, 200)] == ["first", "second", "", ""]


def test_a_named_record_outside_of_every_window_goes_to_the_nearest():
    """Day 100 is 9 days after the first window (77 to 91) and 61 before the second (161 to 175)."""
    first, *_ = lines_of("scan", history(activities=(scan(100),)), 110)
    assert (first.state, first.days_late) == (DueState.LATE_DONE, 9)
    _, second, *_ = lines_of("scan", history(activities=(scan(140),)), 145)
    assert second.state is DueState.EARLY_DONE


def test_a_repeat_is_never_taken_for_what_is_still_to_come():
    """A second scan in the first window, and one nine days after it, leave the second to be made."""
    twice = history(activities=(scan(84), scan(88), scan(100)))
    unscheduled, other, first, second, *_ = lines_of("scan", twice, 110)
    assert (first.state, second.state) == (DueState.DONE, DueState.NOT_YET)
    assert (unscheduled.done_on, other.done_on) == (on(88), on(100))
    assert {unscheduled.state, other.state} == {DueState.UNSCHEDULED}


def test_a_record_nearer_to_what_was_done_in_time_stands_for_the_missed_one_before():
    """Day 140 is nearer to 161 to 175, which has its scan: it is the first, 140 - 91 = 49 days late."""
    first, second, *_ = lines_of("scan", history(activities=(scan(140), scan(165))), 180)
    assert (first.state, first.days_late, second.state) == (DueState.LATE_DONE, 49, DueState.DONE)


def test_a_record_known_by_its_kind_counts_only_inside_of_a_window():
    by_kind = history(activities=(scan(84, activity=None, entry="in"), scan(120, activity=None, entry="out")))
    lines = calendar(by_kind, 130)
    assert [(line.item, line.state) for line in lines if line.entry == "in"] == [("scan", DueState.DONE)]
    assert [(line.item, line.state) for line in lines if line.entry == "out"] == [
        ("tumour-assessment", DueState.UNSCHEDULED)
    ]


@pytest.mark.parametrize(("concept", "item"), [("platelets", "nadir"), ("sodium", "laboratory")])
def test_a_laboratory_record_shows_done_what_asks_for_one_of_its_concepts(concept, item):
    sample = ActivityDone(ActivityKind.LABORATORY, on(36), concepts=frozenset({concept}), entry="sample")
    lines = calendar(history(given=[("cycle-1", 0)], activities=(sample,)), 37)
    assert [line.item for line in lines if line.entry == "sample"] == [item]


def test_blood_taken_once_serves_all_that_ask_for_it():
    """Day 38 is within the count after cycle 1 (32 to 39), and 14 days before cycle 2 on day 52."""
    sample = ActivityDone(
        ActivityKind.LABORATORY, on(38), concepts=frozenset({"platelets", "creatinine"}), entry="sample"
    )
    subject = history(given=[("cycle-1", 0), ("cycle-2", 52)], activities=(sample,))
    served = [(line.item, line.number, line.state) for line in calendar(subject, 60) if line.entry == "sample"]
    assert served == [("nadir", 1, DueState.DONE), ("ready", 2, DueState.DONE)]


def test_tests_before_a_cycle_count_for_the_expected_cycle_until_they_are_too_old():
    """Tests from 14 days before to the day of a cycle; those of day 45 serve a cycle on day 56 and none on day 60."""
    sample = ActivityDone(ActivityKind.LABORATORY, on(45), concepts=frozenset({"creatinine"}), entry="sample")
    subject = history(given=[("cycle-1", 0)], activities=(sample,))
    assert [line.state for line in lines_of("ready", subject, 50)][1] is DueState.DONE
    assert [line.state for line in lines_of("ready", subject, 60)][1] is DueState.WAITING


def test_lines_stand_in_the_order_of_their_days():
    days = [line.due_on for line in calendar(history(), 0)]
    assert days == sorted(days)


def test_a_site_has_first_what_is_due_first_and_nothing_that_is_done_missed_or_far():
    """On day 50 cycle 2 of S-1 is open; the scan opens on 77 for both, within 28 days and not within 26."""
    rows = [
        ("S-2", calendar(history(arm="alone", given=[("operation", 20)], treatment_over_on=on(20)), 50)),
        ("S-1", calendar(history(given=[("cycle-1", 0)]), 50)),
    ]
    near = [(row.subject, row.due.item) for row in site_calendar(rows, on(50), 26)]
    assert near == [("S-2", "last-visit"), ("S-1", "cycle-2")], "the tests before it stand with the cycle"
    further = [(row.subject, row.due.item) for row in site_calendar(rows, on(50), 28)]
    assert further == [*near, ("S-1", "scan"), ("S-2", "scan")]


def test_what_waits_for_an_overdue_step_stands_with_the_step_and_late_comes_first():
    """The first cycle was due by day 7: on day 30 all that counts from it is only expected."""
    late, open_ = calendar(history(), 30), calendar(history(arm="alone", given=[("operation", 1)]), 30)
    rows = site_calendar([("S-1", open_), ("S-2", late)], on(30), 100)
    assert (rows[0].subject, rows[0].due.item) == ("S-2", "cycle-1")
    assert [along.item for along in rows[0].along] == ["ready", "nadir"]
    waiting = [row.due.item for row in rows if row.subject == "S-2" and row.due.state is DueState.WAITING]
    assert waiting == ["cycle-2"], "of all that waits for the first cycle, the next step alone"


def test_a_step_that_waits_for_what_will_not_come_is_never_lost():
    """Surgery counts from the fourth cycle itself, and the cycles were stopped: nobody said what happens to it."""
    content = PLAN.model_dump(mode="json")
    content["courses"][1]["first"][0]["after"] = "cycle-4"
    lines = make_calendar(Plan.model_validate(content), history(stopped=(("cycles", on(10)),)), on(20))
    (row,) = [row for row in site_calendar([("S-1", lines)], on(20), 0) if row.due.item == "operation"]
    assert (row.due.state, row.due.due_on) == (DueState.WAITING, None)
    assert row.due.why == f"Cycles was stopped on {on(10)}"


MORE = [
    {
        "id": "measure",
        "label": "Dosimetry",
        "kind": "dosimetry",
        "epoch": "treatment",
        "arms": ["before"],
        "each": "cycles",
        "timing": [{"after": "step", "target": 1, "early": 1, "late": 6}],
        "is_optional": True,
    },
    {
        "id": "early-visit",
        "label": "Visit when treatment ends early",
        "kind": "visit",
        "epoch": "follow-up",
        "arms": ["before", "alone"],
        "timing": [{"after": "early-end", "target": 7, "early": 7, "late": 7}],
    },
]
MORE_PLAN = Plan.model_validate({**PLAN.model_dump(), "activities": [*PLAN.model_dump()["activities"], *MORE]})


def line_of_more(item, number, subject, today):
    dues = make_calendar(MORE_PLAN, subject, on(today))
    return next(line for line in dues if (line.item, line.number) == (item, number))


def measured(number, subject, today):
    return line_of_more("measure", number, subject, today)


def early_visit(subject, today):
    return line_of_more("early-visit", 1, subject, today)


def test_what_is_optional_is_due_in_its_window_and_never_missed():
    one = history(given=[("cycle-1", 0)])
    assert measured(1, one, 3).state is DueState.DUE
    after = measured(1, one, 30)
    assert (after.state, after.why, after.is_optional) == (DueState.CANCELLED, "optional, and not done", True)
    assert measured(2, one, 30).state is DueState.WAITING


def test_who_completes_never_reaches_an_early_end():
    given = [(cycle, 56 * place) for place, cycle in enumerate(CYCLES)]
    under_way, done = history(given=given[:2]), history(given=[*given, ("operation", 210)], treatment_over_on=on(210))
    assert early_visit(under_way, 60).state is DueState.CANCELLED
    assert early_visit(under_way, 60).why == "only if treatment ends early"
    assert early_visit(done, 215).why == "treatment did not end early"


def test_treatment_that_is_over_before_all_was_given_ended_early():
    line = early_visit(history(given=[("cycle-1", 0)], treatment_over_on=on(40)), 45)
    assert (line.state, window_of(line)) == (DueState.DUE, (40, 54))


def test_a_course_that_was_stopped_makes_an_early_end_when_the_rest_was_given():
    """Stopped for good on day 60, and operated on day 80: with the operation nothing more is to be given."""
    stopped = history(given=[("cycle-1", 0), ("operation", 80)], stopped=(("cycles", on(60)),))
    assert window_of(early_visit(stopped, 81)) == (80, 94)


def test_what_a_decision_left_out_was_not_to_be_given():
    given = [(cycle, 56 * place) for place, cycle in enumerate(CYCLES)]
    decided = history(given=given, decisions=(Decided("on-to-surgery", "leave", on(180)),), treatment_over_on=on(180))
    assert early_visit(decided, 185).why == "treatment did not end early"
