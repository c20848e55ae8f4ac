"""Who was treated by the plan's own rules: what was left out or reduced, and which answer of the plan said so.

The trial of these tests has two doses (100 mg; half of it after platelets below 50, held while they are, stopped for
good 56 days after the last dose), an operation after them, and a gate that asks for platelets of at least 75.
"""

from datetime import timedelta

import pytest
from tests.analysis_trial import CONTROL, DRUG, PLAN, AnalysedOffice, plan_of, with_plan

from equipoise.conduct.answers import Action
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.analysing.trial_facts import Until, make_facts
from equipoise.operations.office import attending
from equipoise.operations.office.acts import Act
from equipoise.operations.office.subjects import correct_state, correction_statement
from equipoise.protocol.deviations import DeviationClass

EVERY = {"id": "every-step", "label": "Every step", "rule": "per-protocol-every-step"}


@pytest.fixture
def office() -> AnalysedOffice:
    return with_plan(plan_of(sets=[*PLAN["sets"], EVERY]))


@pytest.fixture
def treated(office):
    """In the arm with the drug, with the first dose given in full on the day after allocation."""
    subject = office.in_arm(DRUG)
    office.go_on(1)
    give(office, subject, "drug-1")
    return subject


def give(office, subject, step, mg="100", platelets="150"):
    if platelets is not None:
        office.platelets(subject, platelets)
        office.release(subject, step)
    office.record(subject, "dose", step=step, administered=mg, unit="mg")


def operate(office, subject):
    """Six weeks later, when it can still be removed."""
    office.go_on(42)
    if office.file(subject).arm == DRUG:
        office.record(subject, "decision", decision="resectable", option="yes")
    office.release(subject, "surgery-day")
    office.record(subject, "operation", step="surgery-day", approach="open", resection="R0")


def facts_of(office, subject, day=None):
    """The facts with arms, as the sets are made of them; a trial that runs shows them to nobody."""
    until = Until(day or office.today, len(office.store.log))
    with office.store.reading() as view:
        facts = make_facts(view, office.rules, until, is_masked=False)
    return next(each for each in facts.subjects if each.subject == subject)


def shortfalls(office, subject, day=None):
    """What was not given in full up to a day, by step, with the answer of the plan that said so."""
    return {each.step: each for each in facts_of(office, subject, day).shortfalls}


def final_set(office, name="per-protocol"):
    office.lock()
    return office.analysed(office.cut("final")).sets[name]


def test_who_was_given_all_of_it_has_no_shortfall_and_is_in_both_sets(office, treated):
    office.go_on(28)
    give(office, treated, "drug-2")
    operate(office, treated)
    assert shortfalls(office, treated) == {}
    done = final_set(office)
    assert treated in done.members
    assert treated in office.analysed(office.cut("final")).sets["every-step"].members


def test_a_dose_that_the_gate_reduced_was_given_as_the_protocol_says(office, treated):
    """Platelets of 40 after the first dose and 150 before the second: the table answers reduce, half was released."""
    office.go_on(14)
    office.platelets(treated, "40")
    office.go_on(14)
    give(office, treated, "drug-2", mg="50")
    (short,) = [each for step, each in shortfalls(office, treated).items() if step == "drug-2"]
    assert (short.what, short.because) == ("given below the full amount", f"the gate said reduce on {office.today}")
    operate(office, treated)
    done = final_set(office)
    assert treated in done.members
    assert treated in office.analysed(office.cut("final")).sets["every-step"].members, "every step was given"


@pytest.mark.parametrize(("mg", "is_explained"), [("70", True), ("45", True), ("44", False), ("10", False)])
def test_a_reduced_dose_is_explained_down_to_the_amount_that_was_released(office, treated, mg, is_explained):
    """Half of 100 mg was released; the 10 % of tolerance end at 45 mg."""
    office.go_on(14)
    office.platelets(treated, "40")
    office.go_on(14)
    give(office, treated, "drug-2", mg=mg)
    assert bool(shortfalls(office, treated)["drug-2"].because) is is_explained


