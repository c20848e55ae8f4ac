from pathlib import Path

import pytest
from tests.authoring_damage import lay_out

from equipoise.authoring.freetext.damage.detection import displaced_items, find_damage
from equipoise.authoring.model import DamageKind, DamageMark, Item, Segment, SegmentKind, Splitting
from equipoise.criteria.truth import Kind

RECORDS = Path(__file__).parents[4] / "protocols" / "nct05610826" / "records"


def marks_of(criterion: str) -> list[DamageMark]:
    """The marks of one criterion, which stands between undamaged ones that begin with a capital."""
    others = ["Pregnancy", "Active infection", "Known epilepsy", "Severe asthma", "Prior stroke", "Heart failure"]
    text, splitting = lay_out([*others[:3], criterion, *others[3:]])
    return [mark for mark in find_damage(text, splitting) if mark.item == 3]


def kinds_of(criterion: str) -> list[DamageKind]:
    return [mark.kind for mark in marks_of(criterion)]


@pytest.mark.parametrize(
    ("criterion", "after"),
    [
        ("Hb <", "Hb <"),
        ("Ki-67 ≤ and well differentiated", "Ki-67 ≤"),
        ("Platelets >= , leukocytes > 3000/mm3", "Platelets >="),
        ("Hemoglobin ≥ g/dL", "Hemoglobin ≥"),
        ("ALT ≤ x ULN", "ALT ≤"),
        ("Platelets greater than /mm3", "greater than"),
        ("Creatinine clearance of at least", "at least"),
    ],
)
def test_a_comparison_with_nothing_after_it_is_marked(criterion, after):
    mark = marks_of(criterion)[0]

    assert (mark.kind, mark.start == mark.end) == (DamageKind.TEXT_LOST, True)
    assert mark.after == after


@pytest.mark.parametrize(
    "criterion",
    [
        "Patients aged years and older",
        "Disease for at least years",
        "INR of or less",
        "Surgery within of enrollment",
        "Age between 18 and years",
        "Age between and 75 years",
        "Chemotherapy within weeks before randomization",
        "No smoking in the past months",
        "Hemoglobin g/dL",
        "ALT x ULN",
        "Left ventricular ejection fraction",
        "Oxygen saturation above % on room air",
        "Washout -week period",
        "ECOG performance status of or less",
        "Neuropathy of grade",
    ],
)
def test_a_quantity_that_is_cut_off_is_marked(criterion):
    assert kinds_of(criterion)[0] is DamageKind.TEXT_LOST


@pytest.mark.parametrize(
    "criterion",
    [
        "Patients with a history of",
        "Chemotherapy prior to",
        "Well differentiated, Ki-",
        "Treated hypertension or",
        "Seizures, except for the",
        "Systolic pressure 120 -",
        "Patients who are",
    ],
)
def test_an_end_that_hangs_in_the_air_is_marked(criterion):
    mark = marks_of(criterion)[0]

    assert mark.kind is DamageKind.TEXT_LOST
    assert mark.because.startswith("it ends in ")


@pytest.mark.parametrize(
    "criterion",
    [
        "calculated by the Cockroft Gault method < 50 mL/min",
        "of childbearing potential and without contraception",
        "or treated with insulin in the last year",
        "< 50 mL/min by the measured clearance",
        "requiring oxygen at rest for longer than a day",
    ],
)
def test_a_beginning_without_a_head_is_marked(criterion):
    mark = marks_of(criterion)[0]

    assert mark.kind in (DamageKind.LINE_LOST, DamageKind.FRAGMENT)
    assert mark.lost == "the beginning of the sentence"


def test_a_list_in_lower_case_has_no_lost_heads():
    text, splitting = lay_out(
        ["pregnancy", "treated with insulin", "of legal age", "active infection", "known epilepsy"]
    )

    assert find_damage(text, splitting) == ()


def test_a_word_written_small_everywhere_is_no_lost_head():
    assert kinds_of("eGFR below 30 mL/min") == []
    assert kinds_of("pH below 7.2 in the umbilical artery") == []


def test_a_bracket_that_never_closes_is_marked_to_the_end():
    mark = marks_of("Lung disease (asthma, cystic fibrosis")[0]

    assert mark.kind is DamageKind.BRACKET_OPEN
    assert mark.end - mark.start == len("(asthma, cystic fibrosis")


