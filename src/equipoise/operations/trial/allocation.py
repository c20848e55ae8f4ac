"""Allocating and revealing at a door: everything slow is done before the desk is opened, then signed and written."""

from collections.abc import Mapping

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office import allocating, freezing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.allocating import Allocated, AllocationError, AllocationRequest
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.event import Event
from equipoise.operations.office.freezing import MAIN
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.rulings import Ruling, judge_now
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.eligibility import end_if_over


def asked_for(subject: str, request: str, values: Mapping[str, str]) -> AllocationRequest:
    """A request as the person at the door makes it."""
    return AllocationRequest(subject, request, values)


def arm_words(door: Door, allocated: Allocated) -> str:
    """The arm with its label in the protocol; for the person who asked, after it was written."""
    labels = {arm.id: arm.label for arm in door.rules.protocol.arms}
    label = labels.get(allocated.arm)
    return allocated.arm if label is None else f"{allocated.arm} ({label})"


def allocate_subject(door: Door, asked: AllocationRequest) -> Allocated:
    """
    Allocate a subject; when its eligibility is over, write that instead and refuse.

    A request key that was answered before gives the same answer again, without a new signature.

    Parameters
    ----------
    asked
        Values are those of the factors as read from the source; the site is added here.

    Raises
    ------
    RefusedError, ProtocolError, EquipoiseError
        With every reason, before anything is signed. No place is used.
    """
    with door.store.reading() as view:
        subject = known_subject(view, asked.subject)
        check_may(view, door.who, Act.ALLOCATE, subject.site)
        earlier = allocating.answer_of(view, asked)
        if earlier is not None:
            return earlier
        _, frozen = freezing.frozen_scheme(view)
        ruling = judge_now(view, door.rules, asked.subject, door.today_at(view, subject.site))
        values = allocating.factor_values(ruling.subject, frozen.specification, asked.values)
    _refuse_if_over(door, ruling)
    asked = AllocationRequest(asked.subject, asked.request, values)
    with door.store.reading() as view:
        allocating.check_allocation(view, door.who, ruling, asked, door.today_at(view, subject.site))
    signature = door.sign(Act.ALLOCATE, allocating.allocation_statement(ruling.subject, values))
    with door.store.writing() as desk:
        return allocating.allocate(desk, door.who, ruling, asked, signature)


def reveal_allocation(door: Door, reason: str) -> Event:
    """
    Open the secret after the lock; from then on anyone can recompute every allocation, and read every arm.

    Raises
    ------
    RefusedError
        The trial is not locked, nothing is frozen, or it was revealed before.
    """
    with door.store.reading() as view:
        check_may(view, door.who, Act.REVEAL)
        scheme, _ = freezing.frozen_scheme(view)
        freezing.check_may_be_revealed(view, scheme)
    signature = door.sign(Act.REVEAL, freezing.reveal_statement(scheme))
    with door.store.writing() as desk:
        return freezing.reveal_scheme(desk, door.who, reason, signature)


def record_allocation_error(
    door: Door, subject: str, kind: str, reason: str, corrected: Mapping[str, str] | None = None
) -> Event:
    """Record an error of a `kind` of `AllocationError` beside an allocation, which stands."""
    error = AllocationError(kind)
    with door.store.reading() as view:
        allocating.check_error(view, door.who, subject, corrected or {})
    signature = door.sign(Act.RECORD_ALLOCATION_ERROR, allocating.error_statement(subject, error))
    with door.store.writing() as desk:
        return allocating.record_error(desk, door.who, subject, error, reason, signature, corrected)


def factors_to_ask(door: Door) -> dict[str, tuple[str, ...]]:
    """The factors that a person reads from the source, with their levels; the site is none of them."""
    with door.store.reading() as view:
        factors = allocating.open_factors(view, MAIN)
    return {name: levels for name, levels in factors.items() if name != allocating.SITE_FACTOR}


def _refuse_if_over(door: Door, ruling: Ruling) -> None:
    """Who is no longer eligible goes back to screening by an event, and the asker is told why."""
    event = end_if_over(door, ruling)
    if event is None:
        return
    eligibility, subject = ruling.eligibility, ruling.subject
    named = [*eligibility.blocked_by, *eligibility.open]
    because = f": {', '.join(named)} no longer hold" if named else ""
    what = f"the eligibility expired on {subject.expires_on or eligibility.as_of}{because}"
    do = "It is back in screening. Repeat what left its window, and judge again: equipoise trial judge"
    raise RefusedError("No place was used; the expiry was written.", [Fault(subject.id, what, do)])
