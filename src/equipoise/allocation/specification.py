"""What is frozen before the first subject: arms with shares, factors with levels, what stratifies, and the method.

A specification that makes no sense cannot be built: all its faults are raised together. Reading one from JSON or
from the statistician's YAML is left to `reading`; what a method does, to the module of its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from equipoise.allocation.canonical import digest_of
from equipoise.allocation.methods import Method, Problem, Where
from equipoise.allocation.parts import Arm, Factor, Parts, find_problems
from equipoise.allocation.shape import ALGORITHM, read_parts
from equipoise.errors import Fault, ProtocolError

__all__ = ["WHOLE_TRIAL", "Arm", "Factor", "Specification"]

WHOLE_TRIAL = "all"
"""The stratum of everybody, where no factor stratifies. A stratum of factors has an equals sign, this has none."""


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
        _check(find_problems(Parts(self.arms, self.method, self.factors, self.stratify)))

    @classmethod
    def from_json(cls, data: Any) -> "Specification":
        """
        The specification that `to_json` wrote.

        Raises
        ------
        ProtocolError
            With every fault.
        """
        parts, problems = read_parts(data, is_published=True)
        _check([*problems, *find_problems(parts)])
        return cls(*parts.complete())

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


def _check(problems: Iterable[Problem]) -> None:
    faults = [Fault(_where_words(where), what, do) for where, what, do in problems]
    if faults:
        raise ProtocolError("This allocation cannot be carried out.", faults)


def _where_words(where: Where) -> str:
    """`allocation, arms, item 2, name`: items count from 1, as people count."""
    return ", ".join(["allocation", *(f"item {step + 1}" if isinstance(step, int) else step for step in where)])


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
