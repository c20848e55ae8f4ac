"""ClinicalTrials.gov JSON (API v2): one study object with its `protocolSection`.

Decides how the study is laid out as a page and which fields become which facts. The eligibility text stands on the page
word for word, but for the backslashes by which the registry's markup protects signs (`\\>= 18` is printed `>= 18`).
What has the wrong type, a status without a word in `protocol.model.RegistryStatus`, and parts that are not known are
noted. Splitting the eligibility text is left to others.
"""

import re
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
    StatedStatus,
)
from equipoise.authoring.registries import ages
from equipoise.authoring.registries.ctgov_page import StudyFacts, lay_out
from equipoise.authoring.registries.json_view import View
from equipoise.authoring.registries.page import Source
from equipoise.authoring.registries.vocabulary import (
    label_of,
    phase_of,
    read_date,
    read_sex,
    read_status,
    read_yes_no,
    registration_id,
)

_SECTIONS = frozenset(
    ("protocolSection", "resultsSection", "annotationSection", "documentSection", "derivedSection", "hasResults")
)
_MODULES = frozenset(
    f"{name}Module"
    for name in (
        "identification",
        "status",
        "sponsorCollaborators",
        "oversight",
        "description",
        "conditions",
        "design",
        "armsInterventions",
        "outcomes",
        "eligibility",
        "contactsLocations",
        "references",
        "ipdSharingStatement",
    )
)
_DATES = {
    "startDateStruct": "start",
    "primaryCompletionDateStruct": "primary-completion",
    "completionDateStruct": "completion",
    "studyFirstPostDateStruct": "first-posted",
    "resultsFirstPostDateStruct": "results-first-posted",
    "lastUpdatePostDateStruct": "last-update-posted",
}
_PLAIN_DATES = {
    "statusVerifiedDate": "verified",
    "studyFirstSubmitDate": "first-submitted",
    "lastUpdateSubmitDate": "last-update-submitted",
}
_MASKED_SIGN = re.compile(r"\\([\\<>\[\]*_~^`#|&+\-=.(){}!])")


def read_study(data: dict[str, Any], source: Source) -> Registration:
    """
    Read one study.

    Parameters
    ----------
    data
        The study object, which has a `protocolSection`.
    """
    study = View(data)
    study.note_unknown(_SECTIONS, "parts")
    protocol = study.child("protocolSection")
    protocol.note_unknown(_MODULES, "modules")
    facts = _facts(protocol)
    text, outside, regions = lay_out(facts)
    id_, note = registration_id(facts.nct, source.file_name)
    notes = [*source.notes, *study.notes, note, ages.contradiction(facts.minimum_age, facts.maximum_age)]
    return Registration(
        form=RecordForm.CTGOV_JSON,
        file_name=source.file_name,
        sha256=source.sha256,
        text=text,
        outside=outside,
        eligibility=regions,
        id=id_,
        title=facts.title or facts.official_title,
        official_title=facts.official_title,
        identifiers=facts.identifiers,
        conditions=facts.conditions,
        keywords=facts.keywords,
        study_type=facts.study_type,
        phase=facts.phase,
        sponsor=facts.sponsor,
        statuses=facts.statuses,
        dates=MappingProxyType(facts.dates),
        design=MappingProxyType(facts.design),
        sites=facts.sites,
        arms=facts.arms,
        interventions=facts.interventions,
        outcomes=facts.outcomes,
        sex=facts.sex,
        minimum_age=facts.minimum_age,
        maximum_age=facts.maximum_age,
        healthy_volunteers=facts.healthy_volunteers,
        not_understood=tuple(note for note in notes if note),
    )


def eligibility_text(data: dict[str, Any]) -> str:
    """The eligibility text of a study as the registry prints it; empty when it has none."""
    criteria = View(data).child("protocolSection").child("eligibilityModule").data.get("eligibilityCriteria")
    return _MASKED_SIGN.sub(r"\1", criteria).strip() if isinstance(criteria, str) else ""


def _facts(protocol: View) -> StudyFacts:
    identification = protocol.child("identificationModule")
    eligibility = protocol.child("eligibilityModule")
    conditions = protocol.child("conditionsModule")
    design = protocol.child("designModule")
    description = protocol.child("descriptionModule")
    arms = protocol.child("armsInterventionsModule")
    status = protocol.child("statusModule")
    return StudyFacts(
        nct=identification.text("nctId"),
        title=identification.text("briefTitle"),
        official_title=identification.text("officialTitle"),
        identifiers=_identifiers(identification),
        summary=description.text("briefSummary"),
        description=description.text("detailedDescription"),
        conditions=conditions.texts("conditions"),
        keywords=conditions.texts("keywords"),
        study_type=label_of(design.text("studyType")).lower(),
        phase=phase_of(design.texts("phases")),
        sponsor=protocol.child("sponsorCollaboratorsModule").child("leadSponsor").text("name"),
        statuses=_statuses(status),
        dates=_dates(status),
        design={**_design(design), **_stop(status), **_population(eligibility)},
        sites=_sites(protocol.child("contactsLocationsModule")),
        contacts=_contacts(protocol.child("contactsLocationsModule")),
        arms=_arms(arms),
        interventions=_interventions(arms),
        outcomes=_outcomes(protocol.child("outcomesModule")),
        criteria=_MASKED_SIGN.sub(r"\1", eligibility.text("eligibilityCriteria")),
        sex=_sex(eligibility),
        minimum_age=_age(eligibility, "minimumAge"),
        maximum_age=_age(eligibility, "maximumAge"),
        healthy_volunteers=_healthy(eligibility),
    )


