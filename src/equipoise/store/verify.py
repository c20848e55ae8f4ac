"""Whether the database of a trial is what the office wrote: log, keys, checkpoints, tables, and anchors from outside.

Gives findings, each with the number of the event it is about. Whether that is a fault, a crime or a disk is for people
to say. A log that its owner wrote anew, with the keys, is found by an anchor alone (Decision 14).
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from equipoise.store.checkpoints import check_anchor, check_checkpoints
from equipoise.store.connection import Connection
from equipoise.store.findings import Finding, Report
from equipoise.store.log import TrialStore
from equipoise.store.rebuild import find_differences, rebuilt_aside
from equipoise.store.tables import CHECKPOINTS, EVENTS
from equipoise.store.view import TrialView
from equipoise.store.walking import Walk, walk

_N_EVENTS = select(func.count()).select_from(EVENTS)
_N_CHECKPOINTS = select(func.count()).select_from(CHECKPOINTS)
_HASH = select(EVENTS.c.hash).where(EVENTS.c.seq == bindparam("seq"))


def verify(
    store: TrialStore,
    *,
    anchors: Sequence[Mapping[str, Any]] = (),
    has_tables: bool = True,
    n_processes: int | None = None,
) -> Report:
    """
    Verify the whole database.

    Parameters
    ----------
    anchors
        Checkpoints that were kept outside, as documents.
    has_tables
        Whether the tables are compared with the log as well; that takes much longer than the log itself.
    n_processes
        How many share the work on a long log; as many as there are processors when not given.
    """
    with store.reading() as view:
        n_events = _count(view.connection, _N_EVENTS)
        seen = walk(
            view.connection,
            view.keyring,
            store.database.url,
            n_events=n_events,
            n_processes=n_processes or os.cpu_count() or 1,
        )
        findings = [*seen.findings, *_check_keys(view, seen)]
        findings += check_checkpoints(view.connection, view.keyring, store.trial, lambda seq: _hash(view, seq))
        for anchor in anchors:
            findings += check_anchor(view.connection, view.keyring, anchor, lambda seq: _hash(view, seq))
        if has_tables:
            findings += _check_tables(view)
        n_checkpoints = _count(view.connection, _N_CHECKPOINTS)
    return Report(n_events, seen.last.stored, n_checkpoints, len(anchors), tuple(findings))


def _count(connection: Connection, statement: Any) -> int:
    found = connection.one(statement)
    return 0 if found is None else int(found[0])


def _hash(view: TrialView, seq: int) -> str | None:
    found = view.connection.one(_HASH, {"seq": seq})
    return None if found is None else str(found[0])


def _check_keys(view: TrialView, seen: Walk) -> Iterable[Finding]:
    """Keys are gone for the subjects for whom the log says so, and for no others."""
    for subject, seq in sorted(seen.closed.items()):
        if subject not in seen.destroyed_by:
            yield Finding(
                seq, "keys", f"the key to the identity of {subject} is gone, and no event says that it was destroyed"
            )
    there = view.keyring.subjects(view.connection)
    for subject, seq in sorted(seen.destroyed_by.items()):
        if there.get(subject) is not None:
            yield Finding(seq, "keys", f"the identity of {subject} was to be destroyed, and its key is there")


def _check_tables(view: TrialView) -> list[Finding]:
    """The tables against the log; a log that cannot be played says so, and its own findings tell why."""
    try:
        with rebuilt_aside(view) as made:
            differences = find_differences(view.connection, made)
    except Exception as error:
        return [Finding(0, "tables", f"they cannot be made from the log ({type(error).__name__})")]
    return [Finding(0, f"table {table}", f"the row {key} is not what the log says") for table, key in differences]
