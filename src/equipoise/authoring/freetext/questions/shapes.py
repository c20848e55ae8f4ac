"""The shape of a rule by which a question to a person is found, and how far the question reaches."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from equipoise.authoring.freetext.mentions import AskedKind


class Reach(Enum):
    """How far a question reaches beyond the words that give it away."""

    WORDS = auto()  # those words alone: "clinically significant"
    CLAUSE = auto()  # its clause, from "who is able" to the next "and", comma or full stop
    REST = auto()  # from those words to the end of the sentence or bracket: "(Note: ...)"
    SENTENCE = auto()  # the whole sentence: "any condition that in the opinion of the investigator ..."


@dataclass(frozen=True)
class AskedRule:
    """`triggers`: the stems, one of which must begin a word of the text."""

    kind: AskedKind
    because: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    reach: Reach


def asked_rule(kind: AskedKind, because: str, triggers: str, pattern: str, reach: Reach = Reach.CLAUSE) -> AskedRule:
    """A rule; `triggers` parted by blanks, `pattern` for text in lower case."""
    return AskedRule(kind, because, tuple(triggers.split()), re.compile(pattern), reach)


STUDY = r"(?:study|studies|trial|trials|protocol|protocols|research)"
