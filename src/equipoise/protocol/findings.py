"""What the lint says: one finding, its weight, and the text of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A fault must be mended or acknowledged; a notice is for the reader to know."""

    FAULT = "fault"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One finding: its code, its weight, where (line and criterion), what, and what to do."""

    code: str
    severity: Severity
    where: str
    what: str
    do: str = ""
    criterion: str = ""

    def __str__(self) -> str:
        return f"{self.severity.value} {self.code}: {self.where}\n  {self.what}" + (f"\n  {self.do}" if self.do else "")


def has_faults(findings: Sequence[Finding]) -> bool:
    """Whether anything must be mended."""
    return any(finding.severity is Severity.FAULT for finding in findings)


def render_findings(findings: Sequence[Finding]) -> str:
    """All findings, and how many of each weight."""
    n_faults = sum(finding.severity is Severity.FAULT for finding in findings)
    n_notices = len(findings) - n_faults
    return "\n".join([*(str(finding) for finding in findings), f"{n_faults} faults, {n_notices} notices"])
