"""The command as its contract says: verbs, files, columns, exit codes."""

import csv
import json
import re
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS_PAGE = ROOT / "docs" / "reference" / "outputs.md"
TABLES = ("verdicts", "patients", "worklist")
ONLY_DIFFERENCE = "run.json"


def documented_columns(table: str) -> list[str]:
    """The first column of the table under the heading, as the reference page lists it."""
    section = re.split(r"^## ", OUTPUTS_PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (body,) = [part for part in section if part.startswith(f"{table}\n")]
    return re.findall(r"^\| `(\w+)` \|", body, flags=re.MULTILINE)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    "verb",
    ["demo", "screen", "records read", "protocol show", "protocol lint", "protocol schema", "protocol export"],
)
def test_every_verb_has_help_with_an_example(equipoise, verb):
    answer = equipoise(*verb.split(), "--help")
    assert answer.code == 0
    assert f"Example: equipoise {verb}" in answer.out


def test_version(equipoise):
    assert re.fullmatch(r"equipoise \d+\.\d+\.\d+\n", equipoise("--version").out)


def test_an_unknown_verb_is_wrong_use_and_the_near_one_is_offered(equipoise):
    answer = equipoise("scren")
    assert (answer.code, answer.out) == (2, "")
    assert "screen" in answer.err


def test_screen_writes_what_the_contract_names(screened):
    names = {path.name for path in screened.out.iterdir()}
    tables = {f"{table}.{form}" for table in TABLES for form in ("parquet", "csv")}
    assert names == tables | {"summary.json", "run.json", "reading-report.json", "report.html", "report"}


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_documented_columns_in_both_forms(screened, table):
    columns = documented_columns(table)
    assert pq.read_schema(screened.out / f"{table}.parquet").names == columns
    header = (screened.out / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.replace('"', "").split(",") == columns


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_one_form_of_tables_alone(screen, records, tmp_path, form):
    assert screen(records, "--tables", form).code == 0
    found = {path.name for path in (tmp_path / "out").iterdir() if path.suffix in (".parquet", ".csv")}
    assert found == {f"{table}.{form}" for table in TABLES}


def test_every_patient_meets_every_criterion_once(screen, records, tmp_path):
    """The original version has I1-I6 and E1-E17, the amended one no I6 (it is a gate of arm 2)."""
    for version, n_criteria in (("original", 23), ("amended", 22)):
        assert screen(records, "--version", version, "--force").code == 0
        verdicts = read_csv(tmp_path / "out" / "verdicts.csv")
        pairs = [(row["patient_id"], row["criterion_id"]) for row in verdicts]
        assert len(pairs) == len(set(pairs)) == 2 * n_criteria
        assert ("p1", "I6") in pairs or version == "amended"


def test_a_low_haemoglobin_blocks_with_its_record_as_evidence(screened):
    """E8 excludes below 8.0 g/dL; p1 has 7.9 g/dL, p2 was never measured."""
    verdicts = {(row["patient_id"], row["criterion_id"]): row for row in read_csv(screened.out / "verdicts.csv")}
    low, missing = verdicts["p1", "E8"], verdicts["p2", "E8"]
    assert (low["truth"], low["effect"], low["basis"]) == ("true", "blocks", "recorded")
    assert [row["record_id"] for row in json.loads(low["evidence"])] == ["Observation/o1"]
    assert (missing["truth"], missing["effect"], missing["basis"]) == ("unknown", "open", "none")
    assert json.loads(missing["causes"]) == ["never-measured"]


def test_every_output_says_that_no_one_can_be_enrolled(screened):
    written = [(screened.out / name).read_text(encoding="utf-8") for name in ("summary.json", "report.html")]
    for text in (screened.answer.out, *written):
        assert "withdrawn" in text.lower()
        assert "no one can be enrolled" in text.lower()


def test_equal_runs_give_equal_bytes_but_for_one_file(screen, screened, tmp_path):
    assert screen(screened.records, "--out", tmp_path / "second").code == 0
    first, second = files_of(screened.out), files_of(tmp_path / "second")
    assert list(first) == list(second)
    assert {name for name in first if first[name] != second[name]} <= {ONLY_DIFFERENCE}


def test_results_are_readable_by_their_owner_only(screen, records, tmp_path):
    assert screen(records, "--pages", "all").code == 0
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
        for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    }
    assert modes == {(True, 0o700), (False, 0o600)}


