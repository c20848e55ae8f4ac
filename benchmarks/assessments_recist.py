"""How fast response is judged, visit by visit and in arrays: `make bench`.

Prints responses at visits per second, best responses per second, and the ratio of the two forms. Nothing is asserted:
machines differ. Subjects have five targets and nine visits after baseline, with a few targets not assessed.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.assessments.recist.arrays import CODE, SubjectArrays, judge_visits_of_all
from equipoise.assessments.recist.best import date_responses, judge_best_response
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.assessments.recist.policy import PUBLISHED
from equipoise.assessments.recist.visits import judge_visits

VISITS, TARGETS = 10, 5
START = date(2030, 1, 1)
POLICY = replace(PUBLISHED, must_confirm=True)


def main() -> None:
    options = _options()
    subjects = _make_subjects(options.subjects, np.random.default_rng(options.seed))
    readings = [_make_reading(subjects, place) for place in range(options.sample)]
    judged = [date_responses(judge_visits(reading, policy=POLICY)) for reading in readings]
    responses = VISITS - 1
    seconds = {
        "scalar": _fastest(lambda: [judge_visits(one, policy=POLICY) for one in readings], options.repeat),
        "best": _fastest(
            lambda: [judge_best_response(one, policy=POLICY, start=START) for one in judged], options.repeat
        ),
        "array": _fastest(lambda: judge_visits_of_all(subjects, policy=POLICY), options.repeat),
    }
    result: dict[str, Any] = {
        "scalar_responses_per_s": options.sample * responses / seconds["scalar"],
        "array_responses_per_s": options.subjects * responses / seconds["array"],
        "best_responses_per_s": options.sample / seconds["best"],
    }
    result["ratio"] = result["array_responses_per_s"] / result["scalar_responses_per_s"]
    print(f"RECIST 1.1, {TARGETS} targets, {responses} visits after baseline")
    for name, value in result.items():
        print(f"  {name:<26}{value:>16,.0f}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=50_000, help="for the arrays")
    parser.add_argument("--sample", type=int, default=300, help="of them, one by one")
    parser.add_argument("--repeat", type=int, default=3, help="the fastest of so many runs counts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _fastest(work: Callable[[], object], repeat: int) -> float:
    """The shortest of several runs. [s]"""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def _make_subjects(n: int, rng: np.random.Generator) -> SubjectArrays:
    """Made-up subjects whose lesions grow or shrink from visit to visit."""
    first = rng.integers(10, 80, (n, 1, TARGETS)) * 1000
    course = np.cumprod(rng.choice([0.6, 0.8, 0.95, 1.0, 1.1, 1.3], (n, VISITS - 1, TARGETS)), axis=1)
    diameters = np.concatenate([first, np.rint(first * course / 100).astype(np.int64) * 100], axis=1)
    is_assessed = rng.random((n, VISITS, TARGETS)) > 0.02
    is_assessed[:, 0] = True
    return SubjectArrays(
        diameters=diameters,
        is_assessed=is_assessed,
        is_target=np.ones((n, TARGETS), bool),
        is_node=np.zeros((n, TARGETS), bool),
        non_target=np.full((n, VISITS), CODE[Response.NED]),
        has_new=np.zeros((n, VISITS), bool),
        is_visit=np.ones((n, VISITS), bool),
        day=np.broadcast_to(np.arange(VISITS) * 56, (n, VISITS)),
    )


def _make_reading(subjects: SubjectArrays, place: int) -> Reading:
    """The same subject as a reading."""
    lesions = tuple(Lesion(f"T{number}", f"organ {number}", Role.TARGET) for number in range(TARGETS))
    findings = tuple(
        Finding(
            f"T{number}",
            visit,
            START + timedelta(days=56 * visit),
            State.MEASURED if subjects.is_assessed[place, visit, number] else State.NOT_ASSESSED,
            Decimal(int(subjects.diameters[place, visit, number])) / 1000,
        )
        for visit in range(VISITS)
        for number in range(TARGETS)
    )
    return Reading("site", lesions, findings)


if __name__ == "__main__":
    main()
