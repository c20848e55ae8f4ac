"""Value sets: the packaged ones are complete and honest about their marks; a site's own are added or refused."""

import pytest

from equipoise.errors import TerminologyError
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import (
    base_library,
    load_codes_csv,
    load_concepts,
    read_concepts,
    with_site_codes,
)
from equipoise.terminology.concepts import ConceptKind, DecidedBy
from equipoise.terminology.units import resolve_unit

EVENTS = """pancreatic-net liver-metastasis neuroendocrine-carcinoma brain-metastasis cirrhosis ascites heart-failure
diabetes pregnancy lactation post-menopause surgical-sterility urinary-incontinence other-malignancy
non-melanoma-skin-cancer cervix-carcinoma-in-situ chemotherapy capecitabine temozolomide somatostatin-analogue
long-acting-somatostatin-analogue systemic-therapy yttrium-90-radioembolisation arterial-embolisation
external-beam-radiotherapy prrt hepatic-failure"""
QUANTITIES = """haemoglobin leukocytes platelets neutrophils lymphocytes bilirubin albumin inr prothrombin-time
fasting-glucose creatinine measured-clearance cockcroft-gault-reported body-weight body-height ki-67 mitoses-per-2mm2
krenning-score liver-tumour-burden cytoreducible-fraction marrow-irradiated-fraction ecog karnofsky alt ast potassium"""
CODED = """nyha-class net-grade tumour-differentiation somatostatin-receptor-uptake hcg-test pregnancy-status
breastfeeding-status contraception partner-of-childbearing-potential surgically-sterile informed-consent
safe-radiopharmaceutical-despite-incontinence metastases-treated-and-stable no-evidence-of-disease"""

# The code lists of the reference trial, one line for each item, by code system.
CODES = {
    "LOINC": """718-7 59260-0 6690-2 26464-8 777-3 26515-7 751-8 26499-4 731-0 1975-2 14631-6 1751-7 6301-6 5902-2
        1558-6 14771-0 2345-7 2339-0 2160-0 14682-9 35591-7 2164-2 77147-7 62238-1 1742-6 1920-8 29463-7 8302-2 29593-1
        2106-3 2110-5 19080-1 82810-3 63895-7 8665-2 8659-5 88020-3 89247-1 89243-0 21889-1 33728-7 97509-4""",
    "SNOMED": """459401000124106 133531000119104 255046005 1208744003 253000007 94381002 94225005 19943007 389026000
        236005001 59927004 84114007 42343007 73211009 77386006 413712001 161712005 307429007 236886002 165232002
        254701007 254651007 92564006 363346000 57238002 16736007 71273005 85946004 174431000 74180003 33149006
        1156506007 45643008 10611004 441799006 1162782007 1217123003 440252007""",
    "ICD10CM": """C25.4 C7A.8 C7A.098 D3A.8 C7A.1 C7B.02 C78.7 C7B.8 C79.31 K74.60 K74.69 K70.30 R18.8 R18.0 K72.00
        K72.10 K72.90 I50.9 E10.9 E11.9 E10.65 E11.65 Z33.1 Z34.00 O00.1 O99.89 Z32.01 Z39.1 Z78.0 N95.1 Z90.710 Z90.711
        Z98.51 Z98.52 R32 N39.3 N39.41 N39.498 C44.91 D06.9 C00.0 C96.9 Z85.3 N18.1 N18.9 E34.0 Z92.3 Z92.21""",
    "ICDO3": "8240/3 8249/3 8246/3 8013/3 8150/3",
    "RxNorm": "194000 37776 7617 68092",
    "ATC": "L01BC06 L01AX03 V10XX04 H01CB02 H01CB03 L01EG02 L01EX01 L01AD04",
    "HCPCS": "A9513 A9587 S2095 C2616",
    "NDC": "69488-003 69488-001",
    "CPT4": "37243 79445 47122 47120 47125 47130 77386 77412 79101 78811 78812 78813 78814 78815 78816",
    "ICD10PCS": "0FT0 0FT1 0FT2 0FB0 0FB1 0FB2 0FBG 0FTG DW0",
}


