"""A full disk and Ctrl-C, for real: nothing partial is left, nothing prints a traceback."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "equipoise.cli.main"]
PATIENTS = 3000


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def many_records(tmp_path_factory):
    """Enough patients for a screening of some seconds."""
    from datetime import date

    from equipoise.synthetic.population import write_population

    folder = tmp_path_factory.mktemp("many") / "fhir"
    write_population(folder, n=PATIENTS, seed=1, as_of=date(2026, 1, 15))
    return folder / "records"


def screen_arguments(records: Path, out: Path) -> list[str]:
    given = ["--protocol", "nct05610826", "--records", str(records), "--as-of", "2026-01-15", "--out", str(out)]
    return ["screen", *given, "--force"]


def interrupt_when_writing(arguments: list[str], folder: Path, stage: str, number: int) -> subprocess.Popen:
    """Start, wait until the hidden work folder, or what a stage makes in it, is there, and send the signal."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    limit = time.monotonic() + 60
    while not any(folder.glob(f".*.partial/{stage}")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit, "the stage was not reached"
        time.sleep(0.02)
    process.send_signal(number)
    return process


@pytest.mark.parametrize(
    ("number", "stage"),
    [(signal.SIGINT, "."), (signal.SIGINT, ".scratch"), (signal.SIGINT, ".judging"), (signal.SIGTERM, ".scratch")],
)
def test_ctrl_c_leaves_nothing_partial(many_records, tmp_path, stage, number):
    process = interrupt_when_writing(screen_arguments(many_records, tmp_path / "out"), tmp_path, stage, number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert (out, err.strip()) == ("", "Interrupted: nothing was written.")
    assert entries(tmp_path) == []


def test_ctrl_c_keeps_the_results_that_were_there(many_records, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.json").write_text("{}", encoding="utf-8")
    arguments = screen_arguments(many_records, tmp_path / "out")
    process = interrupt_when_writing(arguments, tmp_path, ".scratch", signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert entries(tmp_path) == ["out"]
    assert entries(tmp_path / "out") == ["summary.json"]


@pytest.mark.parametrize("writer", ["records.read_records", "screening.judge_all", "screening.write_json"])
def test_a_full_disk_told_by_a_writer(screen, records, tmp_path, monkeypatch, writer):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"equipoise.operations.{writer}", full)
    answer = screen(records)
    assert answer.code == 2
    assert "the disk is full" in answer.err
    assert "Traceback" not in answer.err
    assert entries(tmp_path) == ["records"]


@pytest.fixture
def small_disk(tmp_path):
    """
    How to run a command on a disk of a given size: mounts are made in a namespace of their own.

    Not every build server allows it; there the writers above stand in alone.
    """
    unshare = shutil.which("unshare")
    disk = tmp_path / "disk"
    disk.mkdir()

    def call(arguments: list[str], size_kib: int) -> subprocess.CompletedProcess[str]:
        script = (
            f'mount -t tmpfs -o size={size_kib}k none "$0" || exit 99; "$@"; code=$?; '
            'find "$0" -mindepth 1 >&2; exit $code'
        )
        inside = [str(unshare), "-rm", "sh", "-c", script, str(disk), *COMMAND, *arguments]
        environment = {**os.environ, "TMPDIR": str(disk)}
        return subprocess.run(inside, capture_output=True, text=True, timeout=120, env=environment, check=False)

    probe = unshare and subprocess.run([unshare, "-rm", "mount", "-t", "tmpfs", "none", str(disk)], capture_output=True)
    if not probe or probe.returncode != 0:
        pytest.skip("this machine allows no namespace of mounts: a real small disk cannot be made")
    return disk, call


@pytest.mark.parametrize(
    "size_kib", [64, pytest.param(512, marks=pytest.mark.long), 2048, pytest.param(4096, marks=pytest.mark.long)]
)
def test_a_really_full_disk(many_records, small_disk, size_kib):
    disk, call = small_disk
    done = call(screen_arguments(many_records, disk / "out"), size_kib)
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert str(disk) + "/" not in done.stderr.replace(f"--out {disk}/out", "")
