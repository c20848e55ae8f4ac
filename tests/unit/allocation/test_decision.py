"""A decision follows its tally, keeps all its reasons, and is refused where nothing may be decided."""

import json
from fractions import Fraction
from itertools import pairwise

import pytest

from equipoise.allocation import big_stick, block_urn
from equipoise.allocation.biased_coin import favour_lowest
from equipoise.allocation.decision import Decision, decide, first_tally, list_sequence, tally_after
from equipoise.allocation.methods import BigStick, BlockUrn, Efron, Measure, Minimisation, PermutedBlocks, SealedList
from equipoise.allocation.minimisation import compute_scores
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.errors import ProtocolError, UnreadableInputError

SECRET = bytes(range(32))
TWO = (Arm("A"), Arm("B"))
SITE = Factor("site", ("Leeds", "Oslo"))
LISTED = ImportedList({"site=Leeds": ("A", "B"), "site=Oslo": ("B",)})


def by_site(method, arms=TWO):
    return Specification(arms, method, (SITE,), ("site",))


def decide_places(specification, values, n):
    tally = first_tally(specification, specification.stratum_of(values))
    for _ in range(n):
        decision = decide(specification, SECRET, values, tally)
        tally = tally_after(decision)
        yield decision


@pytest.mark.parametrize("method", [BigStick(2), BlockUrn(2)])
def test_no_share_gets_further_ahead_than_the_limit(method):
    specification = by_site(method, (Arm("A", 2), Arm("B")))
    decisions = list(decide_places(specification, {"site": "Oslo"}, 500))
    leads = [max(decision.counts) - min(decision.counts) for decision in decisions]
    assert max(leads) == 2


def test_a_stratum_knows_nothing_of_the_others():
    specification = by_site(Efron(Fraction(2, 3)))
    alone = [decision.arm for decision in decide_places(specification, {"site": "Oslo"}, 40)]
    tallies = {stratum: first_tally(specification, stratum) for stratum in specification.strata}
    mixed = []
    for number in range(40):
        values = {"site": SITE.levels[number * number % 3 % 2]}
        stratum = specification.stratum_of(values)
        decision = decide(specification, SECRET, values, tallies[stratum])
        tallies[stratum] = tally_after(decision)
        mixed += [decision.arm] if values["site"] == "Oslo" else []
    assert mixed == alone[: len(mixed)]
    assert len(mixed) > 5


def test_each_decision_counts_those_before_it():
    decisions = list(decide_places(by_site(Efron(Fraction(2, 3))), {"site": "Leeds"}, 30))
    assert [decision.position for decision in decisions] == list(range(30))
    for before, after in pairwise(decisions):
        grown = list(before.counts)
        grown[before.share] += 1
        assert after.counts == tuple(grown)


def test_margins_count_the_levels_of_the_subject_alone():
    weights = {"site": Fraction(1), "sex": Fraction(1)}
    method = Minimisation(weights, Measure.RANGE, Fraction(3, 4))
    specification = Specification(TWO, method, (SITE, Factor("sex", ("f", "m"))))
    decision = decide(specification, SECRET, {"site": "Oslo", "sex": "f"}, first_tally(specification, "all"))
    margins = tally_after(decision).margins
    one = tuple(int(share == decision.share) for share in (0, 1))
    assert margins == {"site": {"Leeds": (0, 0), "Oslo": one}, "sex": {"f": one, "m": (0, 0)}}


def test_a_tally_of_another_stratum_is_a_mistake_of_the_program():
    specification = by_site(BigStick(2))
    with pytest.raises(ValueError, match="the tally is of another stratum"):
        decide(specification, SECRET, {"site": "Oslo"}, first_tally(specification, "site=Leeds"))


def test_a_stratum_that_is_not_in_the_protocol_gets_no_arm():
    specification = by_site(BigStick(2))
    with pytest.raises(ProtocolError, match="the stratum is not in the protocol"):
        decide(specification, SECRET, {"site": "Bergen"}, first_tally(specification, "site=Leeds"))


def test_a_sealed_list_ends_and_says_so():
    specification = by_site(SealedList())
    tally = first_tally(specification, "site=Oslo")
    decision = decide(specification, SECRET, {"site": "Oslo"}, tally, LISTED)
    assert (decision.arm, decision.share, decision.draw, decision.position) == ("B", None, None, 0)
    with pytest.raises(ProtocolError, match="the list of stratum site=Oslo ends after 1 places"):
        decide(specification, SECRET, {"site": "Oslo"}, tally_after(decision), LISTED)
    with pytest.raises(ValueError, match="without the list"):
        decide(specification, SECRET, {"site": "Oslo"}, tally)


