"""The page of dose rules: the decision tables of the reference protocol as they are executed, rows with sources.

What is not a rule stands in `NO_RULES`; everything else is printed from the protocol.
"""

from collections.abc import Iterator, Sequence

from equipoise.criteria.prose import describe
from equipoise.protocol.dose_tables import states
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.plan import Course, Delay, DoseRow, DoseRules, DoseTable
from equipoise.protocol.resolve_plan import ResolvedPlan, resolve_plan
from equipoise.protocol.trial import Mark

INTRODUCTION = f"""\
# Dose rules

Whether the next dose of a course may be given, and at which level, after a toxicity. There is a decision table for each
toxicity, and the strictest answer of all counts (stop, hold, reduce, give). The tables here are those of the reference
protocol. What else is asked before a dose (laboratory values and their age, washout, pregnancy, potassium) are gates.

## How to read a table

| column | asks |
|---|---|
| today | whether the toxicity is present on the day of the decision |
| since the last dose | whether it was present on any day after the last dose, today included |
| earlier | whether it was present in an interval between earlier doses |
| delay | whether the limit of delay is reached |
| last dose | whether it was full or reduced |

An empty cell: it does not matter. Before the first dose "since the last dose" is today alone, nothing was earlier, and
nothing is late. A blood sample of the day of a dose was taken before it, and belongs to the interval that this dose
ends. When the toxicity was there and the dose was given all the same, it counts to the interval that the dose begins as
well, which is the stricter of two readings. An adverse event of the day of a dose came of that dose. The history is not
stored: the rule of a table is judged again on each day that brought a result, so that a corrected result corrects the
history.

What is not known is tried both ways. Where that makes no difference the answer stands. Where it does the answer is
*unknown*, which releases nothing and says what is missing. An interval without any result is unknown. After a dose that
belongs to no level both levels are tried.

A protocol loads only when each of its tables decides every one of the {len(list(states()))} possible states by exactly
one row. The tests compare these tables with a rewrite made from the publications alone, on both sides of each limit,
for each history, and on every day up to 170 after a dose.
"""
NO_RULES = (
    (
        "Lymphopenia alone, of any grade",
        "The manufacturer's page for professionals: toxicities of the blood of grade 3 or 4 need no modification when "
        "they are due to lymphopenia alone. No table reads lymphocytes.",
    ),
    (
        "Leukopenia",
        "Limits for it stand in one public tool (REACT) and in no other source we read. Neutrophils have a table.",
    ),
    (
        "Absorbed dose of kidneys or marrow",
        "The protocol gives no limit: the dose is shown with the answer and gates nothing.",
    ),
    ("A delay without a toxicity", "It changes no dose; that the dose is late is told by its window."),
)
MARKS = {
    Mark.VERIFIED: "read in its source",
    Mark.SECONDARY: "read in another source that tells it",
    Mark.INFERRED: "follows from what was read",
    Mark.PARAMETER: "ours: no source states it",
    Mark.UNVERIFIED: "the original was not read, and what tells it may be wrong",
    Mark.NOT_FOUND: "not found",
}


def render_page(protocol_name: str) -> str:
    """The tables of the default version of a shipped protocol."""
    resolved = resolve_plan(load_protocol(protocol_name))
    lines = [INTRODUCTION]
    for rules in resolved.plan.dose_rules:
        lines += _render_rules(rules, resolved.plan.course(rules.course), resolved)
    lines += ["## What is not a rule", "", "| | why |", "|---|---|", *(_row(*each) for each in NO_RULES), ""]
    lines += ["## Marks", "", "| mark | means |", "|---|---|", *(_row(mark, words) for mark, words in MARKS.items())]
    return "\n".join(lines) + "\n"


def _render_rules(rules: DoseRules, course: Course, resolved: ResolvedPlan) -> Iterator[str]:
    yield from (f"## {course.label}", "", _levels(course), "", _delay(rules.delay), "")
    if rules.unverified:
        named = ", ".join(f"`{name}`" for name in rules.unverified)
        yield "A live trial opens only when an investigator has signed each table with a row that was not read in its"
        yield from (f"source. These are {named}.", "")
    yield from ("| table | present when | restart | mark | source |", "|---" * 5 + "|")
    yield from (_toxicity(table, resolved) for table in rules.tables)
    for group in _with_the_same_rows(rules.tables):
        yield from ("", f"### What follows: {', '.join(f'`{table.id}`' for table in group)}", "")
        yield "| row | today | since the last dose | earlier | delay | last dose | next dose | mark | source |"
        yield "|---" * 9 + "|"
        yield from (_table_row(number, row) for number, row in enumerate(group[0].rows, 1))
    yield ""


def _levels(course: Course) -> str:
    if course.amount is None:
        return "It has no doses."
    levels = ", ".join(f"{level.id} {level.amount} {course.amount.unit}" for level in course.amount.levels)
    return (
        f"Levels: {levels}. *Give* is the full level, also after a reduced dose that was tolerated; *reduce* is one\n"
        "level below the last dose."
    )


def _delay(delay: Delay) -> str:
    start = "the last dose" if delay.counts_from == "last-dose" else "the day on which the dose was due"
    weeks, days = divmod(delay.limit, 7)
    length = f"{weeks} weeks" + (f" and {days} days" if days else "")
    return (
        f"The limit of delay is {length} after {start}: reached on day {delay.limit}, not on day {delay.limit - 1}.\n"
        f"{delay.note} ({delay.mark}: {delay.source})"
    )


def _toxicity(table: DoseTable, resolved: ResolvedPlan) -> str:
    present = describe(resolved.tables[table.id], resolved.rulebook.concepts)
    return _row(f"`{table.id}`", f"{present}. {table.note}", table.unlock, table.mark, table.source)


def _with_the_same_rows(tables: Sequence[DoseTable]) -> list[list[DoseTable]]:
    """Tables that say the same of the next dose are shown once."""
    groups: list[list[DoseTable]] = []
    for table in tables:
        same = next((group for group in groups if group[0].rows == table.rows), None)
        if same is None:
            groups.append([table])
        else:
            same.append(table)
    return groups


def _table_row(number: int, row: DoseRow) -> str:
    presence = {True: "present", False: "not present", None: ""}
    delay = {True: "reached", False: "not reached", None: ""}
    return _row(
        str(number),
        *(presence[when] for when in (row.when.now, row.when.seen, row.when.before)),
        delay[row.when.delay],
        row.when.level or "",
        f"**{row.action}**",
        row.mark,
        f"{row.source}. {row.note}" if row.note else row.source,
    )


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |"
