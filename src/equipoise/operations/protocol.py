"""A protocol for people and editors: in words, its faults of meaning, the schema of its form."""

from equipoise.protocol.findings import Severity, has_faults
from equipoise.protocol.lint import lint_file
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.prose import render_protocol
from equipoise.protocol.schema import schema_text
from equipoise.terminology.catalogue import base_library


def show_protocol(name_or_path: str, version: str | None = None) -> str:
    """
    A version of a protocol as prose, to be checked against the record.

    Raises
    ------
    ProtocolError
        There is no such protocol or version, or it cannot be executed.
    """
    return render_protocol(load_protocol(name_or_path), base_library(), version)


def lint_protocol(name_or_path: str) -> tuple[str, bool]:
    """
    The faults of meaning of a protocol in words, and whether any is worse than a notice.

    Raises
    ------
    ProtocolError
        There is no such file, or it is no YAML.
    """
    findings = lint_file(name_or_path)
    n_faults = sum(finding.severity is Severity.FAULT for finding in findings)
    total = f"{n_faults} faults, {len(findings) - n_faults} notices"
    return "\n".join([*map(str, findings), total]), has_faults(findings)


def protocol_schema_text() -> str:
    """The JSON Schema of protocol files."""
    return schema_text()
