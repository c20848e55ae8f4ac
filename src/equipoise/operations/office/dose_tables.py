"""Dose tables that nobody read in their source: in a live trial an investigator signs each before anyone is taken in.

A signature is for the content of a table, by its digest: a table that is changed by an amendment is signed again. For
training a trial needs none; what is unverified is shown as such.
"""

import hashlib
import json

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import SignedTable, Trial
from equipoise.operations.office.setting_up import LIVE
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import DoseTable, Plan


def digest_of(table: DoseTable) -> str:
    """SHA-256 of what a table says, in hexadecimal."""
    content = json.dumps(table.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def unsigned_tables(view: View, plan: Plan | None) -> tuple[DoseTable, ...]:
    """The tables of a plan that were not verified and that nobody signed as they are."""
    if plan is None:
        return ()
    tables = [table for rules in plan.dose_rules for table in rules.tables if table.id in rules.unverified]
    return tuple(table for table in tables if view.get(SignedTable, digest_of(table)) is None)


def check_tables_signed(view: View, protocol: Protocol, version: str) -> None:
    """
    Raise unless a version may be used: for training, or with every unverified dose table signed.

    Raises
    ------
    RefusedError
        The trial is live and tables are not signed; each is named.
    """
    trial = view.get(Trial, "trial")
    if trial is None or trial.kind != LIVE:
        return
    faults = [
        Fault(
            f"dose table {table.id}",
            "has rows that were not read in their source, and no investigator signed it",
            f"Compare it with its source, then: equipoise trial sign-table {table.id}",
        )
        for table in unsigned_tables(view, protocol.plan_of(version))
    ]
    if faults:
        raise RefusedError("This trial is not open yet: nobody is taken in.", faults)


def table_of(protocol: Protocol, version: str, table_id: str) -> DoseTable:
    """
    A dose table of a version.

    Raises
    ------
    RefusedError
        There is none of this id.
    """
    plan = protocol.plan_of(version)
    tables = [] if plan is None else [table for rules in plan.dose_rules for table in rules.tables]
    found = next((table for table in tables if table.id == table_id), None)
    if found is None:
        do = f"Tables: {', '.join(table.id for table in tables) or 'none'}."
        raise RefusedError("Nothing was written.", [Fault(f"dose table {table_id}", "is not in this version", do)])
    return found


def signing_statement(table: DoseTable) -> str:
    """What the investigator signs."""
    return f"Dose table {table.id} ({table.label}), digest {digest_of(table)}, is as its source says."


def sign_table(desk: Desk, who: Who, table: DoseTable, signature: Signature) -> Event:
    """
    Write that an investigator stands for a dose table.

    Raises
    ------
    RefusedError
        The signature is for another content, or the trial is locked.
    """
    check_may(desk, who, Act.SIGN_TABLE)
    check_not_locked(desk.get(Trial, "trial"))
    check_statement(signature, signing_statement(table))
    changes = {Visibility.OPEN: Change({"table": table.id, "digest": digest_of(table)})}
    return write(desk, make_entry(Act.SIGN_TABLE, who, changes, signature=signature))
