"""One name, one meaning: concepts that criteria declare alike are shared, those that differ get names of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from equipoise.authoring.drafting.draft import DraftCriterion


def settle_names(criteria: Sequence[DraftCriterion]) -> list[DraftCriterion]:
    """The criteria with every declared concept named once; a later one of another meaning is numbered."""
    taken: dict[str, Mapping[str, Any]] = {}
    settled = []
    for criterion in criteria:
        names: dict[str, str] = {}
        for name, entry in criterion.draft.concepts.items():
            own, number = name, 2
            while taken.get(own, entry) != entry:
                own, number = f"{name}-{number}", number + 1
            taken[own] = entry
            names[name] = own
        settled.append(_renamed(criterion, names))
    return settled


def _renamed(criterion: DraftCriterion, names: Mapping[str, str]) -> DraftCriterion:
    if all(name == own for name, own in names.items()):
        return criterion
    draft = criterion.draft
    concepts = {names[name]: entry for name, entry in draft.concepts.items()}
    return replace(criterion, draft=replace(draft, rule=_in_rule(draft.rule, names), concepts=concepts))


def _in_rule(part: Any, names: Mapping[str, str]) -> Any:
    """A rule with other names for concepts; only the keys that name a concept are looked at."""
    if isinstance(part, Mapping):
        return {
            key: names.get(value, value) if key in _NAMING and isinstance(value, str) else _in_rule(value, names)
            for key, value in part.items()
        }
    return [_in_rule(each, names) for each in part] if isinstance(part, list) else part


_NAMING = frozenset(("record", "latest", "any", "every", "maximum", "minimum", "count", "share", "not_older_than"))
