"""What the numbers of `screening.py` are made of: `python benchmarks/screening_parts.py`.

Three parts, each in a process of its own. What a run costs whatever the number of patients: one patient is judged. How
much text of evidence the verdicts hold. And what the engine does when it is asked for next to nothing: the same files
read for patient, code and number alone, and thirteen criteria on the latest of these, without units, windows, unknowns
or evidence. The last is no product; it is the bound that the reading and judging of the product are held against.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import work
from measuring import run_measured

N_CRITERIA = 13
RUNS = 3
_FIELDS = (
    "{resourceType: 'VARCHAR', subject: 'STRUCT(reference VARCHAR)', effectiveDateTime: 'VARCHAR', "
    "code: 'STRUCT(coding STRUCT(code VARCHAR)[])', valueQuantity: 'STRUCT(value DOUBLE)'}"
)


def main() -> None:
    from equipoise.synthetic.population import write_population

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--filler", type=int, default=28, help="about 1 KB each and patient, as in screening.py")
    parser.add_argument("--work", type=Path, help="folder with room: 0.6 GB for 10,000 patients")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-", dir=options.work) as name:
        one, many = Path(name) / "one", Path(name) / "many"
        for folder, n in ((one, 1), (many, options.patients)):
            write_population(folder, n=n, seed=1, as_of=work.AS_OF, filler=options.filler, has_truth=False)
        parts = _measure("fixed", one, RUNS), _measure("product", many, RUNS), _measure("engine", many, RUNS)
        report(options.patients, *parts)


def report(n: int, fixed: dict[str, Any], product: dict[str, Any], engine: dict[str, Any]) -> None:
    per_patient, size = product["characters"] / n, engine["bytes"] / 1e9
    print(f"one patient, from Parquet to written verdicts: {fixed['seconds']:.1f} s")
    print(f"evidence: {per_patient / 1e3:.1f} KB of text a patient, {per_patient / 10:,.0f} MB for 100,000")
    for name, said in (("the product", product), (f"the engine, {N_CRITERIA} bare criteria", engine)):
        print(f"{name}: reads {size / said['read_s']:.2f} GB/s, judges {n / said['judge_s']:,.0f} patients/s")
    read, judge = (product[key] / engine[key] for key in ("read_s", "judge_s"))
    print(f"the product takes {read:.1f} times as long to read, {judge:.0f} times to judge")


def fixed(folder: Path) -> dict[str, Any]:
    work.read(folder)
    return work.warm(folder)


def product(folder: Path) -> dict[str, Any]:
    import duckdb

    reading, judging = work.read(folder), work.warm(folder)
    ((characters,),) = duckdb.sql(f"SELECT sum(length(evidence)) FROM '{folder / 'verdicts.parquet'}'").fetchall()
    return {"characters": int(characters), "read_s": reading["seconds"], "judge_s": judging["seconds"]}


def engine(folder: Path) -> dict[str, Any]:
    import duckdb

    files = f"'{folder / 'records'}/*'"
    connection = duckdb.connect()
    start = time.perf_counter()
    connection.sql(
        f"CREATE TABLE results AS SELECT subject.reference AS patient, code.coding[1].code AS code, "
        f"valueQuantity.value AS value, effectiveDateTime AS day "
        f"FROM read_json({files}, format='newline_delimited', columns={_FIELDS}) "
        f"WHERE resourceType = 'Observation' AND valueQuantity.value IS NOT NULL"
    )
    read_s = time.perf_counter() - start
    usual = f"SELECT code, median(value) FROM results GROUP BY code ORDER BY count(*) DESC, code LIMIT {N_CRITERIA}"
    criteria = ", ".join(
        f"arg_max(value, day) FILTER (code = '{code}') >= {limit} AS c{number}"
        for number, (code, limit) in enumerate(connection.sql(usual).fetchall())
    )
    start = time.perf_counter()
    connection.sql(f"CREATE TABLE judged AS SELECT patient, {criteria} FROM results GROUP BY patient")
    judge_s = time.perf_counter() - start
    ((judged,),) = connection.sql("SELECT count(*) FROM judged").fetchall()
    size = sum(path.stat().st_size for path in (folder / "records").iterdir())
    return {"read_s": read_s, "judge_s": judge_s, "bytes": size, "patients": judged}


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {"fixed": fixed, "product": product, "engine": engine}


def _measure(name: str, folder: Path, repeat: int = 1) -> dict[str, Any]:
    """The least of several runs, number by number: what else the machine does can only make them longer."""
    runs = [run_measured(Path(__file__), [name, str(folder)]).said for _ in range(repeat)]
    return {key: min(run[key] for run in runs) for key in runs[0]}


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in PARTS:
        print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
