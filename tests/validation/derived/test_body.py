"""Sources: the tests of the R packages admiral 1.3 and clinPK 0.13, the BodySurfaceArea project, CDC's BMI calculator.

Du Bois 1916, Mosteller 1987, Haycock 1978, Devine 1974 as cited at the functions.
"""

from decimal import Decimal

import pytest

from equipoise.assessments.derived.body import (
    SurfaceFormula,
    compute_adjusted_weight,
    compute_bmi,
    compute_body_surface,
    compute_ideal_weight,
)


@pytest.mark.parametrize(
    ("weight", "height", "bmi", "digits"),
    [
        (75, 180, "23.148", 3),  # CDC by way of admiral
        (100, 200, "25.000", 3),  # admiral
        (80, 180, "24.7", 1),  # clinPK
        (50, 130, "29.6", 1),  # clinPK
    ],
)
def test_body_mass_index_is_as_published(weight, height, bmi, digits):
    assert f"{float(compute_bmi(weight_kg=weight, height_cm=height)):.{digits}f}" == bmi


@pytest.mark.parametrize(
    ("formula", "weight", "height", "surface"),
    [
        (SurfaceFormula.MOSTELLER, 75, 170, "1.882"),  # admiral, this and the next five
        (SurfaceFormula.MOSTELLER, 90, 185, "2.151"),
        (SurfaceFormula.DU_BOIS, 75, 170, "1.864"),
        (SurfaceFormula.DU_BOIS, 90, 185, "2.141"),
        (SurfaceFormula.HAYCOCK, 75, 170, "1.895"),
        (SurfaceFormula.HAYCOCK, 90, 185, "2.161"),
        (SurfaceFormula.DU_BOIS, 80, 180, "1.996"),  # clinPK, this and the next two
        (SurfaceFormula.MOSTELLER, 80, 180, "2.000"),
        (SurfaceFormula.HAYCOCK, 80, 180, "2.007"),
        (SurfaceFormula.MOSTELLER, 90, 180, "2.121"),  # BodySurfaceArea
        (SurfaceFormula.HAYCOCK, 90, 180, "2.138"),
        (SurfaceFormula.DU_BOIS, 90, 180, "2.099"),
    ],
)
def test_body_surface_is_as_published(formula, weight, height, surface):
    assert f"{compute_body_surface(weight_kg=weight, height_cm=height, formula=formula):.3f}" == surface


@pytest.mark.parametrize(
    ("height", "is_female", "kg"),
    [
        ("160", True, "52.381890"),  # clinPK
        ("160", False, "56.881890"),  # clinPK
        ("180", False, "74.992126"),  # clinPK 75.0; 50 + 2.3 x (180 / 2.54 - 60)
        ("177.8", False, "73.000000"),  # 70 inches, a table of creatinineclearancecalculator.net
        ("187.96", True, "77.700000"),  # 74 inches, the same table
    ],
)
def test_ideal_weight_is_as_published(height, is_female, kg):
    assert f"{float(compute_ideal_weight(height_cm=Decimal(height), is_female=is_female)):.6f}" == kg


def test_below_five_feet_the_base_weight_stands_where_clinpk_subtracts():
    """At 150 cm clinPK subtracts 2.3 kg an inch (47.8 kg for a man); Devine printed nothing, and we keep 50."""
    assert compute_ideal_weight(height_cm=150, is_female=False) == 50
    assert compute_ideal_weight(height_cm=Decimal("152.4"), is_female=True) == Decimal("45.5")


@pytest.mark.parametrize(("actual", "ideal", "kg"), [(50, 40, "44.0"), (80, 75, "77.0")])
def test_adjusted_weight_is_that_of_clinpk(actual, ideal, kg):
    assert f"{float(compute_adjusted_weight(actual_kg=actual, ideal_kg=ideal)):.1f}" == kg
