"""The mutants of a kernel: which changes of its source are tried.

The operators and the changed source come from cosmic-ray; here stands which of them are worth a test run. Of the eleven
ways to replace `+` or the seven to replace `<` one or two are hard to notice and the others easy: trying all would make
the score look better than it is. Annotations, decorators and `__all__` are left alone, since no test can notice them.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.tree import BaseNode

_BINARY = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul", "FloorDiv_Div", "Mod_FloorDiv", "BitOr_BitAnd")
_BINARY += ("BitAnd_BitOr", "BitXor_BitAnd")
_COMPARISON = ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")
_COMPARISON += ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")
_UNARY = ("USub_UAdd", "Delete_Not", "Delete_Invert")
OPERATORS = (
    *(f"core/ReplaceBinaryOperator_{each}" for each in _BINARY),
    *(f"core/ReplaceComparisonOperator_{each}" for each in _COMPARISON),
    *(f"core/ReplaceUnaryOperator_{each}" for each in _UNARY),
    "core/AddNot",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/NumberReplacer",
    "core/ZeroIterationForLoop",
    "core/ExceptionReplacer",
)
Place = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """
    One change of one module.

    `before` and `after` are the changed lines without their indentation: they tell the mutant apart from others
    when lines above it move. `source` is the whole module with the change in it.
    """

    module: str
    path: Path
    operator: str
    occurrence: int
    line: int
    before: str
    after: str
    source: str = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.before!r} -> {self.after!r}"


def find_mutants(module: str, path: Path) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines."""
    source = path.read_text(encoding="utf-8")
    tree = get_ast(source)
    hidden, computed = tuple(_spans_nobody_runs(source)), tuple(_spans_of_binary_operators(source))
    found = []
    for name in OPERATORS:
        operator = _operator(name)
        places = [
            (place, node, index)
            for node in ast_nodes(tree)
            for index, place in enumerate(operator.mutation_positions(node))
        ]
        for occurrence, ((start, end), node, index) in enumerate(places):
            is_hidden = any(first <= start and end <= last for first, last in hidden)
            # To cosmic-ray the stars of a signature and of an unpacking are products and powers.
            is_star = "BinaryOperator" in name and not any(first <= start and end <= last for first, last in computed)
            changed = source if is_hidden or is_star else _change(source, operator, node, index)
            if changed != source:
                found.append((start, name, occurrence, changed))
    for _, name, occurrence, changed in sorted(found):
        yield Mutant(module, path, name, occurrence, *_difference(source, changed), changed)


def _change(source: str, operator: Operator, node: Any, index: int) -> str:
    """The source with one node changed; the tree stays as it was, for parsing it again takes long."""
    starts = (0, *accumulate(map(len, source.splitlines(keepends=True))))
    (first, column), (last, end) = node.get_start_pos_of_prefix(), node.end_pos
    with _kept(node):
        text: str = operator.mutate(node, index).get_code()
    return source[: starts[first - 1] + column] + text + source[starts[last - 1] + end :]


@contextmanager
def _kept(node: Any) -> Iterator[None]:
    """Operators change nodes in place: afterwards all is as before."""
    below = list(ast_nodes(node))
    kept = [(each, dict(_slots(each))) for each in below]
    yield
    for each, values in kept:
        for name, value in values.items():
            setattr(each, name, value)


def _slots(node: Any) -> Iterator[tuple[str, object]]:
    if isinstance(node, BaseNode):
        yield "children", list(node.children)
    else:
        yield "value", node.value
        yield "prefix", node.prefix


@cache
def _operator(name: str) -> Operator:
    return get_operator(name)()


def _spans_nobody_runs(source: str) -> Iterator[tuple[Place, Place]]:
    """Annotations, decorators and the list of public names."""
    for node in ast.walk(ast.parse(source)):
        for each in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(each, ast.expr):
                yield _span(each)
        for each in getattr(node, "decorator_list", ()):
            yield _span(each)
        if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == "__all__" for target in node.targets):
            yield _span(node.value)


def _spans_of_binary_operators(source: str) -> Iterator[tuple[Place, Place]]:
    """Between the two sides of every computation."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp):
            yield _span(node.left)[1], _span(node.right)[0]
        elif isinstance(node, ast.AugAssign):
            yield _span(node.target)[1], _span(node.value)[0]


def _span(node: ast.expr) -> tuple[Place, Place]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _difference(source: str, changed: str) -> tuple[int, str, str]:
    """The first changed line: its number, and both texts."""
    lines, others = source.splitlines(), changed.splitlines()
    for number, (line, other) in enumerate(zip(lines, others, strict=False), start=1):
        if line != other:
            return number, line.strip(), other.strip()
    return min(len(lines), len(others)), "", ""
