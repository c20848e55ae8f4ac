"""How two rules differ, in words: what is asked in addition, no longer, or with another limit, window or choice.

`meaning_key` decides whether two rules mean the same; the words are for people and decide nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from equipoise.criteria.assessed.values import value_of, words_of
from equipoise.criteria.nodes import (
    Answers,
    AnyRecorded,
    Assessment,
    AtLeast,
    Atom,
    CockcroftGault,
    Comparison,
    Count,
    DateWithin,
    Exists,
    FirstRecorded,
    Node,
    Not,
    Reading,
    Share,
    Test,
    Value,
    Window,
)
from equipoise.criteria.prose import Says, describe, describe_test, describe_window
from equipoise.protocol.phrases import write_window
from equipoise.protocol.rules import rebuild
from equipoise.terminology.concepts import Concept


def meaning_key(node: Node) -> str:
    """Equal for rules that judge every patient alike; rules of different keys may still agree, as logic can hide it."""
    return repr(plain_form(node))


def plain_form(node: Node) -> Node:
    """
    The same rule without what is only its layout.

    The order of parts joined by "and" or "or", nested joins, double negations, names of readings, zeros after a
    decimal point and where a window comes from do not count.
    """
    return rebuild(node, _plain)


def _plain(node: Node) -> Node:
    match node:
        case AtLeast():
            return _joined(node)
        case Not(Not(child)):
            return child
        case Not(AtLeast(n, parts)):
            return _joined(AtLeast(len(parts) - n + 1, tuple(_plain(Not(part)) for part in parts)))
        case AnyRecorded(parts):
            return AnyRecorded(tuple(sorted(parts, key=repr)))
        case Reading(_, parts):
            return Reading("", tuple(sorted(parts, key=repr)))
        case Atom():
            return _plain_atom(node)
    return node


def _joined(node: AtLeast) -> Node:
    """Parts sorted; the parts of an "and" in an "and", or an "or" in an "or", are its own; each named once."""
    is_all, is_any = node.n == len(node.parts), node.n == 1
    if not (is_all or is_any):
        return AtLeast(node.n, tuple(sorted(node.parts, key=repr)))
    parts: set[Node] = set()
    for part in node.parts:
        is_like = isinstance(part, AtLeast) and part.n == (len(part.parts) if is_all else 1)
        parts |= set(part.parts) if is_like and isinstance(part, AtLeast) else {part}
    ordered = tuple(sorted(parts, key=repr))
    return ordered[0] if len(ordered) == 1 else AtLeast(len(ordered) if is_all else 1, ordered)


def _plain_atom(atom: Atom) -> Node:
    changes: dict[str, Any] = {
        name: replace(window, label="")
        for name in ("within", "before", "baseline")
        if isinstance(window := getattr(atom, name, None), Window)
    }
    numbers = ((name, getattr(atom, name, None)) for name in ("percent", "ml_per_min"))
    changes |= {name: number.normalize() for name, number in numbers if number is not None}
    if isinstance(atom, Value):
        changes["methods"] = tuple(sorted(atom.methods))
    test = getattr(atom, "test", None)
    if isinstance(test, Answers):
        changes["test"] = Answers(tuple(sorted(test.words)))
    if isinstance(test, DateWithin):
        changes["test"] = DateWithin(replace(test.window, label=""))
    if isinstance(test, Comparison):
        limits = tuple(replace(limit, value=limit.value.normalize()) for limit in test.limits)
        changes["test"] = Comparison(test.operator, limits)
    return replace(atom, **changes) if changes else atom  # type: ignore[type-var]


@dataclass(frozen=True)
class Wording:
    """What is needed to put one side into words."""

    concepts: Mapping[str, Concept]
    says: Says

    def clause(self, node: Node) -> str:
        return describe(node, self.concepts, self.says)

    def label(self, concept: str) -> str:
        found = self.concepts.get(concept)
        return found.label if found is not None else concept.replace("-", " ")

    def test(self, test: Test, concept: str) -> str:
        return describe_test(test, self.concepts.get(concept))


def describe_changes(old: Node, new: Node, before: Wording, now: Wording) -> tuple[str, ...]:
    """One sentence for each thing that differs, and at least one; none for rules of one meaning."""
    if meaning_key(old) == meaning_key(new):
        return ()
    said = tuple(dict.fromkeys(_Comparer(before, now).changes(old, new)))
    return said or (f"asked in another order: {before.clause(old)} -> {now.clause(new)}",)


class _Comparer:
    def __init__(self, before: Wording, now: Wording) -> None:
        self._before, self._now = before, now

    def changes(self, old: Node, new: Node) -> Iterator[str]:
        if meaning_key(old) == meaning_key(new):
            return
        if isinstance(old, Not) and isinstance(new, Not):
            yield from self.changes(old.child, new.child)
        elif _subject(old) is not None and _subject(old) == _subject(new):
            yield from self._same_subject(old, new)
        elif isinstance(old, Reading) and meaning_key(new) in map(meaning_key, old.alternatives):
            yield f"the reading {old.name}, open before, is decided: {self._now.clause(new)}"
        elif isinstance(new, Reading) and meaning_key(old) in map(meaning_key, new.alternatives):
            yield f"the reading {new.name} is open now; before: {self._before.clause(old)}"
        elif _join(old) or _join(new):
            yield from self._joined(old, new)
        else:
            yield from self._replaced([old], [new])

    def _same_subject(self, old: Node, new: Node) -> Iterator[str]:
        if isinstance(old, Reading) and isinstance(new, Reading):
            yield from self._parts(old.alternatives, new.alternatives)
        elif isinstance(old, Atom) and isinstance(new, Atom):
            yield from self._atoms(old, new)

    def _joined(self, old: Node, new: Node) -> Iterator[str]:
        """Parts against parts; what stands alone is one part of the other's join."""
        if _join(old) and _join(new) and _join(old) != _join(new):
            yield f"{_join(new)}; before: {_join(old)}"
        yield from self._parts(_parts(old), _parts(new))

    def _parts(self, olds: Sequence[Node], news: Sequence[Node]) -> Iterator[str]:
        lost = _without(olds, Counter(map(meaning_key, news)))
        added = _without(news, Counter(map(meaning_key, olds)))
        for is_pair in (_is_same_subject, _shares_concepts):
            for old in list(lost):
                partner = next((new for new in added if is_pair(old, new)), None)
                if partner is not None:
                    lost.remove(old)
                    added.remove(partner)
                    yield from self.changes(old, partner)
        yield from self._replaced(lost, added)

    def _replaced(self, lost: Sequence[Node], added: Sequence[Node]) -> Iterator[str]:
        yield from (f"no longer asked: {self._before.clause(old)}" for old in lost)
        yield from (f"asked in addition: {self._now.clause(new)}" for new in added)

    def _atoms(self, old: Atom, new: Atom) -> Iterator[str]:
        concept = next(iter(new.concept_ids()), "")
        of = f" of {self._now.label(concept)}" if concept else ""
        if isinstance(new, Assessment):
            of = f" of {words_of(new, self._now.concepts)}"
        said = False
        for name, title, words in self._fields(old, new, concept):
            first, second = getattr(old, name, None), getattr(new, name, None)
            if _bare(first) != _bare(second):
                said = True
                yield f"{title}{of}: {words(first, self._before)} -> {words(second, self._now)}"
        if not said:
            yield f"{self._before.clause(old)} -> {self._now.clause(new)}"

    def _fields(self, old: Atom, new: Atom, concept: str) -> Iterator[tuple[str, str, Callable[[Any, Wording], str]]]:
        if isinstance(old, Exists | Value | Count | Share | CockcroftGault | Assessment):
            yield "within", "window", lambda window, _: describe_window(window) if window else "at any time"
        if isinstance(old, Value | Share):
            is_limit = isinstance(getattr(new, "test", None), Comparison)
            yield "test", "limit" if is_limit else "answer", lambda test, side: side.test(test, concept)
        if isinstance(old, Assessment):
            yield from _assessed_fields(old)
        if isinstance(old, Exists):
            yield "before", "begin", lambda window, _: f"at least {write_window(window)} ago" if window else "whenever"
            yield "orders_count", "planned records", lambda counts, _: "count" if counts else "do not count"
        if isinstance(old, Value):
            yield "methods", "methods", lambda methods, _: " or ".join(methods) or "any"
            yield "is_fasting", "fasting", lambda is_fasting, _: "needed" if is_fasting else "not needed"
            yield "not_older_than", "not older than", lambda other, side: side.label(other) if other else "anything"
        if isinstance(old, Exists | Value):
            yield "site", "body site", lambda site, _: site or "any"


