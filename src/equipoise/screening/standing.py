"""Where a patient stands when every criterion has its effect: dead or not, eligible or not, and on which list.

The one place that says it. Screening counts in SQL and asks here by a table of all cases; whoever judges one subject
asks directly. Which effect a criterion has is `criteria.truth.effect_of`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

DECEASED = "deceased"
"""What blocks somebody who is dead, beside the criteria."""


class Status(StrEnum):
    """What all verdicts of a patient come to."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


def status_of(*, is_deceased: bool, is_blocked: bool, passes_all: bool) -> Status:
    """
    The status of a patient.

    `is_blocked`: some criterion blocks. `passes_all`: as many criteria pass as the version has; counted, never inferred
    from nothing being open, so that a verdict that is missing makes nobody eligible.
    """
    if is_deceased or is_blocked:
        return Status.INELIGIBLE
    return Status.ELIGIBLE if passes_all else Status.UNDETERMINED


def is_dead_on(patient: Mapping[str, Any], as_of: date) -> bool:
    """
    Whether a death is recorded that may lie on or before a day: nobody is approached on a "perhaps".

    `patient` is a row of the canonical table `patients`.
    """
    first = patient["death_lower"]
    return patient["is_deceased"] is True and (first is None or first <= as_of)
