"""Every count and number of an analysis, found again from the written events by a fold and formulas of this file."""

import csv
import json
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pyarrow.parquet as parquet
import pytest
from tests.analysis_trial import CONTROL, DRUG, PLAN, plan_of, with_plan
from tests.unit.operations.analysing.conftest import fold_by_hand, pfs_by_hand, run_courses

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.running.run import POOLED
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.analysing.comparing import seed_of
from equipoise.operations.analysing.cut import CutOn
from equipoise.operations.analysing.tables import COLUMNS, make_tables
from equipoise.operations.analysing.writing import analysis_json, write_analysis
from equipoise.operations.office.visibility import Visibility

NEEDS_ARMS = {"test", "effect", "combo", "gray", "fine-gray", "redrawn", "history", "strict"}


@pytest.fixture(scope="module")
def done(locked):
    office, cut = locked
    return office.analysed(cut)


@pytest.fixture(scope="module")
def by_hand(locked):
    office, _ = locked
    return fold_by_hand(office.store.log, office.today)


@pytest.fixture(scope="module")
def randomised(by_hand):
    return {name: seen for name, seen in by_hand.items() if seen.allocated_on is not None}


@pytest.fixture(scope="module")
def times(randomised):
    """Days, event and arm of each subject, by hand."""
    return {name: (*pfs_by_hand(seen), seen.arm) for name, seen in randomised.items()}


def result(done, name):
    return next(each for each in done.results if each.id == name)


def estimates(done, name):
    """Every estimate of an analysis, by arm (none: a comparison) and name."""
    found = result(done, name)
    of_arms = {(line.arm, each.name): each for line in found.arms for each in line.estimates}
    return of_arms | {(None, each.name): each for each in found.comparisons}


def survival_by_hand(times, arm, day):
    """Kaplan-Meier in fractions; arm None takes everybody."""
    own = [(days, happened) for days, happened, of in times.values() if arm in (None, of)]
    product = Fraction(1)
    for at in sorted({days for days, happened in own if happened and days <= day}):
        at_risk = sum(days >= at for days, _ in own)
        events = sum(happened and days == at for days, happened in own)
        product *= Fraction(at_risk - events, at_risk)
    return float(product)


def logrank_by_hand(times, arms):
    """z of the log-rank test in fractions: observed less expected in the second arm over its standard deviation."""
    difference, variance = Fraction(0), Fraction(0)
    for at in sorted({days for days, happened, _ in times if happened}):
        n, d = sum(days >= at for days, _, _ in times), sum(h and days == at for days, h, _ in times)
        n_1 = sum(days >= at and arm == arms[1] for days, _, arm in times)
        d_1 = sum(h and days == at and arm == arms[1] for days, h, arm in times)
        difference += d_1 - Fraction(d * n_1, n)
        if n > 1:
            variance += Fraction(d * n_1 * (n - n_1) * (n - d), n * n * (n - 1))
    return float(difference) / math.sqrt(variance)


def test_everybody_of_the_log_is_in_the_flow_once(done, by_hand, randomised):
    flow = done.flow
    assert sorted(flow.assessed.subjects) == sorted(by_hand)
    assert set(flow.randomised.subjects) == set(randomised)
    excluded = {box.label: [(each.label, each.n) for each in box.reasons] for box in flow.excluded.reasons}
    assert excluded == {
        "identified": [("no reason given", 1)],
        "screening": [("no reason given", 1)],
        "screen-failed": [("I2", 1)],
    }
    for arm in flow.arms:
        own = {name for name, seen in randomised.items() if seen.arm == arm.arm}
        assert set(arm.allocated.subjects) == own
        assert set(arm.died.subjects) == {name for name in own if randomised[name].died_on is not None}
        assert arm.received.n == 0, "no step of treatment was given in these courses"


