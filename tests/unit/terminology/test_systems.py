"""Names of code systems: FHIR R4 list of external code systems, HL7 OID registry, OMOP CDM vocabulary names."""

import pytest

from equipoise.terminology import systems
from equipoise.terminology.concepts import LOCAL_SYSTEM


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("http://loinc.org", systems.LOINC),
        ("https://loinc.org/", systems.LOINC),
        ("LOINC", systems.LOINC),
        ("urn:oid:2.16.840.1.113883.6.1", systems.LOINC),
        ("2.16.840.1.113883.6.96", systems.SNOMED),
        ("http://snomed.info/sct|http://snomed.info/sct/731000124108", systems.SNOMED),
        ("http://snomed.info/sct/731000124108/version/20230901", systems.SNOMED),
        ("SNOMED CT", systems.SNOMED),
        ("http://hl7.org/fhir/sid/icd-10-cm", systems.ICD_10_CM),
        ("ICD10CM", systems.ICD_10_CM),
        ("icd-10-cm", systems.ICD_10_CM),
        ("http://hl7.org/fhir/sid/icd-10-pcs", systems.ICD_10_PCS),
        ("RxNorm", systems.RXNORM),
        ("http://www.whocc.no/atc", systems.ATC),
        ("CPT4", systems.CPT),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", systems.HCPCS),
        ("urn:oid:2.16.840.1.113883.6.285", systems.HCPCS),
        ("ICDO3", systems.ICD_O_3),
        ("NDC", systems.NDC),
        ("https://equipoise.dev/codes", LOCAL_SYSTEM),
    ],
)
def test_every_name_of_a_system_is_one_uri(name, uri):
    assert systems.canonical_system(name) == uri


def test_an_unknown_system_stays_itself_and_is_no_other():
    assert systems.canonical_system("https://lab.example/tests") == "https://lab.example/tests"
    # ICD-10 of the WHO is another classification than its clinical modification.
    assert systems.canonical_system("http://hl7.org/fhir/sid/icd-10") != systems.ICD_10_CM


@pytest.mark.parametrize("name", [None, "", "  "])
def test_no_name_is_no_system(name):
    assert systems.canonical_system(name) is None


@pytest.mark.parametrize(
    ("system", "written", "folded"),
    [
        (systems.ICD_10_CM, "c25.4", "C254"),
        (systems.ICD_O_3, "M-8240/3", "8240/3"),
        (systems.ATC, "l01bc06", "L01BC06"),
        (systems.SNOMED, " 73211009 ", "73211009"),
        # 5-3-2 digits become 5-4-2, as in the 11-digit form of the FDA.
        (systems.NDC, "69488-003-01", "69488000301"),
        (systems.NDC, "69488000301", "69488000301"),
    ],
)
def test_spellings_that_mean_nothing_are_folded(system, written, folded):
    assert systems.fold_code(system, written) == folded


def test_the_form_of_the_code_decides_between_the_levels_of_hcpcs():
    assert systems.canonical_code("HCPCS", "37243") == (systems.CPT, "37243")
    assert systems.canonical_code("CPT4", "a9513") == (systems.HCPCS, "A9513")


@pytest.mark.parametrize(("system", "code"), [(None, "718-7"), ("LOINC", None), ("LOINC", " ")])
def test_half_a_coding_is_none(system, code):
    assert systems.canonical_code(system, code) is None
