"""What folds remember: seen only where the log that it tells of is seen, and never from a transaction that failed."""

import threading
from functools import partial

import pytest
from tests.office_store import MemoryStore
from tests.store_world import (
    TickingClock,
    history,
    identify,
    make_store,
    move,
    opened,
    reopen,
    setting_up,
    write,
    write_destruction,
)

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry
from equipoise.operations.office.visibility import Visibility
from equipoise.store.memory import SharedMemory, TransactionMemory


@pytest.fixture(params=["in a database", "in memory"])
def store(request, sqlite_url):
    """Both stores that implement the port; the one in memory is what tests of the office use."""
    if request.param == "in memory":
        yield MemoryStore()
    else:
        with opened(make_store(sqlite_url)) as made:
            yield made


def remembered(store, key):
    with store.reading() as view:
        return view.memory.get(key)


def test_what_a_transaction_puts_is_seen_by_the_next(store):
    with store.writing() as desk:
        for each in history(8):
            desk.append(each)
        desk.memory.put("S-0001", "as of event 8")
        assert desk.memory.get("S-0001") == "as of event 8"
    assert remembered(store, "S-0001") == "as of event 8"
    assert remembered(store, "S-0002") is None
    with store.reading() as view:
        view.memory.put("S-0002", "looked at")
    with store.writing() as desk:
        assert desk.memory.get("S-0002") == "looked at"


def test_what_a_failed_transaction_put_is_never_seen(store):
    write(store, setting_up())
    with store.writing() as desk:
        desk.memory.put("S-0001", "before")
    with pytest.raises(RuntimeError, match="power cut"), store.writing() as desk:
        desk.append(identify(1))
        desk.memory.put("S-0001", "never committed")
        desk.memory.clear()
        desk.memory.put("S-0002", "never committed")
        raise RuntimeError("power cut")
    assert remembered(store, "S-0001") == "before"
    assert remembered(store, "S-0002") is None


def test_clearing_forgets_what_others_put_as_well(store):
    with store.writing() as desk:
        desk.memory.put("a", 1)
    with store.writing() as desk:
        desk.memory.clear()
        desk.memory.put("b", 2)
        assert desk.memory.get("a") is None
    assert (remembered(store, "a"), remembered(store, "b")) == (None, 2)


def test_destroying_an_identity_forgets_everything(store):
    write(store, [*setting_up(), identify(1)])
    with store.writing() as desk:
        desk.memory.put("S-0001", "anything")
    write_destruction(store, 1)
    assert remembered(store, "S-0001") is None


def test_uncommitted_values_are_not_seen_beside_the_transaction(sqlite_store):
    write(sqlite_store, [*setting_up(), identify(1)])
    with sqlite_store.writing() as desk:
        desk.append(move(1, 1))
        desk.memory.put("S-0001", "moved")
        assert _in_another_thread(lambda: remembered(sqlite_store, "S-0001")) is None
    assert remembered(sqlite_store, "S-0001") == "moved"


def test_a_view_of_an_earlier_end_of_the_log_sees_nothing_of_later_events(sqlite_store):
    write(sqlite_store, [*setting_up(), identify(1)])
    with sqlite_store.reading() as early:
        assert early.memory.get("S-0001") is None

        def act():
            with sqlite_store.writing() as desk:
                desk.append(move(1, 1))
                desk.memory.put("S-0001", "moved")

        _in_another_thread(act)
        assert len(list(early.events())) == 5
        assert early.memory.get("S-0001") is None
        early.memory.put("S-0001", "not yet moved")
    assert remembered(sqlite_store, "S-0001") == "moved"


def test_the_value_put_longest_ago_is_forgotten_first():
    shared = SharedMemory(most=2)
    memory = TransactionMemory(shared, lambda: 1)
    for key in ("a", "b", "a", "c"):
        memory.put(key, key.upper())
    memory.leave()
    other = TransactionMemory(shared, lambda: 1)
    assert [other.get(key) for key in "abc"] == ["A", None, "C"]
    other.put("d", "D")
    other.leave()
    assert [TransactionMemory(shared, lambda: 2).get(key) for key in "acd"] == [None, "C", "D"]


