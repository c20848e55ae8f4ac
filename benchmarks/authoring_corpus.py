"""How well free text is read, against an annotated corpus of eligibility criteria.

The corpus is a folder or zip file of brat pairs (NCT########_inc.txt and .ann, _exc likewise) in the label set of Chia
(Kury and others, Chia, a large annotated corpus of clinical trial eligibility criteria, Scientific Data 7, 281, 2020).
It is not part of this repository. Prints tables; nothing is asserted.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from authoring.corpus import Section, read_corpus
from authoring.measure_lines import join_lines, measure_asked, measure_boundaries, measure_splitting
from authoring.measure_rules import measure_rules
from authoring.measure_values import measure_comparisons
from authoring.measure_windows import measure_windows
from authoring.speed import measure_speed
from authoring.tables import Table, render_halves, render_table, write_disagreements

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.freetext.comparisons.comparisons import find_comparisons
from equipoise.authoring.freetext.questions.questions import find_asked
from equipoise.authoring.freetext.splitting.boundaries import find_boundaries
from equipoise.authoring.freetext.splitting.splitting import split_eligibility
from equipoise.authoring.freetext.windows.windows import find_windows
from equipoise.criteria.truth import Kind

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
    tables = [
        measure_boundaries(sections, find_boundaries),
        *(measure_splitting(sections, split_eligibility, is_joined=joined) for joined in (False, True)),
        measure_comparisons(sections, find_comparisons),
        measure_windows(sections, find_windows),
        measure_asked(sections, find_asked),
        *measure_rules(sections, compile_text),
    ]
    return [*tables, _speed(sections)] if has_speed else tables


def _speed(sections: list[Section]) -> Table:
    lines = [line.text for section in sections for line in section.lines]
    joined = [join_lines(section)[0] for section in sections]
    parts: dict[str, tuple[Callable[[str], object], Sequence[str], str]] = {
        "boundaries": (find_boundaries, joined, "sections"),
        "comparisons": (find_comparisons, lines, "criteria"),
        "windows": (find_windows, lines, "criteria"),
        "questions": (find_asked, lines, "criteria"),
        "rules (all of it)": (lambda text: compile_text(text, Kind.INCLUSION), lines, "criteria"),
    }
    return measure_speed(parts)


if __name__ == "__main__":
    sys.exit(main())
