"""A tolerant view of JSON: what is missing is empty, what has the wrong type is noted with its path."""

from collections.abc import Iterator
from typing import Any


class View:
    """
    One object of a JSON document, where it stands, and the notes that all views of the document share.

    A field that is missing or null is empty. A field of the wrong type is empty too, and noted: it carries something
    that could not be read.
    """

    def __init__(self, data: Any, path: str = "", notes: list[str] | None = None) -> None:
        self.notes: list[str] = [] if notes is None else notes
        self.path = path
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if data is not None and not isinstance(data, dict):
            self._note("", "an object", data)

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def text(self, key: str) -> str:
        """A text; a number is given as it reads."""
        value = self.data.get(key)
        if isinstance(value, str):
            return _writable(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number_text(value)
        self._wrong(key, "a text", value)
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.data.get(key)
        if not isinstance(value, list):
            self._wrong(key, "a list of texts", value)
            return ()
        for index, each in enumerate(value):
            if not isinstance(each, str):
                self._wrong(f"{key}[{index}]", "a text", each)
        return tuple(_writable(each.strip()) for each in value if isinstance(each, str) and each.strip())

    def flag(self, key: str) -> bool | None:
        value = self.data.get(key)
        if isinstance(value, bool):
            return value
        self._wrong(key, "true or false", value)
        return None

    def child(self, key: str) -> "View":
        """An object; an empty view when there is none."""
        return View(self.data.get(key), self._at(key), self.notes)

    def children(self, key: str) -> Iterator["View"]:
        """A list of objects."""
        value = self.data.get(key)
        if not isinstance(value, list):
            self._wrong(key, "a list of objects", value)
            return
        for index, each in enumerate(value):
            view = View(each, f"{self._at(key)}[{index}]", self.notes)
            if view.data:
                yield view

    def note_unknown(self, known: frozenset[str], what: str) -> None:
        """Note, once, the keys that the reader does not know and that hold something."""
        unknown = sorted(
            key for key, value in self.data.items() if key not in known and value not in (None, [], {}, "")
        )
        if unknown:
            where = self.path or "the top level"
            self.notes.append(f"{where}: {what} this reader does not know, left aside: {', '.join(unknown)}")

    def note(self, key: str, what: str) -> None:
        self.notes.append(f"{self._at(key)}: {what}")

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def _wrong(self, key: str, wanted: str, value: Any) -> None:
        if value is not None:
            self._note(key, wanted, value)

    def _note(self, key: str, wanted: str, value: Any) -> None:
        self.notes.append(f"{self._at(key)}: {wanted} was expected, found {_kind(value)}")


def _writable(words: str) -> str:
    """The words with every half of a character (an escaped surrogate) made a question mark: it cannot be written."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return words.encode(errors="replace").decode()
    return words


def number_text(value: int | float) -> str:
    """A number as people write it: 18.0 is "18"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value!r}"[:60]
