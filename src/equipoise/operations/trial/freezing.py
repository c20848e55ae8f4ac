"""Freezing an allocation at a door: the statistician's file read and checked, signed, and a commitment to publish."""

import json
from dataclasses import dataclass
from pathlib import Path

from equipoise.allocation.list_checks import ControlPlace, Finding, check_list
from equipoise.allocation.list_reading import read_allocation_list
from equipoise.allocation.methods import SealedList
from equipoise.allocation.reading import read_specification
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, OutputError, RefusedError
from equipoise.operations.office import freezing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.freezing import MAIN, Plan
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.setting_up import stated_ratio
from equipoise.protocol.model import Protocol


@dataclass(frozen=True)
class FrozenAllocation:
    """What is to be published before the first subject, and what the protocol says of it in the open."""

    event: Event
    commitment: str

    def to_json(self) -> dict[str, str]:
        """The document to publish."""
        return {
            "kind": "equipoise-allocation-commitment-1",
            "scheme": MAIN,
            "commitment": self.commitment,
            "at": self.event.at.isoformat(),
            "event": str(self.event.seq),
            "hash": self.event.hash,
        }


def read_plan(
    allocation: Path, planned_n: int, imported: Path | None, control: Path | None, *, is_accepted: bool
) -> tuple[Plan, list[Finding]]:
    """
    The plan of the statistician, from files; with what was found in an imported list and accepted.

    Parameters
    ----------
    allocation
        The specification as YAML.
    imported, control
        A list made elsewhere, and places of it copied by hand from its source; both have the columns of a list.
    is_accepted
        Whether the statistician looked at findings that do not forbid the list.

    Raises
    ------
    ProtocolError, UnreadableInputError, RefusedError
        With every fault.
    """
    specification = read_specification(allocation)
    if (imported is not None) != isinstance(specification.method, SealedList):
        what = "a list is given for a method without one" if imported else "the method needs a list, and none is given"
        raise RefusedError(
            "Nothing was frozen.", [Fault("--list", what, "Give a list for the method sealed list only.")]
        )
    if imported is None:
        return Plan(specification, planned_n), []
    listed = read_allocation_list(imported, specification)
    findings = check_list(listed, specification, planned_n=planned_n, control=_read_control(control, specification))
    _refuse_list(findings, is_accepted=is_accepted)
    return Plan(specification, planned_n, listed), findings


def check_against_protocol(protocol: Protocol, plan: Plan, *, is_accepted: bool) -> None:
    """
    Raise when the arms, or a ratio that the protocol gives, are not those to be frozen; not for who says they saw it.

    Raises
    ------
    RefusedError
        With each difference: what is frozen stays.
    """
    where, do = "allocation", "Compare the file with the protocol; add --accept-findings if it is right as it is."
    planned, known = [arm.name for arm in plan.specification.arms], [arm.id for arm in protocol.arms]
    faults = []
    if set(planned) != set(known):
        faults.append(Fault(where, f"has the arms {', '.join(planned)}; the protocol has {', '.join(known)}", do))
    shares = {arm.name: arm.shares for arm in plan.specification.arms}
    ratio, stated = ":".join(str(shares.get(name, 0)) for name in known), stated_ratio(protocol)
    if not faults and stated not in (None, ratio):
        faults.append(Fault(where, f"gives {', '.join(known)} as {ratio}; the protocol says {stated}", do))
    if faults and not is_accepted:
        raise RefusedError("Nothing was frozen: this is not the allocation of the protocol.", faults)


def check_commitment(path: Path) -> None:
    """
    Raise when the commitment could not be written: asked before freezing, for a frozen allocation stays frozen.

    Raises
    ------
    OutputError
        The folder is not there, or the file is.
    """
    if path.exists():
        fault = Fault(f"--out {path}", "is there already", "Name a new file, so that no commitment is written over.")
    elif not path.absolute().parent.is_dir():
        fault = Fault(f"--out {path}", "its folder is not there", "Name a file in a folder that exists.")
    else:
        return
    raise OutputError("Nothing was frozen.", [fault])


def write_commitment(frozen: "FrozenAllocation", path: Path) -> None:
    """
    Write the document that is to be published.

    Raises
    ------
    OutputError
        It cannot be written there; the commitment stands in the log and in `trial status`.
    """
    try:
        path.write_text(json.dumps(frozen.to_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        do = "The allocation is frozen all the same: copy the commitment from equipoise trial status."
        raise OutputError(
            "The commitment was not written.", [Fault(f"--out {path}", "cannot be written", do)]
        ) from error


def freeze_allocation(door: Door, plan: Plan) -> FrozenAllocation:
    """
    Freeze an allocation before the first subject.

    Raises
    ------
    RefusedError
        One is frozen already, or the person may not.
    """
    with door.store.reading() as view:
        check_may(view, door.who, Act.FREEZE_SCHEME)
        check_not_locked(view.get(Trial, "trial"))
        freezing.check_not_frozen(view)
        statement = freezing.freezing_statement(view, plan)
    signature = door.sign(Act.FREEZE_SCHEME, statement)
    with door.store.writing() as desk:
        event = freezing.freeze(desk, door.who, plan, signature)
    return FrozenAllocation(event, str(event.new("commitment")))


def _read_control(path: Path | None, specification: Specification) -> list[ControlPlace]:
    if path is None:
        return []
    listed = read_allocation_list(path, specification).arms_by_stratum
    return [
        ControlPlace(stratum, position, arm) for stratum, arms in listed.items() for position, arm in enumerate(arms)
    ]


def _refuse_list(findings: list[Finding], *, is_accepted: bool) -> None:
    refused = [finding for finding in findings if finding.is_refused]
    if refused or (findings and not is_accepted):
        do = "Go back to the source of the list." if refused else "Look at it, and add --accept-findings."
        faults = [Fault(each.where, f"{each.failure.value}: {each.what}", do) for each in refused or findings]
        raise RefusedError("Nothing was frozen: look at the list.", faults)
