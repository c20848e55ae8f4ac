"""What happens to one simulated subject, from first contact to off study, as a coroutine.

It yields the day on which it goes on, or a judgement that it asks for and is then given. Every choice follows from the
number of the subject, so lives are the same whatever the order in which they are resumed.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from equipoise.conduct.answers import Action
from equipoise.conduct.moves import Move
from equipoise.operations.office.gating import GateRuling
from equipoise.operations.office.rulings import Ruling
from equipoise.operations.practice.office import SITES, Ask, PracticeOffice, results
from equipoise.screening.standing import Status

Way = Generator[date | Ask, Any, None]

MOST_TRIES = 3


@dataclass(frozen=True)
class Chances:
    """How often something happens to somebody; from nowhere but the wish to see each of it now and then."""

    declines: float = 0.04
    leaves: float = 0.03
    """At each look: dies, withdraws or moves away."""
    low_count: float = 0.12
    low_at_gate: float = 0.1
    event: float = 0.35
    serious: float = 0.15
    not_resectable: float = 0.08
    followed_for: int = 365
    """From randomisation. [d]"""


CHANCES = Chances()


class Left(Exception):
    """The subject has left the study: nothing of the plan follows."""


@dataclass
class Life:
    """One subject, and who looks after them."""

    office: PracticeOffice
    number: int
    seed: int
    site: str = ""
    subject: str = ""
    since: date = field(default_factory=lambda: date.min)
    """The day of randomisation."""
    chances: Chances = CHANCES

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}/{self.number}")
        self.site = SITES[self.number % len(SITES)]

    def live(self) -> Way:
        """From first contact to off study."""
        try:
            arm = yield from self._enter()
            yield from self._treat(arm)
            yield from self._follow()
        except Left:
            return

    def _in(self, days: int) -> date:
        return self.office.today + timedelta(days)

    def _move(self, move: Move, reason: str | None = None, **facts: Any) -> None:
        self.office.move(self.site, self.subject, move, reason, **facts)

    def _record(self, kind: str, **content: Any) -> None:
        recorded = self.office.record(self.site, self.subject, kind, **content)
        self.office.attend(self.site, self.subject, recorded)

    def _leave(self, move: Move, reason: str | None = None, **facts: Any) -> None:
        self._move(move, reason, **facts)
        raise Left

    def _enter(self) -> Generator[date | Ask, Any, str]:
        """Identified, asked, screened, judged, allocated; gives the arm."""
        self.subject = self.office.identify(self.site, self.number, self.office.people.person(self.number))
        yield self._in(1)
        if self.rng.random() < self.chances.declines:
            self._leave(Move.DECLINE)
        self.office.consent(self.site, self.subject)
        self._move(Move.START_SCREENING)
        ruling = yield Ask(self.subject)
        self.office.judge(self.site, ruling)
        self._fail_unless_eligible(ruling)
        yield self._in(1)
        ruling = yield Ask(self.subject)
        self.office.expire(self.site, ruling)
        self._fail_unless_eligible(ruling)
        arm = self.office.allocate(self.site, ruling)
        self.since = self.office.today
        return arm

    def _fail_unless_eligible(self, ruling: Ruling) -> None:
        if ruling.eligibility.status is not Status.ELIGIBLE:
            criteria = [*ruling.eligibility.blocked_by, *ruling.eligibility.open]
            self._leave(Move.FAIL_SCREENING, "not eligible", criteria=criteria)

    def _treat(self, arm: str) -> Way:
        study = self.office.study
        after, after_dose = study.operation_after
        if arm == study.arms[1]:
            yield self._in(7)
            yield from self._doses()
            after = after_dose
            yield self._in(35)
            self._record("visit", what="procedure", text="restaging scans")
            question, go_on, end = study.decision
            is_resectable = self._is_resectable()
            self._record("decision", decision=question, option=go_on if is_resectable else end)
            if not is_resectable:
                return
            after -= 35
        yield self._in(after)
        yield from self._operate()

    def _is_resectable(self) -> bool:
        return self.rng.random() >= self.chances.not_resectable

    def _doses(self) -> Way:
        """All doses of the course, or until it is stopped."""
        study = self.office.study
        for number, step in enumerate(study.doses):
            ruling = yield from self._gate_of_dose(number, step)
            if ruling is None:
                self._record("course-stopped", course=study.course, reason="toxicity")
                return
            self.office.release(self.site, ruling)
            amount = study.amounts[str(ruling.answer.level)]
            self._record("dose", step=step, administered=amount, unit=study.unit)
            self._dosed(step, amount)
            if number + 1 < len(study.doses):
                yield self._in(study.interval // 2)
                self._look_between()
                self._may_leave()
                yield self._in(study.interval - study.interval // 2 - 3)

    def _dosed(self, step: str, amount: str) -> None:
        """What else follows a dose: nothing here."""

    def _look_between(self) -> None:
        """Bloods at their lowest, and whatever happened since the dose."""
        study = self.office.study
        count = {"platelets": study.low} if self.rng.random() < self.chances.low_count else {}
        self._record("results", results=results(*study.before_dose[:4], **count))
        if self.rng.random() < self.chances.event:
            self._adverse_event()

    def _adverse_event(self) -> None:
        """One that began last week and is over."""
        grade = self.rng.choice((1, 1, 2, 2, 3))
        relation = self.rng.choice(("unrelated", "possible", "probable"))
        serious = ["hospitalisation"] if self.rng.random() < self.chances.serious else []
        told: dict[str, Any] = {
            "term": self.rng.choice(("nausea", "fatigue", "diarrhoea")),
            "category": "other",
            "grade": grade,
        }
        told |= {"relation": relation, "serious": serious, "outcome": "recovered"}
        self._record("adverse-event", **{**told, "on": self._in(-7), "end": self._in(-2)})

    def _gate_of_dose(self, number: int, step: str) -> Generator[date | Ask, Any, GateRuling | None]:
        """Results, then answers on the day, then the gate, again after a week when it is held; None when it stops."""
        study = self.office.study
        is_low = number > 0 and self.rng.random() < self.chances.low_at_gate
        for _ in range(MOST_TRIES):
            count = {"platelets": study.low} if is_low else {}
            self._record("results", results=results(*study.before_dose, **count))
            yield self._in(3)
            for found in (study.at_dose,) if study.at_dose else ():
                self._record("results", results=results(*found))
            for code, value in study.answers:
                self._record("answer", code=code, value=value, by="the team")
            if number > 0:
                self._record("adverse-event-review", found="none-new")
            ruling = yield from self._ask(step)
            if ruling.answer.is_open:
                return ruling
            if ruling.answer.action is Action.STOP:
                return None
            is_low = False
            yield self._in(4)
        return None

    def _ask(self, step: str) -> Generator[date | Ask, Any, GateRuling]:
        """Ask the gate of a step; what it answers is put down when it is not open."""
        ruling: GateRuling = yield Ask(self.subject, step)
        self.office.said[ruling.answer.action.value] += 1
        if not ruling.answer.is_open:
            self.office.hold(self.site, ruling)
        return ruling

    def _operate(self) -> Way:
        study = self.office.study
        for _ in range(MOST_TRIES):
            if study.before_operation:
                self._record("results", results=results(*study.before_operation))
            for code, value in study.answers_before_operation:
                self._record("answer", code=code, value=value, by="the team")
            ruling = yield from self._ask(study.operation)
            if ruling.answer.is_open:
                self.office.release(self.site, ruling)
                self._record("operation", step=study.operation, **self._found_at_operation())
                return
            yield self._in(7)
        self._move(Move.DISCONTINUE_TREATMENT, "no operation was possible")

    def _found_at_operation(self) -> dict[str, Any]:
        return {"approach": "open", "resection": self.rng.choice(("R0", "R0", "R1")), "lesions_removed": 3}

    def _follow(self) -> Way:
        """Visit, assessments on days that count from randomisation, events, and the end."""
        yield self._in(30)
        self._record("visit", what="visit")
        self._move(Move.ENTER_FOLLOW_UP)
        for day in self._assessments():
            yield day
            self._assess()
            if self.rng.random() < self.chances.event / 2:
                self._adverse_event()
            self._may_leave()
        yield max(self._in(1), self.since + timedelta(self.chances.followed_for))
        self._leave(Move.COMPLETE, source="the last visit of the plan")

    def _assessments(self) -> Iterator[date]:
        days = (self.since + timedelta(84 * number) for number in range(1, self.chances.followed_for // 84 + 1))
        return (day for day in [*days] if day > self.office.today)

    def _assess(self) -> None:
        lesions = [{"lesion": "L1", "role": "target", "state": "measured", "mm": str(self.rng.randint(12, 40))}]
        told = {"reader": "site", "reader_kind": "site", "activity": self.office.study.assessment}
        self._record("tumour-assessment", lesions=lesions, **told)

    def _may_leave(self) -> None:
        chance = self.rng.random()
        if chance < self.chances.leaves / 3:
            self._leave(Move.DIE, source="death certificate")
        elif chance < self.chances.leaves * 2 / 3:
            self._leave(Move.WITHDRAW_FROM_ALL_CONTACT)
        elif chance < self.chances.leaves:
            self._leave(Move.LEAVE_STUDY, "moved abroad")
