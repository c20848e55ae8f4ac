"""Values that fit nobody are asked about, with the unit in which they would fit. Limits are wide, and ours.

Expected units: 150000 platelets in a microlitre are 150 10*9/L; 40 g/L albumin are 4 g/dL; 80 umol/L creatinine are
0.9 mg/dL; 5.5 mmol/L glucose are 99 mg/dL; a metre and 75 are 175 cm.
"""

from decimal import Decimal

import pytest

from equipoise.conduct.forms.plausible import TO_CONFIRM, held_back
from equipoise.conduct.forms.reading import read_form
from equipoise.errors import TerminologyError
from equipoise.terminology.catalogue import base_library, load_concepts
from equipoise.terminology.concepts import ConceptKind
from equipoise.terminology.units import factor

READ_BY_GATES = (
    "haemoglobin", "leukocytes", "platelets", "neutrophils", "lymphocytes", "creatinine", "bilirubin", "albumin",
    "alt", "ast", "potassium", "inr", "body-weight", "body-height",
)  # fmt: skip


def form_of(concept, value, unit):
    fields = {"concept": concept, "value": value} | ({} if unit is None else {"unit": unit})
    return read_form("results", {"on": "2026-01-15", "results": [fields]})


def asked(concept, value, unit):
    return [each.words for each in form_of(concept, value, unit).doubts() if each.code == "value-implausible"]


@pytest.mark.parametrize(
    ("concept", "value", "unit", "meant"),
    [
        ("platelets", "150000", "10*9/L", "/uL"),
        ("platelets", "150", "/uL", "10*9/L"),
        ("leukocytes", "5200", "10*9/L", "/uL"),
        ("albumin", "40", "g/dL", "g/L"),
        ("haemoglobin", "135", "g/dL", "g/L"),
        ("creatinine", "80", "mg/dL", "umol/L"),
        ("fasting-glucose", "5.5", "mg/dL", "mmol/L"),
        ("potassium", "16", "mmol/L", None),
        ("body-height", "1.75", "cm", "m"),
        ("body-weight", "71000", "kg", "g"),
    ],
)
def test_a_value_in_another_unit_is_asked_about_and_the_unit_is_named(concept, value, unit, meant):
    (words,) = asked(concept, value, unit)
    assert value not in words, "a value stands with the result alone"
    assert meant is None or meant in words.partition("it would fit in ")[2].partition(".")[0].split(" or ")


@pytest.mark.parametrize("concept", READ_BY_GATES)
def test_a_negative_number_is_asked_about(concept):
    unit = base_library()[concept].unit
    assert len(asked(concept, "-1", unit)) == 1


@pytest.mark.parametrize(
    ("concept", "value", "unit"),
    [
        ("platelets", "3", "10*9/L"),
        ("platelets", "<1", "10*9/L"),
        ("platelets", "150000", "/uL"),
        ("bilirubin", "<0.3", "mg/dL"),
        ("creatinine", ">15", "mg/dL"),
        ("inr", "1.1", None),
        ("albumin", "40", "g/L"),
        ("alt", "12000", "U/L"),
    ],
)
def test_what_can_be_is_not_asked_about(concept, value, unit):
    assert asked(concept, value, unit) == []


@pytest.mark.parametrize(("value", "unit"), [("150000", None), ("150000", "furlongs"), ("clotted", "10*9/L")])
def test_what_is_no_number_with_a_unit_is_asked_about_in_its_own_way(value, unit):
    assert asked("platelets", value, unit) == []
    assert form_of("platelets", value, unit).doubts() != []


def test_what_is_held_back_is_no_number_and_keeps_what_was_reported():
    results = [
        {"concept": "platelets", "value": "150000", "unit": "10*9/L"},
        {"concept": "albumin", "value": "4", "unit": "g/dL"},
    ]
    rows = read_form("results", {"on": "2026-01-15", "results": results}).rows("7", "S-1")
    wrong, right = held_back(rows)["measurements"]
    assert (wrong["value_lower"], wrong["value_upper"]) == (None, None)
    assert wrong["value_text"] == f"150000 ({TO_CONFIRM})"
    assert right == rows["measurements"][1]
    assert right["value_lower"] == Decimal("4.000000")


@pytest.mark.parametrize("concept", READ_BY_GATES)
def test_everything_that_gates_read_has_limits_with_their_source(concept):
    assert base_library()[concept].plausible.mark == "ours"


def test_limits_stand_in_the_unit_of_their_concept_or_convert_to_it():
    limits = {each.id: each for each in base_library().values() if each.plausible is not None}
    assert all(each.kind is ConceptKind.QUANTITY for each in limits.values())
    assert [name for name, each in limits.items() if factor(each, each.plausible.unit, each.unit) is None] == []


@pytest.mark.parametrize(
    "limits", ["1 to 3000", "3000 to 1 10*9/L, ours", "a to b 10*9/L, ours", "1 to 2 furlong, ours", "1 to 2 g"]
)
def test_limits_that_are_none_are_told(tmp_path, limits):
    file = tmp_path / "own.yaml"
    text = f"concepts:\n  marker:\n    label: marker\n    kind: quantity\n    unit: 10*9/L\n    plausible: {limits}\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TerminologyError, match="no limits with a UCUM unit and a source"):
        load_concepts(file)
