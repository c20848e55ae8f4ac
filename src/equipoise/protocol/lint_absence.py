"""What a rule says of a patient with no data at all: it should leave the question open.

The rule is judged over atoms only, by the same logic as the evaluators: every atom is unknown, but the concepts whose
absence is assumed, of which there is none.
"""

from collections.abc import Iterator, Sequence

from equipoise.criteria.nodes import (
    AnyRecorded,
    AtLeast,
    Count,
    Exists,
    FirstRecorded,
    Node,
    Not,
    Operator,
    Reading,
)
from equipoise.criteria.truth import Kind, Truth


def check_absence(node: Node, kind: Kind, assumed: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """(code, what, do) where a rule decides without any data, or lets in or keeps out by absence alone."""
    if judge_without_data(node, frozenset()) is not Truth.UNKNOWN:
        yield "decided-without-data", "this is decided for a patient of whom nothing is known", "Ask for a fact."
    elif judge_without_data(node, assumed) is Truth.TRUE:
        if kind is Kind.INCLUSION:
            what = "a patient seen in the year before, but with no data, passes this by assumption alone"
            yield "passes-without-data", what, "Assume less, or acknowledge it with the reason."
        else:
            what = "a patient seen in the year before, but with no data, is excluded by assumption alone"
            yield "blocks-without-data", what, "Ask for a recorded fact; absence should never exclude."


def judge_without_data(node: Node, assumed: frozenset[str]) -> Truth:
    """The truth of a rule when every atom is unknown but those of concepts assumed absent."""
    match node:
        case Exists(concept):
            return Truth.FALSE if concept in assumed else Truth.UNKNOWN
        case Count():
            return _count(node, assumed)
        case Not(child):
            return judge_without_data(child, assumed).negated()
        case AtLeast(n, parts):
            return _at_least(n, [judge_without_data(part, assumed) for part in parts])
        case FirstRecorded(parts):
            decided = _decided(parts, assumed)
            return decided[0] if decided else Truth.UNKNOWN
        case AnyRecorded(parts):
            decided = _decided(parts, assumed)
            return _at_least(1, decided) if decided else Truth.UNKNOWN
        case Reading(_, parts):
            truths = {judge_without_data(part, assumed) for part in parts}
            return truths.pop() if len(truths) == 1 else Truth.UNKNOWN
    return Truth.UNKNOWN


def _decided(parts: Sequence[Node], assumed: frozenset[str]) -> list[Truth]:
    truths = [judge_without_data(part, assumed) for part in parts]
    return [truth for truth in truths if truth is not Truth.UNKNOWN]


def _at_least(n: int, truths: Sequence[Truth]) -> Truth:
    n_true = sum(truth is Truth.TRUE for truth in truths)
    n_open = sum(truth is Truth.UNKNOWN for truth in truths)
    if n_true >= n:
        return Truth.TRUE
    return Truth.FALSE if n_true + n_open < n else Truth.UNKNOWN


def _count(node: Count, assumed: frozenset[str]) -> Truth:
    """Any number from 0 up; none at all where absence is assumed."""
    met_at = {
        Operator.LT: node.number > 0,
        Operator.LE: True,
        Operator.GT: False,
        Operator.GE: node.number == 0,
        Operator.EQ: node.number == 0,
    }[node.operator]
    if node.concept in assumed:
        return Truth.TRUE if met_at else Truth.FALSE
    is_always = node.operator is Operator.GE and node.number == 0
    is_never = node.operator is Operator.LT and node.number == 0
    return Truth.TRUE if is_always else Truth.FALSE if is_never else Truth.UNKNOWN
