"""Comparisons in criteria. Every expectation is read from the words of the text by hand.

Notation: `&` joins the bounds of a range, `or` those outside one; `=` after a bound is the same limit in another unit;
`uln` and `lln` are multiples of the limits of normal, `?` is a unit that is printed and not understood.
"""

import pytest

from equipoise.authoring.freetext.comparisons.comparisons import find_comparisons, is_age
from equipoise.authoring.freetext.mentions import Amount, Bound, PressurePart


def shown(text):
    """Every comparison as (words of the subject, bounds)."""
    return [(text[slice(*mention.subject)], bounds_of(mention)) for mention in find_comparisons(text)]


def bounds_of(mention):
    joint = " or " if mention.is_outside else " & "
    return ("not " if mention.is_negated else "") + joint.join(one_bound(bound) for bound in mention.bounds)


def one_bound(bound: Bound) -> str:
    return " = ".join([f"{bound.operator.value} {one_amount(bound.amount)}", *map(one_amount, bound.others)])


def one_amount(amount: Amount) -> str:
    if amount.relative:
        return f"{amount.value} {amount.relative.value}"
    is_class = amount.spelling in ("I", "II", "III", "IV", "V")
    unit = amount.unit or ("" if is_class or not amount.spelling else "?")
    return f"{amount.value} {unit}".strip()


