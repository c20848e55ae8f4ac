"""Random people do random things in a random order, and nothing that should not be written is written.

A second opinion (`witness`) follows each log; after each act the tables equal those that the log alone gives; a refused
act leaves log and tables as they were. The walks are tested for reach, so that they cannot pass by doing nothing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Specification
from equipoise.conduct.lifecycle import possible_transitions
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import PAIRS, Participation, SubjectState, Treatment
from equipoise.errors import EquipoiseError
from equipoise.operations.office import allocating, freezing, judging, people, setting_up, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Desk
from equipoise.operations.office.rows import Subject
from equipoise.records.snapshot import Snapshot
from tests.generative.office.witness import Known, Witness
from tests.office_store import MemoryStore, enter
from tests.office_trial import TWO_ARMS, Office

OTHER_PLAN = Specification((Arm("a"), Arm("b")), PermutedBlocks((2,)))
SITES = ("leeds", "york", "nowhere")
PLACES: tuple[tuple[str, ...], ...] = ((), (), ("leeds",), ("york",), ("leeds", "york"), ("atlantis",))
REACHED: Counter[str] = Counter()

whoever = st.integers(0, 19)
days = st.sampled_from([0, 0, 0, 0, -1, -2, -20, 1])
counts = st.sampled_from([None, "50", "80", "150", "150", "150", "150"])
mostly = st.sampled_from([True] * 7 + [False])
subject_numbers = st.integers(0, 5)
RARE = st.integers(0, 11).map(lambda number: number == 0)


class Walk(RuleBasedStateMachine):
    """One trial from its first event on."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(specification=None)
        self.store: MemoryStore = self.office.store
        self.records: dict[str, Known] = {}
        self.witness, self.shadow, self.n_heard = Witness(), MemoryStore(self.office.clock), 0
        self.keys: list[str] = []
        self.people = self._people()
        with self.store.writing() as desk:
            sites.open_site(desk, self.people[0], "york", "York")
        self.hear()

    def _people(self) -> list[Who]:
        office, store = self.office, self.store
        staff = [office.admin, office.coordinator, office.investigator, office.statistician, office.data_manager]
        staff += [enter(store, "coen", Role.COORDINATOR, "york"), enter(store, "inga", Role.INVESTIGATOR, "york")]
        staff += [enter(store, "mara", Role.MASKED_READER), enter(store, "moni", Role.MONITOR)]
        staff += [enter(store, "tess", Role.TREATING_TEAM, "leeds"), enter(store, "spare", Role.ADMINISTRATOR)]
        liar = replace(office.data_manager, role=Role.INVESTIGATOR, site="leeds")
        thief = replace(office.coordinator, session=staff[8].session)
        traveller = replace(office.coordinator, site="york")
        return [*staff, liar, thief, traveller]

    def one_of(self, number: int, role: Role, site: str | None = None) -> Who:
        """Mostly the person whose task it is; else anybody."""
        right = [who for who in self.people[:11] if who.role is role and who.site in (site, None)]
        return right[0] if right and number >= 6 else self.people[(number * 7 + len(self.store.log)) % len(self.people)]

    def a_subject(self, number: int) -> str:
        ids = sorted(self.store.tables[Subject])
        return ids[number % len(ids)] if ids else "leeds-0001"

    def site_of(self, subject_id: str) -> str:
        return subject_id.rsplit("-", 1)[0]

    def attempt(self, name: str, act: Callable[[], Any]) -> bool:
        """Do it; a refusal leaves everything as it was, what is done is one event that the witness accepts."""
        log, tables = list(self.store.log), {row: dict(rows) for row, rows in self.store.tables.items()}
        destroyed = set(self.store.destroyed)
        try:
            act()
        except EquipoiseError as error:
            refusal = error
        else:
            REACHED[name] += len(self.store.log) > len(log)
            return True
        assert refusal.faults, "a refusal without a reason"
        assert (self.store.log, self.store.tables, self.store.destroyed) == (log, tables, destroyed)
        REACHED[f"refused {name}"] += 1
        return False

    def at_desk(self, name: str, act: Callable[[Desk], Any]) -> bool:
        def write() -> None:
            with self.store.writing() as desk:
                act(desk)

        done = self.attempt(name, write)
        self.hear()
        return done

    def hear(self) -> None:
        for event in self.store.log[self.n_heard :]:
            self.witness.hear(event, self.records)
            with self.shadow.writing() as desk:
                desk.now = event.at
                desk.append(event.entry)
        self.n_heard = len(self.store.log)
        assert self.shadow.tables == self.store.tables

    @rule(site=st.sampled_from(SITES[:2] * 4 + SITES), person=st.integers(1, 9), by=whoever, count=counts, ok=mostly)
    def identify(self, site: str, person: int, by: int, count: str | None, ok: bool) -> None:
        who, patient = self.one_of(by, Role.COORDINATOR, site), f"mrn-{person}"

        def act(desk: Desk) -> None:
            subject_id = subjects.next_subject_id(desk, site)
            snapshot = self.office.snapshot(subject_id, patient, platelets=count, is_covered=ok)
            subjects.identify(desk, who, site, patient, snapshot, {"group": "near"})
            self.records[subject_id] = Known(self.office.today, count, ok)

        self.at_desk("identify", act)

    @rule(number=subject_numbers, by=whoever, version=st.sampled_from(["first", "first", "second", "third"]), day=days)
    def consent(self, number: int, by: int, version: str, day: int) -> None:
        subject_id, on = self.a_subject(number), self.office.today + timedelta(days=day)
        who = self.one_of(by, Role.COORDINATOR, self.site_of(subject_id))
        statement = subjects.consent_statement(subject_id, version, on)
        signature = self.office.sign(who, Act.CONSENT, statement)
        self.at_desk("consent", lambda desk: subjects.consent(desk, who, subject_id, version, on, signature))

    @rule(number=subject_numbers, by=whoever, which=st.integers(0, 99), day=days, reason=mostly, facts=mostly)
    def move(self, number: int, by: int, which: int, day: int, reason: bool, facts: bool) -> None:
        subject_id = self.a_subject(number)
        subject = self.store.tables[Subject].get(subject_id)
        possible = self._possible(subject_id) if subject is not None else []
        if which % 5:  # Who dies or leaves goes nowhere else.
            possible = [move for move in possible if move not in (Move.DIE, Move.LEAVE_STUDY)]
        moves = possible if possible and which % 4 else list(Move)
        self._move(subject_id, by, moves[which % len(moves)], day, reason, facts)

    def _possible(self, subject_id: str) -> list[Move]:
        return [line.move for line in possible_transitions(self.office.state(subject_id))]

    @rule(number=subject_numbers, by=whoever)
    def start(self, number: int, by: int) -> None:
        self._move(self.a_subject(number), by, Move.START_SCREENING, 0, True, True)

    def _move(self, subject_id: str, by: int, move: Move, day: int, reason: bool, facts: bool) -> None:
        role = Role.INVESTIGATOR if by % 2 else Role.COORDINATOR
        who, on = self.one_of(by, role, self.site_of(subject_id)), self.office.today + timedelta(days=day)
        stated = {"criteria": ["I2"], "source": "a letter", "attempts": ["2026-01-01", "2026-01-02", "2026-01-03"]}
        told = subjects.Statement(on, "because" if reason else " ", {**stated, "registry": facts} if facts else {})
        self.at_desk(f"move {move}", lambda desk: subjects.move_subject(desk, who, subject_id, move, told))

    @rule(
        number=subject_numbers,
        by=whoever,
        confirmed=st.sampled_from([("E1",)] * 8 + [(), ("E1", "I2")]),
        again=st.booleans(),
        count=counts,
    )
    def judge(self, number: int, by: int, confirmed: tuple[str, ...], again: bool, count: str | None) -> None:
        subject_id = self.a_subject(number)
        who = self.one_of(by, Role.INVESTIGATOR, self.site_of(subject_id))
        known = Known(self.office.today, count, True)

        def act() -> None:
            snapshot = self._read_again(subject_id, count) if again else None
            ruling = self.office.ruling(subject_id, snapshot)
            signature = self.office.sign(who, Act.JUDGE, judging.judgement_statement(ruling, confirmed))
            with self.store.writing() as desk:
                judging.judge(desk, who, ruling, confirmed, signature)
            if again:
                self.records[subject_id] = known

        self.attempt("judge", act)
        self.hear()

    def _read_again(self, subject_id: str, count: str | None) -> Snapshot:
        return self.office.snapshot(subject_id, f"again-{subject_id}", platelets=count)

    @rule(number=subject_numbers, by=whoever)
    def expire(self, number: int, by: int) -> None:
        subject_id = self.a_subject(number)
        who = self.one_of(by, Role.COORDINATOR, self.site_of(subject_id))

        def act() -> None:
            ruling = self.office.ruling(subject_id)
            with self.store.writing() as desk:
                judging.expire(desk, who, ruling)

        self.attempt("expire", act)
        self.hear()

    @rule(
        number=subject_numbers,
        by=whoever,
        key=st.integers(0, 9),
        values=st.sampled_from([{}] * 9 + [{"site": "york"}]),
        honest=mostly,
        late=RARE,
    )
    def allocate(self, number: int, by: int, key: int, values: dict[str, str], honest: bool, late: bool) -> None:
        subject_id = self.a_subject(number)
        who = self.one_of(by, Role.COORDINATOR, self.site_of(subject_id))
        is_old_key = key == 0 and bool(self.keys)
        request = self.keys[number % len(self.keys)] if is_old_key else f"request-{len(self.store.log)}"
        before = len(self.store.log)

        def act() -> None:
            ruling = self.office.ruling(subject_id)
            asked = allocating.AllocationRequest(subject_id, request, values)
            statement = allocating.allocation_statement(ruling.subject, values) if honest else "Allocate somebody."
            signature = self.office.sign(who, Act.ALLOCATE, statement)
            if late:
                self.office.go_on(1)
            with self.store.writing() as desk:
                answer = allocating.allocate(desk, who, ruling, asked, signature)
            assert answer.is_repeat is (len(self.store.log) == before)

        if self.attempt("allocate", act):
            self.keys.append(request)
        self.hear()

    @rule(number=subject_numbers, by=whoever, which=st.integers(0, 99), reason=mostly)
    def correct(self, number: int, by: int, which: int, reason: bool) -> None:
        subject_id, words = self.a_subject(number), "typed for another subject" if reason else ""
        seen = self.witness.subjects.get(subject_id)
        stood = sorted(seen.history) if seen is not None else []
        pairs = [SubjectState(Participation(p), Treatment(t)) for p, t in stood] if which % 4 else list(PAIRS)
        to = (pairs or list(PAIRS))[which % len(pairs or PAIRS)]
        who = self.one_of(by, Role.INVESTIGATOR, self.site_of(subject_id))
        signature = self.office.sign(who, Act.CORRECT, subjects.correction_statement(subject_id, to))
        self.at_desk("correct", lambda desk: subjects.correct_state(desk, who, subject_id, to, words, signature))

    @rule(number=subject_numbers, by=whoever, kind=st.sampled_from(allocating.AllocationError))
    def record_error(self, number: int, by: int, kind: allocating.AllocationError) -> None:
        subject_id = self.a_subject(number)
        who = self.one_of(by, Role.COORDINATOR, self.site_of(subject_id))
        statement = allocating.error_statement(subject_id, kind)
        signature = self.office.sign(who, Act.RECORD_ALLOCATION_ERROR, statement)
        self.at_desk(
            "record error",
            lambda desk: allocating.record_error(desk, who, subject_id, kind, "seen at a visit", signature),
        )

    @rule(number=subject_numbers, by=whoever)
    def destroy_identity(self, number: int, by: int) -> None:
        subject_id, who = self.a_subject(number), self.one_of(by, Role.ADMINISTRATOR)
        signature = self.office.sign(who, Act.DESTROY_IDENTITY, subjects.erasure_statement(subject_id))
        self.at_desk(
            "destroy identity", lambda desk: subjects.destroy_identity(desk, who, subject_id, "asked for", signature)
        )

    @rule(by=whoever, mine=mostly)
    def freeze(self, by: int, mine: bool) -> None:
        who, plan = self.one_of(by, Role.UNMASKED_STATISTICIAN), freezing.Plan(TWO_ARMS if mine else OTHER_PLAN, 60)
        with self.store.reading() as view:
            statement = freezing.freezing_statement(view, plan)
        signature = self.office.sign(who, Act.FREEZE_SCHEME, statement)
        self.at_desk("freeze", lambda desk: freezing.freeze(desk, who, plan, signature))

    @precondition(lambda self: len(self.store.log) > 40)
    @rule(by=whoever, really=RARE)
    def lock(self, by: int, really: bool) -> None:
        by = by if really else 0
        who, trial = self.one_of(by, Role.DATA_MANAGER), self.store.tables[setting_up.Trial]["trial"]
        signature = self.office.sign(who, Act.LOCK, setting_up.lock_statement(trial))  # type: ignore[arg-type]
        self.at_desk("lock", lambda desk: setting_up.lock(desk, who, "all done", signature))

    @rule(by=whoever)
    def reveal(self, by: int) -> None:
        who = self.one_of(by, Role.UNMASKED_STATISTICIAN)
        scheme = self.store.tables[freezing.Scheme].get(freezing.MAIN)
        statement = freezing.reveal_statement(scheme) if scheme is not None else ""  # type: ignore[arg-type]
        signature = self.office.sign(who, Act.REVEAL, statement)
        self.at_desk("reveal", lambda desk: freezing.reveal_scheme(desk, who, "locked", signature))

    @rule(by=whoever, site=st.sampled_from(SITES), how=st.integers(0, 6))
    def open_or_close_site(self, by: int, site: str, how: int) -> None:
        """What stops recruitment is rarer than what lets it go on, or no walk would get far."""
        who = self.one_of(by, Role.ADMINISTRATOR)
        if how == 0:
            self.at_desk("close site", lambda desk: sites.close_site(desk, who, site, "no staff"))
        elif how == 1:
            self.at_desk("pause site", lambda desk: sites.pause_site(desk, who, site, "no scanner"))
        elif how < 4:
            self.at_desk("resume site", lambda desk: sites.resume_site(desk, who, site))
        else:
            self.at_desk("open site", lambda desk: sites.open_site(desk, who, site, site.title()))

    @rule(by=whoever, version=st.sampled_from(["first", "second", "third"]), day=days, where=st.sampled_from(PLACES))
    def approve(self, by: int, version: str, day: int, where: tuple[str, ...]) -> None:
        who, start = self.one_of(by, Role.ADMINISTRATOR), self.office.today + timedelta(days=day)
        self.at_desk(
            "approve",
            lambda desk: setting_up.approve_version(desk, who, self.office.protocol, version, start, "ethics", where),
        )

    @rule(by=whoever, of=whoever, grants=mostly)
    def grant_or_revoke(self, by: int, of: int, grants: bool) -> None:
        who, other = self.one_of(by, Role.ADMINISTRATOR), self.people[of % 11]
        if grants:
            self.at_desk(
                "grant",
                lambda desk: people.grant_role(desk, who, user=other.user, role=other.role, site=other.site),
            )
        else:
            self.at_desk(
                "revoke",
                lambda desk: people.revoke_role(
                    desk, who, user=other.user, role=other.role, site=other.site, reason="left"
                ),
            )

    @rule(by=whoever, of=whoever, really=RARE)
    def disable(self, by: int, of: int, really: bool) -> None:
        who, user = self.one_of(by, Role.ADMINISTRATOR), self.people[of % 11].user if really else "nobody"
        self.at_desk("disable", lambda desk: people.disable_person(desk, who, user=user, reason="left"))

    @precondition(lambda self: len(self.store.log) < 25)
    @rule()
    def set_up_again(self) -> None:
        self.at_desk("initialise", lambda desk: setting_up.initialise(desk, self.office.protocol, is_live=False))

    @rule(by=st.sampled_from([0, 0, 1, 3, 16]))
    def wait(self, by: int) -> None:
        self.office.go_on(by)

    @initialize(n_steps=st.integers(0, 18))
    def begin(self, n_steps: int) -> None:
        """Random acts alone seldom come as far as an allocation."""
        for step in range(n_steps):
            self.go_on_with(step % 3)

    @rule(seed=st.integers(0, 2**31))
    def work(self, seed: int) -> None:
        """Ten acts at once, in the shares of an ordinary day: Hypothesis alone rather dwells on few rules."""
        rng = Random(seed)
        for _ in range(10):
            number, by, ok, even = rng.randrange(6), rng.randrange(20), rng.random() < 0.9, rng.random() < 0.5
            day, version = rng.choice([0, 0, -1, 1]), rng.choice(["first", "second"])
            match rng.choices(range(10), (8, 6, 1, 1, 1, 1, 1, 1, 1, 1))[0]:
                case 0:
                    self.go_on_with(number)
                case 1:
                    self.move(number, by, rng.randrange(100), min(day, 0), ok, ok)
                case 2:
                    self.correct(number, 19, rng.randrange(100), ok)
                case 3:
                    self.expire(number, by)
                case 4:
                    self.wait(rng.choice([1, 3, 16]))
                    for each in range(6):
                        self.expire(each, by)
                case 5:
                    self.grant_or_revoke(by, number, False)
                    self.grant_or_revoke(by, number, even)
                case 6:
                    self.approve(by, version, day, rng.choice(PLACES))
                case 7:
                    self.consent(number, by, version, day)
                case 8:
                    self.lock(by, rng.random() < 0.1)
                    self.reveal(by)
                case 9:
                    self.set_up_again()
                    self.disable(by, rng.randrange(20), rng.random() < 0.1)
                    site = rng.choice(SITES)
                    self.open_or_close_site(by, site, rng.randrange(7))
                    self.open_or_close_site(by, site, rng.randrange(2, 7))
                    self.record_error(number, by, rng.choice(list(allocating.AllocationError)))
                    self.destroy_identity(number, by)
                    self.identify(rng.choice(SITES), rng.randrange(9), by, "80", ok)

    @rule(number=subject_numbers)
    def go_on_with(self, number: int) -> None:
        """One step of a subject, mostly a proper one."""
        subject_id, right = self.a_subject(number), 19
        if number >= len(self.store.tables[Subject]):
            self.identify("york" if number % 2 else "leeds", len(self.store.log), right, "150", True)
            return
        match getattr(self.store.tables[Subject][subject_id], "participation", None):
            case "identified":
                self.consent(number, right, self.in_force(subject_id), 0)
            case "consented":
                self.start(number, right)
            case "screening" if self.witness.subjects[subject_id].version != self.in_force(subject_id):
                self.consent(number, right, self.in_force(subject_id), 0)
            case "screening":
                self.judge(number, right, () if len(self.store.log) % 4 == 0 else ("E1",), True, "150")
            case "eligible" if len(self.store.log) % 3:
                self.freeze(right, True)
                self.allocate(number, right, 9, {}, len(self.store.log) % 4 != 0, False)
            case "randomised":
                self.allocate(number, right, 0, {}, True, False)

    def in_force(self, subject_id: str) -> str:
        """The version to consent to; any where none is in force."""
        return self.witness.version_on(self.office.today, self.witness.subjects[subject_id].site) or "first"

    def teardown(self) -> None:
        assert self.store.rebuilt() == self.store.tables


