"""The difference between two versions for people and for programs; nothing is decided here."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.protocol.amendments import Change, Difference, Statement
from equipoise.screening.standing import Status

WIDTH = 100


@dataclass(frozen=True)
class Moved:
    """A patient whose status changed: the criteria that made it so, how each changed, and what its verdict says."""

    patient_id: str
    before: Status
    now: Status
    changes: tuple[Change, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Everybody judged by both versions: how many, and those whose status changed."""

    as_of: date
    n_patients: int
    moved: tuple[Moved, ...]
    sentences: tuple[str, ...]


def describe_difference(difference: Difference) -> str:
    """The criteria whose meaning changed, before and now; then, quietly, those that differ in words alone."""
    lines = [f"{difference.before} -> {difference.now}", _totals(difference)]
    for change in difference.meaning:
        lines += ["", *_describe(change)]
    if difference.wording:
        lines += ["", "In words, marks or number alone:"]
        for change in difference.wording:
            lines += _wrapped(f"{change.label}: {'; '.join(change.says)}", "  ", "    ")
    for title, sentences in (("In the plan:", difference.plan), ("In the analysis plan:", difference.analysis)):
        lines += ["", title] if sentences else []
        for says in sentences:
            lines += _wrapped(says, "  - ", "    ")
    return "\n".join(lines)


def _totals(difference: Difference) -> str:
    n_meaning, n_wording = len(difference.meaning), len(difference.wording)
    meaning = f"{n_meaning} {'criterion means' if n_meaning == 1 else 'criteria mean'} something else"
    wording = f"{n_wording} {'differs' if n_wording == 1 else 'differ'} in words alone"
    return f"{meaning}, {wording}, {difference.n_same} are the same."


def _describe(change: Change) -> Iterator[str]:
    yield change.label
    for says in change.says:
        yield from _wrapped(says, "  - ", "    ")
    for name, statement in (("before", change.before), ("now", change.now)):
        if statement is not None:
            yield from _wrapped(f'{name}, {statement.place}: "{statement.text}"', "  ", "    ")
            for line in statement.rule:
                depth = " " * (len(line) - len(line.lstrip()))
                yield from _wrapped(line.lstrip(), f"      {depth}", f"        {depth}")


def describe_people(people: People, *, is_named: bool) -> str:
    """Whose status changes, and because of which criteria; with their identifiers where `is_named`."""
    n_moved = len(people.moved)
    lines = [
        *people.sentences,
        f"As of {people.as_of}, {n_moved:,} of {people.n_patients:,} patients change status{':' if n_moved else '.'}",
    ]
    for (before, now, criteria), group in _groups(people).items():
        lines.append(f"  {before} -> {now}, because of {criteria}: {len(group):,}")
        if is_named:
            lines += _wrapped(", ".join(each.patient_id for each in group), "    ", "    ")
    return "\n".join(lines)


def _groups(people: People) -> dict[tuple[str, str, str], list[Moved]]:
    """People by what changed and why, the largest group first."""
    groups: dict[tuple[str, str, str], list[Moved]] = {}
    for each in people.moved:
        criteria = ", ".join(change.label for change in each.changes)
        groups.setdefault((each.before.value, each.now.value, criteria), []).append(each)
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))


def difference_data(difference: Difference, people: People | None) -> dict[str, Any]:
    """The content of `diff.json`; it holds no patient's identifier."""
    data: dict[str, Any] = {
        "before": difference.before,
        "now": difference.now,
        "meaning": [_change_data(change) for change in difference.meaning],
        "wording": [_change_data(change) for change in difference.wording],
        "same": difference.n_same,
        "plan": list(difference.plan),
        "analysis": list(difference.analysis),
    }
    if people is not None:
        data["people"] = {
            "as_of": people.as_of.isoformat(),
            "patients": people.n_patients,
            "changed": len(people.moved),
            "statements": list(people.sentences),
            "groups": [
                {"before": before, "now": now, "criteria": criteria, "patients": len(group)}
                for (before, now, criteria), group in _groups(people).items()
            ],
        }
    return data


def _change_data(change: Change) -> dict[str, Any]:
    return {"before": _statement(change.before), "now": _statement(change.now), "says": list(change.says)}


def _statement(statement: Statement | None) -> dict[str, Any] | None:
    if statement is None:
        return None
    return {"id": statement.id, "place": statement.place, "text": statement.text, "rule": list(statement.rule)}


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False)
