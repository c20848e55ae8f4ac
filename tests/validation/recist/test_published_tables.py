"""Tables 1 to 3 of Eisenhauer 2009, Eur J Cancer 45:228-247, row by row, typed from the publication.

Table 3 stands in two halves: the minimum duration of stable disease met (first visit on day 56) and not (on day 14).
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.recist.best import DatedResponse, judge_best_response
from equipoise.assessments.recist.categories import Disease, Response, combine_responses
from equipoise.assessments.recist.policy import PUBLISHED, CompleteThenPartial
from equipoise.errors import EquipoiseError

START = date(2030, 1, 1)
CONFIRMING = replace(PUBLISHED, must_confirm=True)
NON = "NON-CR/NON-PD"
NOT_PD = ("CR", NON, "NE", "NED")
ALL_TARGETS = ("CR", "PR", "SD", "PD", "NE")
ALL_NON_TARGETS = ("CR", NON, "PD", "NE", "NED")

TABLE_1 = [
    ("CR", "CR", False, "CR"),
    ("CR", NON, False, "PR"),
    ("CR", "NE", False, "PR"),
    *[("PR", non_target, False, "PR") for non_target in NOT_PD],
    *[("SD", non_target, False, "SD") for non_target in NOT_PD],
    *[("NE", non_target, False, "NE") for non_target in NOT_PD],
    *[("PD", non_target, new, "PD") for non_target in ALL_NON_TARGETS for new in (False, True)],
    *[(target, "PD", new, "PD") for target in ALL_TARGETS for new in (False, True)],
    *[(target, non_target, True, "PD") for target in ALL_TARGETS for non_target in ALL_NON_TARGETS],
    ("CR", "NED", False, "CR"),
]
TABLE_2 = [
    ("CR", False, "CR"),
    (NON, False, NON),
    ("NE", False, "NE"),
    ("PD", False, "PD"),
    ("PD", True, "PD"),
    ("CR", True, "PD"),
    (NON, True, "PD"),
    ("NE", True, "PD"),
]
# First, second, and the best response when the minimum duration of stable disease was met, and when it was not.
TABLE_3 = [
    ("CR", "CR", "CR", "CR"),
    ("CR", "SD", "SD", "PD"),
    ("CR", "PD", "SD", "PD"),
    ("CR", "NE", "SD", "NE"),
    ("PR", "CR", "PR", "PR"),
    ("PR", "PR", "PR", "PR"),
    ("PR", "PD", "SD", "PD"),
    ("PR", "NE", "SD", "NE"),
    ("NE", "NE", "NE", "NE"),
]


def best_of(words, *, first_day, apart=28, policy=CONFIRMING):
    responses = [
        DatedResponse(START + timedelta(days=first_day + apart * place), Response(word))
        for place, word in enumerate(words)
    ]
    answer = judge_best_response(responses, policy=policy, start=START)
    return str(answer.value.response) if isinstance(answer, Assessed) else "NE"


@pytest.mark.parametrize(("target", "non_target", "has_new", "overall"), TABLE_1)
def test_table_1_with_target_disease(target, non_target, has_new, overall):
    assert (
        combine_responses(target=Response(target), non_target=Response(non_target), has_new_lesion=has_new) == overall
    )


def test_table_1_is_typed_whole():
    assert {row[:3] for row in TABLE_1} == {
        (target, non_target, new) for target in ALL_TARGETS for non_target in ALL_NON_TARGETS for new in (False, True)
    }


@pytest.mark.parametrize(("non_target", "has_new", "overall"), TABLE_2)
def test_table_2_with_non_target_disease_only(non_target, has_new, overall):
    response = combine_responses(
        target=Response.NE,
        non_target=Response(non_target),
        has_new_lesion=has_new,
        disease=Disease.NON_TARGET_ONLY,
    )
    assert response == overall


@pytest.mark.parametrize(("first", "second", "when_met", "otherwise"), TABLE_3)
def test_table_3_when_confirmation_is_required(first, second, when_met, otherwise):
    assert best_of((first, second), first_day=56) == when_met
    # Two visits before day 42, close together, for the half in which the minimum duration is not met; those that
    # confirm each other need 28 days, which does not depend on the minimum.
    apart = 28 if when_met == otherwise else 14
    assert best_of((first, second), first_day=13, apart=apart) == otherwise


def test_table_3_partial_then_stable_is_stable():
    assert best_of(("PR", "SD"), first_day=56) == "SD"
    assert best_of(("PR", "SD"), first_day=28) == "SD"


@pytest.mark.parametrize(
    ("switch", "when_met", "otherwise"),
    [
        (CompleteThenPartial.IS_PROGRESSION, "SD", "PD"),
        (CompleteThenPartial.WAS_PARTIAL, "PR", "PR"),
        (CompleteThenPartial.NOT_CONFIRMED, "SD", "SD"),
    ],
)
def test_table_3_complete_then_partial_is_sd_pd_or_pr_by_the_switch(switch, when_met, otherwise):
    policy = replace(CONFIRMING, complete_then_partial=switch)
    assert best_of(("CR", "PR"), first_day=56, policy=policy) == when_met
    assert best_of(("CR", "PR"), first_day=14, policy=policy) == otherwise


@pytest.mark.parametrize(
    ("words", "best"),
    [(("SD", "PR", "PD"), "PR"), (("SD", "PD"), "PD"), (("SD",), "NE")],
    ids=["all time points", "stable too early, then progression", "stable too early, then lost"],
)
def test_the_examples_in_section_4_4_3_without_confirmation(words, best):
    assert best_of(words, first_day=28, policy=PUBLISHED) == best


def test_pr_ne_pr_is_a_confirmed_response():
    assert best_of(("PR", "NE", "PR"), first_day=56) == "PR"


@pytest.mark.parametrize(("target", "non_target"), [(NON, "CR"), ("PR", "SD"), ("NED", "PD"), ("CR", "PR")])
def test_a_combination_that_no_table_has_is_refused(target, non_target):
    with pytest.raises(EquipoiseError, match=f"targets {target} with non-targets {non_target}"):
        combine_responses(target=Response(target), non_target=Response(non_target), has_new_lesion=False)


def test_without_disease_at_baseline_only_a_new_lesion_says_anything():
    for has_new, overall in ((False, "NED"), (True, "PD")):
        response = combine_responses(
            target=Response.NE, non_target=Response.NED, has_new_lesion=has_new, disease=Disease.NONE
        )
        assert response == overall
