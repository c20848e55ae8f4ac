"""Other illness: brain metastases (E9), heart failure (E10), incontinence (E15), other malignancy (E16)."""

from equipoise.synthetic.chart import ICD10CM, LOINC, SNOMED, Chart, coding
from equipoise.synthetic.diagnoses import Diagnosis, absence, ended, no_record, presence, unsettled
from equipoise.synthetic.plan import Plan, Profile
from equipoise.synthetic.truth import Known, Want, false, true, unknown

BRAIN = Diagnosis("brain metastasis", (((SNOMED, "94225005"),), ((ICD10CM, "C79.31"),)))
HEART_FAILURE = Diagnosis("heart failure", (((SNOMED, "84114007"),), ((ICD10CM, "I50.9"),), ((SNOMED, "42343007"),)))
INCONTINENCE = Diagnosis(
    "urinary incontinence", (((SNOMED, "165232002"),), ((ICD10CM, "R32"),), ((ICD10CM, "N39.41"),))
)
OTHER_CANCER = Diagnosis(
    "another cancer",
    tuple(((ICD10CM, code),) for code in ("C50.911", "C18.7", "C34.11", "C61", "C43.9", "C73", "C64.1", "C83.30")),
)
NAMED_EXCEPTIONS = (
    Diagnosis("basal cell carcinoma of skin", (((SNOMED, "254701007"),), ((ICD10CM, "C44.91"),))),
    Diagnosis("carcinoma in situ of cervix", (((ICD10CM, "D06.9"),),)),
)
_NYHA = coding((LOINC, "88020-3"))
_NYHA_CODES = {"I": "420300004", "II": "421704003", "III": "420913000", "IV": "422293003"}


def write_history(chart: Chart, plan: Plan) -> None:
    _write_brain(chart, plan["E9"])
    _write_heart(chart, plan["E10"])
    _write_incontinence(chart, plan["E15"])
    _write_other_cancer(chart, plan)


def say_answer(chart: Chart, code: str, word: str, days_ago: int) -> None:
    """A person's answer: half in the record, half in the attestation file."""
    if chart.chance(0.5):
        chart.answer(code, word, days_ago)
    else:
        chart.attest(code, word, days_ago)


def _write_brain(chart: Chart, want: Want) -> None:
    if want is Want.PASS and chart.chance(0.92):
        chart.say("E9", absence(chart, BRAIN))
    elif want is Want.PASS:
        presence(chart, BRAIN)
        say_answer(chart, "metastases-treated-and-stable", "yes", chart.between(0, 60))
        chart.say("E9", false("brain metastases treated and stable"))
    elif want is Want.BLOCK:
        presence(chart, BRAIN)
        say_answer(chart, "metastases-treated-and-stable", "no", chart.between(0, 60))
        chart.say("E9", true("brain metastases, not stable after treatment"))
    elif chart.chance(0.6):
        presence(chart, BRAIN)
        chart.say("E9", unknown("needs-person", "brain metastases; nobody has said whether treated and stable"))
    else:
        known = unsettled(chart, BRAIN)
        say_answer(chart, "metastases-treated-and-stable", "no", chart.between(0, 60))
        chart.say("E9", known)


def _write_nyha(chart: Chart, grade: str) -> None:
    value = f'"valueCodeableConcept":{coding((SNOMED, _NYHA_CODES[grade]))}'
    if chart.chance(0.3):
        value = f'"valueString":"{grade}"'
    chart.observation(_NYHA, value, chart.moment(chart.between(0, 80)))


def _write_heart(chart: Chart, want: Want) -> None:
    if want is Want.PASS and chart.chance(0.85):
        chart.say("E10", absence(chart, HEART_FAILURE))
    elif want is Want.OPEN and chart.chance(0.3):
        known = unsettled(chart, HEART_FAILURE)
        _write_nyha(chart, "III")
        chart.say("E10", known)
    else:
        presence(chart, HEART_FAILURE)
        if want is Want.PASS:
            _write_nyha(chart, "I")
            chart.say("E10", false("heart failure in NYHA class I"))
        elif want is Want.BLOCK:
            grade = chart.pick(("II", "III", "IV"))
            _write_nyha(chart, grade)
            chart.say("E10", true(f"heart failure in NYHA class {grade}"))
        else:
            chart.say("E10", unknown("never-measured", "heart failure without a NYHA class"))


def _write_incontinence(chart: Chart, want: Want) -> None:
    question = "safe-radiopharmaceutical-despite-incontinence"
    if want is Want.PASS and chart.chance(0.9):
        chart.say(
            "E15", ended(chart, INCONTINENCE) if chart.chance(0.04) else absence(chart, INCONTINENCE, is_about_now=True)
        )
        return
    if want is Want.OPEN and chart.chance(0.3):
        known = unsettled(chart, INCONTINENCE)
        say_answer(chart, question, "no", chart.between(0, 30))
        chart.say("E15", known)
        return
    presence(chart, INCONTINENCE)
    if want is Want.OPEN:
        chart.say("E15", unknown("needs-person", "incontinence; nobody has said whether administration is safe"))
        return
    say_answer(chart, question, "yes" if want is Want.PASS else "no", chart.between(0, 30))
    chart.say(
        "E15", false("incontinence, administration safe") if want is Want.PASS else true("incontinence, not safe")
    )


def _write_other_cancer(chart: Chart, plan: Plan) -> None:
    """
    E16: does another malignancy exclude? Whether "definitively treated" binds to any cancer or to the two named ones
    is open, so that a named one without disease, or another one with disease, is all that is certain.
    """
    want, is_other = plan["E16"], plan.profile is Profile.OTHER
    if want is Want.PASS and not is_other and chart.chance(0.9):
        chart.say("E16", absence(chart, OTHER_CANCER))
    elif want is Want.PASS:
        exception = chart.pick(NAMED_EXCEPTIONS)
        presence(chart, exception)
        known = no_record(chart, "another cancer")
        say_answer(chart, "no-evidence-of-disease", "yes", chart.between(0, 60))
        chart.say("E16", known if known.cause else false(f"only {exception.label}, without evidence of disease"))
    elif want is Want.BLOCK:
        presence(chart, OTHER_CANCER)
        say_answer(chart, "no-evidence-of-disease", "no", chart.between(0, 60))
        chart.say("E16", true("another cancer that is not gone"))
    elif not is_other and chart.chance(0.3):
        known = unsettled(chart, OTHER_CANCER)
        say_answer(chart, "no-evidence-of-disease", "no", chart.between(0, 60))
        chart.say("E16", known)
    else:
        chart.say("E16", _cured_or_unasked(chart))


def _cured_or_unasked(chart: Chart) -> Known:
    presence(chart, OTHER_CANCER)
    if chart.chance(0.3):
        say_answer(chart, "no-evidence-of-disease", "yes", chart.between(0, 60))
        return unknown("reading-open", "another cancer without evidence of disease: the readings differ")
    return unknown("needs-person", "another cancer; nobody has said whether evidence of disease remains")
