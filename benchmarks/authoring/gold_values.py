"""Reads annotated values ("at least 18 years", "100 - 150 x 10^9/L") into operators, numbers and units.

Decides what the corpus says, independently of the program that is measured: nothing of its free-text reading is used
here, only the meaning of unit spellings. A value that is not understood is None, so that it can be counted. Signs are
read as printed: "= 18 years" is an equality, although the sign was often `≥` before it was lost.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from authoring.value_text import normalise, write_romans_as_digits

_MORE = r"(?:greater|more|higher|larger|longer|older|bigger|over|above|superior|heavier)"
_LESS = r"(?:less|lower|fewer|smaller|shorter|younger|below|under|inferior|lighter)"
_THAN = r"(?:\s+(?:than|to))?"
_OPERATORS = [
    ("<=", rf"(?:no|not)(?:\s+be)?\s+{_MORE}{_THAN}|(?:does\s+|do\s+)?not?\s+(?:to\s+)?exceed(?:ing)?"),
    ("<=", r"at\s+most|up\s+to|maximum(?:\s+of)?"),
    (">=", rf"(?:no|not)\s+{_LESS}{_THAN}|at\s+least|(?:a\s+)?minimum(?:\s+of)?|min\."),
    (">=", r"at\s*(?:/|or)\s*above"),
    ("<=", r"at\s*(?:/|or)\s*below"),
    (">=", rf"{_MORE}{_THAN}\s*(?:or|/|and|and/or)?\s*equals?(?:\s+(?:to|than))?"),
    ("<=", rf"{_LESS}{_THAN}\s*(?:or|/|and|and/or)?\s*equals?(?:\s+(?:to|than))?"),
    (">=", rf"equals?(?:\s+to)?\s+or\s+{_MORE}{_THAN}"),
    ("<=", rf"equals?(?:\s+to)?\s+or\s+{_LESS}{_THAN}"),
    (">", rf"{_MORE}{_THAN}|exceed(?:s|ed|ing)?|in\s+excess\s+of|beyond"),
    ("<", rf"{_LESS}{_THAN}"),
    ("=", r"equals?(?:\s+to)?"),
    (">=", ">="),
    ("<=", "<="),
    (">", ">"),
    ("<", "<"),
    ("=", "="),
]
_AFTERWARDS = [
    (">=", rf"(?:or|and|&|and/or)\s+{_MORE}{_THAN}(?:\s+or\s+equal(?:\s+to)?)?\b|or\s+up|and\s+up|\+(?!\s*\d)"),
    ("<=", rf"(?:or|and|&|and/or)\s+{_LESS}{_THAN}(?:\s+or\s+equal(?:\s+to)?)?\b"),
    (">=", rf"{_MORE}\s+or\s+equal\s+to$"),
    ("<=", rf"{_LESS}\s+or\s+equal\s+to$"),
]
_NUMBER = r"¬?\d+(?:\.\d+)?|\.\d+"
_TOKEN = re.compile(
    "|".join(
        [
            r"(?P<composite>(?:[6-9]\d|[12]\d\d)\s*/\s*\d{2,3}(?![\d.]|\s*(?:mg|g|ml)\b))",
            r"(?P<ratio>\d+\s*(?::|/|\+|out\s+of)\s*\d+(?!\s*m2))",
            r"(?P<power>(?:x|\*)\s*10\s*(?:\^|\*+|e)?\s*\d{1,2}(?=\s*(?:/|cells|per|\()))",
            r"(?P<bare_power>(?<=\d )10\s*(?:\^|\*+)\s*\d{1,2})",
            rf"(?P<number>(?<![A-Za-z\d^/.])(?<![a-z]-)(?:{_NUMBER}))",
            "(?P<after>" + "|".join(pattern for _, pattern in _AFTERWARDS) + ")",
            "(?P<operator>" + "|".join(p if p[0] in "<>=" else rf"(?<![A-Za-z])(?:{p})" for _, p in _OPERATORS) + ")",
            r"(?P<between>\b(?:between|from|within\s+the\s+range|range|ranging|ranges)\b)",
            r"(?P<to>\b(?:to|through|thru|until)\b|(?<=[\s\d%a-z])-+(?=\s*[\d<>]))",
            r"(?P<join>\b(?:and|or)\b|&|,(?=\s)|;)",
            r"(?P<outside>\boutside\b)",
        ]
    ),
    re.I,
)
_NOISE = re.compile(
    r"an?|the|of|is|are|be|to|in|at|by|with|scores?|scored|scoring|class|status|grade|stage|levels?|values?|approximately|"
    r"about|aged?|ages|years|only|total|rate|has|points|least|for|as|or|and|must|been|was|were|than|which|category|type|"
    r"calculated|baseline|equal|inclusive|daily|either|reduction|increase|severity",
    re.I,
)
_UPPER = re.compile(
    r"(?:\b|x)(?:ULN|UNL|LSN)\b|upper|(?:times|x)\s+(?:the\s+|higher\s+than\s+)*(?:normal|norm)\b", re.I
)
_LOWER = re.compile(r"\bLLN\b|lower\s+(?:limit|normal)", re.I)


_LEFT = re.compile(
    rf"(?:(?:{_MORE}|{_LESS}){_THAN}\s*(?:or|/|and/or)|\b(?:{'|'.join(p for _, p in _OPERATORS[:11])})"
    r"|between|>=|<=|[<>])\s*$",
    re.I,
)
_RIGHT = re.compile(
    rf"\s*(?:years?|yrs?\.?)?\s*(?:of\s+age|old)?,?\s*(?P<after>{'|'.join(p for _, p in _AFTERWARDS[:2])})"
    r"(?!\s*(?:than|to)?\s*[\d<>])",
    re.I,
)


@dataclass(frozen=True)
class GoldBound:
    """One limit as annotated; `relative` is "uln", "lln" or empty."""

    operator: str
    value: Decimal
    unit: str = ""
    relative: str = ""


def read_value(text: str) -> tuple[GoldBound, ...] | None:
    """
    The limits that an annotated value states; None when they cannot be read with certainty.

    A list of neighbouring whole numbers ("0, 1 or 2") is the range they fill. A blood pressure ("140/90") gives both
    of its numbers; other ratios are not read.
    """
    words = normalise(text)
    tokens = [(found.lastgroup or "", found.start(), found.end(), found[0]) for found in _TOKEN.finditer(words)]
    if any(group == "ratio" for group, *_ in tokens):
        return None
    bounds = _read_tokens(words, tokens)
    if not bounds or any("*" in bound.unit for bound in bounds):
        return None
    if len({bound.unit for bound in bounds if re.fullmatch(r"(?:week|day|month)s?", bound.unit, re.I)}) > 1:
        return None  # 23 weeks and 6 days: one length in two units
    return _close_lists(words, _share_units(bounds))


@dataclass
class _Part:
    """A number with what stands around it, while it is read."""

    value: Decimal
    before: str = ""  # operator in front
    after: str = ""  # operator behind
    link: str = ""  # how it hangs on the number before: to, join or nothing
    unit: str = ""
    follows_between: bool = False


def read_classes(text: str) -> tuple[GoldBound, ...] | None:
    """Classes in Roman numerals as numbers ("Class III/IV" is 3 to 4); None for those with letters ("IIIb")."""
    return read_value(write_romans_as_digits(text))


def with_neighbours(before: str, text: str, after: str) -> str:
    """
    The annotated words together with an operator that stands right beside them in the text.

    Annotators left some operators outside ("at least [18 years]", "[18 years] of age or older", "greater than or
    [equal to 10]"); without them a bare number would read as an equality.
    """
    if (left := _LEFT.search(normalise(before))) and not re.match(r"\s*[<>≥≤]", text):
        text = f"{left[0]} {text}"
    if right := _RIGHT.match(normalise(after)):
        text = f"{text} {right['after']}"
    return text


def _read_tokens(words: str, tokens: list[tuple[str, int, int, str]]) -> list[GoldBound] | None:
    parts: list[_Part] = []
    operator = link = ""
    is_between = is_outside = False
    position = 0
    for group, start, end, matched in [*tokens, ("end", len(words), len(words), "")]:
        gap = words[position:start].strip(" ,;.()[]:-")
        if gap and parts and not operator and not parts[-1].unit:
            parts[-1].unit = gap
        elif not (parts and parts[-1].unit) and not _is_noise(gap):
            return None
        position = end
        if group in ("number", "composite"):
            if parts and not operator and words[:start].rstrip().endswith("("):
                operator = parts[-1].before  # > 50 kg (110 lbs): the same limit again
            for value in re.findall(_NUMBER, matched):
                parts.append(_Part(Decimal(value.replace("¬", "-")), operator, "", link, "", is_between))
            operator = link = ""
        elif group in ("power", "bare_power") and parts:
            position = start  # a power of ten belongs to the unit
        elif group == "operator":
            sign = next(sign for sign, pattern in _OPERATORS if re.fullmatch(pattern, matched, re.I))
            operator = operator if operator and sign == "=" else sign  # "at least =15": the sign was ≥
        elif group == "after":
            sign = next(sign for sign, pattern in _AFTERWARDS if re.fullmatch(pattern, matched, re.I))
            if re.match(r"\s*\d", words[end:]):
                operator = sign.rstrip("=") if parts else sign  # "under 18 or over 85"; "or older 18 years"
            elif parts:
                parts[-1].after = sign
        elif group in ("to", "join"):
            link = "to" if group == "to" else link or matched.lower()
        is_between = is_between or group == "between"
        is_outside = is_outside or group == "outside"
    if operator and parts and not parts[-1].before:
        parts[-1].after = operator
    return _make_bounds(parts, is_outside)


def _is_noise(gap: str) -> bool:
    return all(_NOISE.fullmatch(word) for word in re.findall(r"[^\W\d_]+", gap))


def _make_bounds(parts: list[_Part], is_outside: bool) -> list[GoldBound]:
    bounds: list[GoldBound] = []
    for index, part in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        opens = following is not None and following.before in ("", "=") and _is_range(part, following)
        closes = index > 0 and part.before in ("", "=") and _is_range(parts[index - 1], part)
        sign = part.after or part.before or "="
        low, high = ("<", ">") if is_outside else (">=", "<=")
        if opens and following is not None and part.before in ("", "=", ">="):
            sign = low if part.value <= following.value else high  # "77 to 20 letters"
        elif closes and not part.after:
            sign = high if parts[index - 1].value <= part.value else low
        unit, relative = _read_unit(part.unit)
        bounds.append(GoldBound(sign, part.value, unit, relative))
    return bounds


def _is_range(first: _Part, second: _Part) -> bool:
    return second.link == "to" or (first.follows_between and second.link in ("and", "&"))


def _read_unit(text: str) -> tuple[str, str]:
    """The spelling of a unit without the words around it, or the normal limit that the number multiplies."""
    if _UPPER.search(text):
        return "", "uln"
    if _LOWER.search(text):
        return "", "lln"
    unit = re.sub(r"\b(?:of\s+age|old|inclusive(?:ly)?|of\s+the\b.*|(?:of\s+)?predicted.*)", " ", text, flags=re.I)
    return " ".join(unit.strip(" .,;()-").split()), ""


def _share_units(bounds: list[GoldBound]) -> list[GoldBound]:
    """A number without a unit has that of the next one, or else of the one before: "between 10 and 65 g"."""
    shared = list(bounds)
    for index in reversed(range(len(shared) - 1)):
        shared[index] = _with_unit_of(shared[index], shared[index + 1])
    for index in range(1, len(shared)):
        shared[index] = _with_unit_of(shared[index], shared[index - 1])
    return shared


def _with_unit_of(bound: GoldBound, other: GoldBound) -> GoldBound:
    if bound.unit or bound.relative:
        return bound
    return GoldBound(bound.operator, bound.value, other.unit, other.relative)


def _close_lists(words: str, bounds: list[GoldBound]) -> tuple[GoldBound, ...] | None:
    """Several equalities are a list: neighbours fill a range, others cannot be told from one comparison."""
    equal = [bound for bound in bounds if bound.operator == "="]
    if len(equal) < 2 or len(equal) < len(bounds) or "=" in words:
        return tuple(bounds)
    values = sorted(bound.value for bound in equal)
    if any(b - a != 1 for a, b in pairwise(values)):
        return None
    first = equal[0]
    return (
        GoldBound(">=", values[0], first.unit, first.relative),
        GoldBound("<=", values[-1], first.unit, first.relative),
    )
