"""The made-up protocol and verdicts, loaded by path (test folders are not packages)."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    path = Path(__file__).parent / "made_up.py"
    spec = importlib.util.spec_from_file_location("made_up_screening", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def screen_made_up(made_up, tmp_path):
    """Screens {patient id: kind of change} and gives the Screening; `deaths` as in `write_patients`."""
    from equipoise.screening.screen import derive_outputs

    def run(patients, *, deaths=(), name="out", seed=None, **options):
        out = tmp_path / name
        out.mkdir()
        verdicts = {patient_id: made_up.verdicts_of(change) for patient_id, change in patients.items()}
        people = made_up.write_patients(tmp_path / "patients.parquet", dict(deaths), set(patients) - set(dict(deaths)))
        return derive_outputs(
            made_up.made_up_protocol(),
            verdicts=made_up.write_verdicts(tmp_path / "given.parquet", verdicts, seed),
            tables={"patients": people},
            out=out,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def small_protocol():
    from equipoise.protocol.loading import load_protocol

    return load_protocol(str(Path(__file__).parent / "small.yaml"))
