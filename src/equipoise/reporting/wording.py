"""How single things are written in HTML: damaged sentences, codes, names of groups, counted people."""

from functools import lru_cache
from types import MappingProxyType

from markupsafe import Markup, escape

from equipoise.screening.outputs import Group
from equipoise.screening.report_model import CriterionView
from equipoise.terminology.concepts import LOCAL_SYSTEM

GROUP_TITLES = MappingProxyType(
    {
        Group.IN: ("Meet every criterion", "On the records and assumptions shown; assumptions stay to be confirmed."),
        Group.NEAR: ("Near", "Nothing blocks; one or two facts that the record could hold are missing."),
        Group.ASK_PEOPLE: ("Waiting for a person", "Nothing blocks; only questions for people are open."),
        Group.FAR: ("Far", "Nothing blocks yet; more than two facts are missing."),
        Group.OUT: ("Out", "At least one criterion blocks; the deciding fact is given."),
    }
)
"""Title and meaning of each list, in the order of the report."""

_SYSTEMS = MappingProxyType(
    {
        "http://loinc.org": "LOINC",
        "http://snomed.info/sct": "SNOMED CT",
        "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
        "http://hl7.org/fhir/sid/icd-10": "ICD-10 (WHO)",
        "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
        "http://www.whocc.no/atc": "ATC",
        "http://www.ama-assn.org/go/cpt": "CPT",
        "http://terminology.hl7.org/CodeSystem/HCPCS-all-codes": "HCPCS",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode": "visit class",
        "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9-CM",
        LOCAL_SYSTEM: "local",
    }
)


@lru_cache(maxsize=10_000)
def code_words(code: str | None) -> str:
    """`LOINC 718-7` for `http://loinc.org|718-7`; systems without a short name stay as they are."""
    if not code:
        return ""
    system, bar, rest = code.partition("|")
    return f"{_SYSTEMS.get(system, system)} {rest}".strip() if bar else code.replace("-", " ")


def system_words(system: str) -> str:
    """`LOINC` for `http://loinc.org`; a system without a short name stays as it is."""
    return _SYSTEMS.get(system, system)


def people(n: int) -> str:
    """`1 patient`, `38 patients`, `12,040 patients`."""
    return f"{n:,} patient" + ("" if n == 1 else "s")


def sentence_html(criterion: CriterionView) -> Markup:
    """
    The criterion's words with a visible mark wherever the record lost text.

    A mark whose words are not found in the sentence stands at its end, so that no damage is ever hidden.
    """
    places = sorted((_place(criterion.text, damage.after), damage.kind, damage.note) for damage in criterion.damages)
    out, last = Markup(), 0
    for place, kind, note in places:
        label = note or f"{kind.replace('-', ' ')} in the record"
        out += escape(criterion.text[last:place])
        out += Markup('<mark class="damage" title="{0}">[&#x2026; {0}]</mark>').format(label)
        last = place
    return out + escape(criterion.text[last:])


def _place(text: str, after: str) -> int:
    at = text.find(after) if after else 0
    return len(text) if at < 0 else at + len(after)
