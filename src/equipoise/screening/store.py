"""The working database of one screening: verdicts joined with what the protocol says, in DuckDB.

Builds the slim tables that `outputs.py` and `attrition.py` read: `people` (one row a patient, numbered by
patient id), `criteria`, `judged` (one row a patient and criterion, without evidence), `note_texts`,
`open_needs`, `items`. Wording comes from `phrases.py`. Evidence is long: it stays in Parquet, cut into slices of
people, and each slice is read when its turn comes (`slices`), so that memory does not grow with the population.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from equipoise.criteria.truth import Cause, Effect, Kind, Truth, effect_of
from equipoise.records.tables import EVENT_TABLES, EventStatus
from equipoise.screening import phrases
from equipoise.screening.open_words import say_open
from equipoise.screening.report_model import ProtocolView
from equipoise.screening.standing import status_of
from equipoise.terminology.concepts import ConceptKind, DecidedBy

MEMORY_LIMIT = "1200MB"
SLICE_PEOPLE = 10_000
MENTIONED = 12
"""How many rows of its evidence a reason looks at."""
_KEYS = ("table", "record_id", "code", "value", "unit", "time")
OPEN_KEYS = "CAST(to_json(needs) AS VARCHAR) AS needs, CAST(to_json(causes) AS VARCHAR) AS causes"
"""What the sentence of an open criterion depends on, as the texts by which it is looked up."""
EVIDENCE_SHAPE = "[{" + ",".join(f'"{key}":"VARCHAR"' for key in _KEYS) + "}]"


@contextmanager
def open_store(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills into `scratch` (an existing folder that the caller removes)."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = {text_literal(scratch / 'spill')}")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def text_literal(value: object) -> str:
    """A value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def parquet_source(*path: Path | str, file_row_number: bool = False) -> str:
    """`read_parquet(...)` of these files; in the first part, characters that DuckDB takes for a pattern are plain."""
    first, *rest = path
    plain = re.sub(r"([*?\[])", r"[\1]", str(first))
    option = ", file_row_number = true" if file_row_number else ""
    # A folder named like `truth=true` is a name, not a column.
    return f"read_parquet({text_literal('/'.join([plain, *map(str, rest)]))}, hive_partitioning = false{option})"


def load_verdicts(
    connection: duckdb.DuckDBPyConnection, protocol: ProtocolView, *, verdicts: Path, patients: Path, scratch: Path
) -> None:
    """
    Read the evaluator's verdicts and the patients table into the working tables.

    Parameters
    ----------
    connection
        An open store.
    protocol
        The version judged.
    verdicts
        Parquet of the evaluator: patient_id, criterion_id, truth, basis, causes, evidence, needs (JSON texts).
    patients
        The canonical `patients` Parquet; says who is dead.
    scratch
        An existing folder for the slices; the caller removes it.
    """
    _load_criteria(connection, protocol)
    connection.execute(f"CREATE VIEW raw AS SELECT * FROM {parquet_source(verdicts)}")
    connection.execute(_PEOPLE.format(patients=parquet_source(patients), as_of=text_literal(protocol.as_of)))
    folder = scratch / "slices"
    people = connection.execute("SELECT count(*) FROM people").fetchall()[0][0]
    connection.execute((_SLICED if people else _NO_SLICE).format(folder=text_literal(folder), size=SLICE_PEOPLE))
    connection.execute(f"CREATE VIEW sliced AS SELECT * FROM {parquet_source(folder, '**', '*.parquet')}")
    connection.execute(_JUDGED)
    connection.execute(_NOTE_TEXTS)
    connection.execute(_OPEN_NEEDS)
    _load_items(connection, protocol)
    _load_open_words(connection, protocol)
    _load_labels(connection, protocol)


def create_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, Any]],
    rows: Iterable[Sequence[object]],
) -> None:
    """A table from Python rows; columns are (name, Arrow type)."""
    listed = list(rows)
    arrays = [pa.array([row[index] for row in listed], type=kind) for index, (_, kind) in enumerate(columns)]
    connection.register("incoming", pa.table(arrays, names=[column for column, _ in columns]))
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


_TEXT, _INTEGER = pa.string(), pa.int32()


