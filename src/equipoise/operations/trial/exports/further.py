"""What the datasets need beside the facts: milestones, criteria not met with their day, visits; from the log.

Decides what is a visit. While the arms are pooled it is screening alone, whose days everybody may know; the rest of a
subject's visits is of the class `treatment`, and planned ones that were missed are those of an arm.
"""

from collections.abc import Iterator
from datetime import date

from equipoise.analysis.cdisc.inputs import SCREENING_VISIT, Further, Milestone, NotMet, Term, Visit
from equipoise.analysis.facts import Entries, TrialFacts
from equipoise.conduct.calendar import Due, DueState, make_calendar
from equipoise.conduct.forms.visit import VisitForm
from equipoise.conduct.moves import Move
from equipoise.conduct.states import Participation
from equipoise.operations.analysing.course_facts import dated_by
from equipoise.operations.office.acts import Act
from equipoise.operations.office.files import Entered, Stood, SubjectFile, read_file
from equipoise.operations.office.histories import history_of
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import ActivityKind, Plan

_TERMS = {
    Participation.CONSENTED: Term.CONSENT,
    Participation.ELIGIBLE: Term.CRITERIA_MET,
    Participation.SCREEN_FAILED: Term.SCREEN_FAILURE,
}
"""States from before allocation, which everybody may read, that are a milestone or an end."""
_ENDS = {
    Participation.WITHDRAWN_FROM_ALL_CONTACT: Term.WITHDRAWAL,
    Participation.DIED: Term.DEATH,
    Participation.OFF_STUDY: Term.OTHER,
}
"""How somebody who had consented left before allocation; whoever leaves after it stands among the facts."""
_IN_SCREENING = (Participation.SCREENING, Participation.ELIGIBLE)
_NO_VISIT = frozenset({ActivityKind.MEDICATION.value, ActivityKind.ASSESSMENT.value})
"""What no plan asked for and is no visit: what a subject takes, and tumours, which stand as they were read."""
MISSED = "its window closed without it"


def further_of(view: View, rules: Rules, facts: TrialFacts) -> Further:
    """
    All that goes with these facts, up to their last day.

    Parameters
    ----------
    facts
        As their reader gets them: who may not see why screening failed has facts without it, and gets no criteria.
    """
    known = {each.subject for each in facts.subjects} | {each.subject for each in facts.screened}
    rows = {row.id: row for row in view.find(Subject) if row.id in known}
    files = {subject: dated_by(read_file(view, subject), facts.cut_on) for subject in rows}
    visits = [visit for file in files.values() for visit in _screening(file)]
    for each in () if facts.is_masked else facts.subjects:
        plan = rules.plan_of(rows[each.subject].version)
        if plan is not None:
            visits += _visits(files[each.subject], plan, facts.cut_on, each.entries[:1])
    milestones = tuple(each for file in files.values() for each in _milestones(file))
    baseline = {} if facts.is_masked else {each.subject: records_of(view, each.subject) for each in facts.subjects}
    versions = {subject: row.version or "" for subject, row in rows.items()}
    return Further(milestones, tuple(_not_met(files, facts, rules.protocol, versions)), tuple(visits), baseline)


def records_of(view: View, subject: str) -> Entries:
    """The event with the records that were read last before the allocation: sex and age are from there."""
    found: Entries = ()
    for event in view.events(subject=subject):
        if event.new("snapshot", Visibility.CLINICAL) is not None:
            found = (event.seq,)
        if event.entry.act is Act.ALLOCATE:
            break
    return found


def _milestones(file: SubjectFile) -> Iterator[Milestone]:
    """The first consent, each time that criteria were met or screening failed, and an end before allocation."""
    told: set[Term] = set()
    for stood in _way(file):
        reached = stood.state.participation
        is_end = reached in _ENDS and not stood.state.is_allocated and Term.CONSENT in told
        term = _ENDS[reached] if is_end else _TERMS.get(reached)
        is_again = term is Term.CONSENT and term in told
        if term is None or is_again:
            continue
        told.add(term)
        words = reached.words if is_end and term is not Term.DEATH else ""
        yield Milestone(file.subject, term, stood.on, (stood.seq,), words)


