"""The shape in which the searchers for damage hand on what they found inside one item."""

from dataclasses import dataclass

from equipoise.authoring.model import DamageKind

HEADLESS = (DamageKind.LINE_LOST, DamageKind.FRAGMENT)
"""Kinds of damage that leave an entry without its beginning."""


@dataclass(frozen=True)
class Finding:
    """
    Damage inside one item; offsets count the characters of the item's text.

    `after`: the words before the hole, when they are to be others than the last two.
    """

    kind: DamageKind
    start: int
    end: int
    lost: str
    because: str
    is_harmless: bool = False
    after: str | None = None


def hole_at(place: int, lost: str, because: str) -> Finding:
    """Words that are gone between two characters."""
    return Finding(DamageKind.TEXT_LOST, place, place, lost=lost, because=because)
