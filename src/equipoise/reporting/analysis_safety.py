"""Adverse events and complications of operations by worst grade, deviations by class: counts with subjects and events.

Decides in which set harms are counted, and that counts which must name nobody are plain numbers. What a worst grade is,
is `analysis.response`; grades are those somebody signed.
"""

from collections.abc import Sequence

from equipoise.analysis.facts import SubjectFacts
from equipoise.analysis.pooled_harms import KINDS, HarmCount, PooledHarms, events_of
from equipoise.analysis.response import GradedBy, GradeLine, find_worst_grades
from equipoise.analysis.surgery import Group
from equipoise.assessments.surgery import ClavienDindo
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
_HEADS = ("Event", "Arm", *(f"Grade {grade}" for grade in GRADES), "Not graded", "Any grade")
_COMPLICATIONS = "Complications of operations by worst Clavien-Dindo grade"
_HARMS = "Subjects with adverse events from randomisation to the cut"


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
    if view.harms is not None:
        return [_counted(caption, view, view.harms.lines[by]) for by, caption in _BY.items() if view.harms.lines[by]]
    members, _ = choose_members(view)
    tables = []
    for by, caption in _BY.items():
        lines = find_worst_grades(members, view.facts.cut_on, by=by)
        rows = [_row(view, lists, line, len([one for one in members if one.arm == line.arm])) for line in lines]
        if rows:
            tables.append(Table(caption, _HEADS, rows, tuple(range(2, len(_HEADS)))))
    return tables


def _counted(caption: str, view: AnalysisView, counts: Sequence[HarmCount]) -> Table:
    """The same of everybody as numbers that lead to nobody."""
    assert view.harms is not None
    rows: list[Sequence[Cell]] = [
        (
            each.label,
            view.arm_name(""),
            *(str(each.by_grade.get(grade, 0)) for grade in GRADES),
            str(each.ungraded),
            f"{each.n}{_share(each.n, view.harms.n)}",
        )
        for each in counts
    ]
    return Table(caption, _HEADS, rows, tuple(range(2, len(_HEADS))))


def _share(n: int, of: int) -> str:
    return f" ({n / of:.0%})" if of else ""


def _row(view: AnalysisView, lists: SubjectLists, line: GradeLine, n: int) -> Sequence[Cell]:
    name = view.arm_name(line.arm)
    counts = [
        lists.count(f"{name}, {line.label}, worst grade {grade}", line.by_grade.get(grade, ())) for grade in GRADES
    ]
    unsigned = lists.count(f"{name}, {line.label}, no grade signed", line.unsigned)
    everybody = lists.count(f"{name}, {line.label}", line.subjects, line.entries)
    return (line.label, name, *counts, unsigned, everybody + _share(len(line.subjects), n))


def tabulate_harms(view: AnalysisView, lists: SubjectLists) -> Table:
    """Subjects with any event, a severe, serious, related or fatal one, by arm."""
    heads = ("Subjects with", *(view.arm_name(arm) for arm in by_arm(view)))
    if view.harms is not None:
        return Table(_HARMS, heads, [_kind(view.harms, words) for words in KINDS], (1,))
    members, _ = choose_members(view)
    rows: list[Sequence[Cell]] = []
    for words, is_one in KINDS.items():
        cells = []
        for arm in by_arm(view):
            found = [one for one in members if one.arm == arm]
            own = {one.subject: [each for each in events_of(one, view.facts.cut_on) if is_one(each)] for one in found}
            names = [name for name, events in own.items() if events]
            entries = [entry for events in own.values() for each in events for entry in each.entries]
            counted = lists.count(f"{view.arm_name(arm)}, {words.lower()}", names, entries)
            cells.append(counted + _share(len(names), len(found)))
        rows.append((words, *cells))
    return Table(_HARMS, heads, rows, tuple(range(1, len(heads))))


def _kind(harms: PooledHarms, words: str) -> Sequence[Cell]:
    return (words, f"{harms.kinds[words]}{_share(harms.kinds[words], harms.n)}")


def tabulate_complications(view: AnalysisView, lists: SubjectLists) -> Table | None:
    """Everybody randomised by the worst complication of an operation; None where nothing of it may be told."""
    if view.complications is None:
        return None
    rows: list[Sequence[Cell]] = []
    for line in view.complications:
        name = view.arm_name(line.arm)
        groups = {f"worst grade {grade}": line.by_grade.get(grade, Group(0)) for grade in ClavienDindo}
        groups |= {"no complication on record": line.none, "not operated": line.not_operated}
        cells = [_grouped(lists, f"{name}, operations: {words}", group) for words, group in groups.items()]
        rows.append((name, *cells))
    heads = ("Arm", *(f"Grade {grade}" for grade in ClavienDindo), "None on record", "Not operated")
    return Table(_COMPLICATIONS, heads, rows, tuple(range(1, len(heads))))


def _grouped(lists: SubjectLists, words: str, group: Group) -> Cell:
    """A number with its subjects, or as it is where they are not told."""
    return lists.count(words, group.subjects, group.entries) if group.subjects else str(group.n)


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
        of_it = (f"{name}, {code} ({shown})", names, entries)
        rows.append((code, shown, name, lists.lead(str(len(found)), *of_it), lists.count(*of_it)))
    heads = ("Deviation", "Class", "Arm", "Times", "Subjects")
    return Table("Deviations up to the cut, by class", heads, rows, (3, 4))
