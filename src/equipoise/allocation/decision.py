"""Decides the arm of one subject, and keeps everything that is needed to decide it again.

Pure: the secret, the factor values and the tally of earlier decisions go in, a decision comes out. Whether the
subject may be allocated, the lock and the log are left to the office. A decision holds the counts before it, so that
the next one of its stratum needs only this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from math import gcd
from typing import Any

from equipoise.allocation import big_stick, block_urn, efron, minimisation, permuted_blocks, simple
from equipoise.allocation.biased_coin import favour_lowest
from equipoise.allocation.methods import (
    BigStick,
    BlockUrn,
    Efron,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.permuted_blocks import Block
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification
from equipoise.allocation.stream import Purpose, Stream
from equipoise.errors import Fault, UnreadableInputError

Counts = tuple[int, ...]
Margins = Mapping[str, Mapping[str, Counts]]


@dataclass(frozen=True)
class Tally:
    """
    What must be known of the decisions before one.

    Attributes
    ----------
    stratum
        Whose decisions were counted; `all` in a minimisation.
    position
        How many there were, which is the place of the next, from 0.
    counts
        Subjects of each share in the stratum; empty where the method does not look at them.
    margins
        In a minimisation, subjects of each share by factor and level; else empty.
    block
        In permuted blocks, where the place before lies: it spares a walk from the first block, and decides nothing.
    """

    stratum: str
    position: int
    counts: Counts = field(default=(), repr=False)
    margins: Margins = field(default_factory=dict, repr=False)
    block: Block | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Decision:
    """
    One allocation with its reasons; all of it but `values` reveals the arm, or helps to guess the next.

    Attributes
    ----------
    arm, stratum, position
        The place in the stratum counts from 0.
    values
        The level of each factor, as used.
    share
        The share that was taken; None for a sealed list, which knows arms only.
    counts, margins
        Before this subject, as in `Tally`.
    scores
        In a minimisation the imbalance that each share would have left; else empty.
    probabilities
        The chance of each share; empty where the arm depends on the place alone.
    draw, draw_range
        The number drawn, and one more than the largest that could have been; None where nothing is drawn at this place.
    block
        Where the place lies in permuted blocks; else None.
    """

    arm: str
    stratum: str
    position: int
    values: Mapping[str, str]
    share: int | None = None
    counts: Counts = ()
    margins: Margins = field(default_factory=dict)
    scores: tuple[Fraction, ...] = ()
    probabilities: tuple[Fraction, ...] = ()
    draw: int | None = None
    draw_range: int | None = None
    block: Block | None = None

    def __repr__(self) -> str:
        """The place alone: what is logged by accident tells no arm."""
        return f"Decision({self.stratum!r}, {self.position})"

    def to_json(self) -> dict[str, Any]:
        """The decision as it is kept and published; see docs/reference/allocation-algorithm.md."""
        return {
            "arm": self.arm,
            "stratum": self.stratum,
            "position": self.position,
            "values": dict(self.values),
            "share": self.share,
            "counts": list(self.counts),
            "margins": {
                name: {level: list(counts) for level, counts in levels.items()} for name, levels in self.margins.items()
            },
            "scores": [str(score) for score in self.scores],
            "probabilities": [str(probability) for probability in self.probabilities],
            "draw": self.draw,
            "draw_range": self.draw_range,
            "block": asdict(self.block) if self.block else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        """
        The decision that `to_json` wrote.

        Raises
        ------
        UnreadableInputError
            It was not written by `to_json`; the message says what is missing and shows no value.
        """
        try:
            return cls(
                **{key: data[key] for key in ("arm", "stratum", "position", "share", "draw", "draw_range")},
                values=dict(data["values"]),
                counts=tuple(data["counts"]),
                margins={
                    name: {level: tuple(counts) for level, counts in levels.items()}
                    for name, levels in data["margins"].items()
                },
                scores=tuple(Fraction(score) for score in data["scores"]),
                probabilities=tuple(Fraction(probability) for probability in data["probabilities"]),
                block=Block(**data["block"]) if data["block"] else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            what = f"is missing {error}" if isinstance(error, KeyError) else "has a part of another kind"
            fault = Fault("decision", what, "Give a decision as it stands in the log, whole.")
            raise UnreadableInputError("This is no decision.", [fault]) from error


def first_tally(specification: Specification, stratum: str) -> Tally:
    """Before the first decision of a stratum (`all` in a minimisation)."""
    nobody = (0,) * len(specification.shares)
    match specification.method:
        case Minimisation():
            return Tally(
                stratum, 0, margins={each.name: dict.fromkeys(each.levels, nobody) for each in specification.factors}
            )
        case BigStick() | BlockUrn() | Efron():
            return Tally(stratum, 0, nobody)
        case _:
            return Tally(stratum, 0)


def tally_after(decision: Decision) -> Tally:
    """After a decision: all that the next one of its stratum needs to know of those before it."""
    return Tally(
        decision.stratum,
        decision.position + 1,
        _one_more(decision.counts, decision.share),
        {
            factor: {
                level: _one_more(counts, decision.share) if level == decision.values[factor] else counts
                for level, counts in levels.items()
            }
            for factor, levels in decision.margins.items()
        },
        decision.block,
    )


def decide(
    specification: Specification,
    secret: bytes,
    values: Mapping[str, str],
    tally: Tally,
    imported: ImportedList | None = None,
) -> Decision:
    """
    Decide the arm of the next subject of a stratum.

    Parameters
    ----------
    specification
        As frozen.
    secret
        32 bytes, drawn at freeze.
    values
        The level of each factor.
    tally
        `first_tally` of the stratum, or `tally_after` its last decision.
    imported
        The list, for the method sealed list.

    Raises
    ------
    ProtocolError
        The stratum is not in the protocol, or its list has ended. Nothing is decided.
    ValueError
        The tally is of another stratum, the secret is no secret, or the list is missing.
    """
    stratum = specification.stratum_of(values)
    if tally.stratum != stratum:
        raise ValueError("the tally is of another stratum than the subject")
    used = {factor.name: values[factor.name] for factor in specification.factors}
    match specification.method:
        case SealedList():
            if imported is None:
                raise ValueError("a sealed list cannot be followed without the list")
            return Decision(imported.arm_at(stratum, tally.position), stratum, tally.position, used)
        case PermutedBlocks(sizes):
            return _decide_in_block(specification, secret, sizes, tally, used)
        case _:
            return _decide_by_draw(specification, secret, tally, used)


def list_sequence(
    specification: Specification, secret: bytes, stratum: str, n: int, imported: ImportedList | None = None
) -> tuple[str, ...]:
    """
    The arms of the first `n` places of a stratum, for the unmasked statistician.

    Raises
    ------
    ValueError
        A minimisation has no list: its arms depend on who comes. Or as under `decide`.
    ProtocolError
        The imported list ends earlier.
    """
    shares, method = specification.shares, specification.method
    if isinstance(method, Minimisation):
        raise ValueError("a minimisation cannot be listed in advance: its arms depend on the subjects")
    if isinstance(method, SealedList):
        if imported is None:
            raise ValueError("a sealed list cannot be followed without the list")
        return tuple(imported.arm_at(stratum, position) for position in range(n))
    if isinstance(method, PermutedBlocks):
        endless = permuted_blocks.iterate_shares(secret, method.sizes, stratum, len(shares))
        return tuple(shares[share] for share, _ in zip(endless, range(n), strict=False))
    counts, arms = [0] * len(shares), []
    for position in range(n):
        share, _, _ = _draw_share(secret, stratum, position, _weigh_counts(specification, counts))
        counts[share] += 1
        arms.append(shares[share])
    return tuple(arms)


def _decide_in_block(
    specification: Specification, secret: bytes, sizes: tuple[int, ...], tally: Tally, used: Mapping[str, str]
) -> Decision:
    block = permuted_blocks.find_block(secret, sizes, tally.stratum, tally.position, tally.block)
    n_shares = len(specification.shares)
    share = permuted_blocks.order_block(secret, tally.stratum, block.index, block.size, n_shares)[block.place]
    return Decision(specification.shares[share], tally.stratum, tally.position, used, share, block=block)


def _decide_by_draw(specification: Specification, secret: bytes, tally: Tally, used: Mapping[str, str]) -> Decision:
    scores: tuple[Fraction, ...] = ()
    if isinstance(specification.method, Minimisation):
        scores = minimisation.compute_scores(specification.method, tally.margins, used)
        weights = favour_lowest(scores, specification.method.probability)
    else:
        weights = _weigh_counts(specification, tally.counts)
    share, draw, weights = _draw_share(secret, tally.stratum, tally.position, weights)
    draw_range = sum(weights)
    return Decision(
        specification.shares[share],
        tally.stratum,
        tally.position,
        used,
        share,
        tally.counts,
        tally.margins,
        scores,
        tuple(Fraction(weight, draw_range) for weight in weights),
        draw,
        draw_range,
    )


def _weigh_counts(specification: Specification, counts: Sequence[int]) -> list[int]:
    match specification.method:
        case Simple():
            return simple.compute_weights(len(specification.shares))
        case BigStick(limit):
            return big_stick.compute_weights(counts, limit)
        case BlockUrn(limit):
            return block_urn.compute_weights(counts, limit)
        case Efron(probability):
            return efron.compute_weights(counts, probability)
    raise AssertionError(f"{specification.method.name} does not go by counts")


def _draw_share(secret: bytes, stratum: str, position: int, weights: Sequence[int]) -> tuple[int, int, list[int]]:
    """The share taken, the number drawn, and the weights in smallest whole numbers, whose sum is the range."""
    common = gcd(*weights)
    smallest = [weight // common for weight in weights]
    draw = Stream(secret, Purpose.ARM, stratum, position).below(sum(smallest))
    upto = 0
    for share, weight in enumerate(smallest):
        upto += weight
        if draw < upto:
            return share, draw, smallest
    raise AssertionError("a draw is below the sum of the weights")


def _one_more(counts: Counts, share: int | None) -> Counts:
    return tuple(count + (index == share) for index, count in enumerate(counts))
