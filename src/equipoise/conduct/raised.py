"""What the program raises when something is recorded: a deviation, a query, a notice. Nothing is refused for it.

Shapes only. `forms` raise them from what was entered, the office from releases and states. A person classes and
explains a deviation, answers a query and acknowledges a notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
    """One of them; `code` is a fixed word for lists and counts, `words` one sentence for people."""

    kind: RaisedKind
    code: str
    words: str

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "code": self.code, "words": self.words}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Raised":
        return cls(RaisedKind(content["kind"]), content["code"], content["words"])


def deviation(code: str, words: str) -> Raised:
    return Raised(RaisedKind.DEVIATION, code, words)


def query(code: str, words: str) -> Raised:
    return Raised(RaisedKind.QUERY, code, words)


def notice(code: str, words: str) -> Raised:
    return Raised(RaisedKind.NOTICE, code, words)
