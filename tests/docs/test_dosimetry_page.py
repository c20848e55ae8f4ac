"""The page of dosimetry: its example runs, its picture is what is drawn now, its tables are those of the program."""

import doctest
from pathlib import Path

from equipoise.assessments.answer import Assessed
from equipoise.assessments.dosimetry.limits import DoseQuantity, read_published_limits
from equipoise.assessments.dosimetry.mird import compute_self_s_value_sphere
from equipoise.assessments.dosimetry.time_activity import fit_time_activity
from equipoise.reporting.time_activity_plot import draw_time_activity, tabulate_time_activity

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGE = FOLDER / "dosimetry.md"
POINTS = ((1.0, 62.0), (4.0, 168.0), (24.0, 152.0), (96.0, 51.0), (168.0, 21.0))


def fit_of_the_example():
    times_h, activities = zip(*POINTS, strict=True)
    found = fit_time_activity(times_h=times_h, activities=activities, unit="MBq")
    assert isinstance(found, Assessed)
    return found.value


def test_the_example_runs_as_printed():
    results = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert results.attempted > 10
    assert results.failed == 0


def test_the_picture_is_what_is_drawn_now():
    drawn = draw_time_activity(fit_of_the_example(), POINTS, organ="kidneys, made-up patient", key="docs")
    assert (FOLDER / "dosimetry-curve.svg").read_text(encoding="utf-8") == f"{drawn}\n"


def test_tables_of_the_page_are_those_of_the_program():
    page = PAGE.read_text(encoding="utf-8")
    for name, number in tabulate_time_activity(fit_of_the_example()):
        assert f"| {name} | {number} |" in page
    words = {DoseQuantity.ABSORBED_DOSE: "absorbed dose", DoseQuantity.BED: "BED"}
    for limit in read_published_limits().limits:
        row = (
            f"| {limit.organ} | {limit.limit_gy:g} Gy {words[limit.quantity]} | {limit.applies_to} | {limit.evidence} |"
        )
        assert f"{row} {limit.mark.value} |" in page
    for mass_g, organs in ((310, 2), (1800, 1), (150, 1), (275, 2), (1400, 1), (130, 1)):
        assert f"| {mass_g} | {compute_self_s_value_sphere(mass_g=mass_g, organs=organs):.3e} |" in page
