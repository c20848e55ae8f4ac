"""The verifier as a stranger uses it: one short file, the standard library alone, an exit code and a summary."""

import ast
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from tests.validation.verifier.ledger import AllocatedTrial, Ledger
from tests.validation.verifier.program import PATH, verifier, verify

from equipoise.allocation.methods import Efron
from equipoise.allocation.specification import Arm, Specification

COIN = Specification((Arm("surgery"), Arm("PRRT, then surgery")), Efron(Fraction(2, 3)))


@pytest.fixture
def export(tmp_path) -> Path:
    return AllocatedTrial(COIN, n=6).whole().ledger.export(tmp_path / "export")


def test_it_is_shorter_than_300_lines():
    assert len(PATH.read_text(encoding="utf-8").splitlines()) < 300


def test_it_imports_the_standard_library_alone():
    tree = ast.parse(PATH.read_text(encoding="utf-8"))
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    of = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]
    relative = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level > 0]
    assert {"json", "hashlib"} <= {*plain, *of}
    assert {str(name).split(".")[0] for name in [*plain, *of]} <= sys.stdlib_module_names
    assert relative == []
    assert not {"importlib", "runpy", "subprocess"} & {*plain, *of}


def run_alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file in a folder of its own, where no other package can be imported."""
    shutil.copy(PATH, folder / "verify_trial.py")
    command = [sys.executable, "-I", "-S", "-W", "error", "verify_trial.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_stranger_runs_the_file_by_itself(tmp_path, export):
    done = run_alone(tmp_path, "export")
    assert (done.returncode, done.stderr) == (0, "")
    head = (export / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[-1][9:73]
    told = done.stdout.splitlines()
    assert told[:1] == [f"events: 15, last hash {head}"]
    assert set(told[1].removeprefix("disclosed parts: ").split(", ")) == {
        "open 13",
        "arm 6",
        "decision 7",
        "secret 1",
        "identity 2",
        "clinical 2",
        "treatment 2",
        "credentials 1",
    }
    assert told[3:] == ["allocations before any difference of the chain: 6, computed again: 6", "differences: 0"]


def test_the_summary_names_every_key_so_that_it_can_be_compared(export):
    keys = [key.public_key().public_bytes_raw().hex() for key in AllocatedTrial(COIN, n=6).whole().ledger.signers]
    assert f"checkpoints: 3, signed by: {', '.join(keys)}\n" in verify(export).text


def test_a_difference_gives_exit_code_1(tmp_path, export):
    content = (export / "ledger.jsonl").read_bytes()
    (export / "ledger.jsonl").write_bytes(content.replace("Größe".encode(), "Große".encode()))
    done = run_alone(tmp_path, "export")
    assert done.returncode == 1
    assert done.stdout.splitlines()[4:] == ["DIFFERS event 2: part open is not what was committed to", "differences: 1"]


@pytest.mark.parametrize("name", ["ledger.jsonl", "checkpoints.jsonl", "keys.json"])
def test_a_missing_file_gives_exit_code_2(tmp_path, export, name):
    (export / name).unlink()
    done = run_alone(tmp_path, "export")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cannot be read: ")
    assert name in done.stderr


@pytest.mark.parametrize("option", ["anchor", "reveal"])
@pytest.mark.parametrize("content", [b"", b"no JSON", b'{"half": 0.5', b"\xff"])
def test_an_anchor_or_reveal_that_is_no_json_gives_exit_code_2(tmp_path, export, option, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        verify(export, **{option: tmp_path / "file"})
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b"7", b'{"checkpoint": {"seq": 1}}', b'{"checkpoint": {"seq": "1"}}']
)
@pytest.mark.parametrize("option", ["anchor", "reveal"])
def test_an_anchor_or_reveal_of_another_form_is_a_difference(tmp_path, export, option, content):
    (tmp_path / "file").write_bytes(content)
    said = verify(export, **{option: tmp_path / "file"})
    assert said.code == 1
    assert "is not as it should be written" in said.differences[-1]


def test_a_ledger_without_events_is_not_passed(tmp_path):
    said = verify(Ledger().export(tmp_path))
    assert (said.code, len(said.differences)) == (1, 1)
    assert said.differences[0].endswith("the ledger holds no event")


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"[" * 100_000 + b"\n", b"null\n", b'"\\ud800"\n', b"1e999\n", b"\xff\n", b"9" * 9999 + b"\n"],
)
@pytest.mark.parametrize("name", ["ledger.jsonl", "checkpoints.jsonl", "keys.json"])
def test_no_line_makes_the_verifier_fall(export, name, line):
    content = (export / name).read_bytes()
    (export / name).write_bytes(line + content)
    said = verify(export)
    assert said.code == 1
    assert said.differences[0].startswith("event 1: " if name == "ledger.jsonl" else f"{name} line 1: ")


@pytest.mark.parametrize("sizes", [[0], [1], []])
def test_a_revealed_method_that_cannot_be_decided_ends_in_a_difference(sizes):
    """A block of no places would be looked for without an end."""
    specification = COIN.to_json() | {"method": {"name": "permuted-blocks", "sizes": sizes}}
    replay = verifier.Replay({"secret": "00" * 32, "list": None, "specification": specification})
    with pytest.raises((TypeError, LookupError, ArithmeticError, ValueError)):
        replay.decide({})
