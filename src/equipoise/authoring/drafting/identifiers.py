"""Identifiers of a draft, made from words, each different from those that are taken."""

from collections.abc import Collection

from equipoise.authoring.registries import vocabulary

_LONGEST = 50


def slug(words: str, taken: Collection[str] = ()) -> str:
    """Words as an identifier that is not taken, of a length that stays readable."""
    name = vocabulary.slug(words)[:_LONGEST].strip("-") or "unnamed"
    number, full = 2, name
    while full in taken:
        full, number = f"{name}-{number}", number + 1
    return full
