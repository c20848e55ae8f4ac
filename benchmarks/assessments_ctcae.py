"""How fast results are graded, one by one and in arrays: `make bench`.

Prints grades per second for a few terms and the ratio of the two forms. Nothing is asserted: machines differ. Results
are made up around the limits; a share of them has more than six decimals, which the array form hands to the scalar one.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.assessments.ctcae import find_term, grade, grade_array

VERSION = "5.0"
TERMS = {
    "Platelet count decreased": ("10*9/L", 150.0),
    "Alanine aminotransferase increased": ("U/L", 40.0),
    "Creatinine increased": ("umol/L", 100.0),
    "Anemia": ("g/dL", 12.0),
}
"""Term, its unit, and a limit of normal of it."""


def main() -> None:
    options = _options()
    results = [_bench(term, options) for term in TERMS]
    print(f"{'CTCAE v' + VERSION:<38}{'one by one /s':>16}{'arrays /s':>16}{'ratio':>9}")
    for row in results:
        print(f"{row['term']:<38}{row['scalar_per_s']:>16,.0f}{row['array_per_s']:>16,.0f}{row['ratio']:>9,.0f}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=1_000_000, help="for the arrays")
    parser.add_argument("--sample", type=int, default=5_000, help="of them, one by one")
    parser.add_argument("--decimals", type=int, default=2)
    parser.add_argument("--odd", type=float, default=0.0, help="share of results with more than six decimals")
    parser.add_argument("--repeat", type=int, default=3, help="the fastest of so many runs counts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _bench(term: str, options: argparse.Namespace) -> dict[str, Any]:
    unit, normal = TERMS[term]
    rng = np.random.default_rng(options.seed)
    values = np.round(normal * rng.lognormal(0, 1, options.results), options.decimals)
    values[rng.random(options.results) < options.odd] += 1e-9
    baseline = np.round(normal * rng.lognormal(0, 0.4, options.results), options.decimals)
    find_term(VERSION, term)  # the tables are read once, before the clock
    arrays = min(_seconds_of_arrays(term, unit, normal, values, baseline) for _ in range(options.repeat))
    sample = list(zip(values[: options.sample].tolist(), baseline.tolist(), strict=False))
    one_by_one = min(_seconds_one_by_one(term, unit, normal, sample) for _ in range(options.repeat))
    scalar_rate, array_rate = len(sample) / one_by_one, options.results / arrays
    return {
        "term": term,
        "scalar_per_s": scalar_rate,
        "array_per_s": array_rate,
        "ratio": array_rate / scalar_rate,
    }


def _seconds_of_arrays(term: str, unit: str, normal: float, values: Any, baseline: Any) -> float:
    start = time.perf_counter()
    grade_array(VERSION, term, values, unit=unit, lower_limit=normal, upper_limit=normal, baseline=baseline)
    return time.perf_counter() - start


def _seconds_one_by_one(term: str, unit: str, normal: float, sample: list[tuple[float, float]]) -> float:
    start = time.perf_counter()
    for value, baseline in sample:
        grade(VERSION, term, value, unit=unit, lower_limit=normal, upper_limit=normal, baseline=baseline)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
