"""What has happened to one allocated subject, as plain facts: what calendar, gates and dose rules are computed from.

Shapes only. The office makes a history from the log; a simulation makes one from its own facts. Nothing here knows
events, roles or words of a log.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipoise.protocol.plan import ActivityKind


@dataclass(frozen=True)
class StepDone:
    """
    A step that was given or done, on its actual day.

    `amount` is what was given, in the unit of the course; `level` that of the plan to which it belongs (None: of no
    level). `entry` names the record it stands in.
    """

    step: str
    on: date
    amount: Decimal | None = None
    level: str | None = None
    was_released: bool = True
    entry: str = ""


@dataclass(frozen=True)
class ActivityDone:
    """An activity that took place. `activity` is None when only its kind is known, and then its day decides which."""

    kind: ActivityKind
    on: date
    activity: str | None = None
    concepts: frozenset[str] = frozenset()
    entry: str = ""


@dataclass(frozen=True)
class Decided:
    """The answer to a decision point; the latest counts."""

    decision: str
    option: str
    on: date
    entry: str = ""


@dataclass(frozen=True)
class History:
    """
    One subject from allocation on; facts in the order of their days.

    `stopped`: courses that were stopped for good, with the day; `treatment_over_on`: the day on which treatment as a
    whole ended or was discontinued; `left_on`: the day of death or of leaving the study, after which nothing is due.
    """

    arm: str
    randomised_on: date
    steps: tuple[StepDone, ...] = ()
    activities: tuple[ActivityDone, ...] = ()
    decisions: tuple[Decided, ...] = ()
    stopped: tuple[tuple[str, date], ...] = ()
    treatment_over_on: date | None = None
    left_on: date | None = None

    def done(self, step: str) -> StepDone | None:
        """A step as it was done; the first time when it is on record twice."""
        return next((each for each in self.steps if each.step == step), None)

    def given_of(self, steps: list[str]) -> tuple[StepDone, ...]:
        """What was done of these steps, by day."""
        return tuple(sorted((each for each in self.steps if each.step in steps), key=lambda each: each.on))

    def decided(self, decision: str) -> Decided | None:
        """The answer in force to a decision point."""
        return next((each for each in reversed(self.decisions) if each.decision == decision), None)
