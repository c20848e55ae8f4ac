"""WHO grade of a gastroenteropancreatic neuroendocrine neoplasm from Ki-67 and mitoses.

Decides: the limits of the 2019 classification, that the higher index decides, and what poor differentiation makes of
a grade. Leaves to others: which specimen counts, and a grade that a pathologist reported.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import Measured, Number, amount_of, join

SOURCE = "WHO Classification of Tumours, Digestive System, 5th ed. 2019"
KI67_LIMITS = (Decimal(3), Decimal(20))
MITOSES_LIMITS = (Decimal(2), Decimal(20))


class Differentiation(StrEnum):
    """Differentiation as a pathologist reported it."""

    WELL = "well"
    POOR = "poor"


class Neoplasm(StrEnum):
    """Well-differentiated tumour or poorly differentiated carcinoma."""

    NET = "net"
    NEC = "nec"


@dataclass(frozen=True)
class WhoGrade:
    """
    Grade 1 to 3 and what the neoplasm is; a carcinoma is high grade by definition and shown as 3.

    `neoplasm` is None when differentiation was not reported and either may be true.
    """

    grade: int
    neoplasm: Neoplasm | None


def compute_who_grade(*, ki67_percent: Number | None, mitoses_per_2mm2: Number | None) -> int | None:
    """
    Grade by the higher of the two indices; by the one that is given when the other is None. [1 to 3]

    Ki-67 below 3 % or fewer than 2 mitoses in 2 mm2: 1; 3 to 20 % or 2 to 20: 2; above 20: 3 [1]_.

    References
    ----------
    .. [1] WHO Classification of Tumours Editorial Board. Digestive System Tumours. 5th ed. Lyon: IARC, 2019.

    Examples
    --------
    >>> compute_who_grade(ki67_percent=2, mitoses_per_2mm2=2)
    2
    """
    grades = []
    for value, (second, above) in ((ki67_percent, KI67_LIMITS), (mitoses_per_2mm2, MITOSES_LIMITS)):
        if value is not None:
            grades.append(3 if value > above else 2 if value >= second else 1)
    return max(grades, default=None)


def assess_who_grade(
    *,
    ki67: Measured | None,
    mitoses: Measured | None,
    differentiation: Differentiation | None,
    is_one_index_enough: bool,
) -> Answer[WhoGrade]:
    """
    Grade of one specimen.

    Parameters
    ----------
    ki67, mitoses
        Ki-67 labelling index in per cent (a bare fraction is refused: 0.2 may mean 20 % or 0.2 %), and mitoses
        in 2 mm2.
    differentiation
        None when it was not reported.
    is_one_index_enough
        Whether a missing index is passed over, as reports with Ki-67 alone are read in practice. When it is not, one
        index decides only if it gives grade 3, which nothing can raise.
    """
    present = {"ki-67": ki67, "mitoses-per-2mm2": mitoses}
    amounts = {name: amount_of(name, each) for name, each in present.items()}
    problems = [each for each in amounts.values() if isinstance(each, NotEvaluable)]
    known = {name: each for name, each in amounts.items() if isinstance(each, Fraction)}
    inputs = tuple(each.as_input() for each in present.values() if each is not None)
    if differentiation is not None:
        inputs = (*inputs, Input("tumour-differentiation", differentiation.value))
    grade = compute_who_grade(ki67_percent=known.get("ki-67"), mitoses_per_2mm2=known.get("mitoses-per-2mm2"))
    are_absent = all(each.why is Why.NEVER_MEASURED for each in problems)
    if grade is None or (problems and grade < 3 and not (is_one_index_enough and are_absent)):
        return join(problems)
    notes = tuple(f"{each.needs[0]} did not enter: {each.because}" for each in problems)
    return _with_differentiation(grade, differentiation, inputs, notes)


def _with_differentiation(
    grade: int, differentiation: Differentiation | None, inputs: tuple[Input, ...], notes: tuple[str, ...]
) -> Answer[WhoGrade]:
    if differentiation is Differentiation.POOR and grade < 3:
        because = "poorly differentiated, but the indices are those of a grade 1 or 2 tumour"
        return NotEvaluable(Why.CONFLICT, because, inputs, ("tumour-differentiation", "ki-67"))
    neoplasm = Neoplasm.NEC if differentiation is Differentiation.POOR else Neoplasm.NET
    if differentiation is None and grade == 3:
        notes = (*notes, "differentiation was not reported: NET G3 or carcinoma")
        return Assessed(WhoGrade(grade, None), inputs, SOURCE, notes)
    return Assessed(WhoGrade(grade, neoplasm), inputs, SOURCE, notes)
