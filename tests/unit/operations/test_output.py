"""Results appear complete or not at all, and are readable by their owner only."""

import errno
import os
import stat
from pathlib import Path

import pytest

from equipoise.errors import OutputError
from equipoise.operations.output import is_disk_full, new_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_one(folder: Path, text: str = "new") -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "table.csv").write_text(text, encoding="utf-8")


def test_results_stand_at_the_place_asked_for(tmp_path):
    with new_folder(tmp_path / "a" / "out") as work:
        write_one(work)
        assert not (tmp_path / "a" / "out").exists()
    assert (tmp_path / "a" / "out" / "deep" / "table.csv").read_text(encoding="utf-8") == "new"
    assert names(tmp_path / "a") == ["out"]


def test_results_are_readable_by_their_owner_only(tmp_path):
    with new_folder(tmp_path / "out") as work:
        write_one(work)
        os.chmod(work / "deep" / "table.csv", 0o644)
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("out", "out/deep", "out/deep/table.csv")]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), SystemExit(3)])
def test_a_failure_leaves_nothing_behind(tmp_path, error):
    with pytest.raises(type(error)), new_folder(tmp_path / "made" / "out") as work:
        write_one(work)
        raise error
    assert names(tmp_path) == []


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "out").mkdir()
    with new_folder(tmp_path / "out") as work:
        write_one(work)
    assert names(tmp_path / "out") == ["deep"]


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(OutputError, match=r"the folder is not empty\n  Choose a new folder, or add --force"):
        with new_folder(tmp_path / "out"):
            pytest.fail("must not get here")
    assert (tmp_path / "out" / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_force_replaces_the_folder_only_when_the_new_one_is_complete(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.txt").write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), new_folder(out, force=True) as work:
        write_one(work)
        raise KeyboardInterrupt
    assert names(out) == ["old.txt"]
    with new_folder(out, force=True) as work:
        write_one(work)
        assert names(out) == ["old.txt"]
    assert names(out) == ["deep"]
    assert names(tmp_path) == ["out"]


def test_old_results_return_when_the_new_ones_cannot_take_their_place(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.txt").write_text("old", encoding="utf-8")
    rename = os.rename

    def fail_for_the_new(source, target):
        if str(source).endswith(".partial"):
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail_for_the_new)
    with pytest.raises(OSError, match="Input/output error"), new_folder(out, force=True) as work:
        write_one(work)
    assert names(out) == ["old.txt"]
    assert names(tmp_path) == ["out"]


def test_force_never_deletes_the_folder_one_works_in(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    with pytest.raises(OutputError, match="would delete the folder you work in"):
        with new_folder(tmp_path, force=True):
            pytest.fail("must not get here")


@pytest.mark.parametrize(
    ("out", "why"),
    [("records", "it holds records, which is read"), ("records/out", "it stands inside records"), ("", "it holds rec")],
)
def test_results_are_never_tangled_with_the_records(tmp_path, out, why):
    (tmp_path / "records").mkdir()
    with pytest.raises(OutputError, match=why):
        with new_folder(tmp_path / out, force=True, inputs=(tmp_path / "records",)):
            pytest.fail("must not get here")


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="it is a file"):
        with new_folder(tmp_path / "out", force=True):
            pytest.fail("must not get here")


def test_a_full_disk_is_told_in_words_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"the disk is full\n  Free some space"), new_folder(tmp_path / "out") as work:
        write_one(work)
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


def test_a_full_disk_is_recognised_behind_an_engine_error():
    outer = ValueError("could not write")
    outer.__cause__ = RuntimeError("IO Error: Could not write file: No space left on device")
    assert is_disk_full(outer)
    assert not is_disk_full(ValueError("disk is fine"))
