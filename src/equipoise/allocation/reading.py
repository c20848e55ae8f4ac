"""Reads the file in which a statistician writes an allocation: `allocation.yaml`. Every fault has its line."""

from pathlib import Path

from equipoise.allocation.parts import find_problems
from equipoise.allocation.shape import read_parts
from equipoise.allocation.specification import Specification
from equipoise.protocol.document import read_document


def read_specification(path: Path) -> Specification:
    """
    Read an allocation and check that it can be carried out.

    Raises
    ------
    ProtocolError
        With every fault of the file: where (line and part), what, and what to do.
    """
    document = read_document(path)
    parts, problems = read_parts(document.data)
    for where, what, do in [*problems, *find_problems(parts)]:
        document.fault(where, what, do)
    document.check(f"{path}: this allocation cannot be carried out.")
    return Specification(*parts.complete())
