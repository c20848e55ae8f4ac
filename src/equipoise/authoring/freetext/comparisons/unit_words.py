"""Units as criteria print them: how far the spelling of a unit reaches, and which UCUM unit it means.

Decides which words and symbols are parts of a unit and puts words into symbols ("picograms per milliliter");
`terminology.units` decides what the symbols mean. Nothing is guessed: what it does not know has no UCUM unit.
"""

import re
from functools import lru_cache

from equipoise.authoring.freetext.comparisons.numbers import RAISED_DIGITS
from equipoise.terminology.units import resolve_unit

_MILLI, _MICRO = "mill?i[ -]?", "micro[ -]?"
_WORDS = (
    (r"per ?cent(?!ile)", "%"),
    (r"mm\.? ?(?:of )?\[?hg\]?|millimet(?:er|re)s? (?:of )?(?:mercury|hg)", "mmhg"),
    (r"cm ?(?:of )?\[?h2o\]?", "cmh2o"),
    (rf"{_MILLI}international units?|mui", "miu"),
    (rf"{_MICRO}international units?|[µμu]ui", "uiu"),
    (r"(?:international|intl) units?|ui", "iu"),
    (rf"{_MILLI}units?", "mU"),
    (r"units?", "U"),
    (rf"{_MILLI}grams?", "mg"),
    (rf"{_MICRO}grams?", "ug"),
    (r"nano[ -]?grams?", "ng"),
    (r"pico[ -]?grams?", "pg"),
    (r"kilo[ -]?grams?", "kg"),
    (r"grams?|gms?", "g"),
    (r"deci[ -]?lit(?:er|re)s?", "dl"),
    (rf"{_MILLI}lit(?:er|re)s?|mil+ilit(?:er|re)s?", "ml"),
    (rf"{_MICRO}lit(?:er|re)s?|microl|mcl", "ul"),
    (r"lit(?:er|re)s?|lts?", "l"),
    (rf"{_MILLI}mol(?:e|ar)?s?", "mmol"),
    (rf"{_MICRO}mol(?:e|ar)?s?", "umol"),
    (r"nano[ -]?mol(?:e|ar)?s?", "nmol"),
    (r"pico[ -]?mol(?:e|ar)?s?", "pmol"),
    (rf"{_MILLI}equivalents?", "meq"),
    (rf"{_MILLI}osmol(?:e)?s?", "mosmol"),
    (r"(?:cubic|cu\.?) ?(?:millimet(?:er|re)s?|mm)|mmc|cmm|mm(?:\^|\*\*)?3|mm \^?3|mm³", "mm3"),
    (r"(?:cubic|cu\.?) ?(?:centimet(?:er|re)s?|cm)|cm(?:\^|\*\*)?3|cm \^?3|cm³", "cm3"),
    (r"(?:square|sq\.?) ?(?:millimet(?:er|re)s?|mm)|mm(?:\^|\*\*)?2|mm \^?2|mm²", "mm2"),
    (r"(?:square|sq\.?) ?(?:centimet(?:er|re)s?|cm)|cm(?:\^|\*\*)?2|cm \^?2|cm²|cm squared", "cm2"),
    (r"(?:square|sq\.?) ?(?:met(?:er|re)s?|m)|m(?:\^|\*\*)?2|m \^?2|m²|m\*m|met(?:er|re)s? squared", "m2"),
    (r"millimet(?:er|re)s?", "mm"),
    (r"centimet(?:er|re)s?", "cm"),
    (rf"{_MICRO}met(?:er|re)s?|microns?", "um"),
    (r"met(?:er|re)s?", "m"),
    (r"heart ?beats?", "beats"),
    (r"milliseconds?|msecs?|ms", "ms"),
    (r"seconds?|secs?", "s"),
    (r"minutes?|mins?", "min"),
    (r"hours?|hrs?", "h"),
    (r"days?", "d"),
    (r"weeks?|wks?", "wk"),
    (r"months?|mths?|mos?", "mo"),
    (r"years?|yrs\.(?= )|yrs?|y", "a"),
    (r"pounds?|lbs?", "[lb_av]"),
    (r"inch(?:es)?", "[in_i]"),
    (r"feet|ft", "[ft_i]"),
    (r"diopt(?:er|re|ry)s?|dpt", "[diop]"),
    (r"kcals?", "kcal"),
    (r"watts?", "W"),
)
_SYMBOL = (
    r"(?:k|m|µ|μ|u|mc|n|p|f|d|c)?(?:eq|g|mol|osm(?:ol)?|iu|u|l|kat|pa|cal|gy|bq)|kgs|cc|bpm|beats?|breaths?|cells?|copies|copy"
    r"|[kcmµμun]?m|mhz|hz|[hds]|min"
)
_DEGREES = {
    r"(?:°+|º+|degrees?) ?(?:c|celsius|centigrade)|℃": "Cel",
    r"(?:°+|º+|degrees?) ?(?:f|fahrenheit)|℉": "[degF]",
    r"°|º|degrees?": "deg",
}
_END = r"(?![^\W\d_])"
_ATOM = rf"(?:{'|'.join([*_DEGREES, *(pattern for pattern, _ in _WORDS), _SYMBOL])}){_END}"
_FIELD = rf"(?:hpf|high[- ]power(?:ed)? field){_END}"
_BELOW = rf" ?(?:/|\bper\b) ?(?:a )?(?:(?:24|100(?= ?ml)|10|2|1)[ -]?)?(?:{_ATOM}|{_FIELD})"
_INVERSE = r"[ .·](?:l|dl|ml|min|h|s|kg|m)(?:-[12]|⁻[¹²])(?!\w)"
_POWER = (
    r"(?:[x×*·]|times)? ?10 ?(?:\*\*?|\^|e|⁺)? ?\(?(?P<power>1[0-2]|[3-9]|[³⁴⁵⁶⁷⁸⁹]|¹[⁰¹²])\)? ?\*?(?![\d.,])"
    r"|[x×*] ?(?P<thousand>1[,.]?000)(?!\d)"
)
_SURFACE = (
    r"(?: ?[/*x×.·(]? ?|\bper )1[.,]73? ?-?(?:m ?(?:\^|\*\*)?2|m²|m\*m|sqm|(?:square )?met(?:er|re)s?(?: squared)?|m)"
    rf"(?: ?(?:bsa|body surface(?: area)?))?{_END}\)?"
)
_UNIT = re.compile(
    rf" ?(?:(?P<count>{_POWER}) ?)?"
    rf"(?P<unit>(?:log ?(?:10)? ?)?(?:%|(?:events?|episodes?)(?=/| per)|[mµμu]V\b|{_ATOM}(?:-1|⁻¹)?)"
    rf"(?:{_BELOW}|{_INVERSE})*"
    rf"|(?:cells? ?|copies ?|copy ?)?{_BELOW})?"
    rf"(?P<bsa>{_SURFACE})?",
    re.IGNORECASE,
)
_TIME = "|".join(pattern for pattern, symbol in _WORDS if symbol in ("min", "h", "d", "wk", "mo", "a"))
_TIME_AFTER_A_HYPHEN = re.compile(rf" ?[-‐‑]? ?(?P<unit>(?:{_TIME})(?:\(s\))?){_END}", re.IGNORECASE)
_READ_WORD = tuple((re.compile(pattern, re.IGNORECASE), symbol) for pattern, symbol in (*_DEGREES.items(), *_WORDS))
_ATOMS = re.compile(rf"(?<![^\W\d_]){_ATOM}", re.IGNORECASE)
_ONE_PER = re.compile(r"[ .·]?([A-Za-z]+)(?:-1|⁻¹)")
_LONE_U = re.compile(r"(?<![A-Za-z\[])([mkn]?)u(?=/|$)")
_SMALL_LITRE = re.compile(r"(?<![A-Za-z])([mdu]?)l(?=/|$)")
_MOLAR = {"mM": "mmol/L", "µM": "umol/L", "μM": "umol/L", "uM": "umol/L", "nM": "nmol/L", "pM": "pmol/L"}
_NOT_IN_CAPITALS = frozenset("MLSHGUD")
"""Single capitals that are no units; C, D and F are read where a value makes them sure."""


