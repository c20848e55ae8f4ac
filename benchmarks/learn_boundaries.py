"""Learn the weights by which run-together criteria are taken apart, and measure how well they do.

    python benchmarks/learn_boundaries.py CORPUS            measure: learn on even trial numbers, test on odd ones
    python benchmarks/learn_boundaries.py CORPUS --folds    measure by cross-validation over all trials as well
    python benchmarks/learn_boundaries.py CORPUS --write    learn on all trials, write the table that is shipped

CORPUS is a folder with the texts of the Chia corpus (`NCT….txt`, one criterion a line; Kury et al., Scientific Data
2020, CC BY 4.0), which is not part of this repository. The lines of each text are joined by single blanks; the true
boundaries are where lines began. The same criteria written in other ways (`boundary_variants`) are learned from too,
each with a smaller share; measured is on the texts as they are. A first model glances at the two words of each gap, a
second weighs what is left. The same corpus gives the same table.
"""

import argparse
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from boundary_variants import Example, vary
from log_linear import fit

from equipoise.authoring.freetext.splitting import boundaries
from equipoise.authoring.freetext.splitting.boundary_features import (
    RunText,
    find_open_gaps,
    glance_at,
    place_of_gap,
    read_words,
    see_gap,
    see_style,
)

TABLE = Path(__file__).parents[1] / "src/equipoise/authoring/freetext/splitting/data/boundary_weights.tsv"
LEAST_TRIALS = 8  # what was seen in fewer trials is a name, not language
SHARE_OF_VARIANT = 0.3
PENALTY = 5.0
LEAST_WEIGHT = 0.07
FOLDS = 8
HEADER = """\
# How much what is seen at a gap between two words speaks for (above 0) or against a criterion that begins there.
# Written by benchmarks/learn_boundaries.py; learned from the Chia corpus of eligibility criteria (Kury F, Butler A,
# Yuan C, et al. Chia, a large annotated corpus of clinical trial eligibility criteria. Scientific Data 7, 281, 2020),
# used under CC BY 4.0. Only what was seen in at least {least} trials is kept. Not a copy of the corpus.
"""


def read_examples(folder: Path) -> list[Example]:
    """Read the texts of the corpus and join their lines."""
    examples = []
    for path in sorted(folder.glob("NCT*.txt")):
        lines = [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines()]
        examples.append(Example.of_lines(path.name[:11], lines))
    return examples


class Names:
    """Numbers for the names of what is seen; the first is seen at every gap."""

    def __init__(self, first: str) -> None:
        self.number_of: dict[str, int] = {first: 0}

    def number(self, seen: Iterable[str]) -> array:
        """Number what is seen at one gap, each thing once."""
        numbers = {self.number_of.setdefault(name, len(self.number_of)) for name in seen}
        return array("i", sorted(numbers | {0}))


class Sights:
    """What is seen at all gaps, as numbers, in one table; and in which trials each thing is seen."""

    def __init__(self, names: Names, rows: list[array], trials: np.ndarray) -> None:
        self.names = list(names.number_of)
        self.table = np.full((len(rows), max(map(len, rows))), len(self.names), dtype=np.int32)
        for place, row in enumerate(rows):
            self.table[place, : len(row)] = row
        self.trials = trials
        self.numbers_in = {trial: np.unique(self.table[trials == trial])[:-1] for trial in sorted(set(trials.tolist()))}

    def learn(self, cases: np.ndarray, truth: np.ndarray, shares: np.ndarray, least: int) -> dict[str, float]:
        """Fit the weights of what was seen in enough trials among some cases."""
        counts = np.zeros(len(self.names) + 1, dtype=int)
        for trial in set(self.trials[cases].tolist()):
            counts[self.numbers_in[trial]] += 1
        kept = np.flatnonzero(counts >= least)
        new_number = np.full(len(self.names) + 1, len(kept), dtype=np.int32)
        new_number[kept] = np.arange(len(kept))
        weights = fit(new_number[self.table[cases]], truth[cases], shares[cases], len(kept), PENALTY)
        named = {self.names[old]: round(float(weight), 2) for old, weight in zip(kept, weights, strict=True)}
        return {name: weight for name, weight in named.items() if abs(weight) >= LEAST_WEIGHT or name == self.names[0]}


class Gaps:
    """All open gaps of some texts and of their variants: what is seen at each, and whether it is a boundary."""

    def __init__(self, examples: Iterable[Example]) -> None:
        glance_names, names = Names("glance"), Names("always")
        glances: list[array] = []
        rows: list[array] = []
        self.pairs: list[tuple[RunText, int]] = []
        trials: list[str] = []
        truth: list[bool] = []
        shares: list[float] = []
        for example in examples:
            for share, text in [(1.0, example), *((SHARE_OF_VARIANT, variant) for variant in vary(example))]:
                run = read_words(text.text)
                styles: dict[str, list[str]] = {}
                for place in find_open_gaps(run):
                    kind = place_of_gap(run, place)
                    style = styles.setdefault(kind, see_style(run, kind))
                    glances.append(glance_names.number(glance_at(run, place)))
                    rows.append(names.number([*see_gap(run, place), *style]))
                    self.pairs.append((run, place))
                    trials.append(example.trial)
                    truth.append(run.starts[place] in text.starts)
                    shares.append(share)
        self.truth, self.shares, self.trials = np.array(truth), np.array(shares), np.array(trials)
        self.glances = Sights(glance_names, glances, self.trials)
        self.sights = Sights(names, rows, self.trials)

    def learn(self, trials: set[str], least: int = LEAST_TRIALS) -> dict[str, float]:
        """Learn both models from some of the trials."""
        cases = np.flatnonzero(np.isin(self.trials, sorted(trials)))
        glance = self.glances.learn(cases, self.truth, self.shares, least)
        sums = np.array([boundaries.weigh_glance(*self.pairs[case], glance) for case in cases])
        left = cases[sums >= boundaries.HOPELESS_GLANCE]
        return glance | self.sights.learn(left, self.truth, self.shares, least)


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
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.4f} ({true} boundaries)", flush=True)


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
    of_trial: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        of_trial[example.trial].append(example)
    gaps = Gaps(examples)

    even = {trial for trial in of_trial if int(trial[-1]) % 2 == 0}
    weights = gaps.learn(even, LEAST_TRIALS // 2)  # half of the trials: the same share
    _report("even, learned on", *measure((e for trial in even for e in of_trial[trial]), weights))
    _report("odd, not seen", *measure((e for trial in of_trial.keys() - even for e in of_trial[trial]), weights))
    if arguments.folds:
        sums = np.zeros(3, dtype=int)
        for fold in range(FOLDS):
            inside = {trial for trial in of_trial if zlib.crc32(trial.encode()) % FOLDS == fold}
            weights = gaps.learn(of_trial.keys() - inside)
            sums += measure((e for trial in inside for e in of_trial[trial]), weights)
        _report("cross-validated", *map(int, sums))
    if arguments.write:
        weights = gaps.learn(set(of_trial))
        write_table(weights)
        _report(f"shipped, {len(weights)} weights, learned on", *measure(examples, weights))


if __name__ == "__main__":
    main()
