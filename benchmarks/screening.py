"""How fast records are read and judged, and in how much memory: `make bench`.

Prints a table and, with `--json FILE`, the same numbers as JSON. Nothing is asserted: machines differ, and what to
expect stands in the reader's mind. "Cold" begins with NDJSON and ends with written verdicts; the files may be in the
system's page cache. Ratios: how many times faster than the plain evaluator (patients per second, judging alone),
and the time of reading and of the cold run in multiples of decoding the same bytes as JSON.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import run_measured
from work import AS_OF

from equipoise.synthetic.population import write_population

_WORK = Path(__file__).with_name("work.py")
_MIB = 2**20


def main() -> None:
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="equipoise-bench-", dir=options.work))
    results = []
    try:
        for n in options.patients:
            folder = root / str(n)
            results.append(_bench(folder, n, options))
            shutil.rmtree(folder, ignore_errors=True)
            _print(results[-1])
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps({"machine": _machine(), "results": results}, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, nargs="+", default=[10_000, 100_000], metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--filler", type=int, default=28, help="about 1 KB each and patient; 28 gives 50 KB a patient")
    parser.add_argument("--sample", type=int, default=300, help="patients for the plain evaluator")
    parser.add_argument("--repeat", type=int, default=3, help="the median of so many runs counts")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that make the patients")
    parser.add_argument("--work", type=Path, help="folder with room: 5 GB for 100,000 patients")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _bench(folder: Path, n: int, options: argparse.Namespace) -> dict[str, Any]:
    start = time.perf_counter()
    write_population(
        folder,
        n=n,
        seed=options.seed,
        as_of=AS_OF,
        filler=options.filler,
        workers=options.workers,
        has_truth=False,
        progress=_progress(n),
    )
    made_s = time.perf_counter() - start
    size = sum(path.stat().st_size for path in (folder / "records").iterdir())
    decoded = _median("decode", folder, options.repeat)
    read = _median("read", folder, options.repeat)
    warm = _median("warm", folder, options.repeat)
    cold = _median("cold", folder, options.repeat)
    plain = run_measured(_WORK, ["plain", str(folder), str(min(n, options.sample))]).said
    plain_rate = plain["patients"] / plain["seconds"]
    return {
        "patients": n,
        "bytes": size,
        "generated_patients_per_s": n / made_s,
        "decode_s": decoded["seconds"],
        "read_s": read["seconds"],
        "read_bytes_per_s": size / read["seconds"],
        "read_peak_bytes": read["peak_bytes"],
        "cold_s": cold["seconds"],
        "cold_patients_per_s": n / cold["seconds"],
        "cold_bytes_per_s": size / cold["seconds"],
        "cold_peak_bytes": cold["peak_bytes"],
        "warm_s": warm["seconds"],
        "warm_patients_per_s": n / warm["seconds"],
        "warm_peak_bytes": warm["peak_bytes"],
        "plain_patients_per_s": plain_rate,
        "warm_over_plain": n / warm["seconds"] / plain_rate,
        "read_over_decode": read["seconds"] / decoded["seconds"],
        "cold_over_decode": cold["seconds"] / decoded["seconds"],
    }


def _median(name: str, folder: Path, repeat: int) -> dict[str, Any]:
    """The run of median time, with the greatest memory of all runs; leftovers of earlier runs are removed first."""
    runs = []
    for _ in range(repeat):
        for leftover in ("cold", "tables") if name == "read" else ("cold",):
            shutil.rmtree(folder / leftover, ignore_errors=True)
        measured = run_measured(_WORK, [name, str(folder)])
        runs.append(measured.said | {"peak_bytes": measured.peak_bytes})
    runs.sort(key=lambda run: run["seconds"])
    return runs[len(runs) // 2] | {"peak_bytes": max(run["peak_bytes"] for run in runs)}


def _progress(n: int) -> Any:
    if not sys.stderr.isatty():
        return None
    return lambda done: print(f"\rmaking up patients: {done:,} of {n:,}", end="", file=sys.stderr, flush=True)


def _print(result: dict[str, Any]) -> None:
    rows = [
        ("records", f"{result['bytes'] / 1e9:.2f} GB, {result['bytes'] / result['patients'] / 1e3:.0f} KB a patient"),
        ("making them", f"{result['generated_patients_per_s']:,.0f} patients/s"),
        ("reading to Parquet", f"{result['read_bytes_per_s'] / 1e9:.2f} GB/s, {_memory(result, 'read')}"),
        (
            "cold: NDJSON to verdicts",
            f"{result['cold_patients_per_s']:,.0f} patients/s, {result['cold_bytes_per_s'] / 1e9:.2f} GB/s, "
            f"{_memory(result, 'cold')}",
        ),
        (
            "warm: Parquet to verdicts",
            f"{result['warm_patients_per_s']:,.0f} patients/s, {_memory(result, 'warm')}",
        ),
        (
            "plain evaluator (sample)",
            f"{result['plain_patients_per_s']:,.0f} patients/s; warm is {result['warm_over_plain']:,.0f} times as fast",
        ),
        (
            "decoding the JSON alone",
            f"{result['decode_s']:.2f} s; reading takes {result['read_over_decode']:.2f} times that, "
            f"cold {result['cold_over_decode']:.2f} times",
        ),
    ]
    print(f"\n{result['patients']:,} patients")
    for label, text in rows:
        print(f"  {label:<26} {text}", flush=True)


def _memory(result: dict[str, Any], name: str) -> str:
    return f"peak {result[f'{name}_peak_bytes'] / _MIB:,.0f} MiB"


def _machine() -> dict[str, Any]:
    return {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}


if __name__ == "__main__":
    main()
