"""Rows of the measure and how they are shown; decides nothing of what counts as right."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure: what it is, how many of how many."""

    name: str
    hits: int
    total: int

    @property
    def share(self) -> float:
        return self.hits / self.total if self.total else float("nan")


@dataclass(frozen=True)
class Disagreement:
    """One place where the program and the corpus differ, for a person to judge."""

    table: str
    kind: str
    trial: str
    line: str
    gold: str
    predicted: str


@dataclass(frozen=True)
class Table:
    """The figures of one part, with what must be known to read them."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()


def f_score(precision: Row, recall: Row) -> str:
    """The harmonic mean of the two, as text."""
    total = precision.share + recall.share
    return f"F1 {2 * precision.share * recall.share / total:.3f}" if total > 0 else "F1 not defined"


def render_table(table: Table) -> str:
    """The table as Markdown."""
    lines = [f"## {table.title}", ""]
    if table.rows:
        lines += ["| figure | share | of |", "|---|---:|---:|"]
        lines += [f"| {row.name} | {_shown(row.share)} | {row.hits:,} of {row.total:,} |" for row in table.rows]
        lines.append("")
    lines += [f"- {note}" for note in table.notes]
    return "\n".join(lines).rstrip() + "\n"


def render_halves(table: Table, even: Table, odd: Table) -> str:
    """The table as Markdown, with the same figures of the trials with an even and an odd number beside it."""
    lines = [f"## {table.title}", ""]
    if table.rows:
        lines += ["| figure | all | even | odd | of all |", "|---|---:|---:|---:|---:|"]
        shares = [{row.name: row.share for row in half.rows} for half in (even, odd)]
        nothing = float("nan")
        for row in table.rows:
            halves = " | ".join(_shown(share.get(row.name, nothing)) for share in shares)
            lines.append(f"| {row.name} | {_shown(row.share)} | {halves} | {row.hits:,} of {row.total:,} |")
        lines.append("")
    lines += [f"- {note}" for note in table.notes]
    return "\n".join(lines).rstrip() + "\n"


def _shown(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.3f}"


def write_disagreements(path: Path, found: Iterable[Disagreement]) -> None:
    """Tab-separated, one a line."""
    header = "table\tkind\ttrial\tline\tgold\tpredicted"
    rows = [
        "\t".join(" ".join(cell.split()) for cell in (d.table, d.kind, d.trial, d.line, d.gold, d.predicted))
        for d in found
    ]
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
