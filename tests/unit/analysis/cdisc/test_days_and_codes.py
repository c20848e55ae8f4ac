"""Study days, dates and codes; expected values by hand."""

import re
from datetime import date

import pytest

from equipoise.analysis.cdisc.catalogue import make_codes, make_dataset, make_number
from equipoise.analysis.cdisc.inputs import Term, list_entries, study_day
from equipoise.conduct import traces
from equipoise.errors import EquipoiseError

REFERENCE = date(2028, 2, 28)


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(2028, 2, 28), 1),
        (date(2028, 2, 27), -1),
        (date(2028, 2, 29), 2),  # 2028 is a leap year
        (date(2028, 3, 1), 3),
        (date(2028, 1, 31), -28),
        (date(2029, 2, 28), 367),
    ],
)
def test_there_is_no_study_day_0(on, day):
    assert study_day(on, REFERENCE) == day


def test_without_a_date_or_a_reference_there_is_no_study_day():
    assert study_day(None, REFERENCE) is None
    assert study_day(REFERENCE, None) is None


def test_terms_of_disposition_are_those_of_the_moves():
    moves = (
        traces.CONSENT_OBTAINED,
        traces.CRITERIA_MET,
        traces.RANDOMIZED,
        traces.SCREEN_FAILURE,
        traces.WITHDRAWAL_BY_SUBJECT,
        traces.LOST_TO_FOLLOW_UP,
        traces.DEATH,
        traces.COMPLETED,
    )
    ours = {(one.value, one.category) for one in Term if one is not Term.OTHER}
    assert {(one.term, one.category.value) for one in moves} == ours


def test_codes_are_short_unique_and_keep_those_of_the_standard():
    names = ["creatinine", "creatinine-clearance", "creatinine-urine", "24h-protein", "hgb"]
    codes = make_codes(names, {"creatinine": "CREAT", "haemoglobin": "HGB"})
    assert codes["creatinine"] == "CREAT"
    assert codes["hgb"] == "HGB2"  # HGB is that of haemoglobin, also when nobody has one
    assert len(set(codes.values())) == len(names)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", code) for code in codes.values())


def test_a_number_is_written_as_it_was_given_and_words_are_none():
    assert make_number("0.90") == "0.90"
    assert make_number("1E+2") == "100"
    assert [make_number(one) for one in ("<5", "NaN", "Infinity", "", None)] == [None] * 5


def test_entries_stand_once_and_in_order():
    assert list_entries((12, 3), (3, 4)) == "3 4 12"
    assert list_entries(()) is None


def test_two_rows_with_the_same_keys_are_refused():
    row = {"STUDYID": "t", "ETCD": "SCREEN"}
    with pytest.raises(EquipoiseError, match="1 pairs of rows have the same STUDYID, ETCD"):
        make_dataset("TE", [row, row])


def test_a_variable_that_the_dataset_does_not_have_is_refused():
    with pytest.raises(EquipoiseError, match="it has no BLOOD"):
        make_dataset("TE", [{"STUDYID": "t", "ETCD": "SCREEN", "BLOOD": "red"}])
