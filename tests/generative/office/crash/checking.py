"""After the kills: is everything that was answered in the log, once, and is nothing there by half?

What the log should be is worked out here from the answers and the plans. Chain, checkpoints and arms are checked by the
outside verifier, which shares no code with the product.
"""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equipoise.allocation.commitment import check_reveal
from equipoise.conduct.roles import Role
from equipoise.operations.office import freezing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import SubjectFile, fold, read_file
from equipoise.operations.office.rows import ROWS, Allocation, Row, Scheme, Site, StratumHead, Subject
from equipoise.operations.office.rows import Request as RequestRow
from equipoise.operations.office.visibility import Visibility
from equipoise.store.export import export_ledger
from equipoise.store.log import TrialStore
from equipoise.store.verify import verify
from tests.generative.office.course_witness import CourseWitness
from tests.generative.office.crash.plan import ALLOCATE, JUDGE, RECORD, RELEASE, Request, WallClock, read_plan
from tests.generative.office.crash.worker import FINAL, read_answers
from tests.generative.office.witness import stood_and_stands
from tests.office_store import MemoryStore, enter, signature_of
from tests.office_trial import Office

ACTS_OF = {JUDGE: Act.JUDGE, ALLOCATE: Act.ALLOCATE, RECORD: Act.RECORD, RELEASE: Act.RELEASE}
VERIFIER = Path(__file__).parents[4] / "verifier" / "verify_trial.py"


@dataclass
class Outcome:
    """What the workers were told, and what the log says."""

    requests: dict[int, Request] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    n_lost: int = 0
    events: list[Event] = field(default_factory=list)

    def of(self, act: Act) -> list[Event]:
        return [event for event in self.events if event.entry.act is act]


def read_outcome(store: TrialStore, folder: Path, n_workers: int) -> Outcome:
    outcome = Outcome()
    for worker in range(n_workers):
        outcome.requests |= {request.number: request for request in read_plan(folder, worker)}
        for line in read_answers(folder / f"answers-{worker}.jsonl"):
            outcome.n_lost += line["said"] == "lost"
            if line["said"] in FINAL:
                assert line["number"] not in outcome.answers, "a worker asked again for what was answered"
                outcome.answers[line["number"]] = line
    with store.reading() as view:
        outcome.events = list(view.events())
    return outcome


def check_answers(outcome: Outcome) -> None:
    """Every request has an answer; what was confirmed stands in the log, under the number and hash that were told."""
    assert outcome.answers.keys() == outcome.requests.keys()
    by_seq = {event.seq: event for event in outcome.events}
    for number, answer in outcome.answers.items():
        request = outcome.requests[number]
        if answer["said"] != "done":
            continue
        event = by_seq[answer["seq"]]
        told = event.hash, event.entry.act, event.entry.subject, event.entry.request
        assert told == (answer["hash"], ACTS_OF[request.kind], request.subject, request.key)
        assert event.new("arm", Visibility.ARM) == answer.get("arm")


def check_once(outcome: Outcome) -> None:
    """Each subject has one judgement and one allocation; both who sent its key know it, and nobody else."""
    subjects = sorted({request.subject for request in outcome.requests.values()})
    for act in (Act.JUDGE, Act.ALLOCATE):
        assert sorted(str(event.entry.subject) for event in outcome.of(act)) == subjects
    keys = [str(event.entry.request) for event in outcome.of(Act.ALLOCATE)]
    assert len(set(keys)) == len(keys)
    for number, request in outcome.requests.items():
        if request.kind == ALLOCATE:
            assert (outcome.answers[number]["said"] == "done") is (request.key in keys)
    recorded = sorted(str(event.entry.request) for event in outcome.of(Act.RECORD))
    asked = sorted({str(request.key) for request in outcome.requests.values() if request.kind == RECORD})
    assert recorded == asked, "a visit or a dose was recorded twice, or not at all"


