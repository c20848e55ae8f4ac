"""Outcomes of a patient who has no row of a concept, and of atoms that read the patient alone."""

from dataclasses import dataclass
from typing import Any

import ibis

from equipoise.criteria.compiled.codes import decided_code, unknown_code
from equipoise.criteria.compiled.derived import cause_of_no_record_of_result, with_ages
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.events import absence_texts, cause_of_no_record, default_count, is_assumable
from equipoise.criteria.compiled.facts import Facts
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.compiled.texts import birth_text, piece, sex_text
from equipoise.criteria.nodes import Age, Atom, Constant, Count, Exists, Operator, Sex
from equipoise.criteria.truth import Basis, Cause, Truth


@dataclass(frozen=True)
class Default:
    """
    The code of an atom for a patient without rows of it, covered by an encounter or not.

    When absence is assumed of a covered patient, the evidence is `before`, the encounter, `after`.
    """

    covered: int
    uncovered: int
    has_evidence: bool = False
    before: str = ""
    after: str = ""


def default_of(plan: Plan, atom: Atom) -> Default:
    if isinstance(atom, Constant):
        return _always(unknown_code(Cause(atom.cause).bit, has_data=True))
    if isinstance(atom, Exists):
        return _absent(plan, atom, Truth.FALSE)
    if isinstance(atom, Count):
        open_ended, assumed = default_count(atom)
        if open_ended is not Truth.UNKNOWN:
            return _always(decided_code(open_ended is Truth.TRUE, int(Basis.RECORDED)))
        return _absent(plan, atom, assumed)
    if not atom.concept_ids():
        return _always(unknown_code(Cause.NEVER_MEASURED.bit, has_data=False))
    cause = cause_of_no_record_of_result(plan, atom.concept_ids()[0])
    return _always(unknown_code(cause.bit, has_data=False))


def _always(code: int) -> Default:
    return Default(code, code)


def _absent(plan: Plan, atom: Exists | Count, truth: Truth) -> Default:
    concept = plan.concept(atom.concept)
    code = unknown_code(cause_of_no_record(plan, concept).bit, has_data=False)
    if not is_assumable(plan, concept) or truth is Truth.UNKNOWN:
        return _always(code)
    before, after = absence_texts(concept)
    return Default(decided_code(truth is Truth.TRUE, int(Basis.ASSUMED)), code, True, before, after)


def judge_patients(engine: Engine, plan: Plan, facts: Facts) -> list[Any]:
    """Outcomes of age and sex atoms, for every patient."""
    rows = with_ages(facts.patients, plan.moment.as_of)
    outcomes = []
    for atom, number in plan.atoms.items():
        if isinstance(atom, Age | Sex):
            code, evidence = _age(atom, rows) if isinstance(atom, Age) else _sex(atom, rows)
            number_column = ibis.literal(number).cast("int32")
            columns = {"atom_no": number_column, "code": code.cast("int32"), "evidence": evidence}
            outcomes.append(engine.keep(f"outcomes_patient_{number}", rows.select("patient_key", **columns)))
    return outcomes


def _age(atom: Age, row: Any) -> tuple[Any, Any]:
    low, high, bar = row.age_lower, row.age_upper, atom.years
    tests = {
        Operator.LT: (high < bar, low >= bar),
        Operator.LE: (high <= bar, low > bar),
        Operator.GT: (low > bar, high <= bar),
        Operator.GE: (low >= bar, high < bar),
        Operator.EQ: ((low == bar) & (high == bar), (high < bar) | (low > bar)),
    }
    is_true, is_false = tests[atom.operator]
    code = ibis.cases(
        (low.isnull(), unknown_code(Cause.NEVER_MEASURED.bit, has_data=False)),
        (is_true, decided_code(True, int(Basis.RECORDED))),
        (is_false, decided_code(False, int(Basis.RECORDED))),
        else_=unknown_code(Cause.PARTIAL_DATE.bit, has_data=True),
    )
    return code, ibis.ifelse(low.isnull(), "", piece(birth_text(row)))


def _sex(atom: Sex, row: Any) -> tuple[Any, Any]:
    code = ibis.cases(
        (row.sex.isnull(), unknown_code(Cause.NEVER_MEASURED.bit, has_data=False)),
        (row.sex_no == 0, unknown_code(Cause.NEEDS_PERSON.bit, has_data=True)),
        (row.sex == atom.is_, decided_code(True, int(Basis.RECORDED))),
        else_=decided_code(False, int(Basis.RECORDED)),
    )
    return code, ibis.ifelse(row.sex.isnull(), "", piece(sex_text(row)))
