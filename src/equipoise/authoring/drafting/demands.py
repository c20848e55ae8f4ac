"""What a rule asks of every patient about age and sex, on whichever side it stands.

Decides which parts of a rule bind everybody: those at the top, and those in its outermost `all` (for what keeps out,
in its outermost `any`). An age under a condition, an exception or one of several ways is not the range of the trial.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_AGE = re.compile(r"(<=|>=|<|>)\s*(\d+)")
_OTHER_SEX = {"female": "male", "male": "female"}


class Side(StrEnum):
    """The two limits of an age."""

    LOWEST = "lowest"
    HIGHEST = "highest"


_SIGNS = {
    (Side.LOWEST, True): ">=",
    (Side.LOWEST, False): "<",
    (Side.HIGHEST, True): "<=",
    (Side.HIGHEST, False): ">",
}
"""How a limit is written where it is asked for, and where it is denied."""


@dataclass
class Demands:
    """
    The ages (in completed years) and the sexes that are asked of every patient.

    `ages`: limits that are plain. `open`: limits in a reading, by its name, with all that it can mean.
    """

    ages: dict[Side, list[int]] = field(default_factory=lambda: {side: [] for side in Side})
    open: dict[Side, dict[str, frozenset[int]]] = field(default_factory=lambda: {side: {} for side in Side})
    sexes: set[str] = field(default_factory=set)

    @classmethod
    def together(cls, each: Iterable["Demands"]) -> "Demands":
        """What several criteria ask for."""
        whole = cls()
        for demands in each:
            for side in Side:
                whole.ages[side] += demands.ages[side]
                whole.open[side] |= demands.open[side]
            whole.sexes |= demands.sexes
        return whole

    def age(self, side: Side) -> int | None:
        """The strictest of the plain limits."""
        if not self.ages[side]:
            return None
        return max(self.ages[side]) if side is Side.LOWEST else min(self.ages[side])

    def is_stated(self, side: Side) -> bool:
        return bool(self.ages[side] or self.open[side])


def demands_of(rule: Any, asks: bool) -> Demands:
    """What a rule asks of every patient; `asks` is False for a rule that keeps out when it is true."""
    demands = Demands()
    for part, is_asked in _parts(rule, asks):
        if part.get("sex") in _OTHER_SEX:
            demands.sexes.add(part["sex"] if is_asked else _OTHER_SEX[part["sex"]])
        side, years = _limits(part, is_asked)
        if side is not None and "reading" in part:
            demands.open[side][str(part["reading"])] = years
        elif side is not None:
            demands.ages[side] += years
    return demands


def with_demands(rule: Any, asks: bool, wanted: Mapping[Side | str, int | str]) -> Any:
    """The rule with other limits of age, or another `sex`, where it asks for one of every patient."""
    if not isinstance(rule, Mapping):
        return rule
    if "not" in rule:
        return {**rule, "not": with_demands(rule["not"], not asks, wanted)}
    join = _join(asks)
    if isinstance(rule.get(join), list):
        return {**rule, join: [with_demands(part, asks, wanted) for part in rule[join]]}
    if rule.get("sex") in _OTHER_SEX and "sex" in wanted:
        sex = str(wanted["sex"])
        return {**rule, "sex": sex if asks else _OTHER_SEX[sex]}
    side, _ = _limits(rule, asks)
    return {"age": f"{_SIGNS[side, asks]} {wanted[side]}"} if side is not None and side in wanted else rule


def mentions(rule: Any, key: str) -> bool:
    """Whether a key stands anywhere in a rule."""
    if isinstance(rule, Mapping):
        return key in rule or any(mentions(part, key) for part in rule.values())
    return isinstance(rule, list) and any(mentions(part, key) for part in rule)


def _join(asks: bool) -> str:
    """What keeps out on any of several grounds lets in only those whom none of them meets."""
    return "all" if asks else "any"


def _parts(rule: Any, asks: bool) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """The parts that bind everybody, each with whether it is asked for or denied."""
    if not isinstance(rule, Mapping):
        return
    joined = rule.get(_join(asks))
    if "not" in rule:
        yield from _parts(rule["not"], not asks)
    elif isinstance(joined, list):
        for part in joined:
            yield from _parts(part, asks)
    else:
        yield rule, asks


def _ages(part: Mapping[str, Any]) -> list[Any]:
    """The age of an atom, or each age that a reading of nothing but an age can mean."""
    if "age" in part:
        return [part["age"]]
    return [body["rule"].get("age") for body in part.get("alternatives", {}).values()]


def _limits(part: Mapping[str, Any], is_asked: bool) -> tuple[Side | None, frozenset[int]]:
    """The side on which a part limits the age of everybody, and each year it can mean; no side when it does not."""
    limits = [_limit(age, is_asked) for age in _ages(part)]
    known = [limit for limit in limits if limit is not None]
    sides = {side for side, _ in known}
    if len(sides) != 1 or len(known) < len(limits):
        return None, frozenset()
    return sides.pop(), frozenset(years for _, years in known)


def _limit(age: Any, is_asked: bool) -> tuple[Side, int] | None:
    """The first or last completed year that is let in."""
    found = _AGE.fullmatch(age) if isinstance(age, str) else None
    if found is None:
        return None
    sign, years = found[1], int(found[2])
    if not is_asked:
        sign = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[sign]
    if sign[0] == ">":
        return Side.LOWEST, years + (sign == ">")
    return Side.HIGHEST, years - (sign == "<")
