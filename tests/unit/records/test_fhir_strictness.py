"""The first pass over a file must meet every wrong shape, though the engine reads only the columns it is asked for.

What slipped through would be null without a word, or stop the reading when a copy of it is read again.
"""

import json

import duckdb
import pytest

from equipoise.records.fhir import macros
from equipoise.records.fhir.shapes import ANY, BOOLEAN, SHAPES
from equipoise.records.fhir.staging import facts_query, lines_source
from equipoise.records.sql import open_engine


def damages(shape):
    """Every value of this shape with one structure, list or boolean in it replaced by a number."""
    if isinstance(shape, dict):
        yield 7
        for name, part in shape.items():
            yield from ({name: damaged} for damaged in damages(part))
    elif isinstance(shape, list):
        yield 7
        yield from ([damaged] for damaged in damages(shape[0]))
    elif shape == BOOLEAN:
        yield "perhaps"


@pytest.fixture
def engine(tmp_path):
    connection = open_engine(tmp_path)
    for macro in macros.MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    yield connection
    connection.close()


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_first_pass_meets_every_wrong_shape(kind, engine, tmp_path):
    path = tmp_path / "lines.ndjson"
    missed = []
    for name, shape in SHAPES[kind].items():
        for damaged in damages(shape) if shape != ANY else ():
            path.write_text(json.dumps({"resourceType": kind, "id": "r1", name: damaged}) + "\n")
            query = facts_query(kind, lines_source(path, "lines.ndjson", kind))
            try:
                engine.execute(f"CREATE OR REPLACE TEMP TABLE facts AS {query}")
            except duckdb.InvalidInputException:
                continue
            missed.append({name: damaged})
    assert missed == []
