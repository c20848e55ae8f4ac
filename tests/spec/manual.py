"""The manual of rules as tests: reads the chapters, judges every paragraph by both evaluators, prints the page.

A folder is a chapter, a file a section, a test a paragraph. A test draws patients as text tables (a blank is null)
and gives what each must come to, by hand; it calls `spec` once. All paragraphs judged on one day over the same
tables are judged in one run of the compiled evaluator.
"""

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import yaml

from equipoise.criteria.bound import index_bindings
from equipoise.criteria.compiled import judge_all
from equipoise.criteria.evidence import evidence_json
from equipoise.criteria.nodes import Node, Window
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import CriterionRule, Moment, ReferenceRange, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.protocol.rules import RuleContext, open_constant, parse_rule
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients
from equipoise.records.report import Fate
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM
from equipoise.terminology.systems import canonical_system
from tests.spec.drawing import Drawing, draw, write_csv

CHAPTERS: tuple[str, ...] = (
    "thresholds",
    "windows",
    "absence",
    "combining",
    "lesions",
    "derived",
    "assessed",
    "people",
)
AS_OF = date(2026, 1, 15)
ANCHORS = {"cycle-1": date(2026, 1, 5)}
CONCEPTS = base_library()
WINDOWS = {"laboratory": Window(90), "imaging": Window(180)}
ASSUMED_ABSENT = frozenset({"brain-metastasis", "cirrhosis", "ascites", "chemotherapy", "other-malignancy"})
RANGES = (
    ReferenceRange("creatinine", "mg/dL", Decimal("0.5"), Decimal("1.0"), "female"),
    ReferenceRange("creatinine", "mg/dL", Decimal("0.7"), Decimal("1.2"), "male"),
    ReferenceRange("albumin", "g/dL", Decimal("3.5"), Decimal("5.0")),
)
DAMAGED = "text-damaged"
NO_ROWS = {
    "patients": "patient_id",
    "conditions": "patient_id,code",
    "procedures": "patient_id,code",
    "medications": "patient_id,code",
    "encounters": "patient_id,code",
    "measurements": "patient_id,code,time",
    "attestations": "patient_id,code,value,by,at",
}

INTRODUCTION = f"""\
What rules mean, sentence by sentence. Every paragraph is a test in `tests/spec/`: the rule is written as in a protocol
file, the records as in CSV tables, and both evaluators must come to what stands under "gives". A blank cell is null.
The first column numbers the patients. After the truth stands the basis, or the causes of unknown; after `from` the
record ids of the evidence (`measurements/2` is the second row drawn), after `needs` what would settle it. What is not
said is not looked at.

Unless a paragraph says otherwise:

- judged on {AS_OF}; cycle 1 is on {ANCHORS["cycle-1"]}; all tables are supplied;
- `laboratory` is the window of 90 days, `imaging` that of 180 days;
- no record means no for {", ".join(sorted(ASSUMED_ABSENT))}, in a covered patient;
- the site's normal ranges are: creatinine 0.5-1.0 mg/dL for women and 0.7-1.2 mg/dL for men, albumin 3.5-5.0 g/dL;
- the rule is of an inclusion. Codes without a system are those of `{LOCAL_SYSTEM}`.

The exact meaning in prose is [How a verdict is made](../explanation/how-a-verdict-is-made.md).
"""


@dataclass(frozen=True)
class Expected:
    """What a patient must come to; None is not looked at."""

    truth: str
    basis: str | None = None
    causes: tuple[str, ...] | None = None
    evidence: frozenset[str] | None = None
    needs: frozenset[str] | None = None


@dataclass(frozen=True)
class Paragraph:
    """One test: a sentence, a rule, drawn tables and what they give."""

    name: str
    sentence: str
    rule_text: str
    node: Node
    kind: Kind
    drawings: Mapping[str, Drawing]
    gives: Mapping[int, str]
    as_of: date = AS_OF
    not_supplied: frozenset[str] = frozenset()

    @property
    def context(self) -> tuple[date, frozenset[str]]:
        return self.as_of, self.not_supplied

    @property
    def patients(self) -> list[int]:
        drawn = {row.patient for drawing in self.drawings.values() for row in drawing.rows}
        return sorted(drawn | set(self.gives))

    def patient_id(self, number: int) -> str:
        return f"{self.name}-{number}"


@dataclass(frozen=True)
class Section:
    title: str
    preface: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Judged:
    """A verdict in the words of the outputs."""

    truth: str
    basis: str
    causes: tuple[str, ...]
    evidence: str
    needs: tuple[str, ...]


