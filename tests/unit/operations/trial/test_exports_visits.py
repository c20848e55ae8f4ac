"""Visits and criteria not met of a running trial: days by hand from the acts below and from `office_protocol.yaml`."""

from datetime import date, timedelta

import pytest
from tests.analysis_trial import AnalysedOffice, with_plan
from tests.cdisc_rules import broken
from tests.office_store import enter
from tests.office_trial import PROTOCOL

from equipoise.analysis.cdisc.catalogue import read_dataset
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.operations.office import setting_up, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.permissions import Who
from equipoise.operations.trial.exports.cdisc import write_cdisc
from equipoise.operations.trial.masking import may_see_of
from equipoise.protocol.loading import load_protocol

DRUG, CONTROL = "drug-then-surgery", "surgery"
# screening is 1, then the steps drug-1, drug-2, surgery-day, four scans, the blood before each dose
SCREENING, DRUG_1, SCAN_2, BLOOD_1, UNPLANNED = 1, 2, 6, 9, 2000


def told(office: AnalysedOffice, who: Who, out, name: str, subject: str, *names: str) -> list[tuple]:
    with office.store.reading() as view:
        write_cdisc(view, office.rules, may_see_of(who), office.clock.at, out, force=True)
    rows = [row for row in read_dataset(out / f"{name}.json").records() if row["USUBJID"].endswith(subject)]
    return [tuple(row[name] for name in names) for row in rows]


def day(first: date, days: int) -> str:
    return str(first + timedelta(days))


@pytest.fixture
def office() -> AnalysedOffice:
    """A subject of the drug arm: blood and dose on day 8, a scan on day 84, none at 168, a fall and a call between."""
    office = with_plan()
    office.drug = office.in_arm(DRUG)
    office.first = office.today
    office.go_on(8)
    office.platelets(office.drug, "150")
    office.release(office.drug, "drug-1")
    office.record(office.drug, "dose", step="drug-1", administered="100", unit="mg")
    office.go_on(12)
    office.record(office.drug, "visit", text="fell at home")
    office.record(office.drug, "visit", what="contact")
    office.record(office.drug, "visit", what="procedure", concept="biopsy")
    office.record(office.drug, "medication", concept="octreotide")
    office.go_on(64)
    office.scan(office.drug, 50)
    office.go_on(100)
    return office


def test_every_visit_has_its_row_and_a_missed_one_too(office, tmp_path):
    office.lock()
    names = ("VISITNUM", "VISIT", "SVPRESP", "SVOCCUR", "VISITDY", "SVSTDTC", "SVENDTC", "SVSTDY", "SVUPDES")
    first = office.first
    # The window of the scan that was due on day 168 (study day 169) closed 14 days later, on day 182; today is 184.
    # Blood is due 3 days before the dose of day 8: on day 5, study day 6.
    assert told(office, office.statistician, tmp_path / "out", "sv", office.drug, *names) == [
        (SCREENING, "Screening", "Y", "Y", None, str(first), str(first), 1, None),
        (DRUG_1, "drug-1", "Y", "Y", None, day(first, 8), day(first, 8), 9, None),
        (SCAN_2, "Scan 2", "Y", "N", 169, None, None, None, None),
        (BLOOD_1, "Blood count before each dose 1", "Y", "Y", 6, day(first, 8), day(first, 8), 9, None),
        (1000, "Tumour assessment, baseline", None, None, None, day(first, 84), day(first, 84), 85, None),
        (UNPLANNED, "Unplanned", None, None, None, day(first, 20), day(first, 20), 21, "biopsy"),
        (UNPLANNED, "Unplanned", None, None, None, day(first, 20), day(first, 20), 21, "contact"),
        (UNPLANNED, "Unplanned", None, None, None, day(first, 20), day(first, 20), 21, "fell at home"),
    ]


def test_no_rule_of_the_guides_is_broken(office, tmp_path):
    office.die(office.drug)
    for who in (office.masked, office.statistician):
        if who is office.statistician:
            office.lock()
        with office.store.reading() as view:
            write_cdisc(view, office.rules, may_see_of(who), office.clock.at, tmp_path / "out", force=True)
        read = {path.stem.upper(): read_dataset(path).records() for path in (tmp_path / "out").glob("*.json")}
        assert broken(read) == []


def test_a_visit_leads_to_where_it_was_recorded_and_a_missed_one_to_the_allocation(office, tmp_path):
    office.lock()
    rows = told(office, office.statistician, tmp_path / "out", "sv", office.drug, "SVOCCUR", "SVUPDES", "SRCEVNT")
    with office.store.reading() as view:
        acts = {event.seq: event.entry.act for event in view.events(subject=office.drug)}
    leads = {(occurred, words): {acts[int(one)] for one in entries.split()} for occurred, words, entries in rows}
    assert leads[("N", None)] == {Act.ALLOCATE}
    assert leads[(None, "fell at home")] == {Act.RECORD}
    assert (Act.MOVE in acts.values(), all(entries for *_, entries in rows)) == (True, True)


