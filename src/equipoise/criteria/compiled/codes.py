"""An outcome as one whole number, so that engines carry, compare and combine outcomes cheaply.

Bits 0-1 truth (0 false, 1 true, 2 unknown), 2-4 basis, 5 has data, 6-19 causes, 20-30 needs: of Cockcroft-Gault a set
of its inputs, of an assessment the number of a set of names.
"""

from typing import Any

import ibis

from equipoise.criteria.truth import Basis, Cause

UNKNOWN = 2
BASIS_SHIFT, DATA_BIT, CAUSE_SHIFT, NEED_SHIFT = 2, 5, 6, 20
CAUSE_MASK = (1 << len(Cause)) - 1
NEED_MASK = (1 << 11) - 1


def unknown_code(causes: Any, *, has_data: bool, needs: Any = 0) -> Any:
    """The code of an unknown outcome; `causes` and `needs` are bit sets, as numbers or columns."""
    return (causes << CAUSE_SHIFT) + (needs << NEED_SHIFT) + ((1 << DATA_BIT) if has_data else 0) + UNKNOWN


def decided_code(truth: Any, basis: Any) -> Any:
    """The code of a decided outcome; `truth` is a boolean column or constant, `basis` a number or column."""
    number = truth.ifelse(1, 0) if isinstance(truth, ibis.Expr) else int(truth)
    return number + (basis << BASIS_SHIFT) + (1 << DATA_BIT)


def truth_of(code: Any) -> Any:
    return code & 0b11


def basis_of(code: Any) -> Any:
    return (code >> BASIS_SHIFT) & 0b111


def has_data(code: Any) -> Any:
    return ((code >> DATA_BIT) & 1) == 1


def causes_of(code: Any) -> Any:
    return (code >> CAUSE_SHIFT) & CAUSE_MASK


def needs_of(code: Any) -> Any:
    return (code >> NEED_SHIFT) & NEED_MASK


def rows_basis(is_attested: Any) -> Any:
    """Basis of a decision on recorded or attested rows."""
    return is_attested.ifelse(int(Basis.ATTESTED), int(Basis.RECORDED))
