"""Looking into rules in their YAML form: their atoms, and whether they ask for a sex."""

from collections.abc import Iterator, Mapping
from typing import Any

_JOINS = ("all", "any", "not", "rule", "unless", "if", "then", "of", "first_recorded", "any_recorded")


def atoms_of(rule: Any) -> Iterator[Mapping[str, Any]]:
    """Every atom of a rule, in the order in which they are written."""
    if isinstance(rule, list):
        for part in rule:
            yield from atoms_of(part)
    elif isinstance(rule, Mapping):
        joins = [key for key in _JOINS if key in rule and not isinstance(rule[key], str)]
        for key in joins:
            yield from atoms_of(rule[key])
        for body in rule.get("alternatives", {}).values():
            yield from atoms_of(body["rule"])
        if not joins and "alternatives" not in rule:
            yield rule


def has_sex(rule: Any) -> bool:
    """Whether any atom asks for a sex."""
    return any("sex" in atom for atom in atoms_of(rule))
