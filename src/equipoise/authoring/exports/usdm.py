"""A protocol as USDM 4 JSON: made from scratch, or as the rules laid into the study from which it was authored.

Decides what a study and its version say; the design is `usdm_design`, a study that is there already `usdm_source`. The
standard knows a criterion as words alone, so the executable rule, with everything that we know of the criterion, rides
as JSON in the extension attribute of each criterion, and the protocol around it in that of the study design.
"""

from collections.abc import Mapping
from typing import Any

from equipoise.authoring.exports import usdm_codes
from equipoise.authoring.exports.carried import take_apart
from equipoise.authoring.exports.losses import Export, LossBook, without_a_place
from equipoise.authoring.exports.usdm_amendment import make_amendment
from equipoise.authoring.exports.usdm_design import DesignMaker
from equipoise.authoring.exports.usdm_objects import NOT_STATED, UNSTATED_LOSS, Made, UsdmMaker
from equipoise.authoring.exports.usdm_source import attach_rules
from equipoise.protocol.model import DRAFT_SENTENCE, NOT_FOUND, Protocol, Version

USDM_VERSION = "4.0.0"
SYSTEM_NAME = "Equipoise"
IN_EXTENSION = "only in the extension attribute"
_REGISTRIES = ("clinicaltrials.gov",)


def export_usdm(protocol: Protocol, *, version: str | None = None, source: Mapping[str, Any] | None = None) -> Export:
    """
    A version of a protocol as USDM 4.

    Parameters
    ----------
    version
        Its name; the default version when none is named.
    source
        The USDM study from which the protocol was authored. It is given back as it is, with our extension attributes
        added and nothing else changed.

    Raises
    ------
    ProtocolError
        There is no such version, or `source` is no USDM study.
    """
    chosen = protocol.version(version)
    losses = LossBook()
    if source is not None:
        content = attach_rules(source, protocol, chosen, losses)
    else:
        content = _Study(protocol, chosen, UsdmMaker(losses)).make()
    _note_criteria(chosen, losses)
    _note_versions(protocol, chosen, losses, is_attached=source is not None)
    return Export(content, losses.losses)


