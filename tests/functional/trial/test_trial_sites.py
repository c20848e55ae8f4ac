"""Sites and versions by commands: recruitment, settings by their digest, amendments by site, who consents again."""

from pathlib import Path

import pytest
from tests.functional.trial.conftest import PROTOCOL, SITE, Trial
from tests.postgres import postgres_schema

from equipoise.protocol.site import load_site

FIRST = f"{SITE}-0001"
WHY = ("--criteria", "I2", "--reason", "platelets")
SETTINGS = """\
site: Leeds General Infirmary
ranges:
  - {concept: platelets, unit: 10*9/L, low: 150, high: 400}
  - {concept: bilirubin, unit: mg/dL, high: 1.2, sex: female}
code_files: [ours.csv]
"""
CODES = "concept,system,code\nplatelets,urn:oid:1.2.3,PLT\n"


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    folder = tmp_path / "of-leeds"
    folder.mkdir()
    (folder / "ours.csv").write_text(CODES, encoding="utf-8")
    (folder / "site.yaml").write_text(SETTINGS, encoding="utf-8")
    return folder / "site.yaml"


def set_settings(trial: Trial, file: Path) -> str:
    trial.enter("ada")
    return trial.does("sites", "settings", SITE, file, "--reason", "ranges of the new analyser")


def test_a_paused_site_says_why_it_takes_nobody(trial: Trial, lists: Path):
    subject = trial.eligible()
    trial.enter("ada")
    said = trial.does("sites", "pause", SITE, "--reason", "no PET scanner")
    assert "takes no candidate and allocates nobody" in said
    assert "leeds  Leeds General Infirmary: paused (no PET scanner)" in trial.does("sites", "list")
    trial.enter("cora")
    assert "site leeds: is paused: no PET scanner" in trial.is_refused(*trial.allocate(subject))
    where = ("--screening", lists / "screening", "--records", lists / "tables", "--site", SITE)
    assert "site leeds: is paused: no PET scanner" in trial.is_refused("candidates", *where, "--group", "near")
    trial.enter("ada")
    assert "recruits again" in trial.does("sites", "resume", SITE)
    trial.enter("cora")
    assert trial.does(*trial.allocate(subject)).startswith(f"{subject} is allocated to ")


def test_a_list_of_sites_tells_what_a_coordinating_centre_asks(trial: Trial, site_file: Path):
    trial.consented()
    trial.enter("cora")
    trial.does("record", "screening-failed", "--subject", f"{SITE}-0002", "--on", trial.now.date(), *WHY)
    set_settings(trial, site_file)
    lines = trial.does("sites", "list").splitlines()
    n_subjects = int(lines[1].split("subjects: ")[1].split(",")[0])
    assert lines == [
        "leeds  Leeds General Infirmary: recruiting",
        f"  subjects: {n_subjects}, open: {n_subjects - 1}",
        "  version in force: first, since 2026-01-15",
        "  staff: coordinator Cora Example (cora); investigator Ines Example (ines)",
        "  time zone of its days: UTC",
        f"  settings: {load_site(site_file).digest}",
        "  normal range: platelets 150 to 400 10*9/L",
        "  normal range: bilirubin to 1.2 mg/dL (female)",
    ]


def test_settings_are_copied_with_their_codes_and_used(trial: Trial, site_file: Path):
    said = set_settings(trial, site_file)
    assert load_site(site_file).digest in said
    kept = trial.folder / "protocol"
    assert (kept / "site-leeds.yaml").read_text(encoding="utf-8") == SETTINGS
    assert (kept / "ours.csv").read_text(encoding="utf-8") == CODES
    assert trial.eligible() == FIRST
    assert "nothing was changed" in trial.does("verify")


@pytest.mark.parametrize("edited", ["site-leeds.yaml", "ours.csv"])
def test_a_file_that_somebody_edits_in_the_folder_stops_judging_until_it_is_set(
    trial: Trial, site_file: Path, edited: str
):
    set_settings(trial, site_file)
    subject = trial.screening()
    path = trial.folder / "protocol" / edited
    path.write_text(path.read_text(encoding="utf-8").replace("400", "450").replace("PLT", "THR"), encoding="utf-8")
    trial.enter("ines")
    said = trial.is_refused(*trial.sign("judge", "--subject", subject, "--confirm", "E1"))
    assert "site leeds: has other settings at hand than those that were set: their digest differs" in said
    assert "equipoise trial sites settings leeds FILE" in said
    assert "settings at hand: another file, of digest" in trial.does("sites", "list")
    (site_file.parent / "ours.csv").write_text(CODES.replace("PLT", "PLAT"), encoding="utf-8")
    set_settings(trial, site_file)
    trial.enter("ines")
    trial.does(*trial.sign("judge", "--subject", subject, "--confirm", "E1"))


def test_a_file_put_there_by_hand_is_not_used(trial: Trial):
    subject = trial.screening()
    (trial.folder / "protocol" / "site-leeds.yaml").write_text("site: Leeds\nwindows: {laboratory: 90 d}\n")
    trial.enter("ines")
    said = trial.is_refused(*trial.sign("judge", "--subject", subject, "--confirm", "E1"))
    assert "site leeds: has a file of settings that nobody set" in said


