"""A plan in prose, and what an amendment changes in it, in words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.errors import ProtocolError
from equipoise.protocol.amendments import Edition, compare_versions
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.plan_changes import compare_plans
from equipoise.protocol.prose import render_protocol
from equipoise.terminology.catalogue import base_library

Write = Callable[..., Path]


@pytest.fixture
def prose(write_plan: Write) -> str:
    text = render_protocol(load_protocol(write_plan()), base_library())
    return " ".join(text[text.index("AFTER ALLOCATION") :].split())


@pytest.mark.parametrize(
    "sentence",
    [
        "AFTER ALLOCATION: A drug and surgery",
        "Steps: drug-1, drug-2, drug-3; in arm-2.",
        "drug-1: 1 week after randomisation, up to 1 week late. [parameter, not published: a leaflet]",
        "Each next step: 4 weeks after the one before, up to 3 days early or 5 days late. "
        "[from a secondary source: a leaflet]",
        "Dose: full 100 mg, half 50 mg, within 10 %; an amount below 1 or above 900 mg is asked about.",
        "op-day in arm-2: 6 weeks after the last of The drug, up to 2 weeks late, not sooner than 3 weeks after the "
        "last dose. [parameter, not published]",
        "Not before the end of The drug.",
        "Scan (arm-1, arm-2). 12 weeks after randomisation, up to 1 week early or 1 week late. "
        "[parameter, not published] Again every 12 weeks, until 48 weeks.",
        "Blood before each dose (arm-2, with each step of The drug). 3 days before the step",
        "Can it be removed? Before The operation, in arm-2: It can; or It cannot (then not: The operation).",
        "Before drug: Platelets are known (blood-count) - Opens if: the latest count of platelets within 7 days is at "
        "least 75 10*9/L - Else: hold. A count of the last 7 days.",
        "Before drug-2, drug-3 in arm-2: No illness since the last dose (no-illness)",
        "Else: stop. Nothing does.",
        "A delay is too long from 8 weeks after the last dose.",
        "When it was not present since the last dose: give the full dose. [verified: a paper]",
        "A hold ends with: Platelets of 50.",
        "A death: from 1 subject with an adverse event of grade 5 or more on.",
    ],
)
def test_the_prose_of_a_plan_can_be_read_aloud(prose: str, sentence: str) -> None:
    assert sentence in prose


def test_a_protocol_without_a_plan_says_nothing_of_it(write: Write) -> None:
    assert "AFTER ALLOCATION" not in render_protocol(load_protocol(write()), base_library())


# ---------------------------------------------------------------------------------------------- differences


def changes(write_plan: Write, *pairs: str) -> tuple[str, ...]:
    before, now = load_protocol(write_plan()), load_protocol(write_plan(*pairs))
    return compare_plans(before.plan_of(), now.plan_of())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("target: 28, early: 3", "target: 35, early: 3", "course drug: interval target 28 -> 35"),
        ("{id: half, amount: 50}", "{id: half, amount: 40}", "course drug: amount levels half amount 50 -> 40"),
        ("concepts: [platelets]", "concepts: []", "activity blood: concepts platelets -> nothing"),
        ("until: 336", "until: 420", "activity scan: repeats until 336 -> 420"),
        ('is: ">= 75 10*9/L"', 'is: ">= 80 10*9/L"', "gate blood-count: rule is another"),
        ('is: "< 50 10*9/L"', 'is: "< 40 10*9/L"', "dose table low-platelets: present is another"),
        ("limit: 56", "limit: 70", "limit of delay of drug: limit 56 -> 70"),
        ("[{id: deaths", "[{id: death", "stopping rule deaths: removed"),
        ("grade: 5}]", 'grade: 5}]\n    grading: {ctcae: "5.0"}', "grading of results: added"),
        ("now: false, delay: false}, action: reduce", "now: false, delay: false}, action: stop",
         "dose table low-platelets: rows 3 action reduce -> stop"),
        ("{after: last-dose, days: 21}", "{after: last-dose, days: 28}",
         "course operation: first 2 not sooner than 1 days 21 -> 28"),
    ],
)  # fmt: skip
def test_each_change_of_a_plan_is_one_sentence(write_plan: Write, old: str, new: str, says: str) -> None:
    assert changes(write_plan, old, new)[0] == says


def test_a_plan_names_the_version_of_ctcae_and_says_how_sure_that_is(write_plan: Write) -> None:
    said = ("grade: 5}]", "grade: 5}]\n    grading: {ctcae: 6.0, source: a paper}")
    words = "A result proposes a grade by CTCAE 6.0; a person signs one. [parameter, not published: a paper]"
    assert words in " ".join(render_protocol(load_protocol(write_plan(*said)), base_library()).split())
    with pytest.raises(ProtocolError, match="grading, ctcae"):
        load_protocol(write_plan(said[0], said[1].replace("6.0", "7.0")))


def test_the_same_plan_has_no_changes(write_plan: Write) -> None:
    assert changes(write_plan) == ()


def test_a_difference_between_versions_tells_of_a_plan_that_is_new(write_plan: Write, write: Write) -> None:
    without = Edition.of(load_protocol(write()), None, base_library())
    with_plan = Edition.of(load_protocol(write_plan()), None, base_library())
    difference = compare_versions(without, with_plan)
    assert difference.plan == ("the plan is added",)
    assert difference.meaning == ()
    assert compare_versions(with_plan, without).plan == ("the plan is removed",)


def test_both_versions_of_the_reference_protocol_have_one_plan() -> None:
    protocol = load_protocol("nct05610826")
    editions = [Edition.of(protocol, name, base_library()) for name in ("original", "amended")]
    assert compare_versions(*editions).plan == ()
