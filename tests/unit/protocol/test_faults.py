"""Files that cannot be used: each fault with its line and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.loading import find_protocol, load_protocol

Write = Callable[..., Path]


def faults(path: Path) -> list[Fault]:
    with pytest.raises(ProtocolError) as caught:
        load_protocol(path)
    return list(caught.value.faults)


def line_of(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def test_the_small_protocol_itself_loads(write: Write) -> None:
    assert load_protocol(write()).version().name == "first"


@pytest.mark.parametrize(
    ("old", "new", "what", "do"),
    [
        ("title: A small", "titel: A small", "unknown key 'titel'", "Did you mean 'title'?"),
        ("    label: The only", "    lable: The only", "unknown key 'lable'", "Did you mean 'label'?"),
        ("{latest: haemoglobin", "{latets: haemoglobin", "unknown key 'latets'", "Did you mean 'latest'?"),
        ("75 10*9/L", "75 furlong", "the unit 'furlong' is not understood", ""),
        ("length: 90 d", "length: -3 d", "'-3 d' looks into the future", ""),
        (
            "within: laboratory}\n            - {latest: plate",
            "within: -3 d}\n            - {latest: plate",
            "'-3 d'",
            "",
        ),
        ("record: words, spans: [[17", "record: word, spans: [[17", "unknown record 'word'", "Did you mean 'words'?"),
        ("interventions: [surgery]", "interventions: [surgry]", "unknown intervention 'surgry'", "'surgery'"),
        ("no: [diabetes]", "no: [diabets]", "unknown concept 'diabets'", "Did you mean 'diabetes'?"),
        ("default_version: first", "default_version: frist", "there is no version 'frist'", ""),
        ("[[17, 26]]", "[[26, 17]]", "the span [26, 17] is empty", ""),
        ("day: 2024-05-01}, source", "day: 2024-02-30}, source", "2024-02-30 is no day of the calendar", ""),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(write: Write, old: str, new: str, what: str, do: str) -> None:
    path = write(old, new)
    found = faults(path)
    (fault,) = [each for each in found if what in each.what]
    assert do in fault.do
    assert fault.where.startswith(f"protocol.yaml line {line_of(path, new.splitlines()[0])}")


def test_a_fault_names_its_criterion(write: Write) -> None:
    (fault,) = faults(write("75 10*9/L", "75 furlong"))
    assert "versions first, exclusion E1, rule" in fault.where


def test_faults_of_shape_and_of_rules_are_told_together(write: Write) -> None:
    found = faults(write("title: A small", "titel: A small", "75 10*9/L", "75 furlong", "length: 90 d", "length: -3 d"))
    assert len(found) == 4  # the unknown key and the missing title are two


def test_a_criterion_given_twice_is_a_fault(write: Write) -> None:
    assert "the id 'I1' is given 2 times" in faults(write("id: E1", "id: I1"))[0].what


def test_a_key_given_twice_is_a_fault(write: Write) -> None:
    path = write("title: A small protocol", "title: A small protocol\ntitle: Another")
    (fault,) = faults(path)
    assert "'title' stands twice" in fault.what


def test_a_choice_that_no_rule_offers_is_a_fault(write: Write) -> None:
    reading = "{reading: sort, alternatives: {a: {says: a, rule: {sex: male}}, b: {says: b, rule: {sex: female}}}}"
    chosen = "    readings: {sort: {chosen: c, by: us, because: made up}}\n    inclusion:"
    (fault,) = faults(write("{record: diabetes}", reading, "    inclusion:", chosen))
    assert "unknown alternative 'c'" in fault.what


def test_an_amendment_of_no_version_is_one_fault_and_not_one_for_each_rule(tmp_path: Path) -> None:
    text = find_protocol("nct05610826").read_text(encoding="utf-8")
    path = tmp_path / "protocol.yaml"
    path.write_text(
        text.replace("    as_in: original\n    anchors", "    as_in: orignal\n    anchors"), encoding="utf-8"
    )
    (fault,) = faults(path)
    assert "there is no version 'orignal' above" in fault.what
    assert "Did you mean 'original'?" in fault.do


def test_what_an_amendment_takes_over_is_faulted_once(tmp_path: Path) -> None:
    text = find_protocol("nct05610826").read_text(encoding="utf-8")
    path = tmp_path / "protocol.yaml"
    path.write_text(
        text.replace('"< 75 10*9/L", within: laboratory', '"< 75 furlong", within: laboratory'), encoding="utf-8"
    )
    (fault,) = faults(path)
    assert "versions original, exclusion E8" in fault.where


def test_damage_without_a_signature_is_no_accepted_repair(write: Write) -> None:
    damaged = (
        "rule: {latest: ki-67",
        "damage: {kind: text-lost}\n        repair: {reads: x, because: y, status: accepted}\n"
        "        rule: {latest: ki-67",
    )
    assert "accepted_by" in faults(write(*damaged))[0].what


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "- {x: 1", "\tx: 1"])
def test_a_file_that_is_no_yaml_says_so_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    (fault,) = faults(path)
    assert "this is no YAML" in fault.what
    assert fault.where.startswith("protocol.yaml line ")


@pytest.mark.parametrize("text", ["", "just words", "- a list"])
def test_a_file_without_keys_is_no_protocol(tmp_path: Path, text: str) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    assert "keys and values" in faults(path)[0].what


def test_aliases_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text("a: &a\n  b: *a\n", encoding="utf-8")
    with pytest.raises(ProtocolError, match="aliases never end"):
        load_protocol(path)


def test_aliases_that_grow_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "protocol.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ProtocolError, match="its aliases, hold more than 200,000 values"):
        load_protocol(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_bytes(b"id: \xff\xfe")
    with pytest.raises(ProtocolError, match="UTF-8"):
        load_protocol(path)


def test_an_unknown_name_suggests_the_shipped_one() -> None:
    with pytest.raises(ProtocolError, match="Did you mean 'nct05610826'") as caught:
        load_protocol("nct0561082")
    assert "nct0561082" in str(caught.value)


def test_an_unknown_version_suggests_the_right_one() -> None:
    with pytest.raises(ProtocolError, match="Did you mean 'amended'"):
        load_protocol("nct05610826").version("ammended")
