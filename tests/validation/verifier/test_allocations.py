"""Test 13 of the conduct of a trial: a second program computes every allocation again, for every method.

The decisions are those of the package; the verifier was written from docs/reference/allocation-algorithm.md alone.
"""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from tests.validation.verifier.ledger import AllocatedTrial, Json, written
from tests.validation.verifier.program import verify

from equipoise.allocation.methods import (
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Method,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Arm, Factor, Specification

FACTORS = (Factor("site", ("Leeds", "Zürich")), Factor("ecog", ("0", "1")))
WEIGHTS = {"site": Fraction(1, 2), "ecog": Fraction(3)}
RATIOS = {"1:1": (1, 1), "2:1": (2, 1), "1:1:2": (1, 1, 2)}
METHODS = {
    "simple": Simple(),
    "permuted-blocks": PermutedBlocks((12, 24)),
    "big-stick": BigStick(2),
    "block-urn": BlockUrn(3),
    "efron": Efron(Fraction(2, 3)),
    "minimisation-range": Minimisation(WEIGHTS, Measure.RANGE, Fraction(4, 5)),
    "minimisation-variance": Minimisation(WEIGHTS, Measure.VARIANCE, Fraction(7, 10)),
    "minimisation-standard-deviation": Minimisation(WEIGHTS, Measure.STANDARD_DEVIATION, Fraction(17, 20)),
    "sealed-list": SealedList(),
}


def trial_of(method: Method, ratio: tuple[int, ...] = (1, 1), n: int = 12, **options: object) -> AllocatedTrial:
    """A trial with two factors and arms in this ratio."""
    arms = tuple(Arm(f"arm {'ABC'[place]}", shares) for place, shares in enumerate(ratio))
    stratify = () if isinstance(method, Minimisation) else ("site", "ecog")
    specification = Specification(arms, method, FACTORS, stratify)
    imported = None
    if isinstance(method, SealedList):
        imported = ImportedList(
            {
                stratum: tuple(arms[(place * place + number) % len(arms)].name for place in range(n))
                for number, stratum in enumerate(specification.strata)
            }
        )
    return AllocatedTrial(specification, n, imported, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("method", METHODS)
def test_13_every_allocation_of_a_trial_is_computed_again(tmp_path, method, ratio):
    trial = trial_of(METHODS[method], RATIOS[ratio], n=60).whole()
    said = verify(trial.ledger.export(tmp_path))
    assert (said.code, said.differences) == (0, [])
    assert said.n_allocations == said.n_computed_again == 60


@pytest.mark.long
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("method", METHODS)
def test_13_every_allocation_of_a_large_trial_is_computed_again(tmp_path, method, ratio):
    trial = trial_of(METHODS[method], RATIOS[ratio], n=800, seed=2).whole()
    said = verify(trial.ledger.export(tmp_path))
    assert (said.code, said.differences, said.n_computed_again) == (0, [], 800)


@pytest.mark.parametrize("method", METHODS)
def test_13_swapped_arms_are_named_one_by_one(tmp_path, method):
    """The owner of the log has all keys and writes a whole chain, with the arms of the fifth and sixth swapped."""
    others = {"arm A": "arm B", "arm B": "arm A"}

    def swap(number, decision):
        told = decision.to_json()
        return told | {"arm": others[told["arm"]]} if number in (5, 6) else told

    trial = trial_of(METHODS[method], lie=swap).whole()
    said = verify(trial.ledger.export(tmp_path))
    assert said.code == 1
    lies = [seq for seq in trial.events[4:6] for _ in range(2)]
    assert [found.split(": arm is ")[0] for found in said.differences] == [
        f"event {seq}: part {part}" for seq, part in zip(lies, ["arm", "decision"] * 2, strict=True)
    ]


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("simple", "draw"),
        ("simple", "draw_range"),
        ("simple", "share"),
        ("big-stick", "counts"),
        ("efron", "probabilities"),
        ("permuted-blocks", "block"),
        ("minimisation-range", "margins"),
        ("minimisation-variance", "scores"),
        ("block-urn", "stratum"),
    ],
)
def test_any_field_of_a_decision_that_is_not_what_the_secret_decides_is_named(tmp_path, method, field):
    def forget(number, decision):
        told = decision.to_json()
        return told | {field: None} if number == 7 else told

    trial = trial_of(METHODS[method], lie=forget).whole()
    said = verify(trial.ledger.export(tmp_path))
    seq = trial.events[6]
    assert said.code == 1
    assert said.differences[-1].startswith(f"event {seq}: part decision: {field} is None, computed again ")
    assert all(found.startswith(f"event {seq}: part") for found in said.differences)


