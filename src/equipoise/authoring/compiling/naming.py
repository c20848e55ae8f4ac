"""Names for what a text asks and no value set holds: concepts that still need codes, and questions to people.

Decides an identifier, a label and the tables in which such a thing is likely to stand. No code is ever made up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST = 60
_LONGEST_QUESTION = 600
"""Longer words are cut in a question, which stands in lists; the criterion itself keeps them all."""
_PROCEDURE = re.compile(
    r"\b(?:surgery|surgeries|operations?|resections?|transplant\w*|biops\w+|implant\w*|angioplasty|bypass|radiotherapy|radiation|"
    r"dialysis|catheteri[sz]ation|intubation|amputation|\w+ectomy|\w+ostomy|\w+otomy|\w+plasty|\w+oscopy|stents?|procedures?|imaging|scan|mri|ct)\b",
    re.IGNORECASE,
)
_MEDICATION = re.compile(
    r"\b(?:therapy|therapies|treatments?|medications?|drugs?|agents?|inhibitors?|antagonists?|agonists?|blockers?|steroids?|corticosteroids?|"
    r"antibiotics?|vaccin\w+|insulin|anticoagula\w+|\w+(?:mab|nib|statin|pril|sartan|olol|azole|cillin|mycin|vir|oxacin|prazole|dipine|zepam|platin|taxel|rubicin)|chemo\w+|"
    r"immuno(?:therapy|suppress\w+)|antidepress\w+|antipsychotic\w*|opioids?|nsaids?|supplements?|hormones?)\b",
    re.IGNORECASE,
)


def concept_id(label: str) -> str:
    """`severe renal impairment` becomes `severe-renal-impairment`."""
    name = _NOT_A_NAME.sub("-", label.casefold()).strip("-")
    if len(name) > _LONGEST:
        name = name[:_LONGEST].rsplit("-", 1)[0]
    return name or "unnamed"


def likely_tables(label: str) -> list[str]:
    """The canonical tables in which an event of this name is likely to stand; diagnoses when nothing tells."""
    tables = [
        table for table, pattern in (("procedures", _PROCEDURE), ("medications", _MEDICATION)) if pattern.search(label)
    ]
    return tables or ["conditions"]


@dataclass
class Declarations:
    """
    What one criterion declares, in the form of a concept file; questions are numbered under `prefix`.

    `library` holds the names that are taken.
    """

    prefix: str
    library: Mapping[str, Concept]
    concepts: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_questions: int = 0

    def as_library(self) -> Mapping[str, Concept]:
        """The library with what is declared here, as a rule is read against it."""
        if not self.concepts:
            return self.library
        return {**self.library, **{name: as_concept(name, entry) for name, entry in self.concepts.items()}}

    def event(self, label: str, *, is_treatment: bool = False) -> str:
        """The identifier of an event that needs codes; `is_treatment`: words before it say that it was given."""
        tables = likely_tables(label)
        if is_treatment and tables == ["conditions"]:
            tables = ["medications"]
        asked = f"Is there a record of: {label}?"
        return self._declare(label, {"label": label, "kind": "event", "tables": tables, "question": asked})

    def quantity(self, label: str, unit: str | None) -> str:
        """The identifier of a measured thing that needs codes; without a unit it is a score or a ratio."""
        entry: dict[str, Any] = {"label": label, "kind": "quantity", "unit": unit or "1"}
        if unit is None:
            entry["is_unit_required"] = False
        return self._declare(label, entry | {"question": f"What is the {label}?", "window": "laboratory"})

    def question(self, words: str, because: str) -> str:
        """The identifier of a yes-or-no question that a person answers."""
        self.n_questions += 1
        name = f"ask-{self.prefix}" + (f"-{self.n_questions}" if self.n_questions > 1 else "")
        self.concepts[name] = {
            "label": _shortened(words),
            "kind": "coded",
            "decided_by": DecidedBy.PERSON.value,
            "answers": {"yes": ["true"], "no": ["false"]},
            "question": f"Does this hold for the patient: “{_shortened(words, _LONGEST_QUESTION)}”?",
            "source": because,
        }
        return name

    def _declare(self, label: str, entry: dict[str, Any]) -> str:
        name = concept_id(label)
        while name in self.library or self.concepts.get(name, entry) != entry:
            name = f"{name}-as-worded" if name in self.library else f"{name}-2"
        self.concepts[name] = entry
        return name


def as_concept(name: str, entry: Mapping[str, Any]) -> Concept:
    """A declared entry as the concept that a reader of its file would make of it."""
    return Concept(
        name,
        str(entry["label"]),
        ConceptKind(entry["kind"]),
        tables=tuple(entry.get("tables", ())),
        unit=entry.get("unit"),
        is_unit_required=bool(entry.get("is_unit_required", True)),
        answers={word: tuple(meant) for word, meant in entry.get("answers", {}).items()},
    )


def _shortened(words: str, length: int = 80) -> str:
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0] + " …"
