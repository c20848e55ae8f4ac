"""Test 9 of an allocation: golden vectors, from docs/reference/allocation-algorithm.md, programmed again from its text.

The second program shares nothing with the product: HMAC and canonical JSON are written out, weights are fractions. Its
results stand here as constants, so that a Python on which both would change alike is seen too.
"""

import hashlib
import json
import re
from fractions import Fraction
from itertools import count
from math import isqrt
from pathlib import Path

import pytest

from equipoise.allocation.commitment import Frozen, check_reveal, compute_commitment, reveal
from equipoise.allocation.decision import Decision, decide, first_tally, list_sequence, tally_after
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "allocation-algorithm.md"
SECRET, SALT = bytes(range(32)), bytes(range(32, 64))


# The second program, section by section of the page.


def as_json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hmac_sha256(key, message):
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


def words(secret, purpose, stratum, position):
    for number in count():
        block = hmac_sha256(secret, as_json(["equipoise-allocation-1", purpose, stratum, position, number]))
        for start in (0, 8, 16, 24):
            yield int.from_bytes(block[start : start + 8], "big")


def below(stream, n):
    return next(word % n for word in stream if word < 2**64 - 2**64 % n)


def shuffle(stream, items):
    for i in range(len(items) - 1, 0, -1):
        j = below(stream, i + 1)
        items[i], items[j] = items[j], items[i]
    return items


def coin(scores, probability):
    p, n = Fraction(probability), len(scores)
    tied = [score == min(scores) for score in scores]
    other = (1 - p) / (n - 1)
    each = (p + (sum(tied) - 1) * other) / sum(tied)
    return [each if is_tied else other for is_tied in tied]


