"""How well free text is read, against an annotated corpus of eligibility criteria.

The corpus is a folder or zip file of brat pairs (NCT########_inc.txt and .ann, _exc likewise) in the label set of Chia
(Kury and others, Chia, a large annotated corpus of clinical trial eligibility criteria, Scientific Data 7, 281, 2020).
It is not part of this repository. Prints tables; nothing is asserted. A part that is not there is told as such.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from authoring.corpus import Section, read_corpus
from authoring.measure_lines import join_lines, measure_asked, measure_boundaries, measure_splitting
from authoring.measure_rules import measure_rules
from authoring.measure_values import measure_comparisons
from authoring.measure_windows import measure_windows
from authoring.speed import measure_speed
from authoring.tables import Table, render_halves, render_table, write_disagreements

from equipoise.criteria.truth import Kind

_AUTHORING = "equipoise.authoring"
_INTRODUCTION = """\
# Reading free text, as measured

Measured by `python benchmarks/authoring_corpus.py CORPUS --markdown FILE` on an annotated corpus, which is not part of
this repository. What counts as right is in the first lines of the modules in `benchmarks/authoring`; annotations are
read there by a reader that shares no code with what it measures. Trials with an even number were looked at while the
program was written, those with an odd number served as a check.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    sections = [section for section in read_corpus(options.corpus) if _is_chosen(section, options.only)]
    trials = len({section.trial for section in sections})
    lines = sum(len(section.lines) for section in sections)
    print(f"{trials:,} trials, {lines:,} lines\n")
    tables = list(_measure(sections, options.speed))
    for table in tables:
        print(render_table(table))
    if options.details:
        write_disagreements(options.details, [found for table in tables for found in table.disagreements])
    if options.markdown:
        options.markdown.write_text(_render_page(sections, tables, trials, lines), "utf-8")
    return 0


def _render_page(sections: list[Section], tables: list[Table], trials: int, lines: int) -> str:
    """The tables as a page; trials with an even number may have been looked at while writing, the odd ones not."""
    even, odd = (list(_measure([s for s in sections if _is_chosen(s, half)], False)) for half in ("even", "odd"))
    rendered = [render_halves(*three) for three in zip(tables, even, odd, strict=False)]
    rendered += [render_table(table) for table in tables[len(even) :]]
    judged = (Path(__file__).parent / "authoring" / "judged.md").read_text("utf-8")
    return "\n".join([f"{_INTRODUCTION}\n{trials:,} trials, {lines:,} lines.\n", *rendered, judged])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder or zip file of brat pairs")
    parser.add_argument("--only", choices=["even", "odd", "all"], default="all", help="trials by their number")
    parser.add_argument("--details", type=Path, metavar="FILE", help="every disagreement, tab-separated")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables as a page")
    parser.add_argument("--speed", action="store_true", help="measure speed too")
    return parser.parse_args(arguments)


def _is_chosen(section: Section, only: str) -> bool:
    return only == "all" or int(section.trial[-1]) % 2 == (only == "odd")


def _measure(sections: list[Section], has_speed: bool) -> list[Table]:
    boundaries = _find("freetext.boundaries", "find_boundaries")
    split = _find("freetext.splitting", "split_eligibility")
    comparisons = _find("freetext.comparisons", "find_comparisons")
    windows = _find("freetext.windows", "find_windows")
    asked = _find("freetext.questions", "find_asked")
    compiler = _find("compiling.criterion", "compile_text")
    tables = [
        measure_boundaries(sections, boundaries) if boundaries else _not_yet("Boundaries after joining all lines"),
        *(measure_splitting(sections, split, is_joined=joined) for joined in (False, True) if split),
        measure_comparisons(sections, comparisons) if comparisons else _not_yet("Numeric comparisons"),
        measure_windows(sections, windows) if windows else _not_yet("Time windows"),
        measure_asked(sections, asked) if asked else _not_yet("Criteria that only a person can decide"),
        *(measure_rules(sections, compiler) if compiler else (_not_yet("Denials, exceptions, alternatives"),)),
    ]
    if has_speed:
        lines = [line.text for section in sections for line in section.lines]
        joined = [join_lines(section)[0] for section in sections]
        parts: dict[str, tuple[Callable[[str], object], Sequence[str], str]] = {}
        if boundaries:
            parts["boundaries"] = (boundaries, joined, "sections")
        if comparisons:
            parts["comparisons"] = (comparisons, lines, "criteria")
        if windows:
            parts["windows"] = (windows, lines, "criteria")
        if asked:
            parts["questions"] = (lambda text: asked(text, Kind.INCLUSION, ""), lines, "criteria")
        if compiler:
            parts["rules (all of it)"] = (lambda text: compiler(text, Kind.INCLUSION), lines, "criteria")
        tables.append(measure_speed(parts))
    return tables


def _find(module: str, function: str) -> Callable[..., Any] | None:
    """A part of the program, or None while it or a part it stands on is not there; any other failure is shown."""
    try:
        return getattr(importlib.import_module(f"{_AUTHORING}.{module}"), function)  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(_AUTHORING):
            raise
        return None


def _not_yet(title: str) -> Table:
    return Table(title, (), ("Not measured: this part is not there.",))


if __name__ == "__main__":
    sys.exit(main())
