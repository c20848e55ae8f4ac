"""The picture of grades over time: what it shows, and what it says to those who do not see it."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from equipoise.reporting.grade_timeline import GradeLane, GradeMark, draw_grade_timeline

SVG = "{http://www.w3.org/2000/svg}"
LANES = [
    GradeLane("Platelet count decreased", [GradeMark(28, 3), GradeMark(0, 0), GradeMark(14, 2)]),
    GradeLane("Creatinine increased", [GradeMark(0, None), GradeMark(28, 1, may_be_higher=True)]),
]


def drawn(lanes=LANES, **given):
    return ElementTree.fromstring(str(draw_grade_timeline(lanes, **given)))


def marks_of(picture):
    """What stands in each mark, with the middle of its box."""
    boxes = [group for group in picture.iter(f"{SVG}g") if group.find(f"{SVG}rect") is not None]
    return [(group.find(f"{SVG}text").text, float(group.find(f"{SVG}text").get("x"))) for group in boxes]


def test_every_result_has_a_mark_with_its_grade_as_a_digit():
    assert [sign for sign, _ in marks_of(drawn())] == ["0", "2", "3", "?", "1+"]


def test_results_stand_in_the_order_of_their_days_on_one_scale():
    (_, start), (_, middle), (_, end), (_, other_start), (_, other_end) = marks_of(drawn())
    assert (start, end) == (other_start, other_end)
    assert middle == pytest.approx((start + end) / 2)


def test_the_picture_is_told_in_words():
    words = drawn().find(f"{SVG}desc").text
    assert words == (
        "Platelet count decreased: day 0 grade 0, day 14 grade 2, day 28 grade 3. "
        "Creatinine increased: day 0 no grade, day 28 grade 1 or higher."
    )
    assert drawn().get("role") == "img"
    assert drawn().get("aria-labelledby") == "grades-title-0 grades-words-0"


def test_two_pictures_on_a_page_have_names_of_their_own():
    ids = [set(re.findall(r' id="([^"]+)"', str(draw_grade_timeline(LANES, key=key)))) for key in ("a", "b")]
    assert ids[0].isdisjoint(ids[1])


def test_events_stand_at_their_day():
    picture = drawn(events=[(14, "cycle 2")])
    line = next(line for line in picture.iter(f"{SVG}line") if line.get("class") == "event")
    assert float(line.get("x1")) == marks_of(picture)[1][1]
    assert "cycle 2" in [text.text for text in picture.iter(f"{SVG}text")]


def test_of_two_results_of_a_day_the_worse_lies_on_top():
    lane = GradeLane("Anemia", [GradeMark(0, 3), GradeMark(0, None), GradeMark(0, 1)])
    assert [sign for sign, _ in marks_of(drawn([lane]))] == ["?", "1", "3"]


@pytest.mark.parametrize("lanes", [[], [GradeLane("Anemia", [])], [GradeLane("Anemia", [GradeMark(5, 1)])]])
def test_few_results_make_a_picture_too(lanes):
    assert len(marks_of(drawn(lanes))) == sum(len(lane.marks) for lane in lanes)


@pytest.mark.parametrize("last", [1, 9, 30, 100, 364, 5000])
def test_the_scale_never_has_more_days_than_it_has_room_for(last):
    lane = GradeLane("Anemia", [GradeMark(-7, 1), GradeMark(last, 1)])
    axis = [text for text in drawn([lane]).findall(f"{SVG}text") if re.fullmatch(r"-?\d+", text.text)]
    assert 1 <= len(axis) <= 9


def test_names_are_escaped():
    assert "<b>" not in str(draw_grade_timeline([GradeLane("<b>", [GradeMark(0, 1)])], title="<b>"))
