"""The verbs of `equipoise trial` on people: login and logout, one's own password and codes, and who has which role."""

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.trial_options import (
    AtSiteOption,
    CodeOption,
    MyRoleOption,
    MySiteOption,
    PasswordFileOption,
    ReasonOption,
    RoleOption,
    TrialOption,
    UserArgument,
)

me_app = typer.Typer()
people_app = typer.Typer(no_args_is_help=True, help="People of a trial and their roles; for administrators.")

NEW_PASSWORD = "EQUIPOISE_NEW_PASSWORD"
NewPasswordFileOption = Annotated[
    Path | None,
    typer.Option("--new-password-file", metavar="FILE", help=f"File with the new one; else {NEW_PASSWORD}, or typed."),
]


@me_app.command("login")
def login(
    user: UserArgument, trial: TrialOption, password_file: PasswordFileOption = None, code: CodeOption = None
) -> None:
    """
    Open a session for the commands that follow; it ends after 30 minutes without use, or 12 hours.

    Example: equipoise trial login ines --trial mytrial
    """
    from equipoise.cli.trial_door import keep_token, limits, opened_store, read_password
    from equipoise.operations.office.credentials import Components
    from equipoise.operations.office.sessions import login as open_session

    password = read_password("Password", password_file)
    with opened_store(trial) as (_, store):
        ticket = open_session(store, user, Components(password, second_factor=code), limits=limits())
    keep_token(trial, ticket.token)
    typer.echo(f"Logged in as {user} until {ticket.expires_at:%Y-%m-%d %H:%M} UTC at the latest.")
    if ticket.must_change:
        typer.echo("Set a password of your own before anything else: equipoise trial password")
    else:
        typer.echo("How the trial stands: equipoise trial status --subjects")


@me_app.command("logout")
def logout(trial: TrialOption, my_role: MyRoleOption = None, my_site: MySiteOption = None) -> None:
    """
    Close the session; its token is worth nothing afterwards.

    Example: equipoise trial logout --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, drop_token, opened
    from equipoise.operations.office.sessions import logout as close_session

    with opened(trial, Caller(my_role, my_site)) as (door, _, store):
        close_session(store, door.who)
    drop_token(trial)
    typer.echo("Logged out.")


@me_app.command("password")
def password(
    trial: TrialOption,
    password_file: PasswordFileOption = None,
    new_password_file: NewPasswordFileOption = None,
    code: CodeOption = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Change your own password; your other sessions are closed.

    Example: equipoise trial password --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened, read_new_password, read_password
    from equipoise.operations.office.credentials import Components
    from equipoise.operations.trial.staff import change_password

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        given = Components(read_password("Old password", password_file), second_factor=code)
        change_password(door, given, read_new_password("New password", new_password_file, NEW_PASSWORD))
    typer.echo("The password is changed.")


@me_app.command("second-factor")
def second_factor(
    trial: TrialOption,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Set one-time codes of an app as your second factor; on a terminal, with the app at hand.

    Example: equipoise trial second-factor --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, check_terminal, opened, read_password
    from equipoise.operations.office.credentials import Components
    from equipoise.operations.trial import staff

    check_terminal("the code of the app is typed")
    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        secret, uri = staff.draw_second_factor(door)
        typer.echo(f"Let your app read this address, or type the secret {secret}:\n{uri}", err=True)
        new_code = typer.prompt("The code that it shows", err=True)
        given = Components(read_password("Password", password_file), second_factor=code)
        staff.set_second_factor(door, given, secret, new_code)
    typer.echo("From now on a login and the first signature of a session need a code.")


@people_app.command("add")
def add(
    user: UserArgument,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="As it stands on signatures.")],
    role: RoleOption,
    trial: TrialOption,
    site: AtSiteOption = None,
    new_password_file: NewPasswordFileOption = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Add a person with a first password, which they must change, and a role.

    Example: equipoise trial people add ines --name "Ines Example" --role investigator --site ucccc --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened, read_new_password
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        first = read_new_password(f"A first password for {user}", new_password_file, NEW_PASSWORD)
        staff.add_person(door, user, name, first, role, site)
    typer.echo(f"{user} is {role} {_where(site)}; the password given must be changed at the first login.")
    say_next(f"{user} does both: equipoise trial login {user}, then equipoise trial password")


@people_app.command("list")
def list_people(trial: TrialOption, my_role: MyRoleOption = None, my_site: MySiteOption = None) -> None:
    """
    List everybody with their roles.

    Example: equipoise trial people list --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import looking

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        typer.echo("\n".join(map(str, looking.list_people(door))))


@people_app.command("grant")
def grant(
    user: UserArgument, role: RoleOption, trial: TrialOption, site: AtSiteOption = None, my_role: MyRoleOption = None
) -> None:
    """
    Grant a further role.

    Example: equipoise trial people grant ines --role coordinator --site ucccc --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = staff.grant_role(door, user, role, site)
    typer.echo(f"{user} is {role} {_where(site)} (event {event.seq}).")


@people_app.command("revoke")
def revoke(
    user: UserArgument,
    role: RoleOption,
    reason: ReasonOption,
    trial: TrialOption,
    site: AtSiteOption = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Take a role back; open sessions lose it at once.

    Example: equipoise trial people revoke ines --role coordinator --site ucccc --reason "left" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = staff.revoke_role(door, user, role, site, reason)
    typer.echo(f"{user} is no longer {role} {_where(site)} (event {event.seq}).")


@people_app.command("disable")
def disable(user: UserArgument, reason: ReasonOption, trial: TrialOption, my_role: MyRoleOption = None) -> None:
    """
    Disable a person for good; the user name is never given to another.

    Example: equipoise trial people disable ines --reason "left the hospital" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = staff.disable_person(door, user, reason)
    typer.echo(f"{user} is disabled (event {event.seq}).")


@people_app.command("unlock")
def unlock(user: UserArgument, reason: ReasonOption, trial: TrialOption, my_role: MyRoleOption = None) -> None:
    """
    End a lock-out before its time.

    Example: equipoise trial people unlock ines --reason "called back and known by voice" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = staff.unlock_person(door, user, reason)
    typer.echo(f"{user} may log in again (event {event.seq}).")


@people_app.command("reset-password")
def reset_password(
    user: UserArgument,
    trial: TrialOption,
    new_password_file: NewPasswordFileOption = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Give another person a new first password, which they must change; their sessions are closed.

    Example: equipoise trial people reset-password ines --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened, read_new_password
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        staff.reset_password(door, user, read_new_password(f"New for {user}", new_password_file, NEW_PASSWORD))
    typer.echo(f"{user} has a new password, to be changed at the next login.")


@people_app.command("remove-second-factor")
def remove_second_factor(
    user: UserArgument, reason: ReasonOption, trial: TrialOption, my_role: MyRoleOption = None
) -> None:
    """
    Remove the second factor of a person whose app is lost.

    Example: equipoise trial people remove-second-factor ines --reason "telephone lost" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import staff

    with opened(trial, Caller(my_role)) as (door, _, _):
        event = staff.remove_second_factor(door, user, reason)
    typer.echo(f"{user} has no second factor any more (event {event.seq}).")


def _where(site: str | None) -> str:
    return "in the whole trial" if site is None else f"at {site}"
