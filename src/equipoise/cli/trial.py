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
    parse_pairs,
)
from equipoise.cli.trial_people import me_app, people_app
from equipoise.cli.trial_record import record_app
from equipoise.cli.trial_sites import sites_app, versions_app
from equipoise.cli.trial_subjects import subjects_app

trial_app = typer.Typer(
    no_args_is_help=True, help="A running trial: people, subjects, allocation, the log and its keys."
)
whole_app = typer.Typer()


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
    Set a trial up from a protocol: database, keys, administrator, version in force from today, and sites.

    A site file site-ID.yaml beside the protocol is set for the site of that id. Without --live the trial is for
    training, and EQUIPOISE_TRAINING_DAY=2027-03-01 makes that the day of its clock.

    Example: equipoise trial init --protocol nct05610826 --trial mytrial --admin ada --name "Ada Example"
    """
    from equipoise.cli.trial_clock import clock_and_software
    from equipoise.cli.trial_door import is_terminal, limits, read_clock, read_password, software
    from equipoise.operations.trial import setting_up
    from equipoise.protocol.loading import load_protocol
    from equipoise.store.folder import init_folder

    clock, written_by = clock_and_software(read_clock, software(), is_live=is_live)
    loaded = load_protocol(protocol)
    given = [setting_up.SiteToOpen(*pair) for pair in parse_pairs(site or [], "--site").items()]
    sites = given or setting_up.sites_of(loaded)
    user = admin or (typer.prompt("User name of the administrator", err=True) if is_terminal() else "admin")
    password = read_password(f"A password for {user}", password_file)
    setting_up.check_password(password, user)
    person = setting_up.Administrator(user, name or user, password)
    files = setting_up.protocol_files(protocol, sites)
    with init_folder(
        trial,
        trial=loaded.id,
        clock=clock,
        random_bytes=os.urandom,
        software=written_by,
        database=database,
        protocol=files,
    ) as store:
        done = setting_up.set_up_trial(
            store,
            loaded,
            person,
            clock=clock,
            random_bytes=os.urandom,
            version=version,
            sites=sites,
            settings=setting_up.site_settings(protocol, sites),
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


@whole_app.command("reconsent")
def reconsent(
    trial: TrialOption,
    site: Annotated[str | None, typer.Option("--site", metavar="SITE", help="Only this site.")] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    List by site who takes part and has not consented to the version in force there.

    Example: equipoise trial reconsent --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.whole_trial import list_reconsents

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        found = list_reconsents(door, site)
    if not found:
        typer.echo("Nobody: everyone who takes part has consented to the version in force at their site.")
        return
    for each in found:
        signed, in_force = f"signed {each.signed}", f"in force {each.in_force} since {each.since}"
        typer.echo(f"{each.site}  {each.subject}  {signed}  {in_force}  {each.participation.words}")
    typer.echo("Until then each stays on the version signed.")
    say_next("once one is signed: equipoise trial consent --subject S --version V --on DATE")


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
    from equipoise.cli.trial_words import say_next, say_open
    from equipoise.operations.trial.whole_trial import lock_trial

    with opened(trial, Caller(my_role, None, signed_by, password_file, code)) as (door, _, _):
        event = lock_trial(door, reason, say_open)
    typer.echo(f"Locked by event {event.seq}. Nothing is entered any more.")
    say_next("the unmasked statistician opens the secret of the allocation: equipoise trial reveal")


for part in (whole_app, subjects_app, allocation_app, record_app, conduct_app, me_app, keep_app):
    trial_app.add_typer(part)
trial_app.add_typer(people_app, name="people")
trial_app.add_typer(sites_app, name="sites")
trial_app.add_typer(versions_app, name="versions")
trial_app.add_typer(escrow_app, name="escrow")
