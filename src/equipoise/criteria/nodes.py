"""What a rule can say: frozen nodes that check themselves when built, so that a rule without sense cannot exist.

Combinators join truths; atoms read records; *gathering* nodes choose, among atoms, those that have data. The
meaning of every node is `reference.py`; `compile.py` must agree with it. Names of windows, readings and
concepts are already resolved here: nodes know nothing of the protocol that holds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from equipoise.criteria.assessed.catalogue import PERCENT, derived_number, kind_of
from equipoise.criteria.assessed.kind import AssessmentKind, Form
from equipoise.errors import ProtocolError

AS_OF = "as_of"
MAX_DECIMALS = 6


class WindowUnit(StrEnum):
    """Calendar units of a window (UCUM codes)."""

    DAY = "d"
    MONTH = "mo"
    YEAR = "a"


@dataclass(frozen=True)
class Window:
    """
    The days from `length` before the anchor up to `as_of`, both inside (day 0 and day N).

    With `is_strict` the first of them is outside: "no drug for 4 weeks before" lets day -28 pass. Months
    and years count on the calendar; a day that the month does not have becomes its last day.
    `label` says in words where the window comes from (shown in reports).
    """

    length: int
    unit: WindowUnit = WindowUnit.DAY
    is_strict: bool = False
    anchor: str = AS_OF
    label: str = ""

    def __post_init__(self) -> None:
        if self.length < 0:
            raise ProtocolError(f"a window of {self.length} {self.unit} looks into the future; give 0 or more")

    def limit(self, anchor: date) -> date:
        """The calendar day `length` before the anchor."""
        return days_before(anchor, self.length, self.unit)


def days_before(anchor: date, length: int, unit: WindowUnit) -> date:
    """The day `length` units before the anchor; 31 March less one month is the last day of February."""
    if unit is WindowUnit.DAY:
        return date.fromordinal(max(1, anchor.toordinal() - length))
    months = anchor.year * 12 + anchor.month - 1 - length * (12 if unit is WindowUnit.YEAR else 1)
    year, month = divmod(months, 12)
    if year < 1:
        return date.min
    for day in range(anchor.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, anchor.day)


class Operator(StrEnum):
    """Order comparisons of a value with a limit."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "="


class Relative(StrEnum):
    """Limits that are multiples of the laboratory's own range."""

    ULN = "uln"
    LLN = "lln"


@dataclass(frozen=True)
class Limit:
    """A limit of a quantity: a number with a UCUM unit, or a multiple of a normal limit (then unit is None)."""

    value: Decimal
    unit: str | None = None
    relative: Relative | None = None

    def __post_init__(self) -> None:
        exponent = self.value.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > MAX_DECIMALS:
            raise ProtocolError(f"limit {self.value}: at most {MAX_DECIMALS} decimals can be compared exactly")
        if self.unit is not None and self.relative is not None:
            raise ProtocolError(f"limit {self.value} has both a unit and a normal range to multiply; give one")


@dataclass(frozen=True)
class Comparison:
    """
    A value against one limit, or against the limit that is printed for the kind of unit reported.

    With several `limits` ("< 8.0 g/dL or < 5.0 mmol/L, as reported") a result is judged by the limit whose
    unit is of the same kind as its own (no conversion by molar mass); when none is, by the first.
    """

    operator: Operator
    limits: tuple[Limit, ...]

    def __post_init__(self) -> None:
        if not self.limits:
            raise ProtocolError("a comparison needs a limit")
        if len(self.limits) > 1 and any(limit.relative for limit in self.limits):
            raise ProtocolError("limits given for several units cannot be multiples of a normal range")


@dataclass(frozen=True)
class Answers:
    """A coded value that must be one of these answer words of its concept."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.words:
            raise ProtocolError("a list of answers is empty")


@dataclass(frozen=True)
class DateWithin:
    """A value that is itself a date, which must lie in this window (from its limit to the anchor)."""

    window: Window


Test = Comparison | Answers | DateWithin


class Node:
    """Base of everything a rule is made of."""

    def children(self) -> tuple["Node", ...]:
        return ()

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in the order in which they are written."""
        yield self
        for child in self.children():
            yield from child.walk()

    @cached_property
    def atoms(self) -> tuple["Atom", ...]:
        """The atoms of this node, each once, in the order in which they are written; a node never changes."""
        return tuple(dict.fromkeys(part for part in self.walk() if isinstance(part, Atom)))


