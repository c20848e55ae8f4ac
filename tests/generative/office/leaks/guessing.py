"""Guessers: each turns one trait of what was seen into cells, learns the commoner arm of each cell, and guesses.

How well they would do if nothing leaked is no theory here: the same guessers learn and guess on arms drawn again from
the same specification with other secrets, so balance within blocks and strata is allowed for.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import Any

import numpy as np

from equipoise.allocation.decision import decide, first_tally, tally_after
from equipoise.allocation.specification import Specification

MAX_CELLS = 10
N_BITS = 16
ALPHA = 1e-4
Cells = np.ndarray[Any, np.dtype[np.int64]]
Arms = np.ndarray[Any, np.dtype[np.float64]]
Fold = tuple[Sequence[int], Sequence[int]]
"""The places of the subjects whose arm is known, and of those whose arm is guessed."""
_HEX = re.compile(r"^[0-9a-f]{16,}$")


@dataclass(frozen=True)
class Guess:
    """How one guesser did: hits among the hidden, and by how many standard errors that is off chance."""

    name: str
    accuracy: float
    z: float


def draw_again(specification: Specification, values: Sequence[dict[str, str]], n_times: int, seed: int) -> Arms:
    """Arms that other secrets would have given the same subjects: +1 for the first arm, -1 else. [n_times, n]"""
    rng, first = Random(seed), specification.arms[0].name
    drawn = np.empty((n_times, len(values)))
    for row in range(n_times):
        secret, tallies = rng.randbytes(32), {}
        for place, each in enumerate(values):
            stratum = specification.stratum_of(each)
            tally = tallies.get(stratum) or first_tally(specification, stratum)
            decision = decide(specification, secret, each, tally)
            tallies[stratum] = tally_after(decision)
            drawn[row, place] = 1 if decision.arm == first else -1
    return drawn


def guess(traits: dict[str, Cells], arms: Arms, drawn: Arms, folds: Sequence[Fold]) -> list[Guess]:
    """Learn on the known, guess the hidden of each fold; on the arms as they are and on those drawn again."""
    everything = np.vstack([arms, drawn])
    guesses = []
    for name, cells in traits.items():
        hits = _hits(cells, everything, folds)
        chance, spread = hits[1:].mean(), hits[1:].std(ddof=1)
        if spread > 0:
            guesses.append(Guess(name, float(hits[0]), float((hits[0] - chance) / spread)))
    return guesses


def bound(n_guessers: int) -> float:
    """How many standard errors off chance the best of so many guessers may be (Bonferroni, two sides)."""
    return NormalDist().inv_cdf(1 - ALPHA / (2 * max(n_guessers, 1)))


def _hits(cells: Cells, arms: Arms, folds: Sequence[Fold]) -> Arms:
    """The share of right guesses for each row of arms; who has no idea is right half of the time."""
    member, right, n_hidden = np.eye(int(cells.max()) + 1)[cells], np.zeros(len(arms)), 0
    for known, hidden in folds:
        learnt = np.sign(arms[:, known] @ member[known])
        right += (learnt @ member[hidden].T * arms[:, hidden]).sum(axis=1)
        n_hidden += len(hidden)
    return (1 + right / n_hidden) / 2


def traits_of(texts: dict[str, list[str]], numbers: dict[str, list[float]]) -> dict[str, Cells]:
    """Every trait that a guesser may look at, as the number of a cell for each subject."""
    found: dict[str, Cells] = {}
    for name, values in numbers.items():
        found |= _number_traits(name, values)
    for name, each in texts.items():
        found |= _number_traits(f"length of {name}", [float(len(text)) for text in each])
        found |= dict(_digest_traits(f"digest of {name}", each))
        found |= dict(_json_traits(name, each) if each[0][:1] == "{" else _word_traits(name, each))
    return {name: cells for name, cells in found.items() if cells.min() != cells.max()}


def shifted(traits: dict[str, Cells]) -> dict[str, Cells]:
    """What was there to see before the next allocation: each subject gets the traits of the one before."""
    return {f"{name}, one before": np.concatenate([cells[:1], cells[:-1]]) for name, cells in traits.items()}


def _number_traits(name: str, values: Sequence[float]) -> dict[str, Cells]:
    array = np.asarray(values, dtype=float)
    distinct, exact = np.unique(array, return_inverse=True)
    found: dict[str, Cells] = {}
    if len(distinct) <= MAX_CELLS:
        found[name] = exact.astype(np.int64)
    for n_parts in (2, 4, 8):
        edges = np.quantile(array, np.linspace(0, 1, n_parts + 1)[1:-1])
        found[f"{name} in {n_parts} parts"] = np.searchsorted(edges, array).astype(np.int64)
    if np.array_equal(array, array.round()):
        for modulus in (2, 3, 4):
            found[f"{name} modulo {modulus}"] = (array.astype(np.int64) % modulus).astype(np.int64)
    steps = np.diff(array, prepend=array[:1])
    found[f"step of {name}"] = np.searchsorted(np.quantile(steps, [0.25, 0.5, 0.75]), steps).astype(np.int64)
    return found


def _digest_traits(name: str, texts: Sequence[str]) -> Iterator[tuple[str, Cells]]:
    digests = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:2], "big") for text in texts]
    yield from _bits(name, digests)


def _bits(name: str, numbers: Sequence[int]) -> Iterator[tuple[str, Cells]]:
    array = np.asarray(numbers, dtype=np.int64)
    for bit in range(N_BITS):
        yield f"{name}, bit {bit}", (array >> bit) & 1


def _word_traits(name: str, texts: Sequence[str]) -> Iterator[tuple[str, Cells]]:
    """Whether a word stands in it, for words that some have and others have not."""
    bags = [set(re.findall(r"\w+", text)) for text in texts]
    counts: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            counts[word] = counts.get(word, 0) + 1
    for word, count in counts.items():
        if 0.05 * len(texts) <= count <= 0.95 * len(texts):
            yield f"{name} has {word}", np.asarray([word in bag for bag in bags], dtype=np.int64)


def _json_traits(name: str, texts: Sequence[str]) -> Iterator[tuple[str, Cells]]:
    """Each value of a JSON document: digests by their bits, texts by length and word, numbers as numbers."""
    documents = [dict(_leaves(json.loads(text))) for text in texts]
    paths = sorted({path for document in documents for path in document})
    for path in paths:
        values = [document.get(path) for document in documents]
        where = f"{name} {path}"
        if all(isinstance(value, int | float) for value in values):
            yield from _number_traits(where, [float(value) for value in values]).items()  # type: ignore[arg-type]
            continue
        words = [str(value) for value in values]
        yield from _number_traits(f"length of {where}", [float(len(word)) for word in words]).items()
        if all(_HEX.match(word) for word in words):
            yield from _bits(where, [int(word[:4], 16) for word in words])
            yield from _bits(f"end of {where}", [int(word[-4:], 16) for word in words])
        elif len(set(words)) <= MAX_CELLS:
            order = sorted(set(words))
            yield where, np.asarray([order.index(word) for word in words], dtype=np.int64)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        yield f"{path}#", len(value)
        for n, each in enumerate(value):
            yield from _leaves(each, f"{path}[{n}]")
    elif isinstance(value, str) and value[:1] == "{":
        yield from _leaves(json.loads(value), f"{path}:")
    else:
        yield path, value