LABORATORY = [
    ("Hb concentration <5.0 mmol/L (<8.0 g/dL)", "Hb concentration", "< 5.0 mmol/L = 8.0 g/dL"),
    ("WBC <2x109/L (2000/mm3)", "WBC", "< 2 10*9/L = 2000 /mm3"),
    ("platelets <75x109/L (75,000/mm3)", "platelets", "< 75 10*9/L = 75000 /mm3"),
    ("Platelets ≥ 100,000/mm3", "Platelets", ">= 100000 /mm3"),
    ("Platelet count of at least 100 x 10^9/L", "Platelet count", ">= 100 10*9/L"),
    ("ANC ≥ 1.5×10⁹/L", "ANC", ">= 1.5 10*9/L"),
    ("neutrophils > 1.5 x 10*9/L", "neutrophils", "> 1.5 10*9/L"),
    ("neutrophils > 1.5 10 9/L", "neutrophils", "> 1.5 10*9/L"),
    ("leukocytes >= 3 x 10e9/L", "leukocytes", ">= 3 10*9/L"),
    ("lymphocytes < 0.5 x 10^3/µL", "lymphocytes", "< 0.5 10*3/uL"),
    ("CD4 count < 200 cells/mm3", "CD4 count", "< 200 /mm3"),
    ("CD4 cell count below 350 cells per microliter", "CD4 cell count", "< 350 /uL"),
    ("HIV RNA < 50 copies/mL", "HIV RNA", "< 50 /mL"),
    ("T-Bilirubin > 3 mg/dL", "T-Bilirubin", "> 3 mg/dL"),
    ("bilirubin ≤ 1.5 x ULN", "bilirubin", "<= 1.5 uln"),
    ("total bilirubin <= 1.5 times the institutional upper limit of normal (ULN)", "total bilirubin", "<= 1.5 uln"),
    ("Alkaline phosphatase < 2.5 x upper normal limit", "Alkaline phosphatase", "< 2.5 uln"),
    ("albumin above 1 x LLN", "albumin", "> 1 lln"),
    ("ALT greater than twice the upper limit of the normal range", "ALT", "> 2 uln"),
    ("serum bilirubin within 1.5 ULN", "serum bilirubin", "<= 1.5 uln"),
    ("creatinine is five times higher than the upper limit of normal", "creatinine", "> 5 uln"),
    ("INR > 1.5", "INR", "> 1.5"),
    ("International normalized ratio (INR) of 2 or more", "International normalized ratio (INR)", ">= 2"),
    ("Serum creatinine less than or equal to 2.0 mg/dL", "Serum creatinine", "<= 2.0 mg/dL"),
    ("serum creatinine >300 micromol/L (3.39 mg/dL)", "serum creatinine", "> 300 umol/L = 3.39 mg/dL"),
    ("eGFR at screening ≥ 60 mL/min/1.73 m2", "eGFR", ">= 60 mL/min/{1.73_m2}"),
    ("GFR < 30 ml/min/1.73m² (MDRD)", "GFR", "< 30 mL/min/{1.73_m2}"),
    ("creatinine clearance (Cockcroft-Gault) >_60 cc/min", "creatinine clearance (Cockcroft-Gault)", ">= 60 mL/min"),
    ("HbA1c (glycated hemoglobin) between 7.0 and 10.0 %", "HbA1c (glycated hemoglobin)", ">= 7.0 % & <= 10.0 %"),
    ("HbA1c greater than 75 mmol/mol", "HbA1c", "> 75 mmol/mol"),
    ("Fasting glucose ≥ 126 mg/dL (7.0 mmol/L)", "Fasting glucose", ">= 126 mg/dL = 7.0 mmol/L"),
    ("Serum potassium < 3.5 or > 5.5 mmol/L", "Serum potassium", "< 3.5 mmol/L or > 5.5 mmol/L"),
    ("Serum potassium<3.2mmol/L, or>5.5mmol/L", "Serum potassium", "< 3.2 mmol/L or > 5.5 mmol/L"),
    ("PSA of 4.0 ng/mL or greater", "PSA", ">= 4.0 ng/mL"),
    ("FSH > 30 mIU/mL", "FSH", "> 30 m[iU]/mL"),
    ("LH > 30mUI/ml", "LH", "> 30 m[iU]/mL"),
    ("estradiol < 40 picograms per milliliter (pg/mL)", "estradiol", "< 40 pg/mL"),
    ("CA 19-9 > 37 U/mL", "CA 19-9", "> 37 U/mL"),
    ("Ki-67 < 20%", "Ki-67", "< 20 %"),
    ("HBV DNA ≥ 10*5 IU/mL", "HBV DNA", ">= 100000 [iU]/mL"),
    ("proteinuria > 3 g/24h", "proteinuria", "> 3 g/d"),
    ("urinary albumin/creatinine ratio >30 mg/g", "urinary albumin/creatinine ratio", "> 30 mg/g"),
    ("triglyceride levels of 150 mg⁄dL or greater", "triglyceride levels", ">= 150 mg/dL"),
    ("25-hydroxyvitamin D below 20 ng/mL", "25-hydroxyvitamin D", "< 20 ng/mL"),
    ("Serum erythropoietin <500 milliunits/milliliter", "Serum erythropoietin", "< 500 mU/mL"),
    ("Corrected serum calcium >5.0 mEq/L", "Corrected serum calcium", "> 5.0 meq/L"),
    ("AAT serum level ≤ 11 micromole", "AAT serum level", "<= 11 umol"),
    ("Uncontrolled diabetes as defined by a fasting blood glucose >2 ULN", "fasting blood glucose", "> 2 uln"),
    ("creatinine clearance as measured by Cockcroft-Gault < 50 mL/min", "creatinine clearance", "< 50 mL/min"),
    ("LVEF by echocardiography < 40%", "LVEF", "< 40 %"),
    ("GFR (or the clearance of an injected tracer, not an image) < 50 mL/min", "GFR", "< 50 mL/min"),
    ("kidney failure evidenced by eGFR < 30 mL/min", "eGFR", "< 30 mL/min"),
    ("ferritin between 100 and 299 µg/l", "ferritin", ">= 100 ug/L & <= 299 ug/L"),
    ("platelets (>= 100 000/mm3)", "platelets", ">= 100000 /mm3"),
    ("oxygen saturation less than 90 percent (%)", "oxygen saturation", "< 90 %"),
]

