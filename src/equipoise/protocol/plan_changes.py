"""What differs between the plans of two versions, one sentence for each part: added, removed, or what of it changed.

Decides the words. Parts are told apart by their ids; a rule is named as changed and not described, since both plans
stand in the prose of their versions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.protocol.plan import Plan

_PARTS: Mapping[str, str] = {
    "epochs": "epoch",
    "courses": "course",
    "activities": "activity",
    "decisions": "decision",
    "gates": "gate",
    "stopping": "stopping rule",
    "tables": "dose table",
    "delays": "limit of delay of",
    "grading": "grading",
}
_RULES = ("rule", "present")
_ABSENT = "nothing"


def compare_plans(before: Plan | None, now: Plan | None) -> tuple[str, ...]:
    """
    Every part of the plan that differs, in the order of the earlier plan; added ones last.

    Returns
    -------
    tuple of str
        `gate potassium: source a -> b`; empty when the plans are the same.
    """
    if before is None or now is None:
        return () if before is now else ("the plan is added" if before is None else "the plan is removed",)
    label = [f"its label: {before.label} -> {now.label}"] if before.label != now.label else []
    return (*label, *say_changes(_parts(before), _parts(now)))


def say_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs between parts that have names, in the order of the old ones; added ones last."""
    return tuple(sentence for name in dict.fromkeys((*old, *new)) for sentence in _of_part(name, old, new))


def _parts(plan: Plan) -> dict[str, dict[str, Any]]:
    """Every part with an id, by its kind and id; the tables and the limit of delay of a course among them."""
    written = plan.model_dump(mode="json")
    courses = written.pop("dose_rules")
    written["tables"] = [{**table, "course": rules["course"]} for rules in courses for table in rules["tables"]]
    grading = written.pop("grading", None)
    written["grading"] = [] if grading is None else [{**grading, "id": "of results"}]
    written["delays"] = [{**rules["delay"], "id": rules["course"]} for rules in courses]
    return {f"{word} {part['id']}": part for key, word in _PARTS.items() for part in written[key]}


def _of_part(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if name not in old:
        yield f"{name}: added"
    elif name not in new:
        yield f"{name}: removed"
    else:
        yield from (f"{name}: {change}" for change in _changes(old[name], new[name], ()))


def _changes(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[str]:
    """What differs below a part, by its keys; a list item is named by its id, else by its number."""
    if old == new:
        return
    if path and path[-1] in _RULES:
        yield f"{_words(path)} is another"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _changes(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and any(isinstance(each, dict) for each in (*old, *new)):
        yield from _changes(_by_name(old), _by_name(new), path)
    else:
        yield f"{_words(path)} {_value(old)} -> {_value(new)}"


def _by_name(items: list[Any]) -> dict[str, Any]:
    return {str(item.get("id", number)): item for number, item in enumerate(items, start=1)}


def _words(path: tuple[str, ...]) -> str:
    return " ".join(path).replace("_", " ")


def _value(value: Any) -> str:
    if value in (None, "", []):
        return _ABSENT
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{key} {_value(each)}" for key, each in value.items() if each not in (None, "", []))
    return "yes" if value is True else "no" if value is False else str(value)
