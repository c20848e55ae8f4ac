"""What must hold of a subject before an act: each guard of the table of moves as a question to the office.

Decides whether a guard holds and what to say when it does not. Which move needs which guard is data of
`conduct.moves`; whether this person may do such a thing at all is `permissions`.
"""

from collections.abc import Callable, Iterable
from datetime import date

from equipoise.conduct.guards import Guard
from equipoise.conduct.lifecycle import check_move, guards_of
from equipoise.conduct.moves import COMMON_GUARDS, Move
from equipoise.conduct.raised import Raised, deviation, query
from equipoise.conduct.states import SubjectState
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import Case
from equipoise.operations.office.event import Event
from equipoise.operations.office.rows import Site, Trial, Version
from equipoise.operations.office.versions import version_on
from equipoise.operations.office.visibility import Visibility
from equipoise.screening.standing import Status

MIN_CONTACT_ATTEMPTS = 3
"""How many attempts make a subject lost. Our assumption: no public copy of the reference protocol states a number."""

Question = Callable[[Case], Fault | None]
_QUESTIONS: dict[Guard, Question] = {}


def check_case(case: Case) -> SubjectState:
    """
    Raise unless the subject may make this move now; give the state it leads to.

    Raises
    ------
    RefusedError
        With every reason. EquipoiseError when the machines do not know the move from here.
    """
    target = check_move(case.state, case.move, case.subject.id)
    assert case.transition is not None
    faults = [fault for fault in (_owner_fault(case), _day_fault(case), _reason_fault(case)) if fault is not None]
    for guard in guards_of(case.transition):
        fault = _QUESTIONS[guard](case)
        if fault is not None:
            faults.append(fault)
    if faults:
        raise RefusedError(f"{case.subject.id}, {case.move.words}: not possible now. Nothing was written.", faults)
    return target


ENTERED_ANYHOW = (Guard.CONSENT_IN_FORCE, Guard.CONSENT_BEFORE_PROCEDURES, Guard.PLANNED_TREATMENT_GIVEN)
"""What is recorded although such a guard does not hold: the subject does not move, and a deviation says why."""


def check_guards(case: Case, guards: Iterable[Guard]) -> None:
    """Raise unless each of these guards holds, with those of every move."""
    check_entry(case.subject.id, *(_QUESTIONS[guard](case) for guard in (*COMMON_GUARDS, *guards)))


def raised_by(case: Case) -> tuple[Raised, ...]:
    """
    What is wrong with a move that is said to have happened: the subject does not make it, and the record says why.

    Raises
    ------
    RefusedError
        What was entered is not complete, not for this person to say, or cannot have happened yet.
    """
    if case.transition is None:
        check_entry(case.subject.id, _day_fault(case), _locked_fault(case.view.get(Trial, "trial")))
        words = f"It was recorded that the subject did {case.move.words}, which cannot follow '{case.state.label}'."
        return (query("not-from-this-state", words),)
    guards = guards_of(case.transition)
    refusing = [_QUESTIONS[guard](case) for guard in guards if guard not in ENTERED_ANYHOW]
    check_entry(case.subject.id, _owner_fault(case), _day_fault(case), _reason_fault(case), *refusing)
    unmet = {guard: _QUESTIONS[guard](case) for guard in guards if guard in ENTERED_ANYHOW}
    return tuple(
        deviation(guard.id, f"{case.move.words}: {fault.what}.") for guard, fault in unmet.items() if fault is not None
    )


def check_entry(where: str, *faults: Fault | None) -> None:
    """Raise with every fault there is."""
    found = [fault for fault in faults if fault is not None]
    if found:
        raise RefusedError(f"{where}: this cannot be recorded as it is. Nothing was written.", found)


def check_not_locked(trial: Trial | None) -> None:
    """Raise when nothing is entered any more."""
    fault = _locked_fault(trial)
    if fault is not None:
        raise RefusedError("Nothing was written.", [fault])


def check_site_open(site: Site | None, site_id: str) -> None:
    """Raise unless a site takes and allocates new subjects."""
    if site is not None and site.status == "open":
        return
    if site is None:
        what, do = "is no site of this trial", "Ask the administrator to open it."
    elif site.status == "paused":
        what, do = f"is paused: {site.because}", "The administrator lets it recruit again: equipoise trial sites resume"
    else:
        what, do = f"is closed: {site.because}", "Ask the administrator to open it."
    raise RefusedError("Nothing was written.", [Fault(f"site {site_id}", what, do)])


def _asks(guard: Guard) -> Callable[[Question], Question]:
    def register(question: Question) -> Question:
        _QUESTIONS[guard] = question
        return question

    return register


def _owner_fault(case: Case) -> Fault | None:
    assert case.transition is not None
    owners = case.transition.owners
    if case.who.role in owners:
        return None
    roles = " or ".join(owner.value for owner in owners)
    return Fault(f"role {case.who.role.value}", f"does not {case.move.words}", f"This is done by: {roles}.")


