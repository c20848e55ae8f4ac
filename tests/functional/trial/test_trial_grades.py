"""What the published table proposes when results are recorded, told at the door and written nowhere.

CTCAE v5.0, Platelet count decreased: grade 2 is "<75,000 - 50,000/mm3; <75.0 - 50.0 x 10e9 /L".
"""

import re
import shlex

import pytest
from tests.functional.trial.test_trial_treats import DRUG_ARM, in_arm

ROW = (
    "{who},r1,https://equipoise.dev/codes,platelets,final,2026-01-16,2026-01-16,{value},{value},{value},10*9/L,{low}\n"
)
COLUMNS = "record_id,system,code,status,time_lower,time_upper,value_text,value_lower,value_upper,unit,range_low"


@pytest.fixture
def treated(trial):
    """In the arm with the drug, a day after the allocation; ines is logged in."""
    subject = in_arm(trial, DRUG_ARM)
    trial.go_on(1)
    trial.enter("ines")
    return subject


def results(trial, subject, *fields):
    return ("record", "results", "--subject", subject, "--on", trial.now.date(), *fields)


def put_down(said):
    """The command that an answer gives, with what a person adds."""
    line = next(line for line in said.splitlines() if "put it down: " in line)
    words = shlex.split(line.partition("put it down: equipoise trial ")[2])
    return [word.replace("CATEGORY", "haematological") for word in words]


def test_a_result_of_a_grade_is_told_with_what_gave_it_and_how_to_put_it_down(trial, treated):
    said = trial.does(*results(trial, treated, "platelets=70 10*9/L [150-400]"))
    assert "By the table of CTCAE 5.0, proposed, for a person to judge:" in said
    assert "  Platelet count decreased, grade 2, on 2026-01-16 (result " in said
    assert "found: platelets 70 10*9/L [150-400]" in said
    assert "grade 2 is: <75,000 - 50,000/mm3; <75.0 - 50.0 x 10e9 /L" in said
    fields = "'term=Platelet count decreased' ctcae_term=platelet-count-decreased grade_proposed=2"
    assert f"adverse-event --subject {treated} --on 2026-01-16 {fields} category=CATEGORY grade=GRADE" in said


def test_nothing_of_it_is_written_until_a_person_puts_it_down(trial, treated):
    said = trial.does(*results(trial, treated, "platelets=70 10*9/L [150-400]"))
    assert "adverse-event" not in trial.does("entries", "--subject", treated)
    trial.does(*[word.replace("GRADE", "3") for word in put_down(said)])
    assert "adverse-event: term=Platelet count decreased" in trial.does("entries", "--subject", treated)
    assert "Grade 3 is signed for 2026-01-16, and the result of that day gives grade 2" in trial.does("queries")
    history = trial.does("history", "--subject", treated)
    assert "proposed by the table: grade 2 by CTCAE 5.0 (platelet-count-decreased), from result " in history


def test_a_result_of_grade_0_is_not_told_of(trial, treated):
    assert "CTCAE" not in trial.does(*results(trial, treated, "platelets=150 10*9/L [150-400]"))


def test_what_cannot_be_graded_is_told_with_the_reason(trial, treated):
    said = trial.does(*results(trial, treated, "platelets=110 10*9/L", "haemoglobin=11 g/dL"))
    assert "Not graded by CTCAE 5.0, and so of no known grade, not of grade 0:" in said
    terms = "Anemia (haemoglobin), Platelet count decreased (platelets)"
    assert f"  missing: the lower limit of normal: {terms}" in said
    assert "proposed" not in said


def test_a_reading_that_waits_for_the_person_is_told(trial, treated):
    """Grades 1 and 2 of hypokalemia have one number: "Symptomatic with <LLN - 3.0 mmol/L" is grade 2."""
    said = trial.does(*results(trial, treated, "potassium=3.2 mmol/L [3.5-5.1]"))
    assert "  Hypokalemia, grade 2, on 2026-01-16" in said
    assert "note: Graded with symptoms, the worse reading, because it is not said." in said


def test_results_of_a_file_are_told_of_likewise(trial, treated, tmp_path):
    (tmp_path / "measurements.csv").write_text(
        f"patient_id,{COLUMNS}\n" + ROW.format(who=treated, value="49", low="150")
    )
    said = trial.does("results", tmp_path, "--subject", treated, "--since", "2026-01-16")
    assert "  Platelet count decreased, grade 3, on 2026-01-16 (result " in said


def test_before_allocation_nothing_is_proposed(trial):
    subject = trial.screening()
    assert "CTCAE" not in trial.does(*results(trial, subject, "platelets=24 10*9/L [150-400]"))


def test_the_page_of_a_subject_shows_the_proposed_grade_beside_the_signed_one(trial, treated, tmp_path):
    said = trial.does(*results(trial, treated, "platelets=70 10*9/L [150-400]"))
    trial.does(*[word.replace("GRADE", "3") for word in put_down(said)])
    trial.does("course", "--subject", treated, "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert re.search(r"<td>grade 2 by CTCAE 5.0 \(platelet-count-decreased\), result \d+/1 of .*</td><td>3</td>", page)
