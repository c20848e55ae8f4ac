"""Which assessments a rule can ask for: what each is of, what it reads, its options, the unit or words of its value.

A closed list. What an assessment means is for `assessments` to say; which results go into it, for `assessed.judge`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from equipoise.assessments.answer import NotEvaluable
from equipoise.assessments.ctcae import CtcaeVersion, Term, find_term
from equipoise.assessments.ctcae.model import Condition, Reference
from equipoise.assessments.derived.body import SurfaceFormula
from equipoise.assessments.derived.chemistry import CalciumFormula
from equipoise.assessments.derived.child_pugh import BilirubinRows, ChildPughClass
from equipoise.assessments.derived.kidney import WeightPolicy
from equipoise.assessments.derived.meld import MeldVersion
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.policy import (
    CompleteThenPartial,
    CompleteThenStable,
    NodeAfterComplete,
    PartialThenLess,
)
from equipoise.errors import EquipoiseError, ProtocolError
from equipoise.terminology.concepts import Concept, ConceptKind

PERCENT = "%"
ADMINISTERED_ACTIVITY, BED = "administered-activity", "bed"
CALCIUM, DIALYSED = "calcium-total", "dialysed-in-past-week"
ASCITES, ENCEPHALOPATHY = "ascites-grade", "encephalopathy-grade"
LESION_ROLE, LESION_DIAMETER, LESION_STATE = "lesion-role", "lesion-diameter", "lesion-state"
NUMBER, WHOLE_NUMBER = ("a number above 0",), ("a whole number",)
"""In the place of the words that an option may be."""
_NUMBER, _WHOLE_NUMBER = re.compile(r"\d*[1-9]\d*(\.\d+)?|\d+\.\d*[1-9]\d*"), re.compile(r"\d{1,5}")
_BASELINE_CONDITIONS = {Condition.BASELINE_HIGH, Condition.BASELINE_NOT_HIGH, Condition.BASELINE_LOW}
Options = Mapping[str, str]
Inputs = Callable[[str | None, Options], tuple[str, ...]]


class Form(StrEnum):
    """The key under which a rule asks for an assessment."""

    DERIVED = "derived"
    CHANGE = "change"
    GRADE = "grade"
    RESPONSE = "response"
    DOSE = "dose"


class Baseline(StrEnum):
    """Whether a rule says where a baseline lies."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True)
class AssessmentKind:
    """
    One assessment.

    Parameters
    ----------
    name, form, label
        How rules, files and people call it; in the label `{of}` is what it is of, any other name an option.
    inputs
        The concepts it reads; a function of subject and options where these decide it.
    unit, is_unit_required, answers
        What its value is: a number in a unit, or one of these words.
    like
        A concept whose unit the value has, and whose molar mass converts it.
    scale
        Least and greatest number that it can be; None for no end.
    subjects
        What it can be of; None when it is of nothing, empty when `refuse` decides.
    options, required
        The words that each option may be (`NUMBER` for a number), and those that have no choice of ours to fall back
        on: what a publication leaves open is protocol data.
    reads_age, reads_sex
        Birth date or sex go in; the latter may hang on the options.
    takes_window
        A rule may say how recent its inputs must be; not so where all that ever happened goes in.
    refuse
        Raises ProtocolError for a subject that cannot be assessed with these options, with or without a baseline.
    """

    name: str
    form: Form
    label: str
    inputs: tuple[str, ...] | Inputs
    unit: str | None = None
    is_unit_required: bool = True
    answers: tuple[str, ...] = ()
    scale: tuple[int | None, int | None] = (0, None)
    subjects: tuple[str, ...] | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()
    like: str | None = None
    baseline: Baseline = Baseline.NEVER
    reads_age: bool = False
    reads_sex: Callable[[Options], bool] = lambda options: False
    takes_window: bool = True
    refuse: Callable[[str, Options, bool], None] = lambda subject, options, has_baseline: None

    def check(self, subject: str | None, options: Options, *, has_baseline: bool) -> None:
        """Raise ProtocolError when it cannot be asked for in this way."""
        if (subject is None) is not (self.subjects is None):
            raise ProtocolError(f"{self.name} of {subject!r} cannot be assessed")
        if self.subjects and subject not in self.subjects:
            raise ProtocolError(f"{self.name} of {subject!r} is not assessed; known: {', '.join(self.subjects)}")
        for key, word in options.items():
            self._check_option(key, word)
        for key in self.required:
            if key not in options:
                raise ProtocolError(f"{self.name} needs {key}: {self._choice(key)}")
        self.refuse(subject or "", options, has_baseline)
        if self.baseline is Baseline.MUST and not has_baseline:
            raise ProtocolError(f"{self.name} needs a baseline, for example from: '28 d before cycle-1'")
        if self.baseline is Baseline.NEVER and has_baseline:
            raise ProtocolError(f"{self.name} compares with no baseline; leave from out")

    def _check_option(self, key: str, word: str) -> None:
        if key not in self.options:
            raise ProtocolError(f"{self.name} has no option {key!r}; it has {', '.join(self.options) or 'none'}")
        if not is_option_word(word, self.options[key]):
            raise ProtocolError(f"{self.name}: {key} cannot be {word!r}; give {self._choice(key)}")

    def _choice(self, key: str) -> str:
        words = self.options[key]
        return words[0] if words in (NUMBER, WHOLE_NUMBER) else f"one of {', '.join(words)}"

    def concept_ids(self, subject: str | None, options: Options) -> tuple[str, ...]:
        """The concepts whose results it reads."""
        return self.inputs if isinstance(self.inputs, tuple) else self.inputs(subject, options)

    def value(self, own: Concept | None = None) -> Concept:
        """
        What it gives, as a concept against which limits and words are read.

        `own` is the concept that it is of, where the value is in that concept's unit.
        """
        if self.answers:
            words = MappingProxyType(dict.fromkeys(self.answers, ()))
            return Concept(self.name, self.name, ConceptKind.CODED, answers=words)
        if own is not None:
            return Concept(self.name, self.name, ConceptKind.QUANTITY, unit=own.unit, equivalence=own.equivalence)
        return Concept(
            self.name, self.name, ConceptKind.QUANTITY, unit=self.unit, is_unit_required=self.is_unit_required
        )

    def words(self, of: str, options: Options) -> str:
        """Its English with every option: `CTCAE 5.0 grade of platelet count decreased`."""
        text = self.label.format_map({"of": of, **dict.fromkeys(self.options, ""), **options}).strip()
        others = [f"{key.replace('_', ' ')} {word}" for key, word in options.items() if f"{{{key}}}" not in self.label]
        return text + (f" ({', '.join(others)})" if others else "")


