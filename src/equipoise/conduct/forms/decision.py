"""Which way a subject goes on at a decision point of the plan, as a person decided it."""

from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.fields import Name, Text
from equipoise.conduct.history import Decided, History
from equipoise.conduct.raised import Raised, deviation, query
from equipoise.protocol.plan import Plan


class DecisionForm(Form):
    """
    The option that was chosen at a decision point, and why.

    Parameters
    ----------
    decision
        The decision point of the plan (`resectability`).
    option
        The id of the option that was chosen.
    reason
        Why, in words.
    """

    kind: ClassVar[FormKind] = FormKind.DECISION

    decision: Name
    option: Name
    reason: Text | None = None

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        doubts = super().doubts(plan, history)
        if plan is None:
            return doubts
        point = next((each for each in plan.decisions if each.id == self.decision), None)
        if point is None:
            words = ", ".join(each.id for each in plan.decisions) or "none"
            return [*doubts, query("unknown-decision", f"{self.decision} is no decision of the plan; it has {words}.")]
        if self.option not in [option.id for option in point.options]:
            words = ", ".join(option.id for option in point.options)
            doubts.append(query("unknown-option", f"{self.option} is no option of {point.label}; it has {words}."))
        if history is not None and history.arm not in point.arms:
            doubts.append(deviation("not-of-the-arm", f"{point.label} is no question of the subject's arm."))
        before = None if history is None else history.decided(self.decision)
        if before is not None and before.option != self.option:
            doubts.append(
                query("decided-otherwise", f"{point.label} was decided otherwise on {before.on}: which holds?")
            )
        return doubts

    def done(self, entry_id: str, plan: Plan | None = None) -> Decided:
        return Decided(self.decision, self.option, self.on, entry_id)
