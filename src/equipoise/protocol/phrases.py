"""The short phrases inside a rule: windows ("< 28 d before cycle-1") and what a value `is` ("< 8.0 g/dL").

Both ways: `parse_…` reads a phrase, `write_…` gives the phrase that reads the same. Units are checked against the
concept here, so that a rule never compares what cannot be compared.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from equipoise.criteria.nodes import (
    AS_OF,
    Answers,
    Comparison,
    Limit,
    Operator,
    Relative,
    Window,
    WindowUnit,
)
from equipoise.errors import ProtocolError
from equipoise.protocol.document import suggestion
from equipoise.terminology import units
from equipoise.terminology.concepts import Concept, ConceptKind

_WINDOW = re.compile(r"(?P<strict><\s*)?(?P<length>[-+]?\d+)\s*(?P<unit>[A-Za-z]+)(\s+before\s+(?P<anchor>[\w-]+))?")
_COMPARISON = re.compile(r"(?P<operator><=|>=|<|>|=)\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>.*)")
_RELATIVE = re.compile(r"x\s+(?P<which>ULN|LLN)", re.IGNORECASE)
_UNIT_WORDS = {
    "d": WindowUnit.DAY,
    "day": WindowUnit.DAY,
    "days": WindowUnit.DAY,
    "mo": WindowUnit.MONTH,
    "month": WindowUnit.MONTH,
    "months": WindowUnit.MONTH,
    "a": WindowUnit.YEAR,
    "year": WindowUnit.YEAR,
    "years": WindowUnit.YEAR,
}
AS_REPORTED = ", as reported"


def parse_window(text: str, *, label: str = "", anchor: str | None = None) -> Window:
    """
    Read a window.

    Parameters
    ----------
    text
        `28 d`, `12 mo`, `2 a`; `< ` in front leaves the first day out; `before cycle-1` names another anchor.
    label, anchor
        Where the window comes from, and its anchor when that stands apart.

    Raises
    ------
    ProtocolError
        The text is no window, or its length is below zero.
    """
    found = _WINDOW.fullmatch(text.strip())
    unit = _UNIT_WORDS.get(found["unit"]) if found else None
    if found is None or unit is None:
        raise ProtocolError(f"{text!r} is no window; write days, months or years such as '90 d', '12 mo' or '< 2 a'")
    if int(found["length"]) < 0:
        raise ProtocolError(f"the window {text!r} looks into the future; give a length of 0 or more")
    return Window(int(found["length"]), unit, bool(found["strict"]), found["anchor"] or anchor or AS_OF, label)


def write_window(window: Window) -> str:
    """The phrase of a window, without its label."""
    before = "" if window.anchor == AS_OF else f" before {window.anchor}"
    return f"{'< ' if window.is_strict else ''}{window.length} {window.unit.value}{before}"


def parse_number(text: Any, unit_word: str = "") -> tuple[Operator, Decimal]:
    """`> 50 %` or `>= 18`: an operator and a number, with at most the one unit that is expected here."""
    found = _COMPARISON.fullmatch(str(text).strip())
    if found is None or found["unit"].strip() not in ("", unit_word):
        example = f">= 2 {unit_word}".rstrip()
        raise ProtocolError(f"{str(text)!r} is no comparison; write one such as '{example}'")
    return Operator(found["operator"]), Decimal(found["number"])


def parse_test(value: Any, concept: Concept) -> Comparison | Answers:
    """
    Read what a value must be.

    Parameters
    ----------
    value
        A comparison (`< 8.0 g/dL or < 5.0 mmol/L, as reported`, `> 3 x ULN`), an answer word or a list of them.
    concept
        Whose value it is; gives the unit that may be left out, and the answers.

    Raises
    ------
    ProtocolError
        It is neither; the unit is unknown or of another kind; the concept has no such answer.
    """
    if concept.kind is ConceptKind.CODED:
        return _parse_answers(value, concept)
    if concept.kind is not ConceptKind.QUANTITY:
        raise ProtocolError(f"{concept.id} has no value to compare; ask whether it is recorded (record: {concept.id})")
    return _parse_comparison(str(value), concept)


def _parse_answers(value: Any, concept: Concept) -> Answers:
    words = tuple(str(word) for word in (value if isinstance(value, list) else [value]))
    for word in words:
        if word not in concept.answers:
            raise ProtocolError(f"{concept.id} has no answer {word!r}. {suggestion(word, tuple(concept.answers))}")
    return Answers(words)


def _parse_comparison(text: str, concept: Concept) -> Comparison:
    bare = text.strip().removesuffix(AS_REPORTED)
    parts = [_parse_limit(part, concept) for part in bare.split(" or ")]
    if (len(parts) > 1) != text.strip().endswith(AS_REPORTED):
        raise ProtocolError(
            f"{text!r}: limits for several units are joined by 'or' and end with '{AS_REPORTED}', one limit does not"
        )
    operators = {operator for operator, _ in parts}
    if len(operators) > 1:
        raise ProtocolError(f"{text!r}: the limits of several units must point the same way")
    return Comparison(parts[0][0], tuple(limit for _, limit in parts))


def _parse_limit(text: str, concept: Concept) -> tuple[Operator, Limit]:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None:
        example = f"< 8.0 {concept.unit}" if concept.is_unit_required else "< 8.0"
        raise ProtocolError(f"{text.strip()!r} is no comparison; write one such as '{example}' or '> 3 x ULN'")
    operator, number, spelling = Operator(found["operator"]), Decimal(found["number"]), found["unit"].strip()
    relative = _RELATIVE.fullmatch(spelling)
    if relative:
        return operator, Limit(number, None, Relative(relative["which"].lower()))
    return operator, Limit(number, _unit_of(spelling, concept))


def _unit_of(spelling: str, concept: Concept) -> str | None:
    if not spelling:
        if concept.is_unit_required:
            raise ProtocolError(f"{concept.id} is compared without a unit; give one, for example {concept.unit}")
        return concept.unit
    unit = units.resolve_unit(spelling)
    if unit is None:
        raise ProtocolError(f"the unit {spelling!r} is not understood; give a UCUM unit, for example {concept.unit}")
    if concept.unit is None or (unit != concept.unit and units.factor(concept, unit, concept.unit) is None):
        raise ProtocolError(
            f"{concept.id} is measured in {concept.unit}, which cannot be compared with {spelling}; "
            f"give the limit in {concept.unit} or a unit of its kind"
        )
    return unit


def write_test(test: Comparison | Answers, concepts: Mapping[str, Concept], concept_id: str) -> Any:
    """The phrase that `parse_test` reads as this test."""
    if isinstance(test, Answers):
        return test.words[0] if len(test.words) == 1 else list(test.words)
    concept = concepts.get(concept_id)
    limits = " or ".join(write_limit(test.operator, limit, concept) for limit in test.limits)
    return limits + (AS_REPORTED if len(test.limits) > 1 else "")


def write_limit(operator: Operator, limit: Limit, concept: Concept | None = None) -> str:
    """`< 8.0 g/dL`; a unit that may be left out is left out."""
    if limit.relative is not None:
        return f"{operator.value} {limit.value} x {limit.relative.value.upper()}"
    is_silent = concept is not None and not concept.is_unit_required and limit.unit == concept.unit
    return f"{operator.value} {limit.value}" + ("" if is_silent or limit.unit is None else f" {limit.unit}")
