"""A version of a protocol at a site, made ready once to judge many subjects: rules, words, and the codes met so far.

Everything here follows from protocol, version and site's settings alone, and none of these ever changes; so what is
remembered saves time and alters no verdict. How a subject is judged is `subject`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from equipoise.criteria.bound import BindingIndex, index_bindings
from equipoise.criteria.truth import Cause
from equipoise.protocol.model import Protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import SiteSettings
from equipoise.screening import phrases
from equipoise.screening.open_words import say_open
from equipoise.screening.report_model import ProtocolView
from equipoise.screening.view import make_view
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import CodeBinding

MOST_PREPARED = 16
"""How many versions at sites are kept ready: those of a trial's versions and sites in use."""
_MOST_CODES, _MOST_SENTENCES = 20_000, 4_096
_ANY_DAY = date.max
"""The words of a version hang on no day but for its status in the registry, and that is said of no verdict."""

Code = tuple[str | None, str | None]


class PreparedVersion:
    """
    What judging a subject needs besides the subject.

    Parameters
    ----------
    protocol, version, site
        As `judge_subject` takes them.

    Raises
    ------
    ProtocolError, TerminologyError
        No such version, or the site's settings do not go with it.
    """

    def __init__(self, protocol: Protocol, version: str, site: SiteSettings | None) -> None:
        resolved = resolve(protocol.version(version), protocol.library(base_library()), site)
        view = make_view(protocol, resolved, _ANY_DAY)
        self.protocol, self.digest = protocol.id, protocol.digest
        self.version, self.site = resolved.version.name, resolved.site
        self.version_digest = protocol.version_digest(version)
        self.rulebook, self.criteria, self.concepts = resolved.rulebook, view.criteria, view.concepts
        self.say_open = lru_cache(_MOST_SENTENCES)(partial(_say_open, view))
        self._bindings: dict[Code, tuple[CodeBinding, ...]] = {}

    def bind(self, codes: Iterable[Code]) -> BindingIndex:
        """The bindings of these codes, and of others met before: what a code belongs to hangs on no patient."""
        asked = dict.fromkeys(codes)
        if len(self._bindings) > _MOST_CODES:
            self._bindings = {}
        known = self._bindings
        new = [code for code in asked if code not in known]
        if new:
            found = index_bindings(bind_codes(self.rulebook.concepts, new))
            known.update({code: found.get(code, ()) for code in new})
        return known


def _say_open(view: ProtocolView, criterion_id: str, needs: tuple[str, ...], causes: tuple[Cause, ...]) -> str:
    """The sentence on a criterion that is open."""
    criterion = next(each for each in view.criteria if each.id == criterion_id)
    items = [phrases.item_of(need, view) for need in needs or (phrases.CRITERION + criterion_id,)]
    said = say_open(criterion, items, causes, view)
    return f"{said.lead}{said.tail}."


@dataclass(frozen=True)
class _Same:
    """A thing that equals itself alone: comparing two protocols by content would cost more than what it saves."""

    thing: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def prepare_version(protocol: Protocol, version: str, site: SiteSettings | None = None) -> PreparedVersion:
    """The version made ready; the same one again while these very objects are in use. See `PreparedVersion`."""
    return _prepare(_Same(protocol), version, _Same(site))


@lru_cache(MOST_PREPARED)
def _prepare(protocol: _Same, version: str, site: _Same) -> PreparedVersion:
    return PreparedVersion(protocol.thing, version, site.thing)
