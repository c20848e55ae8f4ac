"""The code under which a made-up record of a concept is written, and the table it stands in.

A code that belongs to one concept alone is taken before one that several share: a made-up diagnosis should say what it
is written for and nothing else. A concept without codes is written with its own local code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.records.tables import CONDITIONS, EVENT_TABLES, MEASUREMENTS, MEDICATIONS, PROCEDURES
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept, ConceptKind, Match
from equipoise.terminology.systems import ATC, CPT, HCPCS, ICD_10_PCS, NDC, RXNORM

_TABLES_OF_SYSTEMS = {
    **dict.fromkeys((RXNORM, ATC, NDC), MEDICATIONS.name),
    **dict.fromkeys((CPT, HCPCS, ICD_10_PCS), PROCEDURES.name),
}
_SHORTEST_PREFIX = 3
"""A shorter beginning of a code ("C") is a chapter, and no code that a record could hold."""


@dataclass(frozen=True)
class Place:
    """Where records of a concept are written: table and coding."""

    table: str
    system: str
    code: str
    text: str


def choose_places(concepts: Mapping[str, Concept]) -> dict[str, Place]:
    """The place of each concept, by its id."""
    offered = {concept.id: _codings(concept) for concept in concepts.values()}
    codings = dict.fromkeys(coding for choices in offered.values() for coding in choices)
    shared = Counter((binding.system, binding.code) for binding in bind_codes(concepts, codings))
    places = {}
    for concept in concepts.values():
        system, code = min(offered[concept.id], key=lambda coding: shared[coding])
        places[concept.id] = Place(_table(concept, system), system, code, concept.label)
    return places


def _codings(concept: Concept) -> list[tuple[str, str]]:
    """The codes that prove the concept, the first of its value set first, its own id last."""
    rules = [rule for rule in concept.codes if not (rule.suggests or rule.excludes)]
    plain = [rule for rule in rules if rule.match is not Match.PREFIX]
    prefixes = [rule for rule in rules if rule.match is Match.PREFIX and len(rule.code) >= _SHORTEST_PREFIX]
    return [*((rule.system, rule.code) for rule in (*plain, *prefixes)), (LOCAL_SYSTEM, concept.id)]


def _table(concept: Concept, system: str) -> str:
    if concept.kind is not ConceptKind.EVENT:
        return MEASUREMENTS.name
    usual = _TABLES_OF_SYSTEMS.get(system)
    if usual in concept.tables:
        return str(usual)
    known = [table.name for table in EVENT_TABLES]
    return next((table for table in concept.tables if table in known), CONDITIONS.name)