SIGNS = [
    ("age => 18", "age", ">= 18"),
    ("SBP =/> 130 mmHg", "SBP", ">= 130 mm[Hg]"),
    ("SBP > or = 60 mmHg", "SBP", ">= 60 mm[Hg]"),
    ("INR </= 2", "INR", "<= 2"),
    ("INR ＞ 2", "INR", "> 2"),
    ("INR ≦ 2", "INR", "<= 2"),
    ("INR ≧ 2", "INR", ">= 2"),
    ("INR &lt; 2", "INR", "< 2"),
    ("INR &ge; 2", "INR", ">= 2"),
    ("INR > or equal to 2", "INR", ">= 2"),
    ("INR less than or equal to (<=) 2", "INR", "<= 2"),
    ("INR less than (<) 2", "INR", "< 2"),
    ("INR no more than 2", "INR", "<= 2"),
    ("INR not more than 2", "INR", "<= 2"),
    ("INR not exceeding 2", "INR", "<= 2"),
    ("INR should not exceed 2", "INR", "<= 2"),
    ("INR at or above 2", "INR", ">= 2"),
    ("INR at or below 2", "INR", "<= 2"),
    ("INR up to 2", "INR", "<= 2"),
    ("INR a minimum of 2", "INR", ">= 2"),
    ("INR no less than 2", "INR", ">= 2"),
    ("INR equal to or greater than 2", "INR", ">= 2"),
    ("INR greater than/equal to 2", "INR", ">= 2"),
    ("INR exceeding 2", "INR", "> 2"),
    ("INR in excess of 2", "INR", "> 2"),
    ("INR over 2", "INR", "> 2"),
    ("INR under 2", "INR", "< 2"),
    ("INR lower than 2", "INR", "< 2"),
    ("INR superior to 2", "INR", "> 2"),
    ("INR of 2 or higher", "INR", ">= 2"),
    ("INR of 2 or below", "INR", "<= 2"),
    ("INR must be > 2", "INR", "> 2"),
    ("INR known to be greater than 2", "INR", "> 2"),
    ("INR < 2.0", "INR", "< 2.0"),
    ("INR > 1,5", "INR", "> 1.5"),
]

VITAL_SIGNS_AND_SIZES = [
    ("BMI 18-30 kg/m2", "BMI", ">= 18 kg/m2 & <= 30 kg/m2"),
    ("BMI > 18,5 <30 kg/m2", "BMI", "> 18.5 kg/m2 & < 30 kg/m2"),
    ("BMI ≥ 18 and ≤ 30 kg/m^2", "BMI", ">= 18 kg/m2 & <= 30 kg/m2"),
    ("Body mass index (BMI) within the range 19 - 24.9 kg/m^2", "Body mass index (BMI)", ">= 19 kg/m2 & <= 24.9 kg/m2"),
    ("Body mass index less than 18 kg/m2 or greater than 30 kg/m2", "Body mass index", "< 18 kg/m2 or > 30 kg/m2"),
    ("20 ≤ BMI ≤ 25", "BMI", ">= 20 & <= 25"),
    ("weighing > 50 kg (110 lbs)", "weighing", "> 50 kg = 110 [lb_av]"),
    ("body weight between 50 to 100 kg", "body weight", ">= 50 kg & <= 100 kg"),
    ("weight of at least 110 pounds", "weight", ">= 110 [lb_av]"),
    ("height 150 cm or greater", "height", ">= 150 cm"),
    ("LVEF below 40%", "LVEF", "< 40 %"),
    ("left ventricular ejection fraction (LVEF) ≤ 35 %", "left ventricular ejection fraction (LVEF)", "<= 35 %"),
    ("resting heart rate < 50 beats per minute", "resting heart rate", "< 50 /min"),
    ("HR <55bpm", "HR", "< 55 /min"),
    ("pulse of 100 or higher", "pulse", ">= 100"),
    ("QTc > 450 msec", "QTc", "> 450 ms"),
    ("QTcF interval ≥ 470 ms", "QTcF interval", ">= 470 ms"),
    ("mean arterial pressure < 50 mmHg", "mean arterial pressure", "< 50 mm[Hg]"),
    (
        "systolic blood pressure greater than 180 millimeters of mercury (mmHg)",
        "systolic blood pressure",
        "> 180 mm[Hg]",
    ),
    (
        "systolic blood pressure outside the range of 100-160 mmHg",
        "systolic blood pressure",
        "< 100 mm[Hg] or > 160 mm[Hg]",
    ),
    ("Temperature ≥ 38.0°C (100.4 F)", "Temperature", ">= 38.0 Cel = 100.4 [degF]"),
    ("fever > 38.5 °C", "fever", "> 38.5 Cel"),
    ("IAP between 12 and 20 mmHg", "IAP", ">= 12 mm[Hg] & <= 20 mm[Hg]"),
    ("Respiratory muscle pressure < 70cmH2O", "Respiratory muscle pressure", "< 70 cm[H2O]"),
    ("T-score < -2.5", "T-score", "< -2.5"),
    ("RASS score between 0 and -4", "RASS score", ">= -4 & <= 0"),
    ("spherical equivalent between -6.0 and -1.0 D", "spherical equivalent", ">= -6.0 [diop] & <= -1.0 [diop]"),
    ("myopia of > 8 diopters", "myopia", "> 8 [diop]"),
    ("varus misalignment exceeding 15°", "varus misalignment", "> 15 deg"),
    ("central subfield thickness ≥ 350µm", "central subfield thickness", ">= 350 um"),
    ("6-minute walk distance of at least 150 m", "6-minute walk distance", ">= 150 m"),
    ("tumor > 3 cm in diameter", "diameter", "> 3 cm"),
    ("residual stenosis of more than 50%", "residual stenosis", "> 50 %"),
    ("presence of >50% stenosis", "stenosis", "> 50 %"),
    ("narrowed pelvic arteries (more than 50%stenosis)", "stenosis", "> 50 %"),
    ("hypertension (> 160 mmHg)", "hypertension", "> 160 mm[Hg]"),
    ("QTc - interval < 440 ms", "QTc - interval", "< 440 ms"),
    ("FEV1/FVC < 0.70", "FEV1/FVC", "< 0.70"),
    ("radiation to more than 10% of bone", "bone", "> 10 %"),
    ("walking speed < 1.2 m/sec", "walking speed", "< 1.2 m/s"),
    ("apnea-hypopnea index >5 events/hour", "apnea-hypopnea index", "> 5 /h"),
    ("target ulcer area between 0.5 and 5 sqcm", "target ulcer area", ">= 0.5 cm2 & <= 5 cm2"),
    ("decrease in LVEF by more than 10 %", "decrease in LVEF", "> 10 %"),
    ("FEV1 < 80% of predicted", "FEV1", "< 80 %"),
    ("prednisone > 10 mg/day", "prednisone", "> 10 mg/d"),
    ("Life expectancy of > 3 months", "Life expectancy", "> 3 mo"),
    ("life expectancy greater than three (3) months", "life expectancy", "> 3 mo"),
    ("expected survival less than 1 year", "expected survival", "< 1 a"),
]

