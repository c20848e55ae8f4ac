"""Blood counts, liver function and fasting glucose: E8, E6 and E11."""

from equipoise.synthetic.chart import ICD10CM, LOINC, SNOMED, Chart, coding
from equipoise.synthetic.diagnoses import Diagnosis, absence, ended, presence, unsettled
from equipoise.synthetic.laboratory import (
    ALBUMIN,
    BILIRUBIN,
    BILIRUBIN_BETWEEN,
    GLUCOSE,
    HAEMOGLOBIN,
    INR,
    LAB_WINDOW,
    LEUKOCYTES,
    NEVER,
    OLD,
    PLATELETS,
    quantity,
    write_gap,
    write_result,
)
from equipoise.synthetic.plan import Plan
from equipoise.synthetic.truth import Known, Want, either, false, true, unknown

CIRRHOSIS = Diagnosis(
    "cirrhosis", (((SNOMED, "19943007"),), ((ICD10CM, "K74.60"),), ((ICD10CM, "K74.69"), (SNOMED, "19943007")))
)
ASCITES = Diagnosis("ascites", (((SNOMED, "389026000"),), ((ICD10CM, "R18.8"),)))
DIABETES = Diagnosis("diabetes", (((SNOMED, "73211009"),), ((ICD10CM, "E11.9"),), ((ICD10CM, "E10.65"),)))
_GLUCOSE_ANY_TIME = coding((LOINC, "2345-7"))
_COUNTS = ((HAEMOGLOBIN, "low", "high"), (LEUKOCYTES, "low", "high"), (PLATELETS, "low", "high"))


def write_counts(chart: Chart, plan: Plan) -> None:
    """E8: haemoglobin, leukocytes and platelets; one limb blocks or stays open, the others pass."""
    want = plan["E8"]
    special = chart.pick(_COUNTS)[0]
    parts = []
    for analyte, below, above in _COUNTS:
        if analyte is not special or want is Want.PASS:
            write_result(chart, analyte, above)
            parts.append(false(f"{analyte.label} not below its limit"))
        elif want is Want.BLOCK:
            write_result(chart, analyte, below)
            parts.append(true(f"{analyte.label} below its limit"))
        else:
            parts.append(write_gap(chart, analyte))
    chart.say("E8", either(*parts))


def write_liver_function(chart: Chart, plan: Plan) -> None:
    """E6: bilirubin (two readings of its limit), INR, albumin with its exemption, cirrhosis, ascites."""
    want = plan["E6"]
    limb = "" if want is Want.PASS else chart.pick(("bilirubin", "INR", "albumin", "cirrhosis", "ascites"))
    limbs = {"bilirubin": _bilirubin, "INR": _inr, "albumin": _albumin}
    parts = [write(chart, want if name == limb else Want.PASS) for name, write in limbs.items() if name != "INR"]
    parts.append(_inr(chart, want if limb == "INR" else Want.PASS))
    for diagnosis, name in ((CIRRHOSIS, "cirrhosis"), (ASCITES, "ascites")):
        if name != limb and diagnosis is ASCITES and chart.chance(0.05):
            parts.append(ended(chart, diagnosis))
        elif name != limb:
            parts.append(absence(chart, diagnosis, is_about_now=diagnosis is ASCITES))
        elif want is Want.BLOCK:
            parts.append(presence(chart, diagnosis))
        else:
            parts.append(unsettled(chart, diagnosis))
    chart.say("E6", either(*parts))


def _bilirubin(chart: Chart, want: Want) -> Known:
    if want is Want.PASS:
        write_result(chart, BILIRUBIN, "low", has_range=True)
        return false("bilirubin above neither 3 mg/dL nor 3 x ULN")
    if want is Want.BLOCK:
        write_result(chart, BILIRUBIN, "high", has_range=True)
        return true("bilirubin above both 3 mg/dL and 3 x ULN")
    draw = chart.rng.random()
    if draw < 0.35:
        write_result(chart, BILIRUBIN_BETWEEN, "low", has_range=True)
        return unknown("reading-open", "bilirubin above 3 mg/dL but not above 3 x ULN")
    if draw < 0.6:
        write_result(chart, BILIRUBIN, chart.pick(("low", "high")), has_range=False)
        return unknown("no-reference-range", "bilirubin without a reference range: 3 x ULN cannot be judged")
    return write_gap(chart, BILIRUBIN, among=(NEVER, OLD, "partial-date"))


