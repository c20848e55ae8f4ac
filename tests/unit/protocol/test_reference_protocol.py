"""The shipped protocol against the two records that stand beside it."""

import hashlib
from pathlib import Path

import pytest

from equipoise.criteria.nodes import Exists, Window
from equipoise.criteria.truth import Kind
from equipoise.protocol.loading import find_protocol, load_protocol
from equipoise.protocol.model import NOT_FOUND, Criterion, Protocol, RepairStatus
from equipoise.protocol.resolve import arm_of, resolve
from equipoise.terminology.catalogue import base_library


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol("nct05610826")


@pytest.fixture(scope="module")
def texts(protocol: Protocol) -> dict[str, str]:
    folder = find_protocol("nct05610826").parent
    return {record.id: (folder / record.file).read_bytes().decode() for record in protocol.records}


def test_the_records_are_the_ones_that_were_read(protocol: Protocol) -> None:
    folder = find_protocol("nct05610826").parent
    found = {record.id: hashlib.sha256((folder / record.file).read_bytes()).hexdigest() for record in protocol.records}
    assert found == {
        "nct05610826-original": "c4884b275780701369bee3880a3581bc193f23ac595e23e9b6b1bc314359a298",
        "nct05610826-amended": "8e5b577c4d762494b87bf172194cb846c95a5e3527ef0c0b130c8bdecda0a4e0",
    }
    assert found == {record.id: record.sha256 for record in protocol.records}


@pytest.mark.parametrize("version", ["original", "amended"])
def test_every_criterion_has_the_words_that_stand_at_its_spans(
    protocol: Protocol, texts: dict[str, str], version: str
) -> None:
    named = protocol.version(version)
    for criterion in (*named.inclusion, *named.exclusion, *named.gates):
        assert {source.record for source in criterion.sources} == {f"nct05610826-{version}"}
        assert _words(criterion, texts) == criterion.text, criterion.id


def _words(criterion: Criterion, texts: dict[str, str]) -> str:
    pieces = [texts[source.record][start:end] for source in criterion.sources for start, end in source.spans]
    return " ".join(" ".join(piece.split()) for piece in pieces)


@pytest.mark.parametrize("version", ["original", "amended"])
def test_no_word_of_the_criteria_is_left_out(protocol: Protocol, texts: dict[str, str], version: str) -> None:
    """Between the headings everything belongs to a criterion but the list marks ("-", "2.")."""
    text = texts[f"nct05610826-{version}"]
    named = protocol.version(version)
    left = set(range(text.index("Inclusion Criteria:"), _end(text)))
    for criterion in (*named.inclusion, *named.exclusion, *named.gates):
        for source in criterion.sources:
            for start, end in source.spans:
                assert set(range(start, end)) <= left, f"{criterion.id} overlaps another criterion"
                left -= set(range(start, end))
    words = "".join(text[i] if i in left else " " for i in range(len(text))).split()
    headings = ["Inclusion", "Criteria:", "Exclusion", "Criteria:"]
    assert [word for word in words if word not in ("-", "2.")] == headings


def _end(text: str) -> int:
    return text.index("Sites / Locations") if "Sites / Locations" in text else len(text)


def test_the_examples_of_the_design_hold(protocol: Protocol) -> None:
    """E8 at 1613-1715 and I2 at 415-474 of the reference record, as the design document prints them."""
    spans = {
        c.id: [tuple(span) for source in c.sources for span in source.spans] for _, c in protocol.version().criteria
    }
    assert spans["E8"] == [(1613, 1715)]
    assert spans["I2"] == [(415, 474)]


def test_the_original_has_23_criteria_and_the_amended_22_and_a_gate(protocol: Protocol) -> None:
    exclusions = [f"E{n}" for n in range(1, 18)]
    original, amended = protocol.version("original"), protocol.version("amended")
    assert [c.id for _, c in original.criteria] == [*(f"I{n}" for n in range(1, 7)), *exclusions]
    assert [c.id for _, c in amended.criteria] == [*(f"I{n}" for n in range(1, 6)), *exclusions]
    assert original.gates == []
    (gate,) = resolve(amended, base_library()).gates
    assert (arm_of(gate), gate.kind) == ("arm-2", Kind.INCLUSION)
    windows = [node.within for node in gate.node.walk() if isinstance(node, Exists)]
    assert windows
    assert all(window is not None and window.anchor == "cycle-1" and window.is_strict for window in windows)


