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

    `rule` is asked as it stands. `limit` is an atom without its limit: the comparison that follows the phrase gives it.
    """

    id: str
    terms: tuple[str, ...]
    source: str
    rule: Mapping[str, Any] | None = None
    limit: Mapping[str, Any] | None = None


@cache
def shipped_phrases() -> tuple[Phrase, ...]:
    """The phrases that come with the package, in the order of their file."""
    content = (
        resources.files("equipoise.authoring.freetext").joinpath("data/phrasebook.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        Phrase(str(name), tuple(map(str, entry["terms"])), str(entry["source"]), entry.get("rule"), entry.get("limit"))
        for name, entry in yaml.safe_load(content)["phrases"].items()
    )
