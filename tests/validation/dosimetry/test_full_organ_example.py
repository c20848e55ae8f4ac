"""Source: S values of RADAR/OLINDA 2, adult male, as in PyTheranostics (commit 1ebb9b4), for one worked example.

Time-integrated activity coefficients in h: kidneys 1.3, liver 3.0, spleen 1.2, red marrow 0.3, remainder 20. With them
a dose in Gy for each GBq: kidneys 0.3675, liver 0.1501, spleen 0.6948, marrow 0.0198, of which 62.8 % is its own and
33.9 % of the remainder; kidneys of 200 and 400 g 0.5629 and 0.2815 of their own.
"""

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.dosimetry.decay import LUTETIUM_177
from equipoise.assessments.dosimetry.marrow import compute_blood_based_marrow_dose, compute_image_based_marrow_dose
from equipoise.assessments.dosimetry.mird import (
    compute_dose_gy,
    compute_local_dose_gy,
    compute_organ_dose,
    scale_self_s_value,
    scale_self_s_value_electrons,
    scale_self_s_value_photons,
    table_remainder_s_value,
)
from equipoise.assessments.dosimetry.s_values import SValueTable, read_s_values

MASSES = {"kidneys": 310, "liver": 1800, "spleen": 150, "red marrow": 1170, "total body": 73000}
PRINTED = {
    "kidneys": (7.76e-5, 1.20e-7, 2.65e-7, 4.71e-8, 3.58e-7),
    "liver": (1.18e-7, 1.37e-5, 3.12e-8, 2.44e-8, 3.58e-7),
    "spleen": (2.58e-7, 3.03e-8, 1.60e-4, 2.48e-8, 3.58e-7),
    "red marrow": (3.35e-8, 3.09e-8, 3.67e-8, 1.15e-5, 2.74e-7),
}
# 1 GBq: coefficients in h times 1000 MBq.
TIA = {"kidneys": 1300.0, "liver": 3000.0, "spleen": 1200.0, "red marrow": 300.0}
REMAINDER = 20_000.0


@pytest.fixture(scope="module")
def table() -> SValueTable:
    head = "# name: printed\n# nuclide: 177Lu\n# phantom: adult male\n# source: RADAR\n# rights: numbers quoted\n"
    rows = ["target,source,s_value,unit,target_mass_g,source_mass_g"]
    for target, values in PRINTED.items():
        for source, s in zip(MASSES, values, strict=True):
            rows.append(f"{target},{source},{s},mGy/(MBq.s),{MASSES[target]},{MASSES[source]}")
    return read_s_values(head + "\n".join(rows), where="printed.csv")


@pytest.mark.parametrize(
    ("target", "gy"), [("kidneys", 0.3675), ("liver", 0.1501), ("spleen", 0.6948), ("red marrow", 0.0198)]
)
def test_every_organ_has_the_digits_given(table, target, gy):
    found = compute_organ_dose(target=target, tia_by_source_mbq_h=TIA, table=table, remainder_tia_mbq_h=REMAINDER)
    assert isinstance(found, Assessed)
    assert found.value.dose_gy == pytest.approx(gy, abs=5.1e-5)


def test_marrow_is_hit_by_itself_and_by_the_remainder_as_given(table):
    found = compute_organ_dose(target="red marrow", tia_by_source_mbq_h=TIA, table=table, remainder_tia_mbq_h=REMAINDER)
    assert isinstance(found, Assessed)
    parts = found.value.parts_gy
    assert parts["red marrow"] / found.value.dose_gy == pytest.approx(0.628, abs=5.1e-4)
    assert parts["remainder"] / found.value.dose_gy == pytest.approx(0.339, abs=5.1e-4)
    assert sum(parts.values()) == pytest.approx(found.value.dose_gy, rel=1e-14)


@pytest.mark.parametrize(("mass_g", "gy"), [(200, 0.5629), (400, 0.2815)])
def test_kidneys_of_another_mass_have_the_digits_given(table, mass_g, gy):
    found = compute_organ_dose(
        target="kidneys", tia_by_source_mbq_h={"kidneys": 1300.0}, table=table, patient_mass_g=mass_g
    )
    assert isinstance(found, Assessed)
    assert found.value.dose_gy == pytest.approx(gy, abs=5.1e-5)


