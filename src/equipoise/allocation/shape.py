"""Reads the parts of a specification from JSON or YAML data: keys, kinds of values, exact fractions.

Decides whether the data has the shape of a specification; what makes sense is left to `parts` and `methods`. One shape
serves the file of a statistician and the published JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from fractions import Fraction
from typing import Any, TypeVar

from equipoise.allocation.methods import METHODS, Measure, Method, Problem, Where
from equipoise.allocation.parts import Arm, Factor, Parts
from equipoise.protocol.document import suggestion

T = TypeVar("T")

ALGORITHM = "equipoise-allocation-1"
_KEYS = ("arms", "method", "factors", "stratify", "algorithm")
_MAX_FRACTION_LENGTH = 40
_BY_NAME: Mapping[str, type[Method]] = {method.name: method for method in METHODS}


class _ShapeError(Exception):
    """A part that cannot be read; its problems are noted already."""


def read_parts(data: Any, *, is_published: bool = False) -> tuple[Parts, list[Problem]]:
    """
    The parts of a specification, as far as they can be read, and what is wrong with the shape of the rest.

    Parameters
    ----------
    data
        Read from JSON or YAML: objects, lists, text, whole numbers. A number with a fraction is text.
    is_published
        Then the data must name the algorithm; the file of a statistician need not.
    """
    reader = _Reader()
    if not isinstance(data, dict):
        problem: Problem = ((), "an allocation is written as keys and values", "Begin with arms: and method:.")
        return Parts(None, None, None, None), [problem]
    reader.check_keys(data, _KEYS, ())
    if data.get("algorithm", None if is_published else ALGORITHM) != ALGORITHM:
        reader.problem(("algorithm",), f"this version knows {ALGORITHM} only", "Use the version that wrote it.")
    parts = Parts(
        reader.part(data, "arms", lambda each, where: reader.items(each, where, reader.arm)),
        reader.part(data, "method", reader.method),
        reader.part({"factors": [], **data}, "factors", lambda each, where: reader.items(each, where, reader.factor)),
        reader.part({"stratify": [], **data}, "stratify", lambda each, where: reader.items(each, where, reader.text)),
    )
    return parts, reader.problems


class _Reader:
    """Notes every problem and gives up only the part in which it stands."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def part(self, data: Mapping[str, Any], key: str, read: Callable[[Any, Where], T]) -> T | None:
        try:
            return read(self.required(data, key, ()), (key,))
        except _ShapeError:
            return None

    def arm(self, data: Any, where: Where) -> Arm:
        self.check_keys(data, ("name", "shares"), where)
        name = self.text(self.required(data, "name", where), (*where, "name"))
        return Arm(name, self.whole(data.get("shares", 1), (*where, "shares")))

    def factor(self, data: Any, where: Where) -> Factor:
        self.check_keys(data, ("name", "levels"), where)
        name = self.text(self.required(data, "name", where), (*where, "name"))
        return Factor(name, self.items(self.required(data, "levels", where), (*where, "levels"), self.text))

    def method(self, data: Any, where: Where) -> Method:
        name = data.get("name") if isinstance(data, dict) else data
        if not isinstance(name, str) or name not in _BY_NAME:
            do = f"Write name: with one of {', '.join(_BY_NAME)}."
            raise self.problem((*where, "name") if isinstance(data, dict) else where, "there is no such method", do)
        data = data if isinstance(data, dict) else {"name": name}
        settings = fields(_BY_NAME[name])
        self.check_keys(data, ("name", *(setting.name for setting in settings)), where)
        read: dict[str, Any] = {}
        for setting in settings:
            if setting.name in data or setting.default is MISSING:
                value = self.required(data, setting.name, where)
                read[setting.name] = getattr(self, setting.name)(value, (*where, setting.name))
        return _BY_NAME[name](**read)

    def sizes(self, data: Any, where: Where) -> tuple[int, ...]:
        return self.items(data, where, self.whole)

    def limit(self, data: Any, where: Where) -> int:
        return self.whole(data, where)

    def probability(self, data: Any, where: Where) -> Fraction:
        return self.fraction(data, where)

    def weights(self, data: Any, where: Where) -> dict[str, Fraction]:
        if not isinstance(data, dict):
            raise self.problem(where, "weights are written as a factor and its weight", "Write them as site: 1.")
        return {name: self.fraction(weight, (*where, name)) for name, weight in data.items()}

    def measure(self, data: Any, where: Where) -> Measure:
        known = [measure.value for measure in Measure]
        if data not in known:
            raise self.problem(where, "there is no such measure of imbalance", f"Write one of {', '.join(known)}.")
        return Measure(data)

    def fraction(self, data: Any, where: Where) -> Fraction:
        try:
            if isinstance(data, bool | float) or len(str(data)) > _MAX_FRACTION_LENGTH or "e" in str(data).lower():
                raise ValueError
            return Fraction(data)
        except (ValueError, TypeError, ZeroDivisionError):
            raise self.problem(where, "is no fraction", "Write 2/3 or 0.8.") from None

    def whole(self, data: Any, where: Where) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise self.problem(where, "is no whole number", "Write it in digits.")
        return data

    def text(self, data: Any, where: Where) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise self.problem(where, "is no text", "Write a name; in quotes if it looks like a date.")
        return str(data)

    def items(self, data: Any, where: Where, read: Callable[[Any, Where], T]) -> tuple[T, ...]:
        if not isinstance(data, list):
            raise self.problem(where, "is no list", "Write it as [a, b], or one line with a dash for each.")
        found: list[T] = []
        for index, each in enumerate(data):
            try:
                found.append(read(each, (*where, index)))
            except _ShapeError:
                continue
        if len(found) < len(data):
            raise _ShapeError
        return tuple(found)

    def required(self, data: Any, key: str, where: Where) -> Any:
        if not isinstance(data, dict) or key not in data:
            raise self.problem(where, f"{key} is missing", f"Add {key}:.")
        return data[key]

    def check_keys(self, data: Any, known: Iterable[str], where: Where) -> None:
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                self.problem((*where, key), f"there is no {key} here", suggestion(str(key), tuple(known)))

    def problem(self, where: Where, what: str, do: str) -> _ShapeError:
        self.problems.append((where, what, do))
        return _ShapeError()
