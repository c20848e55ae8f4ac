"""Datasets of a trial that took place in the office of tests: each row leads to events of its own subject."""

import pytest
from tests.analysis_trial import with_plan
from tests.cdisc_rules import broken

from equipoise.analysis.cdisc.catalogue import SOURCE
from equipoise.analysis.cdisc.export import make_analysis, make_tabulation
from equipoise.analysis.cdisc.inputs import Results, Source
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role

SIZES = {0: (50, 30, 30), 1: (50, 50, 80), 2: (50,)}


@pytest.fixture(scope="module")
def office():
    """Three subjects: one responds, one progresses, one dies; a fourth is not eligible."""
    office = with_plan()
    subjects = [office.allocated() for _ in SIZES]
    for visit in range(3):
        for number, subject in enumerate(subjects):
            if visit < len(SIZES[number]):
                office.scan(subject, SIZES[number][visit])
            elif visit == 1:
                office.record(subject, "adverse-event", term="nausea", category="other", grade=2)
                office.die(subject)
        office.go_on(60)
    office.move(office.screening(), Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    office.lock()
    return office


def make_all(office, role):
    done = office.analysed(office.cut(role.value), role=role)
    protocol = office.rules.protocol
    endpoints = {one.id: one for one in done.plan.endpoints}
    results = Results(
        done.sets,
        [(endpoints[name], one.rows) for name, one in done.times.items()],
        [(endpoints[name], rows) for name, rows in done.responses.items()],
    )
    source = Source(protocol, protocol.plan_of(done.facts.version), done.facts)
    tabulation = make_tabulation(source)
    return {one.name: one for one in (*tabulation, *make_analysis(source, tabulation, results))}


def test_rows_lead_to_events_of_their_subject(office):
    datasets = make_all(office, Role.UNMASKED_STATISTICIAN)
    with office.store.reading() as view:
        owners = {event.seq: event.entry.subject for event in view.events()}
    seen = set()
    for dataset in datasets.values():
        for row in dataset.records():
            if SOURCE in row:
                entries = [int(one) for one in row[SOURCE].split()]
                assert entries
                assert {owners[one] for one in entries} == {row["USUBJID"].removeprefix(f"{row['STUDYID']}-")}
                seen |= set(entries)
    assert len(seen) > 10


@pytest.mark.parametrize("role", [Role.UNMASKED_STATISTICIAN, Role.MASKED_STATISTICIAN])
def test_no_rule_of_the_guides_is_broken(office, role):
    assert broken({name: dataset.records() for name, dataset in make_all(office, role).items()}) == []


def test_a_finding_leads_to_the_event_in_which_it_was_recorded(office):
    datasets = make_all(office, Role.UNMASKED_STATISTICIAN)
    with office.store.reading() as view:
        days = {event.seq: event.at.date().isoformat() for event in view.events()}
    rows = datasets["TR"].records()
    assert len(rows) > 5
    for row in rows:  # a scan a day, recorded on its day
        assert [days[int(one)] for one in row[SOURCE].split()] == [row["TRDTC"]]
    for row in datasets["RS"].records():  # a response rests on all that was read until then
        read_on = [days[int(one)] for one in row[SOURCE].split()]
        assert (max(read_on), len(read_on)) == (row["RSDTC"], row["VISITNUM"] - 1000 + 1)
    for row in datasets["SV"].records():
        if row["VISITNUM"] >= 1000:
            assert [days[int(one)] for one in row[SOURCE].split()] == [row["SVSTDTC"]]


def test_an_amended_finding_leads_to_its_amendment_too():
    office = with_plan()
    subject = office.allocated()
    office.scan(subject, 50)
    entry = next(each.id for each in office.file(subject).forms)
    office.go_on(84)
    office.scan(subject, 40)
    lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": 52, "organ": "liver"}]
    amended = office.amend(subject, entry, lesions=lesions).event.seq
    office.lock()
    first, _ = make_all(office, Role.UNMASKED_STATISTICIAN)["TR"].records()
    assert first["TRORRES"] == "52"
    assert first[SOURCE] == f"{entry} {amended}"


def test_the_course_that_was_lived_is_the_one_that_is_told(office):
    datasets = make_all(office, Role.UNMASKED_STATISTICIAN)
    overall = [one["RSSTRESC"] for one in datasets["RS"].records() if one["RSTESTCD"] == "OVRLRESP"]
    # 50, 30, 30 mm: -40 % twice; 50, 50, 80 mm: the same, then +60 % and +30 mm
    assert overall == ["PR", "PR", "SD", "PD"]
    assert [one["DTHFL"] for one in datasets["DM"].records() if one["ARM"] is not None] == [None, None, "Y"]
    assert [one["AETERM"].lower() for one in datasets["AE"].records()] == ["nausea"]
    assert [(one["IETESTCD"], one["IEORRES"]) for one in datasets["IE"].records()] == [("I2", "N")]
    events = [one["EVNTDESC"] for one in datasets["ADTTE"].records() if one["PARAMCD"] == "PFS" and one["CNSR"] == 0]
    assert events == ["progression", "death"]


def test_a_masked_person_gets_no_arm(office):
    datasets = make_all(office, Role.MASKED_STATISTICIAN)
    arms = [one.id for one in office.rules.protocol.arms] + [one.label for one in office.rules.protocol.arms]
    for name in ("DM", "DS", "SV", "SE", "TU", "TR", "ADSL", "ADTTE", "ADLB"):
        values = {value for row in datasets[name].rows for value in row}
        assert values.isdisjoint(arms)
    assert len(datasets["DM"].rows) == 4
    assert datasets["EX"].rows == datasets["PR"].rows == datasets["AE"].rows == datasets["RS"].rows == ()
