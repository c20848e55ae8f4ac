"""Candidates come from a whole screening of the trial's own version; what is cut, edited or another's is refused."""

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from equipoise.errors import UnreadableInputError
from equipoise.operations.screening import ScreenRequest, judge_into, prepare
from equipoise.records.dataset import read_records
from equipoise.screening.candidates import Candidate, read_candidates, take_snapshots
from equipoise.screening.outputs import Group
from equipoise.screening.standing import Status

AS_OF = date(2026, 1, 15)
PROTOCOL = Path(__file__).parent / "small.yaml"
TABLES = {
    # Ann has everything, Ben lacks platelets, Cleo has not signed, Dora is 65, Eve is dead; O'Hara has a name to quote.
    "patients": """patient_id,birth_date,sex,is_deceased,death_date
ann,1980-06-01,female,false,
ben,1980-06-01,male,false,
cleo,1980-06-01,female,false,
dora,1961-01-15,female,false,
eve,1980-06-01,female,true,2025-12-30
O'Hara [x],1980-06-01,male,false,
""",
    "measurements": "patient_id,record_id,system,code,time,value,unit\n"
    + "".join(
        f"{who},{who}-{code},https://equipoise.dev/codes,{code},2025-12-10,{value},{unit}\n"
        for who in ("ann", "ben", "cleo", "dora", "eve", "O'Hara [x]")
        for code, value, unit in (("haemoglobin", "12.1", "g/dL"), ("platelets", "210", "10*9/L"))
        if (who, code) != ("ben", "platelets")
    ),
    "encounters": "patient_id,record_id,start,end,status\n"
    + "".join(
        f"{who},{who}-visit,2025-12-20,2025-12-20,present\n"
        for who in ("ann", "ben", "cleo", "dora", "eve", "O'Hara [x]")
    ),
    "conditions": "patient_id,record_id,system,code,start,status\nann,c1,https://equipoise.dev/codes,x,2020,present\n",
    "attestations": "patient_id,record_id,code,value,by,at\n"
    + "".join(
        f"{who},{who}-c,informed-consent,signed,n-1,2026-01-10\n" for who in ("ann", "ben", "dora", "O'Hara [x]")
    ),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    (folder / "source").mkdir()
    for name, text in TABLES.items():
        (folder / "source" / f"{name}.csv").write_text(text, encoding="utf-8")
    records = read_records(folder / "source", folder / "records")
    (folder / "screening").mkdir()
    request = ScreenRequest(str(PROTOCOL), folder, AS_OF, folder)
    judge_into(folder / "screening", prepare(request), records, form="both")
    return folder


@pytest.fixture
def screening(base, tmp_path):
    """A copy that a test may damage."""
    return Path(shutil.copytree(base / "screening", tmp_path / "screening"))


def refused(folder, protocol, version="first"):
    with pytest.raises(UnreadableInputError) as error:
        read_candidates(folder, protocol, version)
    assert error.value.message == f"{folder} is not a whole screening of this trial."
    return [fault.what for fault in error.value.faults]


def edit(folder, name, change):
    """Change the rows of a Parquet table; the CSV beside it is not read."""
    path = folder / f"{name}.parquet"
    table = pq.read_table(path)
    rows = change(table.to_pylist())
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), path)


def edit_summary(folder, change):
    path = folder / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    change(summary)
    path.write_text(json.dumps(summary), encoding="utf-8")


def test_those_who_are_not_out_are_candidates_with_what_is_open_and_assumed(base, small_protocol):
    found = read_candidates(base / "screening", small_protocol, "first")
    assert found.candidates == (
        Candidate("O'Hara [x]", Status.ELIGIBLE, Group.IN, ("E2",), ()),
        Candidate("ann", Status.ELIGIBLE, Group.IN, ("E2",), ()),
        Candidate("ben", Status.UNDETERMINED, Group.NEAR, ("E2",), ("E1",)),
        Candidate("cleo", Status.UNDETERMINED, Group.ASK_PEOPLE, ("E2",), ("I2",)),
    )
    assert (found.protocol, found.version, found.digest) == ("small", "first", small_protocol.digest)
    assert (found.as_of, found.n_screened) == (AS_OF, 6)


