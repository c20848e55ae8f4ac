"""Made-up patients for the rules of a version: wishes are drawn, and records chosen that grant as many as can be.

Decides which of the records that could be written a patient gets. Patients are made for trying a protocol out: all that
a rule can say of someone should occur among a few hundred of them, at its limits above all. Nothing about them is true
or likely, and no truth is claimed: the choice rests on the evaluator itself. Patient k is the same whatever their
number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from equipoise.authoring.inventing.codes import choose_places
from equipoise.authoring.inventing.entries import Entry, History
from equipoise.authoring.inventing.events import event_histories
from equipoise.authoring.inventing.judging import Judge
from equipoise.authoring.inventing.person import odd_persons, usual_persons, visits
from equipoise.authoring.inventing.results import result_histories
from equipoise.authoring.inventing.wishes import Wish, draw_wishes
from equipoise.criteria.nodes import AS_OF, Age, Atom, CockcroftGault, Constant, Sex, Value, windows_of
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.rulebook import Rulebook
from equipoise.criteria.truth import Cause, Truth
from equipoise.terminology.concepts import ConceptKind

Wishes = Mapping[Atom, Wish]
Wished = tuple[tuple[int, Wish], ...]
"""Wishes by the place of their atom in its group."""
_TRIES = 60
"""Combinations tried where an atom reads several concepts at once."""
_NOTHING_SHARE = 0.15
_UNASKED_SHARE = 0.5
"""How often something is on record of a concept of which nothing is wished."""
_DOUBT_WEIGHT = 2
"""A wished unknown counts double: a single open part opens a rule, which a neighbour's granted wish would close."""


