"""Reads the public data sets beside this file; the first lines of each name the publication and the columns."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"


def read_public(name: str) -> dict[str, NDArray[np.object_]]:
    """Columns of a data set; numbers as float, an empty field as nan, anything else as text."""
    lines = (DATA / f"{name}.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {column: np.array([_value(row[column]) for row in rows]) for column in rows[0]}


def _value(text: str) -> float | str:
    try:
        return float(text or "nan")
    except ValueError:
        return text