def test_versions_differ_in_the_rules_that_were_amended_and_in_no_other(protocol: Protocol) -> None:
    """The registry pages differ in washout, liver-directed therapy, and capecitabine/temozolomide."""
    nodes = [
        {each.id: each.node for each in resolve(protocol.version(name), base_library()).criteria}
        for name in ("original", "amended")
    ]
    assert {name for name in nodes[0] if nodes[0][name] != nodes[1].get(name)} == {"I6", "E2", "E3"}


def test_therapies_of_the_amended_version_expire_after_twelve_months_but_yttrium_never_does(protocol: Protocol) -> None:
    resolved = resolve(protocol.version("amended"), base_library())
    windows = {
        node.concept: node.within and (node.within.length, node.within.unit.value, node.within.is_strict)
        for each in resolved.criteria
        if each.id in ("E2", "E3")
        for node in each.node.walk()
        if isinstance(node, Exists)
    }
    year = (12, "mo", False)
    assert windows == {
        "yttrium-90-radioembolisation": None,
        "arterial-embolisation": year,
        "capecitabine": year,
        "temozolomide": year,
    }


def test_what_was_not_found_stays_not_found(protocol: Protocol) -> None:
    assert protocol.design["enrolment-target"].value == NOT_FOUND
    assert {endpoint.time_frame.value for endpoint in protocol.endpoints} == {NOT_FOUND}
    assert {version.effective.day for version in protocol.versions} == {NOT_FOUND}
    assert protocol.phase is not None
    assert (protocol.phase.registered, protocol.phase.titled) == ("Phase 1/Phase 2", "Phase II")
    assert [each.id for each in protocol.identifiers] == ["NCT05610826", "IRB19-1485", "NCI-2023-04699"]


def test_open_and_chosen_readings_are_those_of_the_design(protocol: Protocol) -> None:
    readings = resolve(protocol.version(), base_library()).readings
    opened = {use.name: use.criterion_ids for use in readings if use.chosen is None}
    assert opened == {
        "bilirubin-unit": ("E6",),
        "creatinine-limb": ("E7",),
        "male-contraception": ("E13",),
        "malignancy-exception": ("E16",),
    }
    assert {use.name for use in readings if use.chosen} == {
        "age-limit",
        "krenning-limit",
        "haemoglobin-unit",
        "prothrombin-exemption",
        "unconfirmed-clearance",
    }


def test_damaged_criteria_are_repaired_with_a_reason_and_by_whom(protocol: Protocol) -> None:
    repairs = resolve(protocol.version(), base_library()).repairs
    assert [use.criterion_id for use in repairs] == ["I2", "I4", "E7"]
    assert all(use.status is RepairStatus.ACCEPTED and use.because and use.accepted_by for use in repairs)


def test_absence_is_never_assumed_where_only_a_person_or_a_test_can_know(protocol: Protocol) -> None:
    assumed = resolve(protocol.version(), base_library()).rulebook.assumed_absent
    assert len(assumed) == 18
    assert not assumed & {"pregnancy", "lactation", "post-menopause", "surgical-sterility"}
    assert {base_library()[concept].kind.value for concept in assumed} == {"event"}


def test_windows_are_marked_as_our_assumption(protocol: Protocol) -> None:
    windows = {use.name: use for use in resolve(protocol.version(), base_library()).windows}
    assert windows["laboratory"].window == Window(90, label="laboratory")
    assert windows["imaging"].window == Window(180, label="imaging")
    assert {use.origin for use in windows.values()} == {"assumption"}


def test_the_packaged_path_is_a_real_file() -> None:
    assert isinstance(find_protocol("nct05610826"), Path)
    assert find_protocol("nct05610826").is_file()
