"""What a gate answers: one action, and a line for each rule with its value, limit, day and what would unlock it.

Shapes only. An answer names its inputs and waits for a person: it authorises nothing. `gates` makes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What may be done with the next step, the strictest first."""

    STOP = "stop"
    HOLD = "hold"
    UNKNOWN = "unknown"
    REDUCE = "reduce"
    GIVE = "give"

    @property
    def is_open(self) -> bool:
        """Whether the step can be released."""
        return self in (Action.GIVE, Action.REDUCE)


def strictest(actions: Sequence[Action]) -> Action:
    """
    The one action that follows from several.

    What is certainly closed stays closed whatever is unknown beside it; what is unknown is never open.
    """
    order = list(Action)
    return min(actions, key=order.index, default=Action.GIVE)


@dataclass(frozen=True)
class Reading:
    """A record that a line rests on: value as reported with its unit, and its day (the first possible one)."""

    record_id: str | None
    code: str
    value: str
    unit: str | None
    on: date | None


@dataclass(frozen=True)
class GateLine:
    """
    One rule of a gate.

    Parameters
    ----------
    rule
        Its id: of a gate, of a dose table, or of what every step asks (`order`, `interval`, `consent`, `decision`).
    says
        The rule with its limit in words.
    found
        What was found, in one sentence with value, unit and day.
    unlock
        What would open it; empty when it is open.
    needs
        What is missing, when the action is unknown.
    """

    rule: str
    label: str
    action: Action
    says: str
    found: str
    unlock: str = ""
    needs: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    mark: str = ""
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for canonical JSON."""
        return {
            "rule": self.rule,
            "label": self.label,
            "action": self.action.value,
            "says": self.says,
            "found": self.found,
            "unlock": self.unlock,
            "needs": list(self.needs),
            "readings": [
                {
                    "record": each.record_id,
                    "code": each.code,
                    "value": each.value,
                    "unit": each.unit,
                    "on": None if each.on is None else each.on.isoformat(),
                }
                for each in self.readings
            ],
            "mark": self.mark,
            "source": self.source,
        }


@dataclass(frozen=True)
class GateAnswer:
    """
    What the gate of a step answers on a day.

    `level` and `amount` [in `unit`] are those at which the step may be given, None for an operation and for what may
    not be given. `shown` are values that gate nothing and are shown with it: cumulative doses.
    """

    subject: str
    step: str
    as_of: date
    action: Action
    lines: tuple[GateLine, ...]
    level: str | None = None
    amount: Decimal | None = None
    unit: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the step can be released."""
        return self.action.is_open

    @property
    def needs(self) -> tuple[str, ...]:
        """What is missing, each once."""
        return tuple(dict.fromkeys(need for line in self.lines for need in line.needs))

    @property
    def closing(self) -> tuple[GateLine, ...]:
        """The lines that keep it closed."""
        return tuple(line for line in self.lines if not line.action.is_open)

    def to_json(self) -> dict[str, Any]:
        """Plain data for canonical JSON."""
        return {
            "subject": self.subject,
            "step": self.step,
            "as_of": self.as_of.isoformat(),
            "action": self.action.value,
            "level": self.level,
            "amount": None if self.amount is None else str(self.amount),
            "unit": self.unit,
            "shown": dict(self.shown),
            "lines": [line.to_json() for line in self.lines],
        }