def test_arm_stratum_and_day_of_each_subject_are_those_of_its_allocation(done, randomised):
    assert {
        each.subject: (each.arm, each.stratum, each.randomised_on, each.died_on) for each in done.facts.subjects
    } == {name: (seen.arm, seen.stratum, seen.allocated_on, seen.died_on) for name, seen in randomised.items()}
    assert {each.baseline["age"] for each in done.facts.subjects} == {"56"}, "born on 1970-01-01, in 2026"


def test_each_time_is_found_again_from_the_events(done, times):
    assert {row.subject: (row.days, row.event, row.arm) for row in done.times["pfs"].rows} == times
    assert {happened for _, happened, _ in times.values()} == {True, False}


def test_the_events_behind_a_row_are_events_of_that_subject(done, by_hand):
    for table in make_tables(done).values():
        for row in table.to_pylist():
            if row.get("entries"):
                assert set(row["entries"]) <= by_hand[row["subject"]].seqs


def test_every_time_leads_to_an_event(done):
    assert all(row["entries"] for row in make_tables(done)["times"].to_pylist())


def test_survival_is_the_product_in_fractions(done, times):
    found = estimates(done, "curve")
    for arm in (CONTROL, DRUG):
        for day in (84, 200):
            assert found[arm, f"survival-{day}"].value == pytest.approx(survival_by_hand(times, arm, day), rel=1e-12)
        line = next(line for line in result(done, "curve").arms if line.arm == arm)
        own = [happened for _, happened, of in times.values() if of == arm]
        assert (line.n, line.n_events) == (len(own), sum(own))


def test_the_test_is_that_of_fractions(done, times):
    found = estimates(done, "test")[None, f"log-rank-{DRUG}"]
    z = logrank_by_hand(list(times.values()), (CONTROL, DRUG))
    assert found.value == pytest.approx(z, rel=1e-12)
    assert found.p == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), rel=1e-12)


def test_the_ratio_to_history_is_that_of_two_rates(done, times):
    own = [(days, happened) for days, happened, arm in times.values() if arm == DRUG]
    events, days = sum(happened for _, happened in own), sum(each for each, _ in own)
    ratio = events / days / (math.log(2) / (10 * 365.25 / 12))
    error = math.sqrt(1 / events + (math.log(12.5 / 8) / (2 * 1.959963984540054)) ** 2)
    found = estimates(done, "history")[None, f"historical-ratio-{DRUG}"]
    assert found.value == pytest.approx(ratio, rel=1e-12)
    assert found.interval.low == pytest.approx(ratio * math.exp(-1.959963984540054 * error), rel=1e-12)
    assert found.interval.high == pytest.approx(ratio * math.exp(1.959963984540054 * error), rel=1e-12)
    assert result(done, "history").warnings[0].startswith("not a randomised comparison")


def test_deaths_of_overall_survival_are_those_of_the_log(done, randomised):
    deaths = Counter(seen.arm for seen in randomised.values() if seen.died_on is not None)
    assert {line.arm: line.n_events for line in result(done, "survival").arms} == {
        arm: deaths[arm] for arm in (CONTROL, DRUG)
    }


def test_adverse_events_are_those_of_the_forms(done, by_hand):
    rows = make_tables(done)["adverse_events"].to_pylist()
    forms = [(name, form) for name, seen in by_hand.items() for form in seen.events]
    assert sorted((row["subject"], row["term"], row["worst_grade"], row["is_serious"]) for row in rows) == sorted(
        (name, form["term"], form["grade"], bool(form.get("serious"))) for name, form in forms
    )


def test_the_redrawn_p_counts_sequences_of_the_same_rule_and_seed(locked, done, times):
    """The same blocks drawn from the same seed, each statistic in fractions; (1 + as far) / (1 + draws)."""
    from equipoise.allocation.rerandomisation import redraw_on_arrays

    office, cut = locked
    order = [event.entry.subject for event in office.store.log if event.entry.act.value == "subject.allocated"]
    rng = np.random.Generator(np.random.PCG64(int(seed_of(cut, "redrawn"), 16)))
    drawn = redraw_on_arrays(office.specification, [{}] * len(order), n_sequences=199, rng=rng)
    names = [arm.name for arm in office.specification.arms]
    observed = abs(logrank_by_hand(list(times.values()), (CONTROL, DRUG)))
    as_far = 0
    for sequence in drawn:
        again = [(*times[subject][:2], names[arm]) for subject, arm in zip(order, sequence, strict=True)]
        as_far += abs(logrank_by_hand(again, (CONTROL, DRUG))) >= observed * (1 - 1e-9)
    found = estimates(done, "redrawn")[None, f"re-randomisation-{DRUG}"]
    assert found.p == (1 + as_far) / 200


