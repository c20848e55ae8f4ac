"""Reads YAML so that every later fault can say its line.

Decides what a scalar is, more strictly than YAML 1.1: `yes` and `no` are words, a number with a fraction stays the
text that was written (limits are exact decimals), a key given twice is a fault. What the words mean is left to
`model` and `rules`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from equipoise.errors import Fault, ProtocolError

Where = tuple[str | int, ...]
MAX_NODES = 200_000
"""Aliases are written out, so a small file could otherwise grow without end."""

_BOOLEANS = {"true": True, "false": False}
_INT, _NULL, _DATE = "tag:yaml.org,2002:int", "tag:yaml.org,2002:null", "tag:yaml.org,2002:timestamp"
_BOOL = "tag:yaml.org,2002:bool"
MAX_DEPTH = 100
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same grammar in C where the library has it: a protocol is read ten times faster."""


@dataclass
class Document:
    """The data of one file and the line (from 1) on which each part of it begins."""

    path: Path
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, where: Where) -> int:
        """The line of a part; of the nearest part around it when it is not written itself."""
        for length in range(len(where), -1, -1):
            if where[:length] in self.lines:
                return self.lines[where[:length]]
        return 1

    def at(self, where: Where) -> str:
        """`protocol.yaml line 17, versions original, exclusion E8, rule`."""
        place = f"{self.path.name} line {self.line(where)}"
        named = ", ".join(self._named(where))
        return f"{place}, {named}" if named else place

    def fault(self, where: Where, what: str, do: str = "") -> None:
        """Remember one fault; `check` raises them all together. What an amendment takes over is faulted once."""
        fault = Fault(self.at(where), what, do)
        if all((_line_of(other)[0], other.what) != (_line_of(fault)[0], what) for other in self.faults):
            self.faults.append(fault)

    def check(self, message: str) -> None:
        """Raise what was found so far, in the order of the file."""
        if self.faults:
            raise ProtocolError(message, sorted(self.faults, key=_line_of))

    def copy_lines(self, source: Where, target: Where) -> None:
        """Let a part that is taken over from elsewhere keep the lines on which it is written."""
        size = len(source)
        for where, line in list(self.lines.items()):
            if where[:size] == source:
                self.lines[target + where[size:]] = line

    def _named(self, where: Where) -> list[str]:
        """A list's items are named by their `id` or `name`, which people know, and not by their number."""
        words: list[str] = []
        here = self.data
        for step in where:
            here = _below(here, step)
            if isinstance(step, int):
                name = next((str(here[key]) for key in ("id", "name") if isinstance(here, dict) and key in here), None)
                step_word = name or f"item {step + 1}"
                words[-1:] = [f"{words[-1]} {step_word}"] if words else [step_word]
            else:
                words.append(step)
        return words


def _below(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def _line_of(fault: Fault) -> tuple[int, str]:
    words = fault.where.split(" line ", 1)[-1].split(",", 1)[0]
    return int(words) if words.isdigit() else 0, fault.where


def read_document(path: Path) -> Document:
    """
    Read a YAML file.

    Raises
    ------
    ProtocolError
        The file cannot be opened or is no YAML (with the line), or a key stands twice in one place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise ProtocolError(f"{path}: cannot be read: {reason}") from error
    document = parse_document(text, path)
    document.check(f"{path}: not read")
    return document


def parse_document(text: str, path: Path) -> Document:
    """The same from a text; `path` only names it. Duplicate keys are left in `faults`."""
    try:
        is_too_deep = _depth_of(text) > MAX_DEPTH
        root = None if is_too_deep else yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name} line {mark.line + 1}" if mark else path.name
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        fault = Fault(place, f"this is no YAML: {problem}", "Check the indentation, the colons and the quotes here.")
        raise ProtocolError(f"{path}: not read", [fault]) from error
    if is_too_deep:
        raise ProtocolError(f"{path}: not read: it is nested too deeply")
    document = Document(path)
    if root is not None:
        _Builder(document).build_root(root)
    return document


def _depth_of(text: str) -> int:
    """How deep lists and mappings are nested; asked event by event, for the composer in C dies of a thousand levels."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                return deepest
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


class _Builder:
    """Turns YAML nodes into data, noting lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._n_nodes = 0
        self._open: set[int] = set()

    def build_root(self, root: yaml.Node) -> None:
        self._document.data = self._build(root, ())

    def _build(self, node: yaml.Node, where: Where) -> Any:
        self._n_nodes += 1
        if id(node) in self._open:
            raise ProtocolError(f"{self._document.path}: not read: its aliases never end")
        if self._n_nodes > MAX_NODES:
            raise ProtocolError(
                f"{self._document.path}: not read: it, or its aliases, hold more than {MAX_NODES:,} values"
            )
        self._document.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, where)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._build(item, (*where, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, where)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.Node, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            here = (*where, key)
            self._document.lines.setdefault(here, key_node.start_mark.line + 1)
            if key in found:
                again = f"{key!r} stands twice (again on line {key_node.start_mark.line + 1})"
                self._document.fault(here, again, "Keep one of them.")
                continue
            found[key] = self._build(value_node, here)
        return found

    def _scalar(self, node: yaml.ScalarNode, where: Where) -> Any:
        text = str(node.value)
        if node.style:  # quoted or a block; a plain one has none: None or, read in C, an empty text
            return text
        if node.tag == _NULL:
            return None
        if node.tag == _BOOL:
            return _BOOLEANS.get(text, text)
        if node.tag == _INT and (text.lstrip("+-").isdigit()):
            return int(text)
        if node.tag == _DATE:
            return self._date(text, where)
        return text

    def _date(self, text: str, where: Where) -> Any:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._document.fault(where, f"{text} is no day of the calendar", "Write a day as 2022-11-09.")
            return text


def suggestion(word: str, known: Sequence[str]) -> str:
    """`Did you mean 'latest'? ` or the list of what is known."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(known)}." if known else ""


def known_names(document: Document, where: Where, names: Iterable[str], known: Iterable[str], kind: str) -> None:
    """Fault each name that is not among the known ones."""
    there = tuple(known)
    for name in names:
        if name not in there:
            document.fault(where, f"unknown {kind} {name!r}", suggestion(name, there))


def given_once(document: Document, ids: Sequence[str], where: Where) -> None:
    """Fault each id that is given more than once."""
    for name in dict.fromkeys(ids):
        if ids.count(name) > 1:
            document.fault(where, f"the id {name!r} is given {ids.count(name)} times", "Give each its own.")
