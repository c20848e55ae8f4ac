"""Sources: tables of Harrison's Principles of Internal Medicine (20th ed.), Cleve Clin J Med and an anaesthesia guide.

The whole cases (repeated ones once) are validation data of the calculator LiverTracker, 2026
(github.com/priyamjyotsna/MELD-CHILD-PUGH). Pugh RNH et al. Br J Surg 1973;60:646-649.
"""

from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.derived.child_pugh import (
    Ascites,
    ClottingRow,
    Encephalopathy,
    Row,
    assess_child_pugh,
    compute_row_points,
)
from equipoise.assessments.derived.measured import Measured

LIMITS = (
    # row, value, points: every printed limit, and one step to either side of it
    (Row.BILIRUBIN_MG_PER_DL, "1.99 2 2.01 2.99 3 3.01", "1 2 2 2 2 3"),
    (Row.BILIRUBIN_UMOL_PER_L, "33 34 35 50 51 52", "1 2 2 2 2 3"),
    (Row.BILIARY_MG_PER_DL, "3.99 4 4.01 9.99 10 10.01", "1 2 2 2 2 3"),
    (Row.BILIARY_UMOL_PER_L, "67 68 69 170 171 172", "1 2 2 2 2 3"),
    (Row.ALBUMIN_G_PER_DL, "3.51 3.5 3.49 2.81 2.8 2.79", "1 2 2 2 2 3"),
    (Row.INR, "1.69 1.7 1.71 2.29 2.3 2.31", "1 2 2 2 2 3"),
    (Row.PROTHROMBIN_PROLONGED_S, "3.9 4 4.1 5.9 6 6.1", "1 2 2 2 2 3"),
)
# The last two stand in the source with their scores exchanged (9 B and 11 C); here is the sum of the points, 3+3+3+1+1
# and 1+1+1+3+3.
CASES = """
1.5 3.8 1.2 none none 5 A
2.5 3.0 2.0 slight 1-2 10 C
4.0 2.5 2.5 moderate 3-4 15 C
1.5 3.8 1.2 none 1-2 6 A
1.5 3.8 1.2 slight 1-2 7 B
2.5 3.0 1.2 slight none 8 B
2.0 3.8 1.2 none none 6 A
3.0 3.8 1.2 none none 6 A
3.1 3.8 1.2 none none 7 B
1.5 3.6 1.2 none none 5 A
1.5 3.5 1.2 none none 6 A
1.5 2.8 1.2 none none 6 A
1.5 2.7 1.2 none none 7 B
1.5 3.8 1.7 none none 6 A
1.5 3.8 2.3 none none 6 A
1.5 3.8 2.4 none none 7 B
4.0 2.5 2.5 none none 11 C
1.5 3.8 1.2 moderate 3-4 9 B
"""


@pytest.mark.parametrize(
    ("row", "value", "points"),
    [
        (row, value, points)
        for row, values, expected in LIMITS
        for value, points in zip(values.split(), expected.split(), strict=True)
    ],
)
def test_points_at_every_printed_limit(row, value, points):
    assert compute_row_points(row=row, value=Decimal(value)) == int(points)


@pytest.mark.parametrize("case", CASES.split("\n")[1:-1])
def test_score_and_class_of_whole_cases(case):
    bilirubin, albumin, inr, ascites, encephalopathy, points, class_ = case.split()
    found = assess_child_pugh(
        bilirubin=Measured("bilirubin", Decimal(bilirubin), "mg/dL"),
        albumin=Measured("albumin", Decimal(albumin), "g/dL"),
        inr=Measured("inr", Decimal(inr), None),
        ascites=Ascites(ascites),
        encephalopathy=Encephalopathy(encephalopathy if encephalopathy == "none" else f"grade-{encephalopathy}"),
        clotting_row=ClottingRow.INR,
    )
    assert isinstance(found, Assessed)
    assert (found.value.points, found.value.class_) == (int(points), class_)
