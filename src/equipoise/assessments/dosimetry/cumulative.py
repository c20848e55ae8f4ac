"""An organ's dose over the cycles given so far, and what it would be after the next.

A cycle without dosimetry makes the sum unknown: it is never counted as nothing, and never filled in silently.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.dosimetry.bed import Radiosensitivity, compute_bed
from equipoise.assessments.dosimetry.checks import check_positive
from equipoise.assessments.dosimetry.uncertainty import (
    UNCERTAINTY_SOURCE,
    Budget,
    UncertainDose,
    compute_bed_sensitivity,
    compute_cumulative_uncertainty,
)


@dataclass(frozen=True)
class CycleDose:
    """
    An organ's dose in one cycle.

    Attributes
    ----------
    cycle : int
        From 1.
    administered_gbq, dose_gy : float
        What was given and what it made. [GBq, Gy]
    protraction_factor : float
        G of this cycle's curve for the repair half-time that the protocol chose. [1]
    budget : Budget
        Relative uncertainties of the dose.
    """

    cycle: int
    administered_gbq: float
    dose_gy: float
    protraction_factor: float
    budget: Budget
    record: str | None = None

    def __post_init__(self) -> None:
        check_positive("cycle", self.cycle)
        check_positive("administered_gbq", self.administered_gbq)
        check_positive("dose_gy", self.dose_gy)

    @property
    def gy_per_gbq(self) -> float:
        """Dose for each GBq given. [Gy/GBq]"""
        return self.dose_gy / self.administered_gbq


@dataclass(frozen=True)
class CumulativeDose:
    """Dose and biologically effective dose of several cycles, both log-normal; BED is a sum of cycles. [Gy]"""

    cycles: tuple[int, ...]
    absorbed_dose: UncertainDose
    bed: UncertainDose


class ProjectionRule(StrEnum):
    """Which dose for each GBq the next cycle is expected to have."""

    LAST_CYCLE = "as in the last cycle"
    MEAN_OF_CYCLES = "mean of all cycles"


def compute_cumulative_dose(
    *, organ: str, cycles_given: int, doses: Sequence[CycleDose], tissue: Radiosensitivity
) -> Answer[CumulativeDose]:
    """
    Sum of an organ's cycles, with its uncertainty.

    Returns
    -------
    Answer
        NotEvaluable: NEVER_MEASURED names the cycles without a dose, CONFLICT those with two or that were not given.
    """
    seen = _inputs(organ, doses)
    counts = Counter(dose.cycle for dose in doses)
    odd = sorted(cycle for cycle, count in counts.items() if count > 1 or cycle > cycles_given)
    if odd:
        because = f"{organ}: two doses, or a dose without a cycle, for {_name(odd)}"
        return NotEvaluable(Why.CONFLICT, because, seen, tuple(f"which dose of cycle {cycle} holds" for cycle in odd))
    absent = [cycle for cycle in range(1, cycles_given + 1) if cycle not in counts]
    if absent or not doses:
        because = f"{organ}: no dose of {_name(absent)}" if absent else f"{organ}: no cycle was given"
        return NotEvaluable(Why.NEVER_MEASURED, because, seen, tuple(f"dosimetry of cycle {cycle}" for cycle in absent))
    ordered = sorted(doses, key=lambda dose: dose.cycle)
    notes = (
        f"alpha/beta {tissue.alpha_beta_gy:g} Gy, repair half-time {tissue.repair_half_time_h:g} h: {tissue.source}",
    )
    return Assessed(_add(ordered, tissue), seen, UNCERTAINTY_SOURCE, notes)


def project_next_cycle(
    *,
    organ: str,
    doses: Sequence[CycleDose],
    tissue: Radiosensitivity,
    planned_gbq: float,
    rule: ProjectionRule,
    between_cycles: float,
) -> Answer[CumulativeDose]:
    """
    What the cumulative dose would be after one more cycle.

    Parameters
    ----------
    doses
        All cycles given so far.
    planned_gbq
        Activity of the next cycle. [GBq]
    rule
        Where the expected dose for each GBq comes from.
    between_cycles
        Log standard deviation of dose for each GBq from cycle to cycle in one patient, added to the uncertainty of the
        projected cycle; a number of the protocol. [1]
    """
    check_positive("planned_gbq", planned_gbq)
    given = max((dose.cycle for dose in doses), default=0)
    before = compute_cumulative_dose(organ=organ, cycles_given=given, doses=doses, tissue=tissue)
    if isinstance(before, NotEvaluable):
        return before
    last = max(doses, key=lambda dose: dose.cycle)
    # Dose for each GBq over all cycles is total over total, so that a halved cycle counts half.
    mean = sum(dose.dose_gy for dose in doses) / sum(dose.administered_gbq for dose in doses)
    expected = planned_gbq * (last.gy_per_gbq if rule is ProjectionRule.LAST_CYCLE else mean)
    budget = Budget(last.budget.systematic, sqrt(last.budget.independent**2 + between_cycles**2))
    following = CycleDose(given + 1, planned_gbq, expected, last.protraction_factor, budget)
    total = _add([*sorted(doses, key=lambda dose: dose.cycle), following], tissue)
    note = f"cycle {following.cycle} is a projection, {rule.value}: {expected:.3g} Gy for {planned_gbq:g} GBq"
    return Assessed(total, before.inputs, before.source, (*before.notes, note))


def _add(doses: Sequence[CycleDose], tissue: Radiosensitivity) -> CumulativeDose:
    gray = [dose.dose_gy for dose in doses]
    beds, budgets = [], []
    for dose in doses:
        numbers = {
            "dose_gy": dose.dose_gy,
            "protraction_factor": dose.protraction_factor,
            "alpha_beta_gy": tissue.alpha_beta_gy,
        }
        beds.append(compute_bed(**numbers))
        steeper = compute_bed_sensitivity(**numbers)
        budgets.append(Budget(dose.budget.systematic * steeper, dose.budget.independent * steeper))
    absorbed = compute_cumulative_uncertainty(doses_gy=gray, budgets=[dose.budget for dose in doses])
    bed = compute_cumulative_uncertainty(doses_gy=beds, budgets=budgets)
    return CumulativeDose(tuple(dose.cycle for dose in doses), absorbed, bed)


def _inputs(organ: str, doses: Sequence[CycleDose]) -> tuple[Input, ...]:
    return tuple(
        Input(
            f"{organ}, cycle {dose.cycle}", f"{dose.dose_gy:g} Gy for {dose.administered_gbq:g} GBq", None, dose.record
        )
        for dose in doses
    )


def _name(cycles: Sequence[int]) -> str:
    return ", ".join(f"cycle {cycle}" for cycle in cycles)
