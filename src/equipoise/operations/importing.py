"""A protocol taken back from a USDM or FHIR file that our export wrote, its rules as they were."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.authoring.drafting.writing import protocol_yaml
from equipoise.authoring.exports.carried import read_rules
from equipoise.authoring.exports.fhir_carried import read_fhir_rules
from equipoise.authoring.registries.files import open_record, refuse
from equipoise.errors import Fault, ProtocolError, UnreadableInputError
from equipoise.operations.output import new_folder
from equipoise.protocol.cohort import cohort_names
from equipoise.protocol.loading import FILE_NAME, load_protocol
from equipoise.protocol.model import Protocol

HEADER = "# Taken back from an exported file by equipoise protocol import, with every rule as it was exported.\n"


@dataclass(frozen=True)
class Imported:
    """Where the protocol stands, its digest (that of the exported one), and the record files that no export carries."""

    path: Path
    digest: str
    missing_records: tuple[Path, ...]


def import_protocol(exported: Path, out: Path, *, force: bool = False) -> Imported:
    """
    Write the protocol that a USDM or FHIR file carries as `protocol.yaml` in a folder.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, is no JSON object, or carries no rules of ours.
    ProtocolError
        A rule is missing, or its words were changed after it was written for them.
    OutputError
        `out` may not or cannot be written.
    """
    data = _carried(exported)
    with new_folder(out, force=force, inputs=(exported,)) as work:
        (work / FILE_NAME).write_text(protocol_yaml(data, HEADER), encoding="utf-8")
        protocol = _loaded(work, exported)
    missing = tuple(out / name for name in (*(record.file for record in protocol.records), *cohort_names(protocol)))
    return Imported(out / FILE_NAME, protocol.digest, missing)


def _loaded(work: Path, exported: Path) -> Protocol:
    try:
        return load_protocol(work)
    except ProtocolError as error:
        raise ProtocolError(f"{exported}: the protocol that it carries cannot be executed.", error.faults) from error


def _carried(exported: Path) -> dict[str, Any]:
    content = _read_json(exported)
    data = _read_carried(content) if isinstance(content, dict) else None
    if data is None:
        do = "Give a file of `equipoise protocol export`, or draft rules with `equipoise author`."
        raise UnreadableInputError("There is nothing to take back.", [Fault(str(exported), "it carries no rules", do)])
    return data


def _read_carried(content: dict[str, Any]) -> dict[str, Any] | None:
    return read_fhir_rules(content) if content.get("resourceType") == "Bundle" else read_rules(content)


def _read_json(exported: Path) -> Any:
    file = open_record(exported)
    try:
        return json.loads(file.text)
    except RecursionError as error:
        raise refuse(exported.name, "the JSON is nested too deeply", "Export it again.") from error
    except ValueError as error:
        raise refuse(exported.name, f"it is no JSON: {error}", "Export it again.") from error
