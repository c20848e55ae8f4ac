"""Amounts: a printed number with the unit, or the limit of normal, that stands after it.

Decides how far the unit of a number reaches and which UCUM unit it means; `terminology.units` knows the spellings.
Leaves to others what is compared. A unit that is not understood stays as printed, with a doubt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from equipoise.authoring.freetext.mentions import Amount
from equipoise.authoring.freetext.numbers import MULTIPLES, read_number, read_number_word
from equipoise.authoring.freetext.tokens import Token, TokenKind
from equipoise.criteria.nodes import Relative
from equipoise.terminology.units import resolve_unit

_COUNTS = frozenset(("/uL", "/mm3", "mm3", "/mL"))
TIME_UNITS = frozenset({"a", "mo", "wk", "d", "h", "min"})
"""Units of time in which ages and windows are given; seconds and parts of them are measurements."""

_PREFIX = r"(?:kilo|mill?i|micro|nano|pico|femto|deci|centi)"
_TIME = (
    r"years?|yrs\.(?= )|yrs?|y(?=[ /.\-]*o\b)|y|months?|mos?|mths?|weeks?|wks?|days?|hours?|hrs?|h|d|minutes?|mins?|seconds?|secs?|"
    r"milliseconds?|msecs?|ms|s"
)
_ATOM = (
    r"(?:per ?cent\b|percent\b|mm ?\[?of ?hg|mm\.? ?\[?hg\]?|millimet(?:er|re)s? (?:of )?(?:mercury|hg)|cm ?(?:of )?\[?h2o\]?|°+ ?[cf]\b|º ?[cf]\b|"
    r"℃|℉|degrees? (?:celsius|centigrade|fahrenheit|c\b|f\b)|degrees?|°|º|"
    rf"{_PREFIX}?[ -]?(?:international )?units?|intl units|{_PREFIX}?[ -]?(?:grams?|lit(?:er|re)s?|mol(?:e|ar)s?|mols?|equivalents?|osmol(?:e)?s?)|"
    rf"(?:cubic|square|sq\.?) ?(?:{_PREFIX}?met(?:er|re)s?|[cm]?m)|{_PREFIX}?met(?:er|re)s?|microns?|"
    r"(?:k|m|µ|μ|u|mc|micro|n|p|f|d|c)?(?:gm?s?|g|eq|mole?s?|osm(?:ol)?|iu|ui|u|lt?s?|kat|pa|cal|gy|bq)|kgs?|cc|[mµμu]?mhos?|"
    r"(?:[kcmµμun]?m)(?:(?:\^|\*\*)?[23]|[²³]| [23](?![\d.,]))?|cu\.? ?mm|mmc|cmm|"
    r"(?:heart ?)?beats?|bpm|breaths?|copies|copy|cells?|cps?(?=/)|letters?(?=/)|pounds?|lbs?|inch(?:es)?|feet|ft|diopt(?:er|re|ry)s?|dpt|kcals?|"
    rf"watts?|{_TIME})"
)
_DENOMINATOR = rf"(?:(?:24|1\.73|1,73|100(?= ?m)(?!mm)|10|2|1)[ -]?)?{_ATOM}|hpf|high[- ]power(?:ed)? field|l"
_POWER = (
    r"(?:[x×*·]|times)? ?10 ?(?:\*\*?|\^|e|⁺)? ?\(?(?P<power>1[0-2]|[3-9]|[³⁴⁵⁶⁷⁸⁹]|¹[⁰¹²])\)? ?\*?(?![\d.,])"
    r"|[x×*] ?(?P<thousand>1[,.]?000)(?!\d)"
)
_NOT_LETTER = r"(?![^\W\d_])"
_PER = r" ?(?:/|\bper\b) ?(?:a )?"
_UNIT = re.compile(
    rf" ?(?:(?P<count>{_POWER}) ?)?"
    rf"(?P<unit>(?:log ?(?:10)? ?)?(?:%|(?:events?|episodes?|m|µ|μ)(?=/| per|[Vv]\b)(?:[Vv]\b)?|{_ATOM}{_NOT_LETTER}(?:-1|⁻¹)?)(?:{_PER}(?:{_DENOMINATOR}){_NOT_LETTER}|[ .·](?:l|dl|ml|min|h|s|kg|m)(?:-[12]|⁻[¹²])(?!\w))*"
    rf"|(?:cells? ?|copies ?|copy ?)?{_PER}(?:{_DENOMINATOR}){_NOT_LETTER})?"
    r"(?P<bsa>(?: ?[/*x×.·(]? ?|\bper )(?:1[.,]73?) ?-?(?:m ?(?:\^|\*\*)?2|m²|m\*m|sqm|(?:square )?met(?:er|re)s?(?: squared)?|m)"
    rf"(?: ?(?:bsa|body surface(?: area)?))?{_NOT_LETTER}\)?)?",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(rf" ?[-‐‑]? ?(?P<unit>(?:{_TIME})(?:\(s\))?){_NOT_LETTER}", re.IGNORECASE)
_WORDS_OF_THE_LABORATORY = (
    r"(?:(?:higher|greater|more|above|over|than|the|of|to|institution(?:al|'s|’s)?|laborator(?:y|ies)(?:'s)?|lab|local|central|site|"
    r"hospital|testing|specific|age|gender|sex|adjusted|reference|respective|per|an?|its|applicable)[- ]){0,7}"
)
_NORMAL_RANGE = (
    r"(?:(?:the|institution(?:al|'s)?|laboratory|lab|local|age|adjusted|specific|standard)[- ]){0,4}(?:normal|reference)(?:'s)?"
    r"(?: (?:laboratory |reference )?(?:ranges?|limits?|values?|levels?|interval))?"
)


def _limit_of_normal(side: str, letter: str) -> str:
    return (
        rf"(?:{letter}\.?L\.?N\.?s?|{letter}NL|{letter}LNR|{letter}NR|"
        rf"{side}[- ](?:limits?|levels?|bounds?|range|end)(?: (?:of|or|for|from|in)(?: the)?)? {_NORMAL_RANGE}|"
        rf"{side}[- ](?:normal|reference)(?: (?:range )?(?:limits?|ranges?|values?|levels?))?|"
        rf"(?:normal|reference) (?:range )?(?:{side})(?: (?:limits?|range|levels?|values?))?|"
        rf"{side}[- ]limits?(?! (?:of|or)\b))"
    )


_RELATIVE = re.compile(
    r" ?(?:\(?[x×*]\)?(?![^\W\d_])|[- ]?fold|times?|[x×](?=U|L))? ?"
    rf"{_WORDS_OF_THE_LABORATORY}(?:(?P<uln>{_limit_of_normal('upper', 'U')})|(?P<lln>{_limit_of_normal('lower', 'L')})){_NOT_LETTER}",
    re.IGNORECASE,
)
_ORDER_WORD = re.compile(r"\b(?:higher|greater|more|above|over)\b", re.IGNORECASE)
_TIMES_NORMAL = re.compile(
    rf" ?(?:[x×*]|times|[- ]?fold)? ?{_WORDS_OF_THE_LABORATORY}(?:normal(?: (?:range|limits?|values?|levels?))?|reference range)"
    rf"{_NOT_LETTER}",
    re.IGNORECASE,
)
_TIMES = re.compile(r" ?(?:[x×*](?!\w)|times\b|[- ]?fold\b)", re.IGNORECASE)
_SAID_AGAIN = re.compile(
    r" ?[(\[] ?(?:[x×] ?)?(?P<unit>%|uln|unl|lln|mm ?hg|bpm|[a-zµμ\d^]+/[a-zµμ\d.,^* /]+?|kg|cm|mm|ms|g|lbs?|°?[cf]|years?) ?[)\]]",
    re.IGNORECASE,
)
_MOLAR = {"mM": "mmol/L", "µM": "umol/L", "μM": "umol/L", "uM": "umol/L", "nM": "nmol/L", "pM": "pmol/L"}
_CAPITAL_UNITS = {"D": "[diop]", "C": "Cel", "F": "[degF]"}
_CAPITAL = re.compile(r" ?(?P<unit>[DCF])(?![\w-])")
_BODY_TEMPERATURES = {"C": (30, 45), "F": (90, 115)}
_UNKNOWN_UNIT = re.compile(r"(?P<unit>[^\W\d_]+(?:/[^\W_]+)*| ?/ ?[^\W\d_]+)")
_NUMBER_AGAIN = re.compile(r" ?\( ?(\d{1,4}) ?\)")
_POWER_OF_TEN = re.compile(r"(?:[*^]{1,2}|\*\*)(?P<caret>\d{1,2})\*?(?!\d)|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SYMBOLS = (
    (r"milli[ -]?international units?", "miu"), (r"micro[ -]?international units?", "uiu"),
    (r"(?:international|intl) units?", "iu"), (r"milli[ -]?units?", "mU"), (r"\bunits?\b", "U"), (r"\bmui\b", "miu"), (r"[µμu]ui\b", "uiu"),
    (r"\bui\b", "iu"), (r"milli[ -]?grams?", "mg"), (r"micro[ -]?grams?", "ug"), (r"nano[ -]?grams?", "ng"),
    (r"pico[ -]?grams?", "pg"), (r"kilo[ -]?grams?", "kg"), (r"\bgrams?\b", "g"), (r"deci[ -]?lit(?:er|re)s?", "dl"),
    (r"mill?i[ -]?lit(?:er|re)s?", "ml"), (r"micro[ -]?lit(?:er|re)s?", "ul"), (r"\blit(?:er|re)s?\b", "l"), (r"\blts?\b", "l"),
    (r"milli[ -]?mol(?:e|ar)?s?", "mmol"), (r"micro[ -]?mol(?:e|ar)?s?", "umol"), (r"nano[ -]?mol(?:e|ar)?s?", "nmol"),
    (r"pico[ -]?mol(?:e|ar)?s?", "pmol"), (r"milli[ -]?equivalents?", "meq"), (r"milli[ -]?osmol(?:e)?s?", "mosmol"),
    (r"mm\.? ?(?:of )?\[?hg\]?|millimet(?:er|re)s? (?:of )?(?:mercury|hg)", "mmhg"), (r"cm ?(?:of )?\[?h2o\]?", "cmh2o"),
    (r"(?:cubic|cu\.?) ?(?:millimet(?:er|re)s?|mm)|\bmmc\b|\bcmm\b", "mm3"), (r"(?:square|sq\.?) ?(?:centimet(?:er|re)s?|cm)", "cm2"),
    (r"(?:square|sq\.?) ?(?:met(?:er|re)s?|m)\b", "m2"), (r"(?:square|sq\.?) ?(?:millimet(?:er|re)s?|mm)", "mm2"),
    (r"(?:cubic|cu\.?) ?(?:centimet(?:er|re)s?|cm)", "cm3"), (r"millimet(?:er|re)s?", "mm"), (r"centimet(?:er|re)s?", "cm"),
    (r"\bmet(?:er|re)s?\b", "m"), (r"\b(?:minutes?|mins?)\b", "min"), (r"\b(?:hours?|hrs?)\b", "h"), (r"\b(?:seconds?|secs?)\b", "s"),
    (r"heart ?beats?", "beats"), (r"\bmths?\b", "month"), (r"\byrs\.", "yr"), (r"\by\b", "yr"), (r"\b(?:mcl|microl)\b", "ul"), (r"24 ?h\b", "24h"), (r"\bkcals?\b", "kcal"),
    (r"([cm]?m)\^?²", r"\g<1>2"), (r"([cm]?m)\^?³", r"\g<1>3"), (r"([cm]?m) ?\^? ?([23])\b", r"\g<1>\2"), (r"\bwatts?\b", "W"),
    (r"1,73", "1.73"), (r"\(s\)", "s"),
)  # fmt: skip
_TO_SYMBOLS = tuple((re.compile(pattern, re.IGNORECASE), symbol) for pattern, symbol in _SYMBOLS)
_DEGREES = {
    "c": "Cel",
    "f": "[degF]",
    "℃": "Cel",
    "℉": "[degF]",
    "celsius": "Cel",
    "centigrade": "Cel",
    "fahrenheit": "[degF]",
}
_LONE_U = re.compile(r"(?<![A-Za-z\[])([mkn]?)u(?=/|$)")
_LITRE_BELOW = re.compile(r"(?<=/)([mdu]?)l(?=/|$)")
_EVENTS = re.compile(r"(?:events?|episodes?)(?: ?/ ?| per )([a-z]+)")
_MICRO = str.maketrans("µμ", "uu")
_INVERSE = re.compile(r"[ .·]?([a-z]+)(?:-1|⁻¹)")


@dataclass(frozen=True)
class ReadAmount:
    """
    An amount and where it stands.

    `next`: the index of the first token after it. `is_fraction`: a second number follows a slash ("140/90", "20/200").
    `order_word`: the word that relates it to a limit of normal gives an order ("5 times higher than the ULN").
    """

    amount: Amount
    start: int
    end: int
    next: int
    doubt: str = ""
    is_fraction: bool = False
    order_word: str = ""

    @property
    def is_time(self) -> bool:
        """Whether it is a length of time such as ages and windows have."""
        return self.amount.unit in TIME_UNITS


def read_amount(text: str, tokens: Sequence[Token], at: int) -> ReadAmount | None:
    """The amount whose number is the token at index `at`; None when that is no number."""
    token = tokens[at]
    value, doubt, end = _read_value(text, token)
    if value is None:
        return None
    again = _NUMBER_AGAIN.match(text, end)
    if again and Decimal(again[1]) == value:  # "three (3) months"
        end = again.end()
    amount, end, unit_doubt = _read_unit(text, end, value, token.low)
    if amount is None:
        return None
    if doubt and amount.unit in _COUNTS:  # a count has no three decimals: the point parts thousands
        amount = replace(amount, value=Decimal(token.low.replace(".", "")))
    following = at + 1
    while following < len(tokens) and tokens[following].start < end:
        following += 1
    is_fraction = not amount.spelling and following + 1 < len(tokens) and _is_slash_number(tokens, following)
    order_word = ""
    if amount.relative is not None:
        order = _ORDER_WORD.search(text, token.end, end)
        order_word = order[0].lower() if order else ""
    return ReadAmount(amount, token.start, end, following, doubt or unit_doubt, is_fraction, order_word)


def _is_slash_number(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].low == "/" and tokens[at + 1].kind is TokenKind.NUMBER


def _read_value(text: str, token: Token) -> tuple[Decimal | None, str, int]:
    if token.kind is TokenKind.WORD:
        multiple = MULTIPLES.get(token.low)
        return (read_number_word(token.low) if multiple is None else Decimal(multiple)), "", token.end
    printed = read_number(token.low)
    if printed is None:
        return None, "", token.end
    if token.low == "10":
        raised = _POWER_OF_TEN.match(text, token.end)
        if raised:
            power = int(raised["caret"] or raised["raised"].translate(_RAISED))
            # "10*9/L" as a limit is one unit of 10*9/L, but the number that is printed is the power of ten.
            return Decimal(10) ** power, "", raised.end()
    return printed.value, printed.doubt, token.end


def _read_unit(text: str, end: int, value: Decimal, number: str) -> tuple[Amount | None, int, str]:
    relative = _RELATIVE.match(text, end)
    if relative:
        which = Relative.ULN if relative["uln"] else Relative.LLN
        return Amount(value, relative["uln"] or relative["lln"], None, which), _skip_repeated(text, relative.end()), ""
    normal = _TIMES_NORMAL.match(text, end)
    if normal and value > 1:
        doubt = "a multiple of 'normal', read as of the upper limit"
        return Amount(value, normal.group().strip(), None, Relative.ULN), normal.end(), doubt
    if number in MULTIPLES:
        return None, end, ""
    for read in (_read_capital, _read_plain, _read_time):
        found = read(text, end, value)
        if found:
            spelling, unit, stop = found
            doubt = "" if unit else f"the unit {spelling!r} is not understood"
            return Amount(value, spelling, unit), _skip_repeated(text, stop), doubt
    times = _TIMES.match(text, end)
    if times:
        return Amount(value, times.group().strip()), times.end(), f"{value} times what is not understood"
    return _read_unknown(text, end, value)


def _read_unknown(text: str, end: int, value: Decimal) -> tuple[Amount | None, int, str]:
    unknown = _UNKNOWN_UNIT.match(text, end)
    if unknown is None:
        return Amount(value), end, ""
    spelling = unknown["unit"].strip()
    if len(spelling) == 1 and spelling in "ABCE":
        return None, end, ""  # "grade 3B" is no number
    return Amount(value, spelling), unknown.end(), f"the unit {spelling!r} is not understood"


def _read_capital(text: str, end: int, value: Decimal) -> tuple[str, str | None, int] | None:
    """A lone capital: dioptres, degrees; the latter only where a body temperature can be meant."""
    if text[end : end + 2].strip()[:1] not in _CAPITAL_UNITS:
        return None
    found = _CAPITAL.match(text, end)
    if found is None:
        return None
    letter = found["unit"]
    low, high = _BODY_TEMPERATURES.get(letter, (-100, 100))
    if not low <= value <= high:
        return None
    return letter, _CAPITAL_UNITS[letter], found.end()


def _read_plain(text: str, end: int, value: Decimal) -> tuple[str, str | None, int] | None:
    found = _UNIT.match(text, end)
    if found is None or found.end() == end or not found.group().strip():
        return None
    spelling = found.group().strip()
    if found["count"] is None and spelling in ("M", "L", "S", "H", "G", "U", "N", "P", "A"):
        return None
    return spelling, ucum_of(spelling), found.end()


def _read_time(text: str, end: int, value: Decimal) -> tuple[str, str | None, int] | None:
    found = _TIME_UNIT.match(text, end)
    return (found["unit"], ucum_of(found["unit"]), found.end()) if found else None


def _skip_repeated(text: str, end: int) -> int:
    """Past the same unit said again in brackets: "40 percent (%)", "upper limit of normal (ULN)"."""
    again = _SAID_AGAIN.match(text, end)
    return again.end() if again else end


@lru_cache(maxsize=4096)
def ucum_of(spelling: str) -> str | None:
    """The UCUM unit a printed unit means; None when it is not understood."""
    if spelling.lower().startswith("log"):
        return None
    if spelling in ("mV", "µV", "μV", "uV"):
        return f"{spelling[0].translate(_MICRO)}V"
    per_time = _EVENTS.fullmatch(spelling.lower())
    if per_time:
        return resolve_unit("/" + (resolve_unit(per_time[1]) or ""))
    if spelling in _MOLAR:
        return _MOLAR[spelling]
    degrees = re.fullmatch(r"(?:degrees?|[°º]+)? ?(c|f|℃|℉|celsius|centigrade|fahrenheit)", spelling.lower())
    if degrees:
        return _DEGREES[degrees[1]]
    if re.fullmatch(r"degrees?|°|º", spelling.lower()):
        return "deg"
    power, rest = _cut_power(spelling)
    is_normalised = re.search(r"1[.,]7", rest) is not None
    rest = re.sub(r"[ /*x×.·(]*(?:\bper )?1[.,]7.*$", "", rest)
    text = rest.strip()
    for pattern, symbol in _TO_SYMBOLS:
        text = pattern.sub(symbol, text)
    text = re.sub(r"\s*\bper\b\s*(?:a\b)?\s*", "/", text, flags=re.IGNORECASE)
    text = _INVERSE.sub(r"/\1", text)
    text = re.sub(r"/(?:1|per)(?=[a-z])", "/", text.replace(" ", ""))
    # A printed u is the enzyme unit, never the atomic mass unit of UCUM.
    text = _LONE_U.sub(r"\1U", _LITRE_BELOW.sub(r"\1L", text))
    if is_normalised:
        text += "/1.73m2"
    return resolve_unit(power + text) if not power else _with_power(power, text)


def _cut_power(spelling: str) -> tuple[str, str]:
    found = re.match(_POWER, spelling, re.IGNORECASE)
    if found is None:
        return "", spelling
    if found["thousand"]:
        return "10*3", spelling[found.end() :]
    return f"10*{found['power'].translate(_RAISED)}", spelling[found.end() :]


def _with_power(power: str, text: str) -> str | None:
    text = re.sub(r"^(?:cells?|copies|copy)(?=/|$)", "", text, flags=re.IGNORECASE)
    if not text:
        return power
    if text.startswith("/"):
        return resolve_unit(power + text)
    base = resolve_unit(text)
    return None if base is None else resolve_unit(f"{power}.{base}")
