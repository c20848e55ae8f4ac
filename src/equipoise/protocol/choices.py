"""How the doubtful sentences of rules are read at a site, and which concepts rules name: shared by what is resolved.

Decides who has the last word on a reading (the site, then the version) and puts the chosen alternative in its place.
Which rules there are is for `resolve` and `resolve_plan`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from equipoise.criteria.nodes import Atom, Node, Reading, Value
from equipoise.protocol.model import ReadingChoice
from equipoise.protocol.rules import ReadingSpec, rebuild
from equipoise.protocol.site import SiteReading
from equipoise.terminology.concepts import Concept


@dataclass(frozen=True)
class ReadingUse:
    """A doubtful sentence; `chosen` None leaves it open. `is_built_in`: the rule knows the chosen reading alone."""

    name: str
    alternatives: tuple[tuple[str, str], ...]
    chosen: str | None
    by: str
    because: str
    criterion_ids: tuple[str, ...]
    is_built_in: bool = False


def choose_reading(
    spec: ReadingSpec, choice: ReadingChoice | None, site: SiteReading | None, rule_ids: tuple[str, ...]
) -> ReadingUse:
    """What a reading of rules is read as: the site's choice, else the version's."""
    alternatives = tuple(zip(spec.labels, spec.says, strict=True))
    because = choice.because if choice else ""
    if site is not None:
        return ReadingUse(spec.name, alternatives, site.chosen, site.by, site.because or because, rule_ids)
    chosen, by = (choice.chosen, choice.by) if choice else (None, "")
    return ReadingUse(spec.name, alternatives, chosen, by, because, rule_ids)


def put_choices(node: Node, uses: Iterable[ReadingUse]) -> Node:
    """The node with the chosen alternative in place of each reading that is not open."""
    chosen = {use.name: use for use in uses if use.chosen is not None and not use.is_built_in}

    def choose(part: Node) -> Node:
        if isinstance(part, Reading) and part.name in chosen:
            use = chosen[part.name]
            return part.alternatives[[label for label, _ in use.alternatives].index(str(use.chosen))]
        return part

    return rebuild(node, choose)


def concepts_in(node: Node) -> Iterator[str]:
    """The concepts that a rule names."""
    for part in node.walk():
        yield from part.concept_ids() if isinstance(part, Atom) else ()
        if isinstance(part, Value) and part.not_older_than is not None:
            yield part.not_older_than


def concepts_used(nodes: Iterable[Node], library: Mapping[str, Concept]) -> Mapping[str, Concept]:
    """The concepts that rules name, in the order of the library."""
    used = {name for node in nodes for name in concepts_in(node)}
    return MappingProxyType({name: concept for name, concept in library.items() if name in used})
