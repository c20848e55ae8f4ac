"""Every form: read, written, read again; faults by field, doubts that never fail, rows that are complete."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.form_world import DAY_0, GOOD, PLAN, SUBJECT, TODAY, day, snapshot_with, subject

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms import FORMS, DoseForm, Form, check_form, read_form, same_record
from equipoise.conduct.forms.rows import entry_of
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.conduct.raised import Raised, RaisedKind
from equipoise.errors import EquipoiseError, Fault
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import TABLES

KINDS = sorted(FormKind)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates() | st.just(b"x"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def check_rows(rows: dict[str, list[dict[str, Any]]], entry: str) -> None:
    snapshot = snapshot_with(rows)
    assert Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot
    for name, found in rows.items():
        for row in found:
            assert tuple(row) == TABLES[name].column_names
            assert row["patient_id"] == SUBJECT
            assert entry_of(row["record_id"]) == entry


def test_every_kind_has_a_form_and_an_example() -> None:
    assert set(FORMS) == set(GOOD) == set(FormKind)
    assert all(form.kind is kind for kind, form in FORMS.items())


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_was_written_reads_as_the_same_form(kind: FormKind) -> None:
    form = read_form(kind, GOOD[kind], TODAY)
    written = rfc8785.dumps(form.to_json())
    assert read_form(kind, json.loads(written), TODAY) == form
    assert not any(isinstance(value, float) for value in leaves(form.to_json()))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_entered_is_lost_in_writing(kind: FormKind) -> None:
    assert set(GOOD[kind]) <= set(read_form(kind, GOOD[kind], TODAY).to_json())


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_rows_of_the_canonical_tables_and_name_their_entry(kind: FormKind) -> None:
    form = read_form(kind, GOOD[kind], TODAY)
    check_rows(form.rows("17", SUBJECT, PLAN), "17")
    check_rows(form.rows("17", SUBJECT), "17")


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_in_the_future_is_refused(kind: FormKind) -> None:
    tomorrow = {**GOOD[kind], "on": (TODAY + timedelta(days=1)).isoformat()}
    with pytest.raises(EquipoiseError, match=r"on: lies in the future"):
        read_form(kind, tomorrow, TODAY)
    assert read_form(kind, tomorrow).on > TODAY, "what stands in a log is read whatever the day"


@pytest.mark.parametrize("kind", KINDS)
def test_what_happened_today_is_taken(kind: FormKind) -> None:
    form = read_form(kind, GOOD[kind])
    assert [fault for fault in form.model_copy(update={"on": TODAY}).faults(TODAY) if fault.where == "on"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_needed_field_that_is_missing_is_named_at_once(kind: FormKind) -> None:
    needed = {name for name, field in FORMS[kind].model_fields.items() if field.is_required()}
    with pytest.raises(EquipoiseError) as raised:
        read_form(kind, {"colour": "blue"}, TODAY)
    assert {fault.where for fault in raised.value.faults} == needed | {"colour"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_names_its_entry_and_its_day(kind: FormKind) -> None:
    form = read_form(kind, GOOD[kind], TODAY)
    fact = form.done("17", PLAN)
    expected = {
        FormKind.DOSE: StepDone,
        FormKind.OPERATION: StepDone,
        FormKind.RESULTS: ActivityDone,
        FormKind.ASSESSMENT: ActivityDone,
        FormKind.DOSIMETRY: ActivityDone,
        FormKind.MEDICATION: ActivityDone,
        FormKind.VISIT: ActivityDone,
        FormKind.DECISION: Decided,
    }
    assert type(fact) is expected.get(kind, type(None))
    if fact is not None:
        assert (fact.entry, fact.on) == ("17", form.on)


def test_faults_of_shape_and_of_days_are_told_together_and_never_a_value() -> None:
    content = {"on": "2027-02-03", "step": "Miller Jane", "administered": "seven", "unit": "Bq-ish", "lott": "SECRET"}
    with pytest.raises(EquipoiseError) as raised:
        read_form("dose", content, TODAY)
    assert {fault.where for fault in raised.value.faults} == {"on", "step", "administered", "unit", "lott"}
    for value in content.values():
        assert value not in str(raised.value)
    assert "Did you mean lot?" in str(raised.value)


def test_a_name_that_is_no_name_of_a_field_is_not_repeated() -> None:
    with pytest.raises(EquipoiseError) as raised:
        read_form("visit", {"on": "2026-01-05", "Jane Miller, 1960": "x"}, TODAY)
    assert "Miller" not in str(raised.value)
    assert "form: is no field of this form" in str(raised.value)


@pytest.mark.parametrize("content", [[], "dose", None, {1: 2}])
def test_what_is_no_group_of_fields_is_refused(content: Any) -> None:
    with pytest.raises(EquipoiseError, match="form: is no group of fields"):
        read_form("dose", content, TODAY)


def test_a_kind_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(EquipoiseError, match=r"kind: is not known\n  Kinds: dose, operation, results"):
        read_form("birthday", {}, TODAY)


@pytest.mark.parametrize("written", ["7,4", "7.4 GBq", "1e3", "nan", "inf", "-", "", True, None, "7.4444444", 10**13])
def test_what_is_no_exact_number_is_refused(written: Any) -> None:
    with pytest.raises(EquipoiseError, match="administered: is no number that can be kept exactly"):
        read_form("dose", {**GOOD[FormKind.DOSE], "administered": written}, TODAY)


@pytest.mark.parametrize("written", ["05/01/2026", "20260105", "2026-W02-1", "2026-02-30", "2026", 20260105, 1.5, None])
def test_what_is_no_calendar_day_is_refused(written: Any) -> None:
    with pytest.raises(EquipoiseError, match="on: is no calendar day"):
        read_form("visit", {"on": written}, TODAY)


def test_numbers_and_days_may_come_as_a_file_of_another_program_gives_them() -> None:
    content = {**GOOD[FormKind.DOSE], "administered": 7.45, "ordered": Decimal("7.4"), "on": DAY_0}
    assert read_form("dose", content, TODAY) == read_form("dose", GOOD[FormKind.DOSE], TODAY)


def test_the_same_record_is_known_whatever_its_comment_and_however_its_numbers_are_written() -> None:
    one = read_form("dose", GOOD[FormKind.DOSE], TODAY)
    again = read_form("dose", {**GOOD[FormKind.DOSE], "ordered": "7.40", "comment": "typed twice"}, TODAY)
    other = read_form("dose", {**GOOD[FormKind.DOSE], "lot": "L-18"}, TODAY)
    assert same_record(one, again)
    assert not same_record(one, other)
    assert not same_record(one, read_form("visit", {"on": "2026-01-05"}, TODAY))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {FormKind.DEVIATION}))
def test_what_happens_after_death_is_recorded_as_a_deviation_and_asked_about(kind: FormKind) -> None:
    form = read_form(kind, GOOD[kind], TODAY)
    dead = subject(left_on=form.on - timedelta(days=1))
    found = {(raised.kind, raised.code) for raised in form.doubts(PLAN, dead)}
    assert {(RaisedKind.DEVIATION, "after-the-end"), (RaisedKind.QUERY, "after-the-end")} <= found
    same_day = subject(left_on=form.on)
    assert not [raised for raised in form.doubts(PLAN, same_day) if raised.code == "after-the-end"]


def read_or_told(kind: FormKind, content: dict[str, Any]) -> tuple[Form | None, tuple[Fault, ...]]:
    try:
        return read_form(kind, content, TODAY), ()
    except EquipoiseError as error:
        return None, error.faults


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_spoilt_input_gives_a_form_or_an_error_that_names_fields(kind: FormKind, data: st.DataObject) -> None:
    fields = list(FORMS[kind].model_fields)
    spoilt = data.draw(st.dictionaries(st.sampled_from(fields) | st.text(max_size=8), JUNK, max_size=4))
    content = {**GOOD[kind], **spoilt}
    form, faults = read_or_told(kind, content)
    if form is None:
        assert faults
        roots = {fault.where.partition(".")[0].partition("[")[0] for fault in faults}
        assert roots <= {*fields, *spoilt, "form"}
    else:
        assert read_form(kind, form.to_json(), TODAY) == form
        check_rows(form.rows("17", SUBJECT, PLAN), "17")


def histories() -> st.SearchStrategy[History]:
    cycles = st.lists(st.integers(-20, 300), max_size=5)
    ends = st.none() | st.integers(0, 300).map(day)
    return st.builds(
        lambda given, arm, left, over, stopped: subject(
            *given, arm=arm, left_on=left, treatment_over_on=over, stopped=(("cycles", stopped),) if stopped else ()
        ),
        cycles,
        st.sampled_from(["before", "alone", "no-arm"]),
        ends,
        ends,
        ends,
    )


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    history=st.none() | histories(),
    on=st.integers(-30, 320).map(day),
    name=st.sampled_from(["cycle-1", "cycle-3", "operation", "cycle-9", "scan", "go-on", "surgery"]),
    released=st.sampled_from([None, "full", "reduced", "no-level"]),
    has_plan=st.booleans(),
)
def test_no_doubt_ever_fails_and_no_form_loses_its_rows(
    kind: FormKind, history: History | None, on: date, name: str, released: str | None, has_plan: bool
) -> None:
    """Whatever plan and history say, what is well formed is recorded."""
    pointing = {"step", "activity", "decision", "option", "course"} & set(FORMS[kind].model_fields)
    form = read_form(kind, {**GOOD[kind], **dict.fromkeys(pointing, name)}).model_copy(update={"on": on})
    plan = PLAN if has_plan else None
    raised = form.doubts(plan, history, released=released)
    assert all(isinstance(each, Raised) and each.code and each.words for each in raised)
    assert all(Raised.from_json(json.loads(rfc8785.dumps(each.to_json()))) == each for each in raised)
    check_rows(form.rows("17", SUBJECT, plan), "17")
    form.done("17", plan)


@settings(max_examples=200, deadline=None)
@given(
    administered=st.decimals(0, 1000, places=6),
    residual=st.decimals(0, 10, places=3),
    unit=st.sampled_from(["GBq", "MBq", "mCi", "mg"]),
)
def test_any_dose_survives_writing_and_gives_complete_rows(administered: Decimal, residual: Decimal, unit: str) -> None:
    content = {**GOOD[FormKind.DOSE], "administered": administered, "residual": residual, "unit": unit}
    form = read_form("dose", content)
    assert isinstance(form, DoseForm)
    assert read_form("dose", json.loads(rfc8785.dumps(form.to_json()))) == form
    check_rows(form.rows("17", SUBJECT, PLAN), "17")
    if residual > administered:
        with pytest.raises(EquipoiseError, match="residual: is more than was administered"):
            check_form(form, TODAY)