def _assessed_fields(old: Assessment) -> Iterator[tuple[str, str, Callable[[Any, Wording], str]]]:
    yield "baseline", "baseline", lambda window, _: describe_window(window) if window else "none"
    is_limit = isinstance(old.test, Comparison)

    def test_words(test: Comparison | Answers, side: Wording) -> str:
        return describe_test(test, value_of(replace(old, test=test), side.concepts))

    yield "test", "limit" if is_limit else "answer", test_words
    yield "options", "options", lambda options, _: ", ".join(f"{key} {word}" for key, word in options) or "none"


def _bare(value: Any) -> Any:
    """A window without where it comes from."""
    if isinstance(value, DateWithin):
        return DateWithin(replace(value.window, label=""))
    return replace(value, label="") if isinstance(value, Window) else value


def _subject(node: Node) -> tuple[Any, ...] | None:
    """What an atom, a negated atom or a reading is about; None for what joins others."""
    match node:
        case Not(child):
            inner = _subject(child)
            return None if inner is None else ("not", *inner)
        case Reading(name, _):
            return ("reading", name)
        case Atom():
            own = (getattr(node, name, "") for name in ("pick", "name", "subject"))
            return (type(node).__name__, *node.concept_ids(), *own)
    return None


def _join(node: Node) -> str:
    """How its parts are joined; empty for what joins nothing."""
    match node:
        case AtLeast(n, parts) if len(parts) > 1:
            return "all must hold" if n == len(parts) else "any is enough" if n == 1 else f"at least {n} must hold"
        case AnyRecorded():
            return "any of what is on record is enough"
        case FirstRecorded():
            return "the first that is on record decides"
    return ""


def _parts(node: Node) -> Sequence[Node]:
    return node.children() if _join(node) else (node,)


def _without(parts: Sequence[Node], others: Counter[str]) -> list[Node]:
    """The parts that the other side does not have, each of the other side's used once."""
    left = []
    for part in parts:
        key = meaning_key(part)
        if others[key]:
            others[key] -= 1
        else:
            left.append(part)
    return left


def _is_same_subject(old: Node, new: Node) -> bool:
    return _subject(old) is not None and _subject(old) == _subject(new)


def _shares_concepts(old: Node, new: Node) -> bool:
    return bool(concepts_of(old) & concepts_of(new))


def concepts_of(node: Node) -> frozenset[str]:
    """Every concept that a rule reads."""
    found: set[str] = set()
    for part in node.walk():
        found |= set(part.concept_ids()) if isinstance(part, Atom) else set()
        found |= {part.not_older_than} if isinstance(part, Value) and part.not_older_than else set()
    return frozenset(found)
