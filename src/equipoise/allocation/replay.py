"""Decides every allocation of a trial again and says where the record differs: what a verifier does after the reveal.

Each place is decided from the factor values in its record and from this module's own decisions before it, so that an
altered arm is named once and not again by every later place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from equipoise.allocation.decision import Decision, Tally, decide, first_tally, tally_after
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification
from equipoise.errors import ProtocolError


@dataclass(frozen=True)
class Mismatch:
    """One field of one record that is not as the secret decides it. What it should be stays in the recomputation."""

    number: int
    stratum: str
    position: int
    field: str

    def __str__(self) -> str:
        return f"decision {self.number}, stratum {self.stratum}, place {self.position}: {self.field} differs"


def replay(
    specification: Specification,
    secret: bytes,
    decisions: Sequence[Decision],
    imported: ImportedList | None = None,
) -> list[Mismatch]:
    """
    Compare recorded decisions with what specification and secret decide.

    Parameters
    ----------
    specification, secret, imported
        From a reveal that fits the published commitment (`commitment.check_reveal`).
    decisions
        All of them, in the order in which they were made.

    Returns
    -------
    Every field that differs; `number` counts the decisions from 0. A value that is no level differs in `values`. A
    place that is missing or stands twice differs in `position`, and with it every later place of its stratum.
    """
    tallies: dict[str, Tally] = {}
    mismatches: list[Mismatch] = []
    for number, recorded in enumerate(decisions):
        try:
            stratum = specification.stratum_of(recorded.values)
            tally = tallies.get(stratum) or first_tally(specification, stratum)
            again = decide(specification, secret, recorded.values, tally, imported)
        except ProtocolError:
            mismatches.append(Mismatch(number, recorded.stratum, recorded.position, "values"))
            continue
        tallies[stratum] = tally_after(again)
        found = _differing_fields(recorded.to_json(), again.to_json())
        mismatches += [Mismatch(number, recorded.stratum, recorded.position, name) for name in found]
    return mismatches


def _differing_fields(recorded: Mapping[str, object], again: Mapping[str, object]) -> Iterator[str]:
    for name, value in again.items():
        if recorded[name] != value:
            yield name
