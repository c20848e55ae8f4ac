"""What is told of results that the published table grades, and of those that it does not."""

from datetime import date

import pytest

from equipoise.assessments.ctcae import CtcaeVersion, term_named
from equipoise.conduct.grade_proposals import Proposal, Reported, propose_grade
from equipoise.operations.trial.proposed_grades import proposal_lines
from equipoise.terminology.catalogue import base_library

ON = date(2026, 1, 16)


def told(version: str, term: str, value: str, unit: str) -> list[str]:
    """The lines of one result by one term."""
    found = term_named(CtcaeVersion(version), term)
    assert found is not None
    result = Reported(value, unit)
    answer = propose_grade(version, found.id, result, on=ON)
    return list(proposal_lines("S-1", [Proposal(found, base_library()[found.analytes[0]], result, ON, "41/1", answer)]))


def test_a_result_worse_than_every_printed_grade_is_told_as_of_no_known_grade() -> None:
    """CTCAE v6.0 prints "10 - 25 ml/min" as grade 3 of creatinine clearance decreased, and nothing below 10."""
    assert told("6.0", "creatinine-clearance-decreased", "5", "mL/min") == [
        "Not graded by CTCAE 6.0, and so of no known grade, not of grade 0:",
        "  the table has no grade for such a result: Creatinine clearance decreased (measured creatinine clearance or "
        "GFR)",
    ]


@pytest.mark.parametrize(("value", "grade"), [("10", 3), ("25", 3)])
def test_the_ends_of_the_last_printed_grade_are_graded(value: str, grade: int) -> None:
    lines = told("6.0", "creatinine-clearance-decreased", value, "mL/min")
    assert lines[0] == "By the table of CTCAE 6.0, proposed, for a person to judge:"
    assert f"  Creatinine clearance decreased, grade {grade}, on 2026-01-16 (result 41/1)" in lines
