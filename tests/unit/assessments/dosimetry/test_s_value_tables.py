"""A user's table of S values: what is read, and every fault of it at once."""

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.decay import LUTETIUM_177
from equipoise.assessments.dosimetry.mird import (
    compute_organ_dose,
    compute_remainder_s_value,
    compute_self_s_value_local,
    compute_self_s_value_sphere,
)
from equipoise.assessments.dosimetry.s_values import read_s_values
from equipoise.errors import EquipoiseError, UnreadableInputError

HEAD = "# name: ours\n# nuclide: 177Lu\n# phantom: made up\n# source: a test\n# rights: ours\n"
COLUMNS = "target,source,s_value,unit,target_mass_g,source_mass_g\n"
KIDNEYS = "Kidneys,Kidneys,7.76e-5,mGy/(MBq.s),310,310\n"


def read(rows: str, head: str = HEAD):
    return read_s_values(head + COLUMNS + rows, where="s.csv")


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("7.76e-5", "mGy/(MBq.s)"),
        ("7.76e-14", "Gy/(Bq.s)"),
        ("7.76e-8", "Gy/(MBq.s)"),
        ("0.27936", "mGy/(MBq.h)"),
        ("2.7936e-4", "Gy/(MBq.h)"),
    ],
)
def test_every_unit_means_the_same(value, unit):
    table = read(f"Kidneys,Kidneys,{value},{unit},310,310\n")
    assert table.s_value("kidneys", "kidneys") == pytest.approx(7.76e-5, rel=1e-12)


def test_provenance_and_masses_are_kept():
    table = read(KIDNEYS)
    assert table.name == "ours"
    assert table.provenance["rights"] == "ours"
    assert table.mass_g("kidneys") == 310
    assert table.warnings == ()


def test_faults_of_a_table_are_told_all_at_once():
    rows = (
        KIDNEYS
        + "Kidneys,Kidneys,7e-5,mGy/(MBq.s),310,310\n"
        + "Kidneys,Liver,1.2e-7,rad/uCi,310,1800\n"
        + "Liver,Kidneys,-1,mGy/(MBq.s),1700,310\n"
        + ",Liver,1,mGy/(MBq.s),1,1\n"
        + "Spleen,Liver,x,mGy/(MBq.s),150,0\n"
    )
    with pytest.raises(UnreadableInputError) as caught:
        read(rows, head=HEAD.replace("# rights: ours\n", "").replace("177Lu", "90Y"))
    told = str(caught.value)
    for part in (
        "'# rights: …' is missing",
        "is of 90Y, not of 177Lu",
        "row 2: kidneys <- kidneys is given twice",
        "row 3: unknown unit 'rad/uCi'",
        "row 4: s_value '-1' is no number above 0",
        "row 4: liver weighs 1700 g here and 1800 g before",
        "row 5: target or source is empty",
        "row 6: s_value 'x' is no number",
        "row 6: source_mass_g '0' is no number above 0",
    ):
        assert part in told
    assert len(caught.value.faults) == 9


def test_missing_columns_are_named():
    with pytest.raises(UnreadableInputError, match="columns are missing: s_value, unit"):
        read_s_values(HEAD + "target,source,target_mass_g,source_mass_g\n", where="s.csv")


def test_a_table_without_rows_is_refused():
    with pytest.raises(UnreadableInputError, match="has no rows"):
        read("")


def test_a_pair_that_breaks_reciprocity_is_read_with_a_warning_that_reaches_the_dose():
    table = read(
        KIDNEYS + "Kidneys,Liver,1.2e-7,mGy/(MBq.s),310,1800\n" + "Liver,Kidneys,1.2e-6,mGy/(MBq.s),1800,310\n"
    )
    (warning,) = table.warnings
    assert "differ 10.0 times; reciprocity allows 2" in warning
    found = compute_organ_dose(target="kidneys", tia_by_source_mbq_h={"kidneys": 1.0, "liver": 1.0}, table=table)
    assert isinstance(found, Assessed)
    assert found.notes == (warning,)


def test_a_source_that_the_table_lacks_leaves_the_dose_unknown():
    found = compute_organ_dose(
        target="kidneys",
        tia_by_source_mbq_h={"kidneys": 1.0, "spleen": 1.0},
        table=read(KIDNEYS),
        remainder_tia_mbq_h=1,
    )
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.NOT_IN_VERSION
    assert found.because == "the table ours has no S value for kidneys from spleen, total body"
    assert found.needs == ("S(kidneys <- spleen)", "S(kidneys <- total body)")


@pytest.mark.parametrize("tia", [-1.0, float("nan")])
def test_an_integral_below_0_is_implausible(tia):
    found = compute_organ_dose(target="kidneys", tia_by_source_mbq_h={"kidneys": tia}, table=read(KIDNEYS))
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.IMPLAUSIBLE


def test_asking_the_table_for_what_it_lacks_is_wrong_use():
    table = read(KIDNEYS)
    with pytest.raises(EquipoiseError, match="kidneys <- spleen: is not in the table"):
        table.s_value("kidneys", "spleen")
    with pytest.raises(EquipoiseError, match="spleen: has no mass"):
        table.mass_g("spleen")


def test_organs_that_outweigh_or_outshine_the_body_are_refused():
    with pytest.raises(EquipoiseError, match="total_body_mass_g less the organs: must be above 0"):
        compute_remainder_s_value(s_total_body=1e-7, total_body_mass_g=100, organs={"liver": (1e-5, 200)})
    with pytest.raises(EquipoiseError, match="more than the whole body"):
        compute_remainder_s_value(s_total_body=1e-7, total_body_mass_g=70_000, organs={"liver": (1e-5, 1800)})


@pytest.mark.parametrize("mass_g", [0, -1, float("nan")])
def test_an_organ_without_a_mass_has_no_s_value(mass_g):
    with pytest.raises(EquipoiseError, match="mass_g: must be above 0"):
        compute_self_s_value_local(mass_g=mass_g, nuclide=LUTETIUM_177)
    with pytest.raises(EquipoiseError, match="mass_g: must be above 0"):
        compute_self_s_value_sphere(mass_g=mass_g)


def test_no_organ_is_no_organ():
    with pytest.raises(EquipoiseError, match="organs: must be 1 or more"):
        compute_self_s_value_sphere(mass_g=310, organs=0)
