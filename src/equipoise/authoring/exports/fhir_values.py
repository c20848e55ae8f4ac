"""What FHIR rules speak of: concepts and their value sets, quantities, windows of time.

A concept is written with its own code, and with a standard code where it has just one of a system; the whole of it is a
ValueSet, which the CodeableConcept names.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from equipoise.authoring.exports.fhir_codes import BASE, UCUM, VALUE_SET_URL, resource_id
from equipoise.authoring.exports.losses import LossBook
from equipoise.criteria.nodes import AS_OF, Limit, Operator, Window, WindowUnit
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeRule, Concept, DecidedBy, Match
from equipoise.terminology.systems import canonical_system

Fhir = dict[str, Any]
_AS_OF_TEXT = "the day on which eligibility is judged"


class Values:
    """Writes concepts, and remembers which, so that their value sets can be added."""

    def __init__(self, concepts: Mapping[str, Concept], anchors: Mapping[str, str], losses: LossBook) -> None:
        self._concepts, self._anchors, self._losses = concepts, anchors, losses
        self._used: dict[str, Concept] = {}

    def concept(self, concept_id: str) -> Fhir:
        """The CodeableConcept of a concept."""
        concept = self._concepts[concept_id]
        self._used[concept_id] = concept
        codings = [{"system": LOCAL_SYSTEM, "code": concept.id, "display": concept.label}]
        for system in dict.fromkeys(rule.system for rule in concept.codes):
            rules = [rule for rule in concept.codes if rule.system == system and not rule.suggests]
            if len(rules) == 1 and rules[0].match is Match.EXACT and not rules[0].excludes:
                codings.append({"system": system, **_code(rules[0])})
        extension = [{"url": VALUE_SET_URL, "valueCanonical": value_set_url(concept.id)}]
        return {"extension": extension, "coding": codings, "text": concept.label}

    def answer(self, concept_id: str, word: str) -> Fhir:
        """The CodeableConcept of an answer word, with the standard codes that mean it."""
        codings = [{"system": LOCAL_SYSTEM, "code": f"{concept_id}.{word}", "display": word}]
        for meaning in self._concepts[concept_id].answers.get(word, ()):
            system, is_code, code = meaning.rpartition("|")
            if is_code:
                codings.append({"system": canonical_system(system) or system, "code": code})
        return {"coding": codings, "text": word}

    def anchor(self, name: str) -> Fhir:
        text = _AS_OF_TEXT if name == AS_OF else self._anchors.get(name, name)
        return {"coding": [{"system": LOCAL_SYSTEM, "code": name}], "text": text}

    def within(self, window: Window, *, up_to_anchor: bool = False) -> tuple[list[Fhir], bool]:
        """
        A window as `timeFromEvent`: from its limit to the day of judgement (or to its anchor).

        The second value tells whether that says it exactly: a strict window of months or years cannot be said.
        """
        low = window.length - 1 if window.is_strict and window.unit is WindowUnit.DAY else window.length
        is_exact = low >= 0 and not (window.is_strict and window.unit is not WindowUnit.DAY)
        first = {"low": _duration(-max(low, 0), window.unit)}
        if window.anchor == AS_OF or up_to_anchor:
            first["high"] = _duration(0, window.unit)
            return [self._event(window.anchor, first)], is_exact
        last = {"high": _duration(0, window.unit)}
        return [self._event(window.anchor, first), self._event(AS_OF, last)], is_exact

    def before(self, window: Window) -> tuple[list[Fhir], bool]:
        """That something began on or before the limit of a window, and whether that says it exactly."""
        is_days = window.unit is WindowUnit.DAY
        length = window.length + 1 if window.is_strict and is_days else window.length
        event = self._event(window.anchor, {"high": _duration(-length, window.unit)})
        return [event], is_days or not window.is_strict

    def _event(self, anchor: str, range_: Fhir) -> Fhir:
        return {"eventCodeableConcept": self.anchor(anchor), "range": range_}

    def value_sets(self, status: str) -> list[Fhir]:
        """A ValueSet for each concept that was written, in the order in which it was first."""
        return [self._value_set(concept, status) for concept in self._used.values()]

    def _value_set(self, concept: Concept, status: str) -> Fhir:
        marks = "how sure each code is (its mark), the method it implies, and what its absence may mean"
        self._losses.add("value sets", f"{marks}: not held")
        included = [rule for rule in concept.codes if not rule.excludes and not rule.suggests]
        excluded = [rule for rule in concept.codes if rule.excludes]
        if any(rule.suggests for rule in concept.codes):
            self._losses.add(f"value set {concept.id}", "codes that only point to the concept are left out")
        if concept.decided_by is DecidedBy.PERSON:
            self._losses.add(f"value set {concept.id}", "that no record can settle it, only a person")
        own = {"system": LOCAL_SYSTEM, "concept": [{"code": concept.id, "display": concept.label}]}
        compose: Fhir = {"include": [own, *_includes(included)]}
        if excluded:
            compose["exclude"] = _includes(excluded)
        return {
            "resourceType": "ValueSet",
            "id": resource_id("concept", concept.id),
            "url": value_set_url(concept.id),
            "name": "Concept" + "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", concept.id)),
            "title": concept.label,
            "status": status,
            **({"description": concept.question} if concept.question else {}),
            "compose": compose,
        }


def value_set_url(concept_id: str) -> str:
    """The canonical URL of a concept's ValueSet."""
    return f"{BASE}/ValueSet/{resource_id('concept', concept_id)}"


def _includes(rules: list[CodeRule]) -> list[Fhir]:
    """Codes listed for each system, and a filter of its own for each hierarchy or beginning of a code."""
    listed: dict[str, list[CodeRule]] = {}
    filters: list[Fhir] = []
    for rule in rules:
        if rule.match is Match.EXACT:
            listed.setdefault(rule.system, []).append(rule)
        elif rule.match is Match.DESCENDANTS:
            is_a = {"property": "concept", "op": "is-a", "value": rule.code}
            filters.append({"system": rule.system, "filter": [is_a]})
        else:
            begins = {"property": "code", "op": "regex", "value": rule.code.replace(".", r"\.") + ".*"}
            filters.append({"system": rule.system, "filter": [begins]})
    lists: list[Fhir] = [
        {"system": system, "concept": [_code(rule) for rule in held]} for system, held in listed.items()
    ]
    return lists + filters


def _code(rule: CodeRule) -> Fhir:
    return {"code": rule.code} | ({"display": rule.display} if rule.display else {})


def quantity(value: Decimal, operator: Operator, unit: str | None, shown: str | None = None) -> Fhir:
    """A Quantity with its comparator; `=` has none."""
    made: Fhir = {"value": number(value)}
    if operator is not Operator.EQ:
        made["comparator"] = operator.value
    if unit is not None:
        made |= {"unit": shown or unit, "system": UCUM, "code": unit}
    return made


def limit(one: Limit, operator: Operator) -> Fhir:
    """The Quantity of a limit; a multiple of a normal limit says so in its unit, which is no unit of UCUM."""
    if one.relative is None:
        return quantity(one.value, operator, one.unit)
    return quantity(one.value, operator, None) | {"unit": f"x {one.relative.value.upper()}"}


def number(value: Decimal | int) -> int | float:
    """A number for JSON: whole ones without a point."""
    return int(value) if value == int(value) else float(value)


def _duration(length: int, unit: WindowUnit) -> Fhir:
    return {"value": length, "unit": unit.value, "system": UCUM, "code": unit.value}
