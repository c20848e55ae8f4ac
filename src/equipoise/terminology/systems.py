"""Which code system is meant, and how a code of it is written for comparison.

Decides: the one canonical URI for the many names of a code system (FHIR URIs of several releases, OIDs, the
vocabulary names of OMOP, everyday short names), and the spelling in which two codes of that system are equal.
Leaves to others: which codes belong to which concept (`binding.py`).

Sources: the list of external code systems of FHIR R4 and terminology.hl7.org, the HL7 OID registry, and the
vocabulary names of OMOP CDM 5.4.
"""

import re
from functools import lru_cache

from equipoise.terminology.concepts import LOCAL_SYSTEM

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
ICD_O_3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://terminology.hl7.org/CodeSystem/HCPCS-all-codes"
NDC = "http://hl7.org/fhir/sid/ndc"

_NAMES: dict[str, tuple[str, ...]] = {
    LOINC: ("loinc", "ln", "lnc", "2.16.840.1.113883.6.1", "loinc.org/loinc"),
    SNOMED: ("snomed", "snomedct", "snomedctus", "sct", "2.16.840.1.113883.6.96", "snomed.info/id"),
    ICD_10_CM: ("icd10cm", "2.16.840.1.113883.6.90", "terminology.hl7.org/codesystem/icd10cm"),
    ICD_10_PCS: (
        "icd10pcs",
        "2.16.840.1.113883.6.4",
        "hl7.org/fhir/sid/icd-10-pcs",
        "terminology.hl7.org/codesystem/icd10pcs",
    ),
    ICD_O_3: (
        "icdo3",
        "icdo",
        "2.16.840.1.113883.6.43.1",
        "hl7.org/fhir/sid/icd-o-3",
        "terminology.hl7.org/codesystem/icd-o-3-morphology",
    ),
    RXNORM: ("rxnorm", "2.16.840.1.113883.6.88"),
    ATC: ("atc", "whoatc", "2.16.840.1.113883.6.73", "whocc.no/atc_ddd_index"),
    CPT: ("cpt", "cpt4", "2.16.840.1.113883.6.12", "terminology.hl7.org/codesystem/cpt"),
    HCPCS: (
        "hcpcs",
        "2.16.840.1.113883.6.14",
        "2.16.840.1.113883.6.285",
        "cms.gov/medicare/coding/hcpcsreleasecodesets",
        "cms.gov/medicare/coding/medhcpcsgeninfo",
        "terminology.hl7.org/codesystem/hcpcs",
    ),
    NDC: ("ndc", "2.16.840.1.113883.6.69", "terminology.hl7.org/codesystem/ndc"),
    LOCAL_SYSTEM: ("equipoise",),
}

_WITHOUT_DOTS = frozenset({ICD_10_CM, ICD_10_PCS, ICD_O_3, ATC})
"""Systems whose dots are only typography (C25.4 and C254 are one code) and whose codes begin alike when related."""

PREFIX_SYSTEMS = frozenset({*_WITHOUT_DOTS, NDC})
"""Systems in which the beginning of a code is its parent, so that a prefix rule has a meaning."""

_CASELESS = frozenset({*_WITHOUT_DOTS, LOINC, CPT, HCPCS})
_NDC_SEGMENTS = (5, 4, 2)
_EDITION = re.compile(r"^(snomed\.info/x?sct)/.*$")
_LEVEL_ONE, _LEVEL_TWO = re.compile(r"^\d{4}[\dA-Z]$"), re.compile(r"^[A-Z]\d{4}$")


@lru_cache(maxsize=4096)
def canonical_system(name: str | None) -> str | None:
    """
    The canonical URI of a code system named in any known way; an unknown name is returned as it is.

    Knows URIs with http or https, with or without `www.`, a closing slash or a `|version`, SNOMED CT editions,
    bare OIDs and `urn:oid:`, and names such as "LOINC", "ICD10CM", "CPT4". Blank and None give None.
    """
    if name is None or not name.strip():
        return None
    cleaned = name.strip().split("|", 1)[0].rstrip("/")
    return _CANONICAL.get(_key(cleaned)) or _CANONICAL.get(re.sub(r"[\s._-]", "", _key(cleaned))) or cleaned


def _key(name: str) -> str:
    folded = name.lower().removeprefix("urn:oid:").removeprefix("https://").removeprefix("http://")
    return _EDITION.sub(r"\1", folded.removeprefix("www.").rstrip("/")).replace("snomed.info/xsct", "snomed.info/sct")


_CANONICAL = {_key(alias): uri for uri, aliases in _NAMES.items() for alias in (uri, *aliases)}


def fold_code(system: str, code: str) -> str:
    """A code as it is compared within its canonical system, without dots, case and padding that mean nothing."""
    text = code.strip()
    if system == NDC:
        return _fold_ndc(text)
    if system == LOCAL_SYSTEM:
        return text.lower()
    if system in _WITHOUT_DOTS:
        text = text.replace(".", "").replace(" ", "")
    if system in _CASELESS:
        text = text.upper()
    return text.removeprefix("M-") if system == ICD_O_3 else text


def canonical_code(system: str | None, code: str | None) -> tuple[str, str] | None:
    """
    Canonical system and folded code of a coding as it stands in the data; None without system or code.

    CPT is level I of HCPCS, and exports mix the two up, so the form of the code decides between them.
    """
    uri = canonical_system(system)
    if uri is None or code is None or not code.strip():
        return None
    folded = fold_code(uri, code)
    if uri == HCPCS and _LEVEL_ONE.match(folded):
        uri = CPT
    elif uri == CPT and _LEVEL_TWO.match(folded):
        uri = HCPCS
    return uri, folded


def _fold_ndc(text: str) -> str:
    """Labeler, product and package padded to 5-4-2 digits; an incomplete code gives the beginning of such a number."""
    if "-" not in text:
        return text
    parts = text.split("-")
    return "".join(part.zfill(length) for part, length in zip(parts, _NDC_SEGMENTS, strict=False))