def test_cross_dose_is_not_scaled_to_the_mass_of_the_target(table):
    whole, half = (
        compute_organ_dose(target="kidneys", tia_by_source_mbq_h=TIA, table=table, patient_mass_g=mass)
        for mass in (310, 155)
    )
    assert isinstance(whole, Assessed)
    assert isinstance(half, Assessed)
    assert half.value.parts_gy["kidneys"] == pytest.approx(2 * whole.value.parts_gy["kidneys"], rel=1e-12)
    assert half.value.parts_gy["liver"] == whole.value.parts_gy["liver"]


def test_electrons_scale_with_mass_and_photons_with_its_power_two_thirds(table):
    """At an eighth of the mass: electrons 8 times, photons 4 times; the table's excess over electrons is of photons."""
    reference = {"s_mgy_per_mbq_s": 7.76e-5, "reference_mass_g": 310, "patient_mass_g": 310 / 8}
    assert scale_self_s_value_electrons(**reference) == pytest.approx(8 * 7.76e-5, rel=1e-12)
    assert scale_self_s_value_photons(**reference) == pytest.approx(4 * 7.76e-5, rel=1e-12)
    electrons = 2.37e-14 * 1e12 / 310
    expected = 8 * electrons + 4 * (7.76e-5 - electrons)
    assert scale_self_s_value(**reference, nuclide=LUTETIUM_177) == pytest.approx(expected, rel=1e-9)
    found = compute_organ_dose(
        target="kidneys",
        tia_by_source_mbq_h={"kidneys": 1.0},
        table=table,
        patient_mass_g=310 / 8,
        nuclide=LUTETIUM_177,
    )
    assert isinstance(found, Assessed)
    assert found.value.dose_gy == pytest.approx(expected * 3.6, rel=1e-9)


def test_remainder_is_the_total_body_less_the_organs(table):
    """(2.74e-7 x 73000 - 3.35e-8 x 310 - 3.09e-8 x 1800 - 3.67e-8 x 150 - 1.15e-5 x 1170) / 69570."""
    expected = (0.020002 - 1.0385e-5 - 5.562e-5 - 5.505e-6 - 0.013455) / 69570
    found = table_remainder_s_value(table, target="red marrow", organs=("kidneys", "liver", "spleen", "red marrow"))
    assert found == pytest.approx(expected, rel=1e-9)


def test_local_deposition_needs_only_the_mass():
    """1300 MBq h in 310 g: 0.08532 x 1300 / 310 Gy."""
    found = compute_local_dose_gy(tia_mbq_h=1300, mass_g=310, nuclide=LUTETIUM_177)
    assert found == pytest.approx(0.08532 * 1300 / 310, rel=1e-12)
    assert compute_dose_gy(tia_mbq_h=1, s_mgy_per_mbq_s=1) == pytest.approx(3.6, rel=1e-15)


def test_marrow_by_blood_and_by_image_reproduce_the_example(table):
    """Blood that holds what makes 0.3 h in 1170 g of marrow at ratio 1 gives what the schema gives."""
    cross = {name: (TIA[name], table.s_value("red marrow", name)) for name in ("kidneys", "liver", "spleen")}
    cross["remainder"] = (REMAINDER, table_remainder_s_value(table, target="red marrow", organs=tuple(TIA)))
    whole = compute_organ_dose(target="red marrow", tia_by_source_mbq_h=TIA, table=table, remainder_tia_mbq_h=REMAINDER)
    assert isinstance(whole, Assessed)
    own = {"marrow_mass_g": 1170, "reference_marrow_mass_g": 1170, "s_marrow_mgy_per_mbq_s": 1.15e-5}
    blood = compute_blood_based_marrow_dose(
        blood_tia_mbq_h_per_g=300 / 1170, haematocrit=None, cross_tia_and_s=cross, blood_curve="bi", **own
    )
    image = compute_image_based_marrow_dose(marrow_tia_mbq_h=300, cross_tia_and_s=cross, **own)
    for found in (blood, image):
        assert isinstance(found, Assessed)
        assert found.value.dose_gy == pytest.approx(whole.value.dose_gy, rel=1e-12)
