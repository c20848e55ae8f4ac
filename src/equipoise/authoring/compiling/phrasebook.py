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

    `rule` is asked as it stands. `limit` has LIMIT where the comparison beside the phrase stands (a number in `unit`),
    or WINDOW and LENGTH where a span of time does ("< 24 mo" and "24 mo"). `events` are concepts of which any counts,
    at the time that stands beside the phrase.
    """

    id: str
    terms: tuple[str, ...]
    source: str
    rule: Mapping[str, Any] | None = None
    limit: Mapping[str, Any] | None = None
    unit: str | None = None
    events: tuple[str, ...] = ()

    def filled(self, words: Mapping[str, str]) -> Mapping[str, Any]:
        """The rule with its places filled."""
        return dict(_filled(self.limit, words))


@cache
def shipped_phrases() -> tuple[Phrase, ...]:
    """The phrases that come with the package, in the order of their file."""
    return tuple(
        Phrase(
            str(name),
            tuple(map(str, entry["terms"])),
            str(entry["source"]),
            rule=entry.get("rule"),
            limit=entry.get("limit"),
            unit=entry.get("unit"),
            events=tuple(map(str, entry.get("events", ()))),
        )
        for name, entry in _book()["phrases"].items()
    )


@cache
def classes_without() -> Mapping[str, tuple[str, ...]]:
    """For concepts that are classes: the concepts that their value set leaves out."""
    return {str(name): tuple(map(str, entry["leaves_out"])) for name, entry in _book()["classes"].items()}


@cache
def restricted() -> Mapping[str, str]:
    """Concepts whose value set is made for trials in one disease, and the concept that such a record names."""
    return {str(name): str(entry["only_with"]) for name, entry in _book()["classes"].items()}


@cache
def _book() -> Mapping[str, Any]:
    folder = resources.files("equipoise.authoring.compiling")
    return dict(yaml.safe_load(folder.joinpath("data/phrasebook.yaml").read_text(encoding="utf-8")))


def _filled(part: Any, words: Mapping[str, str]) -> Any:
    if isinstance(part, Mapping):
        return {key: _filled(value, words) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(each, words) for each in part]
    return words.get(part, part) if isinstance(part, str) else part