@dataclass(frozen=True)
class MadeUpPatient:
    """A patient's identifier and all entries, the person first."""

    patient_id: str
    entries: tuple[Entry, ...]

    def csv_rows(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The table and the cells of each entry."""
        for number, made in enumerate(self.entries):
            yield made.table, made.csv_row(self.patient_id, f"{self.patient_id}-{number}")


@dataclass(frozen=True)
class _Group:
    """Concepts that some atom reads together, with the atoms on them and what may be written of each."""

    concepts: tuple[str, ...]
    atoms: tuple[Atom, ...]
    pools: tuple[list[History], ...]
    reads_person: bool

    @property
    def is_single(self) -> bool:
        return len(self.concepts) == 1 and not self.reads_person


@dataclass(frozen=True)
class _Choice:
    """Something that could be written, and what the atoms of its group would come to."""

    entries: History
    outcomes: tuple[Outcome, ...]


class Population:
    """
    Made-up patients for one set of rules.

    Parameters
    ----------
    rulebook
        Criteria and notes, resolved for a version and a site.
    seed, as_of
        With the number of a patient they fix every byte of that patient's records.
    """

    def __init__(self, rulebook: Rulebook, *, seed: int, as_of: date) -> None:
        self._rules = [rule for rule in rulebook.rules if "~" not in rule.id]
        self._seed, self._as_of = seed, as_of
        self._places = choose_places(rulebook.concepts)
        self._judge = Judge(rulebook, self._places.values(), as_of)
        self._rulebook = rulebook
        atoms = _atoms_of(rulebook)
        self._person_atoms = [atom for atom in atoms if isinstance(atom, Age | Sex)]
        self._groups = [self._group(each) for each in _linked(atoms)]
        self._judged: dict[tuple[Any, ...], list[_Choice]] = {}
        self._found: dict[tuple[Any, ...], list[list[History]]] = {}

    def patient(self, k: int) -> MadeUpPatient:
        """Patient number `k`, from 0."""
        rng = Random(f"{self._seed}:{k}")
        wishes = draw_wishes(self._rules, rng)
        person = self._person(wishes, rng)
        is_covered, seen = visits(self._as_of, rng)
        entries = [person, *seen]
        for group in self._groups:
            wished = tuple((place, wishes[atom]) for place, atom in enumerate(group.atoms) if atom in wishes)
            if not wished and rng.random() > _UNASKED_SHARE:
                continue
            if group.is_single:
                entries += _any_of(self._alike(group, wished, is_covered, person, seen), rng)
            else:
                entries += self._drawn(group, wished, person, seen, rng)
        return MadeUpPatient(f"made-up-{k + 1:06d}", tuple(entries))

    def _group(self, atoms: Sequence[Atom]) -> _Group:
        names = tuple(dict.fromkeys(name for atom in atoms for name in _concepts_of(atom)))
        pools = tuple(self._histories(name, [atom for atom in atoms if name in _concepts_of(atom)]) for name in names)
        has_ranges = any(each.concept in names for each in self._rulebook.ranges)
        return _Group(names, tuple(atoms), pools, has_ranges or any(isinstance(atom, CockcroftGault) for atom in atoms))

    def _histories(self, name: str, atoms: Sequence[Atom]) -> list[History]:
        concept, place = self._rulebook.concepts[name], self._places[name]
        make = event_histories if concept.kind is ConceptKind.EVENT else result_histories
        return list(dict.fromkeys(make(concept, atoms, place, self._as_of)))

    def _person(self, wishes: Wishes, rng: Random) -> Entry:
        atoms = self._person_atoms
        wished = tuple((place, wishes[atom]) for place, atom in enumerate(atoms) if atom in wishes)
        is_usual = all(wish.truth is not Truth.UNKNOWN for _, wish in wished)
        persons = (usual_persons if is_usual else odd_persons)(atoms, self._as_of, rng)
        choices = [_Choice((each,), self._judge.outcomes(atoms, each, ())) for each in persons]
        return _any_of(_best(choices, wished), rng)[0]

    def _alike(
        self, group: _Group, wished: Wished, is_covered: bool, person: Entry, seen: History
    ) -> list[list[History]]:
        """The best of all that may be written; every patient who is covered, or not, finds the same."""
        key = (group.concepts, wished, is_covered)
        if key not in self._found:
            if key[::2] not in self._judged:
                self._judged[key[::2]] = [self._try(group, person, seen, entries) for entries in group.pools[0]]
            self._found[key] = _best(self._judged[key[::2]], wished)
        return self._found[key]

    def _drawn(self, group: _Group, wished: Wished, person: Entry, seen: History, rng: Random) -> History:
        """The first combination that grants every wish, else the best of those tried."""
        choices = []
        for _ in range(_TRIES):
            picked = [pool[0] if rng.random() < _NOTHING_SHARE else rng.choice(pool) for pool in group.pools]
            choices.append(self._try(group, person, seen, tuple(made for each in picked for made in each)))
            if all(wish.is_granted_by(choices[-1].outcomes[place]) for place, wish in wished):
                return choices[-1].entries
        return _any_of(_best(choices, wished), rng)

    def _try(self, group: _Group, person: Entry, seen: History, entries: History) -> _Choice:
        return _Choice(entries, self._judge.outcomes(group.atoms, person, (*seen, *entries)))


def _atoms_of(rulebook: Rulebook) -> list[Atom]:
    """The atoms that can be judged at enrolment, in the order of the rules."""
    atoms = dict.fromkeys(node for rule in rulebook.rules for node in rule.node.walk() if isinstance(node, Atom))
    return [atom for atom in atoms if not isinstance(atom, Constant) and _is_known_now(atom)]


def _is_known_now(atom: Atom) -> bool:
    """Whether the windows of an atom count from the day of judgement."""
    return all(window.anchor == AS_OF for window in windows_of(atom))


def _concepts_of(atom: Atom) -> tuple[str, ...]:
    other = atom.not_older_than if isinstance(atom, Value) else None
    return (*atom.concept_ids(), other) if other is not None else atom.concept_ids()


def _linked(atoms: Sequence[Atom]) -> list[list[Atom]]:
    """Atoms in groups that share no concept."""
    groups: list[tuple[set[str], list[Atom]]] = []
    for atom in atoms:
        names = set(_concepts_of(atom))
        if not names:
            continue
        joined = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        members = [each for group in joined for each in group[1]]
        groups.append((names.union(*(group[0] for group in joined)), [*members, atom]))
    return [members for _, members in groups]


def _best(choices: Sequence[_Choice], wished: Wished) -> list[list[History]]:
    """Those that grant most wishes, put together by the causes of what stays unknown."""
    scores = [_score(choice, wished) for choice in choices]
    most = max(scores)
    by_causes: dict[tuple[frozenset[Cause], ...], list[History]] = {}
    for choice, score in zip(choices, scores, strict=True):
        if score == most:
            causes = tuple(choice.outcomes[place].causes for place, _ in wished)
            by_causes.setdefault(causes, []).append(choice.entries)
    return list(by_causes.values())


def _score(choice: _Choice, wished: Wished) -> int:
    granted = [wish for place, wish in wished if wish.is_granted_by(choice.outcomes[place])]
    return sum(_DOUBT_WEIGHT if wish.truth is Truth.UNKNOWN else 1 for wish in granted)


def _any_of(alike: Sequence[Sequence[History]], rng: Random) -> History:
    """Every cause comes equally often, however many ways there are to have it."""
    return rng.choice(rng.choice(alike))
