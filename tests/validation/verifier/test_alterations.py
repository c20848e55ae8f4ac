"""Test 13 of the conduct of a trial: any altered byte of an export is named; and what a chain alone cannot find."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.validation.verifier.ledger import AllocatedTrial, Ledger, written
from tests.validation.verifier.program import Said, edit_bytes, verify

from equipoise.allocation.methods import BigStick, Measure, Minimisation, Simple
from equipoise.allocation.specification import Arm, Factor, Specification

BALANCED = Specification(
    (Arm("surgery"), Arm("PRRT, then surgery")),
    Minimisation({"site": Fraction(1)}, Measure.VARIANCE, Fraction(4, 5)),
    (Factor("site", ("Leeds", "Zürich")),),
)


def small_trial(seed: int = 1) -> AllocatedTrial:
    """Four allocations, two checkpoints, a hand-over and the reveal: 12 events, allocations are 5, 6, 7 and 10."""
    trial = AllocatedTrial(BALANCED, n=4, seed=seed).whole()
    assert len(trial.ledger.lines) == 12
    return trial


@pytest.fixture
def export(tmp_path) -> Path:
    folder = small_trial().ledger.export(tmp_path / "export")
    assert verify(folder).code == 0
    return folder


def check_edits(tmp_path: Path, n: int, *, is_masked: bool) -> None:
    """Every one of `n` random edits of one byte is found, and the first difference names its event."""
    hidden = ("clinical", "arm", "treatment", "decision", "secret", "credentials") if is_masked else ()
    export = small_trial().ledger.export(tmp_path, withheld=hidden, destroyed=("identity",) if is_masked else ())
    n_named = 0
    for expected, said in edit_bytes(export, n, seed=n):
        assert said.code == 1
        assert said.differences[0].startswith(expected)
        n_named += 1
    assert n_named == n
    assert verify(export).code == 0


@pytest.mark.usefixtures("remembered_signatures")
@pytest.mark.parametrize(("n", "is_masked"), [(150, False), (75, True)])
def test_13_every_altered_byte_is_named(tmp_path, n, is_masked):
    check_edits(tmp_path, n, is_masked=is_masked)


@pytest.mark.long
@pytest.mark.usefixtures("remembered_signatures")
@pytest.mark.parametrize(("n", "is_masked"), [(2000, False), (1000, True)])
def test_13_every_altered_byte_of_3000_is_named(tmp_path, n, is_masked):
    check_edits(tmp_path, n, is_masked=is_masked)


Lines = list[bytes]


def change_lines(export: Path, change: Callable[[Lines], None], name: str = "ledger.jsonl") -> Said:
    """Change the lines of a file and verify."""
    lines = (export / name).read_bytes().splitlines(keepends=True)
    change(lines)
    (export / name).write_bytes(b"".join(lines))
    return verify(export)


@pytest.mark.parametrize("seq", range(1, 12))
def test_13_a_dropped_event_is_named(export, seq):
    said = change_lines(export, lambda lines: lines.pop(seq - 1))
    assert said.code == 1
    assert said.differences[0] == f"event {seq}: event {seq + 1} stands in its place"


def test_a_dropped_end_is_found_by_the_checkpoint_behind_it(export):
    said = change_lines(export, lambda lines: lines.pop())
    assert said.code == 1
    assert "checkpoints.jsonl line 3 (event 12): the ledger ends before it, with event 11" in said.differences


@pytest.mark.parametrize("seq", range(1, 13))
def test_13_a_duplicated_event_is_named(export, seq):
    said = change_lines(export, lambda lines: lines.insert(seq, lines[seq - 1]))
    assert said.code == 1
    assert said.differences[0] == f"event {seq + 1}: event {seq} stands in its place"


@pytest.mark.parametrize("seq", range(1, 12))
def test_13_two_events_in_the_wrong_order_are_named(export, seq):
    def swap(lines: Lines) -> None:
        lines[seq - 1], lines[seq] = lines[seq], lines[seq - 1]

    said = change_lines(export, swap)
    assert said.code == 1
    assert said.differences[0] == f"event {seq}: event {seq + 1} stands in its place"


def test_events_that_were_numbered_anew_after_a_drop_are_named(export):
    """Whoever drops event 5 and closes the gap in the numbers, but has not the keys, breaks the hash of event 6."""

    def drop(lines: Lines) -> None:
        del lines[4]
        for place in range(4, len(lines)):
            lines[place] = lines[place].replace(b'"seq":%d}' % (place + 2), b'"seq":%d}' % (place + 1))

    said = change_lines(export, drop)
    assert said.code == 1
    assert said.differences[0] == "event 5: hash is not that of the link"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"hash":', b'{ "hash":'),
        ("Größe".encode(), "Gr\\u00f6ße".encode()),
        (b'"payload":', b'"payload":"twice","payload":'),
        (b'"seq":2}', b'"seq":2.0}'),
        (b"}\n", b"}\r\n"),
    ],
)
def test_another_spelling_of_an_event_is_named(export, old, new):
    """The same content to a reader of JSON, in bytes that the log does not hold."""

    def respell(lines: Lines) -> None:
        assert lines[1].count(old) >= 1
        lines[1] = lines[1].replace(old, new, 1)

    said = change_lines(export, respell)
    assert said.code == 1
    assert said.differences[0].startswith("event 2: is not as it should be written: ValueError")


def test_a_digit_of_a_salt_in_upper_case_is_named(export):
    def respell(lines: Lines) -> None:
        event = json.loads(lines[1])
        salt = event["parts"]["open"]["salt"]
        event["parts"]["open"]["salt"] = salt.upper()
        assert salt.upper() != salt
        lines[1] = written(event) + b"\n"

    said = change_lines(export, respell)
    assert said.differences[0] == ("event 2: is not as it should be written: ValueError('not lower-case hexadecimal')")


@pytest.mark.parametrize(("part", "field"), [("arm", "arm"), ("decision", "arm")])
def test_13_an_arm_swapped_in_the_export_is_named_with_its_part(export, part, field):
    def swap(lines: Lines) -> None:
        event = json.loads(lines[4])
        payload = json.loads(event["parts"][part]["payload"])
        arms = ["surgery", "PRRT, then surgery"]
        payload["new"][field] = arms[1 - arms.index(payload["new"][field])]
        event["parts"][part]["payload"] = written(payload).decode()
        lines[4] = written(event) + b"\n"

    said = change_lines(export, swap)
    assert (said.code, said.differences) == (1, [f"event 5: part {part} is not what was committed to"])


def test_a_part_that_the_link_does_not_hold_is_named(export):
    def add(lines: Lines) -> None:
        event = json.loads(lines[0])
        event["parts"]["arm"] = {"payload": '{"new":{"arm":"surgery"},"old":{}}', "salt": "00" * 32}
        lines[0] = written(event) + b"\n"

    said = change_lines(export, add)
    assert (said.code, said.differences) == (1, ["event 1: parts are not those of the link"])


def test_hashes_that_fit_each_other_do_not_help_against_the_checkpoints(tmp_path):
    """A whole new chain with the old checkpoints: the verifier computes the hashes itself and compares those."""
    export = small_trial().ledger.export(tmp_path / "old")
    other = small_trial(seed=2).ledger.export(tmp_path / "new")
    (export / "ledger.jsonl").write_bytes((other / "ledger.jsonl").read_bytes())
    said = verify(export)
    assert said.code == 1
    assert said.differences == [
        f"checkpoints.jsonl line {line} (event {seq}): hash is not that of the event"
        for line, seq in ((1, 6), (2, 6), (3, 12))
    ]


@pytest.fixture
def rewritten(tmp_path) -> tuple[Path, Path]:
    """An export whose owner wrote the whole log anew with the true keys, and a checkpoint of the true log."""
    true = small_trial()
    anchor = tmp_path / "anchor.json"
    anchor.write_bytes(written(true.ledger.documents[0]))
    other = AllocatedTrial(BALANCED, n=4)
    other.begin().ledger.random.randbytes(1)
    other.ledger.signers[:] = true.ledger.signers[:1]
    for number in range(1, 6):
        other.allocate(number)
    return other.end().ledger.export(tmp_path / "export"), anchor


def test_13_a_chain_written_anew_is_found_by_the_anchor_only(rewritten):
    export, anchor = rewritten
    assert verify(export).code == 0
    said = verify(export, anchor=anchor)
    assert (said.code, said.differences) == (1, ["anchor 1 (event 6): hash is not that of the event"])


def test_the_anchor_of_a_true_log_holds_for_ever(tmp_path):
    trial = small_trial()
    export = trial.ledger.export(tmp_path)
    anchors = [tmp_path / f"anchor-{number}.json" for number in range(3)]
    for anchor, document in zip(anchors, trial.ledger.documents, strict=True):
        anchor.write_text(json.dumps(document, indent=2))
    said = verify(export, anchor=anchors)
    assert said.code == 0
    assert said.text == verify(export).text


def test_a_part_is_withheld_or_destroyed_and_nothing_else(tmp_path):
    export = small_trial().ledger.export(tmp_path, withheld=("arm",))

    def call(lines: Lines) -> None:
        lines[4] = lines[4].replace(b'{"state":"withheld"}', b'{"state":"withhold"}')

    said = change_lines(export, call)
    assert said.differences[0] == "event 5: is not as it should be written: KeyError('salt')"


def test_each_anchor_is_compared(rewritten):
    """One of the new log itself, one of the true log."""
    export, anchor = rewritten
    own = export / "checkpoints.jsonl"
    said = verify(export, anchor=[own, anchor])
    assert (said.code, said.differences) == (1, ["anchor 2 (event 6): hash is not that of the event"])


def test_a_log_cut_short_is_found_by_the_anchor(tmp_path):
    trial = small_trial()
    anchor = tmp_path / "anchor.json"
    anchor.write_bytes(written(trial.ledger.documents[-1]))
    del trial.ledger.lines[10:], trial.ledger.documents[2:]
    export = trial.ledger.export(tmp_path / "export")
    assert verify(export).code == 0
    said = verify(export, anchor=anchor)
    assert said.code == 1
    assert said.differences[0] == "anchor 1 (event 12): the ledger ends before it, with event 10"


def test_a_log_written_anew_under_another_key_is_found_by_the_key_of_the_anchor(tmp_path):
    anchor = tmp_path / "anchor.json"
    anchor.write_bytes(written(small_trial().ledger.documents[0]))
    export = small_trial(seed=2).ledger.export(tmp_path / "export")
    assert verify(export).code == 0
    said = verify(export, anchor=anchor)
    assert said.code == 1
    assert "anchor 1 (event 6): key is not the one in use" in said.differences


def test_a_forged_anchor_is_no_anchor(tmp_path, export):
    document = small_trial().ledger.documents[0]
    document["checkpoint"]["at"] = "2026-01-16T00:00:01.000000Z"
    (tmp_path / "anchor.json").write_bytes(written(document))
    said = verify(export, anchor=tmp_path / "anchor.json")
    assert (said.code, said.differences) == (1, ["anchor 1 (event 6): signature does not fit"])


def test_a_key_that_nobody_handed_over_to_is_named(tmp_path):
    ledger = Ledger()
    for _ in range(3):
        ledger.append("session.opened", {})
        ledger.checkpoint()
    ledger.signers.append(Ledger(seed=2).signers[0])
    ledger.checkpoint()
    said = verify(ledger.export(tmp_path))
    assert said.code == 1
    assert said.differences == [
        "checkpoints.jsonl line 4 (event 3): key is not the one in use",
        "keys.json line 1: is not what the checkpoints say of keys and trial",
    ]


def test_the_old_key_signs_nothing_after_it_handed_over(tmp_path):
    ledger = Ledger()
    ledger.append("session.opened", {})
    ledger.hand_over()
    new = ledger.signers.pop()
    ledger.checkpoint()
    ledger.signers.append(new)
    said = verify(ledger.export(tmp_path))
    assert said.differences == ["checkpoints.jsonl line 2 (event 1): key is not the one in use"]


def test_a_checkpoint_of_another_trial_is_named(tmp_path):
    """Two trials of one office whose keys were mixed up."""
    ledger = Ledger()
    ledger.append("session.opened", {})
    ledger.checkpoint()
    ledger.checkpoint(trial="nct00000000")
    said = verify(ledger.export(tmp_path))
    assert said.differences[0] == "checkpoints.jsonl line 2 (event 1): is of another trial"


def test_a_dropped_hand_over_is_found_by_the_next_checkpoint(export):
    said = change_lines(export, lambda lines: lines.pop(1), "checkpoints.jsonl")
    assert said.code == 1
    assert said.differences[0] == "checkpoints.jsonl line 2 (event 12): key is not the one in use"


def test_a_clock_set_back_is_named(tmp_path):
    ledger = Ledger()
    ledger.append("session.opened", {})
    ledger.append("session.opened", {}, at="2026-01-14T09:30:00.000000Z")
    said = verify(ledger.export(tmp_path))
    assert (said.code, said.differences) == (1, ["event 2: is dated before the event before it"])


def test_after_the_first_difference_of_the_chain_no_allocation_is_trusted(export):
    """Without event 6 it is not known which place the next subject got; event 5 stands before it."""
    said = change_lines(export, lambda lines: lines.__setitem__(5, lines[5].replace(b'"seq":6', b'"seq":7')))
    assert said.code == 1
    assert said.n_allocations == 1


def test_one_arm_of_another_trial_is_no_event_of_this_one(tmp_path):
    """An event moved from another log has a hash of its own that fits nothing here."""
    export = AllocatedTrial(Specification((Arm("A"), Arm("B")), Simple()), n=4).whole().ledger.export(tmp_path / "a")
    other = AllocatedTrial(Specification((Arm("A"), Arm("B")), BigStick(2)), n=4, seed=3).whole()
    moved = other.ledger.export(tmp_path / "b") / "ledger.jsonl"
    line = moved.read_bytes().splitlines(keepends=True)[6]
    said = change_lines(export, lambda lines: lines.__setitem__(6, line))
    assert said.code == 1
    assert said.differences[:2] == [
        "event 7: previous is not the hash of the event before it",
        "event 8: previous is not the hash of the event before it",
    ]
