"""The report of an analysis: one page in the order of CONSORT 2025 and of the plan, from the flow to what was not done.

Decides how it looks and reads. Every count is a link to its subjects at the end of the page, and every subject stands
there with the events of the log from which it came. One page without scripts or anything fetched from elsewhere; equal
analyses give equal bytes.

Hopewell S et al. CONSORT 2025 statement. BMJ 2025;388:e081123.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.endpoints import TimeRow
from equipoise.analysis.flow import Box
from equipoise.protocol.cohort import Cohort
from equipoise.reporting.analysis_adherence import tabulate_shortfalls
from equipoise.reporting.analysis_figures import (
    Figure,
    draw_forest,
    draw_grades,
    draw_kidney_doses,
    draw_lanes,
    draw_responses,
)
from equipoise.reporting.analysis_results import ROLES, ResultShown, find_endpoint, show_results
from equipoise.reporting.analysis_safety import (
    choose_members,
    tabulate_complications,
    tabulate_deviations,
    tabulate_grades,
    tabulate_harms,
)
from equipoise.reporting.analysis_tables import (
    Cell,
    Table,
    box_words,
    tabulate_baseline,
    tabulate_flow,
    tabulate_holds,
    tabulate_sets,
    tabulate_treatment,
)
from equipoise.reporting.analysis_view import AnalysisView, CourseShown, CutShown
from equipoise.reporting.flow_diagram import WITHHELD, draw_flow
from equipoise.reporting.subject_lists import SubjectLists, anchor_of, link_subject

__all__ = ["AnalysisView", "CourseShown", "CutShown", "render_analysis"]


@dataclass(frozen=True)
class SubjectRow:
    """One subject at the end of the page: where a link leads, and what is known of it, as cells."""

    anchor: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class SubjectShown:
    """A randomised subject at the end of the page: what is known of it in a line, and a row for each endpoint."""

    anchor: str
    name: str
    words: str
    events: Cell
    times: Sequence[Sequence[str]]


@dataclass(frozen=True)
class CohortShown:
    """A cohort from before, given as a table: where its numbers lead."""

    anchor: str
    cohort: Cohort


def render_analysis(view: AnalysisView) -> str:
    """The page, as text."""
    lists = SubjectLists()
    sections = [(role, title, show_results(view, lists, role)) for role, title in ROLES.items()]
    figures = [figure for figure in _figures(view) if figure is not None]
    return _template().render(
        view=view,
        status=_status(view),
        recruited=_recruited(view),
        flow_table=tabulate_flow(view, lists),
        flow_picture=_flow_picture(view, lists),
        sets=tabulate_sets(view, lists),
        baseline=tabulate_baseline(view, lists),
        treatment=None if view.facts.is_masked else tabulate_treatment(view, lists),
        holds=None if view.facts.is_masked else tabulate_holds(view, lists),
        shortfalls=None if view.facts.is_masked else tabulate_shortfalls(view, lists),
        sections=[section for section in sections if section[2]],
        figures=figures,
        harms=tabulate_harms(view, lists),
        grades=tabulate_grades(view, lists),
        complications=tabulate_complications(view, lists),
        safety_words=choose_members(view)[1],
        deviations=None if view.facts.is_masked else tabulate_deviations(view, lists),
        not_done=_not_done(view),
        not_estimable=list(_not_estimable(sections)),
        cohorts=[CohortShown(f"cohort-{name}", each) for name, each in view.cohorts.items()],
        lists=lists.all(),
        link_subject=link_subject,
        randomised=_randomised(view),
        screened=[
            SubjectRow(
                anchor_of(each.subject),
                (each.subject, each.site, each.state, each.why, _event_words(view, each.entries)),
            )
            for each in view.facts.screened
        ],
        withheld_word=WITHHELD,
    )


def _status(view: AnalysisView) -> str:
    if view.is_simulated:
        return "Simulated: no subject of these figures exists."
    return "Training: nobody is enrolled, and nothing here is a finding." if view.is_training else ""


def _recruited(view: AnalysisView) -> str:
    days = [each.randomised_on for each in view.facts.subjects]
    return f"{len(days)}, from {min(days)} to {max(days)}" if days else "nobody"


def _flow_picture(view: AnalysisView, lists: SubjectLists) -> Markup:
    def anchor(before: str, box: Box) -> str | None:
        return lists.add(box_words(before, box), box.subjects).anchor if box.subjects else None

    return draw_flow(view.flow, anchor, view.arm_name)


def _figures(view: AnalysisView) -> Iterable[Figure | None]:
    yield draw_forest(view)
    yield from draw_responses(view)
    yield from draw_lanes(view)
    yield from draw_grades(view)
    yield from draw_kidney_doses(view)


def _not_done(view: AnalysisView) -> Table:
    """Analyses of the plan without a result, and endpoints that no analysis reads."""
    rows = [(each.label, each.id, each.role, each.not_done) for each in view.results if each.not_done]
    known = {each.id for each in view.results}
    rows += [
        (each.label, each.id, each.role, "there is no result of it, and no reason on record")
        for each in view.plan.analyses
        if each.id not in known
    ]
    read = {each.endpoint for each in view.plan.analyses}
    rows += [
        (each.label, each.id, "endpoint", "no analysis of the plan reads it")
        for each in view.plan.endpoints
        if each.id not in read
    ]
    return Table("Planned and not done", ("What", "Id", "Kind", "Why"), rows)


def _not_estimable(sections: Iterable[tuple[str, str, Sequence[ResultShown]]]) -> Iterable[tuple[Markup, str, str]]:
    """Numbers of analyses that were done which could not be given, with the reason."""
    for _, _, shown in sections:
        for each in shown:
            found = [(line.arm, one) for line in each.result.arms for one in line.estimates]
            found += [("", one) for one in each.result.comparisons]
            link = Markup('<a href="#{}">{}</a>').format(each.anchor, each.result.label)
            for arm, one in found:
                if isinstance(one.value, NotEstimable):
                    yield link, f"{arm}, {one.label}" if arm else one.label, one.value.reason


def _randomised(view: AnalysisView) -> list[SubjectShown]:
    """Every randomised subject, with its times by each endpoint."""
    times: dict[str, list[Sequence[str]]] = {}
    for name, found in view.times.items():
        endpoint = find_endpoint(view, name)
        label = name if endpoint is None else endpoint.label
        for row in found.rows:
            times.setdefault(row.subject, []).append((label, *_time_cells(row)))
    shown = []
    for each in view.facts.subjects:
        words = [each.site, view.arm_name(each.arm), f"stratum {each.stratum}", f"randomised on {each.randomised_on}"]
        if each.left_on is not None:
            words.append(f"{each.left_how} on {each.left_on}")
        events = _event_words(view, each.entries)
        shown.append(
            SubjectShown(anchor_of(each.subject), each.subject, "; ".join(words), events, times.get(each.subject, ()))
        )
    return shown


def _time_cells(row: TimeRow) -> tuple[str, str, str, str]:
    """Of an endpoint: the day, how it ended, why, and the events of the log that it rests on."""
    how = row.cause.value if row.event and row.cause is not None else "censored"
    rule = f" ({row.rule.value.replace('-', ' ')})" if row.rule is not None else ""
    return str(row.days), f"{how}{rule}", row.words, ", ".join(map(str, row.entries))


def _event_words(view: AnalysisView, entries: Sequence[int]) -> str:
    return ", ".join(map(str, entries)) or (WITHHELD if view.facts.is_masked else "none")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("analysis.html")
