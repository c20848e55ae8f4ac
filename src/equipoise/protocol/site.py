"""A site's own settings: windows, absence, normal ranges, codes, readings, accepted repairs. Nothing else may differ.

What a setting does to a version is `resolve`; whether its names exist is checked there too, against the version.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from equipoise.protocol.document import Document, Where, read_document
from equipoise.protocol.model import Id, Text
from equipoise.protocol.shape import note_faults
from equipoise.terminology.catalogue import load_codes_csv


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteAbsence(_Model):
    """Concepts for which this site lets no record mean no, and those for which it does not."""

    no: list[Id] = Field(default_factory=list)
    unknown: list[Id] = Field(default_factory=list)

    @model_validator(mode="after")
    def _apart(self) -> "SiteAbsence":
        both = sorted(set(self.no) & set(self.unknown))
        if both:
            raise ValueError(f"{', '.join(both)}: absence cannot mean both no and unknown")
        return self


class SiteRange(_Model):
    """A normal range for results that carry none. [limits in `unit`]"""

    concept: Id
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    sex: Literal["female", "male"] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "SiteRange":
        if self.low is None and self.high is None:
            raise ValueError("a normal range needs low, high or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class SiteReading(_Model):
    chosen: Id
    by: str = Field(min_length=1)
    because: str = ""


class SiteRepair(_Model):
    status: Literal["accepted", "rejected"]
    by: str = Field(min_length=1)
    at: date | None = None


class SiteSettings(_Model):
    """
    What one site sets.

    `windows` by name ('60 d'); `codes` by concept, each with system and code as in the terminology files, and more of
    them in the CSV files `code_files` (paths beside the site file); `readings` by name; `repairs` by criterion;
    `time_zone` by its IANA name: the zone whose days are those of the site.
    """

    site: str
    windows: dict[Id, Text] = Field(default_factory=dict)
    absence: SiteAbsence = Field(default_factory=SiteAbsence)
    ranges: list[SiteRange] = Field(default_factory=list)
    codes: dict[Id, list[dict[str, Any]]] = Field(default_factory=dict)
    code_files: list[str] = Field(default_factory=list)
    readings: dict[Id, SiteReading] = Field(default_factory=dict)
    time_zone: str | None = None
    repairs: dict[Id, SiteRepair] = Field(default_factory=dict)

    _document: Document | None = PrivateAttr(default=None)

    def all_codes(self) -> dict[str, list[dict[str, Any]]]:
        """
        The codes written here and those of the files, by concept.

        Raises
        ------
        TerminologyError
            A file cannot be read as a list of codes.
        """
        folder = self._document.path.parent if self._document is not None else Path()
        codes: dict[str, list[dict[str, Any]]] = {concept: list(rules) for concept, rules in self.codes.items()}
        for name in self.code_files:
            for concept, rules in load_codes_csv(folder / name).items():
                codes.setdefault(concept, []).extend(rules)
        return codes

    @cached_property
    def digest(self) -> str:
        """
        SHA-256 of what it sets, in hexadecimal: codes count wherever they are written, comments and layout do not.

        Raises
        ------
        TerminologyError
            A file of codes cannot be read.
        """
        said = self.model_dump(mode="json", exclude={"codes", "code_files"})
        if self.time_zone is None:
            del said["time_zone"]  # A file that names none keeps the digest it had before there were any.
        codes = {
            concept: [{key: value for key, value in code.items() if key != "_where"} for code in each]
            for concept, each in self.all_codes().items()
        }
        text = json.dumps({**said, "codes": codes}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def place(self, where: Where) -> str:
        """Where a setting stands, for faults."""
        return self._document.at(where) if self._document is not None else ", ".join(map(str, where))


def load_site(path: Path) -> SiteSettings:
    """
    Read a site file.

    Raises
    ------
    ProtocolError
        With every fault of its shape: line, what, and what to do.
    """
    document = read_document(path)
    if not isinstance(document.data, Mapping):
        document.fault((), "a site file is written as keys and values", "Begin with site: and its name.")
    document.check(f"{path}: these settings cannot be used.")
    try:
        settings = SiteSettings.model_validate(document.data)
    except ValidationError as error:
        note_faults(document, error, SiteSettings)
        document.check(f"{path}: these settings cannot be used.")
        raise
    settings._document = document
    return settings
