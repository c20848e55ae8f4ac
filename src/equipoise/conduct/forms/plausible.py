"""Values that are more likely a slip of number or unit than a measurement: asked about, and held back until answered.

Decides when a value is implausible, which other unit it would fit in, and how it stands among the records while nobody
has confirmed it: under its own words, as no number, so that no rule is true or false by it. The limits are those of the
concept (`plausible`). Nothing is refused for them.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from equipoise.conduct.forms.base import Rows
from equipoise.conduct.forms.concepts import concepts_of
from equipoise.conduct.raised import Raised, query
from equipoise.records.patient import Row
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept
from equipoise.terminology.units import factor, resolve_unit

IMPLAUSIBLE = "value-implausible"
TO_CONFIRM = "to be confirmed or corrected"
_UNITS = (
    "10*9/L",
    "/uL",
    "/L",
    "g/dL",
    "g/L",
    "mg/dL",
    "mg/L",
    "mmol/L",
    "umol/L",
    "kg",
    "g",
    "[lb_av]",
    "m",
    "cm",
    "mm",
)
_UNITS_OF_BODY = ("[in_i]", "%", "1", "U/L", "ukat/L", "mL/min", "mL/s", "s", "ms", "min", "kPa", "mm[Hg]")
LIKELY_UNITS = (*_UNITS, *_UNITS_OF_BODY)
"""Units that laboratories report in, each tried on a value that fits nobody in its own."""
Bound = Decimal | None
"""A bound of a value; None is open to that side."""


def is_implausible(concept: Concept, low: Bound, high: Bound, unit: str | None) -> bool:
    """
    Whether all that a value may be lies outside of what is plausible for a concept.

    False where nothing can be said: no limits, no number, a unit that is missing or does not convert.
    """
    scale = _scale_of(concept, unit)
    return scale is not None and not (low is None and high is None) and not _fits(concept, low, high, scale)


def implausible_query(concept: Concept, low: Bound, high: Bound, unit: str | None) -> Raised | None:
    """What is asked about an implausible value, with the unit in which it would fit; None for a plausible one."""
    limits = concept.plausible
    if limits is None or not is_implausible(concept, low, high, unit):
        return None
    fitting = list(_fitting_units(concept, low, high, unit))
    hint = f"; it would fit in {' or '.join(fitting)}" if fitting else ""
    span = f"{_words(limits.low)} to {_words(limits.high)} {limits.unit}".removesuffix(" 1")
    return query(IMPLAUSIBLE, f"{concept.label}: the value is outside of {span}{hint}. Are number and unit right?")


def held_back(rows: Rows) -> Rows:
    """Rows of an entry of which a value is still asked about: what is implausible stands there as no number."""
    return {table: [_held(row) if table == "measurements" else row for row in own] for table, own in rows.items()}


def _held(row: Row) -> Row:
    named = (base_library().get(name) for name in concepts_of(row["system"], row["code"]))
    bounds = row["value_lower"], row["value_upper"], row["unit"]
    if not any(concept is not None and is_implausible(concept, *bounds) for concept in named):
        return row
    none = dict.fromkeys(("value_lower", "value_upper", "is_lower_closed", "is_upper_closed"))
    return {**row, **none, "value_text": f"{row['value_text']} ({TO_CONFIRM})"}


def _fitting_units(concept: Concept, low: Bound, high: Bound, unit: str | None) -> Iterator[str]:
    tried = {_scale_of(concept, unit)}
    for other in LIKELY_UNITS:
        scale = _scale_of(concept, other)
        if scale is not None and scale not in tried and _fits(concept, low, high, scale):
            yield other
        tried.add(scale)


def _scale_of(concept: Concept, unit: str | None) -> Fraction | None:
    """By what a value in a unit is multiplied to stand in that of the limits."""
    if concept.plausible is None:
        return None
    resolved = resolve_unit(unit) if unit is not None else None if concept.is_unit_required else "1"
    return None if resolved is None else factor(concept, resolved, concept.plausible.unit)


def _fits(concept: Concept, low: Bound, high: Bound, scale: Fraction) -> bool:
    limits = concept.plausible
    assert limits is not None
    is_below = high is not None and Fraction(high) * scale < limits.low
    is_above = low is not None and Fraction(low) * scale > limits.high
    return not is_below and not is_above


def _words(number: Fraction) -> str:
    return f"{float(number):g}"