def check_treatment(store: TrialStore, outcome: Outcome) -> None:
    """
    No release past a gate, each dose without one a deviation, and the file of each subject is the fold of its events.

    A worker who was killed after a release and before it could say so asks again: it may then stand twice.
    """
    met: Counter[str] = Counter()
    witness = CourseWitness(met)
    for event in outcome.events:
        witness.hear(event, stood_and_stands(event)[1])
    n_doses = sum(str(request.key).endswith("dose") for request in outcome.requests.values()) // 2
    assert met["steps with a release"] + met["steps without a release"] == n_doses
    assert met["steps with a release"] > 0, "nothing was given as it was released"
    assert met["steps without a release"] > 0, "nothing was given without a release"
    with store.reading() as view:
        for subject in sorted({request.subject for request in outcome.requests.values()}):
            file = read_file(view, subject)
            assert file == fold(SubjectFile(subject), view.events(subject=subject))
            assert sorted(file.requests) == [f"{subject}/dose", f"{subject}/visit"]


def count_untold(outcome: Outcome) -> int:
    """How many acts were committed by a worker who was killed before it could say so: what a retry must not repeat."""
    told = {
        answer["seq"] for answer in outcome.answers.values() if answer["said"] == "done" and not answer["is_repeat"]
    }
    return sum(event.seq not in told for act in ACTS_OF.values() for event in outcome.of(act))


def check_places(outcome: Outcome) -> None:
    """The places of each stratum are 0, 1, 2, … in the order of the log: none skipped, none used twice."""
    seen: Counter[str] = Counter()
    for event in outcome.of(Act.ALLOCATE):
        stratum = event.new("stratum")
        assert event.new("position", Visibility.DECISION) == seen[stratum]
        seen[stratum] += 1


def check_tables(store: TrialStore, outcome: Outcome) -> None:
    """The tables are those that the log gives, in the database's own rebuild and in one in memory."""
    report = verify(store)
    assert report.findings == ()
    assert report.n_checkpoints == len(outcome.events) // 100
    memory = MemoryStore()
    with memory.writing() as desk:
        for event in outcome.events:
            desk.now = event.at
            desk.append(event.entry)
    with store.reading() as view:
        for row in ROWS:
            assert view.find(row) == [memory.tables[row][key] for key in sorted(memory.tables[row])], row.table
        _check_whole(view, outcome)


def _check_whole(view: Any, outcome: Outcome) -> None:
    """What one act writes in several tables is there in all of them."""
    allocated = {str(event.entry.subject): event.seq for event in outcome.of(Act.ALLOCATE)}
    assert {row.id for row in view.find(Allocation)} == set(allocated)
    assert {row.id: row.allocation_seq for row in view.find(Subject)} == allocated
    assert {row.participation for row in view.find(Subject)} == {"randomised"}
    assert {row.seq for row in view.find(RequestRow)} == set(allocated.values())
    (scheme,) = view.find(Scheme)
    assert scheme.n_allocated == len(allocated)
    assert sum(site.n_subjects for site in view.find(Site)) == len(allocated)
    last: dict[str, int] = {}
    for event in outcome.of(Act.ALLOCATE):
        last[event.new("stratum")] = event.seq
    heads: list[Row] = view.find(StratumHead)
    assert {head.stratum: head.last_seq for head in heads} == last  # type: ignore[attr-defined]


def check_from_outside(store: TrialStore, folder: Path, n_allocated: int) -> None:
    """Lock, reveal, export in full: a program that shares no code finds chain, checkpoints and every arm right."""
    office = Office.__new__(Office)
    office.store, office.clock = store, WallClock()  # type: ignore[assignment]
    office.data_manager = enter(store, "dan", Role.DATA_MANAGER)
    statistician = enter(store, "udo", Role.UNMASKED_STATISTICIAN)
    office.lock()
    with store.reading() as view:
        scheme = view.get(Scheme, freezing.MAIN)
    assert scheme is not None
    signature = signature_of(store, statistician, Act.REVEAL, freezing.reveal_statement(scheme))
    with store.writing() as desk:
        event = freezing.reveal_scheme(desk, statistician, "locked", signature)
    assert check_reveal(event.new("reveal"), scheme.commitment) == []
    export_ledger(store, folder / "export", lambda _, __: True)
    command = [sys.executable, str(VERIFIER), str(folder / "export")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
    assert f"computed again: {n_allocated}\n" in said.stdout
