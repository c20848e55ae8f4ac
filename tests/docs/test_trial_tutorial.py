"""The tutorial on running a trial, walked as it is written, on a held day and with cheap passwords."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from equipoise.cli import trial_door
from equipoise.cli.main import run
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import CHEAP_COST

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorials" / "run-a-trial.md"
VERIFIER = ROOT / "verifier" / "verify_trial.py"
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
TODAY = "$(date -u +%F)"
EXPORTED, WRITTEN = re.compile(r"export (\w+)=(\S+)"), re.compile(r'echo "([^"]+)" > (\S+)')


def blocks() -> Iterator[tuple[list[str], bool]]:
    """The commands of each block, and whether the page says that the last one is refused."""
    for found in re.finditer(
        r"^```sh( fails)?\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        yield found[2].splitlines(), found[1] is not None


def do(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Do one line of the page; gives its exit code."""
    if exported := EXPORTED.fullmatch(command):
        monkeypatch.setenv(exported[1], exported[2])
        return 0
    if written := WRITTEN.fullmatch(command):
        Path(written[2]).write_text(written[1] + "\n", encoding="utf-8")
        return 0
    program, *arguments = shlex.split(command.replace(TODAY, f"{NOW:%Y-%m-%d}"))
    if program == "python3":
        return subprocess.run([sys.executable, *arguments], env=os.environ, capture_output=True).returncode
    assert program == "equipoise", command
    with pytest.raises(SystemExit) as left:
        run(arguments)
    return int(left.value.code or 0)


def test_the_trial_tutorial_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(trial_door, "read_clock", lambda: NOW)
    monkeypatch.setattr(trial_door, "limits", lambda: replace(LIMITS, cost=CHEAP_COST))
    shutil.copy(VERIFIER, tmp_path)
    told = {}
    for commands, is_refused in blocks():
        for number, command in enumerate(commands, 1):
            capsys.readouterr()
            code = do(command, monkeypatch)
            written = capsys.readouterr()
            assert (code != 0) is (is_refused and number == len(commands)), f"{command}\n{written.err}"
            told[command] = written.out + written.err
    assert any("ucccc-0001 is allocated to arm-" in text for text in told.values())
    histories = [text for command, text in told.items() if command.startswith("equipoise trial history")]
    assert len(histories) == 1, "the same command, given by two people: the later one, Mia, must not see the arm"
    assert " arm: " not in histories[0]
