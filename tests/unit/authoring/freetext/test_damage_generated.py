"""The generator eats spans of clean criteria; nearly all must be marked, and hardly anything in the clean ones."""

from collections import Counter
from random import Random

import pytest
from tests.authoring_clean import CRITERIA, RECORDS
from tests.authoring_damage import EATERS, LIST_KINDS, Damaged, damage, lay_out

from equipoise.authoring.freetext.damage.detection import find_damage

NEAR = 6  # characters
KINDS = (*EATERS, *LIST_KINDS)


def is_marked(damaged: Damaged) -> bool:
    marks = find_damage(damaged.text, damaged.splitting)
    return any(
        mark.item == damaged.item and mark.start - NEAR <= damaged.end and damaged.start <= mark.end + NEAR
        for mark in marks
    )


def damage_many(seeds: range) -> tuple[Counter[str], list[Damaged]]:
    """How often each kind was made, and what was not marked."""
    made: Counter[str] = Counter()
    missed = []
    for seed in seeds:
        rng = Random(seed)
        for kind in KINDS:
            damaged = damage(rng.choice(RECORDS), kind, rng)
            if damaged is not None:
                made[kind] += 1
                missed += [] if is_marked(damaged) else [damaged]
    return made, missed


def check_share(made: Counter[str], missed: list[Damaged]) -> None:
    shown = [(one.kind, one.splitting.items[one.item].text, one.eaten) for one in missed]
    assert len(missed) <= 0.01 * made.total(), shown


def test_eaten_spans_are_marked():
    check_share(*damage_many(range(40)))


@pytest.mark.long
def test_eaten_spans_are_marked_for_many_seeds():
    check_share(*damage_many(range(1000, 4000)))


def test_the_generator_reaches_every_kind():
    made, _ = damage_many(range(40))

    assert len(KINDS) >= 12
    assert set(made) == set(KINDS)


def test_clean_criteria_have_hardly_any_mark():
    false = [mark for record in RECORDS for mark in find_damage(*lay_out(record))]

    assert len(CRITERIA) >= 120
    assert len(false) <= 0.005 * len(CRITERIA), false


def test_clean_criteria_in_numbered_lists_have_no_mark():
    for record in RECORDS:
        text, splitting = lay_out(record, labels=[f"{number}." for number in range(1, len(record) + 1)])
        assert find_damage(text, splitting) == ()
