"""What the published table gives for an adverse event that results of the laboratory grade, from those on record.

Decides what is kept of it beside the signed grade, and when the two are asked about: a query, never an error. Which
result counts and what it gives is `conduct.grade_proposals`. A record is never refused because nothing can be proposed.
"""

from datetime import date

from equipoise.conduct.forms.adverse_event import AdverseEventForm
from equipoise.conduct.forms.base import Form
from equipoise.conduct.grade_proposals import ByTable, ResultGrader, grade_words, laboratory_term
from equipoise.conduct.raised import Raised, query
from equipoise.errors import EquipoiseError
from equipoise.operations.office.files import SubjectFile
from equipoise.operations.office.histories import history_of, snapshot_of
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.rulings import Rules, check_same_rules, latest_snapshot
from equipoise.protocol.resolve_plan import ResolvedPlan


def grader_of(view: View, rules: Rules, subject: Subject, file: SubjectFile) -> ResultGrader | None:
    """
    What grades the results of a subject by the version that it consented to; None where nothing does.

    That is so before allocation, for a plan that names no version of CTCAE, and while the protocol at hand is not the
    one of the log.
    """
    resolved = _plan(view, rules, subject)
    history = None if resolved is None or resolved.plan.grading is None else history_of(file, resolved.plan)
    if resolved is None or history is None:
        return None
    return ResultGrader.of(resolved, snapshot_of(file, latest_snapshot(view, subject), resolved.plan), history)


def grade_by_table(view: View, rules: Rules, subject: Subject, file: SubjectFile, form: Form | None) -> ByTable | None:
    """The grade that the results on record give for an adverse event of the laboratory; None for every other form."""
    plan = rules.plan_of(subject.version)
    if not isinstance(form, AdverseEventForm) or plan is None or plan.grading is None:
        return None
    term = laboratory_term(plan.grading.ctcae, form.ctcae_term, form.term)
    grader = None if term is None else grader_of(view, rules, subject, file)
    if term is None or grader is None:
        return None
    last = form.end if form.is_over and form.end is not None else date.max
    return grader.by_table(term, form.on, last)


def differing_grades(form: Form | None, by_table: ByTable | None) -> tuple[Raised, ...]:
    """A query when the grade that is signed for the day of the result is another than the proposed one."""
    if not isinstance(form, AdverseEventForm) or by_table is None:
        return ()
    signed = form.grade_on(by_table.on)
    if signed is None or signed == by_table.grade or (by_table.may_be_higher and signed > by_table.grade):
        return ()
    proposed = grade_words(by_table.grade, by_table.may_be_higher)
    words = f"Grade {signed} is signed for {by_table.on}, and the result of that day gives {proposed}"
    return (query("grade-differs-from-table", f"{words} by CTCAE {by_table.ctcae} ({by_table.term}): why?"),)


def _plan(view: View, rules: Rules, subject: Subject) -> ResolvedPlan | None:
    if subject.version is None:
        return None
    try:
        check_same_rules(view, rules, subject.version, subject.site)
        return rules.resolved_plan(subject.version, subject.site)
    except EquipoiseError:
        return None
