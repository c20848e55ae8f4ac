"""What a protocol is: identity, registry facts, versions with their criteria, arms, schedule and endpoints.

Shapes only. Rules are kept as they are written and become nodes in `rules`; a file becomes a `Protocol` in
`library`; what a version means for screening at a site is `resolve`. A fact that no source states is `not-found`,
never an invented value.
"""

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema, model_validator

from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.document import Document, suggestion
from equipoise.protocol.status import RegistryStatusAt, StatusChange, status_at

NOT_FOUND = "not-found"
NotFound = Literal["not-found"]
Day = date | NotFound
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Text = Annotated[
    str,
    Field(min_length=1),
    BeforeValidator(lambda value: str(value) if _is_number(value) else value),
    WithJsonSchema({"type": ["string", "integer"], "minLength": 1}),
]
RuleData = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "title": "Rule"})]
Span = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mark(StrEnum):
    """How sure a stated fact is."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    INFERRED = "inferred"
    PARAMETER = "parameter"
    UNVERIFIED = "unverified"
    NOT_FOUND = "not-found"


class Fact(_Model):
    """One fact with its source and how sure it is; `value` is `not-found` when no public copy states it."""

    value: Text
    mark: Mark
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _agree(self) -> "Fact":
        if (self.value == NOT_FOUND) != (self.mark is Mark.NOT_FOUND):
            raise ValueError("a value that was not found has the mark not-found, and no other has it")
        return self


class Identifier(_Model):
    id: Text
    authority: str


class Phase(_Model):
    registered: str = Field(description="as in the registry's structured field")
    titled: str = Field(description="as in the official title")
    note: str = ""


class Sponsor(_Model):
    name: str
    source: str = ""


class Effective(_Model):
    """The first day on which a version is in force; where it was not found, the days between which it lies."""

    day: Day
    not_before: date | None = None
    not_after: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _bounded(self) -> "Effective":
        if self.day != NOT_FOUND and (self.not_before or self.not_after):
            raise ValueError("a known day has no bounds")
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("not_before is later than not_after")
        return self

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        """The first and the last day that it may be; None is unbounded."""
        return (self.day, self.day) if isinstance(self.day, date) else (self.not_before, self.not_after)


class RegistryStatus(_Model):
    """One status of the trial in its registry, and since when; in the order in which they followed."""

    status: Literal[
        "not-yet-recruiting",
        "recruiting",
        "enrolling-by-invitation",
        "active-not-recruiting",
        "suspended",
        "completed",
        "terminated",
        "withdrawn",
    ]
    since: Effective
    source: str
    note: str = ""


class Site(_Model):
    name: str
    status: str
    source: str
    note: str = ""


class Intervention(_Model):
    id: Id
    label: str
    type: Literal["drug", "procedure"]
    facts: dict[Id, Fact] = Field(default_factory=dict)


class Arm(_Model):
    id: Id
    label: str
    type: Literal["experimental", "active-comparator", "no-intervention", "other"]
    description: str
    interventions: list[Id] = Field(min_length=1)


class Activity(_Model):
    """One thing that is planned, in which arms, and when."""

    id: Id
    label: str
    arms: list[Id] = Field(min_length=1)
    timing: Fact


class Endpoint(_Model):
    id: Id
    level: Literal["primary", "secondary"]
    objective: Fact
    measure: str
    time_frame: Fact


class Record(_Model):
    """A text of the registry as it was found; spans of criteria count its code points from 0, end left out."""

    id: Id
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: str = ""


class Source(_Model):
    record: Id
    spans: list[Span] = Field(min_length=1)

    @model_validator(mode="after")
    def _forward(self) -> "Source":
        for start, end in self.spans:
            if start >= end:
                raise ValueError(f"the span [{start}, {end}] is empty; the end is the first code point after it")
        return self


class Damage(_Model):
    """A hole in the words: what was lost, and the words after which it stood (empty: at the beginning)."""

    kind: Literal["text-lost", "line-lost", "torn-apart"]
    after: str = ""
    note: str = ""


class RepairStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Repair(_Model):
    """A proposal to close a hole. Until someone accepts it, the criterion is unknown for every patient."""

    reads: str
    because: str
    source: str = ""
    status: RepairStatus
    accepted_by: str = ""
    accepted_at: date | None = None
    reading_of: str = ""

    @model_validator(mode="after")
    def _signed(self) -> "Repair":
        if (self.status is RepairStatus.ACCEPTED) != bool(self.accepted_by):
            raise ValueError("an accepted repair says by whom (accepted_by), and only an accepted one does")
        return self


class Note(_Model):
    """A sentence that is added to a verdict's reason where its rule holds; it decides nothing."""

    when: RuleData
    says: str


