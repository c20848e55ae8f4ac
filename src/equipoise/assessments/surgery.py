"""What goes wrong after an operation: the grades of a complication, and death within 90 days.

Decides the order of the grades and when a death counts. What a form holds is `conduct`; whom an analysis counts is
`analysis.surgery`.

References
----------
.. [1] Dindo D, Demartines N, Clavien PA. Classification of surgical complications. Ann Surg 2004;240:205-213: grades
   I, II, IIIa, IIIb, IVa, IVb, V; the suffix "d" for a disability that remains.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

MORTALITY_DAYS = 90


class ClavienDindo(StrEnum):
    """Grades of a complication in their order."""

    I = "I"  # noqa: E741 - the grade's own name
    II = "II"
    IIIA = "IIIa"
    IIIB = "IIIb"
    IVA = "IVa"
    IVB = "IVb"
    V = "V"

    @property
    def rank(self) -> int:
        """Its place in the order; the worst is the highest."""
        return tuple(ClavienDindo).index(self)


GradeLimit = Literal["I", "II", "III", "IIIa", "IIIb", "IV", "IVa", "IVb", "V"]
"""A grade from which on a complication counts: III is IIIa or IIIb, IV is IVa or IVb."""
MAJOR: GradeLimit = "III"
"""From here on a complication needs an intervention, and is called major."""


def is_at_least(grade: ClavienDindo, limit: GradeLimit) -> bool:
    """Whether a grade is the limit or worse."""
    lowest = next(each for each in ClavienDindo if each.value in (limit, f"{limit}a"))
    return grade.rank >= lowest.rank


def died_within_90_days(operated_on: date, died_on: date | None, as_of: date) -> bool | None:
    """
    90-day mortality of one operation: death on day 0 to 90 after it; None while that is not known yet.

    Whoever is not known to be alive on day 90 is for the caller to tell: `as_of` is the last day on which the subject
    was known to be alive when there is no death. A death before the operation cannot be, and tells nothing.
    """
    last = operated_on + timedelta(days=MORTALITY_DAYS)
    if died_on is not None:
        return None if died_on < operated_on else died_on <= last
    return False if as_of >= last else None
