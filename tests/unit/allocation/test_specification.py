"""A specification that makes no sense cannot be built; all its faults come together and none shows a patient."""

from fractions import Fraction

import pytest

from equipoise.allocation.methods import (
    METHODS,
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.reading import read_specification
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.errors import ProtocolError

TWO = (Arm("prrt"), Arm("surgery"))
SITE = Factor("site", ("Leeds", "Oslo"))
ECOG = Factor("ecog", ("0", "1", ">= 2"))
MINIMISATION = Minimisation({"site": Fraction(1), "ecog": Fraction(1, 2)}, Measure.VARIANCE, Fraction(4, 5))
GOOD = [
    Specification(TWO, Simple()),
    Specification((Arm("a", 2), Arm("b"), Arm("c", 3)), PermutedBlocks((6, 12)), (SITE,), ("site",)),
    Specification(TWO, BigStick(3), (SITE, ECOG), ("site", "ecog")),
    Specification(TWO, BlockUrn(2)),
    Specification(TWO, Efron(Fraction(2, 3))),
    Specification(TWO, MINIMISATION, (SITE, ECOG)),
    Specification(TWO, SealedList((4, 6)), (SITE,), ("site",)),
]


def refusal(*parts):
    with pytest.raises(ProtocolError) as refused:
        Specification(*parts)
    return str(refused.value)


@pytest.mark.parametrize("specification", GOOD, ids=lambda each: each.method.name)
def test_a_specification_survives_its_json(specification):
    again = Specification.from_json(specification.to_json())
    assert again == specification
    assert again.digest == specification.digest


def test_every_method_is_tried():
    assert {type(specification.method) for specification in GOOD} == set(METHODS)


def test_an_arm_with_two_shares_is_two_shares():
    assert GOOD[1].shares == ("a", "a", "b", "c", "c", "c")


def test_the_stratum_names_factors_in_their_order():
    specification = Specification(TWO, Simple(), (SITE, ECOG), ("ecog", "site"))
    assert specification.stratum_of({"ecog": ">= 2", "site": "Oslo"}) == "site=Oslo; ecog=>= 2"
    assert list(specification.strata)[:4] == [
        "site=Leeds; ecog=0",
        "site=Leeds; ecog=1",
        "site=Leeds; ecog=>= 2",
        "site=Oslo; ecog=0",
    ]
    assert len(list(specification.strata)) == 6
    assert GOOD[5].stratum_of({"site": "Oslo", "ecog": "0"}) == "all"
    assert list(GOOD[0].strata) == ["all"]


def test_a_value_that_is_no_level_is_refused_without_being_shown():
    with pytest.raises(ProtocolError) as refused:
        GOOD[2].stratum_of({"site": "Bergen", "ecog": "4711", "name": "Ada"})
    text = str(refused.value)
    assert text.count("stratum not in the protocol") == 2
    assert "a factor that is not in the protocol" in text
    assert not any(word in text for word in ("Bergen", "4711", "Ada", "name"))


def test_a_missing_value_is_refused():
    with pytest.raises(ProtocolError, match=r"factor ecog: has no value\n  Give one of: 0, 1, >= 2\."):
        GOOD[2].check_values({"site": "Oslo"})


@pytest.mark.parametrize("probability", [Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(0), Fraction(3, 2)])
@pytest.mark.parametrize("make", [Efron, lambda p: Minimisation({"site": Fraction(1)}, Measure.RANGE, p)])
def test_a_random_element_is_mandatory(make, probability):
    method = make(probability)
    factors = (SITE,) if isinstance(method, Minimisation) else ()
    assert f"{probability} is not between 1/2 and 1, both excluded" in refusal(TWO, method, factors)


def test_the_least_probability_depends_on_the_shares():
    Specification((Arm("a", 2), Arm("b")), Efron(Fraction(2, 5)))
    assert "not between 1/2 and 1" in refusal(TWO, Efron(Fraction(2, 5)))


def test_a_probability_nobody_can_draw_is_refused():
    assert "denominator of at most 1,000,000" in refusal(TWO, Efron(Fraction(700_001, 1_000_001)))


@pytest.mark.parametrize(
    ("sizes", "fault"),
    [
        ((4,), "block size 4 is no multiple of 3"),
        ((0,), "block size 0 is no multiple"),
        ((-3,), "block size -3 is no multiple"),
        ((300,), "up to 200"),
        ((3, 3), "block size 3 stands twice"),
        ((), "there is no block size"),
    ],
)
def test_block_sizes_are_multiples_of_the_sum_of_the_shares(sizes, fault):
    assert fault in refusal((Arm("a", 2), Arm("b")), PermutedBlocks(sizes))


@pytest.mark.parametrize("method", [BigStick(0), BlockUrn(-1), BigStick(1001)])
def test_a_limit_is_a_number_of_subjects(method):
    assert f"{method.limit} is no limit" in refusal(TWO, method)


@pytest.mark.parametrize("name", ["", " a", "a;b", "a\nb", "\ud800"])
def test_a_name_can_be_printed_and_told_from_its_neighbours(name):
    assert "printable text without a semicolon" in refusal((Arm(name), Arm("b")), Simple())
    assert "printable text without a semicolon" in refusal(TWO, Simple(), (Factor("f", (name,)),), ("f",))


def test_a_factor_name_has_no_equals_sign_but_a_level_may():
    assert "no equals sign" in refusal(TWO, Simple(), (Factor("a=b", ("c",)),), ("a=b",))
    assert Specification(TWO, Simple(), (Factor("a", ("=1",)),), ("a",)).stratum_of({"a": "=1"}) == "a==1"


def test_a_factor_that_is_used_for_nothing_is_refused():
    assert "ecog is used for nothing" in refusal(TWO, Simple(), (SITE, ECOG), ("site",))
    one = Minimisation({"site": Fraction(1)}, Measure.RANGE, Fraction(4, 5))
    assert "ecog has no weight" in refusal(TWO, one, (SITE, ECOG))
    assert "a minimisation has no strata" in refusal(TWO, one, (SITE,), ("site",))
    assert "there is no factor site" in refusal(TWO, one, (ECOG,))


@pytest.mark.parametrize("weight", [Fraction(0), Fraction(-1), Fraction(1, 1_000_001), Fraction(2_000_000)])
def test_a_weight_is_above_nought(weight):
    assert "a weight is above 0" in refusal(TWO, Minimisation({"site": weight}, Measure.RANGE, Fraction(4, 5)), (SITE,))


def test_all_faults_come_together():
    text = refusal((Arm("a", 0), Arm("a")), BigStick(2), (SITE, SITE, Factor("x", ())), ("site", "site", "age"))
    for fault in (
        "allocation, arms, item 1, shares: an arm has at least one share",
        "allocation, arms, item 2, name: a stands twice",
        "allocation, factors, item 2, name: site stands twice",
        "x has no level",
        "site stands twice",
        "there is no factor age",
        "x is used for nothing",
    ):
        assert fault in text


def test_more_strata_than_anybody_fills_are_refused():
    factors = tuple(Factor(name, tuple("0123456789")) for name in "abcde")
    assert "there are 100000 strata, more than 10000" in refusal(TWO, Simple(), factors, tuple("abcde"))
    assert len(list(Specification(TWO, Simple(), factors[:4], tuple("abcd")).strata)) == 10_000


def test_one_arm_is_no_choice_and_a_hundred_shares_are_too_many():
    assert "nothing to choose between" in refusal((Arm("a"),), Simple())
    assert "more than 60 shares" in refusal((Arm("a", 50), Arm("b", 50)), Simple())


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], "written as keys and values"),
        ({}, "arms is missing"),
        ({"arms": [1, {"name": "b"}]}, "allocation, arms, item 1: name is missing"),
        ({"arms": [{"name": "a", "shares": 1.0}]}, "is no whole number"),
        ({"arms": [{"name": "a", "shares": True}]}, "is no whole number"),
        ({"arms": [{"name": None}]}, "is no text"),
        ({"arms": {}}, "is no list"),
        ({"method": {"name": "alternation"}}, "there is no such method"),
        ({"method": {"name": ["simple"]}}, "there is no such method"),
        ({"method": {"name": "efron", "probability": 0.7}}, "is no fraction"),
        ({"method": {"name": "efron", "probability": "1/0"}}, "is no fraction"),
        ({"method": {"name": "efron", "probability": "1e999999999"}}, "is no fraction"),
        ({"method": {"name": "big-stick"}}, "limit is missing"),
        ({"method": {"name": "big-stick", "limit": 2, "sizes": [4]}}, "there is no sizes here"),
        ({"method": {"name": "minimisation", "weights": [1]}}, "weights are written as a factor"),
        ({"method": {"name": "minimisation", "weights": {}, "measure": "mean"}}, "no such measure"),
        ({"algorithm": "equipoise-allocation-2"}, "this version knows equipoise-allocation-1 only"),
    ],
)
def test_json_of_another_shape_is_refused(data, fault):
    with pytest.raises(ProtocolError) as refused:
        Specification.from_json(data)
    assert fault in str(refused.value)


