"""Limits that decide nothing, printed limits that disagree, and an inclusion and exclusion that do not meet.

Numbers are compared as exact fractions in the unit of the concept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.assessed.values import value_of, words_of
from equipoise.criteria.nodes import (
    Age,
    Answers,
    AnyRecorded,
    Assessment,
    AtLeast,
    CockcroftGault,
    Comparison,
    Count,
    Limit,
    Node,
    Operator,
    Pick,
    Share,
    Test,
    Value,
)
from equipoise.protocol.phrases import write_limit
from equipoise.terminology import units
from equipoise.terminology.concepts import Concept

Faults = Iterator[tuple[str, str, str]]

MET_BY_ALL = "everyone meets this"
OLDEST_YEARS = 130
"""No person has been older. [years]"""
_SCALES: Mapping[str, tuple[int, int]] = {"krenning-score": (0, 4), "ecog": (0, 5), "karnofsky": (0, 100)}
_UPPER = (Operator.LT, Operator.LE)
_LOWER = (Operator.GT, Operator.GE)


@dataclass(frozen=True)
class Bound:
    """One comparison of one thing, in a common unit; `words` as it is written."""

    thing: tuple[object, ...]
    name: str
    operator: Operator
    value: Fraction
    words: str


def check_limits(node: Node, library: Mapping[str, Concept]) -> Faults:
    """(code, what, do) for limits that everyone or no one meets, and printed limits that differ."""
    for part in node.walk():
        match part:
            case Age(operator, years):
                yield from _decides(f"age {operator.value} {years}", operator, Fraction(years), 0, OLDEST_YEARS)
            case Count(concept, operator, number):
                words = f"the number of records of {concept} {operator.value} {number}"
                yield from _decides(words, operator, Fraction(number), 0, None)
            case Share(concept, test, operator, percent):
                words = f"a share of {concept} {operator.value} {percent} %"
                yield from _decides(words, operator, Fraction(percent), 0, 100)
                yield from _check_test(concept, test, library)
            case Assessment():
                yield from _check_assessed(part, library)
            case Value(concept, test):
                yield from _check_test(concept, test, library)


def _check_test(concept_id: str, test: Test, library: Mapping[str, Concept]) -> Faults:
    concept = library[concept_id]
    if not isinstance(test, Comparison):
        return
    low, high = _scale(concept)
    for limit in test.limits:
        value = _in_own_unit(limit, concept)
        if value is not None:
            words = f"{concept_id} {write_limit(test.operator, limit, concept)}"
            yield from _decides(words, test.operator, value, low, high)
    yield from _check_printed(test, concept)


def _check_assessed(node: Assessment, library: Mapping[str, Concept]) -> Faults:
    bound = _assessed_bound(node, library)
    if bound is not None:
        yield from _decides(bound.words, bound.operator, bound.value, *kind_of(node.name).scale)
    elif isinstance(node.test, Answers) and set(node.test.words) == set(kind_of(node.name).answers):
        words = f"{words_of(node, library)} is {', '.join(node.test.words)}"
        yield "limit-decides-nothing", f"{words}: {MET_BY_ALL}", "Leave a word out, or remove the rule."


def _assessed_bound(node: Assessment, library: Mapping[str, Concept]) -> Bound | None:
    """The limit of an assessment in the unit of its value; None for words."""
    if not isinstance(node.test, Comparison):
        return None
    value, limit = value_of(node, library), node.test.limits[0]
    number = _in_own_unit(limit, value)
    thing = ("assessed", node.name, node.subject, node.options, node.baseline)
    words = f"{words_of(node, library)} {write_limit(node.test.operator, limit, value)}"
    return None if number is None else Bound(thing, words_of(node, library), node.test.operator, number, words)


def _scale(concept: Concept) -> tuple[int, int | None]:
    if concept.id in _SCALES:
        return _SCALES[concept.id]
    return (0, 100) if concept.unit == "%" else (0, None)


def _decides(words: str, operator: Operator, value: Fraction, low: int | None, high: int | None) -> Faults:
    code, do = "limit-decides-nothing", "Correct the limit, or remove the rule."
    if low is None:
        return
    scale = f"from {low}" if high is None else f"from {low} to {high}"
    if _is_met_by_all(operator, value, low, high):
        yield code, f"{words}: {MET_BY_ALL}, values go {scale}", do
    elif _is_met_by_none(operator, value, low, high):
        yield code, f"{words}: no one meets this, values go {scale}", do


def _is_met_by_all(operator: Operator, value: Fraction, low: int, high: int | None) -> bool:
    return {
        Operator.GE: value <= low,
        Operator.GT: value < low,
        Operator.LE: high is not None and value >= high,
        Operator.LT: high is not None and value > high,
        Operator.EQ: False,
    }[operator]


def _is_met_by_none(operator: Operator, value: Fraction, low: int, high: int | None) -> bool:
    return {
        Operator.GE: high is not None and value > high,
        Operator.GT: high is not None and value >= high,
        Operator.LE: value < low,
        Operator.LT: value <= low,
        Operator.EQ: value < low or (high is not None and value > high),
    }[operator]


def _check_printed(test: Comparison, concept: Concept) -> Faults:
    """Limits printed for two units, which are not the same limit."""
    first, *others = test.limits
    for other in others:
        value = _in_own_unit(first, concept)
        converted = _in_own_unit(other, concept)
        if value is None or converted is None or value == converted:
            continue
        printed = f"{first.value} {first.unit} and {other.value} {other.unit}"
        own = f"{_decimal(value)} and {_decimal(converted)} {concept.unit}"
        do = "Confirm that each is meant for its own unit, and acknowledge it at the criterion with the reason."
        yield "printed-limits-differ", f"{printed} are {own}: a result between them depends on its unit", do


def _in_own_unit(limit: Limit, concept: Concept) -> Fraction | None:
    """The limit in the unit of the concept; None for multiples of normal and what does not convert."""
    if limit.relative is not None:
        return None
    if limit.unit is None or concept.unit is None or limit.unit == concept.unit:
        return Fraction(limit.value)
    factor = units.factor(concept, limit.unit, concept.unit)
    return None if factor is None else Fraction(limit.value) * factor


def _decimal(value: Fraction) -> str:
    return f"{float(value):.4g}"


def check_gap(inclusion: Node, exclusion: Node, library: Mapping[str, Concept]) -> Faults:
    """
    Where an inclusion and an exclusion bound one quantity from the same side, and do not meet.

    An overlap lets a value pass the inclusion and be excluded all the same; a hole fails the inclusion without being
    excluded. <= 20 with > 20 meets exactly.
    """
    allowed = list(_bounds(inclusion, library, is_all=True))
    barred = list(_bounds(exclusion, library, is_all=False))
    seen = set()
    for a in allowed:
        for b in barred:
            if a.thing == b.thing and _are_opposed(a.operator, b.operator) and (a, b) not in seen:
                seen.add((a, b))
                yield from _gap(a, b)


def _are_opposed(a: Operator, b: Operator) -> bool:
    return (a in _UPPER and b in _LOWER) or (a in _LOWER and b in _UPPER)


def _gap(a: Bound, b: Bound) -> Faults:
    """Seen from the upper side: allowed up to `a`, barred from `b` on; from the lower side it is the mirror."""
    sign = 1 if a.operator in _UPPER else -1
    distance = (b.value - a.value) * sign
    both_hold = a.operator in (Operator.LE, Operator.GE) and b.operator in (Operator.LE, Operator.GE)
    none_holds = a.operator in (Operator.LT, Operator.GT) and b.operator in (Operator.LT, Operator.GT)
    pair = f"{a.name} {a.words} is asked for and {b.words} excluded"
    if distance < 0 or (distance == 0 and both_hold):
        do = "Let one begin where the other ends."
        yield "limits-overlap", f"{pair}: values between them pass the one and fail the other", do
    elif distance > 0 or none_holds:
        do = "Let one begin where the other ends, or acknowledge it."
        yield "limits-leave-hole", f"{pair}: values between them are neither asked for nor excluded", do


def _bounds(node: Node, library: Mapping[str, Concept], *, is_all: bool) -> Iterator[Bound]:
    """The comparisons that decide alone: every part of `all` (inclusion), or of `any` (exclusion)."""
    match node:
        case AtLeast(n, parts) if n == (len(parts) if is_all else 1):
            for part in parts:
                yield from _bounds(part, library, is_all=is_all)
        case AnyRecorded(parts) if not is_all:
            for part in parts:
                yield from _bounds(part, library, is_all=is_all)
        case Age(operator, years):
            yield Bound(("age",), "age", operator, Fraction(years), f"{operator.value} {years}")
        case CockcroftGault(operator, ml_per_min):
            words = f"{operator.value} {ml_per_min} mL/min"
            yield Bound(("clearance",), "calculated clearance", operator, Fraction(ml_per_min), words)
        case Assessment():
            if (bound := _assessed_bound(node, library)) is not None:
                yield bound
        case Share(concept, test, operator, percent):
            words = f"{operator.value} {percent} %"
            yield Bound(("share", concept, test), f"share of {concept}", operator, Fraction(percent), words)
        case Value(concept, Comparison(operator, (limit,)), pick=Pick.LATEST):
            value = _in_own_unit(limit, library[concept])
            if value is not None:
                yield Bound(
                    ("value", concept, node.site),
                    concept,
                    operator,
                    value,
                    write_limit(operator, limit, library[concept]),
                )
