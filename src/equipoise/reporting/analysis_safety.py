"""Adverse events by worst grade and term, and deviations by class: each count with its subjects and its events.

Decides in which set harms are counted. What a worst grade is, is `analysis.response`; grades are those somebody signed.
"""

from collections.abc import Callable, Mapping, Sequence

from equipoise.analysis.facts import AdverseEvent, SubjectFacts
from equipoise.analysis.response import GradedBy, GradeLine, find_worst_grades
from equipoise.protocol.analysis_plan import EndpointKind
from equipoise.reporting.analysis_tables import Cell, Table, by_arm
from equipoise.reporting.analysis_view import AnalysisView
from equipoise.reporting.subject_lists import SubjectLists

GRADES = (1, 2, 3, 4, 5)
_BY = {
    GradedBy.ANY: "Any adverse event, by worst grade",
    GradedBy.CATEGORY: "Adverse events by category and worst grade",
    GradedBy.TERM: "Adverse events by term and worst grade",
}


def choose_members(view: AnalysisView) -> tuple[list[SubjectFacts], str]:
    """In whom harms are counted: the set of the first analysis of them, else everybody randomised; and the words."""
    of_harms = {each.id for each in view.plan.endpoints if each.kind is EndpointKind.ADVERSE_EVENT}
    planned = next((each for each in view.plan.analyses if each.endpoint in of_harms), None)
    chosen = None if planned is None else view.sets.get(planned.set)
    if chosen is None:
        return list(view.facts.subjects), "everybody randomised; the plan names no set for safety"
    if len(chosen.members) != view.set_sizes.get(chosen.id, len(chosen.members)):
        words = f"everybody randomised: who is in the set {chosen.label} is withheld while the arms are pooled"
        return list(view.facts.subjects), words
    members = set(chosen.members)
    return [each for each in view.facts.subjects if each.subject in members], f"the set: {chosen.label}"


def tabulate_grades(view: AnalysisView, lists: SubjectLists) -> list[Table]:
    """Worst grades of any event, by category, and by term: a subject counts once in each line."""
    members, _ = choose_members(view)
    tables = []
    for by, caption in _BY.items():
        lines = find_worst_grades(members, view.facts.cut_on, by=by)
        rows = [_row(view, lists, line, len([one for one in members if one.arm == line.arm])) for line in lines]
        if rows:
            heads = ("Event", "Arm", *(f"Grade {grade}" for grade in GRADES), "Not graded", "Any grade")
            tables.append(Table(caption, heads, rows, tuple(range(2, len(heads)))))
    return tables


def _row(view: AnalysisView, lists: SubjectLists, line: GradeLine, n: int) -> Sequence[Cell]:
    name = view.arm_name(line.arm)
    counts = [
        lists.count(f"{name}, {line.label}, worst grade {grade}", line.by_grade.get(grade, ())) for grade in GRADES
    ]
    unsigned = lists.count(f"{name}, {line.label}, no grade signed", line.unsigned)
    everybody = lists.count(f"{name}, {line.label}", line.subjects, line.entries)
    share = f" ({len(line.subjects) / n:.0%})" if n else ""
    return (line.label, name, *counts, unsigned, everybody + share)


def tabulate_harms(view: AnalysisView, lists: SubjectLists) -> Table:
    """Subjects with any event, a severe, serious, related or fatal one, by arm."""
    members, _ = choose_members(view)
    rows: list[Sequence[Cell]] = []
    for words, counts in _KINDS.items():
        cells = []
        for arm in by_arm(view):
            found = [one for one in members if one.arm == arm]
            own = {one.subject: [each for each in _events(view, one) if counts(each)] for one in found}
            names = [name for name, events in own.items() if events]
            entries = [entry for events in own.values() for each in events for entry in each.entries]
            share = f" ({len(names) / len(found):.0%})" if found else ""
            cells.append(lists.count(f"{view.arm_name(arm)}, {words.lower()}", names, entries) + share)
        rows.append((words, *cells))
    heads = ("Subjects with", *(view.arm_name(arm) for arm in by_arm(view)))
    return Table("Subjects with adverse events from randomisation to the cut", heads, rows, tuple(range(1, len(heads))))


_KINDS: Mapping[str, Callable[[AdverseEvent], bool]] = {
    "Any adverse event": lambda _: True,
    "One of grade 3 or more": lambda event: (event.worst_grade or 0) >= 3,
    "A serious one": lambda event: event.is_serious,
    "One related to treatment": lambda event: event.is_related,
    "One of grade 5": lambda event: event.worst_grade == 5,
}


def _events(view: AnalysisView, subject: SubjectFacts) -> list[AdverseEvent]:
    return [each for each in subject.adverse_events if subject.randomised_on <= each.on <= view.facts.cut_on]


def tabulate_deviations(view: AnalysisView, lists: SubjectLists) -> Table:
    """Deviations by class and kind; those nobody has classed come first, for they wait for a person."""
    groups: dict[tuple[str, str, str], list[tuple[str, Sequence[int]]]] = {}
    for subject in view.facts.subjects:
        for each in subject.deviations:
            if each.on <= view.facts.cut_on:
                key = (each.severity or "", each.code, subject.arm)
                groups.setdefault(key, []).append((subject.subject, each.entries))
    rows = []
    for (severity, code, arm), found in sorted(groups.items()):
        shown, name = severity or "not classed yet", view.arm_name(arm)
        entries = [entry for _, own in found for entry in own]
        names = [subject for subject, _ in found]
        rows.append((code, shown, name, str(len(found)), lists.count(f"{name}, {code} ({shown})", names, entries)))
    heads = ("Deviation", "Class", "Arm", "Times", "Subjects")
    return Table("Deviations up to the cut, by class", heads, rows, (3, 4))
