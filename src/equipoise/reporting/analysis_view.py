"""What the report of an analysis shows: a trial at a cut with its sets, flow, times and results, as plain data.

Shapes only. Whoever runs the analyses fills it; what a reader may not see is not in it. Tables and lists are made of
the facts by `analysis_tables`, so that no number of the page can differ from its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from equipoise.analysis.endpoints import Times
from equipoise.analysis.facts import TrialFacts
from equipoise.analysis.flow import Flow
from equipoise.analysis.pooled_harms import PooledHarms
from equipoise.analysis.response import ResponseRow, YesNoRow
from equipoise.analysis.results import AnalysisResult
from equipoise.analysis.sets import AnalysisSetResult
from equipoise.analysis.surgery import ComplicationLine
from equipoise.protocol.analysis_plan import AnalysisPlan
from equipoise.protocol.cohort import Cohort


@dataclass(frozen=True)
class CutShown:
    """A cut: its name, how its day was chosen, its last day, and the last event of the log with its hash."""

    name: str
    how: str
    on: date
    last_event: int | None = None
    last_hash: str = ""


@dataclass(frozen=True)
class CourseShown:
    """
    A course of treatment as planned: its steps, and the full amount of one in a unit where it has an amount.

    Without it the course is shown by its id, and no intensity is given.
    """

    id: str
    label: str
    arms: Sequence[str]
    steps: Sequence[str]
    unit: str = ""
    full_amount: Decimal | None = None
    is_dose: bool = True


@dataclass(frozen=True)
class DoseLimitShown:
    """A limit of a cumulative absorbed dose, and the gate that states it. [Gy]"""

    gate: str
    dose_gy: Decimal


@dataclass(frozen=True)
class AnalysisView:
    """
    All that the page shows.

    Parameters
    ----------
    registry_sentence
        The status of the trial in its registry.
    is_training, is_simulated
        Whether nobody is enrolled, and whether no subject exists at all.
    arm_labels
        The names of the arms, by id; an arm without one is shown by its id.
    facts
        Of every subject; while the arms are pooled without what would tell an arm.
    set_sizes
        How many belong to each set; shown also of those whose members are not.
    times, responses, answers
        Of each time-to-event, response and yes-no endpoint, by its id.
    warnings
        Of the trial as a whole; those of one analysis stand with its result.
    withheld
        What is left out because the arms are pooled.
    courses
        As planned, in the order of the protocol.
    harms
        Adverse events as counts over everybody, where they are not told by subject; else None.
    complications
        Of operations, by worst grade; None: nothing of them may be told.
    dose_limits
        Limits of absorbed doses that a gate of the protocol states, by organ.
    cohorts
        Those from before that are given as tables, by the id of the analysis.
    """

    title: str
    registry_sentence: str
    is_training: bool
    is_simulated: bool
    cut: CutShown
    plan: AnalysisPlan
    facts: TrialFacts
    sets: Mapping[str, AnalysisSetResult]
    set_sizes: Mapping[str, int]
    flow: Flow
    times: Mapping[str, Times]
    responses: Mapping[str, Sequence[ResponseRow]]
    answers: Mapping[str, Sequence[YesNoRow]]
    results: Sequence[AnalysisResult]
    warnings: Sequence[str] = ()
    withheld: Sequence[str] = ()
    arm_labels: Mapping[str, str] = field(default_factory=dict)
    courses: Sequence[CourseShown] = ()
    harms: PooledHarms | None = None
    complications: Sequence[ComplicationLine] | None = None
    dose_limits: Mapping[str, Sequence[DoseLimitShown]] = field(default_factory=dict)
    cohorts: Mapping[str, Cohort] = field(default_factory=dict)

    def arm_name(self, arm: str) -> str:
        """An arm for people: its id and its name."""
        if self.facts.is_masked:
            return "all arms together"
        label = self.arm_labels.get(arm)
        return f"{arm}: {label}" if label else arm
