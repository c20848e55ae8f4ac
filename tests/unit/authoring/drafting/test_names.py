"""One name, one meaning: what criteria declare alike is shared, what differs is numbered in order."""

import pytest

from equipoise.authoring.drafting.names import settle_names

PAIN = {"pain": {"label": "pain", "kind": "event"}}
SCORE = {"pain": {"label": "pain score", "kind": "number"}}
RANK = {"pain": {"label": "rank of pain", "kind": "number"}}


def named(criteria):
    return [(dict(each.draft.rule), set(each.draft.concepts)) for each in settle_names(criteria)]


def test_what_two_criteria_declare_alike_keeps_one_name(make_criterion):
    rule = {"record": "pain"}
    assert named([make_criterion("I1", rule, PAIN), make_criterion("E1", rule, PAIN)]) == [(rule, {"pain"})] * 2


def test_a_later_concept_of_another_meaning_is_numbered_in_its_rule_too(make_criterion):
    criteria = [
        make_criterion("I1", {"record": "pain"}, PAIN),
        make_criterion("I2", {"latest": "pain", "is": "> 3"}, SCORE),
        make_criterion("I3", {"latest": "pain", "is": "> 4"}, RANK),
    ]
    assert named(criteria) == [
        ({"record": "pain"}, {"pain"}),
        ({"latest": "pain-2", "is": "> 3"}, {"pain-2"}),
        ({"latest": "pain-3", "is": "> 4"}, {"pain-3"}),
    ]


def test_a_third_criterion_shares_the_number_of_the_one_it_agrees_with(make_criterion):
    criteria = [
        make_criterion("I1", {"record": "pain"}, PAIN),
        make_criterion("I2", {"latest": "pain", "is": "> 3"}, SCORE),
        make_criterion("E1", {"latest": "pain", "is": "> 8"}, SCORE),
    ]
    assert [names for _, names in named(criteria)] == [{"pain"}, {"pain-2"}, {"pain-2"}]


def test_a_number_that_a_criterion_took_itself_is_left_to_it(make_criterion):
    criteria = [
        make_criterion("I1", {"record": "pain"}, PAIN),
        make_criterion("I2", {"record": "pain-2"}, {"pain-2": RANK["pain"]}),
        make_criterion("I3", {"latest": "pain", "is": "> 3"}, SCORE),
    ]
    assert [names for _, names in named(criteria)] == [{"pain"}, {"pain-2"}, {"pain-3"}]


@pytest.mark.parametrize(
    ("rule", "renamed"),
    [
        (
            {"all": [{"age": ">= 18"}, {"not": {"any": [{"record": "pain"}, {"record": "gout"}]}}]},
            {"all": [{"age": ">= 18"}, {"not": {"any": [{"record": "pain-2"}, {"record": "gout"}]}}]},
        ),
        (
            {"rule": {"record": "gout"}, "unless": {"record": "pain", "within": "6 mo"}},
            {"rule": {"record": "gout"}, "unless": {"record": "pain-2", "within": "6 mo"}},
        ),
        (
            {"reading": "pain", "alternatives": {"pain": {"says": "pain", "rule": {"record": "pain"}}}},
            {"reading": "pain", "alternatives": {"pain": {"says": "pain", "rule": {"record": "pain-2"}}}},
        ),
        ({"latest": "pain", "is": "pain"}, {"latest": "pain-2", "is": "pain"}),
        (
            {"latest": "gout", "is": "> 1", "not_older_than": "pain"},
            {"latest": "gout", "is": "> 1", "not_older_than": "pain-2"},
        ),
    ],
    ids=["deep in lists", "an exception", "a reading's labels stay", "an answer stays", "a result to compare with"],
)
def test_only_the_names_of_concepts_are_changed(make_criterion, rule, renamed):
    first = make_criterion("I1", {"record": "pain"}, PAIN)
    _, second = settle_names([first, make_criterion("I2", rule, SCORE)])
    assert second.draft.rule == renamed


def test_settling_names_twice_changes_nothing_more(make_criterion):
    once = settle_names(
        [make_criterion("I1", {"record": "pain"}, PAIN), make_criterion("I2", {"record": "pain"}, SCORE)]
    )
    assert settle_names(once) == once


def test_criteria_of_a_record_are_numbered_by_side_in_its_order(make_draft):
    draft = make_draft(inclusion=("Diabetes", "Stroke"), exclusion=("Lymphoma", "Asthma"))
    assert [(each.id, each.text) for each in draft.criteria] == [
        ("I1", "Diabetes"),
        ("I2", "Stroke"),
        ("E1", "Lymphoma"),
        ("E2", "Asthma"),
    ]
