"""The pieces of work that are timed, each run in a process of its own by `screening.py`.

`decode`: every line through the JSON decoder, nothing kept: what reading costs at least in Python.
`read`: NDJSON to canonical Parquet. `cold`: the same, then every verdict of the version judged and written.
`warm`: verdicts from the Parquet that `read` left. `plain`: the reference evaluator on some patients.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 1, 15)
PROTOCOL, VERSION = "nct05610826", "original"


def decode(folder: Path) -> dict[str, Any]:
    import msgspec

    decoder, lines = msgspec.json.Decoder(), 0
    start = time.perf_counter()
    for path in sorted((folder / "records").iterdir()):
        with path.open("rb") as file:
            for line in file:
                decoder.decode(line)
                lines += 1
    return {"seconds": time.perf_counter() - start, "resources": lines}


def read(folder: Path) -> dict[str, Any]:
    from equipoise.records.dataset import read_records

    start = time.perf_counter()
    read_records(folder / "records", folder / "tables", attestations=folder / "attestations.csv", today=AS_OF)
    return {"seconds": time.perf_counter() - start}


def cold(folder: Path) -> dict[str, Any]:
    from equipoise.criteria.compiled import judge_all
    from equipoise.criteria.rulebook import Moment
    from equipoise.records.dataset import read_records

    rulebook, attested = _rulebook(), folder / "attestations.csv"
    start = time.perf_counter()
    records = read_records(folder / "records", folder / "cold", attestations=attested, today=AS_OF)
    judge_all(rulebook, records, Moment(AS_OF), folder / "cold-verdicts.parquet")
    return {"seconds": time.perf_counter() - start}


def warm(folder: Path) -> dict[str, Any]:
    from equipoise.criteria.compiled import judge_all
    from equipoise.criteria.rulebook import Moment
    from equipoise.records.dataset import open_records

    rulebook, records = _rulebook(), open_records(folder / "tables")
    start = time.perf_counter()
    judge_all(rulebook, records, Moment(AS_OF), folder / "verdicts.parquet")
    return {"seconds": time.perf_counter() - start}


def plain(folder: Path, sample: int) -> dict[str, Any]:
    """Judging alone is timed: reading the sample's rows is not the evaluator's work."""
    from equipoise.criteria.bound import index_bindings
    from equipoise.criteria.reference import judge_patient
    from equipoise.criteria.rulebook import Moment
    from equipoise.records.dataset import open_records
    from equipoise.records.patient import iterate_patients
    from equipoise.terminology.binding import bind_codes

    rulebook, records = _rulebook(), open_records(folder / "tables")
    patients = list(iterate_patients(records, [f"p{k:07d}" for k in range(sample)]))
    rows = (row for patient in patients for rows in patient.rows.values() for row in rows)
    codes = {(row.get("system"), row["code"]) for row in rows if row.get("code")}
    local = {("https://equipoise.dev/codes", code) for system, code in codes if system is None}
    bindings = index_bindings(bind_codes(rulebook.concepts, codes | local))
    start = time.perf_counter()
    for patient in patients:
        judge_patient(rulebook, patient, records.supplied, Moment(AS_OF), bindings)
    return {"seconds": time.perf_counter() - start, "patients": len(patients)}


def _rulebook() -> Any:
    from equipoise.protocol.loading import load_protocol
    from equipoise.protocol.resolve import resolve
    from equipoise.terminology.catalogue import base_library

    return resolve(load_protocol(PROTOCOL).version(VERSION), base_library(), None).rulebook


WORK: dict[str, Callable[..., dict[str, Any]]] = {
    "decode": decode,
    "read": read,
    "cold": cold,
    "warm": warm,
    "plain": plain,
}

if __name__ == "__main__":
    name, where, *numbers = sys.argv[1:]
    print(json.dumps(WORK[name](Path(where), *map(int, numbers))))
