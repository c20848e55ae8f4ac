"""Errors of the product and the exit codes they map to: the only module that everyone may import.

An error is for wrong use or unreadable input. A "no" of the trial (not eligible, gate closed) is a value
with evidence and never an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EXIT_DONE = 0
EXIT_NO = 1
EXIT_WRONG_USE = 2


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input: where it stands, what it is, and what to do about it."""

    where: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"\n  {self.do}" if self.do else "")


class EquipoiseError(Exception):
    """Base of every error that a person at the door should read; carries all faults of an input together."""

    exit_code = EXIT_WRONG_USE

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join([self.message, *(str(fault) for fault in self.faults)])


class UnreadableInputError(EquipoiseError):
    """A source cannot be read as what it was given as."""


class ProtocolError(EquipoiseError):
    """A protocol or a site file does not say something that can be executed."""


class TerminologyError(EquipoiseError):
    """A concept, a code list or a unit in a definition cannot be understood."""


class RefusedError(EquipoiseError):
    """The trial office refuses an act: no right, the wrong state, or something that the act needs is missing."""


class OutputError(EquipoiseError):
    """Results cannot be written where they were asked for."""
