"""The drawn diagrams say what the machines do: arrows are read back from the text and compared with walking."""

import re

import pytest

from equipoise.conduct.diagram import render_diagram
from equipoise.conduct.lifecycle import check_move, possible_transitions
from equipoise.conduct.moves import Machine
from equipoise.conduct.states import PAIRS, Participation, Treatment

PARTS = {Machine.PARTICIPATION: Participation, Machine.TREATMENT: Treatment}
ARROW = re.compile(r"^    (\w+) --> (\w+): (.+)$", flags=re.MULTILINE)


def drawn(machine):
    return {
        (source.replace("_", "-"), target.replace("_", "-"), move.removesuffix(" (coupled)"))
        for source, target, moves in ARROW.findall(render_diagram(machine))
        for move in moves.split(", ")
    }


def walked(machine):
    """Every step that a subject can take, as seen by one machine; a step of the other that leaves it alone is none."""
    steps = set()
    for state in PAIRS:
        for line in possible_transitions(state):
            before, after = (getattr(each, machine.value) for each in (state, check_move(state, line.move)))
            if line.machine is machine or before is not after:
                steps.add((before.value, after.value, line.move.words))
    return steps


@pytest.mark.parametrize("machine", Machine)
def test_the_arrows_drawn_are_the_steps_that_can_be_taken(machine):
    assert drawn(machine) == walked(machine)


@pytest.mark.parametrize("machine", Machine)
def test_every_state_is_named_once(machine):
    names = re.findall(r'^    state ".+" as (\w+)$', render_diagram(machine), flags=re.MULTILINE)
    assert [name.replace("_", "-") for name in names] == [part.value for part in PARTS[machine]]


def test_a_subject_begins_identified_and_ends_in_five_ways():
    text = render_diagram(Machine.PARTICIPATION)
    assert re.findall(r"\[\*\] --> (\w+)", text) == ["identified"]
    assert re.findall(r"(\w+) --> \[\*\]", text) == ["declined", "screen_failed", "died", "completed", "off_study"]


def test_treatment_begins_unassigned_and_ends_in_two_ways():
    text = render_diagram(Machine.TREATMENT)
    assert re.findall(r"\[\*\] --> (\w+)", text) == ["not_assigned"]
    assert re.findall(r"(\w+) --> \[\*\]", text) == ["discontinued", "ended"]


def test_a_step_that_participation_forces_on_treatment_says_so():
    assert "    not_assigned --> assigned: randomise (coupled)" in render_diagram(Machine.TREATMENT).splitlines()
