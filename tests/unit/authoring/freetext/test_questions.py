"""What only a person can decide in the words of a criterion. Expected values were read from the sentences by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.authoring.freetext.mentions import AskedKind
from equipoise.authoring.freetext.questions.questions import find_asked
from equipoise.authoring.freetext.questions.rules import ALL_RULES

CONSENT, JUDGEMENT, ABILITY = AskedKind.CONSENT, AskedKind.JUDGEMENT, AskedKind.ABILITY
WILLINGNESS, COMPLIANCE, FUTURE = AskedKind.WILLINGNESS, AskedKind.COMPLIANCE, AskedKind.FUTURE
OTHER_TRIAL, REPRODUCTION = AskedKind.OTHER_TRIAL, AskedKind.PREGNANCY_AND_CONTRACEPTION
CONTEXT, VAGUE, NO_CRITERION = AskedKind.CONTEXT, AskedKind.VAGUE, AskedKind.NO_CRITERION


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Written informed consent", CONSENT),
        ("Signed informed consent form", CONSENT),
        ("Patients who have not provided a signed informed consent", CONSENT),
        ("No informed consent", CONSENT),
        ("Absence of written consent", CONSENT),
        ("Informed consent obtained from parents or guardians", CONSENT),
        ("Assent of the child where appropriate", CONSENT),
        ("The legal representative has given consent", CONSENT),
        ("Withdrew consent", CONSENT),
        ("Able and willing to give informed consent", CONSENT),
        ("ICF signed and dated", CONSENT),
        ("Any disease that, in the opinion of the investigator, makes participation unsafe", JUDGEMENT),
        ("Poor candidate in the investigator's judgement", JUDGEMENT),
        ("Per the judgment of the treating physician the patient can be operated", JUDGEMENT),
        ("At the discretion of the investigator", JUDGEMENT),
        ("Subject deemed unsuitable by the study doctor", JUDGEMENT),
        ("Deemed inappropriate for surgery", JUDGEMENT),
        ("The investigator believes that parents will keep appointments", JUDGEMENT),
        ("Heart disease considered unstable by the cardiologist or investigator, as judged clinically", JUDGEMENT),
        ("A disorder that would interfere with participation in the study", JUDGEMENT),
        ("Illness that may confound the interpretation of results", JUDGEMENT),
        ("Disease that could put the subject at undue risk", JUDGEMENT),
        ("Psychiatric disorder which might compromise compliance", JUDGEMENT),
        ("Condition likely to affect the evaluation of safety", JUDGEMENT),
        ("Medically unfit for anaesthesia", JUDGEMENT),
        ("Unsuitable for the study for any reason", JUDGEMENT),
        ("Clinically significant arrhythmia", JUDGEMENT),
        ("Clinically relevant abnormality of the ECG", JUDGEMENT),
        ("Able to swallow tablets", ABILITY),
        ("Unable to undergo MRI", ABILITY),
        ("Inability to lie flat", ABILITY),
        ("Capable of completing a diary", ABILITY),
        ("Cannot tolerate nitrates", ABILITY),
        ("Ability to attend all clinics", ABILITY),
        ("Understands the nature of the treatment", ABILITY),
        ("Does not speak English", ABILITY),
        ("Language barrier", ABILITY),
        ("Non-English speaking", ABILITY),
        ("Fluent in German", ABILITY),
        ("Illiterate patients", ABILITY),
        ("Lack of decision-making capacity", ABILITY),
        ("Under legal guardianship", ABILITY),
        ("Willing to return for follow-up", WILLINGNESS),
        ("Unwilling to accept transfusions", WILLINGNESS),
        ("Willingness to wear a monitor", WILLINGNESS),
        ("Agrees to have blood stored", WILLINGNESS),
        ("Refuses transfusion of blood", WILLINGNESS),
        ("Declined follow-up", WILLINGNESS),
        ("Prepared to keep a food diary", WILLINGNESS),
        ("Does not wish to be randomised", WILLINGNESS),
        ("Unlikely to comply with treatment", COMPLIANCE),
        ("History of non-compliance", COMPLIANCE),
        ("Poor adherence to medication", COMPLIANCE),
        ("Uncooperative patients", COMPLIANCE),
        ("Likely to be lost to follow-up", COMPLIANCE),
        ("Available for follow-up by telephone", COMPLIANCE),
        ("Planning to move abroad", FUTURE),
        ("Plans to donate blood", FUTURE),
        ("Planned use of hormones", FUTURE),
        ("Intends to travel to the tropics", FUTURE),
        ("Expected to need dialysis", FUTURE),
        ("Anticipated use of steroids", FUTURE),
        ("Vaccination during the study", FUTURE),
        ("Other eye drops throughout the trial", FUTURE),
        ("Must not take vitamins", FUTURE),
        ("Will use sun protection", FUTURE),
        ("Abstain from alcohol", FUTURE),
        ("Participation in another clinical trial within 30 days", OTHER_TRIAL),
        ("Enrolled in any other interventional study", OTHER_TRIAL),
        ("Currently participating in a different drug trial", OTHER_TRIAL),
        ("Concurrent participation in another study", OTHER_TRIAL),
        ("Received an investigational drug within 30 days", OTHER_TRIAL),
        ("Use of investigational devices in the past 3 months", OTHER_TRIAL),
        ("Treatment with an experimental agent", OTHER_TRIAL),
        ("Previous enrolment in this study", OTHER_TRIAL),
        ("Pregnant or breast-feeding women", REPRODUCTION),
        ("Lactating", REPRODUCTION),
        ("Nursing mothers", REPRODUCTION),
        ("Women of childbearing potential without contraception", REPRODUCTION),
        ("Effective birth control", REPRODUCTION),
        ("Barrier method of contraception", REPRODUCTION),
        ("Men who have had a vasectomy", REPRODUCTION),
        ("Hypersensitivity to the study drug", CONTEXT),
        ("Contraindication to the investigational product", CONTEXT),
        ("Protocol-specified washout not observed", CONTEXT),
        ("Renal failure as defined in section 4", CONTEXT),
        ("Attends all study visits", CONTEXT),
        ("Employee of the sponsor", CONTEXT),
        ("Adequate bone marrow function", VAGUE),
        ("In good general health", VAGUE),
        ("Any other condition that complicates anaesthesia", VAGUE),
        ("Note: surgery is no reason for exclusion", NO_CRITERION),
        ("No upper limit for the number of earlier treatments", NO_CRITERION),
        ("Not applicable", NO_CRITERION),
        ("None", NO_CRITERION),
        ("A responder is defined as a patient with a partial response", NO_CRITERION),
        ("Other exclusion criteria may apply", NO_CRITERION),
    ],
)
def test_a_question_has_its_kind(text: str, kind: AskedKind) -> None:
    assert kind in {mention.kind for mention in find_asked(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Age ≥ 18 years",
        "Haemoglobin below 8 g/dL",
        "Platelets > 100 x 10^9/L within 14 days before enrolment",
        "History of myocardial infarction",
        "Stroke within 6 months",
        "Diabetes mellitus type 1",
        "Pregnancy",
        "Pregnant",
        "Singleton pregnancy",
        "Pregnant women with pre-eclampsia",
        "Positive pregnancy test",
        "Chronic kidney disease stage 4",
        "ECOG performance status 0 or 1",
        "ECOG (Eastern Cooperative Oncology Group) status 0-2",
        "Treatment with warfarin",
        "Total bilirubin > 2 x ULN",
        "Known brain metastases",
        "Previous liver transplant",
        "Active hepatitis B",
        "Body mass index between 18 and 30",
        "Allergy to penicillin",
        "Major surgery within 4 weeks before enrolment",
        "Male or female",
        "Uncontrolled hypertension",
        "Severe heart failure",
        "Bleeding disorder",
        "Resident of a nursing home",
        "Radiotherapy within 28 days prior to informed consent",
        "Haemoglobin measured before signing informed consent",
        "HIV infection at the time of consent",
        "Chemotherapy within 4 weeks before the first dose of study drug",
        "Histologically confirmed adenocarcinoma",
        "LVEF < 40 %",
        "Smoker",
        "Adequate renal function: creatinine < 1.5 mg/dL",
        "Alcohol abuse",
        "",
        "   ",
    ],
)
def test_what_the_records_can_answer_is_no_question(text: str) -> None:
    assert find_asked(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Aged over 18 years and able to swallow tablets", "able to swallow tablets"),
        ("Aged 20 to 65 years who is willing to take part", "is willing to take part"),
        ("Incontinence making safe treatment impossible", "making safe treatment impossible"),
        ("Clinically significant bleeding of the stomach", "Clinically significant"),
        ("Creatinine > 2 mg/dL (Note: repeat tests are allowed)", "Note: repeat tests are allowed"),
        ("Treated with metformin; unable to attend clinics", "unable to attend clinics"),
        ("Hepatitis B. Replacement is not considered a treatment.", "Replacement is not considered a treatment"),
        ("Adequate renal function, no proteinuria", "Adequate renal"),
    ],
)
def test_a_part_that_is_asked_leaves_the_rest_to_compute(text: str, words: str) -> None:
    (mention,) = find_asked(text)
    assert text[slice(*mention.span)] == words
    assert not mention.is_whole


@pytest.mark.parametrize(
    "text",
    [
        "Patients who have not provided a signed informed consent",
        "Subjects who are pregnant or breast-feeding",
        "Women who are lactating",
        "Any disorder which in the opinion of the investigator would endanger the patient",
        "Participation in another trial within the last 30 days",
        "Able and willing to comply with the protocol",
        "- Informed consent.",
        "Unlikely to comply",
    ],
)
def test_nothing_is_left_when_only_names_of_people_stand_outside(text: str) -> None:
    assert all(mention.is_whole for mention in find_asked(text))
    assert find_asked(text)


def test_a_heading_about_contraception_tells_what_its_entries_are_about() -> None:
    (mention,) = find_asked("Diaphragm with gel", "Accepted methods of birth control")
    assert (mention.kind, mention.is_whole) == (REPRODUCTION, True)


def test_a_heading_about_something_else_tells_nothing() -> None:
    assert find_asked("Haemoglobin below 8 g/dL", "Laboratory values") == ()


def test_every_rule_gives_a_reason_in_words() -> None:
    assert all(len(rule.because.split()) >= 4 for rule in ALL_RULES)


def test_questions_that_overlap_become_one() -> None:
    text = "Unable or unwilling to give informed consent or to comply with study visits"
    (mention,) = find_asked(text)
    assert text[slice(*mention.span)] == text


def test_case_and_typographic_signs_do_not_matter() -> None:
    assert find_asked("IN THE INVESTIGATOR’S OPINION UNFIT")[0].kind is JUDGEMENT


_VOCABULARY = """
consent signed written informed the of a opinion investigator judged deemed able unable to willing comply
study trial another participation pregnant breast-feeding contraception plan during note: defined as section
any other condition that would interfere with age > 18 years and or , . ; ( ) clinically significant no upper
limit must not use
"""
_WORDS = st.sampled_from(_VOCABULARY.split())


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=30).map(" ".join)))
def test_any_text_is_read_in_order_without_overlap(text: str) -> None:
    found = find_asked(text)
    end = 0
    for mention in found:
        assert end <= mention.span[0] < mention.span[1] <= len(text)
        end = mention.span[1]
    assert len({mention.is_whole for mention in found}) <= 1


@pytest.mark.parametrize(
    "word", ["signed ", "the written informed ", "other or ", "in the (a/b) ", "as a the an ", "study "]
)
def test_repeated_words_do_not_make_it_slow(word: str) -> None:
    find_asked(word * 5000 + "consent opinion judged considered another trial")
