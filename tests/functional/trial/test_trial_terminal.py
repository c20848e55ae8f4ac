"""What the commands ask for when a person sits at a terminal; what they type is put in by the test."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import typer
from tests.functional.trial.conftest import SITE, Trial, password_of

from equipoise.cli import trial_door, trial_words
from equipoise.operations.trial import staff

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of the test vectors of RFC 6238, appendix B, in base 32."""


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], list[str]]:
    """Let a person at a terminal answer prompts that begin with these words; gives the prompts that they saw."""

    def answer_with(answers: dict[str, str]) -> list[str]:
        seen: list[str] = []

        def prompt(text: str, **_: object) -> str:
            seen.append(text)
            return next(answer for begin, answer in answers.items() if text.startswith(begin))

        monkeypatch.setattr(typer, "prompt", prompt)
        monkeypatch.setattr(trial_door, "is_terminal", lambda: True)
        monkeypatch.setattr(trial_words, "is_terminal", lambda: True)
        return seen

    return answer_with


def test_a_person_at_a_terminal_is_asked_for_everything(trial: Trial, type_in: Callable[[dict[str, str]], list[str]]):
    subject = trial.screening()
    seen = type_in({"User name": "ines", "Which of these": "E1", "ecog": "1"})
    trial.enter("ines")
    trial.does("judge", "--subject", subject)
    trial.does("allocate", "--subject", subject)
    assert seen == ["Which of these do you confirm, by name (E6,E7)", "User name", "ecog (0, 1)"]


def test_a_password_is_typed_without_echo(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial_door, "is_terminal", lambda: True)
    monkeypatch.setattr(trial_door, "getpass", lambda _: password_of("cora"))
    monkeypatch.setattr(trial_door.read_password, "__defaults__", ("A_VARIABLE_THAT_NOBODY_SETS",))
    trial.logged_in = "somebody else"
    assert "Logged in as cora" in trial.does("login", "cora")


def test_a_new_password_is_typed_twice(trial: Trial, monkeypatch: pytest.MonkeyPatch):
    trial.enter("cora")
    typed = iter(["a new one, long enough", "a new one, long enuogh"])
    monkeypatch.setattr(trial_door, "is_terminal", lambda: True)
    monkeypatch.setattr(trial_door, "getpass", lambda _: next(typed))
    assert "was not typed the same twice" in trial.is_refused("password")


def test_once_a_second_factor_is_set_a_login_needs_its_code(
    trial: Trial, type_in: Callable[[dict[str, str]], list[str]], monkeypatch: pytest.MonkeyPatch
):
    trial.enter("cora")
    totp = pyotp.TOTP(SECRET)
    monkeypatch.setattr(staff, "make_secret", lambda _: SECRET)
    type_in({"The code": totp.at(trial.now)})
    said = trial("second-factor")
    assert said.code == 0, said.err
    assert f"secret={SECRET}" in said.err
    trial.now += timedelta(minutes=1)
    assert "No session was opened." in trial.is_refused("login", "cora")
    assert "Logged in as cora" in trial.does("login", "cora", "--code", totp.at(trial.now))
    trial.now += timedelta(minutes=1)
    consent = ("consent", "--subject", f"{SITE}-0001", "--version", "first", "--on", trial.now.date())
    trial.does(*trial.sign(*consent, "--code", totp.at(trial.now)))


def test_without_a_terminal_a_second_factor_cannot_be_set(trial: Trial):
    trial.enter("cora")
    assert "the code of the app is typed" in trial.is_refused("second-factor")