def read_expected(text: str) -> Expected:
    """
    Read what a patient must come to.

    `true, recorded`, `false, assumed-from-absence`, `unknown: too-old, overlap`; then, if wanted, `| from a, b` (the
    record ids of the evidence) and `| needs x, y`.
    """
    head, *rest = (part.strip() for part in text.split("|"))
    words = [word for word in re.split(r"[:,]\s*", head) if word]
    expected = Expected(words[0])
    if words[0] == "unknown":
        expected = replace(expected, basis="none", causes=tuple(words[1:]) or None)
    elif len(words) > 1:
        expected = replace(expected, basis=words[1], causes=())
    for part in rest:
        kind, _, names = part.partition(" ")
        listed = frozenset(re.split(r",\s*", names))
        expected = replace(expected, evidence=listed) if kind == "from" else replace(expected, needs=listed)
    return expected


def make_paragraph(
    name: str,
    sentence: str,
    rule: str,
    *,
    gives: Mapping[int, str],
    kind: str = "inclusion",
    as_of: date = AS_OF,
    not_supplied: tuple[str, ...] = (),
    **tables: str,
) -> Paragraph:
    """A paragraph from what a test hands over; raises ProtocolError when the rule cannot be read."""
    text = dedent(rule).strip()
    context = RuleContext(CONCEPTS, WINDOWS, Kind(kind))
    node = open_constant("I1") if text == DAMAGED else parse_rule(yaml.safe_load(text), context)
    drawings = {table: draw(drawn) for table, drawn in tables.items()}
    return Paragraph(name, sentence, text, node, Kind(kind), drawings, gives, as_of, frozenset(not_supplied))


@cache
def sections() -> dict[str, dict[str, Section]]:
    """Chapter title to the sections by their module, all read without judging anything."""
    book: dict[str, dict[str, Section]] = {}
    for chapter in CHAPTERS:
        package = importlib.import_module(f"tests.spec.{chapter}")
        files = sorted(path.stem for path in (Path(__file__).parent / chapter).glob("test_*.py"))
        modules = [importlib.import_module(f"tests.spec.{chapter}.{name}") for name in files]
        modules.sort(key=lambda module: getattr(module, "SECTION", 99))
        book[_title(package)] = {
            module.__name__: Section(_title(module), _preface(module), tuple(_paragraphs(module))) for module in modules
        }
    return book


def _title(module: ModuleType) -> str:
    """The first line of its docstring; what follows introduces the section."""
    return (module.__doc__ or module.__name__).strip().partition("\n")[0].rstrip(".")


def _preface(module: ModuleType) -> str:
    return (module.__doc__ or "").strip().partition("\n")[2].strip()


def _paragraphs(module: ModuleType) -> Iterator[Paragraph]:
    for name, test in vars(module).items():
        if name.startswith("test_") and "spec" in inspect.signature(test).parameters:
            made: list[Paragraph] = []
            test(recorder(module.__name__, name, " ".join((test.__doc__ or "").split()), made))
            if len(made) != 1:
                raise AssertionError(f"{module.__name__}.{name} is not one paragraph but {len(made)}")
            yield made[0]


def recorder(module: str, test: str, sentence: str, made: list[Paragraph]) -> Callable[..., None]:
    """What stands in for `spec` while the manual is read."""

    def record(rule: str, **given: Any) -> None:
        made.append(make_paragraph(paragraph_name(module, test), sentence, rule, **given))

    return record


def paragraph_name(module: str, test: str) -> str:
    """`chapter.section.test`, the same under every way of importing the file."""
    return ".".join([*module.split(".")[-2:], test]).replace("test_", "")


def all_paragraphs() -> list[Paragraph]:
    return [p for chapter in sections().values() for section in chapter.values() for p in section.paragraphs]


@cache
def judged(context: tuple[date, frozenset[str]]) -> dict[tuple[str, int], tuple[Judged, Judged]]:
    """Both verdicts (reference, compiled) of every patient of every paragraph of one context."""
    paragraphs = [paragraph for paragraph in all_paragraphs() if paragraph.context == context]
    as_of, not_supplied = context
    nodes = list(dict.fromkeys((paragraph.node, paragraph.kind) for paragraph in paragraphs))
    ids = {each: f"R{number}" for number, each in enumerate(nodes)}
    rules = tuple(CriterionRule(ids[each], each[1], each[0]) for each in nodes)
    rulebook = Rulebook(rules, CONCEPTS, ASSUMED_ABSENT, RANGES)
    wanted = {p.patient_id(n): (p, n, ids[p.node, p.kind]) for p in paragraphs for n in p.patients}
    with TemporaryDirectory() as name:
        plain, compiled = _judge(rulebook, paragraphs, Moment(as_of, ANCHORS), not_supplied, Path(name))
    return {
        (paragraph.name, number): (plain[patient_id, rule_id], compiled[patient_id, rule_id])
        for patient_id, (paragraph, number, rule_id) in wanted.items()
    }


