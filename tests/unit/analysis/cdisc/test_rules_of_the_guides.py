"""Rules of the guides across datasets (`tests/cdisc_rules.py`): none is broken, and each can be."""

from dataclasses import replace

import pytest
from tests.cdisc_rules import RULES, broken
from tests.unit.analysis.cdisc.conftest import make_all

from equipoise.analysis.facts import Given


def rows(made):
    return {name: [dict(row) for row in dataset.records()] for name, dataset in made.items()}


def test_a_made_up_trial_breaks_none(datasets, masked):
    assert broken(rows(datasets)) == []
    assert broken(rows(masked)) == []


def test_courses_of_the_wrong_arm_and_of_none_break_none(source):
    first, second = source.facts.subjects
    wrong = (first.given[0], Given("cycle-9", "", first.given[1].on, True, entries=(33,)))
    for given in ((), wrong):
        subjects = (first, replace(second, given=given))
        assert broken(rows(make_all(replace(source, facts=replace(source.facts, subjects=subjects))))) == []


# For each rule a change of the rows that breaks it: dataset, place of the row, what is put there.
DAMAGE = {
    "subjects_are_in_dm": ("EX", 0, {"USUBJID": "nobody"}),
    "numbers_are_unique": ("LB", 0, {"LBSEQ": 2}),
    "there_is_no_day_0": ("EX", 0, {"EXSTDY": 0}),
    "nothing_ends_before_it_begins": ("EX", 0, {"EXENDTC": "2029-01-01"}),
    "arms_are_planned": ("DM", 0, {"ACTARMCD": "arm-9"}),
    "deaths_agree": ("DM", 0, {"DTHFL": "Y"}),
    "elements_are_defined": ("SE", 0, {"ETCD": "OTHER"}),
    "criteria_are_planned": ("IE", 0, {"IEORRES": "Y"}),
    "visits_are_planned": ("SV", 0, {"SVOCCUR": "N"}),
    "a_serious_event_says_why": ("AE", 0, {"AESER": "N"}),
    "lesions_are_identified": ("TR", 0, {"TRLNKID": "INV-T9"}),
    "the_last_before_treatment_is_one": ("LB", 1, {"LBLOBXFL": "Y"}),
    "analysis_follows_tabulation": ("ADTTE", 0, {"AVAL": 0}),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_is_broken_by_what_it_forbids(datasets, rule):
    told = rows(datasets)
    name, place, change = DAMAGE[rule.__name__]
    told[name][place] |= change
    assert list(rule(told))
