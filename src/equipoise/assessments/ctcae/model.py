"""What a grading table says, as data: terms, the wording of each grade, and the rule beside it.

Decides the shape of a rule: a grade is reached when a result passes a limit, which is a printed amount, a multiple of
a normal limit or of the baseline, or one of these with an amount added; and which words of the text ("if baseline was
abnormal", "symptomatic") bind the rule. Leaves to others: how tables are read (`tables.py`), what a result is
(`results.py`), and what follows (`grading.py`, `arrays.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType


class CtcaeVersion(StrEnum):
    """The versions of the criteria that have a table here; which one counts is for the protocol to say."""

    V4_03 = "4.03"
    V5_0 = "5.0"
    V6_0 = "6.0"


class BaselineRange(StrEnum):
    """Where the baseline stands in the normal range, as the laboratory that reported it says."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True)
class Grade:
    """
    A grade proposed from a number.

    Parameters
    ----------
    value
        0 to 4. Grade 5 is a death, and never computed.
    may_be_higher
        A part of the rule could not be judged because a normal limit or the baseline is missing: the grade is at
        least `value`.
    """

    value: int
    may_be_higher: bool = False

    def __post_init__(self) -> None:
        if self.value not in range(5):
            raise ValueError(f"{self.value} is no grade that a number can give")


class Compare(StrEnum):
    """How a result passes a limit."""

    BELOW = "below"
    AT_MOST = "at-most"
    ABOVE = "above"
    AT_LEAST = "at-least"


class Reference(StrEnum):
    """What a limit is a multiple of."""

    LOWER = "LLN"
    UPPER = "ULN"
    BASELINE = "baseline"


class Condition(StrEnum):
    """Words that bind a part of a rule. Those of a person's state are read in the worse way when it is not known."""

    BASELINE_HIGH = "baseline-high"
    BASELINE_NOT_HIGH = "baseline-not-high"
    BASELINE_LOW = "baseline-low"
    SYMPTOMATIC = "symptomatic"
    ON_ANTICOAGULANT = "on-anticoagulant"


@dataclass(frozen=True)
class Amount:
    """A number as printed, with its UCUM unit."""

    value: Fraction
    unit: str


@dataclass(frozen=True)
class Limit:
    """`factor` times `reference` plus one of `amounts`: the same amount as printed for several units, or none."""

    amounts: tuple[Amount, ...] = ()
    reference: Reference | None = None
    factor: Fraction = Fraction(1)


@dataclass(frozen=True)
class Comparison:
    """A result passes a limit."""

    compare: Compare
    limit: Limit


@dataclass(frozen=True)
class Clause:
    """
    All of `comparisons` hold, under all `conditions`: then the grade is at least `grade`.

    A grade of None stands for results to which the version gives no grade (a gap of the table).
    """

    grade: int | None
    comparisons: tuple[Comparison, ...]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, eq=False)
class Term:
    """
    A term of one version; the same one only if it is the same object.

    Parameters
    ----------
    version
        The version whose words these are.
    id, name
        Ours, the same in all versions, and the published one.
    analytes
        Concepts whose results it grades; the first converts units.
    wording
        Published words by grade, 1 to 5; a grade that the term does not have is absent.
    clauses
        The rule; empty when every grade is clinical.
    readings
        How we read words that can be read in two ways.
    also_called
        Other names by which it is found.
    refused_units
        Units that would convert wrongly for this analyte, with the reason.
    """

    version: CtcaeVersion
    id: str
    name: str
    analytes: tuple[str, ...]
    wording: Mapping[int, str]
    clauses: tuple[Clause, ...] = ()
    readings: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    refused_units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def source(self) -> str:
        """How a grade by this term is cited."""
        return f"CTCAE v{self.version}, {self.name}"

    @cached_property
    def clinical_grades(self) -> tuple[int, ...]:
        """Grades that have words but no number: a person gives them."""
        computed = {clause.grade for clause in self.clauses}
        return tuple(grade for grade in sorted(self.wording) if grade not in computed)

    @cached_property
    def clauses_by_grade(self) -> Mapping[int | None, tuple[Clause, ...]]:
        """The clauses of each grade, None among them."""
        grades = {
            clause.grade: tuple(each for each in self.clauses if each.grade == clause.grade) for clause in self.clauses
        }
        return MappingProxyType(grades)

    @cached_property
    def grades(self) -> tuple[int, ...]:
        """The grades that the rule can give, worst first."""
        return tuple(sorted((grade for grade in self.clauses_by_grade if grade), reverse=True))

    @cached_property
    def conditions(self) -> frozenset[Condition]:
        """All words that bind a part of the rule."""
        return frozenset(condition for clause in self.clauses for condition in clause.conditions)

    @cached_property
    def references(self) -> frozenset[Reference]:
        """The normal limits and the baseline that the rule may need."""
        limits = (each.limit for clause in self.clauses for each in clause.comparisons)
        return frozenset(limit.reference for limit in limits if limit.reference is not None)

    @cached_property
    def printed_units(self) -> tuple[str, ...]:
        """Units for which the version prints limits; none when all limits are multiples."""
        limits = (each.limit for clause in self.clauses for each in clause.comparisons)
        return tuple(dict.fromkeys(amount.unit for limit in limits for amount in limit.amounts))


@dataclass(frozen=True)
class Table:
    """
    All terms of a version that we carry, by id.

    `absent` says of ids that other versions have why this one has none.
    """

    version: CtcaeVersion
    title: str
    source: str
    terms: Mapping[str, Term]
    absent: Mapping[str, str]
