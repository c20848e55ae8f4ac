"""The outcome of judging one criterion for one patient, as both evaluators give it."""

from dataclasses import dataclass
from typing import NamedTuple

from equipoise.criteria.truth import Basis, Cause, Truth


class EvidenceRow(NamedTuple):
    """
    One row a verdict rests on.

    `code` is `system|code`; `value` and `unit` are as reported; `time` is the day (or the period, or the partial
    date) as ISO text. An assumed absence names its table, has no record id, and carries "no record" as value.
    """

    table: str
    record_id: str | None
    code: str | None
    value: str | None
    unit: str | None
    time: str | None


@dataclass(frozen=True)
class Verdict:
    """
    Truth of one criterion for one patient with its reasons.

    `needs` names what would settle an unknown truth: concept ids, `reading:NAME`, `repair:CRITERION`,
    `birth-date` or `sex`; empty when decided. Evidence and needs are sorted and hold nothing twice.
    """

    patient_id: str
    criterion_id: str
    truth: Truth
    basis: Basis
    causes: tuple[Cause, ...]
    evidence: tuple[EvidenceRow, ...]
    needs: tuple[str, ...]
