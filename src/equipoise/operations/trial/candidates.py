"""Candidates of a screening enter the trial: each under a number of its site, with the records it was screened on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.dose_tables import check_tables_signed
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.subjects import identify, known_episode, next_subject_id
from equipoise.operations.office.versions import version_on
from equipoise.operations.trial.door import Door
from equipoise.screening.candidates import WORTH_APPROACHING, Candidate, read_candidates, take_snapshots
from equipoise.screening.outputs import Group


@dataclass(frozen=True)
class TakenIn:
    """The numbers that the candidates got, and how many were in the trial already."""

    subjects: tuple[str, ...]
    n_known: int


def take_candidates(
    door: Door,
    site: str,
    screening: Path,
    records: Path,
    *,
    groups: Collection[Group],
    patients: Collection[str] | None = None,
) -> TakenIn:
    """
    Take the candidates of a screening in, all of them or none; who is in the trial already is counted and left.

    Parameters
    ----------
    screening
        The folder that `equipoise screen` wrote, for the version in force at the site today.
    records
        The canonical tables that were screened, as `equipoise records read` wrote them.
    groups
        The groups of the screening that are taken.
    patients
        Only these, by the source's identifiers; everyone in the groups when None.

    Raises
    ------
    RefusedError, UnreadableInputError
        With every reason. Nothing is written.
    """
    with door.store.reading() as view:
        check_may(view, door.who, Act.IDENTIFY, site)
        check_not_locked(view.get(Trial, "trial"))
        next_subject_id(view, site)
        version = _version_in_force(view, door, site)
        check_tables_signed(view, door.rules.protocol, version)
    found = read_candidates(screening, door.rules.protocol, version, groups)
    wanted = [each for each in found.candidates if patients is None or each.patient_id in patients]
    _check_all_found(wanted, patients)
    with door.store.reading() as view:
        new = [each for each in wanted if known_episode(view, each.patient_id) is None]
    return TakenIn(tuple(_identify_all(door, site, records, new)), len(wanted) - len(new))


def read_groups(names: Collection[str]) -> tuple[Group, ...]:
    """
    Groups of a screening by their names.

    Raises
    ------
    RefusedError
        A name is none, or that of those who are out.
    """
    known = [group.value for group in WORTH_APPROACHING]
    wrong = sorted(set(names) - set(known))
    if wrong or not names:
        what = f"{', '.join(wrong)} is no group of candidates" if wrong else "names no group"
        raise RefusedError("Wrong use.", [Fault("--group", what, f"Groups: {', '.join(known)}.")])
    return tuple(Group(name) for name in names)


def _identify_all(door: Door, site: str, records: Path, candidates: list[Candidate]) -> list[str]:
    """All in one transaction: a crash leaves every candidate taken in, or none."""
    if not candidates:
        return []
    with door.store.reading() as view:
        first = next_subject_id(view, site)
    stem, number = first.rsplit("-", 1)
    ids = {each.patient_id: f"{stem}-{int(number) + place:04d}" for place, each in enumerate(candidates)}
    snapshots = take_snapshots(records, ids)
    with door.store.writing() as desk:
        if next_subject_id(desk, site) != first:
            fault = Fault(f"site {site}", "took other candidates in at the same time", "Try again.")
            raise RefusedError("Nothing was written.", [fault])
        for each in candidates:
            subject = ids[each.patient_id]
            identify(desk, door.who, site, each.patient_id, snapshots[subject], _found(each))
    return list(ids.values())


def _found(candidate: Candidate) -> Mapping[str, Any]:
    return {
        "status": candidate.status.value,
        "group": candidate.group.value,
        "assumed": list(candidate.assumed),
        "open": list(candidate.open),
    }


def _version_in_force(view: View, door: Door, site: str) -> str:
    approval = version_on(view, site, door.today_at(view, site))
    if approval is None:
        do = "An administrator approves one: equipoise trial versions approve"
        raise RefusedError("Nothing was written.", [Fault(f"site {site}", "has no version in force today", do)])
    return approval.version


def _check_all_found(wanted: list[Candidate], patients: Collection[str] | None) -> None:
    missing = 0 if patients is None else len(set(patients) - {each.patient_id for each in wanted})
    if missing:
        do = "Look at the report of the screening: they may stand in another group (--group)."
        fault = Fault("--patient", f"{missing} of {len(set(patients or ()))} are not among these candidates", do)
        raise RefusedError("Nothing was written.", [fault])
