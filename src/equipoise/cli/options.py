"""The options that several commands share: their types, words and checks."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.usage import WrongUseError
from equipoise.errors import Fault


class Engine(StrEnum):
    """Where rules are judged."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Tables(StrEnum):
    """In which form tables are written."""

    PARQUET = "parquet"
    CSV = "csv"
    BOTH = "both"


class Pages(StrEnum):
    """Which patients get a page of their own."""

    LISTED = "listed"
    ALL = "all"


class Form(StrEnum):
    """The standard in which a protocol is written."""

    USDM = "usdm"
    FHIR = "fhir"


OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder for the results; new or empty, readable by you only.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is in --out, once the new is complete.")]
ProtocolArgument = Annotated[str, typer.Argument(metavar="PROTOCOL", help="Name of a shipped protocol, or a file.")]
FormOption = Annotated[Form, typer.Option("--form", metavar="usdm|fhir", help="USDM 4 JSON or FHIR R5 JSON.")]
VersionOption = Annotated[
    str | None, typer.Option("--version", metavar="V", help="Version of the protocol; its default when not given.")
]
AttestationsOption = Annotated[
    Path | None,
    typer.Option("--attestations", metavar="FILE", help="Answers of people: CSV of the attestations table."),
]
SiteOption = Annotated[
    Path | None,
    typer.Option("--site", metavar="FILE", help="Site file: windows, absence, normal ranges, codes, readings."),
]


def parse_day(text: str, option: str) -> date:
    """A calendar day as YYYY-MM-DD."""
    try:
        if len(text) != len("2026-01-15"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        fault = Fault(option, "is not a calendar day", "Write it as YYYY-MM-DD, for example 2026-01-15.")
        raise WrongUseError(fault) from None