def _not_met(
    files: dict[str, SubjectFile], facts: TrialFacts, protocol: Protocol, versions: dict[str, str]
) -> Iterator[NotMet]:
    """The criteria for which screening failed, on the day on which it did; a window that ran out is none."""
    criteria = {one.id for version in protocol.versions for _, one in version.criteria}
    for screened in facts.screened:
        stood = next((each for each in files[screened.subject].stood if (each.seq,) == screened.entries), None)
        named = dict.fromkeys(each.strip() for each in screened.why.split(","))
        if stood is None:
            continue
        for one in (each for each in named if each in criteria):
            yield NotMet(screened.subject, one, stood.on, screened.entries, versions[screened.subject])


def _way(file: SubjectFile) -> list[Stood]:
    """Where a subject stood, without what a signed correction took back: it did not happen."""
    way: list[Stood] = []
    for each in file.stood:
        if each.move != Move.CORRECT.value:
            way.append(each)
            continue
        while way and way[-1].state != each.state:
            way.pop()
    return way


def _screening(file: SubjectFile) -> Iterator[Visit]:
    """From the first day of screening to the day on which it ended, by whatever: allocation, failure, withdrawal."""
    way = _way(file)
    inside = [place for place, each in enumerate(way) if each.state.participation in _IN_SCREENING]
    if inside:
        begun, ended = way[inside[0]], way[inside[-1] + 1 : inside[-1] + 2]
        entries = (begun.seq, *(each.seq for each in ended))
        until = ended[0].on if ended else None
        yield Visit(file.subject, "Screening", begun.on, entries, SCREENING_VISIT, until=until)


def _visits(file: SubjectFile, plan: Plan, day: date, allocation: Entries) -> Iterator[Visit]:
    """
    What a calendar of that day says of visits that took place or were missed; steps stand with what was given.

    What was missed leads to the allocation, since nothing was written when it did not happen.
    """
    history = history_of(file, plan)
    if history is None:
        return
    kinds = {each.id: each.kind for each in plan.activities}
    lines = [due for due in make_calendar(plan, history, day) if not due.is_step]
    for due in lines:
        if due.state is DueState.MISSED:
            yield Visit(
                file.subject,
                due.label,
                None,
                allocation,
                due.item,
                number=due.number,
                due_on=due.due_on,
                why=MISSED,
            )
        elif due.done_on is not None and kinds.get(due.item) is not ActivityKind.ASSESSMENT:
            yield from _done(file, due, kinds.get(due.item, due.item))
    told = {entry for due in lines for entry in (due.entry, *due.readings)}
    for entered in file.forms:
        if isinstance(entered.form, VisitForm) and entered.id not in told:
            yield _unplanned(file.subject, entered, entered.form)


def _done(file: SubjectFile, due: Due, kind: str) -> Iterator[Visit]:
    """`kind`: of the activity, or of the record where no activity is named; a number has only what was planned."""
    entered = file.entered[due.entry]
    if due.number:
        assert due.done_on is not None
        due_on = None if due.is_expected else due.due_on
        entries = _entries(entered)
        yield Visit(
            file.subject,
            due.label,
            due.done_on,
            entries,
            due.item,
            until=due.done_on,
            number=due.number,
            due_on=due_on,
        )
    elif isinstance(entered.form, VisitForm):
        yield _unplanned(file.subject, entered, entered.form)
    elif kind not in _NO_VISIT and due.done_on is not None:
        yield Visit(file.subject, due.label, due.done_on, _entries(entered), until=due.done_on)


def _unplanned(subject: str, entered: Entered, form: VisitForm) -> Visit:
    """In the words of who recorded it, else by what it was."""
    label = form.text or form.activity or form.concept or form.what.value
    return Visit(subject, label, form.on, _entries(entered), until=form.on)


def _entries(entered: Entered) -> Entries:
    """The event in which a form was recorded, and that of its last amendment."""
    return tuple(dict.fromkeys((int(entered.id), entered.seq)))
