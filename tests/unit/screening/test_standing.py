"""Who stands where, as the design says: ineligible when any blocks, eligible when all pass, else undetermined."""

from datetime import date

import pytest

from equipoise.screening.standing import Status, is_dead_on, status_of

AS_OF = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("is_deceased", "is_blocked", "passes_all", "status"),
    [
        (False, False, False, Status.UNDETERMINED),
        (False, False, True, Status.ELIGIBLE),
        (False, True, False, Status.INELIGIBLE),
        (False, True, True, Status.INELIGIBLE),
        (True, False, False, Status.INELIGIBLE),
        (True, False, True, Status.INELIGIBLE),
        (True, True, False, Status.INELIGIBLE),
        (True, True, True, Status.INELIGIBLE),
    ],
)
def test_each_case_has_one_status(is_deceased, is_blocked, passes_all, status):
    assert status_of(is_deceased=is_deceased, is_blocked=is_blocked, passes_all=passes_all) is status


@pytest.mark.parametrize(
    ("is_deceased", "first", "is_dead"),
    [
        (True, date(2026, 1, 14), True),
        (True, date(2026, 1, 15), True),
        (True, date(2026, 1, 16), False),
        (True, None, True),
        (False, None, False),
        (None, None, False),
    ],
)
def test_whoever_may_be_dead_counts_as_dead(is_deceased, first, is_dead):
    assert is_dead_on({"is_deceased": is_deceased, "death_lower": first}, AS_OF) is is_dead