SCALES = [
    ("ECOG 0-1", "ECOG", ">= 0 & <= 1"),
    ("ECOG performance status of 0, 1 or 2", "ECOG performance status", ">= 0 & <= 2"),
    ("ECOG performance status of 0,1, or 2", "ECOG performance status", ">= 0 & <= 2"),
    ("ECOG performance status ≤ 2", "ECOG performance status", "<= 2"),
    ("ECOG score of 2 or lower", "ECOG score", "<= 2"),
    ("WHO performance status 0-2", "WHO performance status", ">= 0 & <= 2"),
    ("Karnofsky performance status 60-100", "Karnofsky performance status", ">= 60 & <= 100"),
    ("ASA I-III", "ASA", ">= 1 & <= 3"),
    ("ASA physical status I, II or III", "ASA physical status", ">= 1 & <= 3"),
    ("ASA classification >= IV", "ASA classification", ">= 4"),
    ("ASA class 1 - 3", "ASA class", ">= 1 & <= 3"),
    ("NYHA class III or IV", "NYHA class", ">= 3 & <= 4"),
    ("NYHA class III/IV", "NYHA class", ">= 3 & <= 4"),
    ("NYHA class IV", "NYHA class", "= 4"),
    ("New York Heart Association grade III or grade IV", "New York Heart Association grade", ">= 3 & <= 4"),
    ("heart failure NYHA class II or greater", "heart failure NYHA class", ">= 2"),
    ("Fontaine stage III and IV", "Fontaine stage", ">= 3 & <= 4"),
    ("Killip class III–IV", "Killip class", ">= 3 & <= 4"),
    ("BIRADS 0, 4 or 5", "BIRADS", "= 0 or = 4 or = 5"),
    ("grade 2 or greater neuropathy", "grade", ">= 2"),
    ("grade 1 or less", "grade", "<= 1"),
    ("grade 2 or worse toxicity", "grade", ">= 2"),
    ("≥ grade 2 neuropathy", "grade", ">= 2"),
    ("less than or equal to Grade 1 toxicity", "Grade", "<= 1"),
    ("Grade 3 or 4 adverse events", "Grade", ">= 3 & <= 4"),
    ("Mini-Mental State Examination (MMSE) score < 24", "Mini-Mental State Examination (MMSE) score", "< 24"),
    ("MoCA score between 19 and 29 (inclusive)", "MoCA score", ">= 19 & <= 29"),
    ("Child-Pugh score above 6", "Child-Pugh score", "> 6"),
    ("Hoehn and Yahr stage 2-4", "Hoehn and Yahr stage", ">= 2 & <= 4"),
    ("a score of 20 or more", "score", ">= 20"),
    ("a score of greater than 20 on the Yale-Brown scale", "Yale-Brown scale", "> 20"),
    ("HAM-D total score of at least 18", "HAM-D total score", ">= 18"),
]

