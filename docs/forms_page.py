"""The page of forms: every kind of thing that can be recorded after allocation, printed from the shapes themselves."""

import inspect
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from equipoise.cli.form_fields import field_words
from equipoise.conduct.forms import FORMS
from equipoise.conduct.forms.fields import Part

INTRODUCTION = """\
# Forms

What is recorded of a subject after allocation, besides the moves of [the states of a subject](subject-states.md). A
form has a kind and fields; [`equipoise trial record`](cli.md) takes one.

A form is refused when it does not say what happened: a needed field is missing, a number is none, a day lies in the
future, an end comes before its beginning. All faults are told together, by field. What is well formed is recorded,
whatever it says: what should not have happened becomes a deviation, what may be a slip a query, what somebody has to
know at once a notice ([Decision 17](../decisions/0017-release-asks-record-tells.md)).

Numbers are exact, with a decimal point and at most six places; they may be written as text. Days are `2026-01-15`.
Units are UCUM, as far as their spelling is understood. `on` is the day on which it happened.
"""
_PLAIN: dict[type, str] = {
    date: "day",
    datetime: "moment with its offset from UTC",
    time: "time of day",
    Decimal: "number",
    int: "whole number",
    bool: "true or false",
    str: "name",
}
_READERS = {"_read_text": "text", "_read_unit": "unit", "_read_coding": "`system\\|code`"}


def render_forms() -> str:
    """A chapter for each kind of form, with its fields and those of its parts."""
    chapters = [INTRODUCTION]
    for kind, form in FORMS.items():
        chapters.append("\n".join([f"## {kind.value}", "", *_words(form), "", *_fields(form), *_parts(form)]))
    return "\n".join(each.rstrip() + "\n" for each in chapters)


def _words(model: type[BaseModel]) -> Iterator[str]:
    """The docstring before its list of parameters."""
    text = inspect.cleandoc(model.__doc__ or "")
    yield text.partition("\nParameters\n")[0].strip()


def _fields(model: type[BaseModel]) -> Iterator[str]:
    told = field_words(model)
    hints = get_type_hints(model, include_extras=True)
    yield "| field | is | needed | |"
    yield "|---|---|---|---|"
    fields = sorted(model.model_fields.items(), key=lambda item: (item[0] == "comment", item[0] != "on"))
    for name, field in fields:
        needed = "yes" if field.is_required() else ""
        words = told.get(name, "").replace("|", "\\|")
        yield f"| `{name}` | {_kind(hints[name])}{_limits(field)} | {needed} | {words} |".replace("  |", " |")


def _parts(model: type[BaseModel]) -> Iterator[str]:
    for hint in get_type_hints(model, include_extras=True).values():
        part = _part_of(hint)
        if part is not None:
            yield from ("", f"Each of `{_field_of(model, part)}`:", "", *_fields(part))


def _field_of(model: type[BaseModel], part: type[Part]) -> str:
    hints = get_type_hints(model, include_extras=True)
    return next(name for name, hint in hints.items() if _part_of(hint) is part)


def _part_of(hint: Any) -> type[Part] | None:
    if isinstance(hint, type) and issubclass(hint, Part):
        return hint
    return next((part for each in get_args(hint) if (part := _part_of(each)) is not None), None)


def _kind(hint: Any) -> str:
    """What a field is, in words."""
    origin, parts = get_origin(hint), [each for each in get_args(hint) if each is not type(None)]
    if origin is Annotated:
        readers = [meta.func.__name__ for meta in hint.__metadata__ if isinstance(meta, BeforeValidator)]
        named = next((_READERS[name] for name in readers if name in _READERS), None)
        return named or _kind(parts[0])
    if origin in (Union, UnionType):
        return _kind(parts[0])
    if origin is tuple:
        return f"list of: {_kind(parts[0])}" if _part_of(hint) is None else "list, see below"
    if origin is Literal:
        return _listed(parts)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _listed([each.value for each in hint])
    return _PLAIN.get(hint, "text")


def _listed(words: list[Any]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _limits(field: FieldInfo) -> str:
    """The limits of a number that stand at the field itself."""
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    hints = [*field.metadata, *_metadata(field.annotation)]
    found = [f"{sign} {getattr(meta, key)}" for meta in hints for key, sign in signs.items() if hasattr(meta, key)]
    return f" ({', '.join(found)})" if found else ""


def _metadata(hint: Any) -> list[Any]:
    own = list(getattr(hint, "__metadata__", ()))
    spread = [each for meta in own for each in getattr(meta, "metadata", [meta])]
    is_list = get_origin(hint) is tuple
    return spread if is_list else [*spread, *(each for part in get_args(hint) for each in _metadata(part))]
