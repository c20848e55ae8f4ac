"""Assessments between YAML and node: both ways, faults in plain words, limits that decide nothing, changes in words."""

import re
from random import Random

import pytest
import yaml
from tests.generative.assessed_rules import random_assessment

from equipoise.criteria.assessed.catalogue import KINDS
from equipoise.criteria.nodes import Assessment, Window
from equipoise.criteria.prose import describe
from equipoise.errors import ProtocolError
from equipoise.protocol.assessed_rules import EXAMPLES
from equipoise.protocol.lint_limits import check_gap, check_limits
from equipoise.protocol.rule_changes import Wording, describe_changes
from equipoise.protocol.rules import RuleContext, parse_rule, write_rule
from equipoise.terminology.catalogue import base_library

LIBRARY = base_library()
WINDOWS = {"laboratory": Window(90, label="laboratory")}


def context() -> RuleContext:
    return RuleContext(LIBRARY, WINDOWS)


def read(text: str) -> Assessment:
    node = parse_rule(yaml.safe_load(text), context())
    assert isinstance(node, Assessment)
    return node


def test_every_assessment_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_written_reads_back_as_the_same_rule(text: str) -> None:
    node = read(text)
    assert parse_rule(write_rule(node, context()), context()) == node


def test_any_assessment_reads_back_as_the_same_rule() -> None:
    rng = Random(0)
    for _ in range(300):
        node = random_assessment(rng, rng.choice((None, WINDOWS["laboratory"], Window(28, is_strict=True))))
        assert parse_rule(yaml.safe_load(yaml.safe_dump(write_rule(node, context()))), context()) == node


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{derived: bim, is: '> 20 kg/m2'}", r"nothing is derived as 'bim'\n.*Did you mean 'bmi'\?"),
        ("{derived: bmi, is: '> 20 kg'}", r"bmi is measured in kg/m2, which cannot be compared with kg"),
        ("{derived: bmi, is: '> 20'}", r"bmi is compared without a unit"),
        ("{derived: bmi, is: '> 3 x ULN'}", r"bmi has no normal range to multiply"),
        ("{derived: bmi, formula: haycock, is: '> 20 kg/m2'}", r"bmi has no option 'formula'"),
        ("{derived: body-surface, is: '> 2 m2'}", r"needs formula: one of du-bois, mosteller, haycock"),
        (
            "{derived: body-surface, formula: mosteler, is: '> 2 m2'}",
            r"formula cannot be 'mosteler'\n.*Did you mean 'mosteller'\?",
        ),
        ("{change: plateles, from: 28 d before cycle-1, is: '> 5 %'}", r"Did you mean 'platelets'\?"),
        ("{change: mood, from: 28 d before cycle-1, is: '> 5 %'}", r"there is no change of 'mood'"),
        (
            "{change: creatinine-clearance, from: 28 d before cycle-1, is: '> 5 %'}",
            r"creatinine-clearance needs weight: one of actual, ideal, adjusted",
        ),
        (
            "{change: platelets, weight: actual, from: 28 d before cycle-1, is: '> 5 %'}",
            r"a change of platelets has no option 'weight'",
        ),
        (
            "{change: bmi, formula: mosteller, from: 28 d before cycle-1, is: '> 5 %'}",
            r"bmi has no option 'formula'; it has none",
        ),
        ("{change: child-pugh, from: 28 d before cycle-1, is: '> 5 %'}", r"there is no change of 'child-pugh'"),
        ("{change: bmi, from: 28 d before cycle-1, is: '> 5 kg'}", r"kg"),
        ("{change: platelets, is: '> 5 %'}", r"change needs a baseline"),
        ("{change: platelets, from: 28 d, is: '> 5 %'}", r"the latest result before as_of is no baseline"),
        ("{grade: anaemia, is: '>= 2'}", r"grade needs ctcae: one of 4.03, 5.0, 6.0"),
        ("{grade: anaemia, ctcae: '7', is: '>= 2'}", r"ctcae cannot be '7'"),
        ("{grade: anaemie, ctcae: '5.0', is: '>= 2'}", r"CTCAE 5.0 has no term 'anaemie'. Did you mean anaemia"),
        ("{grade: platelet-count-decreased, ctcae: '6.0', is: '>= 2'}", r"is no term of CTCAE 6.0"),
        ("{grade: hyperglycaemia, ctcae: '5.0', is: '>= 2'}", r"every grade of .* is clinical"),
        ("{grade: weight-loss, ctcae: '5.0', is: '>= 2'}", r"is graded against a baseline"),
        ("{response: worst, recist: '1.1', confirmation: required, visit_days: 7, is: PD}", r"no response of 'worst'"),
        ("{response: best, recist: '1.1', visit_days: 7, is: PD}", r"response needs confirmation"),
        ("{response: best, recist: '1.1', confirmation: required, visit_days: few, is: PD}", r"give a whole number"),
        ("{response: best, recist: '1.1', confirmation: required, visit_days: 7, is: NE}", r"has no answer 'NE'"),
        ("{dose: kidny, quantity: bed, is: '> 23 Gy'}", r"Did you mean 'kidney'\?"),
        ("{dose: kidney, quantity: bed, is: '> 23 Gy'}", r"bed needs alpha_beta_gy and repair_half_time_h"),
        ("{dose: kidney, quantity: absorbed-dose, alpha_beta_gy: 2.6, is: '> 23 Gy'}", r"has no alpha_beta_gy"),
        ("{dose: kidney, quantity: bed, alpha_beta_gy: 0, repair_half_time_h: 2, is: '> 2 Gy'}", r"a number above 0"),
        ("{dose: marrow, quantity: bed, alpha_beta_gy: 9, repair_half_time_h: 2, is: '> 2 Gy'}", r"no effective half"),
        ("{dose: kidney, quantity: absorbed-dose, is: '> 23 Gy', within: 90 d}", r"unknown key 'within' beside 'dose'"),
        ("{dose: kidney, quantity: absorbed-dose, is: '> 23 GBq'}", r"dose is measured in Gy"),
    ],
)
def test_a_rule_that_cannot_be_asked_says_why_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        read(text)
    assert re.search(said, str(raised.value))