COUNTS = [
    ("≥ 2 prior regimens", "prior regimens", ">= 2"),
    ("At least 3 target lesions", "target lesions", ">= 3"),
    ("history of > 1 urogenital infection", "urogenital infection", "> 1"),
    ("two or more exacerbations", "exacerbations", ">= 2"),
    ("prior treatment with more than 6 cycles", "cycles", "> 6"),
    ("more than 4 previous embryo transfers", "previous embryo transfers", "> 4"),
    ("no more than two prior lines", "prior lines", "<= 2"),
]

AGES = [
    ("Age 18 to 65 years", "Age", ">= 18 a & <= 65 a"),
    ("Age: 18-65", "Age", ">= 18 & <= 65"),
    ("Age18-65", "Age", ">= 18 & <= 65"),
    ("Ages 18 - 80", "Ages", ">= 18 & <= 80"),
    ("aged 18 years or older", "aged", ">= 18 a"),
    ("aged between 9 and 17 months", "aged", ">= 9 mo & <= 17 mo"),
    ("Patients must be at least 18 years of age", "years of age", ">= 18 a"),
    ("≥18 years old", "years old", ">= 18 a"),
    ("18 years of age or older", "years of age", ">= 18 a"),
    ("18 years and older", "years", ">= 18 a"),
    ("older than 18 years", "years", "> 18 a"),
    ("Patients younger than 18", "younger", "< 18"),
    ("under the age of 18", "age", "< 18"),
    ("over the age of 65 years", "age", "> 65 a"),
    ("Women between 40 and 70 years", "years", ">= 40 a & <= 70 a"),
    ("Male or female, 18-65 years old", "years old", ">= 18 a & <= 65 a"),
    ("Male patients between 18 years and 60 years", "years", ">= 18 a & <= 60 a"),
    ("18 ≤ age ≤ 65", "age", ">= 18 & <= 65"),
    ("Age < 20 or > 35 years", "Age", "< 20 a or > 35 a"),
    ("Age younger than 18 yrs. or older than 75 yrs.", "Age", "< 18 a or > 75 a"),
    ("Patients ≥18 and ≤65 years", "years", ">= 18 a & <= 65 a"),
    ("at least 18 and not older than 75 years old", "years old", ">= 18 a & <= 75 a"),
    ("age >18 and <75 years", "age", "> 18 a & < 75 a"),
    ("Age greater than eighteen years", "Age", "> 18 a"),
    ("age > 18 y.o.", "age", "> 18 a"),
    ("Age up to 75 years", "Age", "<= 75 a"),
    ("women between the age of 18 and 45 years old", "age", ">= 18 a & <= 45 a"),
    ("between the ages of 18 and 65", "ages", ">= 18 & <= 65"),
    ("an age of the patient over 65 years", "age", "> 65 a"),
    ("age of at least 18 years", "age", ">= 18 a"),
    ("Children aged 6 months to 14 years", "aged", ">= 6 mo & <= 14 a"),
]

GESTATION = [
    ("Gestational age between 24 and 34 weeks", "Gestational age", ">= 24 wk & <= 34 wk"),
    ("38-42 weeks of gestation", "gestation", ">= 38 wk & <= 42 wk"),
    ("37 weeks gestation or greater", "gestation", ">= 37 wk"),
    ("Gestational age >33 weeks", "Gestational age", "> 33 wk"),
]

CASES = [*LABORATORY, *SIGNS, *VITAL_SIGNS_AND_SIZES, *SCALES, *COUNTS, *AGES, *GESTATION]


@pytest.mark.parametrize(("text", "subject", "bounds"), CASES, ids=[case[0] for case in CASES])
def test_a_comparison_is_read_with_its_subject_order_number_and_unit(text, subject, bounds):
    assert shown(text) == [(subject, bounds)]


