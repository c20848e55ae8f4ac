"""What is stated of a trial beside its criteria: identity, status, sites, arms, plan, each fact with its source.

Shapes only. A fact that no source states is `not-found`, and what a real record leaves out stays empty: nothing is
invented to fill a form. Criteria and versions are `model`.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

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
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_unsaid(value: Any) -> bool:
    """Whether a key that came to the form later is not used; it is then left out, so that digests stay as they were."""
    return not value


class Model(BaseModel):
    """Base of all shapes: unknown keys are faults, and nothing changes once it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mark(StrEnum):
    """How sure a stated fact is."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    INFERRED = "inferred"
    PARAMETER = "parameter"
    UNVERIFIED = "unverified"
    NOT_FOUND = "not-found"


class Fact(Model):
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


class Identifier(Model):
    id: Text
    authority: str


class Phase(Model):
    registered: str = Field(description="as in the registry's structured field")
    titled: str = Field(default="", description="as in the official title")
    note: str = ""


class Sponsor(Model):
    name: str
    source: str = ""


class Effective(Model):
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


class RegistryStatus(Model):
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
        "available",
        "no-longer-available",
        "temporarily-not-available",
        "approved-for-marketing",
        "withheld",
        "unknown",
    ]
    since: Effective
    source: str
    note: str = ""


class Site(Model):
    name: str
    status: str
    source: str
    note: str = ""


class Intervention(Model):
    id: Id
    label: str
    type: Literal[
        "drug",
        "procedure",
        "device",
        "biological",
        "behavioral",
        "radiation",
        "dietary-supplement",
        "genetic",
        "diagnostic-test",
        "combination-product",
        "other",
        "not-stated",
    ]
    facts: dict[Id, Fact] = Field(default_factory=dict)


class Arm(Model):
    id: Id
    label: str
    type: Literal[
        "experimental",
        "active-comparator",
        "placebo-comparator",
        "sham-comparator",
        "no-intervention",
        "other",
        "not-stated",
    ]
    description: str = ""
    interventions: list[Id] = Field(default_factory=list)


class Activity(Model):
    """One thing that is planned, in which arms, and when."""

    id: Id
    label: str
    arms: list[Id] = Field(min_length=1)
    timing: Fact


class Endpoint(Model):
    id: Id
    level: Literal["primary", "secondary", "other"]
    objective: Fact
    measure: str
    time_frame: Fact
