"""The analysis that a protocol promises: sets, endpoints, estimands, analyses, each number and choice with its mark.

Shapes only. An analysis plan is named once in a protocol and used by the versions that say so. What is made of a
subject's facts is `analysis.endpoints`; who belongs to a set `analysis.sets`; what a method computes the rest of
`analysis`. Words of estimands are those of ICH E9(R1).
"""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from equipoise.assessments.surgery import MAJOR, GradeLimit
from equipoise.protocol.plan import Stated
from equipoise.protocol.trial import Digest, Id, Model, Text, is_unsaid


class SetRule(StrEnum):
    """Who belongs to an analysis set; whoever does not is listed with the reason."""

    RANDOMISED = "all-randomised"
    TREATED = "treated"
    """At least one step of the arm was given."""
    OPERATED = "operated"
    """An operation took place."""
    EVALUABLE = "evaluable"
    """A baseline and at least one later assessment that can be judged."""
    PER_PROTOCOL = "per-protocol"
    """
    Eligible, treated by the plan's rules, and without a deviation that a person classed as important (ICH E9, 5.2.2).

    A dose that was reduced, held or stopped because the plan's own gate, dose rule or decision said so was given by
    these rules; one without such an answer was not.
    """
    EVERY_STEP = "per-protocol-every-step"
    """The stricter one: every planned step was given as well, whatever the rules said of it."""


class AnalysisSet(Model):
    id: Id
    label: str
    rule: SetRule


class EndpointKind(StrEnum):
    """What an endpoint is of a subject."""

    TIME_TO_EVENT = "time-to-event"
    RESPONSE = "response"
    """Best response before an operation."""
    YES_NO = "yes-no"
    """Something that was reached or not: cytoreduction, a resection status."""
    ADVERSE_EVENT = "adverse-event"
    COMPLICATION = "complication"
    """A complication of an operation, by Clavien and Dindo of some grade or worse."""
    OPERATIVE_DEATH = "death-within-90-days"
    """Death within 90 days of an operation."""


OF_OPERATION = frozenset({EndpointKind.COMPLICATION, EndpointKind.OPERATIVE_DEATH})
"""Endpoints of whoever was operated; without an operation, or 90 days after it, nobody can say no."""


class EventKind(StrEnum):
    """What ends the time of a time-to-event endpoint."""

    PROGRESSION = "progression"
    DEATH = "death"


class Censoring(StrEnum):
    """
    Named rules of censoring (FDA guidance on endpoints 2018, appendix; admiralonco vignette).

    They are asked in the order in which an endpoint names them; the earliest day counts.
    """

    LAST_ASSESSMENT = "last-evaluable-assessment"
    """Without an event: at the last evaluable assessment; without any, at the start."""
    LAST_KNOWN_ALIVE = "last-known-alive"
    NEW_THERAPY = "new-anticancer-therapy"
    """What comes after new therapy does not count: at the last assessment before it. Planned surgery is no new one."""
    MISSED_VISITS = "missed-visits"
    """An event after so many missed assessments in a row does not count: at the last assessment before them."""
    DATA_CUT = "data-cut"


class PostOperative(Model):
    """The new baseline after a planned operation, which RECIST 1.1 leaves to the protocol. [days after it]"""

    from_day: int = Field(gt=0)
    until_day: int = Field(gt=0)
    first_seen: Literal["progression", "baseline-disease"] = "progression"


class EndpointDefinition(Stated):
    """
    How an endpoint is made of a subject's facts.

    Parameters
    ----------
    reader
        Whose readings count for progression and response.
    events, censoring, missed_visits
        Of a time-to-event endpoint; visits are those of the plan's repeating tumour assessment.
    post_operative
        The baseline of progression after a planned operation; None keeps the first baseline throughout.
    answer
        Of a yes-no endpoint: the form, the field and what it must be (`>= 90`, `R0`).
    at_least
        Of a complication: the grade from which on it counts; a major one (III) where nothing is said.
    """

    id: Id
    label: str
    kind: EndpointKind
    start: Id = "randomisation"
    reader: Literal["site", "masked"] = "site"
    events: list[EventKind] = Field(default_factory=list, exclude_if=is_unsaid)
    censoring: list[Censoring] = Field(default_factory=list, exclude_if=is_unsaid)
    missed_visits: int = Field(default=2, ge=1)
    post_operative: PostOperative | None = Field(default=None, exclude_if=is_unsaid)
    answer: "Answer | None" = Field(default=None, exclude_if=is_unsaid)
    at_least: GradeLimit | None = Field(default=None, exclude_if=is_unsaid)

    @property
    def grade_limit(self) -> GradeLimit:
        """The grade from which on a complication counts."""
        return self.at_least or MAJOR

    @model_validator(mode="after")
    def _complete(self) -> "EndpointDefinition":
        if (self.kind is EndpointKind.TIME_TO_EVENT) != bool(self.events):
            raise ValueError("a time-to-event endpoint names its events, and only such a one does")
        if (self.kind is EndpointKind.YES_NO) != (self.answer is not None):
            raise ValueError("a yes-no endpoint says what answers it (answer), and only such a one does")
        if self.at_least is not None and self.kind is not EndpointKind.COMPLICATION:
            raise ValueError("a grade of Clavien and Dindo (at_least) is that of a complication alone")
        return self


