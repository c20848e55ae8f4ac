"""Whatever a timeline says, its plan loads without a fault, and no visit is lost without a word."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equipoise.authoring.drafting.document import stated_ids
from equipoise.authoring.drafting.plan import draft_plan
from equipoise.authoring.drafting.writing import protocol_yaml
from equipoise.authoring.model import RecordForm, Registration, StatedArm, StatedIntervention
from equipoise.authoring.registries.lengths import read_length
from equipoise.authoring.schedule import (
    Branch,
    Length,
    StatedActivity,
    StatedDose,
    StatedEpoch,
    StatedInstance,
    StatedSchedule,
    StatedTimeline,
    StatedTiming,
    TimingKind,
)
from equipoise.protocol.document import parse_document
from equipoise.protocol.loading import build_protocol
from equipoise.protocol.model import Protocol
from equipoise.terminology.catalogue import base_library

LENGTHS = ("P0D", "P1D", "P1W", "P2W", "PT30M", "PT36H", "P1M")
EPOCHS = (
    StatedEpoch("E0", "Screening", is_screening=True),
    StatedEpoch("E1", "Treatment"),
    StatedEpoch("E2", "treatment"),
)
REGISTRATION = Registration(
    form=RecordForm.USDM_JSON,
    file_name="any.json",
    sha256="0" * 64,
    text="",
    outside=(),
    eligibility=(),
    id="any",
    arms=(StatedArm("One"), StatedArm("Two")),
    interventions=(StatedIntervention("Drug"), StatedIntervention("Cut", type="Procedure"), StatedIntervention("drug")),
)


def length(words: str) -> Length:
    read = read_length(words)
    assert read is not None
    return read


@st.composite
def schedules(draw: Callable[..., Any]) -> StatedSchedule:
    """Up to nine instances that point at one another in any way, also in circles and at nothing, or forward only."""
    ids = [f"I{number}" for number in range(draw(st.integers(1, 9)))]
    any_id = st.sampled_from([*ids, "nothing"])
    in_order = draw(st.booleans())
    lengths = st.sampled_from(LENGTHS).map(length)
    ends = st.none() | lengths
    instances = []
    for id_, *later in (ids[start:] for start in range(len(ids))):
        some_id = st.sampled_from(later) if in_order and later else any_id
        timing = StatedTiming(
            f"T-{id_}", draw(st.sampled_from(TimingKind)), draw(lengths), draw(some_id), draw(ends), draw(ends)
        )
        is_decision = draw(st.booleans()) and draw(st.booleans())
        branches = [Branch(f"way {number}", draw(some_id)) for number in range(draw(st.integers(1, 2)))]
        gives = draw(st.lists(st.integers(0, 2), max_size=2, unique=True))
        instances.append(
            StatedInstance(
                id=id_,
                name=draw(st.sampled_from([id_, "randomisation", "Visit", "drug-1", ""])),
                label=id_,
                epoch=draw(st.sampled_from(["E0", "E1", "E2", "", "E9"])),
                is_decision=is_decision,
                activities=() if is_decision else (StatedActivity("something", tuple(gives)),),
                timing=timing if draw(st.integers(0, 5)) else None,
                next=draw(some_id | st.just("")),
                branches=tuple(branches) if is_decision else (),
            )
        )
    cut = draw(st.integers(0, len(instances)))
    timelines = (
        StatedTimeline("Main", True, ids[0], "Enrolment", tuple(instances[cut:])),
        StatedTimeline("Early", False, ids[-1], "Subject discontinues", tuple(instances[:cut])),
    )
    some_arms = st.lists(st.integers(0, 1), unique=True).map(tuple)
    arms = draw(st.dictionaries(st.sampled_from(["E0", "E1", "E2"]), some_arms))
    some = st.frozensets(st.integers(0, 2))
    given = {(epoch, arm): draw(some) for epoch, held in arms.items() for arm in held}
    dose = StatedDose("Full", Decimal(draw(st.integers(1, 500))), draw(st.sampled_from(["mg", None])), "Milligram")
    return StatedSchedule(EPOCHS, timelines, arms, given, {0: (dose,), 2: (dose, replace(dose, amount=Decimal(9)))})


def schedule_with_a_decision() -> StatedSchedule:
    """A visit, a choice between a dose in the arm "One" and the end: chance seldom makes a choice that matters."""

    def instance(number: int, name: str, kind: TimingKind, **more: Any) -> StatedInstance:
        id_ = f"I{number}"
        timing = StatedTiming(f"T-{id_}", kind, length("P1W" if number else "P0D"), "I0")
        return StatedInstance(id=id_, name=name, label=id_, epoch="E1", timing=timing, **more)

    instances = (
        instance(0, "randomisation", TimingKind.FIXED, next="I1"),
        instance(1, "Choice", TimingKind.AFTER, is_decision=True, branches=(Branch("stop", "I3"),), next="I2"),
        instance(2, "Dose", TimingKind.AFTER, activities=(StatedActivity("something", (0,)),), next="I3"),
        instance(3, "End", TimingKind.AFTER),
    )
    main = StatedTimeline("Main", True, "I0", "Enrolment", instances)
    dose = StatedDose("Full", Decimal(1), "mg", "Milligram")
    return StatedSchedule(EPOCHS, (main,), {"E1": (0,)}, {("E1", 0): frozenset({0})}, {0: (dose,)})


def protocol_of(plan: Any, concepts: Any) -> Protocol:
    """A protocol with this plan; it is refused when anything in the plan is at fault."""
    arms, interventions = stated_ids(REGISTRATION)
    source = {"record": "any", "spans": [[0, 1]]}
    data = {
        "id": "any",
        "title": "Any",
        "records": [{"id": "any", "file": "any.txt", "sha256": "0" * 64}],
        "interventions": [{"id": each, "label": each, "type": "drug"} for each in interventions],
        "arms": [{"id": each, "label": each, "type": "other"} for each in arms],
        "plans": {"main": plan},
        "concepts": concepts,
        "default_version": "v1",
        "versions": [
            {
                "name": "v1",
                "label": "First",
                "effective": {"day": "not-found"},
                "plan": "main",
                "inclusion": [{"id": "I1", "text": "x", "sources": [source], "rule": {"age": ">= 18"}}],
            }
        ],
    }
    data = {key: value for key, value in data.items() if value != {}}
    return build_protocol(parse_document(protocol_yaml(data), Path("protocol.yaml")), base_library())


REACHED: dict[str, int] = {}


@settings(max_examples=150)
@given(schedules())
@example(schedule_with_a_decision())
def check_schedule(schedule: StatedSchedule) -> None:
    drafted = draft_plan(replace(REGISTRATION, schedule=schedule), *stated_ids(REGISTRATION))
    assert drafted is not None
    if drafted.plan is None:
        assert drafted.not_taken
        return
    plan = protocol_of(drafted.plan, drafted.concepts).plan_of()
    assert plan is not None
    told = str(drafted.plan) + " ".join(drafted.not_taken)
    for timeline in schedule.timelines:
        for instance in timeline.instances:
            names = (
                f"T-{instance.id}",
                f"'label': '{instance.id}",
                f"({instance.id})",
                f"{instance.id} (",
                "timeline Early",
            )
            assert instance.is_decision or any(name in told for name in names), instance.id
    for part in ("courses", "activities", "decisions"):
        REACHED[part] = REACHED.get(part, 0) + bool(getattr(plan, part))


@pytest.mark.parametrize("part", ["courses", "activities", "decisions"])
def test_any_timeline_gives_a_plan_that_loads_and_the_timelines_reach_every_part(part: str) -> None:
    if not REACHED.get(part):
        check_schedule()
    assert REACHED[part] > 0
