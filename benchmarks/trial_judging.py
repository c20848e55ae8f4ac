"""What judging a subject and writing its events cost: `python benchmarks/trial_judging.py`.

In processor time of one core, so that the speed of the disk is left out: judging the patients of the demo (all, and
those found eligible, whose end of eligibility is looked for as well); reading their records from the log; appending
the events that hold records and verdicts, and an event of 1 KB, in one transaction. Nothing is asserted.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from trial_log import MASTER, _entry, _move, _set_up

from equipoise.operations import demo
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.loading import load_protocol
from equipoise.records.dataset import read_records
from equipoise.records.snapshot import Snapshot
from equipoise.screening.candidates import take_snapshots
from equipoise.screening.standing import Status
from equipoise.screening.subject import Eligibility, judge_subject
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store
from equipoise.synthetic.population import RECORDS_FOLDER, write_population


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    parser.add_argument("--work", type=Path, help="folder with room")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-", dir=options.work) as folder:
        measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    protocol, version = load_protocol(demo.PROTOCOL), demo.VERSIONS[0]
    snapshots = made_up_snapshots(folder, options.patients)

    def judge(snapshot: Snapshot) -> Eligibility:
        return judge_subject(protocol, version, None, snapshot, demo.AS_OF)

    judged = [judge(snapshot) for snapshot in snapshots]
    eligible = [snapshot for snapshot, found in zip(snapshots, judged, strict=True) if found.status is Status.ELIGIBLE]
    written = [json.loads(json.dumps(snapshot.to_json())) for snapshot in snapshots]
    store = new_store(folder)
    tables = {
        f"judge one of {len(snapshots)} patients of the demo": lambda: cost(judge, snapshots),
        f"judge one of the {len(eligible)} eligible ones": lambda: cost(judge, eligible),
        "read the records of one from their JSON": lambda: cost(Snapshot.from_json, written),
        "append an event of 1 KB": lambda: cost_of_events(store, map(_move, range(1_000))),
        "append an event with records": lambda: cost_of_events(store, map(records_event, written)),
        "append an event with verdicts": lambda: cost_of_events(store, map(verdicts_event, judged)),
        "look for new events of a subject in vain": lambda: cost_of_looking(store),
    }
    rounds = [{name: work() for name, work in tables.items()} for _ in range(options.rounds)]
    store.close()
    for name in tables:
        print(f"  {name:45}{statistics.median(each[name] for each in rounds):>10,.0f} us")


def made_up_snapshots(folder: Path, n: int) -> list[Snapshot]:
    """The records of the demo's patients, as a trial keeps them."""
    shares = {"pannet_share": demo.PANNET_SHARE, "candidate_share": demo.CANDIDATE_SHARE}
    write_population(folder, n=n, seed=1, as_of=demo.AS_OF, filler=demo.FILLER, **shares)
    read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / demo.ANSWERS_FILE)
    people = pq.read_table(folder / "tables" / "patients.parquet")["patient_id"].to_pylist()
    names = {patient_id: f"S-{number:04d}" for number, patient_id in enumerate(people, start=1)}
    return list(take_snapshots(folder / "tables", names).values())


def new_store(folder: Path) -> TrialStore:
    url = f"sqlite:///{folder / 'trial.db'}"
    create_database(url, trial="bench", master=MASTER, random_bytes=os.urandom)
    store = open_store(url, master=MASTER, clock=lambda: datetime.now(UTC), random_bytes=os.urandom, software="bench")
    _set_up(store)
    return store


def records_event(records: dict[str, Any]) -> Entry:
    new = {"participation": "screening", "treatment": "not-started"}
    return _entry(Act.MOVE, new, {Visibility.CLINICAL: Change({"snapshot": records})}, site="leeds", subject="S-0001")


def verdicts_event(judged: Eligibility) -> Entry:
    new = {"participation": "screening", "treatment": "not-started"}
    sealed = {Visibility.CLINICAL: Change({"eligibility": judged.to_json()})}
    return _entry(Act.MOVE, new, sealed, site="leeds", subject="S-0001")


def cost_of_events(store: TrialStore, entries: Iterable[Entry]) -> float:
    """Within one transaction. [us of processor time for each]"""
    waiting = list(entries)
    with store.writing() as desk:
        return cost(desk.append, waiting)


def cost_of_looking(store: TrialStore) -> float:
    with store.reading() as view:
        (last,) = view.connection.raw().execute("SELECT max(seq) FROM events").fetchone()
        return cost(lambda _: list(view.events(after=last, subject="S-0001")), range(1_000))


def cost(work: Callable[[Any], Any], items: Iterable[Any]) -> float:
    """Processor time for each. [us]"""
    waiting = list(items)
    start = time.process_time()
    for each in waiting:
        work(each)
    return (time.process_time() - start) / len(waiting) * 1e6


if __name__ == "__main__":
    main()