def test_before_the_lock_arms_are_pooled_for_everybody():
    office = with_plan()
    run_courses(office)
    for role in (Role.UNMASKED_STATISTICIAN, Role.MASKED_STATISTICIAN, Role.DATA_MANAGER):
        done = office.analysed(office.cut(), role)
        assert done.is_masked
        assert {each.arm for each in done.facts.subjects} == {"all"}
        assert all(not each.comparisons for each in done.results)
        assert {each.id for each in done.not_done} == NEEDS_ARMS
        assert {each.not_done for each in done.not_done} == {POOLED}


def test_a_masked_role_gets_pooled_arms_after_the_lock_too(locked):
    office, cut = locked
    assert office.analysed(cut, Role.MASKED_STATISTICIAN).is_masked
    assert not office.analysed(cut, Role.UNMASKED_STATISTICIAN).is_masked


def test_the_pooled_curve_is_that_of_everybody(locked, times):
    office, cut = locked
    found = estimates(office.analysed(cut, Role.MASKED_STATISTICIAN), "curve")
    assert found["all", "survival-200"].value == pytest.approx(survival_by_hand(times, None, 200), rel=1e-12)


def test_nothing_pooled_tells_an_arm():
    """The drug is given in one arm alone: neither its steps nor the events that hold them are told."""
    office = with_plan()
    treated = office.in_arm(DRUG)
    office.record(treated, "dose", step="drug-1", administered=100, unit="mg")
    office.record(treated, "operation", step="surgery-day", approach="open", resection="R0")
    done = office.analysed(office.cut(), Role.MASKED_STATISTICIAN)
    text = json.dumps(analysis_json(done)) + str({name: table.to_pylist() for name, table in make_tables(done).items()})
    for word in ("drug-1", "surgery-day", DRUG, '"R0"', "2026-01-15: operation"):
        assert word not in text.replace(json.dumps(office.protocol.title), "")
    assert make_tables(done)["doses"].num_rows == 0
    assert done.set_sizes["treated"] == 1
    assert done.sets["treated"].members == ()
    assert done.withheld
    assert all(not row["entries"] for row in make_tables(done)["times"].to_pylist())


def test_doses_are_shown_by_arm_after_the_lock():
    office = with_plan()
    treated = office.in_arm(DRUG)
    office.record(treated, "dose", step="drug-1", administered=60, residual=10, unit="mg")
    office.lock()
    (row,) = make_tables(office.analysed())["doses"].to_pylist()
    assert (row["subject"], row["arm"], row["step"], row["amount"], row["full_amount"]) == (
        treated,
        DRUG,
        "drug-1",
        "50",
        "100",
    )


def test_holds_are_told_by_arm_after_the_lock_and_to_nobody_before():
    office = with_plan()
    treated = office.in_arm(DRUG)
    office.go_on(30)
    held = office.hold(treated, "drug-1").event
    open_cut, before = (
        office.cut(),
        json.dumps(analysis_json(office.analysed(office.cut(), Role.UNMASKED_STATISTICIAN))),
    )
    assert make_tables(office.analysed(open_cut, Role.UNMASKED_STATISTICIAN))["holds"].num_rows == 0
    assert "drug-1" not in before
    office.lock()
    (row,) = make_tables(office.analysed(open_cut))["holds"].to_pylist()
    (answer,) = (event.new("answer", Visibility.TREATMENT) for event in office.store.log if event is held)
    assert (row["subject"], row["arm"], row["step"], row["course"]) == (treated, DRUG, "drug-1", "drug")
    assert (row["answer"], row["on"].isoformat(), row["entries"]) == ("unknown", answer["as_of"], [held.seq])
    assert row["why"] == [line["found"] for line in answer["lines"] if line["action"] != "give"]


