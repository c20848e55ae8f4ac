"""Grades of Clavien and Dindo in their order, and death within 90 days of an operation."""

from datetime import date, timedelta

import pytest

from equipoise.assessments.surgery import ClavienDindo, died_within_90_days, is_at_least

DAY_0 = date(2026, 3, 1)
# Dindo 2004, table 1, from the mildest to the worst.
ORDER = ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


@pytest.mark.parametrize(
    ("died", "as_of", "expected"),
    [
        (90, 400, True),
        (91, 400, False),
        (0, 0, True),
        (None, 89, None),
        (None, 90, False),
        (-1, 400, None),
    ],
)
def test_ninety_day_mortality_follows_from_two_days(died: int | None, as_of: int, expected: bool | None) -> None:
    assert died_within_90_days(DAY_0, None if died is None else day(died), day(as_of)) is expected


@pytest.mark.parametrize(
    ("limit", "counted"),
    [
        ("I", ORDER),
        ("II", ORDER[1:]),
        ("III", ORDER[2:]),
        ("IIIa", ORDER[2:]),
        ("IIIb", ORDER[3:]),
        ("IV", ORDER[4:]),
        ("IVb", ORDER[5:]),
        ("V", ORDER[6:]),
    ],
)
def test_a_limit_takes_its_own_grade_with_both_of_its_halves_and_what_is_worse(limit, counted) -> None:
    assert tuple(grade.value for grade in ClavienDindo if is_at_least(grade, limit)) == counted
