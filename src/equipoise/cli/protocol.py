"""The verbs of `equipoise protocol`: each reads its options, calls one operation and prints the answer."""

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import FormOption, ProtocolArgument, VersionOption
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


@protocol_app.command("schema")
def protocol_schema() -> None:
    """
    Print the JSON Schema of protocol files, for editors that check while you write.

    Example: equipoise protocol schema > protocol.schema.json
    """
    from equipoise.operations.protocol import protocol_schema_text

    typer.echo(protocol_schema_text())


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
