"""The page of a simulated allocation design: what is recommended and why, a picture, a table, and how it was counted.

Decides how it looks and reads; every number comes from `allocation.design` and `allocation.recommending`. One page
without scripts or anything fetched from elsewhere; equal figures give equal bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from equipoise.allocation.design import Figures
from equipoise.allocation.planning import Plan, Scope
from equipoise.allocation.recommending import Recommendation, Standing, Tolerance, is_even_enough
from equipoise.reporting.design_picture import Point, draw_methods

SCOPE_TITLES = {
    Scope.TRIAL: "Over the whole trial",
    Scope.STRATA: "Within each stratum",
    Scope.LEVELS: "Over the levels of the factors",
}


@dataclass(frozen=True)
class Row:
    """One method in the table; `number` is that of its point in the picture."""

    number: int
    figures: Figures
    standing: Standing


def render_design(
    plan: Plan,
    table: Sequence[Figures],
    recommendation: Recommendation,
    page: Path,
    *,
    title: str,
    seed: int,
    n_trials: int,
) -> None:
    """
    Write the page.

    Parameters
    ----------
    title
        What the trial is called.
    seed, n_trials
        Of the simulation: they stand on the page, so that it can be made again.
    """
    rows = [
        Row(number, figures, standing)
        for number, (figures, standing) in enumerate(zip(table, recommendation.standings, strict=True), start=1)
    ]
    chance = max(arm.shares for arm in plan.arms) / plan.n_shares
    text = _template().render(
        plan=plan,
        title=title,
        seed=seed,
        n_trials=n_trials,
        recommendation=recommendation,
        chosen=recommendation.figures,
        n_methods=len(rows),
        groups=[(words, group) for scope, words in SCOPE_TITLES.items() if (group := _of_scope(rows, scope))],
        ratio=":".join(str(arm.shares) for arm in plan.arms),
        chance=chance,
        picture=draw_methods([_point(row, plan, recommendation.tolerance) for row in rows], chance=chance),
        recommended=Standing.RECOMMENDED,
    )
    page.write_text(text, encoding="utf-8")


def full_name(figures: Figures, plan: Plan) -> str:
    """`big stick, limit 4`; with its scope where there are strata."""
    candidate = figures.candidate
    return candidate.name if plan.n_strata == 1 else f"{candidate.name}, {candidate.scope.value}"


def _of_scope(rows: Sequence[Row], scope: Scope) -> list[Row]:
    return [row for row in rows if row.figures.candidate.scope is scope]


def _point(row: Row, plan: Plan, tolerance: Tolerance) -> Point:
    return Point(
        number=row.number,
        name=full_name(row.figures, plan),
        kind=row.figures.candidate.specification.method.name,
        apart=row.figures.trial.mean,
        guessed=row.figures.guessed,
        is_tolerable=is_even_enough(row.figures, tolerance),
        is_recommended=row.standing is Standing.RECOMMENDED,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": "{:.1%}".format, "apart": "{:.1f}".format, "short": "{:g}".format}
    environment.globals["full_name"] = full_name
    return environment.get_template("design.html")
