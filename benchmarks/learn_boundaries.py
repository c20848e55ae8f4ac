"""Learn the weights by which run-together criteria are taken apart, and measure how well they do.

    python benchmarks/learn_boundaries.py CORPUS            measure: learn on even trial numbers, test on odd ones
    python benchmarks/learn_boundaries.py CORPUS --write    learn on all trials, write the table that is shipped

CORPUS is a folder with the texts of the Chia corpus (`NCT….txt`, one criterion a line; Kury et al., Scientific Data
2020, CC BY 4.0), which is not part of this repository. The lines of each text are joined by single blanks; the true
boundaries are where lines began. A logistic model with an L1 penalty leaves most weights at zero, so that the table
stays short enough to read. The same corpus gives the same table.
"""

import argparse
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from equipoise.authoring.freetext import boundaries
from equipoise.authoring.freetext.boundary_features import find_open_gaps, place_of_gap, read_words, see_gap, see_style

TABLE = Path(__file__).parents[1] / "src/equipoise/authoring/freetext/data/boundary_weights.tsv"
LEAST_TRIALS = 8  # what was seen in fewer trials is a name, not language
PENALTY = 1.2
STEPS = 400
LEAST_WEIGHT = 0.05
FOLDS = 8
HEADER = """\
# How much what is seen at a gap between two words speaks for (above 0) or against a criterion that begins there.
# Written by benchmarks/learn_boundaries.py; learned from the Chia corpus of eligibility criteria (Kury F, Butler A,
# Yuan C, et al. Chia, a large annotated corpus of clinical trial eligibility criteria. Scientific Data 7, 281, 2020),
# used under CC BY 4.0. Only what was seen in at least {least} trials is kept. Not a copy of the corpus.
"""


@dataclass(frozen=True)
class Example:
    """One text of the corpus, run together."""

    trial: str
    text: str
    starts: frozenset[int]


