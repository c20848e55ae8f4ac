"""The verbs of `equipoise trial` on sites and on the protocol versions that subjects consent to."""

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.trial_options import (
    MyRoleOption,
    MySiteOption,
    ReasonOption,
    TrialOption,
    parse_optional_day,
)

sites_app = typer.Typer(no_args_is_help=True, help="Sites of a trial: opened, paused, closed, their settings.")
versions_app = typer.Typer(no_args_is_help=True, help="Protocol versions that subjects may consent to.")

SiteArgument = Annotated[str, typer.Argument(metavar="SITE", help="Its id.")]


@sites_app.command("open")
def open_site(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its id: it begins the number of each subject.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name.")],
    trial: TrialOption,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="Whose days are those of the site: Europe/London; else UTC."),
    ] = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Open a site, or open a closed one again.

    Example: equipoise trial sites open leeds --name "Leeds General Infirmary" --time-zone Europe/London --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = sites.open_site(door, site, name, time_zone)
    typer.echo(f"Site {site} is open (event {event.seq}).")
    say_next(f"its staff: equipoise trial people add USER --name NAME --role coordinator --site {site}")


@sites_app.command("pause")
def pause_site(site: SiteArgument, reason: ReasonOption, trial: TrialOption, my_role: MyRoleOption = None) -> None:
    """
    Let a site take and allocate nobody for a while; the subjects it has go on.

    Example: equipoise trial sites pause leeds --reason "no PET scanner until March" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = sites.pause_site(door, site, reason)
    typer.echo(f"Site {site} is paused (event {event.seq}). It takes no candidate and allocates nobody.")
    say_next(f"when it may go on: equipoise trial sites resume {site}")


@sites_app.command("resume")
def resume_site(
    site: SiteArgument,
    trial: TrialOption,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why now, if need be.")] = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Let a paused site recruit again.

    Example: equipoise trial sites resume leeds --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = sites.resume_site(door, site, reason)
    typer.echo(f"Site {site} recruits again (event {event.seq}).")


@sites_app.command("close")
def close_site(site: SiteArgument, reason: ReasonOption, trial: TrialOption, my_role: MyRoleOption = None) -> None:
    """
    Close a site to new subjects; those it has go on.

    Example: equipoise trial sites close leeds --reason "surgeon left" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = sites.close_site(door, site, reason)
    typer.echo(f"Site {site} is closed to new subjects (event {event.seq}).")


@sites_app.command("list")
def list_sites(trial: TrialOption, my_role: MyRoleOption = None, my_site: MySiteOption = None) -> None:
    """
    Say of each site: recruitment, subjects, version in force, staff, settings with their digest, normal ranges.

    Example: equipoise trial sites list --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        lines = [line for each in sites.list_sites(door) for line in each.lines()]
    typer.echo("\n".join(lines) or "No site is open: equipoise trial sites open")


@sites_app.command("settings")
def set_settings(
    site: SiteArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A site file; its files of codes stand beside it.")],
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
) -> None:
    """
    Set what a site sets itself: the file is copied into the trial's folder, its digest written in the log.

    Example: equipoise trial sites settings leeds site.yaml --reason "ranges of the new analyser" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import sites

    with opened(trial, Caller(my_role)) as (door, folder, _):
        event = sites.set_settings(door, folder.protocol, site, file, reason)
    typer.echo(f"Site {site} has the settings of digest {event.new('settings')} (event {event.seq}).")
    typer.echo("From now on its subjects are judged by them. To see them: equipoise trial sites list")


@versions_app.command("approve")
def approve(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the trial's protocol.")],
    reason: ReasonOption,
    trial: TrialOption,
    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day on which it counts; today if not given.")
    ] = None,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="SITE", help="Where, once for each; else at all sites, those to come included."),
    ] = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Approve a protocol version for consent, at all sites or at some; the one before it ends there on that day.

    Example: equipoise trial versions approve amended --from 2026-03-01 --reason "ethics approval 12" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial import whole_trial

    with opened(trial, Caller(my_role)) as (door, _, _):
        day = parse_optional_day(from_day, "--from")
        event = whole_trial.approve_version(door, version, day, reason, site or ())
    where = f" at {', '.join(event.new('sites'))}" if event.new("sites") else ""
    typer.echo(f"Version {version} is approved{where} from {event.new('approved_from')} (event {event.seq}).")
    typer.echo("From then on nobody is allocated on an earlier one: who is not allocated yet consents again.")
    say_next("who else has yet to consent to it: equipoise trial reconsent")
