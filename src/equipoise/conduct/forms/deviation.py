"""A deviation from the protocol that a person found; those that the program finds are raised by the other forms."""

from enum import StrEnum
from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.fields import EntryId, Text
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, deviation
from equipoise.protocol.plan import Plan


class DeviationClass(StrEnum):
    """How much it matters for rights, safety and results."""

    MINOR = "minor"
    MAJOR = "major"


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
    degree
        How much it matters for rights, safety and results.
    category
        What it is about.
    explanation
        What happened, why, and what was done.
    about
        The number of the entry that it is about, if there is one.
    """

    kind: ClassVar[FormKind] = FormKind.DEVIATION

    degree: DeviationClass
    category: DeviationCategory
    explanation: Text
    about: EntryId | None = None

    def doubts(
        self, plan: Plan | None = None, history: History | None = None, *, released: str | None = None
    ) -> list[Raised]:
        """The deviation itself; one can be found after the end as well."""
        return [deviation(f"reported-{self.category.value}", self.explanation)]
