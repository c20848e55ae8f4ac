"""What may be planned in each state.

Expectations are the rules in words: no procedure before consent, no visit after death, a withdrawal ends what it names
and no more.
"""

import pytest

from equipoise.conduct.activities import Activity, can_do, check_activity
from equipoise.conduct.states import PAIRS, Participation, SubjectState, Treatment
from equipoise.errors import EquipoiseError


def states_that_allow(activity):
    return {state.participation.value for state in PAIRS if can_do(state, activity)}


def test_procedures_wait_for_consent_and_end_with_withdrawal_loss_or_death():
    assert states_that_allow(Activity.PROCEDURE) == {"screening", "eligible", "randomised", "follow-up"}


def test_a_contact_is_possible_until_the_subject_ends_it():
    ended = {"declined", "screen-failed", "withdrawn-from-all-contact", "died", "completed", "off-study"}
    assert states_that_allow(Activity.CONTACT) == set(Participation) - ended


def test_a_registry_is_asked_only_about_the_allocated_and_those_who_withdrew():
    asked = {"randomised", "follow-up", "withdrawn-from-procedures", "withdrawn-from-all-contact", "lost"}
    assert states_that_allow(Activity.REGISTRY_LOOK_UP) == asked


def test_a_visit_after_death_is_refused_as_a_plan_and_left_to_be_recorded_as_a_deviation():
    died = SubjectState(Participation.DIED, Treatment.ENDED)
    message = (
        "S-017: no study procedure can be planned in the state 'died'\n"
        "  It may be planned in: screening, eligible, randomised, follow-up. If it took place, record it"
    )
    with pytest.raises(EquipoiseError, match=message):
        check_activity(died, Activity.PROCEDURE, "S-017")


def test_nothing_is_planned_in_a_pair_that_cannot_be():
    assert not can_do(SubjectState(Participation.RANDOMISED, Treatment.NOT_ASSIGNED), Activity.PROCEDURE)


def test_an_allowed_activity_passes_in_silence():
    check_activity(SubjectState(Participation.FOLLOW_UP, Treatment.ENDED), Activity.PROCEDURE)
