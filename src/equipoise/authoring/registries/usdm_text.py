"""The texts of a USDM study: XHTML with references to other objects, made into plain text.

A list entry stands on a line of its own after "- ", indented by its depth; a row of a table on a line, its cells parted
by " | ". A reference (`<usdm:tag name="min_age"/>`, `<usdm:ref klass="Quantity" id="Quantity_9" attribute="value"/>`)
is replaced by what it points at; a quantity is given with its unit. One that points nowhere stays visible as
`[not resolved: name]` and is noted: no number is put in its place.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from equipoise.authoring.registries.json_view import number_text

_BLOCK_NAMES = "p div br hr table tbody thead tfoot section article h1 h2 h3 h4 h5 h6 pre blockquote dl dt dd figure"
_SILENT_NAMES = (
    "span b i em strong u s a sub sup html body caption col colgroup small font img abbr code q cite del ins mark label"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_LISTS = frozenset(("ul", "ol"))
_HIDDEN = frozenset(("script", "style", "head"))
_TAG_NAMES = sorted(
    {*_BLOCKS, *_LISTS, *_HIDDEN, *_SILENT_NAMES.split(), "li", "tr", "td", "th", "title", "meta", "link"}
)
# A sign of the text that was never masked ("creatinine <ULN") would be taken for markup, and eaten.
_NO_TAG = re.compile(rf"<(?!/?(?:usdm:\w+|{'|'.join(_TAG_NAMES)})(?:[\s/][^<>]*)?>|!--)", re.IGNORECASE)
_MOST_STEPS = 5  # references that point at references
_MOST_REFERENCES = 20_000  # in one study; a handful of texts that name each other many times would never end
_TIME_UNITS = frozenset(("year", "month", "week", "day", "hour", "minute"))
_POWER = re.compile(r"[-+−]?\d+")


class StudyTexts:
    """
    Makes plain text of the marked-up texts of one study.

    Parameters
    ----------
    document
        The whole study, in which references are looked up.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._objects: dict[str, Mapping[str, Any]] | None = None
        self._followed = 0
        self.notes: list[str] = []

    def plain(self, markup: str, dictionary_id: str = "", where: str = "", steps: int = 0) -> str:
        """
        The plain text.

        Parameters
        ----------
        dictionary_id
            The dictionary in which its tags are looked up; may be empty.
        where
            What the text belongs to, for the notes.
        """
        if "<" not in markup and "&" not in markup:
            return " ".join(markup.split())
        reader = _MarkupReader(self, dictionary_id, where, steps)
        reader.feed(_NO_TAG.sub("&lt;", markup))
        reader.close()
        return reader.text()

    def tag(self, name: str, dictionary_id: str, where: str, steps: int) -> "_Pointed":
        """What a named tag stands for, by the dictionary of its text."""
        for entry in _objects_in(self._find(dictionary_id), "parameterMaps"):
            if entry.get("tag") == name and isinstance(entry.get("reference"), str):
                return self._follow(entry["reference"], dictionary_id, where, steps, name)
        return self._unresolved(name, where)

    def reference(self, attributes: Mapping[str, str], where: str, steps: int) -> "_Pointed":
        """What an object's attribute says."""
        id_, attribute, class_ = (attributes.get(key, "") for key in ("id", "attribute", "klass"))
        found = self._find(id_)
        name = f"{id_}.{attribute}" if attribute else id_ or "reference"
        self._followed += 1
        is_endless = steps >= _MOST_STEPS or self._followed > _MOST_REFERENCES
        if not found or is_endless or (class_ and found.get("instanceType", class_) != class_):
            return self._unresolved(name, where)
        if attribute in ("value", "") and found.get("instanceType") in ("Quantity", "Range"):
            pointed = quantity(found)
        else:
            pointed = self._value(found, attribute, where, steps)
        return pointed if pointed.words else self._unresolved(name, where)

    def _value(self, found: Mapping[str, Any], attribute: str, where: str, steps: int) -> "_Pointed":
        value = found.get(attribute)
        if isinstance(value, dict) and value.get("instanceType") in ("Quantity", "Range"):
            return quantity(value)
        if isinstance(value, dict):
            return _Pointed(decode(value))
        if isinstance(value, str):
            return _Pointed(self.plain(value, found.get("dictionaryId") or "", where, steps + 1))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _Pointed(number_text(value))
        return _Pointed("")

    def _follow(self, reference: str, dictionary_id: str, where: str, steps: int, name: str) -> "_Pointed":
        if steps >= _MOST_STEPS:
            return self._unresolved(name, where)
        reader = _MarkupReader(self, dictionary_id, where, steps + 1)
        reader.feed(reference)
        reader.close()
        words = reader.text()
        return _Pointed(reader.last.words, reader.last.unit) if words == reader.last.whole() else _Pointed(words)

    def _unresolved(self, name: str, where: str) -> "_Pointed":
        note = f"{where or 'a text'}: the reference {name!r} points at nothing that can be read"
        if note not in self.notes:
            self.notes.append(note)
        return _Pointed(f"[not resolved: {name}]")

    def _find(self, id_: str) -> Mapping[str, Any]:
        if self._objects is None:
            self._objects = _index(self._document)
        return self._objects.get(id_, {})