Table = dict[tuple[str, str], Judged]


def _judge(
    rulebook: Rulebook, paragraphs: list[Paragraph], moment: Moment, not_supplied: frozenset[str], folder: Path
) -> tuple[Table, Table]:
    source = folder / "source"
    source.mkdir()
    for table, header in NO_ROWS.items():
        write_csv(source / f"{table}.csv", table, header, _rows(paragraphs, table))
    records = read_records(source, folder / "tables")
    faults = [count for count in records.report.counts if count.fate is Fate.NOT_UNDERSTOOD]
    if faults:
        raise AssertionError(f"tables of the manual are not understood: {faults}")
    records = replace(records, supplied=frozenset(NO_ROWS) - not_supplied)
    judge_all(rulebook, records, moment, folder / "verdicts.parquet")
    compiled = {
        (row["patient_id"], row["criterion_id"]): Judged(
            row["truth"], row["basis"], _words(row["causes"]), row["evidence"], _words(row["needs"])
        )
        for row in pq.read_table(folder / "verdicts.parquet").to_pylist()
    }
    patients = list(iterate_patients(records))
    codes = {(r.get("system"), r.get("code")) for p in patients for rows in p.rows.values() for r in rows}
    codes |= {(LOCAL_SYSTEM, row["code"]) for patient in patients for row in patient.rows["attestations"]}
    index = index_bindings(bind_codes(CONCEPTS, codes))
    verdicts = [v for p in patients for v in judge_patient(rulebook, p, records.supplied, moment, index)]
    plain = {
        (v.patient_id, v.criterion_id): Judged(
            str(v.truth), v.basis.word, tuple(map(str, v.causes)), evidence_json(v.evidence), v.needs
        )
        for v in verdicts
    }
    return plain, compiled


def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _rows(paragraphs: list[Paragraph], table: str) -> Iterator[dict[str, str]]:
    for paragraph in paragraphs:
        drawing = paragraph.drawings.get(table)
        drawn = drawing.rows if drawing else ()
        for position, row in enumerate(drawn, start=1):
            cells = {"patient_id": paragraph.patient_id(row.patient), "record_id": f"{table}/{position}"} | row.cells
            yield _with_system(table, cells)
        if table == "patients":
            for number in set(paragraph.patients) - {row.patient for row in drawn}:
                yield {"patient_id": paragraph.patient_id(number), "record_id": f"patients/{number}"}


def _with_system(table: str, cells: dict[str, str]) -> dict[str, str]:
    """`loinc|718-7` is a code of LOINC, `haemoglobin` our own; attestations know only our own."""
    if table in ("patients", "attestations") or "code" not in cells:
        return cells
    system, separator, code = cells["code"].rpartition("|")
    return cells | {"system": (canonical_system(system) or "") if separator else LOCAL_SYSTEM, "code": code}


def render() -> str:
    """The manual as a page."""
    lines = ["<!-- Written by `make docs`; edits are lost. -->", "# The manual of rules", "", INTRODUCTION]
    for chapter, files in sections().items():
        lines += [f"## {chapter}", ""]
        for section in files.values():
            lines += [f"### {section.title}", "", *([section.preface, ""] if section.preface else [])]
            for paragraph in section.paragraphs:
                lines += _render_paragraph(paragraph)
    return "\n".join(lines).rstrip() + "\n"


def _render_paragraph(paragraph: Paragraph) -> list[str]:
    said = [paragraph.sentence, "", "```yaml"]
    if paragraph.kind is Kind.EXCLUSION:
        said.append("# of an exclusion")
    if paragraph.as_of != AS_OF:
        said.append(f"# judged on {paragraph.as_of}")
    if paragraph.not_supplied:
        said.append(f"# without the table {', '.join(sorted(paragraph.not_supplied))}")
    said += [paragraph.rule_text, "```", "", "```text"]
    for table, drawing in paragraph.drawings.items():
        said += [table, *drawing.lines, ""]
    width = max(len(str(number)) for number in paragraph.gives)
    said += ["gives", *(f"{number:>{width}} | {words}" for number, words in sorted(paragraph.gives.items()))]
    return [*said, "```", ""]
