"""Everything an evaluator needs to know besides the records: rules, concepts, assumptions, normal ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from equipoise.criteria.intervals import Period, period_of
from equipoise.criteria.nodes import AS_OF, Node, Window
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept

COVERAGE_DAYS = 365
"""A patient is covered when an encounter meets the year before `as_of` (our definition of "the year before")."""


@dataclass(frozen=True)
class CriterionRule:
    """One criterion as it is judged; `id` is unique in the rulebook."""

    id: str
    kind: Kind
    node: Node


@dataclass(frozen=True)
class ReferenceRange:
    """A site's normal range for results that carry none. `sex` None holds for both. [limits in `unit`, UCUM]"""

    concept: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    sex: str | None = None


@dataclass(frozen=True)
class Rulebook:
    """
    Rules with everything they refer to resolved.

    `assumed_absent`: the ids of concepts for which no record, in a covered patient, means no.
    `ranges`: the site's table, asked when a result carries no range of its own.
    """

    rules: tuple[CriterionRule, ...]
    concepts: Mapping[str, Concept]
    assumed_absent: frozenset[str] = frozenset()
    ranges: tuple[ReferenceRange, ...] = ()


@dataclass(frozen=True)
class Moment:
    """The day of judgement and the other anchors of windows (same for all patients of one evaluation)."""

    as_of: date
    anchors: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))

    def anchor(self, name: str) -> date:
        return self.as_of if name == AS_OF else self.anchors[name]

    def period(self, window: Window | None) -> Period:
        """The days of a window up to `as_of`."""
        return period_of(window, self.as_of if window is None else self.anchor(window.anchor), self.as_of)

    def period_after(self, window: Window | None, baseline: Window | None) -> Period:
        """The days of a window that come after the anchor of a baseline, which is no change from itself."""
        period = self.period(window)
        if baseline is None:
            return period
        following = date.fromordinal(self.anchor(baseline.anchor).toordinal() + 1)
        return Period(following if period.first is None else max(period.first, following), period.last)

    def period_before(self, window: Window) -> Period:
        """The days of a window up to its anchor: where a baseline lies."""
        anchor = self.anchor(window.anchor)
        return Period(period_of(window, anchor, anchor).first, min(anchor, self.as_of))
