"""Laboratory values: units, spellings and codes as hospitals send them, and every way to be unusable.

A value is drawn on the grid of its own unit, on the wanted side of the limit in that unit, so that no conversion
stands between what is intended and what is written. Sides are `low` and `high`; the limit belongs to the side that
the protocol's comparison gives it. Limits: reference record, criteria E6 to E8, E11; conversions: haemoglobin
1 mmol/L = 1.611 g/dL (not used: the record prints both limits), bilirubin 3 mg/dL = 51.3 umol/L,
creatinine 1.7 mg/dL and 150 umol/L as printed, glucose 1 mmol/L = 18.0 mg/dL.
"""

from dataclasses import dataclass
from functools import lru_cache

from equipoise.synthetic.chart import LOINC, UCUM, Chart, coding
from equipoise.synthetic.truth import Known, unknown

LAB_WINDOW = 90
NEVER, OLD, NO_UNIT, ODD_UNIT, OVERLAP = "never-measured", "too-old", "no-unit", "unknown-unit", "overlap"
PARTIAL, CONFLICT, TEXT = "partial-date", "conflict", "unmapped-code"
_ABSENT = '"dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}'


@dataclass(frozen=True)
class Scale:
    """
    One way of reporting an analyte: code, unit as sent, decimals, and the two sides as whole numbers of the grid.

    `low` and `high` are (least, greatest) in units of the last decimal; `normal` the reference range on that grid.
    """

    code: str
    unit: str
    decimals: int
    low: tuple[int, int]
    high: tuple[int, int]
    normal: tuple[int, int]


@dataclass(frozen=True)
class Analyte:
    """A measured concept with its ways of being reported, and the causes of unknown it can be made to have."""

    label: str
    scales: tuple[Scale, ...]
    gaps: tuple[str, ...] = (NEVER, OLD, NO_UNIT, ODD_UNIT, OVERLAP, PARTIAL, CONFLICT, TEXT)
    window: int = LAB_WINDOW


def _scales(code: str, units: tuple[str, ...], decimals: int, *sides: tuple[int, int]) -> tuple[Scale, ...]:
    return tuple(Scale(code, unit, decimals, sides[0], sides[1], sides[2]) for unit in units)


_GIGA = ("10*9/L", "10^9/L", "K/uL", "10*3/uL", "x10E3/uL", "thou/mcL", "10*3/mm3")
_PER_UL = ("/uL", "/mm3")
HAEMOGLOBIN = Analyte(
    "haemoglobin",
    _scales("718-7", ("g/dL", "g/dL", "gm/dL"), 1, (50, 79), (80, 165), (120, 160))
    + _scales("718-7", ("g/L",), 0, (50, 79), (80, 165), (120, 160))
    + _scales("59260-0", ("mmol/L",), 1, (31, 49), (50, 102), (74, 99)),
)
LEUKOCYTES = Analyte(
    "leukocytes",
    _scales("6690-2", _GIGA, 1, (4, 19), (20, 140), (40, 110))
    + _scales("6690-2", _PER_UL, 0, (400, 1999), (2000, 14000), (4000, 11000)),
)
PLATELETS = Analyte(
    "platelets",
    _scales("777-3", _GIGA, 0, (9, 74), (75, 420), (150, 400))
    + _scales("777-3", _PER_UL, 0, (9000, 74999), (75000, 420000), (150000, 400000)),
)
BILIRUBIN = Analyte(
    "bilirubin",
    # High is above both 3 mg/dL and 3 x ULN, low below both; what lies between is `BILIRUBIN_BETWEEN`.
    _scales("1975-2", ("mg/dL", "mg/dL", "MG/DL"), 1, (2, 30), (37, 160), (2, 12))
    + _scales("14631-6", ("umol/L", "µmol/L"), 0, (3, 51), (61, 270), (3, 20)),
)
BILIRUBIN_BETWEEN = Analyte(
    "bilirubin",
    _scales("1975-2", ("mg/dL",), 1, (31, 36), (31, 36), (2, 12))
    + _scales("14631-6", ("umol/L",), 0, (52, 60), (52, 60), (3, 20)),
)
ALBUMIN = Analyte(
    "albumin",
    _scales("1751-7", ("g/dL", "gm/dL"), 1, (15, 29), (30, 50), (35, 50))
    + _scales("1751-7", ("g/L",), 0, (15, 29), (30, 50), (35, 50)),
)
INR = Analyte(
    "INR",
    _scales("6301-6", ("1", "{INR}", ""), 1, (8, 15), (16, 45), (8, 12))
    + _scales("6301-6", ("{INR}",), 2, (80, 150), (151, 450), (80, 120)),
    (NEVER, OLD, OVERLAP, PARTIAL, CONFLICT, TEXT),
)
GLUCOSE = Analyte(
    "fasting glucose",
    _scales("1558-6", ("mg/dL",), 0, (65, 198), (199, 420), (70, 99))
    + _scales("14771-0", ("mmol/L",), 1, (38, 110), (111, 230), (39, 55)),
)


def number(value: int, decimals: int) -> str:
    """A grid value as decimal text with exactly so many decimals."""
    if decimals == 0:
        return str(value)
    text = f"{value:0{decimals + 1}d}"
    return f"{text[:-decimals]}.{text[-decimals:]}"


def quantity(text: str, unit: str, comparator: str = "", *, is_coded: bool = True) -> str:
    """A valueQuantity member; an empty unit is left out. Without `is_coded` the unit is sent as display text alone."""
    sign = f'"comparator":"{comparator}",' if comparator else ""
    if not unit:
        return f'"valueQuantity":{{{sign}"value":{text}}}'
    code = f',"system":"{UCUM}","code":"{unit}"' if is_coded else ""
    return f'"valueQuantity":{{{sign}"value":{text},"unit":"{unit}"{code}}}'


