"""Readers are judged apart and settled by the rule of the protocol; site and masked readings never mix."""

from datetime import date
from decimal import Decimal

import pytest

from equipoise.assessments.answer import Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.lesions import Finding, Lesion, Role, State
from equipoise.assessments.recist.policy import PUBLISHED
from equipoise.assessments.recist.readers import AdjudicationRule, Settling, adjudicate, separate_readers
from equipoise.assessments.recist.visits import judge_visits
from equipoise.errors import EquipoiseError

DAY, LATER = date(2030, 1, 1), date(2030, 3, 1)
MASKED = ("one", "two", "third")
CHOOSES = AdjudicationRule(readers=("one", "two"), adjudicator="third", settling=Settling.ADJUDICATOR_CHOOSES)
READS = AdjudicationRule(readers=("one", "two"), adjudicator="third", settling=Settling.ADJUDICATOR_READS)
OPEN = NotEvaluable(Why.NOT_ASSESSED, "no scan")


def concluded(value):
    return Assessed(value, (Input("lesion T1", "20 mm"),), "RECIST 1.1")


def sized(reader, lesion, visit, mm):
    day = (DAY, LATER)[visit]
    return Finding(lesion, visit, day, State.MEASURED, Decimal(mm), reader=reader)


def test_each_reader_follows_lesions_of_their_own_and_is_judged_apart():
    lesions = {
        "one": [Lesion("T1", "liver", Role.TARGET)],
        "site": [Lesion("T1", "liver", Role.TARGET), Lesion("T2", "lung", Role.TARGET)],
    }
    findings = [
        sized("one", "T1", 0, 40),
        sized("one", "T1", 1, 20),
        sized("site", "T1", 0, 40),
        sized("site", "T1", 1, 30),
        sized("site", "T2", 0, 20),
        sized("site", "T2", 1, 20),
    ]
    readings = separate_readers(lesions, findings, masked=["one"])
    assert {name: reading.is_masked for name, reading in readings.items()} == {"one": True, "site": False}
    responses = {name: judge_visits(reading, policy=PUBLISHED)[0].response for name, reading in readings.items()}
    assert responses == {"one": "PR", "site": "SD"}


def test_a_finding_of_nobody_is_refused():
    with pytest.raises(EquipoiseError, match="reader two: has findings and no lesions"):
        separate_readers({"one": []}, [sized("two", "T1", 0, 40)], masked=[])
    with pytest.raises(EquipoiseError, match=r"reader \(none\)"):
        separate_readers({"one": []}, [sized("", "T1", 0, 40)], masked=[])


def test_readers_who_agree_need_no_adjudicator():
    answer = adjudicate({"one": concluded("PR"), "two": concluded("PR")}, rule=CHOOSES, masked=MASKED)
    assert answer.value == "PR"
    assert answer.notes == ("one and two agree",)
    assert Input("reader", "two") in answer.inputs


def test_readers_who_both_have_nothing_to_say_agree():
    answer = adjudicate({"one": OPEN, "two": OPEN}, rule=CHOOSES, masked=MASKED)
    assert answer.because == "no scan (one and two agree)"


def test_a_disagreement_needs_a_person_until_it_is_settled():
    readings = {"one": concluded("PR"), "two": concluded("SD")}
    for rule in (CHOOSES, READS):
        answer = adjudicate(readings, rule=rule, masked=MASKED)
        assert answer.why is Why.NEEDS_PERSON
        assert answer.needs == ("adjudication by third",)
        assert answer.because == "one and two disagree, and third has not settled it"
    assert adjudicate({"one": OPEN, "two": concluded("SD")}, rule=CHOOSES, masked=MASKED).why is Why.NEEDS_PERSON


def test_the_adjudicator_chooses_one_of_the_two():
    readings = {"one": concluded("PR"), "two": concluded("SD"), "third": concluded("PD")}
    answer = adjudicate(readings, rule=CHOOSES, masked=MASKED, chosen="two")
    assert (answer.value, answer.notes) == ("SD", ("third chose the reading of two",))
    with pytest.raises(EquipoiseError, match="reader third: chosen, and not one of the two"):
        adjudicate(readings, rule=CHOOSES, masked=MASKED, chosen="third")


def test_the_adjudicator_reads_anew_where_the_rule_says_so():
    readings = {"one": concluded("PR"), "two": concluded("SD"), "third": concluded("PD")}
    answer = adjudicate(readings, rule=READS, masked=MASKED, chosen="two")
    assert (answer.value, answer.notes) == ("PD", ("read by third",))


def test_a_reading_that_is_missing_is_no_agreement():
    answer = adjudicate({"one": concluded("PR")}, rule=CHOOSES, masked=MASKED)
    assert (answer.why, answer.needs) == (Why.NEEDS_PERSON, ("two",))


def test_the_site_is_not_looked_at_and_cannot_stand_in_a_rule_of_masked_readers():
    readings = {"one": concluded("PR"), "two": concluded("PR"), "site": concluded("PD")}
    assert adjudicate(readings, rule=CHOOSES, masked=MASKED).value == "PR"
    rule = AdjudicationRule(readers=("one", "site"), adjudicator="third", settling=Settling.ADJUDICATOR_READS)
    with pytest.raises(EquipoiseError, match="reader site: knows the arm, and the rule is of masked readers"):
        adjudicate(readings, rule=rule, masked=MASKED)


def test_a_rule_of_site_readers_may_be_stated_by_name():
    rule = AdjudicationRule(
        readers=("one", "site"), adjudicator="third", settling=Settling.ADJUDICATOR_READS, are_masked=False
    )
    assert adjudicate({"one": concluded(DAY), "site": concluded(DAY)}, rule=rule, masked=()).value == DAY
