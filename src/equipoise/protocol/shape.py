"""Which keys may stand at a place of a protocol or site file: what a misspelt key is compared with."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from equipoise.protocol.document import Where


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
