"""Sources: the windows of criteria (`nodes.days_before`, an independent writing of the same rule); hand arithmetic."""

import random
from datetime import date, timedelta
from fractions import Fraction

import pytest

from equipoise.assessments.derived.change import compute_change_percent, compute_whole_months
from equipoise.criteria.nodes import WindowUnit, days_before


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31", "2026-02-28", 0),
        ("2026-01-31", "2026-03-01", 1),
        ("2026-02-28", "2026-03-28", 1),
        ("2026-02-28", "2026-03-27", 0),
        ("2024-02-29", "2025-02-28", 11),
        ("2024-02-29", "2025-03-01", 12),
        ("2025-02-28", "2024-02-29", -11),
        ("2026-05-05", "2026-05-05", 0),
    ],
)
def test_whole_months_by_the_calendar(start, end, months):
    assert compute_whole_months(start=date.fromisoformat(start), end=date.fromisoformat(end)) == months


def test_months_are_counted_as_windows_count_them():
    """n whole months have passed exactly when a window of n months reaches the start and one of n + 1 does not."""
    rng = random.Random(20260)
    for _ in range(4000):
        start = date(2020, 1, 1) + timedelta(days=rng.randrange(1500))
        end = start + timedelta(days=rng.randrange(900))
        months = compute_whole_months(start=start, end=end)
        assert days_before(end, months, WindowUnit.MONTH) >= start
        assert days_before(end, months + 1, WindowUnit.MONTH) < start


@pytest.mark.parametrize(
    ("value", "baseline", "percent"),
    [(63, 70, "-10"), (77, 70, "10"), (70, 70, "0"), (0, 70, "-100"), (1, 3, "-200/3")],
)
def test_percentage_is_of_the_baseline(value, baseline, percent):
    assert compute_change_percent(value=value, baseline=baseline) == Fraction(percent)
