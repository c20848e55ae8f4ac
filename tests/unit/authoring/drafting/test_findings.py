"""Findings say what was found and where: places in the record, counts that add up, and everything that is open."""

import json
from decimal import Decimal

import pytest

from equipoise.authoring.drafting.draft import Draft
from equipoise.authoring.drafting.findings import findings_data
from equipoise.authoring.model import (
    AgeLimit,
    DamageKind,
    DamageMark,
    Outcome,
    RepairProposal,
    RuleDraft,
    Segment,
    SegmentKind,
)
from equipoise.criteria.truth import Kind

HOLE = DamageMark(DamageKind.TEXT_LOST, 5, 5, 0, "score of", "the limit", "it ends at “of”")
BULLET = DamageMark(DamageKind.STRAY_MARK, 0, 1, 1, "", "nothing", "a bullet", is_harmless=True)
OUTSIDE = DamageMark(DamageKind.STRAY_MARK, 8, 9, None, "", "nothing", "a bullet", is_harmless=True)
QUESTION = {
    "label": "able to lie",
    "kind": "coded",
    "decided_by": "person",
    "question": "Able?",
    "source": "a judgement",
}
STROKE = {"label": "stroke", "kind": "event", "question": "Is there a stroke?"}


@pytest.fixture
def findings_of(make_registration):
    def make(*criteria, segments=(), marks=(), **stated):
        return findings_data(Draft(make_registration(**stated), criteria, segments, marks))

    return make


def test_each_criterion_says_where_its_words_stand(make_draft):
    draft = make_draft(inclusion=("Diabetes", "INR < 1.5"), exclusion=("Lymphoma",))
    text = draft.registration.text
    found = findings_data(draft)["criteria"]
    assert [(each["id"], each["kind"]) for each in found] == [
        ("I1", "inclusion"),
        ("I2", "inclusion"),
        ("E1", "exclusion"),
    ]
    for each, words in zip(found, ("Diabetes", "INR < 1.5", "Lymphoma"), strict=True):
        assert each["text"] == words
        assert [text[start:end] for start, end in each["spans"]] == [words]


def test_segments_cover_the_record_and_their_lengths_are_counted(make_draft):
    draft = make_draft()
    found = findings_data(draft)
    ends = [0, *(each["end"] for each in found["segments"])]
    assert [each["start"] for each in found["segments"]] == ends[:-1]
    assert ends[-1] == len(draft.registration.text)
    assert sum(found["counts"]["characters"].values()) == found["record"]["n_characters"] == ends[-1]
    assert found["counts"]["characters"]["criterion"] == len("Diabetes") + len("Lymphoma")


def test_characters_are_counted_by_what_they_are(findings_of):
    segments = (
        Segment(0, 3, SegmentKind.HEADING, role="title"),
        Segment(3, 10, SegmentKind.CRITERION, 0),
        Segment(10, 11, SegmentKind.DAMAGE, 0),
        Segment(11, 20, SegmentKind.CRITERION, 1),
    )
    found = findings_of(segments=segments)
    assert found["counts"]["characters"] == {"criterion": 16, "damage": 1, "heading": 3}
    assert found["segments"][0] == {"start": 0, "end": 3, "kind": "heading", "role": "title", "item": None}
    assert found["segments"][3]["item"] == 1


def test_a_mark_stands_with_its_criterion_or_among_those_of_none(findings_of, make_criterion):
    found = findings_of(make_criterion("I1", marks=(HOLE,)), make_criterion("I2"), marks=(OUTSIDE,))
    assert found["criteria"][0]["damage"] == [
        {
            "kind": "text-lost",
            "start": 5,
            "end": 5,
            "after": "score of",
            "lost": "the limit",
            "because": "it ends at “of”",
            "is_harmless": False,
        }
    ]
    assert found["criteria"][1]["damage"] == []
    assert [(each["start"], each["end"]) for each in found["damage_outside_criteria"]] == [(8, 9)]


def test_harmless_marks_are_counted_but_do_not_make_a_criterion_damaged(findings_of, make_criterion):
    counts = findings_of(
        make_criterion("I1", marks=(HOLE, BULLET)), make_criterion("I2", marks=(BULLET,)), marks=(OUTSIDE,)
    )["counts"]
    assert counts["damage_marks"] == 4
    assert counts["damaged_criteria"] == 1


