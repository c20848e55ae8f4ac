"""A small trial in which subjects are treated, its people, and two witnesses of whatever is done there.

The way to the first allocations is walked once; each sequence of acts begins with a copy of what stood then.
"""

from collections import Counter
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError
from equipoise.operations.office import sites
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import SubjectFile, fold, read_file
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Subject
from tests.generative.office.course_witness import DRUG_ARM, Course, CourseWitness
from tests.generative.office.witness import SEALED, Known, Witness, stood_and_stands
from tests.office_store import Clock, MemoryStore, enter
from tests.office_trial import SITE, Office

ANYONE_THERE = frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.TREATING_TEAM})
N_OF_EACH_ARM = 2


class Ward:
    """One sequence of acts: the office, who works there, and what the witnesses know."""

    def __init__(self, met: Counter[str]) -> None:
        first = _first_ward()
        self.met, self.records = met, dict(first.records)
        self.office = _copied(first.office)
        self.store: MemoryStore = self.office.store
        self.shadow = _copied(first.office).store
        self.witness, self.courses = deepcopy(first.witness), deepcopy(first.courses)
        self.courses.met = met
        self.people, self.impostors = first.people, first.impostors
        self.n_heard = self.n_first = len(self.store.log)
        self.acknowledged: list[Event] = []
        self.calls: list[str] = []

    @property
    def subjects(self) -> list[str]:
        return sorted(self.store.tables[Subject])

    def some_subject(self, rng: Random) -> str:
        """Mostly one who is allocated."""
        if rng.random() < 0.9:
            return rng.choice(sorted(self.courses.courses))
        return rng.choice([*self.subjects, "leeds-9999"])

    def some(self, rng: Random, *roles: Role) -> Who:
        """Mostly somebody whose task it is; else anybody, impostors among them."""
        if rng.random() < 0.85:
            return rng.choice([who for who in self.people if who.role in roles and who.site in (SITE, None)])
        return rng.choice([*self.people, *self.impostors])

    def may(self, who: Who, roles: frozenset[Role]) -> bool:
        """Whether a person is who they say, and has such a role at the site of the subjects."""
        is_granted = (who.user, who.role, who.site) in self.witness.grants
        is_there = who.site in (SITE, None) and who.user not in self.witness.disabled
        return who not in self.impostors and is_granted and is_there and who.role in roles

    def course(self, subject: str) -> Course | None:
        return self.courses.course(subject)

    def attempt(self, name: str, act: Callable[[], Any], *, must: bool = False) -> Any:
        """
        Do it: what is done is one event that both witnesses accept, a refusal leaves everything as it was.

        `must`: it is well formed and by the right person, so a refusal is a fault.
        """
        self.met["acts"] += 1
        n_before, refusal, done = len(self.store.log), None, None
        try:
            done = act()
        except EquipoiseError as error:
            refusal = error
        if refusal is not None:
            assert refusal.faults, f"{name} was refused without a reason"
            assert not must, f"{name} was refused: {refusal}"
            assert len(self.store.log) == self.n_heard == n_before, "a refused act wrote something"
            assert self.store.tables == self.shadow.tables, "a refused act changed a table"
            self.met[f"refused {name}"] += 1
            self.calls.append(f"{self.office.today} {name}: {refusal}")
            return None
        event = done if isinstance(done, Event) else getattr(done, "event", None)
        if event is not None and len(self.store.log) > n_before:
            assert self.store.log[event.seq - 1] is event, "acknowledged and not in the log"
            self.acknowledged.append(event)
            self.met[name] += 1
        self.hear()
        self.calls.append(f"{self.office.today} {name}: {self.store.log[-1].hash}")
        return done

    def hear(self) -> None:
        """Let the witnesses and the tables of the log alone follow."""
        for event in self.store.log[self.n_heard :]:
            _, pair = stood_and_stands(event)
            self.courses.hear(event, pair)
            self.witness.hear(event, self.records)
            before = {row: dict(rows) for row, rows in self.shadow.tables.items()}
            with self.shadow.writing() as desk:
                desk.now = event.at
                desk.append(event.entry)
            if event.entry.act.value in SEALED:
                assert self.shadow.tables == before, f"{event.entry.act} is hidden, and made a row"
        self.n_heard = len(self.store.log)
        assert self.shadow.tables == self.store.tables

    def close(self) -> None:
        """At the end: nothing is lost, nothing doubled, and files folded as they grew equal those folded at once."""
        assert self.store.rebuilt() == self.store.tables
        seqs = [event.seq for event in self.store.log]
        assert seqs == list(range(1, len(seqs) + 1))
        assert [event.seq for event in self.acknowledged] == seqs[self.n_first :], "acknowledged and written differ"
        with self.store.reading() as view:
            for subject in self.subjects:
                grown = read_file(view, subject)
                assert grown == fold(SubjectFile(subject), view.events(subject=subject)), f"the file of {subject}"
                self._check_file(grown)
        self.met["sequences"] += 1
        self.met["events"] += len(self.acknowledged)

    def _check_file(self, file: SubjectFile) -> None:
        """The file says what the witness saw."""
        seen = self.witness.subjects[file.subject]
        assert (file.state.participation, file.state.treatment) == (seen.participation, seen.treatment)
        standing = {name for name, entry in self.courses.entries(file.subject).items() if entry["form"] is not None}
        assert {entered.id for entered in file.forms} == standing
        assert {released.seq for released in file.released} == set(self._releases(file.subject))
        assert {held.seq for held in file.held} == set(self._holds(file.subject))
        assert file.items.keys() == self.courses.items.get(file.subject, {}).keys()

    def _holds(self, subject: str) -> Any:
        course = self.courses.course(subject)
        return {} if course is None else course.holds

    def _releases(self, subject: str) -> Any:
        course = self.courses.course(subject)
        return {} if course is None else course.releases


