"""The spider plot says in words and in a table what it shows, and nothing by colour alone."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.assessments.recist.policy import PUBLISHED
from equipoise.assessments.recist.visits import judge_visits
from equipoise.reporting.spider_plot import (
    MARKS,
    SpiderCourse,
    SpiderPoint,
    draw_spider_plot,
    make_course,
    tabulate_courses,
)

START = date(2030, 1, 1)
PERKINS = SpiderCourse(
    "S-001",
    (
        SpiderPoint(8, -40.0, "PR", False),
        SpiderPoint(16, None, "NE", False),
        SpiderPoint(24, 12.5, "PD", True),
    ),
)
NEIGHBOUR = SpiderCourse("S-002 <b>", (SpiderPoint(8, 12.0, "SD", False), SpiderPoint(24, 12.0, "SD", False)))


def parse(markup):
    return ElementTree.fromstring(str(markup).replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def texts_of(markup, name):
    return [node.text for node in parse(markup).iter(name)]


def marks_of(markup):
    """The groups of visits: those with a title; the legend has none."""
    return [node for node in parse(markup).iter("g") if node.find("title") is not None]


def test_the_picture_has_a_title_and_says_itself_in_words():
    drawn = parse(draw_spider_plot([PERKINS, NEIGHBOUR]))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"].split() == [drawn[0].attrib["id"], drawn[1].attrib["id"]]
    assert drawn[1].text == "S-001: +12 % at week 24; S-002 <b>: +12 % at week 24; the numbers are in the table"


def test_every_known_visit_has_a_mark_that_says_what_it_is():
    titles = texts_of(draw_spider_plot([PERKINS]), "title")
    assert titles[1:] == ["S-001, week 8: -40.0 %, PR", "S-001, week 24: +12.5 %, PD, new lesion"]


def test_responses_differ_by_shape_and_lines_by_dash():
    drawn = draw_spider_plot([PERKINS, NEIGHBOUR])
    shapes = [node.find("path").attrib["d"] for node in marks_of(drawn)]
    assert shapes == [MARKS["PR"], MARKS["PD"], MARKS["SD"], MARKS["SD"]]
    dashes = [
        node.attrib.get("stroke-dasharray") for node in parse(drawn).iter("path") if node.get("class") == "course"
    ]
    assert dashes[0] != dashes[1]


def test_a_visit_without_a_sum_breaks_the_line():
    drawn = parse(draw_spider_plot([PERKINS]))
    path = next(node.attrib["d"] for node in drawn.iter("path") if node.get("class") == "course")
    assert [step[0] for step in path.split()] == ["M", "L", "M"]


def test_names_never_cover_each_other():
    many = [SpiderCourse(f"S-{number}", (SpiderPoint(8, 5.0, "SD", False),)) for number in range(5)]
    places = [
        float(node.attrib["y"]) for node in parse(draw_spider_plot(many)).iter("text") if node.get("class") == "name"
    ]
    assert len(places) == 5
    assert all(later - earlier >= 13 for earlier, later in pairwise(places))


def test_the_scale_holds_every_course():
    wild = [SpiderCourse("S-1", (SpiderPoint(200, 900.0, "PD", False), SpiderPoint(201, -100.0, "CR", False)))]
    for node in marks_of(draw_spider_plot(wild)):
        x, y = (
            float(part) for part in node.attrib["transform"].removeprefix("translate(").removesuffix(")").split(",")
        )
        assert 64 <= x <= 640
        assert 16 <= y <= 366


def test_nobody_with_a_sum_is_said_in_words():
    blank = SpiderCourse("S-1", (SpiderPoint(8, None, "NE", False),))
    assert "No subject has a known sum after baseline" in str(draw_spider_plot([blank]))
    assert "not known" in str(tabulate_courses([blank]))


def test_the_table_has_every_visit_and_escapes_names():
    table = parse(tabulate_courses([PERKINS, NEIGHBOUR]))
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")][1:]
    assert rows[0] == ["S-001", "8.0", "-40.0 %", "PR", ""]
    assert rows[1] == ["S-001", "16.0", "not known", "NE", ""]
    assert rows[2] == ["S-001", "24.0", "+12.5 %", "PD", "new lesion"]
    assert rows[3][0] == "S-002 <b>"


def test_a_course_is_made_of_judged_visits():
    findings = [
        Finding("T1", visit, START + timedelta(days=56 * visit), State.MEASURED, Decimal(mm))
        for visit, mm in enumerate((40, 24, 30))
    ]
    findings.append(Finding("X1", 2, START + timedelta(days=112), State.UNEQUIVOCAL))
    lesions = (Lesion("T1", "liver", Role.TARGET), Lesion("X1", "bone", Role.NEW))
    visits = judge_visits(Reading("site", lesions, tuple(findings)), policy=PUBLISHED)
    assert make_course("S-1", visits, baseline=START).points == (
        SpiderPoint(8.0, -40.0, "PR", False),
        SpiderPoint(16.0, -25.0, "PD", True),
    )
