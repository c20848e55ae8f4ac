"""What a running trial refuses, and what it says: each misuse has a message with where, what and what to do."""

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.functional.trial.conftest import DAY, PROTOCOL, SITE, Trial, password_of

from equipoise.cli import trial_door
from equipoise.store import database as store_database

FIRST = f"{SITE}-0001"


def n_events(trial: Trial) -> int:
    """How many events the log holds, read past the program."""
    with sqlite3.connect(trial.folder / "trial.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    return int(count)


def test_nobody_is_allocated_before_consent(trial: Trial):
    trial.enter("ines")
    before = n_events(trial)
    said = trial.is_refused(*trial.allocate(FIRST))
    assert f"{FIRST}: has not consented to any version" in said
    assert "Record the consent first: equipoise trial consent" in said
    assert n_events(trial) == before


def test_nobody_is_allocated_before_the_investigator_judged(trial: Trial):
    subject = trial.screening()
    said = trial.is_refused(*trial.allocate(subject))
    assert f"{subject}: cannot randomise: this starts from 'eligible'" in said


def test_consent_on_a_version_that_was_replaced_does_not_count(trial: Trial):
    trial.go_on(1)
    trial.enter("ada")
    trial.does("versions", "approve", "second", "--reason", "ethics approval of the amendment")
    trial.enter("cora")
    said = trial.is_refused(*trial.sign("consent", "--subject", FIRST, "--version", "first", "--on", trial.now.date()))
    assert "version first: was not in force on 2026-01-16: consent on it does not count" in said
    assert "Ask for consent on version second." in said


def test_an_eligibility_that_expired_yesterday_is_ended_and_no_place_is_used(trial: Trial):
    subject = trial.eligible()
    trial.enter("cora")
    (expiry,) = [line for line in trial.does("status").splitlines() if line.startswith(f"Eligibility of {subject}")]
    trial.now += timedelta(days=_days_until(trial, expiry) + 1)
    trial.enter("cora")
    assert f"Eligibility over: {subject}" in trial.does("status")
    before = n_events(trial)
    said = trial.is_refused(*trial.allocate(subject))
    assert "No place was used; the expiry was written." in said
    assert f"{subject}: the eligibility expired on {expiry.split()[-1]}" in said
    assert "judge again: equipoise trial judge" in said
    assert n_events(trial) == before + 1
    assert f"{subject}  screening" in trial.does("status", "--subjects")


def _days_until(trial: Trial, line: str) -> int:
    return (trial.now.fromisoformat(line.split()[-1]).date() - trial.now.date()).days


def test_a_second_allocation_is_refused_and_tells_no_arm(trial: Trial):
    subject = trial.eligible()
    arm = trial.does(*trial.allocate(subject)).split("allocated to ")[1].split()[0]
    said = trial.is_refused(*trial.allocate(subject))
    assert f"{subject}: cannot randomise: a subject is allocated once, for ever" in said
    assert arm not in said


def test_nothing_is_written_while_the_clock_was_set_back(trial: Trial):
    subject = trial.eligible()
    trial.now -= timedelta(hours=3)
    before = n_events(trial)
    said = trial.is_refused(*trial.allocate(subject))
    assert "the clock was set back by 3:00:00" in said
    assert "Set the clock of the server right" in said
    assert n_events(trial) == before


def _set(monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    monkeypatch.setattr(store_database, "_SQLITE_SETTINGS", (*store_database._SQLITE_SETTINGS, pragma))


def test_a_database_that_may_only_be_read_is_told(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    subject = trial.eligible()
    _set(monkeypatch, "PRAGMA query_only=ON")
    said = trial.is_refused(*trial.allocate(subject))
    assert "the database may only be read" in said
    assert "Make the file and its folder writable" in said


def test_a_full_disk_is_told_and_nothing_is_half_done(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    trial.enter("ada")
    before = n_events(trial)
    with monkeypatch.context() as patch:
        # The smallest database that SQLite allows is the one there is: not one page can be added.
        _set(patch, "PRAGMA max_page_count=1")
        said = ""
        for number in range(200):
            answer = trial("sites", "open", f"site{number}", "--name", "x" * 2000)
            said = answer.err
            if answer.code:
                break
            before += 1
    assert "the disk is full" in said
    assert "nothing of this act was written" in said
    assert n_events(trial) == before
    assert "nothing was changed" in trial.does("verify")


def test_the_key_of_another_trial_opens_nothing(trial: Trial):
    (trial.folder / "keys" / "master.key").write_text("5a" * 32 + "\n", encoding="ascii")
    said = trial.is_refused("login", "cora")
    assert "wrong key: this master key does not open the keys of this trial" in said
    assert "restore it from its shares" in said


def test_a_backup_that_did_not_end_is_not_restored(trial: Trial, tmp_path: Path):
    trial.enter("dan")
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    trial.does("backup", "--out", backup)
    (backup / "manifest.json").unlink()
    key, trial.folder = trial.folder / "keys" / "master.key", restored
    said = trial.is_refused("restore", backup, "--key", key)
    assert "the backup is not whole" in said
    assert not restored.exists()


def test_a_backup_that_was_cut_is_not_restored(trial: Trial, tmp_path: Path):
    trial.enter("dan")
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    trial.does("backup", "--out", backup)
    content = (backup / "trial.db").read_bytes()
    (backup / "trial.db").write_bytes(content[: len(content) // 2])
    key, trial.folder = trial.folder / "keys" / "master.key", restored
    assert "trial.db is missing or not what was backed up" in trial.is_refused("restore", backup, "--key", key)
    assert not restored.exists()


def test_a_database_whose_restore_did_not_end_is_not_opened(trial: Trial):
    # The mark of the trial is written last of all that a restore puts into a database.
    with sqlite3.connect(trial.folder / "trial.db") as connection:
        connection.execute("DELETE FROM marks")
    connection.close()
    said = trial.is_refused("login", "cora")
    assert "a set-up or a restore did not end here" in said
    assert "Restore into a new database." in said


def test_a_stratum_that_is_not_in_the_protocol_is_refused(trial: Trial):
    subject = trial.eligible()
    said = trial.is_refused(*trial.sign("allocate", "--subject", subject, "--factor", "ecog=3"))
    assert "factor ecog: stratum not in the protocol" in said
    assert "Levels: 0, 1." in said


def test_a_factor_that_nobody_gave_is_asked_for(trial: Trial):
    subject = trial.eligible()
    said = trial.is_refused(*trial.sign("allocate", "--subject", subject))
    assert "factor ecog: has no value" in said
    assert "Give one of: 0, 1." in said


@pytest.mark.parametrize("user", ["mia", "dan", "ada", "udo"])
def test_a_user_without_the_right_is_told_whose_it_is(trial: Trial, user: str):
    subject = trial.eligible()
    trial.enter(user)
    before = n_events(trial)
    said = trial.is_refused(*trial.allocate(subject))
    assert f"{user} may not allocate a subject." in said
    assert "It is for: coordinator, investigator." in said
    assert n_events(trial) == before


def test_staff_of_another_site_may_not_allocate(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    subject = trial.eligible()
    trial.enter("ada")
    trial.does("sites", "open", "york", "--name", "York Hospital")
    monkeypatch.setenv("EQUIPOISE_NEW_PASSWORD", "given by ada for a day")
    trial.does("people", "add", "yan", "--name", "Yan", "--role", "coordinator", "--site", "york")
    trial.passwords["yan"] = "given by ada for a day"
    trial.enter("yan")
    monkeypatch.setenv("EQUIPOISE_NEW_PASSWORD", password_of("yan"))
    trial.does("password")
    del trial.passwords["yan"]
    trial.enter("yan")
    assert "yan has the role coordinator at site york only" in trial.is_refused(*trial.allocate(subject))


def test_a_password_of_the_administrator_opens_nothing_but_its_change(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    trial.enter("ada")
    monkeypatch.setenv("EQUIPOISE_NEW_PASSWORD", "given by ada for a day")
    trial.does("people", "reset-password", "cora")
    trial.passwords["cora"] = "given by ada for a day"
    trial.enter("cora")
    said = trial.is_refused(*trial.sign("consent", "--subject", FIRST, "--version", "first", "--on", "2026-01-15"))
    assert "still has the password that an administrator gave" in said


def test_a_wrong_password_signs_nothing_and_is_counted(trial: Trial):
    subject = trial.eligible()
    trial.passwords["ines"] = "not the one of ines at all"
    said = trial.is_refused(*trial.allocate(subject))
    assert "This does not prove who you are." in said
    assert "Failures are counted." in said
    assert "not the one of ines" not in said
    assert "allocated 0" in trial.does("status")


def test_five_wrong_passwords_lock_and_the_administrator_sees_who_and_unlocks(trial: Trial):
    trial.logged_in, trial.passwords["cora"] = "cora", "wrong, wrong, wrong"
    texts = {trial.is_refused("login", "cora") for _ in range(5)}
    del trial.passwords["cora"]
    texts.add(trial.is_refused("login", "cora"))
    assert len(texts) == 1, "what is wrong is never told"
    trial.enter("ada")
    assert "Locked out: cora until" in trial.does("status")
    trial.does("people", "unlock", "cora", "--reason", "called back")
    trial.enter("cora")


def test_the_first_signature_of_a_session_needs_the_user_name(trial: Trial):
    trial.enter("cora")
    said = trial.is_refused("consent", "--subject", FIRST, "--version", "first", "--on", "2026-01-15")
    assert "user name: is needed at the first signature of a session" in said
    trial.consented()
    again = ("consent", "--subject", f"{SITE}-0002", "--version", "first", "--on", "2026-01-15")
    trial.does(*again)


def test_what_was_assumed_must_be_confirmed_by_name(trial: Trial):
    subject = trial.screening()
    trial.enter("ines")
    answer = trial(*trial.sign("judge", "--subject", subject))
    assert answer.code == 2
    assert "E1  brain metastases" in answer.err, "the words of the protocol are shown"
    assert "The investigator confirms each by name: --confirm E1" in answer.err


def test_a_confirmation_is_no_waiver(trial: Trial):
    subject = trial.screening()
    trial.enter("ines")
    said = trial.is_refused(*trial.sign("judge", "--subject", subject, "--confirm", "E1,I2"))
    assert "does not rest on absence in I2: there is nothing to confirm" in said


def test_an_allocation_that_nobody_froze_allocates_nobody(unfrozen: Trial):
    subject = unfrozen.eligible()
    said = unfrozen.is_refused(*unfrozen.sign("allocate", "--subject", subject))
    assert "allocation: is not frozen" in said


def test_a_frozen_allocation_stays(trial: Trial, tmp_path: Path):
    trial.enter("udo")
    planned = ("--allocation", tmp_path / "allocation.yaml", "--planned-n", 80, "--out", tmp_path / "second.json")
    assert "is frozen already" in trial.is_refused(*trial.sign("freeze", *planned))
    assert not (tmp_path / "second.json").exists()


def test_a_person_is_taken_in_once(trial: Trial, lists: Path):
    trial.enter("cora")
    where = ("--screening", lists / "screening", "--records", lists / "tables", "--site", SITE)
    said = trial.does("candidates", *where, "--group", "in")
    assert said.startswith("0 candidates taken in; ")


def test_a_future_day_is_refused(trial: Trial):
    trial.enter("cora")
    said = trial.is_refused(*trial.sign("consent", "--subject", FIRST, "--version", "first", "--on", "2026-01-16"))
    assert "lies in the future" in said


def test_a_folder_that_holds_no_trial_is_told(trial: Trial, tmp_path: Path):
    trial.folder = tmp_path / "nothing"
    assert "Name a folder that `trial init` made" in trial.is_refused("status")


def test_a_trial_is_not_set_up_twice(trial: Trial):
    trial.logged_in = "ada"
    said = trial.is_refused("init", "--protocol", PROTOCOL, "--admin", "ada")
    assert "the folder is not empty" in said


def test_a_set_up_that_fails_leaves_nothing(unfrozen: Trial, tmp_path: Path):
    unfrozen.folder, unfrozen.passwords["ada"], unfrozen.logged_in = tmp_path / "new", "short", "ada"
    assert "has fewer than 12 characters" in unfrozen.is_refused("init", "--protocol", PROTOCOL, "--admin", "ada")
    assert not unfrozen.folder.exists()


def test_a_changed_event_is_found_with_its_number(trial: Trial):
    with sqlite3.connect(trial.folder / "trial.db") as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE events SET content = replace(content, 'Ada Example', 'Eve Example') WHERE seq = 2")
    connection.close()
    answer = trial("verify")
    assert answer.code == 1
    assert "event 2" in answer.out


KILLED = """
import os, sys
from dataclasses import replace
from datetime import datetime
from equipoise.cli import trial_door
from equipoise.cli.main import run
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import CHEAP_COST
from equipoise.store import log

now = datetime.fromisoformat(sys.argv[1])
trial_door.read_clock = lambda: now
trial_door.limits = lambda: replace(LIMITS, cost=CHEAP_COST)
real, seen = log.put_row, []

def put_row(connection, row, **how):
    seen.append(row.table)
    if row.table == "allocations":
        os._exit(9)
    real(connection, row, **how)

log.put_row = put_row
run(sys.argv[2:])
"""


def test_a_process_killed_in_the_middle_leaves_nothing_half_done(trial: Trial):
    subject = trial.eligible()
    before = n_events(trial)
    arguments = ["trial", *map(str, trial.allocate(subject))]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, trial.now.isoformat(), *arguments], env=os.environ, capture_output=True
    )
    assert killed.returncode == 9, killed.stderr
    assert n_events(trial) == before
    assert "allocated 0" in trial.does("status")
    assert "nothing was changed" in trial.does("verify")
    trial.does(*trial.allocate(subject))


def test_who_was_not_told_asks_again_and_gets_the_same_answer(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    subject = trial.eligible()
    with monkeypatch.context() as patch:
        patch.setattr(trial_door, "drop_request", _crash)
        crashed = trial(*trial.allocate(subject))
    assert crashed.code == 2
    assert "it may have been written before that" in crashed.err
    said = trial.does(*trial.allocate(subject))
    assert said == crashed.out.rstrip() + " It was answered before.\n"
    assert "allocated 1" in trial.does("status")


def test_a_key_that_was_mistyped_is_not_asked_with_again(trial: Trial):
    first, second = trial.eligible(1), trial.eligible(3)
    trial.does(*trial.allocate(first, "--request", "key-1"))
    assert "was used for something else" in trial.is_refused(*trial.allocate(second, "--request", "key-1"))
    assert "--request: is no key" in trial.is_refused(*trial.allocate(second, "--request", "schlüssel"))
    trial.does(*trial.allocate(second))


def test_a_kept_key_that_was_damaged_is_drawn_anew(trial: Trial):
    subject = trial.eligible()
    trial_door.request_of(trial.folder, subject, None)
    (file,) = (Path(os.environ["XDG_STATE_HOME"]) / "equipoise" / "requests").iterdir()
    file.write_bytes(b"\xff\x00")
    trial.does(*trial.allocate(subject))


def test_a_reason_shows_no_lines_of_a_history_of_its_own(trial: Trial):
    subject = trial.consented()
    reason = "moved away\n    99  2026-01-15 09:30 UTC  ines (investigator): allocate a subject\x1b[2J"
    trial.does("record", "withdrew-from-all-contact", "--subject", subject, "--on", DAY, "--reason", reason)
    said = trial.does("history", "--subject", subject)
    assert "  reason: moved away\\n    99  " in said
    assert "\x1b" not in said
    assert not any(line.lstrip().startswith("99 ") for line in said.splitlines())


def test_a_site_has_a_name_in_one_line(trial: Trial):
    trial.enter("ada")
    for name in (" ", "York\nTrial locked"):
        assert "has no name in one line" in trial.is_refused("sites", "open", "york", "--name", name)


def _crash(*_: object) -> None:
    raise RuntimeError("the power went")


def test_another_protocol_file_than_the_approved_one_judges_nobody(trial: Trial):
    subject = trial.screening()
    file = trial.folder / "protocol" / "protocol.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(">= 75 10*9/L", ">= 50 10*9/L"), encoding="utf-8")
    trial.enter("ines")
    said = trial.is_refused(*trial.sign("judge", "--subject", subject, "--confirm", "E1"))
    assert "is not the one that was approved: its digest differs" in said


def test_no_message_of_a_refusal_names_a_patient(trial: Trial, lists: Path):
    rows = (lists / "invented" / "records" / "patients.csv").read_text(encoding="utf-8").splitlines()
    known = {row.split(",")[0] for row in rows[1:]}
    trial.enter("cora")
    said = trial.is_refused(
        "candidates",
        "--screening",
        lists / "screening",
        "--records",
        lists / "invented",
        "--site",
        SITE,
        "--group",
        "near",
    )
    assert not [patient for patient in known if patient in said]
