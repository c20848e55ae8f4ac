"""Which codes belong to which concept. Expected marks and meanings: the code lists named in the value sets."""

import time

import pytest

from equipoise.errors import TerminologyError
from equipoise.terminology import systems
from equipoise.terminology.binding import Hierarchy, answer_of, bind_codes, load_hierarchy
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeBinding, CodeRule, Concept, ConceptKind, Match

CLEARANCES = {"measured-clearance", "cockcroft-gault-reported", "creatinine"}


def bound(system, code, hierarchy=None):
    """Concept id to whether the code only suggests it."""
    return {each.concept_id: each.suggests for each in bind_codes(base_library(), [(system, code)], hierarchy)}


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("LOINC", "718-7", {"haemoglobin": False}),
        ("ICD10CM", "C25.4", {"pancreatic-net": False}),
        ("ICD10CM", "c254", {"pancreatic-net": False}),
        ("ICD10CM", "C7A.8", {"pancreatic-net": True}),
        ("ICD10CM", "C7A.1", {"neuroendocrine-carcinoma": False}),
        ("ICD10CM", "C7B.8", {"liver-metastasis": True}),
        ("ICD10CM", "C7B.02", {"liver-metastasis": False}),
        ("ICD10CM", "E11.9", {"diabetes": False}),
        ("ICD10CM", "E13.9", {"diabetes": True}),
        ("ICD10CM", "E08.00", {"diabetes": True}),
        ("ICD10CM", "E09.65", {"diabetes": True}),
        ("ICD10CM", "C78.7", {"liver-metastasis": False}),
        ("ICD10CM", "C79.31", {"brain-metastasis": False}),
        ("ICD10CM", "C77.2", {}),
        ("ICD10CM", "E11.65", {"diabetes": False}),
        ("ICD10CM", "K70.30", {"cirrhosis": True}),
        ("ICD10CM", "O26.891", {"pregnancy": False}),
        ("ICD10CM", "O90.89", {"pregnancy": True}),
        ("ICD10CM", "C50.911", {"other-malignancy": False}),
        ("ICD10CM", "C43.9", {"other-malignancy": False}),
        ("ICD10CM", "C4A.9", {"other-malignancy": False}),
        ("ICD10CM", "Z85.3", {"other-malignancy": False}),
        ("ICD10CM", "C25.0", {"other-malignancy": True}),
        ("ICD10CM", "D06.9", {"cervix-carcinoma-in-situ": False}),
        ("ATC", "L01AD04", {"chemotherapy": False, "systemic-therapy": False}),
        ("ATC", "L01BC06", {"chemotherapy": False, "capecitabine": False, "systemic-therapy": False}),
        ("ATC", "L01XA03", {"chemotherapy": False, "systemic-therapy": False}),
        ("ATC", "L01EG02", {"systemic-therapy": False}),
        ("ATC", "L01EX01", {"systemic-therapy": False}),
        ("ICD10CM", "Z92.21", {"chemotherapy": True, "systemic-therapy": True}),
        ("HCPCS", "A9513", {"lutetium-dotatate": False, "prrt": False}),
        ("NDC", "69488-003-01", {"lutetium-dotatate": False, "prrt": False}),
        ("CPT4", "37243", {"yttrium-90-radioembolisation": True, "arterial-embolisation": True}),
        ("CPT4", "37242", {}),
        ("ICD10PCS", "DW011ZZ", {"external-beam-radiotherapy": False}),
        ("ICD10PCS", "DW111ZZ", {}),
        ("ICDO3", "8240/3", {"pancreatic-net": True}),
        ("https://lab.example/tests", "718-7", {}),
    ],
)
def test_what_a_code_belongs_to(system, code, expected):
    assert bound(system, code) == expected


@pytest.mark.parametrize("site", "0123456789")
def test_fifth_character_of_c44_tells_the_skin_cancer(site):
    """1 basal cell, 2 squamous cell; 0 unspecified and 9 other may be either, or another cancer."""
    for fifth in "12":
        assert bound("ICD10CM", f"C44.{site}{fifth}") == {"non-melanoma-skin-cancer": False}
    for fifth in "09":
        both = {"other-malignancy": True, "non-melanoma-skin-cancer": True}
        assert bound("ICD10CM", f"C44.{site}{fifth}") == both


@pytest.mark.parametrize("code", ["77147-7", "62238-1"])
def test_estimated_gfr_never_stands_in_for_a_clearance(code):
    found = bound("LOINC", code)
    assert found == {"estimated-gfr": False}
    assert not CLEARANCES & set(found)


def test_methods_and_fasting_are_what_the_code_implies():
    codes = [("LOINC", code) for code in ("2164-2", "1558-6", "14771-0", "2345-7", "2339-0")]
    codes.append((LOCAL_SYSTEM, "measured-clearance"))
    found = {each.code: (each.concept_id, each.method, each.is_fasting) for each in bind_codes(base_library(), codes)}
    assert found == {
        "2164-2": ("measured-clearance", "urine-24h", None),
        "1558-6": ("fasting-glucose", None, True),
        "14771-0": ("fasting-glucose", None, True),
        "2345-7": ("fasting-glucose", None, None),
        "2339-0": ("fasting-glucose", None, None),
        "measured-clearance": ("measured-clearance", None, None),
    }


@pytest.mark.parametrize("concept_id", sorted(base_library()))
def test_every_concept_is_a_local_code(concept_id):
    assert bound(LOCAL_SYSTEM, concept_id) == {concept_id: False}


