"""How one word of eligibility text looks: its bare form, its letters, how it ends, what class of word it is.

Decides nothing about boundaries; that is left to `boundaries`. The classes are general English, told by short lists and
by endings, since no dictionary is at hand: a wrong class costs little, because the weights were learned with it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

OPENING = "([{\"'“‘*"
CLOSING = "()[]{}.,;:\"'“”‘’*"
_LIST_NUMBER = re.compile(r"\(?\d{1,2}[.)]\)?")
_LIST_LETTER = re.compile(r"\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)]")
_NO_LETTER = re.compile(r"[^A-Za-z0-9]")
_COMPARES = re.compile(r"[<>=≥≤≧≦]")
_ROMAN = re.compile(r"[IVX]+(?:[-–/][IVX]+)?[a-c]?")
_DIGITS, _LOWS, _HIGHS = re.compile(r"\d+"), re.compile(r"[a-z]+"), re.compile(r"[A-Z]{2,}")
LONGEST_OUTLINE = 7
# Words that can be the verb of a whole sentence: "is", not "being".
_FINITE_WORDS = """is are was were will must should may can has have cannot would could shall does do"""
_FINITE = frozenset(_FINITE_WORDS.split())

_CLASS_WORDS = {
    "preposition": """of in to for with by from at on within during without between under over into via per including
        include includes through against about above below toward towards upon across among after before since prior
        despite due until unless except versus vs than as like such according regarding excluding""",
    "conjunction": """and or but nor and/or & + plus either both neither if when while because where whether who whom
        which that whose whenever although""",
    "determiner": """the a an this these those any each every all some his her their its another other no not same such
        one two three four""",
    "auxiliary": """is are was were be been being has have had may might can could will would should must do does did
        cannot shall""",
    "verb": """requires require required receive receives received undergo undergoing taking take takes agree agrees
        defined known diagnosed treated scheduled planned planning undergone requiring receiving using used meets meet
        provide provides sign signs understand need needs wish""",
    "adjective": """severe active acute chronic current previous recent significant major minor serious clinical
        positive negative high low abnormal normal stable unstable adequate inadequate concomitant concurrent
        uncontrolled newly written informed pregnant primary secondary systemic moderate mild new non clinically
        additional able unable willing unwilling diabetic cardiac renal hepatic liver heart blood left right upper
        lower least more less very greater equal multiple single different specific general long short oral
        intravenous elective""",
    "name": """english french german spanish dutch danish chinese japanese italian portuguese arabic korean swedish thai
        hindi american european african asian caucasian hispanic canadian hodgkin hodgkin's crohn crohn's paget paget's
        parkinson parkinson's alzheimer alzheimer's western child child-pugh karnofsky glasgow apgar hamilton beck
        mallampati cushing cushing's graves graves' raynaud's sjogren's addison's down marfan marfan's wolff
        parkinson-white york heart association society anesthesiologists anesthesiology college rheumatology eastern
        cooperative oncology group world health organization international national institute institutes cancer common
        terminology criteria rutherford kellgren lawrence kellgren-lawrence michigan montgomery mini mini-mental
        gleason visual modified diagnostic statistical manual mental disorders""",
    "person": """patients patient subjects subject participants participant women men children individuals persons
        adults people males females male female infants volunteers woman man person adult child""",
    "unit": """years year months month weeks week days day hours hour mg kg g/dl mg/dl mmhg ml/min mm cm ml uln % age
        old""",
}
_CLASS_ENDINGS = {
    "adverb": "ly",
    "adjective": "al ic ive ous able ible ary oid ant ent ular",
    "noun": """tion sion ment ity ness ia itis osis oma emia ence ance ism sis ure gy phy py ncy cy ectomy tomy asty age
        ery ship""",
    "gerund": "ing",
    "participle": "ed",
    "plural": "s",
}
_ENDINGS = tuple((kind, tuple(endings.split())) for kind, endings in _CLASS_ENDINGS.items())
_CLASS_OF = {word: kind for kind, words in reversed(_CLASS_WORDS.items()) for word in words.split()}


class WordLook(NamedTuple):
    """
    What is seen of one word.

    `bare`: lower case, without marks around it. `shape`: low, Cap, UP, One (a single capital), mix, number and letter
    (of a list), digit, sign, bullet, mark. `end`: its last mark, `a` for a letter, `9` for a digit. `pause`: the end
    made coarse. `case`: the shape made coarse. `kind`: the class of word. `depth`: brackets
    it opens less those it closes. `outline`: its first signs, digits and letters made coarse. `opens`: a bracket stands
    before it. `compares`, `counts`, `is_finite`: it holds a sign of comparison, holds a digit, can be the verb of a
    sentence. `rear`, `front`: all that counts of its type when it stands before a gap, or after one.
    """

    bare: str
    shape: str
    end: str
    pause: str
    case: str
    kind: str
    last3: str
    depth: int
    outline: str
    opens: bool
    compares: bool
    counts: bool
    is_finite: bool
    rear: str
    front: str


@lru_cache(maxsize=1 << 15)
def look_at(word: str) -> WordLook:
    """
    Describe a word.

    Parameters
    ----------
    word
        Characters between two blanks; not empty.
    """
    bare = word.strip(CLOSING).lower() or word
    shape = _shape(word)
    end = _end(word)
    kind = _kind(bare, shape, word)
    mark = end.lstrip(")")
    return WordLook(
        bare=bare,
        shape=shape,
        end=end,
        pause=mark if mark in (".", ",", ";", ":") else "-",
        case=_CASES.get(shape, "o"),
        kind=kind,
        last3=bare[-3:],
        depth=word.count("(") + word.count("[") - word.count(")") - word.count("]"),
        outline=_outline(word),
        opens=word[0] in "([",
        compares=_COMPARES.search(word) is not None,
        counts=_DIGITS.search(word) is not None,
        is_finite=bare in _FINITE,
        rear=f"{end} {kind}",
        front=f"{shape} {kind}",
    )


def _outline(word: str) -> str:
    return _DIGITS.sub("9", _LOWS.sub("a", _HIGHS.sub("AA", word)))[:LONGEST_OUTLINE]


_CASES = {"low": "l", "mix": "l", "Cap": "C", "UP": "C", "One": "C", "number": "n", "letter": "n"}


def _shape(word: str) -> str:
    if _LIST_NUMBER.fullmatch(word):
        return "number"
    if _LIST_LETTER.fullmatch(word):
        return "letter"
    inner = word.lstrip(OPENING)
    if not inner:
        return "mark"
    first = inner[0]
    if first.isdigit():
        return "digit"
    if first.isalpha():
        return _shape_of_letters(inner)
    if first in "<>≤≥=±":
        return "sign"
    return "bullet" if first in "-–—•·*►" else "mark"


def _shape_of_letters(inner: str) -> str:
    letters = _NO_LETTER.sub("", inner)
    high = sum(not letter.islower() for letter in letters)
    if not inner[0].isupper():
        return "mix" if high else "low"
    if len(letters) == 1:
        return "One"
    return "UP" if high >= 2 else "Cap"


def _end(word: str) -> str:
    # "Ki- Ability": a hyphen at the end of a word shows that the rest was lost, and ends nothing.
    last = word[-2] if word[-1] == "-" and len(word) > 1 else word[-1]
    if last in ")]}":
        return ")"
    if last in ".,;:" and len(word) > 1 and word[-2] in ")]":
        return ")" + last
    if last in ".,;:?!-/%":
        return last
    if last.isdigit():
        return "9"
    return "a" if last.isalpha() else "?"


def _kind(bare: str, shape: str, word: str) -> str:
    known = _CLASS_OF.get(bare)
    if known:
        return known
    if shape in ("UP", "One", "mix"):
        return "roman" if _ROMAN.fullmatch(word.strip(CLOSING)) else "UP"
    if shape not in ("low", "Cap"):
        return shape
    for kind, endings in _ENDINGS:
        if any(len(bare) > len(ending) + 2 and bare.endswith(ending) for ending in endings):
            return kind
    return "plain"
