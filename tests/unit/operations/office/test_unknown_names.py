"""A name that no rule can read is recorded and asked about: a gate would never find what stands under it."""

import pytest
from tests.office_trial import Office


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def subject(office):
    return office.in_arm("drug-then-surgery")


def raised(office, subject, kind, **fields):
    return [(each.code, each.words) for each in office.record(subject, kind, **fields).raised]


def test_a_result_under_a_name_with_a_slip_is_asked_about(office, subject):
    result = {"concept": "platlets", "value": "210", "unit": "10*9/L"}
    words = "platlets is no concept that a rule can read: was platelets meant?"
    assert raised(office, subject, "results", results=[result]) == [("concept-unknown", words)]


def test_a_drug_under_a_name_with_a_slip_is_asked_about(office, subject):
    ((code, words),) = raised(office, subject, "medication", concept="long-acting-somatostatn-analogue")
    assert code == "concept-unknown"
    assert words.endswith("was long-acting-somatostatin-analogue meant?")


def test_an_answer_to_a_question_that_nobody_asks_is_asked_about(office, subject):
    ((code, words),) = raised(office, subject, "answer", code="qqq", value="yes", by="Dr Example")
    assert (code, words) == ("concept-unknown", "qqq is no concept that a rule can read: what was meant?")


@pytest.mark.parametrize(("code", "value"), [("ascites", "maybe"), ("fit-for-operation", "probably")])
def test_an_answer_that_its_question_does_not_know_is_asked_about(office, subject, code, value):
    ((raised_as, words),) = raised(office, subject, "answer", code=code, value=value, by="Dr Example")
    assert raised_as == "answer-unknown"
    assert "(yes, no)" in words


@pytest.mark.parametrize(
    ("code", "value"),
    [("ascites", "No"), ("ascites", "absent"), ("fit-for-operation", "true"), ("cytoreducible-fraction", "95")],
)
def test_what_a_rule_can_read_is_not_asked_about(office, subject, code, value):
    assert raised(office, subject, "answer", code=code, value=value, by="Dr Example") == []


def test_a_name_that_was_corrected_wrongly_is_asked_about_again(office, subject):
    entry = office.platelets(subject, "150").entry
    done = office.amend(subject, entry, results=[{"concept": "platelet", "value": "150", "unit": "10*9/L"}])
    assert "concept-unknown" in [each.code for each in done.raised]