def is_option_word(word: str, words: tuple[str, ...]) -> bool:
    """Whether a word may stand for an option that may be these."""
    if words in (NUMBER, WHOLE_NUMBER):
        return (_NUMBER if words == NUMBER else _WHOLE_NUMBER).fullmatch(word) is not None
    return word in words


def term_of(name: str, version: str) -> Term:
    """The term of a version of CTCAE by any of its names; raises ProtocolError for one that cannot be graded."""
    try:
        term = find_term(version, name)
    except EquipoiseError as error:
        raise ProtocolError(f"CTCAE {version} has no term {name!r}. {error.faults[0].do}") from error
    if isinstance(term, NotEvaluable):
        raise ProtocolError(f"{name!r} is no term of CTCAE {version}: {term.because}")
    return term


def reads_baseline(term: Term) -> bool:
    """Whether a grade of this term may depend on a baseline."""
    conditions = {condition for clause in term.clauses for condition in clause.conditions}
    return Reference.BASELINE in term.references or bool(conditions & _BASELINE_CONDITIONS)


def _refuse_term(name: str, options: Options, has_baseline: bool) -> None:
    term = term_of(name, options["ctcae"])
    if term.id != name:
        raise ProtocolError(f"CTCAE {options['ctcae']} knows {name!r} as {term.id!r}; write that")
    if not term.clauses:
        raise ProtocolError(f"every grade of {term.name} is clinical: a person gives it, no result does")
    if term.references == {Reference.BASELINE} and not has_baseline:
        raise ProtocolError(f"{term.name} is graded against a baseline: say where it lies, from: '28 d before cycle-1'")


def _analytes(subject: str | None, options: Options) -> tuple[str, ...]:
    return term_of(subject or "", options["ctcae"]).analytes


def _lesions_and_end(subject: str | None, options: Options) -> tuple[str, ...]:
    end = options.get("until")
    return (LESION_DIAMETER, LESION_ROLE, LESION_STATE, *([end] if end else []))


def _dose_inputs(subject: str | None, options: Options) -> tuple[str, ...]:
    names = (ADMINISTERED_ACTIVITY, f"{subject}-absorbed-dose")
    return (*names, f"{subject}-effective-half-life") if options.get("quantity") == BED else names


def _refuse_dose(organ: str, options: Options, has_baseline: bool) -> None:
    numbers = [key for key in ("alpha_beta_gy", "repair_half_time_h") if key in options]
    if options["quantity"] != BED and numbers:
        raise ProtocolError(f"an absorbed dose has no {numbers[0]}; leave it out, or ask for quantity: bed")
    if options["quantity"] == BED and organ != "kidney":
        raise ProtocolError(
            f"no effective half-life of {organ} is recorded, so there is no bed; quantity: absorbed-dose"
        )
    if options["quantity"] == BED and len(numbers) < 2:
        raise ProtocolError("bed needs alpha_beta_gy and repair_half_time_h of the organ, for example 2.6 and 2.8")


