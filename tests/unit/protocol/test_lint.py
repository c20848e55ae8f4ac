"""Faults of meaning, each made by one change to a sound protocol."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.protocol.findings import Finding, Severity, has_faults, render_findings
from equipoise.protocol.lint import lint_file

Write = Callable[..., Path]
KI67 = 'rule: {latest: ki-67, is: "<= 20 %"}'
PLATELETS = '{latest: platelets, is: "< 75 10*9/L", within: laboratory}'


def codes(path: Path) -> set[str]:
    return {finding.code for finding in lint_file(path)}


def found(path: Path, code: str) -> Finding:
    (finding,) = [finding for finding in lint_file(path) if finding.code == code]
    return finding


def test_the_small_protocol_has_no_findings(write: Write) -> None:
    assert lint_file(write()) == ()


def test_the_reference_protocol_has_no_faults_three_acknowledged_notices_and_tables_to_sign() -> None:
    findings = lint_file("nct05610826")
    assert not has_faults(findings), render_findings(findings)
    assert [(each.code, each.criterion) for each in findings] == [
        ("table-not-verified", ""),
        ("table-not-verified", ""),
        ("passes-without-data", "I6"),
        ("printed-limits-differ", "E7"),
        ("printed-limits-differ", "E8"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        '{age: ">= 0"}',
        '{age: "< 200"}',
        '{latest: ki-67, is: "> 100 %"}',
        '{latest: ki-67, is: "<= 100 %"}',
        '{any: krenning-score, is: "> 4"}',
        '{latest: haemoglobin, is: ">= 0 g/dL"}',
        '{count: chemotherapy, is: ">= 0"}',
        '{share: krenning-score, where: ">= 2", is: ">= 0 %"}',
    ],
)
def test_a_limit_that_everyone_or_no_one_meets(write: Write, rule: str) -> None:
    assert "limit-decides-nothing" in codes(write(PLATELETS, rule))


@pytest.mark.parametrize(
    "rule", ['{age: ">= 18"}', '{any: krenning-score, is: ">= 4"}', '{latest: ki-67, is: ">= 100 %"}']
)
def test_a_limit_at_the_end_of_the_scale_still_decides(write: Write, rule: str) -> None:
    assert "limit-decides-nothing" not in codes(write(PLATELETS, rule))


@pytest.mark.parametrize(
    ("exclusion", "code"),
    [
        ("> 20 %", None),
        (">= 20 %", "limits-overlap"),
        ("> 15 %", "limits-overlap"),
        ("> 25 %", "limits-leave-hole"),
        ("< 5 %", None),
    ],
)
def test_an_inclusion_up_to_20_and_an_exclusion(write: Write, exclusion: str, code: str | None) -> None:
    path = write(PLATELETS, f'{{latest: ki-67, is: "{exclusion}"}}')
    assert codes(path) == ({code} if code else set())


def test_an_inclusion_below_and_an_exclusion_above_leave_the_limit_itself_as_a_hole(write: Write) -> None:
    path = write("<= 20 %", "< 20 %", PLATELETS, '{latest: ki-67, is: "> 20 %"}')
    assert codes(path) == {"limits-leave-hole"}


def test_the_lower_side_is_the_mirror(write: Write) -> None:
    exact = write("<= 20 %", ">= 20 %", PLATELETS, '{latest: ki-67, is: "< 20 %"}')
    assert codes(exact) == set()
    hole = write("<= 20 %", ">= 20 %", PLATELETS, '{latest: ki-67, is: "< 15 %"}')
    assert codes(hole) == {"limits-leave-hole"}
    overlap = write("<= 20 %", ">= 20 %", PLATELETS, '{latest: ki-67, is: "< 25 %"}')
    assert codes(overlap) == {"limits-overlap"}


def test_limits_in_different_units_are_compared_in_one(write: Write) -> None:
    """100 g/L is 10 g/dL: exact. 90 g/L is 9 g/dL: a hole between 9 and 10."""
    included = (KI67, 'rule: {latest: albumin, is: ">= 10 g/dL"}')
    assert codes(write(*included, PLATELETS, '{latest: albumin, is: "< 100 g/L"}')) == set()
    assert codes(write(*included, PLATELETS, '{latest: albumin, is: "< 90 g/L"}')) == {"limits-leave-hole"}


def test_two_printed_limits_that_differ_give_the_numbers(write: Write) -> None:
    """1 mmol/L of haemoglobin (monomer) is 1.611 g/dL, so 5.0 mmol/L is 8.055 g/dL."""
    finding = found(write("< 8.0 g/dL", "< 8.0 g/dL or < 5.0 mmol/L, as reported"), "printed-limits-differ")
    assert finding.severity is Severity.FAULT
    assert "8 and 8.055 g/dL" in finding.what


def test_an_acknowledged_finding_is_a_notice(write: Write) -> None:
    acknowledged = "acknowledged: [{code: printed-limits-differ, because: so printed}]"
    path = write(
        "< 8.0 g/dL",
        "< 8.0 g/dL or < 5.0 mmol/L, as reported",
        "text: low blood",
        f"{acknowledged}\n        text: low blood",
    )
    finding = found(path, "printed-limits-differ")
    assert finding.severity is Severity.NOTICE
    assert "so printed" in finding.do
    assert not has_faults(lint_file(path))


def test_an_acknowledgement_of_nothing_is_a_fault(write: Write) -> None:
    path = write("text: low blood", "acknowledged: [{code: limits-overlap, because: x}]\n        text: low blood")
    assert codes(path) == {"acknowledged-nothing"}


def test_a_concept_assumed_absent_that_no_rule_asks_for(write: Write) -> None:
    finding = found(write("no: [diabetes]", "no: [diabetes, ascites]"), "concept-never-used")
    assert "ascites" in finding.what


def test_absence_of_a_value_never_means_no(write: Write) -> None:
    assert codes(write("no: [diabetes]", "no: [diabetes, platelets]")) == {"absence-of-a-value"}


def test_a_window_that_no_rule_uses(write: Write) -> None:
    extra = "    windows:\n      imaging: {length: 180 d, status: assumption, source: made up}"
    assert codes(write("    windows:", extra)) == {"window-never-used"}


def test_a_window_of_a_later_day_is_no_window_of_enrolment(write: Write) -> None:
    path = write("{record: diabetes}", '{record: diabetes, within: "28 d before cycle-1"}')
    assert codes(path) == {"wrong-anchor"}


def test_an_inclusion_that_absence_alone_fulfils(write: Write) -> None:
    assert codes(write(KI67, "rule: {not: {record: diabetes}}")) == {"passes-without-data"}


def test_an_exclusion_that_absence_alone_fulfils(write: Write) -> None:
    assert codes(write(PLATELETS, "{not: {record: diabetes}}")) == {"blocks-without-data"}


def test_the_same_rule_of_a_concept_not_assumed_leaves_it_open(write: Write) -> None:
    assert codes(write(KI67, "rule: {not: {record: pregnancy}}")) == set()


def test_a_rule_that_needs_no_facts_at_all(write: Write) -> None:
    path = write(KI67, 'rule: {any: [{count: chemotherapy, is: ">= 0"}, {sex: female}]}')
    assert "decided-without-data" in codes(path)


def test_a_reading_that_is_not_stated_and_one_that_is_not_used(write: Write) -> None:
    reading = (
        "{reading: sort, alternatives: {a: {says: a, rule: {sex: male}}, b: {says: b, rule: {sex: female}}}}",
        "    readings: {other: {chosen: null, because: made up}}\n    inclusion:",
    )
    path = write(PLATELETS, reading[0], "    inclusion:", reading[1])
    assert codes(path) == {"reading-not-stated", "reading-never-used"}


def test_alternatives_that_are_the_same_rule(write: Write) -> None:
    reading = "{reading: sort, alternatives: {a: {says: a, rule: {sex: male}}, b: {says: b, rule: {sex: male}}}}"
    stated = "    readings: {sort: {chosen: null, because: made up}}\n    inclusion:"
    assert codes(write(PLATELETS, reading, "    inclusion:", stated)) == {"alternatives-agree"}


def test_words_that_differ_from_the_record(write: Write) -> None:
    finding = found(write("text: low blood", "text: high blood"), "words-differ")
    assert "low blood" in finding.what
    assert "exclusion E1" in finding.where


def test_a_record_that_has_changed(write: Write) -> None:
    path = write()
    (path.parent / "words.txt").write_text("Ki-67 up to 20 %\nlow blood \n", encoding="utf-8")
    assert codes(path) == {"record-changed"}


def test_a_record_that_is_not_there_is_a_notice(write: Write) -> None:
    path = write()
    (path.parent / "words.txt").unlink()
    assert found(path, "record-missing").severity is Severity.NOTICE


def test_damage_that_nobody_has_repaired_is_told(write: Write) -> None:
    path = write(KI67, f"damage: {{kind: text-lost}}\n        {KI67}")
    assert "unknown for every patient" in found(path, "never-decided").what


def test_what_cannot_be_executed_is_a_finding_too(write: Write) -> None:
    finding = found(write("75 10*9/L", "75 furlong"), "cannot-be-executed")
    assert finding.severity is Severity.FAULT
    assert "furlong" in finding.what
    assert "line" in finding.where
