"""The English of a rule: one clause for a report, or an outline that a physician can check line by line.

Only wording is decided here. A rule says when a criterion is true; whether that lets a patient in is the kind's.
"""

from collections.abc import Mapping, Sequence

from equipoise.criteria.assessed.values import value_of, words_of
from equipoise.criteria.nodes import (
    AS_OF,
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
    Limit,
    Node,
    Not,
    Operator,
    Pick,
    Reading,
    Sex,
    Share,
    Test,
    Value,
    Window,
    WindowUnit,
)
from equipoise.terminology.concepts import Concept

Says = Mapping[str, Sequence[str]]
"""What the alternatives of each reading say, in the order of the node."""

_OPERATORS = {
    Operator.LT: "below",
    Operator.LE: "at most",
    Operator.GT: "above",
    Operator.GE: "at least",
    Operator.EQ: "exactly",
}
_NUMBER_OPERATORS = {**_OPERATORS, Operator.LT: "fewer than", Operator.GT: "more than"}
_UNITS = {WindowUnit.DAY: "day", WindowUnit.MONTH: "month", WindowUnit.YEAR: "year"}
_PICKS = {
    Pick.LATEST: "the latest {}",
    Pick.ANY: "any {}",
    Pick.EVERY: "every {}",
    Pick.MAXIMUM: "the highest {}",
    Pick.MINIMUM: "the lowest {}",
}


def describe(node: Node, concepts: Mapping[str, Concept], says: Says | None = None) -> str:
    """
    One clause for a node: "the latest haemoglobin within 90 days is below 8.0 g/dL".

    Parameters
    ----------
    node
        Any node.
    concepts
        For their labels; a concept that is not among them is named by its id.
    says
        What the alternatives of readings say; without it each is described by its rule.
    """
    return _Prose(concepts, says or {}).clause(node)


def outline(node: Node, concepts: Mapping[str, Concept], says: Says | None = None) -> list[str]:
    """The same on several lines, parts indented by two spaces under what joins them."""
    return _Prose(concepts, says or {}).lines(node)


def describe_window(window: Window) -> str:
    """`within 90 days`, `within less than 28 days before cycle 1`; of no days: `current`, `since cycle 1`."""
    name = window.anchor.replace("-", " ")
    if window.length == 0:
        return "current" if window.anchor == AS_OF else f"since {name}"
    anchor = "" if window.anchor == AS_OF else f" before {name}"
    return f"within {_length(window)}{anchor}"


def describe_test(test: Test, concept: Concept | None = None) -> str:
    """`below 8.0 g/dL`, `yes or no`, `at most 24 months ago`: what a result of the concept must be."""
    return _Prose({}, {})._test(test, concept)


def _length(window: Window) -> str:
    unit = _UNITS[window.unit] + ("" if window.length == 1 else "s")
    return f"{'less than ' if window.is_strict else ''}{window.length} {unit}"


