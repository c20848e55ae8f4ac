"""Gates, releases, records, files and corrections by commands, as their users give them; and what is refused."""

import pytest

DRUG_ARM = "drug-then-surgery"
LOCAL = "https://equipoise.dev/codes"
HEADER = "patient_id,record_id,code,status,time_lower,time_upper,value_text,value_lower,value_upper,unit\n"


def in_arm(trial, arm):
    """The first subject that the allocation puts into this arm."""
    for number in range(1, 8):
        subject = trial.screening(number)
        trial.enter("ines")
        judge = trial.sign("judge", "--subject", subject)
        if trial(
            *judge, "--confirm", "E1"
        ).code:  # of some candidates nothing is assumed, so nothing is to be confirmed
            trial.does(*judge)
        trial.does(*trial.allocate(subject))
        line = next(line for line in trial.does("status", "--subjects").splitlines() if subject in line)
        if line.endswith(arm):
            return subject
    raise AssertionError("seven subjects and none in this arm")


@pytest.fixture
def treated(trial):
    """In the arm with the drug, a day after the allocation, with a platelet count of that day; ines is logged in."""
    subject = in_arm(trial, DRUG_ARM)
    trial.go_on(1)
    trial.enter("ines")
    trial.does(*results(trial, subject, "150"))
    return subject


def results(trial, subject, platelets):
    return ("record", "results", "--subject", subject, "--on", trial.now.date(), f"platelets={platelets} 10*9/L")


def give(trial, subject, step, *fields):
    return ("record", "dose", "--subject", subject, "--on", trial.now.date(), f"step={step}", "unit=mg", *fields)


def numbers(text, words):
    return [line.split()[0] for line in text.splitlines() if words in line]


def test_an_open_gate_is_released_and_the_dose_recorded(trial, treated):
    assert trial("gate", "drug-1", "--subject", treated).out.splitlines()[0].endswith("GIVE 100 mg (full)")
    said = trial.does(*trial.sign("release", "drug-1", "--subject", treated))
    assert f"drug-1 of {treated} is released for 2026-01-16 at 100 mg (full)" in said
    assert "deviation" not in trial.does(*give(trial, treated, "drug-1", "administered=100"))
    assert "No deviation waits that you may see." in trial.does("deviations")


def test_a_closed_gate_is_an_answer_and_releases_nothing(trial, treated):
    trial.go_on(1)
    trial.enter("ines")
    trial.does(*results(trial, treated, "60"))
    asked = trial("gate", "drug-1", "--subject", treated)
    assert asked.code == 1
    assert asked.out.splitlines()[0].endswith("HOLD")
    refusal = trial.is_refused(*trial.sign("release", "drug-1", "--subject", treated))
    assert "the gate of drug-1 says hold" in refusal
    assert "A platelet count of the last 7 days of 75 or more" in refusal


@pytest.fixture
def low(trial, treated):
    """Too few platelets the day after; ines is logged in."""
    trial.go_on(1)
    trial.enter("ines")
    trial.does(*results(trial, treated, "60"))
    return treated


def test_what_a_closed_gate_answers_is_put_down_and_told_wherever_treatment_is(trial, low, tmp_path):
    asked = trial("gate", "drug-1", "--subject", low)
    assert f"put it down: equipoise trial hold drug-1 --subject {low}" in asked.out
    said = trial.does("hold", "drug-1", "--subject", low)
    assert f"drug-1 of {low} is held on 2026-01-17: its gate says hold (event" in said
    assert "opens: A platelet count of the last 7 days of 75 or more" in said
    assert "and nothing was written" in trial.does("hold", "drug-1", "--subject", low)
    history = trial.does("history", "--subject", low)
    assert "ines (investigator): hold a dose or an operation" in history
    assert "Opens: A platelet count of the last 7 days of 75 or more" in history
    (line,) = [each for each in trial.does("calendar", "--subject", low).splitlines() if each.startswith("drug-1")]
    assert line.endswith("held since 2026-01-17")
    assert "held since 2026-01-17" in trial.does("calendar")
    assert f"1 held, since 2026-01-17 (equipoise trial calendar --site {low.partition('-')[0]})" in trial.does("status")
    page = tmp_path / "course.html"
    trial.does("course", "--subject", low, "--out", page)
    assert "Held on 2026-01-17 by ines (investigator)" in page.read_text(encoding="utf-8")


def test_a_hold_ends_with_the_release(trial, low):
    trial.does("hold", "drug-1", "--subject", low)
    trial.go_on(1)
    trial.enter("ines")
    trial.does(*results(trial, low, "150"))
    trial.does(*trial.sign("release", "drug-1", "--subject", low))
    assert "held" not in trial.does("calendar", "--subject", low)
    assert "held" not in trial.does("status")


@pytest.mark.parametrize("user", ["cora", "mia", "ada"])
def test_who_may_not_release_does_not_hold_and_is_told_nothing_of_the_gate(trial, low, user):
    trial.enter(user)
    refusal = trial.is_refused("hold", "drug-1", "--subject", low)
    assert "may not hold a dose or an operation" in refusal
    assert "latelets" not in refusal


def test_a_hold_of_what_is_not_there_or_open_or_after_the_lock_is_refused(trial, treated):
    refusal = trial.is_refused("hold", "drug-1", "--subject", treated)
    assert "the gate of drug-1 says give: there is nothing to hold" in refusal
    assert f"Release it instead: equipoise trial release drug-1 --subject {treated}" in refusal
    assert "step drug-9: is no step of the plan" in trial.is_refused("hold", "drug-9", "--subject", treated)
    assert "uc-9999" in trial.is_refused("hold", "drug-1", "--subject", "uc-9999")
    trial.enter("dan")
    trial.does(*trial.sign("lock", "--reason", "last visit done"))
    trial.enter("ines")
    assert "trial: is locked" in trial.is_refused("hold", "surgery-day", "--subject", treated)


