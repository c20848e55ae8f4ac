"""What an export is: its content, and by name everything that the standard cannot hold as such.

Nothing is dropped in silence: what has no place in a standard rides in the standard's extension place, and a loss says
so. What has no place in either standard is listed here; the rest is the business of `usdm` and `fhir`.
"""

from dataclasses import dataclass, field
from typing import Any

from equipoise.protocol.criterion import Criterion


@dataclass(frozen=True)
class Loss:
    """`where`: the criteria or parts concerned; `what`: what the standard cannot hold, and where it is kept instead."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Export:
    """A protocol in the form of a standard, ready to be written as JSON, and its losses."""

    content: dict[str, Any]
    losses: tuple[Loss, ...]


@dataclass
class LossBook:
    """Collects losses; the same loss at several places becomes one line that names them all."""

    _places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, where: str, what: str) -> None:
        """Note a loss, once for each place."""
        places = self._places.setdefault(what, [])
        if where not in places:
            places.append(where)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """In the order in which each was first met."""
        return tuple(Loss(", ".join(places), what) for what, places in self._places.items())


def without_a_place(criterion: Criterion) -> tuple[str, ...]:
    """What is known of a criterion and has a place in neither standard, in words."""
    known = {
        "the places of its words in the record": criterion.sources,
        "damage and its repair": criterion.damages,
        "the state of review (drafted, proposals)": criterion.drafted or criterion.proposals,
        "notes to a verdict, and the test that confirms": criterion.notes or criterion.confirm,
    }
    return tuple(what for what, is_there in known.items() if is_there)
