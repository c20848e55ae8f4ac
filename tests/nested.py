"""The objects inside parsed JSON, for tests of exports."""

from collections.abc import Iterator
from typing import Any


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object, however deep it lies, each before those inside it."""
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from objects(value)
    elif isinstance(data, list):
        for value in data:
            yield from objects(value)
