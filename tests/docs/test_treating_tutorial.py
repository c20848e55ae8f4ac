"""The tutorial on treating a subject, walked as it is written, on the days it names and with cheap passwords."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from equipoise.cli import trial_door
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import CHEAP_COST
from tests.docs.walking import Walker

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "treat-a-subject.md"
MORNING = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def test_the_tutorial_on_treating_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(trial_door, "read_clock", lambda: MORNING)
    monkeypatch.setattr(trial_door, "limits", lambda: replace(LIMITS, cost=CHEAP_COST))
    walker = Walker(monkeypatch, capsys)
    walker.walk(PAGE)
    gates = [text.splitlines()[0] for command, text in walker.told if command.startswith("equipoise trial gate")]
    words = ["UNKNOWN", "GIVE", "GIVE 7.4 GBq (full)", "HOLD", "REDUCE 3.7 GBq (reduced)"]
    assert [word for word, gate in zip(words, gates, strict=True) if not gate.endswith(word)] == []
    held = walker.said("equipoise trial hold cycle-2")
    assert re.search(r"cycle-2 of \S+ is held on 2027-03-22: its gate says hold", held)
    assert "70" in held
    calendars = [text for command, text in walker.told if command == "equipoise trial calendar --subject $ARM2"]
    assert [re.search(r"^cycle-2 .*held since 2027-03-22$", text, re.MULTILINE) is not None for text in calendars] == [
        *(False, True, False, False)
    ], "before it, after it, asked by who may not see it, and after the dose"
    (status,) = [text for command, text in walker.told if command == "equipoise trial status"]
    assert "1 held, since 2027-03-22" in status
    assert "hold a dose or an operation" in walker.said("equipoise trial history")
    doses = [text for command, text in walker.told if command.startswith("equipoise trial record dose")]
    assert re.search(r"query .*200 mCi.*7\.4 GBq\?", doses[0]), "200 mCi are 7.4 GBq: US prescribing information 2.2"
    assert [dose.count("deviation") for dose in doses[1:]] == [1, 0, 0], "only the late cycle 2 is a deviation"
    calendar = walker.said("equipoise trial calendar --subject $ARM2")
    assert re.search(r"^cycle-3 .*2027-05-31", calendar, re.MULTILINE), "56 days after 2027-04-05, the actual cycle 2"
    assert re.search(r"^tumour-assessment.* 2027-06-21", calendar, re.MULTILINE), "168 days after 2027-01-04"
    assert "follow-up" in walker.said("equipoise trial status --subjects")
