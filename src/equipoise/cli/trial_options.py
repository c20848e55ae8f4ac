"""The options that the verbs of `equipoise trial` share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import parse_day
from equipoise.cli.usage import WrongUseError
from equipoise.conduct.roles import Role
from equipoise.errors import Fault

TrialOption = Annotated[
    Path, typer.Option("--trial", metavar="DIR", envvar="EQUIPOISE_TRIAL", help="Folder of the trial.")
]
MyRoleOption = Annotated[
    Role | None, typer.Option("--my-role", metavar="ROLE", help="In which of your roles you act; needed if several.")
]
MySiteOption = Annotated[
    str | None, typer.Option("--my-site", metavar="SITE", help="At which of your sites you act; needed if several.")
]
SignedByOption = Annotated[
    str | None,
    typer.Option("--signed-by", metavar="USER", help="Your user name, for the first signature of a session."),
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="File with your password; else EQUIPOISE_PASSWORD, or typed."),
]
CodeOption = Annotated[
    str | None, typer.Option("--code", metavar="CODE", help="One-time code of your app, where a second factor is set.")
]
SubjectOption = Annotated[str, typer.Option("--subject", metavar="S", help="Number of the subject.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="User name.")]
RoleOption = Annotated[Role, typer.Option("--role", metavar="ROLE", help=f"One of: {', '.join(Role)}.")]
AtSiteOption = Annotated[
    str | None, typer.Option("--site", metavar="SITE", help="Where; the whole trial when not given.")
]


def split_list(text: str | None) -> list[str]:
    """`E8,E9` as its parts."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def parse_pairs(texts: list[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` as a mapping."""
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            where = f"{option} {name}".rstrip() if sign else option
            fault = Fault(where, "is not NAME=VALUE", f"Write {option} ecog=0, once for each.")
            raise WrongUseError(fault)
        if name.strip() in pairs:
            raise WrongUseError(Fault(f"{option} {name.strip()}", "is given twice", "Say it once."))
        pairs[name.strip()] = value.strip()
    return pairs


def parse_optional_day(text: str | None, option: str) -> date | None:
    """A calendar day, or None."""
    return None if text is None else parse_day(text, option)
