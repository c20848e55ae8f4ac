"""The page of the fourteen tests of an allocation: what each claims, and which test functions hold it.

A test function belongs to a number by its name, `test_03_…`. A number without a test, or a test with another number,
fails: the page never claims what nothing shows.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

WIDTH = 120
TITLE = "The fourteen tests of an allocation"
INTRODUCTION = """\
What shows that an allocation is right, and where it is shown. Each claim has a number; a test function belongs to it by
its name. "Default" runs with `make test`, on every change; "long" runs with `make test-long`, with the numbers of the
claim in full, where the default run has fewer. Tests that need PostgreSQL run where one is there.
"""
CLAIMS: Mapping[int, tuple[str, str]] = {
    1: (
        "Blocks are legal",
        "Every complete block holds the exact ratio, and its size is one of the set: in all of 1,000,000 blocks.",
    ),
    2: (
        "Arrangements are equally likely",
        "Each order of a block comes as often as any other (6 of size 4, 20 of 6, 70 of 8), and sizes are drawn "
        "evenly: chi-square p above 0.001 for 20 fixed seeds of 60,000 blocks.",
    ),
    3: (
        "Guessing succeeds as theory says",
        "Betting on the arm behind is right at 0.7500, 0.7083, 0.6833 and 0.6661 of the places in blocks of 2, 4, "
        "6 and 8 (Blackwell and Hodges 1957), within 0.002; the simulation of designs says the same.",
    ),
    4: (
        "Minimisation agrees with another package",
        "The imbalance scores equal those of an independent package, state by state: in all of 100,000 states.",
    ),
    5: (
        "The preferred arm is taken with its probability",
        "It is taken with p, and ties are split by the ratio: within 3 standard errors over 100,000 places.",
    ),
    6: (
        "The ratio holds at every place",
        "The chance of each arm, before anything is known, is its part of the ratio at each single place: within "
        "4 standard errors for 1:1, 2:1, 3:2 and 1:1:2.",
    ),
    7: (
        "Nothing depends on anything else",
        "No dependence across strata, sites or successive trials: p-values of runs and serial tests are uniform "
        "over 1,000 trials (Kolmogorov and Smirnov p above 0.01).",
    ),
    8: (
        "The re-randomisation test has its level",
        "Without an effect it is significant at 0.05 in one trial of twenty, within 0.004 over 10,000 trials.",
    ),
    9: (
        "Golden vectors",
        "The same secret and inputs give the same bytes on every supported Python, on both databases, and after a "
        "restart in the middle.",
    ),
    10: (
        "The generator cannot be rolled forward",
        "Whoever has the code and the first 200 allocations predicts the next arm no better than the structure of "
        "the method allows.",
    ),
    11: (
        "Concurrency and crash",
        "50 workers, 10,000 requests to allocate and to sign, the process killed at random points: nothing is lost, "
        "doubled or half done, and no place is left out, on SQLite and PostgreSQL.",
    ),
    12: (
        "Leak hunt",
        "Whoever may not see arms guesses the present and the next arm no better than by chance from everything "
        "that can be fetched: pages, exports, logs, errors, file names.",
    ),
    13: (
        "Outside verifier",
        "A separate small program recomputes every allocation from reveal and ledger, and names any altered byte.",
    ),
    14: (
        "The published failures",
        "Seven kinds of gross failure of real trials (a sorted list, swapped labels, the wrong list for a "
        "stratum, a reused test list and so on) are refused or flagged before the first subject.",
    ),
}
_NUMBERED = re.compile(r"test_(\d\d)_")


@dataclass(frozen=True, order=True)
class Found:
    """A test function: its file (from the root), its name, and whether it runs only by `make test-long`."""

    path: str
    name: str
    is_long: bool


def render(root: Path) -> str:
    """
    The page.

    Raises
    ------
    LookupError
        A claim has no test, or a test has the number of no claim.
    """
    found = find_tests(root / "tests", root)
    check_numbers(found)
    lines = [f"# {TITLE}", "", INTRODUCTION, *_overview(found)]
    for number, (title, claim) in CLAIMS.items():
        lines += [f"## {number}. {title}", "", fill(claim, WIDTH), "", *_files(found[number])]
    return "\n".join(lines).rstrip() + "\n"


def find_tests(folder: Path, root: Path) -> Mapping[int, Sequence[Found]]:
    """Every numbered test function below a folder, by number, in the order of files and names."""
    by_number: dict[int, list[Found]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for number, name, is_long in numbered_tests(path.read_text(encoding="utf-8")):
            by_number[number].append(Found(path.relative_to(root).as_posix(), name, is_long))
    return by_number


def numbered_tests(source: str) -> Iterator[tuple[int, str, bool]]:
    """Number, name and whether it is long, for each numbered test of a module, also inside classes."""
    module = ast.parse(source)
    yield from _numbered(module.body, is_long=_is_long_module(module))


def check_numbers(found: Mapping[int, Sequence[Found]]) -> None:
    """Raise unless each claim has a test and each numbered test a claim."""
    missing = [f"test_{number:02}_…" for number in CLAIMS if not found.get(number)]
    unknown = [each.name for number in found if number not in CLAIMS for each in found[number]]
    if missing or unknown:
        raise LookupError(
            f"allocation tests: without a test: {', '.join(missing) or 'none'}; without a claim: "
            f"{', '.join(unknown) or 'none'}"
        )


def _numbered(body: list[ast.stmt], *, is_long: bool) -> Iterator[tuple[int, str, bool]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _numbered(node.body, is_long=is_long or _has_long(node.decorator_list))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (match := _NUMBERED.match(node.name)):
            yield int(match[1]), node.name, is_long or _has_long(node.decorator_list)


def _is_long_module(module: ast.Module) -> bool:
    """Whether `pytestmark` marks all of a module."""
    marks = [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return _has_long(marks)


def _has_long(marks: Sequence[ast.expr]) -> bool:
    return any("pytest.mark.long" in ast.unparse(mark) for mark in marks)


def _overview(found: Mapping[int, Sequence[Found]]) -> list[str]:
    rows = ["| | claim | default | long |", "|---:|---|---:|---:|"]
    for number, (title, _) in CLAIMS.items():
        n_long = sum(each.is_long for each in found[number])
        link = f"[{title}](#{number}-{re.sub('[^a-z0-9 -]', '', title.lower()).replace(' ', '-')})"
        rows.append(f"| {number} | {link} | {len(found[number]) - n_long or ''} | {n_long or ''} |")
    return [*rows, ""]


def _files(tests: Sequence[Found]) -> Iterator[str]:
    """A list for each file, with its functions and when they run."""
    for path in dict.fromkeys(each.path for each in tests):
        yield f"In [{path}](../../{path}):"
        yield ""
        for each in tests:
            if each.path == path:
                yield f"- `{each.name}`{' (long)' if each.is_long else ''}"
        yield ""
