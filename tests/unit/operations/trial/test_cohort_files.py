"""The file of a cohort on its way: with a trial that is set up, asked for when a version is approved."""

import hashlib
from pathlib import Path

import pytest
from tests.analysis_trial import DRUG, AnalysedOffice, plan_of, with_plan
from tests.office_trial import PROTOCOL

from equipoise.errors import ProtocolError
from equipoise.operations.office.rows import Version
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.setting_up import protocol_files
from equipoise.operations.trial.whole_trial import approve_version
from equipoise.protocol.cohort import cohort_names

TIMES = b"days,event\n10,1\n20,0\n"
ANALYSIS = f"""\
analyses:
  main:
    label: A plan
    control: surgery
    sets: [{{id: all, label: All, rule: all-randomised}}]
    endpoints:
      - {{id: os, label: OS, kind: time-to-event, events: [death], censoring: [last-known-alive]}}
    analyses:
      - id: past
        label: Against the past
        role: secondary
        endpoint: os
        set: all
        method: against-historical-cohort
        history: {{label: Earlier, n: 2, table: {{file: earlier.csv, sha256: {hashlib.sha256(TIMES).hexdigest()}}}}}
versions:
"""


@pytest.fixture
def protocol(tmp_path) -> Path:
    path = tmp_path / "protocol.yaml"
    path.write_text(PROTOCOL.read_text(encoding="utf-8").replace("versions:\n", ANALYSIS), encoding="utf-8")
    return path


def test_the_file_of_a_cohort_goes_with_the_trial(protocol):
    protocol.with_name("earlier.csv").write_bytes(TIMES)
    files = protocol_files(str(protocol))
    assert set(files) == {"protocol.yaml", "earlier.csv"}
    assert files["earlier.csv"] == TIMES


@pytest.mark.parametrize("content", [None, TIMES + b"30,1\n"])
def test_no_trial_is_set_up_without_the_cohort_that_its_protocol_names(protocol, content):
    if content is not None:
        protocol.with_name("earlier.csv").write_bytes(content)
    with pytest.raises(ProtocolError, match=r"earlier\.csv"):
        protocol_files(str(protocol))


def door_of(office: AnalysedOffice) -> Door:
    def sign(*_: object) -> None:
        raise AssertionError("nothing is signed here")

    return Door(office.store, office.admin, lambda: office.clock.at, bytes, office.rules, sign)  # type: ignore[arg-type]


def test_a_version_is_approved_only_with_the_cohort_of_its_plan(tmp_path):
    table = {"file": "earlier.csv", "sha256": hashlib.sha256(TIMES).hexdigest()}
    past = {"id": "past", "endpoint": "os", "method": "against-historical-cohort", "arms": [DRUG]}
    office = with_plan(plan_of(analyses=[past | {"history": {"label": "Earlier", "n": 2, "table": table}}]))
    assert office.protocol.document is not None
    office.protocol.document.path = tmp_path / "protocol.yaml"
    assert cohort_names(office.protocol) == ("earlier.csv",)
    with pytest.raises(ProtocolError, match="cannot be read beside the protocol"):
        approve_version(door_of(office), "second", None, "ethics approval")
    with office.store.reading() as view:
        assert view.get(Version, "second") is None
    (tmp_path / "earlier.csv").write_bytes(TIMES)
    office.go_on(1)
    approve_version(door_of(office), "second", None, "ethics approval")
    with office.store.reading() as view:
        assert view.get(Version, "second") is not None
