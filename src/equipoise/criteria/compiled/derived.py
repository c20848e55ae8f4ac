"""Outcomes of Cockcroft-Gault atoms, by cross-multiplication of exact decimals."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa

from equipoise.assessments.derived.kidney import FEMALE_FACTOR
from equipoise.criteria.compiled.codes import decided_code, unknown_code
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.events import cause_of_no_record
from equipoise.criteria.compiled.facts import Facts
from equipoise.criteria.compiled.plan import NO_UNIT, Plan, Selection
from equipoise.criteria.compiled.results import UNSUITABLE
from equipoise.criteria.compiled.texts import birth_text, gathered, piece, sex_text
from equipoise.criteria.nodes import CockcroftGault, Operator
from equipoise.criteria.truth import Basis, Cause
from equipoise.errors import ProtocolError
from equipoise.terminology.units import factor

NEED_CREATININE, NEED_WEIGHT, NEED_BIRTH, NEED_SEX = 1, 2, 4, 8
_Q_DIGITS, _P_DIGITS = 16, 20
"""38 decimal digits hold (140 - age) x weight x q and p x creatinine exactly."""


def with_ages(patients: Any, as_of: date) -> Any:
    """Patients with the least and the greatest possible age in completed years (null without a birth date)."""
    is_known = patients.birth_lower.notnull() & patients.birth_upper.notnull()
    return patients.mutate(
        age_lower=ibis.ifelse(is_known, _years(patients.birth_upper, as_of), ibis.null("int32")),
        age_upper=ibis.ifelse(is_known, _years(patients.birth_lower, as_of), ibis.null("int32")),
    )


def _years(birth: Any, as_of: date) -> Any:
    """Whole years from the parts of the dates, which engines agree on."""
    later = birth.month() * 100 + birth.day() > as_of.month * 100 + as_of.day
    return (as_of.year - birth.year() - later.ifelse(1, 0)).cast("int32")


def judge_derived(engine: Engine, plan: Plan, facts: Facts, shown: Any) -> list[Any]:
    outcomes = []
    for number, atom in plan.atoms_of(CockcroftGault):
        assert isinstance(atom, CockcroftGault)
        outcomes.append(engine.keep(f"outcomes_derived_{number}", _judge(engine, plan, facts, shown, number, atom)))
    return outcomes


def _judge(engine: Engine, plan: Plan, facts: Facts, shown: Any, number: int, atom: CockcroftGault) -> Any:
    creatinine, weight = plan.inputs_of(atom)
    patients = with_ages(facts.patients, plan.moment.as_of)
    patients = patients.mutate(birth_text=birth_text(patients), sex_text=sex_text(patients))
    rows = patients.select("patient_key", "sex_no", "sex", "birth_text", "sex_text", "age_lower", "age_upper")
    for prefix, selection in (("c", creatinine), ("w", weight)):
        rows = rows.left_join(_input(plan, shown, selection, prefix), "patient_key").drop("patient_key_right")
    factors = engine.small(f"factors_{number}", _factors(plan, facts, atom))
    rows = rows.mutate(c_unit=rows.c_unit.fill_null(NO_UNIT), w_unit=rows.w_unit.fill_null(NO_UNIT))
    rows = rows.left_join(factors, ["c_unit", "w_unit", "sex_no"])
    rows = engine.keep(f"derived_{number}", rows.mutate(**_problems(plan, atom, rows)))
    return _outcome(number, atom, rows)


def _input(plan: Plan, shown: Any, selection: Selection, prefix: str) -> Any:
    """The latest result of one input for each patient: bounds, unit, cause of a problem (0: none), evidence."""
    rows = shown.filter((shown.sel_no == plan.selections[selection]) & (shown.is_latest | ~shown.has_any))
    parts = [
        rows.unit_key,
        rows.value_lower.cast("string").fill_null(""),
        rows.value_upper.cast("string").fill_null(""),
        rows.is_lower_closed.cast("string"),
        rows.is_upper_closed.cast("string"),
    ]
    measure = parts[0]
    for part in parts[1:]:
        measure = measure + "|" + part
    groups = (
        rows.mutate(measure=measure)
        .group_by("patient_key")
        .agg(
            has_any=rows.has_any.max(),
            is_unsuitable=(rows.place == UNSUITABLE).max(),
            has_certain=rows.has_certain.max(),
            n=lambda row: row.measure.nunique(),
            first=rows.time_lower.fill_null(ibis.date("0001-01-01")).min(),
            last=rows.time_upper.fill_null(ibis.date("9999-12-31")).max(),
            lower=rows.value_lower.max(),
            upper=rows.value_upper.max(),
            lower_closed=rows.is_lower_closed.max(),
            upper_closed=rows.is_upper_closed.max(),
            unit=rows.unit_no.max(),
            attested=rows.is_attested.max(),
            texts=gathered(rows.evidence),
        )
    )
    differing = ibis.ifelse(groups.first == groups["last"], Cause.CONFLICT.bit, Cause.PARTIAL_DATE.bit)
    cause = ibis.cases(
        (~groups.has_any & groups.is_unsuitable, Cause.UNSUITABLE_METHOD.bit),
        (~groups.has_any, Cause.TOO_OLD.bit),
        (~groups.has_certain, Cause.PARTIAL_DATE.bit),
        (groups.n > 1, differing),
        (groups.lower.isnull() & groups.upper.isnull(), Cause.UNMAPPED_CODE.bit),
        else_=0,
    )
    names = ("has_any", "lower", "upper", "lower_closed", "upper_closed", "unit", "attested", "texts")
    columns = {f"{prefix}_{name}": groups[name] for name in names}
    return groups.select("patient_key", **columns, **{f"{prefix}_cause": cause.cast("int32")})


def _factors(plan: Plan, facts: Facts, atom: CockcroftGault) -> pa.Table:
    """
    For every pair of units and either sex: whole numbers q, p with clearance < limit when
    (140 - age) x weight x q < p x creatinine; or the cause why a unit cannot be used.
    """
    rows = []
    for c_unit, c_scale in _scales(plan, facts, atom.creatinine, "mg/dL"):
        for w_unit, w_scale in _scales(plan, facts, atom.weight, "kg"):
            for sex_no, sex_factor in ((0, Fraction(1)), (1, Fraction(FEMALE_FACTOR)), (2, Fraction(1))):
                row: dict[str, object] = {"c_unit": c_unit, "w_unit": w_unit, "sex_no": sex_no, "q": None, "p": None}
                row["c_unit_cause"] = c_scale.bit if isinstance(c_scale, Cause) else 0
                row["w_unit_cause"] = w_scale.bit if isinstance(w_scale, Cause) else 0
                if not isinstance(c_scale, Cause) and not isinstance(w_scale, Cause):
                    ratio = w_scale * sex_factor / (72 * Fraction(atom.ml_per_min) * c_scale)
                    if ratio.numerator >= 10**_Q_DIGITS or ratio.denominator >= 10**_P_DIGITS:
                        raise ProtocolError(f"clearance {atom.ml_per_min} mL/min: too many digits to compare exactly")
                    row |= {"q": Decimal(ratio.numerator), "p": Decimal(ratio.denominator)}
                rows.append(row)
    types = {
        "c_unit": pa.int32(),
        "w_unit": pa.int32(),
        "sex_no": pa.int8(),
        "q": pa.decimal128(_Q_DIGITS, 0),
        "p": pa.decimal128(_P_DIGITS, 0),
        "c_unit_cause": pa.int32(),
        "w_unit_cause": pa.int32(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _scales(plan: Plan, facts: Facts, concept_id: str, target: str) -> list[tuple[int, Fraction | Cause]]:
    concept, concept_no = plan.concept(concept_id), plan.concepts[concept_id]
    without = Cause.NO_UNIT if concept.is_unit_required else factor(concept, concept.unit or "1", target)
    scales: list[tuple[int, Fraction | Cause]] = [(NO_UNIT, without or Cause.UNKNOWN_UNIT)]
    scales.append((-2, Cause.UNKNOWN_UNIT))
    for (no, unit_no), unit in facts.units.items():
        if no == concept_no:
            scales.append((unit_no, factor(concept, unit, target) or Cause.UNKNOWN_UNIT))
    return scales


def _problems(plan: Plan, atom: CockcroftGault, row: Any) -> dict[str, Any]:
    """Cause (0: none) of each input, as a bit."""

    def of_input(prefix: str, concept_id: str) -> Any:
        never = cause_of_no_record_of_result(plan, concept_id).bit
        cause = row[f"{prefix}_cause"]
        return ibis.cases((cause.isnull(), never), (cause != 0, cause), else_=row[f"{prefix}_unit_cause"].fill_null(0))

    return {
        "c_problem": of_input("c", atom.creatinine),
        "w_problem": of_input("w", atom.weight),
        "b_problem": ibis.ifelse(row.age_lower.isnull(), Cause.NEVER_MEASURED.bit, 0),
        "s_problem": ibis.cases(
            (row.sex.isnull(), Cause.NEVER_MEASURED.bit), (row.sex_no == 0, Cause.NEEDS_PERSON.bit), else_=0
        ),
    }


def cause_of_no_record_of_result(plan: Plan, concept_id: str) -> Cause:
    """A result that is nowhere: never measured, or not yet answered."""
    cause = cause_of_no_record(plan, plan.concept(concept_id))
    return Cause.NEVER_MEASURED if cause is Cause.TABLE_NOT_SUPPLIED else cause


def _outcome(number: int, atom: CockcroftGault, row: Any) -> Any:
    names = {"c": NEED_CREATININE, "w": NEED_WEIGHT, "b": NEED_BIRTH, "s": NEED_SEX}
    causes = row.c_problem | row.w_problem | row.b_problem | row.s_problem
    needs = sum((ibis.ifelse(row[f"{name}_problem"] != 0, bit, 0) for name, bit in names.items()), ibis.literal(0))
    has_data = (row.b_problem == 0) & (row.s_problem == 0)
    for name in ("c", "w"):
        has_data &= (row[f"{name}_problem"] == 0) | row[f"{name}_has_any"].fill_null(False)
    truth = _truth(atom, row)
    attested = (row.c_attested | row.w_attested).fill_null(False)
    basis = attested.ifelse(int(Basis.ATTESTED), int(Basis.DERIVED))
    code = ibis.cases(
        ((causes != 0) & has_data, unknown_code(causes, has_data=True, needs=needs)),
        (causes != 0, unknown_code(causes, has_data=False, needs=needs)),
        (
            truth.isnull() & (row.age_lower != row.age_upper),
            unknown_code(Cause.PARTIAL_DATE.bit, has_data=True, needs=NEED_BIRTH),
        ),
        (truth.isnull(), unknown_code(Cause.OVERLAP.bit, has_data=True, needs=NEED_CREATININE)),
        else_=decided_code(truth, basis),
    )
    parts = {name: row[f"{name}_texts"].fill_null("") for name in ("c", "w")}
    everything = parts["c"] + parts["w"] + piece(row.birth_text) + piece(row.sex_text)
    troubled = ibis.ifelse(row.c_problem != 0, parts["c"], "") + ibis.ifelse(row.w_problem != 0, parts["w"], "")
    return row.select(
        "patient_key",
        atom_no=ibis.literal(number).cast("int32"),
        code=code.cast("int32"),
        evidence=ibis.ifelse(causes != 0, troubled, everything),
    )


def _truth(atom: CockcroftGault, row: Any) -> Any:
    """True, false, or null where the interval lies on both sides of the limit."""
    is_upward = atom.operator in (Operator.GT, Operator.GE)
    is_point_ok = atom.operator in (Operator.LE, Operator.GT)
    no_weight = ibis.literal(0).cast("decimal(38, 0)")
    high = (140 - row.age_lower).cast("decimal(38, 0)") * _millionths(row.w_upper) * row.q
    low = (140 - row.age_upper).cast("decimal(38, 0)") * _millionths(row.w_lower).fill_null(no_weight) * row.q
    high_bar, low_bar = row.p * _millionths(row.c_lower), row.p * _millionths(row.c_upper)
    high_touches = (high == high_bar) & (is_point_ok | ~(row.w_upper_closed & row.c_lower_closed))
    low_touches = (low == low_bar) & ~(is_point_ok & row.w_lower_closed & row.c_upper_closed)
    below = (row.c_lower > 0) & ((high < high_bar) | high_touches)
    above = (row.c_upper > 0) & ((low > low_bar) | low_touches)
    return ibis.cases((below.fill_null(False), not is_upward), (above.fill_null(False), is_upward))


def _millionths(value: Any) -> Any:
    """
    A decimal of six places as a whole number of millionths.

    The wide type is no luxury: DuckDB multiplies narrow decimals in 18 digits and fails when they do not suffice.
    """
    return (value.cast("decimal(38, 6)") * ibis.literal(10**6)).cast("decimal(38, 0)")
