"""Days on which verdicts may change, each counted by hand beside its test (2026 is no leap year, 2028 is)."""

from datetime import date
from decimal import Decimal

import pytest

from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.nodes import (
    Age,
    CockcroftGault,
    Comparison,
    Count,
    DateWithin,
    Exists,
    Limit,
    Operator,
    Value,
    Window,
    WindowUnit,
)
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.screening.expiry import DaysOfChange
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

AS_OF = date(2026, 1, 15)
LIMIT = Comparison(Operator.GE, (Limit(Decimal(8), "g/dL"),))


def days(atom, *rows, as_of=AS_OF, horizon_days=400, **person):
    """The days of change of a rule that is one atom, for a patient with these (table, row) pairs."""
    library = base_library()
    blank = {name: dict.fromkeys(table.column_names) for name, table in TABLES.items()}
    tables = {name: [blank[name] | row for table, row in rows if table == name] for name in TABLES}
    codes = [(LOCAL_SYSTEM, row["code"]) for _, row in rows if "code" in row]
    patient = PatientRecords(blank["patients"] | person, tables)
    bound = BoundPatient(patient, library, index_bindings(bind_codes(library, codes)))
    return DaysOfChange(bound, as_of, horizon_days=horizon_days).of(atom)


def result(code, day, **cells):
    return "measurements", {
        "system": LOCAL_SYSTEM,
        "code": code,
        "record_id": code,
        "value_text": "9",
        "time_lower": day,
        "time_upper": day,
        **cells,
    }


def event(code, day, table="conditions", status="present"):
    row = {"system": LOCAL_SYSTEM, "code": code, "record_id": code, "status": status}
    return table, row | dict.fromkeys(("start_lower", "start_upper", "end_lower", "end_upper"), day)


def test_nothing_dated_changes_nothing():
    assert days(Value("haemoglobin", LIMIT, within=Window(90))) == []


def test_a_result_leaves_a_window_of_days_on_the_day_after_its_last():
    """10 December + 90 days = 10 March (21 in December, 31, 28, 10): inside on that day, out on the next."""
    found = days(Value("haemoglobin", LIMIT, within=Window(90)), result("haemoglobin", date(2025, 12, 10)))
    assert date(2026, 3, 11) in found
    assert found[0] == date(2026, 3, 10)  # the day on which a strict window would let it go


def test_a_result_leaves_a_window_of_months_when_the_calendar_says_so():
    """Three months before 28 February is 28 November; before 1 March it is 1 December: 30 November is then outside."""
    window = Window(3, WindowUnit.MONTH)
    found = days(Value("haemoglobin", LIMIT, within=window), result("haemoglobin", date(2025, 11, 30)))
    assert date(2026, 3, 1) in found


def test_a_month_of_31_days_has_one_day_on_which_many_limits_move():
    """One month before 28, 29, 30 and 31 March 2026 is 28 February; before 1 April it is 1 March."""
    window = Window(1, WindowUnit.MONTH)
    found = days(
        Value("haemoglobin", LIMIT, within=window), result("haemoglobin", date(2026, 2, 28)), as_of=date(2026, 3, 28)
    )
    assert found[0] == date(2026, 4, 1)


def test_a_record_of_the_future_comes_into_sight_on_its_day():
    found = days(Exists("diabetes"), event("diabetes", date(2026, 2, 1)))
    assert found[0] == date(2026, 2, 1)


def test_the_year_of_coverage_ends_a_visit():
    """15 June 2025 + 365 days = 15 June 2026; the visit covers until then."""
    found = days(Exists("diabetes"), event("amb", date(2025, 6, 15), "encounters"))
    assert found == [date(2026, 6, 15), date(2026, 6, 16)]


def test_a_denial_holds_for_the_year_of_coverage():
    found = days(Exists("diabetes"), event("diabetes", date(2025, 6, 15), status="absent"))
    assert date(2026, 6, 16) in found


def test_a_date_that_is_a_value_crosses_its_window():
    """1 January 2026 + 30 days = 31 January."""
    test = DateWithin(Window(30))
    day = date(2026, 1, 1)
    found = days(Value("haemoglobin", test), result("haemoglobin", AS_OF, value_date_lower=day, value_date_upper=day))
    assert date(2026, 2, 1) in found


def test_the_other_result_that_narrows_a_window_counts_too():
    """A clearance is read only from the latest creatinine on; when that leaves the window, the clearance is free."""
    atom = Value("measured-clearance", LIMIT, within=Window(90), not_older_than="creatinine")
    assert date(2026, 3, 11) in days(atom, result("creatinine", date(2025, 12, 10)))


@pytest.mark.parametrize("atom", [Age(Operator.GE, 18), CockcroftGault(Operator.GE, Decimal(50))])
def test_a_birthday_is_such_a_day(atom):
    born = date(2008, 1, 16)
    assert days(atom, birth_lower=born, birth_upper=born) == [date(2026, 1, 16), date(2027, 1, 16)]


def test_who_is_born_on_29_february_has_a_birthday_on_1_march():
    """2027 has no 29 February, 2028 has; `completed_years` says when a year is complete."""
    born = date(2000, 2, 29)
    found = days(Age(Operator.GE, 18), as_of=date(2026, 12, 1), horizon_days=500, birth_lower=born, birth_upper=born)
    assert found == [date(2027, 3, 1), date(2028, 2, 29)]


def test_a_vague_birthday_has_two_ends():
    found = days(Age(Operator.GE, 18), horizon_days=365, birth_lower=date(2008, 3, 1), birth_upper=date(2008, 3, 31))
    assert found == [date(2026, 3, 1), date(2026, 3, 31)]


def test_who_has_no_known_birthday_has_none():
    assert days(Age(Operator.GE, 18)) == []


def test_the_last_day_of_the_horizon_is_looked_at_and_the_next_is_not():
    """31 days after 15 January is 15 February."""
    born = date(2008, 2, 15)
    for horizon_days, found in ((30, []), (31, [born.replace(year=2026)])):
        assert days(Age(Operator.GE, 18), horizon_days=horizon_days, birth_lower=born, birth_upper=born) == found


def test_a_birthday_is_no_such_day_where_no_rule_asks_for_age():
    born = date(2008, 1, 16)
    assert days(Exists("diabetes"), birth_lower=born, birth_upper=born) == []


def test_visits_matter_only_to_rules_that_ask_whether_something_is_on_record():
    visit = event("amb", date(2025, 6, 15), "encounters")
    assert days(Value("haemoglobin", LIMIT, within=Window(90)), visit) == []
    assert days(Count("diabetes", Operator.GE, 1), visit) == [date(2026, 6, 15), date(2026, 6, 16)]


def test_rows_of_concepts_that_no_rule_reads_add_no_days():
    assert days(Exists("diabetes"), result("haemoglobin", date(2025, 12, 10))) == []


def test_a_row_without_an_end_on_the_calendar_is_no_trouble():
    """Some sources write 9999-12-31 for "not ended"."""
    found = days(Exists("diabetes"), event("diabetes", date.max), event("diabetes", date.min))
    assert found == []