class _Pointed:
    """What a reference says, and its unit apart: the text after it may print the unit again."""

    def __init__(self, words: str, unit: str = "") -> None:
        self.words = words
        self.unit = unit

    def whole(self) -> str:
        return f"{self.words} {self.unit}".strip()


def decode(code: Any) -> str:
    """The words of a code, or of the standard code behind an alias."""
    if not isinstance(code, dict):
        return ""
    inner = code.get("standardCode")
    words = (inner if isinstance(inner, dict) else code).get("decode")
    return words.strip() if isinstance(words, str) else ""


def quantity(data: Mapping[str, Any]) -> _Pointed:
    """A quantity or a range as number and unit: (`18`, `years`), (`18 to 100`, `years`)."""
    if "minValue" in data or "maxValue" in data:
        ends = [quantity(data.get(key) or {}) for key in ("minValue", "maxValue")]
        if not all(end.words for end in ends):
            return _Pointed("")
        if ends[0].unit == ends[1].unit:
            return _Pointed(f"{ends[0].words} to {ends[1].words}", ends[1].unit)
        return _Pointed(f"{ends[0].whole()} to {ends[1].words}", ends[1].unit)
    value = data.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _Pointed("")
    unit = decode(data.get("unit"))
    if unit.lower() in _TIME_UNITS:
        unit = unit.lower() + ("" if value == 1 else "s")
    return _Pointed(number_text(value), unit)


def _index(document: Any) -> dict[str, Mapping[str, Any]]:
    objects: dict[str, Mapping[str, Any]] = {}
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            id_ = each.get("id")
            if isinstance(id_, str):
                objects[id_] = each
            waiting.extend(value for value in each.values() if isinstance(value, dict | list))
        elif isinstance(each, list):
            waiting.extend(each)
    return objects


def _objects_in(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


class _MarkupReader(HTMLParser):
    """Collects the plain text of one marked-up text."""

    def __init__(self, texts: StudyTexts, dictionary_id: str, where: str, steps: int) -> None:
        super().__init__(convert_charrefs=True)
        self._texts = texts
        self._dictionary_id = dictionary_id
        self._where = where
        self._steps = steps
        self._lines: list[list[str]] = [[]]
        self._indents: list[str] = [""]
        self._depth = 0
        self._hidden = 0
        self._is_after_bullet = False
        self._is_power = False
        self._awaits: str = ""
        self.last = _Pointed("")

    def text(self) -> str:
        self._settle_unit("")
        lines = [
            indent + words
            for indent, parts in zip(self._indents, self._lines, strict=True)
            if (words := " ".join("".join(parts).split()).removesuffix(" |"))
        ]
        return "\n".join(line for line in lines if line.strip() != "-")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("usdm:tag", "usdm:ref", "usdm:macro"):
            self._point(tag, {name: value or "" for name, value in attrs})
        elif tag in _LISTS:
            self._depth += 1
            self._new_line()
        elif tag == "li":
            self._new_line("  " * max(self._depth - 1, 0) + "- ")
            self._is_after_bullet = True
        elif tag == "tr":
            self._new_line("  " * max(self._depth, 0))
        elif tag in ("td", "th"):
            self._add(" | " if any(part.strip() for part in self._lines[-1]) else "")
        elif tag in _BLOCKS:
            self._break()
        elif tag in _HIDDEN:
            self._hidden += 1
        elif tag == "sup":
            self._is_power = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _LISTS:
            self._depth = max(self._depth - 1, 0)
            self._new_line("  " * self._depth)
        elif tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag == "sup":
            self._is_power = False
        elif tag in _BLOCKS or tag in ("li", "tr"):
            self._break()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if data.strip():
            self._settle_unit(data)
            self._is_after_bullet = False
        before = "".join(self._lines[-1][-1:])
        if self._is_power and _POWER.fullmatch(data.strip()) and before[-1:].isdigit():
            data = f"^{data.strip()}"  # 10 to the 9th, not 109
        self._add(data)

    def _point(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._settle_unit("")
        if tag == "usdm:ref":
            pointed = self._texts.reference(attributes, self._where, self._steps)
        else:
            name = attributes.get("name") or attributes.get("id") or tag
            pointed = self._texts.tag(name, self._dictionary_id, self._where, self._steps)
        self._is_after_bullet = False
        self._add(pointed.words)
        self._awaits = pointed.unit
        self.last = pointed

    def _settle_unit(self, following: str) -> None:
        """Print the unit of the last reference, unless the text that follows prints it itself."""
        unit, self._awaits = self._awaits, ""
        if unit and not following.strip(" -").lower().startswith(unit.lower().rstrip("s")):
            self._add(f" {unit}" + (" " if following[:1].isalnum() else ""))

    def _add(self, words: str) -> None:
        if words:
            self._lines[-1].append(words)

    def _new_line(self, indent: str = "") -> None:
        self._settle_unit("")
        self._lines.append([])
        self._indents.append(indent)
        self._is_after_bullet = False

    def _break(self) -> None:
        """A new line under the same entry; the paragraph at the head of a list entry stays behind its bullet."""
        if self._is_after_bullet:
            return
        indent = self._indents[-1]
        self._new_line(" " * len(indent))
