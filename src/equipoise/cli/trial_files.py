"""Files of `equipoise trial`: checkpoints from outside, shares of the key, the key itself."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from equipoise.cli.trial_door import PRIVATE_FILE, is_terminal
from equipoise.cli.usage import WrongUseError
from equipoise.errors import EquipoiseError, Fault, OutputError, UnreadableInputError
from equipoise.operations.output import new_folder
from equipoise.store.folder import read_folder
from equipoise.store.keyring import write_master_key
from equipoise.store.opening import opens_with


def read_documents(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """
    Checkpoints that were kept outside.

    Raises
    ------
    UnreadableInputError
        A file is not there or holds no JSON.
    """
    documents: list[dict[str, Any]] = []
    for path in paths:
        try:
            documents.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            do = "Name a file that `equipoise trial checkpoint` wrote."
            raise UnreadableInputError(
                "Nothing was verified.", [Fault(f"--anchor {path}", "no checkpoint can be read from it", do)]
            ) from error
    return documents


def write_copy(source: Path, out: Path) -> None:
    """A copy of a checkpoint for somebody outside."""
    try:
        shutil.copyfile(source, out)
    except OSError as error:
        fault = Fault(f"--out {out}", "cannot be written", f"Copy {source} yourself.")
        raise OutputError("The copy was not written.", [fault]) from error


def write_shares(shares: Sequence[str], out: Path) -> None:
    """Shares as files of their own in a new folder, readable by their owner only."""
    with new_folder(out, force=None) as work:
        for number, share in enumerate(shares, 1):
            (work / f"share-{number}-of-{len(shares)}.txt").write_text(share + "\n", encoding="ascii")


def read_shares(files: Sequence[Path] | None) -> list[str]:
    """
    Shares from files, or typed without echo.

    Raises
    ------
    UnreadableInputError, EquipoiseError
        A file cannot be read, or there are none and nobody to ask.
    """
    if not files:
        if not is_terminal():
            fault = Fault("--share", "is needed twice, and there is nobody to ask", "Name two files.")
            raise WrongUseError(fault)
        return [typer.prompt(f"Words of the {which} share", hide_input=True, err=True) for which in ("first", "second")]
    return [_read_share(path) for path in files]


def _read_share(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        do = "Name two files, each with the words of one share."
        fault = Fault(f"--share {path}", "no share can be read from it", do)
        raise UnreadableInputError("The key was not put together.", [fault]) from error


def is_key_of(trial: Path, key: bytes) -> bool:
    """Whether a key opens a trial; changes nothing."""
    return opens_with(read_folder(trial).url, key)


def write_recovered_key(trial: Path, key: bytes, out: Path | None) -> Path:
    """
    Write a key file again, once the key was found to open the trial.

    Raises
    ------
    EquipoiseError
        It is not the key of this trial, or there is a key file already.
    """
    if not is_key_of(trial, key):
        fault = Fault(
            "shares", "they give a key, and it is not the one of this trial", "Ask for the shares of this one."
        )
        raise EquipoiseError("No key was written.", [fault])
    path = out or read_folder(trial).master_key
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_master_key(path, key)
    os.chmod(path, PRIVATE_FILE)
    return path
