"""What is frozen before the first subject: arms with shares, factors with levels, what stratifies, and the method.

A specification that makes no sense cannot be built: all its faults are raised together. Reading one from JSON or
from the statistician's YAML is left to `reading`; what a method does, to the module of its name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from equipoise.allocation.canonical import digest_of
from equipoise.allocation.methods import Method, Minimisation, Problem
from equipoise.errors import Fault, ProtocolError

ALGORITHM = "equipoise-allocation-1"
WHOLE_TRIAL = "all"
"""The stratum of everybody, where no factor stratifies. A stratum of factors has an equals sign, this has none."""
MAX_SHARES = 60


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
class Specification:
    """
    How the arms of one trial are allocated.

    Parameters
    ----------
    arms
        At least two, in an order that never changes.
    method
        With its settings.
    factors
        In an order that never changes. Each either stratifies or, in a minimisation, has a weight.
    stratify
        Names of the factors whose levels make the strata.

    Raises
    ------
    ProtocolError
        With every fault.
    """

    arms: tuple[Arm, ...]
    method: Method
    factors: tuple[Factor, ...] = ()
    stratify: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = [
            Fault(", ".join(["allocation", *(str(step) for step in where)]), what, do)
            for where, what, do in specification_problems(self.arms, self.method, self.factors, self.stratify)
        ]
        if faults:
            raise ProtocolError("This allocation cannot be carried out.", faults)

    @cached_property
    def shares(self) -> tuple[str, ...]:
        """The arm of each share: arms in their order, each as often as it has shares. 2:1 gives A, A, B."""
        return tuple(arm.name for arm in self.arms for _ in range(arm.shares))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return digest_of(self.to_json())

    def check_values(self, values: Mapping[str, str]) -> None:
        """
        Raise unless there is a value for each factor, and each is one of its levels.

        Raises
        ------
        ProtocolError
            The message names factors and their levels, never the value, which may tell about a patient.
        """
        faults = list(self._value_faults(values))
        if faults:
            raise ProtocolError("Cannot allocate: the stratum is not in the protocol.", faults)

    def stratum_of(self, values: Mapping[str, str]) -> str:
        """
        The stratum of a subject: `site=Leeds; ecog=0`, in the order of `factors`; `all` where nothing stratifies.

        Raises
        ------
        ProtocolError
            As under `check_values`.
        """
        self.check_values(values)
        return self._stratum_text({name: values[name] for name in self.stratify})

    @property
    def strata(self) -> Iterator[str]:
        """Every stratum there can be, in the order of the factors and levels."""
        stratifying = [factor for factor in self.factors if factor.name in self.stratify]
        for levels in product(*(factor.levels for factor in stratifying)):
            yield self._stratum_text({factor.name: level for factor, level in zip(stratifying, levels, strict=True)})

    def to_json(self) -> dict[str, Any]:
        """The specification as it is hashed and published; see docs/reference/allocation-algorithm.md."""
        return {
            "algorithm": ALGORITHM,
            "arms": [{"name": arm.name, "shares": arm.shares} for arm in self.arms],
            "factors": [{"name": factor.name, "levels": list(factor.levels)} for factor in self.factors],
            "stratify": [factor.name for factor in self.factors if factor.name in self.stratify],
            "method": _method_json(self.method),
        }

    def _stratum_text(self, levels: Mapping[str, str]) -> str:
        named = [f"{factor.name}={levels[factor.name]}" for factor in self.factors if factor.name in levels]
        return "; ".join(named) or WHOLE_TRIAL

    def _value_faults(self, values: Mapping[str, str]) -> Iterator[Fault]:
        for factor in self.factors:
            levels = ", ".join(factor.levels)
            if factor.name not in values:
                yield Fault(f"factor {factor.name}", "has no value", f"Give one of: {levels}.")
            elif values[factor.name] not in factor.levels:
                do = f"Correct the value, or allocate outside this trial. Levels: {levels}."
                yield Fault(f"factor {factor.name}", "stratum not in the protocol: the value is no level of it", do)
        for _ in set(values) - {factor.name for factor in self.factors}:
            known = ", ".join(factor.name for factor in self.factors) or "none"
            yield Fault("factors", "a value is given for a factor that is not in the protocol", f"Factors: {known}.")


def specification_problems(
    arms: tuple[Arm, ...], method: Method, factors: tuple[Factor, ...], stratify: tuple[str, ...]
) -> Iterator[Problem]:
    """Everything that is wrong with the parts of a specification, in the order of the parts."""
    yield from _arm_problems(arms)
    yield from _factor_problems(factors)
    names = [factor.name for factor in factors]
    for index, name in enumerate(stratify):
        if name not in names:
            yield ("stratify", index), f"there is no factor {name}", f"Factors: {', '.join(names) or 'none'}."
        elif name in stratify[:index]:
            yield ("stratify", index), f"{name} stands twice", "Keep one of them."
    n_shares = sum(arm.shares for arm in arms)
    if len(arms) > 1 and all(arm.shares > 0 for arm in arms):
        yield from method.problems(n_shares)
    yield from _use_problems(method, names, stratify)


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


def _name_problems(name: str, before: list[str] | tuple[str, ...], where: tuple[str | int, ...]) -> Iterator[Problem]:
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


def _method_json(method: Method) -> dict[str, Any]:
    settings = {key: _setting_json(value) for key, value in vars(method).items()}
    return {"name": method.name, **settings}


def _setting_json(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {key: str(weight) for key, weight in value.items()}
    return getattr(value, "value", value)
