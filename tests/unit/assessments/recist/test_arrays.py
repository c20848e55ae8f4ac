"""The array form of response at visits equals the scalar one, on generated subjects that reach every branch."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random

import numpy as np
import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.recist.arrays import CODE, CODES, SubjectArrays, judge_visits_of_all, to_micrometres
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, Scan, State
from equipoise.assessments.recist.policy import (
    PUBLISHED,
    CompleteThenPartial,
    NodeAfterComplete,
    PartialThenLess,
)
from equipoise.assessments.recist.visits import judge_visits, name_response
from equipoise.errors import EquipoiseError

START = date(2030, 1, 1)
VISITS, TARGETS = 6, 3
POLICIES = [
    replace(
        PUBLISHED, must_confirm=confirm, complete_then_partial=partial, partial_then_less=less, node_after_complete=node
    )
    for confirm, partial, less, node in product(
        (False, True),
        (CompleteThenPartial.IS_PROGRESSION, CompleteThenPartial.WAS_PARTIAL),
        PartialThenLess,
        NodeAfterComplete,
    )
]


def invent(rng):
    """One reading: up to three targets, perhaps a non-target node, perhaps a new lesion, visits that may be missed."""
    lesions = [
        Lesion(f"T{number}", "liver", Role.TARGET, is_node=rng.random() < 0.4) for number in range(rng.randrange(4))
    ]
    if rng.random() < 0.5:
        lesions.append(Lesion("B1", "neck", Role.NON_TARGET, is_node=True))
    if rng.random() < 0.3:
        lesions.append(Lesion("X1", "brain", Role.NEW))
    took_place = [True] + [rng.random() < 0.9 for _ in range(VISITS - 1)]
    days = [28 * visit + rng.randrange(5) for visit in range(VISITS)]
    findings, size = [], {}
    shrinks = rng.choice([0.2, 0.5, 0.8])
    for visit in (visit for visit in range(VISITS) if took_place[visit]):
        for lesion in lesions:
            findings.append(invent_finding(rng, lesion, visit, START + timedelta(days=days[visit]), size, shrinks))
    scans = tuple(Scan(visit, START + timedelta(days=days[visit])) for visit in range(VISITS) if took_place[visit])
    return Reading("site", tuple(lesions), tuple(one for one in findings if one is not None), scans=scans)


def invent_finding(rng, lesion, visit, day, size, shrinks):
    if lesion.role is Role.NEW:
        return Finding(lesion.id, visit, day, State.UNEQUIVOCAL) if visit and rng.random() < 0.1 else None
    if rng.random() < (0.02 if visit == 0 else 0.08):
        return Finding(lesion.id, visit, day, State.NOT_ASSESSED)
    if lesion.role is Role.NON_TARGET:
        weights = (1, 0, 0) if visit == 0 else (5, 4, 1)
        states = (State.PRESENT, State.ABSENT, State.UNEQUIVOCAL_PROGRESSION)
        return Finding(lesion.id, visit, day, rng.choices(states, weights)[0])
    if visit == 0 or lesion.id not in size:
        size[lesion.id] = rng.choice([10, 15, 20, 25, 30, 50])
    elif rng.random() < 0.8:
        factor = rng.choice([0, 0.3, 0.5, 0.7]) if rng.random() < shrinks else rng.choice([1, 1.1, 1.2, 1.5])
        size[lesion.id] = max(size[lesion.id], 4) * factor
    if size[lesion.id] == 0:
        return Finding(lesion.id, visit, day, State.ABSENT)
    if size[lesion.id] < 5 and rng.random() < 0.5:
        return Finding(lesion.id, visit, day, State.TOO_SMALL)
    return Finding(lesion.id, visit, day, State.MEASURED, Decimal(str(round(size[lesion.id], 1))))


def to_arrays(readings):
    """Independent of the product's own reading of findings: states to numbers as the docstring of the arrays says."""
    n = len(readings)
    arrays = {
        "diameters": np.zeros((n, VISITS, TARGETS), np.int64),
        "is_assessed": np.zeros((n, VISITS, TARGETS), bool),
        "is_target": np.zeros((n, TARGETS), bool),
        "is_node": np.zeros((n, TARGETS), bool),
        "non_target": np.full((n, VISITS), CODE[Response.NED]),
        "has_new": np.zeros((n, VISITS), bool),
        "is_visit": np.zeros((n, VISITS), bool),
        "day": np.zeros((n, VISITS), np.int64),
    }
    nominal = {State.ABSENT: 0, State.TOO_SMALL: 5000}
    for place, reading in enumerate(readings):
        names = {lesion.id: lesion for lesion in reading.lesions}
        if "B1" in names:
            arrays["non_target"][place] = CODE[Response.NE]
        for scan in reading.scans:
            arrays["is_visit"][place, scan.visit] = True
            arrays["day"][place, scan.visit] = (scan.day - START).days
        for lesion in reading.lesions:
            if lesion.role is Role.TARGET:
                arrays["is_target"][place, int(lesion.id[1])] = True
                arrays["is_node"][place, int(lesion.id[1])] = lesion.is_node
        has_baseline = any(f.lesion == "B1" and f.visit == 0 and f.state == State.PRESENT for f in reading.findings)
        for finding in reading.findings:
            at = (place, finding.visit)
            if finding.lesion == "X1":
                arrays["has_new"][place, finding.visit :] = True
            elif finding.lesion == "B1":
                word = {
                    State.PRESENT: Response.NON_CR_NON_PD,
                    State.ABSENT: Response.CR,
                    State.UNEQUIVOCAL_PROGRESSION: Response.PD,
                    State.NOT_ASSESSED: Response.NE,
                }[finding.state]
                arrays["non_target"][at] = CODE[word if has_baseline else Response.NE]
            elif finding.state != State.NOT_ASSESSED:
                where = (*at, int(finding.lesion[1]))
                arrays["diameters"][where] = nominal.get(finding.state, int((finding.mm or 0) * 1000))
                arrays["is_assessed"][where] = True
    return SubjectArrays(**arrays)


