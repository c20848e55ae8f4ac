"""The page on practising a trial, walked as it is written: real time stands still, the days are those of the page."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from equipoise.cli import trial_door
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import CHEAP_COST
from tests.docs.test_trial_tutorial import do

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "practise-a-trial.md"
BLOCK = re.compile(r"^```sh( fails)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_on_practising_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(trial_door, "read_clock", lambda: datetime(2026, 1, 15, 9, 30, tzinfo=UTC))
    monkeypatch.setattr(trial_door, "limits", lambda: replace(LIMITS, cost=CHEAP_COST))
    said = []
    for fails, commands in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for command in commands.splitlines():
            assert (do(command, monkeypatch) != 0) is bool(fails), command
            written = capsys.readouterr()
            said.append(written.out + written.err)
    assert any("Training clock: 2027-03-01 09:30 UTC" in text for text in said)
    assert any("after a leap to another day everybody logs in again" in text for text in said)
    assert "version in force: original, since 2027-03-01" in said[-1]
