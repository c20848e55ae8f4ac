"""Wrong options, arguments and commands: said like every other error, in plain lines, with exit code 2."""

import pytest
import typer

from equipoise.cli import trial_door

BOXES = "╭╮╰╯│─"
CLASSIFY = ("trial", "classify", "41.1", "--subject", "S-1", "--because", "late", "--trial", "t")
CASES = [
    (("screen", "--recordz", "x"), "--recordz: is no option of equipoise screen\n  Did you mean --records?"),
    (("screen", "--xyz"), "--xyz: is no option of equipoise screen\nAll options: equipoise screen --help"),
    ((*CLASSIFY, "--as", "grave"), "--as: is none of its words\n  One of: minor, important, entered-in-error."),
    (("demo", "--patients", "many"), "--patients: is no whole number\n  How many to make up."),
    (("demo", "--patients", "0"), "--patients: is less than 1\n  How many to make up."),
    (("trial", "lock", "--reason"), "--reason: has no value\n  Why, in a sentence."),
    (("screen", "--force=yes"), "--force: takes no value\n  Leave out the = and what stands after it."),
    (("trial", "lokc"), "lokc: is no command of equipoise trial\n  Did you mean lock?"),
    (("frobnicate",), "frobnicate: is no command of equipoise\nAll commands: equipoise --help"),
    (("protocol", "show", "nct05610826", "and", "more"), "equipoise protocol show: is given more words than it takes"),
]


@pytest.mark.parametrize(("words", "said"), CASES, ids=lambda each: " ".join(each) if isinstance(each, tuple) else "")
def test_a_mistake_is_told_with_place_cause_and_what_to_do(equipoise, words, said):
    answer = equipoise(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("equipoise: Wrong use.\n")
    assert said in answer.err
    assert not set(BOXES) & set(answer.err)


def test_every_option_that_is_missing_is_named_at_once(equipoise):
    answer = equipoise("screen", "--out", "o", "--as-of=2026-01-15")
    assert answer.code == 2
    assert [line for line in answer.err.splitlines() if "is missing" in line] == [
        "--protocol: is missing",
        "--records: is missing",
    ]


def test_an_option_that_the_environment_gives_is_not_missing(equipoise, monkeypatch):
    monkeypatch.setenv("EQUIPOISE_TRIAL", "mytrial")
    answer = equipoise("trial", "gate", "cycle-2")
    assert answer.code == 2
    assert [line for line in answer.err.splitlines() if "is missing" in line] == ["--subject: is missing"]


def test_an_empty_variable_gives_no_option(equipoise, monkeypatch):
    monkeypatch.setenv("EQUIPOISE_TRIAL", "")
    assert "--trial: is missing" in equipoise("trial", "gate", "cycle-2").err


def test_a_missing_argument_is_named_as_in_the_help(equipoise):
    answer = equipoise("trial", "record", "--subject", "S-1", "--on", "2026-01-15", "--trial", "t")
    assert answer.code == 2
    assert "WHAT: is missing" in answer.err
    assert answer.err.splitlines()[-1] == "All options: equipoise trial record --help"


def test_a_day_that_is_none_points_to_the_help_of_its_command(equipoise, tmp_path):
    given = ("--protocol", "nct05610826", "--records", tmp_path, "--out", tmp_path / "out")
    answer = equipoise("screen", *given, "--as-of", "15.1.2026")
    assert answer.code == 2
    assert "is not a calendar day" in answer.err
    assert answer.err.splitlines()[-1] == "All options: equipoise screen --help"


RECORD = ("trial", "record", "adverse-event", "--subject", "S-1", "--trial", "t")


@pytest.mark.parametrize(
    "words",
    [
        ("protocol", "show", "Jane", "Roe"),
        ("demo", "--patients", "Roe"),
        (*RECORD, "--on", "Roe"),
        (*RECORD, "--on", "2026-01-15", "term=Jane", "Roe"),
        ("trial", "amend", "41", "--subject", "S-1", "--trial", "t", "--to", "Roe", "--reason", "slip"),
    ],
)
def test_typed_values_are_not_repeated(equipoise, words):
    answer = equipoise(*words)
    assert answer.code == 2
    assert "Roe" not in answer.err


def test_of_two_values_for_one_name_none_is_taken(equipoise):
    """The last one would be: a factor of an allocation, or what is right in a correction, by a slip."""
    at = ("--subject", "S-1", "--reason", "slip", "--trial", "t")
    answer = equipoise("trial", "amend", "41", *at, "--to", "administered=7.3", "--to", "administered=3.7")
    assert answer.code == 2
    assert "--to administered: is given twice\n  Say it once." in answer.err


def test_a_command_of_commands_alone_shows_its_help(equipoise):
    answer = equipoise("records")
    assert answer.code == 2
    assert "invent" in answer.out + answer.err
    assert "Wrong use" not in answer.err


def test_who_ends_the_input_at_a_question_has_interrupted(equipoise, monkeypatch):
    def nothing_more(_):
        raise EOFError

    monkeypatch.delenv(trial_door.PASSWORD_VARIABLE, raising=False)
    monkeypatch.setattr(trial_door, "getpass", nothing_more)
    monkeypatch.setattr(trial_door, "is_terminal", lambda: True)
    answer = equipoise("trial", "login", "ines", "--trial", "t")
    assert answer.code == 130
    assert answer.err.splitlines()[-1] == "Interrupted: nothing was written."


def test_a_mistake_of_no_option_is_told_in_the_words_it_came_with(equipoise, monkeypatch):
    def refuse(*_, **__):
        raise typer.BadParameter("nothing like it")

    monkeypatch.setattr(trial_door, "read_password", refuse)
    answer = equipoise("trial", "login", "ines", "--trial", "t")
    assert (answer.code, answer.out) == (2, "")
    assert "equipoise trial login: Invalid value: nothing like it" in answer.err
