"""Which record shows which occurrence done. Windows and days are made up; distances stand in the tests."""

from datetime import date

import pytest

from equipoise.conduct.calendar_days import Window
from equipoise.conduct.history import ActivityDone
from equipoise.conduct.matching import Slot, match_activities
from equipoise.protocol.plan import ActivityKind, PlannedActivity


def activity(name, *concepts, kind=ActivityKind.LABORATORY):
    timing = [{"after": "randomisation", "target": 0}]
    shape = {"id": name, "label": name, "kind": kind, "epoch": "all", "arms": ["a"], "timing": timing}
    return PlannedActivity.model_validate({**shape, "concepts": list(concepts)})


def window(due, spare=3, *, is_expected=False):
    return Window(due, due - spare, due + spare, is_expected)


def record(day, activity="labs", *concepts):
    return ActivityDone(ActivityKind.LABORATORY, date.fromordinal(day), activity, frozenset(concepts), entry=str(day))


def match(records, windows):
    """The days of the records that slots of one activity got, and of those that none got."""
    slots = {place: Slot(activity("labs"), each) for place, each in enumerate(windows)}
    taken, readings, rest = match_activities(records, slots)
    assert readings == {}
    return {place: int(each.entry) for place, each in taken.items()}, [int(each.entry) for (each,) in rest]


def test_where_windows_overlap_the_nearest_due_day_counts():
    """Day 107 lies in 95 to 115 (due 105) and in 90 to 110 (due 100): 2 and 7 days away."""
    assert match([record(107)], [window(100, 10), window(105, 10)]) == ({1: 107}, [])


def test_where_both_due_days_are_as_near_the_plan_decides():
    assert match([record(105)], [window(110, 10), window(100, 10)]) == ({0: 105}, [])


def test_a_record_in_the_middle_between_two_windows_is_the_late_one():
    """Day 110 is 7 days after 97 to 103 and 7 before 117 to 123."""
    assert match([record(110)], [window(100), window(120)]) == ({0: 110}, [])


def test_a_record_nearer_to_a_window_to_come_is_early_for_it():
    assert match([record(111)], [window(100), window(120)]) == ({1: 111}, [])


def test_a_repeat_inside_of_a_window_does_not_fill_an_older_gap():
    assert match([record(119), record(121)], [window(100), window(120)]) == ({1: 119}, [121])


def test_a_repeat_after_a_window_is_not_taken_for_the_next():
    """Day 108 is 5 days after the window of 100, which has its record, and 9 before that of 120."""
    assert match([record(100), record(108)], [window(100), window(120)]) == ({0: 100}, [108])


def test_an_expected_window_holds_a_record_of_its_days_and_draws_none_from_outside():
    assert match([record(121)], [window(120, is_expected=True)]) == ({0: 121}, [])
    assert match([record(130)], [window(120, is_expected=True)]) == ({}, [130])


def test_a_record_that_names_the_activity_comes_before_one_of_its_kind():
    assert match([record(99, None), record(101)], [window(100)]) == ({0: 101}, [99])


def test_a_record_that_names_another_activity_stands_for_none():
    assert match([record(100, "other")], [window(100)]) == ({}, [100])


@pytest.mark.parametrize(("concepts", "served"), [(("x",), {0}), (("x", "y"), {0, 1}), (("z",), set()), ((), set())])
def test_a_record_serves_every_activity_that_asks_for_one_of_its_concepts(concepts, served):
    slots = {0: Slot(activity("first", "x"), window(100)), 1: Slot(activity("second", "y"), window(101))}
    taken, _, rest = match_activities([record(100, None, *concepts)], slots)
    assert set(taken) == served
    assert bool(rest) == (not served)


def test_a_record_of_another_kind_stands_for_none():
    slots = {0: Slot(activity("scan", kind=ActivityKind.IMAGING), window(100))}
    assert match_activities([record(100, None)], slots) == ({}, {}, ((record(100, None),),))


def reading(day, entry, activity=None):
    return ActivityDone(ActivityKind.ASSESSMENT, date.fromordinal(day), activity, entry=entry)


def scans(*records):
    """Entries by slot, further readings by slot, and the entries of each scan of no slot; a scan is due on day 100."""
    slots = {0: Slot(activity("scan", kind=ActivityKind.ASSESSMENT), window(100))}
    taken, readings, rest = match_activities(records, slots)
    further = {place: [each.entry for each in found] for place, found in readings.items()}
    return {place: each.entry for place, each in taken.items()}, further, [[each.entry for each in one] for one in rest]


@pytest.mark.parametrize("named", [(None, None), ("scan", None), (None, "scan"), ("scan", "scan")])
def test_what_site_and_masked_reader_read_of_one_scan_is_one_assessment(named):
    of_site, of_reader = named
    taken, further, rest = scans(reading(101, "site", of_site), reading(101, "masked", of_reader))
    assert {taken[0], *further[0]} == {"site", "masked"}
    assert rest == []


@pytest.mark.parametrize("name", ["scan", None])
@pytest.mark.parametrize(("due", "day"), [((100, 104), 102), ((100, 200), 180)])
def test_a_second_reading_of_a_scan_stands_for_no_other_occurrence(name, due, day):
    """In two windows that overlap; and outside of all, where a reading that names the scan takes the nearer one."""
    asked = activity("scan", kind=ActivityKind.ASSESSMENT)
    slots = {place: Slot(asked, window(each)) for place, each in enumerate(due)}
    taken, further, rest = match_activities([reading(day, "site", name), reading(day, "masked", name)], slots)
    found = [{each.entry for each in one} for one in rest]
    assert (len(taken), len(further), found) == (
        (0, 0, [{"site", "masked"}]) if not name and day == 180 else (1, 1, [])
    )


def test_a_scan_of_another_day_is_another_scan():
    assert scans(reading(101, "1"), reading(102, "2")) == ({0: "1"}, {}, [["2"]])


def test_a_reading_of_another_activity_on_the_day_is_apart():
    assert scans(reading(101, "1", "scan"), reading(101, "2", "restaging")) == ({0: "1"}, {}, [["2"]])


def test_readings_of_a_scan_that_no_plan_asked_for_stand_together():
    assert scans(reading(150, "1"), reading(150, "2"), reading(151, "3")) == ({}, {}, [["1", "2"], ["3"]])


def test_blood_that_was_taken_twice_on_a_day_is_two_samples():
    slots = {0: Slot(activity("labs"), window(100))}
    first, second = record(100), ActivityDone(ActivityKind.LABORATORY, date.fromordinal(100), "labs", entry="101")
    assert match_activities([first, second], slots) == ({0: first}, {}, ((second,),))
