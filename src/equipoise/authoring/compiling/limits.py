"""A comparison found in a text, as an atom of a rule: concept, limit, unit, window.

Decides how a printed limit is written in the algebra: several units of one limit, multiples of normal, ages, ordinal
classes, a limit that prints no unit. Where it cannot be written with certainty it says so by `NotCertain`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.freetext.mentions import Amount, Bound, ComparisonMention
from equipoise.criteria.nodes import MAX_DECIMALS, Operator
from equipoise.protocol.phrases import AS_REPORTED
from equipoise.terminology import units
from equipoise.terminology.concepts import Concept, ConceptKind

Rule = dict[str, Any]

_ROUNDING = Decimal("0.015")
"""Two printings of one limit may differ by so much through rounding alone; beyond it one of them is wrong."""
_LARGEST_MULTIPLE = 20
"""A limit above this is never meant as a multiple of normal: 150 without a unit is not 150 x ULN."""
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


@dataclass
class LimitAtoms:
    """What making atoms of comparisons brings along: readings left open, sentences for the reviewer."""

    prefix: str
    readings: dict[str, str] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)

    def atom(self, concept: Concept, mention: ComparisonMention, options: Rule) -> Rule:
        """The rule of a comparison with a concept; `options` (window, fasting) stand beside each atom."""
        if concept.kind is ConceptKind.CODED:
            return self._classes(concept, mention, options)
        if concept.kind is not ConceptKind.QUANTITY:
            raise NotCertain(f"{concept.label} has no value that could be compared")
        return _bounded([self._bound(concept, bound, options) for bound in mention.bounds], mention)

    def ages(self, mention: ComparisonMention) -> Rule:
        """Age in completed years."""
        return _bounded([self._age(bound) for bound in mention.bounds], mention)

    def _age(self, bound: Bound) -> Rule:
        """ "Older than 18" can mean 19 completed years, or any day after the 18th birthday: both are kept."""
        amount = bound.amount
        if amount.value != int(amount.value) or (amount.unit or "a") != "a":
            raise NotCertain(f"ages are compared in completed years, not in {amount.spelling or 'fractions'}")
        years = int(amount.value)
        if bound.operator is not Operator.GT:
            return {"age": f"{bound.operator.value} {years}"}
        name = f"{self.prefix}-older-than-{years}"
        self.readings[name] = f"“older than {years}” can mean {years + 1} completed years, or past the birthday"
        alternatives = {
            "completed-years": {"says": f"{years + 1} completed years and up", "rule": {"age": f">= {years + 1}"}},
            "past-birthday": {"says": f"from the {years}th birthday on", "rule": {"age": f">= {years}"}},
        }
        return {"reading": name, "alternatives": alternatives}

    def _bound(self, concept: Concept, bound: Bound, options: Rule) -> Rule:
        amount = bound.amount
        if any(_n_decimals(each.value) > MAX_DECIMALS for each in (amount, *bound.others)):
            raise NotCertain("a limit has more decimals than can be compared exactly")
        if amount.relative is not None:
            limit = f"{bound.operator.value} {amount.value} x {amount.relative.value.upper()}"
            return {"latest": concept.id, "is": limit, **options}
        if has_unknown_unit(amount):
            raise NotCertain(f"the unit {amount.spelling!r} is not understood")
        if amount.unit is None and concept.is_unit_required:
            return self._without_unit(concept, bound, options)
        _check_unit(concept, amount)
        limits = [amount, *(other for each in bound.others for other in self._other(concept, amount, each))]
        limits.sort(
            key=lambda each: not _is_own_kind(concept, each)
        )  # a result in no printed unit is judged by the first
        words = " or ".join(f"{bound.operator.value} {_number(each, concept)}" for each in limits)
        return {"latest": concept.id, "is": words + (AS_REPORTED if len(limits) > 1 else ""), **options}

    def _other(self, concept: Concept, first: Amount, other: Amount) -> list[Amount]:
        """The same limit printed again: left out when it says exactly the same, kept when rounding parts them."""
        if first.unit is None or other.unit is None:
            raise NotCertain("a limit is printed twice and one of its units is not understood")
        factor = units.factor(concept, other.unit, first.unit)
        if factor is None:
            raise NotCertain(f"a limit is printed in {first.spelling} and in {other.spelling}, which do not compare")
        converted = Decimal(factor.numerator) * other.value / Decimal(factor.denominator)
        printings = f"{first.value} {first.spelling} and {other.value} {other.spelling}"
        if converted == first.value:
            self.checks.append(f"the limit is printed twice, {printings}, and both say the same")
            return []
        if abs(converted - first.value) > _ROUNDING * abs(first.value):
            raise NotCertain(f"the two printings of one limit disagree: {printings}")
        said = f"the limit is printed in two units that differ by rounding, {printings}"
        self.checks.append(f"{said}; each result is judged in its own unit")
        return [other]

    def _without_unit(self, concept: Concept, bound: Bound, options: Rule) -> Rule:
        """A limit that prints no unit: in the usual unit, or a multiple of normal; left open."""
        value, sign = bound.amount.value, bound.operator.value
        if value > _LARGEST_MULTIPLE or concept.unit is None:
            raise NotCertain(f"the limit of {concept.label} prints no unit")
        name = f"{self.prefix}-{concept.id}-unit"
        self.readings[name] = f"the text prints {sign} {value} without a unit"
        usual = f"{sign} {value} {concept.unit}"
        in_unit = {"latest": concept.id, "is": usual, **options}
        multiple = {"latest": concept.id, "is": f"{sign} {value} x ULN", **options}
        alternatives = {
            "usual-unit": {"says": usual, "rule": in_unit},
            "times-uln": {"says": f"{sign} {value} times the upper limit of normal", "rule": multiple},
        }
        return {"reading": name, "alternatives": alternatives}

    def _classes(self, concept: Concept, mention: ComparisonMention, options: Rule) -> Rule:
        """An ordinal class (NYHA III-IV) as the list of its answers."""
        order = {word: ordinal(word) for word in concept.answers}
        if None in order.values() or mention.is_outside:
            raise NotCertain(f"{concept.label} has answers without an order")
        numbered = sorted((number, word) for word, number in order.items() if number is not None)
        chosen = [word for number, word in numbered if _meets(number, mention.bounds)]
        if not chosen or len(chosen) == len(order):
            raise NotCertain(f"no class of {concept.label}, or every one, meets the limit")
        rule: Rule = {"latest": concept.id, "is": chosen if len(chosen) > 1 else chosen[0], **options}
        return {"not": rule} if mention.is_negated else rule


def has_unknown_unit(amount: Amount) -> bool:
    """Whether a unit is printed that is not understood; a class in Roman numerals has none."""
    is_class = ordinal(amount.spelling) is not None
    return amount.unit is None and amount.relative is None and bool(amount.spelling) and not is_class


def ordinal(word: str) -> int | None:
    """The number of an ordinal word: `III` and `3` are 3."""
    bare = word.strip().casefold()
    return int(bare) if re.fullmatch(r"\d+", bare) else _ROMAN.get(bare)


def _bounded(parts: list[Rule], mention: ComparisonMention) -> Rule:
    rule = parts[0] if len(parts) == 1 else {"any" if mention.is_outside else "all": parts}
    return {"not": rule} if mention.is_negated else rule


def _check_unit(concept: Concept, amount: Amount) -> None:
    unit = amount.unit
    if unit is None or concept.unit is None or unit == concept.unit:
        return
    if units.factor(concept, unit, concept.unit) is None:
        raise NotCertain(f"{concept.label} is measured in {concept.unit}, the text compares it with {amount.spelling}")


def _is_own_kind(concept: Concept, amount: Amount) -> bool:
    """Whether a unit is of the kind in which the concept is measured, without knowing the analyte."""
    return amount.unit is not None and concept.unit is not None and units.is_same_kind(amount.unit, concept.unit)


_MEETS: Mapping[Operator, Callable[[int, Decimal], bool]] = {
    Operator.LT: lambda number, limit: number < limit,
    Operator.LE: lambda number, limit: number <= limit,
    Operator.GT: lambda number, limit: number > limit,
    Operator.GE: lambda number, limit: number >= limit,
    Operator.EQ: lambda number, limit: number == limit,
}


def _meets(number: int, bounds: Sequence[Bound]) -> bool:
    return all(_MEETS[bound.operator](number, bound.amount.value) for bound in bounds)


def _number(amount: Amount, concept: Concept) -> str:
    if amount.unit is None or (not concept.is_unit_required and amount.unit == "1"):
        return str(amount.value)
    return f"{amount.value} {amount.unit}"


def _n_decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else MAX_DECIMALS + 1