def _load_criteria(connection: duckdb.DuckDBPyConnection, protocol: ProtocolView) -> None:
    create_table(
        connection,
        "criteria",
        [("criterion_id", _TEXT), ("position", _INTEGER), ("kind", _TEXT), ("confirm", _TEXT)],
        [(each.id, index, each.kind.value, each.confirm) for index, each in enumerate(protocol.criteria)],
    )
    create_table(
        connection,
        "effects",
        [("kind", _TEXT), ("truth", _TEXT), ("effect", _TEXT)],
        [(kind.value, truth.value, effect_of(kind, truth).value) for kind in Kind for truth in Truth],
    )
    _load_standings(connection)
    create_table(
        connection,
        "notes",
        [("note_id", _TEXT), ("position", _INTEGER), ("rank", _INTEGER), ("says", _TEXT)],
        [
            (note_id, position, rank, says)
            for position, criterion in enumerate(protocol.criteria)
            for rank, (note_id, says) in enumerate(criterion.notes.items())
        ],
    )


def _load_standings(connection: duckdb.DuckDBPyConnection) -> None:
    """The rule of who stands where, as a table of all its cases."""
    names = ("is_deceased", "is_blocked", "passes_all")
    cases = [dict(zip(names, case, strict=True)) for case in itertools.product((False, True), repeat=len(names))]
    columns = [*((name, pa.bool_()) for name in names), ("status", _TEXT)]
    create_table(connection, "standings", columns, [(*case.values(), status_of(**case).value) for case in cases])


# Whoever has a recorded death that may lie on or before as_of counts as dead: nobody is approached on a "perhaps".
_PEOPLE = """
CREATE TABLE people AS
WITH known AS (SELECT DISTINCT patient_id FROM raw),
dead AS (
    SELECT patient_id, bool_or(is_deceased AND coalesce(death_lower <= CAST({as_of} AS DATE), true)) AS is_deceased
    FROM {patients} GROUP BY patient_id
)
SELECT CAST(row_number() OVER (ORDER BY patient_id) AS INTEGER) AS number, patient_id,
       coalesce(dead.is_deceased, false) AS is_deceased
FROM known LEFT JOIN dead USING (patient_id)
ORDER BY patient_id
"""

_SLICED = """
COPY (
    SELECT number, criteria.position, criterion_id, truth, basis, causes, evidence, needs,
           (number - 1) // {size} AS slice
    FROM raw JOIN people USING (patient_id) LEFT JOIN criteria USING (criterion_id)
) TO {folder} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (slice))
"""

# Without people there is no slice to write; one empty file keeps the columns.
_NO_SLICE = """
COPY (SELECT 0 AS number, 0 AS position, criterion_id, truth, basis, causes, evidence, needs FROM raw LIMIT 0)
TO {folder} (FORMAT parquet, FILE_SIZE_BYTES '1GB')
"""

_JUDGED = """
CREATE TABLE judged AS
SELECT number, criteria.position, sliced.truth, effects.effect, basis,
       from_json(causes, '["VARCHAR"]') AS causes, from_json(needs, '["VARCHAR"]') AS needs
FROM sliced
JOIN criteria USING (position)
JOIN effects ON effects.kind = criteria.kind AND effects.truth = sliced.truth
"""

_NOTE_TEXTS = """
CREATE TABLE note_texts AS
SELECT number, notes.position, string_agg(notes.says, ' ' ORDER BY notes.rank) AS says
FROM sliced JOIN notes ON notes.note_id = sliced.criterion_id
WHERE truth = 'true'
GROUP BY number, notes.position
"""

# An open criterion that names no need still needs something: it becomes an item of its own, decided by the record.
_OPEN_NEEDS = f"""
CREATE TABLE open_needs AS
SELECT number, position, unnest(
    CASE WHEN len(needs) = 0 THEN ['{phrases.CRITERION}' || criterion_id] ELSE list_distinct(needs) END) AS need
FROM judged JOIN criteria USING (position)
WHERE effect = '{Effect.OPEN.value}'
"""


def _load_items(connection: duckdb.DuckDBPyConnection, protocol: ProtocolView) -> None:
    needs = connection.execute("SELECT DISTINCT need FROM open_needs ORDER BY need").fetchall()
    items = {need: phrases.item_of(need, protocol) for (need,) in needs}
    create_table(
        connection,
        "items",
        [("need", _TEXT), ("question", _TEXT), ("concept", _TEXT), ("decided_by", _TEXT)],
        [(each.need, each.question, each.concept, each.decided_by.value) for each in items.values()],
    )
    confirming = [each for each in protocol.criteria if each.confirm is not None]
    create_table(
        connection,
        "confirmations",
        [("criterion_id", _TEXT), ("item", _TEXT), ("question", _TEXT), ("concept", _TEXT), ("decided_by", _TEXT)],
        [
            (
                each.id,
                phrases.CONFIRM + each.id,
                phrases.confirm_question(each, protocol.concepts[each.confirm]),
                each.confirm,
                protocol.concepts[each.confirm].decided_by.value,
            )
            for each in confirming
            if each.confirm is not None
        ],
    )


