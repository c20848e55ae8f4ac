"""A result as reported, and limits beside it, as exact numbers.

Decides what counts as a number ("<0.2" is an interval, "haemolysed" is none), how intervals compare with a limit, and
which printed amount speaks for the unit reported. Leaves to others what a comparison means for a grade.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from equipoise.assessments.ctcae.model import Amount, Compare, Term
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept
from equipoise.terminology.units import factor, is_same_kind, resolve_unit

Number = Decimal | Fraction | int | float | str
"""What a caller may give: a float counts as its shortest decimal, a text may begin with a comparator."""

_COMPARATOR = re.compile(r"^(<=|>=|<|>|≤|≥)?\s*(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends; an end of None is open to all sides. An exact number is both its ends."""

    low: Fraction | None
    high: Fraction | None
    is_low_inside: bool = True
    is_high_inside: bool = True

    @property
    def exact(self) -> Fraction | None:
        """The number, when there is only one."""
        return self.low if self.low == self.high else None


def read_number(value: Number | None) -> Interval | None:
    """The numbers that a result may stand for; None when it is no number."""
    if value is None or isinstance(value, bool):
        return None
    comparator, digits = ("", value) if isinstance(value, int | Fraction | Decimal) else _split(str(value))
    try:
        number = Fraction(Decimal(digits)) if isinstance(digits, str) else Fraction(digits)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    if comparator in ("<", "<=", "≤"):
        # A measured amount is never negative, so "<0.2" ends at zero.
        return Interval(Fraction(0) if number > 0 else None, number, is_high_inside=comparator != "<")
    if comparator in (">", ">=", "≥"):
        return Interval(number, None, is_low_inside=comparator != ">")
    return Interval(number, number)


def _split(text: str) -> tuple[str, str]:
    found = _COMPARATOR.match(text.strip())
    return (found[1] or "", found[2].strip()) if found else ("", text)


def compare(result: Interval, how: Compare, limit: Fraction) -> bool | None:
    """Whether all numbers of the result pass the limit (True), none does (False), or some do (None)."""
    if how is Compare.ABOVE:
        return _is_above(result, limit)
    if how is Compare.AT_LEAST:
        return _is_at_least(result, limit)
    opposite = _is_at_least(result, limit) if how is Compare.BELOW else _is_above(result, limit)
    return None if opposite is None else not opposite


def _is_above(result: Interval, limit: Fraction) -> bool | None:
    low, high = result.low, result.high
    if low is not None and (low > limit or (low == limit and not result.is_low_inside)):
        return True
    return False if high is not None and high <= limit else None


def _is_at_least(result: Interval, limit: Fraction) -> bool | None:
    low, high = result.low, result.high
    if low is not None and low >= limit:
        return True
    return False if high is not None and (high < limit or (high == limit and not result.is_high_inside)) else None


def concept_of(term: Term) -> Concept:
    """The analyte by whose equivalence the units of a term convert."""
    return base_library()[term.analytes[0]]


@lru_cache(maxsize=4096)
def understood_unit(term: Term, unit: str | None) -> str | None:
    """
    The UCUM unit of a result of this term; None when it means nothing here.

    Ratios and scores may come without a unit. A unit is understood when the analyte can be given in it.
    """
    concept = concept_of(term)
    if unit is None or not unit.strip():
        return None if concept.is_unit_required else concept.unit
    resolved = resolve_unit(unit)
    if resolved is None or resolved in term.refused_units:
        return None
    known = (*term.printed_units, concept.unit or "1")
    is_known = any(resolved == each or factor(concept, each, resolved) is not None for each in known)
    return resolved if is_known else None


@lru_cache(maxsize=4096)
def amount_in(term: Term, amounts: tuple[Amount, ...], unit: str) -> Fraction:
    """
    The printed amount for a unit, in that unit.

    The amount printed for the unit itself counts, else one of the same kind (g/L for g/dL), else the first that the
    analyte's equivalence converts: a result is judged by the limit printed for the unit it was reported in.
    """
    concept = concept_of(term)
    same = [each for each in amounts if each.unit == unit]
    kind = [each for each in amounts if is_same_kind(each.unit, unit)]
    for each in (*same, *kind, *amounts):
        ratio = factor(concept, each.unit, unit)
        if ratio is not None:
            return each.value * ratio
    raise LookupError(f"{term.id} prints nothing that converts to {unit}")


def convert(term: Term, value: Fraction, from_unit: str, to_unit: str) -> Fraction | None:
    """A value of the term's analyte in another unit."""
    ratio = factor(concept_of(term), from_unit, to_unit)
    return None if ratio is None else value * ratio
