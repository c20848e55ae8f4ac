"""The individual times of a cohort from before: every line is a row or a fault, and all faults are told together."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.analysis_plan import History
from equipoise.protocol.cohort import CohortRow, cohort_files, read_cohort
from equipoise.protocol.lint import lint_file
from equipoise.protocol.loading import load_protocol

TIMES = b"days,event\n12,1\n30,0\n30,1\n"


def history(content: bytes, *, n: int = 3, n_events: int | None = None, sha256: str = "") -> History:
    table = {"file": "cohort.csv", "sha256": sha256 or hashlib.sha256(content).hexdigest()}
    return History.model_validate({"label": "Earlier", "n": n, "n_events": n_events, "table": table})


def faults(folder: Path, content: bytes, **said: object) -> list[Fault]:
    (folder / "cohort.csv").write_bytes(content)
    with pytest.raises(ProtocolError) as caught:
        read_cohort(folder / "cohort.csv", history(content, **said))  # type: ignore[arg-type]
    return list(caught.value.faults)


@pytest.mark.parametrize("content", [TIMES, b"\xef\xbb\xbf" + TIMES, TIMES.replace(b"\n", b"\r\n"), TIMES[:-1]])
def test_each_line_is_a_row_with_its_number(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cohort.csv").write_bytes(content)
    cohort = read_cohort(tmp_path / "cohort.csv", history(content, n_events=2))
    assert cohort.rows == (CohortRow(2, 12, True), CohortRow(3, 30, False), CohortRow(4, 30, True))
    assert (cohort.label, cohort.file, cohort.n_events) == ("Earlier", "cohort.csv", 2)


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        (b"days,event\n", "cohort.csv", "has 0 people, and the protocol says 3"),
        (b"", "cohort.csv line 1", "does not name the columns days and event alone"),
        (b"event,days\n1,12\n", "cohort.csv line 1", "does not name the columns days and event alone"),
        (b"days,event,age\n12,1,60\n", "cohort.csv line 1", "does not name the columns days and event alone"),
        (b"days;event\n12;1\n", "cohort.csv line 1", "does not name the columns days and event alone"),
        (TIMES.replace(b"12,1", b"12"), "cohort.csv line 2", "has 1 values, and there are 2 columns"),
        (TIMES.replace(b"12,1", b"12,1,x"), "cohort.csv line 2", "has 3 values, and there are 2 columns"),
        (TIMES + b"\n", "cohort.csv line 5", "is empty"),
        (TIMES.replace(b"12", b"12.5"), "cohort.csv line 2, days", "is no whole number from 0 to 36525"),
        (TIMES.replace(b"12", b"-1"), "cohort.csv line 2, days", "is no whole number from 0 to 36525"),
        (TIMES.replace(b"12", b"36526"), "cohort.csv line 2, days", "is no whole number from 0 to 36525"),
        (TIMES.replace(b"12", b""), "cohort.csv line 2, days", "is no whole number from 0 to 36525"),
        (TIMES.replace(b"12", "١٢".encode()), "cohort.csv line 2, days", "is no whole number from 0 to 36525"),
        (TIMES.replace(b"12,1", b"12,yes"), "cohort.csv line 2, event", "is neither 1 (event) nor 0 (censored)"),
        (TIMES.replace(b"12,1", b"12, 1"), "cohort.csv line 2, event", "is neither 1 (event) nor 0 (censored)"),
        (TIMES.replace(b"12", b"12\xff"), "cohort.csv", "is not text in UTF-8"),
        (TIMES.replace(b"12", b'"12'), "cohort.csv line 4", "is no CSV"),
    ],
)
def test_what_is_no_row_is_a_fault_with_its_line(tmp_path: Path, content: bytes, where: str, what: str) -> None:
    found = faults(tmp_path, content)
    assert any(each.where == where and what in each.what for each in found), found


@pytest.mark.parametrize("content", [b"event,days\n1,12\n0,30\n1,30\n", TIMES.replace(b"30,1", b'"30,1')])
def test_people_are_not_counted_where_lines_cannot_be_told_apart(tmp_path: Path, content: bytes) -> None:
    """There are three in the file, as the protocol says: that there are fewer would be untrue."""
    assert [each.what for each in faults(tmp_path, content) if "people" in each.what] == []


def test_all_faults_of_a_table_are_told_together_and_no_value_of_it(tmp_path: Path) -> None:
    found = faults(tmp_path, b"days,event\n77.25,1\n12,maybe\n\n4711,0,9\n5,1\n")
    assert [each.where for each in found] == [
        "cohort.csv line 2, days",
        "cohort.csv line 3, event",
        "cohort.csv line 4",
        "cohort.csv line 5",
        "cohort.csv",
    ]
    assert found[-1].what == "has 5 people, and the protocol says 3"
    told = " ".join(map(str, found))
    assert not any(value in told for value in ("77.25", "maybe", "4711"))


def test_events_are_counted_against_what_the_protocol_says(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, TIMES, n_events=3)
    assert found.what == "has 2 events, and the protocol says 3"


def test_another_file_than_the_one_named_is_not_read(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, TIMES, sha256="0" * 64)
    assert found.what == "is not the file that the protocol names (sha256)"


def test_what_is_wrong_in_another_file_is_told_with_that_it_is_another(tmp_path: Path) -> None:
    found = faults(tmp_path, TIMES.replace(b"12", b"x"), sha256="0" * 64)
    assert [each.where for each in found] == ["cohort.csv", "cohort.csv line 2, days"]


def test_a_cohort_is_a_summary_or_a_table_and_not_both() -> None:
    said = {"label": "Earlier", "n": 3, "median_months": 10, "table": {"file": "a.csv", "sha256": "0" * 64}}
    with pytest.raises(ValidationError, match="as a table or as a summary, and not as both: median_months"):
        History.model_validate(said)


@pytest.mark.parametrize("name", ["../cohort.csv", "/etc/passwd", "data/cohort.csv", "cohort.txt", ".csv"])
def test_a_cohort_is_a_file_beside_the_protocol_and_nowhere_else(name: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        History.model_validate({"label": "Earlier", "n": 3, "table": {"file": name, "sha256": "0" * 64}})


ANALYSIS = """\
analyses:
  main:
    label: A plan
    control: arm-1
    sets: [{id: all, label: All, rule: all-randomised}]
    endpoints:
      - {id: pfs, label: PFS, kind: time-to-event, events: [progression, death], censoring: [data-cut]}
    analyses:
      - id: past
        label: Against the past
        role: secondary
        endpoint: pfs
        set: all
        method: against-historical-cohort
        history: {label: Earlier, n: 3, table: {file: cohort.csv, sha256: DIGEST}}
default_version: first
"""


@pytest.fixture
def protocol(write: Callable[..., Path]) -> Path:
    path = write("default_version: first\n", ANALYSIS.replace("DIGEST", hashlib.sha256(TIMES).hexdigest()))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    inclusion:", "    analysis: main\n    inclusion:"), encoding="utf-8")
    return path


def test_a_protocol_loads_without_the_file_and_the_lint_misses_it(protocol: Path) -> None:
    """Screening needs no cohort; whoever sets a trial up does."""
    loaded = load_protocol(protocol)
    (finding,) = [each for each in lint_file(protocol) if each.code == "cohort-unusable"]
    assert "cohort.csv: cannot be read beside the protocol" in finding.what
    with pytest.raises(ProtocolError, match="cannot be read beside the protocol"):
        cohort_files(loaded)


def test_the_file_of_a_cohort_goes_with_the_protocol(protocol: Path) -> None:
    protocol.with_name("cohort.csv").write_bytes(TIMES)
    assert cohort_files(load_protocol(protocol)) == {"cohort.csv": TIMES}
    assert lint_file(protocol) == ()
