"""The verbs of `equipoise records`: each reads its options, calls one operation and prints the answer."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import AttestationsOption, ForceOption, OutOption, SiteOption, VersionOption, parse_day
from equipoise.cli.progress import shown_progress

records_app = typer.Typer(no_args_is_help=True, help="Health records: any source to the canonical tables.")


@records_app.command("read")
def records_read(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="FHIR R4, canonical CSV or Parquet.")],
    out: OutOption,
    attestations: AttestationsOption = None,
    force: ForceOption = False,
) -> None:
    """
    Read any source into canonical Parquet tables, with a reading report that accounts for every resource.

    Example: equipoise records read exports/ --out tables/
    """
    from equipoise.operations.records import read_source

    with shown_progress() as tell:
        text = read_source(source, out, attestations=attestations, force=force, today=date.today(), progress=tell)
    typer.echo(text)


@records_app.command("invent")
def records_invent(
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="NAME-or-FILE", help="A shipped protocol (nct05610826), or a file.")
    ],
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Day on which enrolment will be judged.")],
    out: OutOption,
    patients: Annotated[int, typer.Option("--patients", metavar="N", min=1, help="How many to make up.")] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Same seed, same patients.")] = 1,
    version: VersionOption = None,
    site: SiteOption = None,
    force: ForceOption = False,
) -> None:
    """
    Make up records for any protocol, around the limits of its rules, to try a draft out; no truth is claimed.

    Example: equipoise records invent --protocol draft/protocol.yaml --as-of 2026-01-15 --out invented/
    """
    from equipoise.operations.inventing import InventRequest, invent_records

    request = InventRequest(
        protocol=protocol,
        out=out,
        n=patients,
        seed=seed,
        as_of=parse_day(as_of, "--as-of"),
        version=version,
        site=site,
        force=force,
    )
    with shown_progress() as tell:
        text = invent_records(request, progress=tell)
    typer.echo(text)
