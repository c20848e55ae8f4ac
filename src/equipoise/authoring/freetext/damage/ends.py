"""The two ends of one item: an end that hangs in the air, a beginning without a head.

Whether an odd beginning or end is the manner of the list (items that all begin in lower case, or all end in a comma)
is decided here from the items beside it. What follows under a parent or a colon is no end.
"""

import re
from dataclasses import dataclass

from equipoise.authoring.freetext.damage.finding import Finding
from equipoise.authoring.freetext.damage.words import RATIO_UNIT, set_of_words
from equipoise.authoring.model import DamageKind, Item, Splitting

_HANGING = set_of_words(
    """
    of with the a an from than by to for at on into between within during without including like that which who
    whom whose is are was were has have had been be being must should shall can cannot could would may might
    will their its his her our your no if unless except because while whereas although though since until when
    where per versus vs via and/or aged plus upon among amongst toward towards against through as but nor not
    either neither both such very too every each any e.g i.e eg ie least whether on these those
    """
)
_GLUE = frozenset({"and", "or", "and/or"})
_LEGAL_END = re.compile(
    r"\b(?:if any|(?:or|and|in|of|for) both|not\b.{0,80} either|may be|might be|can be|have been|need be|as such"
    r"|or not|(?:operated|based|worked|carried|put|called|follow(?:ed)?|later|early|so|decided|relied) on|if so"
    r"|as well as (?:it|they) (?:is|are)|(?:they|he|she|it) (?:is|are|was|were|has|have|had|may|might|can|cannot|must"
    r"|should|will|would)|(?:referred|adhered|agreed|consented|committed|assigned|allocated|randomi[sz]ed|limited"
    r"|up) to|(?:complied|dealt|begin|start|agree) with|(?:cared|accounted|looked) for|(?:aware|thought|taken care"
    r"|disposed) of|(?:suffer(?:s|ed|ing)?|withdrawn) from|(?:live|lived|stand) by|vitamin [a-z]|(?:hepatitis|type"
    r"|group|class|grade|stage|child[- ]pugh|arm|cohort|part|level|category|factor|influenza|protein|immunoglobulin"
    r"|apolipoprotein|form|bipolar|either|section|appendix|schedule|botulinum toxin|point|cyclosporin|mitomycin"
    r"|hemophilia|haemophilia) an?)$",
    re.IGNORECASE,
)
_TAIL_WORD = re.compile(r"(?:^|[\s(,;])(?P<word>[A-Za-z][A-Za-z/.]*)\s?[,.]?\s?$")
_CUT_SIGN = re.compile(r"(?P<sign>(?<=[A-Za-z])-|\s[-–—]|[/+&–—@~^*×]|\s=)\s?$")
_SAYS_NEGATIVE = re.compile(r"\S[*^~+]$|\b(?:HIV|HCV|HBV|ER|PR|PgR|Rh|Ph|EBV|HPV|HBsAg|HBeAg|RF|CCP)-$")

_CONNECTING = set_of_words(
    """
    or and of which that whose than by to with from as due because but unless except into during within at for
    on in before after prior if when while without until per via who whom between under through about older
    """
)
_NEVER_FIRST = set_of_words("of which that whose than by due because but nor until")
_PARTICIPLE = re.compile(
    r"(?:[a-z]+(?<!e)ed|shown|proven|given|taken|done|begun|found|made|seen|undergone|borne) (?:by|as|in|with|using|on"
    r"|at|from|according|to|per|via|for|within|and|or|during|after|before|prior|until|unless)\b"
)
_METHOD = re.compile(
    r"(?:calculated|measured|estimated|determined|defined|assessed|confirmed|evidenced|demonstrated|documented"
    r"|corrected|judged|evaluated|as (?:calculated|measured|determined|defined|assessed|evidenced|demonstrated"
    r"|documented|judged)) (?:by|as|using|from|according|on|with|in|per|via)\b"
)
_FIRST_WORD = re.compile(r"[a-z]+(?=[\s,;]|$)")
_CLOSES_FIRST = re.compile(
    rf"[),;:%](?!\))|[<>≤≥]\s?=?\s?\d[\d.,]{{0,12}}\s?(?:x\s?10\S*|[x×]\s?ULN|{RATIO_UNIT})", re.IGNORECASE
)
_OLDER = re.compile(r"(?:years?|months?|weeks?|days?)\b(?! \w+ range|,)(?= (?:of age|old|before|prior|after|and|or)\b)")
_FEW = 4  # so few items beside one tell no manner, and so few words may be a whole entry in a careless hand


@dataclass(frozen=True)
class Manner:
    """How the items beside one are written; shares from 0 to 1, of `count` items."""

    count: int
    upper: float
    connecting: float
    comma: float
    glue: float
    full_stop: float


def find_manners(splitting: Splitting) -> dict[tuple[object, int | None], Manner]:
    """The manner of each group of items that stand side by side: of one kind, under one parent."""
    groups: dict[tuple[object, int | None], list[str]] = {}
    for item in splitting.items:
        if item.text:
            groups.setdefault((item.kind, item.parent), []).append(item.text)
    return {key: _manner(texts) for key, texts in groups.items()}


