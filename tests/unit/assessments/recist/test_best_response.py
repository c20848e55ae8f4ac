"""Best response and the day of progression: what counts, from when, and on which day of a visit."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.recist.best import (
    DatedResponse,
    date_responses,
    find_last_evaluable,
    find_progression,
    judge_best_response,
)
from equipoise.assessments.recist.categories import Disease, Response
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.assessments.recist.policy import PUBLISHED, CompleteThenPartial, CompleteThenStable
from equipoise.assessments.recist.visits import judge_visits

START = date(2030, 1, 1)
CONFIRMING = replace(PUBLISHED, must_confirm=True)
NEITHER = replace(CONFIRMING, complete_then_partial=CompleteThenPartial.NOT_CONFIRMED)


def day_of(number):
    return START + timedelta(days=number)


def course(*pairs):
    return [DatedResponse(day_of(day), Response(word)) for day, word in pairs]


def best_of(*pairs, policy=CONFIRMING, **more):
    answer = judge_best_response(course(*pairs), policy=policy, start=START, **more)
    return (str(answer.value.response), (answer.value.day - START).days) if isinstance(answer, Assessed) else "NE"


def test_the_day_of_the_best_response_is_the_first_on_which_it_stood():
    assert best_of((56, "SD"), (112, "PR"), (168, "PR"), (224, "PR")) == ("PR", 112)


def test_the_order_in_which_visits_are_given_does_not_matter():
    assert best_of((168, "PR"), (56, "SD"), (112, "PR")) == ("PR", 112)


def test_the_minimum_duration_counts_from_the_start_that_the_protocol_names():
    late = judge_best_response(course((50, "SD")), policy=CONFIRMING, start=day_of(9))
    assert isinstance(late, NotEvaluable)
    assert "lasted 42 days from the start" in late.because
    assert judge_best_response(course((50, "SD")), policy=CONFIRMING, start=day_of(8)).value.response == "SD"


def test_what_comes_after_the_last_day_does_not_count():
    assert best_of((56, "SD"), (112, "PR"), (140, "PR"), until=day_of(112)) == ("SD", 56)
    assert best_of((56, "SD"), (112, "PR"), (140, "PR"), until=day_of(140)) == ("PR", 112)


def test_two_responses_on_one_day_are_a_conflict_and_the_same_twice_is_not():
    answer = judge_best_response(course((56, "SD"), (56, "PR")), policy=PUBLISHED, start=START)
    assert answer.why is Why.CONFLICT
    assert best_of((56, "SD"), (56, "SD")) == ("SD", 56)


def test_a_response_never_confirms_itself():
    """Confirmation is by a later assessment (RECIST 1.1, table 3), even where any later day will do."""
    at_once = replace(CONFIRMING, confirmed_after_days=0)
    assert best_of((56, "PR"), policy=at_once) == ("SD", 56)
    assert best_of((56, "PR"), (57, "PR"), policy=at_once) == ("PR", 56)


def test_no_visit_is_another_cause_than_no_response():
    assert judge_best_response([], policy=PUBLISHED, start=START).why is Why.NEVER_MEASURED
    assert judge_best_response(course((56, "NE")), policy=PUBLISHED, start=START).why is Why.NOT_ASSESSED


def test_no_disease_is_the_best_of_a_subject_without_any_until_there_is_some():
    assert best_of((56, "NED"), (112, "PD"), disease=Disease.NONE) == ("NED", 56)


def test_a_confirmed_complete_response_is_kept_when_disease_returns():
    for switch in CompleteThenPartial:
        policy = replace(CONFIRMING, complete_then_partial=switch)
        assert best_of((56, "CR"), (84, "CR"), (112, "PR"), policy=policy) == ("CR", 56)


def test_a_complete_response_read_as_partial_is_confirmed_by_the_next_partial_one():
    policy = replace(CONFIRMING, complete_then_partial=CompleteThenPartial.WAS_PARTIAL)
    assert best_of((56, "CR"), (84, "PR"), policy=policy) == ("PR", 56)
    assert best_of((56, "CR"), (83, "PR"), policy=policy) == ("SD", 56)


def test_partial_only_because_non_targets_were_not_seen_is_no_disease_after_a_complete_response():
    responses = course((56, "CR"), (84, "PR"), (112, "CR"))
    blind = [responses[0], replace(responses[1], lacks_non_targets=True), responses[2]]
    assert judge_best_response(blind, policy=CONFIRMING, start=START).value.response == "CR"
    assert judge_best_response(responses, policy=CONFIRMING, start=START).value.response == "SD"


@pytest.mark.parametrize(
    ("switch", "early", "late"),
    [
        (CompleteThenStable.AS_TABLE_3, ("PD", 35), ("SD", 45)),
        (CompleteThenStable.IS_PROGRESSION, ("PD", 35), ("PD", 45)),
        (CompleteThenStable.NOT_CONFIRMED, "NE", ("SD", 45)),
    ],
)
def test_complete_then_stable_by_the_switch(switch, early, late):
    policy = replace(CONFIRMING, complete_then_stable=switch)
    assert best_of((20, "CR"), (35, "SD"), policy=policy) == early
    assert best_of((20, "CR"), (45, "SD"), policy=policy) == late


def test_a_stable_visit_that_stood_before_the_complete_response_changes_nothing():
    assert best_of((10, "SD"), (20, "CR")) == "NE"


def test_not_evaluable_visits_between_are_counted():
    twice = replace(CONFIRMING, most_not_evaluable_between=2)
    assert best_of((56, "CR"), (70, "NE"), (84, "NE"), (112, "CR"), policy=twice) == ("CR", 56)
    assert best_of((56, "CR"), (70, "NE"), (84, "NE"), (112, "CR")) == ("SD", 56)


def test_a_stable_visit_never_stands_between_complete_responses():
    lenient = replace(CONFIRMING, most_stable_between=1, complete_then_stable=CompleteThenStable.NOT_CONFIRMED)
    assert best_of((56, "CR"), (70, "SD"), (112, "CR"), policy=lenient) == ("SD", 56)


def test_a_later_pair_may_confirm_where_the_first_did_not():
    assert best_of((56, "PR"), (84, "SD"), (112, "PR"), (140, "PR")) == ("PR", 112)


def test_what_is_no_response_of_targets_forbids_a_confirmation():
    assert best_of((56, "PR"), (70, "NON-CR/NON-PD"), (112, "PR")) == ("SD", 56)
    assert best_of((56, "CR"), (70, "PR"), (112, "CR"), policy=NEITHER) == ("PR", 70)


def test_a_partial_response_that_falls_from_complete_confirms_nothing_where_neither_confirms():
    assert best_of((56, "PR"), (70, "CR"), (112, "PR"), policy=NEITHER) == ("SD", 56)
    assert best_of((56, "PR"), (112, "CR"), (140, "PR"), policy=NEITHER) == ("PR", 56)
    assert best_of((56, "PR"), (70, "PR"), (112, "CR"), policy=NEITHER) == ("PR", 56)


LESIONS = (
    Lesion("T1", "liver", Role.TARGET),
    Lesion("T2", "lung", Role.TARGET),
    Lesion("B1", "bone", Role.NON_TARGET),
    Lesion("X1", "brain", Role.NEW),
)
AT_BASELINE = (
    Finding("T1", 0, day_of(0), State.MEASURED, Decimal(30)),
    Finding("T2", 0, day_of(0), State.MEASURED, Decimal(20)),
    Finding("B1", 0, day_of(0), State.PRESENT),
)


def judge(*findings):
    return judge_visits(Reading("site", LESIONS, AT_BASELINE + findings), policy=PUBLISHED)


def at(lesion, day, state, mm=None, visit=1):
    return Finding(lesion, visit, day_of(day), state, None if mm is None else Decimal(mm))


def test_a_sum_is_progression_on_the_last_scan_that_it_needs():
    visits = judge(at("T1", 56, State.MEASURED, 50), at("T2", 60, State.MEASURED, 20), at("B1", 63, State.PRESENT))
    found = find_progression(visits).value
    assert (found.day, found.told_on, found.reasons) == (day_of(60), day_of(63), ("targets",))


def test_a_new_lesion_is_progression_on_its_first_observation():
    visits = judge(at("X1", 56, State.UNEQUIVOCAL), at("T1", 58, State.MEASURED, 50), at("T2", 60, State.MEASURED, 20))
    found = find_progression(visits).value
    assert (found.day, found.reasons) == (day_of(56), ("new lesion", "targets"))


def test_a_non_target_is_progression_on_the_scan_that_showed_it():
    visits = judge(
        at("T1", 56, State.MEASURED, 30),
        at("T2", 57, State.MEASURED, 20),
        at("B1", 58, State.UNEQUIVOCAL_PROGRESSION),
    )
    found = find_progression(visits).value
    assert (found.day, found.reasons) == (day_of(58), ("non-targets",))


def test_a_response_is_of_the_last_day_of_its_visit_and_progression_of_its_own():
    visits = judge(
        at("T1", 56, State.MEASURED, 10),
        at("T2", 57, State.MEASURED, 10),
        at("B1", 58, State.PRESENT),
        at("X1", 112, State.UNEQUIVOCAL, visit=2),
        at("T1", 114, State.MEASURED, 10, visit=2),
    )
    assert date_responses(visits) == (
        DatedResponse(day_of(58), Response.PR),
        DatedResponse(day_of(112), Response.PD),
    )


def test_without_any_visit_that_can_be_judged_there_is_no_saying_whether_there_was_progression():
    visits = judge(at("T1", 56, State.NOT_ASSESSED))
    answer = find_progression(visits)
    assert isinstance(answer, NotEvaluable)
    assert find_last_evaluable(visits) is None
    assert isinstance(find_progression(()), NotEvaluable)


def test_no_progression_is_an_answer_with_the_responses_it_rests_on():
    visits = judge(
        at("T1", 56, State.MEASURED, 30),
        at("T2", 57, State.MEASURED, 20),
        at("T1", 112, State.NOT_ASSESSED, visit=2),
    )
    answer = find_progression(visits)
    assert answer.value is None
    assert [one.value for one in answer.inputs] == ["SD", "NE"]
    assert find_last_evaluable(visits) == day_of(57)


def test_a_partial_response_that_lacks_non_targets_is_marked():
    visits = judge(at("T1", 56, State.ABSENT), at("T2", 56, State.ABSENT))
    assert date_responses(visits) == (DatedResponse(day_of(56), Response.PR, lacks_non_targets=True),)


def test_visits_after_a_day_are_not_judged_and_still_confirm():
    findings = (
        at("T1", 56, State.MEASURED, 30),
        at("T2", 56, State.MEASURED, 20),
        at("X1", 56, State.EQUIVOCAL),
        at("X1", 112, State.UNEQUIVOCAL, visit=2),
    )
    visits = judge_visits(Reading("site", LESIONS, AT_BASELINE + findings), policy=PUBLISHED, until=day_of(56))
    assert [(visit.visit, visit.response) for visit in visits] == [(1, Response.PD)]
    found = find_progression(visits).value
    assert (found.day, found.told_on) == (day_of(56), day_of(112))


def test_a_confirmation_is_told_when_its_visit_ends():
    visits = judge(
        at("X1", 56, State.EQUIVOCAL),
        at("X1", 112, State.UNEQUIVOCAL, visit=2),
        at("T1", 115, State.MEASURED, 30, visit=2),
    )
    found = find_progression(visits).value
    assert (found.day, found.told_on) == (day_of(56), day_of(115))