@pytest.mark.parametrize(
    ("later", "is_extension"),
    [
        ({"site=Leeds": ("A", "B", "B"), "site=Oslo": ("B",)}, True),
        ({"site=Leeds": ("A", "B"), "site=Oslo": ("B",)}, True),
        ({"site=Leeds": ("B", "A", "B"), "site=Oslo": ("B",)}, False),
        ({"site=Leeds": ("A",), "site=Oslo": ("B", "A")}, False),
        ({"site=Leeds": ("A", "B", "A")}, False),
        ({"site=Leeds": ("A", "B"), "site=Oslo": ("B",), "site=Rome": ("A",)}, False),
    ],
)
def test_a_list_grows_at_its_end_alone(later, is_extension):
    assert ImportedList(later).extends(LISTED) is is_extension


def test_a_list_can_be_made_in_advance_but_not_of_a_minimisation():
    assert list_sequence(by_site(SealedList()), SECRET, "site=Leeds", 2, LISTED) == ("A", "B")
    with pytest.raises(ValueError, match="without the list"):
        list_sequence(by_site(SealedList()), SECRET, "site=Leeds", 2)
    method = Minimisation({"site": Fraction(1)}, Measure.RANGE, Fraction(3, 4))
    with pytest.raises(ValueError, match="cannot be listed in advance"):
        list_sequence(Specification(TWO, method, (SITE,)), SECRET, "all", 2)


def test_the_longer_list_begins_with_the_shorter_one():
    specification = by_site(PermutedBlocks((2, 4)))
    long = list_sequence(specification, SECRET, "site=Leeds", 101)
    assert list_sequence(specification, SECRET, "site=Leeds", 37) == long[:37]
    assert len(long) == 101


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"arm": ...}, "is missing 'arm'"),
        ({"block": ...}, "is missing 'block'"),
        ({"counts": None}, "has a part of another kind"),
        ({"scores": ["1/0"]}, "has a part of another kind"),
        ({"scores": [float("inf")]}, "has a part of another kind"),
        ({"probabilities": ["half"]}, "has a part of another kind"),
        ({"margins": [1]}, "has a part of another kind"),
        ({"block": {"index": 1}}, "has a part of another kind"),
    ],
)
def test_json_that_is_no_decision_is_refused(change, fault):
    decision = next(decide_places(by_site(BigStick(2)), {"site": "Oslo"}, 1)).to_json() | change
    data = {key: value for key, value in decision.items() if value is not ...}
    with pytest.raises(UnreadableInputError, match=fault):
        Decision.from_json(data)


@pytest.mark.parametrize("method", [BigStick(2), PermutedBlocks((2, 4)), Efron(Fraction(2, 3))])
def test_a_decision_survives_its_json(method):
    for decision in decide_places(by_site(method), {"site": "Oslo"}, 9):
        assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_the_weights_are_those_of_the_rules():
    """By hand. An urn of three balls each after 2, 1 and 1: one set is back; 3 + 1 - 2, 3 and 3 are left."""
    assert big_stick.compute_weights((2, 0, 1), 2) == [0, 1, 1]
    assert block_urn.compute_weights((2, 1, 1), 3) == [2, 3, 3]
    assert favour_lowest((0, 1, 1), Fraction(4, 5)) == [8, 1, 1]
    assert favour_lowest((0, 0, 1), Fraction(4, 5)) == [9, 9, 2]
    assert len(set(favour_lowest((1, 1, 1), Fraction(4, 5)))) == 1


def test_sums_of_roots_that_are_equal_in_theory_tie():
    """
    2 sd(1, 0, 0) = 2 sqrt(1/3) = sqrt(4/3) = sd(2, 0, 0).

    Cut-off roots differ there in their last digit. sqrt(4/3) = 1.154700538379251529018297561003914911...
    """
    double = Minimisation({"f": Fraction(2)}, Measure.STANDARD_DEVIATION, Fraction(4, 5))
    single = Minimisation({"f": Fraction(1)}, Measure.STANDARD_DEVIATION, Fraction(4, 5))
    of_one = compute_scores(double, {"f": {"x": (0, 0, 0)}}, {"f": "x"})[0]
    of_two = compute_scores(single, {"f": {"x": (1, 0, 0)}}, {"f": "x"})[0]
    assert of_one == of_two == Fraction(1154700538379251529018297561004, 10**30)
