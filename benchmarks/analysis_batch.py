"""How many trials are analysed in a CPU-second, log-rank and Cox, as ratios to a loop over peers: `make bench`.

Two designs: 400 subjects (median 12 months, hazard ratio .7, accrual of 10 a month for six months and then 20, cut at
month 36) and 60 (median 18 months, hazard ratio .5, accrual of 1.5 a month and then 2, cut at month 55). Time is whole
days, so there are ties; there are four strata. Peers are lifelines and R survival where they are installed; they
analyse the first trials of the same batch, one by one, and what they give is compared. Nothing is asserted: machines
differ.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.analysis.cox.batch import fit_cox_batch, fit_event_times
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.survival.batch import count_event_times, split_into_blocks
from equipoise.analysis.survival.logrank import compare_arms, logrank_batch
from equipoise.analysis.survival.weights import UNWEIGHTED, compute_weights

MONTH = 30.4375
STRATA = 4


@dataclass(frozen=True)
class Design:
    subjects: int
    trials: int
    median: float  # [months], as are all below
    hazard_ratio: float
    dropout: float
    accrual: tuple[float, float]
    cut: float


@dataclass(frozen=True)
class Trials:
    """Arrays of shape (trials, subjects)."""

    days: Any
    event: Any
    arm: Any
    stratum: Any


DESIGNS = (
    Design(400, 4_000, 12, 0.7, 0.01, (10, 20), 36),
    Design(60, 24_000, 18, 0.5, 0.005, (1.5, 2), 55),
)

R_LOOP = """
library(survival)
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
parts <- split(d, d$trial)
before <- proc.time()
for (p in parts) {
  survdiff(Surv(days, event) ~ arm + strata(stratum), data = p)
  coxph(Surv(days, event) ~ arm + strata(stratum), data = p, ties = "efron")
}
spent <- proc.time() - before
cat(length(parts) / sum(spent[1:2]))
"""


def main() -> None:
    options = _options()
    results = {f"n={design.subjects}": _measure(design, options) for design in DESIGNS}
    for name, result in results.items():
        print(f"Survival analysis in batches, {name}, whole days with ties, {STRATA} strata: trials per CPU-second")
        for what, value in result.items():
            print(f"  {what:<44}{value:>14,.0f}" if isinstance(value, float) else f"  {what:<44}{value}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, help="the fastest is told")
    parser.add_argument("--peers", type=int, default=40, help="trials that each peer analyses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _measure(design: Design, options: argparse.Namespace) -> dict[str, float | str]:
    trials = _make_trials(design, np.random.default_rng(options.seed))
    per_second = {
        "log-rank": lambda: logrank_batch(trials.days, trials.event, trials.arm, trials.stratum),
        "Cox, Efron": lambda: fit_cox_batch(trials.days, trials.event, trials.arm, trials.stratum, ties=Ties.EFRON),
        "log-rank and Cox, counted once": lambda: _both(trials),
    }
    result: dict[str, float | str] = {
        name: design.trials / _fastest(work, options.repeat) for name, work in per_second.items()
    }
    ours = result["log-rank and Cox, counted once"]
    for peer, rate in (("lifelines", _lifelines(trials, options.peers)), ("R survival", _r(trials, options.peers))):
        if isinstance(rate, str):
            result[f"{peer}, log-rank and Cox"] = rate
        else:
            result[f"{peer}, log-rank and Cox"] = rate
            result[f"ratio to {peer}"] = float(ours) / rate
    return result


def _make_trials(design: Design, rng: np.random.Generator) -> Trials:
    shape = (design.trials, design.subjects)
    slow, fast = design.accrual
    entry = np.arange(design.subjects) / slow
    entry = np.where(entry < 6, entry, 6 + (np.arange(design.subjects) - 6 * slow) / fast)
    arm = rng.permuted(np.tile([0, 1], (design.trials, design.subjects // 2)), axis=1)
    hazard = np.log(2) / design.median * np.where(arm == 1, design.hazard_ratio, 1.0)
    event = rng.exponential(1 / hazard)
    censored = np.minimum(rng.exponential(1 / design.dropout, shape), np.maximum(design.cut - entry, 0))
    days = np.floor(np.minimum(event, censored) * MONTH).astype(np.int64) + 1
    return Trials(days, event <= censored, arm, rng.integers(0, STRATA, shape))


def _both(trials: Trials) -> None:
    for rows in split_into_blocks(*trials.days.shape):
        times = count_event_times(trials.days[rows], trials.event[rows], trials.arm[rows], trials.stratum[rows])
        compare_arms(times, compute_weights(times, UNWEIGHTED))
        fit_event_times(times, ties=Ties.EFRON)


def _fastest(work: Callable[[], object], repeat: int) -> float:
    """CPU-seconds of this process, all its threads."""
    spent = []
    for _ in range(repeat):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def _lifelines(trials: Trials, count: int) -> float | str:
    """Its log-rank test knows no strata; it is called all the same, and the hazard ratios are compared."""
    try:
        import pandas as pd
        from lifelines import CoxPHFitter
        from lifelines.statistics import logrank_test
    except ImportError:
        return "not installed"
    frames = [_frame(trials, row) for row in range(count)]
    hazard = np.zeros(count)
    start = time.process_time()
    for row, columns in enumerate(frames):
        frame = pd.DataFrame(columns)
        first, second = frame[frame.arm == 0], frame[frame.arm == 1]
        logrank_test(first.days, second.days, first.event, second.event)
        fit = CoxPHFitter().fit(frame, "days", "event", strata=["stratum"])
        hazard[row] = fit.params_["arm"]
    spent = time.process_time() - start
    ours = fit_cox_batch(*(each[:count] for each in vars(trials).values()), ties=Ties.EFRON).log_hazard_ratio
    print(f"largest difference to the log hazard ratio of lifelines: {np.abs(hazard - ours).max():.1e}")
    return count / spent


def _r(trials: Trials, count: int) -> float | str:
    if not shutil.which("Rscript"):
        return "not installed"
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "trials.csv", Path(folder) / "loop.R"
        script.write_text(R_LOOP, "utf-8")
        lines = ["trial,days,event,arm,stratum"]
        for row in range(count):
            columns = _frame(trials, row).values()
            lines += [",".join(map(str, (row, *subject))) for subject in zip(*columns, strict=True)]
        table.write_text("\n".join(lines) + "\n", "utf-8")
        done = subprocess.run(["Rscript", str(script), str(table)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else "not usable: Rscript with the package survival failed"


def _frame(trials: Trials, row: int) -> dict[str, list[int]]:
    return {name: each[row].astype(int).tolist() for name, each in vars(trials).items()}


if __name__ == "__main__":
    main()
