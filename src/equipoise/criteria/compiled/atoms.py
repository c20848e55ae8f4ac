"""One wide table of all atoms: outcomes pivoted, and what is true of patients who have no row at all."""

from typing import Any

import ibis

from equipoise.criteria.compiled.codes import decided_code, unknown_code
from equipoise.criteria.compiled.derived import cause_of_no_record_of_result, with_ages
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.events import absence_pieces, cause_of_no_record, default_count, is_assumable
from equipoise.criteria.compiled.facts import Facts
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.compiled.texts import birth_text, no_texts, piece, sex_text
from equipoise.criteria.nodes import Age, Atom, Constant, Count, Exists, Operator, Sex, Share, Value
from equipoise.criteria.truth import Basis, Cause, Truth


def widen(engine: Engine, plan: Plan, facts: Facts, covered: Any, outcomes: list[Any]) -> Any:
    """patient_key, code_N and texts_N (its evidence) for every atom N of the plan."""
    rows = with_ages(facts.patients, plan.moment.as_of)
    rows = rows.left_join(covered, "patient_key").drop("patient_key_right")
    if outcomes:
        rows = rows.left_join(_pivot(engine, plan, outcomes), "patient_key").drop("patient_key_right")
    columns: dict[str, Any] = {}
    for atom, number in plan.atoms.items():
        code, texts = _of_patient(plan, atom, rows)
        if outcomes and not isinstance(atom, Age | Sex | Constant):
            found = rows[f"found_{number}"]
            texts = ibis.ifelse(found.isnull(), texts, rows[f"found_texts_{number}"])
            code = ibis.ifelse(found.isnull(), code, found)
        columns |= {f"code_{number}": code.cast("int32"), f"texts_{number}": texts}
    return engine.keep("atoms", rows.select("patient_key", **columns))


def _pivot(engine: Engine, plan: Plan, outcomes: list[Any]) -> Any:
    together = ibis.union(*outcomes) if len(outcomes) > 1 else outcomes[0]
    columns: dict[str, Any] = {}
    for atom, number in plan.atoms.items():
        if not isinstance(atom, Age | Sex | Constant):
            is_mine = together.atom_no == number
            columns[f"found_{number}"] = together.code.max(where=is_mine)
            columns[f"found_texts_{number}"] = together.evidence.max(where=is_mine)
    if not columns:
        return engine.keep("pivoted", together.select("patient_key").distinct())
    return engine.keep("pivoted", together.group_by("patient_key").agg(**columns))


def _of_patient(plan: Plan, atom: Atom, row: Any) -> tuple[Any, Any]:
    """Code and evidence of an atom for a patient without rows of its concept."""
    if isinstance(atom, Age):
        return _age(atom, row)
    if isinstance(atom, Sex):
        return _sex(atom, row)
    if isinstance(atom, Constant):
        return ibis.literal(unknown_code(Cause(atom.cause).bit, has_data=True)), no_texts()
    if isinstance(atom, Exists):
        cause = cause_of_no_record(plan, plan.concept(atom.concept))
        return _absent(plan, atom, row, Truth.FALSE, unknown_code(cause.bit, has_data=False))
    if isinstance(atom, Count):
        return _no_count(plan, atom, row)
    if isinstance(atom, Value | Share):
        cause = cause_of_no_record_of_result(plan, atom.concept)
        return ibis.literal(unknown_code(cause.bit, has_data=False)), no_texts()
    return ibis.literal(unknown_code(Cause.NEVER_MEASURED.bit, has_data=False)), no_texts()


def _absent(plan: Plan, atom: Exists | Count, row: Any, truth: Truth, otherwise: int) -> tuple[Any, Any]:
    concept = plan.concept(atom.concept)
    if not is_assumable(plan, concept) or truth is Truth.UNKNOWN:
        return ibis.literal(otherwise), no_texts()
    is_covered = row.encounter_text.notnull()
    code = decided_code(truth is Truth.TRUE, int(Basis.ASSUMED))
    texts = absence_pieces(concept, row.encounter_text)
    return ibis.ifelse(is_covered, code, otherwise), ibis.ifelse(is_covered, texts, no_texts())


def _no_count(plan: Plan, atom: Count, row: Any) -> tuple[Any, Any]:
    open_ended, assumed = default_count(atom)
    if open_ended is not Truth.UNKNOWN:
        return ibis.literal(decided_code(open_ended is Truth.TRUE, int(Basis.RECORDED))), no_texts()
    cause = cause_of_no_record(plan, plan.concept(atom.concept))
    return _absent(plan, atom, row, assumed, unknown_code(cause.bit, has_data=False))


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
    return code, ibis.ifelse(low.isnull(), no_texts(), piece(birth_text(row)))


def _sex(atom: Sex, row: Any) -> tuple[Any, Any]:
    code = ibis.cases(
        (row.sex.isnull(), unknown_code(Cause.NEVER_MEASURED.bit, has_data=False)),
        (row.sex_no == 0, unknown_code(Cause.NEEDS_PERSON.bit, has_data=True)),
        (row.sex == atom.is_, decided_code(True, int(Basis.RECORDED))),
        else_=decided_code(False, int(Basis.RECORDED)),
    )
    return code, ibis.ifelse(row.sex.isnull(), no_texts(), piece(sex_text(row)))
