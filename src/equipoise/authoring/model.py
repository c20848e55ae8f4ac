"""What the parts of authoring hand to each other: a registration, its segments, marks of damage, drafts of rules.

Shapes only. All spans count the code points of one text, `Registration.text`; their end is left out. Offsets of what
`freetext` finds inside a criterion count the characters of that criterion's own text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from equipoise.authoring.schedule import StatedSchedule
from equipoise.criteria.truth import Kind
from equipoise.protocol.model import DamageKind as DamageKind
from equipoise.protocol.model import Outcome as Outcome

Span = tuple[int, int]


class RecordForm(StrEnum):
    """The forms of a public record that can be read."""

    TEXT_PAGE = "text-page"
    CTGOV_JSON = "clinicaltrials.gov-json"
    USDM_JSON = "usdm-json"


class SegmentKind(StrEnum):
    """What a stretch of the record is; every character belongs to exactly one segment."""

    CRITERION = "criterion"
    HEADING = "heading"
    DAMAGE = "damage"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True)
class Segment:
    """
    One stretch of the record.

    `item`: of a CRITERION (and of DAMAGE that belongs to one) the index of its item. `role`: what it is more
    exactly ("title", "bullet", "space", "inclusion-heading", "arm").
    """

    start: int
    end: int
    kind: SegmentKind
    item: int | None = None
    role: str = ""


@dataclass(frozen=True)
class Item:
    """
    One entry of the eligibility list, at the finest grain.

    Parameters
    ----------
    index
        Its place in `Splitting.items`, from 0.
    kind
        Inclusion or exclusion; None when the record does not say.
    spans
        Where its words stand in the record, without bullets and numbers.
    text
        The words of the spans joined by a space, every run of white space one space.
    level, parent
        Depth in a nested list (0 is the outermost) and the index of the entry it stands under.
    label
        The number or letter printed before it, or the identifier the source gives it.
    heading
        The heading inside the list under which it stands ("Laboratory values").
    """

    index: int
    kind: Kind | None
    spans: tuple[Span, ...]
    text: str
    level: int = 0
    parent: int | None = None
    label: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Splitting:
    """The eligibility text cut up: its items, and segments that cover its regions without gap or overlap."""

    items: tuple[Item, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class GivenItem:
    """A criterion that the source itself keeps apart (USDM), so that nothing need be guessed about its bounds."""

    span: Span
    kind: Kind
    label: str


@dataclass(frozen=True)
class AgeLimit:
    """A structured age of the registry: a number of years, months, weeks or days, and the words it was read from."""

    value: Decimal
    unit: str
    text: str


@dataclass(frozen=True)
class StatedStatus:
    """A recruitment status, in the words of `protocol.model.RegistryStatus`, and the day (ISO) where one is given."""

    status: str
    day: str = ""
    source: str = ""


@dataclass(frozen=True)
class StatedSite:
    """A site: the recruitment status in the words of `protocol.model.RegistryStatus`, and town, state and country."""

    name: str
    status: str = ""
    place: str = ""


@dataclass(frozen=True)
class StatedIntervention:
    """What is given or done, in the record's own words."""

    label: str
    type: str = ""
    description: str = ""


@dataclass(frozen=True)
class StatedArm:
    """An arm as the record states it; `type` and the labels of `interventions` are the record's own words."""

    label: str
    type: str = ""
    description: str = ""
    interventions: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatedOutcome:
    """An outcome; `level` is primary, secondary or other."""

    level: str
    measure: str
    time_frame: str = ""
    description: str = ""


@dataclass(frozen=True)
class Registration:
    """
    What a public record says of a trial. What it does not say is empty, never filled in.

    Parameters
    ----------
    form, file_name, sha256
        Where it was read from; the digest is of the bytes of the file.
    text
        The record as text. Of a JSON record it is a page laid out by the reader, in which the eligibility text stands
        word for word.
    outside
        Segments that cover everything outside the eligibility regions.
    eligibility
        The regions of `text` that hold the criteria, in order.
    given_items
        Criteria that the source keeps apart itself; empty for free text.
    id
        Registry identifier in lower case, else made from the file name.
    identifiers
        (identifier, authority) pairs.
    dates, design
        Stated facts by name: "first-posted": "2022-11-09"; "allocation": "randomized".
    sex
        "all", "female", "male"; empty when not stated.
    schedule
        The schedule of visits and treatment; None when the record states none that can be read as data.
    not_understood
        What the reader met and could not place, in words: nothing is dropped silently.
    """

    form: RecordForm
    file_name: str
    sha256: str
    text: str
    outside: tuple[Segment, ...]
    eligibility: tuple[Span, ...]
    id: str
    title: str = ""
    official_title: str = ""
    given_items: tuple[GivenItem, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    study_type: str = ""
    phase: str = ""
    sponsor: str = ""
    statuses: tuple[StatedStatus, ...] = ()
    dates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    design: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sites: tuple[StatedSite, ...] = ()
    arms: tuple[StatedArm, ...] = ()
    interventions: tuple[StatedIntervention, ...] = ()
    outcomes: tuple[StatedOutcome, ...] = ()
    sex: str = ""
    minimum_age: AgeLimit | None = None
    maximum_age: AgeLimit | None = None
    healthy_volunteers: bool | None = None
    schedule: StatedSchedule | None = None
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True)
class DamageMark:
    """
    One place where the record lost or displaced something.

    `start == end` is a hole between two characters. `after`: the words before it. `lost`: what was probably lost.
    `because`: what tells so. `is_harmless`: nothing of the meaning is in doubt (a stray bullet, an entity), so the
    criterion need not wait for a person.
    """

    kind: DamageKind
    start: int
    end: int
    item: int | None
    after: str
    lost: str
    because: str
    is_harmless: bool = False


@dataclass(frozen=True)
class RepairProposal:
    """
    How the damage of one item may be closed.

    `reads`: the words as they should read, for people. `text`: the whole text of the item with the damage closed,
    from which a rule can be compiled; None when what was lost cannot be had from the record.
    """

    item: int
    reads: str
    because: str
    source: str
    text: str | None = None


@dataclass(frozen=True)
class RuleDraft:
    """
    A rule in its YAML form, with what it needs and what a person must look at.

    Parameters
    ----------
    outcome
        COMPILED: all of it is computed. PARTLY: some parts are questions. ASKED: only a person can decide it.
        REFUSED: no rule was certain, so the whole criterion is put to a person as a question.
    concepts
        Concepts and questions that the protocol must declare itself, in the form of a concept file.
    readings
        For each reading in the rule, why its meaning is open.
    checks
        Sentences for the reviewer: what was assumed, what was not understood, and why.
    arm
        The words of the arm that the criterion binds, when it is judged after allocation (a gate).
    """

    outcome: Outcome
    rule: Mapping[str, Any]
    concepts: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    readings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    checks: tuple[str, ...] = ()
    arm: str = ""
