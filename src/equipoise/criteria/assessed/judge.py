"""Assessments as atoms, in plain Python: part of the reference evaluator, and what the compiled one calls too."""

from collections.abc import Callable, Mapping

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.assessed.changes import assess_change_from_baseline
from equipoise.criteria.assessed.derived import assess_derived
from equipoise.criteria.assessed.doses import assess_dose
from equipoise.criteria.assessed.grades import assess_grade
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.assessed.made import Made, outcome_of
from equipoise.criteria.assessed.responses import assess_response
from equipoise.criteria.assessed.values import value_of
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference_atoms import Case, judge_atom

_ASSESSORS: Mapping[Form, Callable[[Assessment, Case], Made | Outcome]] = {
    Form.DERIVED: assess_derived,
    Form.CHANGE: assess_change_from_baseline,
    Form.GRADE: assess_grade,
    Form.RESPONSE: assess_response,
    Form.DOSE: assess_dose,
}


@judge_atom.register
def judge_assessment(atom: Assessment, case: Case) -> Outcome:
    """The outcome of an assessment for one patient."""
    kind = kind_of(atom.name)
    made = _ASSESSORS[kind.form](atom, case)
    return made if isinstance(made, Outcome) else outcome_of(atom, made, value_of(atom, case.rulebook.concepts))
