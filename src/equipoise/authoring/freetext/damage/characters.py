"""Characters spoilt on the way: entities, text decoded twice, signs eaten or replaced, powers of ten printed flat.

Decides what can be decoded exactly (harmless) and what is only a trace of a sign that is gone. Whether a limit is
missing altogether is decided in `holes`.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from equipoise.authoring.freetext.damage.finding import Finding, hole_at
from equipoise.authoring.freetext.damage.powers import find_flat_powers
from equipoise.authoring.freetext.damage.words import BARE_UNIT, QUANTITY, RATIO_UNIT, TIME
from equipoise.authoring.model import DamageKind

_ENTITY = re.compile(
    r"&(?:amp;)*(?:#\d{2,7}|#x[0-9a-f]{2,6}|lt|gt|ge|le|geq|leq|amp|micro|mu|deg|nbsp|quot|apos|plusmn|times"
    r"|[lr][sd]quo|[nm]dash|sup[123]|middot|bull|eacute|uuml|ouml|auml)(?:;|(?![a-z;]))|<U\\+[0-9a-f]{4,5}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?(?:br|p|b|i|u|ul|ol|li|em|strong|span|div|sup|sub)\s*/?>", re.IGNORECASE)

# Text in UTF-8 that was read as a Western one-byte text begins so; an accented letter alone does not.
_TWICE = re.compile(r"[ÂÃâÎÏïÅÄ][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,8}")
_SIGNS = frozenset("≥≤≠≈±°×÷²³¹⁰⁴⁵⁶⁷⁸⁹–—‘’“”…•·®™©½¼¾→−µ\u00a0")

_QUESTION = re.compile(
    rf"(?:(?<=[\s(])|(?<=[A-Za-z)])|^)\?\s?(?=\d|[Gg]rade\b|[Cc]lass\b|ULN)|\?\s?(?=(?:mol|g|L|l|M|m)(?:\s?/\s?\w"
    rf"|\b))|(?<=\d)\s?\?(?=\s?(?:{TIME}\b|C\b))"
)
_FONT = re.compile(
    r"(?:(?<=[\s(])|^)(?P<up>[³\uf0b3])\s?(?=\d)|(?:(?<=[\s(])|^)(?P<down>[£\uf0a3])\s?(?=\d)|\uf06d|\ufffd+"
)
_EQUALS = re.compile(
    rf"(?<![<>≤≥=!≠/])\s?=\s?(?=\d+(?:[.,]\d+){{0,4}}\s?-?\s?(?:{TIME}\b|{RATIO_UNIT}|{BARE_UNIT}|%|x\s?ULN\b|x\s?10))",
    re.IGNORECASE,
)
_EQUALITY_BEFORE = re.compile(
    rf"(?:[\d.]\s*(?:\w+|{TIME}|{RATIO_UNIT}|%)?\s*|[<>≤≥]\s*(?:or)?\s*|equals?\s*(?:to)?\s*\(?"
    rf"|[({{]\s*or\s*|\bor\s*|/\s*|\b(?:least|most|than)\s*)$",
    re.IGNORECASE,
)
_AMOUNT_AND_BRACKET = re.compile(r"\d\s?[A-Za-z%][\w%/.^]*\s?\(\s*$")

_MOLES = re.compile(r"(?<=\d)\s?(?=mol\s?/\s?[lL]\b)")
_GRAMS = re.compile(
    r"\b(?:ferritin|troponin|d-dimer|cortisol|afp|alpha[- ]fetoprotein|psa|cea|vitamin b12|testosterone|thyroglobulin"
    r"|tacrolimus|lead)\b[^;.]{0,40}?\d\s?(?P<hole>)g\s?/\s?(?:m?[lL]|d[lL])\b",
    re.IGNORECASE,
)
_LITRES = re.compile(
    r"\b(?:platelets?|plts?|neutrophils?|anc|wbc|leu[ck]ocytes?|lymphocytes?|eosinophils?|cd4)\b[^;.]{0,60}?"
    r"(?<![\d.,x^])(?!10(?:3|6|9|12)\b)(?:\d{1,3}(?:[.,]\d{3}){1,4}|\d{3,7})\s?(?:cells\s?)?/\s?(?P<hole>)L\b",
    re.IGNORECASE,
)
_DAILY_GRAMS = re.compile(r"(?<![\d.,])[1-9]\d{2,3}(?P<hole>)\s?g\s?(?:/\s?d(?:ay)?\b|daily|per day)", re.IGNORECASE)
_FOOD = re.compile(r"alcohol|ethanol|carbohydrate|glucose|protein|food|meat|fruit|vegetable", re.IGNORECASE)
_SIGN_GONE = re.compile(
    rf"^(?:[-\s]*)(?:patients?['s]*\s|subjects?['s]*\s)?(?P<quantity>(?:serum |total |absolute |body )?{QUANTITY})\s"
    rf"(?P<hole>)\d+(?:[.,]\d+){{0,4}}\s?(?:x\s?ULN|{TIME}(?: of age| old)?|{RATIO_UNIT}|%|mmHg|mm Hg)\s?[.;,]?$",
    re.IGNORECASE,
)

# One look tells whether anything here can match: most items hold none of these characters.
_SUSPECT = re.compile(
    r"[&?=³£\ufffd\uf06d\uf0a3\uf0b3ÂÃâÎÏïÅÄ]|</?[a-zA-Z]|10(?:1[0-2]|[2-9])|10 \d|mol\s?/|g\s?/|\d\s?g|/\s?[lL]"
)


def decode(text: str) -> str:
    """The text with its entities and twice decoded characters as they were meant."""
    text = _decode_entities(text) if "&" in text or "<U+" in text else text
    text = _TAG.sub(" ", text) if "<" in text else text
    return _decode_twice(text) if _TWICE.search(text) else text


def find_spoilt_characters(text: str) -> list[Finding]:
    """Marks of the spoilt characters of one item."""
    findings: list[Finding] = []
    if _SUSPECT.search(text):
        for search in (_entities, _twice_decoded, _replaced_signs, _equals_for_a_limit, _flat_powers, _eaten_micro):
            findings += search(text)
    if found := _SIGN_GONE.match(text):
        findings.append(
            Finding(
                DamageKind.TEXT_LOST,
                found.start("hole"),
                found.start("hole"),
                lost="a comparison sign (such as ≥ or ≤)",
                because=f"{found['quantity']!r} stands before a number with nothing that compares them",
            )
        )
    return findings


def _decode_entities(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        decoded = found[0]
        if decoded.startswith("<"):  # as written by R for what its console cannot show
            return chr(int(decoded[3:-1], 16))
        for _ in range(3):  # "&amp;amp;ge;" was escaped three times
            decoded = html.unescape(decoded)
        return decoded.replace("\xa0", " ")

    return _ENTITY.sub(meant, text)


def _decode_twice(text: str) -> str:
    import ftfy  # costs 70 ms to load: only for text that needs it

    decoded = ftfy.fix_encoding(text)
    return decoded if all(_is_expected(sign) for sign in set(decoded) - set(text)) else text


def _is_expected(sign: str) -> bool:
    return sign in _SIGNS or (unicodedata.category(sign)[0] == "L" and ord(sign) < 0x400)


def _entities(text: str) -> Iterator[Finding]:
    if "&" in text or "<U+" in text:
        for found in _ENTITY.finditer(text):
            decoded = _decode_entities(found[0])
            if decoded != found[0] and (found[0].endswith((";", ">")) or decoded in "<>≤≥"):
                yield _exact(DamageKind.ENTITY, found, decoded, "a character written as an HTML entity")
    if "<" in text:
        for found in _TAG.finditer(text):
            yield _exact(DamageKind.ENTITY, found, "", "an HTML tag left in the text")


def _exact(kind: DamageKind, found: re.Match[str], meant: str, because: str) -> Finding:
    lost = f"{meant!r}, exactly" if meant.strip() else "nothing"
    return Finding(kind, found.start(), found.end(), lost=lost, because=because, is_harmless=True)


def _twice_decoded(text: str) -> Iterator[Finding]:
    found_all = list(_TWICE.finditer(text))
    if not found_all:
        return
    whole = _decode_twice(text)
    for found in found_all:
        meant = _decode_twice(found[0])
        if meant != found[0] or (whole != text and found[0] not in whole):
            yield _exact(DamageKind.MOJIBAKE, found, meant, "text in UTF-8 that was read as a one-byte text")
        else:
            yield Finding(
                DamageKind.MOJIBAKE,
                found.start(),
                found.end(),
                lost="a sign (such as ≥, ≤ or µ) of which only some bytes are left",
                because="the remains of text in UTF-8 that was read as a one-byte text",
            )


def _replaced_signs(text: str) -> Iterator[Finding]:
    for found in _QUESTION.finditer(text) if "?" in text else ():
        is_unit = text[found.end() : found.end() + 1].isalpha()
        lost = "a letter or sign of the unit (such as µ or °)" if is_unit else "a comparison sign (≥ or ≤)"
        yield Finding(
            DamageKind.MOJIBAKE, found.start(), found.end(), lost=lost, because="a question mark in its place"
        )
    for found in _FONT.finditer(text):
        if found["up"]:
            lost, because = "the sign ≥", "its character in a symbol font is the one of ³"
        elif found["down"]:
            lost, because = "the sign ≤", "its character in a symbol font is the one of £"
        elif found[0] == "\uf06d":
            lost, because = "µ", "a character of a symbol font"
        else:
            lost, because = "a character (such as ≥, ≤ or µ)", "the sign for a character that could not be read"
        yield Finding(DamageKind.MOJIBAKE, found.start(), found.end(), lost=lost, because=because)


def _equals_for_a_limit(text: str) -> Iterator[Finding]:
    for found in _EQUALS.finditer(text) if "=" in text else ():
        before = text[max(0, found.start() - 30) : found.start()]
        if _EQUALITY_BEFORE.search(before[-24:]) or _AMOUNT_AND_BRACKET.search(before):
            continue
        yield Finding(
            DamageKind.TEXT_LOST,
            found.start(),
            found.end(),
            lost="the sign ≥ or ≤, of which only = is left",
            because="a limit that must be met exactly is hardly meant",
        )


def _flat_powers(text: str) -> Iterator[Finding]:
    for power in find_flat_powers(text):
        because = f"{text[power.start : power.end]!r} before a unit of counts is a power of ten printed flat"
        if power.agrees:
            because += f"; the second printing, {power.second}, agrees"
        elif power.agrees is False:
            because += f"; the second printing, {power.second}, does not agree"
        lost = f"the raised digit: 10^{power.exponent}"
        yield Finding(DamageKind.SUPERSCRIPT_FLATTENED, power.start, power.end, lost=lost, because=because)


def _eaten_micro(text: str) -> Iterator[Finding]:
    for found in _MOLES.finditer(text):
        place = found.end()
        yield hole_at(place, "a prefix of the unit (such as µ)", "no blood value is measured in whole moles")
    for found in _GRAMS.finditer(text):
        yield hole_at(found.start("hole"), "a prefix of the unit (such as µ)", "it is never measured in whole grams")
    for found in _LITRES.finditer(text):
        yield hole_at(
            found.start("hole"), "a prefix of the unit (such as µ)", "so few cells in a litre are never counted"
        )
    for found in _DAILY_GRAMS.finditer(text):
        if not _FOOD.search(text):
            yield hole_at(
                found.end("hole"), "a prefix of the unit (such as µ)", "no drug is given in hundreds of grams"
            )
