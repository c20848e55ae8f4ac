"""The author's tutorial, walked as it is written: on CDISC's study where it is at hand, and always on a small one."""

import csv
import gzip
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from equipoise.cli.main import run
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import RepairStatus
from tests.docs.small_study import small_study

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorials" / "author-a-protocol.md"
RECORD = "CDISC_Pilot_Study.json"
SAMPLE = ROOT.parent / "shared" / "data" / "usdm" / f"{RECORD}.gz"
PROTOCOL = Path("draft") / "protocol.yaml"
AS_WRITTEN = "…"


@dataclass(frozen=True)
class Block:
    """A code block of the page and the prose before it."""

    language: str
    text: str
    before: str


def blocks() -> Iterator[Block]:
    page, before = PAGE.read_text(encoding="utf-8"), 0
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
        yield Block(found[1], found[2], page[before : found.start()])
        before = found.end()


def walk(folder: Path) -> None:
    """Do what the page says, in its order, in a folder that holds the record."""
    for block in blocks():
        if block.language == "sh":
            for command in block.text.replace("\\\n", " ").splitlines():
                do(command)
        elif block.language == "diff":
            edit(folder / PROTOCOL, block.text)
        else:
            name = re.findall(r"`([\w-]+\.yaml)`", block.before)[-1]
            (folder / name).write_text(block.text, encoding="utf-8")


def do(command: str) -> None:
    """Run one command of the program; the record is here already, so nothing is fetched."""
    program, *arguments = shlex.split(command)
    if program == "curl":
        assert arguments[-1].endswith(f"/{RECORD}")
        return
    assert program == "equipoise", command
    with pytest.raises(SystemExit) as left:
        run(arguments)
    assert left.value.code in (0, None), command


def edit(path: Path, diff: str) -> None:
    """Replace the lines that a block shows with `-` by those with `+`; a `…` at their ends stands for what stays."""
    lines = [(line[0], line[1:].rstrip()) for line in diff.splitlines()]
    old = "\n".join(line for sign, line in lines if sign != "+")
    new = "\n".join(line for sign, line in lines if sign != "-")
    if AS_WRITTEN in old:
        assert new.endswith(AS_WRITTEN), diff
        old, new = old.removesuffix(AS_WRITTEN), new.removesuffix(AS_WRITTEN)
    else:
        old, new = old + "\n", new + "\n"
    text = path.read_text(encoding="utf-8")
    assert f"\n{text}".count(f"\n{old}") == 1, f"the draft does not hold once:\n{old}"
    path.write_text(f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:], encoding="utf-8")


def summary(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return content


def groups(folder: Path) -> dict[str, int]:
    counts = summary(folder)["counts"]
    assert isinstance(counts, dict)
    found: dict[str, int] = counts["group"]
    return found


def rows_of(table: Path, code: str) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["code"] == code]


def check_end(folder: Path) -> None:
    """What the last steps of the page promise."""
    assert "draft" not in summary(folder / "screening"), "the protocol is signed"
    reached = groups(folder / "screening")
    assert reached["in"] > 0, reached
    assert reached["out"] > 0, reached
    assert groups(folder / "unanswered")["in"] == 0
    for page in ("draft/review.html", "draft/findings.json", "screening/report.html", "invented/README.txt"):
        assert (folder / page).is_file()


# CDISC's file is no part of this repository.
@pytest.mark.skipif(not SAMPLE.is_file(), reason="CDISC's USDM samples are not beside this checkout")
def test_the_walk_leads_from_cdiscs_study_to_a_screening(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / RECORD).write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    walk(tmp_path)
    check_end(tmp_path)
    findings = json.loads((tmp_path / "draft" / "findings.json").read_text(encoding="utf-8"))
    assert findings["counts"]["criteria"] == 33
    assert [each["id"] for each in findings["criteria"] if each["repair"]] == ["E23"]
    scores = rows_of(tmp_path / "invented" / "records" / "measurements.csv", "72106-8")
    assert {"9", "10", "23", "24"} <= {row["value"] for row in scores}
    faints = rows_of(tmp_path / "invented" / "records" / "conditions.csv", "271594007")
    assert {"2021-01-15", "2021-01-14"} <= {row["end"] for row in faints}


def test_the_same_walk_leads_from_a_small_study_to_a_screening(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / RECORD).write_text(json.dumps(small_study()), encoding="utf-8")
    walk(tmp_path)
    check_end(tmp_path)


def test_an_edit_that_does_not_fit_the_draft_is_seen(tmp_path):
    path = tmp_path / "protocol.yaml"
    path.write_text("rule: {age: '>= 18'}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="the draft does not hold once"):
        edit(path, "-rule: {age: '>= 21'}\n+rule: {age: '>= 30'}\n")
    edit(path, "-rule: {age: …\n+rule: {sex: …\n")
    assert path.read_text(encoding="utf-8") == "rule: {sex: '>= 18'}\n"


def test_the_concepts_and_proposals_of_the_how_to_are_taken_into_a_draft(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "how-to" / "author-from-a-record.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^```(yaml|json)\n(.*?)^```$", page.split("## What a person")[0], re.M | re.S)[:2])
    (tmp_path / "our-concepts.yaml").write_text(written["yaml"], encoding="utf-8")
    (tmp_path / "rules.jsonl").write_text(written["json"], encoding="utf-8")
    (tmp_path / RECORD).write_text(json.dumps(small_study()), encoding="utf-8")
    do(f"equipoise author {RECORD} --concepts our-concepts.yaml --proposals rules.jsonl --out draft")
    draft = load_protocol(PROTOCOL)
    assert draft.concepts["mmse"]["label"] == "Mini-Mental State Examination"
    (offered,) = draft.version().criterion("I1").proposals
    assert (offered.by, offered.status) == ("our-proposer 0.3", RepairStatus.PROPOSED)