def test_only_a_repair_with_words_of_the_record_counts_as_proposed(findings_of, make_criterion):
    closed = RepairProposal(0, "score of 2", "its mirror says so", "the mirrored criterion", "A score of 2")
    open_ = RepairProposal(1, "score of [?]", "it stands nowhere", "outside the text")
    found = findings_of(make_criterion("I1", repair=closed), make_criterion("I2", repair=open_), make_criterion("I3"))
    assert found["counts"]["repairs_proposed"] == 1
    first, second, third = (each["repair"] for each in found["criteria"])
    assert (first["reads"], first["is_in_record"]) == ("score of 2", True)
    assert (second["reads"], second["is_in_record"]) == ("score of [?]", False)
    assert third is None


def test_sides_and_outcomes_are_counted(findings_of, make_criterion):
    asked = RuleDraft(Outcome.ASKED, {"latest": "ask-u1", "is": "yes"}, {"ask-u1": QUESTION})
    counts = findings_of(
        make_criterion("I1"),
        make_criterion("I2"),
        make_criterion("E1", kind=Kind.EXCLUSION),
        make_criterion("U1", kind=None, draft=asked),
    )["counts"]
    assert counts["criteria"] == 4
    assert counts["sides"] == {"exclusion": 1, "inclusion": 2, "not-stated": 1}
    assert counts["outcomes"] == {"asked": 1, "compiled": 3}


def test_every_open_reading_is_counted_and_told_with_its_criterion(findings_of, make_criterion):
    one = RuleDraft(Outcome.COMPILED, {"age": ">= 18"}, readings={"i1-and": "any or all", "i1-unit": "no unit"})
    two = RuleDraft(Outcome.COMPILED, {"age": ">= 18"}, readings={"i2-comma": "narrows or beside"})
    found = findings_of(make_criterion("I1", draft=one), make_criterion("I2", draft=two))
    assert found["counts"]["readings_open"] == 3
    assert found["criteria"][0]["readings"] == {"i1-and": "any or all", "i1-unit": "no unit"}


def test_questions_for_people_are_told_apart_from_concepts_that_want_codes(findings_of, make_criterion):
    found = findings_of(
        make_criterion("I1", {"latest": "able", "is": "yes"}, {"able": QUESTION}),
        make_criterion("E1", {"record": "stroke"}, {"stroke": STROKE}),
        make_criterion("E2", {"record": "stroke"}, {"stroke": STROKE}),
    )
    assert found["questions"] == [
        {"concept": "able", "question": "Able?", "because": "a judgement", "criteria": ["I1"]}
    ]
    assert found["concepts_without_codes"] == [
        {"concept": "stroke", "label": "stroke", "kind": "event", "criteria": ["E1", "E2"]}
    ]


def test_a_gate_is_named_as_one(findings_of, make_criterion):
    gate = RuleDraft(Outcome.COMPILED, {"age": ">= 18"}, arm="arm 2")
    found = findings_of(make_criterion("I1", draft=gate), make_criterion("I2"))
    assert [each["is_gate"] for each in found["criteria"]] == [True, False]


def test_the_record_is_named_with_what_its_fields_say(findings_of):
    found = findings_of(minimum_age=AgeLimit(Decimal(18), "years", "18 Years"), sex="female")["record"]
    assert found["id"] == "nct00000001"
    assert found["form"] == "text-page"
    assert found["file"] == "trial.txt"
    assert (found["minimum_age"], found["maximum_age"], found["sex"]) == ("18 Years", "", "female")
    assert found["healthy_volunteers"] is None


def test_what_was_not_understood_is_handed_on(findings_of):
    assert findings_of(not_understood=("a strange line",))["not_understood"] == ["a strange line"]


def test_findings_can_be_written_as_json_and_equal_drafts_give_equal_ones(make_draft):
    records = (("Older than 18 years", "No stroke, ECOG 0-1"), ("Heart failure, NYHA III or IV",))
    first, second = (findings_data(make_draft("A trial", *records)) for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    assert json.loads(json.dumps(first)) == first
