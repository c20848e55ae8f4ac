"""Python and SQL say the same of partial dates and numbers; expected values are arithmetic on the text."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.records.dates import day_interval, instant_of
from equipoise.records.sql import open_engine
from equipoise.records.values import read_measured, read_number

ENGINE = open_engine(Path("unused-no-spill"))
D = Decimal


def in_sql(expression: str, text: str) -> object:
    return ENGINE.execute(f"SELECT {expression}", {"t": text}).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026", (date(2026, 1, 1), date(2026, 12, 31))),
        ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2026-01-15", (date(2026, 1, 15), date(2026, 1, 15))),
        # The day is the one written, although it was still the 14th in UTC.
        ("2026-01-15T00:30:00+01:00", (date(2026, 1, 15), date(2026, 1, 15))),
        ("2026-13", None),
        ("2026-02-30", None),
        ("2026/01/15", None),
        ("0000-01-01", None),
        ("26-1-1", None),
        ("yesterday", None),
    ],
)
def test_partial_date_is_an_interval_of_days_as_written(text, days):
    assert day_interval(text) == days
    assert (in_sql("day_lower($t)", text), in_sql("day_upper($t)", text)) == (days or (None, None))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        # A cast to TIMESTAMP would drop the offset and say 00:30 of the 15th.
        ("2026-01-15T00:30:00+01:00", datetime(2026, 1, 14, 23, 30)),
        ("2026-01-15T08:00Z", datetime(2026, 1, 15, 8, 0)),
        ("2026-01-15T08:00:00", None),
        ("2026-01-15", None),
        ("2026-01-15T25:00:00Z", None),
    ],
)
def test_instant_is_in_utc_and_needs_an_offset(text, instant):
    assert instant_of(text) == instant
    assert in_sql("instant_of($t)", text) == instant


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("8.04", D("8.04"), D("8.04")),
        ("8", D(8), D(8)),
        ("1.0000000000", D(1), D(1)),
        ("3.7037037", D("3.703703"), D("3.703704")),
        ("-3.7037037", D("-3.703704"), D("-3.703703")),
        ("7.99999999999999999999999999", D("7.999999"), D(8)),
        ("-0.0000000000000000000000000000000001", D("-0.000001"), D(0)),
        ("1e-3", D("0.001"), D("0.001")),
        ("1.5E2", D(150), D(150)),
        ("123456789012", D(123456789012), D(123456789012)),
    ],
)
def test_number_is_exact_or_the_interval_between_its_neighbours(text, lower, upper):
    number = read_number(text)
    assert number is not None
    assert (number.lower, number.upper, number.is_lower_closed) == (lower, upper, lower == upper)
    assert (in_sql("number_lower($t)", text), in_sql("number_upper($t)", text)) == (lower, upper)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1,5", "5.", ".5", "1234567890123", "1e-9", "1E13", "x"]
)
def test_what_is_no_number_or_too_large_is_not_understood(text):
    assert read_number(text) is None
    assert in_sql("number_lower($t)", text) is None


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=9))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_python_and_sql_read_the_same_numbers(value):
    text = f"{value:f}"
    number = read_number(text)
    assert number is not None
    assert number.lower is not None
    assert number.upper is not None
    assert number.lower <= value <= number.upper
    assert number.upper - number.lower in (0, D("0.000001"))
    assert (in_sql("number_lower($t)", text), in_sql("number_upper($t)", text)) == (number.lower, number.upper)


@pytest.mark.parametrize(
    ("text", "lower", "upper", "unit"),
    [
        ("7.9 g/dL", D("7.9"), D("7.9"), "g/dL"),
        ("<0.2", None, D("0.2"), None),
        ("≥ 3", D(3), None, None),
        ("20%", D(20), D(20), "%"),
        ("150 10*9/L", D(150), D(150), "10*9/L"),
    ],
)
def test_number_in_a_text_is_read_with_comparator_and_unit(text, lower, upper, unit):
    number = read_measured(text)
    assert number is not None
    assert (number.lower, number.upper, number.unit) == (lower, upper, unit)


@pytest.mark.parametrize("text", ["2+", "10-20", "3B", "1 2", "about 5", "1:128", ""])
def test_text_that_only_looks_like_a_number_stays_a_text(text):
    assert read_measured(text) is None
    assert in_sql("measured($t)", text) is None
