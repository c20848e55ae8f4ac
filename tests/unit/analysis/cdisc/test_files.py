"""
Dataset-JSON 1.1 and Define-XML 2.1 as files: they read back equal, and Define-XML is as CDISC's own schema asks.

What the specification asks of Dataset-JSON is in `test_dataset_json`.
"""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import odmlib
import pytest
from lxml import etree
from odmlib.dataset_json_1_1 import model

from equipoise.analysis.cdisc.catalogue import read_catalogue, read_dataset
from equipoise.analysis.cdisc.dataset import to_json, write_datasets
from equipoise.analysis.cdisc.define import DEF, ODM, XLINK, render_define
from equipoise.errors import EquipoiseError


def odm(name):
    return f"{{{ODM}}}{name}"


def define(name):
    return f"{{{DEF}}}{name}"


@pytest.fixture(scope="session")
def tree(datasets, study):
    return ElementTree.fromstring(render_define(list(datasets.values()), study).encode())


def test_what_was_written_reads_back_equal(datasets, masked, study, tmp_path):
    for made in (datasets, masked):
        paths = write_datasets(list(made.values()), tmp_path, study)
        assert [path.name for path in paths] == [f"{name.lower()}.json" for name in made]
        assert {path.stem.upper(): read_dataset(path) for path in paths} == made


def test_the_same_trial_gives_the_same_bytes(datasets, study, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        write_datasets(list(datasets.values()), folder, study)
    names = [path.name for path in sorted(first.iterdir())]
    assert len(names) == 23
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_the_time_of_writing_is_the_one_that_was_told(datasets, study):
    assert to_json(datasets["DM"], study)["datasetJSONCreationDateTime"] == "2031-01-02T03:04:05+00:00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"records": 3}, "says 3, and there are 4 rows"),
        ({"datasetJSONVersion": "1.0.0"}, "only version 1.1 is read"),
        ({"name": "XX"}, "none of the datasets we write"),
        ({"rows": [["a"]], "records": 1}, "not as many values as there are columns"),
    ],
)
def test_a_damaged_file_is_named(datasets, study, tmp_path, change, words):
    path = tmp_path / "dm.json"
    path.write_text(json.dumps(to_json(datasets["DM"], study) | change))
    with pytest.raises(EquipoiseError, match=words):
        read_dataset(path)


def test_a_file_that_is_no_json_is_named(tmp_path):
    path = tmp_path / "dm.json"
    path.write_text("no")
    with pytest.raises(EquipoiseError, match="it is no JSON file"):
        read_dataset(path)


def test_define_has_every_dataset_with_its_variables_in_order(tree, datasets, study):
    groups = {one.get("OID"): one for one in tree.iter(odm("ItemGroupDef"))}
    assert list(groups) == [one.oid for one in datasets.values()]
    for dataset in datasets.values():
        content = to_json(dataset, study)
        references = groups[dataset.oid].findall(odm("ItemRef"))
        assert [one.get("ItemOID") for one in references] == [one["itemOID"] for one in content["columns"]]
        assert [int(one.get("OrderNumber")) for one in references] == list(range(1, len(references) + 1))
        keys = {one.get("ItemOID"): int(one.get("KeySequence")) for one in references if one.get("KeySequence")}
        assert keys == {one["itemOID"]: one["keySequence"] for one in content["columns"] if "keySequence" in one}


def test_every_identifier_of_define_is_defined_once_and_every_reference_resolves(tree):
    defined = [one.get("OID") for one in tree.iter() if one.get("OID") is not None]
    assert [oid for oid, count in Counter(defined).items() if count > 1] == []
    attributes = ("ItemOID", "MethodOID", "CodeListOID", define("CommentOID"), define("StandardOID"))
    used = {one.get(name) for one in tree.iter() for name in attributes if one.get(name) is not None}
    assert used <= set(defined)
    ours = {oid for oid in defined if oid.split(".")[0] in ("IT", "MT", "CL", "COM", "STD")}
    assert ours <= used  # and nothing is defined that nobody uses
    leaves = {one.get("ID"): one.get(f"{{{XLINK}}}href") for one in tree.iter(define("leaf"))}
    archives = [one.get(define("ArchiveLocationID")) for one in tree.iter(odm("ItemGroupDef"))]
    assert sorted(archives) == sorted(leaves)
    assert leaves["LF.DM"] == "dm.json"


