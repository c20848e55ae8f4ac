"""Rules between their YAML form and the nodes of `criteria`, both ways.

Reads here, by the forms of `rule_forms`; `rule_writer` writes. What a rule means is `criteria.reference`. Windows,
concepts and readings are looked up here, so that nodes know nothing of the protocol.
"""

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.nodes import (
    Age,
    Answers,
    AnyRecorded,
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
    all_of,
    any_of,
)
from equipoise.criteria.truth import Cause, Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.assessed_rules import read_assessment
from equipoise.protocol.document import Where, suggestion
from equipoise.protocol.phrases import parse_number, parse_test, parse_window
from equipoise.protocol.rule_forms import (
    BASELINE_KEY,
    CLEARANCE_METHODS,
    DERIVED,
    FORMS,
    KEYS,
    PICK_OPTIONS,
    REQUIRED,
    ReadingSpec,
    RuleContext,
)
from equipoise.protocol.rule_writer import write_rule
from equipoise.terminology.concepts import Concept, ConceptKind

__all__ = ["ReadingSpec", "RuleContext", "collect_rule", "open_constant", "parse_rule", "rebuild", "write_rule"]


class _Unreadable(Exception):
    """A part whose fault has been noted already."""


def parse_rule(rule: Any, context: RuleContext) -> Node:
    """
    Read a rule.

    Raises
    ------
    ProtocolError
        With every fault of the rule and the place inside it.
    """
    before = len(context.faults)
    node = collect_rule(rule, context, ())
    if node is None:
        found = [Fault("rule" + _place(where), what, do) for where, what, do in context.faults[before:]]
        raise ProtocolError("The rule cannot be executed.", found)
    return node


def collect_rule(rule: Any, context: RuleContext, where: Where) -> Node | None:
    """Read a rule; None when it has faults, which are then in `context.faults` under `where`."""
    before = len(context.faults)
    try:
        node = _Parser(context).parse(rule, where, is_positive=True)
    except _Unreadable:
        return None
    return node if len(context.faults) == before else None


def _place(where: Where) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in where)


