"""What a protocol is: a trial, and versions with their criteria, readings, windows and state of review.

Shapes only; what is stated of the trial itself is `trial`, what belongs to one criterion `criterion`, and all of it is
had from here. Rules are kept as they are written and become nodes in `rules`; a file becomes a `Protocol` in
`loading`; what a version means for screening at a site is `resolve`.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.analysis_plan import AnalysisPlan
from equipoise.protocol.criterion import (
    Acknowledged,
    Criterion,
    Damage,
    DamageKind,
    Drafted,
    Gate,
    Note,
    Origin,
    Outcome,
    Proposal,
    Record,
    Repair,
    RepairStatus,
    RuleData,
    Source,
    Span,
)
from equipoise.protocol.document import Document, suggestion
from equipoise.protocol.plan import Plan
from equipoise.protocol.status import RegistryStatusAt, StatusChange, status_at
from equipoise.protocol.trial import (
    NOT_FOUND,
    Activity,
    Arm,
    Day,
    Effective,
    Endpoint,
    Fact,
    Id,
    Identifier,
    Intervention,
    Mark,
    Model,
    NotFound,
    Phase,
    RegistryStatus,
    Site,
    Sponsor,
    Text,
    is_unsaid,
)
from equipoise.terminology.catalogue import read_concepts
from equipoise.terminology.concepts import Concept

__all__ = [
    "DRAFT_SENTENCE",
    "NOT_FOUND",
    "Absence",
    "Acknowledged",
    "Activity",
    "Arm",
    "Criterion",
    "Damage",
    "DamageKind",
    "Day",
    "Drafted",
    "Effective",
    "Endpoint",
    "Fact",
    "Gate",
    "Id",
    "Identifier",
    "Intervention",
    "Mark",
    "NotFound",
    "Note",
    "Origin",
    "Outcome",
    "Phase",
    "Plan",
    "Proposal",
    "Protocol",
    "ReadingChoice",
    "Record",
    "RegistryStatus",
    "Repair",
    "RepairStatus",
    "Review",
    "ReviewStatus",
    "RuleData",
    "Site",
    "Source",
    "Span",
    "Sponsor",
    "Text",
    "Version",
    "WindowSetting",
]

DRAFT_SENTENCE = "Draft that nobody has signed: for review only."


class WindowSetting(Model):
    """A named window; the record states none, so each says that it is an assumption, or gives its source."""

    length: Text = Field(description="'90 d', '12 mo', '< 2 a'")
    anchor: Id = "as_of"
    status: Literal["assumption", "protocol"]
    source: str


class Absence(Model):
    """The concepts for which no record means no, in a patient who was seen in the year before."""

    no: list[Id] = Field(default_factory=list)
    because: str = ""


class ReadingChoice(Model):
    """
    How a doubtful sentence is read.

    `chosen` null leaves it open. `alternatives` in words, and `criteria`, are given only where the rule knows one
    reading alone (the choice is then built into it, and a site cannot change it).
    """

    chosen: Id | None = None
    by: str = ""
    because: str
    alternatives: dict[Id, str] = Field(default_factory=dict)
    criteria: list[Id] = Field(default_factory=list)

    @model_validator(mode="after")
    def _complete(self) -> "ReadingChoice":
        if self.chosen is not None and not self.by:
            raise ValueError("a chosen reading says by whom it was chosen (by)")
        if self.alternatives and (self.chosen not in self.alternatives or not self.criteria):
            raise ValueError("a choice built into the rule names one of its alternatives, and its criteria")
        return self


class ReviewStatus(StrEnum):
    """Whether a person stands for a version."""

    DRAFT = "draft"
    SIGNED = "signed"


class Review(Model):
    """Who or what drafted a version, and who signed it, when."""

    status: ReviewStatus
    drafted_by: str = ""
    drafted_at: date | None = None
    signed_by: str = ""
    signed_at: date | None = None

    @model_validator(mode="after")
    def _signed(self) -> "Review":
        if self.status is ReviewStatus.SIGNED and not (self.signed_by and self.signed_at):
            raise ValueError("a signed version says by whom and when (signed_by, signed_at)")
        if self.status is ReviewStatus.DRAFT and (self.signed_by or self.signed_at):
            raise ValueError("a draft has no signed_by and no signed_at; write status: signed to sign it")
        return self


class Version(Model):
    """One version of the protocol; it never changes, an amendment is a new one. It names its `plan` and `analysis`."""

    name: Id
    label: str
    effective: Effective
    as_in: Id | None = None
    review: Review | None = Field(default=None, exclude_if=is_unsaid)
    anchors: dict[Id, str] = Field(default_factory=dict)
    windows: dict[Id, WindowSetting] = Field(default_factory=dict)
    absence: Absence = Field(default_factory=Absence)
    readings: dict[Id, ReadingChoice] = Field(default_factory=dict)
    inclusion: list[Criterion] = Field(default_factory=list)
    exclusion: list[Criterion] = Field(default_factory=list)
    gates: list[Gate] = Field(default_factory=list)
    plan: Id | None = Field(default=None, exclude_if=is_unsaid)
    analysis: Id | None = Field(default=None, exclude_if=is_unsaid)

    @model_validator(mode="after")
    def _asks_something(self) -> "Version":
        if not self.inclusion and not self.exclusion:
            raise ValueError("a version without any criterion would let everybody in: add inclusion or exclusion")
        return self

    @property
    def is_draft(self) -> bool:
        """Whether it says of itself that nobody has signed it; a version without a review was made by hand."""
        return self.review is not None and self.review.status is ReviewStatus.DRAFT

    @property
    def criteria(self) -> tuple[tuple[Kind, Criterion], ...]:
        """Inclusions, then exclusions, as they are written."""
        inclusions = [(Kind.INCLUSION, criterion) for criterion in self.inclusion]
        return (*inclusions, *((Kind.EXCLUSION, criterion) for criterion in self.exclusion))

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion or gate of this id."""
        for criterion in (*self.inclusion, *self.exclusion, *self.gates):
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)