class _Prose:
    def __init__(self, concepts: Mapping[str, Concept], says: Says) -> None:
        self._concepts, self._says = concepts, says

    def lines(self, node: Node) -> list[str]:
        """A joining node as a heading with its parts below; anything short in one line."""
        match node:
            case AtLeast(n, parts) if (pair := _unless(node)) is not None:
                return self._headed(None, (pair[0],)) + self._headed("unless", (pair[1],))
            case AtLeast(n, parts) if len(parts) > 1:
                return self._headed(_joining(n, len(parts)), parts)
            case FirstRecorded(parts):
                return self._headed(f"the first of these that is on record decides{_asked(parts)}", _once(parts))
            case AnyRecorded(parts):
                return self._headed("any of these, as far as they are on record", parts)
            case Not(AtLeast(1, parts)):
                return self._headed("none of these", parts)
            case Not(AnyRecorded(parts)):
                return self._headed("none of these, as far as they are on record", parts)
            case Not(FirstRecorded(parts)):
                return self._headed(
                    f"the opposite of the first of these that is on record{_asked(parts)}", _once(parts)
                )
            case Not(child) if len(self.lines(child)) > 1:
                return self._headed("it is not so that", (child,))
            case Reading(name, parts):
                return self._reading_lines(name, parts)
        return [self.clause(node)]

    def _headed(self, heading: str | None, parts: Sequence[Node]) -> list[str]:
        if heading is None:
            return self.lines(parts[0])
        below = [self.lines(part) for part in parts]
        if len(parts) == 1 and len(below[0]) == 1:
            return [f"{heading} {below[0][0]}"]
        return [f"{heading}:", *(line for lines in below for line in _item(lines))]

    def _reading_lines(self, name: str, parts: Sequence[Node]) -> list[str]:
        made = [f"open reading {name!r}; decided only where all alternatives agree:"]
        says = self._says.get(name)
        for position, part in enumerate(parts):
            heading = f'"{says[position]}"' if says else f"alternative {position + 1}"
            lines = self.lines(part)
            made += [f"- {heading}: {lines[0]}"] if len(lines) == 1 else [f"- {heading}:", *(f"    {x}" for x in lines)]
        return made

    def clause(self, node: Node) -> str:
        match node:
            case Not(child):
                return self._negated(child)
            case AtLeast():
                return self._joined(node)
            case FirstRecorded(parts):
                return f"the first on record{_asked(parts)} of: " + "; ".join(self.part(part) for part in _once(parts))
            case AnyRecorded(parts):
                return "any on record of: " + "; ".join(self.part(part) for part in parts)
            case Reading(name, parts):
                says = self._says.get(name) or [self.clause(part) for part in parts]
                return f"by reading {name!r}, {' / '.join(says)}"
        return self._atom(node)

    def part(self, node: Node) -> str:
        """A clause inside another: in brackets where it could be read as joined otherwise."""
        words = self.clause(node)
        joined = node
        while isinstance(joined, Not):
            joined = joined.child
        is_joined = isinstance(joined, FirstRecorded | AnyRecorded | Reading)
        is_joined = is_joined or (isinstance(joined, AtLeast) and len(joined.parts) > 1)
        return f"({words})" if is_joined else words

    def _joined(self, node: AtLeast) -> str:
        if (pair := _unless(node)) is not None:
            return f"{self.part(pair[0])}, unless {self.part(pair[1])}"
        parts = [self.part(part) for part in node.parts]
        if len(parts) == 1:
            return parts[0]
        if node.n in (1, len(parts)):
            return _listed("or" if node.n == 1 else "and", parts)
        return f"at least {node.n} of: " + "; ".join(parts)

    def _negated(self, child: Node) -> str:
        match child:
            case Exists():
                return f"no {self._record(child).removeprefix('a ')}"
            case Sex(word):
                return f"the patient is not {word}"
            case Value(pick=Pick.ANY):
                return f"no {self._value(child).removeprefix('any ')}"
            case Value(pick=Pick.LATEST | Pick.MAXIMUM | Pick.MINIMUM):
                return self._value(child, " not")
            case Not(same):
                return self.clause(same)
            case AtLeast(1, parts) if len(parts) > 1:
                return _listed("and", [self.part(Not(part)) for part in parts])
            case AtLeast(n, parts) if n == len(parts) > 1 and _unless(child) is None:
                return "not all of: " + "; ".join(self.part(part) for part in parts)
            case AnyRecorded(parts):
                return "none on record of: " + "; ".join(self.part(part) for part in parts)
        return f"it is not so that {self.part(child)}"

    def _atom(self, node: Node) -> str:
        match node:
            case Age(operator, years):
                return f"the patient is {_OPERATORS[operator]} {years} years old"
            case Sex(word):
                return f"the patient is {word}"
            case Exists():
                return self._record(node)
            case Value():
                return self._value(node)
            case Count(concept, operator, number, within):
                noun = "record" if number == 1 else "records"
                return f"{_NUMBER_OPERATORS[operator]} {number} {noun} of {self._label(concept)}{_spaced(within)}"
            case Share(concept, test, operator, percent, within):
                share = f"{_NUMBER_OPERATORS[operator]} {percent} % of the lesions"
                of = f"have a {self._label(concept)} of {self._test(test, self._concepts.get(concept))}"
                return f"{share} of the latest study{_spaced(within)} {of}"
            case CockcroftGault(operator, ml_per_min, within):
                name = f"the creatinine clearance calculated by Cockcroft and Gault from values{_spaced(within)}"
                return f"{name} is {_OPERATORS[operator]} {ml_per_min} mL/min"
            case Assessment():
                return self._assessed(node)
            case Constant(cause, item):
                return f"nobody can tell yet ({cause.replace('-', ' ')}: {item})"
        raise TypeError(f"no words for {type(node).__name__}")

    def _record(self, node: Exists) -> str:
        label = self._label(node.concept)
        site = f" at {node.site}" if node.site else ""
        if node.before is not None:
            limit = "more than" if node.before.is_strict else "at least"
            unit = _UNITS[node.before.unit] + ("" if node.before.length == 1 else "s")
            anchor = "" if node.before.anchor == AS_OF else f" before {node.before.anchor.replace('-', ' ')}"
            since = f"{limit} {node.before.length} {unit}" + (anchor or " ago")
            return f"a record of {label}{site} that began {since}"
        if node.within is not None and describe_window(node.within) == "current":
            return f"a current record of {label}{site}"
        return f"a record of {label}{site}{_spaced(node.within)}"

    def _value(self, node: Value, negation: str = "") -> str:
        concept = self._concepts.get(node.concept)
        label = self._label(node.concept)
        if node.is_fasting and "fasting" not in label:
            label = f"fasting {label}"
        methods = f" by {' or '.join(node.methods)}" if node.methods else ""
        site = f" at {node.site}" if node.site else ""
        older = f", not older than the {self._label(node.not_older_than)}," if node.not_older_than else ""
        asked = f"{methods}{site}{_spaced(node.within)}{older}"
        if concept is not None and set(concept.answers) == {"yes", "no"} and node.pick is Pick.LATEST:
            return f'"{label}" is{negation} answered {self._test(node.test)}{asked}'
        if concept is not None and concept.unit == "10*9/L":
            label = f"count of {label}"
        picked = f"the {label}" if label.startswith("last ") else _PICKS[node.pick].format(label)
        return f"{picked}{asked} is{negation} {self._test(node.test, concept)}"

    def _assessed(self, node: Assessment) -> str:
        since = "" if node.baseline is None else f" from the latest {describe_window(node.baseline)}"
        values = "" if node.within is None else f", from values {describe_window(node.within)},"
        test = self._test(node.test, value_of(node, self._concepts))
        return f"the {words_of(node, self._concepts)}{since}{values} is {test}"

    def _test(self, test: Test, concept: Concept | None = None) -> str:
        match test:
            case Comparison(operator, limits):
                words = _OPERATORS[operator]
                printed = " or ".join(_limit(limit, concept) for limit in limits)
                return f"{words} {printed}" + (" (by the unit reported)" if len(limits) > 1 else "")
            case Answers(answers):
                *first, last = answers
                return f"{', '.join(first)} or {last}" if first else last
            case DateWithin(window):
                return _lies(window)

    def _label(self, concept_id: str) -> str:
        concept = self._concepts.get(concept_id)
        return concept.label if concept is not None else concept_id.replace("-", " ")


