"""From outcomes of atoms to verdicts, in batches of patients, on arrays.

A verdict depends on nothing but the outcomes of its rule's atoms, and few combinations of those occur among any
number of patients. So each combination is combined once, by the very functions of the reference evaluator, and
spread over the patients who have it. Batches are independent: an engine may run them wherever the rows are.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from equipoise.criteria.compiled.combine import RuleTable
from equipoise.criteria.compiled.defaults import Default
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.texts import SEPARATOR

BATCH = 10_000
THREADS = 2
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("patient_id", "criterion_id", "truth", "basis", "causes", "evidence", "needs")]
)
OUTCOMES = pa.schema(
    [("patient_key", pa.int32()), ("atom_no", pa.int32()), ("code", pa.int32()), ("evidence", pa.string())]
)
_WORDS = ("truth", "basis", "causes", "needs")


@dataclass
class Batch:
    """Outcomes of some patients: a code for each patient and atom, and where its evidence stands in `texts`."""

    patient_ids: pa.Array
    codes: npt.NDArray[np.int32]
    places: npt.NDArray[np.int32]
    texts: pa.Array
    encounters: pa.Array


def write_verdicts(
    engine: Engine,
    patients: Any,
    covered: Any,
    outcomes: Sequence[Any],
    rules: Sequence[RuleTable],
    defaults: Sequence[Default],
    out: Path,
) -> None:
    """Write one row for each patient and rule; evidence is sorted and holds nothing twice."""
    # The empty table stands for rules that read no record at all; it also lets one outcome be united.
    together = ibis.union(engine.small("no_outcomes", OUTCOMES.empty_table()), *outcomes)
    with (
        pq.ParquetWriter(out, SCHEMA, compression="zstd", compression_level=1) as writer,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        for batch in _batches(engine, patients, covered, together, defaults):
            # Arrow works outside the interpreter's lock: one rule is computed while another is written.
            for table in pool.map(_verdicts, repeat(batch), rules, repeat(defaults)):
                writer.write_table(table)


def _batches(
    engine: Engine, patients: Any, covered: Any, outcomes: Any, defaults: Sequence[Default]
) -> Iterator[Batch]:
    n_patients = int(patients.count().to_pyarrow().as_py())
    for start in range(0, n_patients, BATCH):
        stop = min(start + BATCH, n_patients)
        ids = _part(patients.select("patient_key", "patient_id"), start, stop).sort_by("patient_key")
        coverage = _part(covered, start, stop)
        rows = _part(outcomes, start, stop)
        n = stop - start
        keys = rows["patient_key"].to_numpy() - start
        atoms = rows["atom_no"].to_numpy()
        encounters = np.full(n, -1, dtype=np.int64)
        encounters[coverage["patient_key"].to_numpy() - start] = np.arange(coverage.num_rows)
        is_covered = encounters >= 0
        codes = np.empty((n, len(defaults)), dtype=np.int32)
        for number, default in enumerate(defaults):
            codes[:, number] = np.where(is_covered, default.covered, default.uncovered)
        places = np.full((n, len(defaults)), -1, dtype=np.int32)
        codes[keys, atoms] = rows["code"].to_numpy()
        places[keys, atoms] = np.arange(rows.num_rows)
        yield Batch(
            _whole(ids["patient_id"]),
            codes,
            places,
            _whole(rows["evidence"]),
            _whole(coverage["encounter_text"]).take(pa.array(encounters, mask=~is_covered)),
        )


def _part(table: Any, start: int, stop: int) -> pa.Table:
    return table.filter((table.patient_key >= start) & (table.patient_key < stop)).to_pyarrow()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _verdicts(batch: Batch, rule: RuleTable, defaults: Sequence[Default]) -> pa.Table:
    combinations, which = rule.combinations(batch.codes)
    leaves = np.array([each.leaves for each in combinations], dtype=np.int64)[which]
    columns: dict[str, Any] = {
        "patient_id": batch.patient_ids,
        "criterion_id": _constant(rule.criterion_id, len(which)),
        "evidence": _evidence(batch, rule, leaves, defaults),
    }
    for word in _WORDS:
        columns[word] = pa.array([getattr(each, word) for each in combinations]).take(pa.array(which))
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def _evidence(batch: Batch, rule: RuleTable, leaves: npt.NDArray[np.int64], defaults: Sequence[Default]) -> pa.Array:
    """The pieces of the atoms each verdict rests on, as a JSON list."""
    parts = []
    assumed = np.zeros(len(leaves), dtype=np.int64)
    for bit, number in enumerate(rule.atom_numbers):
        selected = (leaves >> bit & 1).astype(bool)
        places = batch.places[:, number]
        recorded = selected & (places >= 0)
        if recorded.any():
            parts.append(batch.texts.take(pa.array(places, mask=~recorded)))
        if defaults[number].has_evidence:
            assumed |= np.where(selected & (places < 0), np.int64(1) << bit, np.int64(0))
    if assumed.any():
        parts.append(_assumed_texts(batch, rule, assumed, defaults))
    if not parts:
        return _constant("[]", len(leaves))
    # Nulls are filled first: joining with null_handling="skip" loses rows in which all parts are null.
    filled = [pc.fill_null(part, "") for part in parts]
    together = filled[0] if len(filled) == 1 else pc.binary_join_element_wise(*filled, "")
    return _as_lists(_in_order(together, recorded_too=len(parts) > 1 or not assumed.any()))


def _assumed_texts(
    batch: Batch, rule: RuleTable, assumed: npt.NDArray[np.int64], defaults: Sequence[Default]
) -> pa.Array:
    """Tables searched in vain and the encounter that covers, in order, for each set of atoms assumed absent."""
    sets, which = np.unique(assumed, return_inverse=True)
    chosen = [
        [defaults[number] for bit, number in enumerate(rule.atom_numbers) if int(each) >> bit & 1] for each in sets
    ]
    before = pa.array([_pieces(default.before for default in each) for each in chosen]).take(pa.array(which))
    after = pa.array([_pieces(default.after for default in each) for each in chosen]).take(pa.array(which))
    encounters = pc.if_else(pa.array(assumed != 0), batch.encounters, pa.scalar(None, pa.string()))
    return pc.binary_join_element_wise(before, encounters, after, "")


def _pieces(texts: Iterable[str]) -> str:
    pieces = {piece for text in texts for piece in text.split(SEPARATOR) if piece}
    return "".join(SEPARATOR + piece for piece in sorted(pieces))


def _constant(text: str, n: int) -> pa.Array:
    return pa.array([text]).take(pa.array(np.zeros(n, dtype=np.int32)))


def _in_order(texts: pa.Array, *, recorded_too: bool) -> pa.Array:
    """Texts of several pieces with the pieces sorted, each once; assumptions alone are in order already."""
    if not recorded_too:
        return texts
    has_several = pc.greater(pc.count_substring(texts, SEPARATOR), 1)
    lists = pc.split_pattern(texts.filter(has_several), SEPARATOR)
    if not len(lists):
        return texts
    # Before the first separator stands nothing, which sorts first and so puts the separator back in front.
    pieces = lists.flatten().dictionary_encode()
    ranks = np.empty(len(pieces.dictionary), dtype=np.int64)
    ranks[pc.sort_indices(pieces.dictionary).to_numpy()] = np.arange(len(ranks))
    rows = pc.list_parent_indices(lists).to_numpy()
    # One number for row and rank: sorted, each once, it is the order of the pieces.
    keys, places = np.unique(rows * len(ranks) + ranks[pieces.indices.to_numpy()], return_index=True)
    offsets = np.searchsorted(keys, np.arange(len(lists) + 1) * len(ranks)).astype(np.int32)
    ordered = pieces.take(pa.array(places)).dictionary_decode()
    return pc.replace_with_mask(
        texts, has_several, pc.binary_join(pa.ListArray.from_arrays(offsets, ordered), SEPARATOR)
    )


def _as_lists(texts: pa.Array) -> pa.Array:
    opened = pc.replace_substring(texts, SEPARATOR, "[", max_replacements=1)
    opened = pc.if_else(pc.equal(texts, ""), "[", pc.replace_substring(opened, SEPARATOR, ","))
    return pc.binary_join_element_wise(opened, "]", "")