def test_settings_that_cannot_be_used_leave_the_old_file_in_place(trial: Trial, site_file: Path):
    set_settings(trial, site_file)
    site_file.write_text("site: Leeds\nwindows: {fasting-state: 8 d}\n", encoding="utf-8")
    said = trial.is_refused("sites", "settings", SITE, site_file, "--reason", "why")
    assert "fasting-state" in said
    assert (trial.folder / "protocol" / "site-leeds.yaml").read_text(encoding="utf-8") == SETTINGS
    site_file.write_text("site: [Leeds\n", encoding="utf-8")
    assert "site.yaml" in trial.is_refused("sites", "settings", SITE, site_file, "--reason", "why")


def test_a_broken_file_in_the_folder_is_replaced_by_the_same_command(trial: Trial, site_file: Path):
    set_settings(trial, site_file)
    (trial.folder / "protocol" / "site-leeds.yaml").write_text("site: [", encoding="utf-8")
    assert "settings at hand: the file cannot be read" in trial.does("sites", "list")
    site_file.write_text(SETTINGS.replace("1.2", "1.3"), encoding="utf-8")
    set_settings(trial, site_file)
    assert "settings at hand" not in trial.does("sites", "list")


def test_settings_that_stand_beside_the_protocol_are_those_of_the_beginning(unfrozen: Trial, site_file: Path, tmp_path):
    unfrozen.folder, unfrozen.logged_in = tmp_path / "with-settings", "ada"
    beside = site_file.parent
    site_file.rename(beside / "site-leeds.yaml")
    (beside / "protocol.yaml").write_bytes(PROTOCOL.read_bytes())
    (beside / "site-york.yaml").write_text("site: of no site that is opened\n", encoding="utf-8")
    unfrozen.does("init", "--protocol", beside / "protocol.yaml", "--admin", "ada", "--site", f"{SITE}=Leeds")
    names = sorted(path.name for path in (unfrozen.folder / "protocol").iterdir())
    assert names == ["ours.csv", "protocol.yaml", "site-leeds.yaml"]
    unfrozen.enter("ada")
    assert f"settings: {load_site(beside / 'site-leeds.yaml').digest}" in unfrozen.does("sites", "list")


def test_an_amendment_begins_site_by_site_and_the_list_says_who_consents_again(trial: Trial, monkeypatch):
    subject = trial.eligible()
    trial.does(*trial.allocate(subject))
    trial.enter("ada")
    assert trial.does("reconsent").startswith("Nobody: everyone who takes part has consented")
    trial.does("sites", "open", "york", "--name", "York Hospital")
    said = trial.does(
        "versions", "approve", "second", "--from", "2026-01-17", "--site", SITE, "--reason", "ethics, Leeds"
    )
    assert "Version second is approved at leeds from 2026-01-17" in said
    trial.go_on(1)
    trial.enter("cora")
    assert trial.does("reconsent").startswith("Nobody")
    trial.go_on(1)
    trial.enter("cora")
    assert f"leeds  {subject}  signed first  in force second since 2026-01-17  randomised" in trial.does("reconsent")
    assert trial.does("reconsent", "--site", "york").startswith("Nobody")
    assert "version in force: first at york; second at leeds" in trial.does("status")
    trial.does(*trial.sign("consent", "--subject", subject, "--version", "second", "--on", trial.now.date()))
    assert trial.does("reconsent").startswith("Nobody")


def test_who_has_an_arm_and_has_to_consent_again_tells_a_masked_person_no_arm(trial: Trial):
    subject = trial.eligible()
    trial.does(*trial.allocate(subject))
    trial.enter("ada")
    trial.does("versions", "approve", "second", "--from", "2026-01-16", "--reason", "ethics")
    trial.go_on(1)
    trial.enter("mia")
    said = trial.does("reconsent") + trial.does("sites", "list")
    assert f"{subject}  signed first" in said
    assert "surgery" not in said


def test_sites_and_versions_work_on_a_server(unfrozen: Trial, site_file: Path, tmp_path: Path):
    unfrozen.folder, unfrozen.logged_in = tmp_path / "on-a-server", "ada"
    with postgres_schema() as url:
        unfrozen.does("init", "--protocol", PROTOCOL, "--admin", "ada", "--site", f"{SITE}=Leeds", "--database", url)
        set_settings(unfrozen, site_file)
        unfrozen.does("sites", "open", "york", "--name", "York Hospital")
        unfrozen.does("sites", "pause", "york", "--reason", "no staff yet")
        unfrozen.does("versions", "approve", "second", "--from", "2026-02-01", "--site", "york", "--reason", "ethics")
        listed = unfrozen.does("sites", "list")
        assert f"settings: {load_site(site_file).digest}" in listed
        assert "york  York Hospital: paused (no staff yet)" in listed
        assert unfrozen.does("reconsent").startswith("Nobody")
        unfrozen.does("rebuild")
        assert unfrozen.does("sites", "list") == listed
        assert "nothing was changed" in unfrozen.does("verify")
