"""A trial from its set-up to the reveal, by commands alone."""

import json
import stat
from pathlib import Path

import pytest
from tests.functional.trial.conftest import DAY, PROTOCOL, SITE, Trial, command, freeze, password_of
from tests.postgres import postgres_schema


def test_the_reference_trial_is_set_up_by_one_command(unfrozen: Trial, tmp_path: Path):
    unfrozen.folder, unfrozen.logged_in = tmp_path / "reference", "ada"
    said = unfrozen.does("init", "--protocol", "nct05610826", "--admin", "ada")
    # The record: two arms "like the flip of a coin", one site, withdrawn before anyone was enrolled.
    assert "Arms, 1:1: arm-1" in said
    assert "arm-2" in said
    assert "training: nobody is enrolled" in said
    assert "The trial was withdrawn" in said
    assert "Version original is approved from today" in said
    assert "Site ucccc is open: The University of Chicago Comprehensive Cancer Center" in said


def test_a_withdrawn_trial_cannot_be_set_up_for_real_subjects(unfrozen: Trial, tmp_path: Path):
    unfrozen.folder, unfrozen.logged_in = tmp_path / "reference", "ada"
    assert "nobody can be enrolled" in unfrozen.is_refused(
        "init", "--protocol", "nct05610826", "--admin", "ada", "--live"
    )
    assert not unfrozen.folder.exists()


def test_a_subject_goes_from_the_list_to_an_arm(trial: Trial):
    subject = trial.eligible()
    said = trial.does(*trial.allocate(subject))
    assert said.startswith(f"{subject} is allocated to ")
    assert "surgery" in said
    status = trial.does("status", "--subjects")
    assert "allocated 1" in status
    assert f"{subject}  randomised  first" in status


def test_only_the_site_and_the_unmasked_see_the_arm(trial: Trial):
    subject = trial.eligible()
    trial.does(*trial.allocate(subject))
    for user, may_see in (("cora", True), ("udo", True), ("mia", False), ("dan", False), ("ada", False)):
        trial.enter(user)
        assert ("  arm: " in trial.does("history", "--subject", subject)) is may_see, user
        assert ("surgery" in trial.does("status", "--subjects")) is may_see, user


def test_an_identity_is_shown_to_the_site_alone(trial: Trial):
    for user, may_see in (
        ("cora", True),
        ("ines", True),
        ("udo", False),
        ("mia", False),
        ("dan", False),
        ("ada", False),
    ):
        trial.enter(user)
        assert ("patient id" in trial.does("history", "--subject", f"{SITE}-0001")) is may_see, user


def test_a_request_that_was_answered_gets_the_same_answer_again(trial: Trial):
    subject = trial.eligible()
    first = trial.does(*trial.allocate(subject, "--request", "key-of-the-test"))
    again = trial.does(*trial.allocate(subject, "--request", "key-of-the-test"))
    assert again == first.rstrip() + " It was answered before.\n"


def test_the_commitment_is_published_as_a_file(unfrozen: Trial, tmp_path: Path):
    said = freeze(unfrozen, tmp_path)
    document = json.loads((tmp_path / "commitment.json").read_text(encoding="utf-8"))
    assert document["commitment"] in said
    assert document["commitment"] in unfrozen.does("status")


def test_a_token_is_readable_by_its_owner_only_and_stands_outside_of_the_trial(trial: Trial, tmp_path: Path):
    trial.enter("cora")
    (token,) = (tmp_path / "state").rglob("*.token")
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert not token.is_relative_to(trial.folder)


def test_after_logging_out_nothing_is_told(trial: Trial):
    trial.enter("cora")
    trial.does("logout")
    assert "Log in: equipoise trial login USER" in trial.is_refused("status")


def test_a_whole_trial_is_locked_revealed_and_verified(trial: Trial, tmp_path: Path):
    subject = trial.eligible()
    trial.does(*trial.allocate(subject))
    anchor = tmp_path / "anchor.json"
    trial.does("checkpoint", "--out", anchor)
    trial.enter("udo")
    assert "Lock it first" in trial.is_refused(*trial.sign("reveal", "--reason", "too early"))
    trial.enter("dan")
    trial.does(*trial.sign("lock", "--reason", "all queries answered"))
    trial.enter("cora")
    late = trial.is_refused(
        *trial.sign("consent", "--subject", f"{SITE}-0002", "--version", "first", "--on", "2026-01-15")
    )
    assert "nothing is entered after the lock" in late
    trial.enter("udo")
    trial.does(*trial.sign("reveal", "--reason", "analysis begins"))
    assert "1 anchors from outside: nothing was changed" in trial.does("verify", "--anchor", anchor)
    trial.does("export", "--out", tmp_path / "exported")
    assert (tmp_path / "exported" / "ledger.jsonl").is_file()


def test_a_new_signing_key_follows_the_old_one_and_old_anchors_hold(trial: Trial, tmp_path: Path):
    trial.does("checkpoint", "--out", tmp_path / "before.json")
    said = trial.does("renew-key")
    trial.does("checkpoint", "--out", tmp_path / "after.json")
    before, after = (json.loads((tmp_path / name).read_text("utf-8")) for name in ("before.json", "after.json"))
    assert before["checkpoint"]["key"] != after["checkpoint"]["key"]
    assert f"signed by {after['checkpoint']['key']}" in said
    anchors = ("--anchor", tmp_path / "before.json", "--anchor", tmp_path / "after.json")
    assert "2 anchors from outside: nothing was changed" in trial.does("verify", *anchors)