def _manner(texts: list[str]) -> Manner:
    count = len(texts)
    return Manner(
        count,
        upper=sum(not text[0].islower() or _is_name(text) for text in texts) / count,
        connecting=sum(text.split(None, 1)[0] in _CONNECTING for text in texts) / count,
        comma=sum(text.endswith(",") for text in texts) / count,
        glue=sum(_last_word(text) in _GLUE for text in texts) / count,
        full_stop=sum(text.endswith((".", ";")) for text in texts) / count,
    )


def _last_word(text: str) -> str:
    found = _TAIL_WORD.search(text[-24:])
    return found["word"].rstrip(".").lower() if found else ""


def _is_name(text: str) -> bool:
    """A first word such as eGFR, pH, p53 or hCG is written so wherever it stands."""
    return not text.split(None, 1)[0].rstrip(".,;:()").islower() or not _FIRST_WORD.match(text)


def find_cut_end(item: Item, manner: Manner, *, left: int, is_followed: bool) -> list[Finding]:
    """The mark of an end that hangs in the air.

    `left`: how many entries of its kind follow; `is_followed`: entries under this one complete it.
    """
    text = item.text.rstrip()
    if is_followed or not text:
        return []
    if text.endswith(":"):
        return [_cut(text, "what was listed here", "a colon and nothing after it")] if not left else []
    if (found := _CUT_SIGN.search(text)) and not _SAYS_NEGATIVE.search(text):
        return [_cut(text, "the rest of the sentence", f"it ends in {found['sign'].strip()!r}", words=1)]
    if text.endswith(","):
        is_odd = manner.comma * manner.count < 1.5 and manner.full_stop >= 0.8 and manner.count > _FEW
        if is_odd and _last_word(text) not in _HANGING | _GLUE:
            return [_cut(text, "the rest of the sentence", "it ends in a comma, unlike the items beside it")]
    return _cut_word(text, manner, left)


def _cut_word(text: str, manner: Manner, left: int) -> list[Finding]:
    word = _last_word(text)
    printed = _TAIL_WORD.search(text[-24:])
    if word in _GLUE:
        # "…; or" joins the items of a list, and so does a bare "and" in which others end too.
        is_joint = re.search(r";\s?(?:and|or|and/or)[,.;]?$", text, re.IGNORECASE) or manner.glue * manner.count > 1.5
        is_joint = is_joint or (left == 1 and text.rstrip(" .").removesuffix(word).rstrip().endswith(","))
        is_joint = is_joint or (printed is not None and printed["word"].isupper())
        return [] if is_joint and left else [_cut(text, "the rest of the sentence", f"it ends in {word!r}")]
    if word not in _HANGING or printed is None or _LEGAL_END.search(text.rstrip(" .,")):
        return []
    if printed["word"] != word and len(text) > 2 and (printed["word"].isupper() or word in {"a", "who", "is"}):
        return []  # "hepatitis A", "as classified by WHO"
    return [_cut(text, "the rest of the sentence", f"it ends in {word!r}")]


def _cut(text: str, lost: str, because: str, words: int = 2) -> Finding:
    after = " ".join(text.split()[-words:])
    return Finding(DamageKind.TEXT_LOST, len(text), len(text), lost=lost, because=because, after=after)


def find_lost_head(item: Item, manner: Manner, before: str) -> list[Finding]:
    """The mark of a beginning without a head; `before` is the text of the item before it."""
    text = item.text
    if not text:
        return []
    if _CLOSES_FIRST.match(text):
        return [_headless(DamageKind.LINE_LOST, f"it begins with {text.split()[0]!r}")]
    if _OLDER.match(text):
        return [_headless(DamageKind.TEXT_LOST, "it begins with a word for time without a number")]
    if not text[0].islower() or _is_name(text) or before.endswith((":", ",")):
        return []
    words = " ".join(text.split()[:2])
    others_upper = (manner.upper * manner.count) / (manner.count - 1) if manner.count > 1 else 0.0
    if _METHOD.match(text) and (others_upper >= 0.6 or text.startswith(("calculated", "as "))):
        return [_headless(DamageKind.LINE_LOST, f"{words!r} begins in the middle of a sentence")]
    first = text.split(None, 1)[0].rstrip(",;")
    if first in _NEVER_FIRST and manner.count > _FEW and others_upper >= 0.5 and _last_word(before) not in _GLUE:
        return [_headless(DamageKind.LINE_LOST, f"{words!r} begins in the middle of a sentence")]
    if manner.count <= _FEW or others_upper < 0.9 or _last_word(before) in _GLUE:
        return []
    if (first in _CONNECTING and manner.connecting * manner.count < 1.5) or _PARTICIPLE.match(text):
        return [_headless(DamageKind.LINE_LOST, f"{words!r} begins in the middle of a sentence")]
    if manner.count > _FEW + 1 and others_upper > 0.99 and len(text.split()) >= _FEW:
        return [_headless(DamageKind.FRAGMENT, "it begins in lower case, unlike every item beside it")]
    return []


def _headless(kind: DamageKind, because: str) -> Finding:
    return Finding(kind, 0, 0, lost="the beginning of the sentence", because=because, after="")