def test_a_derived_variable_of_tabulation_has_its_method_and_a_predecessor_its_name(tree):
    items = {one.get("OID"): one for one in tree.iter(odm("ItemDef"))}
    for group in tree.iter(odm("ItemGroupDef")):
        for reference in group.findall(odm("ItemRef")):
            origin = items[reference.get("ItemOID")].find(define("Origin"))
            if group.get("Purpose") == "Tabulation":
                assert (origin.get("Type") == "Derived") == (reference.get("MethodOID") is not None)
            if origin.get("Type") == "Predecessor":
                told = "".join(origin.itertext()).strip()
                assert f"IT.{told}" in items, reference.get("ItemOID")


def test_the_events_of_the_log_are_marked_as_no_part_of_the_standard(tree):
    marked = [one.get("ItemOID") for one in tree.iter(odm("ItemRef")) if one.get(define("IsNonStandard")) == "Yes"]
    assert marked
    assert all(one.endswith(".SRCEVNT") for one in marked)
    comments = [one.get(define("CommentOID")) for one in tree.iter(odm("ItemDef")) if one.get("Name") == "SRCEVNT"]
    assert set(comments) == {"COM.SOURCE"}
    assert len(comments) == len(marked)


def test_a_dataset_without_rows_says_so_and_pooled_arms_are_told(masked, study):
    tree = ElementTree.fromstring(render_define(list(masked.values()), study, is_masked=True).encode())
    groups = {one.get("Name"): one for one in tree.iter(odm("ItemGroupDef"))}
    empty = {name for name, one in groups.items() if one.get(define("HasNoData")) == "Yes"}
    assert empty == {"EX", "PR", "AE", "RS", "ADRS", "ADAE"}
    pooled = {name for name, one in groups.items() if one.get(define("CommentOID")) == "COM.POOLED"}
    assert pooled == set(masked) - {"TA", "TE", "TI", "TV", "TS"}


def test_lengths_and_places_hold_the_longest_value(tree):
    items = {one.get("OID"): one for one in tree.iter(odm("ItemDef"))}
    dose = items["IT.EX.EXDOSE"]
    assert (dose.get("DataType"), dose.get("Length"), dose.get("SignificantDigits")) == ("float", "4", "2")  # 3.70
    assert items["IT.DM.USUBJID"].get("Length") == str(len("nct05610826-S-001"))
    assert items["IT.DM.RFSTDTC"].get("Length") is None


def test_markup_in_words_of_a_protocol_leaves_the_file_well_formed(datasets, study):
    text = render_define([datasets["DM"]], replace(study, description='<b> & "x" ]]>'))
    told = ElementTree.fromstring(text.encode()).find(f".//{odm('StudyDescription')}")
    assert told.text == '<b> & "x" ]]>'


def test_every_declared_method_and_code_list_is_used():
    catalogue = read_catalogue()
    columns = [column for one in catalogue.datasets.values() for column in one.columns]
    assert {one.method for one in columns} - {None} == set(catalogue.methods)
    assert {one.codelist for one in columns} - {None} == set(catalogue.codelists)


def test_define_is_valid_by_the_schema_of_cdisc(datasets, masked, study):
    path = Path(odmlib.__file__).parent / "schemas" / "define" / "2.1" / "define2-1-0.xsd"
    schema = etree.XMLSchema(etree.parse(str(path)))
    for made, is_masked in ((datasets, False), (masked, True)):
        text = render_define(list(made.values()), study, is_masked=is_masked)
        schema.assertValid(etree.fromstring(text.encode()))


def test_datasets_are_read_by_odmlib(datasets, study):
    for dataset in datasets.values():
        content = to_json(dataset, study)
        columns = [model.Column(**one) for one in content["columns"]]
        source = model.SourceSystem(**content["sourceSystem"])
        told = model.DatasetJSON(**content | {"columns": columns, "sourceSystem": source})
        assert told.to_dict() == content
