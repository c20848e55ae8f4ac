"""Absorbed doses added up by hand: known as long as each cycle was measured, and not nothing where none was."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipoise.analysis.facts import Absorbed, Given, SubjectFacts
from equipoise.analysis.organ_doses import accumulate_dose

START = date(2026, 3, 2)


def dose(number):
    return Given(f"cycle-{number}", "prrt", START + timedelta(days=56 * number), is_dose=True, entries=(10 + number,))


def kidney(number, gy, percent="13", organ="kidney", entry=None):
    deviation = None if percent is None else Decimal(percent)
    on = START + timedelta(days=56 * number + 1)
    return Absorbed(f"cycle-{number}", organ, on, Decimal(gy), deviation, (entry or 20 + number,))


def subject(n_doses, *absorbed):
    given = tuple(dose(number) for number in range(1, n_doses + 1))
    return SubjectFacts("S-1", "site", "arm-2", "all", START, (1,), given=given, absorbed=absorbed)


def told(subject):
    return [(each.number, each.own, each.total, each.deviation) for each in accumulate_dose(subject, "kidney")]


def test_doses_and_their_deviations_add_up():
    """3.0 + 2.5 + 1.5 Gy; 13 % of 3.0, 20 % of 2.5 and 10 % of 1.5 are 0.39, 0.50 and 0.15 Gy, which add up to 1.04."""
    found = told(subject(3, kidney(1, "3.0"), kidney(2, "2.5", "20"), kidney(3, "1.5", "10")))
    assert found == [
        (1, Decimal("3.0"), Decimal("3.0"), Decimal("0.39")),
        (2, Decimal("2.5"), Decimal("5.5"), Decimal("0.89")),
        (3, Decimal("1.5"), Decimal("7.0"), Decimal("1.04")),
    ]


def test_a_cycle_without_dosimetry_leaves_the_sum_unknown_from_there_on():
    found = told(subject(3, kidney(1, "3.0"), kidney(3, "1.5")))
    assert [(total, deviation) for _, _, total, deviation in found] == [
        (Decimal("3.0"), Decimal("0.39")),
        (None, None),
        (None, None),
    ]
    assert found[2][1] == Decimal("1.5"), "that of the cycle itself is known"


def test_a_deviation_that_is_not_stated_leaves_that_of_the_sum_unknown():
    found = told(subject(2, kidney(1, "3.0", None), kidney(2, "2.5")))
    assert [(total, deviation) for _, _, total, deviation in found] == [(Decimal("3.0"), None), (Decimal("5.5"), None)]


def test_the_entry_recorded_last_counts_and_leads_to_its_event():
    (found,) = accumulate_dose(subject(1, kidney(1, "3.0"), kidney(1, "2.0", entry=99)), "kidney")
    assert (found.total, found.entries) == (Decimal("2.0"), (99,))


@pytest.mark.parametrize("absorbed", [(), (kidney(1, "0.1", organ="marrow"),)])
def test_who_was_never_measured_has_no_course(absorbed):
    assert accumulate_dose(subject(2, *absorbed), "kidney") == ()


def test_dosimetry_of_a_dose_that_is_not_on_record_adds_nothing():
    assert told(subject(1, kidney(1, "3.0"), kidney(2, "2.5"))) == [
        (1, Decimal("3.0"), Decimal("3.0"), Decimal("0.39"))
    ]


def test_dosimetry_before_a_later_dose_is_not_taken_for_nothing_when_its_own_dose_is_missing():
    """The kidneys had the 3.0 Gy of cycle 1, though nobody recorded that dose: what follows adds up to an unknown."""
    whole = subject(3, kidney(1, "3.0"), kidney(2, "2.5"), kidney(3, "1.5"))
    found = told(replace(whole, given=whole.given[1:]))
    assert found == [(1, Decimal("2.5"), None, None), (2, Decimal("1.5"), None, None)]


def test_a_cycle_that_is_on_record_twice_is_added_once():
    """3.0 and 2.5 Gy are 5.5 Gy, and two cycles."""
    whole = subject(2, kidney(1, "3.0"), kidney(2, "2.5"))
    again = replace(whole.given[0], on=whole.given[0].on + timedelta(days=1), entries=(15,))
    found = told(replace(whole, given=(*whole.given, again)))
    assert [(number, total) for number, _, total, _ in found] == [(1, Decimal("3.0")), (2, Decimal("5.5"))]
