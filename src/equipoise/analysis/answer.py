"""What a method gives when there is nothing to estimate: a reason, in place of a number.

Shapes only. Data that can occur (an arm with nobody, no event, everybody censored) end here; wrong use of a method is
an error.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class NotEstimable:
    """
    No number can be given, and why, in a sentence for people.

    It is false, so that `result or …` never takes it for a number.
    """

    reason: str

    def __bool__(self) -> bool:
        return False


class IntervalType(StrEnum):
    """How an interval was made; it is printed wherever the interval is."""

    LOG_LOG = "log-log"
    LOG = "log"
    PLAIN = "plain"
    WALD = "wald"
    PROFILE = "profile"
    CLOPPER_PEARSON = "clopper-pearson"
    WILSON = "wilson"
    NEWCOMBE = "newcombe"
    MIETTINEN_NURMINEN = "miettinen-nurminen"


@dataclass(frozen=True)
class Interval:
    """A confidence interval; a bound that is not reached is None."""

    low: float | None
    high: float | None
    level: float
    type: IntervalType