def read_spelling(text: str, start: int) -> tuple[str, int] | None:
    """The spelling of the unit that stands at `start`, and where it ends; None when there is none."""
    if start >= len(text):
        return None
    found = _UNIT.match(text, start)
    spelling = found.group().strip() if found else ""
    if found is not None and spelling and spelling not in _NOT_IN_CAPITALS:
        return spelling, found.end()
    time = _TIME_AFTER_A_HYPHEN.match(text, start)
    return (time["unit"], time.end()) if time else None


@lru_cache(maxsize=4096)
def ucum_of(spelling: str) -> str | None:
    """
    The UCUM unit a printed unit means; None when it is not understood.

    Examples
    --------
    >>> ucum_of("x109/L"), ucum_of("picograms per milliliter"), ucum_of("mU/ml"), ucum_of("log copies/ml")
    ('10*9/L', 'pg/mL', 'mU/mL', None)
    """
    if spelling in _MOLAR:
        return _MOLAR[spelling]
    if spelling.lower().startswith("log"):
        return None
    power, rest = _cut_power(spelling)
    rest, is_normalised = _cut_surface(rest)
    text = _in_symbols(rest) + ("/1.73m2" if is_normalised else "")
    if text in ("deg", "Cel", "[degF]"):
        return text
    return _with_power(power, text) if power else resolve_unit(text)


def _cut_power(spelling: str) -> tuple[str, str]:
    found = re.match(_POWER, spelling, re.IGNORECASE)
    if found is None:
        return "", spelling
    power = "3" if found["thousand"] else found["power"].translate(RAISED_DIGITS)
    return f"10*{power}", spelling[found.end() :]


def _cut_surface(spelling: str) -> tuple[str, bool]:
    cut = re.sub(r"[ /*x×.·(]*(?:\bper )?1[.,]73?.*$", "", spelling)
    return cut, cut != spelling


def _in_symbols(spelling: str) -> str:
    """The unit in symbols, with a slash for "per"."""
    text = spelling.replace("(s)", "").strip(" .")
    if re.fullmatch(r"[mµμu]V", text):
        return text.replace("µ", "u").replace("μ", "u")
    text = re.sub(r"^(?:events?|episodes?)(?=/| per)", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*\bper\b\s*(?:a\b)?\s*", "/", text, flags=re.IGNORECASE)
    text = _ATOMS.sub(lambda found: _symbol(found.group()), text)
    text = _ONE_PER.sub(r"/\1", text).replace(" ", "")
    text = re.sub(r"/1(?=[a-z])", "/", text)
    # A printed u is the enzyme unit, never the atomic mass unit of UCUM.
    return _LONE_U.sub(r"\1U", _SMALL_LITRE.sub(r"\1L", text))


def _symbol(word: str) -> str:
    return next((symbol for pattern, symbol in _READ_WORD if pattern.fullmatch(word)), word)


def _with_power(power: str, text: str) -> str | None:
    text = re.sub(r"^(?:cells?|copies|copy)(?=/|$)", "", text, flags=re.IGNORECASE)
    if not text:
        return power
    if text.startswith("/"):
        return resolve_unit(power + text)
    base = resolve_unit(text)
    return None if base is None else resolve_unit(f"{power}.{base}")
