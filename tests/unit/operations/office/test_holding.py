"""What a gate answered when it was not open, put down: told whole, once, and read by no gate.

The gate of the protocol of these tests: platelets of the last 7 days of at least 75, and a table that holds below 50.
"""

from functools import partial

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office, refused_as

from equipoise.conduct.answers import Action
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office import holding, sites
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.holding import held_since
from equipoise.operations.office.visibility import Visibility

DRUG_ARM, OTHER_ARM = "drug-then-surgery", "surgery"
refused = partial(refused_as, RefusedError)


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def low(office):
    """In the arm with the drug, with 60 platelets today, the day after allocation."""
    subject = office.in_arm(DRUG_ARM)
    office.go_on(1)
    office.platelets(subject, "60")
    return subject


def test_a_hold_keeps_the_whole_answer_of_the_gate_as_a_release_does(office, low):
    answer = office.gate(low, "drug-1").answer
    event = office.hold(low, "drug-1").event
    assert event.new("answer", Visibility.TREATMENT) == answer.to_json()
    (line,) = [each for each in answer.to_json()["lines"] if each["action"] == "hold"]
    assert "60 10*9/L" in line["found"]
    assert line["unlock"]
    assert line["readings"][0]["value"] == "60"


def test_a_hold_is_written_with_the_treatment_alone_and_moves_nobody(office, low):
    state, rows = office.state(low), {row: dict(found) for row, found in office.store.tables.items()}
    event = office.hold(low, "drug-1").event
    assert set(event.entry.changes) == {Visibility.TREATMENT}
    assert ACTS[Act.HOLD].header is ACTS[Act.RELEASE].header is Visibility.TREATMENT
    assert event.entry.reason is None
    assert office.state(low) == state
    assert office.store.tables == rows


def test_a_hold_is_not_signed_for_it_authorises_nothing(office, low):
    assert ACTS[Act.HOLD].meaning is None
    assert office.hold(low, "drug-1").event.entry.signature is None


@pytest.mark.parametrize("value", ["60", "40", None])
def test_a_gate_answers_the_same_after_a_hold(office, value):
    """Held by its rule, held by its table, unknown without a count of the last days."""
    subject = office.in_arm(DRUG_ARM)
    office.go_on(8)
    if value is not None:
        office.platelets(subject, value)
    before = office.gate(subject, "drug-1").answer
    assert not before.is_open
    office.hold(subject, "drug-1")
    assert office.gate(subject, "drug-1").answer == before


def test_a_step_that_was_held_is_released_as_soon_as_its_gate_opens(office, low):
    office.hold(low, "drug-1")
    office.go_on(1)
    office.platelets(low, "150")
    office.release(low, "drug-1")
    assert "without-release" not in {
        each.code for each in office.record(low, "dose", step="drug-1", administered="100", unit="mg").raised
    }


def test_a_step_whose_gate_says_stop_or_unknown_is_held_too(office):
    subject = office.in_arm(OTHER_ARM)
    office.hold(subject, "drug-1")
    treated = office.in_arm(DRUG_ARM)
    office.go_on(8)
    office.hold(treated, "drug-1")
    assert [each.action for each in office.file(subject).held] == [Action.STOP]
    (held,) = office.file(treated).held
    assert held.action is Action.UNKNOWN
    assert "platelets" in " ".join(held.why)


def test_an_open_gate_is_not_held_but_released(office, low):
    office.go_on(1)
    office.platelets(low, "150")
    refused(office, "the gate of drug-1 says give: there is nothing to hold", office.hold, low, "drug-1")
    refused(office, f"equipoise trial release drug-1 --subject {low}", office.hold, low, "drug-1")


def test_only_those_who_release_hold(office, low):
    refused(office, "may not hold a dose or an operation", office.hold, low, "drug-1", office.coordinator)
    reader = enter(office.store, "mara", Role.MASKED_READER)
    refused(office, "may not hold a dose or an operation", office.hold, low, "drug-1", reader)
    team = enter(office.store, "tom", Role.TREATING_TEAM, SITE)
    assert office.hold(low, "drug-1", team).event.entry.user == "tom"
    assert ACTS[Act.HOLD].roles == ACTS[Act.RELEASE].roles


