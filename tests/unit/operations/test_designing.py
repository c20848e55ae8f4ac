"""The act behind `trial design-allocation`: a folder with page, figures and a file ready to be frozen."""

import json
from dataclasses import replace

import pytest

from equipoise.allocation.methods import BigStick
from equipoise.allocation.parts import Arm
from equipoise.allocation.reading import read_specification
from equipoise.errors import EquipoiseError, OutputError
from equipoise.operations.designing import DesignRequest, design_allocation

FILES = ["allocation.yaml", "design-allocation.html", "design-allocation.json"]


@pytest.fixture
def request_for(tmp_path):
    def make(**change):
        return DesignRequest(**{"out": tmp_path / "design", "planned_n": 60, "n_trials": 200, **change})

    return make


def test_the_planned_number_is_never_assumed(request_for, tmp_path):
    with pytest.raises(EquipoiseError, match="it is never assumed: the record of a trial may give none\n  Ask whoever"):
        design_allocation(request_for(planned_n=None))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_three_files_appears(request_for):
    request = request_for()
    words = design_allocation(request)
    assert sorted(path.name for path in request.out.iterdir()) == FILES
    assert words.startswith("Recommended: big stick, limit 4.")
    assert "a person decides" in words


def test_the_same_seed_gives_the_same_bytes(request_for, tmp_path):
    first, again, other = (request_for(out=tmp_path / name, seed=seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    for request in (first, again, other):
        design_allocation(request)
    for name in FILES:
        assert (first.out / name).read_bytes() == (again.out / name).read_bytes()
        assert (first.out / name).read_bytes() != (other.out / name).read_bytes()


def test_the_recommended_file_is_one_that_can_be_frozen(request_for):
    request = request_for(protocol="nct05610826")
    design_allocation(request)
    specification = read_specification(request.out / "allocation.yaml")
    assert specification.arms == (Arm("arm-1"), Arm("arm-2"))
    assert specification.method == BigStick(4)
    text = (request.out / "allocation.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Recommended by simulation for 60 planned subjects (seed 1): big stick, limit 4.\n")
    assert "# A person decides: edit this file" in text


@pytest.mark.parametrize(("strata", "names"), [("3", ["stratum"]), ("FILE", ["site", "grade"])])
def test_strata_stand_in_the_file_and_in_the_figures(request_for, tmp_path, strata, names):
    path = tmp_path / "strata.yaml"
    path.write_text(
        "factors:\n"
        "  - {name: site, levels: [Uppsala, Leeds], weights: [2, 1]}\n"
        "  - {name: grade, levels: [low, high]}\n",
        encoding="utf-8",
    )
    request = request_for(strata=str(path) if strata == "FILE" else strata)
    design_allocation(request)
    specification = read_specification(request.out / "allocation.yaml")
    assert [factor.name for factor in specification.factors] == names
    figures = json.loads((request.out / "design-allocation.json").read_text(encoding="utf-8"))
    assert [factor["name"] for factor in figures["plan"]["factors"]] == names
    assert len(figures["methods"]) == 27


def test_figures_say_that_they_are_simulated_and_how_to_make_them_again(request_for):
    request = request_for(ratio="2:1", seed=3)
    design_allocation(request)
    figures = json.loads((request.out / "design-allocation.json").read_text(encoding="utf-8"))
    assert figures["note"].startswith("Simulated: no subject of these figures exists.")
    assert (figures["seed"], figures["trials_for_each_method"]) == (3, 200)
    assert [arm["shares"] for arm in figures["plan"]["arms"]] == [2, 1]
    assert [each["standing"] for each in figures["methods"]].count("recommended") == 1
    assert figures["recommendation"]["name"] in [each["name"] for each in figures["methods"]]


def test_a_plan_that_nothing_fits_says_so_in_every_file(request_for):
    request = request_for(planned_n=30, strata="15")
    words = design_allocation(request)
    assert words.startswith("Nothing is even enough; the least uneven is: ")
    assert "None of the methods was even enough" in (request.out / "allocation.yaml").read_text(encoding="utf-8")
    assert "Nothing fits; the least uneven is" in (request.out / "design-allocation.html").read_text(encoding="utf-8")
    figures = json.loads((request.out / "design-allocation.json").read_text(encoding="utf-8"))
    assert figures["recommendation"]["is_tolerable"] is False


def test_a_folder_that_holds_something_is_left_alone(request_for):
    request = request_for()
    request.out.mkdir()
    (request.out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="the folder is not empty"):
        design_allocation(request)
    assert [path.name for path in request.out.iterdir()] == ["mine.txt"]
    design_allocation(replace(request, force=True))
    assert sorted(path.name for path in request.out.iterdir()) == FILES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ratio": "one to one"}, "is no ratio"),
        ({"ratio": "1:1:1", "protocol": "nct05610826"}, "it has 3 parts, but there are 2 arms: arm-1, arm-2"),
        ({"strata": "nowhere.yaml"}, "nowhere.yaml: cannot be read"),
        ({"planned_n": 0}, "0 cannot be simulated"),
    ],
)
def test_what_cannot_be_planned_writes_nothing(request_for, tmp_path, change, message):
    with pytest.raises(EquipoiseError, match=message):
        design_allocation(request_for(**change))
    assert list(tmp_path.iterdir()) == []
