"""The mutants of a kernel: which changes of its source are tried.

The operators and the changed source come from cosmic-ray; here stands which of them are worth a test run. Of the eleven
ways to replace `+` or the seven to replace `<` one or two are hard to notice and the others easy: trying all would make
the score look better than it is. Annotations, decorators and `__all__` are left alone, since no test can notice them.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

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
    when lines above it move.
    """

    module: str
    path: Path
    operator: str
    occurrence: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.before!r} -> {self.after!r}"

    def source(self) -> str:
        """The whole module with the change in it."""
        changed = mutate_code(_read(self.path), _operator(self.operator), self.occurrence)
        assert changed is not None
        return changed


def find_mutants(module: str, path: Path) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines."""
    source = _read(path)
    hidden, computed = tuple(_spans_nobody_runs(source)), tuple(_spans_of_binary_operators(source))
    found = []
    for name in OPERATORS:
        tree = get_ast(source)
        places = [place for node in ast_nodes(tree) for place in _operator(name).mutation_positions(node)]
        for occurrence, (start, end) in enumerate(places):
            is_hidden = any(first <= start and end <= last for first, last in hidden)
            # To cosmic-ray the stars of a signature and of an unpacking are products and powers.
            is_star = "BinaryOperator" in name and not any(first <= start and end <= last for first, last in computed)
            if not is_hidden and not is_star:
                found.append((start, name, occurrence))
    for _, name, occurrence in sorted(found):
        changed = mutate_code(source, _operator(name), occurrence)
        if changed is None or changed == source:
            continue
        line, before, after = _difference(source, changed)
        yield Mutant(module, path, name, occurrence, line, before, after)


@cache
def _read(path: Path) -> str:
    """Read once: a run takes long, and the file may be edited meanwhile."""
    return path.read_text(encoding="utf-8")


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
