"""Test 14 of an allocation: how lists went wrong (Yelland and others, Trials 2025, doi 10.1186/s13063-025-09390-9).

Each is put into a good list and must be refused, or flagged, before the first subject. Good lists pass.
"""

import random
from math import comb

import pytest

from equipoise.allocation.chance import chance_of_count, chance_of_runs
from equipoise.allocation.list_checks import ControlPlace, Failure, check_list, fingerprint
from equipoise.allocation.list_reading import read_allocation_list
from equipoise.allocation.methods import SealedList
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.errors import UnreadableInputError

SITES = (Factor("site", ("Leeds", "Oslo", "Lyon")),)
STRATA = ("site=Leeds", "site=Oslo", "site=Lyon")
PLANNED = 90


def specification_of(sizes=(4, 6), ratio=(1, 1)):
    arms = tuple(Arm(name, shares) for name, shares in zip(("prrt", "surgery"), ratio, strict=True))
    return Specification(arms, SealedList(sizes), SITES, ("site",))


def good_list(seed, sizes=(4, 6), n=36, ratio=(1, 1)):
    """As a list maker would make it: blocks of random size in each stratum, or coins."""
    rng, arms_by_stratum = random.Random(seed), {}
    ball = ["prrt"] * ratio[0] + ["surgery"] * ratio[1]
    for stratum in STRATA:
        arms = []
        while len(arms) < n:
            block = ball * (rng.choice(sizes) // len(ball)) if sizes else [rng.choice(ball)]
            arms += rng.sample(block, len(block))
        arms_by_stratum[stratum] = tuple(arms)
    return ImportedList(arms_by_stratum)


def control_of(imported):
    """Places 0, 7 and 13 of each stratum, typed from the source."""
    return [
        ControlPlace(stratum, place, arms[place])
        for stratum, arms in imported.arms_by_stratum.items()
        for place in (0, 7, 13)
    ]


def changed(imported, **arms):
    return ImportedList({**imported.arms_by_stratum, **{f"site={site}": tuple(each) for site, each in arms.items()}})


def failures(imported, source, sizes=(4, 6), ratio=(1, 1), **settings):
    """Kinds of failure found, and whether the worst of each kind is refused."""
    settings = {"planned_n": PLANNED, "control": control_of(source), **settings}
    found = {}
    for finding in check_list(imported, specification_of(sizes, ratio), **settings):
        found[finding.failure] = found.get(finding.failure, False) or finding.is_refused
    return found


def swap(arms):
    return ["surgery" if arm == "prrt" else "prrt" for arm in arms]


@pytest.mark.parametrize("sizes", [(4, 6), (2,), (8,), ()])
def test_14_good_lists_pass(sizes):
    assert [failures(good_list(seed, sizes), good_list(seed, sizes), sizes) for seed in range(20)] == [{}] * 20


@pytest.mark.parametrize("sizes", [(4, 6), ()])
def test_14_a_list_sorted_by_arm_is_refused(sizes):
    source = good_list(1, sizes)
    listed = ImportedList({stratum: tuple(sorted(arms)) for stratum, arms in source.arms_by_stratum.items()})
    assert failures(listed, listed, sizes)[Failure.SORTED]


def test_14_a_list_sorted_by_arm_in_blocks_alone_is_refused():
    """Every block prrt, prrt, surgery, surgery: legal, and known in advance."""
    listed = ImportedList(dict.fromkeys(STRATA, ("prrt", "prrt", "surgery", "surgery") * 9))
    assert failures(listed, listed)[Failure.SORTED]


@pytest.mark.parametrize("sizes", [(2, 4), ()])
def test_14_alternation_is_refused(sizes):
    listed = ImportedList(dict.fromkeys(STRATA, ("prrt", "surgery") * 18))
    assert failures(listed, listed, sizes)[Failure.SORTED]


def test_14_places_that_came_apart_in_a_spreadsheet_are_refused_when_the_file_is_read(tmp_path):
    rows = [(place, "site=Leeds", arm) for place, arm in enumerate(good_list(2).arms_by_stratum["site=Leeds"], 1)]
    rows.sort(key=lambda row: row[2])
    text = refusal(tmp_path, rows, specification=leeds_only())
    assert "the list was sorted" in text
    assert "prrt" not in text


def test_14_swapped_labels_are_refused_when_the_source_was_compared():
    source = good_list(3)
    listed = ImportedList({stratum: tuple(swap(arms)) for stratum, arms in source.arms_by_stratum.items()})
    assert failures(listed, source) == {Failure.LABELS: True}


def test_14_swapped_labels_are_refused_by_an_unequal_ratio():
    source = good_list(3, (3, 6), 36, (2, 1))
    listed = ImportedList({stratum: tuple(swap(arms)) for stratum, arms in source.arms_by_stratum.items()})
    assert failures(listed, listed, (3, 6), (2, 1))[Failure.RATIO]


def test_14_a_list_that_nobody_compared_is_flagged():
    source = good_list(4)
    assert failures(source, source, control=()) == {Failure.NOT_COMPARED: False}


def test_14_codes_in_place_of_arms_are_refused(tmp_path):
    rows = [(place, "site=Leeds", "12"[place % 2]) for place in range(1, 5)]
    assert "never codes" in refusal(tmp_path, rows, specification=leeds_only())


def test_14_the_list_of_another_stratum_is_refused():
    source = good_list(5)
    leeds = source.arms_by_stratum["site=Leeds"]
    assert failures(changed(source, Oslo=leeds), source)[Failure.WRONG_STRATUM]


def test_14_two_lists_exchanged_are_refused():
    source = good_list(6)
    leeds, oslo = source.arms_by_stratum["site=Leeds"], source.arms_by_stratum["site=Oslo"]
    assert failures(changed(source, Leeds=oslo, Oslo=leeds), source)[Failure.LABELS]


def test_14_a_reused_test_list_is_refused_whatever_its_arms_were_called():
    source = good_list(7)
    tested = ["X" if arm == "prrt" else "Y" for arm in source.arms_by_stratum["site=Lyon"]]
    assert failures(source, source, used_before={fingerprint(tested)}) == {Failure.REUSED: True}


def test_14_a_list_that_leaves_its_blocks_is_refused():
    source = good_list(8)
    leeds = list(source.arms_by_stratum["site=Leeds"])
    leeds[0] = swap(leeds[:1])[0]
    assert failures(changed(source, Leeds=leeds), source)[Failure.RATIO]


def test_14_a_list_that_ignores_the_ratio_is_refused():
    source = good_list(9, (), 120)
    assert failures(source, source, (), (2, 1))[Failure.RATIO]


@pytest.mark.parametrize("fault", ["twice", "missing", "none of a stratum"])
def test_14_duplicate_and_missing_places_are_refused(tmp_path, fault):
    rows = [(place, "site=Leeds", "prrt") for place in (1, 2, 3, 4)]
    wanted = {"twice": "stands twice", "missing": "lacks the places 2", "none of a stratum": "has no place"}[fault]
    made = {"twice": [*rows, rows[1]], "missing": [rows[0], *rows[2:]], "none of a stratum": rows}[fault]
    specification = specification_of() if fault == "none of a stratum" else leeds_only()
    assert wanted in refusal(tmp_path, made, specification=specification)


def test_14_a_list_too_short_for_the_trial_is_refused():
    source = good_list(10)
    assert failures(source, source, planned_n=200) == {Failure.TOO_SHORT: True}
    assert failures(changed(source, Oslo=source.arms_by_stratum["site=Oslo"][:20]), source)[Failure.TOO_SHORT]


def test_14_no_finding_and_no_refusal_shows_an_arm(tmp_path):
    source = good_list(11)
    listed = ImportedList({stratum: tuple(sorted(arms)) for stratum, arms in source.arms_by_stratum.items()})
    findings = check_list(listed, specification_of(), planned_n=500, control=control_of(source))
    assert len(findings) > 5
    assert "prrt" not in "".join(str(finding) for finding in findings)


def leeds_only():
    return Specification((Arm("prrt"), Arm("surgery")), SealedList(), (Factor("site", ("Leeds",)),), ("site",))


def refusal(folder, rows, *, specification):
    path = folder / "list.csv"
    lines = ["position,stratum,arm", *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UnreadableInputError) as refused:
        read_allocation_list(path, specification)
    return str(refused.value)


def test_the_chance_of_runs_is_that_of_counting_orders():
    """Two A and two B: AABB and BBAA have two runs, ABBA and BAAB three, ABAB and BABA four."""
    assert chance_of_runs([[True, True, False, False]]) == pytest.approx((2 / 6, 1.0))
    assert chance_of_runs([[True, False, True, False]]) == pytest.approx((1.0, 2 / 6))
    assert chance_of_runs([[True, True, False, False]] * 2)[0] == pytest.approx(4 / 36)
    assert chance_of_runs([[True, True], []]) == (1.0, 1.0)


def test_the_chance_of_a_count_is_the_binomial_one():
    """Two of twenty fair coins or fewer: 1 + 20 + 190 of 2**20; doubled for the other side."""
    assert chance_of_count(2, 20, 0.5) == pytest.approx(2 * (1 + 20 + comb(20, 2)) / 2**20)
    assert chance_of_count(10, 20, 0.5) == 1.0
