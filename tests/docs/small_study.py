"""A small study of our own in USDM 4, on which the author's tutorial can be walked without any download."""

from typing import Any

INCLUSIONS = (
    "Between 50 and 90 years of age.",
    "Probable fading of memory as defined by the consensus of the Northern Memory Circle (Attachment 3).",
    "MMSE score of 12 to 26.",
)
EXCLUSIONS = (
    "A history of syncope within the last 2 years.",
    "Use of sleeping tablets (zolpidem or zopiclone, at any dose.",
)
_CODES = {"inclusion": ("C25532", "Inclusion Criteria"), "exclusion": ("C25370", "Exclusion Criteria")}


def small_study() -> dict[str, Any]:
    """The study as it would be read from its file."""
    entries = [("inclusion", text) for text in INCLUSIONS] + [("exclusion", text) for text in EXCLUSIONS]
    numbers = [*range(1, len(INCLUSIONS) + 1), *range(1, len(EXCLUSIONS) + 1)]
    criteria = [_criterion(kind, number) for (kind, _), number in zip(entries, numbers, strict=True)]
    items = [
        {"id": f"Item_{kind}_{number}", "name": f"{kind} {number}", "text": f"<p>{text}</p>", "dictionaryId": None}
        for (kind, text), number in zip(entries, numbers, strict=True)
    ]
    design = {
        "id": "Design_1",
        "name": "Main",
        "studyType": _code("C98388", "Interventional Study"),
        "arms": [
            {"id": "Arm_1", "name": "A", "label": "Evening walks", "type": _code("C174266", "Investigational Arm")}
        ],
        "indications": [{"label": "Forgetfulness", "description": "Forgetfulness"}],
        "population": {"id": "Population_1", "plannedSex": [_code("C49636", "Both")], "cohorts": []},
        "eligibilityCriteria": criteria,
    }
    version = {
        "id": "Version_1",
        "versionIdentifier": "1",
        "titles": [{"text": "Evening walks for the memory", "type": _code("C99905", "Brief Study Title")}],
        "studyIdentifiers": [{"text": "WALKS-1", "scopeId": "Organization_1"}],
        "organizations": [{"id": "Organization_1", "label": "Northern Memory Circle", "managedSites": []}],
        "eligibilityCriterionItems": items,
        "studyDesigns": [design],
    }
    return {"usdmVersion": "4.0.0", "study": {"name": "WALKS", "versions": [version]}}


def _criterion(kind: str, number: int) -> dict[str, Any]:
    return {
        "id": f"Criterion_{kind}_{number}",
        "identifier": str(number),
        "criterionItemId": f"Item_{kind}_{number}",
        "category": _code(*_CODES[kind]),
    }


def _code(code: str, decode: str) -> dict[str, str]:
    return {"code": code, "codeSystem": "http://www.cdisc.org", "decode": decode, "instanceType": "Code"}
