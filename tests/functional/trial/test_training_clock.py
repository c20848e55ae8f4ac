"""The clock of a training trial: set by a person, never that of a live trial, told by every event written with it."""

import json
from pathlib import Path

import pytest
from tests.functional.trial.conftest import PROTOCOL, SITE, Trial

DAY = "EQUIPOISE_TRAINING_DAY"
FIRST = f"{SITE}-0001"


def init(trial: Trial, folder: Path, *more: object) -> Trial:
    trial.folder, trial.logged_in = folder, "ada"
    trial.does("init", "--protocol", PROTOCOL, "--admin", "ada", "--site", f"{SITE}=Leeds", *more)
    return trial


def software_of(folder: Path) -> list[str]:
    lines = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    payloads = [part["payload"] for line in lines for part in json.loads(line)["parts"].values() if "payload" in part]
    headers = [json.loads(payload).get("header") for payload in payloads]
    return [header["software"] for header in headers if header is not None]


def test_a_year_is_practised_in_an_afternoon(trial: Trial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Real time stands still; the days go by in the environment."""
    subject = trial.eligible()
    monkeypatch.setenv(DAY, "2026-01-16")
    trial.enter("cora")
    trial.does(*trial.allocate(subject))
    monkeypatch.setenv(DAY, "2027-03-01")
    trial.enter("cora")
    history = trial.does("history", "--subject", subject)
    assert "2026-01-16 09:30 UTC  cora (coordinator): allocate a subject" in history
    trial.does("record", "withdrew-from-all-contact", "--subject", subject, "--on", "2027-02-27")
    assert "2027-03-01 09:30 UTC" in trial.does("history", "--subject", subject)


def test_every_event_of_a_training_clock_says_so_in_every_export(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    trial.enter("dan")
    monkeypatch.setenv(DAY, "2026-06-01")
    trial.enter("dan")
    trial.does("export", "--out", tmp_path / "ledger")
    marked = [each.endswith(" (training clock)") for each in software_of(tmp_path / "ledger")]
    assert marked[-2:] == [True, True]  # the login and the export itself
    assert not any(marked[:-2])


def test_the_person_is_told_what_time_it_is(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    trial.enter("cora")
    monkeypatch.setenv(DAY, "2026-01-15")
    assert "Training clock: 2026-01-15 09:30 UTC" in trial("status").err
    monkeypatch.delenv(DAY)
    assert trial("status").err == ""


def test_the_clock_of_a_live_trial_is_nobodys_to_set(unfrozen: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    live = init(unfrozen, tmp_path / "live", "--live")
    live.enter("ada")
    before = live.does("verify")
    monkeypatch.setenv(DAY, "2026-06-01")
    refused = "EQUIPOISE_TRAINING_DAY: sets the clock of a trial for training, and this one is live"
    for verb in (("login", "ada"), ("status",), ("verify",), ("sites", "pause", SITE, "--reason", "why")):
        assert refused in live.is_refused(*verb)
    monkeypatch.delenv(DAY)
    assert live.does("verify") == before


def test_a_live_trial_is_not_set_up_on_a_day_of_somebodys_choice(
    unfrozen: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(DAY, "2026-06-01")
    unfrozen.folder, unfrozen.logged_in = tmp_path / "live", "ada"
    said = unfrozen.is_refused("init", "--protocol", PROTOCOL, "--admin", "ada", "--site", f"{SITE}=Leeds", "--live")
    assert "this one is live" in said
    assert not unfrozen.folder.exists()


def test_a_training_trial_may_begin_on_the_day_that_is_practised(
    unfrozen: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(DAY, "2025-05-01")
    begun = init(unfrozen, tmp_path / "practice")
    begun.enter("ada")
    assert "version in force: first, since 2025-05-01" in begun.does("sites", "list")


def test_time_does_not_go_back(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(DAY, "2026-06-01")
    trial.enter("cora")
    monkeypatch.setenv(DAY, "2026-05-31")
    said = trial.is_refused("login", "cora")
    assert "the time would be 2026-05-31 09:30 UTC, before the last event (2026-06-01 09:30)" in said


def test_who_forgets_the_day_is_told_what_is_missing(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(DAY, "2026-06-01")
    trial.enter("cora")
    monkeypatch.delenv(DAY)
    said = trial.is_refused("login", "cora")
    assert "This trial is practised by a training clock, at 2026-06-01: set EQUIPOISE_TRAINING_DAY." in said
    assert "the clock was set back" in said
    assert "nothing was changed" in trial.does("verify")


def test_after_a_leap_a_person_is_told_why_the_session_is_over(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    trial.enter("cora")
    monkeypatch.setenv(DAY, "2026-01-20")
    said = trial.is_refused("consent", "--subject", FIRST, "--version", "first", "--on", "2026-01-20")
    assert "training clock: sessions live by it, so after a leap to another day everybody logs in again" in said
    trial.enter("cora")
    trial.does(*trial.sign("consent", "--subject", FIRST, "--version", "first", "--on", "2026-01-20"))


def test_what_is_no_day_is_refused(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(DAY, "1 March 2027")
    assert "EQUIPOISE_TRAINING_DAY: is no day\n  Write it as 2027-03-01." in trial.is_refused("status")


def test_a_backup_of_a_practised_trial_is_restored_by_its_clock(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv(DAY, "2026-06-01")
    trial.enter("dan")
    trial.does("backup", "--out", tmp_path / "backup")
    key, trial.folder = trial.folder / "keys" / "master.key", tmp_path / "restored"
    trial.does("restore", tmp_path / "backup", "--key", key)
    trial.enter("dan")
    assert "nothing was changed" in trial.does("verify")
