"""The page of a design: whole without scripts or a net, every number in a table, simulated wherever one looks."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from equipoise.allocation.design import simulate_design
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.planning import ExpectedFactor, Plan
from equipoise.allocation.recommending import recommend
from equipoise.reporting.design_page import render_design
from equipoise.reporting.design_picture import Point, draw_methods

SITE = ExpectedFactor(Factor("site <b>", ("Uppsala & Co", "Leeds")), (2, 1))
GRADE = ExpectedFactor(Factor("grade", ("1", "2")), (1, 1))
PLANS = {
    "alone": Plan(30, (Arm("A"), Arm("B"))),
    "strata": Plan(30, (Arm("A <i>"), Arm("B")), (SITE,)),
    "factors": Plan(30, (Arm("A", 2), Arm("B")), (SITE, GRADE)),
}
VOID = {"meta", "link", "line", "rect", "path", "circle", "br"}


@pytest.fixture(scope="module", params=PLANS)
def page(request, tmp_path_factory):
    plan = PLANS[request.param]
    table = simulate_design(plan, np.random.default_rng(1), n_trials=50)
    path = tmp_path_factory.mktemp("page") / "page.html"
    render_design(plan, table, recommend(plan, table), path, title="A trial <to> plan", seed=1, n_trials=50)
    return plan, table, path.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Fails on tags that are closed in another order than they were opened; counts cells of table rows."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.ids = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids += [named["id"]] if "id" in named else []
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += int(named.get("colspan", 1))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_is_well_formed_and_every_row_has_every_column(page):
    plan, table, text = page
    tags = Tags(text)
    assert len(tags.ids) == len(set(tags.ids))
    first, *rest = tags.rows
    assert set(rest[1:]) == {first}
    assert len(rest) == 1 + len(table) + (0 if plan.n_strata == 1 else 3)


def test_the_page_fetches_and_runs_nothing(page):
    _, _, text = page
    assert not re.search(r"<script|<link|<img|src=|https?:|url\((?!#)", text)


def test_the_page_says_that_it_is_simulated_and_that_a_person_decides(page):
    _, _, text = page
    assert "Simulated: no subject of these figures exists. A person decides; nothing is frozen yet." in text
    assert "Everything here is simulated, with seed 1" in text
    assert "<caption>Simulated, 50 trials for each method." in text


def test_every_method_has_a_row_with_its_figures_and_a_point(page):
    _, table, text = page
    for number, figures in enumerate(table, start=1):
        name = figures.candidate.name.replace("'", "&#39;")
        row = re.search(rf'<td class="n">{number}</td><th scope="row">{name}</th>(.*?)</tr>', text, re.DOTALL)
        assert row is not None
        assert f">{figures.certain:.1%}<" in row[1]
        assert f">{figures.trial.mean:.1f}<" in row[1]
        assert f">{number}</text>" in text
    assert text.count('class="ring"') == 1
    assert text.count('<tr class="recommended">') == 1


def test_points_are_filled_as_far_as_methods_are_even_enough(page):
    """Counted again from the figures: in 19 of 20 trials within the tolerance of trial and level."""
    plan, table, text = page
    allowed = recommend(plan, table).tolerance
    for number, figures in enumerate(table, start=1):
        is_even = figures.trial.nineteen_of_twenty <= allowed.trial
        if allowed.level is not None:
            is_even = is_even and figures.level.nineteen_of_twenty <= allowed.level
        (css,) = re.findall(rf'<title>{number}\. .*?class="method (in|out)"', text)
        assert (css == "in") is is_even


def test_names_are_shown_as_written_and_never_as_tags(page):
    plan, _, text = page
    assert "A trial &lt;to&gt; plan" in text
    assert "<to>" not in text
    if plan.factors:
        assert "site &lt;b&gt; (Uppsala &amp; Co: 66.7%, Leeds: 33.3%)" in text


def points_of(*places):
    return [
        Point(number, f"method {number}", "big-stick", apart, guessed, is_tolerable=True, is_recommended=False)
        for number, (apart, guessed) in enumerate(places, start=1)
    ]


def places_of(text, pattern):
    return [tuple(map(float, place)) for place in re.findall(pattern, text)]


def test_a_point_stands_further_right_when_uneven_and_lower_when_hidden():
    picture = draw_methods(points_of((1, 0.7), (3, 0.55)), chance=0.5)
    even, hidden = places_of(picture, r'<g transform="translate\(([\d.]+),([\d.]+)\)">')
    assert even[0] < hidden[0]
    assert even[1] < hidden[1]


def test_points_at_one_place_have_numbers_at_several():
    picture = draw_methods(points_of((1, 0.7), (1, 0.7), (1, 0.7)), chance=0.5)
    labels = places_of(picture, r'<text class="count" x="([\d.]+)" y="([\d.]+)" text-anchor="middle">\d</text></g>')
    assert len(set(labels)) == 3


def test_a_single_fair_method_can_be_drawn():
    assert "without any skill" in draw_methods(points_of((0, 0.5)), chance=0.5)
