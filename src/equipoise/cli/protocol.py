"""The verbs of `equipoise protocol`: each reads its options, calls one operation and prints the answer."""

import typer

from equipoise.cli.options import ProtocolArgument, VersionOption
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