def test_an_export_gives_at_most_what_the_asker_may_see(trial: Trial, tmp_path: Path):
    subject = trial.eligible()
    trial.does(*trial.allocate(subject))
    trial.enter("mia")
    trial.does("export", "--as", "unmasked-statistician", "--out", tmp_path / "asked")
    trial.enter("udo")
    trial.does("export", "--as", "masked-statistician", "--out", tmp_path / "given")
    trial.does("export", "--out", tmp_path / "own")
    disclosed = {name: _classes(tmp_path / name) for name in ("asked", "given", "own")}
    assert disclosed["asked"] == disclosed["given"] == {"open", "clinical"}
    assert disclosed["own"] == {"open", "clinical", "arm", "decision"}


def _classes(folder: Path) -> set[str]:
    lines = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [json.loads(line)["parts"] for line in lines]
    return {name for each in parts for name, part in each.items() if "payload" in part}


def test_tables_are_made_again_from_the_log(trial: Trial):
    before = trial.does("verify")
    trial.does("rebuild")
    assert trial.does("verify") == before


def test_a_backup_comes_back_and_the_trial_goes_on(trial: Trial, tmp_path: Path):
    subject = trial.eligible()
    trial.enter("dan")
    trial.does("backup", "--out", tmp_path / "backup")
    key, trial.folder = trial.folder / "keys" / "master.key", tmp_path / "restored"
    trial.does("restore", tmp_path / "backup", "--key", key)
    trial.enter("ines")
    trial.does(*trial.allocate(subject))


def test_a_trial_runs_on_postgresql(unfrozen: Trial, tmp_path: Path):
    unfrozen.folder, unfrozen.logged_in = tmp_path / "on-a-server", "ada"
    with postgres_schema() as url:
        unfrozen.does("init", "--protocol", PROTOCOL, "--admin", "ada", "--site", f"{SITE}=Leeds", "--database", url)
        unfrozen.enter("ada")
        unfrozen.does("sites", "open", "york", "--name", "York Hospital")
        assert "Sites: leeds (open, 0 subjects), york (open, 0 subjects)" in unfrozen.does("status")
        unfrozen.does("backup", "--out", tmp_path / "backup")
        assert "nothing was changed" in unfrozen.does("verify")


def test_two_of_three_shares_open_the_trial_and_write_the_key_again(trial: Trial, tmp_path: Path):
    trial.does("escrow", "split", "--out", tmp_path / "shares")
    one, two, three = sorted((tmp_path / "shares").iterdir())
    assert "open the trial" in trial.does("escrow", "drill", "--share", one, "--share", three)
    assert "are needed" in trial.is_refused("escrow", "drill", "--share", one)
    key = trial.folder / "keys" / "master.key"
    content = key.read_bytes()
    key.unlink()
    assert "The key cannot be read" in trial.is_refused("login", "cora")
    trial.does("escrow", "recover", "--share", two, "--share", three)
    assert key.read_bytes() == content


def test_shares_of_another_key_do_not_open_the_trial(trial: Trial, tmp_path: Path):
    key = trial.folder / "keys" / "master.key"
    key.write_text("11" * 32 + "\n", encoding="ascii")
    trial.does("escrow", "split", "--out", tmp_path / "shares")
    one, two, _ = sorted((tmp_path / "shares").iterdir())
    answer = trial("escrow", "drill", "--share", one, "--share", two)
    assert answer.code == 1
    assert "not the one of this trial" in answer.out


def test_a_destroyed_identity_is_gone_and_the_chain_is_whole(trial: Trial):
    subject = trial.consented()
    assert "patient id: " in trial.does("history", "--subject", subject)
    trial.enter("ada")
    trial.does(*trial.sign("destroy-identity", "--subject", subject, "--reason", "asked in writing"))
    trial.enter("cora")
    assert "[destroyed]" in trial.does("history", "--subject", subject)
    assert "nothing was changed" in trial.does("verify")


def test_an_identity_that_another_episode_still_tells_is_named(trial: Trial, lists: Path):
    trial.enter("cora")
    first = f"{SITE}-0001"
    (told,) = [line for line in trial.does("history", "--subject", first).splitlines() if "patient id: " in line]
    patient = told.rsplit(" ", 1)[1]
    failed = ("--criteria", "I2", "--reason", "platelets", "--on", DAY)
    trial.does("record", "screening-failed", "--subject", first, *failed)
    where = ("--screening", lists / "screening", "--records", lists / "tables", "--site", SITE)
    trial.does("candidates", *where, "--group", "in", "--patient", patient)
    second = trial.does("status", "--subjects").splitlines()[-1].split()[0]
    trial.enter("ada")
    said = trial.does(*trial.sign("destroy-identity", "--subject", first, "--reason", "asked in writing"))
    assert f"The same person stands in {second} as well" in said
    said = trial.does(*trial.sign("destroy-identity", "--subject", second, "--reason", "asked in writing"))
    assert "as well" not in said


@pytest.mark.parametrize(
    "verb", ["init", "allocate", "status", "verify", "lock", "export", "consent", "record", "judge"]
)
def test_every_verb_has_help_with_an_example(verb: str):
    answer = command("trial", verb, "--help")
    assert answer.code == 0
    assert f"Example: equipoise trial {verb}" in " ".join(answer.out.split())


def test_people_are_listed_with_their_roles(trial: Trial):
    trial.enter("ada")
    assert f"ines  Ines Example  investigator at {SITE}  (active)" in trial.does("people", "list")


def test_a_password_is_no_argument_of_any_verb(trial: Trial):
    answer = trial("login", "cora", "--password", password_of("cora"))
    assert answer.code == 2