def _in_another_thread(work):
    """The result of some work that another thread does meanwhile."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(timeout=20)
    return found[0]


def test_where_nobody_else_wrote_the_last_event_of_a_subject_is_known():
    shared = SharedMemory()
    assert not shared.is_last("S-0001", 9, 9)
    first = TransactionMemory(shared, lambda: 12)
    first.begin(10)
    first.wrote({"S-0001": 11, "S-0002": 12}, 12)
    assert first.is_last("S-0001", 11)
    assert not first.is_last("S-0001", 10)
    assert not shared.is_last("S-0001", 11, 12), "nobody before it has ended"
    first.leave()
    known = {seq: shared.is_last("S-0001", seq, 12) for seq in (9, 10, 11)}
    assert known == {9: False, 10: False, 11: True}, "from event 10 on it is known, and event 11 is of this subject"
    assert shared.is_last("S-0003", 10, 12)
    assert not shared.is_last("S-0003", 10, 13), "another process wrote event 13"


def test_what_others_wrote_meanwhile_is_not_taken_for_nothing():
    shared = SharedMemory()
    for head in (11, 13):
        memory = TransactionMemory(shared, partial(int, head))
        memory.begin(head - 1)
        memory.wrote({"S-0001": head}, head)
        memory.leave()
    assert not shared.is_last("S-0002", 11, 13), "event 12 may be of this subject"
    assert shared.is_last("S-0002", 12, 13)


def test_a_thread_that_tells_late_what_it_wrote_makes_nobody_forget():
    shared = SharedMemory()
    late, next_one = TransactionMemory(shared, lambda: 11), TransactionMemory(shared, lambda: 12)
    late.begin(10)
    late.wrote({"S-0001": 11}, 11)
    next_one.begin(11)
    next_one.wrote({"S-0001": 12}, 12)
    next_one.leave()
    late.leave()
    assert not shared.is_last("S-0001", 11, 12)
    assert shared.is_last("S-0001", 12, 12)


def test_events_of_another_process_are_found_by_whoever_knows_the_subject(any_url):
    """Two stores on one database stand for two processes; each writes after the other, and both see everything."""
    clock = TickingClock()
    with opened(make_store(any_url, clock=clock)) as one, opened(reopen(any_url, clock=clock)) as other:
        write(one, [*setting_up(), identify(1)])
        for step, store in enumerate((one, other, one, one, other, other, one), start=1):
            write(store, [move(1, step)])
            for at in (one, other):
                with at.reading() as view:
                    assert len(list(view.events(after=5, subject="S-0001"))) == step
                    assert list(view.events(after=5 + step, subject="S-0001")) == []


def test_who_may_not_know_of_hidden_events_is_told_no_sooner_when_there_are_none(sqlite_store):
    """That nothing came after is known without asking: it must not show in what the database is asked."""
    write(sqlite_store, [*setting_up(), identify(1)])
    hidden = Entry(Act.MOVE_COURSE, "u1", Role.COORDINATOR, {Visibility.TREATMENT: Change()}, subject="S-0001")

    def asked(*, may_know):
        told = []
        with sqlite_store.reading() as view:
            assert view.memory.head
            view.connection.raw().set_trace_callback(told.append)
            n_events = len(list(view.events(after=5, subject="S-0001", hidden=may_know)))
            view.connection.raw().set_trace_callback(None)
        return n_events, len(told)

    assert [asked(may_know=may_know) for may_know in (True, False)] == [(0, 0), (0, 1)]
    write(sqlite_store, [hidden])
    assert asked(may_know=False) == (0, 1)
    assert asked(may_know=True)[0] == 1
