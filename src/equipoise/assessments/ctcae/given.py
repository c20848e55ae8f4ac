"""What is reported of a result that is to be graded. Shapes only; what it means is `grading`'s."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

import numpy.typing as npt

from equipoise.assessments.ctcae.model import BaselineRange
from equipoise.assessments.ctcae.results import Number


@dataclass(frozen=True)
class Given:
    """
    What was reported of one result.

    Parameters
    ----------
    value
        The result. A text may be an interval ("<0.2"), a float counts as its shortest decimal.
    unit
        As spelled in the source; where a version prints a limit for several units, the one of the unit reported
        counts. Not needed when the rule has only multiples.
    lower_limit, upper_limit
        Normal range of the laboratory that reported it. [unit of the result]
    baseline, baseline_unit
        The baseline, for results after it. [unit of the result, unless said otherwise]
    baseline_lower_limit, baseline_upper_limit
        Normal range of the baseline when it differs from that of the result. [unit of the baseline]
    baseline_range
        Where the laboratory says that the baseline stood; goes before its comparison with limits.
    is_baseline
        The result is the baseline, or before it: it is graded by the normal limits alone.
    is_symptomatic, is_on_anticoagulant
        What the words of some terms ask about the person; None is read in the worse way, with a note.
    day, record
        Kept as evidence.
    """

    value: Number | None
    unit: str | None = None
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    baseline: Number | None = None
    baseline_unit: str | None = None
    baseline_lower_limit: Number | None = None
    baseline_upper_limit: Number | None = None
    baseline_range: BaselineRange | None = None
    is_baseline: bool = False
    is_symptomatic: bool | None = None
    is_on_anticoagulant: bool | None = None
    day: date | None = None
    record: str | None = None


class BesideValue(TypedDict, total=False):
    """The fields of `Given` beside the value, as keywords."""

    unit: str | None
    lower_limit: Number | None
    upper_limit: Number | None
    baseline: Number | None
    baseline_unit: str | None
    baseline_lower_limit: Number | None
    baseline_upper_limit: Number | None
    baseline_range: BaselineRange | None
    is_baseline: bool
    is_symptomatic: bool | None
    is_on_anticoagulant: bool | None
    day: date | None
    record: str | None


class BesideValues(TypedDict, total=False):
    """The same beside many values: one for each of them, or one for all, NaN where one is missing."""

    unit: str | None
    lower_limit: npt.ArrayLike | None
    upper_limit: npt.ArrayLike | None
    baseline: npt.ArrayLike | None
    baseline_lower_limit: npt.ArrayLike | None
    baseline_upper_limit: npt.ArrayLike | None
    is_baseline: npt.ArrayLike
    is_symptomatic: bool | None
    is_on_anticoagulant: bool | None