def test_a_hold_of_a_later_day_than_the_cut_is_left_out():
    office = with_plan()
    treated = office.in_arm(DRUG)
    office.go_on(30)
    day = office.today
    office.hold(treated, "drug-1")
    office.go_on(1)
    office.hold(treated, "drug-1")
    office.lock()
    for last, n in ((day, 1), (office.today, 2)):
        (subject,) = (
            each
            for each in office.analysed(office.cut(f"to-{last}", how=CutOn(last))).facts.subjects
            if each.subject == treated
        )
        assert len(subject.held) == n


def test_everything_planned_is_done_or_says_why_not(done):
    assert [each.id for each in done.results] == [each.id for each in plan_of().analyses]
    assert done.not_done == ()
    none = {key for key, each in estimates(done, "r0-share").items() if isinstance(each.value, NotEstimable)}
    assert none == set(estimates(done, "r0-share"))


def test_the_same_again_gives_the_same_bytes(locked, tmp_path):
    office, cut = locked
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for number, later in (("one", 0), ("two", 5)):
        office_done = office.analysed(cut)
        ended = moment + timedelta(seconds=later)
        write_analysis(office_done, tmp_path / number, started=moment, ended=ended, trial=tmp_path / "trial")
    one, two = (
        {path.relative_to(tmp_path / number).as_posix(): path.read_bytes() for path in (tmp_path / number).rglob("*.*")}
        for number in ("one", "two")
    )
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} == {"run.json"}


