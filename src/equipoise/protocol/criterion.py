"""What a criterion is: its words and where they stand, their damage and repair, its rule, and what is proposed for it.

Shapes only; `model` puts criteria into versions, `rules` reads their rules.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from equipoise.protocol.trial import Digest, Id, Model, is_unsaid

RuleData = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "title": "Rule"})]
Span = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]


class Origin(Model):
    """The file from which the text of a record was laid out, beside it."""

    file: str
    sha256: Digest
    form: str = Field(description="'clinicaltrials.gov-json', 'usdm-json'")


class Record(Model):
    """A text of the registry as it was found; spans of criteria count its code points from 0, end left out."""

    id: Id
    file: str
    sha256: Digest
    origin: Origin | None = Field(default=None, exclude_if=is_unsaid)
    note: str = ""


class Source(Model):
    record: Id
    spans: list[Span] = Field(min_length=1)

    @model_validator(mode="after")
    def _forward(self) -> "Source":
        for start, end in self.spans:
            if start >= end:
                raise ValueError(f"the span [{start}, {end}] is empty; the end is the first code point after it")
        return self


class DamageKind(StrEnum):
    """How a record was damaged."""

    TEXT_LOST = "text-lost"
    LINE_LOST = "line-lost"
    TORN_APART = "torn-apart"
    BRACKET_OPEN = "bracket-open"
    FRAGMENT = "fragment"
    STRAY_MARK = "stray-mark"
    NUMBER_WITHOUT_LIST = "number-without-list"
    SUPERSCRIPT_FLATTENED = "superscript-flattened"
    ENTITY = "entity"
    MOJIBAKE = "mojibake"
    UNIT_MISSING = "unit-missing"


class Damage(Model):
    """
    A hole in the words: the words after which it stands (empty: at the beginning), what was probably lost, and why.

    `harmless`: nothing of the meaning is in doubt, so the criterion need not wait for anybody.
    """

    kind: DamageKind
    after: str = ""
    lost: str = Field(default="", exclude_if=is_unsaid)
    because: str = Field(default="", exclude_if=is_unsaid)
    harmless: bool = Field(default=False, exclude_if=is_unsaid)
    note: str = ""

    @property
    def words(self) -> str:
        """The note that a person wrote, else what was probably lost and what tells so."""
        return self.note or ", because ".join(part for part in (self.lost, self.because) if part)


class RepairStatus(StrEnum):
    """What became of a proposal, be it for words or for a rule."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Repair(Model):
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


class Proposal(Model):
    """
    A rule that someone or something outside proposes, with the reason.

    It changes nothing until a person accepts it; then it stands in place of the criterion's own rule.
    """

    by: str = Field(min_length=1)
    because: str
    rule: RuleData
    status: RepairStatus
    accepted_by: str = ""
    accepted_at: date | None = None

    @model_validator(mode="after")
    def _signed(self) -> "Proposal":
        if (self.status is RepairStatus.ACCEPTED) != bool(self.accepted_by):
            raise ValueError("an accepted proposal says by whom (accepted_by), and only an accepted one does")
        return self


class Outcome(StrEnum):
    """What became of a criterion when its rule was drafted from its words."""

    COMPILED = "compiled"
    PARTLY = "partly-compiled"
    ASKED = "asked"
    REFUSED = "refused"


class Drafted(Model):
    """How the rule was drafted, and what a person should look at before signing."""

    outcome: Outcome
    checks: list[str] = Field(default_factory=list)


class Note(Model):
    """A sentence that is added to a verdict's reason where its rule holds; it decides nothing."""

    when: RuleData
    says: str


class Acknowledged(Model):
    """A finding of the lint that is meant so, with the reason."""

    code: str
    because: str


class Criterion(Model):
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
    drafted: Drafted | None = Field(default=None, exclude_if=is_unsaid)
    proposals: list[Proposal] = Field(default_factory=list, exclude_if=is_unsaid)
    notes: list[Note] = Field(default_factory=list)
    confirm: Id | None = None
    comment: str = ""
    acknowledged: list[Acknowledged] = Field(default_factory=list)

    @model_validator(mode="after")
    def _repaired(self) -> "Criterion":
        if self.repair is not None and not self.damages:
            raise ValueError("a repair needs the damage that it repairs")
        if sum(each.status is RepairStatus.ACCEPTED for each in self.proposals) > 1:
            raise ValueError("two proposals are accepted, and one rule alone can stand: reject all but one")
        return self

    @property
    def rule_in_force(self) -> RuleData:
        """The rule of the proposal that a person accepted, else the criterion's own."""
        accepted = (each.rule for each in self.proposals if each.status is RepairStatus.ACCEPTED)
        return next(accepted, self.rule)

    @property
    def rules_set_aside(self) -> tuple[RuleData, ...]:
        """Every other rule that is written: one that a proposal replaces, and proposals that nobody accepted."""
        others = [each.rule for each in self.proposals if each.status is not RepairStatus.ACCEPTED]
        return tuple(others) if len(others) == len(self.proposals) else (self.rule, *others)

    @property
    def is_damaged(self) -> bool:
        """Whether the meaning of its words is in doubt, before any repair."""
        return any(not damage.harmless for damage in self.damages)

    @property
    def damages(self) -> tuple[Damage, ...]:
        if self.damage is None:
            return ()
        return tuple(self.damage) if isinstance(self.damage, list) else (self.damage,)


class Gate(Criterion):
    """A criterion of one arm that is judged later than at enrolment; it passes when true, like an inclusion."""

    arm: Id
    before: Id = Field(description="the anchor before which it is judged")