def moved_to(place: int):
    """A lie on the place of the seventh decision: it names another one."""

    def lie(number, decision) -> Json:
        told = decision.to_json()
        return told | {"position": told["position"] + place} if number == 7 else told

    return lie


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("is_revealed", [True, False])
def test_13_a_place_skipped_or_used_twice_is_named_even_before_the_reveal(tmp_path, by, is_revealed):
    specification = Specification((Arm("A"), Arm("B")), PermutedBlocks((4, 6)))
    trial = AllocatedTrial(specification, lie=moved_to(by)).begin()
    for number in range(1, 9):
        trial.allocate(number)
    if is_revealed:
        trial.end()
    said = verify(trial.ledger.export(tmp_path))
    expected = f"event {trial.events[6]}: part decision: position is {6 + by}, computed again 6"
    assert (said.code, said.differences) == (1, [expected])


def test_13_a_subject_allocated_twice_is_named_with_both_events(tmp_path):
    trial = trial_of(Simple()).begin()
    first, _, second = trial.allocate(1), trial.allocate(2), trial.allocate(1)
    said = verify(trial.end().ledger.export(tmp_path))
    expected = f"event {second}: subject leeds-0001 was allocated before, in event {first}"
    assert (said.code, said.differences) == (1, [expected])


def test_an_allocation_before_the_freeze_is_named(tmp_path):
    trial = trial_of(Simple())
    trial.allocate(1)
    said = verify(trial.freeze().end().ledger.export(tmp_path))
    assert (said.code, said.differences) == (1, ["event 1: there is not exactly one frozen allocation before it"])


def test_a_scheme_frozen_a_second_time_is_named(tmp_path):
    """Frozen again with a secret that was drawn until the next arm suited."""
    trial = trial_of(Simple()).begin()
    trial.allocate(1)
    other = trial_of(Simple(), seed=9)
    trial.frozen, trial.reveal = other.frozen, other.reveal
    trial.freeze()
    again = trial.allocate(2)
    said = verify(trial.end().ledger.export(tmp_path))
    assert said.code == 1
    assert "event 3: the commitment is not that of the reveal" in said.differences
    assert f"event {again}: there is not exactly one frozen allocation before it" in said.differences


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"secret": "00" * 32}, "the commitment is not that of the reveal"),
        ({"salt": "00" * 32}, "the commitment is not that of the reveal"),
        ({"commitment": "00" * 32}, "the commitment is not that of the reveal"),
        ({"list": {"site=Leeds; ecog=0": ["arm A"]}}, "the revealed list does not have the root committed to"),
        ({"list": None}, "the revealed list does not have the root committed to"),
        ({"secret": "no hexadecimal"}, "is not as it should be written: ValueError"),
        ({"specification": {}}, "is not as it should be written: KeyError"),
    ],
)
def test_a_reveal_of_something_else_is_named(tmp_path, change, expected):
    trial = trial_of(SealedList())
    trial.reveal = trial.reveal | change if "commitment" not in change else trial.reveal
    trial.begin()
    if "commitment" in change:
        trial.reveal = trial.reveal | change
    trial.allocate(1)
    said = verify(trial.end().ledger.export(tmp_path))
    assert said.code == 1
    assert said.differences[0].startswith(f"event 3: {expected}")


