"""The act of allocating: one subject, one arm, once for ever, in one serialised transaction.

Everything that takes time (judging the records, checking a password) is done before the desk is opened and held against
the tables again inside. In the desk: was it asked before, right, lock, state, consent, eligibility of today, what was
assumed confirmed by name, signature, factors; then decide, append, commit. Only after that anybody is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.allocation.decision import Decision, Tally, decide, first_tally, tally_after
from equipoise.allocation.specification import Specification
from equipoise.conduct.moves import Move
from equipoise.conduct.states import SubjectState
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import Case, known_subject
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import check_statement, make_entry, told_of
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.freezing import frozen_scheme
from equipoise.operations.office.judging import confirmed_criteria
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Allocation, Request, Scheme, Site, StratumHead, Subject, Trial
from equipoise.operations.office.rulings import Ruling
from equipoise.operations.office.standing import merge, write_state
from equipoise.operations.office.subject_policies import check_case, check_not_locked, check_site_open
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

SITE_FACTOR = "site"
"""A factor of this name is read from the subject's site and never typed."""


class AllocationError(StrEnum):
    """Errors are recorded and never undone (Yelland 2015, PMC4509880)."""

    WRONG_STRATUM = "wrong-stratum"
    INELIGIBLE = "ineligible"
    RANDOMISED_IN_ERROR = "randomised-in-error"
    RANDOMISED_TWICE = "randomised-twice"


@dataclass(frozen=True)
class AllocationRequest:
    """
    What is asked for: whom, with which factor values, under which key.

    `request` is an idempotency key: the same key never allocates twice and gets the same answer again.
    """

    subject: str
    request: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Allocated:
    """The answer; `is_repeat` when the key had been answered before."""

    subject: str
    arm: str
    event: Event
    is_repeat: bool


def factor_values(subject: Subject, specification: Specification, typed: Mapping[str, str]) -> dict[str, str]:
    """
    The level of each factor: the site from the subject, the rest as a person read them from the source.

    Raises
    ------
    ProtocolError
        A value is missing, or is no level of its factor: the stratum is not in the protocol.
    RefusedError
        Another site was typed than the one of the subject: what was typed is never replaced in silence.
    """
    values = dict(typed)
    if any(factor.name == SITE_FACTOR for factor in specification.factors):
        if values.get(SITE_FACTOR, subject.site) != subject.site:
            what = f"the site typed is not the one of {subject.id}, which is {subject.site}"
            do = "Leave it out, and look whether this is the subject that was meant."
            raise RefusedError("Nothing was written.", [Fault(f"factor {SITE_FACTOR}", what, do)])
        values[SITE_FACTOR] = subject.site
    specification.check_values(values)
    return values


def allocation_statement(subject: Subject, values: Mapping[str, str]) -> str:
    """What the person who asks signs, having looked at the values a second time."""
    named = ", ".join(f"{name} {value}" for name, value in sorted(values.items())) or "none"
    return f"Allocate {subject.id}, on version {subject.version}; factors as read again from the source: {named}."


def check_allocation(
    view: View, who: Who, ruling: Ruling, asked: AllocationRequest, today: date
) -> tuple[Case, SubjectState]:
    """
    Raise unless this subject may be allocated today; give the case and the state that it leads to.

    A door asks it before it asks for a signature, so that nobody signs what would be refused; the act asks it again.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason.
    """
    subject = known_subject(view, asked.subject)
    check_may(view, who, Act.ALLOCATE, subject.site)
    check_not_locked(view.get(Trial, "trial"))
    check_site_open(view.get(Site, subject.site), subject.site)
    ruling.check_current(view)
    if ruling.eligibility.as_of != today:
        raise RefusedError("Nothing was written.", [Fault(subject.id, "was not judged for today", "Ask again.")])
    case = Case(
        view,
        who,
        subject,
        Move.RANDOMISE,
        today,
        today,
        eligibility=ruling.eligibility,
        confirmed=confirmed_criteria(view, subject),
    )
    return case, check_case(case)


