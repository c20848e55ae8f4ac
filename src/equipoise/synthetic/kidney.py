"""Kidney function: E7, by Cockcroft-Gault or a measured clearance, with the creatinine limb whose reading is open.

Clearance (Cockcroft and Gault, Nephron 1976;16:31-41): (140 - age) x weight / (72 x creatinine), times 0.85 for
women [mL/min; years, kg, mg/dL]; 1 mg/dL = 88.4 umol/L. Computed here in whole numbers and fractions, without
the product's own code, because this is the side that must be known beforehand.
"""

from fractions import Fraction
from math import ceil

from equipoise.synthetic.chart import LOCAL, LOINC, Chart, coding
from equipoise.synthetic.laboratory import LAB_WINDOW, number, quantity
from equipoise.synthetic.plan import Plan
from equipoise.synthetic.truth import Known, Want, false, true, unknown

LIMIT_ML_PER_MIN = 50
_UMOL_PER_MG = Fraction("88.4")
_CREATININE, _CREATININE_MOLAR, _WEIGHT = (coding((LOINC, code)) for code in ("2160-0", "14682-9", "29463-7"))
_MEASURED = coding((LOINC, "2164-2"), text="creatinine clearance, 24 h urine")


def write_kidney(chart: Chart, plan: Plan) -> None:
    want = plan["E7"]
    if chart.years is None or chart.is_female is None:
        chart.say("E7", _without_formula(chart, want))
    elif want is Want.PASS:
        chart.say("E7", _passing(chart))
    elif want is Want.BLOCK:
        chart.say("E7", _blocking(chart))
    else:
        chart.say("E7", _open(chart))
    if chart.chance(0.2):
        # An eGFR never stands in for Cockcroft-Gault, whatever it says.
        egfr = quantity(str(chart.between(20, 90)), "mL/min/{1.73_m2}")
        chart.observation(coding((LOINC, "62238-1")), egfr, chart.moment(chart.between(0, LAB_WINDOW)))


def weight_for(chart: Chart, creatinine_mg: Fraction) -> int:
    """The least weight with a clearance of 50 mL/min or more. [tenths of kg]"""
    factor = Fraction(17, 20) if chart.is_female else Fraction(1)
    years = chart.years or 0
    return ceil(10 * LIMIT_ML_PER_MIN * 72 * creatinine_mg / ((140 - years) * factor))


def _near_limit(chart: Chart, *, at_most: int) -> int:
    """A creatinine with which a person of about 65 kg is near the limit. [0.01 mg/dL]"""
    aim = (140 - (chart.years or 0)) * (15 if chart.is_female else 18) // 10
    return min(at_most, aim + chart.between(-20, 20))


def _creatinine(chart: Chart, hundredths: int, day: int) -> Fraction:
    """Write a serum creatinine of about that many 0.01 mg/dL; returns it exactly. [mg/dL]"""
    when = chart.iso(day)
    if chart.chance(0.6):
        chart.observation(_CREATININE, quantity(number(hundredths, 2), "mg/dL"), when)
        return Fraction(hundredths, 100)
    micromolar = round(hundredths * _UMOL_PER_MG / 100)
    unit = chart.pick(("umol/L", "µmol/L"))
    chart.observation(_CREATININE_MOLAR, quantity(str(micromolar), unit, is_coded=unit == "umol/L"), when)
    return micromolar / _UMOL_PER_MG


def _weight(chart: Chart, tenths: int, day: int) -> None:
    if chart.chance(0.1):
        chart.observation(_WEIGHT, quantity(str(tenths * 100), "g"), chart.moment(day))
    else:
        chart.observation(_WEIGHT, quantity(number(tenths, 1), "kg"), chart.moment(day))


def _measured(chart: Chart, ml_per_min: int, day: int, method: str) -> None:
    part = f'"component":[{{"code":{coding((LOCAL, "clearance-method"))},"valueString":"{method}"}}]'
    chart.observation(_MEASURED, quantity(str(ml_per_min), "mL/min"), chart.iso(day), extra="," + part)