def test_what_was_published_of_the_specification_is_compared_with_the_reveal(tmp_path):
    trial = trial_of(Efron(Fraction(2, 3)))
    honest = trial.specification
    trial.specification = Specification(honest.arms, BigStick(2), (FACTORS[0],), ("site",))
    trial.freeze()
    trial.specification = honest
    said = verify(trial.end().ledger.export(tmp_path))
    assert said.code == 1
    assert sorted(said.differences) == [
        f"event 1: {name} is not that of the revealed specification" for name in ("factors", "method", "stratify")
    ]


def test_before_the_reveal_nothing_is_computed_again(tmp_path):
    trial = trial_of(BigStick(2)).begin()
    for number in range(1, 9):
        trial.allocate(number)
    said = verify(trial.ledger.export(tmp_path))
    assert (said.code, said.n_allocations, said.n_computed_again) == (0, 8, 0)


def test_a_reveal_that_came_as_a_file_serves_as_well(tmp_path):
    trial = trial_of(BigStick(2)).begin()
    for number in range(1, 9):
        trial.allocate(number)
    file = tmp_path / "reveal.json"
    file.write_text(json.dumps(trial.reveal, indent=2))
    said = verify(trial.ledger.export(tmp_path / "export"), reveal=file)
    assert (said.code, said.n_computed_again) == (0, 8)
    file.write_bytes(written(trial.reveal | {"secret": "11" * 32}))
    said = verify(tmp_path / "export", reveal=file)
    assert (said.code, said.differences) == (1, ["event 3: the commitment is not that of the reveal"])


@pytest.mark.parametrize("method", METHODS)
def test_a_masked_reader_computes_every_arm_again_from_the_open_parts_alone(tmp_path, method):
    """The factors as used are open, so after the reveal nobody has to be asked for the decisions."""
    hidden = ("identity", "clinical", "treatment", "decision", "secret", "credentials")
    trial = trial_of(METHODS[method]).whole()
    said = verify(trial.ledger.export(tmp_path / "arms", withheld=hidden))
    assert (said.code, said.n_computed_again) == (0, 12)
    said = verify(trial.ledger.export(tmp_path / "open", withheld=(*hidden[1:], "arm"), destroyed=("identity",)))
    assert (said.code, said.n_computed_again) == (0, 12)


def test_a_lie_in_the_arm_alone_is_named_where_decisions_are_withheld(tmp_path: Path):
    def flip(number, decision):
        told = decision.to_json()
        return told | {"arm": "arm B" if told["arm"] == "arm A" else "arm A"} if number == 4 else told

    trial = trial_of(Simple(), lie=flip).whole()
    said = verify(trial.ledger.export(tmp_path, withheld=("decision", "identity")))
    assert said.code == 1
    (found,) = said.differences
    assert found.startswith(f"event {trial.events[3]}: part arm: arm is arm ")


def test_a_stratum_that_does_not_follow_from_the_factors_is_named_where_decisions_are_withheld(tmp_path):
    def move(number, decision):
        return decision.to_json() | ({"stratum": "site=Oslo; ecog=0"} if number == 4 else {})

    trial = trial_of(Simple(), lie=move).whole()
    said = verify(trial.ledger.export(tmp_path, withheld=("decision", "identity")))
    assert said.code == 1
    (found,) = said.differences
    assert found.startswith(f"event {trial.events[3]}: part open: stratum is site=Oslo; ecog=0, computed again site=")


def test_a_reveal_file_and_the_reveal_in_the_log_are_both_held_against_the_commitment(tmp_path):
    trial = trial_of(Simple()).whole()
    file = tmp_path / "reveal.json"
    file.write_bytes(written(trial.reveal))
    assert verify(trial.ledger.export(tmp_path / "true"), reveal=file).code == 0
    lying = trial_of(Simple())
    lying.reveal["secret"] = "11" * 32
    said = verify(lying.whole().ledger.export(tmp_path / "lying"), reveal=file)
    assert (said.code, said.differences) == (1, ["event 3: the commitment is not that of the reveal"])