def test_a_bracket_that_never_opened_is_marked():
    assert kinds_of("Lung disease asthma, cystic fibrosis)") == [DamageKind.BRACKET_OPEN]
    assert kinds_of("Diabetes of stage 4) with foot ulcer") == [DamageKind.BRACKET_OPEN]


@pytest.mark.parametrize(
    "criterion",
    [
        "Any of: a) asthma, b) bronchitis or c) cystic fibrosis",
        "1) Pregnancy 2) lactation",
        "Age in the interval [18, 65) years",
        "Willing to take part :)",
        "Diarrhea (grade 2 or higher (CTCAE)) at baseline",
    ],
)
def test_numbering_intervals_and_smileys_are_no_open_brackets(criterion):
    assert kinds_of(criterion) == []


def test_an_open_bracket_around_a_hole_is_a_second_sign_of_it():
    (mark,) = marks_of("Well differentiated (grade 1 or grade 2, Ki-")

    assert (mark.kind, mark.after) == (DamageKind.TEXT_LOST, "Ki-")
    assert "bracket before it never closes" in mark.because


def test_a_score_without_limit_in_an_open_bracket_is_marked_behind_its_name():
    (mark,) = marks_of("Uptake of tumor on PET (Krenning Score on all or a majority of lesions")

    assert (mark.kind, mark.after) == (DamageKind.TEXT_LOST, "Krenning Score")
    assert mark.lost == "the limit of the score, and the closing bracket"


def test_a_bracket_may_close_in_the_last_entry_under_it():
    parent = Item(0, Kind.EXCLUSION, ((0, 17),), "Organ disease (of")
    child = Item(1, Kind.EXCLUSION, ((18, 35),), "the liver or lung)", level=1, parent=0)
    text = "Organ disease (of the liver or lung)"
    splitting = Splitting((parent, child), (Segment(0, len(text), SegmentKind.CRITERION, 0),))

    assert find_damage(text, splitting) == ()


@pytest.mark.parametrize(
    ("criterion", "second"),
    [
        ("WBC <2x109/L (2000/mm3)", "agrees"),
        ("Platelets <75x109/L (75x103/mm3)", "agrees"),
        ("WBC <2x109/L (3000/mm3)", "does not agree"),
    ],
)
def test_a_flattened_power_says_whether_the_second_printing_agrees(criterion, second):
    marks = marks_of(criterion)

    assert {mark.kind for mark in marks} == {DamageKind.SUPERSCRIPT_FLATTENED}
    assert all(mark.because.endswith(second) and not mark.is_harmless for mark in marks)


@pytest.mark.parametrize(
    "criterion", ["Platelets > 100 10 9/L", "Neutrophils ≥ 1.5×109/L", "CD4 above 0.2 x 109 cells/L"]
)
def test_a_flattened_power_is_marked_without_a_second_printing(criterion):
    assert kinds_of(criterion) == [DamageKind.SUPERSCRIPT_FLATTENED]


@pytest.mark.parametrize(
    "criterion",
    [
        "BMI > 30 kg/m2",
        "Leukocytes < 3000/mm3",
        "Platelets ≥ 100 x 10^9/L",
        "Lesion of 4 mm2",
        "Dose of 2 x 108 mg daily",
    ],
)
def test_square_metres_cubic_millimetres_and_printed_powers_are_not_flattened(criterion):
    assert kinds_of(criterion) == []


@pytest.mark.parametrize(
    ("criterion", "kind", "lost"),
    [
        ("Platelets &lt; 100,000/mm3", DamageKind.ENTITY, "'<', exactly"),
        ("Age &amp;ge; 18 years", DamageKind.ENTITY, "'≥', exactly"),
        ("Age &#8805; 18 years", DamageKind.ENTITY, "'≥', exactly"),
        ("Creatinine > 150 &micro;mol/L", DamageKind.ENTITY, "'µ', exactly"),
        ("Age â‰¥ 18 years", DamageKind.MOJIBAKE, "'≥', exactly"),
        ("Temperature > 38.5 Â°C", DamageKind.MOJIBAKE, "'°', exactly"),
        ("Creatinine > 150 Î¼mol/L", DamageKind.MOJIBAKE, "'μ', exactly"),
    ],
)
def test_what_decodes_exactly_is_marked_as_harmless(criterion, kind, lost):
    (mark,) = marks_of(criterion)

    assert (mark.kind, mark.lost, mark.is_harmless) == (kind, lost, True)