def _inr(chart: Chart, want: Want) -> Known:
    if want is Want.PASS:
        write_result(chart, INR, "low", has_range=True)
        return false("INR not above 1.5")
    if want is Want.BLOCK:
        write_result(chart, INR, "high", has_range=True)
        return true("INR above 1.5")
    return write_gap(chart, INR)


def _albumin(chart: Chart, want: Want) -> Known:
    """Low albumin counts unless the prothrombin time is normal; the INR limb, written later, must not exempt it."""
    if want is Want.PASS:
        if chart.chance(0.85):
            write_result(chart, ALBUMIN, "high")
            return false("albumin not below 3.0 g/dL")
        write_result(chart, ALBUMIN, "low")
        _prothrombin_time(chart, tenths=chart.between(110, 135))
        return false("albumin below 3.0 g/dL, exempt by a normal prothrombin time")
    if want is Want.BLOCK:
        write_result(chart, ALBUMIN, "low")
        _prothrombin_time(chart, tenths=chart.between(136, 190))
        return true("albumin below 3.0 g/dL and prothrombin time above its range")
    if chart.chance(0.4):
        write_result(chart, ALBUMIN, "low")
        _prothrombin_time(chart, tenths=chart.between(110, 190), has_range=False)
        return unknown("no-reference-range", "albumin below 3.0 g/dL, prothrombin time without a reference range")
    # A normal INR would exempt whatever the albumin is; the prothrombin time, asked first, forbids that.
    _prothrombin_time(chart, tenths=chart.between(136, 190))
    return write_gap(chart, ALBUMIN, among=(NEVER, OLD, "no-unit", "unknown-unit"))


def _prothrombin_time(chart: Chart, *, tenths: int, has_range: bool = True) -> None:
    normal = (
        ',"referenceRange":[{"low":{"value":11.0,"unit":"s"},"high":{"value":13.5,"unit":"s"}}]' if has_range else ""
    )
    text = f"{tenths // 10}.{tenths % 10}"
    when = chart.moment(chart.between(0, LAB_WINDOW))
    chart.observation(coding((LOINC, "5902-2")), quantity(text, "s"), when, extra=normal)


def write_glucose(chart: Chart, plan: Plan) -> None:
    """E11: diabetes and a fasting glucose above twice the upper limit of normal."""
    want = plan["E11"]
    if want is Want.BLOCK:
        diabetes = presence(chart, DIABETES)
        write_result(chart, GLUCOSE, "high", has_range=True)
        chart.say("E11", diabetes._replace(why="diabetes and fasting glucose above 2 x ULN"))
    elif want is Want.OPEN:
        presence(chart, DIABETES)
        chart.say("E11", _open_glucose(chart))
    elif chart.chance(0.5):
        known = absence(chart, DIABETES)
        if known.cause:
            write_result(chart, GLUCOSE, "low", has_range=True)
            known = false("fasting glucose not above 2 x ULN, whatever is known of diabetes")
        elif chart.chance(0.2):
            # High glucose without the diagnosis: not excluded by the wording, a note in the report.
            write_result(chart, GLUCOSE, "high", has_range=True)
        chart.say("E11", known)
    else:
        presence(chart, DIABETES)
        write_result(chart, GLUCOSE, "low", has_range=True)
        chart.say("E11", false("diabetes with fasting glucose not above 2 x ULN"))


def _open_glucose(chart: Chart) -> Known:
    if chart.chance(0.3):
        write_result(chart, GLUCOSE, chart.pick(("low", "high")), has_range=False)
        return unknown("no-reference-range", "diabetes and a fasting glucose without a reference range")
    if chart.chance(0.3):
        value = quantity(str(chart.between(70, 400)), "mg/dL")
        chart.observation(_GLUCOSE_ANY_TIME, value, chart.moment(chart.between(0, LAB_WINDOW)))
        return unknown("unsuitable-method", "diabetes and a glucose that is not said to be fasting")
    return write_gap(chart, GLUCOSE, among=(NEVER, OLD, "partial-date", "conflict"))
