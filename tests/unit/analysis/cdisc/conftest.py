"""A small made-up trial on the reference protocol: two subjects randomised, one not eligible, one in screening."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from equipoise.analysis.cdisc.dataset import Study
from equipoise.analysis.cdisc.export import make_analysis, make_tabulation
from equipoise.analysis.cdisc.inputs import Further, Milestone, NotMet, Results, Source, Term, Visit
from equipoise.analysis.endpoints import derive_all_times
from equipoise.analysis.facts import AdverseEvent, Given, LabValue, ScreenedFacts, SubjectFacts, TrialFacts
from equipoise.analysis.response import derive_response
from equipoise.analysis.sets import make_sets
from equipoise.assessments.recist import Finding, Lesion, Method, Reading, Role, State
from equipoise.protocol.analysis_plan import EndpointKind
from equipoise.protocol.loading import load_protocol

RANDOMISED = date(2030, 1, 10)


def _reading(reader, sizes):
    lesions = (Lesion("T1", "liver", Role.TARGET), Lesion("T2", "node", Role.TARGET, is_node=True))
    lesions += (Lesion("B1", "bone", Role.NON_TARGET),)
    days = (date(2030, 1, 5), date(2030, 4, 4))
    findings = []
    for visit, (day, (first, node)) in enumerate(zip(days, sizes, strict=True)):
        findings.append(Finding("T1", visit, day, State.MEASURED, Decimal(first), method=Method.CT))
        findings.append(Finding("T2", visit, day, State.MEASURED, Decimal(node), method=Method.MRI))
        findings.append(Finding("B1", visit, day, State.PRESENT))
    return Reading(reader, lesions, tuple(findings), is_masked=reader != "site")


def make_facts():
    treated = SubjectFacts(
        "S-001",
        "site-1",
        "arm-2",
        "low",
        RANDOMISED,
        (7,),
        baseline={"sex": "female", "age": "61"},
        given=(
            Given(
                "cycle-1",
                "prrt",
                date(2030, 2, 7),
                True,
                amount=Decimal("7.4"),
                full_amount=Decimal("7.4"),
                fields={"lot": "L-17"},
                entries=(12,),
            ),
            Given("cycle-2", "prrt", date(2030, 4, 9), True, Decimal("3.70"), Decimal("7.4"), entries=(20,)),
        ),
        readings={"site": _reading("site", ((50, 20), (30, 12))), "masked": _reading("reader-2", ((48, 20), (47, 19)))},
        reading_entries={"site": (5, 16), "masked": (6, 17)},
        last_alive_on=date(2030, 4, 9),
        adverse_events=(
            AdverseEvent(
                "Nausea", "acute", date(2030, 2, 8), date(2030, 2, 10), 2, False, True, (13,), "reduced", "recovered"
            ),
            AdverseEvent(
                "Headache", "", date(2030, 1, 9), None, None, True, False, (14, 9), "delayed", "", ("hospitalisation",)
            ),
        ),
        labs=(
            LabValue("creatinine", date(2030, 1, 3), "0.90", "mg/dL", (3,)),
            LabValue("creatinine", date(2030, 1, 9), "1.10", "mg/dL", (4,)),
            LabValue("creatinine", date(2030, 2, 6), "1.00", "mg/dL", (11,), Decimal("0.50"), Decimal("0.95")),
            LabValue("chromogranin-a", date(2030, 2, 6), "<5", None, (11,)),
        ),
        is_eligible=True,
    )
    operated = SubjectFacts(
        "S-002",
        "site-2",
        "arm-1",
        "high",
        RANDOMISED,
        (8, 25),
        given=(Given("surgery", "operation", date(2030, 2, 10), False, fields={"resection": "R0"}, entries=(15,)),),
        died_on=date(2030, 6, 1),
        last_alive_on=date(2030, 5, 1),
        is_eligible=True,
    )
    screened = (
        ScreenedFacts("S-003", "site-1", "screen-failed", "I1, X1", (10,)),
        ScreenedFacts("S-004", "site-1", "screening", "", (18,)),
    )
    return TrialFacts(
        "nct05610826", "2023", date(2030, 12, 31), False, ("arm-1", "arm-2"), (treated, operated), screened
    )


def make_source(*, is_masked=False):
    protocol = load_protocol("nct05610826")
    facts = replace(make_facts(), version=protocol.default_version, is_masked=is_masked)
    if is_masked:
        subjects = tuple(replace(one, arm="all") for one in facts.subjects)
        facts = replace(facts, subjects=subjects, arms=("all",))
    further = Further(
        milestones=(
            Milestone("S-001", Term.CONSENT, date(2030, 1, 2), (1,)),
            Milestone("S-001", Term.CRITERIA_MET, date(2030, 1, 9), (4,)),
        ),
        not_met=(),
        visits=(Visit("S-001", "Telephone", date(2030, 3, 1), (19,), until=date(2030, 3, 1)),),
    )
    return Source(protocol, protocol.plan_of(), facts, further)


def make_results(source):
    plan = source.protocol.analysis_of()
    facts = source.facts
    times = [one for one in plan.endpoints if one.kind is EndpointKind.TIME_TO_EVENT]
    responses = [one for one in plan.endpoints if one.kind is EndpointKind.RESPONSE]
    return Results(
        make_sets(plan, facts),
        [(one, derive_all_times(one, facts).rows) for one in times],
        [(one, [derive_response(one, subject, facts.cut_on) for subject in facts.subjects]) for one in responses],
    )


def make_all(source):
    tabulation = make_tabulation(source)
    return {one.name: one for one in (*tabulation, *make_analysis(source, tabulation, make_results(source)))}


@pytest.fixture(scope="session")
def source():
    return make_source()


@pytest.fixture(scope="session")
def datasets(source):
    return make_all(source)


@pytest.fixture(scope="session")
def masked():
    return make_all(make_source(is_masked=True))


@pytest.fixture(scope="session")
def study():
    made_at = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Study("nct05610826", "NCT05610826", "A made-up trial", made_at, "0.1.0")


@pytest.fixture
def not_met():
    """A criterion that a randomised subject turned out not to meet, with its day."""
    return lambda criterion: NotMet("S-001", criterion, date(2030, 1, 11), (22,))