class Atom(Node):
    """A node that reads records; equal atoms are one atom and are decided once."""

    def concept_ids(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Age(Atom):
    """Age in completed years at `as_of`, against a limit in years."""

    operator: Operator
    years: int

    def __post_init__(self) -> None:
        if self.years < 0:
            raise ProtocolError(f"an age of {self.years} years does not exist")


@dataclass(frozen=True)
class Sex(Atom):
    """The recorded sex is this one."""

    is_: str

    def __post_init__(self) -> None:
        if self.is_ not in ("female", "male"):
            raise ProtocolError(f"sex {self.is_!r} cannot be asked; use female or male")


@dataclass(frozen=True)
class Exists(Atom):
    """
    A record of the concept exists.

    `within`: its span of days meets the window. `before`: it began on or before the window's limit (strictly
    before with `is_strict`). `site`: at this body site (a word or system|code). `orders_count`: whether an
    order that is not shown given is present (exclusions) or leaves the truth unknown (inclusions).
    """

    concept: str
    within: Window | None = None
    before: Window | None = None
    site: str | None = None
    orders_count: bool = False

    def __post_init__(self) -> None:
        if self.within and self.before:
            raise ProtocolError(f"{self.concept}: give a window it lies within, or one it lies before, not both")

    def concept_ids(self) -> tuple[str, ...]:
        return (self.concept,)


class Pick(StrEnum):
    """Which of several results decides."""

    LATEST = "latest"
    ANY = "any"
    EVERY = "every"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"


@dataclass(frozen=True)
class Value(Atom):
    """
    A result of the concept meets a test.

    `methods`: only results by one of these methods are suitable. `is_fasting`: only fasting specimens are.
    `not_older_than`: results are read only from the latest day of that other concept (in the same window) on.
    """

    concept: str
    test: Test
    pick: Pick = Pick.LATEST
    within: Window | None = None
    methods: tuple[str, ...] = ()
    is_fasting: bool = False
    site: str | None = None
    not_older_than: str | None = None

    def __post_init__(self) -> None:
        has_direction = isinstance(self.test, Comparison) and self.test.operator is not Operator.EQ
        if self.pick in (Pick.MAXIMUM, Pick.MINIMUM) and not has_direction:
            raise ProtocolError(f"{self.concept}: {self.pick} needs a limit with <, <=, > or >=")

    def concept_ids(self) -> tuple[str, ...]:
        return (self.concept,)


@dataclass(frozen=True)
class Count(Atom):
    """The number of records of the concept (events, or results with a value) against a whole number."""

    concept: str
    operator: Operator
    number: int
    within: Window | None = None

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ProtocolError(f"{self.concept}: a count of {self.number} does not exist")

    def concept_ids(self) -> tuple[str, ...]:
        return (self.concept,)


@dataclass(frozen=True)
class Share(Atom):
    """
    The share of lesions, on the latest day of the study, whose result meets the test, against a percentage.

    A result without a lesion identifier is a lesion of its own.
    """

    concept: str
    test: Test
    operator: Operator
    percent: Decimal
    within: Window | None = None

    def concept_ids(self) -> tuple[str, ...]:
        return (self.concept,)


@dataclass(frozen=True)
class CockcroftGault(Atom):
    """
    Creatinine clearance by Cockcroft and Gault (Nephron 1976;16:31-41), actual body weight, against mL/min.

    (140 - age) x weight / (72 x creatinine), times 0.85 for women; compared without dividing.
    """

    operator: Operator
    ml_per_min: Decimal
    within: Window | None = None
    creatinine: str = "creatinine"
    weight: str = "body-weight"

    def __post_init__(self) -> None:
        if self.ml_per_min <= 0 or self.operator is Operator.EQ:
            asked = f"clearance {self.operator} {self.ml_per_min} mL/min"
            raise ProtocolError(f"{asked}: give <, <=, > or >= and a limit above 0")

    def concept_ids(self) -> tuple[str, ...]:
        return (self.creatinine, self.weight)


@dataclass(frozen=True)
class Assessment(Atom):
    """
    What the assessments make of a patient's results (a grade, a response, a dose, a derived value) meets a test.

    `name` is one of `assessed.catalogue`. `subject` is what it is of (a term, an organ, a concept). `options` are its
    other parameters, the version among them, sorted by key: an option that a publication leaves to us is protocol
    data. `baseline` is where a baseline lies: the latest result from its limit to its anchor.
    """

    name: str
    test: Comparison | Answers
    subject: str | None = None
    within: Window | None = None
    baseline: Window | None = None
    options: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        kind = kind_of(self.name)
        kind.check(self.subject, dict(self.options), has_baseline=self.baseline is not None)
        if list(self.options) != sorted(set(self.options)):
            raise ProtocolError(f"{self.name}: options are given once each, sorted by key")
        if self.within is not None and not kind.takes_window:
            raise ProtocolError(f"{self.name} adds up all that came before; leave within out")
        if self.baseline is not None and self.baseline.anchor == AS_OF:
            do = "name the day before which it lies, for example from: '28 d before cycle-1'"
            raise ProtocolError(f"{self.name}: the latest result before as_of is no baseline; {do}")
        if isinstance(self.test, Comparison) and len(self.test.limits) > 1:
            raise ProtocolError(f"{self.name} has one unit: give one limit, not one for each unit reported")
        if isinstance(self.test, Comparison) and self.test.limits[0].relative is not None:
            raise ProtocolError(f"{self.name} has no normal range to multiply; give a number")

    def option(self, key: str) -> str | None:
        return dict(self.options).get(key)

    @property
    def changing(self) -> AssessmentKind | None:
        """The derived quantity that this is a change of; None for a change of a concept, and for all that is none."""
        return derived_number(self.subject) if kind_of(self.name).form is Form.CHANGE else None

    @property
    def is_relative(self) -> bool:
        """Whether a change is compared as a share of the baseline, and not in the unit of what changes."""
        return isinstance(self.test, Comparison) and self.test.limits[0].unit == PERCENT

    def concept_ids(self) -> tuple[str, ...]:
        return kind_of(self.name).concept_ids(self.subject, dict(self.options))


@dataclass(frozen=True)
class Constant(Atom):
    """Always unknown, for one stated cause (damaged text whose repair is not accepted, a question of judgement)."""

    cause: str
    item: str


@dataclass(frozen=True)
class Not(Node):
    child: Node

    def children(self) -> tuple[Node, ...]:
        return (self.child,)


@dataclass(frozen=True)
class AtLeast(Node):
    """At least `n` of the parts are true; `all` is n = number of parts, `any` is n = 1."""

    n: int
    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.n <= len(self.parts):
            raise ProtocolError(f"at least {self.n} of {len(self.parts)} parts can never be judged sensibly")

    def children(self) -> tuple[Node, ...]:
        return self.parts


def all_of(*parts: Node) -> AtLeast:
    return AtLeast(len(parts), parts)


def any_of(*parts: Node) -> AtLeast:
    return AtLeast(1, parts)


@dataclass(frozen=True)
class FirstRecorded(Node):
    """
    The first part that has data decides alone: a measured clearance before a calculated one.

    With no data at all it is unknown like its last part: that is what one would ask for.
    """

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ProtocolError("first_recorded needs at least two parts")

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True)
class AnyRecorded(Node):
    """`any` over those parts that have data; a part without data is left out, all without data is unknown."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ProtocolError("any_recorded needs at least two parts")

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True)
class Reading(Node):
    """A sentence with several live meanings and none chosen: decided only where all of them agree."""

    name: str
    alternatives: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.alternatives) < 2:
            raise ProtocolError(f"reading {self.name}: needs at least two alternatives")

    def children(self) -> tuple[Node, ...]:
        return self.alternatives


def windows_of(node: Node) -> tuple[Window, ...]:
    """The windows that a node itself names, without those of its parts."""
    named = tuple(getattr(node, name, None) for name in ("within", "before", "baseline"))
    of_date = node.test.window if isinstance(node, Value) and isinstance(node.test, DateWithin) else None
    return tuple(window for window in (*named, of_date) if isinstance(window, Window))