@lru_cache(maxsize=256)
def reference_range(scale: Scale) -> str:
    low, high = (number(limit, scale.decimals) for limit in scale.normal)
    unit = f',"unit":"{scale.unit}"' if scale.unit else ""
    return f',"referenceRange":[{{"low":{{"value":{low}{unit}}},"high":{{"value":{high}{unit}}}}}]'


def _send(chart: Chart, scale: Scale, value: int, when: str, *, status: str = "final", has_range: bool = True) -> None:
    text = number(value, scale.decimals)
    draw = chart.rng.random()
    if draw < 0.04 and scale.unit not in ("", "1", "{INR}"):
        content = f'"valueString":"{text} {scale.unit}"'
    else:
        content = quantity(text, scale.unit, is_coded=draw < 0.8 and is_ucum(scale.unit))
    codes = (
        ((LOINC, scale.code),)
        if draw < 0.85
        else ((LOINC, scale.code), ("https://lab.example/tests", scale.code[::-1]))
    )
    extra = reference_range(scale) if has_range else ""
    chart.observation(coding(*codes), content, when, status=status, extra=extra, is_period=draw > 0.96)


def is_ucum(unit: str) -> bool:
    """Whether a hospital could have sent this spelling as a UCUM code; the others come as display text alone."""
    return unit in (
        "g/dL",
        "g/L",
        "mmol/L",
        "10*9/L",
        "10*3/uL",
        "/uL",
        "mg/dL",
        "umol/L",
        "1",
        "{INR}",
        "%",
        "kg",
        "s",
    )


def write_result(chart: Chart, analyte: Analyte, side: str, *, has_range: bool | None = None) -> tuple[Scale, int]:
    """
    Write the deciding (latest usable) result on one side of the limit, among others that must not decide.

    Returns the scale and the value. `has_range` None draws whether the result carries its reference range.
    """
    scale = chart.pick(analyte.scales)
    value = chart.between(*(scale.low if side == "low" else scale.high))
    day = chart.between(0, analyte.window)
    with_range = chart.chance(0.8) if has_range is None else has_range
    status = "final" if chart.chance(0.9) else chart.pick(("amended", "corrected"))
    _send(chart, scale, value, chart.moment(day), status=status, has_range=with_range)
    _write_around(chart, analyte, day)
    return scale, value


def _write_around(chart: Chart, analyte: Analyte, day: int) -> None:
    """Results that must not decide: older, erroneous, preliminary, without a value, after the day of judgement."""
    draw = chart.rng.random()
    if draw > 0.55:
        return
    scale = chart.pick(analyte.scales)
    value = chart.between(*(scale.low if chart.chance(0.5) else scale.high))
    if draw < 0.25:
        _send(chart, scale, value, chart.moment(day + 1 + int(chart.rng.random() * 200)))
    elif draw < 0.35:
        _send(chart, scale, value, chart.moment(max(0, day - 1)), status="entered-in-error")
    elif draw < 0.42:
        _send(chart, scale, value, chart.moment(max(0, day - 1)), status=chart.pick(("preliminary", "registered")))
    elif draw < 0.49:
        chart.observation(coding((LOINC, scale.code)), "", chart.moment(max(0, day - 1)), extra="," + _ABSENT)
    else:
        _send(chart, scale, value, chart.moment(-chart.between(1, 20)))


def write_gap(chart: Chart, analyte: Analyte, *, among: tuple[str, ...] = ()) -> Known:
    """Write records that leave the analyte unknown, and say why."""
    cause = chart.pick(among or analyte.gaps)
    scale = chart.pick(analyte.scales)
    value = chart.between(*(scale.low if chart.chance(0.5) else scale.high))
    day = chart.between(0, analyte.window)
    code = coding((LOINC, scale.code))
    if cause == NEVER:
        if chart.chance(0.5):
            chart.observation(code, "", chart.moment(day), extra="," + _ABSENT)
    elif cause == OLD:
        _send(chart, scale, value, chart.moment(analyte.window + chart.between(1, 400)))
    elif cause == NO_UNIT:
        chart.observation(code, quantity(number(value, scale.decimals), ""), chart.moment(day))
    elif cause == ODD_UNIT:
        odd = chart.pick(("arb", "units?", "lab units"))
        chart.observation(code, quantity(number(value, scale.decimals), odd, is_coded=False), chart.moment(day))
    elif cause == OVERLAP:
        text = number(scale.high[1], scale.decimals)
        chart.observation(
            code,
            quantity(text, scale.unit, "<", is_coded=is_ucum(scale.unit)),
            chart.moment(day),
            extra=reference_range(scale),
        )
    elif cause == PARTIAL:
        _send(chart, scale, value, str(chart.as_of.year))
    elif cause == CONFLICT:
        # Without a clock time two results of one day cannot be ordered.
        for side in (scale.low, scale.high):
            chart.observation(
                code,
                quantity(number(chart.between(*side), scale.decimals), scale.unit, is_coded=is_ucum(scale.unit)),
                chart.iso(day),
                extra=reference_range(scale),
            )
    else:
        chart.observation(code, '"valueString":"see comment"', chart.moment(day))
    return unknown(cause, f"{analyte.label}: {_WORDS[cause]}")


_WORDS = {
    NEVER: "no result with a value",
    OLD: "the last result is older than the window",
    NO_UNIT: "the result has no unit",
    ODD_UNIT: "the result's unit does not resolve",
    OVERLAP: "the result is a bound on the far side of the limit",
    PARTIAL: "the only result is dated by its year alone",
    CONFLICT: "two results of one day decide differently",
    TEXT: "the result is a text without a number",
}
