"""Sources: two published worked examples (GlobalRPh, rxkinetics), and arithmetic from the formula as printed.

Cockcroft DW, Gault MH. Nephron 1976;16:31-41: (140 - age) x weight / (72 x creatinine), times 0.85 for women.
"""

from decimal import Decimal

import pytest

from equipoise.criteria.intervals import Interval
from equipoise.criteria.reference_derived import cockcroft_gault_interval

EXAMPLES = (
    # sex, age, weight [kg], creatinine [mg/dL], clearance [mL/min]
    ("male", 65, "70", "1.4", "52.1"),  # published
    ("female", 45, "60", "0.9", "74.8"),  # published
    ("female", 70, "55", "1.1", "41.3"),  # 0.85 x 70 x 55 / 79.2 = 41.32
    ("female", 68, "58", "0.99", "49.8"),  # 0.85 x 72 x 58 / 71.28 = 49.80
    ("male", 75, "62", "1.2", "46.6"),  # 65 x 62 / 86.4 = 46.64
    ("male", 60, "80", "1.0", "88.9"),  # 80 x 80 / 72 = 88.89
)


@pytest.mark.parametrize(("sex", "age", "weight", "creatinine", "clearance"), EXAMPLES)
def test_clearance_is_as_published_to_one_decimal(sex, age, weight, creatinine, clearance):
    point = [Interval(Decimal(value), Decimal(value)) for value in (weight, creatinine)]
    found = cockcroft_gault_interval((age, age), *point, is_female=sex == "female")
    assert found.lower == found.upper
    assert f"{float(found.lower):.1f}" == clearance