def compare(readings, policy):
    """Judge by both forms, hold them against each other, and count what was reached."""
    answer = judge_visits_of_all(to_arrays(readings), policy=policy)
    reached = Counter()
    for place, reading in enumerate(readings):
        for visit in judge_visits(reading, policy=policy):
            at = (place, visit.visit)
            assert CODES[answer.overall[at]] == visit.response, reading
            if reading.with_role(Role.TARGET):
                assert CODES[answer.target[at]] == name_response(visit.target), reading
                if isinstance(visit.nadir_mm, Assessed):
                    assert answer.nadirs[at] == visit.nadir_mm.value * 1000
                if isinstance(visit.sum_mm, Assessed):
                    assert answer.sums[at] == visit.sum_mm.value * 1000
            reached[visit.response] += 1
            notes = visit.target.notes if isinstance(visit.target, Assessed) else ()
            reached.update(note.split(",")[0] for note in notes)
    return reached


def test_both_forms_agree_and_every_branch_is_reached():
    rng = Random(5)
    reached = sum((compare([invent(rng) for _ in range(60)], policy) for policy in POLICIES), Counter())
    for word in Response:
        assert reached[word] >= 10, word
    for note in (
        "a lesion is there again after a complete response",
        "the lesions that were assessed give progression without the others",
        "no longer 30 % below baseline",
    ):
        assert reached[note] >= 5, note


@pytest.mark.long
def test_both_forms_agree_on_thirty_thousand_subjects():
    rng = Random(6)
    for policy in POLICIES:
        compare([invent(rng) for _ in range(2000)], policy)


def test_diameters_round_to_whole_micrometres():
    assert to_micrometres(np.array([0.0, 5.0, 19.9, 10.0004, 10.0005001])).tolist() == [0, 5000, 19900, 10000, 10001]


def test_arrays_that_do_not_fit_are_refused_with_every_shape():
    arrays = to_arrays([invent(Random(1))])
    with pytest.raises(EquipoiseError, match=r"has_new: has shape \(1, 2\)\n  Give \(1, 6\)\.\nday: has shape \(3,\)"):
        judge_visits_of_all(
            replace(arrays, has_new=np.zeros((1, 2), bool), day=np.zeros(3, np.int64)), policy=PUBLISHED
        )


