"""The YAML of a draft reads back as the data it was made of, whatever the words look like."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.authoring.drafting.writing import HEADER, protocol_yaml
from equipoise.protocol.document import parse_document

LOOKS_LIKE_MORE = (
    "yes", "no", "true", "null", "~", "", " ", "12", "007", "1.5", "1e3", "0x1f", "1_000", "12:30:45", "2024-01-02",
    ".inf", "- a", "a: b", "# a", "< 18", "> 3 x ULN", "!a", "&a", "*a", "a\nb", "a\tb", " a", "a ", "\u2028", "\ufeff",
    "a\x85b", "a\u2028b", "a\u2029b", "\x85", " \x85 ", "a \x85 b" + 40 * " long", "a\r\nb",
    "“a”", "'a'", '"a"', "=", "<<", "[a]", "{a}", "%a", "@a", "`a`", "?", "|", ">",
)  # fmt: skip


def read_back(data):
    document = parse_document(protocol_yaml(data), Path("protocol.yaml"))
    assert not document.faults
    return document.data


@pytest.mark.parametrize("words", LOOKS_LIKE_MORE)
def test_words_stay_words_whatever_they_look_like(words):
    data = {"title": words, "list": [words], "entries": {words: {"says": words}}}
    assert read_back(data) == data
    assert isinstance(read_back(data)["title"], str)


def test_numbers_days_and_truths_keep_their_kind():
    data = {"spans": [[0, 12], [40, 41]], "day": date(2026, 1, 2), "harmless": True, "chosen": None, "n": -3}
    assert read_back(data) == data


WORDS = st.sampled_from(LOOKS_LIKE_MORE) | st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x85\u2028\u2029"), max_size=150
)
LEAVES = WORDS | st.integers() | st.booleans() | st.none() | st.dates()
TREES = st.recursive(
    LEAVES, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(WORDS, parts, max_size=4), max_leaves=15
)


@given(st.dictionaries(WORDS, TREES, max_size=4))
def test_any_data_read_back_the_same(data):
    assert read_back(data) == data


def test_equal_data_give_equal_text():
    one = {"id": "x", "versions": [{"name": "original", "rule": {"age": ">= 18"}}]}
    two = {"id": "x", "versions": [{"name": "original", "rule": {"age": ">= 18"}}]}
    assert protocol_yaml(one) == protocol_yaml(two)


def test_the_order_of_the_keys_is_kept():
    assert list(read_back({"title": "a", "id": "b", "arms": "c"})) == ["title", "id", "arms"]


def test_the_file_begins_by_saying_that_nobody_signed_it():
    text = protocol_yaml({"id": "x"})
    assert text.startswith(HEADER)
    assert "Nobody has signed it" in text
    assert all(line.startswith("#") for line in HEADER.splitlines())


def test_a_short_rule_stands_on_one_line():
    assert "rule: {record: stroke, within: 6 mo}\n" in protocol_yaml({"rule": {"record": "stroke", "within": "6 mo"}})


def test_a_rule_too_long_for_a_line_has_a_line_for_each_part():
    names = ("stroke", "myocardial-infarction", "heart-failure", "hypertension", "peripheral-artery-disease")
    lines = protocol_yaml({"rule": {"any": [{"record": name} for name in names]}}).splitlines()
    assert [line.strip() for line in lines[-5:]] == [f"- {{record: {name}}}" for name in names]


def test_a_part_used_twice_is_written_out_twice():
    part = {"record": "stroke"}
    written = protocol_yaml({"one": part, "two": part})
    assert written.count("record: stroke") == 2
    assert "&" not in written.removeprefix(HEADER)


def test_letters_of_other_scripts_are_written_as_they_are():
    assert "title: “≥ 18” Ångström 试验" in protocol_yaml({"title": "“≥ 18” Ångström 试验"})
