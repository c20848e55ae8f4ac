"""The datasets that are written, as declared in `datasets.yaml`: labels, variables, keys, code lists, derivations.

Decides how rows by name become a dataset: the order of columns and rows, the numbers of rows, and the lengths. What
the rows hold is for the modules that make them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from equipoise.analysis.cdisc.dataset import Column, Dataset, DataType, Origin, Value, from_json
from equipoise.errors import EquipoiseError, Fault

SOURCE = "SRCEVNT"
Row = dict[str, Value]
_TYPES = {
    "text": DataType.TEXT,
    "integer": DataType.INTEGER,
    "float": DataType.DECIMAL,
    "date": DataType.DATE,
    "num-date": DataType.DATE,
}


@dataclass(frozen=True)
class Codelist:
    """
    Terms with their words.

    Parameters
    ----------
    code
        Of the list in the NCI thesaurus; None for a list of our own.
    codes
        Of the terms; none where none was found in a copy of the terminology.
    """

    name: str
    terms: Mapping[str, str]
    code: str | None = None
    data_type: str = "text"
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """A dataset before it has rows; `model` is SDTM or ADaM."""

    name: str
    label: str
    model: str
    class_name: str
    structure: str
    columns: tuple[Column, ...]
    is_reference: bool = False

    @property
    def by_name(self) -> dict[str, Column]:
        return {one.name: one for one in self.columns}


@dataclass(frozen=True)
class Catalogue:
    """All that is declared; `standards` by model: name and version of the guide."""

    datasets: Mapping[str, Declared]
    codelists: Mapping[str, Codelist]
    methods: Mapping[str, str]
    standards: Mapping[str, tuple[str, str]]


@cache
def read_catalogue() -> Catalogue:
    """What `datasets.yaml` declares."""
    told = yaml.safe_load(files("equipoise.analysis.cdisc").joinpath("datasets.yaml").read_text(encoding="utf-8"))
    datasets = {name: _declare(name, one, told["columns"][name]) for name, one in told["datasets"].items()}
    codelists = {name: _make_codelist(one) for name, one in told["codelists"].items()}
    standards = {model: (one["name"], one["version"]) for model, one in told["standards"].items()}
    return Catalogue(datasets, codelists, {name: text.strip() for name, text in told["methods"].items()}, standards)


def _declare(name: str, told: Mapping[str, Any], columns: list[list[str]]) -> Declared:
    made = [_make_column(one, told["keys"]) for one in columns]
    if told.get("source", False):
        label = "Events of the Log"
        made.append(Column(SOURCE, label, DataType.TEXT, Origin.DERIVED, method="SOURCE", is_standard=False))
    is_reference = told.get("is_reference", False)
    return Declared(name, told["label"], told["model"], told["class"], told["structure"], tuple(made), is_reference)


def _make_codelist(told: Mapping[str, Any]) -> Codelist:
    terms = {value: words for value, words, *_ in told["terms"]}
    codes = {value: code[0] for value, _, *code in told["terms"] if code}
    return Codelist(told["name"], terms, told.get("code"), told.get("type", "text"), codes)


def _make_column(told: list[str], keys: list[str]) -> Column:
    name, label, kind, origin, *more = told
    further = dict(one.split(" ", 1) for one in more)
    return Column(
        name,
        label,
        _TYPES[kind],
        Origin(origin),
        key_sequence=keys.index(name) + 1 if name in keys else None,
        is_numeric_date=kind == "num-date",
        codelist=further.get("CL"),
        method=further.get("M"),
    )


def make_dataset(name: str, rows: Iterable[Row]) -> Dataset:
    """
    A dataset of rows by name, in the order of its keys, with `--SEQ` numbered within each subject and lengths filled.

    Raises
    ------
    EquipoiseError
        A row has a variable that the dataset does not have, or two rows have the same keys.
    """
    declared = read_catalogue().datasets[name]
    made = [dict(row) for row in rows]
    unknown = sorted({key for row in made for key in row} - set(declared.by_name))
    if unknown:
        raise EquipoiseError(f"{name} cannot be made.", [Fault(name, f"it has no {', '.join(unknown)}")])
    keys = [one.name for one in sorted(_keyed(declared), key=lambda one: one.key_sequence or 0)]
    made.sort(key=lambda row: [_order(row.get(key)) for key in keys])
    _number(f"{name}SEQ", declared, made)
    doubled = [key for key, count in Counter(tuple(row.get(key) for key in keys) for row in made).items() if count > 1]
    if doubled:
        what = f"{len(doubled)} pairs of rows have the same {', '.join(keys)}"
        raise EquipoiseError(f"{name} cannot be made.", [Fault(name, what)])
    values = tuple(tuple(row.get(one.name) for one in declared.columns) for row in made)
    columns = (replace(one, length=_length(one, values, place)) for place, one in enumerate(declared.columns))
    return Dataset(name, declared.label, tuple(columns), values)


def _keyed(declared: Declared) -> list[Column]:
    return [one for one in declared.columns if one.key_sequence is not None]


def _order(value: Value) -> tuple[int, int, str]:
    """Missing first; numbers by size, text by its letters."""
    if value is None:
        return (0, 0, "")
    return (1, value, "") if isinstance(value, int) else (2, 0, value)


def _number(name: str, declared: Declared, rows: list[Row]) -> None:
    if name not in declared.by_name or declared.is_reference:
        return
    counted: Counter[Value] = Counter()
    for row in rows:
        counted[row["USUBJID"]] += 1
        row[name] = counted[row["USUBJID"]]


def _length(column: Column, rows: tuple[tuple[Value, ...], ...], place: int) -> int | None:
    if column.data_type is DataType.DATE:
        return None
    return max([1, *(len(str(row[place])) for row in rows if row[place] is not None)])


def read_dataset(path: Path) -> Dataset:
    """
    A dataset from a file that was written, equal to what was written.

    Raises
    ------
    EquipoiseError
        The file is none of our datasets, or no Dataset-JSON 1.1.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EquipoiseError(f"{path.name} cannot be read.", [Fault(path.name, "it is no JSON file")]) from error
    declared = read_catalogue().datasets.get(content.get("name", "")) if isinstance(content, dict) else None
    if declared is None:
        raise EquipoiseError(f"{path.name} cannot be read.", [Fault(path.name, "it is none of the datasets we write")])
    return from_json(content, declared.by_name)


def make_number(value: str | Decimal | None) -> str | None:
    """A finite decimal as it is written in the file; None for what is no number."""
    try:
        number = Decimal(str(value)) if value is not None else None
    except ArithmeticError:
        return None
    return None if number is None or not number.is_finite() else f"{number:f}"


def make_codes(names: Iterable[str], fixed: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    A code of at most 8 capital letters and digits for each name, the same for the same names.

    Parameters
    ----------
    fixed
        Codes that a standard gives; no other name gets one of them.
    """
    wanted = sorted(set(names))
    codes = {name: code for name, code in (fixed or {}).items() if name in wanted}
    taken = {*codes.values(), *(fixed or {}).values()}
    for name in wanted:
        if name in codes:
            continue
        plain = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
        plain = plain if plain[:1].isalpha() else f"X{plain}"
        code, number = plain[:8], 1
        while code in taken:
            number += 1
            code = f"{plain[: 8 - len(str(number))]}{number}"
        codes[name] = code
        taken.add(code)
    return codes
