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
_ENGINE_INTERRUPT = "InterruptException"


def guard(command: Callable[[], None]) -> NoReturn:
    """Run a command and leave the process with the exit code of the contract."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        command()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        _leave("Interrupted: nothing was written.", EXIT_INTERRUPTED)
    except EquipoiseError as error:
        _show_traceback()
        _leave(render_error(error), error.exit_code)
    except Exception as error:
        if type(error).__name__ == _ENGINE_INTERRUPT:
            _leave("Interrupted: nothing was written.", EXIT_INTERRUPTED)
        _show_traceback()
        _leave(render_unforeseen(error), EXIT_WRONG_USE)
    sys.exit(0)


def render_error(error: EquipoiseError) -> str:
    """All faults of an input, together."""
    return f"equipoise: {error}"


def render_unforeseen(error: Exception) -> str:
    """One line with a code that a developer can find: the kind of error and where it was raised."""
    return (
        f"equipoise: something in the program failed, code {error_code(error)}; nothing was written.\n"
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


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """A polite request to end is treated like Ctrl-C, so that it leaves nothing partial either."""
    raise KeyboardInterrupt


def _show_traceback() -> None:
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exc()


def _leave(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(code)
