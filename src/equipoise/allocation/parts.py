"""The parts of a specification and what is wrong with them, each fault with its place.

Decides what makes sense together: names, shares, levels, and that every factor is used. The settings of a method on
their own are checked by `methods`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from equipoise.allocation.methods import Method, Minimisation, Problem, Where

MAX_SHARES = 60
MAX_STRATA = 10_000


@dataclass(frozen=True)
class Arm:
    """An arm and its part of the ratio: 2 in 2:1."""

    name: str
    shares: int = 1


@dataclass(frozen=True)
class Factor:
    """Something known of a subject before allocation, with every value it may have."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """The parts of a specification; None is one that could not be read."""

    arms: tuple[Arm, ...] | None
    method: Method | None
    factors: tuple[Factor, ...] | None
    stratify: tuple[str, ...] | None

    def complete(self) -> tuple[tuple[Arm, ...], Method, tuple[Factor, ...], tuple[str, ...]]:
        """The parts when all were read."""
        assert self.arms is not None
        assert self.method is not None
        assert self.factors is not None
        assert self.stratify is not None
        return self.arms, self.method, self.factors, self.stratify


def find_problems(parts: Parts) -> Iterator[Problem]:
    """Everything that is wrong with the parts that could be read, in the order of the parts."""
    arms, method, factors, stratify = parts.arms, parts.method, parts.factors, parts.stratify
    if arms is not None:
        yield from _arm_problems(arms)
    if factors is not None:
        yield from _factor_problems(factors)
        names = [factor.name for factor in factors]
        if stratify is not None:
            yield from _stratify_problems(stratify, factors)
            if method is not None:
                yield from _use_problems(method, names, stratify)
    if method is not None and arms is not None and len(arms) > 1 and all(arm.shares > 0 for arm in arms):
        yield from method.problems(sum(arm.shares for arm in arms))


def _stratify_problems(stratify: tuple[str, ...], factors: tuple[Factor, ...]) -> Iterator[Problem]:
    names = [factor.name for factor in factors]
    n_strata = prod(len(factor.levels) for factor in factors if factor.name in stratify)
    if n_strata > MAX_STRATA:
        do = "Stratify by fewer factors, or balance them by a minimisation."
        yield ("stratify",), f"there are {n_strata} strata, more than {MAX_STRATA}", do
    for index, name in enumerate(stratify):
        if name not in names:
            yield ("stratify", index), f"there is no factor {name}", f"Factors: {', '.join(names) or 'none'}."
        elif name in stratify[:index]:
            yield ("stratify", index), f"{name} stands twice", "Keep one of them."


def _arm_problems(arms: tuple[Arm, ...]) -> Iterator[Problem]:
    if len(arms) < 2:
        yield ("arms",), "there is nothing to choose between", "Give at least two arms."
    for index, arm in enumerate(arms):
        yield from _name_problems(arm.name, [other.name for other in arms[:index]], ("arms", index, "name"))
        if arm.shares < 1:
            yield ("arms", index, "shares"), "an arm has at least one share", "Write the ratio in whole numbers."
    if sum(arm.shares for arm in arms) > MAX_SHARES:
        do = "Write the ratio in its smallest whole numbers: 1 and 2, not 50 and 100."
        yield ("arms",), f"there are more than {MAX_SHARES} shares", do


def _factor_problems(factors: tuple[Factor, ...]) -> Iterator[Problem]:
    for index, factor in enumerate(factors):
        where = ("factors", index)
        yield from _name_problems(factor.name, [other.name for other in factors[:index]], (*where, "name"))
        if "=" in factor.name:
            yield (*where, "name"), "a factor's name has no equals sign", "Choose another name."
        if not factor.levels:
            yield (*where, "levels"), f"{factor.name} has no level", "Give every value that the factor may have."
        for number, level in enumerate(factor.levels):
            yield from _name_problems(level, factor.levels[:number], (*where, "levels", number))


def _name_problems(name: str, before: list[str] | tuple[str, ...], where: Where) -> Iterator[Problem]:
    if not name or name != name.strip() or not name.isprintable() or ";" in name:
        yield where, "a name is printable text without a semicolon or blanks around it", "Write it differently."
    elif name in before:
        yield where, f"{name} stands twice", "Names must differ."


def _use_problems(method: Method, names: list[str], stratify: tuple[str, ...]) -> Iterator[Problem]:
    """Each factor is used once: nothing is collected for no purpose, and no subject falls out of a stream."""
    if not isinstance(method, Minimisation):
        for index, name in enumerate(names):
            if name not in stratify:
                do = "Add it to stratify, or leave it out."
                yield ("factors", index), f"{name} is used for nothing: it does not stratify", do
        return
    if stratify:
        do = "Leave stratify empty: a minimisation balances its factors over the whole trial."
        yield ("stratify",), "a minimisation has no strata", do
    for name in method.weights:
        if name not in names:
            do = f"Factors: {', '.join(names) or 'none'}."
            yield ("method", "weights", name), f"there is no factor {name}", do
    for index, name in enumerate(names):
        if name not in method.weights:
            yield ("factors", index), f"{name} has no weight", "Give it one under method, weights, or leave it out."
