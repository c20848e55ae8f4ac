"""Every hand-worked timeline of the endpoints as datasets: nothing that a reader saw is lost, and no link dangles."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.analysis_timelines import day_of, tell
from tests.cdisc_rules import broken

from equipoise.analysis.cdisc.export import make_analysis, make_tabulation
from equipoise.analysis.cdisc.inputs import Further, Results
from equipoise.analysis.endpoints import derive_times
from equipoise.assessments.recist import Finding, Lesion, Reading, Role, State

CASES = yaml.safe_load(Path(__file__).parents[1].joinpath("timelines.yaml").read_text(encoding="utf-8"))


def tabulate(source, subject, cut):
    facts = replace(source.facts, subjects=(subject,), screened=(), cut_on=day_of(cut))
    made = replace(source, facts=facts, further=Further())
    return made, make_tabulation(made)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_a_reader_saw_up_to_the_cut_is_told_and_linked(source, case):
    subject = tell(case["timeline"], cut=case["cut"])
    _, tabulation = tabulate(source, subject, case["cut"])
    datasets = {one.name: one.records() for one in tabulation}
    seen = {
        (f"IND-{one.lesion}", one.day.isoformat())
        for reading in subject.readings.values()
        for one in reading.findings
        if one.day <= day_of(case["cut"])
    }
    assert {(one["TRLNKID"], one["TRDTC"]) for one in datasets["TR"]} == seen
    assert {one["TULNKID"] for one in datasets["TU"]} == {lesion for lesion, _ in seen}
    groups = [one["RSLNKGRP"] for one in datasets["RS"] if one["RSLNKGRP"] is not None]
    assert len(set(groups)) == len(groups)
    assert set(groups) <= {one["TRLNKGRP"] for one in datasets["TR"]}
    assert len(datasets["EX"]) == sum(one.is_dose and one.on <= day_of(case["cut"]) for one in subject.given)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_times_are_those_of_the_analysis_one_day_longer(source, case):
    subject = tell(case["timeline"], cut=case["cut"])
    made, tabulation = tabulate(source, subject, case["cut"])
    endpoints = [one for one in source.protocol.analysis_of().endpoints if one.events]
    rows = {one.id: derive_times(one, subject, day_of(case["cut"])) for one in endpoints}
    adtte = make_analysis(made, tabulation, Results(times=[(one, [rows[one.id]]) for one in endpoints]))[1]
    told = sorted((one["PARAM"], one["AVAL"], one["CNSR"]) for one in adtte.records())
    assert told == sorted(
        (f"{one.label} (days)", rows[one.id].days + 1, int(not rows[one.id].event)) for one in endpoints
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_no_rule_of_the_guides_is_broken(source, case):
    made, tabulation = tabulate(source, tell(case["timeline"], cut=case["cut"]), case["cut"])
    datasets = {one.name: one.records() for one in (*tabulation, *make_analysis(made, tabulation, Results()))}
    assert broken(datasets) == []


def test_parts_sizes_and_states_of_a_lesion_are_all_told(source):
    """A split lesion has a diameter for each part; one too small its state, and the size when one was given."""
    lesions = (Lesion("T1", "liver", Role.TARGET), Lesion("T2", "lung", Role.TARGET), Lesion("T3", "lung", Role.TARGET))
    findings = (
        Finding("T1", 1, day_of(84), State.SPLIT, parts_mm=(11, 9)),
        Finding("T2", 1, day_of(84), State.TOO_SMALL, mm=5),
        Finding("T3", 1, day_of(84), State.REMOVED),
    )
    subject = replace(tell([], cut=400), readings={"site": Reading("site", lesions, findings)})
    _, tabulation = tabulate(source, subject, 400)
    tr = next(one for one in tabulation if one.name == "TR")
    assert [(one["TRLNKID"], one["TRTESTCD"], one["TRORRES"]) for one in tr.records()] == [
        ("INV-T1", "LDIAM", "11"),
        ("INV-T1", "LDIAM", "9"),
        ("INV-T1", "TUMSTATE", "SPLIT"),
        ("INV-T2", "LDIAM", "5"),
        ("INV-T2", "TUMSTATE", "TOO SMALL TO MEASURE"),
        ("INV-T3", "TUMSTATE", "REMOVED"),
    ]