@pytest.mark.parametrize(("text", "subject", "bounds"), CASES, ids=[case[0] for case in CASES])
def test_it_is_read_the_same_inside_a_sentence(text, subject, bounds):
    """After a clause that has nothing to do with it, and before another."""
    assert (subject, bounds) in shown(f"Signed consent; {text}; able to swallow")


SEVERAL = [
    ("AST or ALT > 3 x ULN", [("AST", "> 3 uln"), ("ALT", "> 3 uln")]),
    ("ALT, AST, or ALP ≥ 2.5 x ULN", [("ALT", ">= 2.5 uln"), ("AST", ">= 2.5 uln"), ("ALP", ">= 2.5 uln")]),
    (
        "serum creatinine and bilirubin within 1.5 ULN",
        [("serum creatinine", "<= 1.5 uln"), ("bilirubin", "<= 1.5 uln")],
    ),
    (
        "systolic BP > 220mmHg or diastolic BP > 120mmHg",
        [("systolic BP", "> 220 mm[Hg]"), ("diastolic BP", "> 120 mm[Hg]")],
    ),
    ("WBC >_3500/mm3, platelet count >_100,000/mm3", [("WBC", ">= 3500 /mm3"), ("platelet count", ">= 100000 /mm3")]),
    (
        "creatinine >1.5 mg/dL in men, >1.4 mg/dL in women",
        [("creatinine", "> 1.5 mg/dL"), ("creatinine", "> 1.4 mg/dL")],
    ),
    (
        "AST <2.5 x ULN or <5 x ULN in patients with liver metastases",
        [("AST", "< 2.5 uln"), ("AST", "< 5 uln")],
    ),
    ("Hemoglobin < 9 g/dL and age > 65 years", [("Hemoglobin", "< 9 g/dL"), ("age", "> 65 a")]),
    ("diabetes and HbA1c > 9 %", [("HbA1c", "> 9 %")]),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_several_comparisons_stay_apart(text, expected):
    assert shown(text) == expected


def test_subjects_that_share_a_comparison_have_one_span():
    first, second = find_comparisons("AST or ALT > 3 x ULN")
    assert first.span == second.span == (11, 20)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("blood pressure > 140/90 mmHg", ("> 140 mm[Hg]", "> 90 mm[Hg]")),
        ("BP of 150/95 or higher", (">= 150", ">= 95")),
    ],
)
def test_a_blood_pressure_has_two_parts(text, values):
    systolic, diastolic = find_comparisons(text)
    assert (bounds_of(systolic), bounds_of(diastolic)) == values
    assert (systolic.part, diastolic.part) == (PressurePart.SYSTOLIC, PressurePart.DIASTOLIC)


def test_the_part_may_be_named_after_the_limit():
    systolic, diastolic = find_comparisons("supine BP > 140 mm Hg systolic or > 90 mm Hg diastolic")
    assert (systolic.part, diastolic.part) == (PressurePart.SYSTOLIC, PressurePart.DIASTOLIC)
    assert not systolic.is_outside


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("systolic pressure not > 160 mmHg", "not > 160 mm[Hg]"),
        ("no bilirubin > 2 mg/dL", "not > 2 mg/dL"),
        ("No history of LVEF < 40%", "not < 40 %"),
        ("without a platelet count below 100,000/mm3", "not < 100000 /mm3"),
    ],
)
def test_a_denied_comparison_is_marked(text, bounds):
    (mention,) = find_comparisons(text)
    assert bounds_of(mention) == bounds


def test_the_unit_is_kept_as_printed():
    (mention,) = find_comparisons("estradiol < 40 picograms per milliliter")
    assert mention.bounds[0].amount.spelling == "picograms per milliliter"


def test_the_span_covers_operator_number_and_second_printing():
    text = "Hb concentration <5.0 mmol/L (<8.0 g/dL) at screening"
    (mention,) = find_comparisons(text)
    assert text[slice(*mention.span)] == "<5.0 mmol/L (<8.0 g/dL)"


@pytest.mark.parametrize("text", [case[0] for case in AGES])
def test_ages_are_told_as_such(text):
    (mention,) = find_comparisons(text)
    assert is_age(text, mention)


@pytest.mark.parametrize("text", [case[0] for case in (*GESTATION, *LABORATORY, *SCALES)])
def test_what_is_no_age_of_the_person_is_told_as_such(text):
    mentions = find_comparisons(text)
    assert mentions
    assert not any(is_age(text, mention) for mention in mentions)
