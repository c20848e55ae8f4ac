"""Wrong neighbours of a criterion: texts that differ in one thing that matters, for tests of the compiler.

A mutator gives the changed text, or None when it has nothing to change. Every change alters who is eligible; none is a
mere change of spelling.
"""

import re
from collections.abc import Callable

Mutator = Callable[[str], str | None]

_TURNED = {
    "≥": "<",
    "≤": ">",
    ">": "≤",
    "<": "≥",
    "greater than or equal to": "less than",
    "less than or equal to": "greater than",
    "greater than": "less than",
    "less than": "greater than",
    "more than": "less than",
    "lower than": "higher than",
    "no greater than": "greater than",
    "no more than": "more than",
    "no older than": "older than",
    "at least": "at most",
    "above": "below",
    "below": "above",
    "exceeding": "below",
    "under": "over",
    "over": "under",
    "younger than": "older than",
    "or older": "or younger",
    "or more": "or less",
}
_LOOSENED = {"≥": ">", "≤": "<", ">": "≥", "<": "≤", "greater than": "at least", "less than": "at most", "above": "≥"}
_UNITS = {
    "g/dL": "mmol/L",
    "g/L": "g/dL",
    "mg/dL": "mmol/L",
    "µmol/L": "mg/dL",
    "mmol/L": "mg/dL",
    "x ULN": "mg/dL",
    "times the upper limit of normal": "mg/dL",
    "times upper limit of normal": "mg/dL",
    "x upper limit of normal": "x lower limit of normal",
    "10^9/L": "10^6/L",
    "/mm3": " x 10^9/L",
    "cells/µL": "cells/L",
    "mL/min/1.73 m2": "mL/min",
    "mL/min": "mL/h",
    "kg/m2": "kg",
    "kg": "lb",
    "ng/mL": "pg/mL",
    "pg/mL": "ng/mL",
    "mg/L": "mg/dL",
    "U/L": "U/mL",
    "mmHg": "kPa",
    "ms": "s",
    "%": "mmol/mol",
    "years": "months",
}
_PERIODS = {"days": "weeks", "weeks": "months", "months": "weeks", "year": "month", "years": "months"}
_WINDOW = re.compile(
    r"\b(?:within|in|of|for|more than|less than)\s+(?:the\s+)?(?:at least\s+)?(?:last\s+|past\s+|previous\s+)?"
    r"(?P<number>\d+ )?(?P<period>days|weeks|months|years?)\b(?!\s+of\s+age|,? or older)"
)
_EXCEPTION = re.compile(r",?\s+(?:unless|except|with the exception of|other than|excluding)\b.*")
_NUMBER = re.compile(r"(?<![\w^.,-])(?<![Tt]ype )(?<!x )\d+(?:[.,]\d+)?(?![\w^,]|\.\d)")
_DENIAL = re.compile(r"^(?:No|Without|Absence of)\s+")


def flip_comparator(text: str) -> str | None:
    """`at least` becomes `at most`, `>` becomes `≤`: the first comparison is turned round."""
    return _replace_first(text, _TURNED)


def loosen_comparator(text: str) -> str | None:
    """`>` becomes `≥`: the limit itself changes sides."""
    return _replace_first(text, _LOOSENED)


def drop_exception(text: str) -> str | None:
    """What follows `unless` or `except` is lost."""
    found = _EXCEPTION.search(text)
    return text[: found.start()] if found else None


def swap_unit(text: str) -> str | None:
    """The number stays and its unit becomes another one."""
    return _replace_first(text, _UNITS)


def swap_number(text: str) -> str | None:
    """The last printed number is one more."""
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return None
    last = numbers[-1]
    whole, *decimals = re.split(r"(?=[.,])", last[0], maxsplit=1)
    return text[: last.start()] + str(int(whole) + 1) + "".join(decimals) + text[last.end() :]


def change_period(text: str) -> str | None:
    """Weeks become months: the number of a window stays."""
    found = _WINDOW.search(text)
    if not found:
        return None
    return text[: found.start("period")] + _PERIODS[found["period"]] + text[found.end("period") :]


def lengthen_window(text: str) -> str | None:
    """The number of a window is one more."""
    found = _WINDOW.search(text)
    if not found or not found["number"]:
        return None
    return text[: found.start("number")] + f"{int(found['number']) + 1} " + text[found.end("number") :]


def turn_window(text: str) -> str | None:
    """What had to lie within a window now lies before it."""
    found = re.search(r"\bwithin (?:the )?(?:last |past |previous )?(?=\d)", text)
    return text[: found.start()] + "more than " + text[found.end() :] if found else None


def drop_window(text: str) -> str | None:
    """The span of time is lost with its anchor."""
    found = re.search(r"\s+(?:within|in the (?:last|past))\s.*?(?=,|\s+(?:except|unless)\b|$)", text)
    return text[: found.start()] + text[found.end() :] if found else None


def drop_condition(text: str) -> str | None:
    """What holds for some becomes a rule for all."""
    found = re.match(r"(?:If|For|In) [^,]*, ", text)
    return text[found.end()].upper() + text[found.end() + 1 :] if found else None


def negate(text: str) -> str | None:
    """A denial is taken away, or one is put before what is named without a comparison."""
    if _DENIAL.match(text):
        bare = _DENIAL.sub("", text)
        return bare[0].upper() + bare[1:]
    if _NUMBER.search(text) or re.match(r"(?:If|For|In|At|On|Age|Adults)\b", text):
        return None
    first = text[0] if text[1:2].isupper() else text[0].lower()
    return f"No {first}{text[1:]}"


MUTATORS: dict[str, Mutator] = {
    "comparator flipped": flip_comparator,
    "comparator loosened": loosen_comparator,
    "exception dropped": drop_exception,
    "unit swapped": swap_unit,
    "number changed": swap_number,
    "period changed": change_period,
    "window longer": lengthen_window,
    "window turned": turn_window,
    "window dropped": drop_window,
    "condition dropped": drop_condition,
    "negated": negate,
}
"""Moving a line to the other section changes no word of it, so it is not among them."""


def _replace_first(text: str, table: dict[str, str]) -> str | None:
    """The first word of the table that stands in the text is replaced; the longest where several begin."""
    words = sorted(table, key=len, reverse=True)
    found = re.search("|".join(rf"(?<![A-Za-z/]){re.escape(word)}(?!\w)" for word in words), text)
    return text[: found.start()] + table[found[0]] + text[found.end() :] if found else None
