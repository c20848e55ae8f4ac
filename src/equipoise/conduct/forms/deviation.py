"""A deviation from the protocol that a person found; those that the program finds are raised by the other forms."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.fields import EntryId, Text
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, RaisedKind
from equipoise.errors import Fault
from equipoise.protocol.deviations import DeviationClass
from equipoise.protocol.plan import Plan


class DeviationCategory(StrEnum):
    """What it is about."""

    CONSENT = "consent"
    ELIGIBILITY = "eligibility"
    TREATMENT = "treatment"
    CONCOMITANT_TREATMENT = "concomitant-treatment"
    PROCEDURE = "procedure"
    VISIT_WINDOW = "visit-window"
    SAFETY_REPORTING = "safety-reporting"
    MASKING = "masking"
    OTHER = "other"


class DeviationForm(Form):
    """
    A deviation with its class and an explanation.

    Parameters
    ----------
    severity
        `minor`, or `important`: it may affect the subject's rights or safety, or whether the data can be relied on.
    category
        What it is about.
    explanation
        What happened, why, and what was done.
    about
        The number of the entry that it is about, if there is one.
    """

    kind: ClassVar[FormKind] = FormKind.DEVIATION

    severity: DeviationClass
    category: DeviationCategory
    explanation: Text
    about: EntryId | None = None

    def faults(self, today: date) -> list[Fault]:
        faults = super().faults(today)
        if self.severity is DeviationClass.ENTERED_IN_ERROR:
            do = "Say minor or important; what the program raised in error is classed: equipoise trial classify"
            faults.append(Fault("severity", "says that it never took place", do))
        return faults

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        """The deviation itself, classed as it comes; one can be found after the end as well."""
        code = f"reported-{self.category.value}"
        return [Raised(RaisedKind.DEVIATION, code, self.explanation, self.severity)]
