"""The shape of a draft: a registration and the criteria that were made of it."""

from dataclasses import dataclass

from equipoise.authoring.model import DamageMark, Registration, RepairProposal, RuleDraft, Segment, Span
from equipoise.criteria.truth import Kind


@dataclass(frozen=True)
class DraftCriterion:
    """
    One criterion of a draft.

    `kind` None: the record does not say whether it lets in or keeps out. `items`: the entries of the list it is made
    of. `is_structured`: it stands in a field of the registry, not in the list.
    """

    id: str
    kind: Kind | None
    text: str
    spans: tuple[Span, ...]
    items: tuple[int, ...]
    marks: tuple[DamageMark, ...]
    repair: RepairProposal | None
    draft: RuleDraft
    heading: str = ""
    is_structured: bool = False

    @property
    def is_gate(self) -> bool:
        """Whether it binds one arm alone, and is judged after allocation."""
        return bool(self.draft.arm)

    @property
    def is_damaged(self) -> bool:
        return any(not mark.is_harmless for mark in self.marks)


@dataclass(frozen=True)
class Draft:
    """A registration with its criteria; `segments` cover the whole record, `marks` belong to no criterion."""

    registration: Registration
    criteria: tuple[DraftCriterion, ...]
    segments: tuple[Segment, ...]
    marks: tuple[DamageMark, ...]
