"""The vocabulary of time: numbers in words, units, what may stand before a duration and what may follow it.

Patterns only; `windows` decides what they mean together. All patterns read text that `fold` has put in lower case,
character for character, so that their offsets are those of the text.
"""

import re
from decimal import Decimal

from equipoise.authoring.freetext.comparisons.numbers import NUMBER_WORDS, ONES, TENS

_VALUES = {word: number for word, number in NUMBER_WORDS.items() if number and "-" not in word}
_VALUES |= {"a": 1, "an": 1, "hundred": 100}
_SAME_WIDTH = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
)
_SAME_WIDTH |= str.maketrans(
    {"’": "'", "‘": "'", "\n": " ", "\t": " ", "\r": " ", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤"}
)


def fold(text: str) -> str:
    """Lower case, one kind of space, hyphen and apostrophe; every character keeps its place."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered if lowered.isascii() and lowered.isprintable() else lowered.translate(_SAME_WIDTH)


def number_of(words: str) -> Decimal:
    """The number that digits or number words mean: `6`, `six`, `twenty-four`."""
    if words[0].isdigit():
        return Decimal(words)
    return Decimal(sum(_VALUES[word] for word in re.split(r"[ -]+", words)))


_TENS_WORD = "|".join(TENS)
_SMALL = "|".join(word for word in _VALUES if word not in TENS)
_ONES_WORD = "|".join(ONES)
_NUMBER = (
    r"(?:[0-9]{1,4}(?:\.[0-9]{1,2})?|"
    rf"(?:(?:{_TENS_WORD})(?:[ -](?:{_ONES_WORD})|(?![ -](?:{_ONES_WORD})\b))|{_SMALL})\b)"
)
_UNIT = r"half[ -]?li(?:fe|ves)|days?|weeks?|months?|years?|hours?|minutes?|wks?|mos?|mths?|yrs?|hrs?|mins?|[dh]"
_UNIT_END = r"(?:\(s\))?(?![\w^]|-[0-9]|/ ?(?![0-9 ]))"
_RECENT = r"last|past|previous|preceding|prior|recent|latest|foregoing"
_AHEAD = r"next|following|coming|upcoming|subsequent"

HAS_UNIT = re.compile(
    r"(?:day|week|month|year|hour|minute|wk|mo|mth|yr|hr|min|[0-9]-?d|[0-9]-?h|[0-9] [dh])s?\b|half[ -]?li"
)

DURATION = re.compile(
    rf"(?<![\w^])(?<![0-9][.,/])(?:(?:(?P<between>between|from) (?:the )?)?"
    rf"(?P<low>{_NUMBER})(?:[ -]?(?P<low_unit>{_UNIT})(?![\w^]))? ?"
    r"(?:-|to\b|(?(between)and\b|(?(low_unit)(?!)|or\b))) ?)?"
    rf"(?P<number>{_NUMBER})(?: ?\((?P<again>{_NUMBER})\))?(?: or (?P<or_more>more|longer|greater|fewer|less))?"
    rf"(?P<gap>[ -]{{0,2}})(?:(?P<kind>{_RECENT}|consecutive|calendar|full|complete|whole|continuous)[ -])?"
    rf"(?P<unit>{_UNIT}){_UNIT_END}"
)
"""A number with a unit of time; `low` when it is the end of a range, `again` when the number is printed twice."""

SINGLE = re.compile(rf"\b(?P<unit>week|month|year|hour){_UNIT_END}")
"""A unit without a number: one of them, when "the last" or "the ... before" stands around it."""

AT_LEAST = (
    r"at ?least|≥|> ?/? ?=|= ?>|(?:a )?minimum(?: of)?|min\.?|(?:no|not) (?:less|fewer|shorter) than|"
    r"(?:greater|more|longer) than or equal (?:to|with)|equal to or (?:greater|more|longer) than"
)
MORE_THAN = r"(?:more|greater|longer) than|>|over|exceed(?:s|ing)?|in excess of|beyond"
AT_MOST = (
    r"≤|< ?/? ?=|= ?<|up to|at (?:the )?most|(?:no|not) (?:more|longer|greater) than|(?:a )?maximum(?: of)?|max\.?|"
    r"(?:less|fewer|shorter) than or equal (?:to|with)|equal to or (?:less|fewer|shorter) than"
)
LESS_THAN = r"(?:less|fewer|shorter) than|<|under"

LEAD = re.compile(
    r"(?:(?<![\w-])(?P<place>within|inside|with|in|during|for|since|throughout|over(?= at least| a period| the)|"
    r"last(?:s|ed|ing)?(?= (?:at|for|more|longer|less|over|up|about)|[ ]?[<>≥≤])(?: for)?|"
    r"(?:a )?(?:duration|period) of) ?(?:(?:a|the) (?:period|time) of )?)?"
    rf"(?:(?P<at_least>(?<!\w)(?:{AT_LEAST}))|(?P<at_most>(?<!\w)(?:{AT_MOST}))|(?P<more_than>(?<!\w)(?:{MORE_THAN}))|"
    rf"(?P<less_than>(?<!\w)(?:{LESS_THAN}))|(?P<about>(?<!\w)(?:approximately|approx\.?|about|around|~))|"
    rf"(?P<equal>=))?"
    r" ?(?P<the>(?:(?<!\w)(?:the|a|an|their|his|her|this) )?)(?:(?:very|immediate(?:ly)?|most) )?"
    rf"(?:(?<!\w)(?:(?P<recent>{_RECENT})|(?P<ahead>{_AHEAD})|(?P<first>first|initial)) )?(?:the )?"
)
"""What stands before a duration and reaches to it; it always matches, perhaps nothing."""

LEAD_WORD = re.compile(r"\w+|[^\w\s]")

_WHICHEVER = r"(?:[ ,(]*(?:whichever|whatever) (?:is|was|comes|occurs)(?: the)? [a-z]+\)?,?)?"
TAIL = re.compile(
    rf"{_WHICHEVER}['\]) ,]*(?:(?:or|and) (?P<or_more>more|longer|greater|over|less|shorter|fewer|above)\)?,? ?)?"
    r"(?:\([^()]{0,40}\) ?(?=before|prior|preceding|after|following|of\b))?"
    r"(?:(?:period|window|interval|time) )?"
    r"(?:(?:(?:must |should )?(?:ha(?:ve|s) )?(?:elapsed|passed)|immediately|directly|just|shortly) )?"
    r"(?:(?P<before>(?:before|prior|previous(?:ly)?|preceding|ahead of|in advance of|leading up to)"
    r"(?: to)?(?![\w-])|"
    r"pre(?:-| )?(?=op|proc|dos|treat|surg|enrol|study|random|screen|vacc|interv|transp|implant|inclu|base|admi))|"
    r"(?P<ago>(?:ago|earlier|beforehand|back|previously)(?![\w-]))|"
    r"(?P<after>(?:after|following|later|thereafter|post(?=[- ])|postpartum|post(?=[a-z]))[ -]?)|"
    r"(?P<since>since(?!\w))|(?P<from>from(?!\w))|(?P<of>of(?!\w))|"
    r"(?P<off>off (?:drug|treatment|therapy|medication)|without(?: an?y?)? [a-z]+|free of)|"
    r"(?P<duration>(?:in |of )?duration|history|wash-?out)(?!\w)|"
    r"(?P<study>(?:study|trial|treatment|training|follow-?up|observation)(?: period| phase)?(?!\w)))?"
)
"""What follows a duration; it always matches, perhaps nothing."""

NOT_A_WINDOW_AFTER = re.compile(
    r"['-]? ?-?(?:of age|old(?!\w)|olds|age(?!\w)|aged|younger|of gestation|gestation|of life(?!\w)|of pregnancy|"
    r"pregnan|apart|a (?:day|week|month|year)|per (?:day|week|month|year)|each|daily|weekly|"
    r"(?:[a-z]+ )?(?:of )?corrected|"
    r"(?:\([^)]{0,20}\) )?(?:of age|old(?!\w)))"
)
"""Ages, lengths of a pregnancy and intervals between two measurements are numbers for comparisons, not windows."""

NOT_A_WINDOW_BEFORE = re.compile(
    r"(?:\b(?:life[ -]expectanc\w+|expectancy of life|survival|survive|prognosis|lifespan)\b[^.;]{0,40}|"
    r"\b(?:gestation(?:al(?: age)?)?|ga|postmenstrual age|prematurity|premature|preterm|uter(?:us|ine) size)\b"
    r"(?! or| and)[^.;,\w]{0,4}(?:(?:of|is|was|between|from|at|period|must|be|birth|delivery|less|more|than) ?){0,3})$"
)
"""The words that make the number before which they stand a length of pregnancy or an expectation of life."""

AGE_BEFORE = re.compile(r"\bage[sd]?\b(?! ?-?related| ?-?appropriate)[^.;,()]{0,24}$")

COUNTED_BEFORE = re.compile(
    r"\b(?:every|each|per|once|twice|times|q|doses?|separated by|apart|visit|week|month|day|year|grade|phase|"
    r"cycle length)[ :-]*$"
)
"""Directly before a number: a frequency, or the number of something else."""

AGED_BEFORE = re.compile(
    r"(?:\b(?:age[sd]?|older|younger|between)\b[^.;]{0,60}|\b(?:under|over) |\b(?:adults?|child(?:ren)?|infants?|"
    r"patients?|subjects?|participants?|males?|females?|men|women|boys|girls|persons?|people|individuals?|volunteers?)\b[^.;,]{0,12}|^\W*)$"
)
"""Where years that only have a limit are the age of a person."""

FUTURE_BEFORE = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|schedul\w+|expect\w*|anticipat\w+|intend\w*|will|going to|candidates? for|likely to|"
    r"foreseen|awaiting|waiting)\b[^.;]{0,80}$"
)
"""A thing still to come: the same words then point ahead, not back."""

STABLE_BEFORE = re.compile(r"\b(?:stable|unchanged|constant|maintained|fixed|steady)\b[^.;]{0,50}$")
