"""A running trial as tables: after the lock every fact for those who see arms, and nothing that tells an arm before."""

from datetime import date

import pyarrow.csv as pa_csv
import pyarrow.parquet as parquet
import pytest
from tests.office_store import enter
from tests.office_trial import Office

from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.office import recording
from equipoise.operations.office.permissions import Who
from equipoise.operations.trial.exports.further import records_of
from equipoise.operations.trial.exports.reader_facts import facts_for
from equipoise.operations.trial.exports.tables import COLUMNS, make_tables, write_tables
from equipoise.operations.trial.masking import may_see_of

DRUG = "drug-then-surgery"
TELLING = ("treatment", "holds", "adverse_events", "laboratory", "deviations", "lesions")


class Course(Office):
    """One subject of the drug arm with a hold, a dose, an adverse event, a reading by the site, a death."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.masked = enter(self.store, "mara", Role.MASKED_STATISTICIAN)
        self.drug = self.in_arm(DRUG)
        self.randomised_on = self.today
        self.go_on(8)
        self.held = self.hold(self.drug, "drug-1").event.seq
        self.go_on(1)
        self.dosed_on = self.today
        self.platelets(self.drug, "150")
        self.release(self.drug, "drug-1")
        self.record(self.drug, "dose", step="drug-1", administered="90.50", unit="mg")
        self.record(self.drug, "adverse-event", term="nausea", category="other", grade=1)
        lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": 50, "organ": "liver"}]
        self.record(self.drug, "tumour-assessment", reader="site", reader_kind="site", lesions=lesions)
        self.go_on(30)
        self.died_on = self.today
        self.move(self.drug, Move.DIE, source="the family")

    def tables(self, who: Who, role: Role | None = None, day: date | None = None) -> dict[str, list[dict]]:
        with self.store.reading() as view:
            facts = facts_for(view, self.rules, may_see_of(who, role), day or self.today)
        return {name: table.to_pylist() for name, table in make_tables(facts).items()}


@pytest.fixture
def course() -> Course:
    return Course()


def of(rows: list[dict], subject: str) -> list[dict]:
    return [row for row in rows if row["subject"] == subject]


def test_after_the_lock_every_fact_has_its_row_and_its_events(course):
    course.lock()
    tables = course.tables(course.statistician)
    (subject,) = of(tables["subjects"], course.drug)
    assert (subject["arm"], subject["died_on"], subject["left_how"]) == (DRUG, course.died_on, "died")
    (dose,) = of(tables["treatment"], course.drug)
    assert (dose["step"], dose["on"], dose["amount"], dose["full_amount"]) == ("drug-1", course.dosed_on, "90.5", "100")
    (hold,) = of(tables["holds"], course.drug)
    assert (hold["step"], hold["course"], hold["answer"]) == ("drug-1", "drug", "unknown")
    assert (course.dosed_on - hold["on"]).days == 1
    assert "platelets" in hold["why"]
    assert hold["entries"] == str(course.held)
    (event,) = of(tables["adverse_events"], course.drug)
    assert (event["term"], event["on"]) == ("nausea", course.dosed_on)
    (lesion,) = of(tables["lesions"], course.drug)
    assert (lesion["reader_kind"], lesion["organ"], lesion["mm"]) == ("site", "liver", "50")
    assert [row["concept"] for row in of(tables["laboratory"], course.drug)] == ["platelets"]
    for row in (subject, dose, event, lesion):
        assert all(number.isdigit() for number in row["entries"].split())
        assert row["entries"]


@pytest.mark.parametrize("role", [Role.MASKED_STATISTICIAN, None])
def test_before_the_lock_nothing_tells_an_arm(course, role):
    tables = course.tables(course.statistician, role)
    assert all(not tables[name] for name in TELLING)
    (subject,) = of(tables["subjects"], course.drug)
    assert subject["arm"] == "all"
    assert (subject["randomised_on"], subject["died_on"]) == (course.randomised_on, course.died_on)
    assert (subject["last_alive_on"], subject["entries"]) == (None, "")
    days = {value for rows in tables.values() for row in rows for value in row.values() if isinstance(value, date)}
    assert course.dosed_on not in days


def test_the_lock_opens_nothing_to_a_masked_reader_or_to_one_site(course):
    before = course.tables(course.masked)
    course.lock()
    assert course.tables(course.masked) == before
    assert course.tables(course.statistician, Role.MASKED_STATISTICIAN) == before
    elsewhere = Who("eva", "Eva Example", "1", Role.COORDINATOR, "york")
    for who in (elsewhere, course.coordinator):
        tables = course.tables(who)
        assert all(not tables[name] for name in TELLING)
        assert {row["arm"] for row in tables["subjects"]} == {"all"}


def test_a_role_without_clinical_data_gets_no_baseline_and_no_reason(course):
    failed = course.screening()
    course.move(failed, Move.FAIL_SCREENING, who=course.investigator, reason="too ill", criteria=["I2"])
    clinical, others = course.tables(course.masked), course.tables(course.admin)
    assert clinical["baseline"]
    assert not others["baseline"]
    assert [row["why"] for row in of(clinical["screened"], failed)] == ["I2"]
    assert [row["why"] for row in of(others["screened"], failed)] == [""]


def test_readings_by_who_knew_no_arm_are_told_to_those_who_see_clinical_data(course):
    subject = course.in_arm(DRUG)
    reader = enter(course.store, "rita", Role.MASKED_READER)
    lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": 40, "organ": "liver"}]
    content = {"on": course.today, "lesions": lesions}
    course.record(subject, "tumour-assessment", reader="cora", reader_kind="site", **content)
    form = read_form("tumour-assessment", {**content, "reader": "rita", "reader_kind": "masked"})
    with course.store.writing() as desk:
        recording.read_scan(desk, reader, subject, form)
    told = of(course.tables(course.masked)["lesions"], subject)
    assert [(row["reader_kind"], row["mm"]) for row in told] == [("masked", "40")]
    assert not course.tables(course.admin)["lesions"]


def test_what_a_site_enters_as_a_masked_reading_is_not_told(course):
    subject = course.in_arm(DRUG)
    lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": 40, "organ": "liver"}]
    course.record(subject, "tumour-assessment", reader="rita", reader_kind="masked", lesions=lesions)
    assert not course.tables(course.masked)["lesions"]


def test_what_comes_after_the_last_day_does_not_count(course):
    course.lock()
    tables = course.tables(course.statistician, day=course.dosed_on)
    (subject,) = of(tables["subjects"], course.drug)
    assert subject["died_on"] is None


def test_every_event_to_which_a_row_leads_is_told_with_its_hash(course, tmp_path):
    course.lock()
    with course.store.reading() as view:
        write_tables(view, course.rules, may_see_of(course.statistician), course.today, tmp_path / "out")
        known = {event.seq: event for event in view.events()}
    read = {path.stem: parquet.read_table(path).to_pylist() for path in (tmp_path / "out").glob("*.parquet")}
    events = {row["seq"]: row for row in read["events"]}
    led_to = {int(one) for rows in read.values() for row in rows for one in (row.get("entries") or "").split()}
    assert set(events) == led_to
    for number, row in events.items():
        event = known[number]
        told = (event.entry.act.value, event.entry.subject, event.entry.user, event.hash)
        assert (row["act"], row["subject"], row["user"], row["hash"]) == told
    baseline = {row["name"]: events[int(row["entries"])]["act"] for row in of(read["baseline"], course.drug)}
    assert baseline["age"] in ("subject.identified", "subject.judged")
    assert all(row["entries"] for name in read if name != "events" for row in read[name])


def test_both_files_of_a_table_read_back_equal(course, tmp_path):
    course.lock()
    out = tmp_path / "out"
    with course.store.reading() as view:
        write_tables(view, course.rules, may_see_of(course.statistician), course.today, out)
        facts = facts_for(view, course.rules, may_see_of(course.statistician), course.today)
        records = {each.subject: records_of(view, each.subject) for each in facts.subjects}
    made = make_tables(facts, records)
    del made["events"]  # made with the log at hand
    for name, table in made.items():
        stored = parquet.read_table(out / f"{name}.parquet")
        assert stored.equals(table)
        types = pa_csv.ConvertOptions(
            column_types=dict(COLUMNS[name]), strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        assert pa_csv.read_csv(out / f"{name}.csv", convert_options=types).equals(table), name
    filled = {name for name, table in made.items() if table.num_rows}
    assert filled >= {"subjects", "baseline", "treatment", "holds", "adverse_events", "lesions"}


def test_to_whom_events_are_not_told_none_is(course, tmp_path):
    with course.store.reading() as view:
        write_tables(view, course.rules, may_see_of(course.masked), course.today, tmp_path / "out")
    assert (tmp_path / "out" / "events.csv").read_text(encoding="utf-8").count("\n") == 1  # its columns
    assert not parquet.read_table(tmp_path / "out" / "events.parquet").num_rows


def test_ranges_and_what_was_done_are_told(course):
    given = {"concept": "platelets", "value": "149", "unit": "10*9/L", "range_low": "150", "range_high": "400"}
    course.record(course.drug, "results", on=course.dosed_on, results=[given])
    stated = {"term": "sepsis", "category": "other", "action": "delayed", "outcome": "recovered"}
    course.record(course.drug, "adverse-event", on=course.dosed_on, serious=["hospitalisation"], grade=3, **stated)
    course.lock()
    tables = course.tables(course.statistician)
    assert ("150", "400") in {(row["range_low"], row["range_high"]) for row in of(tables["laboratory"], course.drug)}
    (event,) = [row for row in of(tables["adverse_events"], course.drug) if row["term"] == "sepsis"]
    assert (event["action"], event["outcome"], event["serious"]) == ("delayed", "recovered", "hospitalisation")


def test_what_nobody_has_judged_is_neither_related_nor_not(course):
    for term, stated in (("sepsis", {"relation": "unlikely"}), ("fatigue", {"relation": "possible"}), ("rash", {})):
        course.record(course.drug, "adverse-event", on=course.dosed_on, term=term, category="other", **stated)
    course.lock()
    rows = of(course.tables(course.statistician)["adverse_events"], course.drug)
    told = {row["term"]: row["is_related"] for row in rows}
    assert (told["sepsis"], told["fatigue"], told["rash"]) == (False, True, None)


def test_every_table_is_there_without_a_row():
    office = Office()
    with office.store.reading() as view:
        tables = make_tables(facts_for(view, office.rules, may_see_of(office.statistician), office.today))
    assert {name: table.column_names for name, table in tables.items()} == {
        name: list(columns) for name, columns in COLUMNS.items()
    }
    assert all(table.num_rows == 0 for table in tables.values())