class _FirstWard:
    """The trial as it stands before the first act: two subjects in each arm, three on their way there."""

    def __init__(self) -> None:
        self.office = Office()
        store, office = self.office.store, self.office
        with store.writing() as desk:
            sites.open_site(desk, office.admin, "york", "York")
        self.people = [office.admin, office.coordinator, office.investigator, office.statistician, office.data_manager]
        self.people += [enter(store, "tess", Role.TREATING_TEAM, SITE), enter(store, "mara", Role.MASKED_READER)]
        self.people += [enter(store, "inga", Role.INVESTIGATOR, "york"), enter(store, "moni", Role.MONITOR)]
        liar = replace(office.data_manager, role=Role.INVESTIGATOR, site=SITE)
        thief = replace(office.investigator, session=self.people[5].session)
        self.impostors = [liar, thief, replace(office.coordinator, site="york")]
        self.records: dict[str, Known] = {}
        n_in_arm: Counter[bool] = Counter()
        while min(n_in_arm[True], n_in_arm[False]) < N_OF_EACH_ARM:
            subject = self._known(office.eligible())
            office.allocate(subject)
            n_in_arm[office.file(subject).arm == DRUG_ARM] += 1
        for way in (office.eligible, office.screening, office.identified):
            self._known(way())
        self.witness, self.courses = Witness(), CourseWitness(Counter())
        for event in store.log:
            _, pair = stood_and_stands(event)
            self.courses.hear(event, pair)
            self.witness.hear(event, self.records)

    def _known(self, subject: str) -> str:
        self.records[subject] = Known(self.office.today, "150", True)
        return subject


@cache
def _first_ward() -> _FirstWard:
    return _FirstWard()


def _copied(office: Office) -> Office:
    """An office of its own with a store of its own: rows and events are never changed, and so are shared."""
    twin = copy(office)
    twin.clock = Clock(office.clock.at)
    twin.store = MemoryStore(twin.clock)
    twin.store.log = list(office.store.log)
    twin.store.tables = {row: dict(rows) for row, rows in office.store.tables.items()}
    return twin


__all__ = ["ANYONE_THERE", "Act", "Ward"]
