"""Test 11 of an allocation: many workers, killed at random moments, and nothing is lost, doubled or half done.

Real processes, real SIGKILL, forced writes, passwords checked by argon2 at a cheap cost. Throughput is printed (`-s`).
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.generative.office.crash import checking
from tests.generative.office.crash.plan import open_trial
from tests.generative.office.crash.run import NAME, Settings
from tests.postgres import postgres_schema

ROOT = Path(__file__).parents[3]


@contextmanager
def named_connections() -> Iterator[str]:
    """A schema whose connections carry a name, so that none of another test is ended."""
    with postgres_schema() as url:
        yield make_url(url).update_query_dict({"application_name": NAME}).render_as_string(hide_password=False)


def run_and_check(settings: Settings) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.generative.office.crash.run", json.dumps(asdict(settings))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-5000:]
    report: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    folder = Path(settings.folder)
    store = open_trial(settings.url, folder)
    try:
        outcome = checking.read_outcome(store, folder, settings.n_workers)
        checking.check_answers(outcome)
        checking.check_once(outcome)
        checking.check_places(outcome)
        checking.check_treatment(store, outcome)
        checking.check_tables(store, outcome)
        checking.check_from_outside(store, folder, settings.n_subjects)
    finally:
        store.close()
    n_requests = len(outcome.requests)
    repeats = [answer for answer in outcome.answers.values() if answer.get("is_repeat")]
    report |= {"requests": n_requests, "per_s": n_requests / report["working_s"], "repeats": len(repeats)}
    report |= {"committed and not told": checking.count_untold(outcome), "lost answers": outcome.n_lost}
    report |= {"events": len(outcome.events), "url": settings.url.split(":")[0]}
    print(json.dumps(report))
    return report


def test_11_nothing_is_lost_when_workers_are_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    report = run_and_check(Settings(url, str(tmp_path), n_workers=8, n_subjects=60, every_s=0.04, seed=1))
    assert report["kills within a request"] >= 5, "the kills missed the work"
    assert report["repeats"] >= 10, "keys were not sent twice"


def test_11_nothing_is_lost_on_a_server(tmp_path: Path) -> None:
    with named_connections() as url:
        report = run_and_check(Settings(url, str(tmp_path), n_workers=8, n_subjects=60, every_s=0.04, seed=2))
    assert report["kills within a request"] >= 5, "the kills missed the work"


@pytest.mark.long
def test_11_nothing_is_lost_of_10_000_requests_by_50_workers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    report = run_and_check(Settings(url, str(tmp_path), n_workers=50, n_subjects=1000, every_s=0.2, seed=3))
    assert report["kills within a request"] >= 100, "the kills missed the work"
    if Path("/proc/locks").exists():
        assert report["kills while writing"] >= 20, "the kills missed the transactions"


@pytest.mark.long
def test_11_nothing_is_lost_of_10_000_requests_by_50_workers_on_a_server(tmp_path: Path) -> None:
    with named_connections() as url:
        report = run_and_check(Settings(url, str(tmp_path), n_workers=50, n_subjects=1000, every_s=0.2, seed=4))
    assert report["kills within a request"] >= 100, "the kills missed the work"
    assert report["connections ended while writing"] >= 10, "the server's ends missed the transactions"
