"""Best responses that pharmaverse/admiralonco (Apache-2.0) states in its tests of derive_param_bor and _confirmed_bor.

The sequences and expectations are theirs; what differs is said beside it. Their window for stable disease is 28 days
from the start of treatment.
"""

from dataclasses import replace
from datetime import date

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.recist.best import DatedResponse, judge_best_response
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.policy import PUBLISHED, CompleteThenPartial, CompleteThenStable

STARTS = {
    1: "2020-01-01",
    2: "2019-12-12",
    3: "2019-11-11",
    4: "2019-12-30",
    5: "2020-01-01",
    6: "2020-02-02",
    7: "2020-02-02",
    8: "2020-04-01",
    9: "2020-02-01",
}
SEEN = {
    1: "2020-01-01 PR, 2020-02-01 CR, 2020-02-16 NE, 2020-03-01 CR, 2020-04-01 SD",
    2: "2020-01-01 SD, 2020-02-01 PR, 2020-03-01 SD, 2020-03-13 CR",
    3: "2019-11-12 CR, 2019-12-02 CR, 2020-01-01 SD",
    4: "2020-01-01 PR, 2020-03-01 SD, 2020-04-01 SD, 2020-05-01 PR, 2020-05-15 NON-CR/NON-PD",
    5: "2020-01-01 PR, 2020-01-10 SD, 2020-01-20 PR, 2020-05-15 NON-CR/NON-PD",
    6: "2020-02-06 PR, 2020-02-16 CR, 2020-03-30 PR",
    7: "2020-02-06 PR, 2020-02-16 CR, 2020-04-01 NE",
    8: "",
    9: "2020-02-16 PD, 2020-03-06 SD",
}
BASE = replace(
    PUBLISHED,
    stable_after_days=28,
    complete_then_partial=CompleteThenPartial.NOT_CONFIRMED,
    complete_then_stable=CompleteThenStable.NOT_CONFIRMED,
)
CONFIRMED = replace(BASE, must_confirm=True)
LENIENT = replace(CONFIRMED, confirmed_after_days=14, most_not_evaluable_between=0, most_stable_between=1)


def best_of(subject, policy, seen=None):
    pairs = [item.split() for item in (seen or SEEN[subject]).split(", ") if item]
    responses = [DatedResponse(date.fromisoformat(day), Response(word)) for day, word in pairs]
    return judge_best_response(responses, policy=policy, start=date.fromisoformat(STARTS[subject]))


def check(answer, expected):
    if expected in ("NE", "MISSING"):
        assert isinstance(answer, NotEvaluable)
        assert (answer.why is Why.NEVER_MEASURED) == (expected == "MISSING")
        return
    day, word = expected.split()
    assert isinstance(answer, Assessed)
    assert (answer.value.response, answer.value.day) == (Response(word), date.fromisoformat(day))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (1, "2020-02-01 CR"),
        (2, "2020-02-01 SD"),
        (3, "2020-01-01 SD"),
        (4, "2020-03-01 SD"),
        (5, "2020-05-15 NON-CR/NON-PD"),
        (6, "2020-03-30 SD"),
        (7, "NE"),
        (8, "MISSING"),
        (9, "2020-02-16 PD"),
    ],
)
def test_confirmed_after_28_days_with_one_ne_between(subject, expected):
    check(best_of(subject, CONFIRMED), expected)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (1, "2020-01-01 PR"),
        (2, "2020-02-01 PR"),
        (3, "2019-11-12 CR"),
        (4, "2020-03-01 SD"),
        (5, "2020-01-01 PR"),
        (6, "2020-03-30 SD"),
        (8, "MISSING"),  # theirs calls it NE when told that missing is NE
        (9, "2020-02-16 PD"),
    ],
)
def test_confirmed_after_14_days_with_one_stable_visit_and_no_ne_between(subject, expected):
    check(best_of(subject, LENIENT), expected)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (1, "2020-02-01 CR"),
        (2, "2020-03-13 CR"),
        (3, "2019-11-12 CR"),
        (4, "2020-01-01 PR"),
        (5, "2020-01-01 PR"),
        (6, "2020-02-16 CR"),
        (7, "2020-02-16 CR"),
        (8, "MISSING"),
    ],
)
def test_without_confirmation(subject, expected):
    check(best_of(subject, BASE), expected)


def test_without_confirmation_responses_before_the_start_count_and_stable_ones_do_not():
    check(best_of(7, BASE, "2020-01-01 PR, 2020-01-02 CR, 2020-01-03 NE"), "2020-01-02 CR")
    check(best_of(7, BASE, "2020-01-01 SD, 2020-01-02 SD, 2020-01-03 SD"), "NE")


@pytest.mark.parametrize(
    ("subject", "last", "expected"), [(2, "2020-03-01", "2020-02-01 PR"), (6, "2020-02-05", "MISSING")]
)
def test_nothing_after_the_day_of_a_progression_known_from_elsewhere_counts(subject, last, expected):
    pairs = [item.split() for item in SEEN[subject].split(", ")]
    responses = [DatedResponse(date.fromisoformat(day), Response(word)) for day, word in pairs]
    answer = judge_best_response(
        responses, policy=BASE, start=date.fromisoformat(STARTS[subject]), until=date.fromisoformat(last)
    )
    check(answer, expected)
