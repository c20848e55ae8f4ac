"""`equipoise trial record`: what happened to a subject, and `trial fields`: what can be said of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.options import parse_day
from equipoise.cli.trial_options import MyRoleOption, MySiteOption, SubjectOption, TrialOption, split_list
from equipoise.cli.usage import WrongUseError
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.happenings import Happening
from equipoise.errors import Fault

if TYPE_CHECKING:
    from equipoise.cli.trial_door import Caller

record_app = typer.Typer()

KINDS = (*Happening, *FormKind)


@record_app.command("record")
def record(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=f"One of: {', '.join(KINDS)}.")],
    subject: SubjectOption,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="Day on which it happened.")],
    trial: TrialOption,
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="What there is to say; see `trial fields WHAT`.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Fields from a YAML or JSON file, before those typed.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, where it is asked for.")] = None,
    criteria: Annotated[
        str | None, typer.Option("--criteria", metavar="E8,…", help="Failed criteria, or: window.")
    ] = None,
    attempt: Annotated[
        list[str] | None, typer.Option("--attempt", metavar="DATE", help="An attempt to reach a lost subject; repeat.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TEXT", help="What shows it: a death certificate, a call.")
    ] = None,
    registry: Annotated[
        bool, typer.Option("--registry", help="Who withdraws agrees that survival is followed by registry.")
    ] = False,
    request: Annotated[
        str | None, typer.Option("--request", metavar="KEY", help="A key of your own: the same one records once.")
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Record what happened. It is never refused when it can be read: what should not have happened becomes a deviation.

    Example: equipoise trial record dose --subject ucccc-0001 --on 2027-01-04 --trial mytrial
    step=cycle-1 administered=7.4 unit=GBq lot=A12

    Example: equipoise trial record died --subject ucccc-0001 --on 2027-06-01 --source "death certificate"
    """
    from equipoise.cli.trial_door import Caller

    day, caller = parse_day(on, "--on"), Caller(my_role, my_site)
    if what in tuple(FormKind):
        _record_form(FormKind(what), subject, [f"on={day}", *(fields or [])], file, request, trial, caller)
    elif what in tuple(Happening):
        _check_no_fields(fields, file, request)
        facts = {
            "criteria": split_list(criteria),
            "attempts": [parse_day(each, "--attempt").isoformat() for each in attempt or ()],
            "source": source,
            "registry": registry,
        }
        _record_happening(Happening(what), subject, (on, reason, facts), trial, caller)
    else:
        fault = Fault(what, "cannot be recorded", f"Choose one of: {', '.join(KINDS)}.")
        raise WrongUseError(fault)


@record_app.command("results")
def results(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="FHIR, or a folder of canonical CSV: measurements.csv, ….")
    ],
    subject: SubjectOption,
    trial: TrialOption,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="First day that counts; that of allocation if missing."),
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Record results and medications of a subject from a file; every row of it is accounted for, what is known is left.

    Example: equipoise trial results lab-2027-03/ --subject ucccc-0001 --trial mytrial
    """
    from tempfile import TemporaryDirectory

    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_raised
    from equipoise.operations.trial.proposed_grades import proposal_lines, proposed_grades
    from equipoise.operations.trial.results import record_file

    first = None if since is None else parse_day(since, "--since")
    with TemporaryDirectory() as scratch, opened(trial, Caller(my_role, my_site)) as (door, _, _):
        done = record_file(door, subject, source, Path(scratch), first)
        proposals = proposed_grades(door, subject, [each.entry for each in done.recorded])
    typer.echo("\n".join(done.lines()))
    for each in done.recorded:
        say_raised(each)
    for line in proposal_lines(subject, proposals):
        typer.echo(line)


@record_app.command("fields")
def fields_of(
    kind: Annotated[FormKind, typer.Argument(metavar="WHAT", help=f"One of: {', '.join(FormKind)}.")],
) -> None:
    """
    Say what can be recorded of a dose, a result, an adverse event …: its fields, which are needed, what they may be.

    Example: equipoise trial fields dose
    """
    from equipoise.cli.form_fields import field_lines

    typer.echo("\n".join(field_lines(kind)))


def _record_form(
    kind: FormKind,
    subject: str,
    typed: list[str],
    file: Path | None,
    request: str | None,
    trial: Path,
    caller: "Caller",
) -> None:
    from equipoise.cli.form_fields import read_content
    from equipoise.cli.trial_door import opened
    from equipoise.cli.trial_words import say_recorded
    from equipoise.operations.trial.conduct import record_form
    from equipoise.operations.trial.proposed_grades import proposal_lines, proposed_grades

    content = read_content(kind, typed, file)
    with opened(trial, caller) as (door, _, _):
        done = record_form(door, subject, kind, content, request=request)
        proposals = proposed_grades(door, subject, [done.entry]) if kind is FormKind.RESULTS else ()
    say_recorded(subject, f"{kind.value} on {content['on']}", done)
    for line in proposal_lines(subject, proposals):
        typer.echo(line)


def _record_happening(
    what: Happening,
    subject: str,
    said: tuple[str, str | None, Mapping[str, object]],
    trial: Path,
    caller: "Caller",
) -> None:
    from equipoise.cli.trial_door import opened
    from equipoise.cli.trial_words import say_next_after, say_raised_in
    from equipoise.operations.trial.subject_acts import happened, record_happening

    on, reason, facts = said
    statement = happened(parse_day(on, "--on"), reason, facts)
    with opened(trial, caller) as (door, _, _):
        event = record_happening(door, subject, what, statement)
    typer.echo(f"{subject}: {what} on {on} (event {event.seq}).")
    if not say_raised_in(event):
        say_next_after(what, subject)


def _check_no_fields(fields: list[str] | None, file: Path | None, request: str | None) -> None:
    if fields or file is not None or request is not None:
        do = "Say it with --reason, --criteria, --attempt, --source, --registry."
        raise WrongUseError(Fault("fields", "are for forms, and this is none", do))
