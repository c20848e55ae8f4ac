"""One planned analysis as the page shows it: what was asked, in whom, how, and what came out, with its picture.

Decides how numbers are written. The number in full stands in the page as data beside the one that is read, and each
count leads to its subjects where the rows of the endpoint make up the same number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from equipoise.analysis.answer import Interval, NotEstimable
from equipoise.analysis.response import GradedBy, find_worst_grades
from equipoise.analysis.results import AnalysisResult, ArmLine, Estimate, Number
from equipoise.protocol.analysis_plan import EndpointDefinition, Estimand, Method, PlannedAnalysis
from equipoise.reporting.analysis_tables import Cell, Table
from equipoise.reporting.analysis_view import AnalysisView
from equipoise.reporting.flow_diagram import WITHHELD
from equipoise.reporting.km_plot import StepCurve, draw_step_curves
from equipoise.reporting.subject_lists import SubjectLists

ROLES = {
    "primary": "Primary results",
    "secondary": "Secondary results",
    "sensitivity": "Sensitivity analyses",
    "supportive": "Supportive analyses",
    "safety": "Safety analyses",
}
"""Titles of the roles of analyses, in the order of the page."""
_METHODS = {
    Method.KAPLAN_MEIER: "Kaplan-Meier",
    Method.LOGRANK: "log-rank test",
    Method.COX: "Cox proportional hazards",
    Method.RMST: "restricted mean survival time",
    Method.MAXCOMBO: "MaxCombo",
    Method.CUMULATIVE_INCIDENCE: "cumulative incidence (Aalen-Johansen)",
    Method.GRAY: "Gray's test",
    Method.FINE_GRAY: "Fine-Gray subdistribution hazards",
    Method.TURNBULL: "Turnbull, interval-censored",
    Method.PROPORTION: "proportion",
    Method.RERANDOMISATION: "re-randomisation test",
    Method.AGAINST_HISTORY: "against a historical cohort, not randomised",
}
EARLIER = "earlier cohort"
"""A cohort from before in a picture; its own name stands in the tables."""
_SMALLEST_P = 0.0001


@dataclass(frozen=True)
class ResultShown:
    """
    One analysis: its heading, the facts about it as pairs of words, its tables and its picture.

    `steps` are the curves of the picture as a table.
    """

    anchor: str
    result: AnalysisResult
    about: Sequence[tuple[str, Cell]]
    estimand: Estimand | None
    tables: Sequence[Table]
    picture: Markup | None
    steps: Table | None
    warnings: Sequence[str]
    """Those that do not stand at the top of the page already."""


def show_results(view: AnalysisView, lists: SubjectLists, role: str) -> list[ResultShown]:
    """The analyses of a role that were done, in the order of the plan."""
    done = [each for each in view.results if each.role == role and not each.not_done]
    return [_show(view, lists, each) for each in done]


def _show(view: AnalysisView, lists: SubjectLists, result: AnalysisResult) -> ResultShown:
    planned = next((each for each in view.plan.analyses if each.id == result.id), None)
    estimands = {each.id: each for each in view.plan.estimands}
    tables = [_tabulate_arms(view, lists, result)]
    if result.comparisons:
        tables.append(_tabulate_comparisons(view, lists, result))
    return ResultShown(
        f"result-{result.id}",
        result,
        list(_about(view, lists, result, planned)),
        estimands.get(planned.estimand) if planned is not None and planned.estimand else None,
        tables,
        _draw(view, result),
        _tabulate_steps(view, result),
        [each for each in result.warnings if each not in view.warnings],
    )


def find_endpoint(view: AnalysisView, name: str) -> EndpointDefinition | None:
    """An endpoint of the plan, by its id."""
    return next((each for each in view.plan.endpoints if each.id == name), None)


def _about(
    view: AnalysisView, lists: SubjectLists, result: AnalysisResult, planned: PlannedAnalysis | None
) -> Iterable[tuple[str, Cell]]:
    endpoint = find_endpoint(view, result.endpoint)
    yield "Endpoint", _endpoint_label(view, result)
    label = _set_label(view, result)
    n = sum(line.n for line in result.arms if not line.is_cohort)
    is_told = len(result.subjects) == n
    counted = lists.count(_analysed(view, result), result.subjects) if is_told else f"{n}; who: {WITHHELD}"
    yield "Set", Markup("{} (n = {})").format(label, counted)
    yield "Method", _METHODS.get(Method(result.method), result.method)
    yield "Options", _option_words(result.options)
    if endpoint is not None and endpoint.events:
        events = ", ".join(each.value for each in endpoint.events)
        rules = ", ".join(each.value.replace("-", " ") for each in endpoint.censoring) or "none named"
        yield "Events and censoring", f"{events}; censored by: {rules}; read by the {endpoint.reader} reader"
    if planned is not None:
        source = f" ({planned.source})" if planned.source else ""
        yield "Where it comes from", f"{planned.mark.value}{source}"


def _endpoint_label(view: AnalysisView, result: AnalysisResult) -> str:
    endpoint = find_endpoint(view, result.endpoint)
    return result.endpoint if endpoint is None else endpoint.label


def _set_label(view: AnalysisView, result: AnalysisResult) -> str:
    chosen = view.sets.get(result.set)
    return result.set if chosen is None else chosen.label


def _analysed(view: AnalysisView, result: AnalysisResult) -> str:
    """What the list of an analysis is called: analyses of one set and arms share theirs."""
    return f"Analysed in the set {_set_label(view, result)}"


def _option_words(options: Mapping[str, Any]) -> str:
    said = []
    for name, value in options.items():
        if value in (None, [], (), ""):
            continue
        if isinstance(value, Mapping):
            shown = ", ".join(f"{key.replace('_', ' ')} {each}" for key, each in value.items())
        elif isinstance(value, list | tuple):
            shown = ", ".join(
                f"({', '.join(map(str, each))})" if isinstance(each, list) else str(each) for each in value
            )
        else:
            shown = str(value)
        said.append(f"{name.replace('_', ' ')}: {shown}")
    return "; ".join(said) or "none"


def _tabulate_arms(view: AnalysisView, lists: SubjectLists, result: AnalysisResult) -> Table:
    rows: list[Sequence[Cell]] = []
    has_estimates = any(line.estimates for line in result.arms)
    for line in result.arms:
        name = line.arm if line.is_cohort else view.arm_name(line.arm)
        counted = (name, *_arm_counts(view, lists, result, line))
        if not line.estimates:
            rows.append((*counted, "", "", "", "", "") if has_estimates else counted)
        rows += [(*counted, *_cells(each, _leader(view, lists, result, line))) for each in line.estimates]
    if not has_estimates:
        return Table(f"{result.label}: by arm", ("Arm", "n", "Events"), rows, (1, 2))
    heads = ("Arm", "n", "Events", "What", "Estimate", "Interval", "p", "Note")
    return Table(f"{result.label}: by arm", heads, rows, (1, 2, 4, 5, 6))


def _tabulate_comparisons(view: AnalysisView, lists: SubjectLists, result: AnalysisResult) -> Table:
    heads = ("What", "Estimate", "Interval", "p", "Note")
    lead = _leader(view, lists, result)
    return Table(f"{result.label}: compared", heads, [_cells(each, lead) for each in result.comparisons], (1, 2, 3))


Lead = Callable[[Markup], Markup]
"""Makes a number a link to the rows it was computed from."""


def _leader(view: AnalysisView, lists: SubjectLists, result: AnalysisResult, line: ArmLine | None = None) -> Lead:
    """To the subjects of an arm (of all without one), or to the people of a cohort; to nobody where none is told."""
    if line is not None and line.is_cohort:
        return lambda shown: Markup('<a href="#cohort-{}">{}</a>').format(result.id, shown)
    in_arm = {each.subject for each in view.facts.subjects if line is None or each.arm == line.arm}
    own = [subject for subject in result.subjects if subject in in_arm]
    words = _analysed(view, result) + ("" if line is None else f", {view.arm_name(line.arm)}")
    return lambda shown: lists.lead(shown, words, own)


def _arm_counts(view: AnalysisView, lists: SubjectLists, result: AnalysisResult, line: ArmLine) -> tuple[Cell, Cell]:
    """Subjects and events of an arm as links; a number whose rows do not make it up stands without one."""
    if line.is_cohort:
        return link_cohort(result.id, line.n), link_cohort(result.id, line.n_events or 0)
    in_arm = {each.subject for each in view.facts.subjects if each.arm == line.arm}
    own = [subject for subject in result.subjects if subject in in_arm]
    name = view.arm_name(line.arm)
    n: Cell = str(line.n)
    if len(own) == line.n:
        n = lists.count(f"{_analysed(view, result)}, {name}", own)
    if line.n_events is None:
        return n, ""
    had, entries = _find_events(view, result, set(own))
    if len(had) != line.n_events:
        return n, str(line.n_events)
    return n, lists.count(f"{_analysed(view, result)}, {name}: {_endpoint_label(view, result)}", had, entries)


def link_cohort(analysis: str, n: int) -> Markup:
    """A number of people of a cohort from before, as a link to its rows."""
    return Markup('<a href="#cohort-{}">{}</a>').format(analysis, n)


def _find_events(view: AnalysisView, result: AnalysisResult, own: set[str]) -> tuple[list[str], list[int]]:
    """Who had the event or reached what was asked, by the rows of the endpoint, with the events of the log."""
    reached: list[tuple[str, Sequence[int]]] = []
    if result.endpoint in view.times:
        reached = [(row.subject, row.entries) for row in view.times[result.endpoint].rows if row.event]
    elif result.endpoint in view.responses:
        reached = [(row.subject, row.entries) for row in view.responses[result.endpoint] if row.has_responded]
    elif result.endpoint in view.answers:
        reached = [(row.subject, row.entries) for row in view.answers[result.endpoint] if row.is_met]
    elif "grade" in result.options:
        reached = _find_severe(view, int(result.options["grade"]))
    kept = [(subject, entries) for subject, entries in reached if subject in own]
    return [subject for subject, _ in kept], [entry for _, entries in kept for entry in entries]


def _find_severe(view: AnalysisView, grade: int) -> list[tuple[str, Sequence[int]]]:
    lines = find_worst_grades(view.facts.subjects, view.facts.cut_on, by=GradedBy.ANY)
    names = [name for line in lines for worst, own in line.by_grade.items() if worst >= grade for name in own]
    return [(name, ()) for name in names]


def _cells(each: Estimate, lead: Lead) -> tuple[Cell, Cell, Cell, Cell, Cell]:
    if isinstance(each.value, NotEstimable):
        note = "; ".join(part for part in (each.value.reason, each.note) if part)
        return each.label, "not estimable", "", "", note
    p = "" if each.p is None else write_p(each.p)
    return each.label, lead(write_number(each.value, each.unit)), write_interval(each.interval), p, each.note


def write_number(value: Number, unit: str = "") -> Markup:
    """A number to be read, with the number in full as data."""
    unit_words = f" {unit}" if unit else ""
    return Markup('<data value="{}">{}{}</data>').format(repr(value), short(value), unit_words)


def short(value: Number) -> str:
    """Three decimals below 100, one from there on; whole numbers as they are."""
    if value == int(value):
        return str(int(value))
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def write_interval(interval: Interval | None) -> Cell:
    """An interval with its level and its type; a bound that is not reached is said."""
    if interval is None:
        return ""
    low, high = ("not reached" if each is None else write_number(each) for each in (interval.low, interval.high))
    return Markup("{} to {} ({:g} % {})").format(low, high, 100 * interval.level, interval.type.value)


def write_p(p: float) -> Markup:
    """A p-value to four decimals, with the number in full as data."""
    words = f"< {_SMALLEST_P}" if p < _SMALLEST_P else f"{p:.4f}"
    return Markup('<data value="{}">{}</data>').format(repr(p), words)


def _draw(view: AnalysisView, result: AnalysisResult) -> Markup | None:
    """The curves of a result, where it has any."""
    curves = {arm: curve for arm, curve in result.curves.items() if curve.get("day")}
    kinds: dict[str, tuple[str, Callable[[Mapping[str, Any]], Sequence[float]]]] = {
        "survival": ("without the event", lambda curve: curve["survival"]),
        "incidence": ("cumulative incidence", lambda curve: curve["incidence"]),
    }
    kind = next((name for name in kinds if all(name in curve for curve in curves.values())), None)
    if not curves or kind is None:
        return None
    axis, values = kinds[kind]
    names, is_past = _curve_names(view, result), any(line.is_cohort for line in result.arms)
    drawn = [_step_curve(names[arm], curve, values(curve)) for arm, curve in curves.items()]
    level = result.options.get("level")
    return draw_step_curves(
        drawn,
        title=result.label,
        axis=axis,
        start="the start of each" if is_past else "randomisation",
        level=None if level is None else float(level),
        key=result.id,
    )


def _curve_names(view: AnalysisView, result: AnalysisResult) -> Mapping[str, str]:
    """What each curve of a picture is called: the arm, or that it is of an earlier cohort."""
    past = {line.arm for line in result.arms if line.is_cohort}
    pooled = view.facts.is_masked
    return {arm: EARLIER if arm in past else "all arms" if pooled else arm for arm in result.curves}


def _tabulate_steps(view: AnalysisView, result: AnalysisResult) -> Table | None:
    """The steps of the curves: each day on which somebody left or had the event, with who was at risk before it."""
    rows: list[Sequence[Cell]] = []
    for arm, name in _curve_names(view, result).items():
        curve = result.curves[arm]
        values = curve.get("survival") or curve.get("incidence") or ()
        parts = [values, curve.get("low") or values, curve.get("high") or values]
        has_band = "low" in curve
        for day, at_risk, value, *band in zip(curve["day"], curve.get("at_risk", ()), *parts, strict=True):
            written = [write_number(each) if has_band else "" for each in band]
            rows.append((name, str(day), str(at_risk), write_number(value), *written))
    heads = ("Curve", "Day", "At risk", "Share", "From", "To")
    return Table(f"{result.label}: the curves", heads, rows, (1, 2, 3, 4, 5)) if rows else None


def _step_curve(name: str, curve: Mapping[str, Sequence[Any]], values: Sequence[float]) -> StepCurve:
    parts = (curve.get(part, ()) for part in ("low", "high", "at_risk", "censored"))
    return StepCurve(name, curve["day"], values, *parts)
