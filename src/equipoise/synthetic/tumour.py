"""The tumour: diagnosis and metastases (I1), grade (I2, E1), resectability (I3), receptors (I4, E4), burden (E5)."""

from equipoise.synthetic.chart import ICD10CM, LOINC, SNOMED, Chart, coding, local
from equipoise.synthetic.diagnoses import Diagnosis, absence, presence, unsettled
from equipoise.synthetic.laboratory import number, quantity
from equipoise.synthetic.plan import Plan, Profile
from equipoise.synthetic.truth import Known, Truth, Want, either, false, true, unknown

IMAGING_WINDOW = 180
PANCREATIC_NET = Diagnosis(
    "pancreatic neuroendocrine tumour",
    (((ICD10CM, "C25.4"),), ((SNOMED, "1208744003"), (ICD10CM, "C25.4")), ((SNOMED, "459401000124106"),)),
    (((ICD10CM, "C7A.8"),),),
)
LIVER_METASTASIS = Diagnosis(
    "liver metastasis",
    (((SNOMED, "94381002"),), ((ICD10CM, "C78.7"),), ((ICD10CM, "C7B.02"), (SNOMED, "94381002"))),
    (((ICD10CM, "C7B.8"),),),
)
CARCINOMA = Diagnosis("neuroendocrine carcinoma", (((SNOMED, "253000007"),), ((ICD10CM, "C7A.1"),)))
_KI67 = coding((LOINC, "29593-1"))
_KRENNING, _UPTAKE, _LESION = local("krenning-score"), "somatostatin-receptor-uptake", local("lesion")
_BURDEN, _FRACTION = local("liver-tumour-burden"), local("cytoreducible-fraction")


def write_disease(chart: Chart, plan: Plan) -> None:
    """I1. Patients with another cancer have no PanNET; a third of them have liver metastases of it."""
    want = plan["I1"]
    if plan.profile is Profile.OTHER:
        net = unsettled(chart, PANCREATIC_NET) if want is Want.OPEN else absence(chart, PANCREATIC_NET)
        liver = (
            presence(chart, LIVER_METASTASIS)
            if want is Want.OPEN or chart.chance(0.33)
            else absence(chart, LIVER_METASTASIS)
        )
    else:
        net = presence(chart, PANCREATIC_NET)
        write = {Want.PASS: presence, Want.BLOCK: absence, Want.OPEN: unsettled}[want]
        liver = write(chart, LIVER_METASTASIS)
    chart.say("I1", _both(net, liver))


def _both(first: Known, second: Known) -> Known:
    """`all` of two in Kleene logic."""
    for truth in (Truth.FALSE, Truth.UNKNOWN):
        for part in (first, second):
            if part.truth is truth:
                return part
    return true(f"{first.why}; {second.why}")