class _Study:
    """Makes the file around the design."""

    def __init__(self, protocol: Protocol, version: Version, maker: UsdmMaker) -> None:
        self._protocol, self._version, self._maker = protocol, version, maker
        self._organizations: dict[str, Made] = {}

    def make(self) -> dict[str, Any]:
        documents = self._documents()
        study = {
            "id": None,
            "name": self._protocol.id,
            "description": None,
            "label": self._protocol.title,
            "versions": [self._study_version(documents)],
            "documentedBy": documents,
            "instanceType": "Study",
        }
        self._note_facts()
        return {"study": study, "usdmVersion": USDM_VERSION, "systemName": SYSTEM_NAME, "systemVersion": None}

    def _study_version(self, documents: list[Made]) -> Made:
        make, protocol, version = self._maker, self._protocol, self._version
        head, criteria = take_apart(protocol, version)
        designer = DesignMaker(protocol, version, make, head, criteria)
        items = designer.items()
        interventions = designer.interventions()
        make.losses.add("rationale of the version and of the design", UNSTATED_LOSS)
        return make.make(
            "StudyVersion",
            versionIdentifier=version.name,
            rationale=NOT_FOUND,
            documentVersionIds=[each["id"] for document in documents for each in document["versions"]],
            dateValues=self._dates(),
            amendments=make_amendment(protocol, version, make, documents[0]["id"] if documents else ""),
            businessTherapeuticAreas=[],
            studyIdentifiers=self._identifiers(),
            referenceIdentifiers=[],
            studyDesigns=[designer.design(items, interventions)],
            titles=self._titles(),
            eligibilityCriterionItems=list(items.values()),
            narrativeContentItems=[],
            abbreviations=[],
            roles=self._roles(),
            organizations=list(self._organizations.values()),
            studyInterventions=list(interventions.values()),
            administrableProducts=[],
            medicalDevices=[],
            productOrganizationRoles=[],
            biomedicalConcepts=[],
            bcCategories=[],
            bcSurrogates=[],
            dictionaries=[],
            conditions=[],
            notes=[make.note(DRAFT_SENTENCE)] if version.is_draft else [],
        )

    def _titles(self) -> list[Made]:
        make, protocol = self._maker, self._protocol
        titles = [make.make("StudyTitle", text=protocol.title, type=make.code(usdm_codes.BRIEF_TITLE))]
        if protocol.official_title:
            code = make.code(usdm_codes.OFFICIAL_TITLE)
            titles.append(make.make("StudyTitle", text=protocol.official_title, type=code))
        return titles

    def _identifiers(self) -> list[Made]:
        """The standard demands one: without any, our own name for the protocol stands as its identifier."""
        stated = [(str(each.id), each.authority) for each in self._protocol.identifiers]
        if not stated:
            self._maker.losses.add("identifiers", UNSTATED_LOSS)
            stated = [(self._protocol.id, NOT_STATED)]
        return [
            self._maker.make("StudyIdentifier", text=text, scopeId=self._organization(authority)["id"])
            for text, authority in stated
        ]

    def _organization(self, name: str) -> Made:
        if name not in self._organizations:
            make = self._maker
            scheme, identifier = NOT_STATED, NOT_STATED
            if name.lower() in _REGISTRIES:
                code, scheme, identifier = make.code(usdm_codes.REGISTRY_ORGANIZATION), "USGOV", "CT-GOV"
            elif self._protocol.sponsor is not None and name == self._protocol.sponsor.name:
                code = make.code(usdm_codes.SPONSOR_ORGANIZATION)
            else:
                make.losses.add(f"organization {name!r}", "its type is not stated; it has a code of our own system")
                code = make.own_code(NOT_STATED)
            self._organizations[name] = make.make(
                "Organization",
                name=name,
                label=name,
                type=code,
                identifierScheme=scheme,
                identifier=identifier,
                legalAddress=None,
                managedSites=[],
            )
        return self._organizations[name]

    def _roles(self) -> list[Made]:
        sponsor = self._protocol.sponsor
        if sponsor is None:
            return []
        return [
            self._maker.make(
                "StudyRole",
                name="SPONSOR",
                label="Sponsor",
                description=sponsor.source or None,
                code=self._maker.code(usdm_codes.SPONSOR_ROLE),
                appliesToIds=[],
                assignedPersons=[],
                organizationIds=[self._organization(sponsor.name)["id"]],
                masking=None,
                notes=[],
            )
        ]

    def _dates(self) -> list[Made]:
        effective, make = self._version.effective, self._maker
        if effective.day == NOT_FOUND:
            if effective.not_before or effective.not_after:
                make.losses.add(f"version {self._version.name}", f"a day known only by its bounds: {IN_EXTENSION}")
            return []
        scope = make.make("GeographicScope", type=make.own_code(NOT_STATED), code=None)
        kind = make.code_of("effective-day", {}, f"version {self._version.name}, date")
        return [
            make.make(
                "GovernanceDate",
                name="EFFECTIVE",
                label="In force from",
                description=effective.note or None,
                type=kind,
                dateValue=str(effective.day),
                geographicScopes=[scope],
            )
        ]

    def _documents(self) -> list[Made]:
        """The public records from which the criteria are taken, as one document with a version for each."""
        make = self._maker
        used = {each.record for _, criterion in self._version.criteria for each in criterion.sources}
        records = [record for record in self._protocol.records if record.id in used]
        if not records:
            return []
        versions = [
            make.make(
                "StudyDefinitionDocumentVersion",
                version=record.id,
                status=make.code_of(NOT_STATED, {}, f"status of record {record.id}"),
                dateValues=[],
                contents=[],
                notes=[make.note(record.note)] if record.note else [],
            )
            for record in records
        ]
        document = make.make(
            "StudyDefinitionDocument",
            name="PUBLIC_RECORD",
            label="Public registry record",
            description=None,
            language=make.code_of(NOT_STATED, {}, "language of the public record"),
            type=make.own_code("registry-record", "Public registry record"),
            templateName=NOT_STATED,
            versions=versions,
            childIds=[],
            notes=[],
        )
        return [document]

    def _note_facts(self) -> None:
        protocol, add = self._protocol, self._maker.losses.add
        if protocol.registry:
            add("registry", f"recruitment statuses and since when: {IN_EXTENSION}")
        if protocol.sites:
            add(
                "sites",
                f"sites and their recruitment status, since no organization is said to manage them: {IN_EXTENSION}",
            )
        if protocol.design:
            add("design", f"facts of the design with mark and source: {IN_EXTENSION}")
        if protocol.keywords:
            add("keywords", IN_EXTENSION)
        if protocol.phase is not None and (protocol.phase.titled or protocol.phase.note):
            add("phase", f"the phase of the title beside the registered one: {IN_EXTENSION}")


def _note_criteria(version: Version, losses: LossBook) -> None:
    """What we know of criteria that the standard has no place for."""
    for criterion in (*version.inclusion, *version.exclusion, *version.gates):
        for what in ("the executable rule", *without_a_place(criterion)):
            losses.add(criterion.id, f"{what}: {IN_EXTENSION}")


def _note_versions(protocol: Protocol, version: Version, losses: LossBook, *, is_attached: bool) -> None:
    """What other versions and the protocol hold; `is_attached`: beside a study that stays as it was."""
    kept = {
        "named windows": version.windows,
        "readings of doubtful sentences": version.readings,
        "what absence of a record means": version.absence.no,
        "anchors of windows": version.anchors,
        "review": version.review,
    }
    for what, is_there in kept.items():
        if is_there:
            losses.add(f"version {version.name}", f"{what}: {IN_EXTENSION}")
    for name in protocol.plans:
        if is_attached or name != version.plan:
            what = "courses, activities with their windows, decision points, gates and dose rules"
            losses.add(f"plan {name}", f"{what}: {IN_EXTENSION}")
    if protocol.analyses:
        losses.add("analyses", f"sets, endpoints, estimands and analyses: {IN_EXTENSION}")
    if protocol.concepts:
        losses.add("concepts", f"value sets of the protocol itself: {IN_EXTENSION}")
    for other in protocol.versions:
        if other.name != version.name:
            losses.add(f"version {other.name}", f"not exported as a study version: {IN_EXTENSION}")
