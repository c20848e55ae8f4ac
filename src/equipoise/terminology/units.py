"""Units: what a spelling means in UCUM, and exact factors between units.

Decides: which unit a spelling of a laboratory means (a closed table of unclean spellings, else UCUM itself), and
the exact rational factor between two units of one kind, or of one analyte. Leaves to others: whether a unit is
needed, and what follows when there is none.

A spelling that is neither in the table nor valid UCUM is unknown; nothing is guessed from likeness. UCUM is parsed
by ucumvert, which is loaded only for units that the table does not hold. Its numbers are not used, since pint
computes some of them in floating point: `ucum.py` computes them from the same definitions as fractions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources

import yaml

from equipoise.terminology.concepts import Concept, Equivalence

BODY_SURFACE = "{1.73_m2}"
"""Mark of a clearance that was normalised to body surface: an annotation to UCUM, another kind of quantity to us."""

_MICRO_AND_POWERS = str.maketrans(
    {"µ": "u", "μ": "u", "×": "x", "·": ".", "−": "-"} | {sup: str(n) for n, sup in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
)
_POWER_OF_TEN = re.compile(
    r"^x?10(?:\*\*|\*|\^|e|\()?\+?0?(?P<power>[3-9])\)?(?:cells?|\{cells?\})?/"
    r"(?P<volume>l|ml|ul|mcl|microl|mm3|mm\^3|cumm|cu\.mm|cmm)$"
)
_VOLUMES = {"l": "L", "ml": "mL"} | dict.fromkeys(("ul", "mcl", "microl"), "uL")
_NORMALISED_FLOW = re.compile(r"^ml/min(?:ute)?[/*.(\[{]?.*1[.,]73")


@dataclass(frozen=True)
class Size:
    """How large a unit is: a number of a product of base units."""

    factor: Fraction
    dimension: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Spellings:
    sizes: Mapping[str, Size]
    aliases: Mapping[str, str]
    ambiguous: frozenset[str]


@lru_cache(maxsize=8192)
def resolve_unit(spelling: str | None) -> str | None:
    """
    The UCUM unit that a spelling means; None when it is not understood or means two things.

    Units met often come in one spelling ("g/dL", "10*9/L", "umol/L"); other valid UCUM is returned as written.
    """
    text = (spelling or "").strip().translate(_MICRO_AND_POWERS)
    known = _spellings()
    if not text or text in known.ambiguous:
        return None
    if text in known.sizes:
        return text
    key = _key(text)
    return known.aliases.get(key) or _resolve_pattern(key) or _resolve_ucum(text)


def is_same_kind(a: str, b: str) -> bool:
    """Whether two UCUM units differ by a factor alone, without knowing the analyte."""
    return a == b or _ratio(a, b) is not None


def factor(concept: Concept, from_unit: str, to_unit: str) -> Fraction | None:
    """
    The exact number by which a value in `from_unit` is multiplied to stand in `to_unit`; None when there is none.

    Both units are UCUM, as `resolve_unit` gives them. Mass and amount of substance convert by the concept's own
    equivalence. A concept that needs no unit takes "1" for its own. Units with an offset (Cel) do not convert.
    A bare number and a per cent do not convert either: laboratories that send "1" mean both.
    """
    if not concept.is_unit_required and concept.unit is not None:
        from_unit = concept.unit if from_unit == "1" else from_unit
        to_unit = concept.unit if to_unit == "1" else to_unit
    return _factor(concept.equivalence, from_unit, to_unit)


@lru_cache(maxsize=8192)
def _factor(equivalence: Equivalence | None, from_unit: str, to_unit: str) -> Fraction | None:
    if from_unit == to_unit:
        return Fraction(1)
    direct = _ratio(from_unit, to_unit)
    if direct is not None:
        size = size_of(from_unit)
        is_number = size is not None and not size.dimension
        return None if is_number and direct != 1 else direct
    return None if equivalence is None else _by_equivalence(equivalence, from_unit, to_unit)


def _by_equivalence(same: Equivalence, from_unit: str, to_unit: str) -> Fraction | None:
    sides = (same.value, same.unit), (same.other_value, same.other_unit)
    for (value, unit), (other_value, other_unit) in (sides, sides[::-1]):
        before, after = _ratio(from_unit, unit), _ratio(other_unit, to_unit)
        if before is not None and after is not None:
            return before * other_value / value * after
    return None


def _ratio(from_unit: str, to_unit: str) -> Fraction | None:
    source, target = size_of(from_unit), size_of(to_unit)
    if source is None or target is None or source.dimension != target.dimension:
        return None
    return source.factor / target.factor


@lru_cache(maxsize=8192)
def size_of(unit: str) -> Size | None:
    """Size of a UCUM unit; None when it is not valid, or not a multiple of base units (Cel, [pH], dB)."""
    known = _spellings().sizes.get(unit)
    if known is not None:
        return known
    from equipoise.terminology.ucum import compute_size  # loads the parser, which takes half a second

    return compute_size(unit)


def _resolve_pattern(key: str) -> str | None:
    if _NORMALISED_FLOW.match(key):
        return f"mL/min/{BODY_SURFACE}"
    counts = _POWER_OF_TEN.match(key)
    if counts is None:
        return None
    return f"10*{counts['power']}/{_VOLUMES.get(counts['volume'], 'mm3')}"


def _resolve_ucum(text: str) -> str | None:
    if not text.isascii() or any(character.isspace() for character in text):
        return None
    from equipoise.terminology.ucum import is_valid

    if not is_valid(text):
        return None
    # A unit that is only an annotation ("{krenning}") is the pure number.
    return "1" if re.fullmatch(r"\{[^{}]*\}", text) else text


def _key(text: str) -> str:
    return "".join(text.casefold().split())


@cache
def _spellings() -> _Spellings:
    content = resources.files("equipoise.terminology").joinpath("data/units.yaml").read_text(encoding="utf-8")
    table = yaml.safe_load(content)
    sizes = {
        unit: Size(Fraction(number), tuple(sorted(dimension.items())))
        for unit, (number, dimension) in table["sizes"].items()
    }
    aliases = {_key(str(alias)): unit for unit, spellings in table["aliases"].items() for alias in spellings}
    return _Spellings(sizes, aliases, frozenset(table["ambiguous"]))