MUST_REACH = {
    "identify", "consent", "judge", "expire", "allocate", "correct", "record error", "destroy identity", "freeze",
    "lock", "reveal", "open site", "close site", "pause site", "resume site",
    "approve", "grant", "revoke", "disable", "move start-screening",
    "move withdraw-from-treatment", "move die", "move fail-screening",
}  # fmt: skip
MUST_BE_REFUSED = MUST_REACH | {"initialise", "move randomise", "move start-treatment", "move correct"}


def walk(n_walks: int, n_steps: int, **chosen: Any) -> None:
    """Walks that Hypothesis leads; one that fails is not made shorter, which takes minutes: its steps can be read."""
    chosen |= {"deadline": None, "database": None, "phases": (Phase.generate,)}
    chosen |= {"suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(Walk, settings=settings(max_examples=n_walks, stateful_step_count=n_steps, **chosen))


def test_random_acts_never_write_what_the_rules_forbid() -> None:
    walk(25, 12, derandomize=True)


def live_through(n_trials: int) -> None:
    """Trials of fourteen ordinary days each: in these, subjects get far."""
    for seed in range(n_trials):
        trial = Walk()
        trial.begin(18)
        for day in range(14):
            trial.work(seed * 1000 + day)
        trial.teardown()


def test_ordinary_days_reach_each_act_and_each_refusal() -> None:
    REACHED.clear()
    live_through(16)
    missed = sorted(MUST_REACH - set(+REACHED))
    missed += sorted(f"refused {name}" for name in MUST_BE_REFUSED if not REACHED[f"refused {name}"])
    assert not missed, f"the walks never came to: {missed}; {dict(REACHED)}"


@pytest.mark.long
def test_random_acts_never_write_what_the_rules_forbid_in_100_000_steps() -> None:
    walk(4000, 25)
    live_through(700)
