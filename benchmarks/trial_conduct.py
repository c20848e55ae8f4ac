"""Thousands of simulated subjects, first contact to off study: `make bench` or `python benchmarks/trial_conduct.py`.

Every act is the real function of the office on a real store: sealed, chained, folded into rows, forced to the disk.
Every gate and every judgement of eligibility is the real one. What is not as in a trial: signatures are made without
the check of a password, which is slow on purpose; the acts of a day are forced to the disk together, a few times a day
(`TrialStore.together`); records, results and events are made up. Two processes: one writes, both judge.

Two studies: `small`, that of the tests of the office (3 criteria, 2 doses, one gate, one dose table), and `reference`,
the shipped protocol (23 criteria, 4 cycles, 9 gates, 7 dose tables). Clock and random bytes follow from the seed, so
the last hash of the log is the same on SQLite and, where EQUIPOISE_TEST_POSTGRES names a server, on PostgreSQL.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conduct_run import Conducted, conduct
from conduct_studies import STUDIES, BenchStudy
from tests.postgres import REASON, VARIABLE, postgres_schema

LIMIT_S = 120
"""What 10,000 subjects may take on two cores."""
PLANNED = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=PLANNED)
    parser.add_argument("--study", choices=STUDIES, default="small")
    parser.add_argument("--each-day", type=int, default=10, help="how many are found on a day")
    parser.add_argument("--alone", action="store_true", help="one process")
    parser.add_argument("--work", type=Path, help="folder on the disk to be measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-", dir=options.work) as folder:
        heads = {"SQLite": measure("SQLite", f"sqlite:///{Path(folder) / 'trial.db'}", options)}
    if os.environ.get(VARIABLE):
        with postgres_schema() as url:
            heads["PostgreSQL"] = measure("PostgreSQL", url, options)
        print(f"\nThe last hash is {'the same' if len(set(heads.values())) == 1 else 'NOT THE SAME'} on both.")
    else:
        print(f"\nOn SQLite alone: {REASON}.")


def measure(database: str, url: str, options: argparse.Namespace) -> tuple[int, str]:
    study: BenchStudy = STUDIES[options.study]
    has_second = not options.alone
    run = conduct(url, study, subjects=options.subjects, each_day=options.each_day, has_second=has_second)
    report(database, study, options.subjects, run)
    return run.head


def report(database: str, study: BenchStudy, n: int, run: Conducted) -> None:
    seq, digest = run.head
    here, there = run.cpu
    print(f"\n{n:,} subjects of the {study.name} study on {database}: {run.seconds:,.1f} s, {seq:,} events")
    print(f"  last hash {digest}")
    print(f"  processor time {here:,.1f} s in the process that writes, {there:,.1f} s in the other")
    if n != PLANNED:
        print(f"  {PLANNED:,} subjects would take {run.seconds * PLANNED / n:,.0f} s; the limit is {LIMIT_S} s")
    judged = ", ".join(f"{number:,} {where}" for where, number in run.judged.items())
    print(f"  judgements: {judged}")
    said = ", ".join(f"{number:,} {action}" for action, number in run.said.most_common())
    print(f"  gates: {said}")
    print(f"  {'':42}{'times':>10}{'us each':>10}{'s':>8}")
    for name, seconds in sorted(run.costs.seconds.items(), key=lambda pair: -pair[1]):
        times = run.costs.times[name]
        print(f"  {name:42}{times:>10,}{seconds / times * 1e6:>10,.0f}{seconds:>8,.1f}")


if __name__ == "__main__":
    main()
