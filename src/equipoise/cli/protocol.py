"""The verbs of `equipoise protocol`: each reads its options, calls one operation and prints the answer."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import (
    AttestationsOption,
    ForceOption,
    FormOption,
    ProtocolArgument,
    SiteOption,
    VersionOption,
    parse_day,
)
from equipoise.cli.progress import shown_progress
from equipoise.errors import EXIT_NO

protocol_app = typer.Typer(no_args_is_help=True, help="A protocol: in words, its faults, its form.")


@protocol_app.command("show")
def protocol_show(protocol: ProtocolArgument, version: VersionOption = None) -> None:
    """
    Print a protocol back as prose that a physician can check against the record.

    Example: equipoise protocol show nct05610826 --version amended
    """
    from equipoise.operations.protocol import show_protocol

    typer.echo(show_protocol(protocol, version))


@protocol_app.command("lint")
def protocol_lint(protocol: ProtocolArgument) -> None:
    """
    Look for faults of meaning; leaves with exit code 1 when there are any.

    Example: equipoise protocol lint nct05610826
    """
    from equipoise.operations.protocol import lint_protocol

    text, has_faults = lint_protocol(protocol)
    typer.echo(text)
    if has_faults:
        raise typer.Exit(EXIT_NO)


@protocol_app.command("diff")
def protocol_diff(
    before: Annotated[str, typer.Argument(metavar="A", help="Earlier version: NAME-or-FILE[@VERSION].")],
    now: Annotated[str, typer.Argument(metavar="B", help="Later version: NAME-or-FILE[@VERSION].")],
    records: Annotated[
        Path | None, typer.Option("--records", metavar="DIR", help="Name the patients whose status changes, too.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Day on which enrolment is judged.")
    ] = None,
    site: SiteOption = None,
    attestations: AttestationsOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for diff.json and people.csv; else patients are named here."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """
    Name the criteria that mean something else in another version, and how; and the patients whom it concerns.

    Example: equipoise protocol diff nct05610826@original nct05610826@amended
    """
    from equipoise.operations.amendments import DiffRequest, diff_protocols

    day = parse_day(as_of, "--as-of") if as_of is not None else None
    request = DiffRequest(before, now, records, day, site, attestations, out, force)
    with shown_progress() as tell:
        result = diff_protocols(request, today=date.today(), progress=tell)
    typer.echo(result.text)


@protocol_app.command("schema")
def protocol_schema() -> None:
    """
    Print the JSON Schema of protocol files, for editors that check while you write.

    Example: equipoise protocol schema > protocol.schema.json
    """
    from equipoise.operations.protocol import protocol_schema_text

    typer.echo(protocol_schema_text(), nl=False)


@protocol_app.command("export")
def protocol_export(
    protocol: ProtocolArgument,
    form: FormOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE-or-DIR", help="A .json file, or a folder for it.")],
    version: VersionOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """
    Write a protocol as USDM 4 or FHIR R5, with the list of what the standard cannot hold.

    Example: equipoise protocol export nct05610826 --form fhir --out exported/
    """
    from equipoise.operations.exporting import export_protocol

    written = export_protocol(protocol, form=form.value, version=version, out=out, force=force)
    typer.echo("\n".join([*map(str, written.losses), f"{len(written.losses)} losses, also in {written.losses_path}"]))
    typer.echo(f"Written: {written.path}")


@protocol_app.command("import")
def protocol_import(
    exported: Annotated[
        Path, typer.Argument(metavar="FILE", help="USDM 4 or FHIR R5 JSON that `protocol export` wrote.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for protocol.yaml.")],
    force: ForceOption = False,
) -> None:
    """
    Take a protocol back from a file in USDM or FHIR, every rule as it was exported.

    Example: equipoise protocol import exported/nct05610826.usdm.json --out mine/
    """
    from equipoise.operations.importing import import_protocol

    taken = import_protocol(exported, out, force=force)
    typer.echo(f"Written: {taken.path}  (digest {taken.digest})")
    if taken.missing_records:
        typer.echo("No export carries these files. Put them back: words are checked against records, cohorts are read:")
        typer.echo("\n".join(f"  {path}" for path in taken.missing_records))
