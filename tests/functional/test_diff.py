"""`protocol diff`: the criteria that an amendment changes, and the patients whom it concerns."""

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from equipoise.synthetic.population import write_population

AS_OF = "2026-01-15"
BOTH = ("nct05610826@original", "nct05610826@amended")


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up patients, more of them near to the criteria than in life, so that the amendment moves some."""
    folder = tmp_path_factory.mktemp("population")
    write_population(folder, n=120, seed=1, as_of=date(2026, 1, 15), filler=0, pannet_share=0.8, candidate_share=0.6)
    return folder


@pytest.fixture(scope="module")
def diff(call_once, population):
    """Compare both versions on the made-up patients."""

    def call(*more: object):
        given = ("--records", population / "records", "--attestations", population / "attestations.csv")
        return call_once("protocol", "diff", *BOTH, *given, "--as-of", AS_OF, *more)

    return call


@pytest.fixture(scope="module")
def written(diff, tmp_path_factory):
    """The folder of a comparison, and what was said beside it."""
    out = tmp_path_factory.mktemp("compared") / "diff"
    answer = diff("--out", out)
    assert answer.code == 0, answer.err
    return out, answer.out


def table(path: Path, *columns: str) -> dict[tuple[str, ...], str]:
    """The last of the columns by the others."""
    rows = pq.read_table(path, columns=list(columns)).to_pylist()
    return {tuple(row[name] for name in columns[:-1]): row[columns[-1]] for row in rows}


def test_the_three_amended_rules_are_named_with_their_words(equipoise):
    answer = equipoise("protocol", "diff", *BOTH)
    assert (answer.code, answer.err) == (0, "")
    heads = [line for line in answer.out.splitlines() if line and not line.startswith(" ")]
    assert heads == [
        "nct05610826, version original -> nct05610826, version amended",
        "3 criteria mean something else, 1 differs in words alone, 19 are the same.",
        "I6 -> G1",
        "E2",
        "E3",
        "In words, marks or number alone:",
    ]
    assert 'before, exclusion: "Previous systemic therapy with Capecitabine and/or Temozolomide"' in answer.out
    assert "- window of capecitabine: at any time -> within 12 months" in answer.out


def test_exactly_the_patients_whose_status_differs_are_listed(equipoise, written, population, tmp_path):
    """Counted against two screenings of the same records, made apart."""
    status, effect = {}, {}
    for version in ("original", "amended"):
        out = tmp_path / version
        given = ("--records", population / "records", "--attestations", population / "attestations.csv")
        protocol = ("--protocol", "nct05610826", "--version", version, "--as-of", AS_OF, "--out", out)
        assert equipoise("screen", *protocol, *given).code == 0
        status[version] = table(out / "patients.parquet", "patient_id", "status")
        effect[version] = table(out / "verdicts.parquet", "patient_id", "criterion_id", "effect")
    differing = {key[0] for key in status["original"] if status["original"][key] != status["amended"][key]}
    assert differing, "the amendment should move somebody"
    folder, _ = written
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["patient_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == differing
    for patient, row in rows.items():
        assert row["status_before"] == status["original"][patient,]
        assert row["status_now"] == status["amended"][patient,]
        for criterion in row["criteria"].split("; "):
            before, now = criterion.split(" -> ")[0], criterion.split(" -> ")[-1]
            assert effect["original"][patient, before] != effect["amended"].get((patient, now))
            assert criterion in ("I6 -> G1", "E2", "E3")
    told = json.loads((folder / "diff.json").read_text(encoding="utf-8"))
    assert told["people"]["changed"] == sum(group["patients"] for group in told["people"]["groups"]) == len(differing)


def test_patients_are_named_in_the_answer_only_where_no_folder_takes_them(diff, written):
    said = diff().out
    folder, quiet = written
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        patients = [row["patient_id"] for row in csv.DictReader(file)]
    assert patients
    assert all(patient in said and patient not in quiet for patient in patients)
    assert not any(patient in (folder / "diff.json").read_text(encoding="utf-8") for patient in patients)
    assert "no one can be enrolled" in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--as-of", AS_OF), "--records and --as-of: are given together"),
        (("--site", "site.yaml"), "--site, --attestations: concern records"),
    ],
)
def test_half_of_what_a_screening_needs_is_wrong_use(equipoise, more, says):
    answer = equipoise("protocol", "diff", *BOTH, *more)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err


def test_a_version_that_is_not_there_is_said_with_those_that_are(equipoise):
    answer = equipoise("protocol", "diff", "nct05610826", "nct05610826@amendet")
    assert answer.code == 2
    assert "there is no version 'amendet'" in answer.err
    assert "Versions: original, amended" in answer.err


def test_two_versions_of_one_name_are_told_apart_by_their_files(equipoise, tmp_path):
    shipped = Path(__file__).resolve().parents[2] / "protocols" / "nct05610826" / "protocol.yaml"
    later = tmp_path / "later.yaml"
    later.write_text(shipped.read_text(encoding="utf-8").replace("< 8.0 g/dL or", "< 9.0 g/dL or"), encoding="utf-8")
    answer = equipoise("protocol", "diff", "nct05610826", later)
    first, second, *rest = answer.out.splitlines()
    assert first.endswith(f"version original (nct05610826) -> nct05610826, version original ({later})")
    assert second == "1 criterion means something else, 0 differ in words alone, 22 are the same."
    assert "  - limit of haemoglobin: below 8.0 g/dL or 5.0 mmol/L (by the unit reported) -> below 9.0 g/dL or" in rest


def test_a_path_with_an_at_sign_is_a_path(equipoise, tmp_path):
    folder = tmp_path / "me@work"
    folder.mkdir()
    shipped = Path(__file__).resolve().parents[2] / "protocols" / "nct05610826" / "protocol.yaml"
    (folder / "protocol.yaml").write_bytes(shipped.read_bytes())
    answer = equipoise("protocol", "diff", folder, f"{folder}/protocol.yaml@amended")
    assert answer.code == 0, answer.err
    assert "3 criteria mean something else" in answer.out
