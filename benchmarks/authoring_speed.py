"""How many records a second are drafted on one core: `make bench`, or `python benchmarks/authoring_speed.py`.

Records are pages of 20 criteria drawn from those that the tests were written with (their size is printed), bulleted
and run together, and the two registry records of the reference trial. The rule path is text to rules in memory:
splitting, damage, repairs, compiling. Writing the files and the review page is measured apart, in multiples of it.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml

from equipoise.authoring.compiling.criterion import shipped_setup
from equipoise.authoring.drafting.criteria import draft_criteria
from equipoise.authoring.freetext.damage.detection import find_damage
from equipoise.authoring.freetext.splitting.splitting import split_eligibility
from equipoise.authoring.model import Registration
from equipoise.authoring.registries.reading import read_record
from equipoise.operations.authoring import author_record

ROOT = Path(__file__).parents[1]
CRITERIA = ROOT / "tests" / "validation" / "clean_criteria.yaml"
REFERENCE = ROOT / "protocols" / "nct05610826" / "records"
N_PAGES, N_INCLUSION, N_EXCLUSION, REPEATS = 60, 8, 12, 3


def write_pages(folder: Path, rng: random.Random) -> list[Path]:
    """Pages of drawn criteria; every second one is run together in one line."""
    chapters = yaml.safe_load(CRITERIA.read_text(encoding="utf-8"))
    entries = [each for chapter in chapters.values() for each in chapter]
    by_kind = {kind: [each["text"] for each in entries if each["kind"] == kind] for kind in ("inclusion", "exclusion")}
    paths = []
    for number in range(N_PAGES):
        drawn = {
            "Inclusion Criteria:": rng.sample(by_kind["inclusion"], N_INCLUSION),
            "Exclusion Criteria:": rng.sample(by_kind["exclusion"], N_EXCLUSION),
        }
        mark, end = ("- ", "\n") if number % 2 else ("", " ")
        lists = [heading + end + end.join(mark + text for text in texts) for heading, texts in drawn.items()]
        path = folder / f"page-{number}.txt"
        path.write_text(f"Trial {number} of a Treatment\nEligibility Criteria\n" + end.join(lists), encoding="utf-8")
        paths.append(path)
    return paths + sorted(REFERENCE.glob("*.txt"))


def best_of(work: Callable[[], object]) -> float:
    """The shortest processor time of several runs. [s]"""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure(records: list[Registration]) -> dict[str, float]:
    """Seconds a record of each part of the rule path."""
    setup = shipped_setup()
    cut = [(each.text, split_eligibility(each.text, each.eligibility, each.given_items)) for each in records]
    works: dict[str, Callable[[], object]] = {
        "rule path, all of it": lambda: [draft_criteria(each, setup) for each in records],
        "of which splitting": lambda: [split_eligibility(each.text, each.eligibility) for each in records],
        "of which damage": lambda: [find_damage(text, splitting) for text, splitting in cut],
    }
    return {name: best_of(work) / len(records) for name, work in works.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_pages(folder, random.Random(1))
        records = [read_record(path) for path in paths]
        draft_criteria(records[-1], shipped_setup())  # loads value sets and units once
        size = sum(len(each.text) for each in records) / len(records)
        print(f"{len(records)} records of {size:,.0f} characters in the mean, one core")
        seconds = measure(records)
        for part, each in seconds.items():
            print(f"{part:24} {each * 1000:6.2f} ms a record {1 / each:8,.0f} records/s")
        whole = best_of(lambda: author_record(paths[-1], folder / "out", today=date(2026, 1, 1), force=True))
        print(f"author with all its files: {whole / seconds['rule path, all of it']:.0f} times the rule path")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
