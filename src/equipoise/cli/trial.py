"""The verbs of `equipoise trial` on the trial as a whole, and the place where all of them are gathered."""

import os
from typing import Annotated

import typer

from equipoise.cli.options import VersionOption
from equipoise.cli.trial_allocation import allocation_app
from equipoise.cli.trial_conduct import conduct_app
from equipoise.cli.trial_keep import escrow_app, keep_app
from equipoise.cli.trial_options import (
    CodeOption,
    MyRoleOption,
    MySiteOption,
    PasswordFileOption,
    ReasonOption,
    SignedByOption,
    SubjectOption,
    TrialOption,
    parse_optional_day,
    parse_pairs,
)
from equipoise.cli.trial_people import me_app, people_app
from equipoise.cli.trial_record import record_app
from equipoise.cli.trial_subjects import subjects_app

trial_app = typer.Typer(
    no_args_is_help=True, help="A running trial: people, subjects, allocation, the log and its keys."
)
whole_app = typer.Typer()
sites_app = typer.Typer(no_args_is_help=True, help="Sites of a trial: opened, closed.")
versions_app = typer.Typer(no_args_is_help=True, help="Protocol versions that subjects may consent to.")


@whole_app.command("init")
def init(
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="NAME-or-FILE", help="A shipped protocol (nct05610826), or a file.")
    ],
    trial: TrialOption,
    admin: Annotated[
        str | None,
        typer.Option("--admin", metavar="USER", help="User name of the administrator; asked for if missing."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Name of the administrator, as on signatures.")
    ] = None,
    password_file: PasswordFileOption = None,
    version: VersionOption = None,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="ID=NAME", help="A site to open, once for each; else those of the protocol."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="postgresql+psycopg://...; else a file in the folder."),
    ] = None,
    is_live: Annotated[bool, typer.Option("--live", help="For real subjects; else for training.")] = False,
) -> None:
    """
    Set a trial up from a protocol: database, keys, administrator, version in force from today, sites.

    Example: equipoise trial init --protocol nct05610826 --trial mytrial --admin ada --name "Ada Example"
    """
    from equipoise.cli.trial_door import is_terminal, limits, read_clock, read_password, software
    from equipoise.operations.trial import setting_up
    from equipoise.protocol.loading import load_protocol
    from equipoise.store.folder import init_folder

    loaded = load_protocol(protocol)
    sites = [setting_up.SiteToOpen(*pair) for pair in parse_pairs(site, "--site").items()] if site else None
    user = admin or (typer.prompt("User name of the administrator", err=True) if is_terminal() else "admin")
    password = read_password(f"A password for {user}", password_file)
    setting_up.check_password(password, user)
    person = setting_up.Administrator(user, name or user, password)
    files = setting_up.protocol_files(protocol)
    with init_folder(
        trial,
        trial=loaded.id,
        clock=read_clock,
        random_bytes=os.urandom,
        software=software(),
        database=database,
        protocol=files,
    ) as store:
        done = setting_up.set_up_trial(
            store,
            loaded,
            person,
            clock=read_clock,
            random_bytes=os.urandom,
            version=version,
            sites=sites,
            is_live=is_live,
            limits=limits(),
        )
    typer.echo("\n".join(done.lines(loaded.id, trial)))


@whole_app.command("status")
def status(
    trial: TrialOption,
    subjects: Annotated[bool, typer.Option("--subjects", help="List every subject with its state.")] = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Say how the trial stands: registry, sites, subjects by state, eligibilities that ended, allocations.

    Example: equipoise trial status --trial mytrial --subjects
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.looking import list_subjects, show_status

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        typer.echo("\n".join(show_status(door).lines()))
        if subjects:
            typer.echo("\n".join(f"  {line}" for line in list_subjects(door)))


@whole_app.command("history")
def history(
    subject: SubjectOption, trial: TrialOption, my_role: MyRoleOption = None, my_site: MySiteOption = None
) -> None:
    """
    Tell what happened to a subject, event by event, as far as your role lets you see it.

    Example: equipoise trial history --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.looking import show_history

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        typer.echo("\n".join(map(str, show_history(door, subject))))


@whole_app.command("lock")
def lock(
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Close the trial to every entry, for good, by the signature of the data manager.

    Example: equipoise trial lock --reason "all queries answered" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.whole_trial import lock_trial

    with opened(trial, Caller(my_role, None, signed_by, password_file, code)) as (door, _, _):
        event = lock_trial(door, reason)
    typer.echo(f"Locked by event {event.seq}. Nothing is entered any more.")
    say_next("the unmasked statistician opens the secret of the allocation: equipoise trial reveal")


@sites_app.command("open")
def open_site(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its id: it begins the number of each subject.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name.")],
    trial: TrialOption,
    my_role: MyRoleOption = None,
) -> None:
    """
    Open a site, or open it again.

    Example: equipoise trial sites open leeds --name "Leeds General Infirmary" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial import whole_trial

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = whole_trial.open_site(door, site, name)
    typer.echo(f"Site {site} is open (event {event.seq}).")
    say_next(f"its staff: equipoise trial people add USER --name NAME --role coordinator --site {site}")


@sites_app.command("close")
def close_site(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its id.")],
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
) -> None:
    """
    Close a site to new subjects; those it has go on.

    Example: equipoise trial sites close leeds --reason "surgeon left" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import whole_trial

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = whole_trial.close_site(door, site, reason)
    typer.echo(f"Site {site} is closed (event {event.seq}).")


@versions_app.command("approve")
def approve(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the trial's protocol.")],
    reason: ReasonOption,
    trial: TrialOption,
    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day on which it counts; today if not given.")
    ] = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Approve a protocol version for consent; the one before it ends on that day.

    Example: equipoise trial versions approve amended --reason "ethics approval 12" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import whole_trial

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = whole_trial.approve_version(door, version, parse_optional_day(from_day, "--from"), reason)
    typer.echo(f"Version {version} is approved from {event.new('approved_from')} (event {event.seq}).")
    typer.echo("From then on nobody is allocated on an earlier one: who is not allocated yet consents again.")


for part in (whole_app, subjects_app, allocation_app, record_app, conduct_app, me_app, keep_app):
    trial_app.add_typer(part)
trial_app.add_typer(people_app, name="people")
trial_app.add_typer(sites_app, name="sites")
trial_app.add_typer(versions_app, name="versions")
trial_app.add_typer(escrow_app, name="escrow")