@pytest.mark.parametrize(
    ("kind", "ids"), [(ConceptKind.EVENT, EVENTS), (ConceptKind.QUANTITY, QUANTITIES), (ConceptKind.CODED, CODED)]
)
def test_the_concepts_of_the_reference_trial_are_there(kind, ids):
    assert {base_library()[each].kind for each in ids.split()} == {kind}
    assert base_library()["last-menstrual-period"].kind is ConceptKind.DATE


@pytest.mark.parametrize(
    ("system", "code"), [(system, code) for system, each in CODES.items() for code in each.split()]
)
def test_every_code_of_the_reference_trial_is_in_a_value_set(system, code):
    assert bind_codes(base_library(), [(system, code)])


def test_a_code_that_nobody_confirmed_proves_nothing():
    proving = [
        (concept.id, rule.code)
        for concept in base_library().values()
        for rule in concept.codes
        if rule.mark == "U" and not rule.suggests
    ]
    assert proving == []


def test_no_concept_holds_one_rule_twice():
    for concept in base_library().values():
        rules = [(rule.system, rule.code, rule.excludes) for rule in concept.codes]
        assert len(rules) == len(set(rules)), concept.id


def test_units_are_canonical_and_every_concept_asks_a_question():
    for concept in base_library().values():
        assert concept.question.endswith("?"), concept.id
        assert concept.unit is None or resolve_unit(concept.unit) == concept.unit
        assert (concept.unit is not None) == (concept.kind is ConceptKind.QUANTITY)
        assert bool(concept.answers) == (concept.kind is ConceptKind.CODED)
        assert concept.tables


def test_what_only_a_person_knows_is_decided_by_a_person():
    by_person = {concept.id for concept in base_library().values() if concept.decided_by is DecidedBy.PERSON}
    assert by_person == {
        "ascites-grade",
        "encephalopathy-grade",
        "dialysed-in-past-week",
        "cytoreducible-fraction",
        "marrow-irradiated-fraction",
        "contraception",
        "partner-of-childbearing-potential",
        "informed-consent",
        "safe-radiopharmaceutical-despite-incontinence",
        "metastases-treated-and-stable",
        "no-evidence-of-disease",
        "adverse-events-reviewed",
        "hypersensitivity-premedication",
        "long-acting-analogue-stopped",
        "short-acting-analogue-stopped",
        "fit-for-operation",
        "retreatment-approved",
    }


def test_scores_and_ratios_need_no_unit():
    no_unit = {concept.id for concept in base_library().values() if not concept.is_unit_required}
    assert no_unit == {
        "inr",
        "blood-ph",
        "mitoses-per-2mm2",
        "krenning-score",
        "ecog",
        "karnofsky",
        "body-mass-index",
        "worst-related-toxicity-grade",
        "hypersensitivity-grade",
    }


