from decimal import Decimal

import pytest

from equipoise.authoring.model import AgeLimit
from equipoise.authoring.registries.ages import AgeReading, contradiction, has_no_limit, read_age, read_ages


def years(number: int, text: str) -> AgeLimit:
    return AgeLimit(Decimal(number), "years", text)


@pytest.mark.parametrize(
    ("words", "minimum", "maximum"),
    [
        ("18 Years and up", years(18, "18 Years"), None),
        ("18 Years and older (Adult, Older Adult)", years(18, "18 Years"), None),
        ("18 Years to 75 Years", years(18, "18 Years"), years(75, "75 Years")),
        ("18-75 years", years(18, "18 years"), years(75, "75 years")),
        ("6 Months to 12 Years", AgeLimit(Decimal(6), "months", "6 Months"), years(12, "12 Years")),
        ("up to 17 Years", None, years(17, "17 Years")),
        ("N/A to 17 Years", None, years(17, "17 Years")),
        ("18 Years to N/A", years(18, "18 Years"), None),
        ("≥ 21 years", years(21, "21 years"), None),
        ("N/A", None, None),
    ],
)
def test_an_age_field_gives_the_limits_it_states(words: str, minimum: AgeLimit, maximum: AgeLimit) -> None:
    reading = read_ages(words)
    assert (reading.minimum, reading.maximum) == (minimum, maximum)
    assert reading.is_understood


def test_age_groups_without_numbers_give_no_limit() -> None:
    assert read_ages("Child, Adult") == AgeReading(groups="Child, Adult")


@pytest.mark.parametrize("words", ["under 18 Years", "older than 18 Years", "18 Years", "18+", "adults of any kind"])
def test_an_age_that_cannot_be_held_exactly_is_not_read(words: str) -> None:
    reading = read_ages(words)
    assert not reading.is_understood
    assert reading.minimum is reading.maximum is None


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("18 Years", years(18, "18 Years")),
        ("6 Months", AgeLimit(Decimal(6), "months", "6 Months")),
        ("2 Weeks", AgeLimit(Decimal(2), "weeks", "2 Weeks")),
        ("30 Minutes", AgeLimit(Decimal(30), "minutes", "30 Minutes")),
        ("N/A", None),
        ("eighteen", None),
    ],
)
def test_a_single_age_keeps_its_number_and_its_unit(words: str, limit: AgeLimit | None) -> None:
    assert read_age(words) == limit


def test_no_limit_is_told_from_an_age_that_cannot_be_read() -> None:
    assert has_no_limit("N/A")
    assert not has_no_limit("eighteen")


def test_a_minimum_above_the_maximum_is_a_contradiction_across_units() -> None:
    minimum, maximum = AgeLimit(Decimal(24), "months", "24 Months"), years(1, "1 Year")
    assert "minimum '24 Months' is above maximum '1 Year'" in contradiction(minimum, maximum)
    assert contradiction(maximum, minimum) == ""
    assert contradiction(None, maximum) == ""
