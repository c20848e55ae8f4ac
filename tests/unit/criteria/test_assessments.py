"""Assessments as atoms: what evidence says of them, which causes they can have, and what both evaluators share."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from equipoise.assessments.answer import Assessed, Input, Why
from equipoise.criteria.assessed.catalogue import KINDS, kind_of, kinds_of
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.assessed.made import _CAUSES, Made, exact_number, outcome_of, value_text
from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.compiled.assessed import judge_assessments
from equipoise.criteria.compiled.plan import make_plan
from equipoise.criteria.nodes import Answers, Assessment, Comparison, Limit, Operator, Window
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import CriterionRule, Moment, Rulebook
from equipoise.criteria.truth import Basis, Cause, Kind, Truth
from equipoise.criteria.verdict import EvidenceRow, Verdict
from equipoise.errors import ProtocolError
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.screening.expiry import DaysOfChange
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

AS_OF = date(2026, 1, 15)
MOMENT = Moment(AS_OF, {"cycle-1": date(2026, 1, 5)})
LIBRARY = base_library()


def limit(operator: Operator, value: str, unit: str) -> Comparison:
    return Comparison(operator, (Limit(Decimal(value), unit),))


BMI = Assessment("bmi", limit(Operator.GE, "18.5", "kg/m2"))
DOSE = Assessment("dose", limit(Operator.GT, "23", "Gy"), "kidney", options=(("quantity", "absorbed-dose"),))
GRADE = Assessment("grade", limit(Operator.GE, "2", "1"), "platelet-count-decreased", options=(("ctcae", "5.0"),))


def result(code: str, value: str, unit: str | None, day: date, number: int, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(TABLES["measurements"].column_names)
    row |= {"patient_id": "P", "record_id": f"Observation/{number}", "system": LOCAL_SYSTEM, "code": code}
    row |= {"status": "final", "time_lower": day, "time_upper": day, "value_text": value, "unit": unit}
    row |= {"value_lower": Decimal(value), "value_upper": Decimal(value)}
    return row | {"is_lower_closed": True, "is_upper_closed": True} | more


def patient(*rows: dict[str, Any]) -> PatientRecords:
    person = dict.fromkeys(TABLES["patients"].column_names) | {"patient_id": "P", "record_id": "Patient/P"}
    others: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    return PatientRecords(person, others | {"measurements": list(rows)})


def judge(atom: Assessment, *rows: dict[str, Any]) -> Verdict:
    rulebook = Rulebook((CriterionRule("I1", Kind.INCLUSION, atom),), LIBRARY)
    bindings = bind_codes(LIBRARY, {(row["system"], row["code"]) for row in rows})
    (verdict,) = judge_patient(rulebook, patient(*rows), frozenset(TABLES), MOMENT, bindings)
    return verdict


def test_evidence_names_the_rule_and_its_version() -> None:
    count = result("platelets", "61", "10*9/L", AS_OF, 1, range_low=Decimal(150))
    (assessed, record) = judge(GRADE, count).evidence
    named = "CTCAE v5.0, Platelet count decreased|grade platelet-count-decreased"
    assert assessed == EvidenceRow("assessments", None, named, "2", None, "2026-01-15")
    assert record.record_id == "Observation/1"


def test_evidence_holds_the_value_with_its_unit() -> None:
    rows = result("body-weight", "72", "kg", AS_OF, 1), result("body-height", "150", "cm", AS_OF, 2)
    verdict = judge(BMI, *rows)
    assert (verdict.truth, verdict.basis) == (Truth.TRUE, Basis.DERIVED)
    (assessed,) = (row for row in verdict.evidence if row.table == "assessments")
    assert (assessed.value, assessed.unit) == ("32", "kg/m2")


def test_what_comes_after_the_day_is_not_read() -> None:
    later = AS_OF + timedelta(days=1)
    rows = [
        result("administered-activity", "7.4", "GBq", AS_OF - timedelta(30), 1),
        result("kidney-absorbed-dose", "12", "Gy", AS_OF - timedelta(20), 2),
        result("administered-activity", "7.4", "GBq", later, 3),
        result("kidney-absorbed-dose", "12", "Gy", later, 4),
    ]
    verdict = judge(DOSE, *rows)
    assert verdict.truth is Truth.FALSE
    assert {row.record_id for row in verdict.evidence} == {None, "Observation/1", "Observation/2"}


def test_every_reason_of_the_assessments_has_a_cause() -> None:
    assert set(_CAUSES) == set(Why)


def test_a_value_between_two_ends_decides_where_both_do() -> None:
    ends = tuple(Assessed(value, (), "a rule") for value in (Fraction(18), Fraction(19)))
    value = kind_of("bmi").value()
    assert outcome_of(BMI, Made(ends, ()), value).causes == {Cause.OVERLAP}
    low = Assessment("bmi", limit(Operator.GE, "17", "kg/m2"))
    decided = outcome_of(low, Made(ends, (), is_attested=True), value)
    assert (decided.truth, decided.basis) == (Truth.TRUE, Basis.ATTESTED)
    assert [row.value for row in decided.evidence] == ["18..19"]


def test_notes_stand_beside_the_value() -> None:
    answer = Assessed("B", (Input("bilirubin", "2.5 mg/dL", AS_OF),), "Pugh", ("a note",))
    atom = Assessment("child-pugh", Answers(("B",)), options=(("bilirubin_rows", "ordinary"),))
    (row,) = outcome_of(atom, Made((answer,), ()), kind_of("child-pugh").value()).evidence
    assert (row.value, row.time) == ("B (a note)", "2026-01-15")


def test_noise_of_floating_point_does_not_pass_a_limit() -> None:
    """0.1 + 0.2 is 0.30000000000000004 in double precision (IEEE 754), and not above 0.3 to us."""
    assert exact_number(0.1 + 0.2) == Fraction(3, 10)


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(37, 2), "18.5"), (Fraction(1, 3), "0.3333"), (2, "2"), (30, "30")]
)
def test_a_number_is_shown_exactly_or_with_four_decimals(value: Fraction, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Assessment("bim", BMI.test), "nothing is assessed as 'bim'"),
        (lambda: Assessment("bmi", BMI.test, "kidney"), "bmi of 'kidney' cannot be assessed"),
        (lambda: Assessment("dose", DOSE.test, options=DOSE.options), "dose of None cannot be assessed"),
        (lambda: Assessment("dose", DOSE.test, "liver", options=DOSE.options), "known: kidney, marrow"),
        (lambda: Assessment("bmi", BMI.test, baseline=Window(28, anchor="cycle-1")), "compares with no baseline"),
        (lambda: Assessment("dose", DOSE.test, "kidney", Window(9), options=DOSE.options), "leave within out"),
        (
            lambda: Assessment("grade", GRADE.test, "Platelet count decreased", options=GRADE.options),
            "knows 'Platelet count decreased' as 'platelet-count-decreased'",
        ),
        (lambda: Assessment("bmi", Comparison(Operator.GE, (*BMI.test.limits, *BMI.test.limits))), "has one unit"),
    ],
)
def test_an_assessment_without_sense_cannot_exist(make: Any, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        make()


def test_options_have_one_order() -> None:
    with pytest.raises(ProtocolError, match="sorted by key"):
        Assessment("grade", GRADE.test, GRADE.subject, options=(("pick", "worst"), ("ctcae", "5.0")))


def test_a_rulebook_without_assessments_takes_no_step() -> None:
    """Engine, facts and records are not touched: there are none here."""
    plan = make_plan(Rulebook((), LIBRARY), MOMENT, frozenset(TABLES))
    assert judge_assessments(None, plan, None, None) == []  # type: ignore[arg-type]


def test_a_set_of_needs_keeps_its_number() -> None:
    plan = make_plan(Rulebook((), LIBRARY), MOMENT, frozenset(TABLES))
    first = plan.need_no(frozenset({"body-weight"}))
    second = plan.need_no(frozenset({"body-height"}))
    assert (plan.need_no(frozenset({"body-weight"})), second) == (first, first + 1)


def test_every_form_has_a_kind_and_every_input_is_a_concept() -> None:
    assert all(kinds_of(form) for form in Form)
    fixed = [name for kind in KINDS.values() if isinstance(kind.inputs, tuple) for name in kind.inputs]
    assert set(fixed) <= set(LIBRARY)


def test_a_verdict_may_change_when_an_input_grows_old() -> None:
    rows = result("body-weight", "72", "kg", AS_OF, 1), result("body-height", "150", "cm", AS_OF, 2)
    index = index_bindings(bind_codes(LIBRARY, {(row["system"], row["code"]) for row in rows}))
    atom = Assessment("bmi", BMI.test, within=Window(90))
    days = DaysOfChange(BoundPatient(patient(*rows), LIBRARY, index), AS_OF, horizon_days=100).of(atom)
    assert AS_OF + timedelta(days=91) in days
