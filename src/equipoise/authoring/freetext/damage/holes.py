"""Holes inside the words of one item: a comparison with nothing after it, a number or a limit that is gone.

A hole is told by two words that cannot stand side by side ("within of"), by a unit or a word for time without its
number, or by a quantity that is named and not compared. An end that is cut off is decided in `ends`.
"""

import re
from collections.abc import Iterator

from equipoise.authoring.freetext.damage.finding import Finding, hole_at
from equipoise.authoring.freetext.damage.words import (
    BARE_UNIT,
    COMPARING,
    NUMBER_WORD,
    NUMBERED,
    QUANTITY,
    QUANTITY_PHRASE,
    RATIO_UNIT,
    TIME,
    TIMES,
    UNIT,
    set_of_words,
    words_before,
)

_LIMIT = "the limit (a number, and its unit)"
_NUMBER = "a number"
_UNIT_ALONE = "a unit stands without a number before it"

_SIGN = re.compile(r"(?<![-=<>])(?<!<U\+[0-9A-F]{4})(?:[<>≤≥＜＞≦≧]\s?=?|=\s?[<>])(?!\s?[<>≤≥=]|U\+|/?[a-z]+\s?/?>)")
# What can be compared with; whatever else follows a sign, the limit is gone.
_COMPARABLE = re.compile(
    rf"\s*(?:/\s?=\s*|_)?(?:or\s?(?:equal|=|[<>≤≥]\s?=)|[~+±-]?\s?\.?[\d$]|(?!(?:or|and)\b)[A-Za-z]+\s?[<>≤≥]|\w+"
    rf" (?:grade|class|stage)\b"
    rf"|(?:{NUMBER_WORD}|the|an?|uln|lln|unl|upper|lower|normal|institution\w*|limit|grade|gr|class|stage|level|type"
    rf"|baseline|age|mean"
    r"|median|moderate\w*|mild|severe|minimal|first|second|third|double|triple|than|equal|to \d|(?!x\b)[ivx]+|[gtnm]\d"
    r"|nyha|ecog|asa|ctcae|nci|who)\b)",
    re.IGNORECASE,
)
_AFTER_WORDS = re.compile(
    rf"\b(?:{COMPARING}|(?:above|below|over|under|exceeds?|least|most)(?=\s(?:{TIME}\b|{UNIT})))(?: the)?"
    rf"(?=\s*(?:$|[),;\]]|\.(?!\s?\d)|{RATIO_UNIT}|{BARE_UNIT}|%|{TIMES}\b|(?:[x×]|times)\s?(?:the\s)?(?:ULN|LLN"
    rf"|upper)\b|(?:g|L|U|Gy)\s(?:per|of)\b"
    r"|(?:and(?!/or\b)|prior to|before enrol|before random|of (?:age|enrol|screening|random))\b(?! including)"
    r"|or\b(?!\s*(?:equal|=|greater|less|more|higher|lower|above|below|at\b|[<>≤≥]))))",
    re.IGNORECASE,
)
# Words that need something between them. The empty group of each alternative is the place of the hole. Case is
# kept, which makes the search twice as fast.
_PAIRS = re.compile(
    "|".join(
        (
            r"\b[Ww]ithin(?: the (?:last|past|previous|preceding|prior|next))?(?P<within>)\s?"
            r"(?=(?:of|prior to|before|after|following|from)\b|$|[.,;)])",
            r"\b[Bb]etween(?P<between>)\s(?=(?:and|to|or)\b)",
            rf"\b(?:[Bb]etween|[Ff]rom) \d[\d.,]{{0,12}}\s?(?:{TIME}|{UNIT})?\s?(?:and|to|-|–)(?P<range>)\s?"
            rf"(?=\s{TIME}\b|\s?{UNIT}|\s(?:of age|inclusive|at|of|in|for|on)\b|\s?\()",
            rf"\b\d[\d.,]{{0,12}}\s(?:to|or|and|-|–)(?P<upper>)\s(?={TIMES}\b|{RATIO_UNIT})",
            rf"\d\s?(?:{TIME}|{RATIO_UNIT}) (?:and|or|to)(?P<second>)\s(?:{TIMES}\b|{RATIO_UNIT})(?!\s?[<>≤≥=)])",
            r"\b(?:of(?! age)|[Aa]ged|(?<!of )[Aa]ge|[Aa]ges|(?<!equal )(?<!equals )to|than|score|level|count|value"
            r"|class)(?P<or_less>)\s(?=(?:or|and) (?:less|more|older|younger|greater|higher|lower|above|below|over"
            r"|under|fewer)\b(?! than))",
            r"\b(?:[Ss]core|index|grade|value|level|count|rate|clearance|fraction|INR|BMI|ECOG|dose|maximum|minimum|total"
            r"|limit|least|most|age|duration|period) of(?P<of>)\s?"
            r"(?=(?:in|at(?! least| most| or)|on|for|within|prior to|before|and|or)\b|$|[),;]|\.(?!\d))",
            rf"(?:\b[Aa]ged|\b[Aa]ges|^[Aa]ge)(?P<aged>)\s(?=(?:to|-|–)\s?\d|{TIMES}\b)",
            r"(?<=\d)\s[x×](?P<times>)(?=\s?(?:$|[),;.]|(?:and|or|for|in|unless|within|if)\b))",
            r"(?:\bof|\bthan|[<>≥≤]) ?(?:[Gg]rade|[Cc]lass|[Ss]tage)(?P<grade>)\s?(?=$|[.,;)])",
            r"(?<=\s)(?P<hyphen>)-(?=(?:day|week|month|year|hour)s?\b)",
        )
    )
)
_TIME_BEFORE = re.compile(
    rf"(?P<hole>(?<!\w)){TIMES}(?= (?:of age|old|ago)\b|,? (?:or|and) (?:older|younger|above|over)\b| (?:before"
    rf"|prior to|preceding"
    r"|after|following|of) (?:the |study |first |initial )?(?:enrol|screen|random|inclusion|entry|start|baseline"
    r"|surgery|visit|consent|dose|dosing|treatment|initiation|registration))",
    re.IGNORECASE,
)
_TIME_AFTER = re.compile(
    rf"\b(?:within|last|past|previous|preceding|prior|next|(?:period|duration|age|interval|minimum|maximum|total"
    rf"|course) of|aged?|between|every"
    rf"|up to)(?P<hole>)\s(?={TIMES}\b)|\b(?:for|in)(?P<for>)\s(?={TIMES} (?:before|prior|after|following)\b)",
    re.IGNORECASE,
)
_COUNTED_TIME = re.compile(
    rf"(?:\d|\b{NUMBER_WORD}|[)\]½]|\b(?:few|several|many|some|couple of|number of|consecutive|calendar|full|working"
    rf"|business"
    r"|completed|complete|gestational|additional|more|other|these|those|all|which|what|in|additional|and/or|recent"
    r"|menstrual|school|life|postmenstrual|corrected|first|last|next|light|drinking|non-?drinking|treatment|ULN|week"
    r"|days?|weeks|months|years)|[/-])\s?$",
    re.IGNORECASE,
)
_NUMBER_LAST = re.compile(rf"(?:\d|\b{NUMBER_WORD})$", re.IGNORECASE)
_OF_PREGNANCY = re.compile(rf"\s{TIMES} of (?:pregnancy|gestation|life)\b", re.IGNORECASE)