def read_examples(folder: Path) -> list[Example]:
    """Read the texts of the corpus and join their lines."""
    examples = []
    for path in sorted(folder.glob("NCT*.txt")):
        lines = [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        starts, place = set(), 0
        for line in lines:
            starts.add(place)
            place += len(line) + 1
        examples.append(Example(path.name[:11], " ".join(lines), frozenset(starts - {0})))
    return examples


class Gaps:
    """All open gaps of some texts: what is seen at each, as numbers of a vocabulary, and whether it is a boundary."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self.seen: list[list[str]] = []
        self.trials: list[str] = []
        truth: list[bool] = []
        for example in examples:
            run = read_words(example.text)
            for place in find_open_gaps(run):
                self.seen.append(["always", *see_gap(run, place), *see_style(run, place_of_gap(run, place))])
                self.trials.append(example.trial)
                truth.append(run.starts[place] in example.starts)
        self.truth = np.array(truth)

    def count_trials(self) -> dict[str, int]:
        """Count in how many trials each thing was seen."""
        trials: defaultdict[str, set[str]] = defaultdict(set)
        for seen, trial in zip(self.seen, self.trials, strict=True):
            for thing in seen:
                trials[thing].add(trial)
        return {thing: len(of) for thing, of in trials.items()}


def learn(gaps: Gaps, least_trials: int = LEAST_TRIALS) -> dict[str, float]:
    """Fit the weights by accelerated proximal gradient steps; `always` is not penalised."""
    kept = {thing for thing, count in gaps.count_trials().items() if count >= least_trials}
    names = ["always", *sorted(kept - {"always"})]
    number = {name: place for place, name in enumerate(names)}
    width = max(map(len, gaps.seen))
    blank = len(names)
    table = np.full((len(gaps.seen), width), blank)
    for row, seen in enumerate(gaps.seen):
        known = sorted({number[thing] for thing in seen if thing in number})
        table[row, : len(known)] = known
    penalty = np.full(blank + 1, PENALTY)
    penalty[0] = penalty[blank] = 0.0
    weights = momentum = np.zeros(blank + 1)
    step, speed = 4.0 / (len(gaps.seen) ** 0.5 * width), 1.0
    loss = np.inf
    for _ in range(STEPS):
        while True:
            base, gradient = _loss(table, gaps.truth, momentum)
            moved = momentum - step * gradient
            new = np.sign(moved) * np.maximum(np.abs(moved) - step * penalty, 0.0)
            new[blank] = 0.0
            change = new - momentum
            after, _ = _loss(table, gaps.truth, new)
            if after <= base + gradient @ change + (change @ change) / (2 * step) + 1e-9:
                break
            step /= 2
        total = after + float(penalty @ np.abs(new))
        faster = (1 + (1 + 4 * speed**2) ** 0.5) / 2
        # Starting the momentum afresh when the loss rises keeps the steps from swinging.
        momentum = new + (speed - 1) / faster * (new - weights) if total <= loss else new
        speed = faster if total <= loss else 1.0
        weights, loss = new, total
    rounded = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=False)}
    return {name: weight for name, weight in rounded.items() if abs(weight) >= LEAST_WEIGHT or name == "always"}


def _loss(table: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    sums = weights[table].sum(axis=1)
    signed = np.where(truth, sums, -sums)
    error = 1 / (1 + np.exp(-sums)) - truth
    gradient = np.bincount(table.ravel(), np.repeat(error, table.shape[1]), minlength=len(weights))
    gradient[-1] = 0.0
    return float(np.logaddexp(0, -signed).sum()), gradient


def measure(examples: Iterable[Example], weights: dict[str, float]) -> tuple[int, int, int]:
    """Count boundaries found rightly, found, and true."""
    right = found = true = 0
    for example in examples:
        run = read_words(example.text)
        starts = {run.starts[p] for p, total in boundaries.weigh_gaps(run, weights) if total > boundaries.LEAST_SUM}
        right, found, true = right + len(starts & example.starts), found + len(starts), true + len(example.starts)
    return right, found, true


def _report(name: str, right: int, found: int, true: int) -> None:
    precision, recall = right / found, right / true
    f1 = 2 * precision * recall / (precision + recall)
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} ({true} boundaries)")


def write_table(weights: dict[str, float]) -> None:
    """Write the weights, those of one kind together, the strongest first."""
    rows = sorted(weights.items(), key=lambda row: (row[0].split(":")[0].split("|")[0], -abs(row[1]), row[0]))
    lines = [f"{name}\t{weight:.2f}\n" for name, weight in rows]
    TABLE.write_text(HEADER.format(least=LEAST_TRIALS) + "".join(lines), encoding="utf-8")


def main() -> None:
    """Measure, and write the table when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true", help="learn on all trials and write the shipped table")
    parser.add_argument("--folds", action="store_true", help="also measure by cross-validation over all trials")
    arguments = parser.parse_args()
    examples = read_examples(arguments.corpus)
    even = [example for example in examples if int(example.trial[-1]) % 2 == 0]
    odd = [example for example in examples if int(example.trial[-1]) % 2]
    weights = learn(Gaps(even), least_trials=LEAST_TRIALS // 2)  # half of the trials: the same share
    _report("even, learned on", *measure(even, weights))
    _report("odd, not seen", *measure(odd, weights))
    if arguments.folds:
        sums = np.zeros(3, dtype=int)
        for fold in range(FOLDS):
            inside = [zlib.crc32(example.trial.encode()) % FOLDS == fold for example in examples]
            rest = [example for example, is_in in zip(examples, inside, strict=True) if not is_in]
            sums += measure([e for e, is_in in zip(examples, inside, strict=True) if is_in], learn(Gaps(rest)))
        _report("cross-validated", *map(int, sums))
    if arguments.write:
        weights = learn(Gaps(examples))
        write_table(weights)
        _report(f"shipped, {len(weights)} weights, learned on", *measure(examples, weights))


if __name__ == "__main__":
    main()