def test_a_group_can_be_asked_for_alone(base, small_protocol):
    found = read_candidates(base / "screening", small_protocol, "first", groups=[Group.OUT])
    assert [each.patient_id for each in found.candidates] == ["dora", "eve"]


def test_csv_and_parquet_hold_the_same_candidates(screening, small_protocol):
    before = read_candidates(screening, small_protocol, "first")
    for name in ("patients", "verdicts"):
        (screening / f"{name}.parquet").unlink()
    assert read_candidates(screening, small_protocol, "first") == before


def test_patient_ids_that_are_digits_are_texts(screening, small_protocol):
    numbers = {"ann": "7", "ben": "20", "cleo": "3", "dora": "4", "eve": "5", "O'Hara [x]": "1"}
    for name in ("patients", "verdicts"):
        (screening / f"{name}.parquet").unlink()
        path = screening / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        for patient_id, number in numbers.items():
            text = text.replace(f'\n"{patient_id}"', f"\n{number}")  # as a spreadsheet saves it
        path.write_text(text, encoding="utf-8")
    found = read_candidates(screening, small_protocol, "first")
    assert [each.patient_id for each in found.candidates] == ["1", "20", "3", "7"]


@pytest.mark.parametrize("name", ["a [b] folder", "what?", "it's"])
def test_the_name_of_a_folder_is_no_pattern(base, tmp_path, small_protocol, name):
    before = read_candidates(base / "screening", small_protocol, "first")
    folder = Path(shutil.copytree(base / "screening", tmp_path / name))
    assert read_candidates(folder, small_protocol, "first") == before
    for table in ("patients", "verdicts"):
        (folder / f"{table}.parquet").unlink()
    assert read_candidates(folder, small_protocol, "first") == before


def test_another_version_is_refused(screening, small_protocol):
    assert refused(screening, small_protocol, "second") == ["is of version first, not second"]


def test_another_protocol_is_refused(screening, small_protocol):
    other = small_protocol.model_copy(update={"id": "other"})
    assert refused(screening, other) == ["is of protocol small, not other"]


def test_other_content_of_the_same_name_is_refused(screening, small_protocol):
    other = small_protocol.model_copy(update={"title": "Another title"})
    own, theirs = small_protocol.digest[:12], other.digest[:12]
    assert refused(screening, other) == [f"is of other content of small: digest {own}, not {theirs}"]


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"protocol": {"id": "small"}}', "\x00"])
def test_a_summary_that_is_missing_or_damaged_is_refused(screening, small_protocol, text):
    (screening / "summary.json").unlink()
    if text is not None:
        (screening / "summary.json").write_text(text, encoding="utf-8")
    assert refused(screening, small_protocol) == ["is missing or damaged"]


def test_tables_that_are_missing_are_named_together(screening, small_protocol):
    for path in [*screening.glob("patients.*"), *screening.glob("verdicts.*")]:
        path.unlink()
    assert refused(screening, small_protocol) == [
        "has no patients.parquet and no patients.csv",
        "has no verdicts.parquet and no verdicts.csv",
    ]


@pytest.mark.parametrize("name", ["patients", "verdicts"])
def test_a_table_that_is_cut_off_is_refused(screening, small_protocol, name):
    path = screening / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    (what,) = refused(screening, small_protocol)
    assert what.startswith("holds a table that cannot be read as one of a screening (")


def test_a_table_of_something_else_is_refused(screening, small_protocol):
    shutil.copyfile(screening / "worklist.parquet", screening / "patients.parquet")
    assert refused(screening, small_protocol) == [
        "holds a table that cannot be read as one of a screening (BinderException)"
    ]


def test_a_person_who_was_left_out_is_missed(screening, small_protocol):
    """Somebody of the list is cut out of both tables: only the summary still counts them."""
    for name in ("patients", "verdicts"):
        edit(screening, name, lambda rows: [row for row in rows if row["patient_id"] != "ann"])
    assert refused(screening, small_protocol) == [
        "has 5 people, the summary counts 6",
        "has 1 people of status eligible, the summary counts 2",
        "has 1 people of group in, the summary counts 2",
    ]


