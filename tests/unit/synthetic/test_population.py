"""A population is fixed by its seed, grows without changing, and is FHIR in shape."""

import csv
import gzip
import json
import re
from datetime import date
from pathlib import Path

import pytest

from equipoise.errors import OutputError
from equipoise.synthetic.chart import RESOURCES
from equipoise.synthetic.population import BLOCK, RECORDS_FOLDER, write_population

AS_OF = date(2026, 1, 15)
FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
FHIR_DATE_TIME = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?")
"""Both from https://hl7.org/fhir/R4/datatypes.html, the latter without its bounds on months and days."""
STATUSES = {
    "Observation": {"registered", "preliminary", "final", "amended", "corrected", "entered-in-error"},
    "Procedure": {"completed", "not-done", "entered-in-error"},
    "MedicationRequest": {"active"},
    "MedicationAdministration": {"completed", "not-done", "entered-in-error"},
    "Encounter": {"finished"},
}
"""Codes of the R4 value sets that the generator means to use."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def make(folder: Path, **changes) -> dict[str, bytes]:
    write_population(folder, **({"n": 30, "seed": 5, "as_of": AS_OF, "filler": 2} | changes))
    return contents(folder)


@pytest.fixture(scope="module")
def resources(tmp_path_factory) -> dict[str, list[dict]]:
    folder = tmp_path_factory.mktemp("population")
    write_population(folder, n=400, seed=11, as_of=AS_OF, filler=1)
    files = {name: folder / RECORDS_FOLDER / f"{name}.ndjson" for name in RESOURCES}
    return {name: [json.loads(line) for line in path.read_bytes().splitlines()] for name, path in files.items()}


def test_equal_seeds_give_equal_bytes(tmp_path):
    assert make(tmp_path / "a") == make(tmp_path / "b")


def test_seed_and_day_change_the_people(tmp_path):
    first = make(tmp_path / "a")
    assert make(tmp_path / "b", seed=6)["truth.csv"] != first["truth.csv"]
    assert make(tmp_path / "c", as_of=date(2025, 6, 30))["records/Patient.ndjson"] != first["records/Patient.ndjson"]


def test_more_patients_leave_the_first_ones_as_they_were(tmp_path):
    few, many = make(tmp_path / "few", n=BLOCK - 10), make(tmp_path / "many", n=BLOCK + 10)
    for name, content in few.items():
        assert many[name].startswith(content)
        assert len(many[name]) > len(content)


def test_number_of_processes_changes_nothing(tmp_path):
    n = 2 * BLOCK + 3
    assert make(tmp_path / "one", n=n, filler=0) == make(tmp_path / "two", n=n, filler=0, workers=2)


def test_compressed_files_hold_the_same_lines(tmp_path):
    plain, packed = make(tmp_path / "a", n=BLOCK + 1), make(tmp_path / "b", n=BLOCK + 1, gzip=True)
    for name in RESOURCES:
        assert gzip.decompress(packed[f"records/{name}.ndjson.gz"]) == plain[f"records/{name}.ndjson"]
    assert packed == make(tmp_path / "c", n=BLOCK + 1, gzip=True)


def test_progress_counts_patients(tmp_path):
    seen: list[int] = []
    make(tmp_path, n=BLOCK + 5, filler=0, progress=seen.append)
    assert seen == [BLOCK, BLOCK + 5]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 0}, "0 patients"),
        ({"n": 1_000_001}, "1,000,000"),
        ({"pannet_share": 1.2}, "1.2"),
        ({"candidate_share": -0.1}, "-0.1"),
        ({"filler": -1}, "-1"),
    ],
)
def test_impossible_populations_are_refused(tmp_path, changes, words):
    with pytest.raises(OutputError, match=re.escape(words)):
        make(tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()


def test_identifiers_are_fhir_ids_and_unique(resources):
    for name, found in resources.items():
        ids = [resource["id"] for resource in found]
        assert len(set(ids)) == len(ids) > 0, name
        assert all(FHIR_ID.fullmatch(each) for each in ids)
        assert {resource["resourceType"] for resource in found} == {name}


def test_every_record_points_to_a_patient_in_several_forms(resources):
    patients = {patient["id"] for patient in resources["Patient"]}
    forms = set()
    for name in RESOURCES[1:]:
        for resource in resources[name]:
            path = resource["subject"]["reference"].split("/")
            assert path[path.index("Patient") + 1] in patients
            forms.add((path[0], len(path)))
    assert len(forms) == 3


def test_statuses_are_those_of_the_value_sets(resources):
    for name, allowed in STATUSES.items():
        assert {resource["status"] for resource in resources[name]} == allowed, name


def test_observations_have_one_value_or_say_why_not(resources):
    without = 0
    for observation in resources["Observation"]:
        values = [key for key in observation if key.startswith("value")]
        without += not values
        assert len(values) == 1 or (not values and "dataAbsentReason" in observation)
        assert observation["code"]["coding"]
    assert without > 0


def test_days_are_fhir_days(resources):
    found = [o["effectiveDateTime"] for o in resources["Observation"] if "effectiveDateTime" in o]
    found += [p["birthDate"] for p in resources["Patient"] if "birthDate" in p]
    found += [c["onsetDateTime"] for c in resources["Condition"] if "onsetDateTime" in c]
    assert all(FHIR_DATE_TIME.fullmatch(day) for day in found)
    assert {len(day) for day in found} >= {4, 7, 10, 20, 25}


def test_units_are_mixed_and_some_are_unclean(resources):
    counts = [o for o in resources["Observation"] if o["code"]["coding"][0]["code"] == "777-3" and "valueQuantity" in o]
    units = {observation["valueQuantity"].get("unit") for observation in counts}
    assert units >= {"10*9/L", "K/uL", "/uL", "x10E3/uL", None}


def test_every_table_is_supplied_by_a_single_patient(tmp_path):
    made = make(tmp_path, n=1)
    assert all(made[f"records/{name}.ndjson"] for name in RESOURCES)


def test_truth_table_has_a_row_for_each_patient_version_and_criterion(tmp_path):
    rows = list(csv.DictReader(make(tmp_path)["truth.csv"].decode().splitlines()))
    assert len(rows) == 30 * (23 + 22)
    assert all((row["truth"] == "unknown") == bool(row["cause"]) and row["why"] for row in rows)


def effects(made: dict[str, bytes], version: str = "original") -> dict[str, set[str]]:
    """What is meant to happen to each patient: truths that pass are left out. A criterion I needs true, an E false."""
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(made["truth.csv"].decode().splitlines()):
        if row["version"] == version:
            own = found.setdefault(row["patient_id"], set())
            if row["truth"] != ("true" if row["criterion_id"].startswith("I") else "false"):
                own.add("open" if row["truth"] == "unknown" else "blocks")
    return found


def test_candidates_pass_nearly_everything(tmp_path):
    """Of PanNET patients who are all candidates about 16 % meet a block; an amended version can only lift blocks."""
    made = make(tmp_path, n=200, pannet_share=1, candidate_share=1)
    before, after = effects(made), effects(made, "amended")
    blocked = {patient for patient, own in before.items() if "blocks" in own}
    assert 10 <= len(blocked) <= 60
    assert {patient for patient, own in after.items() if "blocks" in own} < blocked
    assert {frozenset(own) for own in before.values()} == {frozenset(), frozenset({"open"}), frozenset({"blocks"})}


def test_no_candidates_are_drawn_unless_asked_for(tmp_path):
    assert make(tmp_path / "a", n=60) == make(tmp_path / "b", n=60, candidate_share=0.0)
    assert make(tmp_path / "a", n=60) != make(tmp_path / "c", n=60, candidate_share=0.5)
