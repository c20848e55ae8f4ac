"""The door for exports in other formats than the ledger: which function writes which, on one look at the trial."""

from dataclasses import dataclass
from pathlib import Path

from equipoise.operations.trial.door import Door
from equipoise.operations.trial.exports.cdisc import write_cdisc
from equipoise.operations.trial.exports.fhir_subjects import write_fhir
from equipoise.operations.trial.exports.formats import TrialFormat
from equipoise.operations.trial.exports.tables import write_tables
from equipoise.operations.trial.masking import MaySee


@dataclass(frozen=True)
class Wanted:
    """What is to be written, and where."""

    form: TrialFormat
    out: Path
    force: bool = False


def write_files(door: Door, may_see: MaySee, wanted: Wanted) -> None:
    """
    Write the trial in a format, for somebody who may see so much.

    Raises
    ------
    OutputError, ProtocolError
        The folder cannot be used, or the protocol is not such as the format needs.
    """
    with door.store.reading() as view:
        if wanted.form is TrialFormat.FHIR:
            write_fhir(view, door.rules, may_see, door.today, wanted.out, force=wanted.force)
        elif wanted.form is TrialFormat.CDISC:
            write_cdisc(view, door.rules, may_see, door.clock(), wanted.out, force=wanted.force)
        elif wanted.form is TrialFormat.TABLES:
            write_tables(view, door.rules, may_see, door.today, wanted.out, force=wanted.force)
        else:
            raise ValueError(f"{wanted.form} is written elsewhere")
