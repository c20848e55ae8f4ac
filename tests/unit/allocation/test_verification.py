"""Commitment, reveal, replay and Merkle proofs: what is changed afterwards is found and named.

Merkle roots: the test data of Certificate Transparency, of which RFC 6962 is the text (eight leaves, google/
certificate-transparency, merkle_tree_test.cc).
"""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from equipoise.allocation.commitment import Frozen, check_reveal, compute_commitment, read_reveal, reveal
from equipoise.allocation.decision import decide, first_tally, tally_after
from equipoise.allocation.merkle import compute_root, is_proven, prove_leaf
from equipoise.allocation.methods import (
    BigStick,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.replay import replay
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.errors import UnreadableInputError

SECRET, SALT = bytes(range(32)), bytes(range(32, 64))
TWO = (Arm("A"), Arm("B"))
SITE = Factor("site", ("Leeds", "Oslo"))
LISTED = ImportedList({"site=Leeds": ("A", "B", "B", "A") * 5, "site=Oslo": ("B", "A") * 10})
MINIMISATION = Minimisation({"site": Fraction(1)}, Measure.RANGE, Fraction(4, 5))
SPECIFICATIONS = {
    "simple": Specification(TWO, Simple(), (SITE,), ("site",)),
    "blocks": Specification(TWO, PermutedBlocks((4, 6)), (SITE,), ("site",)),
    "big stick": Specification(TWO, BigStick(2), (SITE,), ("site",)),
    "efron": Specification(TWO, Efron(Fraction(2, 3)), (SITE,), ("site",)),
    "minimisation": Specification(TWO, MINIMISATION, (SITE,)),
    "list": Specification(TWO, SealedList(), (SITE,), ("site",)),
}
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def trial_of(name, n=20):
    specification, tallies, decisions = SPECIFICATIONS[name], {}, []
    for number in range(n):
        values = {"site": SITE.levels[number * number % 3 % 2]}
        stratum = specification.stratum_of(values)
        tally = tallies.get(stratum, first_tally(specification, stratum))
        decisions.append(decide(specification, SECRET, values, tally, LISTED))
        tallies[stratum] = tally_after(decisions[-1])
    return decisions


def other_arm(arm):
    return "B" if arm == "A" else "A"


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_an_honest_trial_replays_without_a_mismatch(name):
    assert replay(SPECIFICATIONS[name], SECRET, trial_of(name), LISTED) == []


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_an_altered_arm_is_named_once_with_its_place(name):
    decisions = trial_of(name)
    decisions[7] = replace(decisions[7], arm=other_arm(decisions[7].arm))
    (mismatch,) = replay(SPECIFICATIONS[name], SECRET, decisions, LISTED)
    assert (mismatch.number, mismatch.field) == (7, "arm")
    assert str(mismatch) == (f"decision 7, stratum {decisions[7].stratum}, place {decisions[7].position}: arm differs")


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_every_field_of_a_decision_is_compared(name):
    """Each number and each text that the record holds is changed by itself."""
    honest = trial_of(name)
    for field, value in honest[7].to_json().items():
        if field != "values" and value not in (None, [], {}):
            altered = {**honest[7].to_json(), field: alter(field, value)}
            decisions = [*honest[:7], type(honest[7]).from_json(altered), *honest[8:]]
            found = replay(SPECIFICATIONS[name], SECRET, decisions, LISTED)
            assert [(each.number, each.field) for each in found] == [(7, field)]


def alter(field, value):
    if field in ("scores", "probabilities"):
        return [str(Fraction(value[0]) + 1), *value[1:]]
    if isinstance(value, dict):
        first = next(iter(value))
        return {**value, first: alter(first, value[first])}
    if isinstance(value, list):
        return [value[0] + 1, *value[1:]]
    return value + 1 if isinstance(value, int) else value + "x"


def test_a_place_that_is_missing_or_stands_twice_is_found():
    decisions = trial_of("big stick")
    missing = replay(SPECIFICATIONS["big stick"], SECRET, decisions[:7] + decisions[8:])
    twice = replay(SPECIFICATIONS["big stick"], SECRET, [*decisions[:8], *decisions[7:]])
    for found, number in ((missing, 7), (twice, 8)):
        assert "position" in {mismatch.field for mismatch in found}
        assert min(mismatch.number for mismatch in found) >= number


def test_a_value_that_is_no_level_is_found():
    decisions = trial_of("blocks")
    decisions[3] = replace(decisions[3], values={"site": "Bergen"})
    found = replay(SPECIFICATIONS["blocks"], SECRET, decisions)
    assert (found[0].number, found[0].field) == (3, "values")


def test_another_secret_does_not_replay():
    found = replay(SPECIFICATIONS["blocks"], SALT, trial_of("blocks"))
    assert {mismatch.field for mismatch in found} >= {"arm", "share"}


def opened(name):
    frozen = Frozen(SPECIFICATIONS[name], SECRET, SALT, LISTED if name == "list" else None)
    return json.loads(json.dumps(reveal(frozen))), compute_commitment(frozen)


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_a_reveal_opens_its_commitment(name):
    document, commitment = opened(name)
    assert check_reveal(document, commitment) == []
    frozen = read_reveal(document, commitment)
    assert frozen == Frozen(SPECIFICATIONS[name], SECRET, SALT, LISTED if name == "list" else None)
    assert replay(frozen.specification, frozen.secret, trial_of(name), frozen.imported) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"secret": SALT.hex()}, "do not give the published commitment"),
        ({"salt": SECRET.hex()}, "do not give the published commitment"),
        ({"list_root": "0" * 64}, "do not give the published commitment"),
        ({"specification": SPECIFICATIONS["blocks"].to_json()}, "do not give the published commitment"),
        ({"list": {**LISTED.arms_by_stratum, "site=Oslo": ["A", "B"] * 10}}, "does not give the list root"),
        ({"list": None}, "does not give the list root"),
        ({"list": [1, 2]}, "has a part of another kind"),
        ({"secret": "xyz"}, "has a part of another kind"),
        ({"secret": "00"}, "has a part of another kind"),
        ({"specification": 0.5}, "do not give the published commitment"),
        ({"kind": "a letter"}, "is no reveal: kind missing"),
        ({"salt": ...}, "is no reveal: salt missing"),
    ],
)
def test_a_reveal_of_something_else_is_found(change, fault):
    document, commitment = opened("list")
    document = {key: value for key, value in {**document, **change}.items() if value is not ...}
    assert any(fault in found.what for found in check_reveal(document, commitment))


