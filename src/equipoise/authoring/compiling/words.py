"""Words of a text with their places, and one spelling for each: what terms are looked up by.

Decides when two spellings are one word: case, hyphens, British and American vowels, a plural. Leaves to others what a
word means.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['’][a-z]{1,2}\b)?")
_GAP = re.compile(r"[\s\-–‐‑/'’.,]{0,3}")
_DIPHTHONGS = (
    ("haem", "hem"),
    ("oed", "ed"),
    ("oes", "es"),
    ("aem", "em"),
    ("aes", "es"),
    ("aed", "ed"),
    ("faec", "fec"),
)
_ENDINGS = (("our", "or"), ("ours", "or"), ("isation", "ization"), ("ise", "ize"), ("ised", "ized"), ("tre", "ter"))
_KEPT_PLURALS = ("ss", "us", "is", "as", "os")


class Word(NamedTuple):
    """One word, the characters at which it stands, and its one spelling."""

    start: int
    end: int
    key: str


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order; hyphens and slashes part words."""
    return tuple([Word(*found.span(), word_key(found.group())) for found in _WORD.finditer(text)])


def is_joined(text: str, first: Word, second: Word) -> bool:
    """Whether two words that follow each other can belong to one term: blanks, hyphens, slashes or a comma apart."""
    return _GAP.fullmatch(text, first.end, second.start) is not None


@lru_cache(maxsize=65536)
def word_key(word: str) -> str:
    """
    The one spelling of a word.

    Examples
    --------
    >>> word_key("Tumours"), word_key("haemoglobin"), word_key("metastases"), word_key("diabetes")
    ('tumor', 'hemoglobin', 'metastasis', 'diabetes')
    """
    key = word.casefold().replace("’", "'").removesuffix("'s")
    if not key.isalpha() or len(key) < 4:
        return key
    for british, american in _DIPHTHONGS:
        key = key.replace(british, american)
    key = _singular(key)
    for british, american in _ENDINGS:
        if key.endswith(british) and len(key) > len(british) + 1:
            return key.removesuffix(british) + american
    return key


def _singular(key: str) -> str:
    if key.endswith("ases") and len(key) > 7:  # metastases; not "cases", "diseases" has its own way below
        return key[:-2] + "is" if key.startswith("metast") else key[:-1]
    if key.endswith("oses"):
        return key[:-2] + "is"
    if key.endswith("ies") and len(key) > 5:
        return key[:-3] + "y"
    if key.endswith(("sses", "ches", "xes")):
        return key[:-2]
    if key.endswith("s") and not key.endswith(_KEPT_PLURALS) and key not in ("diabetes", "herpes", "ascites", "rabies"):
        return key[:-1]
    return key