# A ratio of units stands behind a number wherever it stands behind anything but these words.
_RATIO_WITHOUT_NUMBER = re.compile(
    rf"(?<=[A-Za-z)+.,])(?<!\bin)(?<!\bas)(?<!\bper)\s(?={RATIO_UNIT})(?!{RATIO_UNIT}\s?[<>≤≥=:])"
)
_TORN_UNIT = re.compile(r"\d\s?(?:[A-Za-zµμ]+|x)$|\d[\d,.]{0,12}\s[\w+]+$")
_PERCENT_WITHOUT_NUMBER = re.compile(
    r"(?P<before>\b[A-Za-z]{2,}|\))(?P<hole>)\s?(?=%)(?!%\s?(?:pred|of pred|increase|decrease|change|reduction|[A-Z]"
    r"|[<>≤≥=:(]))"
)
_PERCENT_WORDS = set_of_words("the in as percent percentage minimal minimum per area fev1 fvc or")
_UNIT_WITHOUT_NUMBER = re.compile(
    rf"(?<=[A-Za-z)+])\s(?:of |is |was |are )?(?:{TIMES}\b|mm ?Hg\b|bpm\b|kg\b"
    r"|[x×]\s?(?:the\s)?(?:ULN|upper)|times (?:the )?(?:ULN|upper))(?!\s?[<>≤≥=:])"
)
_QUANTITY_LAST = re.compile(rf"\b{QUANTITY}(?: \([^()]{{1,25}}\))?(?: of| is| was| are)?$", re.IGNORECASE)
_TIMES_LIMIT = re.compile(r"(?P<hole>)(?<!\w)[x×]\s?(?:the )?(?:ULN|LLN|upper limit)\b", re.IGNORECASE)
_BARE_QUANTITY = re.compile(rf"(?:{QUANTITY_PHRASE}(?:\s?(?:,|/|and|or|,\s?and)\s?)?){{1,4}}\s?[.,;]?", re.IGNORECASE)
_BARE_TAIL = re.compile(
    rf"(?:\bwith(?: an?)?|\bdefined (?:as|by)|\bhav(?:e|ing) an?|\bhas an?|\bmust have(?: an?)?|\bas (?:follows"
    rf"|evidenced by|shown by)):?"
    rf" (?P<quantity>{QUANTITY_PHRASE})(?P<hole>)\s?[.;)]?$",
    re.IGNORECASE,
)