def _identifiers(identification: View) -> tuple[tuple[str, str], ...]:
    found = [(identification.text("nctId"), "ClinicalTrials.gov")]
    organisation = identification.child("organization").text("fullName")
    found.append((identification.child("orgStudyIdInfo").text("id"), organisation or "organisation"))
    for other in identification.children("secondaryIdInfos"):
        found.append((other.text("id"), other.text("domain") or label_of(other.text("type"))))
    return tuple(pair for pair in found if pair[0])


def _statuses(module: View) -> tuple[StatedStatus, ...]:
    stated = module.text("overallStatus")
    status = read_status(stated)
    if status is None:
        if stated:
            last = module.text("lastKnownStatus")
            known = f"; the last known one is {last}" if last else ""
            module.note("overallStatus", f"{stated} is not a status that a protocol can have{known}")
        return ()
    verified = module.text("statusVerifiedDate")
    source = "ClinicalTrials.gov, overall status" + (f", verified {verified}" if verified else "")
    return (StatedStatus(status, source=source),)


def _dates(module: View) -> dict[str, str]:
    dates: dict[str, str] = {}
    for key, name in _DATES.items():
        given = module.child(key)
        _add_date(dates, name, given, "date")
        if given.text("type") and name in dates:
            dates[f"{name}-type"] = given.text("type").lower()
    for key, name in _PLAIN_DATES.items():
        _add_date(dates, name, module, key)
    return dates


def _add_date(dates: dict[str, str], name: str, view: View, key: str) -> None:
    words = view.text(key)
    read = read_date(words) if words else None
    if read:
        dates[name] = read[0]
    elif words:
        view.note(key, f"the date {words!r} cannot be read")


def _design(module: View) -> dict[str, str]:
    info, enrolment = module.child("designInfo"), module.child("enrollmentInfo")
    masking = info.child("maskingInfo")
    is_actual = enrolment.text("type") == "ACTUAL"
    stated = {
        "allocation": label_of(info.text("allocation")).lower(),
        "intervention-model": label_of(info.text("interventionModel")).lower(),
        "intervention-model-description": info.text("interventionModelDescription"),
        "primary-purpose": label_of(info.text("primaryPurpose")).lower(),
        "observational-model": label_of(info.text("observationalModel")).lower(),
        "time-perspective": label_of(info.text("timePerspective")).lower(),
        "masking": label_of(masking.text("masking")).lower(),
        "masking-description": masking.text("maskingDescription"),
        "who-is-masked": ", ".join(label_of(each).lower() for each in masking.texts("whoMasked")),
        "enrolment-actual" if is_actual else "enrolment-target": enrolment.text("count"),
    }
    return {name: value for name, value in stated.items() if value}


def _stop(module: View) -> dict[str, str]:
    why = module.text("whyStopped")
    return {"why-stopped": why} if why else {}


def _population(module: View) -> dict[str, str]:
    stated = {
        "age-groups": ", ".join(label_of(each) for each in module.texts("stdAges")),
        "gender-based": {True: "yes", False: "no", None: ""}[module.flag("genderBased")],
        "gender-description": module.text("genderDescription"),
        "sampling": label_of(module.text("samplingMethod")).lower(),
        "study-population": module.text("studyPopulation"),
    }
    return {name: value for name, value in stated.items() if value}


def _sites(module: View) -> tuple[StatedSite, ...]:
    sites = []
    for site in module.children("locations"):
        stated = site.text("status")
        status = read_status(stated)
        if stated and status is None:
            site.note("status", f"{stated} is not a status that a site can have")
        place = ", ".join(filter(None, (site.text("city"), site.text("state"), site.text("country"))))
        sites.append(StatedSite(site.text("facility") or place, status or "", place))
    return tuple(sites)


def _contacts(module: View) -> tuple[str, ...]:
    people = [*module.children("centralContacts"), *module.children("overallOfficials")]
    parts = [(each.text("name"), label_of(each.text("role")).lower(), each.text("affiliation")) for each in people]
    return tuple(", ".join(filter(None, part)) for part in parts)


def _arms(module: View) -> tuple[StatedArm, ...]:
    return tuple(
        StatedArm(
            arm.text("label"), label_of(arm.text("type")), arm.text("description"), arm.texts("interventionNames")
        )
        for arm in module.children("armGroups")
    )


def _interventions(module: View) -> tuple[StatedIntervention, ...]:
    return tuple(
        StatedIntervention(each.text("name"), label_of(each.text("type")), each.text("description"))
        for each in module.children("interventions")
    )


def _outcomes(module: View) -> tuple[StatedOutcome, ...]:
    return tuple(
        StatedOutcome(level, each.text("measure"), each.text("timeFrame"), each.text("description"))
        for level in ("primary", "secondary", "other")
        for each in module.children(f"{level}Outcomes")
    )


def _sex(module: View) -> str:
    stated = module.text("sex")
    sex = read_sex(stated)
    if stated and sex is None:
        module.note("sex", f"{stated!r} is not a sex that can be read")
    return sex or ""


def _age(module: View, key: str) -> AgeLimit | None:
    words = module.text(key)
    age = ages.read_age(words)
    if age is None and not ages.has_no_limit(words):
        module.note(key, f"the age {words!r} cannot be read")
    return age


def _healthy(module: View) -> bool | None:
    stated = module.data.get("healthyVolunteers")
    in_words = read_yes_no(stated) if isinstance(stated, str) else None
    return module.flag("healthyVolunteers") if in_words is None else in_words