def allocate(desk: Desk, who: Who, ruling: Ruling, asked: AllocationRequest, signature: Signature) -> Allocated:
    """
    Allocate a subject.

    Parameters
    ----------
    ruling
        Eligibility judged for today, from the records in the log, on the version consented to.
    asked
        With the values of all factors, as `factor_values` gave them.

    Raises
    ------
    RefusedError, ProtocolError, EquipoiseError
        With every reason. Nothing is written and no place is used.
    """
    subject = known_subject(desk, asked.subject)
    check_may(desk, who, Act.ALLOCATE, subject.site)
    earlier = answer_of(desk, asked)
    if earlier is not None:
        return earlier
    today = today_at(desk, subject.site, desk.now)
    case, target = check_allocation(desk, who, ruling, asked, today)
    scheme, frozen = frozen_scheme(desk)
    values = factor_values(subject, frozen.specification, asked.values)
    check_statement(signature, allocation_statement(subject, values))
    tally = tally_of(desk, scheme, frozen.specification, values)
    decision = decide(frozen.specification, frozen.secret, values, tally, frozen.imported)
    on = {"on": today.isoformat()}
    open_values = {"scheme": scheme.id, "stratum": decision.stratum, "values": values, **on}
    changes = {
        **merge(write_state(target, case.state), {Visibility.OPEN: Change(open_values)}),
        Visibility.CLINICAL: Change({"eligibility": ruling.eligibility.to_json()}),
        Visibility.ARM: Change({"arm": decision.arm}),
        Visibility.DECISION: Change(decision.to_json()),
    }
    entry = make_entry(
        Act.ALLOCATE,
        who,
        changes,
        site=subject.site,
        subject=subject.id,
        version=subject.version,
        request=asked.request,
        signature=signature,
    )
    return Allocated(subject.id, decision.arm, write(desk, entry), is_repeat=False)


def answer_of(view: View, asked: AllocationRequest) -> Allocated | None:
    """
    The answer that a key got before; None when it is new.

    Raises
    ------
    RefusedError
        The key was used for something else.
    """
    request = view.get(Request, asked.request)
    if request is None:
        return None
    event = view.event(request.seq)
    if event.entry.act is not Act.ALLOCATE or event.entry.subject != asked.subject:
        fault = Fault("request key", "was used for something else", "Use a new key for a new request.")
        raise RefusedError("Nothing was written.", [fault])
    return Allocated(asked.subject, event.new("arm", Visibility.ARM), event, is_repeat=True)


def tally_of(view: View, scheme: Scheme, specification: Specification, values: Mapping[str, str]) -> Tally:
    """What must be known of the earlier decisions of a stratum: it stands in the last of them."""
    stratum = specification.stratum_of(values)
    head = view.get(StratumHead, f"{scheme.id}/{stratum}")
    if head is None:
        return first_tally(specification, stratum)
    return tally_after(decision_of(view.event(head.last_seq)))


def decision_of(event: Event) -> Decision:
    """The decision that an allocation's event holds, for those who may see it."""
    return Decision.from_json(event.entry.changes[Visibility.DECISION].new)


def error_statement(subject_id: str, kind: AllocationError) -> str:
    """What is signed when an error of allocation is recorded; the reason stands beside it, in a part of its own."""
    return f"{subject_id}: {kind.value}, for the reason given. The allocation stands."


def check_error(view: View, who: Who, subject_id: str, corrected: Mapping[str, str]) -> Subject:
    """
    Raise unless an error may be recorded beside the allocation of a subject; give its row. See `record_error`.

    The right values stand in the open, so they are levels of factors and nothing else: free text might name the arm.
    """
    subject = known_subject(view, subject_id)
    check_may(view, who, Act.RECORD_ALLOCATION_ERROR, subject.site)
    check_not_locked(view.get(Trial, "trial"))
    allocation = view.get(Allocation, subject_id)
    if allocation is None:
        raise RefusedError("Nothing was written.", [Fault(subject_id, "has no allocation")])
    levels = open_factors(view, allocation.scheme)
    wrong = any(value not in levels.get(name, ()) for name, value in corrected.items())
    if wrong:
        known = "; ".join(f"{name} {', '.join(each)}" for name, each in levels.items()) or "none"
        what = "a right value is no level of a factor of this allocation"
        raise RefusedError("Nothing was written.", [Fault("factors", what, f"Factors: {known}. Or say it as reason.")])
    return subject


def open_factors(view: View, scheme_id: str) -> dict[str, tuple[str, ...]]:
    """The factors of a frozen allocation with their levels, as the protocol tells them; none when none is frozen."""
    scheme = view.get(Scheme, scheme_id)
    if scheme is None:
        return {}
    return {each["name"]: tuple(each["levels"]) for each in view.event(scheme.frozen_seq).new("factors")}


def record_error(
    desk: Desk,
    who: Who,
    subject_id: str,
    kind: AllocationError,
    reason: str,
    signature: Signature,
    corrected: Mapping[str, str] | None = None,
) -> Event:
    """
    Record an error beside an allocation: the arm and the stratum as used stay, the right values stand next to them.

    Raises
    ------
    RefusedError
        The subject has no allocation, or a right value is no level of a factor.
    """
    subject = check_error(desk, who, subject_id, corrected or {})
    check_statement(signature, error_statement(subject_id, kind))
    new = {"kind": kind.value, "corrected": dict(corrected or {})}
    changes = {Visibility.OPEN: Change(new), **told_of(subject, reason)}
    entry = make_entry(
        Act.RECORD_ALLOCATION_ERROR,
        who,
        changes,
        site=subject.site,
        subject=subject_id,
        version=subject.version,
        signature=signature,
    )
    return write(desk, entry)
