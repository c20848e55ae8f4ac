"""What a registry said of a trial on a given day, when the days of some changes are known only within bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NOT_REGISTERED, NOT_KNOWN, NOT_STATED = "not-registered", "not-found", "not-stated"
NEVER_ENROLS = ("withdrawn",)
ENDED = ("withdrawn", "terminated", "completed")
ENROLS = ("recruiting", "enrolling-by-invitation", "available")
SAYS_NOTHING = ("unknown", "withheld")
"""Statuses by which a registry says that it does not say."""
_NOBODY_KNOWS = "whether anyone can be enrolled is not known."


@dataclass(frozen=True)
class StatusChange:
    """A status and the days between which it began; None is unbounded."""

    status: str
    not_before: date | None
    not_after: date | None


@dataclass(frozen=True)
class RegistryStatusAt:
    """The status on a day (`not-found` where several are possible) and the sentence every output carries."""

    status: str
    sentence: str


def status_at(changes: Sequence[StatusChange], as_of: date) -> RegistryStatusAt:
    """
    The status in force on `as_of`.

    Parameters
    ----------
    changes
        In the order in which they followed each other.
    as_of
        The day asked for.

    Returns
    -------
    RegistryStatusAt
        When only one status is possible, that one. A trial that was withdrawn later says so on every day. Without
        any change, the source states no status.
    """
    if not changes:
        return RegistryStatusAt(NOT_STATED, f"The source states no recruitment status: {_NOBODY_KNOWS}")
    possible = _possible(changes, as_of)
    said = _said(changes, possible, as_of)
    status = _single(possible)
    return RegistryStatusAt(status, f"{said} {_consequence(changes, possible, as_of)}".strip())


def _possible(changes: Sequence[StatusChange], as_of: date) -> list[str]:
    """Every status that may have been in force; a later one that has begun for certain ends all before it."""
    begun = [i for i, change in enumerate(changes) if change.not_after is not None and change.not_after <= as_of]
    last = max(begun, default=-1)
    may_follow = [
        change.status for change in changes[last + 1 :] if change.not_before is None or change.not_before <= as_of
    ]
    return [changes[last].status if last >= 0 else NOT_REGISTERED, *may_follow]


def _single(possible: Sequence[str]) -> str:
    return possible[0] if len(possible) == 1 else NOT_KNOWN


def _said(changes: Sequence[StatusChange], possible: Sequence[str], as_of: date) -> str:
    if possible == [NOT_REGISTERED]:
        return f"On {as_of} the trial was not yet registered."
    if len(possible) > 1:
        listed = ", ".join(_words(status) for status in possible[:-1]) + f" or {_words(possible[-1])}"
        return f"On {as_of} the registry said {listed} (the days of these changes were not found)."
    return f"{_words(possible[0]).capitalize()}{_since(changes, possible[0])}."


def _since(changes: Sequence[StatusChange], status: str) -> str:
    change = next(change for change in changes if change.status == status)
    if change.not_before is not None and change.not_before == change.not_after:
        return f" since {change.not_before}"
    return f" (no later than {change.not_after})" if change.not_after else ""


def _consequence(changes: Sequence[StatusChange], possible: Sequence[str], as_of: date) -> str:
    status = _single(possible)
    if status in NEVER_ENROLS:
        return "The trial was withdrawn before anyone was enrolled: no one can be enrolled."
    later = next((change for change in changes if change.status in ENDED), None)
    if later is not None and status not in ENDED:
        day = f" (no later than {later.not_after})" if later.not_after else ""
        return f"The trial was later {later.status}{day}: no one can be enrolled."
    if status in ENROLS:
        return ""
    if any(each in (*ENROLS, *SAYS_NOTHING) for each in possible):
        return f"Hence {_NOBODY_KNOWS}"
    return f"On {as_of} no one can be enrolled."


def _words(status: str) -> str:
    return status.replace("-", " ")
