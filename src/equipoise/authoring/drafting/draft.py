"""The shape of a draft: a registration and the criteria that were made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
class DraftPlan:
    """
    The plan that the stated schedule of a record gives, in the form of a protocol file.

    Parameters
    ----------
    plan
        None when the schedule gives none at all.
    concepts
        What it needs declared, in the form of a concept file.
    assumed, not_taken
        Sentences for the reviewer: what was assumed, and what of the schedule no plan holds, with the reason.
    """

    plan: Mapping[str, Any] | None
    concepts: Mapping[str, Any]
    assumed: tuple[str, ...]
    not_taken: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """
    A registration with its criteria.

    `segments` cover the whole record, `marks` belong to no criterion; `plan` is None for a record without a schedule.
    """

    registration: Registration
    criteria: tuple[DraftCriterion, ...]
    segments: tuple[Segment, ...]
    marks: tuple[DamageMark, ...]
    plan: DraftPlan | None = None
