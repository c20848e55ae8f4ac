"""Finds what only a person can decide: consent, judgement, ability, willingness, the future, other trials, remarks.

It decides which words ask for a person, why, how far the question reaches, and whether anything of the criterion is
left to compute. Whether a rule can be made of the rest, and whether a concept answers it after all (a pregnancy test),
is left to the compiler. The phrases are data (`rules`); each is tried only where a word that begins it stands.
"""

import re
from collections import defaultdict
from typing import NamedTuple

from equipoise.authoring.freetext.mentions import AskedKind, AskedMention, TextSpan
from equipoise.authoring.freetext.questions.rules import ALL_RULES
from equipoise.authoring.freetext.questions.shapes import AskedRule, Reach
from equipoise.authoring.freetext.windows.words import fold

_WORD = re.compile(r"[a-z]+")
_AND = re.compile(r"\b(?:and|or|but)\b")
_KEY_LENGTH = 3
_MOST_REACH = 600  # characters; longer than a sentence, so that a text without full stops stays quick
_TOLD_BY_HEADING = (AskedKind.PREGNANCY_AND_CONTRACEPTION, AskedKind.CONSENT, AskedKind.FUTURE)
_MEASURE_REACH = 30
_SENTENCE_END = re.compile(r"[;.]+(?=\s|$)|\s\*\s")
_BRACKET_END = re.compile(r"\)")
_CLAUSE_END = re.compile(r"[;.]+(?=\s|$)|[()]|, |\b(?:and/or|who|whom|which|unless|except)\b")
_FILLER_WORDS = """
    a an the this that these those of to in on at for by with from as or and but if is are was were be been
    being have has had having do does did not no non any all some each every other others such who whom which
    their his her its they he she it must should shall may can could will would patient patients subject
    subjects participant participants person persons people individual individuals volunteer volunteers woman
    women female females man men male males adult adults child children parent parents guardian guardians
    caregiver caregivers representative representatives legal legally authorized authorised mother father family
    partner partners potential candidate candidates study trial research criteria criterion eligible included
    excluded known currently current also both either well e g i s t
"""
_FILLER = frozenset(_FILLER_WORDS.split())


class _Claim(NamedTuple):
    start: int
    end: int
    rank: int
    rule: AskedRule


def _index_triggers() -> dict[str, list[tuple[str, int]]]:
    """The rules to try by the first letters of the stems that call for them."""
    table: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for rank, rule in enumerate(ALL_RULES):
        for stem in rule.triggers:
            table[stem[:_KEY_LENGTH]].append((stem, rank))
    return dict(table)


_TRIGGERS = _index_triggers()


def find_asked(text: str, heading: str = "") -> tuple[AskedMention, ...]:
    """
    Find what only a person can decide.

    Parameters
    ----------
    text
        The words of one criterion, as they stand.
    heading
        The heading under which it stands. Entries under "Accepted methods of contraception" are about that, whatever
        they say themselves.

    Returns
    -------
    tuple of AskedMention
        In order of place, without overlap; empty when all of it can be computed. `is_whole` when nothing but names for
        the patient is left outside the questions.
    """
    folded = fold(text)
    claims = _merge(_claim(folded)) or _claim_by_heading(heading, len(text))
    is_whole = bool(claims) and not _is_anything_left(folded, [(claim.start, claim.end) for claim in claims])
    return tuple(
        AskedMention((claim.start, claim.end), claim.rule.kind, claim.rule.because, is_whole) for claim in claims
    )


def _claim(folded: str) -> list[_Claim]:
    ranks = set()
    for word in set(_WORD.findall(folded)):
        for stem, rank in _TRIGGERS.get(word[:_KEY_LENGTH], ()):
            if word.startswith(stem):
                ranks.add(rank)
    claims = []
    for rank in sorted(ranks):
        rule = ALL_RULES[rank]
        for match in rule.pattern.finditer(folded):
            if match.lastgroup == "skip":
                continue
            start, end = _reach(folded, match.span(), rule.reach)
            if start < end:
                claims.append(_Claim(start, end, rank, rule))
    return claims


def _claim_by_heading(heading: str, length: int) -> list[_Claim]:
    if not heading or not length:
        return []
    told = [claim for claim in _claim(fold(heading)) if claim.rule.kind in _TOLD_BY_HEADING]
    return [_Claim(0, length, told[0].rank, told[0].rule)] if told else []


def _reach(folded: str, span: TextSpan, reach: Reach) -> TextSpan:
    """From the words that give a question away to the ends of its clause or sentence."""
    start, end = span
    if reach is Reach.REST:
        is_in_bracket = start > 0 and folded[start - 1] == "("
        after = (_BRACKET_END if is_in_bracket else _SENTENCE_END).search(folded, end, end + _MOST_REACH)
        end = after.start() if after else min(len(folded), end + _MOST_REACH)
    elif reach is not Reach.WORDS:
        pattern = _CLAUSE_END if reach is Reach.CLAUSE else _SENTENCE_END
        farthest = max(0, start - _MOST_REACH)
        bounds = [match.end() for match in pattern.finditer(folded, farthest, start)]
        if reach is Reach.CLAUSE:
            bounds += [match.end() for match in _AND.finditer(folded, farthest, start) if _is_measured(folded, match)]
        after = pattern.search(folded, end, end + _MOST_REACH)
        start = max(bounds, default=farthest)
        end = after.start() if after else min(len(folded), end + _MOST_REACH)
    while start < end and not folded[start].isalnum():
        start += 1
    while end > start and folded[end - 1] in " .,;:":
        end -= 1
    return start, end


def _is_measured(folded: str, joint: re.Match[str]) -> bool:
    """Whether a number stands before the word that joins: "aged over 18 and able to ..."."""
    return any(char.isdigit() for char in folded[max(0, joint.start() - _MEASURE_REACH) : joint.start()])


def _merge(claims: list[_Claim]) -> list[_Claim]:
    """Questions that overlap become one, for the reason of the widest, of equals the first in the list of rules."""
    merged: list[_Claim] = []
    for claim in sorted(claims):
        if not merged or claim.start >= merged[-1].end:
            merged.append(claim)
            continue
        last = merged[-1]
        strongest = min(last, claim, key=lambda each: (-each.rule.reach.value, each.rank))
        merged[-1] = _Claim(last.start, max(last.end, claim.end), strongest.rank, strongest.rule)
    return merged


def _is_anything_left(folded: str, spans: list[TextSpan]) -> bool:
    place, left = 0, []
    for start, end in spans:
        left.append(folded[place:start])
        place = end
    left.append(folded[place:])
    return any(word not in _FILLER for word in _WORD.findall(" ".join(left)))
