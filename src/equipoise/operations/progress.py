"""How an operation tells what it is doing, without knowing who listens."""

from collections.abc import Callable

Progress = Callable[[str], None]
"""Called with the words of the step that begins ("reading records"); never with patient data."""


def be_quiet(step: str) -> None:
    """The listener that does nothing."""
