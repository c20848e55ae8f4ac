"""A table of S values that a user gives: read with its provenance, all faults together, and checked for reciprocity.

The text of the file comes in; where it lies is the caller's affair. A table that says two things of one pair is
refused; a pair that breaks reciprocity is kept with a warning, for a published table can contain it.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from math import isfinite

from equipoise.errors import EquipoiseError, Fault, UnreadableInputError

PROVENANCE = ("name", "nuclide", "phantom", "source", "rights")
COLUMNS = ("target", "source", "s_value", "unit", "target_mass_g", "source_mass_g")
MGY_PER_MBQ_S_PER_UNIT = {
    "mGy/(MBq.s)": 1.0,
    "Gy/(Bq.s)": 1e9,
    "Gy/(MBq.s)": 1e3,
    "mGy/(MBq.h)": 1 / 3600,
    "Gy/(MBq.h)": 1e3 / 3600,
}
RECIPROCITY_FACTOR = 2.0
"""How many times two directions of a pair may differ before a warning: our choice. Soft organs of one table agree
within 10 %; red marrow and bone, whose marrow cells are no uniform target, differ up to three times, with a warning."""


@dataclass(frozen=True)
class SValueTable:
    """
    S values of one phantom, with where they come from.

    Attributes
    ----------
    provenance : mapping
        An entry for every name of `PROVENANCE`.
    values : mapping
        S(target <- source) by the pair (target, source). [mGy/(MBq s)]
    masses_g : mapping
        Mass of every region. [g]
    warnings : tuple of str
        Pairs that break reciprocity.
    """

    provenance: Mapping[str, str]
    values: Mapping[tuple[str, str], float]
    masses_g: Mapping[str, float]
    warnings: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """What the table calls itself."""
        return self.provenance["name"]

    def find(self, target: str, source: str) -> float | None:
        """S(target <- source), None where the table has none. [mGy/(MBq s)]"""
        return self.values.get((target, source))

    def s_value(self, target: str, source: str) -> float:
        """S(target <- source). [mGy/(MBq s)] Raises where the table has none."""
        if (target, source) not in self.values:
            raise EquipoiseError(
                f"The table {self.name} lacks an S value.",
                [Fault(f"{target} <- {source}", "is not in the table", "Add the row, or leave out the source.")],
            )
        return self.values[target, source]

    def mass_g(self, region: str) -> float:
        """Mass of a region of the phantom. [g] Raises where the table has none."""
        if region not in self.masses_g:
            known = ", ".join(sorted(self.masses_g))
            raise EquipoiseError(
                f"The table {self.name} lacks a mass.", [Fault(region, "has no mass", f"Regions with one: {known}")]
            )
        return self.masses_g[region]


def read_s_values(
    text: str, *, where: str, nuclide: str = "177Lu", reciprocity_factor: float = RECIPROCITY_FACTOR
) -> SValueTable:
    """
    Read a CSV of S values.

    Lines `# name: …` above the header give the provenance (`PROVENANCE`); the columns are `COLUMNS`, the units those of
    `MGY_PER_MBQ_S_PER_UNIT`. Region names are kept in lower case.

    Raises
    ------
    UnreadableInputError
        With every fault: missing provenance, columns or numbers, an unknown unit, a pair given twice, a region with two
        masses, another nuclide.
    """
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    provenance = dict(_pairs(head))
    faults = [
        Fault(where, f"the line '# {name}: …' is missing", "Say where the table comes from.")
        for name in PROVENANCE
        if not provenance.get(name)
    ]
    if provenance.get("nuclide", nuclide) != nuclide:
        faults.append(
            Fault(where, f"is of {provenance['nuclide']}, not of {nuclide}", "Give the table of the nuclide.")
        )
    reader = csv.DictReader(StringIO("\n".join(line for line in lines if not line.startswith("#"))))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        faults.append(Fault(where, f"columns are missing: {', '.join(missing)}", f"Columns: {', '.join(COLUMNS)}"))
        raise UnreadableInputError("The S values cannot be read.", faults)
    rows = _Rows(where)
    for number, row in enumerate(reader, start=1):
        rows.add(number, row)
    if not rows.values:
        rows.faults.append(Fault(where, "has no rows that can be read", ""))
    if faults or rows.faults:
        raise UnreadableInputError("The S values cannot be read.", faults + rows.faults)
    return SValueTable(
        provenance, rows.values, rows.masses, find_broken_reciprocity(rows.values, factor=reciprocity_factor)
    )


def find_broken_reciprocity(values: Mapping[tuple[str, str], float], *, factor: float) -> tuple[str, ...]:
    """
    Sentences on pairs whose two directions differ more than `factor` times.

    Energy absorbed for each gram is nearly symmetric between two regions (specific absorbed fractions, reciprocal dose
    principle [1]_), and S already is for each gram of the target, so S(T<-S) and S(S<-T) are compared as they stand.

    References
    ----------
    .. [1] Loevinger R. Distributed radionuclide sources. In: Attix FH, ed. Radiation Dosimetry 1969; MIRD Primer 1991.
    """
    return tuple(
        f"S({target} <- {source}) = {there:.3g} and S({source} <- {target}) = {back:.3g} mGy/(MBq s) differ "
        f"{max(there / back, back / there):.1f} times; reciprocity allows {factor:g}"
        for (target, source), there in values.items()
        if target < source and (back := values.get((source, target)))
        if max(there / back, back / there) > factor
    )


def _pairs(head: list[str]) -> Iterator[tuple[str, str]]:
    for line in head:
        name, colon, value = line.lstrip("# ").partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


class _Rows:
    """What the rows of a file say, gathered with their faults."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.values: dict[tuple[str, str], float] = {}
        self.masses: dict[str, float] = {}
        self.faults: list[Fault] = []

    def add(self, number: int, row: Mapping[str, str | None]) -> None:
        cells = {name: (row[name] or "").strip() for name in COLUMNS}
        place = f"{self.where}, row {number}"
        target, source = cells["target"].lower(), cells["source"].lower()
        factor = MGY_PER_MBQ_S_PER_UNIT.get(cells["unit"])
        if not target or not source:
            self.faults.append(Fault(place, "target or source is empty", "Name both regions."))
            return
        if factor is None:
            known = ", ".join(MGY_PER_MBQ_S_PER_UNIT)
            self.faults.append(Fault(place, f"unknown unit {cells['unit']!r}", f"Units: {known}"))
        if (target, source) in self.values:
            self.faults.append(Fault(place, f"{target} <- {source} is given twice", "Keep one of the two."))
        s = self._number(place, "s_value", cells["s_value"])
        self._keep_mass(place, target, self._number(place, "target_mass_g", cells["target_mass_g"]))
        self._keep_mass(place, source, self._number(place, "source_mass_g", cells["source_mass_g"]))
        if s is not None and factor is not None:
            self.values.setdefault((target, source), s * factor)

    def _keep_mass(self, place: str, region: str, mass: float | None) -> None:
        if mass is not None and self.masses.setdefault(region, mass) != mass:
            what = f"{region} weighs {mass:g} g here and {self.masses[region]:g} g before"
            self.faults.append(Fault(place, what, "A table is of one phantom; give each region one mass."))

    def _number(self, place: str, column: str, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if isfinite(number) and number > 0:
            return number
        self.faults.append(Fault(place, f"{column} {text!r} is no number above 0", "Give a decimal number."))
        return None