@pytest.mark.parametrize(
    ("criterion", "kind"),
    [
        ("Age ? 18 years", DamageKind.MOJIBAKE),
        ("Ferritin ? 10 ng/mL", DamageKind.MOJIBAKE),
        ("Creatinine > 150 ?mol/L", DamageKind.MOJIBAKE),
        ("Age \ufffd 18 years", DamageKind.MOJIBAKE),
        ("Age ³ 18 years", DamageKind.MOJIBAKE),
        ("Bilirubin £ 2 mg/dL", DamageKind.MOJIBAKE),
        ("Age â¥ 18 years", DamageKind.MOJIBAKE),
        ("Creatinine > 150 mol/L", DamageKind.TEXT_LOST),
        ("Platelets > 100,000/L", DamageKind.TEXT_LOST),
        ("Ferritin < 15 g/L", DamageKind.TEXT_LOST),
        ("Adults (=18 years)", DamageKind.TEXT_LOST),
        ("Age 18 years", DamageKind.TEXT_LOST),
    ],
)
def test_an_eaten_sign_is_marked_and_not_harmless(criterion, kind):
    (mark,) = marks_of(criterion)

    assert (mark.kind, mark.is_harmless) == (kind, False)


@pytest.mark.parametrize(
    "criterion",
    [
        "Glucose > 200 mg/dL (=11 mmol/L)",
        "Pain on a scale (0 = none, 10 = worst)",
        "Remission of one year (1 year = 365 days)",
        "Bilirubin < or = 2 mg/dL",
        "Age 18-75 years",
        "Sjögren syndrome, Ménière disease",
        "Is the patient able to walk?",
    ],
)
def test_equalities_conversions_and_accents_are_no_eaten_signs(criterion):
    assert kinds_of(criterion) == []


def test_numbers_that_run_on_in_the_second_list_are_no_damage():
    text, splitting = lay_out(["Asthma", "Pregnancy", "Stroke"], labels=["1.", "2.", "3."])

    assert find_damage(text, splitting) == ()


def test_a_number_without_the_one_before_it_is_marked():
    text, splitting = lay_out(["Asthma", "Pregnancy", "Stroke"], labels=["1.", "2.", "4."])

    (mark,) = find_damage(text, splitting)

    assert (mark.kind, text[mark.start], mark.item) == (DamageKind.NUMBER_WITHOUT_LIST, "4", 2)
    assert mark.lost.startswith("entry 3 ")


def test_a_list_whose_items_end_in_commas_or_and_is_not_cut():
    text, splitting = lay_out(["Age above 18 years,", "Stable asthma,", "No allergy, and", "Written consent."])

    assert find_damage(text, splitting) == ()


def test_an_entry_with_entries_under_it_may_end_in_the_air():
    parent = Item(0, Kind.INCLUSION, ((0, 14),), "A diagnosis of")
    children = tuple(
        Item(index, Kind.INCLUSION, (span,), words, level=1, parent=0)
        for index, span, words in ((1, (15, 21), "asthma"), (2, (22, 26), "COPD"))
    )
    text = "A diagnosis of asthma COPD"

    assert find_damage(text, Splitting((parent, *children), ())) == ()


def test_a_mark_counts_the_record_when_the_words_of_an_item_are_broken_over_lines():
    text = "- Previous\n  treatment  with\n- Asthma\n"
    items = (
        Item(0, Kind.EXCLUSION, ((2, 28),), "Previous treatment with"),
        Item(1, Kind.EXCLUSION, ((31, 37),), "Asthma"),
    )

    (mark,) = find_damage(text, Splitting(items, ()))

    assert text[: mark.start].endswith("treatment  with")


