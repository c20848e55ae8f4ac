"""The picture of a time-activity curve says in words and in a table what it shows, and nothing by colour alone."""

from math import exp, log, sqrt
from xml.etree import ElementTree

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.dosimetry.curve_shapes import CurveModel
from equipoise.assessments.dosimetry.time_activity import compute_activity_band, fit_time_activity
from equipoise.reporting.time_activity_plot import draw_time_activity, tabulate_time_activity

POINTS = ((1.0, 62.0), (4.0, 168.0), (24.0, 152.0), (96.0, 51.0), (168.0, 21.0))


def fit(points=POINTS, model=None):
    found = fit_time_activity(
        times_h=[t for t, _ in points], activities=[a for _, a in points], unit="MBq", model=model
    )
    assert isinstance(found, Assessed)
    return found.value


def parse(markup):
    return ElementTree.fromstring(str(markup).replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def numbers_of(path):
    return [tuple(map(float, pair.split(","))) for pair in path.replace("M", "").split()]


def test_the_picture_has_a_title_and_says_itself_in_words():
    drawn = parse(draw_time_activity(fit(), POINTS, organ="left kidney <b>", key="k1"))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-labelledby"].split() == [drawn[0].attrib["id"], drawn[1].attrib["id"]]
    assert drawn[0].text == "Activity over time, left kidney <b>"
    assert drawn[1].text.startswith("62 MBq at 1 h, 168 MBq at 4 h")
    assert "bi-exponential, uptake and washout" in drawn[1].text


def test_every_point_has_a_mark_that_says_what_it_is():
    drawn = parse(draw_time_activity(fit(), POINTS, organ="kidneys"))
    titles = [group.find("title").text for group in drawn.iter("g")]
    assert titles == ["62 MBq at 1 h", "168 MBq at 4 h", "152 MBq at 24 h", "51 MBq at 96 h", "21 MBq at 168 h"]


def test_the_curve_stays_in_the_picture_and_inside_its_band():
    drawn = parse(draw_time_activity(fit(), POINTS, organ="kidneys"))
    lower, upper = (numbers_of(one.attrib["d"]) for one in drawn.iter("path") if "stroke-dasharray" in one.attrib)
    (curve,) = (numbers_of(one.attrib["d"]) for one in drawn.iter("path") if one.get("class") == "curve")
    assert len(curve) == len(lower) == len(upper)
    for (x, low), (_, middle), (_, high) in zip(lower, curve, upper, strict=True):
        assert 0 <= x <= 760
        assert 0 <= high <= middle <= low <= 420


def test_two_pictures_on_a_page_share_no_name():
    names = [
        {
            node.attrib["id"]
            for node in parse(draw_time_activity(fit(), POINTS, organ="liver", key=key)).iter()
            if "id" in node.attrib
        }
        for key in ("one", "two")
    ]
    assert len(names[0]) == 3
    assert not names[0] & names[1]


def test_numbers_stand_in_a_table():
    rows = dict(tabulate_time_activity(fit(((0.0, 100.0), (50.0, 50.0), (100.0, 25.0)))))
    assert rows["curve"] == "mono-exponential"
    assert rows["time-integrated activity"] == f"{100 * 50 / log(2):.4g} MBq h"
    assert rows["half-life 1"].startswith("50 h, times or divided by 1.")
    assert rows["after the last point"] == "25%"


def test_a_half_life_at_its_limit_has_no_spread():
    rows = dict(tabulate_time_activity(fit(model=CurveModel.BI_WASHOUT)))
    assert "half-life 2" in rows


@pytest.mark.parametrize("time_h", [0.0, 30.0, 100.0])
def test_the_band_of_one_exponential_is_that_of_a_straight_line(time_h):
    """ln A(t) has the variance s^2 (1/n + (t - mean)^2 / sum of squares), s^2 = ln 1.01."""
    found = fit(((0.0, 100.0), (50.0, 50.0), (100.0, 25.0)))
    band = compute_activity_band(found, times_h=[time_h])
    spread = 1.959964 * sqrt(log(1.01) * (1 / 3 + (time_h - 50) ** 2 / 5000))
    middle = 100 * 2 ** (-time_h / 50)
    assert band.middle_mbq[0] == pytest.approx(middle, rel=1e-9)
    assert band.lower_mbq[0] == pytest.approx(middle * exp(-spread), rel=1e-6)
    assert band.upper_mbq[0] == pytest.approx(middle * exp(spread), rel=1e-6)
