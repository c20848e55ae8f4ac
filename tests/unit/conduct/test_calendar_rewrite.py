"""The calendar against a slow rewrite of its rules, on plans and histories that nobody thought of.

The rewrite was made from the rules as `docs/explanation/how-a-calendar-is-made.md` tells them: it looks up every day in
one table that it fills over and over until nothing changes, and keeps each window as the list of its days.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct.calendar import DueState, make_calendar
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.protocol.plan import ActivityKind, Plan

DAY_0 = date(2027, 1, 4)
ARMS = ("a", "b")
STEPS = {"doses": ["dose-1", "dose-2", "dose-3"], "surgery": ["operation"], "again": ["again-1", "again-2"]}
ALL_STEPS = [step for steps in STEPS.values() for step in steps]
EARLIER = ["labs", "check"]
LATER = ["scan", "visit"]
KINDS = {
    "labs": ActivityKind.LABORATORY,
    "check": ActivityKind.VISIT,
    "scan": ActivityKind.ASSESSMENT,
    "visit": ActivityKind.VISIT,
}


# --- the rewrite -------------------------------------------------------------------------------------------------


class SlowCalendar:
    """Days by name: ("happened", day), ("expected", day) or ("never", None); a name without one is missing."""

    def __init__(self, plan, history, as_of):
        self.plan, self.as_of = plan, as_of
        self.arm = history.arm
        self.first_given = {}
        self.extra_steps = []
        self.records = [each for each in history.activities if each.on <= as_of]
        self.decisions = [each for each in history.decisions if each.on <= as_of]
        self.left = history.left_on if history.left_on and history.left_on <= as_of else None
        self.over = (
            history.treatment_over_on if history.treatment_over_on and history.treatment_over_on <= as_of else None
        )
        given = [each for each in history.steps if each.on <= as_of]
        for each in given:
            if each.step not in self.first_given:
                self.first_given[each.step] = each
        self.courses = [
            course
            for course in plan.courses
            if self.arm in course.arms and (course.is_planned or any(step in self.first_given for step in course.steps))
        ]
        mine = [step for course in self.courses for step in course.steps]
        for place, each in enumerate(given):
            if each.step not in mine or each.step in [before.step for before in given[:place]]:
                self.extra_steps.append(each)
        self.ended = {}
        for course in plan.courses:
            days = [day for name, day in history.stopped if name == course.id and day <= as_of]
            for point in plan.decisions:
                answers = [each for each in history.decisions if each.decision == point.id and each.on <= as_of]
                for option in point.options:
                    if answers and answers[-1].option == option.id and course.id in option.ends:
                        days.append(answers[-1].on)
            begun = [self.first_given[step].on for step in course.steps if step in self.first_given]
            is_retreatment = not course.is_planned and begun and self.over and self.over < min(begun)
            if self.over and not is_retreatment:
                days.append(self.over)
            if days:
                self.ended[course.id] = min(days)
        self.table = {"randomisation": ("happened", history.randomised_on)}
        for _ in range(40):
            before = dict(self.table)
            self.fill()
            if self.table == before:
                break
        else:
            raise AssertionError("the days do not settle")

    def open_steps(self, courses):
        return [
            step
            for course in courses
            if course in self.courses and course.id not in self.ended
            for step in course.steps
            if step not in self.first_given
        ]

    def fill(self):
        new = {"randomisation": self.table["randomisation"]}
        for course in self.plan.courses:
            for step in course.steps:
                new[step] = self.find_step(course, step)
            given = [self.first_given[step].on for step in course.steps if step in self.first_given]
            to_come = self.open_steps([course])
            if to_come:
                new[course.id] = self.latest([*to_come, *(step for step in course.steps if step in self.first_given)])
            else:
                new[course.id] = ("happened", max(given)) if given else ("never", None)
        doses = [course for course in self.plan.courses if course.kind == "dose"]
        given = [self.first_given[step].on for course in doses for step in course.steps if step in self.first_given]
        to_come = self.open_steps(doses)
        if given:
            new["first-dose"] = ("happened", min(given))
            new["last-dose"] = self.latest(to_come) if to_come else ("happened", max(given))
        elif to_come:
            known = [self.table[step][1] for step in to_come if self.table.get(step)]
            new["first-dose"] = ("expected", min(known)) if known else None
            new["last-dose"] = self.latest(to_come)
        else:
            new["first-dose"] = new["last-dose"] = ("never", None)
        new["treatment-end"] = self.find_end()
        new["early-end"] = self.find_early_end()
        for activity in self.plan.activities:
            new[activity.id] = self.find_activity(activity)
        self.table = {name: found for name, found in new.items() if found}

    def find_step(self, course, step):
        if step in self.first_given:
            return "happened", self.first_given[step].on
        if course not in self.courses or course.id in self.ended:
            return "never", None
        window = self.step_window(course, step)
        return ("expected", max(window["due"], self.as_of)) if window and "due" in window else None

    def find_end(self):
        if self.over:
            return "happened", self.over
        to_come = self.open_steps(self.courses)
        if to_come:
            return self.latest(to_come)
        days = [self.ended[course.id] for course in self.courses if course.id in self.ended]
        for course in self.courses:
            days += [self.first_given[step].on for step in course.steps if step in self.first_given]
        return ("happened", max(days)) if days else None

    def find_early_end(self):
        end = self.find_end()
        if not end or end[0] != "happened":
            return "never", None
        answers = [each.option for each in self.decisions if each.decision == "way"][-1:]
        left_out = [option.ends for option in self.plan.decisions[0].options if option.id in answers]
        wanted = [
            step
            for course in self.courses
            if course.is_planned and not any(course.id in ends for ends in left_out)
            for step in course.steps
        ]
        return ("never", None) if set(wanted) <= set(self.first_given) else end

    def find_activity(self, activity):
        named = [each.on for each in self.records if each.activity == activity.id]
        if named:
            return "happened", min(named)
        for slot in self.slots(activity):
            window = self.slot_window(slot)
            if window == "never":
                continue
            return ("expected", max(window["due"], self.as_of)) if window else None
        return "never", None

    def latest(self, names):
        found = [self.table.get(name) for name in names]
        return ("expected", max(day for _, day in found)) if all(found) else None

    def step_window(self, course, step):
        place = course.steps.index(step)
        if place:
            return self.window(course.interval, course.interval.target, {"previous": course.steps[place - 1]})
        for timing in course.first:
            if not timing.arms or self.arm in timing.arms:
                return self.window(timing, timing.target, {}, is_step=True)
        return None

    def slots(self, activity):
        """(activity, number, step, timing, target)"""
        if self.arm not in activity.arms:
            return []
        steps = [""]
        if activity.each:
            steps = [step for course in self.courses if course.id == activity.each for step in course.steps]
        found = []
        for step in steps:
            for timing in activity.timing:
                if timing.arms and self.arm not in timing.arms:
                    continue
                target = timing.target
                found.append((activity, len(found) + 1, step, timing, target))
                while activity.repeats and target + activity.repeats.every <= activity.repeats.until:
                    target += activity.repeats.every
                    found.append((activity, len(found) + 1, step, timing, target))
        return found

    def slot_window(self, slot):
        _, _, step, timing, target = slot
        return self.window(timing, target, {"step": step} if step else {})

    def window(self, timing, target, names, is_step=False):
        """None: no day; "never"; or the day due with all days of the window."""

        def look_up(name):
            name = names.get(name, name)
            course = next((each for each in self.courses if each.id == name), None)
            is_stopped = is_step and course and course.id in self.ended
            if is_stopped and not any(step in self.first_given for step in course.steps):
                return "happened", self.ended[course.id]
            return self.table.get(name)

        anchor = look_up(timing.after)
        if anchor == ("never", None):
            return "never"
        floors = [(look_up(floor.after), floor.days) for floor in timing.not_sooner_than]
        floors = [(found, days) for found, days in floors if found != ("never", None)]
        if anchor is None or any(found is None for found, _ in floors):
            return None
        middle = anchor[1] + timedelta(target)
        lows = [found[1] + timedelta(days) for found, days in floors]
        days = [middle + timedelta(shift) for shift in range(-timing.early, timing.late + 1)]
        days = [day for day in days if all(day >= low for low in lows)] or [max(lows)]
        is_sure = all(kind == "happened" for kind, _ in [anchor, *(found for found, _ in floors)])
        return {"due": max([middle, *lows]), "days": days, "sure": is_sure}

    def match(self):
        """The records by slot, and those of none: each activity looks through all records for itself."""
        slots = [slot for activity in self.plan.activities for slot in self.slots(activity)]
        windows = [self.slot_window(slot) for slot in slots]
        queue = sorted(
            self.records, key=lambda r: (r.on, r.entry, r.activity or "", str(r.kind.value), sorted(r.concepts))
        )
        matched = {}
        for activity in self.plan.activities:
            places = [p for p, slot in enumerate(slots) if slot[0] is activity and isinstance(windows[p], dict)]
            wanted = set(activity.concepts)
            named = [each for each in queue if each.activity == activity.id]
            same_kind = [each for each in queue if each.activity is None and each.kind == activity.kind]
            same_kind = [each for each in same_kind if wanted & each.concepts or not wanted]
            left = []
            for record in [*named, *same_kind]:
                if self.is_read_already(record, places, matched):
                    continue
                best = None
                for place in places:
                    if place not in matched and record.on in windows[place]["days"]:
                        away = abs((record.on - windows[place]["due"]).days)
                        if best is None or away < best[0]:
                            best = (away, place)
                if best:
                    matched[best[1]] = record
                else:
                    left.append(record)
            for record in left:
                place = self.neighbour(record, places, windows, matched)
                if record.activity and place is not None and not self.is_read_already(record, places, matched):
                    matched[place] = record
        rest = [each for each in queue if each not in matched.values()]
        return slots, windows, matched, *self.readings(rest, slots, matched)

    @staticmethod
    def is_read_already(record, places, matched):
        """Whether the scan of a record has its slot of one activity by another reading."""
        scans = [matched[place] for place in places if place in matched]
        same = [each for each in scans if each.kind == record.kind == ActivityKind.ASSESSMENT]
        return any(each.on == record.on for each in same)

    @staticmethod
    def readings(rest, slots, matched):
        """Further readings of scans, by slot; then what is left, one record for each scan."""
        scan, further, heads = ActivityKind.ASSESSMENT, {}, []
        for place, first in matched.items():
            for each in rest:
                if (
                    each.kind == first.kind == scan
                    and each.on == first.on
                    and each.activity in (None, slots[place][0].id)
                ):
                    further.setdefault(place, set()).add(each.entry)
        apart = [each for each in rest if not any(each.entry in found for found in further.values())]
        for each in [*(one for one in apart if one.activity), *(one for one in apart if not one.activity)]:
            same = [one for one in heads if each.kind == one[0].kind == scan and each.on == one[0].on]
            same = [one for one in same if each.activity in (None, one[0].activity)]
            if same:
                same[0].append(each)
            else:
                heads.append([each])
        return further, heads

    @staticmethod
    def neighbour(record, places, windows, matched):
        if any(record.on in windows[place]["days"] for place in places):
            return None
        before = after = None
        for place in places:
            if not windows[place]["sure"]:
                continue
            first, last = windows[place]["days"][0], windows[place]["days"][-1]
            if last < record.on and (before is None or (record.on - last).days < before[0]):
                before = ((record.on - last).days, place)
            if first > record.on and (after is None or (first - record.on).days < after[0]):
                after = ((first - record.on).days, place)
        if after and (not before or after[0] < before[0]) and after[1] not in matched:
            return after[1]
        is_before_allowed = before and before[1] not in matched
        return before[1] if is_before_allowed else None

    def lines(self):
        for course in self.courses:
            for step in course.steps:
                window, done = self.step_window(course, step), self.first_given.get(step)
                number = course.steps.index(step) + 1
                yield (step, number, course.id, *self.state(window, done, course.id in self.ended, is_step=True), set())
        slots, windows, matched, further, rest = self.match()
        for place, slot in enumerate(slots):
            state = self.state(windows[place], matched.get(place), windows[place] == "never", is_step=False)
            if slot[0].is_optional and state[0] == "missed":
                state = ("cancelled", *state[1:])
            yield (slot[0].id, slot[1], slot[2], *state, further.get(place, set()))
        for record, *others in rest:
            line = (record.activity or record.kind.value, 0, "", "unscheduled", None, False, None, None, 0, record.on)
            yield (*line, {each.entry for each in others})
        for extra in self.extra_steps:
            course = next(course for course in self.plan.courses if extra.step in course.steps)
            yield (extra.step, 0, course.id, "unscheduled", None, False, None, None, 0, extra.on, set())

    def state(self, window, done, is_off, *, is_step):
        """(state, due, expected, opens, closes, late, done on)"""
        has_days = isinstance(window, dict)
        done_on = done.on if done else None
        if has_days and window["sure"]:
            days = window["days"]
            name, late = self.sure_state(days, done_on, is_off, is_step)
            return name, window["due"], False, days[0], days[-1], late, done_on
        due = window["due"] if has_days else None
        if done:
            return "done", due, has_days, None, None, 0, done_on
        if is_off or self.left:
            return "cancelled", None, False, None, None, 0, None
        return "waiting", max(due, self.as_of) if due else None, has_days, None, None, 0, None

    def sure_state(self, days, done_on, is_off, is_step):
        if done_on in days:
            return "done", 0
        if done_on:
            return ("done early", 0) if done_on < days[0] else ("done late", (done_on - days[-1]).days)
        if is_off:
            return "cancelled", 0
        if self.left and (is_step or days[-1] >= self.left):
            return "cancelled", 0
        if self.as_of in days:
            return "due", 0
        if self.as_of < days[0]:
            return "not yet due", 0
        return ("overdue", (self.as_of - days[-1]).days) if is_step else ("missed", 0)


# --- plans and histories -----------------------------------------------------------------------------------------

short = st.integers(0, 12)
arms = st.lists(st.sampled_from(ARMS), min_size=1, max_size=2, unique=True)


@st.composite
def timings(draw, anchors, targets=None, floors=None):
    names = st.sampled_from(anchors)
    held = st.lists(st.fixed_dictionaries({"after": st.sampled_from(floors or anchors), "days": short}), max_size=1)
    return {
        "after": draw(names),
        "target": draw(st.integers(-20, 60) if targets is None else targets),
        "early": draw(short),
        "late": draw(short),
        "arms": draw(st.one_of(st.just([]), arms)),
        "not_sooner_than": draw(held),
    }


@st.composite
def courses(draw, name, kind, anchors):
    return {
        "id": name,
        "label": name,
        "kind": kind,
        "epoch": "all",
        "arms": draw(st.one_of(st.just(list(ARMS)), arms)),
        "concept": "thing",
        "steps": STEPS[name],
        "is_planned": name != "again",
        "first": draw(st.lists(timings(anchors), min_size=1, max_size=2)) if draw(st.integers(0, 9)) else [],
        "interval": draw(timings(["previous"], st.integers(5, 60), anchors)),
        "amount": {"unit": "GBq", "levels": [{"id": "full", "amount": 7}], "plausible": [1, 9]}
        if kind == "dose"
        else None,
    }


@st.composite
def activities(draw, name, anchors, of_courses):
    each = draw(st.sampled_from([None, *of_courses]))
    after = anchors if each is None else ["step"]
    repeats = {"every": draw(st.integers(10, 50)), "until": draw(st.integers(1, 160))}
    return {
        "id": name,
        "label": name,
        "kind": KINDS[name].value,
        "epoch": "all",
        "arms": draw(st.one_of(st.just(list(ARMS)), arms)),
        "each": each,
        "timing": draw(st.lists(timings(after, floors=anchors), min_size=1, max_size=2)),
        "repeats": repeats if draw(st.booleans()) else None,
        "concepts": draw(st.lists(st.sampled_from(["x", "y"]), unique=True)),
        "is_optional": draw(st.booleans()),
    }


@st.composite
def plans(draw):
    """Plans without a circle: each part counts from parts that stand before it."""
    doses = draw(courses("doses", "dose", ["randomisation"]))
    known = ["randomisation", "doses", *STEPS["doses"]]
    earlier = [draw(activities(name, known, ["doses"])) for name in EARLIER]
    # Retreatment stands before surgery here: the last dose, from which surgery may count, knows both.
    again = draw(courses("again", "dose", [*known, *EARLIER]))
    known += [*EARLIER, "first-dose", "last-dose"]
    surgery = draw(courses("surgery", "operation", known))
    known += ["surgery", "operation", "treatment-end", "early-end", "again-1"]
    scan, visit = LATER
    later = [draw(activities(scan, known, ["doses", "again"]))]
    later.append(draw(activities(visit, [*known, scan], ["doses", "again"])))
    ends = st.lists(st.sampled_from(list(STEPS)), unique=True)
    options = [{"id": "go", "label": "go"}, {"id": "end", "label": "end", "ends": draw(ends)}]
    return Plan.model_validate(
        {
            "label": "generated",
            "epochs": [{"id": "all", "label": "All"}],
            "courses": [doses, surgery, again],
            "activities": [*earlier, *later],
            "decisions": [{"id": "way", "label": "Way", "arms": list(ARMS), "before": "surgery", "options": options}],
        }
    )


day_numbers = st.integers(-10, 240)
days_of_facts = day_numbers.map(lambda day: DAY_0 + timedelta(day))
seldom = st.one_of(st.none(), st.none(), st.none(), days_of_facts)


@st.composite
def histories(draw, spread=90):
    steps, day = [], DAY_0
    for step in draw(st.sampled_from([[], ALL_STEPS[:1], ALL_STEPS[:2], ALL_STEPS[:3], ALL_STEPS[:4], ALL_STEPS])):
        day += timedelta(draw(st.integers(-3, spread)))
        steps.append(StepDone(step, day))
    extra = draw(st.lists(st.builds(StepDone, st.sampled_from(ALL_STEPS), days_of_facts), max_size=2))
    record = st.builds(
        ActivityDone,
        st.sampled_from(list(KINDS.values())),
        days_of_facts,
        st.sampled_from([None, None, *KINDS]),
        st.frozensets(st.sampled_from(["x", "y", "z"])),
    )
    records = [replace(each, entry=f"e{place}") for place, each in enumerate(draw(st.lists(record, max_size=10)))]
    answers = draw(
        st.lists(st.builds(Decided, st.just("way"), st.sampled_from(["go", "end"]), days_of_facts), max_size=2)
    )
    # A second reading of what was seen that day, which may or may not say what it was made for.
    for each in [one for one in records if one.kind is ActivityKind.ASSESSMENT and draw(st.booleans())]:
        name = draw(st.sampled_from([None, each.activity]))
        records.append(replace(each, activity=name, entry=f"e{len(records)}"))
    return History(
        arm=draw(st.sampled_from(ARMS)),
        randomised_on=DAY_0,
        steps=tuple(sorted([*steps, *extra], key=lambda each: each.on)),
        activities=tuple(sorted(records, key=lambda each: each.on)),
        decisions=tuple(sorted(answers, key=lambda each: each.on)),
        stopped=tuple(draw(st.lists(st.tuples(st.sampled_from(list(STEPS)), days_of_facts), max_size=1))),
        treatment_over_on=draw(seldom),
        left_on=draw(seldom),
    )


as_of_days = st.integers(0, 260).map(lambda day: DAY_0 + timedelta(day))


def as_told(line):
    return (
        line.item,
        line.number,
        line.belongs_to,
        line.state.value,
        line.due_on,
        line.is_expected,
        line.opens_on,
        line.closes_on,
        line.days_late,
        line.done_on,
        frozenset(line.readings),
    )


# --- claims ------------------------------------------------------------------------------------------------------


def check_against_rewrite(plan, history, as_of):
    quick = Counter(map(as_told, make_calendar(plan, history, as_of)))
    slow = ((*told, frozenset(readings)) for *told, readings in SlowCalendar(plan, history, as_of).lines())
    assert quick == Counter(slow)


@settings(max_examples=150, deadline=None)
@given(plans(), histories(), as_of_days)
def test_the_calendar_says_what_the_slow_rewrite_says(plan, history, as_of):
    check_against_rewrite(plan, history, as_of)


@pytest.mark.long
@settings(max_examples=5_000, deadline=None)
@given(plans(), histories(), as_of_days)
def test_the_calendar_says_what_the_slow_rewrite_says_of_very_many(plan, history, as_of):
    check_against_rewrite(plan, history, as_of)


def test_the_generator_reaches_every_state():
    seen = set()

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(plans(), histories(), as_of_days)
    def look(plan, history, as_of):
        lines = make_calendar(plan, history, as_of)
        seen.update(line.state for line in lines)
        seen.update("expected and done" for line in lines if line.is_expected and line.done_on)
        seen.update(f"read again: {line.number > 0}" for line in lines if line.readings)

    look()
    assert seen == {*DueState, "expected and done", "read again: True", "read again: False"}


@settings(max_examples=40, deadline=None)
@given(plans(), histories(), as_of_days)
def test_every_record_stands_in_a_line_and_in_several_only_of_several_activities(plan, history, as_of):
    lines = [line for line in make_calendar(plan, history, as_of) if line.done_on]
    for record in history.activities:
        mine = [line for line in lines if record.entry in (line.entry, *line.readings)]
        assert (record.on <= as_of) == bool(mine)
        assert len(mine) <= 1 or (record.activity is None and len({line.item for line in mine}) == len(mine))
        assert len(mine) <= 1 or all(line.state is DueState.DONE for line in mine)
    steps = Counter((line.item, line.done_on) for line in lines if line.is_step and line.done_on)
    assert steps == Counter((each.step, each.on) for each in history.steps if each.on <= as_of)


@settings(max_examples=40, deadline=None)
@given(plans(), histories(), as_of_days, st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_told_changes_nothing(plan, history, as_of, random):
    mixed = list(history.activities)
    random.shuffle(mixed)
    assert make_calendar(plan, replace(history, activities=tuple(mixed)), as_of) == make_calendar(plan, history, as_of)


@settings(max_examples=40, deadline=None)
@given(plans(), histories(), as_of_days)
def test_lines_stand_by_day_and_no_two_planned_ones_are_the_same(plan, history, as_of):
    lines = make_calendar(plan, history, as_of)
    days = [line.due_on or line.done_on or date.max for line in lines]
    assert days == sorted(days)
    planned = [(line.is_step, line.item, line.number) for line in lines if line.number]
    assert len(planned) == len(set(planned))


@settings(max_examples=40, deadline=None)
@given(plans(), histories(), as_of_days)
def test_windows_hold_their_due_day_and_states_keep_their_promise(plan, history, as_of):
    for line in make_calendar(plan, history, as_of):
        if line.opens_on is not None:
            assert line.opens_on <= line.due_on <= line.closes_on
            assert not line.is_expected
        assert line.state.is_done == (line.done_on is not None)
        assert (line.state is DueState.MISSED) <= (not line.is_step)
        assert (line.state is DueState.OVERDUE) <= line.is_step
        assert (line.days_late > 0) == (line.state in (DueState.OVERDUE, DueState.LATE_DONE))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 56), st.lists(st.integers(30, 80), min_size=2, max_size=2), st.integers(10, 90))
def test_a_dose_moved_by_days_moves_what_hangs_on_it_by_as_many_and_no_repeat(moved, gaps, every):
    """
    Two doses were given; the second moves. The third, the operation after it and their tests move with it.

    By at most 56 days: moved further, the third would have been due before the day on which both are looked at.
    """
    anchored = {"after": "previous", "target": 56, "early": 7, "late": 7}
    simple = Plan.model_validate(
        {
            "label": "simple",
            "epochs": [{"id": "all", "label": "All"}],
            "courses": [
                _course("doses", "dose", {"after": "randomisation", "target": 0}, anchored),
                _course("surgery", "operation", {"after": "doses", "target": 40}, None),
            ],
            "activities": [
                _activity("labs", {"after": "step", "target": 30}, each="doses"),
                _activity("scan", {"after": "randomisation", "target": every}, repeats={"every": every, "until": 400}),
            ],
        }
    )
    days = [gaps[0], gaps[0] + gaps[1]]
    as_of = DAY_0 + timedelta(days[1] + moved)
    before, after = (
        {(line.item, line.number): line.due_on for line in make_calendar(simple, _two_doses(days, by), as_of)}
        for by in (0, moved)
    )
    shifts = {name: (after[name] - before[name]).days for name in before}
    hanging = {("dose-3", 3), ("operation", 1), ("labs", 2), ("labs", 3)}
    assert shifts == {name: moved if name in hanging else 0 for name in before}


def _two_doses(days, by):
    doses = (StepDone("dose-1", DAY_0 + timedelta(days[0])), StepDone("dose-2", DAY_0 + timedelta(days[1] + by)))
    return History("a", DAY_0, steps=doses)


def _course(name, kind, first, interval):
    amount = {"unit": "GBq", "levels": [{"id": "full", "amount": 7}], "plausible": [1, 9]} if kind == "dose" else None
    shape = {"id": name, "label": name, "kind": kind, "epoch": "all", "arms": ["a"], "concept": "thing"}
    return {**shape, "steps": STEPS[name], "first": [first], "interval": interval, "amount": amount}


def _activity(name, timing, **more):
    kind = KINDS[name].value
    return {"id": name, "label": name, "kind": kind, "epoch": "all", "arms": ["a"], "timing": [timing], **more}
