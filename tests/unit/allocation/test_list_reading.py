"""A list made elsewhere is read whole or refused with every fault and its line; no fault shows an arm."""

import pytest

from equipoise.allocation.list_reading import read_allocation_list
from equipoise.allocation.methods import SealedList
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.errors import UnreadableInputError

SPECIFICATION = Specification(
    (Arm("prrt, then surgery"), Arm("surgery")), SealedList(), (Factor("site", ("Leeds", "Malmö")),), ("site",)
)


def read(folder, text, encoding="utf-8"):
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return read_allocation_list(path, SPECIFICATION)


def refusal(folder, text, encoding="utf-8"):
    with pytest.raises(UnreadableInputError) as refused:
        read(folder, text, encoding)
    assert "prrt, then" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_of_strata_may_come_mixed_and_count_from_one(tmp_path, mark, end):
    rows = ["arm,position,stratum", "surgery,1,site=Malmö", '"prrt, then surgery",1,site=Leeds', "surgery,2,site=Leeds"]
    listed = read(tmp_path, mark + end.join(rows) + end)
    assert listed.arms_by_stratum == {
        "site=Leeds": ("prrt, then surgery", "surgery"),
        "site=Malmö": ("surgery",),
    }
    assert listed.arm_at("site=Leeds", 0) == "prrt, then surgery"


def test_every_fault_is_reported_with_its_line(tmp_path):
    text = refusal(
        tmp_path,
        "position,stratum,arm\n0,site=Leeds,surgery\none,site=Leeds,surgery\n1,site=Rome,surgery\n"
        "1,site=Leeds,X\n3,site=Leeds,surgery\n3,site=Leeds,surgery\n4,site=Leeds\n2,site=Leeds,surgery\n",
    )
    for fault in (
        "list.csv line 2: position 0",
        "list.csv line 3: the position is no whole number",
        "list.csv line 4: stratum not in the protocol\n  Write strata as in site=Leeds.",
        "list.csv line 5: the arm is not one of the protocol",
        "list.csv line 7: place 3 of stratum site=Leeds stands twice",
        "list.csv line 8: has not three cells",
        "list.csv line 9: place 2 of stratum site=Leeds stands after place 3: the list was sorted",
        "list.csv: stratum site=Malmö has no place",
    ):
        assert fault in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the columns are not position, stratum, arm"),
        ("position;stratum;arm\n", "the columns are not position, stratum, arm"),
        ("position,stratum,arm,block\n", "the columns are not position, stratum, arm"),
        ('position,stratum,arm\n1,"site=Leeds,surgery\n', "this is no CSV"),
        ("position,stratum,arm\n١,site=Leeds,surgery\n", "the position is no whole number"),
        ("position,stratum,arm\n1234567890,site=Leeds,surgery\n", "the position is no whole number"),
        ("position,stratum,arm\n\n1,site=Leeds,surgery\n", "line 2: has not three cells"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, text, fault):
    assert fault in refusal(tmp_path, text)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path):
    assert "not text in UTF-8" in refusal(tmp_path, "position,stratum,arm\n1,site=Malmö,surgery\n", "latin-1")
    with pytest.raises(UnreadableInputError, match="cannot be read: No such file"):
        read_allocation_list(tmp_path / "none.csv", SPECIFICATION)


def test_a_far_place_does_not_fill_the_message(tmp_path):
    text = refusal(tmp_path, "position,stratum,arm\n1,site=Leeds,surgery\n900000,site=Leeds,surgery\n")
    assert "lacks the places 2, 3, 4, 5, 6\n" in text
