"""How fast a trial's log is written and verified: `python benchmarks/trial_log.py`.

Prints a table and, with `--json FILE`, the same numbers as JSON. Nothing is asserted. Each append is a transaction of
its own with a forced write. The yardstick, taken in turns with it, is a bare insert of the same bytes into a table of
SQLite with the same settings. Verification checks links, boxes, commitments and order of all events; making the tables
anew and comparing them is timed apart. With `--postgres URL` (an empty database or schema) the same on PostgreSQL.
"""

import argparse
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry
from equipoise.operations.office.visibility import Visibility
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store
from equipoise.store.verify import verify
from equipoise.store.walking import walk

MASTER = bytes(32)
COLUMNS = ("seq", "hash", "link", "content", "tag")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-", dir=options.work) as folder:
        results = [_bench(f"sqlite:///{Path(folder) / 'trial.db'}", "SQLite", Path(folder), options)]
        if options.postgres:
            results.append(_bench(options.postgres, "PostgreSQL", Path(folder), options))
    for result in results:
        _print(result)
    if options.json:
        machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
        options.json.write_text(json.dumps({"machine": machine, "results": results}, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=1_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    parser.add_argument("--events", type=int, default=100_000, help="length of the log that is verified")
    parser.add_argument("--postgres", metavar="URL", help="an empty database on a server, measured as well")
    parser.add_argument("--work", type=Path, help="folder on the disk to be measured")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _bench(url: str, name: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    create_database(url, trial="bench", master=MASTER, random_bytes=os.urandom)
    store = open_store(url, master=MASTER, clock=lambda: datetime.now(UTC), random_bytes=os.urandom, software="bench")
    try:
        _set_up(store)
        bare = _bare(folder / f"bare-{name}.db")
        appends, inserts = [], []
        for _ in range(options.rounds):
            with store.reading() as view:
                (after,) = view.connection.raw().execute("SELECT max(seq) FROM events").fetchone()
            appends.append(_rate(options.appends, lambda: _append(store, options.appends)))
            rows = _rows(store, after)
            inserts.append(_rate(len(rows), lambda rows=rows: _insert(bare, rows)))  # type: ignore[misc]
        n_bytes = sum(len(str(part)) for part in rows[-1])
        _fill(store, options.events)
        return {
            "database": name,
            "bytes_of_event": n_bytes,
            "appends_per_s": statistics.median(appends),
            "bare_inserts_per_s": statistics.median(inserts),
            **_verifications(store, statistics.median(inserts)),
        }
    finally:
        store.close()


def _verifications(store: TrialStore, bare: float) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    with store.reading() as view:
        (n,) = view.connection.raw().execute("SELECT count(*) FROM events").fetchone()
        for n_processes in sorted({1, os.cpu_count() or 1}):

            def look(n_processes: int = n_processes) -> None:
                seen = walk(view.connection, view.keyring, store.database.url, n_events=n, n_processes=n_processes)
                if seen.findings or seen.n_events != n:
                    raise SystemExit(f"the log that was written is not whole: {seen.findings[:3]}")

            measured[f"verifications_per_s_in_{n_processes}"] = max(_rate(n, look) for _ in range(3))
    measured["with_tables_per_s"] = _rate(n, lambda: print(end="" if verify(store).is_whole else "NOT WHOLE\n"))
    measured["n_events"] = n
    measured["verifications_by_bare_insert"] = max(
        value / bare for name, value in measured.items() if name.startswith("verifications_per")
    )
    return measured


def _rate(n: int, work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return n / (time.perf_counter() - start)


def _entry(act: Act, new: dict[str, Any], sealed: dict[Visibility, Change] | None = None, **fields: Any) -> Entry:
    return Entry(act, "coordinator-1", Role.COORDINATOR, {Visibility.OPEN: Change(new), **(sealed or {})}, **fields)


def _set_up(store: TrialStore) -> None:
    with store.writing() as desk:
        desk.append(_entry(Act.INITIALISE, {"protocol": "p", "title": "t", "kind": "training"}))
        desk.append(_entry(Act.OPEN_SITE, {"name": "Leeds"}, site="leeds"))
        new = {"participation": "identified", "treatment": "none", "person_link": "p"}
        desk.append(
            _entry(Act.IDENTIFY, new, {Visibility.IDENTITY: Change({"name": "n"})}, site="leeds", subject="S-0001")
        )


def _move(number: int) -> Entry:
    """An act as the office writes them: open, with one closed part."""
    new = {"participation": "screening", "treatment": "not-started"}
    return _entry(
        Act.MOVE,
        new,
        {Visibility.CLINICAL: Change({"note": f"visit {number}"})},
        site="leeds",
        subject="S-0001",
        session="session-1",
        version="original",
    )


def _append(store: TrialStore, n: int) -> None:
    for number in range(n):
        with store.writing() as desk:
            desk.append(_move(number))


def _fill(store: TrialStore, n: int) -> None:
    with store.writing() as desk:
        for number in range(n - desk.head[0]):
            desk.append(_move(number))


def _rows(store: TrialStore, after: int) -> list[tuple[Any, ...]]:
    with store.reading() as view:
        return [tuple(getattr(sealed, name) for name in COLUMNS) for sealed in view.sealed(after=after)]


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, hash TEXT, link TEXT, content TEXT, tag TEXT)")
    return connection


def _insert(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
        connection.execute("COMMIT")


def _print(result: dict[str, Any]) -> None:
    print(f"\n{result['database']}, {result['n_events']:,} events of {result['bytes_of_event']:,} bytes")
    ratio = result["appends_per_s"] / result["bare_inserts_per_s"]
    print(f"  appends, each with a forced write   {result['appends_per_s']:>10,.0f} /s   {ratio:.2f} x bare insert")
    print(f"  bare insert of the same bytes       {result['bare_inserts_per_s']:>10,.0f} /s")
    for name, value in result.items():
        if name.startswith("verifications_per_s_in_"):
            by = value / result["bare_inserts_per_s"]
            processes = name.rsplit("_", 1)[1]
            print(f"  verified in {processes} process(es)           {value:>10,.0f} /s   {by:.1f} x bare insert")
    print(f"  with tables made anew and compared  {result['with_tables_per_s']:>10,.0f} /s")


if __name__ == "__main__":
    main()
