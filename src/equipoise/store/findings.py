"""What a verification found, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """
    One thing that is not as the office wrote it.

    `seq` is the event it is about (0: the log as a whole); `where` names the event, checkpoint, table or key; `what`
    tells what is wrong and no value of the trial.
    """

    seq: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Report:
    """What was verified, and what was found. `head` is the hash of the last event."""

    n_events: int
    head: str
    n_checkpoints: int
    n_anchors: int
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
