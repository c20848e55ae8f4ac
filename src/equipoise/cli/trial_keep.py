"""The verbs of `equipoise trial` that keep a trial safe: verified, signed off, exported, backed up, key in shares."""

import os
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import ForceOption, OutOption
from equipoise.cli.trial_options import MyRoleOption, MySiteOption, TrialOption
from equipoise.conduct.roles import Role
from equipoise.errors import EXIT_NO
from equipoise.operations.trial.exports.formats import TrialFormat
from equipoise.operations.trial.masking import MaySee

keep_app = typer.Typer()
escrow_app = typer.Typer(no_args_is_help=True, help="The master key in three shares, of which two are needed.")

AnchorOption = Annotated[
    list[Path] | None,
    typer.Option("--anchor", metavar="FILE", help="A checkpoint that was kept outside; once for each."),
]
ShareOption = Annotated[
    list[Path] | None,
    typer.Option("--share", metavar="FILE", help="File with a share; twice. Else both are typed."),
]


@keep_app.command("verify")
def verify(
    trial: TrialOption,
    anchor: AnchorOption = None,
    log_only: Annotated[bool, typer.Option("--log-only", help="Leave the tables out; much quicker.")] = False,
) -> None:
    """
    Look for anything that is not what the office wrote; leaves with exit code 1 when there is.

    Example: equipoise trial verify --trial mytrial --anchor checkpoint-from-the-monitor.json
    """
    from equipoise.cli.trial_door import opened_store
    from equipoise.cli.trial_files import read_documents
    from equipoise.store.verify import verify as verify_store

    anchors = read_documents(anchor or [])
    with opened_store(trial) as (_, store):
        report = verify_store(store, has_tables=not log_only, anchors=anchors)
    for finding in report.findings:
        typer.echo(str(finding))
    outcome = "nothing was changed" if report.is_whole else f"{len(report.findings)} findings"
    anchored = f"{report.n_anchors} anchors from outside" if report.n_anchors else "no anchor from outside"
    typer.echo(f"{report.n_events} events, {report.n_checkpoints} checkpoints, {anchored}: {outcome}.")
    typer.echo(f"The last event has the hash {report.head}")
    if not report.n_anchors:
        typer.echo("Without an anchor nobody can tell that the whole log was not written anew.")
    if not report.is_whole:
        raise typer.Exit(EXIT_NO)


@keep_app.command("checkpoint")
def checkpoint(
    trial: TrialOption,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A second copy, to be sent to someone outside.")
    ] = None,
) -> None:
    """
    Sign the end of the log, as a document to send outside: only that finds a log written anew.

    Example: equipoise trial checkpoint --trial mytrial --out for-the-monitor.json
    """
    from equipoise.cli.trial_door import opened_store
    from equipoise.cli.trial_files import write_copy
    from equipoise.store.folder import keep_checkpoint

    with opened_store(trial) as (folder, store):
        path = keep_checkpoint(folder, store.checkpoint())
    if out is not None:
        write_copy(path, out)
    typer.echo(f"Written: {path}" + (f" and {out}" if out is not None else ""))
    typer.echo("Send it to someone who cannot write here: the monitor, a notary, print.")


@keep_app.command("renew-key")
def renew_key(trial: TrialOption) -> None:
    """
    Draw a new key for checkpoints, when the old one may be known to others; the old one signs that the new follows.

    Example: equipoise trial renew-key --trial mytrial
    """
    from equipoise.cli.trial_door import opened_store

    with opened_store(trial) as (_, store):
        said = store.renew_signing_key()["handover"]
    typer.echo(f"Checkpoints are signed by {said['next']} from now on, no longer by {said['key']}.")
    typer.echo("Next: tell those who keep checkpoints, and send them a new one: equipoise trial checkpoint")


