"""One worker: asks for what its plan says, until everything is answered, and writes each answer into a file of its own.

It is killed at any moment and started again; it then asks again for everything whose answer is not in its file, as a
person does whose page did not come back. An answer is written after the commit, in one write that no kill can tear.
"""

import json
import os
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError
from equipoise.operations.office import (
    allocating,
    gating,
    judging,
    recording,
    releasing,
    rulings,
    sessions,
    signing,
)
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.protocol.loading import load_protocol
from equipoise.store.faults import StoreError
from equipoise.store.log import TrialStore
from tests.generative.office.crash.plan import (
    ALLOCATE,
    JUDGE,
    LIMITS,
    RECORD,
    RELEASE,
    Request,
    open_trial,
    password_of,
    read_plan,
    user_of,
)
from tests.office_trial import PROTOCOL, SITE

T = TypeVar("T")
FINAL = ("done", "refused")
STEP = "drug-1"
"""What is released and given: in one arm as it should be, in the other a deviation."""
ON_THE_WAY_S = 0.01
"""How long an answer is on its way after the commit: who is killed meanwhile was never told."""


def read_answers(path: Path) -> list[dict[str, Any]]:
    """What a worker wrote so far, requests begun included."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def until_answered(act: Callable[[], T]) -> T:
    """What an act gives, asked again as long as the database does not answer."""
    while True:
        try:
            return act()
        except StoreError:
            time.sleep(0.01)


class Worker:
    """One life of a worker."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        self.store: TrialStore = until_answered(lambda: open_trial(url, folder))
        self.rules = rulings.Rules(load_protocol(PROTOCOL))
        self.number, self.rng = number, Random()
        path = folder / f"answers-{number}.jsonl"
        answered = {line["number"] for line in read_answers(path) if line["said"] in FINAL}
        self.pending = deque(each for each in read_plan(folder, number) if each.number not in answered)
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.as_coordinator, self.as_investigator = until_answered(self._log_in)
        self.acts = {JUDGE: self.judge, ALLOCATE: self.allocate, RECORD: self.record, RELEASE: self.release}

    def run(self) -> None:
        """Work until nothing is pending; what cannot be done yet comes again later."""
        while self.pending:
            request = self.pending.popleft()
            self.write(request, "begun")
            try:
                told = self.acts[request.kind](request)
            except StoreError:
                self.write(request, "lost")  # The database did not answer: nobody knows, so ask again.
                self.pending.appendleft(request)
            except EquipoiseError:
                until_answered(partial(self._refused, request))
            else:
                time.sleep(self.rng.random() * ON_THE_WAY_S)
                self.write(request, "done", **told)
        self.store.close()

    def _refused(self, request: Request) -> None:
        """What was refused for good is told; what only came too early is asked for again."""
        with self.store.reading() as view:
            subject = view.get(Subject, request.subject)
            assert subject is not None
            assert request.kind != RECORD, "what happened was refused"
            is_allocated = subject.participation == "randomised"
            is_over = is_allocated or (request.kind == JUDGE and subject.participation == "eligible")
            if request.kind == RELEASE and is_allocated:
                is_over = not self._gate(view, request.subject).answer.is_open
        if is_over:
            self.write(request, "refused")
        else:
            self.pending.append(request)

    def judge(self, request: Request) -> dict[str, Any]:
        who = self.as_investigator
        with self.store.reading() as view:
            ruling = rulings.judge_now(view, self.rules, request.subject, datetime.now(UTC).date())
        signature = self._sign(who, Act.JUDGE, judging.judgement_statement(ruling, ("E1",)))
        with self.store.writing() as desk:
            event = judging.judge(desk, who, ruling, ("E1",), signature)
        return {"seq": event.seq, "hash": event.hash, "is_repeat": False}

    def allocate(self, request: Request) -> dict[str, Any]:
        who = self.as_coordinator
        with self.store.reading() as view:
            ruling = rulings.judge_now(view, self.rules, request.subject, datetime.now(UTC).date())
        asked = allocating.AllocationRequest(request.subject, str(request.key), {"risk": request.risk})
        statement = allocating.allocation_statement(ruling.subject, asked.values)
        signature = self._sign(who, Act.ALLOCATE, statement)
        with self.store.writing() as desk:
            answer = allocating.allocate(desk, who, ruling, asked, signature)
        told = {"seq": answer.event.seq, "hash": answer.event.hash}
        return {**told, "arm": answer.arm, "is_repeat": answer.is_repeat}

    def record(self, request: Request) -> dict[str, Any]:
        """Of the same visit or dose each worker says something else: the key tells that it is the same."""
        today = datetime.now(UTC).date().isoformat()
        said = {"on": today, "comment": f"said by number {self.number} in {request.number}"}
        if str(request.key).endswith("dose"):
            form = read_form(FormKind.DOSE, {**said, "step": STEP, "administered": "100", "unit": "mg"})
        else:
            form = read_form(FormKind.VISIT, said)
        with self.store.writing() as desk:
            done = recording.record(desk, self.as_coordinator, self.rules, request.subject, form, request=request.key)
        return {"seq": done.event.seq, "hash": done.event.hash, "is_repeat": done.is_repeat}

    def release(self, request: Request) -> dict[str, Any]:
        who = self.as_investigator
        with self.store.reading() as view:
            ruling = self._gate(view, request.subject)
            releasing.check_release(view, who, ruling, datetime.now(UTC).date())
        signature = self._sign(who, Act.RELEASE, releasing.release_statement(ruling.answer))
        with self.store.writing() as desk:
            event = releasing.release(desk, who, ruling, signature)
        return {"seq": event.seq, "hash": event.hash, "is_repeat": False}

    def _gate(self, view: View, subject: str) -> gating.GateRuling:
        return gating.judge_gate_now(view, self.rules, subject, STEP, datetime.now(UTC).date())

    def _sign(self, who: Who, act: Act, statement: str) -> Signature:
        given = Components(password_of(self.number), who.user)
        return signing.sign(self.store, who, given, act=act, statement=statement, limits=LIMITS)

    def _log_in(self) -> tuple[Who, Who]:
        given = Components(password_of(self.number))
        token = sessions.login(self.store, user_of(self.number), given, limits=LIMITS).token
        now = datetime.now(UTC)
        with self.store.reading() as view:
            coordinator = sessions.recognise(view, token, now, role=Role.COORDINATOR, site=SITE)
            return coordinator, sessions.recognise(view, token, now, role=Role.INVESTIGATOR, site=SITE)

    def write(self, request: Request, said: str, **told: Any) -> None:
        line = {"number": request.number, "said": said, **told}
        os.write(self.file, json.dumps(line).encode() + b"\n")