def test_files_are_the_owners_and_read_back_equal(done, tmp_path):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    write_analysis(done, tmp_path / "out", started=moment, ended=moment, trial=tmp_path / "trial")
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
    tables = make_tables(done)
    assert set(tables) == set(COLUMNS)
    for name, table in tables.items():
        assert parquet.read_table(tmp_path / "out" / "tables" / f"{name}.parquet").to_pylist() == table.to_pylist()
        with (tmp_path / "out" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == table.num_rows
    written = json.loads((tmp_path / "out" / "analysis.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(analysis_json(done)))


def test_each_interval_of_the_file_names_its_type(done):
    for each in analysis_json(done)["results"]:
        for one in [*each["comparisons"], *(found for arm in each["arms"] for found in arm["estimates"])]:
            assert "interval" not in one or one["interval"]["type"]


# What is bad in the data: found, named, and not dropped.


def test_an_arm_with_nobody_is_named_and_not_compared():
    office = with_plan()
    subject = office.allocated()
    (empty,) = {CONTROL, DRUG} - {office.file(subject).arm}
    office.scan(subject, 50)
    office.go_on(60)
    office.die(subject)
    office.lock()
    done = office.analysed()
    assert f"arm {empty} has nobody" in done.warnings
    found = estimates(done, "test")[None, f"log-rank-{DRUG}"]
    assert isinstance(found.value, NotEstimable)
    assert {line.arm: (line.n, line.n_events) for line in result(done, "test").arms} == {
        empty: (0, 0),
        office.file(subject).arm: (1, 1),
    }


def test_an_endpoint_without_assessments_is_named():
    office = with_plan()
    office.allocated()
    office.allocated()
    office.go_on(50)
    done = office.analysed(office.cut())
    said = "endpoint pfs: there is no assessment by the site reader of anybody"
    assert said in done.warnings
    assert [row.days for row in done.times["pfs"].rows] == [0, 0]


def test_a_trial_without_anybody_says_so_everywhere():
    office = with_plan()
    office.lock()
    done = office.analysed()
    assert f"arm {CONTROL} has nobody" in done.warnings
    for each in done.results:
        assert all(isinstance(one.value, NotEstimable) for one in each.comparisons), each.id


def test_nobody_with_an_event_is_a_reason_and_no_number():
    office = with_plan()
    for _ in range(8):
        office.scan(office.allocated(), 50)
    office.go_on(60)
    office.lock()
    done = office.analysed()
    for name in ("test", "effect", "combo", "redrawn", "gray"):
        (first, *_) = result(done, name).comparisons
        assert isinstance(first.value, NotEstimable), name
        assert first.value.reason


STRATIFIED = Specification(
    (Arm(CONTROL), Arm(DRUG)), PermutedBlocks((2,)), factors=(Factor("ecog", ("0", "1")),), stratify=("ecog",)
)


def test_a_stratum_used_once_is_named():
    analyses = [{"id": "test", "endpoint": "pfs", "method": "log-rank", "options": {"strata": ["ecog"]}}]
    office = with_plan(plan_of(analyses=analyses), specification=STRATIFIED)
    for number in range(5):
        subject = office.eligible()
        office.allocate(subject, values={"ecog": "1" if number == 2 else "0"})
        office.scan(subject, 50)
    office.go_on(60)
    office.lock()
    done = office.analysed()
    (alone,) = {each.stratum for each in done.facts.subjects if each.baseline["ecog"] == "1"}
    assert f"stratum {alone} of the allocation was used once" in done.warnings
    assert "stratum 1 has one subject, who says nothing of a difference within it" in result(done, "test").warnings


def test_days_before_randomisation_are_named_and_kept():
    office = with_plan()
    office.go_on(30)
    subject = office.allocated()
    before = office.today - timedelta(days=10)
    office.record(subject, "dose", step="drug-1", administered=100, unit="mg", on=before)
    office.move(subject, Move.DIE, on=office.today, source="the family")
    office.lock()
    done = office.analysed()
    assert [given.on for given in done.facts.subjects[0].given] == [before]
    assert f"{subject}: step drug-1 lies before randomisation: it changes no baseline ({before})" in done.warnings
    assert [row.days for row in done.times["os"].rows] == [0]


def test_censoring_that_differs_by_arm_is_told_beside_the_redrawn_test():
    office = with_plan()
    subjects = [office.allocated() for _ in range(16)]
    arms = {subject: office.file(subject).arm for subject in subjects}
    for subject in subjects:
        office.scan(subject, 50)
    for visit in range(6):
        office.go_on(30)
        for subject in subjects:
            if arms[subject] == DRUG or visit < 1:
                office.scan(subject, 50)
    for arm in (CONTROL, DRUG):
        office.die(next(subject for subject in subjects if arms[subject] == arm))
    office.lock()
    warned = [each for each in result(office.analysed(), "redrawn").warnings if "censoring differs by arm" in each]
    assert len(warned) == 1


def test_of_several_masked_readers_one_counts_and_the_others_are_named():
    from tests.office_store import enter

    from equipoise.conduct.forms.reading import read_form
    from equipoise.operations.office import recording

    endpoints = [each for each in PLAN["endpoints"] if each["id"] == "pfs"]
    masked = {**endpoints[0], "reader": "masked"}
    analyses = [{"id": "curve", "endpoint": "pfs", "method": "kaplan-meier"}]
    office = with_plan(plan_of(endpoints=[masked], analyses=analyses))
    reader = enter(office.store, "rita", Role.MASKED_READER)
    subject = office.allocated()

    def read(name, mm):
        lesion = {"lesion": "T1", "role": "target", "state": "measured", "mm": mm, "organ": "liver"}
        content = {"on": office.today, "reader": name, "reader_kind": "masked", "lesions": [lesion]}
        with office.store.writing() as desk:
            recording.read_scan(desk, reader, subject, read_form("tumour-assessment", content))

    read("rita", 50)
    read("anna", 50)
    office.go_on(60)
    read("rita", 50)
    office.lock()
    done = office.analysed()
    assert f"{subject}: several masked readers; rita, who read most, counts, and not anna" in done.warnings
    assert [(row.days, row.event) for row in done.times["pfs"].rows] == [(60, False)]


def test_what_a_site_enters_as_masked_counts_for_nobody_and_is_shown_to_nobody_masked():
    """A site knows the arm. A scan with progression that it enters as masked ends no time of either reader."""
    endpoints = [each for each in PLAN["endpoints"] if each["id"] == "pfs"]
    endpoints = [{**endpoints[0], "id": reader, "reader": reader} for reader in ("site", "masked")]
    analyses = [{"id": "curve", "endpoint": "site", "method": "kaplan-meier"}]
    office = with_plan(plan_of(endpoints=endpoints, analyses=analyses))
    subject = office.allocated()
    for days, mm in ((0, 50), (60, 90)):
        office.go_on(days)
        lesion = {"lesion": "T1", "role": "target", "state": "measured", "mm": mm, "organ": "liver"}
        told = {"reader": "rita", "reader_kind": "masked", "lesions": [lesion]}
        assert [each.code for each in office.record(subject, "tumour-assessment", **told).raised] == [
            "not-a-masked-reader"
        ]
    before = office.analysed(office.cut("before"))
    assert before.facts.subjects[0].readings == {}
    office.lock()
    done = office.analysed()
    assert {name: [row.event for row in times.rows] for name, times in done.times.items()} == {
        "site": [False],
        "masked": [False],
    }
    said = f"{subject}: entered at the site as read by a masked reader, and counted for nobody: rita"
    assert said in done.warnings


def test_who_leaves_and_how_is_in_the_flow():
    office = with_plan()
    lost, gone = office.allocated(), office.allocated()
    office.go_on(40)
    days = [(office.today - timedelta(days=back)).isoformat() for back in (3, 2, 1)]
    office.move(lost, Move.LOSE, attempts=days)
    office.move(gone, Move.WITHDRAW_FROM_ALL_CONTACT)
    office.lock()
    done = office.analysed()
    ends = {name: {box.subjects for box in arm.lost.reasons} for arm in done.flow.arms for name in [arm.arm]}
    assert {subject for found in ends.values() for names in found for subject in names} == {lost}
    assert {subject for arm in done.flow.arms for subject in arm.discontinued.subjects} == {gone}


def test_new_therapy_is_a_drug_against_the_tumour_or_the_treatment_of_the_other_arm():
    office = with_plan()
    control, other = office.in_arm(CONTROL), office.allocated()
    office.go_on(10)
    office.record(other, "medication", drug="paracetamol")
    office.record(control, "dose", step="drug-1", administered=100, unit="mg")
    day = office.today
    office.go_on(5)
    office.record(other, "medication", code="http://www.whocc.no/atc|L01BC06")
    office.lock()
    found = {each.subject: each.new_therapy_on for each in office.analysed().facts.subjects}
    assert found[control] == day
    assert found[other] == office.today


def test_a_grade_signed_for_a_day_after_the_cut_is_not_known_yet():
    office = with_plan()
    subject = office.allocated()
    day = office.today
    office.record(subject, "adverse-event", term="fatigue", category="other", grade=1)
    entry = office.file(subject).forms[0].id
    office.go_on(10)
    office.amend(subject, entry, changes=[{"on": office.today, "grade": 3}])
    then, now = office.cut("then", CutOn(day)), office.cut("now")
    office.lock()
    grades = [office.analysed(cut).facts.subjects[0].adverse_events[0].worst_grade for cut in (then, now)]
    assert grades == [1, 3]


def test_a_second_operation_is_told_by_its_step_only_where_arms_are_seen():
    office = with_plan()
    subject = office.allocated()
    for _ in range(2):
        office.go_on(20)
        office.record(subject, "operation", step="surgery-day", approach="open", resection="R0")
    office.lock()
    cut = office.cut()
    assert any("surgery-day" in each for each in office.analysed(cut).warnings)
    pooled = office.analysed(cut, Role.MASKED_STATISTICIAN)
    assert not any("operation" in each or "surgery-day" in each for each in pooled.warnings)
    assert f"{subject}: a step of treatment has a day that cannot be right" in pooled.warnings