def test_nothing_is_said_but_the_answer_in_a_pipe(screened):
    assert screened.answer.err == ""
    assert "report.html" in screened.answer.out
    assert "\x1b" not in screened.answer.out


def test_no_patient_is_named_on_the_screen_or_in_a_file_name(screen, records, tmp_path):
    text = (records / "Patient.ndjson").read_text(encoding="utf-8")
    for path in records.iterdir():
        path.write_text(
            path.read_text(encoding="utf-8")
            .replace('"p1"', '"jane-example"')
            .replace("Patient/p1", "Patient/jane-example"),
            encoding="utf-8",
        )
    assert "jane-example" not in text
    answer = screen(records, "--pages", "all")
    assert answer.code == 0, answer.err
    assert "jane-example" not in answer.out + answer.err
    assert [name for name in files_of(tmp_path / "out") if "jane" in name] == []


def test_records_read_first_give_the_same_verdicts(equipoise, screen, screened, tmp_path):
    read = equipoise("records", "read", screened.records, "--out", tmp_path / "tables")
    assert read.code == 0, read.err
    assert "5 used" in read.out
    assert screen(tmp_path / "tables", "--out", tmp_path / "warm").code == 0
    for table in TABLES:
        name = f"{table}.parquet"
        assert (screened.out / name).read_bytes() == (tmp_path / "warm" / name).read_bytes()


def test_an_answer_of_a_person_settles_what_no_record_can(equipoise, screen, records, tmp_path):
    (tmp_path / "answers.csv").write_text(
        "patient_id,record_id,code,value,by,role,at,note\n"
        "p2,att-1,informed-consent,signed,Dr Example,investigator,2026-01-12,\n",
        encoding="utf-8",
    )
    equipoise("records", "read", records, "--out", tmp_path / "tables")
    for number, source in enumerate((records, tmp_path / "tables")):
        out = tmp_path / f"out{number}"
        answer = screen(source, "--attestations", tmp_path / "answers.csv", "--out", out)
        assert answer.code == 0, answer.err
        consent = {row["patient_id"]: row for row in read_csv(out / "verdicts.csv") if row["criterion_id"] == "E17"}
        assert (consent["p2"]["effect"], consent["p2"]["basis"]) == ("passes", "attested")
        assert (consent["p1"]["effect"], json.loads(consent["p1"]["causes"])) == ("open", ["needs-person"])


def test_protocol_show_prints_every_criterion(equipoise):
    for version, criteria in (("original", 23), ("amended", 22)):
        answer = equipoise("protocol", "show", "nct05610826", "--version", version)
        assert answer.code == 0, answer.err
        ids = [f"I{n}" for n in range(1, 7)] + [f"E{n}" for n in range(1, 18)]
        found = [each for each in ids if re.search(rf"^\W*{each}\b", answer.out, flags=re.MULTILINE)]
        assert len(found) >= criteria


def test_the_reference_protocol_has_no_faults(equipoise):
    assert equipoise("protocol", "lint", "nct05610826").code == 0


def test_schema_is_the_one_in_the_repository(equipoise):
    answer = equipoise("protocol", "schema")
    committed = json.loads((ROOT / "protocols" / "protocol.schema.json").read_text(encoding="utf-8"))
    assert json.loads(answer.out) == committed


def test_demo_tells_the_story_and_its_links_lead_somewhere(equipoise, tmp_path):
    answer = equipoise("demo", "--out", tmp_path / "demo", "--patients", "20")
    assert answer.code == 0, answer.err
    page = (tmp_path / "demo" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"#]+)"', page)
    assert links[:3] == ["original/report.html", "amended/report.html", "calendar.html"]
    assert links[-2:] == ["analysis/report.html", "analysis/analysis.json"]
    assert len(links[3:-2]) == 2, "the course of one subject of each arm"
    assert all((tmp_path / "demo" / link).is_file() for link in links)
    assert "no one can be enrolled" in page.lower()
    assert "20 made-up patients" in page
    assert "A scenario, and no finding." in page
