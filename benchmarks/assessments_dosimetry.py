"""How many curves, and doses with them, are computed a second, one by one and in arrays: `make bench`.

Curves are made up around the population of a kidney with an error of 10 %; a fit is search, covariance and 95 %
interval of the time-integrated activity. A dose is that activity to an absorbed dose and a biologically effective one.
Nothing is asserted: machines differ.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.assessments.answer import Assessed
from equipoise.assessments.dosimetry.arrays import compute_beds, compute_doses_gy, compute_protraction_factors
from equipoise.assessments.dosimetry.bed import KIDNEY_DEFAULT, compute_bed, compute_protraction_factor
from equipoise.assessments.dosimetry.curve_shapes import Array, CurveModel
from equipoise.assessments.dosimetry.mird import compute_dose_gy, compute_self_s_value_sphere
from equipoise.assessments.dosimetry.time_activity import fit_time_activity
from equipoise.assessments.dosimetry.time_activity_arrays import TimeActivityFits, fit_time_activity_arrays

CASES = {
    "mono-exponential, 4 points": (CurveModel.MONO, (4, 24, 96, 168), ((1, 50),)),
    "uptake and washout, 5 points": (CurveModel.BI_UPTAKE, (1, 4, 24, 96, 168), ((1, 50), (-1, 2))),
    "two washouts, 7 points": (CurveModel.BI_WASHOUT, (0.5, 2, 6, 24, 48, 96, 168), ((0.3, 50), (0.7, 2))),
    "chosen by AICc, 5 points": (None, (1, 4, 24, 96, 168), ((1, 50), (-1, 2))),
    "uptake and two washouts, 10 points": (
        CurveModel.TRI_UPTAKE,
        (0.5, 1, 2, 4, 8, 16, 24, 48, 96, 168),
        ((0.3, 70), (0.7, 7), (-1, 0.5)),
    ),
}
FORMS = ("one_by_one", "arrays", "without_intervals")
S_KIDNEYS = compute_self_s_value_sphere(mass_g=310, organs=2)


def main() -> None:
    options = _options()
    rows = [_bench(name, options) for name in CASES]
    print(f"{'a second':<38}" + "".join(f"{form.replace('_', ' '):>18}" for form in FORMS))
    for row in rows:
        print(f"{row['name']:<38}" + "".join(f"{row[form]:>18,.0f}" for form in FORMS))
    doses = _bench_doses(options)
    print(f"{doses['name']:<38}" + "".join(f"{doses[form]:>18,.0f}" for form in FORMS[:2]))
    if options.json:
        options.json.write_text(json.dumps([*rows, doses], indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=int, default=2_000, help="for the arrays")
    parser.add_argument("--sample", type=int, default=30, help="of them, one by one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _bench(name: str, options: argparse.Namespace) -> dict[str, Any]:
    model, times_h, terms = CASES[name]
    times, activities = _simulate(times_h, terms, options)

    def one_by_one() -> None:
        for curve in activities[: options.sample].tolist():
            fit_time_activity(times_h=times_h, activities=curve, unit="MBq", model=model)

    def arrays(has_intervals: bool) -> TimeActivityFits:
        return fit_time_activity_arrays(
            times_h=times, activities_mbq=activities, model=model, has_intervals=has_intervals
        )

    return {
        "name": name,
        "one_by_one": options.sample / _seconds(one_by_one),
        "arrays": options.curves / _seconds(lambda: arrays(True)),
        "without_intervals": options.curves / _seconds(lambda: arrays(False)),
    }


def _bench_doses(options: argparse.Namespace) -> dict[str, Any]:
    """From a fit to dose and biologically effective dose."""
    _, times_h, terms = CASES["uptake and washout, 5 points"]
    times, activities = _simulate(times_h, terms, options)
    fits = fit_time_activity_arrays(times_h=times, activities_mbq=activities, model=CurveModel.BI_UPTAKE)
    found = [
        fit_time_activity(times_h=times_h, activities=curve, unit="MBq", model=CurveModel.BI_UPTAKE)
        for curve in activities[: options.sample].tolist()
    ]
    scalar = [one.value for one in found if isinstance(one, Assessed)]
    alpha_beta, repair = KIDNEY_DEFAULT.alpha_beta_gy, KIDNEY_DEFAULT.repair_half_time_h

    def one_by_one() -> None:
        for fit in scalar:
            dose = compute_dose_gy(tia_mbq_h=fit.tia_mbq_h, s_mgy_per_mbq_s=S_KIDNEYS)
            factor = compute_protraction_factor(fit.curve, repair_half_time_h=repair)
            compute_bed(dose_gy=dose, protraction_factor=factor, alpha_beta_gy=alpha_beta)

    def arrays() -> Array:
        doses = compute_doses_gy(tias_mbq_h=fits.tia_mbq_h[:, None], s_mgy_per_mbq_s=np.array([[S_KIDNEYS]]))[:, 0]
        factors = compute_protraction_factors(
            amplitudes=fits.amplitudes_mbq, rates_per_h=fits.rates_per_h, repair_half_times_h=np.array(repair)
        )
        return compute_beds(doses_gy=doses, protraction_factors=factors, alpha_betas_gy=np.array(alpha_beta))

    return {
        "name": "dose and BED of a fitted curve",
        "one_by_one": len(scalar) / _seconds(one_by_one),
        "arrays": options.curves / _seconds(arrays),
    }


def _simulate(
    times_h: tuple[float, ...], terms: tuple[tuple[float, float], ...], options: argparse.Namespace
) -> tuple[Array, Array]:
    rng = np.random.default_rng(options.seed)
    times = np.array(times_h, float)
    activities = np.zeros((options.curves, len(times)))
    for amplitude, median_h in terms:
        half_lives = median_h * np.exp(0.2 * rng.standard_normal(options.curves))
        activities += 100 * amplitude * 2 ** (-times / half_lives[:, None])
    return times, activities * (1 + 0.1 * rng.standard_normal(activities.shape))


def _seconds(work: Callable[[], object]) -> float:
    """The fastest of three runs."""
    runs = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        runs.append(time.perf_counter() - begin)
    return min(runs)


if __name__ == "__main__":
    main()
