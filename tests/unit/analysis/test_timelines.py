"""Each hand-worked timeline of timelines.yaml ends where its source says, and what is doubtful in it is named."""

from pathlib import Path

import pytest
import yaml
from tests.analysis_timelines import START, day_of, tell

from equipoise.analysis.doubts import find_doubts
from equipoise.analysis.endpoints import derive_times
from equipoise.protocol.analysis_plan import Censoring, EndpointDefinition

CASES = yaml.safe_load(Path(__file__).with_name("timelines.yaml").read_text(encoding="utf-8"))
RULES = ["last-evaluable-assessment", "new-anticancer-therapy", "missed-visits"]


def define(id, events=("progression", "death"), censoring=RULES, reader="masked", first_seen="progression", **more):
    after = {"from_day": 28, "until_day": 120, "first_seen": first_seen}
    content = {"post_operative": after, **more}
    return EndpointDefinition.model_validate(
        {
            "id": id,
            "label": id,
            "kind": "time-to-event",
            "reader": reader,
            "events": list(events),
            "censoring": list(censoring),
            **content,
        }
    )


ENDPOINTS = {
    "pfs": define("pfs"),
    "site": define("site", reader="site"),
    "documented": define("documented", events=["progression"]),
    "first-baseline": define("first-baseline", post_operative=None),
    "baseline-disease": define("baseline-disease", first_seen="baseline-disease"),
    "overall": define("overall", events=["death"], censoring=["last-known-alive"]),
    "to-the-cut": define("to-the-cut", events=["death"], censoring=["data-cut"]),
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_timeline_ends_as_its_source_says(case):
    endpoint = ENDPOINTS[case.get("endpoint", "pfs")]
    subject = tell(case["timeline"], cut=case["cut"])
    row = derive_times(endpoint, subject, day_of(case["cut"]))
    assert (row.days, row.cause or row.rule) == (case["day"], case["ends"])
    assert row.event is (case["ends"] in ("progression", "death"))
    assert row.on == day_of(case["day"])
    assert case.get("because", "") in row.words


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_doubtful_in_a_timeline_is_named_and_nothing_else_is(case):
    endpoint = ENDPOINTS[case.get("endpoint", "pfs")]
    subject = tell(case["timeline"], cut=case["cut"])
    reads = "progression" in endpoint.events
    doubts = find_doubts(subject, day_of(case["cut"]), reader=endpoint.reader if reads else None)
    # A timeline that goes on after its cut is told on purpose: those lines are named too.
    after_cut = [one for one in doubts if "after the cut" in one.words]
    if "doubt" in case:
        assert any(case["doubt"] in one.words for one in doubts)
    assert (len(doubts) > len(after_cut)) is ("doubt" in case and "after the cut" not in case["doubt"])


def test_the_timelines_reach_every_rule_and_both_events():
    rules = {"progression", "death", *(rule.value for rule in Censoring)}
    assert {case["ends"] for case in CASES} == rules
    assert len({case["name"] for case in CASES}) == len(CASES) >= 40
    assert all(case["source"] for case in CASES)


def test_the_start_is_the_day_of_randomisation():
    row = derive_times(ENDPOINTS["pfs"], tell(["-14: baseline T1=50"], cut=10), day_of(10))
    assert row.on == START
