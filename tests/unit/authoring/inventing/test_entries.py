"""What a made-up row is judged as is what reading its CSV line gives: the two ways must not part."""

import csv
from datetime import date

import pytest

from equipoise.authoring.inventing.entries import COLUMNS, canonical_row
from equipoise.authoring.inventing.population import Population
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients
from equipoise.screening.view import rulebook_with_notes
from equipoise.terminology.catalogue import base_library

AS_OF = date(2026, 1, 15)
PATIENTS = 40


@pytest.fixture(scope="module")
def made():
    resolved = resolve(load_protocol("nct05610826").version("original"), base_library(), None)
    population = Population(rulebook_with_notes(resolved), seed=5, as_of=AS_OF)
    return [population.patient(k) for k in range(PATIENTS)]


@pytest.fixture(scope="module")
def read(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("entries")
    rows = [row for patient in made for row in patient.csv_rows()]
    for table, columns in COLUMNS.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *(cells for name, cells in rows if name == table)])
    return list(iterate_patients(read_records(folder, folder / "tables", today=AS_OF)))


def test_rows_are_judged_as_they_are_read(made, read):
    for patient, records in zip(made, read, strict=True):
        expected = {}
        for number, entry in enumerate(patient.entries):
            row = canonical_row(entry, patient.patient_id, f"{patient.patient_id}-{number}")
            expected[entry.table, row["record_id"]] = row
        found = {("patients", records.patient["record_id"]): records.patient}
        found |= {(table, row["record_id"]): row for table, rows in records.rows.items() for row in rows}
        assert found == expected


def test_a_row_has_a_cell_for_each_column_of_its_file(made):
    for patient in made:
        assert all(len(cells) == len(COLUMNS[table]) for table, cells in patient.csv_rows())