def test_a_negative_diameter_and_a_response_that_non_targets_cannot_have_are_refused():
    arrays = to_arrays([invent(Random(3))])
    wrong = replace(arrays, diameters=arrays.diameters - 10**6, is_assessed=np.ones_like(arrays.is_assessed))
    with pytest.raises(EquipoiseError, match="diameters: one is negative"):
        judge_visits_of_all(wrong, policy=PUBLISHED)
    with pytest.raises(EquipoiseError, match="at visit 1 a response that non-targets cannot have"):
        judge_visits_of_all(
            replace(
                arrays,
                non_target=np.full_like(arrays.non_target, CODE[Response.SD]),
                is_visit=np.ones_like(arrays.is_visit),
                has_new=np.zeros_like(arrays.has_new),
            ),
            policy=PUBLISHED,
        )


def test_what_is_not_known_is_minus_one_and_not_evaluable():
    arrays = SubjectArrays(
        diameters=np.array([[[20000], [0], [14000]], [[20000], [10000], [10000]]]),
        is_assessed=np.array([[[True], [False], [True]], [[False], [True], [True]]]),
        is_target=np.ones((2, 1), bool),
        is_node=np.zeros((2, 1), bool),
        non_target=np.full((2, 3), CODE[Response.NED]),
        has_new=np.zeros((2, 3), bool),
        is_visit=np.array([[True, True, True], [True, True, False]]),
        day=np.array([[0, 56, 112], [0, 56, 112]]),
    )
    answer = judge_visits_of_all(arrays, policy=PUBLISHED)
    assert answer.sums.tolist() == [[20000, -1, 14000], [-1, 10000, -1]]
    assert answer.nadirs.tolist() == [[-1, 20000, 20000], [-1, -1, -1]]
    assert [[str(CODES[code]) for code in row] for row in answer.overall] == [["NE", "NE", "PR"], ["NE", "NE", "NE"]]
    assert [[str(CODES[code]) for code in row] for row in answer.target] == [["NE", "NE", "PR"], ["NE", "NE", "NE"]]


def test_a_target_of_no_size_at_baseline_leaves_no_baseline_to_judge_by():
    """A target is measurable at baseline (RECIST 1.1, 2.1); half of a sum with one that is not is no response."""
    arrays = SubjectArrays(
        diameters=np.array([[[20000, 0], [10000, 0]]]),
        is_assessed=np.ones((1, 2, 2), bool),
        is_target=np.ones((1, 2), bool),
        is_node=np.zeros((1, 2), bool),
        non_target=np.full((1, 2), CODE[Response.NED]),
        has_new=np.zeros((1, 2), bool),
        is_visit=np.ones((1, 2), bool),
        day=np.array([[0, 56]]),
    )
    answer = judge_visits_of_all(arrays, policy=PUBLISHED)
    assert answer.target.tolist() == [[CODE[Response.NE]] * 2]
    assert answer.nadirs.tolist() == [[-1, -1]]


def test_subjects_without_targets_are_judged_by_the_rest():
    words = [[Response.NED] * 3, [Response.NON_CR_NON_PD, Response.CR, Response.NE]]
    arrays = SubjectArrays(
        diameters=np.zeros((2, 3, 1), np.int64),
        is_assessed=np.zeros((2, 3, 1), bool),
        is_target=np.zeros((2, 1), bool),
        is_node=np.zeros((2, 1), bool),
        non_target=np.array([[CODE[word] for word in row] for row in words]),
        has_new=np.array([[False, False, True], [False, False, False]]),
        is_visit=np.ones((2, 3), bool),
        day=np.array([[0, 56, 112]] * 2),
    )
    answer = judge_visits_of_all(arrays, policy=PUBLISHED)
    assert [[str(CODES[code]) for code in row] for row in answer.overall] == [["NE", "NED", "PD"], ["NE", "CR", "NE"]]
    assert (answer.sums == -1).all()
    assert (answer.nadirs == -1).all()
