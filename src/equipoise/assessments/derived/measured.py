"""A reported result as the derived quantities read it, and the exact number it means in the unit of a formula.

Decides: which unit a formula reads each quantity in, between which limits a number can be a measurement of a person
at all, and the cause when a result cannot be used. Leaves to others: which of several results counts (`change.py`
chooses a baseline, `criteria` everything else).

The limits of plausibility are wide on purpose. They catch a height in metres typed as centimetres, a weight of zero
or a swapped pair, never an unusual patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from equipoise.assessments.answer import Input, NotEvaluable, Why
from equipoise.errors import EquipoiseError, Fault
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept, ConceptKind
from equipoise.terminology.units import BODY_SURFACE, factor, resolve_unit

Number = Decimal | Fraction | int

_MONOVALENT = ("sodium", "potassium")
# Of a quantity without a concept no molar mass is known: only units of one kind convert.
_NO_CONCEPT = Concept("quantity", "a quantity of no concept", ConceptKind.QUANTITY)


@dataclass(frozen=True)
class Measured:
    """
    A result as it was reported.

    Parameters
    ----------
    name
        What was measured: a key of `QUANTITIES`, which is the id of a concept where the catalogue has one.
    value
        The number reported; None when the record has none. Not a float: limits are compared exactly.
    unit
        As spelled in the source.
    day, last_day
        First and last possible day; `last_day` only when the date is partial.
    record
        The source record.
    lower_limit, upper_limit
        Reference range of the laboratory that reported it, in the same unit.
    is_bound
        Reported as a bound ("< 0.3") and not as a value.
    """

    name: str
    value: Number | None
    unit: str | None
    day: date | None = None
    last_day: date | None = None
    record: str | None = None
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    is_bound: bool = False

    @property
    def latest_day(self) -> date:
        """The last possible day; the greatest date when none is known."""
        return self.last_day or self.day or date.max

    @property
    def is_day_partial(self) -> bool:
        """Whether the day of the result is not known exactly."""
        return self.day is None or (self.last_day is not None and self.last_day != self.day)

    @property
    def is_normalised(self) -> bool:
        """Whether the unit is a clearance for 1.73 m2 of body surface."""
        return BODY_SURFACE in (resolve_unit(self.unit) or "")

    def as_input(self) -> Input:
        """The line of evidence: value and unit as reported."""
        value = "no value" if self.value is None else f"{self.value} {self.unit or '(no unit)'}"
        return Input(self.name, f"bound {value}" if self.is_bound else value, self.day, self.record)


@dataclass(frozen=True)
class Quantity:
    """How the formulas read a quantity: its unit, and the least and greatest number that can be a measurement."""

    unit: str
    least: Decimal
    most: Decimal
    is_unit_required: bool


def quantity_in(unit: str, least: str, most: str, *, is_unit_required: bool = True) -> Quantity:
    """A quantity read in a unit, with its plausible range as decimals in text."""
    return Quantity(unit, Decimal(least), Decimal(most), is_unit_required)


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "body-weight": quantity_in("kg", "10", "500"),
        "body-height": quantity_in("cm", "50", "260"),
        "creatinine": quantity_in("mg/dL", "0.05", "50"),
        "measured-clearance": quantity_in("mL/min", "0", "400"),
        "bilirubin": quantity_in("mg/dL", "0.01", "100"),
        "albumin": quantity_in("g/dL", "0.5", "10"),
        "inr": quantity_in("1", "0.5", "50", is_unit_required=False),
        "prothrombin-time": quantity_in("s", "5", "300"),
        "sodium": quantity_in("mmol/L", "80", "220"),
        "calcium": quantity_in("mg/dL", "2", "30"),
        "ki-67": quantity_in("%", "0", "100"),
        "mitoses-per-2mm2": quantity_in("/(2.mm2)", "0", "2000", is_unit_required=False),
        "ecog": quantity_in("1", "0", "5", is_unit_required=False),
        "karnofsky": quantity_in("1", "0", "100", is_unit_required=False),
    }
)


@dataclass(frozen=True)
class Amounts:
    """Exact numbers in the units of `QUANTITIES`, and the evidence they come from."""

    values: Mapping[str, Fraction]
    inputs: tuple[Input, ...]

    def __getitem__(self, name: str) -> Fraction:
        return self.values[name]


def amounts_of(results: Mapping[str, Measured | None]) -> Amounts | NotEvaluable:
    """Every result as an exact number in the unit of its quantity, or all that stands in the way, together."""
    found = {name: amount_of(name, result) for name, result in results.items()}
    problems = [each for each in found.values() if isinstance(each, NotEvaluable)]
    if problems:
        return join(problems)
    inputs = tuple(result.as_input() for result in results.values() if result is not None)
    return Amounts({name: each for name, each in found.items() if isinstance(each, Fraction)}, inputs)


def amount_of(name: str, result: Measured | None, *, quantity: Quantity | None = None) -> Fraction | NotEvaluable:
    """One result in the unit of its quantity (that of its name unless another is given), or why it cannot be used."""
    quantity = quantity or QUANTITIES[name]
    if result is None:
        return NotEvaluable(Why.NEVER_MEASURED, f"{name} was never measured", (), (name,))
    if result.name != name:
        raise EquipoiseError(
            "A formula was given a result of something else.",
            [Fault(name, f"the result is one of {result.name}", f"Pass a result named {name}.")],
        )
    value = in_unit(result, quantity.unit, is_unit_required=quantity.is_unit_required)
    if isinstance(value, NotEvaluable) or quantity.least <= value <= quantity.most:
        return value
    between = f"{quantity.least} and {quantity.most} {quantity.unit}"
    because = f"{name} does not lie between {between}: check the number and its unit"
    return NotEvaluable(Why.IMPLAUSIBLE, because, (result.as_input(),), (name,))


def in_unit(result: Measured, unit: str, *, is_unit_required: bool = True) -> Fraction | NotEvaluable:
    """The exact number of a result in a UCUM unit; mass and amount of substance convert where a concept says how."""
    value = number_of(result)
    if isinstance(value, NotEvaluable):
        return value
    if not result.unit and is_unit_required:
        because = f"{result.name} was reported without a unit"
        return NotEvaluable(Why.NO_UNIT, because, (result.as_input(),), (result.name,))
    reported = resolve_unit(result.unit) if result.unit else unit
    scale = None if reported is None else scale_between(result.name, reported, unit)
    if scale is None:
        because = f"{result.name} was reported in {result.unit!r}, which does not convert to {unit}"
        return NotEvaluable(Why.UNKNOWN_UNIT, because, (result.as_input(),), (result.name,))
    return value * scale


def number_of(result: Measured) -> Fraction | NotEvaluable:
    """The exact number of a result in whatever unit it was reported; not evaluable when it has none or is a bound."""
    if isinstance(result.value, float):
        raise EquipoiseError(
            "A derived quantity was given a binary floating-point number.",
            [Fault(result.name, "a float is not the number that was reported", "Give a Decimal, Fraction or int.")],
        )
    inputs, needs = (result.as_input(),), (result.name,)
    if result.value is None:
        return NotEvaluable(Why.NEVER_MEASURED, f"{result.name} has a record without a value", inputs, needs)
    if result.is_bound:
        because = f"{result.name} was reported as a bound, which no formula can take"
        return NotEvaluable(Why.OVERLAP, because, inputs, needs)
    return Fraction(result.value)


def scale_between(name: str, from_unit: str, to_unit: str) -> Fraction | None:
    """
    The exact factor between two UCUM units of one quantity; None when there is none.

    UCUM counts an equivalent as a mole, which is true of ions of valence 1 and wrong by a factor of 2 for calcium and
    magnesium. Between equivalents and another unit only the former convert.
    """
    is_between = ("eq" in from_unit) != ("eq" in to_unit)
    if is_between and name not in _MONOVALENT:
        return None
    return factor(base_library().get(name, _NO_CONCEPT), from_unit, to_unit)


def join(problems: Sequence[NotEvaluable]) -> NotEvaluable:
    """Several obstacles as one: the cause of the first, the sentences and needs of all."""
    because = "; ".join(dict.fromkeys(each.because for each in problems))
    inputs = tuple(dict.fromkeys(each for problem in problems for each in problem.inputs))
    needs = tuple(dict.fromkeys(each for problem in problems for each in problem.needs))
    return NotEvaluable(problems[0].why, because, inputs, needs)


def check_positive(**values: Number) -> None:
    """Raise for numbers that no caller may ask a formula about; a record's own zeros never come here."""
    faults = [
        Fault(name, f"{value} is not above zero", "Ask the assessment of a record, which says what is wrong with it.")
        for name, value in values.items()
        if not value > 0
    ]
    if faults:
        raise EquipoiseError("A formula was asked about an impossible number.", faults)
