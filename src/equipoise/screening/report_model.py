"""What screening and its report need to know of a protocol version, in plain dataclasses.

`screening.screen` fills these from the resolved version. They decide nothing: the words, the origins and the
choices come from the protocol and the site file, and reach every output through here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from equipoise.criteria.nodes import Node
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept


@dataclass(frozen=True)
class DamageView:
    """A hole in the text of the record; `after` are the words it follows (empty: at the beginning)."""

    kind: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class RepairView:
    """A proposal that closes a hole; `status` is proposed, accepted or rejected."""

    reads: str
    because: str
    status: str
    accepted_by: str = ""
    accepted_at: str = ""
    source: str = ""


@dataclass(frozen=True)
class CriterionView:
    """One criterion with its words, its rule in English, and the notes that may be added to its reason."""

    id: str
    kind: Kind
    text: str
    node: Node
    rule_words: str = ""
    damages: tuple[DamageView, ...] = ()
    repair: RepairView | None = None
    confirm: str | None = None
    comment: str = ""
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class ReadingView:
    """A doubtful sentence: its alternatives (label, words) and the one chosen; `chosen` None leaves it open."""

    name: str
    alternatives: tuple[tuple[str, str], ...]
    chosen: str | None = None
    by: str = ""
    because: str = ""
    criterion_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class SettingView:
    """One window, assumption or site setting: name, value in words, where it comes from."""

    name: str
    words: str
    origin: str
    source: str = ""


@dataclass(frozen=True)
class ProtocolView:
    """
    A protocol version as judged, with the registry status at `as_of` and the sentence that goes with it.

    `draft_sentence` is empty unless nobody has signed the version.
    """

    id: str
    title: str
    version: str
    digest: str
    registry_status: str
    registry_sentence: str
    as_of: date
    criteria: tuple[CriterionView, ...]
    concepts: Mapping[str, Concept]
    readings: tuple[ReadingView, ...] = ()
    windows: tuple[SettingView, ...] = ()
    assumptions: tuple[SettingView, ...] = ()
    site_settings: tuple[SettingView, ...] = ()
    draft_sentence: str = ""

    @property
    def criterion_ids(self) -> tuple[str, ...]:
        return tuple(criterion.id for criterion in self.criteria)
