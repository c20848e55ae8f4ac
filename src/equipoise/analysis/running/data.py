"""What one planned analysis computes with: the rows of its endpoint, of its set and its arms, as plain arrays.

Decides who is in, which arms are held against which, and what the strata are. What is computed is for the methods.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.facts import SubjectFacts, TrialFacts
from equipoise.analysis.sets import AnalysisSetResult
from equipoise.protocol.analysis_plan import AnalysisPlan, EndpointDefinition, PlannedAnalysis
from equipoise.protocol.cohort import Cohort

Ints = NDArray[np.int64]
ALLOCATED_STRATUM = "allocation"
"""Named among the strata of an analysis: the strata as the allocation used them."""
UNKNOWN_LEVEL = "not known"


class Row(Protocol):
    """What every row of an endpoint has."""

    @property
    def subject(self) -> str: ...

    @property
    def arm(self) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Trial:
    """The facts at a cut with the plan, the sets made of them, and the tables of cohorts by analysis."""

    facts: TrialFacts
    plan: AnalysisPlan
    sets: Mapping[str, AnalysisSetResult]
    cohorts: Mapping[str, Cohort] = field(default_factory=dict)

    def endpoint(self, name: str) -> EndpointDefinition:
        """An endpoint of the plan, by its id."""
        return next(each for each in self.plan.endpoints if each.id == name)


@dataclass(frozen=True)
class Asked:
    """
    One planned analysis of a trial.

    `arms` are those it shows, the control first; `members` the subjects of its set in these arms, in the order of the
    facts.
    """

    trial: Trial
    analysis: PlannedAnalysis
    endpoint: EndpointDefinition
    arms: tuple[str, ...]
    members: tuple[str, ...]

    @property
    def level(self) -> float:
        """Of all intervals."""
        return float(self.analysis.options.level)

    @property
    def is_pooled(self) -> bool:
        """Whether the arms are not told apart."""
        return self.trial.facts.is_masked

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The control with each other arm."""
        return ((self.arms[0], other) for other in self.arms[1:])

    def strata(self) -> Ints:
        """The stratum of each member as a number, all 0 when the analysis is not stratified."""
        levels = [self._level_of(subject) for subject in self._subjects()]
        numbers = {level: number for number, level in enumerate(sorted(set(levels)))}
        return np.array([numbers[level] for level in levels], dtype=np.int64)

    def strata_names(self) -> list[str]:
        """The stratum of each member in words."""
        return [", ".join(level) for level in map(self._level_of, self._subjects())]

    def _subjects(self) -> list[SubjectFacts]:
        known = set(self.members)
        return [each for each in self.trial.facts.subjects if each.subject in known]

    def _level_of(self, subject: SubjectFacts) -> tuple[str, ...]:
        return tuple(
            subject.stratum if name == ALLOCATED_STRATUM else subject.baseline.get(name, UNKNOWN_LEVEL)
            for name in self.analysis.options.strata
        )


def ask(trial: Trial, analysis: PlannedAnalysis) -> Asked:
    """One planned analysis with its arms and members."""
    facts = trial.facts
    arms = facts.arms if facts.is_masked else _ordered(trial, analysis)
    in_set = set(trial.sets[analysis.set].members)
    members = tuple(each.subject for each in facts.subjects if each.subject in in_set and each.arm in arms)
    return Asked(trial, analysis, trial.endpoint(analysis.endpoint), arms, members)


def _ordered(trial: Trial, analysis: PlannedAnalysis) -> tuple[str, ...]:
    """The arms as planned, the control first; those of the trial when none is named."""
    named = tuple(analysis.arms) or trial.facts.arms
    control = trial.plan.control
    return tuple(sorted(named, key=lambda arm: (arm != control, named.index(arm))))


def keep_members(asked: Asked, rows: Sequence[R]) -> list[R]:
    """The rows of the members, in their order."""
    by_subject = {row.subject: row for row in rows}
    return [by_subject[name] for name in asked.members]


def arm_numbers(rows: Sequence[Row], arms: Sequence[str]) -> Ints:
    """The place of each row's arm among these arms."""
    return np.array([list(arms).index(row.arm) for row in rows], dtype=np.int64)
