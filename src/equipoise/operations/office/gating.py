"""The gate of a step as the office asks for it: by the version consented to, from the records and forms in the log.

Decides which version, which site's settings and which records are used. What a gate answers is `conduct.gates`. Like a
judgement it is made before the desk is opened; the act then checks that nothing changed meanwhile.
"""

from dataclasses import dataclass
from datetime import date

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.gate_lines import Consent
from equipoise.conduct.gates import judge_gate
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.dose_tables import check_tables_signed
from equipoise.operations.office.doses_shown import doses_shown
from equipoise.operations.office.files import read_file
from equipoise.operations.office.histories import history_of, snapshot_of
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Site, Subject
from equipoise.operations.office.rulings import Rules, check_same_rules, latest_snapshot
from equipoise.protocol.resolve_plan import ResolvedPlan


@dataclass(frozen=True)
class GateRuling:
    """
    An answer with what it was made from: the row of the subject, and the last event of its file.

    `is_further`: the step belongs to a course that the plan does not count on (a retreatment). `settings`: what the
    site had set, by its digest.
    """

    subject: Subject
    seq: int
    answer: GateAnswer
    is_further: bool = False
    settings: str | None = None

    def check_current(self, view: View, today: date) -> None:
        """Raise when the gate was asked for another day, or something was written on the subject since it was asked."""
        is_same = known_subject(view, self.subject.id) == self.subject
        if not is_same or read_file(view, self.subject.id).seq != self.seq:
            fault = Fault(self.subject.id, "was changed by someone else in the meantime", "Ask the gate again.")
            raise RefusedError("Nothing was written.", [fault])
        if _settings_of(view, self.subject) != self.settings:
            fault = Fault(f"site {self.subject.site}", "has other settings since the gate was asked", "Ask it again.")
            raise RefusedError("Nothing was written.", [fault])
        if self.answer.as_of != today:
            fault = Fault(self.subject.id, "the gate was not asked for today", "Ask.")
            raise RefusedError("Nothing was written.", [fault])


def _settings_of(view: View, subject: Subject) -> str | None:
    site = view.get(Site, subject.site)
    return None if site is None else site.settings


def judge_gate_now(view: View, rules: Rules, subject_id: str, step: str, as_of: date) -> GateRuling:
    """
    Ask the gate of a step for a day.

    Raises
    ------
    RefusedError
        There is no such subject or step, it is not allocated, its version has no plan, or the protocol at hand is not
        the one that was approved.
    """
    subject = known_subject(view, subject_id)
    resolved = plan_in_force(view, rules, subject)
    file = read_file(view, subject_id)
    history = history_of(file, resolved.plan)
    faults = []
    if history is None:
        faults.append(Fault(subject_id, "is not allocated: nothing is given before", "See: equipoise trial allocate"))
    course = resolved.plan.course_of(step)
    if course is None:
        steps = ", ".join(each for course in resolved.plan.courses for each in course.steps)
        faults.append(Fault(f"step {step}", "is no step of the plan", f"Steps: {steps}."))
    if history is None or course is None:
        raise RefusedError("No gate was asked.", faults)
    snapshot = snapshot_of(file, latest_snapshot(view, subject), resolved.plan)
    shown = doses_shown(file, history, resolved.plan)
    answer = judge_gate(resolved, history, snapshot, step, as_of, consent=_consent(view, subject), shown=shown)
    return GateRuling(subject, file.seq, answer, not course.is_planned, _settings_of(view, subject))


def plan_in_force(view: View, rules: Rules, subject: Subject) -> ResolvedPlan:
    """
    The plan that a subject consented to, at its site.

    Raises
    ------
    RefusedError
        The subject has not consented, its version has no plan, or the protocol is not the one that was approved.
    """
    if subject.version is None:
        do = "Record the consent first: equipoise trial consent"
        raise RefusedError("Nothing was written.", [Fault(subject.id, "has not consented to any version", do)])
    check_same_rules(view, rules, subject.version, subject.site)
    check_tables_signed(view, rules.protocol, subject.version)
    resolved = rules.resolved_plan(subject.version, subject.site)
    if resolved is None:
        do = "Approve a version with a plan, and ask for consent on it."
        raise RefusedError("Nothing was written.", [Fault(f"version {subject.version}", "has no plan", do)])
    return resolved


def _consent(view: View, subject: Subject) -> Consent:
    """The consent in force; that a subject withdrew is a state, which the machines ask."""
    if subject.consent_seq is None:
        return Consent(False)
    signed_on = view.event(subject.consent_seq).new("signed_on")
    return Consent(True, f"version {subject.version}, signed on {signed_on}")
