"""What a reading must be: measurable lesions, targets by the rules, visits in order; every fault is listed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.recist.lesions import (
    Finding,
    Lesion,
    Measurability,
    Method,
    Reading,
    Role,
    Scan,
    State,
    judge_measurability,
)
from equipoise.assessments.recist.policy import PUBLISHED
from equipoise.assessments.recist.series import check_reading
from equipoise.assessments.recist.targets import check_targets, propose_targets
from equipoise.assessments.recist.visits import judge_visits

START = date(2030, 1, 1)
LIVER = Lesion("T1", "liver", Role.TARGET, slice_mm=Decimal(5))


def seen(lesion, visit, state, mm=None, **more):
    day = START + timedelta(days=56 * visit)
    return Finding(lesion, visit, day, state, None if mm is None else Decimal(mm), **more)


def sized(lesion, visit, mm, **more):
    return seen(lesion, visit, State.MEASURED, mm, **more)


def reading_of(*lesions, findings=()):
    return Reading("site", tuple(lesions), tuple(findings))


def texts(faults):
    return "\n".join(str(fault) for fault in faults)


@pytest.mark.parametrize(
    ("method", "mm", "expected"),
    [
        (Method.XRAY, "20", Measurability.MEASURABLE),
        (Method.XRAY, "19.9", Measurability.NON_MEASURABLE),
        (Method.CALIPERS, "10", Measurability.MEASURABLE),
        (Method.CALIPERS, "9.9", Measurability.NON_MEASURABLE),
        (Method.MRI, "10", Measurability.MEASURABLE),
        (Method.CT, "0", Measurability.NON_MEASURABLE),
        (Method.ULTRASOUND, "40", Measurability.NON_MEASURABLE),
        (Method.FDG_PET, "40", Measurability.NON_MEASURABLE),
    ],
)
def test_what_can_be_measured_depends_on_the_method(method, mm, expected):
    assert judge_measurability(LIVER, sized("T1", 0, mm, method=method)).value is expected


@pytest.mark.parametrize("mm", ["-0.5", "-12", "NaN", "Infinity"])
def test_what_is_no_length_measures_nothing(mm):
    answer = judge_measurability(LIVER, sized("T1", 0, mm))
    assert isinstance(answer, NotEvaluable)
    assert answer.why is Why.IMPLAUSIBLE


def test_a_thick_slice_matters_only_to_a_scan():
    thick = replace(LIVER, slice_mm=Decimal(8))
    assert judge_measurability(thick, sized("T1", 0, "12")).value is Measurability.NON_MEASURABLE
    assert judge_measurability(thick, sized("T1", 0, "12", method=Method.CALIPERS)).value is Measurability.MEASURABLE


def test_a_slice_thickness_that_nobody_recorded_is_told_beside_the_answer():
    answer = judge_measurability(replace(LIVER, slice_mm=None), sized("T1", 0, "12"))
    assert answer.value is Measurability.MEASURABLE
    assert "slice thickness of lesion T1 not recorded: taken as at most 5 mm" in answer.notes[0]


def test_a_slice_thickness_that_was_recorded_or_is_not_asked_for_has_no_note():
    assert judge_measurability(LIVER, sized("T1", 0, "12")).notes == ()
    calipers = sized("T1", 0, "12", method=Method.CALIPERS)
    assert judge_measurability(replace(LIVER, slice_mm=None), calipers).notes == ()


def test_a_lesion_treated_before_counts_only_after_progression_is_shown():
    treated = replace(LIVER, was_treated_locally=True)
    assert judge_measurability(treated, sized("T1", 0, "30")).value is Measurability.NON_MEASURABLE
    grown = replace(treated, has_progressed_since=True)
    assert judge_measurability(grown, sized("T1", 0, "30")).value is Measurability.MEASURABLE


def test_some_lesions_are_never_measurable():
    bone = replace(LIVER, is_measurable_by_kind=False)
    assert judge_measurability(bone, sized("T1", 0, "60")).value is Measurability.NON_MEASURABLE


@pytest.mark.parametrize(
    ("is_node", "expected"), [(False, Measurability.NON_MEASURABLE), (True, Measurability.NORMAL_NODE)]
)
def test_too_small_to_measure_is_not_measurable(is_node, expected):
    assert judge_measurability(replace(LIVER, is_node=is_node), seen("T1", 0, State.TOO_SMALL)).value is expected


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (seen("T1", 0, State.NOT_ASSESSED), Why.NEVER_MEASURED),
        (seen("T1", 0, State.MEASURED), Why.NEVER_MEASURED),
        (sized("T1", 0, "-3"), Why.IMPLAUSIBLE),
        (sized("T1", 0, "NaN"), Why.IMPLAUSIBLE),
    ],
)
def test_without_a_diameter_nothing_is_said_of_measurability(finding, why):
    answer = judge_measurability(LIVER, finding)
    assert isinstance(answer, NotEvaluable)
    assert answer.why is why


def test_targets_that_follow_the_rules_have_no_fault():
    lesions = [replace(LIVER, id=f"T{number}", organ=organ) for number, organ in enumerate(["liver", "liver", "lung"])]
    findings = [sized(lesion.id, 0, "20") for lesion in lesions]
    assert check_targets(reading_of(*lesions, findings=findings)) == ()


def test_every_violation_of_the_choice_of_targets_is_listed():
    organs = ["liver", "liver", "liver", "lung", "bone", "skin"]
    lesions = [replace(LIVER, id=f"T{number}", organ=organ) for number, organ in enumerate(organs)]
    nodes = [
        Lesion("N1", "neck", Role.TARGET, is_node=True, slice_mm=Decimal(5)),
        Lesion("N2", "neck", Role.NON_TARGET, is_node=True, slice_mm=Decimal(5)),
    ]
    sizes = ["20", "20", "9", "20", "20", None]
    findings = [sized(lesion.id, 0, mm) for lesion, mm in zip(lesions, sizes, strict=True) if mm]
    findings += [sized("N1", 0, "12"), sized("N2", 0, "8")]
    found = texts(check_targets(reading_of(*lesions, *nodes, findings=findings)))
    assert "targets: 7 of them\n  Follow 2 as non-target." in found
    assert "targets in liver: 3 of them\n  Follow 1 as non-target." in found
    assert "target T2: not a measurable lesion but a non-measurable one" in found
    assert "target T5: lesion T5 was not assessed at visit 0" in found
    assert "target N1: not a measurable lesion but a pathological-node one\n  Follow it as non-target." in found
    assert "non-target N2: a node below 10 mm is normal\n  Do not follow it." in found
    assert len(check_targets(reading_of(*lesions, *nodes, findings=findings))) == 6


def test_a_normal_node_as_target_is_not_to_be_followed():
    node = Lesion("N1", "neck", Role.TARGET, is_node=True, slice_mm=Decimal(5))
    found = texts(check_targets(reading_of(node, findings=[sized("N1", 0, "9")])))
    assert found == "target N1: not a measurable lesion but a normal-node one\n  Do not follow it."


def test_nodes_are_one_organ_and_so_are_both_of_a_pair():
    nodes = [
        Lesion(f"N{number}", place, Role.TARGET, is_node=True, slice_mm=Decimal(5))
        for number, place in enumerate(["neck", "axilla", "groin"])
    ]
    lungs = [replace(LIVER, id=f"L{number}", organ=organ) for number, organ in enumerate(["Left lung", "right lung"])]
    findings = [sized(lesion.id, 0, "20") for lesion in nodes + lungs]
    found = texts(check_targets(reading_of(*nodes, *lungs, findings=findings)))
    assert "targets in lymph nodes: 3 of them" in found
    lungs.append(replace(LIVER, id="L9", organ="lung"))
    found = texts(check_targets(reading_of(*lungs, findings=[sized(lesion.id, 0, "20") for lesion in lungs])))
    assert "targets in lung: 3 of them" in found


def test_a_measurable_lesion_and_no_target_is_a_fault():
    bystander = replace(LIVER, role=Role.NON_TARGET)
    found = texts(check_targets(reading_of(bystander, findings=[sized("T1", 0, "20")])))
    assert "none, and there are measurable lesions" in found


def test_proposed_targets_show_every_organ_before_a_second_of_one():
    sizes = {"A": ("liver", "90"), "B": ("liver", "80"), "C": ("lung", "12"), "D": ("bone", "11"), "E": ("skin", "30")}
    sizes |= {"F": ("liver", "70"), "G": ("brain", "9"), "H": ("lung", "40")}
    lesions = [replace(LIVER, id=name, organ=organ, role=Role.NON_TARGET) for name, (organ, _) in sizes.items()]
    findings = [sized(name, 0, mm) for name, (_, mm) in sizes.items()]
    answer = propose_targets(reading_of(*lesions, findings=findings))
    assert answer.value == ("A", "B", "H", "E", "D")
    assert "for the reader" in answer.notes[0]


def test_new_lesions_and_unmeasured_ones_are_never_proposed():
    new = Lesion("X1", "lung", Role.NEW)
    answer = propose_targets(reading_of(LIVER, new, findings=[sized("X1", 0, "30"), seen("T1", 0, State.PRESENT)]))
    assert isinstance(answer, NotEvaluable)
    assert answer.why is Why.NEVER_MEASURED


def test_a_whole_reading_has_no_fault():
    new = Lesion("X1", "lung", Role.NEW)
    findings = [sized("T1", 0, "30"), sized("T1", 1, "20"), seen("X1", 1, State.EQUIVOCAL)]
    assert check_reading(reading_of(LIVER, new, findings=findings)) == ()


def test_every_fault_of_a_reading_is_listed():
    lesions = [
        LIVER,
        replace(LIVER, id="T2"),
        replace(LIVER, id="T3"),
        Lesion("A1", "ascites", Role.NON_TARGET),
        Lesion("X1", "lung", Role.NEW),
    ]
    findings = [
        sized("T1", 0, "30"),
        sized("T1", 1, "20"),
        sized("T1", 1, "21"),
        sized("T2", 1, "15"),
        sized("T3", 0, "20"),
        sized("T3", 1, "-4"),
        seen("T3", 2, "shrunk"),
        seen("A1", 0, State.ABSENT),
        seen("A1", 1, State.EQUIVOCAL),
        seen("X1", 0, State.UNEQUIVOCAL),
        seen("X1", 1, State.MEASURED, "12"),
        sized("Z9", 2, "12"),
    ]
    reading = reading_of(*lesions, findings=findings)
    found = texts(check_reading(reading))
    assert "visit 2: visit 2 has a finding of a lesion that is not listed" in found
    assert "lesion T1, visit 1: lesion T1 was recorded twice on one day at visit 1, with different results" in found
    assert "lesion T2, visit 0: no finding at baseline" in found
    assert "lesion T3, visit 1: a diameter of lesion T3 at visit 1 is no length" in found
    assert "lesion T3, visit 2: lesion T3 at visit 2 has a state that is not in the list" in found
    assert "lesion A1, visit 0: a non-target that is absent at baseline" in found
    assert "lesion A1, visit 1: a non-target lesion cannot be equivocal" in found
    assert "lesion X1, visit 0: a new lesion that is there at baseline" in found
    assert "lesion X1, visit 1: a new lesion cannot be measured" in found
    assert len(check_reading(reading)) == 9


@pytest.mark.parametrize(("day", "is_before"), [(3, True), (5, True), (6, False)])
def test_a_visit_of_several_days_begins_after_the_last_day_of_the_baseline(day, is_before):
    """Baseline from day 0 to 5; the visit from `day` to day 60."""
    other = Lesion("T2", "lung", Role.TARGET, slice_mm=Decimal(5))
    days = [("T1", 0, 0), ("T2", 0, 5), ("T1", 1, day), ("T2", 1, 60)]
    findings = [replace(sized(lesion, visit, "20"), day=START + timedelta(days=on)) for lesion, visit, on in days]
    found = texts(check_reading(reading_of(LIVER, other, findings=findings)))
    assert ("visit 1 lies before the baseline" in found) == is_before


def test_without_a_baseline_a_visit_may_still_be_out_of_order():
    findings = [replace(sized("T1", visit, "20"), day=START + timedelta(days=on)) for visit, on in ((1, 60), (2, 60))]
    assert "visit 2 lies not after the visit before it" in texts(check_reading(reading_of(LIVER, findings=findings)))


def test_a_non_target_that_goes_is_no_fault():
    other = Lesion("A1", "lung", Role.NON_TARGET)
    assert check_reading(reading_of(other, findings=[seen("A1", 0, State.PRESENT), seen("A1", 1, State.ABSENT)])) == ()


def test_a_fault_at_one_visit_hides_none_of_a_later_one():
    other = Lesion("A1", "lung", Role.NON_TARGET)
    findings = [seen("A1", 0, State.PRESENT), sized("T1", 1, "-4"), seen("A1", 1, State.PRESENT)]
    found = texts(check_reading(reading_of(LIVER, other, findings=findings)))
    assert "lesion T1, visit 0: no finding at baseline" in found
    assert "lesion T1, visit 1: a diameter of lesion T1 at visit 1 is no length" in found


def test_a_target_that_appears_after_baseline_is_called_a_new_lesion():
    findings = [seen("T1", 0, State.ABSENT), sized("T1", 1, "20")]
    assert "a target that appears after baseline\n  Follow it as a new lesion." in texts(
        check_reading(reading_of(LIVER, findings=findings))
    )
    answer = judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[0].overall
    assert isinstance(answer, NotEvaluable)
    assert answer.why is Why.NO_BASELINE
    assert "a lesion that appears later is a new one" in answer.because


def test_a_reading_without_baseline_says_so():
    reading = reading_of(LIVER, findings=[sized("T1", 1, "20")])
    assert "visit 0: there is no baseline visit" in texts(check_reading(reading))
    assert judge_visits(reading, policy=PUBLISHED)[0].overall.why is Why.NO_BASELINE


def test_days_that_contradict_the_visits_leave_the_visit_open():
    first, second = sized("T1", 1, "20"), sized("T1", 2, "10")
    swapped = [sized("T1", 0, "30"), replace(first, day=second.day), replace(second, day=first.day)]
    reading = reading_of(LIVER, findings=swapped)
    visits = judge_visits(reading, policy=PUBLISHED)
    assert [visit.response for visit in visits] == ["PR", "NE"]
    assert visits[1].overall.because == "visit 2 lies not after the visit before it"
    before = [sized("T1", 0, "30"), replace(first, day=START - timedelta(days=3))]
    answer = judge_visits(reading_of(LIVER, findings=before), policy=PUBLISHED)[0].overall
    assert (answer.why, answer.because) == (Why.CONFLICT, "visit 1 lies before the baseline")
    screening = [sized("T1", 0, "30"), replace(first, visit=-1)]
    assert "visit -1 lies before the baseline" in texts(check_reading(reading_of(LIVER, findings=screening)))


def test_one_identifier_for_two_lesions_leaves_everything_open():
    reading = reading_of(LIVER, LIVER, findings=[sized("T1", 0, "30"), sized("T1", 1, "10")])
    assert "lesion T1: listed 2 times" in texts(check_reading(reading))
    assert judge_visits(reading, policy=PUBLISHED)[0].overall.because == "two lesions have one identifier"


def test_a_finding_of_another_reader_is_never_mixed_in():
    mixed = [sized("T1", 0, "30"), sized("T1", 1, "10", reader="masked-1")]
    answer = judge_visits(reading_of(LIVER, findings=mixed), policy=PUBLISHED)[0].overall
    assert answer.because == "visit 1 has a finding of another reader"


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (seen("T1", 1, State.TOO_SMALL, "8"), Why.CONFLICT),
        (seen("T1", 1, State.ABSENT, "8"), Why.CONFLICT),
        (seen("T1", 1, State.SPLIT), Why.NEVER_MEASURED),
        (seen("T1", 1, State.SPLIT, parts_mm=(Decimal(3), Decimal(-1))), Why.IMPLAUSIBLE),
        (seen("T1", 1, State.MEASURED), Why.NEVER_MEASURED),
        (seen("T1", 1, State.MERGED, merged_with="T1"), Why.CONFLICT),
        (seen("T1", 1, State.PRESENT), Why.NEVER_MEASURED),
        (sized("T1", 1, "Infinity"), Why.IMPLAUSIBLE),
        (seen("T1", 1, "gone away"), Why.IMPLAUSIBLE),
    ],
)
def test_a_finding_that_contradicts_itself_is_not_evaluable_with_its_cause(finding, why):
    answer = judge_visits(reading_of(LIVER, findings=[sized("T1", 0, "30"), finding]), policy=PUBLISHED)[0].target
    assert isinstance(answer, NotEvaluable)
    assert answer.why is why


def test_the_nominal_diameter_may_be_written_down():
    for state, mm, expected in ((State.TOO_SMALL, "5", "PR"), (State.ABSENT, "0", "CR")):
        reading = reading_of(LIVER, findings=[sized("T1", 0, "30"), seen("T1", 1, state, mm)])
        assert judge_visits(reading, policy=PUBLISHED)[0].response == expected


def test_a_method_that_did_not_show_a_lesion_does_not_contradict_one_that_did():
    findings = [sized("T1", 0, "30"), seen("T1", 1, State.NOT_ASSESSED), sized("T1", 1, "10")]
    assert judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[0].response == "PR"


def test_an_answer_names_what_it_was_made_from():
    findings = [sized("T1", 0, "30", record="obs-1"), seen("T1", 1, State.SPLIT, parts_mm=(Decimal(6), Decimal(4)))]
    visit = judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[0]
    assert isinstance(visit.overall, Assessed)
    assert [(one.name, one.value, one.record) for one in visit.overall.inputs] == [
        ("lesion T1", "30 mm", "obs-1"),
        ("lesion T1", "split: 6 mm + 4 mm", None),
    ]
    assert "Eisenhauer 2009" in visit.overall.source
    assert visit.from_baseline.value == visit.from_nadir.value
    assert float(visit.from_baseline.value) == pytest.approx(-2 / 3)
    assert visit.nadir_mm.value == 30


def test_a_change_from_nothing_is_no_percentage():
    findings = [sized("T1", 0, "30"), seen("T1", 1, State.ABSENT), sized("T1", 2, "6")]
    visit = judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[1]
    assert visit.from_nadir.why is Why.NO_BASELINE
    assert visit.from_baseline.value == Decimal(-24) / 30


def test_a_subject_without_lesions_has_visits_by_scans():
    scans = tuple(Scan(visit, START + timedelta(days=56 * visit)) for visit in range(3))
    visits = judge_visits(Reading("site", (), (), scans=scans), policy=PUBLISHED)
    assert [visit.response for visit in visits] == ["NED", "NED"]


def test_progression_shows_the_smallest_sum_that_it_is_counted_from():
    findings = [sized("T1", 0, "60"), sized("T1", 1, "30"), sized("T1", 2, "40")]
    visit = judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[1]
    assert [one.value for one in visit.overall.inputs] == ["60 mm", "30 mm", "40 mm"]
    assert [one.value for one in visit.nadir_mm.inputs] == ["30 mm"]
    assert [one.value for one in visit.from_nadir.inputs] == ["30 mm", "40 mm"]
    assert [one.value for one in visit.from_baseline.inputs] == ["60 mm", "40 mm"]


def test_a_reading_is_compared_and_printed_by_what_was_seen():
    first, second = (reading_of(LIVER, findings=[sized("T1", 0, "60")]) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert "by_visit" not in repr(first)
    assert "removed_at" not in repr(first)
    assert not first.is_masked


def test_several_missing_targets_are_all_named():
    lesions = [LIVER, replace(LIVER, id="T2"), replace(LIVER, id="T3", organ="lung")]
    findings = [sized(lesion.id, 0, "30") for lesion in lesions] + [sized("T2", 1, "30")]
    visit = judge_visits(reading_of(*lesions, findings=findings), policy=PUBLISHED)[0]
    both = "lesion T1 was not assessed at visit 1; lesion T3 was not assessed at visit 1"
    assert [visit.overall.because, visit.sum_mm.because] == [both, both]


def test_several_missing_non_targets_are_all_named():
    others = [Lesion("A1", "ascites", Role.NON_TARGET), Lesion("B1", "bone", Role.NON_TARGET)]
    findings = [seen(lesion.id, 0, State.PRESENT) for lesion in others] + [seen("B1", 1, State.EQUIVOCAL)]
    visit = judge_visits(reading_of(*others, findings=findings), policy=PUBLISHED)[0]
    assert visit.overall.because == (
        "lesion A1 was not assessed at visit 1; lesion B1 at visit 1 has a state that no non-target has"
    )
    assert visit.overall.why is Why.NOT_ASSESSED


@pytest.mark.parametrize(
    ("is_node", "finding", "expected"),
    [
        (False, {"state": State.MEASURED, "mm": "0"}, "CR"),
        (False, {"state": State.MEASURED, "mm": "4"}, "NON-CR/NON-PD"),
        (False, {"state": State.TOO_SMALL}, "NON-CR/NON-PD"),
        (True, {"state": State.TOO_SMALL}, "CR"),
        (True, {"state": State.MEASURED, "mm": "9.9"}, "CR"),
        (True, {"state": State.MEASURED, "mm": "10"}, "NON-CR/NON-PD"),
        (True, {"state": State.SPLIT, "parts_mm": (Decimal(9), Decimal(8))}, "CR"),
        (True, {"state": State.SPLIT, "parts_mm": (Decimal(9), Decimal(11))}, "NON-CR/NON-PD"),
        (False, {"state": State.MEASURED, "mm": "-4"}, "NE"),
        (False, {"state": State.MEASURED, "mm": "-0.5"}, "NE"),
        (False, {"state": State.MERGED, "merged_with": "T1"}, "NON-CR/NON-PD"),
        (False, {"state": State.REMOVED}, "NE"),
    ],
)
def test_a_non_target_is_gone_by_its_state_or_its_diameter(is_node, finding, expected):
    lesion = Lesion("A1", "neck", Role.NON_TARGET, is_node=is_node)
    findings = [seen("A1", 0, State.PRESENT), seen("A1", 1, **finding)]
    assert judge_visits(reading_of(lesion, findings=findings), policy=PUBLISHED)[0].response == expected


def test_a_removed_non_target_that_unequivocally_progresses_is_progression():
    lesion = Lesion("A1", "ascites", Role.NON_TARGET)
    findings = [seen("A1", 0, State.PRESENT), seen("A1", 1, State.REMOVED), seen("A1", 2, State.PRESENT)]
    findings.append(seen("A1", 3, State.UNEQUIVOCAL_PROGRESSION))
    visits = judge_visits(reading_of(lesion, findings=findings), policy=PUBLISHED)
    assert [visit.response for visit in visits] == ["NE", "NE", "PD"]


def test_of_several_causes_the_first_is_named():
    lesions = [LIVER, replace(LIVER, id="T2")]
    findings = [sized(lesion.id, 0, "30") for lesion in lesions] + [sized("T2", 1, "-1")]
    visit = judge_visits(reading_of(*lesions, findings=findings), policy=PUBLISHED)[0]
    assert [visit.overall.why, visit.sum_mm.why] == [Why.NOT_ASSESSED, Why.NOT_ASSESSED]


def test_what_a_reader_must_see_stands_beside_the_response():
    new = Lesion("X1", "lung", Role.NEW)
    lesions = [LIVER, replace(LIVER, id="T2"), new]
    findings = [sized(lesion.id, 0, "30") for lesion in lesions[:2]]
    findings += [sized("T1", 1, "90"), sized("T1", 2, "30"), sized("T2", 2, "30"), seen("X1", 2, State.EQUIVOCAL)]
    findings += [sized("T1", 3, "60"), sized("T2", 3, "30"), seen("X1", 3, State.ABSENT)]
    visits = judge_visits(reading_of(*lesions, findings=findings), policy=PUBLISHED)
    assert [visit.response for visit in visits] == ["PD", "SD", "PD"]
    assert visits[0].overall.notes == ("the lesions that were assessed give progression without the others",)
    assert len(visits[1].overall.notes) == 1
    assert "an equivocal new lesion is no progression" in visits[1].overall.notes[0]
    assert visits[2].overall.notes == ()


def test_of_two_equal_sums_the_first_is_the_smallest():
    findings = [sized("T1", 0, "60"), sized("T1", 1, "60"), sized("T1", 2, "60")]
    visit = judge_visits(reading_of(LIVER, findings=findings), policy=PUBLISHED)[1]
    assert [one.day for one in visit.nadir_mm.inputs] == [START]


def test_five_targets_are_not_too_many_and_other_lesions_do_not_stop_the_check():
    new = Lesion("X1", "lung", Role.NEW)
    node = Lesion("N1", "neck", Role.NON_TARGET, is_node=True, slice_mm=Decimal(5))
    small = Lesion("S1", "liver", Role.NON_TARGET, slice_mm=Decimal(5))
    five = [replace(LIVER, id=f"T{number}", organ=f"organ {number}") for number in range(5)]
    findings = [sized(lesion.id, 0, "20") for lesion in five] + [sized("N1", 0, "12"), sized("S1", 0, "4")]
    assert check_targets(reading_of(new, node, small, *five, findings=findings)) == ()
    nine = [sized("T0", 0, "9")]
    assert "target T0" in texts(check_targets(reading_of(new, five[0], findings=nine)))


def test_never_more_than_two_of_an_organ_are_proposed():
    lesions = [Lesion("X1", "lung", Role.NEW), Lesion("U1", "skin", Role.NON_TARGET)]
    lesions += [replace(LIVER, id=f"T{number}") for number in range(4)]
    findings = [sized(f"T{number}", 0, str(20 + number)) for number in range(4)]
    assert propose_targets(reading_of(*lesions, findings=findings)).value == ("T3", "T2")