def test_what_is_missing_stands_first(trial, treated):
    trial.go_on(9)
    trial.enter("ines")
    asked = trial("gate", "drug-1", "--subject", treated)
    assert asked.code == 1
    lines = asked.out.splitlines()
    assert lines[0].endswith("UNKNOWN")
    assert lines[1] == "Missing:"
    assert "platelets" in lines[2]


def test_a_dose_that_nobody_released_is_recorded_as_a_deviation_and_classed(trial, treated):
    said = trial.does(*give(trial, treated, "drug-1", "administered=100"))
    assert "was not released for that day" in said
    (number,) = numbers(trial.does("deviations"), "was not released")
    words = ("--as", "important", "--because", "the gate was asked on paper")
    trial.does("classify", number, "--subject", treated, *words)
    assert "No deviation waits that you may see." in trial.does("deviations")
    assert "the gate was asked on paper" in trial.does("deviations", "--all")
    (notice,) = numbers(trial.does("notices"), "was not released")
    trial.does("acknowledge", notice, "--subject", treated)
    assert "No notice waits that you may see." in trial.does("notices")


def test_an_amendment_names_the_gate_that_used_the_old_value(trial, treated):
    trial.does(*trial.sign("release", "drug-1", "--subject", treated))
    (entry,) = numbers(trial.does("entries", "--subject", treated), "results:")
    said = trial.does("amend", entry, "--subject", treated, "--strike-out", "--reason", "the wrong tube")
    assert "The gate of drug-1 on 2026-01-16 had used the value" in said
    for query in numbers(trial.does("queries"), "gate of drug-1"):
        trial.does("answer", query, "--subject", treated, "--says", "the dose was not given")
    assert "No query waits that you may see." in trial.does("queries")


def test_a_correction_or_a_strike_out_and_not_both(trial, treated):
    refusal = trial.is_refused("amend", "9", "--subject", treated, "--reason", "x")
    assert "give what is right, or --strike-out" in refusal


def test_fields_that_are_none_are_told_together(trial, treated):
    refusal = trial.is_refused(*give(trial, treated, "drug-1", "administered=a lot", "amount=3"))
    assert "administered: is no number" in refusal
    assert "amount" in refusal
    assert "step" in trial.does("fields", "dose")


def test_an_adverse_event_that_ends_before_it_begins_is_refused(trial, treated):
    fields = ("term=nausea", "category=other", "grade=1", "end=2026-01-10")
    refusal = trial.is_refused("record", "adverse-event", "--subject", treated, "--on", "2026-01-15", *fields)
    assert "end: comes before on" in refusal


def test_a_serious_adverse_event_is_a_notice_at_once(trial, treated):
    fields = ("term=nausea", "category=other", "grade=3", "serious=hospitalisation")
    said = trial.does("record", "adverse-event", "--subject", treated, "--on", "2026-01-15", *fields)
    assert "notice" in said
    assert "Serious adverse event (hospitalisation): nausea." in trial.does("notices")


def test_what_cannot_be_recorded_is_named_with_what_can(trial, treated):
    refusal = trial.is_refused("record", "dosage", "--subject", treated, "--on", "2026-01-15")
    assert "dosage: cannot be recorded" in refusal
    assert "adverse-event" in refusal


def test_results_come_from_a_file_and_are_known_the_second_time(trial, treated, tmp_path):
    file = tmp_path / "measurements.csv"
    row = f"{treated},lab-7,platelets,final,2026-01-16,2026-01-16,88,88,88,10*9/L\n"
    file.write_text(HEADER.replace("code,", "system,code,") + row.replace("platelets", f"{LOCAL},platelets"))
    said = trial.does("results", tmp_path, "--subject", treated)
    assert "1 entries made" in said
    assert "measurements: 1 taken" in said
    again = trial.does("results", tmp_path, "--subject", treated)
    assert "0 entries made" in again
    assert "measurements: 1 already known" in again


def test_a_file_of_another_subject_is_refused_and_nothing_is_entered(trial, treated, tmp_path):
    file = tmp_path / "measurements.csv"
    row = f"somebody-else,lab-7,{LOCAL},platelets,final,2026-01-16,2026-01-16,88,88,88,10*9/L\n"
    file.write_text(HEADER.replace("code,", "system,code,") + row)
    before = trial.does("entries", "--subject", treated)
    refusal = trial.is_refused("results", tmp_path, "--subject", treated)
    assert "is not among the persons of this file" in refusal
    assert "somebody-else" not in refusal
    assert trial.does("entries", "--subject", treated) == before


def test_masked_people_see_neither_gates_nor_calendars_nor_deviations(trial, treated):
    trial.does(*give(trial, treated, "drug-1", "administered=100"))
    trial.enter("mia")
    for verb in (("gate", "drug-1"), ("calendar",), ("entries",)):
        assert "may not see treatment" in trial.is_refused(*verb, "--subject", treated)
    assert "No deviation waits that you may see." in trial.does("deviations")
    assert "Nothing is late or due" in trial.does("calendar")
    assert "drug" not in trial.does("history", "--subject", treated)


def test_the_calendar_of_a_site_that_is_none_is_not_an_empty_one(trial, treated):
    for verb in ("calendar", "reconsent"):
        refusal = trial.is_refused(verb, "--site", "nowhere")
        assert "site nowhere: is no site of this trial" in refusal
        assert "Sites: " in refusal


def test_after_the_lock_nothing_is_recorded(trial, treated):
    trial.enter("dan")
    trial.does(*trial.sign("lock", "--reason", "the end"))
    trial.enter("ines")
    assert "is locked" in trial.is_refused(*results(trial, treated, "99"))
