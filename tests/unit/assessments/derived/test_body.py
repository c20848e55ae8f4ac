import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.body import (
    SURFACE_SOURCES,
    SurfaceFormula,
    assess_bmi,
    assess_body_surface,
    compute_adjusted_weight,
    compute_bmi,
    compute_body_surface,
    compute_ideal_weight,
)
from equipoise.assessments.derived.measured import Measured
from equipoise.errors import EquipoiseError

WEIGHT, HEIGHT = Measured("body-weight", 72000, "g"), Measured("body-height", 1500, "mm")


def test_body_mass_index_of_a_record():
    found = assess_bmi(weight=WEIGHT, height=HEIGHT)
    assert isinstance(found, Assessed)
    assert found.value == 32
    assert [each.value for each in found.inputs] == ["72000 g", "1500 mm"]
    assert "Quetelet" in found.source


@pytest.mark.parametrize("formula", SurfaceFormula)
def test_body_surface_of_a_record_names_its_formula(formula):
    found = assess_body_surface(weight=WEIGHT, height=HEIGHT, formula=formula)
    assert isinstance(found, Assessed)
    assert found.value == compute_body_surface(weight_kg=72, height_cm=150, formula=formula)
    assert found.source == SURFACE_SOURCES[formula]
    assert formula.split("-")[0] in found.source.lower()


@pytest.mark.parametrize("assess", [assess_bmi, lambda **k: assess_body_surface(**k, formula=SurfaceFormula.HAYCOCK)])
def test_a_height_in_metres_typed_as_centimetres_gives_no_number(assess):
    found = assess(weight=WEIGHT, height=Measured("body-height", 2, "cm"))
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (Why.IMPLAUSIBLE, ("body-height",))


@pytest.mark.parametrize(
    "compute",
    [
        lambda: compute_bmi(weight_kg=0, height_cm=150),
        lambda: compute_bmi(weight_kg=1, height_cm=0),
        lambda: compute_body_surface(weight_kg=0, height_cm=150, formula=SurfaceFormula.MOSTELLER),
        lambda: compute_ideal_weight(height_cm=0, is_female=True),
        lambda: compute_adjusted_weight(actual_kg=0, ideal_kg=50),
        lambda: compute_adjusted_weight(actual_kg=50, ideal_kg=0),
    ],
)
def test_a_formula_refuses_impossible_numbers(compute):
    with pytest.raises(EquipoiseError, match="0 is not above zero"):
        compute()
