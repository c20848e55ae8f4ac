"""A rule as a characteristic of a FHIR R5 EvidenceVariable, node by node.

Decides how much of each node the standard can say. A part that it cannot say exactly gets a modifier extension with the
exact rule, since a reader who takes that part at its word would judge wrongly, and a loss. FHIR knows no third truth:
that missing data leave a rule unknown is lost everywhere, and is named once by `fhir`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from equipoise.authoring.exports.carried import to_text
from equipoise.authoring.exports.fhir_codes import EXACT_URL, GENDER, coded, extension
from equipoise.authoring.exports.fhir_values import Fhir, Values, limit, quantity
from equipoise.authoring.exports.losses import LossBook
from equipoise.criteria.assessed.values import value_of, words_of
from equipoise.criteria.nodes import (
    Age,
    Answers,
    AnyRecorded,
    Assessment,
    AtLeast,
    CockcroftGault,
    Comparison,
    Constant,
    Count,
    DateWithin,
    Exists,
    FirstRecorded,
    Node,
    Not,
    Pick,
    Reading,
    Sex,
    Share,
    Value,
    Window,
    WindowUnit,
)
from equipoise.protocol.rule_forms import RuleContext
from equipoise.protocol.rules import write_rule
from equipoise.terminology.concepts import LOCAL_SYSTEM
from equipoise.terminology.systems import LOINC

AGE = coded(LOINC, "30525-0", "Age")
SEX = coded(LOINC, "46098-0", "Sex")
CLEARANCE = coded(LOINC, "35591-7", "Creatinine clearance predicted by Cockcroft and Gault")
_COCKCROFT_GAULT = {"text": "Cockcroft and Gault 1976, actual body weight"}
_LOSSES = {
    FirstRecorded: "that the first part with data decides alone",
    AnyRecorded: "that parts without data are left out",
    Reading: "that a doubtful sentence is decided only where its readings agree",
    Share: "a share of lesions",
    Assessment: "how a grade, response, dose or derived value is assessed",
}


@dataclass(frozen=True)
class RuleWriter:
    """Writes the rules of one version; `context` is what its rules are written with."""

    values: Values
    context: RuleContext
    losses: LossBook

    def characteristic(self, node: Node, criterion_id: str, *, lets_in: bool) -> Fhir:
        """
        The characteristic that says this node.

        `lets_in`: whether a true node helps a patient in. A doubtful sentence is written in the form that lets nobody
        in by mistake: with all its readings on this side, with any of them on the other.
        """
        return _Writing(self, criterion_id).write(node, lets_in)


@dataclass(frozen=True)
class _Writing:
    """The writing of one criterion."""

    writer: RuleWriter
    criterion_id: str

    def write(self, node: Node, lets_in: bool) -> Fhir:
        match node:
            case Not(child):
                return self._negated(self.write(child, not lets_in))
            case AtLeast(n, parts):
                return self._joined(n, parts, lets_in)
            case FirstRecorded(parts) | AnyRecorded(parts):
                return self._inexact(self._joined(1, parts, lets_in), node, _LOSSES[type(node)])
            case Reading(_, parts):
                joined = self._joined(len(parts) if lets_in else 1, parts, lets_in)
                return self._inexact(joined, node, _LOSSES[Reading])
            case Constant(cause, _):
                self._lose("a rule that waits for a person, and is unknown for everybody until then")
                undecided = extension(EXACT_URL, to_text({"undecided": cause}))
                text = {"text": f"not decided: {cause}"}
                return {"modifierExtension": [undecided], "definitionCodeableConcept": text}
            case _:
                return self._atom(node)

    def _atom(self, node: Node) -> Fhir:
        match node:
            case Age(operator, years):
                return _typed(AGE, valueQuantity=quantity(Decimal(years), operator, "a", "years"))
            case Sex(word):
                return _typed(SEX, valueCodeableConcept=coded(GENDER, word, word))
            case Exists():
                return self._record(node)
            case Value():
                return self._value(node)
            case Count(concept, operator, count, within):
                made = {"definitionCodeableConcept": self.writer.values.concept(concept)}
                made["instancesQuantity"] = quantity(Decimal(count), operator, None)
                return self._timed(made, within, node)
            case Share(concept, test, operator, percent, within):
                made = self._timed(self._tested(concept, test), within, node)
                return self._inexact(made, node, f"{_LOSSES[Share]} ({operator.value} {percent} %) that pass a test")
            case CockcroftGault(operator, ml_per_min, within):
                self._lose("the formula of a calculated clearance is named, and not stated so that it can be computed")
                made = _typed(CLEARANCE, valueQuantity=quantity(ml_per_min, operator, "mL/min"))
                made["definitionByTypeAndValue"]["method"] = [_COCKCROFT_GAULT]
                return self._timed(made, within, node)
            case Assessment():
                return self._assessed(node)
        raise TypeError(f"{type(node).__name__} is no node of a rule")

    def _assessed(self, node: Assessment) -> Fhir:
        """In words: no code says which results an assessment reads, by which version and with which options."""
        kind = {"text": words_of(node, self.writer.context.concepts)}
        if isinstance(node.test, Answers):
            made = _any_of([_typed(kind, valueCodeableConcept={"text": word}) for word in node.test.words])
        else:
            own = value_of(node, self.writer.context.concepts)
            asked = node.test.limits[0]
            made = _typed(kind, valueQuantity=quantity(asked.value, node.test.operator, asked.unit or own.unit or "1"))
        return self._timed(self._inexact(made, node, _LOSSES[Assessment]), node.within, node)

    def _joined(self, n: int, parts: tuple[Node, ...], lets_in: bool) -> Fhir:
        written = [self.write(part, lets_in) for part in parts]
        if len(written) == 1:
            return written[0]
        combination: Fhir = {"code": "all-of" if n == len(parts) else "any-of" if n == 1 else "at-least"}
        if combination["code"] == "at-least":
            combination["threshold"] = n
        return {"definitionByCombination": combination | {"characteristic": written}}

    def _negated(self, made: Fhir) -> Fhir:
        """`exclude` says that not to match is to meet; said twice it is not said. An exact rule stays below it."""
        if "modifierExtension" in made:
            return {"exclude": True, "definitionByCombination": {"code": "all-of", "characteristic": [made]}}
        if made.get("exclude"):
            return {key: value for key, value in made.items() if key != "exclude"}
        return {"exclude": True} | made

    def _record(self, node: Exists) -> Fhir:
        made: Fhir = {"definitionCodeableConcept": self.writer.values.concept(node.concept)}
        if node.orders_count:
            self._lose("that an order which is not shown given counts as present")
        if node.before is not None:
            made["timeFromEvent"], is_exact = self.writer.values.before(node.before)
            made = self._exact_time(made, node, node.before, is_exact)
        made = self._timed(made, node.within, node)
        return made if node.site is None else self._inexact(made, node, "the body site of a record")

    def _value(self, node: Value) -> Fhir:
        made = self._tested(node.concept, node.test)
        if node.pick in (Pick.LATEST, Pick.ANY):
            self._lose(f"which of several results decides ({node.pick.value}): the standard leaves it open")
        else:
            made = self._inexact(made, node, f"which of several results decides ({node.pick.value})")
        if node.methods and "definitionByTypeAndValue" in made:
            made["definitionByTypeAndValue"]["method"] = [{"text": word} for word in node.methods]
        is_relative = isinstance(node.test, Comparison) and any(one.relative for one in node.test.limits)
        qualifiers = {
            "a multiple of the laboratory's own normal limit (it stands as words in the unit)": is_relative,
            "that only specimens of a fasting patient count": node.is_fasting,
            "the body site of a result": node.site,
            "that a result must not be older than one of another kind": node.not_older_than,
            "the methods of several limits": node.methods if "definitionByTypeAndValue" not in made else (),
        }
        for what, is_asked in qualifiers.items():
            if is_asked:
                made = self._inexact(made, node, what)
        if isinstance(node.test, DateWithin):
            _, is_exact = self.writer.values.within(node.test.window)
            made = self._exact_time(made, node, node.test.window, is_exact)
        return self._timed(made, node.within, node)

    def _tested(self, concept: str, test: Comparison | Answers | DateWithin) -> Fhir:
        kind = self.writer.values.concept(concept)
        match test:
            case Comparison(operator, limits):
                if len(limits) > 1:
                    self._lose("that each of several limits holds for results in its own kind of unit only")
                return _any_of([_typed(kind, valueQuantity=limit(one, operator)) for one in limits])
            case Answers(words):
                answers = [self.writer.values.answer(concept, word) for word in words]
                return _any_of([_typed(kind, valueCodeableConcept=answer) for answer in answers])
            case DateWithin(window):
                times, _ = self.writer.values.within(window, up_to_anchor=True)
                return {"definitionCodeableConcept": kind, "timeFromEvent": times}

    def _timed(self, made: Fhir, window: Window | None, node: Node) -> Fhir:
        if window is None:
            return made
        times, is_exact = self.writer.values.within(window)
        made = made | {"timeFromEvent": [*made.get("timeFromEvent", ()), *times]}
        return self._exact_time(made, node, window, is_exact)

    def _exact_time(self, made: Fhir, node: Node, window: Window, is_exact: bool) -> Fhir:
        if window.unit is not WindowUnit.DAY:
            self._lose("that months and years of a window count on the calendar")
        if is_exact:
            return made
        return self._inexact(made, node, "a window of months or years that leaves its first day out")

    def _inexact(self, made: Fhir, node: Node, what: str) -> Fhir:
        self._lose(f"{what}; the part has a modifier extension with the exact rule")
        if any(each["url"] == EXACT_URL for each in made.get("modifierExtension", ())):
            return made
        exact = extension(EXACT_URL, to_text(write_rule(node, self.writer.context)))
        return {"modifierExtension": [exact]} | made

    def _lose(self, what: str) -> None:
        self.writer.losses.add(self.criterion_id, what)


def _typed(kind: Fhir, **value: Any) -> Fhir:
    return {"definitionByTypeAndValue": {"type": kind, **value}}


def _any_of(made: list[Fhir]) -> Fhir:
    if len(made) == 1:
        return made[0]
    return {"definitionByCombination": {"code": "any-of", "characteristic": made}}


def simple_value(made: Fhir) -> Fhir | None:
    """The code and value of a Group's characteristic where this characteristic is simple; None where it is not."""
    if any(key in made for key in ("modifierExtension", "timeFromEvent", "definitionByCombination")):
        return None
    if "instancesQuantity" in made:
        return None
    if "definitionCodeableConcept" in made:
        code = made["definitionCodeableConcept"]
        is_known = any(each["system"] == LOCAL_SYSTEM for each in code.get("coding", ()))
        return {"code": code, "valueBoolean": True} if is_known else None
    typed = dict(made["definitionByTypeAndValue"])
    if "method" in typed:
        return None
    return {"code": typed.pop("type"), **typed}