def _of_concept(subject: str | None, options: Options) -> tuple[str, ...]:
    return (str(subject),)


def _words(choices: type[StrEnum]) -> tuple[str, ...]:
    """Plain texts, so that a message shows the word and not the member."""
    return tuple(choice.value for choice in choices)


def _meld_inputs(subject: str | None, options: Options) -> tuple[str, ...]:
    own = {"na-2016": ("sodium",), "3.0": ("sodium", "albumin")}
    return ("creatinine", "bilirubin", "inr", *own.get(options.get("version", ""), ()), DIALYSED)


def _clearance_inputs(subject: str | None, options: Options) -> tuple[str, ...]:
    names = ("creatinine", "body-weight")
    return names if options.get("weight") == WeightPolicy.ACTUAL else (*names, "body-height")


_KINDS = (
    AssessmentKind("bmi", Form.DERIVED, "body mass index", ("body-weight", "body-height"), unit="kg/m2"),
    AssessmentKind(
        "body-surface",
        Form.DERIVED,
        "body surface area ({formula})",
        ("body-weight", "body-height"),
        unit="m2",
        options={"formula": _words(SurfaceFormula)},
        required=("formula",),
    ),
    AssessmentKind(
        "creatinine-clearance",
        Form.DERIVED,
        "creatinine clearance calculated by Cockcroft and Gault from the {weight} weight",
        _clearance_inputs,
        unit="mL/min",
        options={"weight": _words(WeightPolicy)},
        required=("weight",),
        reads_age=True,
        reads_sex=lambda options: True,
    ),
    AssessmentKind(
        "corrected-calcium",
        Form.DERIVED,
        "calcium corrected for albumin ({formula})",
        (CALCIUM, "albumin"),
        like=CALCIUM,
        options={"formula": _words(CalciumFormula)},
        required=("formula",),
    ),
    AssessmentKind(
        "child-pugh",
        Form.DERIVED,
        "Child-Pugh class",
        ("bilirubin", "albumin", "inr", ASCITES, ENCEPHALOPATHY),
        answers=_words(ChildPughClass),
        options={"bilirubin_rows": _words(BilirubinRows)},
        required=("bilirubin_rows",),
    ),
    AssessmentKind(
        "meld",
        Form.DERIVED,
        "MELD score ({version})",
        _meld_inputs,
        unit="1",
        is_unit_required=False,
        options={"version": _words(MeldVersion)},
        required=("version",),
        reads_sex=lambda options: options.get("version") == MeldVersion.V3,
    ),
    AssessmentKind(
        "change",
        Form.CHANGE,
        "change of {of}",
        _of_concept,
        unit=PERCENT,
        scale=(None, None),
        subjects=(),
        baseline=Baseline.MUST,
    ),
    AssessmentKind(
        "grade",
        Form.GRADE,
        "{pick} CTCAE {ctcae} grade of {of}",
        _analytes,
        unit="1",
        is_unit_required=False,
        scale=(0, 5),
        subjects=(),
        options={"ctcae": _words(CtcaeVersion), "pick": ("worst",)},
        required=("ctcae",),
        baseline=Baseline.MAY,
        refuse=_refuse_term,
    ),
    AssessmentKind(
        "response",
        Form.RESPONSE,
        "{of} response by RECIST {recist}",
        _lesions_and_end,
        answers=tuple(word.value for word in Response if word is not Response.NE),
        subjects=("best", "latest"),
        options={
            "recist": ("1.1",),
            "confirmation": ("required", "not-required"),
            "visit_days": WHOLE_NUMBER,
            "until": ("partial-hepatectomy", "pancreatectomy", "systemic-therapy"),
            "stable_after_days": WHOLE_NUMBER,
            "confirmed_after_days": WHOLE_NUMBER,
            "complete_then_partial": _words(CompleteThenPartial),
            "complete_then_stable": _words(CompleteThenStable),
            "partial_then_less": _words(PartialThenLess),
            "node_after_complete": _words(NodeAfterComplete),
        },
        required=("recist", "confirmation", "visit_days"),
        baseline=Baseline.MAY,
    ),
    AssessmentKind(
        "dose",
        Form.DOSE,
        "cumulative {quantity} of the {of}",
        _dose_inputs,
        unit="Gy",
        subjects=("kidney", "marrow"),
        options={
            "quantity": ("absorbed-dose", BED),
            "alpha_beta_gy": NUMBER,
            "repair_half_time_h": NUMBER,
        },
        required=("quantity",),
        takes_window=False,
        refuse=_refuse_dose,
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
