"""The trial of a USDM study that no part of the program knows, from its file to the second cycle, by commands alone."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.docs.cycles_study import cycles_study
from tests.functional.trial.conftest import DAY, Trial, _hold, command, password_of

SITE = "hull"
PEOPLE = {"cora": ("coordinator", SITE), "ines": ("investigator", SITE), "udo": ("unmasked-statistician", None)}
ALLOCATION = """
arms: [{name: infusions, shares: 1}, {name: bath, shares: 1}]
method: {name: big-stick, limit: 3}
factors: [{name: ecog, levels: ["0", "1"]}]
stratify: [ecog]
"""


def grown_ups() -> dict[str, Any]:
    """The study with its first criterion alone, which needs neither codes nor answers."""
    study = cycles_study()
    design = study["study"]["versions"][0]["studyDesigns"][0]
    design["eligibilityCriteria"] = design["eligibilityCriteria"][:1]
    return study


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The signed draft of the study, and the screening of invented patients by it."""
    folder = tmp_path_factory.mktemp("ember")
    (folder / "ember.json").write_text(json.dumps(grown_ups()), encoding="utf-8")
    assert command("author", folder / "ember.json", "--out", folder / "draft").code == 0
    path = folder / "draft" / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("review: {status: draft,") == 1
    signed = "review: {status: signed, signed_by: Dr Example, signed_at: 2026-01-02,"
    path.write_text(text.replace("review: {status: draft,", signed), encoding="utf-8")
    common = ("--protocol", path, "--as-of", DAY)
    made, tables = folder / "invented", folder / "tables"
    for arguments in (
        ("records", "invent", *common, "--patients", 20, "--out", made),
        ("records", "read", made / "records", "--attestations", made / "attestations.csv", "--out", tables),
        ("screen", *common, "--records", tables, "--out", folder / "screening"),
    ):
        answer = command(*arguments)
        assert answer.code == 0, answer.err
    return folder


@pytest.fixture
def trial(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    trial = Trial(tmp_path / "trial", logged_in="ada")
    _hold(monkeypatch, trial, tmp_path / "state")
    names = ("--admin", "ada", "--name", "Ada Example", "--site", f"{SITE}=Hull")
    trial.does("init", "--protocol", prepared / "draft" / "protocol.yaml", *names)
    trial.enter("ada")
    for user, (role, site) in PEOPLE.items():
        monkeypatch.setenv("EQUIPOISE_NEW_PASSWORD", "given by ada for a day")
        where = () if site is None else ("--site", site)
        trial.does("people", "add", user, "--name", f"{user.title()} Example", "--role", role, *where)
    for user in PEOPLE:
        trial.passwords[user] = "given by ada for a day"
        trial.enter(user)
        monkeypatch.setenv("EQUIPOISE_NEW_PASSWORD", password_of(user))
        trial.does("password")
        del trial.passwords[user]
    trial.enter("cora")
    lists = ("--screening", prepared / "screening", "--records", prepared / "tables", "--site", SITE)
    trial.does("candidates", *lists, "--group", "in")
    (tmp_path / "allocation.yaml").write_text(ALLOCATION, encoding="utf-8")
    trial.enter("udo")
    planned = ("--planned-n", 20, "--out", tmp_path / "commitment.json")
    trial.does(*trial.sign("freeze", "--allocation", tmp_path / "allocation.yaml", *planned))
    return trial


def allocated(trial: Trial, number: int) -> tuple[str, str]:
    """A subject of the trial, and the arm."""
    subject = f"{SITE}-{number:04d}"
    trial.enter("cora")
    trial.does(*trial.sign("consent", "--subject", subject, "--version", "original", "--on", trial.now.date()))
    trial.does("record", "screening-started", "--subject", subject, "--on", trial.now.date())
    trial.enter("ines")
    trial.does(*trial.sign("judge", "--subject", subject))
    said = trial.does(*trial.allocate(subject))
    return subject, "infusions" if "infusions" in said else "bath"


def line(calendar: str, what: str) -> list[str]:
    """The words of one line of a calendar, without the name of the thing."""
    return next(line.split()[1:] for line in calendar.splitlines() if line.startswith(f"{what} "))


def first_of(trial: Trial, arm: str) -> tuple[str, str]:
    """The first subject that is allocated to an arm, as an option of a command."""
    return "--subject", next(name for name, given in (allocated(trial, n) for n in range(1, 9)) if given == arm)


def test_a_subject_gets_the_infusions_of_the_study_and_its_decision(trial: Trial):
    """Allocated and treated on 15 January 2026. Day 21 is 5 February, from the 3rd to the 10th; day 63 is 19 March."""
    subject = first_of(trial, "infusions")
    assert "40 mg" in trial.does(*trial.sign("release", "emberine-1", *subject))
    given = ("administered=40", "unit=mg", "--on", trial.now.date())
    trial.does("record", "dose", *subject, *given, "step=emberine-1")
    calendar = trial.does("calendar", *subject)
    assert line(calendar, "w1")[-4:] == ["2026-01-22", "2026-01-21", "to", "2026-01-25"]
    assert line(calendar, "emberine-2")[-4:] == ["2026-02-05", "2026-02-03", "to", "2026-02-10"]
    assert line(calendar, "fu")[-4:] == ["2026-03-19", "2026-03-12", "to", "2026-04-02"]
    assert "salt-bath-1" not in calendar

    trial.now += timedelta(days=21)
    trial.enter("ines")
    assert "Nobody has answered" in trial.is_refused(*trial.sign("release", "emberine-2", *subject))
    answer = ("decision=way", "option=otherwise-second-cycle", "--on", trial.now.date())
    trial.does("record", "decision", *subject, *answer)
    assert "40 mg" in trial.does(*trial.sign("release", "emberine-2", *subject))
    trial.does("record", "dose", *subject, "administered=40", "unit=mg", "--on", trial.now.date(), "step=emberine-2")
    calendar = trial.does("calendar", *subject)
    assert line(calendar, "emberine-2")[0] == "done"
    assert line(calendar, "w4")[-4:] == ["2026-02-12", "2026-02-11", "to", "2026-02-15"]  # a week after 5 February


def test_an_infusion_of_the_other_arm_is_recorded_and_is_a_deviation(trial: Trial):
    subject = first_of(trial, "bath")
    given = ("administered=40", "unit=mg", "--on", trial.now.date())
    trial.does("record", "dose", *subject, *given, "step=emberine-1")
    assert "emberine-1" in trial.does("deviations", *subject)
