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

from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError
from equipoise.operations.office import allocating, judging, rulings, sessions, signing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Subject
from equipoise.protocol.loading import load_protocol
from equipoise.store.faults import StoreError
from equipoise.store.log import TrialStore
from tests.generative.office.crash.plan import (
    JUDGE,
    LIMITS,
    Request,
    open_trial,
    password_of,
    read_plan,
    user_of,
)
from tests.office_trial import PROTOCOL, SITE

T = TypeVar("T")
FINAL = ("done", "refused")
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

    def run(self) -> None:
        """Work until nothing is pending; what cannot be done yet comes again later."""
        while self.pending:
            request = self.pending.popleft()
            self.write(request, "begun")
            try:
                told = self.judge(request) if request.kind == JUDGE else self.allocate(request)
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
        with self.store.reading() as view:
            subject = view.get(Subject, request.subject)
        assert subject is not None
        over = {JUDGE: ("eligible", "randomised")}.get(request.kind, ("randomised",))
        if subject.participation in over:
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