class _Parser:
    """Reads one rule, noting all its faults before giving up."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context

    def parse(self, rule: Any, where: Where, *, is_positive: bool) -> Node:
        head = self._head(rule, where)
        self._check_keys(rule, head, where)
        try:
            return self._form(head, rule, where, is_positive)
        except ProtocolError as error:
            raise self._noted(where, error.message) from error

    def _head(self, rule: Any, where: Where) -> str:
        if not isinstance(rule, dict) or not rule:
            do = "Write a rule as a key and its value, for example {age: '>= 18'}."
            raise self._noted(where, f"{rule!r} is no rule", do)
        for head in FORMS:
            if head in rule:
                return head
        for key in rule:
            if key not in KEYS:
                raise self._noted((*where, key), f"unknown key {key!r}", suggestion(key, tuple(FORMS)))
        raise self._noted(where, f"{', '.join(rule)}: no key says what is asked", suggestion("", tuple(FORMS)))

    def _check_keys(self, rule: dict[str, Any], head: str, where: Where) -> None:
        options = PICK_OPTIONS if head == "any" and isinstance(rule["any"], str) else FORMS[head]
        for key in rule:
            if key != head and key not in options:
                beside = f"{head}, {', '.join(options)}" if options else head
                near = suggestion(key, options) if options else f"{head!r} stands alone; the other part needs its own."
                self._context.fault((*where, key), f"unknown key {key!r} beside {head!r} (keys: {beside})", near)
        required = REQUIRED.get(head, ()) if not (head == "any" and isinstance(rule["any"], list)) else ()
        for key in required:
            if key not in rule:
                self._context.fault(where, f"{head!r} needs {key!r} beside it", f"Add {key}: …")
        if any(key not in rule for key in required):
            raise _Unreadable

    def _form(self, head: str, rule: dict[str, Any], where: Where, is_positive: bool) -> Node:
        if head in ("all", "any", "first_recorded", "any_recorded", "at_least") and not isinstance(rule[head], str):
            return self._joined(head, rule, where, is_positive)
        if head == "not":
            return Not(self.parse(rule["not"], (*where, "not"), is_positive=not is_positive))
        if head == "rule":
            return self._pair(rule, ("rule", "unless"), where, is_positive)
        if head == "if":
            return self._pair(rule, ("if", "then"), where, is_positive)
        if head == "reading":
            return self._reading(rule, where, is_positive)
        if head == "record":
            return self._record(rule, where, is_positive)
        if head in tuple(Pick):
            return self._value(Pick(head), rule, where)
        if head in ("all", "first_recorded", "any_recorded", "at_least"):
            raise ProtocolError(f"{head!r} needs a list of rules")
        atoms: Mapping[str, Callable[[dict[str, Any], Where], Node]] = {
            "age": self._age,
            "sex": lambda rule, _: Sex(str(rule["sex"])),
            "count": self._count,
            "share": self._share,
        }
        if head in tuple(Form):
            return self._assessed(Form(head), rule, where)
        return atoms[head](rule, where)

    def _joined(self, head: str, rule: dict[str, Any], where: Where, is_positive: bool) -> Node:
        key = "of" if head == "at_least" else head
        parts = self._parts(rule[key], (*where, key), is_positive)
        if head == "at_least":
            number = rule["at_least"]
            if not isinstance(number, int) or isinstance(number, bool):
                raise ProtocolError(f"at_least {number!r}: give a whole number")
            return AtLeast(number, parts)
        join: Mapping[str, Callable[[], Node]] = {
            "all": lambda: all_of(*parts),
            "any": lambda: any_of(*parts),
            "first_recorded": lambda: FirstRecorded(parts),
            "any_recorded": lambda: AnyRecorded(parts),
        }
        return join[head]()

    def _parts(self, rules: Any, where: Where, is_positive: bool) -> tuple[Node, ...]:
        if not isinstance(rules, list) or not rules:
            raise self._noted(where, "a list of rules is needed here", "Put each rule on a line that begins with '- '.")
        return self._all_parsed([(rule, (*where, index), is_positive) for index, rule in enumerate(rules)])

    def _all_parsed(self, parts: list[tuple[Any, Where, bool]]) -> tuple[Node, ...]:
        """Read every part, so that the faults of all are noted."""
        nodes: list[Node] = []
        for rule, where, is_positive in parts:
            try:
                nodes.append(self.parse(rule, where, is_positive=is_positive))
            except _Unreadable:
                continue
        if len(nodes) < len(parts):
            raise _Unreadable
        return tuple(nodes)

    def _pair(self, rule: dict[str, Any], keys: tuple[str, str], where: Where, is_positive: bool) -> Node:
        is_unless = keys[1] == "unless"
        sides = (is_positive, not is_positive) if is_unless else (not is_positive, is_positive)
        parts = [(rule[key], (*where, key), side) for key, side in zip(keys, sides, strict=True)]
        first, second = self._all_parsed(parts)
        return all_of(first, Not(second)) if is_unless else any_of(Not(first), second)

    def _reading(self, rule: dict[str, Any], where: Where, is_positive: bool) -> Node:
        name, alternatives = str(rule["reading"]), rule["alternatives"]
        place = (*where, "alternatives")
        if not isinstance(alternatives, dict) or not alternatives:
            raise self._noted(place, f"reading {name!r} has no alternatives", "Give each a label with says and rule.")
        parts = []
        for label, body in alternatives.items():
            is_complete = isinstance(body, dict) and set(body) == {"says", "rule"}
            if not is_complete:
                self._context.fault((*place, label), f"alternative {label!r} needs exactly says and rule")
            else:
                parts.append((body["rule"], (*place, label, "rule"), is_positive))
        nodes = self._all_parsed(parts)
        if len(nodes) < len(alternatives):
            raise _Unreadable
        says = tuple(str(body["says"]) for body in alternatives.values())
        spec = ReadingSpec(name, tuple(alternatives), says)
        if self._context.readings.setdefault(name, spec) != spec:
            raise self._noted(where, f"reading {name!r} has other alternatives elsewhere", "Give it a name of its own.")
        return Reading(name, nodes)

    def _record(self, rule: dict[str, Any], where: Where, is_positive: bool) -> Node:
        concept = self._concept(rule["record"], (*where, "record"))
        if concept.kind is not ConceptKind.EVENT:
            do = f"Ask for its value: {{latest: {concept.id}, is: …}}."
            raise self._noted((*where, "record"), f"{concept.id} is no event that is recorded or not, but a value", do)
        return Exists(
            concept.id,
            within=self._window(rule, "within", where),
            before=self._window(rule, "before", where),
            site=_text(rule.get("site")),
            orders_count=self._context.kind is Kind.EXCLUSION and is_positive,
        )

    def _value(self, pick: Pick, rule: dict[str, Any], where: Where) -> Node:
        head = pick.value
        concept = self._concept(rule[head], (*where, head))
        not_older = rule.get("not_older_than")
        return Value(
            concept.id,
            self._test(rule["is"], concept, (*where, "is")),
            pick=pick,
            within=self._window(rule, "within", where),
            methods=self._methods(rule.get("methods"), concept, (*where, "methods")),
            is_fasting=self._is_fasting(rule.get("fasting", False), (*where, "fasting")),
            site=_text(rule.get("site")),
            not_older_than=None if not_older is None else self._concept(not_older, (*where, "not_older_than")).id,
        )

    def _test(self, value: Any, concept: Concept, where: Where) -> Comparison | Answers | DateWithin:
        if concept.kind is ConceptKind.DATE:
            if not isinstance(value, dict) or set(value) != {"within"}:
                raise self._noted(where, f"{concept.id} is a date", "Ask {within: '< 24 mo'} of it.")
            window = self._window(value, "within", where)
            if window is None:
                raise self._noted(where, "a date needs a window to lie in")
            return DateWithin(window)
        try:
            return parse_test(value, concept)
        except ProtocolError as error:
            raise self._noted(where, error.message) from error

    def _methods(self, words: Any, concept: Concept, where: Where) -> tuple[str, ...]:
        methods = tuple(str(word) for word in words) if isinstance(words, list) else ()
        if words is not None and not methods:
            raise self._noted(where, "methods needs a list of words")
        known = (*CLEARANCE_METHODS, *(code.method for code in concept.codes if code.method))
        for word in methods:
            if word not in known:
                raise self._noted(where, f"no result is ever marked with the method {word!r}", suggestion(word, known))
        return methods

    def _is_fasting(self, value: Any, where: Where) -> bool:
        if not isinstance(value, bool):
            raise self._noted(where, f"fasting: {value!r}", "Write true, or leave it out.")
        return value

    def _age(self, rule: dict[str, Any], where: Where) -> Node:
        operator, years = parse_number(rule["age"])
        if years != int(years):
            raise ProtocolError(f"age {rule['age']}: whole years are compared")
        return Age(operator, int(years))

    def _count(self, rule: dict[str, Any], where: Where) -> Node:
        concept = self._concept(rule["count"], (*where, "count"))
        operator, number = parse_number(rule["is"])
        if number != int(number):
            raise ProtocolError(f"count {rule['is']}: a whole number is compared")
        return Count(concept.id, operator, int(number), self._window(rule, "within", where))

    def _share(self, rule: dict[str, Any], where: Where) -> Node:
        concept = self._concept(rule["share"], (*where, "share"))
        operator, percent = parse_number(rule["is"], "%")
        test = self._test(rule["where"], concept, (*where, "where"))
        return Share(concept.id, test, operator, percent, self._window(rule, "within", where))

    def _assessed(self, form: Form, rule: dict[str, Any], where: Where) -> Node:
        if rule[form] == DERIVED:
            operator, number = parse_number(rule["is"], "mL/min")
            return CockcroftGault(operator, number, self._window(rule, "within", where))
        windows = {key: self._window(rule, key, where) for key in ("within", BASELINE_KEY)}
        return read_assessment(form, rule, where, self._context.concepts, windows, self._noted)

    def _concept(self, name: Any, where: Where) -> Concept:
        concept = self._context.concepts.get(str(name)) if isinstance(name, str) else None
        if concept is None:
            near = suggestion(str(name), tuple(self._context.concepts))
            do = near if near.startswith("Did") else "See the list of concepts."
            raise self._noted(where, f"unknown concept {name!r}", do)
        return concept

    def _window(self, rule: Mapping[str, Any], key: str, where: Where) -> Window | None:
        value = rule.get(key)
        if value is None:
            return None
        if str(value) in self._context.windows:
            self._context.used_windows.add(str(value))
            return self._context.windows[str(value)]
        try:
            window = parse_window(str(value))
        except ProtocolError as error:
            near = suggestion(str(value), tuple(self._context.windows)) if self._context.windows else ""
            raise self._noted((*where, key), error.message, near if str(value)[:1].isalpha() else "") from error
        anchors = self._context.anchors
        if anchors is not None and window.anchor not in anchors:
            raise self._noted(
                (*where, key), f"unknown anchor {window.anchor!r}", suggestion(window.anchor, sorted(anchors))
            )
        return window

    def _noted(self, where: Where, what: str, do: str = "") -> _Unreadable:
        self._context.fault(where, what, do)
        return _Unreadable()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def open_constant(criterion_id: str) -> Constant:
    """What stands in place of a rule whose text is damaged and whose repair nobody has accepted."""
    return Constant(Cause.TEXT_DAMAGED.value, f"repair:{criterion_id}")


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same tree with every node, from the leaves up, put through `change`."""
    match node:
        case Not(child):
            made: Node = Not(rebuild(child, change))
        case AtLeast(n, parts):
            made = AtLeast(n, tuple(rebuild(part, change) for part in parts))
        case FirstRecorded(parts):
            made = FirstRecorded(tuple(rebuild(part, change) for part in parts))
        case AnyRecorded(parts):
            made = AnyRecorded(tuple(rebuild(part, change) for part in parts))
        case Reading(name, parts):
            made = Reading(name, tuple(rebuild(part, change) for part in parts))
        case _:
            made = node
    return change(made)