def write_grade(chart: Chart, plan: Plan) -> None:
    """I2 and E1 together, because one Ki-67 decides in both."""
    i2, ki67 = plan["I2"], _write_ki67(chart, plan["I2"])
    chart.say("I2", ki67)
    above = Known(
        {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(ki67.truth, Truth.UNKNOWN), ki67.why, ki67.cause
    )
    want = Want.BLOCK if i2 is Want.BLOCK else plan["E1"]
    if want is Want.BLOCK and i2 is not Want.BLOCK:
        chart.say("E1", _write_high_grade(chart))
    elif want is Want.OPEN and above.truth is Truth.FALSE:
        chart.say("E1", _write_open_grade(chart))
    else:
        _write_low_grade(chart)
        chart.say("E1", either(above, absence(chart, CARCINOMA)))


def _write_ki67(chart: Chart, want: Want) -> Known:
    day = chart.moment(chart.between(0, 1500))
    if want is Want.OPEN:
        return _open_ki67(chart, day)
    tenths = chart.between(5, 200) if want is Want.PASS else chart.between(201, 950)
    if chart.chance(0.5):
        value = quantity(number(tenths, 1), "%")
    elif want is Want.PASS:
        value = quantity(str(tenths // 10 + 1 if tenths < 200 else 20), "%", "<" if tenths < 50 else "")
    else:
        value = quantity(str(tenths // 10 + 1), "%")
    chart.observation(_KI67, value, day)
    if chart.chance(0.1):
        chart.observation(_KI67, quantity("45", "%"), chart.moment(0), status="entered-in-error")
    return true("Ki-67 of 20 % or less") if want is Want.PASS else false("Ki-67 above 20 %")


def _open_ki67(chart: Chart, day: str) -> Known:
    draw = chart.rng.random()
    if draw < 0.5:
        return unknown("never-measured", "no Ki-67")
    if draw < 0.65:
        chart.observation(_KI67, quantity("25", "%", "<"), day)
        return unknown("overlap", 'Ki-67 "<25 %"')
    if draw < 0.8:
        chart.observation(_KI67, '"valueRange":{"low":{"value":15,"unit":"%"},"high":{"value":25,"unit":"%"}}', day)
        return unknown("overlap", "Ki-67 given as 15 to 25 %")
    if draw < 0.9:
        chart.observation(_KI67, quantity("12", ""), day)
        return unknown("no-unit", "Ki-67 without a unit")
    chart.observation(_KI67, '"valueString":"low"', day)
    return unknown("unmapped-code", "Ki-67 given as a word")


def _write_low_grade(chart: Chart) -> None:
    """What speaks against a high grade; never enough alone while Ki-67 is unknown."""
    day = chart.between(0, 1500)
    if chart.chance(0.6):
        chart.answer("tumour-differentiation", chart.pick(("well", "moderate")), day)
    if chart.chance(0.5):
        chart.observation(local("net-grade"), f'"valueInteger":{chart.pick((1, 2))}', chart.moment(day))
    if chart.chance(0.3):
        chart.observation(local("mitoses-per-2mm2"), f'"valueInteger":{chart.between(0, 20)}', chart.moment(day))


def _write_high_grade(chart: Chart) -> Known:
    day = chart.between(0, 1500)
    draw = chart.rng.random()
    if draw < 0.25:
        return presence(chart, CARCINOMA)
    if draw < 0.5:
        chart.answer("net-grade", "3", day)
        return true("grade 3 reported")
    if draw < 0.75:
        chart.answer("tumour-differentiation", "poor", day)
        return true("poorly differentiated")
    chart.observation(local("mitoses-per-2mm2"), f'"valueInteger":{chart.between(21, 60)}', chart.moment(day))
    return true("more than 20 mitoses per 2 mm2")


def _write_open_grade(chart: Chart) -> Known:
    if chart.chance(0.5):
        return unsettled(chart, CARCINOMA)
    absence(chart, CARCINOMA)
    chart.observation(local("mitoses-per-2mm2"), quantity("30", "", "<"), chart.moment(chart.between(0, 900)))
    return unknown("overlap", "fewer than 30 mitoses: perhaps more than 20")


def write_cytoreduction(chart: Chart, plan: Plan) -> None:
    """I3: the surgeon's estimate, as an observation or as an attestation."""
    want = plan["I3"]
    if want is Want.OPEN:
        chart.say("I3", unknown("needs-person", "no surgeon has judged the removable share"))
        return
    percent = chart.between(90, 100) if want is Want.PASS else chart.between(20, 89)
    day = chart.between(0, 90)
    if chart.chance(0.7):
        chart.observation(_FRACTION, quantity(str(percent), "%"), chart.moment(day))
    else:
        chart.attest("cytoreducible-fraction", f"{percent} %", day, role="surgeon")
    chart.say("I3", true("90 % or more removable") if want is Want.PASS else false("less than 90 % removable"))


def write_receptors(chart: Chart, plan: Plan) -> None:
    """I4 and E4 together: E4 is no uptake at all, I4 needs uptake and Krenning 2 or more in most lesions."""
    i4, e4 = plan["I4"], plan["E4"]
    day = chart.between(0, IMAGING_WINDOW)
    if e4 is Want.BLOCK:
        _no_uptake(chart, day)
    elif e4 is Want.OPEN:
        _unseen(chart)
    elif i4 is Want.OPEN:
        _uptake_only(chart, day)
    elif i4 is Want.BLOCK:
        high = chart.between(0, 3)
        scores = [
            *(chart.pick((2, 3, 4)) for _ in range(high)),
            1,
            *(chart.pick((0, 1)) for _ in range(high and high - 1)),
        ]
        _write_lesions(chart, day, scores)
        _say_receptors(chart, false(f"{high} of {len(scores)} lesions with Krenning 2 or more"), "uptake seen")
    else:
        high = chart.between(1, 5)
        low = int(chart.rng.random() * high)
        # Shares of scores: 39 % 4, 36 % 3, 15 % 2, 10 % 1 of 67 lesions (J Nucl Med 2019;60 suppl. 1, abstract 1535).
        scores = [*(chart.pick((2, 3, 3, 4, 4)) for _ in range(high)), *(chart.pick((0, 1)) for _ in range(low))]
        _write_lesions(chart, day, scores)
        _say_receptors(chart, true(f"{high} of {len(scores)} lesions with Krenning 2 or more"), "uptake seen")


def _say_receptors(chart: Chart, i4: Known, uptake: str) -> None:
    chart.say("I4", i4)
    chart.say("E4", false(uptake))


def _no_uptake(chart: Chart, day: int) -> None:
    if chart.chance(0.6):
        _write_lesions(chart, day, [0] * chart.between(1, 4))
    else:
        chart.answer(_UPTAKE, "absent", day)
    chart.say("I4", false("no uptake"))
    chart.say("E4", true("no uptake in any lesion"))


def _unseen(chart: Chart) -> None:
    cause = "never-measured"
    if chart.chance(0.4):
        cause = "too-old"
        _write_lesions(chart, IMAGING_WINDOW + chart.between(1, 700), [chart.pick((0, 2, 3)) for _ in range(3)])
    known = unknown(cause, "no receptor imaging in the window")
    chart.say("I4", known)
    chart.say("E4", known)


def _uptake_only(chart: Chart, day: int) -> None:
    if chart.chance(0.6):
        chart.answer(_UPTAKE, "present", day)
        known = unknown("never-measured", "uptake present, but no scores of lesions")
    else:
        _write_lesions(chart, day, [3, 1], unread=1)
        known = unknown("unmapped-code", "one of three lesions cannot be read and tips the balance")
    _say_receptors(chart, known, "uptake seen")


def _write_lesions(chart: Chart, days_ago: int, scores: list[int], *, unread: int = 0) -> None:
    """One observation for each lesion, all of one study; the lesion as component or as body site."""
    day = chart.iso(days_ago)
    has_component = chart.chance(0.6)
    has_quantity = chart.chance(0.3)
    values = [f'"valueQuantity":{{"value":{score}}}' if has_quantity else f'"valueInteger":{score}' for score in scores]
    values += ['"valueString":"moderate"'] * unread
    for place, value in enumerate(values, 1):
        if has_component:
            extra = f',"component":[{{"code":{_LESION},"valueString":"L{place}"}}]'
        else:
            extra = f',"bodySite":{{"text":"liver lesion {place}"}}'
        chart.observation(_KRENNING, value, day, extra=extra)


def write_burden(chart: Chart, plan: Plan) -> None:
    """E5: tumour share of the liver."""
    want, window = plan["E5"], IMAGING_WINDOW
    if want is Want.OPEN:
        chart.say("E5", _open_burden(chart))
        return
    tenths = chart.between(10, 500) if want is Want.PASS else chart.between(501, 950)
    chart.observation(_BURDEN, quantity(number(tenths, 1), "%"), chart.moment(chart.between(0, window)))
    if chart.chance(0.2):
        chart.observation(_BURDEN, quantity("70", "%"), chart.moment(window + chart.between(1, 300)))
    chart.say("E5", false("burden of 50 % or less") if want is Want.PASS else true("burden above 50 %"))


def _open_burden(chart: Chart) -> Known:
    draw = chart.rng.random()
    day = chart.moment(chart.between(0, IMAGING_WINDOW))
    if draw < 0.5:
        return unknown("never-measured", "no estimate of the burden")
    if draw < 0.75:
        chart.observation(_BURDEN, quantity("40", "%"), chart.moment(IMAGING_WINDOW + chart.between(1, 400)))
        return unknown("too-old", "the last estimate is older than the window")
    if draw < 0.9:
        chart.observation(_BURDEN, quantity("60", "%", "<"), day)
        return unknown("overlap", 'burden "<60 %"')
    chart.observation(_BURDEN, quantity("30", ""), day)
    return unknown("no-unit", "burden without a unit")