class Acknowledged(_Model):
    """A finding of the lint that is meant so, with the reason."""

    code: str
    because: str


class Criterion(_Model):
    """
    One criterion: its words, where they stand, what is damaged, how it is repaired, and its rule.

    `as_in` names the version from whose criterion of the same id everything is taken that is not stated here.
    `confirm` names the concept of a test that would confirm or lift what a calculation alone decides.
    """

    id: Id
    text: str = Field(min_length=1)
    sources: list[Source] = Field(min_length=1)
    as_in: Id | None = None
    damage: Damage | list[Damage] | None = None
    repair: Repair | None = None
    rule: RuleData
    notes: list[Note] = Field(default_factory=list)
    confirm: Id | None = None
    comment: str = ""
    acknowledged: list[Acknowledged] = Field(default_factory=list)

    @model_validator(mode="after")
    def _repaired(self) -> "Criterion":
        if self.repair is not None and not self.damages:
            raise ValueError("a repair needs the damage that it repairs")
        return self

    @property
    def damages(self) -> tuple[Damage, ...]:
        if self.damage is None:
            return ()
        return tuple(self.damage) if isinstance(self.damage, list) else (self.damage,)


class Gate(Criterion):
    """A criterion of one arm that is judged later than at enrolment; it passes when true, like an inclusion."""

    arm: Id
    before: Id = Field(description="the anchor before which it is judged")


class WindowSetting(_Model):
    """A named window; the record states none, so each says that it is an assumption, or gives its source."""

    length: Text = Field(description="'90 d', '12 mo', '< 2 a'")
    anchor: Id = "as_of"
    status: Literal["assumption", "protocol"]
    source: str


class Absence(_Model):
    """The concepts for which no record means no, in a patient who was seen in the year before."""

    no: list[Id] = Field(default_factory=list)
    because: str = ""


class ReadingChoice(_Model):
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


class Version(_Model):
    """One version of the protocol. It never changes: an amendment is a new version."""

    name: Id
    label: str
    effective: Effective
    as_in: Id | None = None
    anchors: dict[Id, str] = Field(default_factory=dict)
    windows: dict[Id, WindowSetting] = Field(default_factory=dict)
    absence: Absence = Field(default_factory=Absence)
    readings: dict[Id, ReadingChoice] = Field(default_factory=dict)
    inclusion: list[Criterion] = Field(min_length=1)
    exclusion: list[Criterion] = Field(default_factory=list)
    gates: list[Gate] = Field(default_factory=list)

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


class Protocol(_Model):
    """A trial's protocol, all versions."""

    id: Id
    title: str
    official_title: str = ""
    identifiers: list[Identifier] = Field(min_length=1)
    phase: Phase | None = None
    sponsor: Sponsor | None = None
    registry: list[RegistryStatus] = Field(min_length=1)
    sites: list[Site] = Field(default_factory=list)
    design: dict[Id, Fact] = Field(default_factory=dict)
    records: list[Record] = Field(default_factory=list)
    interventions: list[Intervention] = Field(default_factory=list)
    arms: list[Arm] = Field(default_factory=list)
    schedule: list[Activity] = Field(default_factory=list)
    endpoints: list[Endpoint] = Field(default_factory=list)
    default_version: Id
    versions: list[Version] = Field(min_length=1)

    _document: Document | None = PrivateAttr(default=None)

    @property
    def document(self) -> Document | None:
        """The file it was read from, with the line of each part; None for a protocol made in memory."""
        return self._document

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal; comments and the layout of the file do not count."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

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

    def registry_status_at(self, as_of: date) -> RegistryStatusAt:
        """What the registry said on a day, as far as it is known, and whether anyone can be enrolled."""
        return status_at([StatusChange(each.status, *each.since.bounds) for each in self.registry], as_of)