@keep_app.command("export")
def export(
    out: OutOption,
    trial: TrialOption,
    form: Annotated[
        TrialFormat,
        typer.Option(
            "--format", metavar="FORMAT", help="ledger (the log), fhir (R5), cdisc, or tables (CSV, Parquet)."
        ),
    ] = TrialFormat.LEDGER,
    as_role: Annotated[
        Role | None,
        typer.Option("--as", "--for-role", metavar="ROLE", help="For somebody in this role; at most what you may see."),
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    force: ForceOption = False,
) -> None:
    """
    Write the trial for somebody else, as much as the role may see: the log with every link, or another format.

    Example: equipoise trial export --as masked-statistician --out exported --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next
    from equipoise.operations.trial.exporting import export_trial
    from equipoise.operations.trial.exports.files import Wanted, write_files
    from equipoise.store.export import export_ledger

    with opened(trial, Caller(my_role, my_site)) as (door, _, store):

        def write_signed(may_see: MaySee) -> None:
            if form is not TrialFormat.LEDGER:
                write_files(door, may_see, Wanted(form, out, force))
                return
            store.checkpoint()  # without one the events after the last checkpoint could be cut off unseen
            export_ledger(store, out, may_see, force=force)

        export_trial(door, write_signed, as_role, form)
    least = "" if as_role in (None, door.who.role) else f", and no more than {door.who.role} may see"
    typer.echo(f"Exported to {out}, as for {as_role or door.who.role}{least}.")
    if form is TrialFormat.LEDGER:
        say_next(f"anyone can check it: python3 verify_trial.py {out} --anchor CHECKPOINT")


@keep_app.command("backup")
def backup(out: OutOption, trial: TrialOption, my_role: MyRoleOption = None) -> None:
    """
    Back the trial up while it runs; the key file is not in it, and belongs elsewhere.

    Example: equipoise trial backup --out /backups/2026-01-15 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.exporting import back_up_trial
    from equipoise.store.backup import back_up

    with opened(trial, Caller(my_role)) as (door, folder, store):
        event = back_up_trial(door, lambda: back_up(folder, store, out))
    typer.echo(f"Backed up to {out} (event {event.seq}). Keep the key file and this apart.")


@keep_app.command("restore")
def restore(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="The folder that `trial backup` wrote.")],
    trial: TrialOption,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The key file of the trial.")],
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="An empty database; else a file in the folder.")
    ] = None,
    anchor: AnchorOption = None,
) -> None:
    """
    Restore a backup into a new trial folder; verified first, and put in place only when it is whole.

    Example: equipoise trial restore /backups/2026-01-15 --key master.key --trial restored
    """
    from equipoise.cli.trial_clock import clock_and_software
    from equipoise.cli.trial_door import read_clock, software
    from equipoise.cli.trial_files import read_documents
    from equipoise.store.backup import restore as restore_backup
    from equipoise.store.keyring import read_master_key

    # No event is written by a restore, so it may be that of either kind of trial.
    clock, written_by = clock_and_software(read_clock, software(), is_live=False)
    report = restore_backup(
        backup,
        trial,
        master=read_master_key(key),
        clock=clock,
        random_bytes=os.urandom,
        software=written_by,
        database=database,
        anchors=read_documents(anchor or []),
    )
    typer.echo(f"Restored {report.n_events} events into {trial}; the last has the hash {report.head}")
    typer.echo("Identities destroyed after this backup are back: destroy them again.")
    typer.echo(f"Everybody logs in anew: equipoise trial login USER --trial {trial}")


@keep_app.command("rebuild")
def rebuild(trial: TrialOption) -> None:
    """
    Make all tables anew from the log; a database that an older program made is brought up to this one first.

    Example: equipoise trial rebuild --trial mytrial
    """
    from equipoise.cli.trial_door import opened_store
    from equipoise.store.folder import read_folder
    from equipoise.store.opening import bring_up
    from equipoise.store.rebuild import rebuild as rebuild_tables

    bring_up(read_folder(trial).url)
    with opened_store(trial) as (_, store):
        rebuild_tables(store)
    typer.echo("The tables are made anew from the log. To compare them with it: equipoise trial verify")


@escrow_app.command("split")
def split(
    trial: TrialOption,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="New folder for three files; else printed.")
    ] = None,
) -> None:
    """
    Split the master key into three shares; any two give it back, one alone tells nothing.

    Example: equipoise trial escrow split --trial mytrial
    """
    from equipoise.cli.trial_files import write_shares
    from equipoise.operations.trial.escrow import split_key
    from equipoise.store.folder import read_folder
    from equipoise.store.keyring import read_master_key

    shares = split_key(read_master_key(read_folder(trial).master_key))
    if out is None:
        typer.echo("\n\n".join(f"Share {number} of {len(shares)}:\n{share}" for number, share in enumerate(shares, 1)))
    else:
        write_shares(shares, out)
        typer.echo(f"Written: {out}. Print each, give it to its holder, and delete the files.")
    typer.echo("Now hold a drill with two of them: equipoise trial escrow drill", err=True)


@escrow_app.command("drill")
def drill(trial: TrialOption, share: ShareOption = None) -> None:
    """
    Say whether two shares open this trial; changes nothing. Leaves with exit code 1 when they do not.

    Example: equipoise trial escrow drill --share first.txt --share second.txt --trial mytrial
    """
    from equipoise.cli.trial_files import is_key_of, read_shares
    from equipoise.operations.trial.escrow import join_shares

    if is_key_of(trial, join_shares(read_shares(share))):
        typer.echo("These two shares open the trial.")
        return
    typer.echo("These two shares give a key, and it is not the one of this trial.")
    typer.echo("Ask for the shares of the last splitting, or split the key anew: equipoise trial escrow split")
    raise typer.Exit(EXIT_NO)


@escrow_app.command("recover")
def recover(
    trial: TrialOption,
    share: ShareOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where the key file goes; else its place in the folder."),
    ] = None,
) -> None:
    """
    Write the key file again from two shares.

    Example: equipoise trial escrow recover --share first.txt --share second.txt --trial mytrial
    """
    from equipoise.cli.trial_files import read_shares, write_recovered_key
    from equipoise.operations.trial.escrow import join_shares

    path = write_recovered_key(trial, join_shares(read_shares(share)), out)
    typer.echo(f"Written: {path}. It opens this trial.")