def test_the_file_of_a_statistician_is_read(tmp_path):
    path = tmp_path / "allocation.yaml"
    path.write_text(
        "arms:\n  - {name: prrt, shares: 2}\n  - {name: surgery}\n"
        "factors:\n  - {name: site, levels: [Leeds, Oslo]}\n  - {name: ecog, levels: [0, 1]}\n"
        "method:\n  name: minimisation\n  weights: {site: 1, ecog: 0.5}\n  measure: standard-deviation\n"
        "  probability: 0.8\n",
        encoding="utf-8",
    )
    weights = {"site": Fraction(1), "ecog": Fraction(1, 2)}
    assert read_specification(path) == Specification(
        (Arm("prrt", 2), Arm("surgery")),
        Minimisation(weights, Measure.STANDARD_DEVIATION, Fraction(4, 5)),
        (SITE, Factor("ecog", ("0", "1"))),
    )


def test_faults_of_the_file_have_their_lines_and_come_together(tmp_path):
    path = tmp_path / "allocation.yaml"
    path.write_text(
        "arms:\n  - {name: prrt, shares: 2}\n  - {name: prrt, share: 1}\nmethod:\n  name: permuted-blocks\n"
        "  sizes: [4, 6]\nstratify: [site]\n",
        encoding="utf-8",
    )
    with pytest.raises(ProtocolError) as refused:
        read_specification(path)
    text = str(refused.value)
    assert "allocation.yaml line 3, arms prrt, name: prrt stands twice" in text
    assert "line 3, arms prrt, share: there is no share here\n  Did you mean 'shares'?" in text
    assert "line 6, method, sizes item 1: block size 4 is no multiple of 3" in text
    assert "line 7, stratify item 1: there is no factor site" in text


def test_a_file_that_is_no_allocation_is_refused(tmp_path):
    path = tmp_path / "allocation.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(ProtocolError, match="written as keys and values"):
        read_specification(path)
