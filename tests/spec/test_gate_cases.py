"""Gate cases worked by hand, with their sources, against the program: `gates/*.yaml`, which a clinician can read."""

from typing import Any

import pytest

from equipoise.conduct.answers import GateAnswer
from tests.spec.gate_cases import EXPECTATIONS, GateCase, all_cases

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_gate_answers_as_it_was_worked_out_by_hand(case: GateCase) -> None:
    check_answer(case.answer(), case.expected)


@pytest.mark.parametrize("case", [case for case in CASES if "then" in case.content], ids=lambda case: case.id)
def test_a_correction_is_judged_as_if_the_old_value_had_never_been(case: GateCase) -> None:
    check_answer(case.answer(is_corrected=True), case.content["then"])


def test_there_are_enough_cases_and_each_has_a_source_and_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len({case.id for case in CASES}) == len(CASES)
    assert [case.id for case in CASES if not str(case.content["source"]).strip()] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "give"},
        {"lines": {}},
        {"lines": {"thrombocytopenia": "stop"}},
        {"found": {"thrombocytopenia": "platelets 75"}},
        {"unlock": {"thrombocytopenia": "7.4 GBq"}},
        {"needs": ["platelets"]},
        {"dose": "3.7 GBq"},
    ],
)
def test_another_expectation_fails(wrong: dict[str, Any]) -> None:
    case = next(case for case in CASES if "platelets of 74" in case.id)
    with pytest.raises(AssertionError):
        check_answer(case.answer(), case.expected | wrong)


def check_answer(answer: GateAnswer, expected: dict[str, Any]) -> None:
    """Hold an answer against a hand-worked one: every line that is not named there has to say give."""
    assert set(expected) <= EXPECTATIONS
    said = "\n".join(f"{line.rule}: {line.action.value}: {line.found} {line.unlock}" for line in answer.lines)
    assert answer.action.value == expected["action"], said
    closing = {line.rule: line.action.value for line in answer.lines if line.action.value != "give"}
    assert closing == expected.get("lines", {}), said
    for part in ("found", "unlock"):
        for rule, words in expected.get(part, {}).items():
            texts = [getattr(line, part).lower() for line in answer.lines if line.rule == rule]
            assert any(" ".join(words.split()).lower() in text for text in texts), said
    assert list(answer.needs) == [" ".join(need.split()) for need in expected.get("needs", [])], said
    dose = None if answer.amount is None else f"{answer.amount} {answer.unit}"
    assert dose == expected.get("dose"), said
    assert dict(answer.shown) == expected.get("shown", {})
