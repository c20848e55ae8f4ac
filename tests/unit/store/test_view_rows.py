"""A view reads a row and an event once: what it has read is what it would read again."""

import pytest
from tests.store_world import history, identify, move, setting_up, write, write_destruction

from equipoise.operations.office.rows import Site, Subject
from equipoise.operations.office.visibility import Visibility


def test_a_row_is_as_the_last_event_left_it(any_store):
    write(any_store, setting_up())
    with any_store.writing() as desk:
        assert desk.get(Subject, "S-0001") is None
        desk.append(identify(1))
        first = desk.get(Subject, "S-0001")
        assert first is not None
        assert desk.get(Site, "leeds").n_subjects == 1
        desk.append(move(1, 1))
        assert desk.get(Subject, "S-0001") == desk.find(Subject, id="S-0001")[0] != first


def test_every_row_that_was_put_reads_back_the_same(any_store):
    """Booleans are numbers to SQLite: a row that was put must not differ from the row that is there."""
    with any_store.writing() as desk:
        for each in history(24):
            desk.append(each)
        kept = {place: row for place, row in desk._seen.items() if isinstance(place[1], str)}
    with any_store.reading() as view:
        assert {place: view.get(*place) for place in kept} == kept


def test_a_row_of_a_failed_transaction_is_not_known_to_the_next(any_store):
    write(any_store, setting_up())
    with pytest.raises(RuntimeError, match="power cut"), any_store.writing() as desk:
        desk.append(identify(1))
        raise RuntimeError("power cut")
    with any_store.writing() as desk:
        assert desk.get(Subject, "S-0001") is None


def test_rows_beyond_the_number_kept_are_read_again(any_store, monkeypatch):
    monkeypatch.setattr("equipoise.store.view.MOST_SEEN", 2)
    write(any_store, list(history(24)))
    with any_store.reading() as view:
        once = [view.get(Subject, f"S-{number:04d}") for number in (1, 2, 3, 1, 2, 3)]
        assert once[:3] == once[3:]
        assert len(view._seen) <= 2


def test_an_event_reads_as_it_was_written_and_without_an_identity_that_was_destroyed(any_store):
    """Events are kept as rows are, but for those with an identity: another process may destroy the key to it."""
    write(any_store, setting_up())
    with any_store.together():
        with any_store.writing() as desk:
            written = [desk.append(each) for each in (identify(1), move(1, 1))]
            assert [desk.event(each.seq) for each in written] == written
        with any_store.reading() as view:
            again = [view.event(each.seq) for each in written]
        assert again == written
        assert again[1] is written[1]
        write_destruction(any_store, 1)
        with any_store.reading() as view:
            assert view.event(written[0].seq).new("name", Visibility.IDENTITY) == "[destroyed]"
    with any_store.reading() as view:
        assert view.event(written[1].seq) == written[1]


def test_an_event_that_was_taken_back_is_not_known_to_the_next(any_store):
    with any_store.together():
        write(any_store, setting_up())
        with pytest.raises(RuntimeError, match="refused"), any_store.writing() as desk:
            desk.append(identify(1))
            desk.append(move(1, 1))
            raise RuntimeError("refused")
        write(any_store, [identify(2), move(2, 2)])
        with any_store.reading() as view:
            assert view.event(6).entry.subject == "S-0002"