def _passing(chart: Chart) -> Known:
    day = chart.between(0, LAB_WINDOW)
    draw = chart.rng.random()
    hundredths = _near_limit(chart, at_most=170) if draw < 0.4 or draw >= 0.7 else chart.between(60, 140)
    creatinine = _creatinine(chart, hundredths, day)
    least = weight_for(chart, creatinine)
    if draw < 0.4:
        _weight(chart, least + chart.between(0, 200), chart.between(0, LAB_WINDOW))
        return false("calculated clearance of 50 mL/min or just above, creatinine not above 1.7 mg/dL")
    if draw < 0.7:
        _weight(chart, max(least, 450) + chart.between(0, 300), chart.between(0, LAB_WINDOW))
        return false("calculated clearance of 50 mL/min or more, creatinine not above 1.7 mg/dL")
    if draw < 0.85:
        _weight(chart, least - chart.between(1, 60), chart.between(0, LAB_WINDOW))
        _measured(chart, chart.between(50, 110), chart.between(0, day), chart.pick(("plasma", "urine-24h")))
        return false("a measured clearance of 50 mL/min or more overrides the calculated one")
    _weight(chart, least + chart.between(0, 300), chart.between(0, LAB_WINDOW))
    if draw < 0.93:
        _measured(chart, chart.between(20, 49), chart.between(0, day), "gamma-camera")
        return false("a gamma-camera clearance is no measured clearance; the calculated one passes")
    _measured(chart, chart.between(20, 49), day + chart.between(1, 60), "plasma")
    return false("a measured clearance older than the creatinine is set aside; the calculated one passes")


def _blocking(chart: Chart) -> Known:
    day = chart.between(0, LAB_WINDOW)
    creatinine = _creatinine(chart, _near_limit(chart, at_most=260), day)
    least = weight_for(chart, creatinine)
    if chart.chance(0.75):
        _weight(chart, least - chart.between(1, 120), chart.between(0, LAB_WINDOW))
        return true("calculated clearance below 50 mL/min")
    _weight(chart, least + chart.between(0, 200), chart.between(0, LAB_WINDOW))
    _measured(chart, chart.between(20, 49), chart.between(0, day), chart.pick(("plasma", "urine-24h")))
    return true("a measured clearance below 50 mL/min overrides the calculated one")


def _open(chart: Chart) -> Known:
    draw = chart.rng.random()
    day = chart.between(0, LAB_WINDOW)
    if draw < 0.3:
        creatinine = _creatinine(chart, chart.between(175, 185), day)
        _weight(chart, weight_for(chart, creatinine) + chart.between(0, 100), day)
        return unknown("reading-open", "creatinine above 1.7 mg/dL with a clearance of 50 mL/min or more")
    if draw < 0.5:
        _weight(chart, chart.between(500, 1100), day)
        return unknown("never-measured", "no creatinine")
    if draw < 0.7:
        _creatinine(chart, chart.between(60, 140), day)
        return unknown("never-measured", "no body weight")
    if draw < 0.85:
        _creatinine(chart, chart.between(60, 140), LAB_WINDOW + chart.between(1, 300))
        _weight(chart, chart.between(500, 1100), day)
        return unknown("too-old", "the last creatinine is older than the window")
    _creatinine(chart, chart.between(60, 140), day)
    _weight(chart, chart.between(500, 1100), LAB_WINDOW + chart.between(1, 300))
    return unknown("too-old", "body weight older than the window, and no clearance measured")


def _without_formula(chart: Chart, want: Want) -> Known:
    """Age or sex is not known exactly: only a measured clearance decides."""
    day = chart.between(0, LAB_WINDOW)
    _creatinine(chart, chart.between(60, 140), day)
    if want is Want.OPEN:
        return unknown("never-measured", "no body weight; no formula")
    low, high = (50, 110) if want is Want.PASS else (20, 49)
    _measured(chart, chart.between(low, high), chart.between(0, day), chart.pick(("plasma", "urine-24h")))
    if want is Want.PASS:
        return false("measured clearance of 50 mL/min or more, creatinine not above 1.7 mg/dL")
    return true("measured clearance below 50 mL/min")
