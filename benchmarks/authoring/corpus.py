"""Reads eligibility criteria with their annotations: brat pairs named NCT########_inc and NCT########_exc.

Decides how a pair of files becomes a section with lines, annotations, relations and groups. Leaves to others what an
annotation means. Offsets count the characters of the text file as it stands, line ends included.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from equipoise.criteria.truth import Kind

TextSpan = tuple[int, int]

_NAME = re.compile(r"(?P<trial>NCT\d{8})_(?P<side>inc|exc)$")
_KINDS = {"inc": Kind.INCLUSION, "exc": Kind.EXCLUSION}


@dataclass(frozen=True)
class Annotation:
    """A labelled stretch of text, or several stretches read as one ("hepatic … impairment")."""

    id: str
    label: str
    spans: tuple[TextSpan, ...]
    text: str

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return max(end for _, end in self.spans)


@dataclass(frozen=True)
class Relation:
    """`label` leads from one annotation to another, both by identifier."""

    label: str
    source: str
    target: str


@dataclass(frozen=True)
class Line:
    """One line of a section without the blanks around it; `start` is its place in the section."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Section:
    """The inclusion or the exclusion criteria of one trial; `groups` are alternatives (OR)."""

    trial: str
    kind: Kind
    text: str
    annotations: Mapping[str, Annotation] = field(default_factory=lambda: MappingProxyType({}))
    relations: tuple[Relation, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines that hold anything, in order."""
        return tuple(Line(found.start(), found[0]) for found in re.finditer(r"[^\s](?:[^\r\n]*[^\s])?", self.text))

    def line_of(self, annotation: Annotation) -> Line | None:
        """The line in which an annotation begins."""
        return next((line for line in self.lines if line.start <= annotation.start < line.end), None)


def read_corpus(source: Path) -> tuple[Section, ...]:
    """
    All sections of a folder or zip file, in order of trial.

    Raises
    ------
    ValueError
        When it holds no pair of files, or an annotation file that is not brat.
    """
    texts = dict(_iterate_files(source))
    sections = []
    for name in sorted(texts):
        stem, _, suffix = name.rpartition(".")
        if suffix == "txt" and (named := _NAME.match(stem)):
            annotations = texts.get(f"{stem}.ann", "")
            sections.append(read_section(named["trial"], _KINDS[named["side"]], texts[name], annotations))
    if not sections:
        raise ValueError(f"{source}: no files named NCT########_inc.txt or NCT########_exc.txt")
    return tuple(sections)


def read_section(trial: str, kind: Kind, text: str, annotations: str) -> Section:
    """One section from the contents of its two files."""
    found: dict[str, Annotation] = {}
    relations: list[Relation] = []
    groups: list[tuple[str, ...]] = []
    for number, line in enumerate(re.split(r"\r?\n", annotations), start=1):
        fields = line.split("\t")
        try:
            if line.startswith("T"):
                found[fields[0]] = _read_annotation(fields)
            elif line.startswith("R"):
                label, source, target = fields[1].split()
                relations.append(Relation(label, source.partition(":")[2], target.partition(":")[2]))
            elif line.startswith("*"):
                groups.append(tuple(fields[1].split()[1:]))
        except (IndexError, ValueError) as error:
            raise ValueError(f"{trial} {kind}: line {number} of the annotations is not brat: {line!r}") from error
    known = [relation for relation in relations if relation.source in found and relation.target in found]
    return Section(trial, kind, text, MappingProxyType(found), tuple(known), tuple(groups))


def _read_annotation(fields: list[str]) -> Annotation:
    label, _, places = fields[1].partition(" ")
    spans = tuple(sorted((int(start), int(end)) for start, end in (place.split() for place in places.split(";"))))
    return Annotation(fields[0], label, spans, fields[2])


def overlap(a: TextSpan, b: TextSpan) -> bool:
    """Whether two spans share a character."""
    return a[0] < b[1] and b[0] < a[1]


def _iterate_files(source: Path) -> Iterator[tuple[str, str]]:
    """Names (without folder) and contents; line ends are kept, since the offsets count them."""
    if source.is_dir():
        for path in source.rglob("NCT*"):
            if path.suffix in (".txt", ".ann"):
                yield path.name, path.read_bytes().decode("utf-8")
        return
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if name.endswith((".txt", ".ann")):
                yield name.rpartition("/")[2], archive.read(name).decode("utf-8")
