"""Faults of meaning in a plan that loads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.protocol.findings import Finding, Severity, has_faults
from equipoise.protocol.lint import lint_file

Write = Callable[..., Path]


def found(path: Path, code: str) -> Finding:
    (finding,) = [finding for finding in lint_file(path) if finding.code == code]
    return finding


def test_the_small_plan_has_nothing_but_a_table_to_sign(write_plan: Write) -> None:
    (finding,) = lint_file(write_plan())
    assert (finding.code, finding.severity) == ("table-not-verified", Severity.NOTICE)
    assert "low-platelets" in finding.what


def test_a_table_whose_rows_were_all_read_needs_no_signature(write_plan: Write) -> None:
    path = write_plan()
    text = path.read_text(encoding="utf-8")
    for action in ("hold", "reduce", "stop"):
        text = text.replace(f"action: {action}}}", f"action: {action}, mark: verified, source: a paper}}")
    path.write_text(text, encoding="utf-8")
    assert lint_file(path) == ()


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ('{dose: kidney, quantity: absorbed-dose, is: "<= 23 Gy"}', "dose"),
        ('{grade: platelet-count-decreased, ctcae: "5.0", from: 28 d before first-dose, is: "< 2"}', "grade"),
    ],
)
def test_a_gate_before_the_first_dose_that_needs_a_dose_is_told(write_plan: Write, rule: str, name: str) -> None:
    old = '{latest: platelets, is: ">= 75 10*9/L", within: 7 d}'
    notice = found(write_plan(old, rule), "needs-a-dose")
    assert notice.severity is Severity.NOTICE
    assert f"blood-count asks for {name} before drug-1, when no dose was given" in notice.what
    assert notice.do == "Ask it after drug-1."


@pytest.mark.parametrize(
    ("old", "rule"),
    [
        # A change since the first dose is none before it, and a gate of later steps knows of a dose.
        (
            '{latest: platelets, is: ">= 75 10*9/L", within: 7 d}',
            '{change: platelets, from: 28 d before first-dose, is: "> -40 %"}',
        ),
        (
            'before: [drug]\n        rule: {latest: platelets, is: ">= 75 10*9/L", within: 7 d}',
            'before: [drug-2]\n        rule: {dose: kidney, quantity: absorbed-dose, is: "<= 23 Gy"}',
        ),
    ],
)
def test_what_is_known_before_the_first_dose_is_not_told(write_plan: Write, old: str, rule: str) -> None:
    assert not [each for each in lint_file(write_plan(old, rule)) if each.code == "needs-a-dose"]


@pytest.mark.parametrize(
    ("code", "old", "new", "what"),
    [
        ("plan-never-used", "    plan: conduct\n", "", "no version has the plan conduct"),
        (
            "anchor-not-known",
            "within: 7 d}",
            "within: 7 d before last-dose}",
            "blood-count is asked before drug-1, when the day of last-dose is not known: it never opens",
        ),
        (
            "anchor-not-known",
            "0 d before last-dose",
            "0 d before drug-3",
            "no-illness is asked before drug-2, when the day of drug-3 is not known",
        ),
        ("window-empty", "{after: last-dose, days: 21}", "{after: drug, days: 57}", "closes 56 days after drug"),
        ("interval-of-no-days", "target: 28, early: 3", "target: 28, early: 28", "on the day of the one before"),
        ("never-repeats", "until: 336", "until: 167", "scan repeats until day 167, before it would come a second time"),
        (
            "never-due",
            "{arms: [arm-1], after: randomisation",
            "{arms: [arm-1], after: drug-1",
            "operation counts from drug-1, which the arm arm-1 does not have",
        ),
        (
            "binds-nobody",
            "before: [drug-2, drug-3]\n        arms: [arm-2]",
            "before: [drug-2, drug-3]\n        arms: [arm-1]",
            "no-illness binds arm-1, and drug is given in none of them",
        ),
        (
            "binds-nobody",
            "arms: [arm-2]\n        each: drug",
            "arms: [arm-1, arm-2]\n        each: drug",
            "blood goes with each step of drug, which the arm arm-1 does not have",
        ),
        (
            "binds-nobody",
            "arms: [arm-2]\n        before: operation",
            "arms: [arm-1]\n        before: drug",
            "resectable is asked before drug, which none of its arms has",
        ),
        (
            "never-given",
            "description: Treated twice., interventions: [surgery]",
            "description: Treated twice., interventions: [surgery, pill]",
            "the arm arm-2 has the intervention pill",
        ),
        (
            "limit-decides-nothing",
            'is: "< 50 10*9/L"',
            'is: ">= 0 10*9/L"',
            "low-platelets: platelets >= 0 10*9/L: everyone meets this",
        ),
        (
            "limit-decides-nothing",
            'is: ">= 75 10*9/L"',
            'is: "< 0 10*9/L"',
            "blood-count: platelets < 0 10*9/L: no one",
        ),
    ],
)
def test_what_is_strange_in_a_plan_is_a_fault(write_plan: Write, code: str, old: str, new: str, what: str) -> None:
    extra = (
        "interventions:\n  - {id: surgery",
        "interventions:\n  - {id: pill, label: Pill, type: drug}\n  - {id: surgery",
    )
    finding = found(write_plan(old, new, *(extra if "pill" in new else ())), code)
    assert what in finding.what
    assert finding.severity is Severity.FAULT
    assert "plans, conduct" in finding.where


def test_a_gate_may_ask_only_that_a_result_is_there(write_plan: Write) -> None:
    path = write_plan(
        'rule: {latest: platelets, is: ">= 75 10*9/L", within: 7 d}',
        'rule: {latest: platelets, is: ">= 0 10*9/L", within: 7 d}',
    )
    assert not has_faults(lint_file(path))


def test_an_arm_of_which_the_plan_gives_nothing_is_told(write_plan: Write) -> None:
    third = "  - {id: arm-3, label: Arm 3, type: other}\ninterventions:\n"
    finding = found(write_plan("interventions:\n  -", f"{third}  -"), "arm-without-course")
    assert finding.severity is Severity.NOTICE
    assert "arm-3" in finding.what


def test_a_window_that_only_a_gate_uses_is_used(write_plan: Write) -> None:
    windows = "      counts: {length: 7 d, status: assumption, source: made up}\n    absence:"
    path = write_plan("    absence:", windows, "within: 7 d}", "within: counts}")
    assert [finding.code for finding in lint_file(path)] == ["table-not-verified"]