def test_a_dose_that_was_released_in_full_and_halved_is_no_treatment_by_the_plan(office, treated):
    office.go_on(28)
    give(office, treated, "drug-2", mg="50")
    operate(office, treated)
    done = final_set(office)
    assert done.excluded[treated].words == ("drug-2 given below the full amount, and no rule of the plan said so")
    (entry,) = [each for each in office.file(treated).forms if getattr(each.form, "step", "") == "drug-2"]
    assert int(entry.id) in done.excluded[treated].entries
    stricter = office.analysed(office.cut("final")).sets["every-step"]
    assert stricter.excluded[treated].words == done.excluded[treated].words, "the stricter set holds nobody more"


def test_a_dose_of_an_amount_that_is_not_known_is_not_taken_for_a_full_one(office, treated):
    """3 mL are no number of mg: the subject stays, as long as a person has not said how much it was."""
    office.go_on(28)
    office.platelets(treated, "150")
    office.release(treated, "drug-2")
    office.record(treated, "dose", step="drug-2", administered="3", unit="mL")
    short = shortfalls(office, treated)["drug-2"]
    assert (short.what, short.because, short.is_open) == ("given, and the amount is not known", "", True)
    operate(office, treated)
    office.lock()
    sets = office.analysed(office.cut("final")).sets
    for done in (sets["per-protocol"], sets["every-step"]):
        assert treated in done.members
        assert done.open[treated].words == "drug-2 given, and the amount is not known"
        assert done.open[treated].entries == short.entries


@pytest.mark.parametrize(("mg", "is_short"), [("95", False), ("89", True)])
def test_an_amount_within_the_tolerance_of_the_full_one_is_in_full(office, treated, mg, is_short):
    """The plan allows 10 % by default: 90 mg is the least that is the full dose."""
    office.go_on(28)
    give(office, treated, "drug-2", mg=mg)
    assert ("drug-2" in shortfalls(office, treated)) is is_short


def test_a_dose_without_a_release_is_explained_by_the_table_of_its_day(office, treated):
    office.go_on(14)
    office.platelets(treated, "40")
    office.go_on(14)
    office.platelets(treated, "150")
    give(office, treated, "drug-2", mg="50", platelets=None)
    short = shortfalls(office, treated)["drug-2"]
    assert short.because.startswith(f"the dose table low-platelets says reduce on {office.today}")


def test_a_course_that_a_table_stopped_was_shortened_by_the_protocol(office, treated):
    """Platelets of 40 in the interval and no dose for 56 days: the table says stop, though nobody put a hold down."""
    office.go_on(14)
    office.platelets(treated, "40")
    office.go_on(42)
    office.platelets(treated, "150")
    office.record(treated, "course-stopped", course="drug", reason="too long after the last dose")
    short = shortfalls(office, treated)["drug-2"]
    assert short.what == "not given up to the cut"
    assert short.because.startswith(f"the dose table low-platelets says stop on {office.today}")
    stopped_on = office.today
    operate(office, treated)
    assert str(stopped_on) in shortfalls(office, treated)["drug-2"].because, "asked for the day of the stop"
    assert treated in final_set(office).members
    [words] = {each.words for each in [office.analysed(office.cut("final")).sets["every-step"].excluded[treated]]}
    assert words == "not treated as planned: drug-2 not given up to the cut"


def test_a_day_before_that_the_same_course_was_not_stopped_by_the_table(office, treated):
    """On day 55 with platelets of 150 the table answers reduce: nothing said that the course had to end."""
    office.go_on(14)
    office.platelets(treated, "40")
    office.go_on(41)
    office.platelets(treated, "150")
    office.record(treated, "course-stopped", course="drug", reason="no more of it")
    assert shortfalls(office, treated)["drug-2"].because == ""


def test_a_course_stopped_for_another_reason_leaves_the_set_with_its_reason(office, treated):
    office.go_on(28)
    office.record(treated, "course-stopped", course="drug", reason="the subject's wish")
    operate(office, treated)
    done = final_set(office)
    assert done.excluded[treated].words == "not treated as planned: drug-2 not given up to the cut"