def _lies(window: Window) -> str:
    ago = f"before {window.anchor.replace('-', ' ')}" if window.anchor != AS_OF else "ago"
    return f"{'' if window.is_strict else 'at most '}{_length(window)} {ago}"


def _limit(limit: Limit, concept: Concept | None) -> str:
    if limit.relative is not None:
        name = {"uln": "the upper limit of normal", "lln": "the lower limit of normal"}[limit.relative.value]
        return name if limit.value == 1 else f"{limit.value} x {name}"
    is_silent = concept is not None and not concept.is_unit_required and limit.unit == concept.unit
    return f"{limit.value}" + ("" if is_silent or limit.unit is None else f" {limit.unit}")


def _spaced(window: Window | None) -> str:
    return "" if window is None else f" {describe_window(window)}"


def _listed(word: str, parts: Sequence[str]) -> str:
    """`a or b`; `a, b, or c`, with semicolons where a part has a comma."""
    if len(parts) == 2:
        return f" {word} ".join(parts)
    comma = "; " if any(", " in part for part in parts) else ", "
    return f"{comma}{word} ".join([comma.join(parts[:-1]), parts[-1]])


def _joining(n: int, n_parts: int) -> str:
    if n == n_parts:
        return "all of these"
    return "any of these" if n == 1 else f"at least {n} of these"


def _item(lines: Sequence[str]) -> list[str]:
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _unless(node: AtLeast) -> tuple[Node, Node] | None:
    """`rule, unless exception` is all of rule and not exception."""
    if len(node.parts) == 2 and node.n == 2 and isinstance(node.parts[1], Not) and not isinstance(node.parts[0], Sex):
        return node.parts[0], node.parts[1].child
    return None


def _once(parts: Sequence[Node]) -> tuple[Node, ...]:
    """The parts of a choice without one that is named again at the end only to be asked for."""
    return tuple(dict.fromkeys(parts))


def _asked(parts: Sequence[Node]) -> str:
    """With nothing on record the last part is what is asked for; said where it is not the last in order."""
    position = parts.index(parts[-1])
    if position == len(parts) - 1:
        return ""
    return (
        " (with none on record, the first is asked for)"
        if position == 0
        else f" (else number {position + 1} is asked for)"
    )
