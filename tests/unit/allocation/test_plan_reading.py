"""What a person writes of a planned trial: ratio and strata, and every fault of them."""

import pytest

from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.plan_reading import read_ratio, read_strata
from equipoise.allocation.planning import ExpectedFactor
from equipoise.errors import ProtocolError

FILE = """\
factors:
  - {name: site, levels: [Uppsala, Leeds], weights: [2, 1]}
  - name: grade
    levels: ["1", "2"]
"""


def test_a_ratio_names_its_arms_in_order():
    assert read_ratio("2:1") == (Arm("A", 2), Arm("B", 1))
    assert read_ratio(" 1 : 1 : 2 ") == (Arm("A", 1), Arm("B", 1), Arm("C", 2))
    assert read_ratio("1:1", ("surgery", "PRRT first")) == (Arm("surgery", 1), Arm("PRRT first", 1))


@pytest.mark.parametrize("text", ["", "1", "1:x", "1:-1", "1/1", "1:1.5", ":".join("1" * 27)])
def test_what_is_no_ratio_is_refused(text):
    with pytest.raises(
        ProtocolError, match="is no ratio\n  Write the parts of the arms in whole numbers, as 1:1 or 2:1"
    ):
        read_ratio(text)


def test_a_ratio_must_fit_the_arms_of_the_protocol():
    with pytest.raises(ProtocolError, match="it has 3 parts, but there are 2 arms: arm-1, arm-2"):
        read_ratio("1:1:1", ("arm-1", "arm-2"))


@pytest.mark.parametrize("text", [None, "1"])
def test_one_stratum_is_none(text):
    assert read_strata(text) == ()


def test_a_number_gives_so_many_even_strata():
    assert read_strata("3") == (ExpectedFactor(Factor("stratum", ("1", "2", "3")), (1, 1, 1)),)


def test_a_file_gives_factors_with_weights(tmp_path):
    path = tmp_path / "strata.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert read_strata(str(path)) == (
        ExpectedFactor(Factor("site", ("Uppsala", "Leeds")), (2, 1)),
        ExpectedFactor(Factor("grade", ("1", "2")), (1, 1)),
    )


def test_all_faults_of_a_file_come_together_with_their_lines(tmp_path):
    path = tmp_path / "strata.yaml"
    path.write_text(
        "factors:\n"
        "  - {name: site, levels: [Uppsala, Leeds], weights: [2]}\n"
        "  - {name: grade, levels: [a, b], weights: [1, none]}\n"
        "  - {name: age, level: [young, old]}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProtocolError) as caught:
        read_strata(path)
    said = str(caught.value)
    assert "strata.yaml line 2, factors site, weights: there are 1 weights for 2 levels" in said
    assert "strata.yaml line 3, factors grade, weights: weights are whole numbers above 0, one for each level" in said
    assert "strata.yaml line 4, factors age" in said
    assert "levels is missing" in said


@pytest.mark.parametrize("text", ["", "- site\n", "factors: site\n", "factors: []\nmethod: simple\n"])
def test_a_file_of_another_shape_says_how_to_begin(tmp_path, text):
    path = tmp_path / "strata.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        ProtocolError, match="a file of strata has one key, factors:, with a list\n  Begin with factors:"
    ):
        read_strata(path)


def test_no_strata_at_all_is_refused():
    with pytest.raises(ProtocolError, match="strata: there is at least one"):
        read_strata("0")


def test_a_missing_file_is_named():
    with pytest.raises(ProtocolError, match=r"missing\.yaml: cannot be read"):
        read_strata("missing.yaml")
