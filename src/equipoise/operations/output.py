"""Where results go: a folder appears complete or not at all, readable by its owner only.

Results are written into a hidden folder beside the one asked for, which takes its place by a rename when everything
is there. A failure, a full disk or Ctrl-C removes the hidden folder and leaves what was there before. What stands in
the folder is the business of the operations.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from equipoise.errors import Fault, OutputError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_OTHERS = 0o077
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = ("no space left on device", "disk quota exceeded")


@contextmanager
def new_folder(
    out: Path, *, force: bool | None = False, inputs: tuple[Path, ...] = (), option: str = "--out"
) -> Iterator[Path]:
    """
    Give a folder to write into; it becomes `out` when the block ends without an error.

    Parameters
    ----------
    out
        Must not exist or be empty, unless `force`, which replaces it whole once the new one is complete.
    force
        None where the command has no such option, and none is offered to the person.
    inputs
        What the results are made from: `out` may not hold, be, or stand inside any of them.
    option
        By which `out` was named at the command.

    Raises
    ------
    OutputError
        `out` may not be used, or the disk is full or cannot be written.
    """
    target = out.absolute().resolve()
    check_may_be_written(target, shown=f"{option} {out}", force=force, inputs=inputs)
    old_mask = os.umask(_OTHERS)
    work: Path | None = None
    try:
        with _disk_faults(out):
            made = _make_parents(target.parent)
            try:
                work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
                yield work
                _make_private(work)
                _put_in_place(work, target)
            except BaseException:
                if work is not None:
                    shutil.rmtree(work, ignore_errors=True)
                for folder in reversed(made):
                    with suppress(OSError):
                        folder.rmdir()
                raise
    finally:
        os.umask(old_mask)


@contextmanager
def new_file(out: Path, *, force: bool = False) -> Iterator[Path]:
    """
    Give a file to write into, readable by its owner only; it becomes `out` when the block ends without an error.

    Raises
    ------
    OutputError
        There is something already (a file is replaced with `force`), or it cannot be written.
    """
    if out.is_dir():
        raise _refused(f"--out {out}", "it is a folder", "Name a file.")
    if out.exists() and not force:
        raise _refused(f"--out {out}", "it is there already", "Name a new file, or add --force to replace it.")
    with _disk_faults(out):
        made = _make_parents(out.absolute().parent)
        work: Path | None = None
        try:
            handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".partial", dir=out.absolute().parent)
            os.close(handle)
            work = Path(name)
            yield work
            os.chmod(work, PRIVATE_FILE)
            os.replace(work, out)
        except BaseException:
            if work is not None:
                work.unlink(missing_ok=True)
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise


def check_may_be_written(target: Path, *, shown: str, force: bool | None, inputs: tuple[Path, ...]) -> None:
    """Refuse a target that is a file, holds something (unless `force`), or is tangled with the inputs."""
    where = shown
    for source in (path.absolute().resolve() for path in inputs):
        if source == target or target in source.parents:
            raise _refused(where, f"it holds {source.name}, which is read", "Choose a folder of its own for results.")
        if source in target.parents:
            raise _refused(
                where,
                f"it stands inside {source.name}, so the next run would read these results as records",
                "Choose a folder outside of the records.",
            )
    if target.exists() and not target.is_dir():
        raise _refused(where, "it is a file", "Name a folder that does not exist yet.")
    if target.is_dir() and any(_entries(target, where)):
        if not force:
            instead = "." if force is None else ", or add --force to replace it whole."
            raise _refused(where, "the folder is not empty", f"Choose a new folder{instead}")
        here, home = Path.cwd().resolve(), Path.home().resolve()
        if any(target == folder or target in folder.parents for folder in (here, home)):
            raise _refused(where, "--force would delete the folder you work in", "Choose a folder of its own.")


def _entries(target: Path, where: str) -> list[Path]:
    try:
        return list(target.iterdir())
    except OSError as error:
        raise _refused(where, f"it cannot be listed ({error.strerror})", "Check its permissions.") from error


def _refused(where: str, what: str, do: str) -> OutputError:
    return OutputError("Nothing was written.", [Fault(where, what, do)])


def _make_parents(parent: Path) -> list[Path]:
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _make_private(work: Path) -> None:
    """Engines may set modes of their own: say it once more, for everything."""
    for folder, _, files in os.walk(work):
        os.chmod(folder, PRIVATE_FOLDER)
        for name in files:
            os.chmod(os.path.join(folder, name), PRIVATE_FILE)


def _put_in_place(work: Path, target: Path) -> None:
    """Rename `work` to `target`; what was there is kept aside until the new one stands, then deleted."""
    if not target.exists():
        os.rename(work, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
    os.rename(target, aside / "old")
    try:
        os.rename(work, target)
    except BaseException:
        os.rename(aside / "old", target)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _disk_faults(out: Path) -> Iterator[None]:
    """Turn what the system and the engines say about a full or closed disk into the person's words."""
    try:
        yield
    except Exception as error:
        if is_disk_full(error):
            raise OutputError(
                "Nothing was written; nothing partial was left behind.",
                [Fault(f"--out {out}", "the disk is full", "Free some space, or choose a folder on another disk.")],
            ) from error
        if isinstance(error, PermissionError) and _is_beside(error, out):
            raise OutputError(
                "Nothing was written.",
                [Fault(f"--out {out}", "you may not write here", "Choose a folder that you own.")],
            ) from error
        if isinstance(error, FileExistsError | NotADirectoryError | FileNotFoundError) and _is_beside(error, out):
            what = f"no folder can be made there ({error.strerror})"
            raise OutputError("Nothing was written.", [Fault(f"--out {out}", what, "Choose another place.")]) from error
        raise


def _is_beside(error: OSError, out: Path) -> bool:
    if not isinstance(error.filename, str):
        return False
    return Path(error.filename).absolute().is_relative_to(out.absolute().resolve().parent)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that caused it, says that the disk is full (DuckDB says so only in words)."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(words in str(error).lower() for words in _FULL_WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False
