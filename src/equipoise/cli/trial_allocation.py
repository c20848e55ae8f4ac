"""The verbs of `equipoise trial` on the allocation: designed, frozen, asked for, an error beside it, revealed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import ForceOption, OutOption
from equipoise.cli.progress import shown_progress
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

allocation_app = typer.Typer()

FactorOption = Annotated[
    list[str] | None,
    typer.Option("--factor", metavar="NAME=LEVEL", help="A factor as read again from the source; once for each."),
]


class ErrorKind(StrEnum):
    """Errors of allocation: recorded, never undone."""

    WRONG_STRATUM = "wrong-stratum"
    INELIGIBLE = "ineligible"
    RANDOMISED_IN_ERROR = "randomised-in-error"
    RANDOMISED_TWICE = "randomised-twice"


@allocation_app.command("design-allocation")
def design_allocation(
    out: OutOption,
    planned_n: Annotated[
        int | None, typer.Option("--planned-n", metavar="N", help="Planned subjects: always asked, never assumed.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", metavar="NAME-or-FILE", help="Names the arms; else A, B, C.")
    ] = None,
    ratio: Annotated[
        str | None, typer.Option("--ratio", metavar="R", help="Of the arms, as 2:1; else that of the protocol, or 1:1.")
    ] = None,
    strata: Annotated[
        str | None, typer.Option("--strata", metavar="N-or-FILE", help="Number of strata, or YAML with factors.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Same seed, same figures.")] = 1,
    is_masked: Annotated[bool, typer.Option("--masked", help="Whoever enrols does not see earlier arms.")] = False,
    trials: Annotated[
        int | None, typer.Option("--simulated", metavar="N", min=1, help="Simulated trials for each method.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """
    Compare how well each method hides the next arm and keeps the arms even, before anything is frozen.

    Example: equipoise trial design-allocation --protocol nct05610826 --planned-n 60 --out design
    """
    from equipoise.operations import designing

    request = designing.DesignRequest(
        out=out,
        planned_n=planned_n,
        ratio=ratio,
        strata=strata,
        seed=seed,
        protocol=protocol,
        is_open_label=not is_masked,
        n_trials=trials,
        force=force,
    )
    with shown_progress() as tell:
        text = designing.design_allocation(request, progress=tell)
    typer.echo(text)


@allocation_app.command("freeze")
def freeze(
    allocation: Annotated[
        Path, typer.Option("--allocation", metavar="FILE", help="The specification: allocation.yaml.")
    ],
    planned_n: Annotated[int, typer.Option("--planned-n", metavar="N", min=1, help="Planned subjects.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The commitment to publish: commitment.json.")],
    trial: TrialOption,
    imported: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="A list made elsewhere: position, stratum, arm.")
    ] = None,
    control: Annotated[
        Path | None,
        typer.Option("--control", metavar="FILE", help="Places of the list, copied by hand from its source."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept-findings", help="You looked at what differs or stands out.")
    ] = False,
    my_role: MyRoleOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Freeze the allocation before the first subject, and write the commitment that is to be published.

    Example: equipoise trial freeze --allocation allocation.yaml --planned-n 60 --out commitment.json --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.freezing import (
        check_against_protocol,
        check_commitment,
        freeze_allocation,
        read_plan,
        write_commitment,
    )

    check_commitment(out)
    plan, findings = read_plan(allocation, planned_n, imported, control, is_accepted=accept)
    for finding in findings:
        typer.echo(f"Look at this: {finding}", err=True)
    with opened(trial, Caller(my_role, None, signed_by, password_file, code)) as (door, _, _):
        check_against_protocol(door.rules.protocol, plan, is_accepted=accept)
        frozen = freeze_allocation(door, plan)
    write_commitment(frozen, out)
    typer.echo(f"Frozen by event {frozen.event.seq}. Commitment {frozen.commitment}")
    typer.echo(f"Publish {out} before the first subject is allocated.")
    say_next("a coordinator takes candidates in: equipoise trial candidates")


@allocation_app.command("allocate")
def allocate(
    subject: SubjectOption,
    trial: TrialOption,
    factor: FactorOption = None,
    request: Annotated[
        str | None, typer.Option("--request", metavar="KEY", help="Key of an earlier request, to get its answer again.")
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Allocate an eligible subject: judged again for today, factors looked at again, signed, written, then told.

    Example: equipoise trial allocate --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, drop_request, opened, request_of
    from equipoise.cli.trial_words import ask_factors, say
    from equipoise.operations.trial.allocation import allocate_subject, arm_words, asked_for, factors_to_ask

    given = parse_pairs(factor or [], "--factor")
    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        values = ask_factors(given, factors_to_ask(door))
        key = request_of(trial, subject, request)
        say(f"Should this be cut off, give the same command again: the answer is the same. (Request {key})")
        allocated = allocate_subject(door, asked_for(subject, key, values))
        words = arm_words(door, allocated)
    again = " It was answered before." if allocated.is_repeat else ""
    typer.echo(f"{subject} is allocated to {words} (event {allocated.event.seq}).{again}")
    drop_request(trial, subject)


@allocation_app.command("error")
def error(
    kind: Annotated[ErrorKind, typer.Argument(metavar="KIND", help=f"One of: {', '.join(ErrorKind)}.")],
    subject: SubjectOption,
    reason: ReasonOption,
    trial: TrialOption,
    factor: FactorOption = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Record an error of an allocation, with the right values of factors; the allocation stands, and its place is used.

    Example: equipoise trial error wrong-stratum --subject leeds-0001 --factor ecog=1 --reason "typed 0" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.allocation import record_allocation_error

    values = parse_pairs(factor or [], "--factor")
    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        event = record_allocation_error(door, subject, kind.value, reason, values)
    typer.echo(f"Recorded beside the allocation of {subject} (event {event.seq}). The allocation stands.")


@allocation_app.command("reveal")
def reveal(
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Open the secret after the lock: from then on anyone can recompute every allocation, and read every arm.

    Example: equipoise trial reveal --reason "locked, analysis begins" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.allocation import reveal_allocation

    with opened(trial, Caller(my_role, None, signed_by, password_file, code)) as (door, _, _):
        event = reveal_allocation(door, reason)
    typer.echo(f"Revealed by event {event.seq}. Anyone can compute every allocation again now.")
    say_next("let a stranger do it: equipoise trial export --out revealed, then python3 verify_trial.py revealed")
