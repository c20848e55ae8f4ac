"""The ledger as files for a stranger: every link, and of the parts those that the reader may see.

The format is told in `docs/reference/ledger-export.md`. Who may see what is given as a predicate; the table behind it
is in `operations`.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from equipoise.operations.office.event import Values
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.output import new_folder
from equipoise.store.canonical import canonical
from equipoise.store.checkpoints import ALL, public_keys
from equipoise.store.log import TrialStore
from equipoise.store.parts import HEADER, Disclosed, Sealed
from equipoise.store.view import TrialView, open_parts

MaySee = Callable[[Visibility, str | None], bool]
"""Whether the reader may see a class of part of an event at a site (None: of no site)."""

LEDGER, CHECKPOINTS, KEYS = "ledger.jsonl", "checkpoints.jsonl", "keys.json"
_WITHHELD, _DESTROYED = {"state": "withheld"}, {"state": "destroyed"}


def export_ledger(store: TrialStore, out: Path, may_see: MaySee, *, force: bool = False) -> None:
    """
    Write the ledger, its checkpoints and public keys into a folder, which appears whole or not at all.

    Raises
    ------
    OutputError
        The folder may not be used, or the disk is full.
    """
    with new_folder(out, force=force) as folder, store.reading() as view:
        with (folder / LEDGER).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in ledger_lines(view, may_see))
        documents = [document for _, _, document in view.connection.all(ALL)]
        (folder / CHECKPOINTS).write_text("".join(text + "\n" for text in documents), encoding="utf-8", newline="\n")
        keys = canonical({"trial": store.trial, "keys": public_keys(view.connection, store.keyring)}).decode()
        (folder / KEYS).write_text(keys + "\n", encoding="utf-8", newline="\n")


def ledger_lines(view: TrialView, may_see: MaySee) -> Iterator[str]:
    """The lines of the ledger, one for each event, without their ends."""
    for sealed in view.sealed():
        opened, closed = open_parts(view.connection, view.keyring, sealed)
        yield _line(sealed, opened, closed, may_see)


def _line(
    sealed: Sealed, opened: dict[Visibility, Disclosed], closed: dict[Visibility, Values], may_see: MaySee
) -> str:
    site = _site(opened)
    parts: dict[str, dict[str, str]] = {visibility.value: _DESTROYED for visibility in closed}
    for visibility, part in opened.items():
        if may_see(visibility, site):
            parts[visibility.value] = {"payload": part.payload.decode(), "salt": part.salt.hex()}
        else:
            parts[visibility.value] = _WITHHELD
    line: dict[str, Any] = {"hash": sealed.hash, "link": json.loads(sealed.link), "parts": parts}
    return canonical(line).decode()


def _site(opened: dict[Visibility, Disclosed]) -> str | None:
    for part in opened.values():
        header = json.loads(part.payload).get(HEADER)
        if header is not None:
            site: str | None = header["site"]
            return site
    raise ValueError("an event has no header")