def test_a_step_is_held_at_the_site_of_its_subject_alone(office, low):
    with office.store.writing() as desk:
        sites.open_site(desk, office.admin, "york", "York")
    elsewhere = enter(office.store, "inga", Role.INVESTIGATOR, "york")
    refused(office, "may not hold a dose or an operation", office.hold, low, "drug-1", elsewhere)


def test_before_the_allocation_there_is_nothing_to_hold(office):
    refused(office, "is not allocated", office.hold, office.eligible(), "drug-1")


def test_nothing_is_held_after_the_lock(office, low):
    office.lock()
    refused(office, "trial: is locked", office.hold, low, "drug-1")


def test_what_a_gate_said_before_something_changed_is_not_held(office, low):
    stale, yesterdays = office.gate(low, "drug-1"), office.gate(low, "drug-1")
    office.platelets(low, "70")

    def hold(ruling):
        with office.store.writing() as desk:
            return holding.hold(desk, office.investigator, ruling)

    refused(office, "was changed by someone else", hold, stale)
    yesterdays = office.gate(low, "drug-1")
    office.go_on(1)
    refused(office, "the gate was not asked for today", hold, yesterdays)


def test_the_same_answer_is_put_down_once_and_another_one_again(office, low):
    first = office.hold(low, "drug-1")
    again = office.hold(low, "drug-1")
    assert not first.is_repeat
    assert again.is_repeat
    assert again.event == first.event
    office.platelets(low, "40")
    assert not office.hold(low, "drug-1").is_repeat, "another value"
    office.go_on(1)
    assert not office.hold(low, "drug-1").is_repeat, "another day"
    assert len(office.file(low).held) == 3


def test_a_step_is_held_since_the_first_hold_after_its_last_release(office, low):
    first = office.today
    office.hold(low, "drug-1")
    office.go_on(1)
    office.hold(low, "drug-1")
    assert held_since(office.file(low), "drug-1") == first
    assert held_since(office.file(low), "drug-2") is None
    office.platelets(low, "150")
    office.release(low, "drug-1")
    assert held_since(office.file(low), "drug-1") is None
    office.go_on(1)
    office.platelets(low, "20")
    office.hold(low, "drug-1")
    assert held_since(office.file(low), "drug-1") == office.today


def test_a_step_that_was_released_meanwhile_is_held_again_by_the_same_answer(office, low):
    """A count is taken for another one, the step is released, and the count is put right again, all on one day."""
    (entry,) = [each.id for each in office.file(low).forms]
    first = office.hold(low, "drug-1")
    for value in ("160", "60"):
        right = {"results": [{"concept": "platelets", "value": value, "unit": "10*9/L"}]}
        office.amend(low, entry, **right)
        if value == "160":
            office.release(low, "drug-1")
    again = office.hold(low, "drug-1")
    assert again.event.new("answer", Visibility.TREATMENT) == first.event.new("answer", Visibility.TREATMENT)
    assert not again.is_repeat
    assert held_since(office.file(low), "drug-1") == office.today
    assert office.hold(low, "drug-1").event == again.event


def test_a_correction_names_the_hold_that_had_used_the_old_value(office, low):
    (entry,) = [each.id for each in office.file(low).forms]
    office.hold(low, "drug-1")
    right = {"results": [{"concept": "platelets", "value": "160", "unit": "10*9/L"}]}
    (query,) = office.amend(low, entry, **right).raised
    assert query.code == "gate-used-old-value"
    assert f"The gate of drug-1 on {office.today}, by which it was held, had used the value" in query.words


def test_a_correction_of_the_course_names_the_holds_that_had_counted_on_it(office, low):
    office.go_on(1)
    office.platelets(low, "150")
    office.release(low, "drug-1")
    dose = office.record(low, "dose", step="drug-1", administered="100", unit="mg")
    office.go_on(3)
    office.hold(low, "drug-2")
    raised = office.amend(low, dose.entry).raised
    assert [each.code for each in raised if "held" in each.words] == ["gate-used-old-course"]


def test_of_who_left_a_hold_can_still_be_told(office, low):
    """It tells that nothing is given; the answer says why."""
    office.move(low, Move.DIE, source="letter")
    office.hold(low, "drug-1")
    (held,) = office.file(low).held
    assert held.action is Action.STOP
