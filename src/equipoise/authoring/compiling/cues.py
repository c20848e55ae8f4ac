"""Words around a phrase that say whom it is asked of, whether it is denied, and how it came to be known.

Decides which words can be taken off a phrase without changing what is asked of the record, and what those that are
taken off mean: a denial, a sex, or nothing. A word that is not listed here stays and counts.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PEOPLE = r"(?:patients?|subjects?|participants?|individuals?|persons?|people|adults?|volunteers?|candidates?|those)\b"
_WOMEN = r"(?:(?:females?|wom[ae]n|girls?|mothers?)\b)"
_MEN = r"(?:(?:males?|m[ae]n|boys?)\b)"
_HAVE = (
    r"(?:with|who\s+(?:have|has|had|are|is|were|was)(?:\s+(?:had|been|a))?|having|(?:must\s+)?(?:have|has|had)(?:\s+(?:had|been|a))?"
    r"|(?:must\s+be|are|is|were|was)|suffering\s+from|presenting\s+with|undergoing|receiving|received|taking|(?:has|have|had)\s+received|treated\s+(?:with|for))"
)
_NEUTRAL = re.compile(
    rf"(?:{_PEOPLE}\s+(?:{_HAVE}\b)?|{_HAVE}\b|(?:a|an|the|any|all|known|documented|presence\s+of|evidence\s+of|diagnos(?:is|ed)\s+(?:of|with)"
    r"|established|proof\s+of|signs?\s+of|confirmed|proven|h/o|hx\s+of"
    r"|(?:histo|cyto|patho|radio|micro|immuno)?\w*logically(?:\s+(?:or|and|and/or)\s+\w+ly)?\s+(?:confirmed|proven|documented|diagnosed|verified|established)"
    r"|clinically\s+(?:confirmed|proven|documented|diagnosed|verified|established)|use\s+of|receive[ds]?|receipt\s+of|treatment\s+with|treated\s+with|exposure\s+to|therapy\s+with|has|have|must\s+have)\b)\s*",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(r"\b\w*(?:logically|clinically)\b", re.IGNORECASE)
_SEX = re.compile(
    rf"(?:(?P<female>{_WOMEN})|(?P<male>{_MEN}))(?:\s+{_PEOPLE})?(?:\s+{_HAVE}\b)?\s*,?\s*", re.IGNORECASE
)
_BOTH = re.compile(
    rf"(?:{_MEN}|{_WOMEN})\s*(?:,|/|or|and|and/or)\s*(?:{_MEN}|{_WOMEN})(?:\s+{_PEOPLE})?(?:\s+{_HAVE}\b)?\s*,?\s*",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:no\s+(?:known|documented|prior|previous)\b|no\s+(?:evidence|history|signs?|presence)\s+of\b|no\b|not\b|without\b|absence\s+of\b|free\s+of\b|free\s+from\b"
    r"|never\b|(?:have|has)\s+(?:not|never)\b|do(?:es)?\s+not\s+have\b|did\s+not\b|must\s+not\s+(?:have|be)\b|should\s+not\s+have\b|negative\s+for\b)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Stripped:
    """What is left of a phrase from `start` on, and what was taken off before it."""

    start: int
    is_denied: bool = False
    sex: str = ""
    checks: tuple[str, ...] = ()
    denies_list: bool = False


def strip_cues(text: str, start: int, end: int, stops: Collection[int] = ()) -> Stripped:
    """
    Take the words off the beginning of a phrase that name people, deny, or say how it is known.

    `stops` are places at which a known term begins: nothing is taken off from there on. `denies_list`: the denial is
    of the kind that binds a whole list ("no A or B"; not "not A or B").
    """
    is_denied, denies_list, sex, checks = False, False, "", []
    while start < end and start not in stops:
        both = _BOTH.match(text, start, end)
        if both is not None:
            start = both.end()
            continue
        denial = _DENIAL.match(text, start, end)
        if denial is not None:
            is_denied, start = not is_denied, denial.end()
            denies_list = denies_list or denial.group().strip().casefold() != "not"
            continue
        one = _SEX.match(text, start, end)
        if one is not None and not sex:
            sex, start = ("female" if one["female"] else "male"), one.end()
            continue
        neutral = _NEUTRAL.match(text, start, end)
        if neutral is None or neutral.end() == start:
            break
        if _CONFIRMED.search(neutral.group()):
            checks.append(f"how it was confirmed ({neutral.group().strip()}) is not asked of the record")
        start = neutral.end()
    return Stripped(min(start, end), is_denied, sex, tuple(checks), denies_list)
