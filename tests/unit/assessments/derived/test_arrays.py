"""Every array form equals the scalar function of its name on generated cases; NaN stands where the scalar has None."""

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from equipoise.assessments.derived import (
    arrays,
    body,
    change,
    chemistry,
    child_pugh,
    kidney,
    meld,
    performance,
    who_grade,
)

N = 3000
FORMULAS = tuple(chemistry.CalciumFormula)
MASS = {"calcium_mg_per_dl": ("4", "16", 1), "albumin_g_per_dl": ("1", "6", 1)}
AMOUNT = {"calcium_mmol_per_l": ("1", "4", 2), "albumin_g_per_l": ("10", "60", 0)}
LIVER = {"bilirubin_mg_per_dl": ("0.2", "30", 1), "inr": ("0.6", "6", 1), "creatinine_mg_per_dl": ("0.3", "9", 1)}
SODIUM, ALBUMIN = {"sodium_mmol_per_l": ("115", "150", 0)}, {"albumin_g_per_dl": ("0.8", "5", 1)}
KIDNEY = {"years": ("18", "99", 0), "weight_kg": ("30", "200", 1), "creatinine_mg_per_dl": ("-0.1", "0.9", 1)}
WEIGHT, HEIGHT = {"weight_kg": ("1", "200", 0)}, {"height_cm": ("1", "220", 0)}
WEIGHTS = {"actual_kg": ("30", "200", 1), "ideal_kg": ("40", "90", 1)}
FRAME = {"actual_kg": ("30", "120", 0), "height_cm": ("120", "210", 0)}
INDICES = {"ki67_percent": ("0", "30", 0), "mitoses_per_2mm2": ("0", "30", 0)}


def row_range(row):
    low, high = child_pugh.ROW_LIMITS[row]
    return {"value": (str(int(low) - 1), str(int(high) + 2), 1)}


# module, function, ranges of numbers (low, high, decimals), flags, other arguments
RATIOS = [
    (kidney, "compute_cockcroft_gault", KIDNEY, ("is_female",), {}),
    *((kidney, "compute_clearance_weight", FRAME, ("is_female",), {"policy": each}) for each in kidney.WeightPolicy),
    (body, "compute_bmi", WEIGHT | HEIGHT, (), {}),
    *((body, "compute_body_surface", WEIGHT | HEIGHT, (), {"formula": each}) for each in body.SurfaceFormula),
    (body, "compute_ideal_weight", {"height_cm": ("120", "210", 1)}, ("is_female",), {}),
    (body, "compute_adjusted_weight", WEIGHTS, (), {}),
    *((chemistry, "compute_corrected_calcium_mg_per_dl", MASS, (), {"formula": each}) for each in FORMULAS),
    *((chemistry, "compute_corrected_calcium_mmol_per_l", AMOUNT, (), {"formula": each}) for each in FORMULAS),
    (chemistry, "compute_multiple", {"value": ("0", "50", 1), "limit": ("-1", "9", 0)}, (), {}),
    (change, "compute_change_percent", {"value": ("0", "50", 1), "baseline": ("-1", "9", 0)}, (), {}),
]
SCORES = [
    *((child_pugh, "compute_row_points", row_range(row), (), {"row": row}) for row in child_pugh.Row),
    (meld, "compute_meld", LIVER, ("is_dialysed",), {}),
    (meld, "compute_meld_na", LIVER | SODIUM, ("is_dialysed",), {}),
    (meld, "compute_meld_3", LIVER | SODIUM | ALBUMIN, ("is_dialysed", "is_female"), {"highest": 40}),
    (meld, "compute_meld_3", LIVER | SODIUM | ALBUMIN, ("is_dialysed", "is_female"), {"highest": None}),
    *(
        (performance, "compute_ecog", {"karnofsky": ("-5", "105", 0)}, (), {"crosswalk": each})
        for each in performance.Crosswalk
    ),
    (who_grade, "compute_who_grade", INDICES, (), {}),
]


def generated(ranges, flags, n=N):
    """`n` argument sets: decimals with few digits, so that limits are met exactly, and booleans."""
    rng = random.Random(5)
    columns = {}
    for name, (low, high, digits) in ranges.items():
        first, last = (int(Decimal(end).scaleb(digits)) for end in (low, high))
        columns[name] = [Decimal(rng.randint(first, last)).scaleb(-digits) for _ in range(n)]
    for name in flags:
        columns[name] = [rng.random() < 0.5 for _ in range(n)]
    if "years" in columns:
        columns["years"] = [int(years) for years in columns["years"]]
    return columns


