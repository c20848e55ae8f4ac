"""Values around the limits of rules: at the limit, one printed decimal beside it, and well away from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from equipoise.authoring.inventing.days import RECENT_DAYS
from equipoise.criteria.intervals import period_of
from equipoise.criteria.nodes import (
    AS_OF,
    Answers,
    Assessment,
    Atom,
    CockcroftGault,
    Comparison,
    DateWithin,
    Limit,
    Relative,
    Share,
    Test,
    Value,
)
from equipoise.terminology.concepts import Concept, ConceptKind

RANGE_LOW, RANGE_HIGH = Decimal(10), Decimal(40)
"""The normal range written on results that rules compare with one; as made up as the results."""
_FAR_BELOW, _FAR_ABOVE = Decimal("0.6"), Decimal("1.5")
_CREATININE_MG_DL = tuple(Decimal(n) / 10 for n in range(4, 50, 2))
_WEIGHT_KG = tuple(Decimal(n) for n in (42, 55, 63, 70, 78, 90, 110))
_BODY_OF_ASSESSMENTS = {"body-weight": _WEIGHT_KG, "body-height": tuple(Decimal(n) for n in (150, 164, 172, 185))}
"""In kg and cm: what is not believable goes into no assessment. Its other inputs are written as they come."""
NOT_AN_ANSWER = "could not be assessed"


@dataclass(frozen=True)
class Made:
    """A value as text, with its unit where it has one."""

    text: str
    unit: str | None = None


def tests_of(concept: Concept, atoms: Iterable[Atom]) -> list[Test]:
    """What rules ask of the values of a concept."""
    tests = [atom.test for atom in atoms if isinstance(atom, Value | Share) and atom.concept == concept.id]
    return list(dict.fromkeys(tests))


def values_of(concept: Concept, atoms: Sequence[Atom], as_of: date) -> list[Made]:
    """Values worth writing of a concept, by its kind."""
    tests = tests_of(concept, atoms)
    if concept.kind is ConceptKind.CODED:
        asked = [word for test in tests if isinstance(test, Answers) for word in test.words]
        return [Made(word) for word in dict.fromkeys((*concept.answers, *asked))]
    if concept.kind is ConceptKind.DATE:
        return [Made(day.isoformat()) for day in _dates(tests, as_of)]
    unit = concept.unit or "1"
    limits = [limit for test in tests if isinstance(test, Comparison) for limit in test.limits]
    found = [made for limit in limits for made in _beside(limit, unit, concept.is_unit_required)]
    for atom in atoms:
        if isinstance(atom, Assessment):
            found += [Made(_text(value), concept.unit) for value in _BODY_OF_ASSESSMENTS.get(concept.id, ())]
        if isinstance(atom, CockcroftGault):
            if concept.id == atom.creatinine:
                found += [Made(_text(value), "mg/dL") for value in _CREATININE_MG_DL]
            elif concept.id == atom.weight:
                found += [Made(_text(value), "kg") for value in _WEIGHT_KG]
    return list(dict.fromkeys(found)) or [Made("1", _written(unit, concept.is_unit_required))]


def is_relative(concept: Concept, atoms: Iterable[Atom]) -> bool:
    """Whether some rule compares the concept with its own normal range."""
    limits = [limit for test in tests_of(concept, atoms) if isinstance(test, Comparison) for limit in test.limits]
    return any(limit.relative is not None for limit in limits)


def _beside(limit: Limit, unit: str, is_unit_required: bool) -> list[Made]:
    value, step = limit.value, _step(limit.value)
    if limit.relative is not None:
        normal = RANGE_HIGH if limit.relative is Relative.ULN else RANGE_LOW
        value, step = limit.value * normal, Decimal(1)
    written = _written(limit.unit or unit, is_unit_required)
    near = [value, value - step, value + step]
    far = [(value * part).quantize(step, ROUND_HALF_UP) for part in (_FAR_BELOW, _FAR_ABOVE)]
    return [Made(_text(each), written) for each in (*near, *far) if each >= 0]


def _written(unit: str, is_required: bool) -> str | None:
    """A pure number and a score are reported without a unit."""
    return unit if is_required or unit != "1" else None


def _step(value: Decimal) -> Decimal:
    """One in the last printed place."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)


def _text(value: Decimal) -> str:
    return format(value, "f")


def _dates(tests: Iterable[Test], as_of: date) -> list[date]:
    days = [as_of - timedelta(days=RECENT_DAYS)]
    for test in tests:
        if isinstance(test, DateWithin) and test.window.anchor == AS_OF:
            first = period_of(test.window, as_of, as_of).first
            if first is not None:
                days += [first, first - timedelta(days=1), first - timedelta(days=RECENT_DAYS * 20)]
    return list(dict.fromkeys(days))
