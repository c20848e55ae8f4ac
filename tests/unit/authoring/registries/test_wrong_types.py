"""Every field of a small study is replaced by a value of every wrong type: a note or a refusal, never a traceback."""

import copy
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from equipoise.authoring.model import Registration
from equipoise.errors import UnreadableInputError

Read = Callable[..., Registration]
Check = Callable[[Registration], None]
WRONG: tuple[Any, ...] = ("words", 7, [None], {"a": 1})


def sample(name: str) -> dict[str, Any]:
    """The study that the tests of this form are made with."""
    spec = importlib.util.spec_from_file_location(f"sample_of_{name}", Path(__file__).with_name(f"test_{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    study: dict[str, Any] = module.STUDY
    return study


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where each value of a document stands."""
    if path:
        yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def put(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(data)
    held = changed
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return changed


@pytest.mark.parametrize("form", ["ctgov", "usdm"])
def test_a_wrong_type_anywhere_is_a_note_or_a_refusal(record: Read, check_cover: Check, form: str) -> None:
    study = sample(form)
    for path in places(study):
        for wrong in WRONG:
            try:
                registration = record(put(study, path, wrong), "study.json")
            except UnreadableInputError:
                continue
            check_cover(registration)
            for given in registration.given_items:
                assert registration.text[slice(*given.span)]
