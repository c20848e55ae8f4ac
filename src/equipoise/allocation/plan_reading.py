"""Reads what a person says of a planned trial: a ratio such as 2:1, and strata as a number or as a file.

The file holds the factors as they stand in an allocation, each with `weights`: how often its levels are expected.
"""

from pathlib import Path
from typing import Any

from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.planning import ExpectedFactor
from equipoise.allocation.shape import read_parts
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.document import Document, Where, read_document

STRATUM = "stratum"
"""Name of the one factor when only a number of strata is given."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def read_ratio(text: str, names: tuple[str, ...] = ()) -> tuple[Arm, ...]:
    """
    The arms of a ratio written as `1:1` or `2:1:1`.

    Parameters
    ----------
    names
        Of the arms, in the order of the ratio; without them they are called A, B, C.

    Raises
    ------
    ProtocolError
        It is no ratio, or has another number of arms than `names`.
    """
    parts = [part.strip() for part in text.split(":")]
    if not 2 <= len(parts) <= len(_LETTERS) or not all(part.isascii() and part.isdigit() for part in parts):
        do = "Write the parts of the arms in whole numbers, as 1:1 or 2:1."
        raise ProtocolError("No design can be simulated.", [Fault("ratio", f"{text!r} is no ratio", do)])
    if names and len(names) != len(parts):
        what = f"it has {len(parts)} parts, but there are {len(names)} arms: {', '.join(names)}"
        raise ProtocolError("No design can be simulated.", [Fault("ratio", what, "Give a part for each arm.")])
    called = names or tuple(_LETTERS[: len(parts)])
    return tuple(Arm(name, int(part)) for name, part in zip(called, parts, strict=True))


def read_strata(text: str | Path | None) -> tuple[ExpectedFactor, ...]:
    """
    The factors of a plan.

    Parameters
    ----------
    text
        None or 1 for no strata, a number for so many of equal size, or the path of a YAML file.

    Raises
    ------
    ProtocolError
        The file cannot be read, with every fault and its line; or the number is not above 0.
    """
    if text is None:
        return ()
    if not str(text).isdigit():
        return _read_file(Path(text))
    n_strata = int(str(text))
    if n_strata < 1:
        fault = Fault("strata", "there is at least one", "Leave the option out where nothing stratifies.")
        raise ProtocolError("No design can be simulated.", [fault])
    if n_strata == 1:
        return ()
    return (ExpectedFactor(Factor(STRATUM, tuple(str(number + 1) for number in range(n_strata))), (1,) * n_strata),)


def _read_file(path: Path) -> tuple[ExpectedFactor, ...]:
    document = read_document(path)
    message = f"{path}: these strata cannot be simulated."
    data = document.data
    if not isinstance(data, dict) or list(data) != ["factors"] or not isinstance(data["factors"], list):
        document.fault((), "a file of strata has one key, factors:, with a list", "Begin with factors:.")
        document.check(message)
    weights = [_take_weights(document, each, ("factors", index)) for index, each in enumerate(data["factors"])]
    parts, problems = read_parts({"arms": [], "method": "simple", "factors": data["factors"]})
    for where, what, do in problems:
        document.fault(where, what, do)
    document.check(message)
    factors = parts.factors or ()
    expected = zip(factors, weights, strict=True)
    return tuple(ExpectedFactor(factor, each or (1,) * len(factor.levels)) for factor, each in expected)


def _take_weights(document: Document, factor: Any, where: Where) -> tuple[int, ...] | None:
    """The weights of one factor, taken out of it, so that an ordinary factor is left; None where there are none."""
    found = factor.pop("weights", None) if isinstance(factor, dict) else None
    if found is None:
        return None
    if not isinstance(found, list) or not all(type(each) is int and each > 0 for each in found):
        do = "Write [2, 1] for twice as many of the first level."
        document.fault((*where, "weights"), "weights are whole numbers above 0, one for each level", do)
        return None
    levels = factor.get("levels")
    if isinstance(levels, list) and len(levels) != len(found):
        what = f"there are {len(found)} weights for {len(levels)} levels"
        document.fault((*where, "weights"), what, "Give one for each level.")
    return tuple(found)
