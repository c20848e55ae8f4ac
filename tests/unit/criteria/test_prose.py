"""What a rule that says no is called: as plainly as its form allows, and never joined otherwise than it is meant."""

from typing import Any

import pytest
import yaml

from equipoise.criteria.prose import describe
from equipoise.protocol.rules import RuleContext, parse_rule
from equipoise.terminology.catalogue import base_library

LOW, HIGH = '{latest: platelets, is: "< 75 10*9/L"}', '{latest: inr, is: "> 1.5"}'
IS_LOW, IS_HIGH = "the latest count of platelets is below 75 10*9/L", "the latest INR is above 1.5"
NOT_LOW, NOT_HIGH = "the latest count of platelets is not below 75 10*9/L", "the latest INR is not above 1.5"


def said(rule: str) -> str:
    read: Any = yaml.safe_load(rule)
    return describe(parse_rule(read, RuleContext(base_library(), {})), base_library())


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f"{{not: {LOW}}}", NOT_LOW),
        (f"{{not: {{not: {LOW}}}}}", IS_LOW),
        ("{not: {record: ascites}}", "no record of ascites"),
        ('{not: {any: platelets, is: "< 75 10*9/L"}}', "no count of platelets is below 75 10*9/L"),
        (f"{{not: {{any: [{LOW}, {HIGH}]}}}}", f"{NOT_LOW} and {NOT_HIGH}"),
        (f"{{not: {{all: [{LOW}, {HIGH}]}}}}", f"not all of: {IS_LOW}; {IS_HIGH}"),
        (f"{{not: {{any_recorded: [{LOW}, {HIGH}]}}}}", f"none on record of: {IS_LOW}; {IS_HIGH}"),
        (f"{{if: {{record: ascites}}, then: {LOW}}}", f"no record of ascites or {IS_LOW}"),
        (
            f"{{not: {{any: [{LOW}, {{record: ascites}}, {HIGH}]}}}}",
            f"{NOT_LOW}, no record of ascites, and {NOT_HIGH}",
        ),
    ],
)
def test_a_rule_that_says_no(rule: str, words: str) -> None:
    assert said(rule) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f"{{not: {{any: [{LOW}, {HIGH}]}}}}", f"({NOT_LOW} and {NOT_HIGH})"),
        (f"{{not: {{all: [{LOW}, {HIGH}]}}}}", f"(not all of: {IS_LOW}; {IS_HIGH})"),
        (f"{{not: {{any_recorded: [{LOW}, {HIGH}]}}}}", f"(none on record of: {IS_LOW}; {IS_HIGH})"),
        (f"{{not: {{not: {{any: [{LOW}, {HIGH}]}}}}}}", f"({IS_LOW} or {IS_HIGH})"),
    ],
)
def test_a_rule_that_says_no_of_several_is_in_brackets_inside_of_another(rule: str, words: str) -> None:
    assert said(f"{{any: [{{record: ascites}}, {rule}]}}") == f"a record of ascites or {words}"


def test_unless_inside_of_a_no_keeps_its_exception() -> None:
    rule = f"{{not: {{rule: {LOW}, unless: {{record: ascites}}}}}}"
    assert said(rule) == f"it is not so that ({IS_LOW}, unless a record of ascites)"
