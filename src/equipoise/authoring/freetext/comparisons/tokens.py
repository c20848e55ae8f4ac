"""The text of a criterion cut into numbers, comparison signs, words and other marks, for the finder of comparisons.

Decides where a number ends and what is an identifier: digits that follow a letter ("CD4", "Ki-67", "HbA1c") belong
to the word. Leaves to others what the tokens mean.
"""

import re
from enum import Enum
from typing import NamedTuple


class TokenKind(Enum):
    """What a token is by its looks."""

    NUMBER = 1
    SIGN = 2
    WORD = 3
    MARK = 4


class Token(NamedTuple):
    """One token; `low` is its text in lower case."""

    kind: TokenKind
    start: int
    end: int
    low: str


_PLAIN = str.maketrans(
    {
        "⁄": "/",
        "∕": "/",
        "•": "·",
        "％": "%",
        "（": "(",
        "）": ")",
        "，": ",",
        "：": ":",
        "；": ";",
        "‐": "-",
        "‑": "-",
        "－": "-",
    }
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000\t\n\r", " ")
)
_STRICT = r"[<>＜＞]|&[lg]t;"
_TOKEN = re.compile(
    # Parts joined by a hyphen belong to one word when a letter or a digit follows: "C-reactive", "IL-6".
    r"(i\.e\.?|e\.g\.?|[Aa]ged?(?=\d)|BMI(?=\d)|ECOG(?=\d)|ASA(?=\d)|[^\W\d_¹²³⁰⁴-⁹][^\W_]*(?:[-'’&][^\W_]+|(?<=\d)\.\d+)*)"
    # Thousands parted by blanks are one number only in groups of three: "100 000".
    r"|((?:(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d.,])|\d+(?:[.,·]\d+)*|(?<![\w.])\.\d+(?!\.?\d)))"
    # "=<", "</=", "< or =", "<_" (an underlined sign), "> =", "&gt;=", or one sign alone.
    rf"|((?:{_STRICT})(?: ?(?:/|or|\\) ?| )?[=＝]|[=＝] ?(?:/|or)? ?(?:{_STRICT})|[<>]_|&[lg]e;"
    rf"|[≤≥≦≧⩽⩾≮≯](?: ?/? ?=)?|(?<=[\s(])[³£](?= ?\d)|(?:{_STRICT})+|[=＝]+)"
    r"|(\S)"
)
_KINDS = (TokenKind.WORD, TokenKind.WORD, TokenKind.NUMBER, TokenKind.SIGN, TokenKind.MARK)


def plain(text: str) -> str:
    """The text with one sign for each kind of blank, slash, bracket and point; every character keeps its place."""
    return text if text.isascii() and text.isprintable() else text.translate(_PLAIN)


def tokenize(text: str) -> list[Token]:
    """
    The tokens of a text in order; white space parts them and is left out.

    WHO in capitals stays so: it is the organisation with its scales, not the pronoun.
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow in lower case
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    tokens = []
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        low = lowered[start:end]
        tokens.append(Token(_KINDS[found.lastindex or 0], start, end, low if low != "who" else text[start:end]))
    return tokens
