"""
Dataset-JSON 1.1 by its published specification, attribute by attribute.

The rules below are those of CDISC Dataset-JSON Specification, version 1.1 (final, 2024-12-05): the tables of top-level
metadata, of column metadata and of supported combinations of data types, in words of ours. CDISC's schema file is not
in this repository. Whoever has it (dataset.schema.json of CDISC's DataExchange-DatasetJson, version 1.1) names it in
EQUIPOISE_DATASET_JSON_SCHEMA, and it is asked too; it then has to answer alike for every damaged file here.
"""

import copy
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest

from equipoise.analysis.cdisc.dataset import to_json

SCHEMA_VARIABLE = "EQUIPOISE_DATASET_JSON_SCHEMA"
SCHEMA_FILE = os.environ.get(SCHEMA_VARIABLE, "")
TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
DAY_AND_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$"}
COLUMN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["itemOID", "name", "label", "dataType"],
    "properties": {
        "itemOID": NAME,
        "name": NAME,
        "label": TEXT,
        "dataType": {
            "enum": [
                "string",
                "integer",
                "decimal",
                "float",
                "double",
                "boolean",
                "datetime",
                "date",
                "time",
                "URI",
            ]
        },
        "targetDataType": {"enum": ["integer", "decimal"]},
        "length": {"type": "integer", "minimum": 1},
        "displayFormat": TEXT,
        "keySequence": {"type": "integer", "minimum": 1},
    },
}
SYSTEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "version"],
    "properties": {"name": TEXT, "version": TEXT},
}
DATASET = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "datasetJSONCreationDateTime",
        "datasetJSONVersion",
        "itemGroupOID",
        "records",
        "name",
        "label",
        "columns",
    ],
    # In the order that the specification recommends, so that a file can be read as a stream.
    "properties": {
        "datasetJSONCreationDateTime": DAY_AND_TIME,
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.(0|[1-9][0-9]*))?$"},
        "fileOID": NAME,
        "dbLastModifiedDateTime": DAY_AND_TIME,
        "originator": TEXT,
        "sourceSystem": SYSTEM,
        "studyOID": NAME,
        "metaDataVersionOID": NAME,
        "metaDataRef": TEXT,
        "itemGroupOID": NAME,
        "records": {"type": "integer", "minimum": 0},
        "name": NAME,
        "label": TEXT,
        "columns": {"type": "array", "items": COLUMN},
        "rows": {"type": "array", "items": {"type": "array"}},
    },
}
COMBINATIONS = {
    ("string", None): str,
    ("integer", None): int,
    ("decimal", "decimal"): str,
    ("date", None): str,
    ("date", "integer"): str,
}
"""What a value is in JSON by `dataType` and `targetDataType`, of the combinations that we write."""


def faults(content, schema=DATASET):
    return list(jsonschema.Draft201909Validator(schema).iter_errors(content))


@pytest.fixture(scope="module")
def contents(datasets, masked, study):
    return [to_json(dataset, study) for made in (datasets, masked) for dataset in made.values()]


def test_every_attribute_is_as_specified(contents):
    for content in contents:
        assert not faults(content), content["name"]


def test_attributes_stand_in_the_order_of_the_specification(contents):
    for content in contents:
        for part, schema in [(content, DATASET), *((each, COLUMN) for each in content["columns"])]:
            order = list(schema["properties"])
            assert list(part) == sorted(part, key=order.index)


def test_every_value_has_the_type_that_its_column_states(contents):
    seen = set()
    for content in contents:
        for place, column in enumerate(content["columns"]):
            combination = column["dataType"], column.get("targetDataType")
            values = [row[place] for row in content["rows"] if row[place] is not None]
            assert {type(value) for value in values} <= {COMBINATIONS[combination]}, (content["name"], column["name"])
            seen |= {combination} if values else set()
            if "displayFormat" in column:
                assert (combination, column["displayFormat"]) == (("date", "integer"), "E8601DA.")
            if combination[0] == "decimal":
                assert all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values)
            if combination[0] == "date":
                assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in values)
    assert seen == set(COMBINATIONS)


def test_counts_lengths_and_keys_agree_with_the_rows(contents):
    for content in contents:
        columns = content["columns"]
        assert content["records"] == len(content["rows"])
        assert {len(row) for row in content["rows"]} <= {len(columns)}
        for place, column in enumerate(columns):
            longest = max((len(str(row[place])) for row in content["rows"] if row[place] is not None), default=1)
            assert column.get("length", longest) >= longest
        for names in ([each["name"] for each in columns], [each["itemOID"] for each in columns]):
            assert len(set(names)) == len(names)
        keys = sorted(each["keySequence"] for each in columns if "keySequence" in each)
        assert keys == list(range(1, len(keys) + 1))
        assert keys


def test_a_missing_value_is_null_and_never_an_empty_text(contents):
    values = [value for content in contents for row in content["rows"] for value in row]
    assert None in values
    assert "" not in values


def _without(name):
    return lambda content: content.pop(name)


def _with(**values):
    return lambda content: content.update(values)


def _first_column(**values):
    return lambda content: content["columns"][0].update(values)


DAMAGED = {
    **{f"no {name}": _without(name) for name in DATASET["required"]},
    "no itemOID": lambda content: content["columns"][0].pop("itemOID"),
    "no dataType": lambda content: content["columns"][0].pop("dataType"),
    "an attribute of nobody": _with(isReferenceData=False),
    "an attribute of nobody in a column": _first_column(origin="Derived"),
    "another version": _with(datasetJSONVersion="1.0.0"),
    "a day alone": _with(datasetJSONCreationDateTime="2031-01-02"),
    "a negative number": _with(records=-1),
    "a text for a number": _with(records="4"),
    "an unknown type": _first_column(dataType="text"),
    "an unknown target": _first_column(targetDataType="date"),
    "no length": _first_column(length=0),
    "no key": _first_column(keySequence=0),
    "a system without a version": _with(sourceSystem={"name": "equipoise"}),
    "a row that is none": _with(rows=[{"STUDYID": "x"}]),
    "a label that is none": _with(label=None),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_none(contents, damage):
    content = copy.deepcopy(contents[0])
    DAMAGED[damage](content)
    assert faults(content)


# The file is CDISC's and not ours to keep, so nobody who has not fetched it can run this.
@pytest.mark.skipif(not SCHEMA_FILE, reason=f"{SCHEMA_VARIABLE} names no file of CDISC's schema")
def test_the_schema_of_cdisc_answers_alike(contents):
    schema = json.loads(Path(SCHEMA_FILE).read_text(encoding="utf-8"))
    for content in contents:
        assert not faults(content, schema), content["name"]
    for damage in DAMAGED.values():
        content = copy.deepcopy(contents[0])
        damage(content)
        assert faults(content, schema)
