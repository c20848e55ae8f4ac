"""The wrong neighbours themselves: by hand, and that each kind occurs often enough to prove something."""

from pathlib import Path

import pytest
import yaml
from tests.validation.criterion_mutants import MUTATORS

CRITERIA = yaml.safe_load((Path(__file__).parent / "clean_criteria.yaml").read_text("utf-8"))
TEXTS = [criterion["text"] for chapter in CRITERIA.values() for criterion in chapter]


@pytest.mark.parametrize(
    ("change", "text", "changed"),
    [
        ("comparator flipped", "Age 18 years or older", "Age 18 years or younger"),
        ("comparator flipped", "ANC greater than or equal to 2", "ANC less than 2"),
        ("comparator loosened", "Ferritin < 100 ng/mL", "Ferritin ≤ 100 ng/mL"),
        ("exception dropped", "Cancer except basal cell carcinoma", "Cancer"),
        ("unit swapped", "Creatinine ≤ 1.5 x ULN", "Creatinine ≤ 1.5 mg/dL"),
        ("number changed", "Platelets > 75 x 10^9/L", "Platelets > 76 x 10^9/L"),
        ("number changed", "HbA1c < 9.5 %", "HbA1c < 10.5 %"),
        ("number changed", "Type 2 diabetes", None),
        ("period changed", "Stroke within 4 weeks before entry", "Stroke within 4 months before entry"),
        ("window longer", "Stroke in the past 12 months", "Stroke in the past 13 months"),
        ("window turned", "Stroke within 4 weeks before entry", "Stroke more than 4 weeks before entry"),
        ("window dropped", "Stroke within 6 months, except if minor", "Stroke, except if minor"),
        ("condition dropped", "In men, weight above 50 kg", "Weight above 50 kg"),
        ("negated", "No history of stroke", "History of stroke"),
        ("negated", "NYHA class III", "No NYHA class III"),
        ("negated", "Weight above 50 kg", None),
    ],
)
def test_a_mutator_changes_one_thing(change, text, changed):
    assert MUTATORS[change](text) == changed


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ("comparator flipped", 100),
        ("comparator loosened", 70),
        ("exception dropped", 20),
        ("unit swapped", 90),
        ("number changed", 140),
        ("period changed", 30),
        ("window longer", 30),
        ("window turned", 20),
        ("window dropped", 30),
        ("condition dropped", 6),
        ("negated", 50),
    ],
)
def test_every_kind_of_neighbour_occurs_often(change, least):
    changed = [text for text in TEXTS if MUTATORS[change](text) not in (None, text)]
    assert len(changed) >= least


def test_there_are_enough_criteria_with_a_reading_by_hand():
    read = [criterion for chapter in CRITERIA.values() for criterion in chapter if "reads" in criterion]
    assert len(TEXTS) == len(set(TEXTS)) >= 200
    assert len(read) >= 120
