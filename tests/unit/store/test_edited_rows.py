"""Rows edited by hand: what the office then writes on their word, verification does not take as written."""

import pytest
from tests.office_store import Clock
from tests.office_trial import Office
from tests.store_world import make_store, opened

from equipoise.store.verify import verify

UNDO = "UPDATE subjects SET participation = 'eligible', allocation_seq = NULL"


@pytest.fixture
def office(any_url):
    clock = Clock()
    with opened(make_store(any_url, clock=clock)) as store:
        yield Office(store, clock)


def edit(office, statement):
    with office.store.database.plain() as connection:
        connection.raw().execute(statement)


def test_a_row_edited_by_hand_is_found(office):
    office.allocated()
    assert verify(office.store).findings == ()
    edit(office, UNDO)
    assert [finding.where for finding in verify(office.store).findings] == ["table subjects"]


def test_a_second_allocation_on_the_word_of_an_edited_row_is_found(office):
    """The row comes out right again, for the second event writes it: only the log tells that there were two."""
    subject = office.allocated()
    edit(office, UNDO)
    office.allocate(subject, "another-request")
    said = [finding.what for finding in verify(office.store).findings]
    assert said == ["they cannot be made from the log (LookupError)"]
