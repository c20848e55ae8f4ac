"""What the program raises when something is recorded: a deviation, a query, a notice. Nothing is refused for it.

Shapes only. `forms` raise them from what was entered, the office from releases and states. A person classes and
explains a deviation, answers a query and acknowledges a notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from equipoise.protocol.deviations import DeviationClass


class RaisedKind(StrEnum):
    """What kind of attention is asked for."""

    DEVIATION = "deviation"
    """Something was not done as the protocol says."""
    QUERY = "query"
    """Something may have been written down wrongly."""
    NOTICE = "notice"
    """Somebody has to know at once: a serious adverse event, a stopping rule."""


@dataclass(frozen=True)
class Raised:
    """
    One of them; `code` is a fixed word for lists and counts, `words` one sentence for people.

    `severity`: of a deviation that a person reported, as they class it; what the program raises has none.
    """

    kind: RaisedKind
    code: str
    words: str
    severity: DeviationClass | None = None

    def to_json(self) -> dict[str, str]:
        told = {"kind": self.kind.value, "code": self.code, "words": self.words}
        return told if self.severity is None else {**told, "severity": self.severity.value}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Raised":
        severity = content.get("severity")
        classed = None if severity is None else DeviationClass(severity)
        return cls(RaisedKind(content["kind"]), content["code"], content["words"], classed)


def deviation(code: str, words: str) -> Raised:
    return Raised(RaisedKind.DEVIATION, code, words)


def query(code: str, words: str) -> Raised:
    return Raised(RaisedKind.QUERY, code, words)


def notice(code: str, words: str) -> Raised:
    return Raised(RaisedKind.NOTICE, code, words)
