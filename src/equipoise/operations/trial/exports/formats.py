"""The formats in which a trial is exported."""

from enum import StrEnum


class TrialFormat(StrEnum):
    """`ledger` is the log itself, for a stranger to check; the others say what stands in it in words of their own."""

    LEDGER = "ledger"
    FHIR = "fhir"
    CDISC = "cdisc"
    TABLES = "tables"
