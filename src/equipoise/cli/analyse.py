"""The verb `analyse`: a running trial at a data cut, analysed as its protocol promised."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.options import parse_day
from equipoise.cli.trial_options import MyRoleOption, TrialOption
from equipoise.cli.usage import WrongUseError
from equipoise.errors import Fault

if TYPE_CHECKING:
    from equipoise.operations.analysing.cut import How

CutOnOption = Annotated[str | None, typer.Option("--cut-on", metavar="DATE", help="Last day that counts.")]
EventsOption = Annotated[
    int | None, typer.Option("--events", metavar="N", min=1, help="Cut at so many events of the endpoint --of.")
]
OfOption = Annotated[str | None, typer.Option("--of", metavar="ENDPOINT", help="Whose events are counted.")]
FollowUpOption = Annotated[
    int | None,
    typer.Option("--follow-up", metavar="DAYS", min=0, help="Cut so many days after the last randomisation."),
]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the cut, for ever.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the results.")]


def analyse(
    trial: TrialOption,
    name: NameOption,
    out: OutOption,
    cut_on: CutOnOption = None,
    events: EventsOption = None,
    of: OfOption = None,
    follow_up: FollowUpOption = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Cut the data and analyse them as the protocol promised; arms are pooled until the trial is locked.

    Example: equipoise analyse --trial mytrial --cut-on 2026-06-30 --name interim --out interim/
    """
    how = _how(cut_on, events, of, follow_up)

    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.analysing.report import render_report
    from equipoise.operations.analysing.running import analyse_trial
    from equipoise.operations.analysing.writing import write_analysis
    from equipoise.operations.output import check_may_be_written

    target = out.absolute().resolve()
    check_may_be_written(target, shown=f"--out {out}", force=None, inputs=(trial,))
    started = datetime.now(UTC)
    with opened(trial, Caller(my_role)) as (door, _, _):
        done = analyse_trial(door, name, how)
        report = render_report(done, door.rules)
    write_analysis(done, out, started=started, ended=datetime.now(UTC), trial=trial, report=report)
    typer.echo(f"Cut {done.cut.id}: {done.cut.how}, last day {done.cut.cut_on}, {len(done.facts.subjects)} randomised.")
    if done.is_masked:
        typer.echo("The arms are pooled: no comparison is made.")
    n_done = len(done.results) - len(done.not_done)
    typer.echo(f"{n_done} of {len(done.results)} planned analyses done; {len(done.warnings)} warnings. Written: {out}")


def _how(cut_on: str | None, events: int | None, of: str | None, follow_up: int | None) -> "How":
    from equipoise.operations.analysing.cut import CutAfter, CutAtEvents, CutOn

    given = [each for each in (cut_on, events, follow_up) if each is not None]
    if len(given) != 1:
        do = "Choose the last day by one of: --cut-on DATE, --events N --of ENDPOINT, --follow-up DAYS."
        raise WrongUseError(Fault("cut", f"{len(given)} ways to choose its day are given", do))
    if (events is None) != (of is None):
        raise WrongUseError(Fault("--events, --of", "go together", "Give both, or neither."))
    if cut_on is not None:
        return CutOn(parse_day(cut_on, "--cut-on"))
    if follow_up is not None:
        return CutAfter(follow_up)
    assert events is not None
    assert of is not None
    return CutAtEvents(events, of)