def test_while_arms_are_pooled_screening_is_the_only_visit(office, tmp_path):
    names = ("VISITNUM", "SVSTDTC", "SVENDTC", "VISITDY")
    first = str(office.first)
    for who in (office.statistician, office.masked, office.coordinator):
        rows = told(office, who, tmp_path / "out", "sv", office.drug, *names)
        assert rows == [(SCREENING, first, first, None)]


def test_screening_lasts_until_it_ended_and_is_open_while_it_goes_on(tmp_path):
    office = with_plan()
    ended, going_on, never = office.screening(), office.screening(), office.identified()
    begun = office.today
    office.go_on(6)
    office.move(ended, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    days = ("VISITNUM", "SVSTDTC", "SVENDTC", "SVSTDY")
    assert told(office, office.masked, tmp_path / "out", "sv", ended, *days) == [
        (SCREENING, str(begun), str(office.today), None)
    ]
    assert told(office, office.masked, tmp_path / "out", "sv", going_on, *days) == [(SCREENING, str(begun), None, None)]
    assert told(office, office.masked, tmp_path / "out", "sv", never, *days) == []


def test_a_criterion_not_met_has_the_day_on_which_screening_failed(tmp_path):
    office = with_plan()
    subject = office.screening()
    office.go_on(6)
    stated = {"reason": "too ill", "criteria": ["E1", "I2", "window"]}
    office.move(subject, Move.FAIL_SCREENING, who=office.investigator, **stated)
    failed_on = str(office.today)
    office.go_on(3)
    names = ("IETESTCD", "IECAT", "IEORRES", "IEDTC")
    assert told(office, office.masked, tmp_path / "out", "ie", subject, *names) == [
        ("E1", "EXCLUSION", "Y", failed_on),
        ("I2", "INCLUSION", "N", failed_on),
    ]
    reader = enter(office.store, "rita", Role.MASKED_READER)
    assert told(office, reader, tmp_path / "out", "ie", subject, *names) == []  # why is clinical


def test_a_criterion_not_met_has_the_words_of_the_version_consented_to(tmp_path):
    """SDTMIG 3.4, 7.4: a criterion that an amendment changed stands in TI once for each of its versions."""
    protocol = load_protocol(PROTOCOL)
    first, second = protocol.versions
    changed = [
        each.model_copy(update={"text": "platelets of another limit"}) if each.id == "I2" else each
        for each in second.inclusion
    ]
    second = second.model_copy(update={"inclusion": changed})
    office = AnalysedOffice(given=protocol.model_copy(update={"versions": [first, second]}))
    subject = office.screening()
    office.move(subject, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    office.go_on(5)
    with office.store.writing() as desk:
        setting_up.approve_version(desk, office.admin, office.protocol, "second", office.today, "amendment")
    (asked,) = [each.text for each in first.inclusion if each.id == "I2"]
    assert told(office, office.masked, tmp_path / "out", "ie", subject, "IETEST") == [(asked,)]


def test_a_failure_that_was_taken_back_did_not_happen(tmp_path):
    office = with_plan()
    subject = office.screening()
    begun = office.today
    office.go_on(6)
    office.move(subject, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    target = SubjectState(Participation.SCREENING, Treatment.NOT_ASSIGNED)
    signature = office.sign(office.investigator, Act.CORRECT, subjects.correction_statement(subject, target))
    with office.store.writing() as desk:
        subjects.correct_state(desk, office.investigator, subject, target, "another subject was meant", signature)
    office.go_on(1)
    out = tmp_path / "out"
    assert told(office, office.masked, out, "ie", subject, "IETESTCD") == []
    assert told(office, office.masked, out, "ds", subject, "DSDECOD") == [("INFORMED CONSENT OBTAINED",)]
    assert told(office, office.masked, out, "sv", subject, "SVSTDTC", "SVENDTC") == [(str(begun), None)]


def test_a_scan_that_was_entered_as_a_visit_and_as_a_reading_is_told_once(office, tmp_path):
    on = office.first + timedelta(84)
    office.record(office.drug, "visit", what="procedure", activity="scan", on=on)
    office.lock()
    visits = told(office, office.statistician, tmp_path / "out", "sv", office.drug, "VISITNUM", "SVSTDTC")
    assert [number for number, began in visits if began == str(on)] == [1000]


def test_what_was_done_once_more_than_planned_is_no_planned_visit(office, tmp_path):
    """The blood of day 8 was that of the first dose; another is due before no dose that was given."""
    office.record(office.drug, "visit", what="contact", activity="blood-before-dose", on=office.first + timedelta(30))
    office.lock()
    names = ("VISITNUM", "SVPRESP", "SVUPDES")
    rows = told(office, office.statistician, tmp_path / "out", "sv", office.drug, *names, "SVSTDTC")
    assert [row[:-1] for row in rows if row[-1] == day(office.first, 30)] == [(UNPLANNED, None, "blood-before-dose")]
