"""The command: each verb reads its options, calls one operation and prints the answer; it decides nothing.

Operations are imported inside the verbs, so that help and mistakes are answered without loading the engines.
"""

import sys
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.analyse import analyse
from equipoise.cli.errors import guard
from equipoise.cli.options import (
    AttestationsOption,
    Engine,
    ForceOption,
    OutOption,
    Pages,
    SiteOption,
    Tables,
    VersionOption,
    parse_day,
)
from equipoise.cli.progress import shown_progress
from equipoise.cli.protocol import protocol_app
from equipoise.cli.records import records_app
from equipoise.cli.trial import trial_app
from equipoise.cli.usage import call

app = typer.Typer(
    name="equipoise",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(records_app, name="records")
app.add_typer(protocol_app, name="protocol")
app.add_typer(trial_app, name="trial")
app.command("analyse")(analyse)


def run(args: list[str] | None = None) -> None:
    """The installed command."""
    guard(partial(call, app, sys.argv[1:] if args is None else args))


def _now() -> datetime:
    return datetime.now(UTC)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"equipoise {installed_version('equipoise')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Make a clinical-trial protocol executable: who may enter, why, and what is missing for the rest."""


@app.command()
def demo(
    out: OutOption = Path("demo"),
    patients: Annotated[int, typer.Option("--patients", metavar="N", min=1, help="How many to make up.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Same seed, same patients.")] = 1,
    is_opened: Annotated[bool, typer.Option("--open", help="Show it in the browser, where there is one.")] = False,
    force: ForceOption = False,
) -> None:
    """
    Tell the whole story on made-up patients, as pages that begin at index.html.

    Example: equipoise demo --out demo
    """
    from equipoise.cli.demo_trial import open_demo_trial
    from equipoise.operations.demo import make_demo

    with shown_progress() as tell:
        index = make_demo(
            out, n=patients, seed=seed, force=force, today=date.today(), open_trial=open_demo_trial, progress=tell
        )
    typer.echo(f"The story begins at {index}")
    if is_opened and sys.stdout.isatty():
        typer.launch(str(index))


@app.command()
def author(
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="Text page, ClinicalTrials.gov JSON (API v2), or USDM 4 JSON.")
    ],
    out: OutOption,
    sibling: Annotated[
        Path | None, typer.Option("--sibling", metavar="FILE", help="Another version of the record, to close holes.")
    ] = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", metavar="FILE", help="Concepts of your own, with terms and codes.")
    ] = None,
    proposals: Annotated[
        Path | None, typer.Option("--proposals", metavar="FILE", help="Rules proposed from outside: JSON lines.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """
    Draft a protocol from a public record, damaged as it may be, with a page to review it on.

    Example: equipoise author nct05610826.txt --out draft/
    """
    from equipoise.operations.authoring import author_record

    with shown_progress() as tell:
        text = author_record(
            record,
            out,
            today=date.today(),
            sibling=sibling,
            concepts=concepts,
            proposals=proposals,
            force=force,
            progress=tell,
        )
    typer.echo(text)


@app.command()
def screen(
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="NAME-or-FILE", help="A shipped protocol (nct05610826), or a file.")
    ],
    records: Annotated[
        Path, typer.Option("--records", metavar="DIR", help="FHIR R4, canonical CSV or Parquet: a folder or a file.")
    ],
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Day on which enrolment is judged.")],
    out: OutOption,
    version: VersionOption = None,
    engine: Annotated[
        Engine, typer.Option("--engine", metavar="duckdb|spark", help="Where rules are judged.")
    ] = Engine.DUCKDB,
    site: SiteOption = None,
    attestations: AttestationsOption = None,
    tables: Annotated[
        Tables, typer.Option("--tables", metavar="parquet|csv|both", help="Form of the tables written.")
    ] = Tables.BOTH,
    pages: Annotated[
        Pages,
        typer.Option(
            "--pages", metavar="listed|all", help="Patient pages: those who are in, near or wait for people; or all."
        ),
    ] = Pages.LISTED,
    force: ForceOption = False,
) -> None:
    """
    Say who may enter, why, and what is missing for the rest.

    Example: equipoise screen --protocol nct05610826 --records exports/ --as-of 2026-01-15 --out screening/
    """
    from equipoise.operations.screening import ScreenRequest, screen_records

    request = ScreenRequest(
        protocol=protocol,
        records=records,
        as_of=parse_day(as_of, "--as-of"),
        out=out,
        version=version,
        engine=engine.value,
        site=site,
        attestations=attestations,
        form=tables.value,
        pages=pages.value,
        force=force,
    )
    with shown_progress() as tell:
        result = screen_records(request, today=date.today(), clock=_now, progress=tell)
    typer.echo(result.text)


if __name__ == "__main__":
    run()
