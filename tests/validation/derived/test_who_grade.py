"""Source: WHO 2019 grading as tabulated in J Nucl Med Technol: G1 <2 mitoses and <3 %, G2 2-20 and 3-20 %, G3 >20."""

from decimal import Decimal

import pytest

from equipoise.assessments.derived.who_grade import compute_who_grade

KI67 = {
    "0": 1,
    "2": 1,
    "2.9": 1,
    "2.99": 1,
    "3": 2,
    "3.1": 2,
    "19.9": 2,
    "20": 2,
    "20.1": 3,
    "21": 3,
    "55": 3,
    "100": 3,
}
MITOSES = {"0": 1, "1": 1, "1.9": 1, "2": 2, "3": 2, "20": 2, "20.5": 3, "21": 3, "80": 3}


@pytest.mark.parametrize(("ki67", "mitoses"), [(ki67, mitoses) for ki67 in KI67 for mitoses in MITOSES])
def test_the_higher_index_decides(ki67, mitoses):
    found = compute_who_grade(ki67_percent=Decimal(ki67), mitoses_per_2mm2=Decimal(mitoses))
    assert found == max(KI67[ki67], MITOSES[mitoses])


@pytest.mark.parametrize(("ki67", "grade"), KI67.items())
def test_grade_by_ki67_alone(ki67, grade):
    assert compute_who_grade(ki67_percent=Decimal(ki67), mitoses_per_2mm2=None) == grade


@pytest.mark.parametrize(("mitoses", "grade"), MITOSES.items())
def test_grade_by_mitoses_alone(mitoses, grade):
    assert compute_who_grade(ki67_percent=None, mitoses_per_2mm2=Decimal(mitoses)) == grade
