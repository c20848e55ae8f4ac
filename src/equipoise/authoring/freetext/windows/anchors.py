"""Reads the event that a span of time counts from: enrolment, randomisation, the first treatment, surgery, or another.

It decides which words name the event and where they end. An event that the protocol does not plan (a stroke, a
discharge) is given as `other` with its words: what date it has, only the record or a person knows.
"""

import re
from dataclasses import dataclass

from equipoise.criteria.nodes import AS_OF

OTHER = "other"
_REACH = 90
_END = re.compile(
    r"[.;:()\[\]!?]|, |\b(?:and|or|with|without|unless|except|excluding|who|which|that|if|but|because|whichever|"
    r"is|are|was|were|may|must|should|will|has|have|had|not)\b"
)
_STUDY = r"(?:study|trial|protocol|research)"
_TREATED = (
    r"(?:drug|medication|treatment|therapy|vaccin\w+|agent|product|dos\w+|infusion|injection|administration|"
    r"intervention|device|procedure|surgery|operation)"
)
_BEGIN = r"(?:start\w*|beginning|begin|onset|initiati\w+|commenc\w+|outset)"
_WORDS_OF = {
    AS_OF: (
        r"enrol\w*",
        r"(?:pre-?)?screen(?:ing)?\b",
        r"sign(?:ing|ature)",
        r"(?:informed )?consent\w*",
        r"baseline|recruitment|registration|inclusion|eligibility|participat\w+",
        r"(?:visit (?:1|one)|v1)\b|(?:first|initial) visit",
        rf"(?:the |this |{_STUDY} )?(?:entry|entrance|entering)(?: (?:in|into|to|on) (?:the |this )?{_STUDY})?",
        rf"(?:the |this )?(?:present |current )?{_STUDY}(?:'s)? (?:start|inclusion|participation|begin\w*|initiation|"
        r"commencement|admission|visit|period)",
        rf"{_BEGIN} (?:of |in )?(?:the |this )?{_STUDY}(?! {_TREATED}|-)",
        rf"(?:the|this) (?:present |current )?{_STUDY}(?! {_TREATED}|-)",
        rf"{_STUDY}(?= *(?:[.,;)]|$))",
    ),
    "randomisation": (r"randomi[sz]\w*|allocation",),
    "cycle-1": (
        rf"(?:first|initial|1st) (?:{_STUDY} )?(?:day of |dose|dosing|{_TREATED}|day)",
        r"day (?:0|1|one|zero)\b|d1\b|c1d1|cycle (?:1|one)\b",
        rf"{_STUDY}[- ]{_TREATED}|investigational {_TREATED}|{_STUDY}-specific|imp\b",
        rf"(?:{_BEGIN}|receiving|receipt|administration) (?:of |with )?(?:the |this |their |any )?"
        rf"(?:(?:[a-z0-9/-]+ ){{0,3}}?{_TREATED}|[a-z0-9-]+)",
        r"(?:initiation|dosing|treatment|therapy|vaccination)\b",
    ),
    "surgery": (r"(?:index )?(?:surgery|surgical|operati\w+|procedure|intervention)", r"operative\b|procedur\w*"),
}
_ANCHORS = tuple(_WORDS_OF)
_HEAD = re.compile(
    "|".join(f"(?P<a{place}>(?<![a-z-])(?:{'|'.join(_WORDS_OF[name])}))" for place, name in enumerate(_ANCHORS))
)
_LED_IN = re.compile(
    r" ?(?:the |their |his |her |this |a |an |any |each |our |your )?(?:(?:planned|scheduled|expected|anticipated|"
    r"intended|actual|estimated|index|current|present|time|date|day|start|moment|point|initiation|onset|beginning|"
    r"first day|of|the|this|their|patient|patients|subject|subjects|study|being|is|are|to|in|on|at|into) )*"
)
_WORDS = re.compile(r" ?(?:(?:the|their|his|her|this|a|an|any) )?(?P<words>[^ ]+(?: [^ ]+){0,5})")
_EARLIER_EVENT = re.compile(
    r"\b(?:last|previous|prior|completion|complet\w+|end|most recent|discontinu\w+|stop\w*|final)\b"
)


@dataclass(frozen=True)
class Anchor:
    """The event, its words as they stand, and where they end; `is_past`: the words say that it lies behind."""

    id: str
    start: int
    end: int
    is_past: bool = False

    def words(self, text: str) -> str:
        return text[self.start : self.end]


def read_anchor(folded: str, at: int) -> Anchor | None:
    """The anchor that begins at an offset of folded text, behind its preposition; None when no words follow."""
    reach = folded[at : at + _REACH]
    head = _HEAD.search(reach)
    lead = _LED_IN.match(reach)
    skipped = lead.end() if lead else 0
    if head is not None and head.start() <= skipped:
        place = int((head.lastgroup or "a0")[1:])
        begin = at + len(reach) - len(reach.lstrip())
        return Anchor(_ANCHORS[place], min(begin, at + head.start()), at + head.end())
    stop = _END.search(reach)
    words = _WORDS.match(reach[: stop.start()] if stop else reach)
    if words is None or not words["words"].strip(" ,-"):
        return None
    start, end = at + words.start("words"), at + words.end("words")
    return Anchor(OTHER, start, end, is_past=bool(_EARLIER_EVENT.search(words["words"])))
