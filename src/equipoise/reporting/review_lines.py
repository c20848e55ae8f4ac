"""The lines of the drafted file that a person edits: where each part stands, and what to write there.

Decides the words of an edit. A line is given as it stands, so that it can be found again after the file was changed.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.protocol.document import Document, Where

YOUR_NAME, THE_DAY = "<your name>", "<the day, as 2026-01-31>"


@dataclass(frozen=True)
class Edit:
    """
    One way to settle something: at `line`, which reads `now`, write `then` instead.

    `now` empty: the lines of `then` are added below. `so_that` says what it brings about.
    """

    verb: str
    line: int
    then: tuple[str, ...]
    now: str = ""
    so_that: str = ""


@dataclass(frozen=True)
class Lines:
    """A stretch of the file: its lines with their numbers."""

    numbered: tuple[tuple[int, str], ...]

    @property
    def first(self) -> int:
        return self.numbered[0][0]

    @property
    def last(self) -> int:
        return self.numbered[-1][0]


class FileLines:
    """A YAML file by its lines; `document` says on which line each part begins."""

    def __init__(self, text: str, document: Document) -> None:
        self._lines = text.splitlines()
        self._document = document
        starts: defaultdict[int, set[int]] = defaultdict(set)
        for where, line in document.lines.items():
            starts[len(where)].add(line)
        self._starts: dict[int, list[int]] = {}
        reached: set[int] = set()
        for depth in sorted(starts):
            reached |= starts[depth]
            self._starts[depth] = sorted(reached)

    def has(self, where: Where) -> bool:
        """Whether the part is written in the file."""
        return where in self._document.lines

    def line(self, where: Where) -> int:
        return self._document.line(where)

    def block(self, where: Where) -> Lines:
        """All lines of a part, up to the next part that is no part of it."""
        first = self.line(where)
        starts = self._starts.get(len(where), [])
        after = bisect_right(starts, first)
        last = starts[after] - 1 if after < len(starts) else len(self._lines)
        while last > first and not self._is_content(last):
            last -= 1
        return Lines(tuple((number, self._lines[number - 1]) for number in range(first, last + 1)))

    def indented(self, where: Where, parts: Sequence[str]) -> tuple[str, ...]:
        """Lines as deep as a part that stands on a line of its own."""
        line = self._lines[self.line(where) - 1]
        return tuple(line[: len(line) - len(line.lstrip())] + part for part in parts)

    def is_in_braces(self, where: Where) -> bool:
        """Whether a key stands in braces, with something before it on its line or the mapping's."""
        line = self._lines[self.line(where) - 1].lstrip("- ").lstrip("'\"")
        return not line.startswith(str(where[-1])) or "{" in self._lines[self.line(where[:-1]) - 1]

    def _is_content(self, number: int) -> bool:
        line = self._lines[number - 1].strip()
        return bool(line) and not line.startswith("#")


def settle_proposal(lines: FileLines, where: Where, what: str) -> tuple[Edit, Edit]:
    """How a repair or a rule that was proposed is accepted, and how it is rejected."""
    status = (*where, "status")
    accepted = ("status: accepted", f"accepted_by: {YOUR_NAME}", f"accepted_at: {THE_DAY}")
    then, line = _written(lines, status, accepted), lines.line(status)
    return (
        Edit("Accept", line, then, "status: proposed", f"{what} is in force"),
        Edit("Reject", line, ("status: rejected",), "status: proposed", f"{what} is not used"),
    )


def choose_reading(lines: FileLines, where: Where, labels: Sequence[str]) -> tuple[Edit, ...]:
    """How each alternative of a reading is chosen."""
    chosen = (*where, "chosen")
    return tuple(
        Edit(
            "Choose",
            lines.line(chosen),
            _written(lines, chosen, (f"chosen: {label}", f"by: {YOUR_NAME}")),
            "chosen: null",
        )
        for label in labels
    )


def sign_version(lines: FileLines, version: Where) -> Edit:
    """How the version is signed once everything is settled."""
    status = (*version, "review", "status")
    then = ("status: signed", f"signed_by: {YOUR_NAME}", f"signed_at: {THE_DAY}")
    return Edit("Sign", lines.line(status), _written(lines, status, then), "status: draft")


def close_by_hand(lines: FileLines, criterion: Where) -> Edit:
    """How damage for which the record holds no repair is closed by somebody who knows the lost words."""
    damage = (*criterion, "damage")
    then = (
        "repair:",
        "  reads: <the words as they should read>",
        "  because: <how you know>",
        "  source: <where they stand>",
        "  status: accepted",
        f"  accepted_by: {YOUR_NAME}",
        f"  accepted_at: {THE_DAY}",
    )
    rule = lines.line((*criterion, "rule"))
    so_that = f"the rule on line {rule} is in force; correct it, too, by the words found"
    return Edit("Close", lines.block(damage).last, lines.indented(damage, then), so_that=so_that)


def give_codes(lines: FileLines, where: Where) -> Edit:
    """How a concept gets its codes."""
    then = ('codes: [{system: <snomed, icd-10-cm, loinc …>, code: "<code>", mark: S}]',)
    place = "inside the braces" if lines.is_in_braces((*where, "label")) else "on a line of its own, as deep as label:"
    return Edit("Give codes", lines.block(where).last, then, so_that=place)


def _written(lines: FileLines, first: Where, parts: tuple[str, ...]) -> tuple[str, ...]:
    """In braces with commas; else each on a line of its own, as deep as the first."""
    return (", ".join(parts),) if lines.is_in_braces(first) else lines.indented(first, parts)
