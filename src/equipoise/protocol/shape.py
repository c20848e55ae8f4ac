"""Faults of shape in plain words: what pydantic finds, told with the line, the allowed words and the likely key."""

from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from equipoise.protocol.document import Document, Where, suggestion

_WORDS = {
    "string_type": "a text is needed here",
    "list_type": "a list is needed here",
    "dict_type": "keys and values are needed here",
    "model_type": "keys and values are needed here",
    "tuple_type": "a pair [start, end] is needed here",
    "string_pattern_mismatch": "a name of letters, digits, '.', '_' and '-' is needed here",
    "string_too_short": "this is empty",
    "too_short": "at least one entry is needed here",
}


def note_faults(document: Document, error: ValidationError, root: type[BaseModel]) -> None:
    """Put every fault of shape into the document's faults; of a choice of forms only the form that was begun."""
    found: dict[Where, list[ErrorDetails]] = {}
    for each in error.errors():
        found.setdefault(_written(each["loc"]), []).append(each)
    for where, errors in found.items():
        if not any(other[: len(where)] == where and len(other) > len(where) for other in found):
            _note(document, where, errors, root)


def _note(document: Document, where: Where, errors: list[ErrorDetails], root: type[BaseModel]) -> None:
    kind, key = errors[0]["type"], str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        document.fault(where, f"unknown key {key!r}", suggestion(key, known_keys(where[:-1], root)))
    elif kind == "missing":
        document.fault(where[:-1], f"{key!r} is missing", f"Add {key}: …")
    else:
        document.fault(where, ", or ".join(dict.fromkeys(_words(error) for error in errors)))


def _words(error: ErrorDetails) -> str:
    if error["type"] in ("literal_error", "enum"):
        return f"{error['input']!r} is not {error['ctx']['expected']}"
    if error["type"].startswith("date"):
        return "a day such as 2022-11-09 is needed here"
    return _WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))


def _written(place: Iterable[int | str]) -> Where:
    """Pydantic puts the names of the members of a choice into places; they are not in the file."""
    return tuple(step for step in place if isinstance(step, int) or not _is_member(step))


def _is_member(step: str) -> bool:
    return step in ("date", "Damage", "not-found") or step.startswith(("list[", "literal["))


def known_keys(where: Where, root: type[BaseModel]) -> tuple[str, ...]:
    """The keys of the model at a place; none where any key may stand."""
    kinds: list[Any] = [root]
    for step in where:
        kinds = [inner for kind in kinds for inner in _inner(kind, step)]
    return tuple(dict.fromkeys(key for kind in kinds if _is_model(kind) for key in kind.model_fields))


def _inner(kind: Any, step: str | int) -> list[Any]:
    if _is_model(kind):
        found = kind.model_fields.get(step)
        return _plain(found.annotation) if found is not None else []
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (list, tuple) and isinstance(step, int):
        return _plain(inner[0])
    return _plain(inner[1]) if origin is dict else []


def _plain(kind: Any) -> list[Any]:
    """The members of a union, without annotations."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [member for each in get_args(kind) for member in _plain(each)]
    return [kind]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
