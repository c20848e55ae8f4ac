"""Words around a phrase that say whom it is asked of, whether it is denied, and how it came to be known.

Decides which words can be taken off a phrase without changing what is asked of the record, and what those that are
taken off mean: a denial, a sex, or nothing. A word that is not listed here stays and counts.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PEOPLE = r"(?:patients?|subjects?|participants?|individuals?|persons?|people|adults?|volunteers?|candidates?|those)\b"
_SEX_NOUN = r"(?:\s+(?:sex|gender)(?=\s*(?:$|[,;.)]|or\b|and\b)))?"
_WOMEN = rf"(?:(?:females?|wom[ae]n|girls?)\b{_SEX_NOUN})"
_MEN = rf"(?:(?:males?|m[ae]n|boys?)\b{_SEX_NOUN})"
_HAVE = (
    r"(?:with|who\s+(?:have|has|had|are|is|were|was)(?:\s+(?:had|been|a))?|having"
    r"|(?:must\s+)?(?:have|has|had)(?:\s+(?:had|been|a))?|must\s+be|are|is|were|was|suffering\s+from|presenting\s+with"
    r"|undergoing|receiving|received|taking|(?:has|have|had)\s+received|treated\s+(?:with|for))"
)
_SHOWN = r"(?:confirmed|proven|documented|diagnosed|verified|established)"
_NEUTRAL = re.compile(
    rf"(?:{_PEOPLE}\s*(?:{_HAVE}\b)?|{_HAVE}\b|(?:a|an|the|any|all|known|presence\s+of|evidence\s+of|proof\s+of"
    rf"|diagnos(?:is|ed)\s+(?:of|with)|signs?\s+of|{_SHOWN}|h/o|hx\s+of"
    rf"|\w*logically(?:\s+(?:or|and|and/or)\s+\w+ly)?\s+{_SHOWN}|clinically\s+{_SHOWN}"
    r"|use\s+of|receive[ds]?|receipt\s+of|treatment\s+with|treated\s+with|therapy\s+with|must\s+have)\b)\s*",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(r"\b\w*(?:logically|clinically)\b", re.IGNORECASE)
_TREATMENT = re.compile(r"\b(?:use|receipt|receiv\w+|receive[ds]?|treatment|treated|therapy|taking)\b", re.IGNORECASE)
_ADULTS = re.compile(r"\badults?\b", re.IGNORECASE)
_SEX = re.compile(
    rf"(?:(?P<female>{_WOMEN})|(?P<male>{_MEN}))(?:\s+{_PEOPLE})?(?:\s+{_HAVE}\b)?\s*,?\s*", re.IGNORECASE
)
_BOTH = re.compile(
    rf"(?:{_MEN}|{_WOMEN})\s*(?:,|/|or|and|and/or)\s*(?:{_MEN}|{_WOMEN})(?:\s+{_PEOPLE})?(?:\s+{_HAVE}\b)?\s*,?\s*",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:no\s+(?:known|documented|prior|previous)\b|no\s+(?:evidence|history|signs?|presence)\s+of\b|no\b|not\b"
    r"|without\b|absence\s+of\b|free\s+of\b|free\s+from\b|never\b|(?:have|has)\s+(?:not|never)\b"
    r"|do(?:es)?\s+not\s+have\b|did\s+not\b|must\s+not\s+(?:have|be)\b|should\s+not\s+have\b|negative\s+for\b)\s*",
    re.IGNORECASE,
)
IS_CUE = re.compile(rf"(?:{_HAVE}|no|not|without|never)\b", re.IGNORECASE)
"""Words that begin a predicate of its own ("with female partners"), which no earlier "not" reaches."""


@dataclass(frozen=True)
class Stripped:
    """
    What is left of a phrase from `start` on, and what was taken off before it.

    `denies_list`: the denial is of the kind that binds a whole list ("no A or B"). `is_sex_denied`: the denial stood
    before the sex ("not women"), and not between the sex and the rest ("women without A"). `is_treatment`: what is left
    was given ("treatment with").
    """

    start: int
    is_denied: bool = False
    sex: str = ""
    checks: tuple[str, ...] = ()
    denies_list: bool = False
    is_sex_denied: bool = False
    is_treatment: bool = False


def strip_cues(text: str, start: int, end: int, stops: Collection[int] = ()) -> Stripped:
    """
    Take the words off the beginning of a phrase that name people, deny, or say how it is known.

    `stops` are places at which a known term begins: nothing is taken off from there on.
    """
    is_denied = denies_list = is_sex_denied = is_treatment = False
    sex, checks = "", []
    while start < end and start not in stops:
        found = _BOTH.match(text, start, end)
        if found is None and (found := _DENIAL.match(text, start, end)) is not None:
            is_denied = not is_denied
            denies_list = denies_list or found.group().strip().casefold() != "not"
        elif found is None and not sex and (found := _SEX.match(text, start, end)) is not None:
            sex, is_sex_denied = ("female" if found["female"] else "male"), is_denied
        elif found is None:
            found = _NEUTRAL.match(text, start, end)
            words = found.group().strip() if found is not None else ""
            checks += _told(words)
            is_treatment = is_treatment or _TREATMENT.search(words) is not None
        if found is None or found.end() == start:
            break
        start = found.end()
    return Stripped(min(start, end), is_denied, sex, tuple(checks), denies_list, is_sex_denied, is_treatment)


def _told(words: str) -> list[str]:
    """What a reviewer should know of words that were taken off."""
    if _CONFIRMED.search(words):
        return [f"how it was confirmed ({words}) is not asked of the record"]
    if _ADULTS.search(words):
        return [f"“{words}” is not asked of the record: which age it means is not said here"]
    return []
