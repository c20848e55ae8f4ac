"""Sizes of UCUM units as exact fractions, computed from the definitions and the parser that ucumvert carries.

Decides: what a UCUM expression amounts to. Differs from UCUM in three places, each on the side of not converting:
the mole is a base unit (UCUM makes it a number, so that a count would convert to millimoles), arbitrary units and
fields of view are kinds of their own, and "{1.73_m2}" is not a comment. Units that are not a multiple of base
units have no size. Imported only when needed: loading takes about half a second.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from lark import Token, Tree
from lark.exceptions import LarkError
from ucumvert import xml_util
from ucumvert.parser import get_ucum_parser

from equipoise.terminology.units import BODY_SURFACE, Size

_OWN_KINDS = frozenset({"mol", "[HPF]", "[LPF]"})
Parsed = Tree[Token] | Token


class _NoSizeError(Exception):
    """The unit is on a logarithmic or shifted scale."""


@dataclass(frozen=True)
class _Definition:
    value: str
    unit: str
    is_special: bool
    is_arbitrary: bool


def is_valid(text: str) -> bool:
    """Whether the text is a valid unit of case-sensitive UCUM."""
    return _parse(text) is not None


def compute_size(text: str) -> Size | None:
    parsed = _parse(text)
    if parsed is None:
        return None
    try:
        return _measure(parsed)
    except _NoSizeError:
        return None


@cache
def _parser() -> Callable[[str], Parsed]:
    parse: Callable[[str], Parsed] = get_ucum_parser().parse
    return parse


def _parse(text: str) -> Parsed | None:
    try:
        return _parser()(text)
    except LarkError:
        return None


def _measure(node: Parsed) -> Size:
    if isinstance(node, Token):
        return _annotation(node)
    parts = node.children
    if node.data == "simple_unit":
        return _simple_unit([str(part) for part in parts], str(getattr(parts[-1], "type", "")))
    if node.data == "term":
        first, operator, second = parts
        return _multiply(_measure(first), _measure(second), 1 if operator == "." else -1)
    if node.data == "main_term" and len(parts) == 2:
        return _power(_measure(parts[1]), -1)
    if node.data == "annotatable" and len(parts) == 2:
        return _power(_measure(parts[0]), int(str(parts[1])))
    if node.data == "component" and len(parts) == 2:
        return _multiply(_measure(parts[0]), _measure(parts[1]), 1)
    return _measure(parts[0])


def _annotation(token: Token) -> Size:
    """A comment, except that a size of body surface under a fraction tells another kind of quantity."""
    text = token.lower()
    is_normalised = "1.73" in text or "bsa" in text or "body" in text
    return Size(Fraction(1), ((BODY_SURFACE, 1),) if is_normalised else ())


def _simple_unit(parts: list[str], kind: str) -> Size:
    if kind == "FACTOR":
        return Size(Fraction(parts[0]), ())
    unit = _atom(parts[-1])
    if len(parts) == 1:
        return unit
    return Size(unit.factor * _prefixes()[parts[0]], unit.dimension)


@cache
def _atom(code: str) -> Size:
    definition = _definitions().get(code)
    if definition is None or code in _OWN_KINDS or (definition.is_arbitrary and definition.unit == "1"):
        return Size(Fraction(1), ((code, 1),))
    if definition.is_special:
        raise _NoSizeError(code)
    parsed = _parse(definition.unit)
    if parsed is None:
        raise _NoSizeError(code)
    base = _measure(parsed)
    return Size(base.factor * Fraction(definition.value), base.dimension)


@cache
def _definitions() -> Mapping[str, _Definition]:
    """All units but the base units, which have no definition."""
    return {
        unit.code_cs: _Definition(str(unit.conversion_factor), unit.defining_unit, unit.is_special, unit.is_arbitrary)
        for unit in xml_util.get_units_with_full_definition()
    }


@cache
def _prefixes() -> Mapping[str, Fraction]:
    elements = xml_util.root.findall(".//{*}prefix[@Code]")
    return {each.attrib["Code"]: Fraction(each.find("{*}value").attrib["value"]) for each in elements}


def _multiply(first: Size, second: Size, sign: int) -> Size:
    powers: Counter[str] = Counter(dict(first.dimension))
    for base, power in second.dimension:
        powers[base] += sign * power
    return Size(first.factor * second.factor**sign, tuple(sorted((b, p) for b, p in powers.items() if p)))


def _power(size: Size, power: int) -> Size:
    return Size(size.factor**power, tuple((base, each * power) for base, each in size.dimension))