def reference_splitting(text: str, items: list[tuple[Kind, str]]) -> Splitting:
    """Items by their first and last words, in order of place: `first … last`."""
    made, reached = [], 0
    for index, (kind, ends) in enumerate(items):
        first, last = ends.split(" … ")
        start = text.index(first, reached)
        reached = text.index(last, start) + len(last)
        made.append(Item(index, kind, ((start, reached),), " ".join(text[start:reached].split())))
    return Splitting(tuple(made), ())


REFERENCE = [
    (Kind.INCLUSION, "Metastatic Pancreatic neuroendocrine tumors (Pan … liver"),
    (Kind.INCLUSION, "Well- or … Ki-"),
    (Kind.INCLUSION, "Ability to aim … surgically"),
    (Kind.INCLUSION, "Proof of … majority of lesions"),
    (Kind.INCLUSION, "Age older … years"),
    (Kind.INCLUSION, "No history of chemo … enrolled)."),
    (Kind.EXCLUSION, "Patient with G3 … >20%)"),
    (Kind.EXCLUSION, "Previous liver-directed … TAE"),
    (Kind.EXCLUSION, "Previous systemic … Temozolomide"),
    (Kind.EXCLUSION, "No tumor uptake … CT"),
    (Kind.EXCLUSION, "Liver tumor … MRI)"),
    (Kind.EXCLUSION, "Signs of early … ascites"),
    (Kind.EXCLUSION, "calculated by … exam)."),
    (Kind.EXCLUSION, "Hb concentration … (75x103/mm3)."),
    (Kind.EXCLUSION, "Known brain … stabilized."),
    (Kind.EXCLUSION, "Uncontrolled congestive … IV)."),
    (Kind.EXCLUSION, "Uncontrolled diabetes … ULN."),
    (Kind.EXCLUSION, "Pregnancy or … lactation."),
    (Kind.EXCLUSION, "For female … gel)."),
    (Kind.EXCLUSION, "Prior external … marrow."),
    (Kind.EXCLUSION, "Current spontaneous … IMP."),
    (Kind.EXCLUSION, "Other known … recurrence."),
    (Kind.EXCLUSION, "Patients who have not … treatment."),
    (Kind.EXCLUSION, "Poor renal … function"),
]


@pytest.fixture
def reference() -> tuple[str, Splitting]:
    text = (RECORDS / "nct05610826-original.txt").read_text(encoding="utf-8")
    return text, reference_splitting(text, REFERENCE)


def test_the_damage_of_the_reference_record_is_marked_and_nothing_else(reference):
    marks = find_damage(*reference)

    open_marks = [(mark.kind.value, mark.item, mark.after) for mark in marks if not mark.is_harmless]
    assert open_marks == [
        ("text-lost", 1, "Ki-"),
        ("text-lost", 3, "Krenning Score"),
        ("line-lost", 12, ""),
        ("superscript-flattened", 13, "WBC <2x"),
        ("superscript-flattened", 13, "platelets <75x"),
        ("superscript-flattened", 13, "- (75x"),
        ("torn-apart", 12, "consent form to accept this treatment."),
    ]


def test_the_stray_hyphens_of_the_reference_record_are_marked_as_harmless(reference):
    text, splitting = reference

    stray = [mark for mark in find_damage(text, splitting) if mark.kind is DamageKind.STRAY_MARK]

    assert [text[mark.start - 4 : mark.end + 3] for mark in stray] == [" as - co", "9/L - (7", "l). - Pr"]
    assert all(mark.is_harmless for mark in stray)


def test_the_stray_number_of_the_reference_record_is_marked_where_the_splitter_set_it_apart(reference):
    text, splitting = reference
    place = text.index("2. Hb")
    splitting = Splitting(splitting.items, (Segment(place, place + 2, SegmentKind.DAMAGE),))

    marks = [mark for mark in find_damage(text, splitting) if mark.kind is DamageKind.NUMBER_WITHOUT_LIST]

    assert [(text[mark.start : mark.end], mark.item, mark.is_harmless) for mark in marks] == [("2.", 13, True)]


def test_the_torn_title_is_displaced_and_no_entry_of_its_own(reference):
    text, splitting = reference
    marks = find_damage(text, splitting)

    assert displaced_items(splitting, marks) == {23}
    (torn,) = [mark for mark in marks if mark.kind is DamageKind.TORN_APART]
    assert text[torn.start : torn.end] == "Poor renal function"
