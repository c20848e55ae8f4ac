"""Runs workers against one trial and kills them: `python -m tests.generative.office.crash.run SETTINGS`, as JSON.

A program of its own, so that workers are forked from a process without threads and without an open database. The kill
is SIGKILL: no handler runs, no transaction is ended by the one who began it. A third of the kills come at any time, a
third some milliseconds after a worker said something, a third while a process is seen to hold the lock of the writer.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.generative.office.crash.plan import make_trial
from tests.generative.office.crash.worker import Worker, read_answers

WITHIN_A_REQUEST_S = 0.04
NAME = "crash-test"
"""The name of the connections that may be ended."""


@dataclass(frozen=True)
class Settings:
    """How many work, on how many subjects (ten requests each), and how often somebody is killed on average. [s]"""

    url: str
    folder: str
    n_workers: int
    n_subjects: int
    every_s: float
    seed: int


class Killer:
    """Keeps the workers of one run alive, and kills them."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, Path(settings.folder)
        self.rng = Random(settings.seed)
        self.alive: dict[int, int] = {}
        self.counted: Counter[str] = Counter()

    def run(self) -> None:
        for worker in range(self.settings.n_workers):
            self.start(worker)
        while self.alive:
            time.sleep(self.rng.expovariate(1 / self.settings.every_s))
            self.bury()
            if self.alive:
                self.kill(self.rng.choice(sorted(self.alive)))
            if self.rng.random() < 0.2:
                self.end_connections()

    def start(self, worker: int) -> None:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                Worker(self.settings.url, self.folder, worker).run()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        self.alive[worker] = pid

    def bury(self) -> None:
        """Let those go who have finished; one that failed ends the run."""
        for worker, pid in list(self.alive.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del self.alive[worker]
                if status:
                    raise SystemExit(f"worker {worker} ended with {os.waitstatus_to_exitcode(status)}")

    def kill(self, worker: int) -> None:
        """Kill at once, soon after the worker has said something, or whoever is seen to write."""
        match self.rng.randrange(3):
            case 0:
                self.wait_for_a_line(self.folder / f"answers-{worker}.jsonl")
                time.sleep(self.rng.random() * WITHIN_A_REQUEST_S)
            case 1 if self.settings.url.startswith("sqlite"):
                worker = self.wait_for_a_writer(worker)
        pid = self.alive.pop(worker)
        os.kill(pid, signal.SIGSTOP)
        is_writing = pid in _writers()
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            return  # It had just finished.
        self.counted["kills"] += 1
        self.counted["kills while writing"] += is_writing
        lines = read_answers(self.folder / f"answers-{worker}.jsonl")
        if lines and lines[-1]["said"] == "begun":
            self.counted["kills within a request"] += 1
        self.start(worker)

    def wait_for_a_writer(self, worker: int) -> int:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            writing = _writers()
            for each, pid in self.alive.items():
                if pid in writing:
                    return each
        return worker

    def wait_for_a_line(self, path: Path) -> None:
        size, until = _size(path), time.monotonic() + 0.5
        while _size(path) == size and time.monotonic() < until:
            time.sleep(0.0005)

    def end_connections(self) -> None:
        """Let the server end a connection that is at work: its worker lives on and does not know what came of it."""
        url = make_url(self.settings.url)
        if url.get_backend_name() == "sqlite":
            return
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            found = connection.execute(
                "SELECT pid, EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory' AND granted) "
                "FROM pg_stat_activity a WHERE application_name = %s ORDER BY 2 DESC, 1",
                (NAME,),
            ).fetchall()
            if found:
                pid, is_writing = found[0] if self.rng.random() < 0.7 else self.rng.choice(found)
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
                self.counted["connections ended"] += 1
                self.counted["connections ended while writing"] += is_writing


def _writers() -> set[int]:
    """The processes in a writing transaction of SQLite, whose one writer holds a lock on a file; none on a server."""
    with suppress(OSError):
        lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        return {int(line[-4]) for line in lines if "WRITE" in line}
    return set()


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _plain(url: Any) -> str:
    return str(url.set(drivername="postgresql", query={}).render_as_string(hide_password=False))


def main() -> None:
    settings = Settings(**json.loads(sys.argv[1]))
    made = time.monotonic()
    make_trial(
        settings.url,
        Path(settings.folder),
        n_workers=settings.n_workers,
        n_subjects=settings.n_subjects,
        rng=Random(settings.seed),
    )
    begun = time.monotonic()
    killer = Killer(settings)
    killer.run()
    seconds = {"making_s": begun - made, "working_s": time.monotonic() - begun}
    print(json.dumps({**asdict(settings), **seconds, **killer.counted}))


if __name__ == "__main__":
    main()
