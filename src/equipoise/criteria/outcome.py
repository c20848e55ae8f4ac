"""The outcome of a node for one patient, and how outcomes combine. See docs/explanation/how-a-verdict-is-made.md."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.criteria.verdict import EvidenceRow


@dataclass(frozen=True)
class Outcome:
    """Truth with its reasons; `has_data` tells the gathering nodes whether there was anything to judge."""

    truth: Truth
    basis: Basis = Basis.NONE
    causes: frozenset[Cause] = frozenset()
    evidence: frozenset[EvidenceRow] = frozenset()
    needs: frozenset[str] = frozenset()
    has_data: bool = True


def unknown(
    causes: set[Cause] | frozenset[Cause],
    needs: Sequence[str],
    evidence: Sequence[EvidenceRow] = (),
    *,
    has_data: bool = True,
) -> Outcome:
    return Outcome(Truth.UNKNOWN, Basis.NONE, frozenset(causes), frozenset(evidence), frozenset(needs), has_data)


def decided(truth: Truth, basis: Basis, evidence: Sequence[EvidenceRow]) -> Outcome:
    return Outcome(truth, basis, frozenset(), frozenset(evidence))


def negate(outcome: Outcome) -> Outcome:
    return replace(outcome, truth=outcome.truth.negated())


def at_least(n: int, parts: Sequence[Outcome]) -> Outcome:
    """At least n of the parts are true, in strong Kleene logic; basis as the n-th strongest that is needed."""
    true = [part for part in parts if part.truth is Truth.TRUE]
    false = [part for part in parts if part.truth is Truth.FALSE]
    needed_false = len(parts) - n + 1
    if len(true) >= n:
        return _united(Truth.TRUE, true, n)
    if len(false) >= needed_false:
        return _united(Truth.FALSE, false, needed_false)
    return unknown_of([part for part in parts if part.truth is Truth.UNKNOWN])


def first_recorded(parts: Sequence[Outcome]) -> Outcome:
    """The first part with data; with none it is unknown like the last, which is the one to fall back on."""
    return next((part for part in parts if part.has_data), parts[-1])


def any_recorded(parts: Sequence[Outcome]) -> Outcome:
    with_data = [part for part in parts if part.has_data]
    return at_least(1, with_data) if with_data else parts[0]


def reading(name: str, alternatives: Sequence[Outcome]) -> Outcome:
    """Decided only where all alternatives are, and alike."""
    truths = {alternative.truth for alternative in alternatives}
    if len(truths) == 1 and Truth.UNKNOWN not in truths:
        return _united(truths.pop(), alternatives, len(alternatives))
    open_ones = unknown_of([each for each in alternatives if each.truth is Truth.UNKNOWN])
    differ = len(truths) > 1
    return Outcome(
        Truth.UNKNOWN,
        Basis.NONE,
        open_ones.causes | ({Cause.READING_OPEN} if differ else frozenset()),
        frozenset().union(*(each.evidence for each in alternatives)),
        open_ones.needs | ({f"reading:{name}"} if differ else frozenset()),
        has_data=differ or open_ones.has_data,
    )


def _united(truth: Truth, parts: Sequence[Outcome], needed: int) -> Outcome:
    """A decision that needs `needed` of these parts: the basis is that of the needed-th strongest."""
    basis = sorted((part.basis for part in parts), reverse=True)[needed - 1]
    return Outcome(truth, basis, evidence=frozenset().union(*(part.evidence for part in parts)))


def unknown_of(parts: Sequence[Outcome]) -> Outcome:
    return Outcome(
        Truth.UNKNOWN,
        Basis.NONE,
        frozenset().union(*(part.causes for part in parts)),
        frozenset().union(*(part.evidence for part in parts)),
        frozenset().union(*(part.needs for part in parts)),
        has_data=any(part.has_data for part in parts),
    )


def all_needed(problems: Sequence[Outcome]) -> Outcome:
    """Inputs of one computed value that cannot be used: unlike parts of a rule, none decides without the others."""
    return replace(unknown_of(problems), has_data=all(problem.has_data for problem in problems))
