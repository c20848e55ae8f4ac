"""The picture of organ doses: each sum said in words, bars where a deviation is stated, a limit where there is one."""

import re
import xml.etree.ElementTree as ET

from equipoise.reporting.organ_dose_plot import DoseCourse, DoseLimit, DosePoint, draw_organ_doses

TWO = (
    DoseCourse("S-1", [DosePoint(1, 3.0, 0.39), DosePoint(2, 5.5, 0.89)]),
    DoseCourse("S-<2>", [DosePoint(1, 4.0)]),
)


def drawn(courses=TWO, limits=()):
    picture = draw_organ_doses(courses, organ="kidneys", limits=limits, title="Doses of the kidneys")
    return picture, ET.fromstring(picture)


def of_class(root, name):
    return [each for each in root.iter() if each.get("class") == name]


def test_the_picture_says_its_title_and_each_sum_in_words():
    picture, root = drawn()
    assert root.get("role") == "img"
    title, words = root[0], root[1]
    assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert title.text == "Doses of the kidneys"
    assert "S-1: 5.5 Gy give or take 0.9 Gy after 2 cycles; S-<2>: 4.0 Gy after 1 cycles" in words.text
    assert "the protocol states no limit" in words.text
    assert "<2>" not in picture, "a name is text and never a tag"


def test_each_sum_has_a_mark_and_a_bar_only_where_a_deviation_is_stated():
    _, root = drawn()
    assert len(of_class(root, "mark")) == 3
    assert len(of_class(root, "bar")) == 3 * 2, "an upright line and two caps for each of two sums"


def test_heights_are_in_proportion_to_the_doses():
    """The scale of this picture goes from 0 to 7 Gy in steps of 1."""
    picture, root = drawn()
    ticks = {
        each.text: float(each.get("y")) - 4
        for each in root.iter()
        if (each.text or "").isdigit() and each.get("text-anchor") == "end"
    }
    per_gy = ticks["0"] - ticks["1"]
    mark = next(each for each in of_class(root, "mark"))
    assert abs(float(mark.get("cy")) - (ticks["0"] - 3.0 * per_gy)) < 0.11
    high = max(float(each.get("y1")) - float(each.get("y2")) for each in of_class(root, "bar"))
    assert abs(high - 2 * 0.89 * per_gy) < 0.21
    assert re.search(r"stroke-dasharray", picture), "the second line differs by its dash"


def test_a_limit_has_a_line_only_where_the_protocol_states_one():
    assert not of_class(drawn()[1], "limit")
    picture, root = drawn(limits=[DoseLimit(23.0, "limit of kidney-dose: 23 Gy")])
    assert len(of_class(root, "limit")) == 1
    assert "limit of kidney-dose: 23 Gy" in picture
    assert all(0 <= float(each.get("cy")) <= 400 for each in of_class(root, "mark"))
