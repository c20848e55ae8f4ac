"""What is found in the words of one criterion, before any rule is made of it.

Offsets count the characters of the criterion's text, which the finders take as it stands: case, signs and damage are
theirs to tolerate. A finder gives only what it is sure of, in order of place, without overlap.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from equipoise.criteria.nodes import Operator, Relative, WindowUnit

TextSpan = tuple[int, int]


@dataclass(frozen=True)
class Amount:
    """
    One printed number of a limit, exactly as printed.

    `spelling` is the unit as printed, `unit` the UCUM unit it means (None: none printed, or not understood).
    `relative`: the number multiplies the upper or lower limit of normal.
    """

    value: Decimal
    spelling: str = ""
    unit: str | None = None
    relative: Relative | None = None


@dataclass(frozen=True)
class Bound:
    """One side of a comparison: `< 8.0 g/dL`. `others` are the same limit printed again in other units."""

    operator: Operator
    amount: Amount
    others: tuple[Amount, ...] = ()


class PressurePart(StrEnum):
    """Which of the two numbers of a blood pressure ("140/90 mmHg") a comparison limits."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"


@dataclass(frozen=True)
class ComparisonMention:
    """
    A measured thing compared with one limit, or with two (a range).

    `subject`: where the words for what is measured stand; `span`: where the comparison itself stands. `bounds` are
    joined by *and* (a range from 10 to 65), unless `is_outside`: then by *or* (below 5 or above 30). `is_negated`:
    the sentence denies it ("not above"). `doubt`: why a person must look, empty when it is certain. `part`: set when
    one subject has two numbers. Two subjects of one comparison ("AST or ALT > 3 x ULN") are two mentions of one span.
    """

    span: TextSpan
    subject: TextSpan
    bounds: tuple[Bound, ...]
    is_outside: bool = False
    is_negated: bool = False
    doubt: str = ""
    part: PressurePart | None = None


class Direction(StrEnum):
    """How a span of time lies to its anchor."""

    WITHIN_BEFORE = "within-before"  # in the 4 weeks before
    LONGER_AGO = "longer-ago"  # more than 12 months before
    AFTER = "after"  # within 6 months after: not known when enrolment is judged
    LASTING = "lasting"  # for at least 3 months: a duration, not a place in time
    EVER = "ever"  # history of, previous
    NOW = "now"  # current, active


@dataclass(frozen=True)
class WindowMention:
    """
    A span of time in the words of a criterion.

    `length` with `unit` (None for EVER and NOW); weeks are given in days (4 weeks = 28 d), hours as `hours`, shorter
    spans as `minutes`. `is_strict`: "more than", "less than". `is_at_most`: of AFTER and LASTING, the span is an upper
    bound; without it a lower one. `anchor`: the identifier it counts from (as_of, cycle-1, randomisation, surgery, …),
    `anchor_words` the words for it as printed (empty when none is printed).
    """

    span: TextSpan
    direction: Direction
    length: int | None = None
    unit: WindowUnit | None = None
    hours: int | None = None
    is_strict: bool = False
    anchor: str = "as_of"
    anchor_words: str = ""
    doubt: str = ""
    is_at_most: bool = False
    minutes: int | None = None


class AskedKind(StrEnum):
    """Why only a person can decide a criterion, or a part of it."""

    CONSENT = "consent"
    JUDGEMENT = "judgement"
    ABILITY = "ability"
    COMPLIANCE = "compliance"
    WILLINGNESS = "willingness"
    FUTURE = "future"
    OTHER_TRIAL = "other-trial"
    PREGNANCY_AND_CONTRACEPTION = "pregnancy-and-contraception"
    CONTEXT = "context"
    VAGUE = "vague"
    NO_CRITERION = "no-criterion"


@dataclass(frozen=True)
class AskedMention:
    """Words that only a person can decide; `is_whole` when nothing of the criterion is left to compute."""

    span: TextSpan
    kind: AskedKind
    because: str
    is_whole: bool = True
