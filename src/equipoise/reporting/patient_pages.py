"""A page for each patient: every verdict with the protocol's words, its basis and its evidence.

Verdicts are read as the file holds them (ordered by patient), a row group at a time, so that a large population
needs little memory. What is the same on every page is rendered once.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import pyarrow.parquet as parquet
from markupsafe import Markup

from equipoise.criteria.truth import Kind
from equipoise.reporting.wording import GROUP_TITLES, code_words, sentence_html
from equipoise.screening.outputs import Group
from equipoise.screening.report_model import CriterionView
from equipoise.screening.screen import Screening

_BATCH = 20_000
_HOLE = "\x00"
_A_FOLDER = 1000
_TELL_EVERY = 500


@dataclass(frozen=True)
class Person:
    """A row of the table `patients` with its running number."""

    number: int
    patient_id: str
    status: str
    group: Group
    blocked_by: tuple[str, ...]
    open_record: tuple[str, ...]
    open_person: tuple[str, ...]
    assumed: tuple[str, ...]


_SECTIONS = (
    ("blocks", "Blocks", "These facts decide."),
    ("open", "Open", "Not yet decided; each says what it needs."),
    ("assumed", "Passes on an assumption", "No record is taken to mean no. To be confirmed by name before allocation."),
    ("passes", "Passes", "Decided by the evidence shown."),
)


def page_path(number: int) -> str:
    """Path of a patient page from the folder `report`: a running number, a thousand to a folder."""
    return f"patients/{number // _A_FOLDER:04d}/{number:07d}.html"


def write_pages(
    environment: jinja2.Environment,
    screening: Screening,
    folder: Path,
    *,
    only: Collection[Group] | None,
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Write the pages of the patients in these groups (None: all) below `folder`; returns how many."""
    chosen = {each.patient_id: each for each in _read_people(screening) if only is None or each.group in only}
    render = _page_renderer(environment, screening)
    made: set[Path] = set()
    done = 0
    for patient_id, verdicts in _verdicts_by_patient(screening, chosen.keys()):
        path = folder / page_path(chosen[patient_id].number)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(render(chosen[patient_id], verdicts).encode())
        done += 1
        if progress is not None and (done % _TELL_EVERY == 0 or done == len(chosen)):
            progress("pages", done, len(chosen))
    return done


class _VerdictWriter:
    """
    HTML of one verdict. What verdicts of one kind share is rendered by the template once and kept in three parts.

    A page for each of 50,000 patients has a million verdicts of some hundred kinds: this is four times as fast as
    rendering every one.
    """

    def __init__(self, environment: jinja2.Environment, criteria: Iterable[CriterionView]) -> None:
        self._template = environment.get_template("verdict.html")
        self._words = {each.id: (sentence_html(each), each.kind is Kind.INCLUSION) for each in criteria}
        self._parts: dict[tuple[str, ...], list[str]] = {}

    def write(self, verdict: Mapping[str, Any], section: str) -> str:
        evidence = json.loads(verdict["evidence"])
        id_, effect, basis, causes = (verdict[name] for name in ("criterion_id", "effect", "basis", "causes"))
        key = (id_, section, effect, basis, causes, "rows" if evidence else "")
        parts = self._parts.get(key) or self._parts.setdefault(key, self._render_parts(*key))
        rows = "".join(map(_evidence_row, evidence))
        return parts[0] + escape(verdict["reason"]) + parts[1] + (rows + parts[2] if evidence else "")

    def _render_parts(self, id_: str, section: str, effect: str, basis: str, causes: str, rows: str) -> list[str]:
        words, is_inclusion = self._words[id_]
        text = self._template.render(
            id=id_,
            section=section,
            effect=effect,
            basis=basis,
            causes=json.loads(causes),
            reason=_HOLE,
            words=words,
            is_inclusion=is_inclusion,
            has_evidence=bool(rows),
            rows=_HOLE,
        )
        return text.split(_HOLE)


def _evidence_row(row: Mapping[str, str | None]) -> str:
    record = row["record_id"] or f"table {row['table']}"
    cells = (record, code_words(row["code"]), row["value"] or "", row["unit"] or "", row["time"] or "")
    return "<tr><td>" + "</td><td>".join(map(escape, cells)) + "</td></tr>\n"


def _page_renderer(
    environment: jinja2.Environment, screening: Screening
) -> Callable[[Person, list[dict[str, Any]]], str]:
    template = environment.get_template("patient.html")
    writer = _VerdictWriter(environment, screening.protocol.criteria)

    def render(person: Person, verdicts: list[dict[str, Any]]) -> str:
        written: dict[str, list[str]] = {key: [] for key, _, _ in _SECTIONS}
        for verdict in verdicts:
            section = _section_of(verdict)
            written[section].append(writer.write(verdict, section))
        return template.render(
            protocol=screening.protocol,
            root="../../../",
            person=person,
            title=GROUP_TITLES[person.group][0],
            sections=[
                (key, title, says, len(written[key]), Markup("".join(written[key])))
                for key, title, says in _SECTIONS
                if written[key]
            ],
        )

    return render


def _section_of(verdict: dict[str, Any]) -> str:
    effect = str(verdict["effect"])
    return "assumed" if effect == "passes" and verdict["basis"] == "assumed-from-absence" else effect


def _read_people(screening: Screening) -> Iterator[Person]:
    rows = parquet.read_table(screening.table("patients")).to_pylist()
    for number, row in enumerate(rows, start=1):
        lists = (tuple(json.loads(row[name])) for name in ("blocked_by", "open_record", "open_person", "assumed"))
        yield Person(number, row["patient_id"], row["status"], Group(row["group"]), *lists)


def _verdicts_by_patient(screening: Screening, wanted: Collection[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    def rows() -> Iterator[dict[str, Any]]:
        for batch in parquet.ParquetFile(screening.table("verdicts")).iter_batches(batch_size=_BATCH):
            columns = batch.to_pydict()
            names = list(columns)
            for values in zip(*columns.values(), strict=True):
                if values[0] in wanted:
                    yield dict(zip(names, values, strict=True))

    for patient_id, verdicts in groupby(rows(), key=lambda row: str(row["patient_id"])):
        yield patient_id, list(verdicts)
