"""Whatever a record holds, every function answers: nothing raises, and removing lesions is never a response."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable
from equipoise.assessments.recist import (
    PUBLISHED,
    Finding,
    FirstSeenAfter,
    Lesion,
    Method,
    Reading,
    Role,
    Scan,
    State,
    Surgery,
    SurgeryRule,
    check_reading,
    check_targets,
    date_responses,
    find_disease,
    find_progression,
    judge_around_surgery,
    judge_best_response,
    judge_visits,
    propose_targets,
)

START = date(2030, 1, 1)
LENGTHS = [None, Decimal(0), Decimal(4), Decimal("9.9"), Decimal(15), Decimal(40), Decimal(-3), Decimal("NaN")]


def invent(rng):
    """A reading of lesions and findings that need not fit each other at all."""
    lesions = tuple(
        Lesion(rng.choice("ABCD") + str(number), "liver", rng.choice(list(Role)), is_node=rng.random() < 0.3)
        for number in range(rng.randrange(5))
    )
    names = [lesion.id for lesion in lesions] + ["Z9"] * (rng.random() < 0.1)
    findings = tuple(
        Finding(
            rng.choice(names),
            visit := rng.randrange(-1 if rng.random() < 0.05 else 0, 5),
            START + timedelta(days=40 * visit + rng.randrange(-3, 4) * (rng.random() < 0.3)),
            rng.choice([*State, *[State.MEASURED] * 12, "gone astray"]),
            rng.choice(LENGTHS),
            parts_mm=rng.choice([(), (), (Decimal(4), Decimal(5)), (Decimal(4), Decimal("NaN"))]),
            merged_with=rng.choice(names),
            reader=rng.choice(["", "", "", "site", "site", "other"]) if rng.random() < 0.1 else "",
            method=rng.choice(list(Method)),
        )
        for _ in range(rng.randrange(25) if names else 0)
    )
    scans = tuple(Scan(visit, START + timedelta(days=40 * visit)) for visit in range(rng.randrange(5)))
    return Reading("site", lesions, findings, scans=scans)


@pytest.mark.parametrize("seed", range(8))
def test_every_function_answers_whatever_the_record_holds(seed):
    rng = Random(seed)
    for _ in range(60):
        reading = invent(rng)
        check_reading(reading)
        check_targets(reading)
        assert isinstance(propose_targets(reading), Assessed | NotEvaluable)
        visits = judge_visits(reading, policy=PUBLISHED)
        assert isinstance(find_progression(visits), Assessed | NotEvaluable)
        best = judge_best_response(date_responses(visits), policy=PUBLISHED, start=START, disease=find_disease(reading))
        assert isinstance(best, Assessed | NotEvaluable)
        surgery = Surgery(
            START + timedelta(days=rng.randrange(200)), tuple(one.id for one in reading.lesions if rng.random() < 0.5)
        )
        rule = SurgeryRule(from_day=10, until_day=60, first_seen=rng.choice(list(FirstSeenAfter)))
        around = judge_around_surgery(reading, surgery, rule=rule, policy=PUBLISHED)
        assert isinstance(find_progression(around.all_visits), Assessed | NotEvaluable)
        assert all(visit.last_day < surgery.day for visit in around.before)


@pytest.mark.parametrize("seed", range(4))
def test_marking_lesions_as_removed_never_makes_a_better_response(seed):
    """A stable course, lesions removed from it at a random visit: complete, partial and NON-CR never appear."""
    rng = Random(seed)
    for _ in range(60):
        lesions = tuple(Lesion(f"T{number}", "liver", Role.TARGET) for number in range(rng.randrange(1, 5)))
        removed_from = {lesion.id: rng.randrange(1, 7) for lesion in lesions}
        findings = []
        for visit in range(5):
            for lesion in lesions:
                gone = visit >= removed_from[lesion.id]
                after = State.REMOVED if visit == removed_from[lesion.id] else rng.choice([State.ABSENT, State.REMOVED])
                day = START + timedelta(days=56 * visit)
                mm = None if gone else Decimal(30 + rng.randrange(3))
                findings.append(Finding(lesion.id, visit, day, after if gone else State.MEASURED, mm))
        responses = {
            visit.response for visit in judge_visits(Reading("site", lesions, tuple(findings)), policy=PUBLISHED)
        }
        assert responses <= {"SD", "NE"}
