"""Designing an allocation as an act: a planned trial gives a folder with a page, figures and a file ready to be frozen.

The planned number of subjects is always asked of a person: where the record states none, a default would be an invented
number. What is simulated and recommended is decided in `allocation`; freezing is left to the trial office.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from equipoise.allocation.design import Figures, Imbalance, simulate_design
from equipoise.allocation.parts import Arm
from equipoise.allocation.plan_reading import read_ratio, read_strata
from equipoise.allocation.planning import Plan
from equipoise.allocation.recommending import Recommendation, recommend
from equipoise.errors import EquipoiseError, Fault
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.operations.trial.setting_up import ratio_of
from equipoise.protocol.loading import load_protocol
from equipoise.reporting.design_page import full_name, render_design

PAGE_FILE, FIGURES_FILE, ALLOCATION_FILE = "design-allocation.html", "design-allocation.json", "allocation.yaml"
FIGURES_KIND = "equipoise-allocation-design-1"
SIMULATED = "Simulated: no subject of these figures exists. A person decides which method is frozen."
_PLACES = 6
"""Of the shares and means in the file of figures. [digits]"""


@dataclass(frozen=True)
class DesignRequest:
    """
    What a person asked for.

    Attributes
    ----------
    planned_n
        None is refused, with words that say why.
    ratio
        `1:1`, `2:1`; None takes that of the protocol, and each arm alike without one.
    strata
        None, a number of strata of equal size, or the path of a YAML file of factors.
    seed
        The same seed gives the same bytes.
    protocol
        Name or file of a protocol, whose arms give the names; None calls them A, B, C.
    n_trials
        Simulated for each method; None for as many as the plan needs.
    """

    out: Path
    planned_n: int | None
    ratio: str | None = None
    strata: str | None = None
    seed: int = 1
    protocol: str | None = None
    is_open_label: bool = True
    n_trials: int | None = None
    force: bool = False

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that are read."""
        return tuple(path for path in map(Path, (self.strata or "", self.protocol or "")) if path.is_file())


def design_allocation(request: DesignRequest, *, progress: Progress = be_quiet) -> str:
    """
    Simulate the methods of allocation for a planned trial; gives the words for the person at the door.

    The folder `request.out` gets the page, the figures as JSON, and the recommended method as `allocation.yaml`.

    Raises
    ------
    EquipoiseError
        There is no planned number of subjects; ratio, strata or protocol cannot be used; the folder cannot be written.
    """
    plan, title = _plan(request)
    n_trials = request.n_trials or plan.n_trials
    with new_folder(request.out, force=request.force, inputs=request.inputs) as work:
        table = simulate_design(plan, np.random.default_rng(request.seed), n_trials=n_trials, progress=progress)
        advice = recommend(plan, table)
        render_design(plan, table, advice, work / PAGE_FILE, title=title, seed=request.seed, n_trials=n_trials)
        figures = _figures(plan, table, advice, request.seed, n_trials)
        (work / FIGURES_FILE).write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (work / ALLOCATION_FILE).write_text(_allocation_text(plan, advice, request.seed), encoding="utf-8")
    return _words(plan, advice, request.out)


def _plan(request: DesignRequest) -> tuple[Plan, str]:
    if request.planned_n is None:
        what = "there is no planned number of subjects, and it is never assumed: the record of a trial may give none"
        do = "Ask whoever answers for the trial, and give the number with --planned-n."
        raise EquipoiseError("No design can be simulated.", [Fault("--planned-n", what, do)])
    title, names, stated = "Planned trial", tuple[str, ...](), "1:1"
    if request.protocol is not None:
        protocol = load_protocol(request.protocol)
        title, names, stated = protocol.title, tuple(arm.id for arm in protocol.arms), ratio_of(protocol)
    arms: tuple[Arm, ...] = read_ratio(request.ratio or stated, names)
    return Plan(request.planned_n, arms, read_strata(request.strata), request.is_open_label), title


def _figures(plan: Plan, table: Sequence[Figures], advice: Recommendation, seed: int, n_trials: int) -> dict[str, Any]:
    rows = zip(table, advice.standings, strict=True)
    return {
        "kind": FIGURES_KIND,
        "note": SIMULATED,
        "seed": seed,
        "trials_for_each_method": n_trials,
        "plan": {
            "n": plan.n,
            "arms": [asdict(arm) for arm in plan.arms],
            "factors": [{**asdict(each.factor), "weights": each.weights} for each in plan.factors],
            "is_open_label": plan.is_open_label,
        },
        "methods": [{**_method_figures(figures), "standing": standing.value} for figures, standing in rows],
        "recommendation": {
            "name": advice.figures.candidate.name,
            "scope": advice.figures.candidate.scope.value,
            "is_tolerable": advice.is_tolerable,
            "tolerance": asdict(advice.tolerance),
            "reasons": advice.reasons,
        },
    }


def _method_figures(figures: Figures) -> dict[str, Any]:
    candidate = figures.candidate
    return {
        "name": candidate.name,
        "scope": candidate.scope.value,
        "method": candidate.specification.to_json()["method"],
        "guessed_by_stratum": round(figures.guessed_by_stratum, _PLACES),
        "guessed_by_all": round(figures.guessed_by_all, _PLACES),
        "certain": round(figures.certain, _PLACES),
        "apart_in_trial": _spread(figures.trial),
        "apart_in_worst_level": _spread(figures.level),
        "apart_in_worst_stratum": _spread(figures.stratum),
    }


def _spread(imbalance: Imbalance) -> dict[str, float]:
    return {key: round(value, _PLACES) for key, value in asdict(imbalance).items()}


def _allocation_text(plan: Plan, advice: Recommendation, seed: int) -> str:
    """The specification as a statistician would write it, with what a person should do first."""
    content = advice.figures.candidate.specification.to_json()
    del content["algorithm"]
    doubt = "" if advice.is_tolerable else "# None of the methods was even enough: look at the page before you go on.\n"
    head = (
        f"# Recommended by simulation for {plan.n} planned subjects (seed {seed}): {full_name(advice.figures, plan)}.\n"
        f"{doubt}"
        "# A person decides: edit this file until it is what was decided, then freeze it before the first subject.\n"
        "# Keep it away from those who enrol: limit and block sizes help to guess the next arm.\n"
    )
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _words(plan: Plan, advice: Recommendation, out: Path) -> str:
    chosen = advice.figures
    begins = "Recommended" if advice.is_tolerable else "Nothing is even enough; the least uneven is"
    return (
        f"{begins}: {full_name(chosen, plan)}. The next arm is guessed at {chosen.guessed:.1%} of the places, and the "
        f"arms end at most {chosen.trial.nineteen_of_twenty:g} apart in 19 of 20 simulated trials of {plan.n}.\n"
        f"Look at {out / PAGE_FILE}; a person decides, and edits {out / ALLOCATION_FILE} until it says so.\n"
        f"Next, by the unmasked statistician: equipoise trial freeze --allocation {out / ALLOCATION_FILE} "
        f"--planned-n {plan.n} --out commitment.json"
    )
