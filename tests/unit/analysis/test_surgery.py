"""Complications of operations and death within 90 days of one: worked by hand on told timelines."""

from dataclasses import replace

import pytest
from tests.analysis_timelines import day_of, tell

from equipoise.analysis.facts import Complication
from equipoise.analysis.surgery import derive_complication, derive_operative_death, find_worst_complications
from equipoise.assessments.surgery import ClavienDindo
from equipoise.errors import EquipoiseError
from equipoise.protocol.analysis_plan import EndpointDefinition

DEATH = EndpointDefinition.model_validate({"id": "d", "label": "Death", "kind": "death-within-90-days"})
CUT = 400
OPERATED = "10: operation"
SEEN_LATER = ["100: known alive"]
SEEN_EARLY = ["99: known alive"]


def complication(limit=None):
    said = {} if limit is None else {"at_least": limit}
    return EndpointDefinition.model_validate({"id": "c", "label": "Major", "kind": "complication", **said})


def told(timeline, *grades, operation=0):
    """A subject with these complications (grade, or grade and day) of one of its operations."""
    facts = tell(timeline, cut=CUT)
    found = tuple(
        Complication(f"term {grade}", ClavienDindo(grade), None if on is None else day_of(on), entries=(7,))
        for grade, on in (each if isinstance(each, tuple) else (each, None) for each in grades)
    )
    given = list(facts.given)
    if found:
        given[operation] = replace(given[operation], complications=found)
    return replace(facts, given=tuple(given))


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        ([OPERATED, *SEEN_LATER], False),
        ([OPERATED, *SEEN_EARLY], None),
        ([OPERATED], None),
        ([OPERATED, "100: died"], True),
        ([OPERATED, "101: died"], False),
        ([OPERATED, "10: died"], True),
        # Of two operations either counts, and both must be known for a no.
        ([OPERATED, "200: operation", "250: died"], True),
        (["50: died", "200: operation"], None),
        ([OPERATED, "200: operation", "280: known alive"], None),
        ([OPERATED, "200: operation", "290: known alive"], False),
        # Nobody was operated, or after the cut alone.
        (["10: dose", *SEEN_LATER], None),
        (["401: operation"], None),
    ],
)
def test_death_within_90_days_is_a_yes_a_no_or_not_known_yet(timeline, expected):
    """Day 100 is 90 days after an operation on day 10."""
    row = derive_operative_death(DEATH, tell(timeline, cut=CUT), day_of(CUT))
    assert row.is_met is expected
    assert row.words


def test_why_a_death_is_not_known_is_said():
    early = derive_operative_death(DEATH, tell([OPERATED, *SEEN_EARLY], cut=CUT), day_of(CUT))
    assert early.words == "last known alive on day 89 of the 90 after the operation"
    fatal = derive_operative_death(DEATH, told([OPERATED, *SEEN_LATER], "V"), day_of(CUT))
    assert (fatal.is_met, fatal.words) == (None, "a complication ended in death (V), and no death is on record")
    dead = derive_operative_death(DEATH, told([OPERATED, "30: died"], "V"), day_of(CUT))
    assert (dead.is_met, dead.value, dead.on) == (True, "died", day_of(30))
    assert dead.words == "died on day 20 after the operation"


def test_a_death_that_comes_after_an_earlier_cut_is_none_of_it():
    """Cut on day 60, the subject was followed for 50 days; it died on day 70."""
    row = derive_operative_death(DEATH, tell([OPERATED, "50: known alive", "70: died"], cut=CUT), day_of(60))
    assert row.is_met is None


@pytest.mark.parametrize(
    ("limit", "grades", "timeline", "expected"),
    [
        (None, ["IIIa"], SEEN_EARLY, True),
        (None, ["II"], SEEN_LATER, False),
        (None, ["II"], SEEN_EARLY, None),
        (None, ["I", "IVb", "II"], SEEN_EARLY, True),
        (None, [], SEEN_LATER, False),
        (None, [], SEEN_EARLY, None),
        # Nothing more can come of whoever died.
        (None, ["II"], ["20: died"], False),
        ("II", ["II"], SEEN_EARLY, True),
        ("IV", ["IIIb"], SEEN_LATER, False),
        # What began after the cut is none of it.
        (None, [("IIIb", 401)], SEEN_LATER, False),
        (None, [("IIIb", 400)], SEEN_LATER, True),
    ],
)
def test_a_complication_counts_from_its_grade_on_and_a_no_needs_90_days(limit, grades, timeline, expected):
    row = derive_complication(complication(limit), told([OPERATED, *timeline], *grades), day_of(CUT))
    assert row.is_met is expected


def test_the_worst_complication_of_all_operations_is_told_with_its_events():
    subject = told([OPERATED, "200: operation", "300: known alive"], "II", ("IIIb", 205), operation=1)
    row = derive_complication(complication(), subject, day_of(CUT))
    assert (row.is_met, row.value, row.on) == (True, "IIIb, term IIIb", day_of(205))
    assert row.words == "the worst complication is IIIb, term IIIb; asked for: III or more"
    assert set(row.entries) == {1, 110, 300}


def test_nobody_without_an_operation_has_an_answer():
    row = derive_complication(complication(), tell(["10: dose", *SEEN_LATER], cut=CUT), day_of(CUT))
    assert (row.is_met, row.words) == (None, "no operation")


def test_each_endpoint_is_derived_by_its_own_kind_alone():
    with pytest.raises(EquipoiseError, match="is complication"):
        derive_operative_death(complication(), tell([], cut=CUT), day_of(CUT))
    with pytest.raises(EquipoiseError, match="is death-within-90-days"):
        derive_complication(DEATH, tell([], cut=CUT), day_of(CUT))


def test_a_table_holds_each_subject_of_an_arm_once():
    def named(name, arm, facts):
        return replace(facts, subject=name, arm=arm)

    subjects = [
        named("one", "a", told([OPERATED], "II", "IIIb", "I")),
        named("two", "a", told([OPERATED], "IIIb")),
        named("three", "a", told([OPERATED])),
        named("four", "a", tell(["10: dose"], cut=CUT)),
        named("five", "b", told([OPERATED], ("V", 401), "I")),
    ]
    a, b = find_worst_complications(subjects, ("a", "b"), day_of(CUT))
    assert {grade.value: each.subjects for grade, each in a.by_grade.items()} == {"IIIb": ("one", "two")}
    assert a.by_grade[ClavienDindo.IIIB].entries == (7,)
    assert (a.none.subjects, a.none.entries) == (("three",), (110,))
    assert (a.not_operated.subjects, a.not_operated.n) == (("four",), 1)
    assert {grade.value: each.subjects for grade, each in b.by_grade.items()} == {"I": ("five",)}
    assert (b.none.n, b.not_operated.n) == (0, 0)
