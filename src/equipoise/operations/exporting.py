"""A protocol written as USDM 4 or FHIR R5, with the list of what the standard cannot hold beside it.

A file appears complete or not at all; one that is there already is replaced only when that is asked for.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from equipoise.authoring.exports.fhir import export_fhir
from equipoise.authoring.exports.losses import Export, Loss
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.errors import Fault, OutputError, ProtocolError
from equipoise.operations.output import PRIVATE_FILE, is_disk_full
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Origin, Protocol
from equipoise.terminology.catalogue import base_library

USDM_ORIGIN = "usdm-json"


class ExportForm(StrEnum):
    """The standard in which a protocol is written."""

    USDM = "usdm"
    FHIR = "fhir"


@dataclass(frozen=True)
class Exported:
    """What was written, and where: None for a text that is only given back. `losses` are those of the standard."""

    text: str
    losses: tuple[Loss, ...]
    path: Path | None = None
    losses_path: Path | None = None


def export_protocol(
    name_or_path: str | Path,
    *,
    form: ExportForm | str,
    version: str | None = None,
    out: Path | None = None,
    force: bool = False,
) -> Exported:
    """
    Write a version of a protocol in the form of a standard.

    Parameters
    ----------
    out
        A file that ends in `.json`, or a folder for `PROTOCOL.usdm.json` (or `.fhir.json`); beside it stands the same
        name with `.losses.json`. None writes nothing.
    force
        Replace files that are there.

    Raises
    ------
    ProtocolError
        There is no such protocol or version, or the USDM study that it was authored from is missing or changed.
    OutputError
        The files may not or cannot be written.
    """
    wanted = ExportForm(form)
    protocol = load_protocol(name_or_path)
    if wanted is ExportForm.FHIR:
        made = export_fhir(protocol, base_library(), version=version)
    else:
        made = export_usdm(protocol, version=version, source=_usdm_source(protocol))
    text = _as_json(made.content)
    if out is None:
        return Exported(text, made.losses)
    path = out if out.suffix == ".json" and not out.is_dir() else out / f"{protocol.id}.{wanted.value}.json"
    losses_path = path.with_name(f"{path.name.removesuffix('.json')}.losses.json")
    _write({path: text, losses_path: _losses_text(protocol, version, wanted, made)}, force=force)
    return Exported(text, made.losses, path, losses_path)


def _as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _losses_text(protocol: Protocol, version: str | None, form: ExportForm, made: Export) -> str:
    return _as_json(
        {
            "protocol": protocol.id,
            "version": protocol.version(version).name,
            "digest": protocol.digest,
            "form": form.value,
            "losses": [{"where": loss.where, "what": loss.what} for loss in made.losses],
        }
    )


def _usdm_source(protocol: Protocol) -> Mapping[str, Any] | None:
    """The USDM study from which the protocol was authored, kept beside it; None when it came from elsewhere."""
    origins = [record.origin for record in protocol.records if record.origin and record.origin.form == USDM_ORIGIN]
    if not origins or protocol.document is None:
        return None
    return _read_source(protocol.document.path.parent / origins[0].file, origins[0])


def _read_source(path: Path, origin: Origin) -> Mapping[str, Any]:
    message = "The study from which this protocol was authored cannot be given back."
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Fault(str(path), f"cannot be read: {error.strerror}", "Put the file back beside the protocol.")
        raise ProtocolError(message, [fault]) from error
    if hashlib.sha256(content).hexdigest() != origin.sha256:
        do = "Put the file back as it was, or author the protocol again."
        raise ProtocolError(message, [Fault(str(path), "it is not the file that the protocol names (sha256)", do)])
    try:
        study: Mapping[str, Any] = json.loads(content)
    except (ValueError, RecursionError) as error:
        do = "Put the file back as it was, or author the protocol again."
        raise ProtocolError(message, [Fault(str(path), "it is no JSON that can be read", do)]) from error
    return study


def _write(files: Mapping[Path, str], *, force: bool) -> None:
    """Write each file beside its place first, then put all in place."""
    there = [path for path in files if path.exists()]
    if there and not force:
        faults = [Fault(str(path), "it is there already", "Choose another place, or add --force.") for path in there]
        raise OutputError("Nothing was written.", faults)
    waiting: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
            waiting[path] = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, PRIVATE_FILE)
        for path, partial in waiting.items():
            os.replace(partial, path)
    except OSError as error:
        what = "the disk is full" if is_disk_full(error) else f"it cannot be written: {error.strerror}"
        fault = Fault(str(next(iter(files))), what, "Choose another place, or check its permissions.")
        raise OutputError("Nothing was written.", [fault]) from error
    finally:
        for partial in waiting.values():
            with suppress(OSError):
                partial.unlink()