def test_another_name_of_a_term_is_the_same_rule() -> None:
    by_name = read("{grade: Platelet count decreased, ctcae: '5.0', is: '>= 2'}")
    assert by_name == read("{grade: platelet-count-decreased, ctcae: 5.0, is: '>= 2'}")


def test_a_term_with_amounts_of_its_own_needs_no_baseline() -> None:
    """QTc of v5.0 has grade 2 from 481 ms on, and grade 3 also for more than 60 ms above the baseline."""
    node = read("{grade: qtc-prolonged, ctcae: '5.0', is: '>= 2'}")
    assert node.baseline is None


def test_the_words_of_a_change_name_what_is_derived() -> None:
    node = read("{change: creatinine-clearance, weight: actual, from: 90 d before cycle-1, is: '<= -40 %'}")
    assert describe(node, LIBRARY) == (
        "the change of creatinine clearance calculated by Cockcroft and Gault from the actual weight from the latest "
        "within 90 days before cycle 1 is at most -40 %"
    )
    assert node.concept_ids() == ("creatinine", "body-weight")


def test_the_words_of_a_rule_hold_every_option() -> None:
    node = read(
        "{grade: anaemia, ctcae: '5.0', pick: worst, from: 28 d before cycle-1, is: '>= 2', within: laboratory}"
    )
    assert describe(node, LIBRARY) == (
        "the worst CTCAE 5.0 grade of anaemia from the latest within 28 days before cycle 1, "
        "from values within 90 days, is at least 2"
    )
    response = describe(read(EXAMPLES["response"]), LIBRARY)
    assert "(confirmation required, until partial-hepatectomy, visit days 14) is CR or PR" in response


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{grade: anaemia, ctcae: '5.0', is: '>= 0'}", "everyone meets this, values go from 0 to 5"),
        ("{grade: anaemia, ctcae: '5.0', is: '> 5'}", "no one meets this, values go from 0 to 5"),
        ("{derived: bmi, is: '< 0 kg/m2'}", "no one meets this, values go from 0"),
        ("{derived: child-pugh, bilirubin_rows: ordinary, is: [A, B, C]}", "everyone meets this"),
    ],
)
def test_a_limit_that_decides_nothing_is_found(text: str, said: str) -> None:
    (found,) = check_limits(read(text), LIBRARY)
    assert found[0] == "limit-decides-nothing"
    assert said in found[1]


def test_a_fall_has_no_lower_end() -> None:
    assert list(check_limits(read("{change: platelets, from: 28 d before cycle-1, is: '<= -40 %'}"), LIBRARY)) == []


def test_limits_of_one_assessment_that_leave_a_hole_are_found() -> None:
    inclusion, exclusion = read("{derived: bmi, is: '<= 30 kg/m2'}"), read("{derived: bmi, is: '> 3500 g/m2'}")
    assert [code for code, _, _ in check_gap(inclusion, exclusion, LIBRARY)] == ["limits-overlap"]
    other = read("{grade: anaemia, ctcae: '5.0', is: '> 2'}")
    assert list(check_gap(read("{grade: anaemia, ctcae: '4.03', is: '<= 1'}"), other, LIBRARY)) == []


def test_versions_that_differ_in_an_assessment_say_how() -> None:
    wording = Wording(LIBRARY, {})
    old = read("{grade: anaemia, ctcae: '5.0', is: '>= 2', within: 28 d}")
    new = read("{grade: anaemia, ctcae: '6.0', pick: worst, is: '>= 3', within: 90 d}")
    said = describe_changes(old, new, wording, wording)
    of = "of worst CTCAE 6.0 grade of anaemia"
    assert said == (
        f"window {of}: within 28 days -> within 90 days",
        f"limit {of}: at least 2 -> at least 3",
        f"options {of}: ctcae 5.0 -> ctcae 6.0, pick worst",
    )