def _day_fault(case: Case) -> Fault | None:
    if case.on <= case.today:
        return None
    return Fault(
        f"day {case.on}", "lies in the future", f"Today is {case.today} at the site. Enter it once it has happened."
    )


def _reason_fault(case: Case) -> Fault | None:
    assert case.transition is not None
    if not case.transition.needs_reason or (case.reason or "").strip():
        return None
    return Fault("reason", f"is needed to {case.move.words}", "Say in a few words why.")


def _locked_fault(trial: Trial | None) -> Fault | None:
    if trial is None or trial.status == "open":
        return None
    return Fault("trial", "is locked: nothing is entered after the lock", "Corrections now go to the data manager.")


def _signed_on(case: Case) -> date | None:
    """The day of the consent in force."""
    seq = case.subject.consent_seq
    return None if seq is None else date.fromisoformat(case.view.event(seq).new("signed_on"))


def _stated(case: Case, name: str, what: str, do: str) -> Fault | None:
    return None if case.facts.get(name) else Fault(case.subject.id, what, do)


@_asks(Guard.TRIAL_NOT_LOCKED)
def _not_locked(case: Case) -> Fault | None:
    return _locked_fault(case.view.get(Trial, "trial"))


@_asks(Guard.CONSENT_VERSION_VALID)
def _consent_version(case: Case) -> Fault | None:
    site = case.subject.site
    current = version_on(case.view, site, case.on)
    if current is not None and current.version == case.version:
        return None
    if current is None:
        what = f"no version was approved for consent on {case.on} at {site}"
        do = "Check the day. An administrator approves versions: equipoise trial versions approve"
    elif case.view.get(Version, str(case.version)) is None:
        what, do = "is not approved in this trial", f"The version in force on {case.on} is {current.version}."
    else:
        what = f"was not in force on {case.on}: consent on it does not count"
        do = f"Ask for consent on version {current.version}."
    return Fault(f"version {case.version}", what, do)


@_asks(Guard.CONSENT_IN_FORCE)
def _consent_in_force(case: Case) -> Fault | None:
    if case.subject.consent_seq is None or case.subject.version is None:
        return Fault(case.subject.id, "has not consented", "Record the consent first: equipoise trial consent")
    if case.view.get(Version, case.subject.version) is None:
        return Fault(case.subject.id, "consented on a version that is not approved", "Ask for consent again.")
    return None


@_asks(Guard.CONSENT_AFTER_EARLIER_ONE)
def _consent_after(case: Case) -> Fault | None:
    signed_on, version = _signed_on(case), case.subject.version
    if signed_on is None or signed_on < case.on or (signed_on == case.on and version != case.version):
        return None
    do = "A consent is renewed by a later one. A wrong entry is corrected: equipoise trial correct"
    return Fault(case.subject.id, f"consented on version {version} on {signed_on}, which stands", do)


@_asks(Guard.CONSENT_ON_CURRENT_VERSION)
def _consent_current(case: Case) -> Fault | None:
    current, signed = version_on(case.view, case.subject.site, case.today), case.subject.version
    if current is None or current.version == signed:
        return None
    what = f"consented on version {signed}, which version {current.version} replaced on {current.approved_from}"
    return Fault(case.subject.id, what, f"Ask for consent on version {current.version}, then judge again.")


@_asks(Guard.CONSENT_BEFORE_PROCEDURES)
def _consent_before(case: Case) -> Fault | None:
    signed_on = _signed_on(case)
    if signed_on is None or signed_on <= case.on:
        return None
    do = "Check both days. A study procedure before consent is a serious breach: report it."
    return Fault(case.subject.id, f"consented on {signed_on}, later than {case.on}", do)


@_asks(Guard.FAILED_CRITERIA_RECORDED)
def _failed_criteria(case: Case) -> Fault | None:
    do = "Name the criteria (--criteria E8,E9), or say that a window ran out (--criteria window)."
    return _stated(case, "criteria", "no failed criterion is named", do)


@_asks(Guard.ALL_CRITERIA_TRUE)
def _all_true(case: Case) -> Fault | None:
    eligibility = case.eligibility
    if eligibility is None:
        return Fault(case.subject.id, "has not been judged", "Judge first: equipoise trial judge")
    if eligibility.status is Status.ELIGIBLE:
        return None
    blocked, still_open = ", ".join(eligibility.blocked_by), ", ".join(eligibility.open)
    parts = [f"blocked by {blocked}" if blocked else "", f"open: {still_open}" if still_open else ""]
    what = f"is {eligibility.status.value} on {eligibility.as_of}: {'; '.join(part for part in parts if part)}"
    return Fault(case.subject.id, what, "There are no waivers. Add what is missing to the records and judge again.")


@_asks(Guard.ASSUMPTIONS_CONFIRMED)
def _assumptions(case: Case) -> Fault | None:
    assumed = () if case.eligibility is None else case.eligibility.assumed
    missing = [criterion for criterion in assumed if criterion not in case.confirmed]
    if not missing:
        return None
    what = f"rests on absence of records that nobody confirmed: {', '.join(missing)}"
    return Fault(case.subject.id, what, f"The investigator confirms each by name: --confirm {','.join(assumed)}")


