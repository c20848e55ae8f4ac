"""The pictures of an analysis stand where their numbers are, and say themselves in words."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from equipoise.analysis.flow import ArmFlow, Box, Flow
from equipoise.reporting.flow_diagram import WITHHELD, draw_flow
from equipoise.reporting.forest_plot import ForestRow, draw_forest_plot
from equipoise.reporting.km_plot import StepCurve, draw_step_curves
from equipoise.reporting.svg import DayScale
from equipoise.reporting.swimmer_plot import Mark, SwimLane, SwimMark, draw_swimmer_plot
from equipoise.reporting.waterfall_plot import WaterfallBar, draw_waterfall, sort_bars

# Five subjects: events on days 2 and 4 (two), censored on days 4 and 8. By hand: 1 - 1/5 = 0.8; 0.8 (1 - 2/4) = 0.4.
CONTROL = StepCurve(
    "control <1>",
    (0, 2, 4, 8),
    (1.0, 0.8, 0.4, 0.4),
    (1.0, 0.3, 0.1, 0.1),
    (1.0, 0.9, 0.7, 0.7),
    (5, 5, 4, 1),
    (0, 0, 1, 1),
)
OTHER = StepCurve("other", (0, 6), (1.0, 0.0), (), (), (2, 2), (0, 0))


def parse(markup):
    return ElementTree.fromstring(str(markup).replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def of_class(drawn, css):
    return [node for node in drawn.iter() if node.attrib.get("class") == css]


def words_of(drawn, css):
    return [node.text for node in of_class(drawn, css)]


def corners_of(path):
    """Every corner of a path of level and upright strokes."""
    x = y = None
    found = []
    for letter, numbers in re.findall(r"([MHVL])([-\d.,]+)", path):
        if letter in "ML":
            x, y = map(float, numbers.split(","))
        elif letter == "H":
            x = float(numbers)
        else:
            y = float(numbers)
        found.append((x, y))
    return found


@pytest.mark.parametrize(
    "picture",
    [
        draw_step_curves([CONTROL, OTHER], title="A & B", axis="without", level=0.95, key="a"),
        draw_step_curves([], title="A & B", axis="without"),
        draw_forest_plot([], title="A & B", sides=("x", "y")),
        draw_forest_plot([ForestRow("a <b>", 0.5, None, 1, "0.5")], title="A & B", sides=("x", "y")),
        draw_waterfall([], title="A & B"),
        draw_waterfall([WaterfallBar("S <1>", "a", None, "NE")], title="A & B"),
        draw_swimmer_plot([], title="A & B"),
        draw_swimmer_plot([SwimLane("S <1>", "a", 0, True, ())], title="A & B"),
    ],
)
def test_every_picture_is_whole_and_has_a_title_and_words(picture):
    drawn = parse(picture)
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"].split() == [drawn[0].attrib["id"], drawn[1].attrib["id"]]
    assert drawn[0].text == "A & B"
    assert drawn[1].text


def test_a_curve_stands_at_its_day_and_its_share():
    drawn = parse(draw_step_curves([CONTROL], title="t", axis="a"))
    corners = corners_of(of_class(drawn, "curve")[1].attrib["d"])
    (x0, y1), *_, (x8, _) = corners
    y0 = float(of_class(drawn, "grid")[0].attrib["y1"])
    shares = [(round((x - x0) / (x8 - x0) * 8, 1), round((y0 - y) / (y0 - y1), 2)) for x, y in corners]
    assert shares == [(0, 1), (2, 1), (2, 0.8), (4, 0.8), (4, 0.4), (8, 0.4), (8, 0.4)]


def test_a_band_runs_along_the_upper_bound_and_back_along_the_lower():
    drawn = parse(draw_step_curves([CONTROL], title="t", axis="a", level=0.95))
    grid = [float(node.attrib["y1"]) for node in of_class(drawn, "grid")]
    y0, y1 = grid[0], grid[-1]
    corners = corners_of(of_class(drawn, "band")[0].attrib["d"])
    x0, x8 = min(x for x, _ in corners), max(x for x, _ in corners)
    seen = {(round((x - x0) / (x8 - x0) * 8, 1), round((y0 - y) / (y0 - y1), 2)) for x, y in corners}
    assert {(2, 0.9), (4, 0.7), (8, 0.7), (8, 0.1), (4, 0.1), (4, 0.3), (2, 0.3), (0, 1)} <= seen


def test_the_number_at_risk_is_of_those_who_have_not_left_before_the_day():
    assert [CONTROL.at_risk_on(day) for day in range(10)] == [5, 5, 5, 4, 4, 1, 1, 1, 1, 0]
    drawn = parse(draw_step_curves([CONTROL, OTHER], title="t", axis="a"))
    days = [int(word) for word in words_of(drawn, "day")]
    expected = [str(curve.at_risk_on(day)) for curve in (CONTROL, OTHER) for day in days]
    assert words_of(drawn, "risk") == expected
    assert "5" in expected
    places = [node.attrib["x"] for node in of_class(drawn, "day")]
    assert [node.attrib["x"] for node in of_class(drawn, "risk")] == places * 2


def test_a_censoring_has_a_stroke_on_its_day_that_says_how_many():
    drawn = parse(draw_step_curves([CONTROL], title="t", axis="a"))
    said = [node.find("title").text for node in of_class(drawn, "censored")]
    assert said == ["control <1>, day 4: 1 censored", "control <1>, day 8: 1 censored"]


def test_arms_differ_by_dash_and_bands_by_the_angle_of_their_hatch():
    second = StepCurve("b", CONTROL.day, CONTROL.value, CONTROL.low, CONTROL.high, CONTROL.at_risk)
    drawn = parse(draw_step_curves([CONTROL, second], title="t", axis="a", level=0.95))
    lines = [node for node in of_class(drawn, "curve") if node.attrib["stroke-width"] == "2"]
    assert len({node.attrib.get("stroke-dasharray") for node in lines}) == 2
    assert len({node.attrib["patternTransform"] for node in drawn.iter("pattern")}) == 2
    fills = [node.attrib["fill"] for node in of_class(drawn, "band")]
    assert fills == [f"url(#{node.attrib['id']})" for node in drawn.iter("pattern")]


def test_curves_that_end_together_have_names_apart():
    drawn = parse(draw_step_curves([CONTROL] * 4, title="t", axis="a"))
    places = sorted(float(node.attrib["y"]) for node in of_class(drawn, "name"))
    assert min(b - a for a, b in pairwise(places)) >= 14


def test_a_scale_of_days_names_whole_weeks_where_there_is_room():
    assert list(DayScale(4, 0, 1).ticks) == [0, 1, 2, 3, 4]
    assert list(DayScale(365, 0, 1).ticks) == [0, 56, 112, 168, 224, 280, 336]
    assert len(DayScale(10**6, 0, 1).ticks) < 200


ROWS = [
    ForestRow("half", 0.5, 0.25, 1.0, "0.5 (0.25 to 1)"),
    ForestRow("twice", 2.0, None, 4.0, "2 (? to 4)"),
    ForestRow("none", None, None, None, "not estimable: nobody had the event"),
]


def test_ratios_stand_on_a_logarithmic_scale_the_same_way_to_each_side_of_one():
    drawn = parse(draw_forest_plot(ROWS, title="t", sides=("fewer", "more")))
    one = float(of_class(drawn, "one")[0].attrib["x1"])
    half, twice = (float(node.attrib["x"]) + 5 for node in of_class(drawn, "estimate"))
    assert one - half == pytest.approx(twice - one, abs=0.2)
    low, high = (float(of_class(drawn, "interval")[0].attrib[end]) for end in ("x1", "x2"))
    assert (one - low) / (one - half) == pytest.approx(math.log(0.25) / math.log(0.5), abs=0.01)
    assert high == pytest.approx(one, abs=0.1)


def test_a_bound_that_is_not_reached_is_an_arrow_and_what_is_not_estimable_has_its_row():
    drawn = parse(draw_forest_plot(ROWS, title="t", sides=("fewer", "more")))
    assert len(of_class(drawn, "arrow")) == 1
    assert words_of(drawn, "says") == ["0.5 (0.25 to 1)", "2 (? to 4)", "not estimable"]
    assert words_of(drawn, "label") == ["half", "twice", "none"]
    assert "none: not estimable: nobody had the event" in drawn[1].text


def test_a_ratio_far_beyond_the_picture_has_no_square_within_it():
    drawn = parse(draw_forest_plot([ForestRow("far", 1e6, 1e5, 1e7, "far")], title="t", sides=("a", "b")))
    assert of_class(drawn, "estimate") == []
    assert len(of_class(drawn, "arrow")) == 2


BARS = [
    WaterfallBar("S-1", "a", -40.0, "PR"),
    WaterfallBar("S-2", "b", 25.0, "PD"),
    WaterfallBar("S-3", "a", None, "NE"),
    WaterfallBar("S-4", "b", -40.0, "PR"),
]


def test_bars_fall_from_the_largest_growth_and_are_as_long_as_the_change():
    assert [bar.subject for bar in sort_bars(BARS)] == ["S-2", "S-1", "S-4"]
    drawn = parse(draw_waterfall(BARS, title="t"))
    bars = of_class(drawn, "bar")
    assert [bar.find("title").text for bar in bars] == [
        "S-2, b: +25.0 %, PD",
        "S-1, a: -40.0 %, PR",
        "S-4, b: -40.0 %, PR",
    ]
    zero = float(of_class(drawn, "zero")[0].attrib["y1"])
    shapes = [{name: float(bar.find("rect").attrib[name]) for name in ("x", "y", "height")} for bar in bars]
    assert shapes[0]["y"] + shapes[0]["height"] == pytest.approx(zero, abs=0.11)
    assert shapes[1]["y"] == pytest.approx(zero, abs=0.11)
    assert shapes[1]["height"] / shapes[0]["height"] == pytest.approx(40 / 25, abs=0.01)
    assert shapes[0]["x"] < shapes[1]["x"] < shapes[2]["x"]
    assert drawn[1].text.endswith("No change is known of 1.")


def test_arms_differ_by_hatch_and_have_a_legend():
    drawn = parse(draw_waterfall(BARS, title="t", key="k"))
    fills = [bar.find("rect").attrib["fill"] for bar in of_class(drawn, "bar")]
    assert fills == ["url(#waterfall-k-hatch)", "#22303a", "url(#waterfall-k-hatch)"]
    assert words_of(drawn, "arm") == ["a", "b"]


LANES = [
    SwimLane("S-1", "a", 100, False, (SwimMark(50, Mark.OPERATION, "surgery"), SwimMark(100, Mark.DEATH, "death"))),
    SwimLane("S-2", "b", 200, True, (SwimMark(0, Mark.DOSE, "cycle-1"),)),
]


def test_lanes_are_as_long_as_the_time_and_marks_stand_on_their_days():
    drawn = parse(draw_swimmer_plot(LANES, title="t"))
    lanes = of_class(drawn, "lane")
    assert [float(lane.attrib["width"]) for lane in lanes] == pytest.approx(
        [float(lanes[1].attrib["width"]) / 2, float(lanes[1].attrib["width"])], abs=0.1
    )
    left, whole = float(lanes[0].attrib["x"]), float(lanes[1].attrib["width"])
    marks = [node for node in drawn.iter("g") if node.attrib.get("class", "").startswith("mark ")]
    places = [float(re.search(r"\(([\d.]+),", mark.attrib["transform"])[1]) for mark in marks]
    assert [round((x - left) / whole * 200) for x in places] == [50, 100, 0]
    assert [mark.find("title").text for mark in marks] == [
        "S-1, day 50: surgery",
        "S-1, day 100: death",
        "S-2, day 0: cycle-1",
    ]


def test_only_who_is_followed_on_has_an_arrow():
    drawn = parse(draw_swimmer_plot(LANES, title="t"))
    assert len(of_class(drawn, "followed")) == 1
    assert drawn[1].text == (
        "S-1: surgery on day 50, death on day 100, ended on day 100. S-2: cycle-1 on day 0, followed on on day 200."
    )
    assert words_of(drawn, "arm") == ["a", "b"]
    assert set(words_of(drawn, "legend")) == {*(kind.value for kind in Mark), "still followed"}


def test_every_kind_of_mark_has_a_shape_of_its_own():
    drawn = parse(draw_swimmer_plot([SwimLane("S", "a", 9, True, [SwimMark(1, k, "w") for k in Mark])], title="t"))
    shapes = [node.find("path").attrib["d"] for node in drawn.iter("g") if "mark" in node.attrib.get("class", "")]
    assert len(set(shapes)) == len(Mark)


def arm_of(name, *, received=("S-1",), not_received=()):
    reasons = (Box("no step given", tuple(not_received)),) if not_received else ()
    nobody = Box("Lost to follow-up", ())
    return ArmFlow(
        name,
        Box("Allocated", ("S-1", "S-2")),
        Box("Received treatment as allocated", tuple(received)),
        Box("Did not receive treatment as allocated", tuple(not_received), reasons),
        nobody,
        nobody,
        Box("Died", ("S-2",)),
        nobody,
        {"all": Box("All randomised", ("S-1", "S-2"))},
        {"all": Box("Excluded from: All randomised", ())},
    )


def flow_of(*arms):
    excluded = Box("Excluded", ("X-1",), (Box("screen failed", ("X-1",)),))
    return Flow(
        Box("Assessed for eligibility", ("X-1", "S-1", "S-2")), excluded, Box("Randomised", ("S-1", "S-2")), arms
    )


def drawn_flow(*arms, anchor=lambda before, box: f"{before}/{box.label}" if box.n else None):
    return parse(draw_flow(flow_of(*arms), anchor, lambda arm: f"arm {arm}"))


def test_every_count_of_the_flow_is_drawn_and_leads_to_its_subjects():
    drawn = drawn_flow(arm_of("a", not_received=("S-2",)))
    links = {node.attrib["href"]: " ".join(part.text for part in node.iter("text")) for node in drawn.iter("a")}
    assert links["#/Assessed for eligibility"] == "Assessed for eligibility (n = 3)"
    assert links["#/screen failed"] == "screen failed (n = 1)"
    assert links["#arm a/Did not receive treatment as allocated"] == "Did not receive treatment as allocated (n = 1)"
    assert links["#arm a/no step given"] == "no step given (n = 1)"
    assert links["#arm a/All randomised"] == "Analysed: All randomised (n = 2)"
    assert "Lost to follow-up (n = 0)" in words_of(drawn, "count")
    assert drawn.attrib["role"] == "group"


def test_who_received_treatment_is_never_shown_as_nobody_while_it_is_withheld():
    drawn = drawn_flow(arm_of("all", received=()))
    words = " ".join(words_of(drawn, "count"))
    assert f"Received treatment as allocated ({WITHHELD})" in words
    assert "Did not receive" not in words


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_boxes_of_a_flow_stay_within_the_picture_and_apart(n):
    drawn = drawn_flow(*(arm_of(str(each), not_received=("S-2",)) for each in range(n)))
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    boxes = [
        tuple(float(node.attrib[name]) for name in ("x", "y", "width", "height")) for node in of_class(drawn, "box")
    ]
    assert len(boxes) == 3 + 3 * n
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for place, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[place + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
