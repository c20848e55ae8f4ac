"""The page of a subject, what waits, and who gets none of it, by commands."""

import importlib.util
import stat
from pathlib import Path

import pytest

_path = Path(__file__).with_name("test_trial_treats.py")
_spec = importlib.util.spec_from_file_location("treating", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

give, treated = _module.give, _module.treated
__all__ = ["treated"]


@pytest.fixture
def dosed(trial, treated):
    """Given a dose that nobody had released; ines is logged in."""
    trial.does(*give(trial, treated, "drug-1", "administered=100"))
    return treated


def test_the_course_is_one_private_page_that_is_not_written_over(trial, dosed, tmp_path):
    page = tmp_path / "course.html"
    trial.does("course", "--subject", dosed, "--out", page)
    text = page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "Nobody had released it." in text
    assert "150 10*9/L" in text
    assert "This is decision support" in text
    assert "it is there already" in trial.is_refused("course", "--subject", dosed, "--out", page)
    trial.does("course", "--subject", dosed, "--out", page, "--force")
    assert list(tmp_path.glob(".course.html*")) == []


def test_the_page_and_its_name_do_not_say_who_the_subject_is(trial, dosed, tmp_path):
    told = trial.does("history", "--subject", dosed)
    (patient,) = {line.split(": ")[1] for line in told.splitlines() if line.strip().startswith("patient id: ")}
    named = tmp_path / f"{patient}.html"
    assert "holds the identity of the subject" in trial.is_refused("course", "--subject", dosed, "--out", named)
    trial.does("course", "--subject", dosed, "--out", tmp_path / "course.html")
    assert patient not in (tmp_path / "course.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("user", ["mia", "dan", "ada"])
def test_who_may_not_see_treatment_gets_no_page_and_no_counts(trial, dosed, tmp_path, user):
    assert "Waits at" in trial.does("status")
    trial.enter(user)
    page = tmp_path / "course.html"
    assert "may not see treatment" in trial.is_refused("course", "--subject", dosed, "--out", page)
    assert not page.exists()
    assert "Waits at" not in trial.does("status")


def test_the_status_counts_what_waits_with_the_command_that_lists_it(trial, dosed):
    (line,) = [line for line in trial.does("status").splitlines() if line.startswith("Waits at")]
    assert "1 deviation to be classed (equipoise trial deviations)" in line
    assert "1 notice to be read (equipoise trial notices)" in line
    (number,) = [row.split()[0] for row in trial.does("notices").splitlines() if "was not released" in row]
    trial.does("acknowledge", number, "--subject", dosed)
    assert "to be read" not in trial.does("status")


def test_a_subject_who_is_not_allocated_has_no_course(trial, tmp_path):
    subject = trial.screening(8)
    trial.enter("ines")
    refusal = trial.is_refused("course", "--subject", subject, "--out", tmp_path / "course.html")
    assert "has no course of treatment" in refusal