# Kind by kind, what a cheap look must find before the search is worth its time.
_HAS_WORDS = re.compile(r"than|least|most|equal to|minimum|maximum|exceed|above|below|over|under", re.IGNORECASE)


def find_holes(text: str) -> list[Finding]:
    """Marks of the holes in the words of one item."""
    findings: list[Finding] = []
    for search in (_after_comparisons, _pairs, _times, _quantities):
        findings += search(text)
    return findings


def _after_comparisons(text: str) -> Iterator[Finding]:
    for found in _SIGN.finditer(text):
        is_explained = text[found.start() - 1 : found.start()] in ("(", "[") and text[
            found.end() : found.end() + 1
        ] in (")", "]")
        if not is_explained and not _COMPARABLE.match(text, found.end()):  # "greater than (>) 450" is explained
            yield hole_at(
                found.start() + len(found[0].rstrip()), _LIMIT, f"nothing is compared by {found[0].strip()!r}"
            )
    if _HAS_WORDS.search(text):
        for found in _AFTER_WORDS.finditer(text):
            yield hole_at(found.end(), _LIMIT, f"nothing is compared by {found[0]!r}")


def _pairs(text: str) -> Iterator[Finding]:
    for found in _PAIRS.finditer(text):
        group = found.lastgroup or ""
        place = found.start(group)
        words = " ".join(text[max(0, found.start()) : found.end() + 12].split()[:5])
        yield hole_at(
            place, _NUMBER if group in ("range", "upper", "between") else _LIMIT, f"words are missing in {words!r}"
        )


def _times(text: str) -> Iterator[Finding]:
    for found in _TIME_BEFORE.finditer(text):
        if not _COUNTED_TIME.search(text[max(0, found.start() - 16) : found.start()]):
            yield hole_at(found.start(), _NUMBER, f"{found[0]!r} without their number")
    for found in _TIME_AFTER.finditer(text):
        place = found.start(found.lastgroup or "hole")
        is_counted = _NUMBER_LAST.search(words_before(text, found.start()))  # "the 6 previous months"
        if not is_counted and not _OF_PREGNANCY.match(text, found.end() - 1):
            yield hole_at(place, _NUMBER, f"{found[0].strip()!r} stands before a word for time without a number")


def _quantities(text: str) -> Iterator[Finding]:
    for found in _UNIT_WITHOUT_NUMBER.finditer(text):
        quantity = _QUANTITY_LAST.search(text[max(0, found.start() - 60) : found.start()])
        if quantity is not None and not NUMBERED.search(words_before(text, found.start() - len(quantity[0]))):
            yield hole_at(found.start(), "a comparison sign and a number", _UNIT_ALONE)
    if "/" in text:
        for found in _RATIO_WITHOUT_NUMBER.finditer(text):
            if not _TORN_UNIT.search(
                text[max(0, found.start() - 30) : found.start()]
            ):  # "8 g / dL", "200 CD4 cells/µL"
                yield hole_at(found.start(), "a comparison sign and a number", _UNIT_ALONE)
    if "%" in text:
        for found in _PERCENT_WITHOUT_NUMBER.finditer(text):
            if found["before"].lower() not in _PERCENT_WORDS:
                yield hole_at(found.start("hole"), _NUMBER, _UNIT_ALONE)
    for found in _TIMES_LIMIT.finditer(text):
        if not NUMBERED.search(words_before(text, found.start())):
            yield hole_at(found.start(), _NUMBER, f"{found[0]!r} without its number")
    if _BARE_QUANTITY.fullmatch(text):
        end = len(text.rstrip(" .,;"))
        yield hole_at(end, _LIMIT, "a quantity is named and not compared with anything")
        return
    if (tail := _BARE_TAIL.search(text)) is not None:
        yield hole_at(tail.start("hole"), _LIMIT, f"{tail['quantity']!r} is named last and not compared with anything")