def test_a_hold_that_somebody_put_down_explains_what_was_then_not_given(office, treated):
    """The gate asks for 75 platelets: no dose table, so it counts as it was put down, with the event of the hold."""
    office.go_on(28)
    office.platelets(treated, "60")
    held = office.hold(treated, "drug-2").event
    office.record(treated, "course-stopped", course="drug", reason="platelets stay low")
    short = shortfalls(office, treated)["drug-2"]
    assert short.because.startswith(f"the gate of drug-2 said hold on {office.today}: ")
    assert short.entries == (held.seq,)


def test_the_same_gate_without_a_hold_on_record_explains_nothing(office, treated):
    office.go_on(28)
    office.platelets(treated, "60")
    office.record(treated, "course-stopped", course="drug", reason="platelets stay low")
    assert shortfalls(office, treated)["drug-2"].because == ""


def test_a_hold_that_ended_with_a_release_explains_nothing(office, treated):
    office.go_on(28)
    office.platelets(treated, "60")
    office.hold(treated, "drug-2")
    office.go_on(2)
    office.platelets(treated, "150")
    office.release(treated, "drug-2")
    office.record(treated, "course-stopped", course="drug", reason="did not come")
    assert shortfalls(office, treated)["drug-2"].because == ""


def test_a_hold_counts_at_a_cut_before_the_day_of_its_release(office, treated):
    """Held in its window and released after it: at a cut between the two nothing was released yet."""
    office.go_on(30)
    office.platelets(treated, "60")
    office.hold(treated, "drug-2")
    between = office.today + timedelta(days=3)
    office.go_on(7)
    give(office, treated, "drug-2")
    short = shortfalls(office, treated, between)["drug-2"]
    assert short.because.startswith("the gate of drug-2 said hold")
    assert "drug-2" not in shortfalls(office, treated)


def test_a_gate_that_did_not_know_explains_nothing(office, treated):
    """Without a count of the last 7 days the gate is unknown: what was missing could have been measured."""
    office.go_on(28)
    office.hold(treated, "drug-2")
    (held,) = office.file(treated).held
    assert held.action is Action.UNKNOWN
    office.record(treated, "course-stopped", course="drug", reason="nobody took blood")
    assert shortfalls(office, treated)["drug-2"].because == ""


def test_every_planned_step_was_given_or_is_a_shortfall(office):
    """Whoever it is, and on whichever day is looked: steps of the arm's plan are never lost."""
    planned = {CONTROL: {"surgery-day"}, DRUG: {"drug-1", "drug-2", "surgery-day"}}
    subjects = [office.allocated() for _ in range(4)]
    begun = office.today
    for number, subject in enumerate(subjects):
        office.go_on(3)
        if office.file(subject).arm == DRUG and number % 2:
            give(office, subject, "drug-1")
    office.go_on(40)
    for day in (begun + timedelta(days=days) for days in range(0, 52, 4)):
        for subject in subjects:
            facts = facts_of(office, subject, day)
            given = {each.step for each in facts.given}
            assert given | {each.step for each in facts.shortfalls} == planned[facts.arm]
            assert not given & {each.step for each in facts.shortfalls if each.what == "not given up to the cut"}


def test_a_decision_of_the_plan_leaves_its_course_out(office, treated):
    office.go_on(28)
    give(office, treated, "drug-2")
    office.go_on(42)
    office.record(treated, "decision", decision="resectable", option="no")
    short = shortfalls(office, treated)["surgery-day"]
    assert short.because == f"decided on {office.today}: Can it still be removed? It cannot"
    assert treated in final_set(office).members


def test_nothing_is_due_after_a_death(office, treated):
    office.go_on(20)
    office.die(treated)
    found = shortfalls(office, treated)
    assert set(found) == {"drug-2", "surgery-day"}
    assert {each.because for each in found.values()} == {f"died on {office.today}, after which nothing is due"}


def test_a_death_does_not_explain_a_course_that_had_ended_before(office, treated):
    office.go_on(28)
    office.record(treated, "course-stopped", course="drug", reason="the subject's wish")
    office.go_on(5)
    office.die(treated)
    found = shortfalls(office, treated)
    assert (found["drug-2"].because, bool(found["surgery-day"].because)) == ("", True)


