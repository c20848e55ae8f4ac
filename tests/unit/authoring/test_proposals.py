"""Proposals from outside are read line by line, whatever their words hold."""

import json

import pytest

from equipoise.authoring.proposals import read_proposals
from equipoise.errors import UnreadableInputError


def line(because, criterion="I1"):
    return json.dumps(
        {"criterion": criterion, "by": "a person", "because": because, "rule": {"age": ">= 18"}}, ensure_ascii=False
    )


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_a_mark_inside_words_does_not_end_a_line(tmp_path, mark):
    path = tmp_path / "proposals.jsonl"
    path.write_text(f"{line(f'one{mark}two')}\r\n\n{line('three', 'E1')}", encoding="utf-8")
    assert [(each.criterion, each.because) for each in read_proposals(path)] == [
        ("I1", f"one{mark}two"),
        ("E1", "three"),
    ]


def test_a_line_that_is_no_json_is_named_by_its_number(tmp_path):
    path = tmp_path / "proposals.jsonl"
    path.write_text(line("one\u2028two") + "\nnothing\n", encoding="utf-8")
    with pytest.raises(UnreadableInputError) as refused:
        read_proposals(path)
    (fault,) = refused.value.faults
    assert "line 2" in str(fault)
