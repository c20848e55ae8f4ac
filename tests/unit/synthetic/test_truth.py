"""The truth known by construction reaches every outcome, and the arithmetic behind it is right."""

from collections import Counter
from datetime import date
from fractions import Fraction

import pytest

from equipoise.synthetic.chart import Chart
from equipoise.synthetic.kidney import weight_for
from equipoise.synthetic.laboratory import HAEMOGLOBIN, number, quantity
from equipoise.synthetic.person import years_before
from equipoise.synthetic.population import Recipe, make_patient
from equipoise.synthetic.therapy import days_in_year_before
from equipoise.synthetic.truth import (
    AMENDED,
    CRITERIA,
    EXCLUSIONS,
    INCLUSIONS,
    ORIGINAL,
    VERSIONS,
    Truth,
    either,
    false,
    true,
    unknown,
)

AS_OF = date(2026, 1, 15)
CAUSES = {
    "never-measured",
    "too-old",
    "no-unit",
    "unknown-unit",
    "no-reference-range",
    "overlap",
    "partial-date",
    "unmapped-code",
    "unsuitable-method",
    "conflict",
    "reading-open",
    "needs-person",
}
"""The closed list of causes without those that no patient's records can produce: a missing table and damaged text."""


@pytest.fixture(scope="module")
def charts() -> list[Chart]:
    recipe = Recipe(seed=3, as_of=AS_OF, filler=0)
    return [make_patient(k, recipe) for k in range(2000)]


def test_versions_have_23_and_22_criteria():
    assert [len(CRITERIA[version]) for version in VERSIONS] == [23, 22]
    assert set(CRITERIA[ORIGINAL]) - set(CRITERIA[AMENDED]) == {"I6"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_criterion_is_true_false_and_unknown_for_someone(charts, version):
    for criterion_id in CRITERIA[version]:
        found = Counter(chart.truths[version, criterion_id].truth for chart in charts)
        assert min(found[truth] for truth in Truth) >= 5, (criterion_id, found)


def test_every_cause_is_reached(charts):
    assert {known.cause for chart in charts for known in chart.truths.values()} == CAUSES | {""}


def test_versions_differ_only_where_the_amendment_does(charts):
    differing = {
        criterion_id
        for chart in charts
        for criterion_id in CRITERIA[AMENDED]
        if chart.truths[ORIGINAL, criterion_id].truth != chart.truths[AMENDED, criterion_id].truth
    }
    assert differing == {"E2", "E3"}


@pytest.mark.parametrize("version", VERSIONS)
def test_some_people_are_eligible_in_a_demo_of_500(charts, version):
    def passes(chart: Chart, criterion_id: str) -> bool:
        wanted = Truth.TRUE if criterion_id in INCLUSIONS else Truth.FALSE
        return chart.truths[version, criterion_id].truth is wanted

    eligible = [chart for chart in charts[:500] if all(passes(chart, name) for name in CRITERIA[version])]
    assert 3 <= len(eligible) <= 40


def test_share_of_pannet_is_the_one_asked_for():
    for share in (0.0, 1.0):
        recipe = Recipe(seed=3, as_of=AS_OF, filler=0, pannet_share=share)
        found = [make_patient(k, recipe).truths[ORIGINAL, "I1"].truth for k in range(200)]
        assert (Truth.TRUE in found) == (share == 1.0)


@pytest.mark.parametrize("as_of", [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31)])
def test_awkward_days_of_judgement_still_reach_everything(as_of):
    recipe = Recipe(seed=1, as_of=as_of, filler=0)
    truths = {known for k in range(400) for known in map(_flat, make_patient(k, recipe).truths.items())}
    assert truths >= {(name, truth) for name in EXCLUSIONS for truth in Truth}


def _flat(item):
    (_, criterion_id), known = item
    return criterion_id, known.truth


def test_any_of_parts_is_kleene_any():
    parts = false("a"), unknown("overlap", "b"), true("c")
    assert either(*parts).truth is Truth.TRUE
    assert either(*parts[:2]).truth is Truth.UNKNOWN
    assert either(parts[0]).truth is Truth.FALSE


@pytest.mark.parametrize(
    ("is_female", "years", "creatinine", "kg"),
    [
        (False, 68, "1.2", 60.0),  # 50 x 72 x 1.2 / 72 = 60
        (True, 70, "1.1", 66.6),  # 50 x 72 x 1.1 / (70 x 0.85) = 66.555
        (False, 75, "1.2", 66.5),  # 50 x 72 x 1.2 / 65 = 66.46; with 62 kg the published vector gives 46.6
    ],
)
def test_least_weight_by_cockcroft_gault(is_female, years, creatinine, kg):
    chart = Chart(0, 0, AS_OF)
    chart.is_female, chart.years = is_female, years
    assert weight_for(chart, Fraction(creatinine)) == round(10 * kg)


def test_haemoglobin_sides_meet_at_the_printed_limits():
    """The record prints < 8.0 g/dL and < 5.0 mmol/L; 80 g/L is the first in the other unit of mass."""
    limits = {(scale.unit, number(scale.high[0], scale.decimals)) for scale in HAEMOGLOBIN.scales}
    assert limits == {("g/dL", "8.0"), ("gm/dL", "8.0"), ("g/L", "80"), ("mmol/L", "5.0")}
    assert all(scale.high[0] - scale.low[1] == 1 for scale in HAEMOGLOBIN.scales)


def test_numbers_keep_their_decimals():
    assert [number(8, 1), number(80, 1), number(5, 2), number(120, 0)] == ["0.8", "8.0", "0.05", "120"]


def test_a_quantity_without_unit_has_none():
    assert quantity("2.5", "") == '"valueQuantity":{"value":2.5}'
    assert quantity("0.2", "mg/dL", "<", is_coded=False) == (
        '"valueQuantity":{"comparator":"<","value":0.2,"unit":"mg/dL"}'
    )


def test_a_leap_day_goes_back_to_28_february():
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert days_in_year_before(date(2024, 2, 29)) == 366
    assert days_in_year_before(AS_OF) == 365
