"""CDISC USDM 4 JSON: one study, of which the first version and its first design are read.

Decides which objects become which facts and lays them out as a page; the source keeps its criteria apart, so that each
is given with its place on that page (`given_items`). Further versions and designs are noted, not read. Texts and
references are made plain in `usdm_text`, the schedule is read in `usdm_schedule`.
"""

from types import MappingProxyType
from typing import Any

from equipoise.authoring.model import (
    AgeLimit,
    RecordForm,
    Registration,
    StatedArm,
    StatedIntervention,
    StatedOutcome,
    StatedSite,
)
from equipoise.authoring.registries import ages
from equipoise.authoring.registries.ctgov_page import write_arms, write_identity, write_outcomes, write_sites
from equipoise.authoring.registries.json_view import View
from equipoise.authoring.registries.page import PageWriter, Source
from equipoise.authoring.registries.usdm_criteria import Criterion, read_criteria, write_criteria
from equipoise.authoring.registries.usdm_schedule import read_schedule
from equipoise.authoring.registries.usdm_text import StudyTexts, decode, quantity
from equipoise.authoring.registries.vocabulary import NCT, read_sex, registration_id, slug


def read_usdm(data: dict[str, Any], source: Source) -> Registration:
    """
    Read a study.

    Parameters
    ----------
    data
        The document, which has a `study` with `versions`.
    """
    reader = _StudyReader(data)
    identifiers = reader.identifiers()
    numbers = [identifier for identifier, _ in identifiers if NCT.fullmatch(identifier)]
    id_, note = registration_id(numbers[0] if numbers else "", source.file_name)
    minimum, maximum = reader.age_limits()
    title, official_title = reader.titles()
    arms, interventions, outcomes, sites = reader.arms(), reader.interventions(), reader.outcomes(), reader.sites()
    schedule = read_schedule(reader.version, reader.design, reader.texts)
    page = PageWriter()
    page.line(title, "title")
    write_identity(page, identifiers, official_title)
    facts = reader.page_facts(minimum, maximum)
    for name, value in facts.items():
        page.field(name, value)
    given = write_criteria(page, reader.criteria())
    write_arms(page, arms, interventions)
    write_outcomes(page, outcomes)
    write_sites(page, sites)
    text, outside, regions = page.finish()
    notes = [*source.notes, *reader.notes(), note, ages.contradiction(minimum, maximum)]
    return Registration(
        form=RecordForm.USDM_JSON,
        file_name=source.file_name,
        sha256=source.sha256,
        text=text,
        outside=outside,
        eligibility=regions,
        given_items=given,
        id=id_,
        title=title,
        official_title=official_title,
        identifiers=identifiers,
        conditions=reader.conditions(),
        study_type=facts["Study Type"],
        phase=facts["Phase"],
        sponsor=facts["Sponsor"],
        dates=MappingProxyType(reader.dates()),
        design=MappingProxyType(reader.design_facts()),
        sites=sites,
        arms=arms,
        interventions=interventions,
        outcomes=outcomes,
        sex=reader.sex(),
        minimum_age=minimum,
        maximum_age=maximum,
        healthy_volunteers=reader.population.flag("includesHealthySubjects"),
        schedule=schedule,
        not_understood=tuple(dict.fromkeys(note for note in notes if note)),
    )


