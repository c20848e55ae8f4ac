"""Results, assessments, dosimetry, medication, visits and decisions: what each leaves in records and history."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.form_world import PLAN, SUBJECT, TODAY, day, subject

from equipoise.assessments.recist.lesions import Role, State
from equipoise.conduct.forms import (
    AssessmentForm,
    DecisionForm,
    DeviationForm,
    DosimetryForm,
    MedicationForm,
    Result,
    ResultsForm,
    VisitForm,
    read_form,
    reading_of,
)
from equipoise.conduct.history import Decided
from equipoise.conduct.raised import Raised, RaisedKind
from equipoise.errors import EquipoiseError
from equipoise.protocol.deviations import DeviationClass
from equipoise.protocol.plan import ActivityKind
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients


def codes(form: Any, history: Any = None) -> set[str]:
    return {raised.code for raised in form.doubts(PLAN, history)}


def results(**fields: Any) -> ResultsForm:
    return ResultsForm(on=day(0), results=[{"value": "142", **fields}])


VALUES = ["142", "<0.3", ">=5.5", "7.9 g/dL", "negative", "2026-01", "1e3", "0.1234567", "50 %", "2+", "2000"]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_reads_as_the_reader_of_files_reads_it(value: str, tmp_path: Path) -> None:
    """The reader of CSV files is SQL, and shares no code with the forms."""
    source, into = tmp_path / "measurements.csv", tmp_path / "tables"
    into.mkdir()
    source.write_text(f'patient_id,code,time,value\n{SUBJECT},x,2026-01-05,"{value}"\n', encoding="utf-8")
    records = read_records(source, into)
    from_file = next(iter(iterate_patients(records))).rows["measurements"][0]
    entered = results(value=value, concept="x").rows("17", SUBJECT)["measurements"][0]
    skipped = {"record_id", "system"}
    assert {k: v for k, v in entered.items() if k not in skipped} == {
        k: v for k, v in from_file.items() if k not in skipped
    }


@pytest.mark.parametrize("value", ["1,5", "1.500,0", "10 000", "<0,3", "1.2.3"])
def test_digits_that_no_number_is_made_of_are_refused(value: str) -> None:
    with pytest.raises(EquipoiseError, match=r"results\[1\].value: is no number"):
        read_form("results", {"on": "2026-01-05", "results": [{"concept": "platelets", "value": value}]}, TODAY)


def test_a_word_in_place_of_a_number_is_kept_and_asked_about() -> None:
    form = results(value="haemolysed", concept="potassium", unit="mmol/L")
    assert codes(form) == {"value-no-number"}
    row = form.rows("17", SUBJECT)["measurements"][0]
    assert (row["value_text"], row["value_lower"]) == ("haemolysed", None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"concept": "platelets", "unit": "10*9/L"}, set()),
        ({"concept": "platelets", "unit": "10^3/uL"}, set()),
        ({"code": "loinc|777-3"}, {"unit-missing"}),
        ({"concept": "platelets", "unit": "mmHg"}, {"unit-unknown"}),
        ({"concept": "platelets", "unit": "furlongs"}, {"unit-unknown"}),
        ({"concept": "no-such-concept"}, set()),
    ],
)
def test_units_are_asked_about_where_the_concept_is_known(fields: dict[str, Any], expected: set[str]) -> None:
    assert codes(results(**fields)) == expected


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "concept"),
        ({"concept": "platelets", "code": "loinc|777-3"}, "concept"),
        ({"concept": "platelets", "range_low": "400", "range_high": "150"}, "range_low"),
    ],
)
def test_a_result_that_says_nothing_or_two_things_is_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(EquipoiseError, match=rf"results\[1\].{where}"):
        read_form("results", {"on": "2026-01-05", "results": [{"value": "1", **fields}]}, TODAY)


def test_results_are_work_of_their_concepts_and_keep_the_number_of_the_laboratory() -> None:
    form = ResultsForm(
        on=day(0),
        results=[
            Result(value="142", code="loinc|777-3", unit="10*9/L", record="A-9"),
            Result(value="4.1", concept="potassium", unit="mmol/L"),
        ],
    )
    done = form.done("17")
    assert (done.kind, done.concepts) == (ActivityKind.LABORATORY, {"platelets", "potassium"})
    assert [row["record_id"] for row in form.rows("17", SUBJECT)["measurements"]] == ["17/A-9", "17/2"]


def test_a_moment_is_kept_in_utc_and_asked_about_when_it_is_of_another_day() -> None:
    """08:20 at +02:00 is 06:20 in UTC."""
    form = results(concept="platelets", unit="10*9/L", at="2026-01-05T08:20:00+02:00")
    assert form.rows("17", SUBJECT)["measurements"][0]["instant"] == datetime(2026, 1, 5, 6, 20)
    assert codes(form) == set()
    assert codes(results(concept="platelets", unit="10*9/L", at="2026-01-07T00:20:00Z")) == {"specimen-of-another-day"}


def assessment(*lesions: dict[str, Any], on: int = 84, reader: str = "site", kind: str = "site") -> AssessmentForm:
    return AssessmentForm(on=day(on), reader=reader, reader_kind=kind, lesions=lesions)


def lesion(name: str, state: str = "measured", role: str = "target", **more: Any) -> dict[str, Any]:
    return {"lesion": name, "state": state, "role": role, **more}


def test_lesions_stand_in_the_rows_as_roles_diameters_and_states() -> None:
    form = assessment(
        lesion("L1", mm="23.5", organ="liver"),
        lesion("L2", "split", parts_mm=["8", "9.5"]),
        lesion("N1", "present", "non-target", is_node=True),
        lesion("X1", "unequivocal", "new"),
        lesion("L3", "merged", merged_with="L1"),
    )
    rows = form.rows("17", SUBJECT)["measurements"]
    assert [(row["lesion"], row["code"], row["value_text"], row["unit"]) for row in rows] == [
        ("L1", "lesion-role", "target", None),
        ("L1", "lesion-diameter", "23.5", "mm"),
        ("L2", "lesion-role", "target", None),
        ("L2", "lesion-diameter", "17.5", "mm"),
        ("N1", "lesion-role", "non-target-node", None),
        ("N1", "lesion-state", "present", None),
        ("X1", "lesion-role", "new", None),
        ("X1", "lesion-state", "unequivocal", None),
        ("L3", "lesion-role", "target", None),
        ("L3", "lesion-state", "merged", None),
    ]
    assert rows[0]["body_site"] == "liver"


@pytest.mark.parametrize(
    ("seen", "where"),
    [
        (lesion("L1"), r"lesions\[1\].mm: is needed"),
        (lesion("L1", "split"), r"lesions\[1\].parts_mm: is needed"),
        (lesion("L1", "merged"), r"lesions\[1\].merged_with: is needed"),
        (lesion("L1", "merged", merged_with="L9"), r"lesions\[1\].merged_with: is no other lesion"),
        (lesion("L1", "absent", mm="3"), r"lesions\[1\].mm: is given of a lesion that was not seen"),
        (lesion("L1", "present"), r"lesions\[1\].state: is none of a target lesion"),
        (lesion("L1", mm="-3"), r"lesions\[1\].mm: is not at least 0"),
    ],
)
def test_findings_that_no_lesion_can_have_are_refused(seen: dict[str, Any], where: str) -> None:
    content = {"on": "2026-03-30", "reader": "r", "reader_kind": "site", "lesions": [seen]}
    with pytest.raises(EquipoiseError, match=where):
        read_form("tumour-assessment", content, TODAY)


def test_a_lesion_that_is_named_twice_is_refused() -> None:
    seen = lesion("L1", mm="20")
    content = {"on": "2026-03-30", "reader": "r", "reader_kind": "site", "lesions": [seen, seen]}
    with pytest.raises(EquipoiseError, match=r"lesions\[2\].lesion: is named twice"):
        read_form("tumour-assessment", content, TODAY)


def test_a_diameter_that_may_be_in_centimetres_is_asked_about() -> None:
    """RECIST 1.1: what cannot be measured counts 5 mm, so nothing is measured below."""
    assert codes(assessment(lesion("L1", mm="2.3"))) == {"diameter-small"}
    assert codes(assessment(lesion("L1", mm="5"))) == set()
    assert codes(assessment(lesion("L1", mm="0"))) == {"diameter-zero"}


def test_a_merged_lesion_has_no_diameter_of_its_own_and_a_new_node_no_role_of_nodes() -> None:
    merged = lesion("L2", "merged", merged_with="L1", mm="30")
    rows = assessment(lesion("L1", mm="30"), merged, lesion("X1", "equivocal", "new", is_node=True)).rows("17", SUBJECT)
    found = {(row["lesion"], row["code"]): row["value_text"] for row in rows["measurements"]}
    assert ("L2", "lesion-diameter") not in found
    assert found["X1", "lesion-role"] == "new"


def test_assessments_of_a_reader_are_one_reading_with_visits_by_day() -> None:
    forms = [
        (
            "9",
            assessment(lesion("L1", mm="15", organ="lung"), lesion("X1", "unequivocal", "new"), on=84, kind="masked"),
        ),
        ("4", assessment(lesion("L1", mm="20", organ="liver"), on=0, kind="masked")),
    ]
    reading = reading_of(forms)
    assert reading is not None
    assert (reading.reader, reading.is_masked) == ("site", True)
    assert [(each.id, each.role) for each in reading.lesions] == [("L1", Role.TARGET), ("X1", Role.NEW)]
    assert reading.lesions[0].organ == "liver", "as it was seen first"
    assert [(each.lesion, each.visit, each.mm, each.record) for each in reading.findings] == [
        ("L1", 0, Decimal(20), "4"),
        ("L1", 1, Decimal(15), "9"),
        ("X1", 1, None, "9"),
    ]
    assert reading.findings[2].state is State.UNEQUIVOCAL
    assert reading_of([]) is None


def dosimetry(on: int, step: str = "cycle-1") -> DosimetryForm:
    organs = [{"organ": "kidney", "absorbed_dose": "3.1", "effective_half_life": "51.5"}]
    return DosimetryForm(on=day(on), step=step, organs=organs)


def test_doses_of_organs_stand_under_the_codes_that_rules_read() -> None:
    rows = dosimetry(4).rows("17", SUBJECT)["measurements"]
    assert [(row["code"], row["value_lower"], row["unit"]) for row in rows] == [
        ("kidney-absorbed-dose", Decimal("3.1"), "Gy"),
        ("kidney-effective-half-life", Decimal("51.5"), "h"),
    ]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (dosimetry(0), set()),
        (dosimetry(55), set()),
        (dosimetry(56), {"dosimetry-of-another-cycle"}),
        (dosimetry(-1), {"dosimetry-of-another-cycle"}),
        (dosimetry(60, "cycle-3"), {"dosimetry-without-dose"}),
        (dosimetry(60, "cycle-9"), {"unknown-step"}),
    ],
)
def test_dosimetry_lies_between_its_dose_and_the_next(form: DosimetryForm, expected: set[str]) -> None:
    assert codes(form, subject(0, 56)) == expected


@pytest.mark.parametrize(
    ("fields", "span"),
    [
        ({"end": "2026-01-10"}, ("2026-01-10", "2026-01-10", "2026-01-10", "2026-01-10")),
        ({}, ("2026-01-10", "2026-01-10", None, None)),
        ({"on_latest": "2026-01-31"}, ("2026-01-10", "2026-01-31", None, None)),
        ({"is_begin_unknown": True}, (None, "2026-01-10", None, None)),
        (
            {"end": "2026-02-01", "end_latest": "2026-02-28"},
            ("2026-01-10", "2026-01-10", "2026-02-01", "2026-02-28"),
        ),
    ],
)
def test_a_medication_is_a_span_whose_ends_may_be_open(fields: dict[str, Any], span: tuple[str | None, ...]) -> None:
    form = read_form("medication", {"on": "2026-01-10", "concept": "temozolomide", **fields}, TODAY)
    row = form.rows("17", SUBJECT)["medications"][0]
    days = [row[name] for name in ("start_lower", "start_upper", "end_lower", "end_upper")]
    assert days == [None if each is None else date.fromisoformat(each) for each in span]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "concept"),
        ({"concept": "temozolomide", "code": "rxnorm|37776"}, "concept"),
        ({"drug": "x", "end": "2026-01-09"}, "end"),
        ({"drug": "x", "end_latest": "2026-01-12"}, "end"),
        ({"drug": "x", "end": "2026-12-02"}, "end"),
    ],
)
def test_a_medication_without_a_name_or_with_impossible_days_is_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(EquipoiseError, match=rf"\n{where}: "):
        read_form("medication", {"on": "2026-01-10", **fields}, TODAY)


def test_a_medication_that_was_only_ordered_is_no_activity() -> None:
    given = MedicationForm(on=day(0), concept="temozolomide")
    done = given.done("17")
    assert done is not None
    assert (done.kind, done.concepts) == (ActivityKind.MEDICATION, {"temozolomide"})
    ordered = MedicationForm(on=day(0), concept="temozolomide", status="ordered")
    assert ordered.done("17") is None
    assert ordered.rows("17", SUBJECT)["medications"][0]["status"] == "ordered"


def test_a_visit_is_an_encounter_and_a_planned_procedure_an_activity_of_its_kind() -> None:
    assert list(VisitForm(on=day(84)).rows("17", SUBJECT)) == ["encounters"]
    assert VisitForm(on=day(84), what="contact").rows("17", SUBJECT) == {}
    scan = VisitForm(on=day(84), what="procedure", activity="scan", concept="ga68-dotatate-imaging")
    done = scan.done("17", PLAN)
    assert done is not None
    assert (done.kind, done.activity) == (ActivityKind.IMAGING, "scan")
    assert scan.rows("17", SUBJECT)["procedures"][0]["code"] == "ga68-dotatate-imaging"


def test_a_procedure_that_nobody_planned_stands_for_none_that_was() -> None:
    assert VisitForm(on=day(84), what="procedure", text="biopsy").done("17", PLAN) is None


def test_an_activity_of_another_arm_or_none_of_the_plan_is_told() -> None:
    assert codes(VisitForm(on=day(84), activity="scan"), subject(arm="alone")) == {"not-of-the-arm"}
    assert codes(VisitForm(on=day(84), activity="scam"), subject()) == {"unknown-activity"}


def test_a_decision_is_a_fact_and_one_that_the_plan_does_not_have_is_asked_about() -> None:
    form = DecisionForm(on=day(200), decision="go-on", option="no")
    assert form.done("17") == Decided("go-on", "no", day(200), "17")
    assert codes(form, subject()) == set()
    assert codes(form, subject(decisions=(Decided("go-on", "yes", day(190)),))) == {"decided-otherwise"}
    assert codes(DecisionForm(on=day(200), decision="go-on", option="perhaps")) == {"unknown-option"}
    assert codes(DecisionForm(on=day(200), decision="stay", option="no")) == {"unknown-decision"}
    assert codes(form, subject(arm="alone")) == {"not-of-the-arm"}


def test_a_deviation_that_a_person_found_is_raised_in_their_words() -> None:
    form = DeviationForm(on=day(3), severity="minor", category="consent", explanation="Signed on the next day.")
    (raised,) = form.doubts(PLAN, subject(left_on=day(1)))
    assert (raised.kind, raised.code) == (RaisedKind.DEVIATION, "reported-consent")
    assert raised.words == "Signed on the next day."
    assert raised.severity is DeviationClass.MINOR
    assert Raised.from_json(raised.to_json()) == raised


def test_nobody_reports_a_deviation_that_never_took_place() -> None:
    told = {"on": "2026-03-01", "severity": "entered-in-error", "category": "consent", "explanation": "A slip."}
    with pytest.raises(EquipoiseError, match="severity: says that it never took place"):
        read_form("deviation", told, day(30))
