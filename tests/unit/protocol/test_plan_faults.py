"""Plans that cannot be conducted: each fault with its line and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.loading import load_protocol

Write = Callable[..., Path]


def faults(path: Path) -> list[Fault]:
    with pytest.raises(ProtocolError) as caught:
        load_protocol(path)
    return list(caught.value.faults)


def line_of(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def test_the_small_plan_itself_loads(write_plan: Write) -> None:
    plan = load_protocol(write_plan()).plan_of()
    assert plan is not None
    assert [course.steps for course in plan.courses_of("arm-2")] == [["drug-1", "drug-2", "drug-3"], ["op-day"]]


@pytest.mark.parametrize(
    ("old", "new", "what", "do"),
    [
        ("    plan: conduct", "    plan: conductor", "unknown plan 'conductor'", "Did you mean 'conduct'?"),
        ("        intervention: surgery", "        intervention: surgry", "unknown intervention 'surgry'", "'surgery'"),
        ("concept: chemotherapy", "concept: chemotheraphy", "unknown concept 'chemotheraphy'", "'chemotherapy'"),
        ("concept: chemotherapy", "concept: platelets", "platelets is a value, and what is given or done", ""),
        ("concepts: [platelets]", "concepts: [plateletts]", "unknown concept 'plateletts'", "'platelets'"),
        (
            "[{after: randomisation, target: 7,",
            "[{after: randomization, target: 7,",
            "unknown anchor",
            "'randomisation'",
        ),
        ("interval: {after: previous", "interval: {after: step", "unknown anchor 'step'", "Known here: previous"),
        ("timing: [{after: step", "timing: [{after: drug-1", "unknown anchor 'drug-1'", "Known here: step"),
        ("{after: last-dose, days", "{after: last-doze, days", "unknown anchor 'last-doze'", "'last-dose'"),
        ("after: [drug]", "after: [drugs]", "unknown course 'drugs'", "'drug'"),
        ("each: drug", "each: drugs", "unknown course 'drugs'", "'drug'"),
        ("        before: operation", "        before: operatoin", "unknown course or step 'operatoin'", "'operation'"),
        ("before: [drug]", "before: [drug-4]", "unknown course or step 'drug-4'", "Did you mean"),
        (
            "        arms: [arm-2]\n        rule",
            "        arms: [arm-3]\n        rule",
            "unknown arm 'arm-3'",
            "Did you",
        ),
        ("ends: [operation]", "ends: [surgery]", "unknown course 'surgery'", "Known here: drug, operation"),
        ("- course: drug", "- course: operation", "unknown course of doses 'operation'", "drug"),
        ("{arms: [arm-1], after", "{arms: [arm-9], after", "unknown arm of this part 'arm-9'", "arm-2"),
        ("within: 7 d}", "within: 7 d before drug-9}", "unknown anchor 'drug-9'", "Did you mean 'drug-"),
        ('is: "< 50 10*9/L"', 'is: "< 50 mg/dL"', "cannot be compared with mg/dL", ""),
        ("target: 7, late: 7,", "target: 7, late: 7, mark: not-found,", "is not 'not-found'", "Write parameter"),
        ("when: {seen: false}, ", "when: {before: false, seen: false}, ", "no row says what follows when", "Add a row"),
        ("grade: 5}", "grade: 6}", "less than or equal to 5", ""),
    ],
)
def test_a_fault_of_a_plan_names_its_line_and_what_to_do(
    write_plan: Write, old: str, new: str, what: str, do: str
) -> None:
    path = write_plan(old, new)
    (fault,) = [each for each in faults(path) if what in each.what]
    assert do in fault.do
    n_lines = old.count("\n") + 1
    first = line_of(path, new.splitlines()[0])
    assert any(fault.where.startswith(f"protocol.yaml line {line}") for line in range(first - 1, first + n_lines))


def test_all_faults_of_a_plan_are_told_together(write_plan: Write) -> None:
    path = write_plan(
        "each: drug",
        "each: drugs",
        "epoch: treatment\n        arms: [arm-1, arm-2]\n        concept",
        "epoch: treatments\n        arms: [arm-1, arm-2]\n        concept",
        "within: 7 d}",
        "within: -7 d}",
    )
    found = " ".join(fault.what for fault in faults(path))
    assert "unknown course 'drugs'" in found
    assert "unknown epoch 'treatments'" in found
    assert "'-7 d' looks into the future" in found


def test_an_id_is_given_once_in_the_whole_plan(write_plan: Write) -> None:
    (fault,) = faults(write_plan("- id: scan", "- id: low-platelets"))
    assert "'low-platelets' is given 2 times" in fault.what


def test_a_word_with_a_meaning_of_its_own_is_no_id(write_plan: Write) -> None:
    (fault,) = faults(write_plan("- id: scan", "- id: interval"))
    assert "'interval' has a meaning of its own" in fault.what


def test_a_day_that_waits_for_itself_is_told_with_the_whole_circle(write_plan: Write) -> None:
    found = faults(write_plan("[{after: randomisation, target: 7,", "[{after: operation, target: 7,"))
    (fault,) = [each for each in found if "waits for itself" in each.what]
    circle = fault.what.removeprefix("the day of ").split(": ")[1].split(" after ")
    assert circle[0] == circle[-1]
    # By hand: the first dose waits for the operation, which waits for the course, whose last step waits for the first.
    assert {"operation", "op-day", "drug", "drug-3", "drug-2", "drug-1"} == set(circle)


def test_an_arm_without_a_day_and_one_with_two_are_faults(write_plan: Write) -> None:
    found = faults(write_plan("{arms: [arm-1], after", "{arms: [arm-2], after"))
    assert [fault.what for fault in found] == [
        "nothing says when it is due in arm arm-1",
        "2 timings say when it is due in arm arm-2",
    ]


def test_a_dose_of_one_level_is_never_reduced(write_plan: Write) -> None:
    found = faults(write_plan(", {id: half, amount: 50}]", "]"))
    assert ["has one level of dose, so nothing is ever reduced" in fault.what for fault in found] == [True]
    assert "tables low-platelets, rows" in found[0].where


def test_the_level_of_the_last_dose_needs_a_second_level(write_plan: Write) -> None:
    path = write_plan(
        ", {id: half, amount: 50}]",
        "]",
        "{seen: true, now: false, delay: false}, action: reduce}",
        "{seen: true, now: false, delay: false, level: full}, action: hold}\n"
        "              - {when: {seen: true, now: false, delay: false, level: reduced}, action: stop}",
    )
    (fault,) = faults(path)
    assert "one level of dose" in fault.what


def test_a_gate_of_the_record_stands_before_a_step_of_the_plan(write_plan: Write) -> None:
    gates = (
        "    gates:\n      - id: G1\n        arm: arm-2\n        before: {}\n        text: low blood\n"
        "        sources: [{{record: words, spans: [[17, 26]]}}]\n        rule: {{record: diabetes}}\n    inclusion:\n"
    )
    assert load_protocol(write_plan("    inclusion:\n", gates.format("drug-1"))).version().gates[0].before == "drug-1"
    (fault,) = faults(write_plan("    inclusion:\n", gates.format("drug-7")))
    assert "unknown course or step 'drug-7'" in fault.what


def test_a_plan_that_no_version_names_is_read_all_the_same(write_plan: Write) -> None:
    (fault,) = faults(write_plan("    plan: conduct\n", "", 'is: "< 50 10*9/L"', 'is: "< 50 furlong"'))
    assert "the unit 'furlong' is not understood" in fault.what