def test_site_codes_from_csv_are_added(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text(
        "concept,system,code,match,display,suggests\n"
        "haemoglobin,https://lab.example,HB,,blood count,\n"
        "diabetes,ICD10CM,E13,prefix,,\n"
        "cirrhosis,https://lab.example,FIB4,,,yes\n",
        encoding="utf-8",
    )
    library = with_site_codes(base_library(), load_codes_csv(path))
    codes = [("https://lab.example", "HB"), ("ICD10CM", "E13.65"), ("https://lab.example", "FIB4"), ("LOINC", "718-7")]
    found = [(each.concept_id, each.suggests) for each in bind_codes(library, codes)]
    assert found == [("haemoglobin", False), ("diabetes", False), ("cirrhosis", True), ("haemoglobin", False)]
    assert bind_codes(base_library(), codes[:1]) == ()
    assert library["haemoglobin"].codes[-1].mark == "S"


def test_site_codes_tell_all_faults_together():
    wrong = {
        "hemoglobin": [{"system": "LOINC", "code": "718-7"}],
        "creatinine": [{"system": "LOINC"}, {"system": "LOINC", "code": "1", "match": "prefix"}],
        "inr": [{"system": "x", "code": "1", "sugests": True}, {"system": "x", "code": "1", "match": "near"}],
    }
    with pytest.raises(TerminologyError) as caught:
        with_site_codes(base_library(), wrong)
    text = str(caught.value)
    assert len(caught.value.faults) == 5
    assert "there is no concept 'hemoglobin'" in text
    assert "Did you mean haemoglobin?" in text
    assert "has no system or no code" in text
    assert "do not begin like their parents" in text
    assert "Did you mean suggests?" in text
    assert "'near' is not one of exact, prefix, descendants" in text


def test_a_code_list_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("concept;system;code\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"no column concept, system, code"):
        load_codes_csv(path)


def test_a_missing_file_is_told_without_a_traceback(tmp_path):
    with pytest.raises(TerminologyError, match="cannot be read"):
        load_codes_csv(tmp_path / "none.csv")


def test_concepts_of_a_file_of_ones_own(tmp_path):
    path = tmp_path / "concepts.yaml"
    path.write_text(
        "concepts:\n"
        "  urea:\n"
        "    label: urea\n"
        "    kind: quantity\n"
        "    unit: mmol/L\n"
        "    equivalence: 6.006 mg/dL = 1 mmol/L\n"
        "    codes: [{system: https://lab.example, code: UREA, mark: V}]\n",
        encoding="utf-8",
    )
    concepts = load_concepts(path)
    assert concepts["urea"].tables == ("measurements",)
    assert [each.concept_id for each in bind_codes(concepts, [("https://lab.example", "UREA")])] == ["urea"]


def test_a_faulty_concept_file_tells_all_faults_together(tmp_path):
    path = tmp_path / "concepts.yaml"
    path.write_text(
        "concepts:\n"
        "  urea: {kind: quantity, unit: mmoles, equivalence: 6 = 1}\n"
        "  gout: {kind: evnt, lable: gout}\n"
        "  fever: {kind: quantity}\n",
        encoding="utf-8",
    )
    with pytest.raises(TerminologyError) as caught:
        load_concepts(path)
    text = str(caught.value)
    assert len(caught.value.faults) == 5
    assert "'mmoles' is no canonical UCUM unit" in text
    assert "is no equivalence" in text
    assert "Did you mean label?" in text
    assert "'evnt' is not one of" in text
    assert "a quantity has no unit" in text


def test_a_file_that_is_not_yaml_is_refused(tmp_path):
    path = tmp_path / "concepts.yaml"
    path.write_text("concepts: [", encoding="utf-8")
    with pytest.raises(TerminologyError, match="is not YAML"):
        load_concepts(path)


def test_a_concept_says_by_which_words_texts_name_it_and_its_usual_window():
    entry = {"kind": "quantity", "unit": "mmol/L", "terms": ["urea", "blood urea"], "window": "laboratory"}
    concepts, faults = read_concepts({"urea": entry, "gout": {"kind": "event"}})
    assert (faults, concepts["urea"].terms, concepts["urea"].window) == ((), ("urea", "blood urea"), "laboratory")
    assert (concepts["gout"].terms, concepts["gout"].window) == ((), None)


def test_an_event_that_names_no_table_may_stand_in_every_table_of_events():
    concepts, _ = read_concepts({"gout": {"kind": "event"}})
    assert concepts["gout"].tables == ("conditions", "medications", "procedures")


def test_faults_of_an_entry_say_their_place():
    entry = {
        "kind": "coded",
        "terms": "gout",
        "window": "weekly",
        "tables": ["labs"],
        "answers": {"yes": "y"},
        "codes": [{"system": "LOINC", "code": "1", "mark": "V"}, {"system": "LOINC", "mark": "V"}],
    }
    _, faults = read_concepts({"gout": entry, "fever": {"kind": "coded", "answers": ["yes"]}})
    assert {fault.where for fault in faults} == {
        "gout.terms",
        "gout.window",
        "gout.tables",
        "gout.answers.yes",
        "gout.codes[2]",
        "fever.answers",
    }
    assert "'weekly' is no usual window" in str([fault.what for fault in faults])
