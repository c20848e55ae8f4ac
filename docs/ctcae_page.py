"""The page of toxicity grades: published wording, our rule and our readings side by side, printed from the tables.

Terms whose words and rules are equal in several versions are printed once. What other readers of the criteria do
otherwise stands in `CONFLICTS`, with what we chose.
"""

from collections.abc import Iterable, Mapping

from equipoise.assessments.ctcae import CtcaeVersion, Term, load_table
from equipoise.assessments.ctcae.model import Clause, Comparison, Condition, Limit
from equipoise.reporting.grade_timeline import GradeLane, GradeMark, draw_grade_timeline

TITLE = "Toxicity grades (CTCAE)"
PICTURE = "ctcae-timeline.svg"
INTRODUCTION = f"""\
Grades by the Common Terminology Criteria for Adverse Events of the National Cancer Institute, whose wording is in the
public domain. The version is a part of the protocol: one neutrophil count is grade 3 in v5.0 and grade 2 in v6.0.
`equipoise.assessments.ctcae.grade` grades one result, `grade_array` many; both give the same.

A grade is a proposal from a number. Grades that have words but no number ("life-threatening consequences") are for the
investigator, and death is never computed. No result is grade 0 because something is missing: a missing normal limit or
baseline leaves the grade open, unless an absolute limit decides. Where only a worse grade is open, the grade is given
as a lower bound (`may_be_higher`).

![Grades of three terms over 84 days, each mark with its grade as a digit]({PICTURE})

## How the words are read

- A semicolon is "or"; the worst grade counts whose number is reached.
- Where two grades share a number and differ by a word about the person ("symptomatic", "if on anticoagulation"), the
  worse one counts until it is said that the word does not hold (`is_symptomatic=False`).
- "If baseline was abnormal" binds only results after the baseline. The baseline itself (`is_baseline`), and results for
  which no baseline is given, are graded by the normal limits; a note says so.
- A limit printed for several units is the one of the unit reported; other units convert exactly, by the analyte.
- "LLN" and "ULN" are the normal range of the laboratory that reported the result. Comparisons are exact: three times an
  upper limit of 0.1 is 0.3, and not above it.
- An interval ("<0.2") is graded where all of it has one grade.

## In a trial

A plan names the version (`grading: {{ctcae: "5.0", source: …}}`). When results of an allocated subject are recorded,
by `equipoise trial record results` or from a file by `equipoise trial results`, the answer lists each term that a
result grades 1 or more, with what was found, the printed row, and the command that puts it down as an adverse event.
It is proposed, for a person to judge; nothing is written by it. What cannot be graded is told with the reason; a result
that is surely of grade 0 is not told of.

- The normal range is that of the result, else that of the site's settings.
- The baseline is the latest result up to the first dose (to the allocation, in an arm without doses), within the window
  in which a rule of the plan looks for it, where one does. Results up to that day are graded by the normal range alone.
  Of a term that asks for a baseline nothing is proposed where there is none.
- An adverse event whose CTCAE term, or else whose own term, is one that results grade, keeps what the table proposes as
  it is recorded or corrected, with the number of the result: of the results of its first day the worst; else those of
  the closest later day within its days. Results that come afterwards change nothing of it. When the grade signed for
  that day is another, a query asks why.
"""
CONFLICTS: tuple[tuple[str, str, str], ...] = (
    (
        "GGT increased, v5.0, abnormal baseline, grade 1",
        'Printed "2.0 - 2.5 x baseline", as for alkaline phosphatase. admiral takes 2.0 as outside here, inside there.',
        "Inside: 2.0 x baseline is grade 1.",
    ),
    (
        "ALT, AST and alkaline phosphatase, v5.0, abnormal baseline, grade 1",
        "admiral takes the printed beginning as inside, ctcae5_grader as outside.",
        "Inside, as printed.",
    ),
    (
        "Hypertriglyceridemia, grade 1",
        'Printed "150 mg/dL - 300 mg/dL". admiral takes 150 (1.71 mmol/L) as outside, ctcae5_grader as inside.',
        "Inside, as printed.",
    ),
    (
        "Results of the baseline itself, abnormal baseline, v5.0 and v6.0",
        "admiral grades them against themselves: always 0 in v5.0, always 1 in v6.0 (its issue 2512).",
        "Graded by the normal limits, when it is said that the result is the baseline.",
    ),
    (
        "Hyponatremia, v5.0, between 129 and 130 mmol/L",
        "Whole numbers are printed. admiral: grade 1. v6.0 has made it grade 2 or 3.",
        "Grade 1 in v5.0, since a grade begins at its own number.",
    ),
    (
        "QTc between 480 and 481 or 500 and 501 ms, v4.03 and v5.0",
        "Whole numbers are printed; averages are not. ctcae5_grader: above 480 and above 500. v6.0 prints >500 ms.",
        "Above 480 is grade 2, above 500 grade 3.",
    ),
    (
        "QTc, change from baseline, v5.0 and v6.0",
        'Printed ">60 ms change from baseline" at grade 3. ctcae5_grader gives grades 1 and 2 for changes.',
        "Grade 3 for an increase of more than 60 ms.",
    ),
    (
        "Part of a rule cannot be judged (creatinine, INR, fibrinogen)",
        "admiral gives the grade that is known to be reached.",
        "The same grade, marked as a lower bound; grade 0 never.",
    ),
    (
        "ALT and AST, v6.0, grade 3 of an abnormal baseline",
        'Printed ">2.0 - 4.0 x baseline if baseline was >ULN up to 5 x ULN". admiral leaves out the last words.',
        "As admiral: no grade is printed for what would lie beyond them.",
    ),
    (
        "Ionised calcium in mg/dL",
        "Only mmol/L is printed. admiral multiplies by 4.",
        "The same; the molar mass would give 4.008.",
    ),
)


