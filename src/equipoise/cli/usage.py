"""Wrong use in our own words: which option or argument, what is wrong with it, what to do, where all of them are told.

Decides the words. Typer finds the mistake and would say it in a box, which a screen reader reads line by line with its
edges; here it becomes a fault like every other. Typed values are not repeated: they may tell of a patient.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import typer
from typer.main import get_command

from equipoise.errors import EXIT_WRONG_USE, EquipoiseError, Fault

NAME = "equipoise"
_QUOTED = re.compile("'([^']*)'")


class WrongUseError(EquipoiseError):
    """What was typed cannot be done as it stands. `see`: the command whose help tells all options; added by `call`."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("Wrong use.", faults)
        self.see = ""

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.see}".rstrip()


def call(app: typer.Typer, words: Sequence[str]) -> None:
    """
    Call the command with the words that were typed.

    Raises
    ------
    WrongUseError
        With every fault that can be told at once, and the command whose help tells more.
    SystemExit
        With the exit code of the command, unless that is 0.
    """
    try:
        code = app(list(words), prog_name=NAME, standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None  # the end of the input where a question was asked
    except typer.TyperException as error:
        _tell(error, _Command(app, words))
    except WrongUseError as error:
        error.see = _Command(app, words).see
        raise
    if code:
        raise SystemExit(code)


class _Command:
    """The command that was meant, as far as it can be found, with its parameters and the names of its own commands."""

    def __init__(self, app: typer.Typer, words: Sequence[str]) -> None:
        self.words, found = words, get_command(app)
        path = [NAME]
        for word in words:
            inner = getattr(found, "commands", {}).get(word)
            if inner is not None:
                found = inner
                path.append(word)
            elif not word.startswith("-"):
                break
        self.path = " ".join(path)
        self.parameters: list[Any] = list(found.params)
        self.names = list(getattr(found, "commands", {}))

    @property
    def see(self) -> str:
        return f"All {'commands' if self.names else 'options'}: {self.path} --help"


def _tell(error: typer.TyperException, command: _Command) -> NoReturn:
    # Typer exports the base of its errors alone, and tells them apart by the names of their classes itself.
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":  # its help was shown when it was made
        raise SystemExit(EXIT_WRONG_USE)
    is_of_no_option = getattr(error, "param", kind) is None
    find = _of_words if is_of_no_option else _FAULTS.get(kind, _of_words)
    wrong = WrongUseError(*find(error, command))
    wrong.see = command.see
    raise wrong from None


def _no_such_option(error: Any, command: _Command) -> Iterable[Fault]:
    known = [option for each in command.parameters for option in each.opts]
    yield Fault(error.option_name, f"is no option of {command.path}", _near(error.option_name, known))


def _missing(error: Any, command: _Command) -> Iterable[Fault]:
    """All options that are missing, not only the first; of an argument only itself can be told."""
    given = {word.partition("=")[0] for word in command.words}
    options = [each for each in command.parameters if each.required and each.param_type_name == "option"]
    missing = {_name(each): each for each in options if given.isdisjoint(each.opts) and not _is_in_environment(each)}
    for name, each in ({_name(error.param): error.param} | missing).items():
        yield Fault(name, "is missing", each.help or "")


def _bad_value(error: Any, command: _Command) -> Iterable[Fault]:
    what, do = "cannot be read", error.param.help or ""
    _, is_choice, choices = error.message.partition("is not one of ")
    for each in getattr(error.__cause__, "errors", list)():
        what = _VALUES.get(each["type"], what).format(**each.get("ctx", {}))
    if is_choice:
        what, do = "is none of its words", f"One of: {', '.join(_QUOTED.findall(choices))}."
    yield Fault(_name(error.param), what, do)


def _bad_option(error: Any, command: _Command) -> Iterable[Fault]:
    if "does not take" in error.message:
        yield Fault(error.option_name, "takes no value", "Leave out the = and what stands after it.")
        return
    option = next((each for each in command.parameters if error.option_name in each.opts), None)
    yield Fault(error.option_name, "has no value", "" if option is None else option.help or "")


def _of_words(error: Any, command: _Command) -> Iterable[Fault]:
    """Words that are no options: a command that does not exist, or more arguments than there are."""
    name = re.match(r"No such command '(.*?)'\.", error.message)
    if name is not None:
        yield Fault(name[1], f"is no command of {command.path}", _near(name[1], command.names))
    elif "extra argument" in error.message:
        do = 'Words that belong together stand in quotes: "like these".'
        yield Fault(command.path, "is given more words than it takes", do)
    else:
        yield Fault(command.path, error.format_message())


_FAULTS: Mapping[str, Callable[[Any, _Command], Iterable[Fault]]] = {
    "NoSuchOption": _no_such_option,
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
    "BadOptionUsage": _bad_option,
}
_VALUES = {
    "int_parsing": "is no whole number",
    "float_parsing": "is no number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
}
"""By what pydantic calls it, which reads values for Typer."""


def _is_in_environment(option: Any) -> bool:
    return bool(option.envvar and os.environ.get(option.envvar))


def _name(parameter: Any) -> str:
    """`--as`, or the name of an argument as the help has it."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else ""
