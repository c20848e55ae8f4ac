"""Writes a node as the YAML form that reads back as the same node."""

from typing import Any

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
    Reading,
    Sex,
    Share,
    Value,
    Window,
)
from equipoise.errors import ProtocolError
from equipoise.protocol.assessed_rules import write_assessment
from equipoise.protocol.phrases import write_test, write_window
from equipoise.protocol.rule_forms import DERIVED, RuleContext


def write_rule(node: Node, context: RuleContext) -> dict[str, Any]:
    """
    The YAML form of a node.

    `context` gives the names of windows and the labels of readings; a window that has no name is written out.

    Raises
    ------
    ProtocolError
        The node has no YAML form (a constant, which only resolving makes).
    """
    return _Writer(context).write(node)


class _Writer:
    def __init__(self, context: RuleContext) -> None:
        self._context = context

    def write(self, node: Node) -> dict[str, Any]:
        match node:
            case Not(child):
                return {"not": self.write(child)}
            case AtLeast():
                return self._at_least(node)
            case FirstRecorded(parts):
                return {"first_recorded": [self.write(part) for part in parts]}
            case AnyRecorded(parts):
                return {"any_recorded": [self.write(part) for part in parts]}
            case Reading():
                return self._reading(node)
            case Constant(cause, _):
                raise ProtocolError(f"a constant ({cause}) has no written form")
            case _:
                return self._atom(node)

    def _at_least(self, node: AtLeast) -> dict[str, Any]:
        parts = node.parts
        if len(parts) == 2 and node.n == 2 and isinstance(parts[1], Not):
            return {"rule": self.write(parts[0]), "unless": self.write(parts[1].child)}
        if len(parts) == 2 and node.n == 1 and isinstance(parts[0], Not):
            return {"if": self.write(parts[0].child), "then": self.write(parts[1])}
        written = [self.write(part) for part in parts]
        if node.n == len(parts):
            return {"all": written}
        return {"any": written} if node.n == 1 else {"at_least": node.n, "of": written}

    def _reading(self, node: Reading) -> dict[str, Any]:
        spec = self._context.readings[node.name]
        bodies = zip(spec.labels, spec.says, node.alternatives, strict=True)
        alternatives = {label: {"says": says, "rule": self.write(part)} for label, says, part in bodies}
        return {"reading": node.name, "alternatives": alternatives}

    def _atom(self, node: Node) -> dict[str, Any]:
        match node:
            case Age(operator, years):
                return {"age": f"{operator.value} {years}"}
            case Sex(word):
                return {"sex": word}
            case Exists():
                return self._record(node)
            case Value():
                return self._value(node)
            case Count(concept, operator, number, within):
                return self._within({"count": concept, "is": f"{operator.value} {number}"}, within)
            case Share(concept, test, operator, percent, within):
                where = self._test(test, concept)
                return self._within({"share": concept, "where": where, "is": f"{operator.value} {percent} %"}, within)
            case CockcroftGault(operator, ml_per_min, within):
                return self._within({"derived": DERIVED, "is": f"{operator.value} {ml_per_min} mL/min"}, within)
            case Assessment():
                return write_assessment(node, self._context, self._window)
        raise ProtocolError(f"{type(node).__name__} has no written form")

    def _record(self, node: Exists) -> dict[str, Any]:
        written = self._within({"record": node.concept}, node.within)
        if node.before is not None:
            written["before"] = self._window(node.before)
        return written | ({} if node.site is None else {"site": node.site})

    def _value(self, node: Value) -> dict[str, Any]:
        written = self._within({node.pick.value: node.concept, "is": self._test(node.test, node.concept)}, node.within)
        options = {
            "methods": list(node.methods) or None,
            "fasting": node.is_fasting or None,
            "site": node.site,
            "not_older_than": node.not_older_than,
        }
        return written | {key: value for key, value in options.items() if value is not None}

    def _test(self, test: Comparison | Answers | DateWithin, concept: str) -> Any:
        if isinstance(test, DateWithin):
            return {"within": self._window(test.window)}
        return write_test(test, self._context.concepts, concept)

    def _within(self, written: dict[str, Any], window: Window | None) -> dict[str, Any]:
        return written | ({} if window is None else {"within": self._window(window)})

    def _window(self, window: Window) -> str:
        named = (name for name, known in self._context.windows.items() if known == window)
        return next(named, write_window(window))
