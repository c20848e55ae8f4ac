"""Prior treatment: chemotherapy and its washout (I6), liver-directed therapy (E2), CAPTEM (E3), external beam (E14).

The versions differ here: the amended one lets embolisation and CAPTEM pass when they ended more than twelve
calendar months ago, and moves the washout to a gate of arm 2.
"""

from datetime import date

from equipoise.synthetic.chart import ATC, CPT, HCPCS, LOCAL, RXNORM, SNOMED, Chart, coding, local
from equipoise.synthetic.diagnoses import no_record
from equipoise.synthetic.laboratory import quantity
from equipoise.synthetic.person import years_before
from equipoise.synthetic.plan import Plan, Profile
from equipoise.synthetic.truth import Known, Want, false, true, unknown

WASHOUT_DAYS = 28
_CHEMOTHERAPY = (
    coding((ATC, "L01XA03"), text="oxaliplatin"),
    coding((ATC, "L01AD04"), text="streptozocin"),
    coding((ATC, "L01BC02"), (LOCAL, "chemotherapy"), text="fluorouracil"),
)
_CAPTEM = (
    coding((RXNORM, "194000"), text="capecitabine"),
    coding((ATC, "L01BC06"), (RXNORM, "194000"), text="capecitabine"),
    coding((RXNORM, "37776"), text="temozolomide"),
    coding((ATC, "L01AX03"), text="temozolomide"),
)
_YTTRIUM = (coding((HCPCS, "S2095")), local("yttrium-90-radioembolisation"))
_EMBOLISATION = (
    coding((LOCAL, "arterial-embolisation"), text="TACE"),
    coding((LOCAL, "arterial-embolisation"), text="TAE"),
)
_EBRT = (
    *(coding((SNOMED, code)) for code in ("1156506007", "45643008", "10611004", "441799006")),
    coding((CPT, "77412")),
)


def write_prior_therapy(chart: Chart, plan: Plan) -> None:
    captem = _write_captem(chart, plan["E3"])
    chart.say("I6", _write_washout(chart, plan, captem))
    _write_liver_directed(chart, plan["E2"])
    _write_radiotherapy(chart, plan["E14"])


def days_in_year_before(as_of: date) -> int:
    """How many days ago the same calendar day of the year before was."""
    return (as_of - years_before(as_of, 1)).days


def _this_year(chart: Chart) -> str:
    """The year alone: perhaps after the day of judgement. On its last day, no date at all."""
    return "" if (chart.as_of.month, chart.as_of.day) == (12, 31) else str(chart.as_of.year)


def _straddling_month(chart: Chart) -> str:
    """The month of the day twelve months ago, or nothing where that day is the month's first: it would be inside."""
    day = years_before(chart.as_of, 1)
    return "" if day.day == 1 else day.isoformat()[:7]


def _write_captem(chart: Chart, want: Want) -> Known:
    """E3; returns what the records say of chemotherapy at any time (truth of the original version)."""
    drug, year = chart.pick(_CAPTEM), days_in_year_before(chart.as_of)
    if want is Want.PASS:
        if chart.chance(0.05):
            chart.administration(drug, chart.iso(40), status=chart.pick(("not-done", "entered-in-error")))
        known = no_record(chart, "capecitabine or temozolomide")
        chart.say("E3", known)
        return known
    if want is Want.OPEN:
        chart.administration(drug, _this_year(chart))
        known = unknown("partial-date", "capecitabine or temozolomide, day not certainly before the day of judgement")
        chart.say("E3", known)
        return known
    month = _straddling_month(chart)
    given = true("capecitabine or temozolomide given")
    if month and chart.chance(0.15):
        chart.administration(drug, month)
        chart.say("E3", given, unknown("partial-date", "given in the month that the twelve-month limit cuts"))
    elif chart.chance(0.4):
        last = year + chart.between(1, 1500)
        chart.administration(drug, chart.iso(last + 60), until=chart.iso(last))
        chart.say("E3", given, no_record(chart, "capecitabine or temozolomide within 12 months"))
    else:
        last = chart.between(WASHOUT_DAYS, year)
        chart.administration(drug, chart.iso(last + 90), until=chart.iso(last))
        chart.say("E3", true("capecitabine or temozolomide given within 12 months"))
    return given