def test_bindings_are_spelled_as_in_the_data():
    spelled = ("urn:oid:2.16.840.1.113883.6.90", "c25.4")
    assert bind_codes(base_library(), [spelled]) == (CodeBinding("pancreatic-net", *spelled),)


@pytest.mark.parametrize("coding", [(None, "718-7"), ("LOINC", None), (None, None)])
def test_half_a_coding_binds_to_nothing(coding):
    assert bind_codes(base_library(), [coding]) == ()


def test_descendants_need_a_hierarchy(tmp_path):
    """A made-up child of malignant neoplasm, and one that is also a child of metastasis and so excluded."""
    path = tmp_path / "hierarchy.csv"
    path.write_text("parent,child\n363346000,1\n1,2\n2,1\n363346000,3\n128462008,3\n", encoding="utf-8")
    hierarchy = load_hierarchy(path)
    assert bound("SNOMED", "2") == {}
    assert bound("SNOMED", "2", hierarchy) == {"other-malignancy": False}
    assert bound("SNOMED", "3", hierarchy) == {}
    assert bound("LOINC", "2", hierarchy) == {}


def test_products_of_an_ingredient_by_hierarchy(tmp_path):
    path = tmp_path / "hierarchy.csv"
    path.write_text("system,parent,child\nRxNorm,194000,999\n", encoding="utf-8")
    assert bound("RxNorm", "999", load_hierarchy(path)) == {
        "chemotherapy": False,
        "capecitabine": False,
        "systemic-therapy": False,
    }


def test_a_faulty_hierarchy_names_all_its_faults(tmp_path):
    path = tmp_path / "hierarchy.csv"
    path.write_text("parent,child\n,2\n3,\n", encoding="utf-8")
    with pytest.raises(TerminologyError) as caught:
        load_hierarchy(path)
    assert [fault.where for fault in caught.value.faults] == [f"{path}:2", f"{path}:3"]


def test_a_circle_of_parents_ends():
    one, two = (systems.SNOMED, "1"), (systems.SNOMED, "2")
    assert Hierarchy({one: frozenset({two}), two: frozenset({one})}).ancestors(one) == {one, two}


def test_exclusion_wins_then_the_most_specific_rule():
    rules = (
        CodeRule(systems.ICD_10_CM, "C1", Match.PREFIX, suggests=True),
        CodeRule(systems.ICD_10_CM, "C10", Match.PREFIX),
        CodeRule(systems.ICD_10_CM, "C10.1", suggests=True),
        CodeRule(systems.ICD_10_CM, "C12", Match.PREFIX, excludes=True),
        CodeRule(systems.ICD_10_CM, "C12.1"),
    )
    concept = Concept("made-up", "made up", ConceptKind.EVENT, ("conditions",), rules)
    codes = [("ICD10CM", code) for code in ("C11", "C10.9", "C10.1", "C12.1", "C2")]
    found = {each.code: each.suggests for each in bind_codes({"made-up": concept}, codes)}
    assert found == {"C11": True, "C10.9": False, "C10.1": True}


def test_fifty_thousand_codes_bind_without_looking_at_every_rule():
    """Against its own time with few rules, not against a clock: 20,000 more rules must not cost a scan each."""
    codes = [("http://hl7.org/fhir/sid/icd-10-cm", f"C{i % 97:02d}.{i}") for i in range(50_000)]
    many = tuple(CodeRule(systems.SNOMED, str(i)) for i in range(20_000))
    large = {**base_library(), "many": Concept("many", "many", ConceptKind.EVENT, ("conditions",), many)}

    def seconds(concepts):
        begin = time.perf_counter()
        assert len(bind_codes(concepts, codes)) > 40_000
        return time.perf_counter() - begin

    seconds(base_library())
    # A scan would take hundreds of times as long; building the larger index does not.
    assert seconds(large) < 50 * seconds(base_library())


@pytest.mark.parametrize(
    ("concept", "system", "code", "text", "expected"),
    [
        ("hcg-test", "http://snomed.info/sct", "10828004", None, "positive"),
        ("hcg-test", "SNOMED", "260385009", None, "negative"),
        ("hcg-test", "LOINC", "LA6577-6", None, "negative"),
        ("hcg-test", None, None, " Negative ", "negative"),
        ("hcg-test", None, None, "3.2", None),
        ("nyha-class", "SNOMED", "421704003", None, "II"),
        ("nyha-class", None, None, "Class III", "III"),
        ("nyha-class", None, None, "nyha  iv", "IV"),
        ("nyha-class", None, None, "II-III", None),
        ("net-grade", None, None, "2", "2"),
        ("net-grade", None, None, "G3", "3"),
        ("net-grade", LOCAL_SYSTEM, "3", None, "3"),
        ("pregnancy-status", "SNOMED", "77386006", None, "pregnant"),
        ("pregnancy-status", "SNOMED", "60001007", None, "not-pregnant"),
        ("surgically-sterile", None, None, "Yes", "yes"),
        ("contraception", LOCAL_SYSTEM, "iud", None, "iud"),
        ("contraception", None, "hormonal", None, "hormonal"),
        # A code that is no answer leaves it to the text; a foreign code that spells an answer is not one.
        ("informed-consent", "https://site.example", "77", "signed", "signed"),
        ("net-grade", "https://site.example", "3", None, None),
        ("informed-consent", None, None, None, None),
        ("haemoglobin", None, None, "8.0", None),
    ],
)
def test_answers(concept, system, code, text, expected):
    assert answer_of(base_library()[concept], system, code, text) == expected
