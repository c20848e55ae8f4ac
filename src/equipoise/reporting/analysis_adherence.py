"""What of the planned treatment was not given in full, and which answer of the plan said so: a line for each of them.

Decides how it reads. What counts as an answer was decided before; who is per protocol follows from it in the sets.
"""

from collections.abc import Sequence

from equipoise.analysis.facts import Shortfall
from equipoise.reporting.analysis_tables import Cell, Table, by_arm
from equipoise.reporting.analysis_view import AnalysisView
from equipoise.reporting.subject_lists import SubjectLists

NO_ANSWER = "no rule of the plan"


def tabulate_shortfalls(view: AnalysisView, lists: SubjectLists) -> Table:
    """Steps not given in full, by arm, step and what said so; those that nothing said come first: they need a look."""
    groups: dict[tuple[bool, int, str, str, str], list[tuple[str, Shortfall]]] = {}
    for number, (arm, own) in enumerate(by_arm(view).items()):
        for subject in own:
            for each in subject.shortfalls:
                key = (bool(each.because), number, arm, f"{each.step} {each.what}", each.because or NO_ANSWER)
                groups.setdefault(key, []).append((subject.subject, each))
    rows: list[Sequence[Cell]] = []
    for (_, _, arm, what, because), found in sorted(groups.items()):
        entries = [entry for _, each in found for entry in each.entries]
        names = [subject for subject, _ in found]
        counted = lists.count(f"{view.arm_name(arm)}, {what}: {because}", names, entries)
        rows.append((what, view.arm_name(arm), because, counted))
    return Table(
        "Planned steps not given in full, and what said so", ("Step", "Arm", "Said by", "Subjects"), rows, (3,)
    )
