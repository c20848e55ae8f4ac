"""The page that shows a ClinicalTrials.gov study as text: headings, fields and the eligibility text word for word."""

from dataclasses import dataclass

from equipoise.authoring.model import (
    AgeLimit,
    Segment,
    Span,
    StatedArm,
    StatedIntervention,
    StatedOutcome,
    StatedSite,
    StatedStatus,
)
from equipoise.authoring.registries.page import PageWriter

_YES_NO = {True: "Yes", False: "No", None: ""}


@dataclass(frozen=True)
class StudyFacts:
    """What was read from a study, as `Registration` holds it; `criteria` is its eligibility text."""

    nct: str
    title: str
    official_title: str
    identifiers: tuple[tuple[str, str], ...]
    summary: str
    description: str
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]
    study_type: str
    phase: str
    sponsor: str
    statuses: tuple[StatedStatus, ...]
    dates: dict[str, str]
    design: dict[str, str]
    sites: tuple[StatedSite, ...]
    contacts: tuple[str, ...]
    arms: tuple[StatedArm, ...]
    interventions: tuple[StatedIntervention, ...]
    outcomes: tuple[StatedOutcome, ...]
    criteria: str
    sex: str
    minimum_age: AgeLimit | None
    maximum_age: AgeLimit | None
    healthy_volunteers: bool | None


def lay_out(facts: StudyFacts) -> tuple[str, tuple[Segment, ...], tuple[Span, ...]]:
    """The text of the page, the segments outside the criteria, and the region of the criteria."""
    page = PageWriter()
    page.line(facts.title or facts.official_title, "title")
    write_identity(page, facts.identifiers, facts.official_title if facts.title else "")
    page.field("Study Type", facts.study_type)
    page.field("Phase", facts.phase)
    page.field("Sponsor", facts.sponsor)
    page.field("Conditions", ", ".join(facts.conditions), "conditions")
    page.field("Keywords", ", ".join(facts.keywords), "keywords")
    for status in facts.statuses:
        page.field("Recruitment Status", status.status, "status")
    _write_named(page, "Dates", facts.dates)
    _write_named(page, "Design", facts.design)
    for name, words in (("Brief Summary", facts.summary), ("Detailed Description", facts.description)):
        if words:
            page.heading(name)
            page.line(words, "description")
    _write_eligibility(page, facts)
    write_arms(page, facts.arms, facts.interventions)
    write_outcomes(page, facts.outcomes)
    write_sites(page, facts.sites)
    for contact in facts.contacts:
        page.field("Contact", contact, "contact")
    return page.finish()


def write_identity(page: PageWriter, identifiers: tuple[tuple[str, str], ...], official_title: str) -> None:
    """The official title and the numbers of the trial, each with the authority that gave it."""
    page.field("Official Title", official_title, "title")
    for identifier, authority in identifiers:
        page.field("Identifier", f"{identifier} ({authority})" if authority else identifier, "identifier")


def write_arms(page: PageWriter, arms: tuple[StatedArm, ...], interventions: tuple[StatedIntervention, ...]) -> None:
    """The arms with what each is given, then the interventions; nothing when there are none."""
    if arms or interventions:
        page.heading("Arms and Interventions")
    for arm in arms:
        page.field(arm.type or "Arm", arm.label or "(no name)", "arm")
        page.line(arm.description, "arm")
        page.line("; ".join(arm.interventions), "arm")
    for each in interventions:
        page.field(each.type or "Intervention", each.label or "(no name)", "intervention")
        page.line(each.description, "intervention")


def write_outcomes(page: PageWriter, outcomes: tuple[StatedOutcome, ...]) -> None:
    """The outcomes with their time frames; nothing when there are none."""
    if outcomes:
        page.heading("Outcome Measures")
    for outcome in outcomes:
        frame = f" [Time Frame: {outcome.time_frame}]" if outcome.time_frame else ""
        page.field(outcome.level.capitalize(), outcome.measure + frame, "outcome")
        page.line(outcome.description, "outcome")


def write_sites(page: PageWriter, sites: tuple[StatedSite, ...]) -> None:
    """The sites, one on each line; nothing when there are none."""
    if sites:
        page.heading("Locations")
    for site in sites:
        words = (site.name, site.place if site.place != site.name else "", site.status)
        page.line(", ".join(word for word in words if word), "sites")


def _write_named(page: PageWriter, heading: str, values: dict[str, str]) -> None:
    if values:
        page.heading(heading)
    for name, value in values.items():
        page.field(name.replace("-", " ").capitalize(), value)


def _write_eligibility(page: PageWriter, facts: StudyFacts) -> None:
    page.heading("Eligibility", "eligibility-heading")
    page.field("Sexes Eligible for Study", facts.sex.capitalize(), "sex")
    page.field("Minimum Age", facts.minimum_age.text if facts.minimum_age else "", "age")
    page.field("Maximum Age", facts.maximum_age.text if facts.maximum_age else "", "age")
    page.field("Accepts Healthy Volunteers", _YES_NO[facts.healthy_volunteers], "healthy-volunteers")
    page.region(facts.criteria)