def both(module, name, ranges, flags, more):
    columns = generated(ranges, flags)
    scalar = [
        getattr(module, name)(**dict(zip(columns, row, strict=True)), **more)
        for row in zip(*columns.values(), strict=True)
    ]
    as_arrays = {key: np.array(column, bool if key in flags else float) for key, column in columns.items()}
    expected = np.array([np.nan if each is None else float(each) for each in scalar])
    return getattr(arrays, name)(**as_arrays, **more), expected


@pytest.mark.parametrize(("module", "name", "ranges", "flags", "more"), RATIOS)
def test_ratios_agree_to_thirteen_digits(module, name, ranges, flags, more):
    found, expected = both(module, name, ranges, flags, more)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize(("module", "name", "ranges", "flags", "more"), SCORES)
def test_scores_and_grades_are_the_same_numbers(module, name, ranges, flags, more):
    found, expected = both(module, name, ranges, flags, more)
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found[~np.isnan(found)])) > 2  # the cases reach more than one score


def test_whole_months_are_the_same():
    rng = random.Random(6)
    start = [date(2020, 1, 1) + timedelta(days=rng.randrange(1500)) for _ in range(N)]
    end = [date(2020, 1, 1) + timedelta(days=rng.randrange(1500)) for _ in range(N)]
    expected = [change.compute_whole_months(start=first, end=last) for first, last in zip(start, end, strict=True)]
    found = arrays.compute_whole_months(start=np.array(start, "datetime64[D]"), end=np.array(end, "datetime64[D]"))
    np.testing.assert_array_equal(found, expected)
    assert min(expected) < 0 < max(expected)


@pytest.mark.parametrize(
    ("compute", "arguments"),
    [
        (arrays.compute_bmi, {"weight_kg": [np.nan, 0, 70], "height_cm": [170, 170, -1]}),
        (arrays.compute_ideal_weight, {"height_cm": [np.nan, 0, -3], "is_female": True}),
        (
            arrays.compute_meld,
            {
                "bilirubin_mg_per_dl": [np.nan, 1, 1],
                "inr": [1, 0, 1],
                "creatinine_mg_per_dl": [1, 1, np.nan],
                "is_dialysed": True,
            },
        ),
        (
            arrays.compute_meld_na,
            {
                "bilirubin_mg_per_dl": [1, 1, np.nan],
                "inr": 1,
                "creatinine_mg_per_dl": 1,
                "sodium_mmol_per_l": [np.nan, 0, 130],
                "is_dialysed": False,
            },
        ),
        (arrays.compute_row_points, {"row": child_pugh.Row.ALBUMIN_G_PER_DL, "value": [np.nan] * 3}),
        (arrays.compute_who_grade, {"ki67_percent": [np.nan] * 3, "mitoses_per_2mm2": np.nan}),
    ],
)
def test_what_is_missing_or_impossible_is_nan(compute, arguments):
    assert np.isnan(compute(**arguments)).tolist() == [True, True, True]


def test_one_index_is_enough_for_a_grade_as_in_the_scalar_form():
    found = arrays.compute_who_grade(ki67_percent=[5, np.nan], mitoses_per_2mm2=[np.nan, 25])
    assert found.tolist() == [2, 3]


def test_arguments_broadcast():
    found = arrays.compute_bmi(weight_kg=np.array([[64], [81]]), height_cm=np.array([160, 180]))
    np.testing.assert_allclose(found, [[25, 64 / 1.8**2], [81 / 1.6**2, 25]])


def test_an_exact_half_rounds_up_as_in_the_scalar_form():
    """6 + 0.82 x 0.25 + 1.85 x 0.7 = 7.5, which a sum of doubles may miss by a bit."""
    found = arrays.compute_meld_3(
        bilirubin_mg_per_dl=1,
        inr=1,
        creatinine_mg_per_dl=1,
        is_dialysed=False,
        is_female=False,
        highest=None,
        sodium_mmol_per_l=136.75,
        albumin_g_per_dl=[2.8, 2.81],
    )
    assert found.tolist() == [8, 7]