def slices(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[None]:
    """Go through the population: while a slice has its turn, the view `part` holds its verdicts with evidence."""
    people = connection.execute("SELECT count(*) FROM people").fetchall()[0][0]
    for number in range(max(1, (people + SLICE_PEOPLE - 1) // SLICE_PEOPLE)):
        folder = scratch / "slices" / (f"slice={number}" if people else ".")
        files = parquet_source(folder, "*.parquet")
        connection.execute(f"CREATE OR REPLACE VIEW part AS SELECT * FROM {files} WHERE position IS NOT NULL")
        yield


def _load_labels(connection: duckdb.DuckDBPyConnection, protocol: ProtocolView) -> None:
    """Names for the codes that a reason can mention, and words for the values of coded concepts."""
    mentioned = f"""
        SELECT criterion_id, unnest(from_json(evidence, '{EVIDENCE_SHAPE}')[1:{MENTIONED}]) AS piece FROM sliced
        WHERE position IS NOT NULL"""
    pairs = connection.execute(f"""
        SELECT DISTINCT criterion_id, piece.code AS code FROM ({mentioned})
        WHERE piece.code IS NOT NULL ORDER BY ALL""").fetchall()
    ids = {each.id: index for index, each in enumerate(protocol.criteria)}
    concepts = phrases.code_concepts(protocol, pairs)
    named = {pair: concepts[pair].label if pair in concepts else phrases.code_name(pair[1]) for pair in pairs}
    labels = [(ids[criterion_id], code, label) for (criterion_id, code), label in named.items()]
    create_table(connection, "code_labels", [("position", _INTEGER), ("code", _TEXT), ("label", _TEXT)], labels)
    coded = {pair: concept for pair, concept in concepts.items() if concept.kind is ConceptKind.CODED}
    create_table(connection, "coded", [("criterion_id", _TEXT), ("code", _TEXT)], list(coded))
    values = connection.execute(f"""
        SELECT DISTINCT criterion_id, piece.code AS code, piece.value AS value
        FROM ({mentioned} AND criterion_id IN (SELECT criterion_id FROM coded)) AS found
        WHERE piece.value IS NOT NULL AND EXISTS (
            FROM coded WHERE coded.criterion_id = found.criterion_id AND coded.code = piece.code)
        ORDER BY ALL""").fetchall()
    words = [(ids[each], code, value, phrases.answer_words(coded[each, code], value)) for each, code, value in values]
    columns = [("position", _INTEGER), ("code", _TEXT), ("value", _TEXT), ("word", _TEXT)]
    create_table(connection, "value_words", columns, words)


_DOUBT_WORDS = {
    EventStatus.ABSENT: "ruled out",
    EventStatus.POSSIBLE: "recorded as possible",
    EventStatus.ORDERED: "ordered",
}


def load_doubts(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> None:
    """
    How events are told that are not simply recorded; evidence does not carry their status.

    `tables` are the canonical tables; one that is not given says nothing.
    """
    connection.execute("CREATE TABLE doubts (number INTEGER, source VARCHAR, record_id VARCHAR, said_as VARCHAR)")
    words = " ".join(f"WHEN '{status.value}' THEN '{said}'" for status, said in _DOUBT_WORDS.items())
    for table in (each.name for each in EVENT_TABLES if each.name in tables):
        connection.execute(f"""
            INSERT INTO doubts
            SELECT number, '{table}', record_id, min(CASE status {words} END)
            FROM {parquet_source(tables[table])} JOIN people USING (patient_id)
            WHERE status <> '{EventStatus.PRESENT.value}' GROUP BY ALL""")


def _load_open_words(connection: duckdb.DuckDBPyConnection, protocol: ProtocolView) -> None:
    """The sentence of each way in which a criterion is open: a few hundred, however many people there are."""
    query = f"SELECT DISTINCT position, {OPEN_KEYS} FROM judged WHERE effect = '{Effect.OPEN.value}' ORDER BY ALL"
    rows = []
    for position, needs, causes in connection.execute(query).fetchall():
        criterion = protocol.criteria[position]
        listed = sorted(set(json.loads(needs))) or [phrases.CRITERION + criterion.id]
        items = [phrases.item_of(need, protocol) for need in listed]
        words = say_open(criterion, items, map(Cause, json.loads(causes)), protocol)
        rows.append((position, needs, causes, words.lead, words.tail))
    columns = [("position", _INTEGER), *((name, _TEXT) for name in ("needs", "causes", "lead", "tail"))]
    create_table(connection, "open_words", columns, rows)


DECIDED_BY_PERSON = DecidedBy.PERSON.value
