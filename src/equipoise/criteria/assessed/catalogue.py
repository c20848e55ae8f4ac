"""Which assessments a rule can ask for: what each is of, what it reads, its options, the unit or words of its value.

A closed list. What an assessment means is for `assessments` to say; which results go into it, for `assessed.judge`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from equipoise.errors import ProtocolError
from equipoise.terminology.concepts import Concept, ConceptKind

PERCENT = "%"


class Form(StrEnum):
    """The key under which a rule asks for an assessment."""

    DERIVED = "derived"
    CHANGE = "change"
    GRADE = "grade"
    RESPONSE = "response"
    DOSE = "dose"


@dataclass(frozen=True)
class AssessmentKind:
    """
    One assessment.

    `label` is its English, with `{}` for what it is of. `options` maps each option to the words that may be chosen,
    `required` names those that have no choice of ours to fall back on. `reads_person`: birth date or sex go in.
    """

    name: str
    form: Form
    label: str
    unit: str | None = None
    is_unit_required: bool = True
    answers: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    is_of_concept: bool = False
    options: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()
    takes_baseline: bool = False
    needs_baseline: bool = False
    reads_person: bool = False

    def check(self, subject: str | None, options: Mapping[str, str], *, has_baseline: bool) -> None:
        """Raise ProtocolError when it cannot be asked for in this way."""
        if self.subjects and subject not in self.subjects:
            raise ProtocolError(f"{self.name} of {subject!r} does not exist; known: {', '.join(self.subjects)}")
        if (subject is None) == (self.is_of_concept or bool(self.subjects)):
            raise ProtocolError(f"{self.name} of {subject!r} cannot be asked")
        for key, value in options.items():
            if key not in self.options:
                raise ProtocolError(f"{self.name} has no option {key!r}; known: {', '.join(self.options) or 'none'}")
            if value not in self.options[key]:
                raise ProtocolError(f"{self.name}: {key} {value!r} is none of {', '.join(self.options[key])}")
        for key in self.required:
            if key not in options:
                raise ProtocolError(f"{self.name} needs {key}: one of {', '.join(self.options[key])}")
        if self.needs_baseline and not has_baseline:
            raise ProtocolError(f"{self.name} needs a baseline: from: '28 d before cycle-1'")
        if has_baseline and not self.takes_baseline:
            raise ProtocolError(f"{self.name} compares with no baseline; leave from out")

    def concept_ids(self, subject: str | None, options: Mapping[str, str]) -> tuple[str, ...]:
        """The concepts whose results it reads."""
        if self.is_of_concept and subject is not None:
            return (subject,)
        return self.inputs

    def value(self, subject: str | None = None, *, own: Concept | None = None) -> Concept:
        """
        What it gives, as a concept of which limits and words are read: unit or answers.

        `own` is the concept it is of, where its value is in that concept's unit.
        """
        label = self.label.format((subject or "").replace("-", " ")) if own is None else self.label.format(own.label)
        if self.answers:
            answers = MappingProxyType(dict.fromkeys(self.answers, ()))
            return Concept(self.name, label, ConceptKind.CODED, answers=answers)
        unit = self.unit if own is None else own.unit
        equivalence = None if own is None else own.equivalence
        return Concept(
            self.name,
            label,
            ConceptKind.QUANTITY,
            unit=unit,
            is_unit_required=self.is_unit_required,
            equivalence=equivalence,
        )


_KINDS = (
    AssessmentKind("bmi", Form.DERIVED, "body mass index", unit="kg/m2", inputs=("body-weight", "body-height")),
    AssessmentKind(
        "body-surface",
        Form.DERIVED,
        "body surface area",
        unit="m2",
        inputs=("body-weight", "body-height"),
        options={"formula": ("du-bois", "mosteller", "haycock")},
        required=("formula",),
    ),
    AssessmentKind(
        "change",
        Form.CHANGE,
        "change of {} from baseline",
        unit=PERCENT,
        is_of_concept=True,
        takes_baseline=True,
        needs_baseline=True,
    ),
)
KINDS: Mapping[str, AssessmentKind] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every assessment, by name."""


def kind_of(name: str) -> AssessmentKind:
    """The assessment of this name; raises ProtocolError when there is none."""
    if name not in KINDS:
        raise ProtocolError(f"nothing is assessed as {name!r}; known: {', '.join(KINDS)}")
    return KINDS[name]


def kinds_of(form: Form) -> tuple[AssessmentKind, ...]:
    """The assessments that a rule asks for under one key."""
    return tuple(kind for kind in KINDS.values() if kind.form is form)
