"""The words a verdict is made of: truth, basis, causes of unknown, and what a criterion's truth does.

Truth is strong Kleene logic (Kleene, Introduction to Metamathematics, 1952, section 64): an unknown operand
leaves the result unknown unless the other operands decide it alone.
"""

from enum import IntEnum, StrEnum


class Truth(StrEnum):
    """Three values; UNKNOWN is an answer with causes, never an error."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def negated(self) -> "Truth":
        """Kleene negation: unknown stays unknown."""
        if self is Truth.UNKNOWN:
            return self
        return Truth.FALSE if self is Truth.TRUE else Truth.TRUE


class Basis(IntEnum):
    """What a decided truth rests on, weakest first; NONE belongs to UNKNOWN alone."""

    NONE = 0
    ASSUMED = 1
    ATTESTED = 2
    DERIVED = 3
    RECORDED = 4

    @property
    def word(self) -> str:
        """The word written in outputs."""
        return _BASIS_WORDS[self]


_BASIS_WORDS = {
    Basis.NONE: "none",
    Basis.ASSUMED: "assumed-from-absence",
    Basis.ATTESTED: "attested",
    Basis.DERIVED: "derived",
    Basis.RECORDED: "recorded",
}


class Cause(StrEnum):
    """Why something is unknown: a closed list, in the order in which outputs list causes."""

    NEVER_MEASURED = "never-measured"
    TOO_OLD = "too-old"
    NO_UNIT = "no-unit"
    UNKNOWN_UNIT = "unknown-unit"
    NO_REFERENCE_RANGE = "no-reference-range"
    OVERLAP = "overlap"
    PARTIAL_DATE = "partial-date"
    UNMAPPED_CODE = "unmapped-code"
    UNSUITABLE_METHOD = "unsuitable-method"
    TABLE_NOT_SUPPLIED = "table-not-supplied"
    CONFLICT = "conflict"
    READING_OPEN = "reading-open"
    TEXT_DAMAGED = "text-damaged"
    NEEDS_PERSON = "needs-person"

    @property
    def bit(self) -> int:
        """The cause as one bit, so that engines can unite causes with a bitwise or."""
        return 1 << _CAUSE_ORDER[self]


_CAUSE_ORDER = {cause: position for position, cause in enumerate(Cause)}


def causes_of(bits: int) -> tuple[Cause, ...]:
    """The causes in a bit set, in the closed list's order."""
    return tuple(cause for cause in Cause if bits & cause.bit)


class Kind(StrEnum):
    """Which side of eligibility a criterion stands on; a gate is judged like an inclusion."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Effect(StrEnum):
    """What a criterion does to enrolment."""

    PASSES = "passes"
    BLOCKS = "blocks"
    OPEN = "open"


def effect_of(kind: Kind, truth: Truth) -> Effect:
    """An inclusion passes when true; an exclusion passes when false; either is open when unknown."""
    if truth is Truth.UNKNOWN:
        return Effect.OPEN
    passes = (truth is Truth.TRUE) == (kind is Kind.INCLUSION)
    return Effect.PASSES if passes else Effect.BLOCKS