class _StudyReader:
    """The first version of a study and its first design, read part by part."""

    def __init__(self, data: dict[str, Any]) -> None:
        document = View(data)
        study = document.child("study")
        versions = list(study.children("versions"))
        self.version = versions[0] if versions else study.child("versions")
        designs = list(self.version.children("studyDesigns"))
        self.design = designs[0] if designs else View(None, "studyDesigns", document.notes)
        self.population = self.design.child("population")
        self.texts = StudyTexts(data)
        self._notes = document.notes
        stated = document.text("usdmVersion")
        if stated and not stated.startswith("4"):
            document.note("usdmVersion", f"the file says version {stated}; it is read as version 4")
        for others, what in ((versions[1:], "version"), (designs[1:], "design")):
            for other in others:
                name = other.text("versionIdentifier") or other.text("name") or other.text("id")
                other.note("", f"another {what} of the study ({name}), not read")

    def notes(self) -> list[str]:
        return [*self._notes, *self.texts.notes]

    def titles(self) -> tuple[str, str]:
        """The brief title and the official one; one stands for the other where it is missing."""
        by_type: dict[str, str] = {}
        for title in self.version.children("titles"):
            by_type.setdefault(decode(title.data.get("type")).lower(), self.texts.plain(title.text("text")))
        official = by_type.get("official study title", "")
        return by_type.get("brief study title") or official or next(iter(by_type.values()), ""), official

    def identifiers(self) -> tuple[tuple[str, str], ...]:
        names = {each.text("id"): each.text("label") or each.text("name") for each in self._organisations()}
        return tuple(
            (each.text("text"), names.get(each.text("scopeId"), ""))
            for each in self.version.children("studyIdentifiers")
            if each.text("text")
        )

    def page_facts(self, minimum: AgeLimit | None, maximum: AgeLimit | None) -> dict[str, str]:
        """The facts that stand on the page as named fields; those not stated are empty."""
        return {
            "Study Type": decode(self.design.data.get("studyType")).lower().removesuffix(" study"),
            "Phase": decode(self.design.data.get("studyPhase")),
            "Sponsor": self._sponsor(),
            "Conditions": ", ".join(self.conditions()),
            **{name.replace("-", " ").capitalize(): value for name, value in self.design_facts().items()},
            **{name.replace("-", " ").capitalize(): value for name, value in self.dates().items()},
            "Sexes Eligible for Study": self.sex().capitalize(),
            "Minimum Age": minimum.text if minimum else "",
            "Maximum Age": maximum.text if maximum else "",
        }

    def conditions(self) -> tuple[str, ...]:
        names = (each.text("label") or each.text("description") for each in self.design.children("indications"))
        return tuple(dict.fromkeys(name for name in names if name))

    def dates(self) -> dict[str, str]:
        """Dates by the words of their kind; those of an amendment with its number."""
        dates: dict[str, str] = {}
        for each in self.version.children("dateValues"):
            dates[slug(decode(each.data.get("type")) or each.text("name"))] = each.text("dateValue")
        for amendment in self.version.children("amendments"):
            for each in amendment.children("dateValues"):
                kind = slug(decode(each.data.get("type")) or each.text("name"))
                dates[f"amendment-{slug(amendment.text('number'))}-{kind}"] = each.text("dateValue")
        return {name: day for name, day in dates.items() if day}

    def design_facts(self) -> dict[str, str]:
        aims = self.design.data.get("intentTypes")
        enrolment = self.population.child("plannedEnrollmentNumber")
        amendments = [each.text("number") for each in self.version.children("amendments")]
        stated = {
            "intervention-model": decode(self.design.data.get("model")),
            "masking": decode(self.design.data.get("blindingSchema")),
            "primary-purpose": ", ".join(decode(each) for each in aims) if isinstance(aims, list) else "",
            "enrolment-target": quantity(enrolment.data).whole() if enrolment.data else "",
            "version": self.version.text("versionIdentifier"),
            "amendments": ", ".join(each for each in amendments if each),
        }
        return {name: value for name, value in stated.items() if value}

    def criteria(self) -> tuple[Criterion, ...]:
        return read_criteria(self.version, self.design, self.texts)

    def arms(self) -> tuple[StatedArm, ...]:
        labels = {each.text("id"): _label(each) for each in self.version.children("studyInterventions")}
        given = {each.text("id"): each.texts("studyInterventionIds") for each in self.design.children("elements")}
        cells = list(self.design.children("studyCells"))
        arms = []
        for arm in self.design.children("arms"):
            elements = [
                id_ for cell in cells if cell.text("armId") == arm.text("id") for id_ in cell.texts("elementIds")
            ]
            received = dict.fromkeys(labels.get(id_, id_) for element in elements for id_ in given.get(element, ()))
            words = self.texts.plain(arm.text("description"))
            arms.append(StatedArm(_label(arm), decode(arm.data.get("type")), words, tuple(received)))
        return tuple(arms)

    def interventions(self) -> tuple[StatedIntervention, ...]:
        return tuple(
            StatedIntervention(_label(each), decode(each.data.get("type")), self.texts.plain(each.text("description")))
            for each in self.version.children("studyInterventions")
        )

    def outcomes(self) -> tuple[StatedOutcome, ...]:
        outcomes = []
        for objective in self.design.children("objectives"):
            aim = self._text_of(objective)
            for endpoint in objective.children("endpoints"):
                level = decode(endpoint.data.get("level")) or decode(objective.data.get("level"))
                named = [name for name in ("primary", "secondary") if name in level.lower()]
                outcomes.append(StatedOutcome(named[0] if named else "other", self._text_of(endpoint), "", aim))
        return tuple(outcomes)

    def sites(self) -> tuple[StatedSite, ...]:
        return tuple(
            StatedSite(_label(site), "", decode(site.data.get("country")) or _label(organisation))
            for organisation in self._organisations()
            for site in organisation.children("managedSites")
        )

    def sex(self) -> str:
        stated = [decode(each.data) for each in self.population.children("plannedSex")]
        read = {read_sex(each) for each in stated}
        if None in read:
            self.population.note("plannedSex", f"{', '.join(stated)!r} is not a sex that can be read")
            return ""
        return "all" if len(read) > 1 else next(iter(read), None) or ""

    def age_limits(self) -> tuple[AgeLimit | None, AgeLimit | None]:
        planned = self.population.child("plannedAge")
        return self._age(planned, "minValue"), self._age(planned, "maxValue")

    def _age(self, planned: View, key: str) -> AgeLimit | None:
        if not planned.has(key):
            return None
        words = quantity(planned.child(key).data).whole()
        age = ages.read_age(words)
        if age is None:
            planned.note(key, f"the age {words!r} cannot be read")
        return age

    def _sponsor(self) -> str:
        names = {each.text("id"): each.text("label") or each.text("name") for each in self._organisations()}
        for role in self.version.children("roles"):
            if decode(role.data.get("code")).lower().endswith("sponsor"):
                return ", ".join(names.get(id_, id_) for id_ in role.texts("organizationIds"))
        return ""

    def _organisations(self) -> list[View]:
        return list(self.version.children("organizations"))

    def _text_of(self, view: View) -> str:
        where = view.text("name") or view.text("id")
        return self.texts.plain(view.text("text"), view.text("dictionaryId"), where)


def _label(view: View) -> str:
    return view.text("label") or view.text("name")