class Answer(Model):
    """What answers a yes-no endpoint: a field of a form, and what it must be."""

    form: Id
    field: Id
    must_be: Text


class Strategy(StrEnum):
    """How an intercurrent event is handled (ICH E9(R1) A.3.2)."""

    TREATMENT_POLICY = "treatment-policy"
    HYPOTHETICAL = "hypothetical"
    COMPOSITE = "composite"
    WHILE_ON_TREATMENT = "while-on-treatment"
    PRINCIPAL_STRATUM = "principal-stratum"


class Intercurrent(Model):
    """An intercurrent event with its strategy, in words."""

    event: str
    strategy: Strategy
    words: str = ""


class Estimand(Stated):
    """The five attributes of an estimand."""

    id: Id
    population: str
    treatment: str
    variable: str
    intercurrent: list[Intercurrent]
    summary: str


class Method(StrEnum):
    """What is computed."""

    KAPLAN_MEIER = "kaplan-meier"
    LOGRANK = "log-rank"
    COX = "cox"
    RMST = "rmst"
    MAXCOMBO = "maxcombo"
    CUMULATIVE_INCIDENCE = "cumulative-incidence"
    GRAY = "gray"
    FINE_GRAY = "fine-gray"
    TURNBULL = "turnbull"
    PROPORTION = "proportion"
    RERANDOMISATION = "re-randomisation"
    AGAINST_HISTORY = "against-historical-cohort"


class Options(Model):
    """What a method is told; each has a default that is printed with the result."""

    ties: Literal["breslow", "efron", "exact"] = "efron"
    interval: Literal["log-log", "log", "plain"] = "log-log"
    level: Decimal = Field(default=Decimal("0.95"), gt=0, lt=1)
    strata: list[Id] = Field(default_factory=list)
    weights: list[tuple[Decimal, Decimal]] = Field(default_factory=list)
    tau: int | None = Field(default=None, gt=0)
    at: list[int] = Field(default_factory=list)
    draws: int = Field(default=10000, gt=0)


class CohortFile(Model):
    """A CSV file of individual times beside the protocol, by its name, and its SHA-256 (`cohort` reads it)."""

    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.csv$")
    sha256: Digest


class History(Stated):
    """
    A cohort from before: the comparison is not randomised and says so.

    Parameters
    ----------
    n, n_events
        Its people, and how many had the event.
    median_months, low_months, high_months
        The cohort as a summary: its median with the 95 % interval.
    table
        The cohort as individual times, in place of a summary.
    """

    label: str
    n: int = Field(gt=0)
    n_events: int | None = Field(default=None, ge=0)
    median_months: Decimal | None = None
    low_months: Decimal | None = None
    high_months: Decimal | None = None
    table: CohortFile | None = Field(default=None, exclude_if=is_unsaid)

    @model_validator(mode="after")
    def _one_of_both(self) -> "History":
        said = [name for name in ("median_months", "low_months", "high_months") if getattr(self, name) is not None]
        if self.table is not None and said:
            raise ValueError(f"a cohort is given as a table or as a summary, and not as both: {', '.join(said)}")
        return self


class PlannedAnalysis(Stated):
    """One analysis: which endpoint, in which set, by which method, for which estimand."""

    id: Id
    label: str
    role: Literal["primary", "secondary", "sensitivity", "supportive", "safety"]
    endpoint: Id
    set: Id
    method: Method
    estimand: Id | None = None
    arms: list[Id] = Field(default_factory=list, exclude_if=is_unsaid)
    options: Options = Field(default_factory=Options)
    history: History | None = Field(default=None, exclude_if=is_unsaid)


NEW_THERAPY = (
    "chemotherapy",
    "capecitabine",
    "temozolomide",
    "systemic-therapy",
    "lutetium-dotatate",
    "prrt",
    "arterial-embolisation",
    "external-beam-radiotherapy",
)
"""New anticancer therapy where a plan does not say; somatostatin analogues, which most take throughout, are none."""


class NewTherapy(Stated):
    """
    What counts as new anticancer therapy when it comes besides the plan, by concepts.

    What the plan itself gives in the subject's arm never counts, and so neither does its planned operation.
    """

    concepts: list[Id]


class AnalysisPlan(Model):
    """
    All of it.

    Parameters
    ----------
    control
        The arm with which the others are compared.
    new_therapy
        What new anticancer therapy is; `NEW_THERAPY` where nothing is said.
    """

    label: Text
    control: Id
    new_therapy: NewTherapy | None = Field(default=None, exclude_if=is_unsaid)
    sets: list[AnalysisSet] = Field(min_length=1)
    endpoints: list[EndpointDefinition] = Field(min_length=1)
    estimands: list[Estimand] = Field(default_factory=list)
    analyses: list[PlannedAnalysis] = Field(min_length=1)

    @property
    def new_therapies(self) -> frozenset[str]:
        """The concepts that are new anticancer therapy."""
        return frozenset(NEW_THERAPY if self.new_therapy is None else self.new_therapy.concepts)