def render_page() -> str:
    """The whole page, without the notice of generated pages."""
    tables = [load_table(version) for version in CtcaeVersion]
    lines = [f"# {TITLE}", "", INTRODUCTION, "## Where others read otherwise", ""]
    lines += ["| what | readings | ours |", "|---|---|---|", *(_row(*each) for each in CONFLICTS), ""]
    lines += ["## Sources", "", *(f"- {table.title}: {table.source}." for table in tables), ""]
    lines += ["## Terms", ""]
    names = {term_id: term.name for table in tables for term_id, term in table.terms.items()}
    for term_id in sorted(names, key=lambda each: names[each].casefold()):
        lines += _render_term({table.version: table.terms[term_id] for table in tables if term_id in table.terms})
    lines += ["## What a version does not have", "", "| version | term | why |", "|---|---|---|"]
    lines += [_row(table.version, f"`{name}`", why) for table in tables for name, why in table.absent.items()]
    return "\n".join(lines) + "\n"


def render_picture() -> str:
    """Invented grades of one person, to show the picture that reports use."""
    platelets = [(0, 0), (14, 1), (28, 2), (42, 3), (56, 2), (70, 1), (84, 1)]
    creatinine = [(0, 0), (28, 1), (56, None), (84, 1)]
    lanes = [
        GradeLane("Platelet count decreased", [GradeMark(day, grade) for day, grade in platelets]),
        GradeLane("Creatinine increased", [GradeMark(day, grade) for day, grade in creatinine]),
        GradeLane("INR increased", [GradeMark(0, 0), GradeMark(42, 1, may_be_higher=True)]),
    ]
    cycles = [(0, "cycle 1"), (56, "cycle 2")]
    return f"{draw_grade_timeline(lanes, events=cycles, title='Invented grades of one person')}\n"


def _render_term(terms: Mapping[CtcaeVersion, Term]) -> Iterable[str]:
    groups: dict[tuple[str, ...], list[CtcaeVersion]] = {}
    for version, term in terms.items():
        groups.setdefault(tuple(_body(term)), []).append(version)
    first = next(iter(terms.values()))
    yield f"### {first.name}"
    yield ""
    analytes = ", ".join(
        f"`{name}`" for name in dict.fromkeys(name for term in terms.values() for name in term.analytes)
    )
    yield f"`{first.id}`, of {analytes}."
    yield ""
    for body, versions in groups.items():
        yield f"**{', '.join(f'v{version}' for version in versions)}**"
        yield ""
        yield from body


def _body(term: Term) -> Iterable[str]:
    yield "| grade | published | rule |"
    yield "|---|---|---|"
    for grade, words in sorted(term.wording.items()):
        rules = [_clause(clause) for clause in term.clauses if clause.grade == grade]
        yield _row(str(grade), words, "; or ".join(rules) or "clinical")
    for clause in term.clauses:
        if clause.grade is None:
            yield _row("none", "", _clause(clause))
    yield ""
    if term.readings:
        yield from (f"- {reading}" for reading in term.readings)
        yield ""


_SIGNS = {"below": "<", "at-most": "≤", "above": ">", "at-least": "≥"}
_CONDITIONS = {
    Condition.BASELINE_HIGH: "the baseline was above ULN",
    Condition.BASELINE_NOT_HIGH: "the baseline was not above ULN",
    Condition.BASELINE_LOW: "the baseline was below LLN",
    Condition.SYMPTOMATIC: "symptomatic, or not said",
    Condition.ON_ANTICOAGULANT: "on anticoagulation, or not said",
}


def _clause(clause: Clause) -> str:
    words = " and ".join(map(_comparison, clause.comparisons))
    return words + "".join(f", if {_CONDITIONS[condition]}" for condition in clause.conditions)


def _comparison(comparison: Comparison) -> str:
    return f"{_SIGNS[comparison.compare]} {_limit(comparison.limit)}"


def _limit(limit: Limit) -> str:
    amounts = " or ".join(f"{float(each.value):.12g} {each.unit}".removesuffix(" 1") for each in limit.amounts)
    if limit.reference is None:
        return amounts
    factor = "" if limit.factor == 1 else f"{float(limit.factor):.12g} x "
    has_amount = any(each.value for each in limit.amounts)
    return f"{factor}{limit.reference}" + (f" + {amounts}" if has_amount else "")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "\\<") for cell in cells) + " |"