def distance(counts, measure):
    n = len(counts)
    variance = Fraction(n * sum(c * c for c in counts) - sum(counts) ** 2, n * (n - 1))
    if measure == "range":
        return Fraction(max(counts) - min(counts))
    if measure == "variance":
        return variance
    return Fraction(isqrt(variance.numerator * 10**100 // variance.denominator), 10**50)


def score(specification, margins, values, share):
    method = specification["method"]
    total = Fraction(0)
    for factor, weight in method["weights"].items():
        counts = list(margins[factor][values[factor]])
        counts[share] += 1
        total += Fraction(weight) * distance(counts, method["measure"])
    if method["measure"] == "standard-deviation":
        total = Fraction((total * 10**30 + Fraction(1, 2)).__floor__(), 10**30)
    return total


def probabilities(specification, counts, scores):
    method, n = specification["method"], len(counts)
    if method["name"] == "simple":
        return [Fraction(1, n)] * n
    if method["name"] == "big-stick":
        free = [c < min(counts) + method["limit"] for c in counts]
        return [Fraction(is_free, sum(free)) for is_free in free]
    if method["name"] == "block-urn":
        balls = [method["limit"] + min(counts) - c for c in counts]
        return [Fraction(ball, sum(balls)) for ball in balls]
    return coin(scores or counts, method["probability"])


def whole_weights(chances):
    """In smallest whole numbers."""
    scale = next(n for n in count(1) if all((chance * n).denominator == 1 for chance in chances))
    return [int(chance * scale) for chance in chances], scale


def block_places(specification, secret, stratum, n_shares):
    sizes = specification["method"]["sizes"]
    for k in count():
        size = sizes[below(words(secret, "block-size", stratum, k), len(sizes))]
        order = shuffle(words(secret, "block-order", stratum, k), list(range(n_shares)) * (size // n_shares))
        for place, share in enumerate(order):
            yield share, {"index": k, "size": size, "place": place}


def decide_trial(specification, secret, subjects, imported=None):
    """All decisions of a trial, in order, as their JSON."""
    shares = [arm["name"] for arm in specification["arms"] for _ in range(arm["shares"])]
    method, zero = specification["method"], [0] * len(shares)
    margins = {f["name"]: {level: list(zero) for level in f["levels"]} for f in specification["factors"]}
    counts, positions, blocks = {}, {}, {}
    for values in subjects:
        named = [f["name"] for f in specification["factors"] if f["name"] in specification["stratify"]]
        stratum = "; ".join(f"{name}={values[name]}" for name in named) or "all"
        position = positions.setdefault(stratum, 0)
        own = counts.setdefault(stratum, list(zero))
        record = {
            "arm": None,
            "stratum": stratum,
            "position": position,
            "values": values,
            "share": None,
            "counts": [],
            "margins": {},
            "scores": [],
            "probabilities": [],
            "draw": None,
            "draw_range": None,
            "block": None,
        }
        if method["name"] == "sealed-list":
            record["arm"] = imported[stratum][position]
        elif method["name"] == "permuted-blocks":
            places = blocks.setdefault(stratum, block_places(specification, secret, stratum, len(shares)))
            record["share"], record["block"] = next(places)
        else:
            scores = []
            if method["name"] == "minimisation":
                scores = [score(specification, margins, values, share) for share in range(len(shares))]
                record["margins"] = json.loads(json.dumps(margins))
            elif method["name"] != "simple":
                record["counts"] = list(own)
            chances = probabilities(specification, own, scores)
            weights, scale = whole_weights(chances)
            draw = below(words(secret, "arm", stratum, position), scale)
            share = next(s for s in range(len(shares)) if sum(weights[: s + 1]) > draw)
            record |= {
                "share": share,
                "scores": [str(s) for s in scores],
                "draw": draw,
                "draw_range": scale,
                "probabilities": [str(chance) for chance in chances],
            }
        if record["share"] is not None:
            record["arm"] = shares[record["share"]]
            own[record["share"]] += 1
            for factor, level in values.items():
                margins[factor][level][record["share"]] += 1
        positions[stratum] += 1
        yield record


def merkle(leaves):
    """RFC 6962, section 2.1, as it is defined there: split at the largest power of two below the length."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def list_root(imported, secret):
    leaves = []
    for stratum in sorted(imported, key=str.encode):
        for position, arm in enumerate(imported[stratum]):
            salt = hmac_sha256(secret, as_json(["equipoise-allocation-1", "list-leaf", stratum, position, 0])).hex()
            leaves.append(as_json([stratum, position, arm, salt]))
    return merkle(leaves).hex()


def commitment(specification, secret, salt, root):
    opened = {"specification": specification, "list_root": root, "secret": secret.hex(), "salt": salt.hex()}
    return hashlib.sha256(as_json(opened)).hexdigest()


# What both are asked.

SITE = {"name": "site", "levels": ["Leeds", "Malmö"]}
ECOG = {"name": "ecog", "levels": ["0", "1", ">= 2"]}
LIST = {"site=Leeds": ["A", "B", "B", "A", "A"], "site=Malmö": ["B", "A"]}


def specification_of(method, ratio=(1, 1), factors=(SITE,), stratify=("site",)):
    arms = [{"name": name, "shares": shares} for name, shares in zip("ABC", ratio, strict=False)]
    return {
        "algorithm": "equipoise-allocation-1",
        "arms": arms,
        "factors": list(factors),
        "stratify": list(stratify),
        "method": method,
    }


def minimise(measure, probability="4/5", ratio=(1, 1)):
    method = {
        "name": "minimisation",
        "weights": {"site": "1", "ecog": "2/3"},
        "measure": measure,
        "probability": probability,
    }
    return specification_of(method, ratio, (SITE, ECOG), ())


CASES = {
    "simple 1:1": specification_of({"name": "simple"}),
    "simple 2:1, unstratified": specification_of({"name": "simple"}, (2, 1), (), ()),
    "blocks 4 and 6": specification_of({"name": "permuted-blocks", "sizes": [4, 6]}),
    "blocks 5, 3:2, two factors": specification_of(
        {"name": "permuted-blocks", "sizes": [5]}, (3, 2), (SITE, ECOG), ("site", "ecog")
    ),
    "big stick 3": specification_of({"name": "big-stick", "limit": 3}),
    "block urn 2, 1:1:2": specification_of({"name": "block-urn", "limit": 2}, (1, 1, 2)),
    "Efron 2/3": specification_of({"name": "efron", "probability": "2/3"}),
    "Efron 0.7, 2:1": specification_of({"name": "efron", "probability": "7/10"}, (2, 1)),
    "minimisation by range": minimise("range"),
    "minimisation by variance, 2:1": minimise("variance", "3/4", (2, 1)),
    "minimisation by standard deviation, 1:1:2": minimise("standard-deviation", "2/3", (1, 1, 2)),
}
SUBJECTS = [{"site": SITE["levels"][i * i % 7 % 2], "ecog": ECOG["levels"][i * i % 11 % 3]} for i in range(60)]
"""A fixed sequence without a generator: quadratic residues."""

GOLDEN = {
    "simple 1:1": (
        "BABABAABBAABAABBBAAAAAABBAABABAAAABABABAAABABBBBBABBBABBAAAA",
        "92fc101ec33f526a369519a0c991344a7827c586883003b03649860fca71fc2e",
    ),
    "simple 2:1, unstratified": (
        "BBAAABBBAABAABBBAAAAABBABAABBBBBABBBBBAAAAAABAAAAABAAAAAABBB",
        "f3acae1e32b3d79b308c1ba8bea98280a40786bb68bde90ca45a0b2843def1aa",
    ),
    "blocks 4 and 6": (
        "BBABABABABAAABBBBAABBAABABAABAABAAABBAABABBBBBABAAABAABBAABA",
        "66d00a8d17e6327b900ff667fd6a46ab015c57dc4dd02eefff99565bd71411da",
    ),
    "blocks 5, 3:2, two factors": (
        "ABBAABBBAAAABABBBBAAAABAAABAAAAABABBAAABABAABABABBAAAABAAAAB",
        "5fe9e9b8fd7aff1627cd8fba11d63f6c89cfc1b13ec602fddab915425fc498c6",
    ),
    "big stick 3": (
        "BABABAABBAABAABBBAAAAAABBAABABBABABBBABABABABBBBBABBAABBAAAA",
        "36e2b4f01b9f7c62c9e90232478b7cb64270498c004ac8a889cddb9765465de6",
    ),
    "block urn 2, 1:1:2": (
        "BACBCACCCBCACBCCBACBCCBCCAABACBCCCACCCAABABCACCCBACCBBBCABCC",
        "1045cfb6827bdb28651a6e322154041e8463e7cfe3a48199268e19b74f68c225",
    ),
    "Efron 2/3": (
        "BAAABABBBAABBBBABAAAABABBBBAABAAAABBBABABABABABABABBAAABAAAB",
        "e153e6bda4ad24a174ae30de0f56e397ad5b879c619487671d6799d6a3ce9de3",
    ),
    "Efron 0.7, 2:1": (
        "BBAAAAAAAABBBAAABAAABAABABABAAAAABABBABAAAAABABAAAAAAAABABBB",
        "8d1bf7f7cbba6f5d36a345693270bc46e5ae3a9debae010396c941ab7b511232",
    ),
    "minimisation by range": (
        "ABBBABBAAABABAABBBAAAABBBBAAABBAAAAAABBABBBBBBBAAABBAABBAAAB",
        "09747f746ac6989d815e52467e985e873552d95b465e0c0988eb5b82ff28f0a7",
    ),
    "minimisation by variance, 2:1": (
        "BBBBBAAAAAAAAAAAABAABABAABBAAABAAAABAAABAAABABBAAAAABABBAAAA",
        "deb851a1f221fab27d6e9c4bf395cecc227cfb9b0b73490bb583352c15451768",
    ),
    "minimisation by standard deviation, 1:1:2": (
        "CBCBCACAABCACCCBBCCAACCBABCCCCBCACBCCBBBAACAACACCACCBBABCBCB",
        "896976a4608c5f8a6e6dfe76898ca00738e492a50adad904484b7f7c590cfddd",
    ),
}
"""Arms of the 60 subjects, and the SHA-256 of all decisions: worked out by the second program."""


def subjects_for(specification):
    names = [factor["name"] for factor in specification["factors"]]
    return [{name: subject[name] for name in names} for subject in SUBJECTS]


def digest(records):
    return hashlib.sha256(b"\n".join(as_json(record) for record in records)).hexdigest()


def decide_with_product(specification_json, subjects, restart_at=None):
    """The same trial by the product; at `restart_at` everything is thrown away but the JSON of the decisions."""
    specification, records = Specification.from_json(specification_json), []
    last = {}
    for number, values in enumerate(subjects):
        if number == restart_at:
            specification = Specification.from_json(json.loads(as_json(specification.to_json())))
            last = {record["stratum"]: Decision.from_json(json.loads(as_json(record))) for record in records}
        stratum = specification.stratum_of(values)
        tally = tally_after(last[stratum]) if stratum in last else first_tally(specification, stratum)
        last[stratum] = decide(specification, SECRET, values, tally)
        records.append(last[stratum].to_json())
    return records


@pytest.mark.parametrize("name", CASES)
def test_09_the_second_program_gives_the_golden_vectors(name):
    records = list(decide_trial(CASES[name], SECRET, subjects_for(CASES[name])))
    assert ("".join(record["arm"] for record in records), digest(records)) == GOLDEN[name]


@pytest.mark.parametrize("name", CASES)
def test_09_the_product_gives_the_golden_vectors(name):
    records = decide_with_product(CASES[name], subjects_for(CASES[name]))
    assert ("".join(record["arm"] for record in records), digest(records)) == GOLDEN[name]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("restart_at", [1, 29, 59])
def test_09_a_restart_in_the_middle_changes_no_byte(name, restart_at):
    assert digest(decide_with_product(CASES[name], subjects_for(CASES[name]), restart_at)) == GOLDEN[name][1]


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("minimisation")])
def test_a_list_made_in_advance_is_the_list_drawn_one_at_a_time(name):
    records = list(decide_trial(CASES[name], SECRET, subjects_for(CASES[name])))
    for stratum in {record["stratum"] for record in records}:
        arms = tuple(record["arm"] for record in records if record["stratum"] == stratum)
        assert list_sequence(Specification.from_json(CASES[name]), SECRET, stratum, len(arms)) == arms


def test_09_a_sealed_list_is_followed_and_its_root_is_that_of_the_page():
    specification_json = specification_of({"name": "sealed-list", "sizes": []})
    specification, imported = (
        Specification.from_json(specification_json),
        ImportedList({stratum: tuple(arms) for stratum, arms in LIST.items()}),
    )
    subjects = [{"site": "Leeds"}, {"site": "Malmö"}, {"site": "Leeds"}]
    tallies, records = {}, []
    for values in subjects:
        stratum = specification.stratum_of(values)
        tally = tallies.get(stratum, first_tally(specification, stratum))
        decision = decide(specification, SECRET, values, tally, imported)
        tallies[stratum] = tally_after(decision)
        records.append(decision.to_json())
    assert records == list(decide_trial(specification_json, SECRET, subjects, LIST))
    assert imported.root(SECRET) == list_root(LIST, SECRET)
    frozen = Frozen(specification, SECRET, SALT, imported)
    assert compute_commitment(frozen) == commitment(specification_json, SECRET, SALT, list_root(LIST, SECRET))
    assert check_reveal(json.loads(as_json(reveal(frozen))), compute_commitment(frozen)) == []


# The numbers of the page itself.

SECTION_1, SECTION_8, BLOCK_DECISION, MINIMISATION, MINIMISATION_DECISION = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
)


def test_the_example_of_blocks_on_the_page_is_right():
    subjects = [{"site": "Leeds"}] * 9
    records = list(decide_trial(SECTION_1, SECRET, subjects))
    assert records == decide_with_product(SECTION_1, subjects)
    assert records[4] == BLOCK_DECISION
    assert " ".join(record["arm"] for record in records) == "B A A A A B A B A"
    text = PAGE.read_text(encoding="utf-8")
    assert as_json(SECTION_1).decode() in text
    assert Specification.from_json(SECTION_1).digest in text
    assert commitment(SECTION_1, SECRET, SALT, None) in text
    for purpose in ("block-size", "block-order"):
        message = as_json(["equipoise-allocation-1", purpose, "site=Leeds", 0, 0])
        assert message.decode() in text
        assert hmac_sha256(SECRET, message).hex() in text


def test_the_example_of_minimisation_on_the_page_is_right():
    subjects = [
        {"site": site, "ecog": ecog}
        for site, ecog in zip(("Leeds", "Oslo", "Leeds", "Leeds", "Oslo"), "00101", strict=True)
    ]
    records = list(decide_trial(MINIMISATION, SECRET, subjects))
    assert records == decide_with_product(MINIMISATION, subjects)
    assert records[4] == MINIMISATION_DECISION
    assert (records[0]["draw"], records[1]["draw"], records[1]["draw_range"]) == (2, 5, 20)
    assert commitment(MINIMISATION, SECRET, SALT, None) in PAGE.read_text(encoding="utf-8")


def test_the_example_of_a_list_and_the_fields_of_a_decision_on_the_page_are_right():
    text = PAGE.read_text(encoding="utf-8")
    assert list_root({"site=Leeds": ["A", "B", "A"], "site=Oslo": ["B"]}, SECRET) in text
    assert hmac_sha256(SECRET, as_json(["equipoise-allocation-1", "list-leaf", "site=Leeds", 0, 0])).hex() in text
    assert Decision.from_json(SECTION_8).to_json() == SECTION_8
