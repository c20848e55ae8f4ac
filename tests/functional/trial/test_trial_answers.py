"""What the answers of a running trial lead to: the next step, and words that name the option to be given."""

from datetime import date
from pathlib import Path

from tests.functional.trial.conftest import ALLOCATION, DAY, SITE, Trial

FIRST = f"{SITE}-0001"


def test_each_answer_on_the_way_to_an_allocation_ends_with_the_next_step(trial: Trial):
    trial.enter("cora")
    said = trial.does(*trial.sign("consent", "--subject", FIRST, "--version", "first", "--on", DAY))
    assert said.endswith(f"Next: equipoise trial record screening-started --subject {FIRST} --on DATE\n")
    said = trial.does("record", "screening-started", "--subject", FIRST, "--on", DAY)
    assert said.endswith(f"Next: an investigator judges: equipoise trial judge --subject {FIRST} --records TABLES\n")
    trial.enter("ines")
    said = trial.does(*trial.sign("judge", "--subject", FIRST, "--confirm", "E1"))
    told, _, last = said.strip().rpartition("before ")
    assert f"; this ends on {last} " in told
    assert date.fromisoformat(last) > trial.now.date()
    assert f"Next: equipoise trial allocate --subject {FIRST}, " in told


def test_a_name_that_is_not_of_this_session_is_told_and_not_counted_as_a_failure(trial: Trial):
    """Six times, where five failures would lock."""
    trial.enter("cora")
    given = ("consent", "--subject", FIRST, "--version", "first", "--on", DAY, "--signed-by", "ines")
    for _ in range(6):
        said = trial.is_refused(*given)
        assert "--signed-by ines: the session open here is that of cora" in said
        assert "Sign as cora, or log in first as the one who signs" in said
    trial.consented()


def test_a_first_signature_without_a_name_says_which_option_gives_it(trial: Trial):
    trial.enter("cora")
    said = trial.is_refused("consent", "--subject", FIRST, "--version", "first", "--on", DAY)
    assert "Give it with the password: --signed-by USER" in said


def test_who_has_no_role_at_a_site_is_told_which_they_have(trial: Trial, lists: Path):
    trial.enter("cora")
    where = ("--screening", lists / "screening", "--records", lists / "tables", "--site", "york")
    said = trial.is_refused("candidates", *where)
    assert "user cora: has no role at york; has: coordinator at leeds" in said


def test_a_site_that_is_none_is_refused_with_those_that_are(trial: Trial):
    trial.enter("ada")
    given = ("people", "grant", "cora", "--role", "investigator", "--site", "leds")
    assert "site leds: is no site of this trial\n  Sites: leeds." in trial.is_refused(*given)


def test_nothing_is_frozen_where_the_commitment_could_not_be_written(unfrozen: Trial, tmp_path: Path):
    file = tmp_path / "allocation.yaml"
    file.write_text(ALLOCATION, encoding="utf-8")
    unfrozen.enter("udo")
    given = ("freeze", "--allocation", file, "--planned-n", 60, "--out")
    said = unfrozen.is_refused(*unfrozen.sign(*given, tmp_path / "nowhere" / "commitment.json"))
    assert "Nothing was frozen." in said
    assert "its folder is not there" in said
    assert "is there already" in unfrozen.is_refused(*unfrozen.sign(*given, file))
    assert "Allocation: not frozen" in unfrozen.does("status")


def test_arms_that_are_not_those_of_the_protocol_are_frozen_only_by_who_saw_it(unfrozen: Trial, tmp_path: Path):
    unfrozen.enter("udo")
    file, out = tmp_path / "allocation.yaml", tmp_path / "commitment.json"
    given = unfrozen.sign("freeze", "--allocation", file, "--planned-n", 60, "--out", out)
    file.write_text(ALLOCATION.replace("{name: surgery,", "{name: sugery,"), encoding="utf-8")
    said = unfrozen.is_refused(*given)
    assert "has the arms sugery, drug-then-surgery; the protocol has surgery, drug-then-surgery" in said
    assert "add --accept-findings" in said
    assert "Frozen by event" in unfrozen.does(*given, "--accept-findings")


def test_a_folder_that_is_not_empty_is_named_by_its_option_and_no_force_is_offered(trial: Trial, tmp_path: Path):
    trial.enter("dan")
    trial.does("backup", "--out", tmp_path / "backup")
    said = trial.is_refused("backup", "--out", tmp_path / "backup")
    assert f"--out {tmp_path / 'backup'}: the folder is not empty\n  Choose a new folder.\n" in said
    key = trial.folder / "keys" / "master.key"
    said = trial.is_refused("restore", tmp_path / "backup", "--key", key)
    assert f"--trial {trial.folder}: the folder is not empty\n  Choose a new folder.\n" in said
    said = trial.is_refused("restore", tmp_path / "backups", "--key", key, "--trial", tmp_path / "restored")
    assert f"backup {tmp_path / 'backups'}: there is no such folder" in said


def test_a_share_that_cannot_be_read_is_named(trial: Trial, tmp_path: Path):
    missing = tmp_path / "share-1.txt"
    assert f"--share {missing}: no share can be read from it" in trial.is_refused("escrow", "drill", "--share", missing)
