"""The endpoints and sets that the reference protocol promises, of one subject told by hand."""

from dataclasses import replace

import pytest
from tests.analysis_timelines import day_of, tell

from equipoise.analysis.endpoints import derive_all_times, derive_times
from equipoise.analysis.facts import TrialFacts
from equipoise.analysis.flow import make_flow
from equipoise.analysis.response import derive_response, derive_yes_no
from equipoise.analysis.sets import make_sets
from equipoise.protocol.analysis_plan import EndpointKind
from equipoise.protocol.loading import load_protocol

# Sums before the operation 70, 48 (-31 %); after it 20, then 26 (+30 % and 6 mm from the new baseline).
STORY = [
    "-14: baseline T1=50 T2=20",
    "10: dose",
    "84: scan T1=28 T2=20",
    "110: operation removes T1 fraction_achieved=92.5 resection=R1",
    "168: scan T1=absent T2=20",
    "252: scan T1=absent T2=26",
    "360: known alive",
]


@pytest.fixture(scope="module")
def plan():
    return load_protocol("nct05610826").analyses["main"]


@pytest.fixture(scope="module")
def subject():
    return replace(tell(STORY, cut=400), is_eligible=True)


@pytest.mark.parametrize(
    ("endpoint", "day", "ends"),
    [
        ("pfs", 252, "progression"),
        ("pfs-documented", 252, "progression"),
        ("pfs-site", 0, "last-evaluable-assessment"),
        ("os", 360, "last-known-alive"),
    ],
)
def test_a_time_of_the_reference_protocol(plan, subject, endpoint, day, ends):
    [definition] = [one for one in plan.endpoints if one.id == endpoint]
    row = derive_times(definition, subject, day_of(400))
    assert (row.days, row.cause or row.rule) == (day, ends)


def test_response_cytoreduction_and_resection_of_the_reference_protocol(plan, subject):
    endpoints = {one.id: one for one in plan.endpoints}
    assert derive_response(endpoints["objective-response"], subject, day_of(400)).best == "PR"
    assert derive_yes_no(endpoints["cytoreduction"], subject, day_of(400)).is_met is True
    assert derive_yes_no(endpoints["r0"], subject, day_of(400)).is_met is False


def test_every_set_and_endpoint_of_the_reference_protocol_can_be_made(plan, subject):
    facts = TrialFacts("T", "1", day_of(400), False, ("arm-1", "arm-2"), (subject,), ())
    sets = make_sets(plan, facts)
    assert all(one.members == (subject.subject,) for one in sets.values())
    assert make_flow(facts, sets).arms[0].analysed["per-protocol"].n == 1
    for endpoint in plan.endpoints:
        if endpoint.kind is EndpointKind.TIME_TO_EVENT:
            assert len(derive_all_times(endpoint, facts).rows) == 1
