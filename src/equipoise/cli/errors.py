"""The end of every command: which text goes to standard error, and which exit code.

A person reads where, what, why and what to do. An error that nobody foresaw shows its kind and the place in the
program, never its message, which could hold patient data; the traceback is for the developer who asks for it.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from equipoise.errors import EXIT_WRONG_USE, EquipoiseError

EXIT_INTERRUPTED = 130
DEBUG_VARIABLE = "EQUIPOISE_DEBUG"
_NOTHING_WRITTEN = "nothing was written."
_PERHAPS_WRITTEN = "it may have been written before that: look with equipoise trial status, or ask the same again."


def guard(command: Callable[[], None]) -> NoReturn:
    """Run a command and leave the process with the exit code of the contract."""
    interruption = _Interruption()
    _Written.is_possible = False
    try:
        command()
    except BaseException as error:
        # Engines turn an interruption into errors of their own, so what was asked counts, not what was raised.
        if interruption.is_asked or isinstance(error, KeyboardInterrupt):
            _leave(f"Interrupted: {_what_was_written()}", EXIT_INTERRUPTED)
        if isinstance(error, SystemExit):
            raise
        _show_traceback()
        if isinstance(error, EquipoiseError):
            _leave(render_error(error), error.exit_code)
        _leave(render_unforeseen(error), EXIT_WRONG_USE)
    sys.exit(0)


class _Written:
    """Whether the command came as far as to write into a trial, where what is written stays."""

    is_possible = False


def note_writing() -> None:
    """Said by a door to a trial before it writes: from then on no message may claim that nothing was written."""
    _Written.is_possible = True


def _what_was_written() -> str:
    return _PERHAPS_WRITTEN if _Written.is_possible else _NOTHING_WRITTEN


class _Interruption:
    """Ctrl-C and a polite request to end: both raise once, so that what is being written can be removed in peace."""

    def __init__(self) -> None:
        self.is_asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        if not self.is_asked:
            self.is_asked = True
            raise KeyboardInterrupt


def render_error(error: EquipoiseError) -> str:
    """All faults of an input, together."""
    return f"equipoise: {error}"


def render_unforeseen(error: BaseException) -> str:
    """One line with a code that a developer can find: the kind of error and where it was raised."""
    return (
        f"equipoise: something in the program failed, code {error_code(error)}; {_what_was_written()}\n"
        f"  Please report the code. {DEBUG_VARIABLE}=1 prints the traceback, which may hold patient data."
    )


def error_code(error: BaseException) -> str:
    """`KeyError@screening.outputs:123`: the innermost place of our own in the traceback."""
    places = [
        (str(frame.f_globals.get("__name__", "")), line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    ours = [(name.removeprefix("equipoise."), line) for name, line in places if name.startswith("equipoise.")]
    name, line = ours[-1] if ours else ("outside", 0)
    return f"{type(error).__name__}@{name}:{line}"


def _show_traceback() -> None:
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exc()


def _leave(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(code)
