"""The shape in which the searchers for damage hand on what they found inside one item."""

from dataclasses import dataclass

from equipoise.authoring.model import DamageKind


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
