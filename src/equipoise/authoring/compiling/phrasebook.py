"""The phrasebook: phrases that ask more than one concept, each with the rule that they stand for.

Decides nothing: it reads what stands in its file, which says where each meaning was taken from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Phrase:
    """
    A phrase with its terms.

    `rule` is asked as it stands. `limit` is an atom without its limit: the comparison beside the phrase gives it.
    """

    id: str
    terms: tuple[str, ...]
    source: str
    rule: Mapping[str, Any] | None = None
    limit: Mapping[str, Any] | None = None


@cache
def shipped_phrases() -> tuple[Phrase, ...]:
    """The phrases that come with the package, in the order of their file."""
    return tuple(
        Phrase(str(name), tuple(map(str, entry["terms"])), str(entry["source"]), entry.get("rule"), entry.get("limit"))
        for name, entry in _book()["phrases"].items()
    )


@cache
def classes_without() -> Mapping[str, tuple[str, ...]]:
    """For concepts that are classes: the concepts that their value set leaves out."""
    return {str(name): tuple(map(str, names)) for name, names in _book()["classes"].items()}


@cache
def _book() -> Mapping[str, Any]:
    folder = resources.files("equipoise.authoring.compiling")
    return dict(yaml.safe_load(folder.joinpath("data/phrasebook.yaml").read_text(encoding="utf-8")))
