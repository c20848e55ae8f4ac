"""An analysis plan as text that can be read aloud: sets, endpoints, what is new therapy, estimands, analyses.

Decides the words. Each part says how sure it is, as in the prose of a plan (`plan_prose`).
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from equipoise.assessments.surgery import MORTALITY_DAYS
from equipoise.protocol.analysis_plan import (
    NEW_THERAPY,
    AnalysisPlan,
    AnalysisSet,
    Censoring,
    EndpointDefinition,
    EndpointKind,
    Estimand,
    EventKind,
    History,
    PlannedAnalysis,
    SetRule,
)
from equipoise.protocol.plan_prose import Wrap, mark_words
from equipoise.terminology.concepts import Concept

SETS: Mapping[SetRule, str] = MappingProxyType(
    {
        SetRule.RANDOMISED: "everybody who was randomised",
        SetRule.TREATED: "whoever was given at least one step of treatment",
        SetRule.OPERATED: "whoever was operated",
        SetRule.EVALUABLE: "whoever has a baseline and a later assessment that can be judged",
        SetRule.PER_PROTOCOL: (
            "whoever was eligible, was given every planned step in full but for what a gate, dose rule or decision of "
            "the plan left out, reduced, held or stopped, and is without an important deviation"
        ),
        SetRule.EVERY_STEP: "whoever was eligible, was given every planned step, and is without an important deviation",
    }
)
"""Who belongs to a set, in words."""
_CENSORING: Mapping[Censoring, str] = MappingProxyType(
    {
        Censoring.LAST_ASSESSMENT: "without an event at the last evaluable assessment",
        Censoring.LAST_KNOWN_ALIVE: "without an event at the last day known alive",
        Censoring.NEW_THERAPY: "at the last assessment before new anticancer therapy",
        Censoring.MISSED_VISITS: "at the last assessment before {n} missed in a row, when the event comes after them",
        Censoring.DATA_CUT: "without an event at the data cut",
    }
)


def describe_analysis(plan: AnalysisPlan, library: Mapping[str, Concept], wrap: Wrap) -> list[str]:
    """All of an analysis plan as lines."""
    lines = wrap(f"ANALYSIS: {plan.label}", "", "")
    for title, sentences in (
        ("Sets", map(_set, plan.sets)),
        ("Endpoints", map(_endpoint, plan.endpoints)),
        ("New anticancer therapy", [_new_therapy(plan, library)]),
        ("Estimands", map(_estimand, plan.estimands)),
        (f"Analyses, with {plan.control} as the control", map(_analysis, plan.analyses)),
    ):
        lines += _block(wrap, title, sentences)
    return lines


def _block(wrap: Wrap, title: str, sentences: Iterable[str]) -> list[str]:
    said = list(sentences)
    if not said:
        return []
    return ["", *wrap(title, "  ", "    "), *(line for each in said for line in wrap(each, "  - ", "    "))]


def _set(one: AnalysisSet) -> str:
    return f"{one.label} ({one.id}): {SETS[one.rule]}."


def _endpoint(endpoint: EndpointDefinition) -> str:
    return " ".join([f"{endpoint.label} ({endpoint.id}):", *_endpoint_parts(endpoint), mark_words(endpoint)])


def _endpoint_parts(endpoint: EndpointDefinition) -> Iterator[str]:
    if endpoint.kind is EndpointKind.COMPLICATION:
        yield f"a complication of Clavien-Dindo grade {endpoint.grade_limit} or more after the operation."
        yield f"Without one a no needs {MORTALITY_DAYS} days of follow-up after it, or a death."
        return
    if endpoint.kind is EndpointKind.OPERATIVE_DEATH:
        yield f"death within {MORTALITY_DAYS} days of the operation; a no needs so many days of follow-up after it."
        return
    if not endpoint.events:
        answer = endpoint.answer
        asked = "" if answer is None else f", {answer.field} of the form {answer.form} is {answer.must_be}"
        yield f"{endpoint.kind.value}{asked}."
        return
    events = " or ".join(each.value for each in endpoint.events)
    reader = f", as the {endpoint.reader} reader saw it" if EventKind.PROGRESSION in endpoint.events else ""
    yield f"time from {endpoint.start} to {events}{reader}."
    rules = "; ".join(_CENSORING[each].format(n=endpoint.missed_visits) for each in endpoint.censoring)
    yield f"Censored {rules}."
    after = endpoint.post_operative
    if after is not None:
        seen = "is progression" if after.first_seen == "progression" else "belongs to the new baseline"
        yield (
            f"After a planned operation a scan on days {after.from_day} to {after.until_day} is the new baseline; "
            f"what is first seen there {seen}."
        )


def _new_therapy(plan: AnalysisPlan, library: Mapping[str, Concept]) -> str:
    names = list(NEW_THERAPY) if plan.new_therapy is None else plan.new_therapy.concepts
    labels = "; ".join(library[name].label if name in library else name for name in names) or "nothing"
    said = "[the program's list]" if plan.new_therapy is None else mark_words(plan.new_therapy)
    own = "What the plan gives in the subject's own arm is none, its operation included"
    return f"Given besides the plan: {labels}. {own}. {said}"


def _estimand(one: Estimand) -> str:
    ways = "; ".join(
        f"{each.event}: {each.strategy.value.replace('-', ' ')}{f' ({each.words})' if each.words else ''}"
        for each in one.intercurrent
    )
    parts = [f"Population: {one.population}", f"Treatment: {one.treatment}", f"Variable: {one.variable}"]
    return " ".join([f"{one.id}.", *parts, f"Intercurrent events: {ways}.", f"Summary: {one.summary}", mark_words(one)])


def _analysis(one: PlannedAnalysis) -> str:
    arms = f", arms {', '.join(one.arms)}" if one.arms else ""
    estimand = f", estimand {one.estimand}" if one.estimand else ""
    against = f" {_history(one.history)}" if one.history is not None else ""
    asked = f"{one.method.value} of {one.endpoint} in {one.set}{arms}{estimand}"
    return f"{one.label} ({one.id}, {one.role}): {asked}.{_options(one)}{against} {mark_words(one)}"


def _options(one: PlannedAnalysis) -> str:
    """Only what the plan itself says: every default is printed with the result."""
    said = one.options.model_dump(mode="json", exclude_unset=True)
    words = "; ".join(f"{name} {_value(value)}" for name, value in said.items())
    return f" Options: {words}." if words else ""


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"({_value(each)})" if isinstance(each, list) else str(each) for each in value)
    return str(value)


def _history(history: History) -> str:
    """The cohort with its numbers; nobody is randomised against it."""
    if history.table is not None:
        given = f"individual times of {history.n} people in {history.table.file}, SHA-256 {history.table.sha256}"
    else:
        median = "no median" if history.median_months is None else f"median {history.median_months} months"
        bounds = [str(each) for each in (history.low_months, history.high_months) if each is not None]
        interval = f" ({' to '.join(bounds)})" if bounds else ""
        given = f"{history.n} people, {median}{interval}"
    return f"Against {history.label}, not randomised: {given} {mark_words(history)}."
