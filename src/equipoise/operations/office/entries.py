"""How an act fills an entry from the person at the door, and how a signature is held against what was read."""

from collections.abc import Mapping
from typing import Any

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry, Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.visibility import Visibility


def make_entry(
    act: Act,
    who: Who,
    changes: Mapping[Visibility, Change],
    *,
    site: str | None = None,
    subject: str | None = None,
    version: str | None = None,
    reason: str | None = None,
    request: str | None = None,
    signature: Signature | None = None,
) -> Entry:
    """An entry by a person in a session."""
    return Entry(
        act,
        who.user,
        who.role,
        changes,
        site=site,
        subject=subject,
        session=who.session,
        request=request,
        reason=reason,
        signature=signature,
        version=version,
    )


def told_of(subject: Subject, reason: str | None, **facts: Any) -> dict[Visibility, Change]:
    """
    What a person writes in words of their own about a subject, in a part that masked roles do not open.

    Free text tells more than it is asked for: after allocation a reason may name the treatment.
    """
    told = {name: value for name, value in {"reason": reason, **facts}.items() if value}
    where = Visibility.CLINICAL if subject.allocation_seq is None else Visibility.TREATMENT
    return {where: Change(told)} if told else {}


def check_statement(signature: Signature, statement: str) -> None:
    """
    Raise unless a signature was given for this very statement (21 CFR 11.70: it cannot be lifted to another record).

    Raises
    ------
    RefusedError
        It was given for something else.
    """
    if signature.statement != statement:
        do = "Read the statement again and sign it."
        raise RefusedError("Nothing was written.", [Fault("signature", "was given for something else", do)])