def test_the_commitment_is_the_published_one_and_not_the_one_in_the_document():
    document, _ = opened("list")
    assert len(check_reveal(document, "0" * 64)) == 1
    with pytest.raises(UnreadableInputError, match="does not open the published commitment"):
        read_reveal(document, "0" * 64)


def test_what_is_printed_by_accident_tells_neither_secret_nor_arm():
    frozen, decision = Frozen(SPECIFICATIONS["list"], SECRET, SALT, LISTED), trial_of("efron")[7]
    shown = repr(frozen) + repr(LISTED)
    assert repr(SECRET) not in shown
    assert repr(SALT) not in shown
    assert "('A', 'B'" not in shown
    assert repr(decision) == "Decision('site=Oslo', 4)"
    assert repr(tally_after(decision)) == "Tally(stratum='site=Oslo', position=5)"


@pytest.mark.parametrize(("secret", "salt"), [(b"short", SALT), (SECRET, b"short")])
def test_a_short_secret_or_salt_is_refused_and_not_shown(secret, salt):
    with pytest.raises(ValueError, match="has 32 bytes, this has 5") as refused:
        Frozen(SPECIFICATIONS["simple"], secret, salt)
    assert "short" not in str(refused.value)


@pytest.mark.parametrize("n", range(1, 9))
def test_roots_are_those_of_certificate_transparency(n):
    assert compute_root(CT_LEAVES[:n]).hex() == CT_ROOTS[n - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    """RFC 6962, section 2.1: SHA-256 of the empty text."""
    assert compute_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13])
def test_a_proof_holds_for_its_leaf_and_no_other(n):
    leaves = [b"leaf %d" % number for number in range(n)]
    root = compute_root(leaves)
    for index in range(n):
        proof = prove_leaf(leaves, index)
        assert is_proven(leaves[index], index, n, proof, root)
        assert not is_proven(b"another", index, n, proof, root)
        assert not is_proven(leaves[index], index, n, [*proof, b"\0" * 32], root)
        assert not is_proven(leaves[index], n, n, proof, root)
        if proof:
            assert not is_proven(leaves[index], index, n, proof[:-1], root)
            assert not is_proven(leaves[index], (index + 1) % n, n, proof, root)
    with pytest.raises(IndexError, match=f"no leaf {n}"):
        prove_leaf(leaves, n)


def test_the_proof_of_a_place_shows_that_place_alone():
    root, proof = LISTED.root(SECRET), LISTED.prove_place(SECRET, "site=Oslo", 3)
    assert proof.is_in(root)
    assert json.loads(proof.leaf)[:3] == ["site=Oslo", 3, "A"]
    assert not replace(proof, leaf=proof.leaf.replace(b'"A"', b'"B"')).is_in(root)
    assert not proof.is_in(LISTED.root(SALT))


def test_equal_places_have_leaves_that_do_not_look_alike():
    """Without the salt from the secret, two arms would give two hashes, and a proof would show its neighbour."""
    leaves = LISTED.leaves(SECRET)
    salts = [json.loads(leaf)[3] for leaf in leaves]
    assert len(set(salts)) == len(leaves) == 40
