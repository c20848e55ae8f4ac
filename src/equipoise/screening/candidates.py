"""The candidates that a screening leaves to a trial, read back from its folder, and the records of each.

Decides whether a folder is a whole screening of the trial's own version: every person counted, every criterion judged.
Leaves to others: who of them is approached, and under which subject id.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from equipoise.criteria.truth import Basis, Effect
from equipoise.errors import Fault, UnreadableInputError
from equipoise.protocol.model import Protocol
from equipoise.records.dataset import open_records
from equipoise.records.patient import iterate_patients
from equipoise.records.snapshot import Snapshot, snapshot_of
from equipoise.screening.outputs import Group
from equipoise.screening.screen import SUMMARY_NAME
from equipoise.screening.standing import DECEASED, Status, status_of
from equipoise.screening.store import parquet_source, text_literal

WORTH_APPROACHING = tuple(group for group in Group if group is not Group.OUT)
_BATCH = 2000
_AGAIN = "Screen again with: equipoise screen"


@dataclass(frozen=True)
class Candidate:
    """
    One person as the screening left them; `patient_id` is the source's and identifies the person.

    `assumed` are the criteria that rest on absence, `open` those that are undecided, in protocol order.
    """

    patient_id: str
    status: Status
    group: Group
    assumed: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class CandidateList:
    """Candidates by patient id (code points), of a screening that judged `n_screened` people on the day `as_of`."""

    protocol: str
    version: str
    digest: str
    as_of: date
    n_screened: int
    candidates: tuple[Candidate, ...]


def read_candidates(
    folder: Path, protocol: Protocol, version: str, groups: Collection[Group] = WORTH_APPROACHING
) -> CandidateList:
    """
    The candidates of these groups from the folder that `equipoise screen` wrote.

    Parameters
    ----------
    folder
        Holds `summary.json`, and `patients` and `verdicts` as Parquet or CSV (Parquet is read where both are).
    protocol, version
        The trial's; a screening by any other is refused.
    groups
        All but those who are out, by default.

    Raises
    ------
    UnreadableInputError
        With every fault: something is missing or damaged, counts do not agree, or another protocol was screened.
    """
    summary = _read_summary(folder)
    _check(folder, list(_other_protocol(summary.protocol, protocol, version, folder / SUMMARY_NAME)))
    order = tuple(criterion.id for _, criterion in protocol.version(version).criteria)
    found = _Found()
    for row in _read_rows(folder):
        found.add(_read_person(row, folder), order, groups)
    _check(folder, list(_miscounts(found, summary.counts, folder)))
    return CandidateList(protocol.id, version, protocol.digest, summary.as_of, found.n_people, tuple(found.candidates))


def take_snapshots(records: Path, subject_ids: Mapping[str, str]) -> dict[str, Snapshot]:
    """
    The records of candidates, by subject id.

    Parameters
    ----------
    records
        A folder of canonical tables, as `equipoise records read` writes it.
    subject_ids
        Patient id of the source to the trial's subject id.

    Raises
    ------
    UnreadableInputError
        It is no such folder, or does not hold all these people (how many is told, not who).
    ValueError
        Two people were given one subject id.
    """
    if len(set(subject_ids.values())) < len(subject_ids):
        raise ValueError("two people were given one subject id")
    opened = open_records(records)
    found = {
        patient.patient_id: snapshot_of(patient, opened.supplied, subject_ids[patient.patient_id])
        for patient in iterate_patients(opened, only=subject_ids)
    }
    if missing := len(subject_ids) - len(found):
        do = "Give the folder of records that was screened, or a later reading of the same source."
        fault = Fault(str(records), f"lacks {missing} of {len(subject_ids)} people", do)
        raise UnreadableInputError("The records of some candidates are not there.", [fault])
    return {snapshot.subject_id: snapshot for snapshot in found.values()}


@dataclass(frozen=True)
class _Screened:
    """What the summary says was screened."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True)
class _Counts:
    patients: int
    status: dict[str, int]
    group: dict[str, int]


@dataclass(frozen=True)
class _Summary:
    """The part of `summary.json` that a whole screening is known by."""

    protocol: _Screened
    as_of: date
    counts: _Counts


@dataclass(frozen=True)
class _Person:
    """A row of `patients` beside what the rows of `verdicts` come to."""

    patient_id: str
    status: Status
    group: Group
    blocked_by: frozenset[str]
    assumed: frozenset[str]
    open: frozenset[str]
    judged: Sequence[tuple[str, str, str]]

    def as_candidate(self, order: Sequence[str]) -> Candidate:
        assumed, open_ = ([each for each in order if each in some] for some in (self.assumed, self.open))
        return Candidate(self.patient_id, self.status, self.group, tuple(assumed), tuple(open_))

    def is_as_judged(self, order: Sequence[str]) -> bool:
        """Whether every criterion was judged once, and the verdicts give the standing that is told."""
        if sorted(order) != sorted(criterion for criterion, _, _ in self.judged):
            return False
        by_effect = {
            effect: frozenset(criterion for criterion, given, _ in self.judged if given == effect) for effect in Effect
        }
        status = status_of(
            is_deceased=DECEASED in self.blocked_by,
            is_blocked=bool(by_effect[Effect.BLOCKS]),
            passes_all=len(by_effect[Effect.PASSES]) == len(order),
        )
        assumed = frozenset(criterion for criterion, _, basis in self.judged if basis == Basis.ASSUMED.word)
        told = (self.status, self.blocked_by - {DECEASED}, self.open, self.assumed)
        return told == (status, by_effect[Effect.BLOCKS], by_effect[Effect.OPEN], assumed)