@_asks(Guard.INVESTIGATOR_SIGNED)
def _signed(case: Case) -> Fault | None:
    judged = case.subject.judgement_seq
    if case.is_signed or (judged is not None and case.view.event(judged).entry.signature is not None):
        return None
    return Fault(case.subject.id, "no investigator signed", "Judge and sign first: equipoise trial judge")


@_asks(Guard.ELIGIBILITY_IN_WINDOW)
def _in_window(case: Case) -> Fault | None:
    expires_on = case.subject.expires_on
    if expires_on is None or case.today < date.fromisoformat(expires_on):
        return None
    do = "Repeat what left its window, read the records again, and judge again: equipoise trial judge"
    return Fault(case.subject.id, f"the eligibility expired on {expires_on}", do)


@_asks(Guard.ELIGIBILITY_OUT_OF_WINDOW)
def _out_of_window(case: Case) -> Fault | None:
    return (
        None
        if _in_window(case) is not None
        else Fault(case.subject.id, "is still within all windows", "Nothing to do.")
    )


@_asks(Guard.NEVER_ALLOCATED)
def _never_allocated(case: Case) -> Fault | None:
    if case.subject.allocation_seq is None:
        return None
    return Fault(case.subject.id, "has an allocation, and keeps it for ever", "An error is recorded beside it.")


@_asks(Guard.ALLOCATION_COMMITTED)
def _committed(_: Case) -> Fault | None:
    """The one act that makes this move appends the allocation itself: `allocating` has no other way."""
    return None


@_asks(Guard.SUBJECT_NAMED_EXTENT)
def _extent(case: Case) -> Fault | None:
    """The move is the extent; only the act of a person at the site can have heard it."""
    return None


@_asks(Guard.CONTACT_ATTEMPTS_DOCUMENTED)
def _attempts(case: Case) -> Fault | None:
    days = {date.fromisoformat(day) for day in case.facts.get("attempts") or []}
    n_made = sum(day <= case.on for day in days)
    if n_made >= MIN_CONTACT_ATTEMPTS:
        return None
    what = f"{n_made} of {MIN_CONTACT_ATTEMPTS} attempts to reach the subject by {case.on} are documented"
    return Fault(case.subject.id, what, "Give the day of each: --attempt 2026-01-15")


@_asks(Guard.CONTACT_DOCUMENTED)
def _contact(case: Case) -> Fault | None:
    return _stated(case, "source", "no contact is documented", "Say how the subject was found: --source")


@_asks(Guard.DEATH_DOCUMENTED)
def _death(case: Case) -> Fault | None:
    return _stated(case, "source", "no source for the death is named", "Name it: --source 'death certificate'")


@_asks(Guard.REGISTRY_AGREED)
def _registry(case: Case) -> Fault | None:
    if any(_agreed_to_registry(event) for event in case.view.events(subject=case.subject.id)):
        return None
    return Fault(
        case.subject.id,
        "withdrew from all contact without agreeing to follow-up by registry",
        "The death may not be taken into the trial.",
    )


def _agreed_to_registry(event: Event) -> bool:
    if event.entry.act is not Act.MOVE or event.new("move") != Move.WITHDRAW_FROM_ALL_CONTACT:
        return False
    told = (event.new("facts", part) or {} for part in (Visibility.CLINICAL, Visibility.TREATMENT))
    return any(facts.get("registry") for facts in told)


@_asks(Guard.PLANNED_FOLLOW_UP_DONE)
def _followed_up(case: Case) -> Fault | None:
    return _stated(case, "source", "nothing says that follow-up was done", "Name what shows it: --source")


@_asks(Guard.GATE_PASSED)
def _gate(case: Case) -> Fault | None:
    if case.gate is None:
        return Fault(case.subject.id, "no gate was asked", "Ask it first: equipoise trial gate")
    if case.gate.is_open:
        return None
    closing = case.gate.closing
    found = "; ".join(f"{line.rule}: {line.found.rstrip('.')}" for line in closing)
    unlock = " ".join(dict.fromkeys(line.unlock for line in closing if line.unlock))
    return Fault(case.subject.id, f"the gate of {case.gate.step} says {case.gate.action.value}: {found}", unlock)


@_asks(Guard.EARLIER_TREATMENT_OVER)
def _earlier_over(case: Case) -> Fault | None:
    """A line of every gate (`order`); what it says is told with the gate."""
    return Fault(case.subject.id, "no gate was asked, which looks at what comes before") if case.gate is None else None


@_asks(Guard.PLANNED_TREATMENT_GIVEN)
def _all_given(case: Case) -> Fault | None:
    if case.is_treatment_over:
        return None
    do = "Record what was given, or that treatment was stopped: equipoise trial record treatment-discontinued"
    return Fault(case.subject.id, "not everything that the arm plans was given or stopped", do)
