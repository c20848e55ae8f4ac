"""Around surgery: which scan is the new baseline, what is followed from it, and what was removed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import NotEvaluable, Why
from equipoise.assessments.recist.best import find_progression
from equipoise.assessments.recist.cytoreduction import Basis, Margin, compute_cytoreduction, judge_cytoreduction
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.assessments.recist.policy import PUBLISHED
from equipoise.assessments.recist.surgery import FirstSeenAfter, Surgery, SurgeryRule, judge_around_surgery
from equipoise.errors import EquipoiseError

START = date(2030, 1, 1)
RULE = SurgeryRule(from_day=21, until_day=60, first_seen=FirstSeenAfter.PROGRESSION)
LESIONS = (
    Lesion("T1", "liver", Role.TARGET),
    Lesion("T2", "lung", Role.TARGET),
    Lesion("B1", "bone", Role.NON_TARGET),
    Lesion("X1", "brain", Role.NEW),
)


def day_of(number):
    return START + timedelta(days=number)


def seen(lesion, visit, day, state, mm=None, **more):
    return Finding(lesion, visit, day_of(day), state, None if mm is None else Decimal(mm), **more)


def sized(lesion, visit, day, mm):
    return seen(lesion, visit, day, State.MEASURED, mm)


BEFORE = (
    sized("T1", 0, 0, 40),
    sized("T2", 0, 0, 20),
    seen("B1", 0, 0, State.PRESENT),
    sized("T1", 1, 56, 30),
    sized("T2", 1, 56, 20),
    seen("B1", 1, 56, State.PRESENT),
)
NEW_BASELINE = (sized("T2", 2, 110, 18), seen("B1", 2, 112, State.PRESENT))
SURGERY = Surgery(day_of(80), ("T1",))


def judge(*findings, surgery=SURGERY, rule=RULE):
    reading = Reading("site", LESIONS, BEFORE + findings)
    return judge_around_surgery(reading, surgery, rule=rule, policy=PUBLISHED)


def words_of(visits):
    return [(visit.visit, str(visit.response)) for visit in visits]


def test_the_new_baseline_is_the_last_day_of_the_first_visit_in_the_window():
    around = judge(*NEW_BASELINE, sized("T2", 3, 130, 18), seen("B1", 3, 130, State.PRESENT))
    assert around.baseline.value == day_of(112)
    assert "protocol defines" in around.baseline.source
    assert words_of(around.after) == [(3, "SD")]


@pytest.mark.parametrize(("days", "is_baseline"), [((101, 140), True), ((100, 140), False), ((101, 141), False)])
def test_all_scans_of_the_new_baseline_stand_in_the_window(days, is_baseline):
    first, last = days
    around = judge(sized("T2", 2, first, 18), seen("B1", 2, last, State.PRESENT))
    assert isinstance(around.baseline, NotEvaluable) != is_baseline


def test_without_a_new_baseline_only_a_new_lesion_is_progression():
    around = judge(
        sized("T2", 2, 150, 60),
        seen("B1", 2, 150, State.UNEQUIVOCAL_PROGRESSION),
        seen("X1", 3, 200, State.UNEQUIVOCAL),
        sized("T2", 3, 200, 60),
    )
    assert around.baseline.why is Why.NO_BASELINE
    assert "from 21 to 60 days after surgery" in around.baseline.because
    assert words_of(around.after) == [(2, "NE"), (3, "PD")]
    found = find_progression(around.all_visits).value
    assert (found.day, found.reasons) == (day_of(200), ("new lesion",))
    quiet = replace(RULE, first_seen=FirstSeenAfter.BASELINE_DISEASE)
    assert words_of(judge(seen("X1", 2, 150, State.UNEQUIVOCAL), rule=quiet).after) == [(2, "NE")]


def test_what_is_left_keeps_what_it_was_followed_as():
    around = judge(*NEW_BASELINE, sized("T2", 3, 168, 23), seen("B1", 3, 168, State.PRESENT))
    assert around.after[0].nadir_mm.value == 18
    assert words_of(around.after) == [(3, "PD")]


def test_the_protocol_may_choose_new_targets_at_the_new_baseline():
    chosen = replace(SURGERY, targets_after=("B1",))
    around = judge(
        seen("T2", 2, 112, State.PRESENT),
        sized("B1", 2, 112, 20),
        sized("T2", 3, 168, 60),
        sized("B1", 3, 168, 24),
        surgery=chosen,
    )
    assert around.after[0].sum_mm.value == 24
    assert words_of(around.after) == [(3, "SD")]


def test_a_target_not_measured_at_the_new_baseline_leaves_the_sum_open():
    around = judge(seen("B1", 2, 112, State.PRESENT), sized("T2", 3, 168, 60), seen("B1", 3, 168, State.PRESENT))
    assert around.after[0].overall.why is Why.NO_BASELINE


def test_a_lesion_called_removed_and_seen_at_the_new_baseline_contradicts_itself():
    around = judge(*NEW_BASELINE, sized("T1", 2, 112, 10), sized("T2", 3, 168, 18), seen("B1", 3, 168, State.PRESENT))
    # The gap takes the sight of it as recurrence; what follows the baseline is open.
    assert words_of(around.after) == [(2, "PD"), (3, "NE")]
    assert around.after[1].overall.why is Why.CONFLICT


@pytest.mark.parametrize(
    ("finding", "word"),
    [
        (sized("T1", 3, 168, 4), "PD"),
        (seen("T1", 3, 168, State.TOO_SMALL), "PD"),
        (seen("T1", 3, 168, State.PRESENT), "PD"),
        (seen("T1", 3, 168, State.SPLIT, parts_mm=(Decimal(3), Decimal(2))), "PD"),
        (sized("T1", 3, 168, 0), "SD"),
        (seen("T1", 3, 168, State.ABSENT), "SD"),
        (seen("T1", 3, 168, State.REMOVED), "SD"),
        (seen("T1", 3, 168, State.NOT_ASSESSED), "SD"),
        (sized("T1", 3, 168, -4), "NE"),
        (sized("T1", 3, 168, "-0.5"), "NE"),
    ],
)
def test_a_removed_lesion_that_is_seen_again_is_progression(finding, word):
    around = judge(*NEW_BASELINE, sized("T2", 3, 168, 18), seen("B1", 3, 168, State.PRESENT), finding)
    assert words_of(around.after) == [(3, word)]


def test_the_lesion_on_the_table_on_the_day_of_surgery_is_no_recurrence():
    around = judge(sized("T1", 2, 80, 30), sized("T2", 3, 112, 18), seen("B1", 3, 112, State.PRESENT))
    assert words_of(around.after) == [(2, "NE")]


def test_a_new_lesion_known_before_surgery_is_disease_of_the_new_baseline():
    around = judge(
        seen("X1", 1, 56, State.UNEQUIVOCAL),
        *NEW_BASELINE,
        seen("X1", 2, 112, State.UNEQUIVOCAL),
        sized("T2", 3, 168, 18),
        seen("B1", 3, 168, State.PRESENT),
        seen("X1", 3, 168, State.UNEQUIVOCAL),
    )
    assert words_of(around.before) == [(1, "PD")]
    assert words_of(around.after) == [(3, "SD")]


def test_doubtful_at_the_new_baseline_and_certain_later_is_dated_back_to_it():
    later = (sized("T2", 3, 168, 18), seen("B1", 3, 168, State.PRESENT), seen("X1", 3, 168, State.UNEQUIVOCAL))
    around = judge(*NEW_BASELINE, seen("X1", 2, 112, State.EQUIVOCAL), *later)
    assert words_of(around.after) == [(2, "PD"), (3, "PD")]
    found = find_progression(around.all_visits).value
    assert (found.day, found.told_on) == (day_of(112), day_of(168))
    quiet = replace(RULE, first_seen=FirstSeenAfter.BASELINE_DISEASE)
    around = judge(*NEW_BASELINE, seen("X1", 2, 112, State.EQUIVOCAL), *later, rule=quiet)
    assert words_of(around.after) == [(3, "SD")]


def test_without_a_baseline_before_surgery_nothing_is_response():
    reading = Reading("site", LESIONS, BEFORE[3:])
    around = judge_around_surgery(reading, SURGERY, rule=RULE, policy=PUBLISHED)
    assert words_of(around.before) == [(1, "NE")]


@pytest.mark.parametrize(("first", "last"), [(0, 60), (61, 60), (-5, 10)])
def test_a_window_that_no_scan_can_meet_is_refused(first, last):
    with pytest.raises(EquipoiseError, match=f"from day {first} until day {last} after surgery"):
        SurgeryRule(from_day=first, until_day=last, first_seen=FirstSeenAfter.PROGRESSION)


def test_a_window_of_one_day_is_a_window():
    rule = SurgeryRule(from_day=1, until_day=1, first_seen=FirstSeenAfter.PROGRESSION)
    around = judge(sized("T2", 2, 81, 18), seen("B1", 2, 81, State.PRESENT), rule=rule)
    assert around.baseline.value == day_of(81)


def test_the_scan_of_the_day_before_surgery_is_before_it():
    around = judge(sized("T2", 2, 79, 18), sized("T1", 2, 79, 20), seen("B1", 2, 79, State.PRESENT))
    assert words_of(around.before) == [(1, "SD"), (2, "PR")]


def test_a_new_lesion_of_the_day_of_surgery_was_not_known_before_it():
    around = judge(seen("X1", 2, 80, State.UNEQUIVOCAL), sized("T2", 3, 112, 18), seen("B1", 3, 112, State.PRESENT))
    assert words_of(around.after) == [(2, "PD"), (3, "PD")]


def test_progression_in_the_gap_is_told_when_its_visit_ends():
    around = judge(seen("X1", 2, 90, State.UNEQUIVOCAL), sized("T2", 2, 93, 18))
    found = find_progression(around.all_visits).value
    assert (found.day, found.told_on) == (day_of(90), day_of(93))


def test_a_removed_node_is_doubtful_from_exactly_10_mm():
    lesions = (Lesion("N1", "porta", Role.TARGET, is_node=True),)
    sizes = ((0, 0, 20), (1, 56, 20), (2, 112, 8), (3, 168, 10), (4, 224, 15))
    reading = Reading("site", lesions, tuple(sized("N1", *one) for one in sizes))
    around = judge_around_surgery(reading, Surgery(day_of(80), ("N1",)), rule=RULE, policy=PUBLISHED)
    assert words_of(around.after) == [(3, "PD"), (4, "PD")]


# Cytoreduction: by hand, 100 + 50 + 30 = 180 before, 15 left: 165 / 180 = 11 / 12


def burden(*values):
    return {f"L{number}": None if value is None else Decimal(value) for number, value in enumerate(values)}


def test_cytoreduction_is_the_part_of_the_burden_that_is_gone():
    answer = compute_cytoreduction(before=burden(100, 50, 30), after=burden(0, 0, 15), basis=Basis.VOLUME_ML)
    assert answer.value.removed == Fraction(11, 12)
    assert answer.notes == ()
    assert judge_cytoreduction(answer, at_least=Fraction(9, 10)).value is True
    assert judge_cytoreduction(answer, at_least=Fraction(11, 12)).value is True
    assert judge_cytoreduction(answer, at_least=Fraction(95, 100)).value is False


def test_cytoreduction_by_diameters_says_so_beside_the_value():
    answer = compute_cytoreduction(before=burden(40), after=burden(4), basis=Basis.DIAMETER_MM, margin=Margin.R2)
    assert (answer.value.removed, answer.value.margin) == (Fraction(9, 10), Margin.R2)
    assert answer.notes == ("a part of diameters, not of volume",)
    assert [one.value for one in answer.inputs] == ["40 diameter [mm]", "4 diameter [mm]", "R2"]


def test_a_burden_that_grew_is_less_than_nothing_removed():
    answer = compute_cytoreduction(before=burden(40), after=burden(50), basis=Basis.VOLUME_ML)
    assert answer.value.removed == Fraction(-1, 4)


def test_complete_resection_and_a_remnant_contradict_each_other():
    for margin in (Margin.R0, Margin.R1):
        answer = compute_cytoreduction(before=burden(40), after=burden(1), basis=Basis.VOLUME_ML, margin=margin)
        assert (answer.why, answer.because) == (Why.CONFLICT, f"{margin} is stated, and a burden is left")
        whole = compute_cytoreduction(before=burden(40), after=burden(0), basis=Basis.VOLUME_ML, margin=margin)
        assert whole.value.removed == 1


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (burden(40, None), burden(0, 0), Why.NEVER_MEASURED),
        (burden(40, 30), burden(0), Why.NEVER_MEASURED),
        (burden(40), burden(0, None), Why.NEVER_MEASURED),
        (burden(-40), burden(0), Why.IMPLAUSIBLE),
        (burden("-0.5"), burden(0), Why.IMPLAUSIBLE),
        (burden("NaN"), burden(0), Why.IMPLAUSIBLE),
        (burden(0), burden(0), Why.NO_BASELINE),
        ({}, {}, Why.NO_BASELINE),
    ],
)
def test_a_burden_that_is_not_known_leaves_cytoreduction_open(before, after, why):
    answer = compute_cytoreduction(before=before, after=after, basis=Basis.VOLUME_ML)
    assert answer.why is why
    assert judge_cytoreduction(answer, at_least=Fraction(1, 2)) is answer