def _digest_of(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Protocol(Model):
    """A trial's protocol, all versions."""

    id: Id
    title: str
    official_title: str = ""
    identifiers: list[Identifier] = Field(default_factory=list)
    conditions: list[str] = Field(default_factory=list, exclude_if=is_unsaid)
    keywords: list[str] = Field(default_factory=list, exclude_if=is_unsaid)
    phase: Phase | None = None
    sponsor: Sponsor | None = None
    registry: list[RegistryStatus] = Field(default_factory=list)
    sites: list[Site] = Field(default_factory=list)
    design: dict[Id, Fact] = Field(default_factory=dict)
    records: list[Record] = Field(default_factory=list)
    interventions: list[Intervention] = Field(default_factory=list)
    arms: list[Arm] = Field(default_factory=list)
    schedule: list[Activity] = Field(default_factory=list)
    plans: dict[Id, Plan] = Field(default_factory=dict, exclude_if=is_unsaid)
    analyses: dict[Id, AnalysisPlan] = Field(default_factory=dict, exclude_if=is_unsaid)
    endpoints: list[Endpoint] = Field(default_factory=list)
    concepts: dict[Id, dict[str, Any]] = Field(default_factory=dict, exclude_if=is_unsaid)
    default_version: Id
    versions: list[Version] = Field(min_length=1)

    _document: Document | None = PrivateAttr(default=None)

    @property
    def document(self) -> Document | None:
        """The file it was read from, with the line of each part; None for a protocol made in memory."""
        return self._document

    def library(self, base: Mapping[str, Concept]) -> Mapping[str, Concept]:
        """
        The concepts that its rules may name: those of `base`, and those that it declares itself.

        Raises
        ------
        ProtocolError
            An entry of `concepts` cannot be used (a file that was loaded has none such).
        """
        own, faults = read_concepts(self.concepts)
        if faults:
            told = [Fault(f"concepts, {fault.where}", fault.what, fault.do) for fault in faults]
            raise ProtocolError(f"Protocol {self.id} cannot be used.", told)
        return MappingProxyType({**base, **own}) if own else base

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal; comments, the layout of the file and unused keys do not count."""
        return _digest_of(self.model_dump(mode="json"))

    def version_digest(self, name: str | None = None) -> str:
        """
        SHA-256 of what one version judges by: its own content, its plan, and the concepts that the protocol declares.

        It stays as it is when an amendment is added to the file.

        Raises
        ------
        ProtocolError
            There is no such version.
        """
        content = {"id": self.id, "concepts": self.concepts, "version": self.version(name).model_dump(mode="json")}
        plan, analysis = self.plan_of(name), self.analysis_of(name)
        content |= {} if plan is None else {"plan": plan.model_dump(mode="json")}
        return _digest_of(content | ({} if analysis is None else {"analysis": analysis.model_dump(mode="json")}))

    def plan_of(self, version_name: str | None = None) -> Plan | None:
        """
        The plan of a version (the default one when none is named); None when it has none.

        Raises
        ------
        ProtocolError
            There is no such version.
        """
        name = self.version(version_name).plan
        return None if name is None else self.plans[name]

    def version(self, name: str | None = None) -> Version:
        """
        The version of this name; the default one when none is named.

        Raises
        ------
        ProtocolError
            There is no such version.
        """
        wanted = self.default_version if name is None else name
        for version in self.versions:
            if version.name == wanted:
                return version
        names = tuple(version.name for version in self.versions)
        what = f"there is no version {wanted!r}"
        do = f"{suggestion(wanted, names)} Versions: {', '.join(names)}."
        raise ProtocolError(f"Protocol {self.id} cannot be used.", [Fault(self.id, what, do)])

    def analysis_of(self, version_name: str | None = None) -> AnalysisPlan | None:
        """
        The analysis plan of a version (the default one when none is named); None when it has none.

        Raises
        ------
        ProtocolError
            There is no such version.
        """
        name = self.version(version_name).analysis
        return None if name is None else self.analyses[name]

    def registry_status_at(self, as_of: date) -> RegistryStatusAt:
        """What the registry said on a day, as far as it is known, and whether anyone can be enrolled."""
        return status_at([StatusChange(each.status, *each.since.bounds) for each in self.registry], as_of)