def test_a_person_who_stands_twice_is_seen(screening, small_protocol):
    edit(screening, "patients", lambda rows: [*rows, rows[1]])
    assert "names 1 people more than once" in refused(screening, small_protocol)


def test_verdicts_of_somebody_who_is_not_among_the_patients_are_refused(screening, small_protocol):
    edit(screening, "patients", lambda rows: [row for row in rows if row["patient_id"] != "ann"])
    assert refused(screening, small_protocol) == [
        "has a row that is no standing of a patient, or verdicts of somebody who is not in it"
    ]


def change_of(patient_id, **cells):
    return lambda rows: [row | cells if row["patient_id"] == patient_id else row for row in rows]


@pytest.mark.parametrize(
    "cells",
    [
        {"assumed": "[]"},
        {"open_record": "[]"},
        {"blocked_by": '["E1"]'},
        {"open_person": '["I1"]'},
    ],
    ids=str,
)
def test_a_standing_that_its_verdicts_do_not_give_is_refused(screening, small_protocol, cells):
    edit(screening, "patients", change_of("ben", **cells))
    assert refused(screening, small_protocol) == [
        "do not give, criterion by criterion, the standing of 1 people in patients"
    ]


def test_two_people_who_changed_places_are_refused(screening, small_protocol):
    """Dora, who is out, and Ann, who is in, are swapped: every count still agrees."""
    swap = {"ann": "dora", "dora": "ann"}

    def swapped(rows):
        return [row | {"patient_id": swap.get(row["patient_id"], row["patient_id"])} for row in rows]

    edit(screening, "patients", swapped)
    assert refused(screening, small_protocol) == [
        "do not give, criterion by criterion, the standing of 2 people in patients"
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [rows[0], *rows],
        lambda rows: [rows[0] | {"criterion_id": "E9"}, *rows[1:]],
        lambda rows: [rows[0] | {"effect": "open"}, *rows[1:]],
    ],
    ids=["missing", "twice", "unknown", "changed"],
)
def test_every_criterion_must_be_judged_once_for_everybody(screening, small_protocol, change):
    edit(screening, "verdicts", change)
    assert refused(screening, small_protocol) == [
        "do not give, criterion by criterion, the standing of 1 people in patients"
    ]


@pytest.mark.parametrize("cells", [{"status": "certain"}, {"group": "vip"}, {"assumed": "E2"}, {"blocked_by": None}])
def test_a_row_that_is_no_standing_is_refused_without_naming_anybody(screening, small_protocol, cells):
    edit(screening, "patients", change_of("ann", **cells))
    (what,) = refused(screening, small_protocol)
    assert what == "has a row that is no standing of a patient, or verdicts of somebody who is not in it"


def test_snapshots_stand_under_the_subjects_ids(base):
    found = take_snapshots(base / "records", {"ann": "S-001", "O'Hara [x]": "S-002"})
    assert set(found) == {"S-001", "S-002"}
    assert found["S-002"].records.patient["sex"] == "male"
    assert [row["record_id"] for row in found["S-001"].records.rows["encounters"]] == ["S-001-visit"]
    assert found["S-001"].supplied == frozenset(TABLES)


def test_people_who_are_not_in_the_records_are_counted_and_not_named(base):
    with pytest.raises(UnreadableInputError, match="lacks 2 of 3 people") as error:
        take_snapshots(base / "records", {"ann": "S-001", "gone-1": "S-002", "gone-2": "S-003"})
    assert "gone" not in str(error.value)


def test_two_people_never_become_one_subject(base):
    with pytest.raises(ValueError, match="two people were given one subject id"):
        take_snapshots(base / "records", {"ann": "S-001", "ben": "S-001"})


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="Not a folder of canonical tables"):
        take_snapshots(tmp_path, {"ann": "S-001"})