def _write_washout(chart: Chart, plan: Plan, captem: Known) -> Known:
    """I6 of the original version: true when no chemotherapy in the 28 days before, day 28 itself being free."""
    drug = chart.pick(_CHEMOTHERAPY)
    if plan["I6"] is Want.BLOCK:
        chart.administration(drug, chart.iso(chart.between(0, WASHOUT_DAYS - 1)))
        return false("chemotherapy less than 28 days ago")
    if plan["I6"] is Want.OPEN:
        chart.order(drug, chart.iso(chart.between(1, 60)))
        return unknown("needs-person", "chemotherapy ordered, not shown given")
    if chart.chance(0.5 if plan.profile is Profile.OTHER else 0.2):
        last = WASHOUT_DAYS + chart.between(0, 500)
        chart.administration(drug, chart.iso(last + 42), until=chart.iso(last))
    if captem.cause == "partial-date":
        return captem
    known = no_record(chart, "chemotherapy within 28 days")
    return known if known.cause else true("no chemotherapy in the 28 days before")


def _write_liver_directed(chart: Chart, want: Want) -> None:
    year = days_in_year_before(chart.as_of)
    if want is Want.PASS:
        if chart.chance(0.05):
            chart.procedure(
                chart.pick(_EMBOLISATION), chart.iso(100), status=chart.pick(("not-done", "entered-in-error"))
            )
        chart.say("E2", no_record(chart, "liver-directed therapy"))
        return
    if want is Want.OPEN:
        chart.procedure(chart.pick(_YTTRIUM + _EMBOLISATION), _this_year(chart))
        chart.say(
            "E2", unknown("partial-date", "liver-directed therapy, day not certainly before the day of judgement")
        )
        return
    draw, month = chart.rng.random(), _straddling_month(chart)
    if draw < 0.4:
        chart.procedure(chart.pick(_YTTRIUM), chart.iso(chart.between(1, 2500)))
        chart.say("E2", true("yttrium-90 radioembolisation; it never expires"))
        return
    given = true("embolisation recorded")
    if draw < 0.5 and month:
        chart.procedure(chart.pick(_EMBOLISATION), month)
        late = unknown("partial-date", "embolised in the month that the twelve-month limit cuts")
    elif draw < 0.75:
        chart.procedure(chart.pick(_EMBOLISATION), chart.iso(year + chart.between(1, 1500)))
        late = no_record(chart, "yttrium-90, or of embolisation within 12 months,")
    else:
        chart.procedure(chart.pick(_EMBOLISATION), chart.iso(chart.between(1, year)))
        late = true("embolisation within 12 months")
    chart.say("E2", given, late)


def _write_radiotherapy(chart: Chart, want: Want) -> None:
    if want is Want.PASS and chart.chance(0.6):
        known = no_record(chart, "external beam radiotherapy")
        if known.cause:
            known = unknown(
                "needs-person", "no estimate of irradiated marrow, and coverage does not allow to assume none"
            )
        chart.say("E14", known)
        return
    start = chart.between(40, 2500)
    chart.procedure(chart.pick(_EBRT), chart.iso(start), until=chart.iso(start - 35))
    if want is Want.OPEN:
        chart.say("E14", unknown("needs-person", "external beam radiotherapy without an estimate of irradiated marrow"))
        return
    percent = chart.between(1, 25) if want is Want.PASS else chart.between(26, 70)
    if chart.chance(0.6):
        chart.observation(
            local("marrow-irradiated-fraction"), quantity(str(percent), "%"), chart.moment(chart.between(0, 30))
        )
    else:
        chart.attest("marrow-irradiated-fraction", f"{percent} %", chart.between(0, 30))
    chart.say(
        "E14", false("25 % of marrow or less irradiated") if want is Want.PASS else true("more than 25 % irradiated")
    )
