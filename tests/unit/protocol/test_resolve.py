"""A version at a site: what a site may set, and how it is listed."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from equipoise.criteria.nodes import Constant, Reading, Value, Window
from equipoise.criteria.rulebook import ReferenceRange
from equipoise.errors import ProtocolError, TerminologyError
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import ResolvedVersion, resolve
from equipoise.protocol.site import load_site
from equipoise.terminology.catalogue import base_library

Resolve = Callable[[str], ResolvedVersion]


@pytest.fixture
def at_site(tmp_path: Path) -> Resolve:
    def resolved(settings: str) -> ResolvedVersion:
        path = tmp_path / "site.yaml"
        path.write_text(f"site: Chicago\n{settings}", encoding="utf-8")
        return resolve(load_protocol("nct05610826").version(), base_library(), load_site(path))

    return resolved


def node_of(resolved: ResolvedVersion, criterion_id: str):
    return next(rule.node for rule in resolved.rulebook.rules if rule.id == criterion_id)


def test_a_window_of_the_site_replaces_ours_in_every_rule(at_site: Resolve) -> None:
    resolved = at_site("windows: {laboratory: 60 d}")
    (use,) = [use for use in resolved.windows if use.name == "laboratory"]
    assert (use.origin, use.source, use.window.length) == ("site", "set by Chicago", 60)
    windows = {node.within for node in node_of(resolved, "E8").walk() if isinstance(node, Value)}
    assert windows == {Window(60, label="laboratory")}


def test_absence_may_be_loosened_and_tightened(at_site: Resolve) -> None:
    resolved = at_site("absence: {no: [pregnancy], unknown: [brain-metastasis]}")
    assert "pregnancy" in resolved.rulebook.assumed_absent
    assert "brain-metastasis" not in resolved.rulebook.assumed_absent
    origins = {use.concept: (use.absence, use.origin) for use in resolved.assumptions}
    assert origins["pregnancy"] == ("no", "site")
    assert origins["brain-metastasis"] == ("unknown", "site")
    assert origins["ascites"] == ("no", "protocol")


def test_a_reading_chosen_by_the_site_takes_the_place_of_the_open_one(at_site: Resolve) -> None:
    before = resolve(load_protocol("nct05610826").version(), base_library())
    after = at_site("readings: {bilirubin-unit: {chosen: mg-per-dl, by: Dr Example}}")
    assert any(isinstance(node, Reading) for node in node_of(before, "E6").walk())
    assert not any(isinstance(node, Reading) for node in node_of(after, "E6").walk())
    (use,) = [use for use in after.readings if use.name == "bilirubin-unit"]
    assert (use.chosen, use.by, use.criterion_ids) == ("mg-per-dl", "Dr Example", ("E6",))


def test_a_rejected_repair_leaves_its_criterion_unknown(at_site: Resolve) -> None:
    resolved = at_site("repairs: {I2: {status: rejected, by: Dr Example}}")
    assert node_of(resolved, "I2") == Constant("text-damaged", "repair:I2")
    assert not isinstance(node_of(resolved, "I4"), Constant)


def test_ranges_are_kept_in_ucum(at_site: Resolve) -> None:
    resolved = at_site("ranges: [{concept: bilirubin, unit: mg/dL, low: 0.2, high: 1.2}]")
    assert resolved.rulebook.ranges == (ReferenceRange("bilirubin", "mg/dL", Decimal("0.2"), Decimal("1.2")),)


def test_codes_of_the_site_come_from_the_file_and_from_lists_beside_it(at_site: Resolve, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("concept,system,code\nplatelets,urn:ours,PLT\n", encoding="utf-8")
    resolved = at_site("codes: {platelets: [{system: 'urn:ours', code: THR}]}\ncode_files: [codes.csv]")
    codes = {rule.code for rule in resolved.rulebook.concepts["platelets"].codes}
    assert {"PLT", "THR"} <= codes
    assert resolved.site_codes == {"platelets": 2}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("windows: {labratory: 60 d}", "Did you mean 'laboratory'?"),
        ("windows: {laboratory: -3 d}", "-3 d"),
        ("readings: {bilirubin-unit: {chosen: mg-per-l, by: x}}", "Did you mean 'mg-per-dl'?"),
        ("readings: {haemoglobin-unit: {chosen: g-per-dl, by: x}}", "no reading that can be chosen"),
        ("repairs: {E8: {status: accepted, by: x}}", "no criterion with a repair 'E8'"),
        ("absence: {no: [diabets]}", "Did you mean 'diabetes'?"),
        ("absence: {no: [diabetes], unknown: [diabetes]}", "both no and unknown"),
        ("ranges: [{concept: bilirubin, unit: kg, high: 1}]", "cannot be compared in 'kg'"),
        ("ranges: [{concept: bilirubin, unit: mg/dL}]", "needs low, high or both"),
        ("window: {laboratory: 60 d}", "Did you mean 'windows'?"),
    ],
)
def test_a_site_can_set_only_what_the_version_has(at_site: Resolve, settings: str, says: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        at_site(settings)
    assert says in str(caught.value)
    assert "site.yaml line 2" in str(caught.value)


def test_codes_of_no_concept_are_refused(at_site: Resolve) -> None:
    with pytest.raises(TerminologyError, match="plateletts"):
        at_site("codes: {plateletts: [{system: 'urn:ours', code: THR}]}")


def test_notes_stand_apart_from_the_criteria() -> None:
    resolved = resolve(load_protocol("nct05610826").version(), base_library())
    ids = [rule.id for rule in resolved.notes_rulebook.rules]
    assert ids == ["I2~note1", "I5~note1", "E1~note1", "E8~note1", "E11~note1"]
    assert not set(ids) & {rule.id for rule in resolved.rulebook.rules}
    assert [note for each in resolved.criteria for note in each.notes] == ids


def test_every_concept_that_a_rule_names_is_in_the_rulebook() -> None:
    for version in load_protocol("nct05610826").versions:
        resolved = resolve(version, base_library())
        for rule in (*resolved.rulebook.rules, *resolved.notes_rulebook.rules):
            for node in rule.node.walk():
                named = node.concept_ids() if hasattr(node, "concept_ids") else ()
                assert set(named) <= set(resolved.rulebook.concepts)
        assert "measured-clearance" in resolved.rulebook.concepts


def test_a_criterion_of_enrolment_that_counts_from_a_later_day_is_refused_in_words():
    protocol = load_protocol("nct05610826")
    version = protocol.version("amended")
    washout = version.gates[0].model_copy(update={"id": "I6"})
    later = version.model_copy(update={"inclusion": [*version.inclusion, washout]})
    with pytest.raises(ProtocolError, match="cannot be judged") as error:
        resolve(later, protocol.library(base_library()))
    assert "I6: it counts from cycle-1, a day that enrolment does not know" in str(error.value)
