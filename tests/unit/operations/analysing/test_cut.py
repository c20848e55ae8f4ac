"""A cut has a name for ever: its day is of the past, its facts stay as they were, and no other cut takes its name."""

from datetime import date, timedelta

import pytest
from tests.analysis_trial import CONTROL, plan_of, with_plan
from tests.office_store import enter
from tests.unit.operations.analysing.conftest import fold_by_hand, pfs_by_hand, run_courses

from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError, RefusedError
from equipoise.operations.analysing.cut import CutAfter, CutAtEvents, CutOn, facts_at
from equipoise.operations.office.acts import Act
from equipoise.operations.office.rows import Cut
from equipoise.operations.office.visibility import Visibility


def the_facts(office, cut):
    with office.store.reading() as view:
        return facts_at(view, office.rules, cut, is_masked=False)


def test_a_cut_in_the_future_is_refused_and_nothing_is_written(office):
    n_events = len(office.store.log)
    tomorrow = office.today + timedelta(days=1)
    with pytest.raises(RefusedError, match=f"{tomorrow} lies in the future"):
        office.cut(how=CutOn(tomorrow))
    assert len(office.store.log) == n_events


def test_today_can_be_cut(office):
    assert office.cut(how=CutOn(office.today)).cut_on == office.today.isoformat()


def test_a_cut_names_the_last_event_and_its_hash_in_the_open(office):
    office.allocated()
    last = office.store.log[-1]
    cut = office.cut()
    event = office.store.log[-1]
    assert event.entry.act is Act.CUT
    assert set(event.entry.changes) == {Visibility.OPEN}
    assert (cut.last_seq, cut.last_hash) == (last.seq, last.hash)
    assert event.new("how") == f"on {office.today}"


def test_the_same_cut_again_writes_nothing_and_is_the_same(office):
    day = office.today
    cut = office.cut(how=CutOn(day))
    office.allocated()
    n_events = len(office.store.log)
    assert office.cut(how=CutOn(day)) == cut
    assert len(office.store.log) == n_events


def test_a_name_that_was_used_for_another_day_is_refused(office):
    office.cut("interim", CutOn(office.today))
    with pytest.raises(RefusedError, match=r"cut interim: was made as: on 2026-01-15 \(last day 2026-01-15\)"):
        office.cut("interim", CutOn(office.today - timedelta(days=1)))


@pytest.mark.parametrize("name", ["", "Interim", "../interim", "a" * 65, "in terim"])
def test_a_name_that_could_not_be_a_file_is_refused(office, name):
    with pytest.raises(EquipoiseError, match="cannot be the name of a cut"):
        office.cut(name)


@pytest.mark.parametrize("role", [Role.UNMASKED_STATISTICIAN, Role.MASKED_STATISTICIAN, Role.DATA_MANAGER])
def test_those_who_analyse_may_cut(office, role):
    assert office.cut(role.value, who=enter(office.store, "zoe", role)).user == "zoe"


def test_a_site_may_not_cut(office):
    with pytest.raises(RefusedError, match="may not cut the data"):
        office.cut(who=office.investigator)


def test_what_is_entered_after_a_cut_does_not_change_it(office):
    subject = office.allocated()
    office.go_on(5)
    day = office.today
    cut = office.cut(how=CutOn(day))
    before = the_facts(office, cut)
    office.go_on(1)
    office.scan(subject, 40, on=day)
    entry = next(iter(office.file(subject).entered))
    office.allocated()
    assert the_facts(office, cut) == before
    office.amend(subject, entry, reader="another")
    assert the_facts(office, cut) == before


def test_what_is_dated_after_the_day_of_a_cut_is_left_out(office):
    subject = office.allocated()
    office.scan(subject, 50)
    day = office.today
    office.go_on(10)
    office.scan(subject, 90)
    office.die(subject)
    later = office.allocated()
    (one,), screened = (
        the_facts(office, office.cut(how=CutOn(day))).subjects,
        the_facts(office, office.cut("later")).subjects,
    )
    assert one.subject == subject
    assert one.died_on is None
    assert {finding.day for finding in one.readings["site"].findings} == {day}
    assert [each.subject for each in screened] == [subject, later]


def test_a_death_entered_late_counts_from_its_day(office):
    subject = office.allocated()
    office.go_on(20)
    died = office.today - timedelta(days=5)
    office.die(subject, on=died)
    (one,) = the_facts(office, office.cut(how=CutOn(died))).subjects
    assert (one.died_on, one.left_how) == (died, "died")


def test_follow_up_counts_from_the_last_randomisation(office):
    office.allocated()
    office.go_on(7)
    office.allocated()
    last = office.today
    with pytest.raises(RefusedError, match=f"{last + timedelta(days=30)} lies in the future"):
        office.cut(how=CutAfter(30))
    office.go_on(40)
    assert office.cut(how=CutAfter(30)).cut_on == (last + timedelta(days=30)).isoformat()


def test_follow_up_of_nobody_is_refused(office):
    with pytest.raises(RefusedError, match="nobody is randomised"):
        office.cut(how=CutAfter(30))


def test_a_cut_by_events_lies_on_the_day_of_the_last_of_them(office):
    run_courses(office)
    by_hand = fold_by_hand(office.store.log, office.today)
    days = []
    for seen in by_hand.values():
        if seen.allocated_on is not None:
            time, happened = pfs_by_hand(seen)
            days += [seen.allocated_on + timedelta(days=time)] * happened
    for number in (1, 3, len(days)):
        cut = office.cut(f"after-{number}", CutAtEvents(number, "pfs"))
        assert cut.cut_on == sorted(days)[number - 1].isoformat()
    with pytest.raises(RefusedError, match=f"{len(days)} subjects have had it"):
        office.cut("one-more", CutAtEvents(len(days) + 1, "pfs"))


def test_events_of_what_has_no_times_are_refused(office):
    with pytest.raises(EquipoiseError, match=r"is no endpoint with times\n.*pfs, progression, os"):
        office.cut(how=CutAtEvents(1, "response"))


def test_a_protocol_without_a_plan_says_so(office):
    without = with_plan()
    without.rules = type(without.rules)(
        without.protocol.model_copy(
            update={"versions": [each.model_copy(update={"analysis": None}) for each in without.protocol.versions]}
        )
    )
    cut = without.cut()
    with pytest.raises(RefusedError, match="is not the one approved"):
        without.analysed(cut)


def test_facts_that_the_log_no_longer_gives_are_refused(office):
    office.allocated()
    cut = office.cut()
    forged = Cut(**{**cut.__dict__, "facts": "0" * 64})
    with pytest.raises(RefusedError, match="its facts are not those"):
        the_facts(office, forged)


def test_the_row_of_a_cut_comes_of_the_log_alone(office):
    cut = office.cut()
    assert office.store.rebuilt()[Cut] == {cut.id: cut}


def test_the_control_is_an_arm_of_these_tests():
    assert plan_of().control == CONTROL
    assert date(2026, 1, 15) == with_plan().today