@pytest.mark.parametrize(("days", "is_explained"), [(28 + 3, True), (28 + 5, False)])
def test_a_death_does_not_explain_a_step_that_was_overdue_before_it(office, treated, days, is_explained):
    """The second dose is due on day 28, give or take 3: nobody gave it in time, and the death came later."""
    office.go_on(days)
    office.die(treated)
    found = shortfalls(office, treated)
    assert (bool(found["drug-2"].because), bool(found["surgery-day"].because)) == (is_explained, True)


def test_a_death_that_was_taken_back_explains_nothing(office, treated):
    office.go_on(10)
    before = office.file(treated).stood[-1].state
    office.die(treated)
    signature = office.sign(office.investigator, Act.CORRECT, correction_statement(treated, before))
    with office.store.writing() as desk:
        correct_state(desk, office.investigator, treated, before, "another patient", signature)
    office.go_on(40)
    assert shortfalls(office, treated)["drug-2"].because == ""


def test_a_withdrawal_is_no_answer_of_the_plan(office, treated):
    office.go_on(10)
    office.move(treated, Move.WITHDRAW_FROM_ALL_CONTACT, reason="wishes no more of it")
    assert {each.because for each in shortfalls(office, treated).values()} == {""}


def test_what_is_still_to_come_is_no_shortfall_yet_and_stays_open(office):
    subject = office.in_arm(CONTROL)
    treated_one = office.in_arm(DRUG)
    office.go_on(1)
    give(office, treated_one, "drug-1")
    found = shortfalls(office, treated_one)
    assert all(each.is_open for each in found.values())
    assert set(found) == {"drug-2", "surgery-day"}
    done = office.analysed(office.cut("second"))
    assert done.set_sizes["per-protocol"] == 1, "the other was given nothing yet"
    assert set(shortfalls(office, subject)) == {"surgery-day"}


def test_what_is_overdue_is_a_shortfall(office, treated):
    office.go_on(28 + 4)
    found = shortfalls(office, treated)
    assert (found["drug-2"].because, found["drug-2"].is_open) == ("", False)


def test_an_important_deviation_takes_out_whoever_was_treated_by_the_rules(office, treated):
    office.go_on(28)
    office.record(treated, "dose", step="drug-2", administered="100", unit="mg")
    deviations = [item for item in office.file(treated).items.values() if item.raised.kind is RaisedKind.DEVIATION]
    assert deviations, "a dose without a release"
    for number, item in enumerate(deviations):
        with office.store.writing() as desk:
            attending.attend(
                desk,
                office.investigator,
                treated,
                RaisedKind.DEVIATION,
                item.id,
                words="nobody asked",
                severity=DeviationClass.MINOR if number else DeviationClass.IMPORTANT,
            )
    operate(office, treated)
    words = final_set(office).excluded[treated].words
    assert words.startswith("important deviation: ")


def test_shortfalls_tell_no_arm_while_the_arms_are_pooled(office, treated):
    office.go_on(28)
    give(office, treated, "drug-2", mg="50")
    done = office.analysed(office.cut())
    assert done.is_masked
    assert all(each.shortfalls == () for each in done.facts.subjects)
    assert done.sets["every-step"].members == done.sets["per-protocol"].members == ()


def test_a_cut_in_the_past_knows_what_was_known_then(office, treated):
    """What is dated after the last day of the cut is as if it were not there."""
    before = office.today + timedelta(days=20)
    office.go_on(28)
    give(office, treated, "drug-2", mg="50")
    found = shortfalls(office, treated, before)
    assert {each.step: each.is_open for each in found.values()} == {"drug-2": True, "surgery-day": True}


def test_a_release_after_the_day_of_a_cut_does_not_end_a_hold_that_stood_then(office, treated):
    office.go_on(50)
    office.platelets(treated, "60")
    office.hold(treated, "drug-2")
    before = office.today
    office.go_on(2)
    office.platelets(treated, "150")
    office.release(treated, "drug-2")
    assert shortfalls(office, treated, before)["drug-2"].because.startswith(f"the gate of drug-2 said hold on {before}")
