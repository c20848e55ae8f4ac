"""The act of judging eligibility: an investigator signs the verdicts and confirms by name what no record shows."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from equipoise.conduct.lifecycle import check_move
from equipoise.conduct.moves import Move
from equipoise.conduct.states import SubjectState
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import Case, known_subject
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Subject, Trial
from equipoise.operations.office.rulings import Ruling
from equipoise.operations.office.standing import merge, write_state
from equipoise.operations.office.subject_policies import check_case, check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.screening.standing import Status


def judgement_statement(ruling: Ruling, confirmed: Collection[str]) -> str:
    """What the investigator signs: the outcome, and each criterion that is confirmed although nothing is on record."""
    eligibility = ruling.eligibility
    named = ", ".join(sorted(confirmed)) or "nothing"
    return (
        f"{eligibility.subject_id} is {eligibility.status.value} by version {eligibility.version} "
        f"on {eligibility.as_of}; confirmed by name, no record showing it: {named}."
    )


def check_judgement(
    view: View, who: Who, ruling: Ruling, confirmed: Collection[str], today: date
) -> tuple[Case, SubjectState]:
    """Raise unless this judgement can be written; give the case and the state after it. See `judge`."""
    subject = known_subject(view, ruling.subject.id)
    check_may(view, who, Act.JUDGE, subject.site)
    check_not_locked(view.get(Trial, "trial"))
    ruling.check_current(view)
    _check_day(ruling, today)
    _check_confirmed(ruling, confirmed)
    case = Case(
        view,
        who,
        subject,
        Move.JUDGE_ELIGIBLE,
        ruling.eligibility.as_of,
        today,
        eligibility=ruling.eligibility,
        confirmed=frozenset(confirmed),
        is_signed=True,
    )
    if ruling.eligibility.status is Status.ELIGIBLE:
        return case, check_case(case)
    # Whoever is not eligible stays where they are; but nobody is judged who is not in screening.
    check_move(case.state, Move.JUDGE_ELIGIBLE, subject.id)
    return case, case.state


def judge(desk: Desk, who: Who, ruling: Ruling, confirmed: Collection[str], signature: Signature) -> Event:
    """
    Write a judgement. An eligible subject moves to `eligible`; any other stays where it is, and the verdicts are kept.

    Parameters
    ----------
    ruling
        As `rulings.judge_now` gave it for today.
    confirmed
        The criteria that the investigator confirms by name; none that is not assumed.

    Raises
    ------
    RefusedError
        An assumption is not confirmed or something else is, the subject changed meanwhile or is not in screening.
    """
    today = today_at(desk, ruling.subject.site, desk.now)
    case, state = check_judgement(desk, who, ruling, confirmed, today)
    subject = case.subject
    check_statement(signature, judgement_statement(ruling, confirmed))
    entry = make_entry(
        Act.JUDGE,
        who,
        _changes(ruling, confirmed, write_state(state, case.state)),
        site=subject.site,
        subject=subject.id,
        version=subject.version,
        signature=signature,
    )
    return write(desk, entry)


def confirmed_criteria(view: View, subject: Subject) -> frozenset[str]:
    """What the investigator confirmed by name in the judgement in force."""
    if subject.judgement_seq is None:
        return frozenset()
    return frozenset(view.event(subject.judgement_seq).new("confirmed", Visibility.CLINICAL))


def expire(desk: Desk, who: Who, ruling: Ruling) -> Event | None:
    """
    Take an eligible subject back to screening when its eligibility is over; None when it is not.

    It is over when the records no longer make the subject eligible, and on the day that the judgement in force gave as
    its end. The site sees it at the next allocation that is asked for, or when it looks.
    """
    subject = known_subject(desk, ruling.subject.id)
    check_may(desk, who, Act.EXPIRE, subject.site)
    ruling.check_current(desk)
    today = today_at(desk, subject.site, desk.now)
    case = Case(desk, who, subject, Move.EXPIRE_ELIGIBILITY, today, today)
    is_past = subject.expires_on is not None and date.fromisoformat(subject.expires_on) <= today
    is_over = is_past or ruling.eligibility.status is not Status.ELIGIBLE
    if not is_over or case.transition is None:
        return None
    # The date was a forecast from the records as they were; the judgement of today is what counts.
    passed = replace(subject, expires_on=today.isoformat())
    target = check_case(replace(case, subject=passed))
    changes = {
        **merge(
            write_state(target, case.state),
            {Visibility.OPEN: Change({"status": ruling.eligibility.status.value})},
        ),
        Visibility.CLINICAL: Change({"eligibility": ruling.eligibility.to_json()}),
    }
    return write(
        desk, make_entry(Act.EXPIRE, who, changes, site=subject.site, subject=subject.id, version=subject.version)
    )


def _changes(ruling: Ruling, confirmed: Collection[str], state: dict[Visibility, Change]) -> dict[Visibility, Change]:
    eligibility = ruling.eligibility
    open_values = {
        "status": eligibility.status.value,
        "as_of": eligibility.as_of.isoformat(),
        "expires_on": eligibility.expires_on.isoformat() if eligibility.expires_on is not None else None,
        "has_snapshot": ruling.snapshot is not None,
    }
    clinical = {"eligibility": eligibility.to_json(), "confirmed": sorted(confirmed)}
    if ruling.snapshot is not None:
        clinical["snapshot"] = ruling.snapshot.to_json()
    return merge(state, {Visibility.OPEN: Change(open_values), Visibility.CLINICAL: Change(clinical)})


def _check_day(ruling: Ruling, today: date) -> None:
    if ruling.eligibility.as_of != today:
        what = f"was judged for {ruling.eligibility.as_of}, and today is {today} at the site"
        raise RefusedError("Nothing was written.", [Fault(ruling.subject.id, what, "Judge again.")])


def _check_confirmed(ruling: Ruling, confirmed: Collection[str]) -> None:
    """Nothing may be confirmed that is not assumed: a confirmation is no waiver."""
    extra = sorted(set(confirmed) - set(ruling.eligibility.assumed))
    if extra:
        assumed = ", ".join(ruling.eligibility.assumed) or "none"
        what = f"does not rest on absence in {', '.join(extra)}: there is nothing to confirm"
        raise RefusedError("Nothing was written.", [Fault(ruling.subject.id, what, f"Assumed are: {assumed}.")])
