"""The verbs of `equipoise trial` on subjects: candidates in, consent, what happened, judgement, correction, erasure."""

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import parse_day
from equipoise.cli.trial_options import (
    CodeOption,
    MyRoleOption,
    MySiteOption,
    PasswordFileOption,
    ReasonOption,
    SignedByOption,
    SubjectOption,
    TrialOption,
    split_list,
)

subjects_app = typer.Typer()

OnOption = Annotated[str, typer.Option("--on", metavar="DATE", help="Day on which it happened.")]


@subjects_app.command("candidates")
def candidates(
    screening: Annotated[Path, typer.Option("--screening", metavar="DIR", help="What `equipoise screen` wrote.")],
    records: Annotated[
        Path, typer.Option("--records", metavar="DIR", help="The tables screened, by `equipoise records read`.")
    ],
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="The site that takes them in.")],
    trial: TrialOption,
    group: Annotated[
        str, typer.Option("--group", metavar="G,…", help="Groups of the screening: in, near, ask-people, far.")
    ] = "in,near,ask-people",
    patient: Annotated[
        list[str] | None, typer.Option("--patient", metavar="ID", help="Only this one; once for each.")
    ] = None,
    my_role: MyRoleOption = None,
) -> None:
    """
    Take candidates of a screening into the trial, each under a number of the site, with their records sealed.

    Example: equipoise trial candidates --screening screening --records tables --site ucccc --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.candidates import read_groups, take_candidates

    groups = read_groups(split_list(group))
    with opened(trial, Caller(my_role, site)) as (door, _, _):
        taken = take_candidates(door, site, screening, records, groups=groups, patients=patient)
    known = f"; {taken.n_known} were in the trial already" if taken.n_known else ""
    typer.echo(f"{len(taken.subjects)} candidates taken in{known}.")
    if taken.subjects:
        typer.echo(f"  {taken.subjects[0]} to {taken.subjects[-1]}")
        say_next(f"equipoise trial consent --subject {taken.subjects[0]} --version VERSION --on DATE")


@subjects_app.command("consent")
def consent(
    subject: SubjectOption,
    version: Annotated[str, typer.Option("--version", metavar="V", help="The protocol version that was signed.")],
    on: OnOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Record that a subject consented, the first time or to a new version; you sign that it was before you.

    Example: equipoise trial consent --subject ucccc-0001 --version original --on 2026-01-15 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.conduct.states import Participation
    from equipoise.operations.trial.subject_acts import consent_subject

    day = parse_day(on, "--on")
    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        event = consent_subject(door, subject, version, day)
    typer.echo(f"{subject} consented on {day} to version {version} (event {event.seq}).")
    if event.new("participation") == Participation.CONSENTED:
        say_next(f"equipoise trial record screening-started --subject {subject} --on DATE")
    elif event.new("participation") == Participation.SCREENING:
        say_next(f"an investigator judges by this version: equipoise trial judge --subject {subject} --records TABLES")


@subjects_app.command("judge")
def judge(
    subject: SubjectOption,
    trial: TrialOption,
    records: Annotated[
        Path | None, typer.Option("--records", metavar="DIR", help="Tables to read the subject's records from anew.")
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="E8,…", help="Criteria you confirm by name although no record shows them."),
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Judge a subject for today on the version consented to; what was assumed is shown, and you confirm it by name.

    Example: equipoise trial judge --subject ucccc-0001 --records tables --confirm E6,E7 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import make_ask_to_confirm, say, say_next
    from equipoise.operations.trial.eligibility import judge_subject

    ask = make_ask_to_confirm(confirm)
    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        judged = judge_subject(door, subject, ask, say, records)
    eligibility = judged.ruling.eligibility
    ends = f"; this ends on {eligibility.expires_on}" if eligibility.expires_on is not None else ""
    typer.echo(f"{subject} is {eligibility.status.value} on {eligibility.as_of}{ends} (event {judged.event.seq}).")
    before = f", before {eligibility.expires_on}" if eligibility.expires_on is not None else ""
    say_next(f"equipoise trial allocate --subject {subject}{before}")


@subjects_app.command("correct")
def correct(
    subject: SubjectOption,
    to: Annotated[str, typer.Option("--to", metavar="STATE", help="The earlier state, as `trial status` calls it.")],
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Take a wrong entry back to an earlier state of the subject; the entry stays readable, an allocation stands.

    Example: equipoise trial correct --subject ucccc-0001 --to screening --reason "wrong subject" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.subject_acts import correct_subject

    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        event = correct_subject(door, subject, to, reason)
    typer.echo(f"{subject} is {to} again (event {event.seq}).")


@subjects_app.command("destroy-identity")
def destroy_identity(
    subject: SubjectOption,
    reason: ReasonOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Destroy for good what tells who a subject is; the records under the number, and the chain, stay whole.

    Example: equipoise trial destroy-identity --subject ucccc-0001 --reason "asked in writing" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial import subject_acts

    with opened(trial, Caller(my_role, None, signed_by, password_file, code)) as (door, _, _):
        event = subject_acts.destroy_identity(door, subject, reason)
        others = subject_acts.other_identities(door, subject)
    typer.echo(f"The identity of {subject} is destroyed (event {event.seq}). Backups from before still hold its key.")
    if others:
        typer.echo(f"The same person stands in {', '.join(others)} as well: destroy that identity too.")