@dataclass
class _Found:
    """What the tables hold, person by person: a long list of people is never in memory whole."""

    candidates: list[Candidate] = field(default_factory=list)
    by_status: Counter[str] = field(default_factory=Counter)
    by_group: Counter[str] = field(default_factory=Counter)
    n_people: int = 0
    n_twice: int = 0
    n_unlike: int = 0
    last: str | None = None

    def add(self, person: _Person, order: Sequence[str], groups: Collection[Group]) -> None:
        """Count one person; people come in the order of their ids."""
        self.n_people += 1
        self.by_status[person.status] += 1
        self.by_group[person.group] += 1
        self.n_twice += person.patient_id == self.last
        self.n_unlike += not person.is_as_judged(order)
        self.last = person.patient_id
        if person.group in groups:
            self.candidates.append(person.as_candidate(order))


_LISTS = ("blocked_by", "assumed", "open_record", "open_person")
_QUERY = """
WITH judged AS (
    SELECT patient_id, list([criterion_id, effect, basis]) AS verdicts FROM {verdicts} GROUP BY patient_id
)
SELECT patient_id, status, "group", {lists}, coalesce(verdicts, []) AS verdicts
FROM {patients} AS patients FULL JOIN judged USING (patient_id) ORDER BY patient_id
"""


def _check(folder: Path, faults: Sequence[Fault]) -> None:
    if faults:
        raise UnreadableInputError(f"{folder} is not a whole screening of this trial.", faults)


def _read_summary(folder: Path) -> _Summary:
    path = folder / SUMMARY_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Summary)
    except (OSError, msgspec.MsgspecError):
        do = f"Name the folder that a screening wrote. {_AGAIN}"
        _check(folder, [Fault(str(path), "is missing or damaged", do)])
        raise


def _other_protocol(screened: _Screened, protocol: Protocol, version: str, path: Path) -> Iterator[Fault]:
    if screened.id != protocol.id:
        yield Fault(str(path), f"is of protocol {screened.id}, not {protocol.id}", _AGAIN)
    elif screened.version != version:
        yield Fault(str(path), f"is of version {screened.version}, not {version}", f"{_AGAIN} --version {version}")
    elif screened.digest != protocol.digest:
        what = f"is of other content of {protocol.id}: digest {screened.digest[:12]}, not {protocol.digest[:12]}"
        yield Fault(str(path), what, "Screen again with the protocol file of the trial.")


def _read_rows(folder: Path) -> Iterator[tuple[Any, ...]]:
    """The people of `patients` with their verdicts, by patient id."""
    sources = {name: _source(folder, name) for name in ("patients", "verdicts")}
    missing = [name for name, source in sources.items() if source is None]
    _check(folder, [Fault(str(folder), f"has no {name}.parquet and no {name}.csv", _AGAIN) for name in missing])
    try:
        with duckdb.connect() as connection:
            connection.execute(_QUERY.format(lists=", ".join(_LISTS), **sources))
            while batch := connection.fetchmany(_BATCH):
                yield from batch
    except duckdb.Error as error:
        # The engine's own words can quote a cell: only the kind of its error is told.
        what = f"holds a table that cannot be read as one of a screening ({type(error).__name__})"
        _check(folder, [Fault(str(folder), what, _AGAIN)])
        raise


def _source(folder: Path, name: str) -> str | None:
    parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    if parquet.is_file():
        return parquet_source(parquet)
    plain = re.sub(r"([*?\[])", r"[\1]", str(csv))  # as `parquet_source` does
    return f"read_csv({text_literal(plain)}, all_varchar = true, header = true)" if csv.is_file() else None


def _read_person(row: tuple[Any, ...], folder: Path) -> _Person:
    patient_id, status, group, *lists, verdicts = row
    try:
        blocked, assumed, of_record, of_person = (msgspec.json.decode(each, type=frozenset[str]) for each in lists)
        return _Person(
            patient_id, Status(status), Group(group), blocked, assumed, of_record | of_person, [*map(tuple, verdicts)]
        )
    except (ValueError, TypeError, msgspec.MsgspecError):
        what = "has a row that is no standing of a patient, or verdicts of somebody who is not in it"
        _check(folder, [Fault(f"{folder}, patients", what, _AGAIN)])
        raise


def _miscounts(found: _Found, counts: _Counts, folder: Path) -> Iterator[Fault]:
    where = f"{folder}, patients"
    if found.n_people != counts.patients:
        yield Fault(where, f"has {found.n_people} people, the summary counts {counts.patients}", _AGAIN)
    if found.n_twice:
        yield Fault(where, f"names {found.n_twice} people more than once", _AGAIN)
    for name, told, those in (("status", counts.status, found.by_status), ("group", counts.group, found.by_group)):
        for key in sorted(told.keys() | those.keys()):
            if those[key] != told.get(key, 0):
                what = f"has {those[key]} people of {name} {key}, the summary counts {told.get(key, 0)}"
                yield Fault(where, what, _AGAIN)
    if found.n_unlike:
        what = f"do not give, criterion by criterion, the standing of {found.n_unlike} people in patients"
        yield Fault(f"{folder}, verdicts", what, _AGAIN)
