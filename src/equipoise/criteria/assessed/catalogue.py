"""Every assessment that a rule can ask for: a closed list, with what each reads and what its options may be.

What an assessment means is for `assessments` to say; which results go into it, for the modules beside this one.
"""

from collections.abc import Mapping
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
from equipoise.criteria.assessed.kind import NUMBER, WHOLE_NUMBER, AssessmentKind, Baseline, Form, Options
from equipoise.errors import EquipoiseError, ProtocolError

PERCENT = "%"
ADMINISTERED_ACTIVITY, BED = "administered-activity", "bed"
CALCIUM, DIALYSED = "calcium-total", "dialysed-in-past-week"
ASCITES, ENCEPHALOPATHY = "ascites-grade", "encephalopathy-grade"
LESION_ROLE, LESION_DIAMETER, LESION_STATE = "lesion-role", "lesion-diameter", "lesion-state"
_BASELINE_CONDITIONS = {Condition.BASELINE_HIGH, Condition.BASELINE_NOT_HIGH, Condition.BASELINE_LOW}


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


def _references(term: Term) -> list[Reference | None]:
    """What each limit of a term is a multiple of; None for a plain amount."""
    return [comparison.limit.reference for clause in term.clauses for comparison in clause.comparisons]


def _refuse_term(name: str, options: Options, has_baseline: bool) -> None:
    term = term_of(name, options["ctcae"])
    if term.id != name:
        raise ProtocolError(f"CTCAE {options['ctcae']} knows {name!r} as {term.id!r}; write that")
    if not term.clauses:
        raise ProtocolError(f"every grade of {term.name} is clinical: a person gives it, no result does")
    if not has_baseline and all(reference is Reference.BASELINE for reference in _references(term)):
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


def _changing(subject: str | None, options: Options) -> tuple[str, ...]:
    """What a change reads: its concept, or all that goes into a derived quantity."""
    derived = derived_number(subject)
    return (str(subject),) if derived is None else derived.concept_ids(None, options)


def _refuse_change(subject: str, options: Options, has_baseline: bool) -> None:
    derived = derived_number(subject)
    if derived is not None:
        derived.check(None, options, has_baseline=False)
    elif options:
        raise ProtocolError(f"a change of {subject} has no option {next(iter(options))!r}; what is derived has")


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
        _changing,
        unit=PERCENT,
        scale=(None, None),
        subjects=(),
        options={
            "weight": _words(WeightPolicy),
            "formula": (*_words(SurfaceFormula), *_words(CalciumFormula)),
            "version": _words(MeldVersion),
        },
        baseline=Baseline.MUST,
        refuse=_refuse_change,
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


def derived_number(name: str | None) -> AssessmentKind | None:
    """The derived quantity of this name whose value is a number, and so can change; None when there is none."""
    kind = KINDS.get(name or "")
    return kind if kind is not None and kind.form is Form.DERIVED and not kind.answers else None


def kinds_of(form: Form) -> tuple[AssessmentKind, ...]:
    """The assessments that a rule asks for under one key."""
    return tuple(kind for kind in KINDS.values() if kind.form is form)
