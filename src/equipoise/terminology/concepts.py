"""A concept is a named value set over code systems, with the unit or the answers its values may have.

This module says what a concept is. `catalogue.py` reads concepts from files; `binding.py` finds which codes of a
data set belong to which concept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

LOCAL_SYSTEM = "https://equipoise.dev/codes"
"""Code system of facts that have no standard code; every concept's own id is a code in it."""

CURRENT = "current"
USUAL_WINDOWS = ("laboratory", "imaging", "pregnancy-test", "contraception", CURRENT)
"""
The windows that a concept may name as the usual one of its records; a version says how long each is. CURRENT needs no
length: a state that passes (pregnancy, ascites) counts when it is there on the day itself.
"""


class ConceptKind(StrEnum):
    """What a record of the concept carries."""

    EVENT = "event"
    QUANTITY = "quantity"
    CODED = "coded"
    DATE = "date"


class DecidedBy(StrEnum):
    """Who can settle an open fact: the health record, or only a person."""

    RECORD = "record"
    PERSON = "person"


class Match(StrEnum):
    """How a code rule meets a code."""

    EXACT = "exact"
    PREFIX = "prefix"
    DESCENDANTS = "descendants"


@dataclass(frozen=True)
class CodeRule:
    """
    One line of a value set.

    `mark` tells how sure the code is: V read in a source, V2 secondary source, I inferred, U not confirmed, S a
    site's own. `excludes` takes a code out of the value set, whatever else puts it in.
    `suggests` marks a code that points to the concept without proving it: its records count as possible only.
    `method` and `is_fasting` are what the code itself implies about a result.
    """

    system: str
    code: str
    match: Match = Match.EXACT
    mark: str = "V"
    display: str = ""
    suggests: bool = False
    excludes: bool = False
    method: str | None = None
    is_fasting: bool | None = None


@dataclass(frozen=True)
class Equivalence:
    """
    Two exact statements of one amount of an analyte in units that UCUM alone cannot convert.

    E.g. 1 mg/dL creatinine = 88.4 umol/L. It is kept as its source prints it: a molar mass would have to be
    rounded. Both units are UCUM.
    """

    value: Fraction
    unit: str
    other_value: Fraction
    other_unit: str


@dataclass(frozen=True)
class Plausible:
    """
    Limits outside of which a value is more likely a slip of number or unit than a measurement. [limits in `unit`]

    `mark`: where they come from; `ours` when no publication states them.
    """

    low: Fraction
    high: Fraction
    unit: str
    mark: str


@dataclass(frozen=True)
class Concept:
    """
    A named value set.

    Parameters
    ----------
    id, label
        Machine name (kebab case) and the words people read.
    kind
        EVENT is found by existence of a record; the other three have a value.
    tables
        Canonical tables in which records of the concept stand; for an EVENT an absence may be assumed only
        when all of them were supplied.
    codes
        The value set. The pair (LOCAL_SYSTEM, id) always belongs to it and need not be listed.
    unit
        UCUM unit in which limits and results are compared [QUANTITY only].
    is_unit_required
        False for scores and ratios that laboratories report without a unit.
    equivalence
        What converts between mass and amount of substance; None forbids it.
    answers
        For CODED: answer word to the codes ("system|code") or plain texts that mean it. The word itself, in
        any case, always means itself.
    decided_by, question
        Who can settle it and what to ask.
    terms
        Words and phrases by which texts name it, for authoring; no verdict depends on them.
    window
        The usual window of its results, one of USUAL_WINDOWS, for authoring too.
    plausible
        What a value of it may be, at the widest [QUANTITY only]; no verdict depends on it, and a value outside of it is
        asked about.
    """

    id: str
    label: str
    kind: ConceptKind
    tables: tuple[str, ...] = ()
    codes: tuple[CodeRule, ...] = ()
    unit: str | None = None
    is_unit_required: bool = True
    equivalence: Equivalence | None = None
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    decided_by: DecidedBy = DecidedBy.RECORD
    question: str = ""
    source: str = ""
    terms: tuple[str, ...] = ()
    window: str | None = None
    plausible: Plausible | None = None


@dataclass(frozen=True)
class CodeBinding:
    """A code that occurs in a data set and belongs to a concept, with what the matching rule implies."""

    concept_id: str
    system: str
    code: str
    suggests: bool = False
    method: str | None = None
    is_fasting: bool | None = None
