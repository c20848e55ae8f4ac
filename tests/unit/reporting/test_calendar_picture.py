"""The picture of a calendar: what it shows, and what it says to those who do not see it."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.conduct.calendar import Due, DueState
from equipoise.reporting.calendar_picture import describe_due, render_calendar

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2027, 3, 20)


def due(state, day=None, *, item="scan", number=1, **more):
    """A line of two, due on a day of March 2027 with a week to both sides."""
    line = Due(item, item.capitalize(), "", number, 2, "treatment", False, state, **more)
    if day is None:
        return line
    on = date(2027, 3, day)
    return replace(line, due_on=on, opens_on=on - timedelta(7), closes_on=on + timedelta(7))


def drawn(*dues, today=TODAY, **given):
    return ElementTree.fromstring(str(render_calendar(dues, today, **given)))


def shapes(picture, kind, css):
    return [shape for shape in picture.iter(f"{SVG}{kind}") if shape.get("class") == css]


def signs(picture):
    return [sign.text for sign in shapes(picture, "text", "sign")]


def test_a_window_is_a_bar_from_its_first_day_to_the_end_of_its_last():
    """Windows of 15 days and of one day: fifteen times as wide."""
    one_day = replace(due(DueState.NOT_YET, 30), opens_on=date(2027, 3, 30), closes_on=date(2027, 3, 30))
    wide, narrow = (float(bar.get("width")) for bar in shapes(drawn(due(DueState.DUE, 15), one_day), "rect", "window"))
    assert wide == pytest.approx(15 * narrow, rel=0.01)


def test_what_was_done_is_a_disc_on_its_day_inside_of_its_window():
    picture = drawn(due(DueState.DONE, 10, done_on=date(2027, 3, 10)))
    (bar,), (disc,) = shapes(picture, "rect", "window"), shapes(picture, "circle", "done")
    middle = float(bar.get("x")) + float(bar.get("width")) / 2
    assert float(disc.get("cx")) == pytest.approx(middle, abs=0.1)
    assert signs(picture) == []


@pytest.mark.parametrize(
    ("state", "done_on", "sign"),
    [
        (DueState.EARLY_DONE, date(2027, 3, 1), "E"),
        (DueState.LATE_DONE, date(2027, 3, 19), "L"),
        (DueState.OVERDUE, None, "!"),
        (DueState.MISSED, None, "×"),
    ],
)
def test_a_letter_says_what_was_not_in_time(state, done_on, sign):
    assert signs(drawn(due(state, 10, done_on=done_on))) == [sign]


def test_what_no_plan_asked_for_has_a_plus():
    assert signs(drawn(due(DueState.UNSCHEDULED, done_on=date(2027, 3, 12)))) == ["+"]


def test_an_expected_day_has_a_mark_and_no_window():
    picture = drawn(replace(due(DueState.WAITING, is_expected=True), due_on=date(2027, 4, 1)))
    assert len(shapes(picture, "path", "expected")) == 1
    assert shapes(picture, "rect", "window") == []


def test_an_open_window_differs_from_others_by_its_outline_and_a_cancelled_one_by_its_dots():
    states = (DueState.NOT_YET, DueState.DUE, DueState.CANCELLED)
    bars = shapes(drawn(*(due(state, 20) for state in states)), "rect", "window")
    assert [(bar.get("stroke-width"), bar.get("stroke-dasharray")) for bar in bars] == [
        ("1", None),
        ("2", None),
        ("1", "2 2"),
    ]


def test_today_is_a_line_with_its_date():
    picture = drawn(due(DueState.DONE, 20, done_on=TODAY))
    (line,), (disc,) = shapes(picture, "line", "today"), shapes(picture, "circle", "done")
    assert line.get("x1") == disc.get("cx")
    assert "2027-03-20" in [text.text for text in picture.iter(f"{SVG}text")]


def test_a_lane_holds_all_of_an_activity_and_all_steps_of_a_course():
    steps = [
        replace(due(DueState.NOT_YET, day, item=f"cycle-{day}"), label="Cycles", is_step=True, belongs_to="cycles")
        for day in (9, 19)
    ]
    lanes = shapes(drawn(*steps, due(DueState.DUE, 20), due(DueState.DUE, 25)), "text", "name")
    assert ["".join(line.text for line in lane.iter(f"{SVG}tspan")) for lane in lanes] == ["Cycles", "Scan"]


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Scan of the liver and the lung with contrast", ["Scan of the liver and the lung", "with contrast"]),
        ("a" * 70, ["a" * 31, "…"]),
        ("Scan " * 20, ["Scan Scan Scan Scan Scan Scan", "Scan Scan Scan Scan Scan Scan …"]),
    ],
)
def test_a_long_name_stands_in_two_lines_and_whole_when_pointed_at(label, lines):
    (name,) = shapes(drawn(replace(due(DueState.DUE, 15), label=label)), "text", "name")
    assert [line.text for line in name.iter(f"{SVG}tspan")] == lines
    assert name.find(f"{SVG}title").text == label


def test_a_lane_without_a_day_says_why_it_is_empty():
    (words,) = shapes(drawn(due(DueState.CANCELLED)), "text", "no-day")
    assert words.text == "cancelled"


def test_the_picture_is_told_in_words():
    late = due(DueState.LATE_DONE, 10, done_on=date(2027, 3, 19), days_late=2)
    waiting = replace(due(DueState.WAITING, number=2, is_expected=True), due_on=date(2027, 4, 1))
    picture = drawn(late, waiting, due(DueState.CANCELLED, item="visit", why="the course was stopped"))
    assert picture.find(f"{SVG}desc").text == (
        "Today is 2027-03-20. "
        "Scan: 1 of 2, done late by 2 days on 2027-03-19, due 2027-03-10 (2027-03-03 to 2027-03-17); "
        "2 of 2, waiting, expected 2027-04-01. "
        "Visit: 1 of 2, cancelled (the course was stopped)."
    )
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "calendar-title-0 calendar-words-0"


def test_two_pictures_on_a_page_have_names_of_their_own():
    ids = [set(re.findall(r' id="([^"]+)"', str(render_calendar([], TODAY, key=key)))) for key in ("a", "b")]
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize("days", [0, 20, 200, 2000, 20000])
def test_the_scale_never_has_more_months_than_it_has_room_for(days):
    far = replace(due(DueState.WAITING, is_expected=True), due_on=TODAY + timedelta(days))
    assert len(shapes(drawn(far), "text", "tick")) <= 9


def test_colours_are_greys_and_nothing_runs():
    text = str(render_calendar([due(state, 15) for state in DueState], TODAY))
    for colour in set(re.findall(r"#[0-9a-f]{6}", text)):
        channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        assert max(channels) - min(channels) <= 24
    assert "<script" not in text


def test_names_are_escaped():
    assert "<b>" not in str(render_calendar([due(DueState.DUE, 15, item="<b>")], TODAY, title="<b>"))


def test_a_scan_that_was_read_more_than_once_says_how_often():
    told = describe_due(due(DueState.DONE, 12, done_on=date(2027, 3, 12), readings=("41", "44")))
    assert "done on 2027-03-12, read 3 times" in told
