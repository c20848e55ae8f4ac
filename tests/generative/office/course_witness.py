"""Reads events and objects: how a subject of the small study is treated, written a second time.

What the study asks for (`tests/office_protocol.yaml`) is restated here in plain words and days, from what stands in the
log. Nothing of calendar, gates, dose rules or forms is called; numbers are read, compared and counted anew.

The study: in the arm `drug-then-surgery` two doses, `drug-1` from allocation on and `drug-2` not sooner than 25 days
after the last one, then `surgery-day` not sooner than 28 days after the last step of the drug (or after it was stopped)
and 21 after any dose, if somebody decided that the tumour is resectable. In the arm `surgery` the operation, not sooner
than 14 days after allocation.

Before a dose: platelets of the last seven days known, not contradicting each other, at least 75. Platelets below 50
since the last dose: half the dose, no dose while they last, and none ever again when they were below 50 between earlier
doses or the last dose is 56 days ago. A dose under a name that no step has keeps every gate unknown.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from equipoise.operations.office.event import Event
from equipoise.operations.office.visibility import Visibility

DRUG_ARM = "drug-then-surgery"
DOSES, OPERATION = ["drug-1", "drug-2"], "surgery-day"
STEPS = {"drug-then-surgery": [*DOSES, OPERATION], "surgery": [OPERATION]}
COURSES = {"drug-then-surgery": {"drug": DOSES, "operation": [OPERATION]}, "surgery": {"operation": [OPERATION]}}
STRICTEST = ("stop", "hold", "unknown", "reduce", "give")
GONE = {"died", "off-study", "completed", "withdrawn-from-all-contact"}
OVER = {"discontinued", "ended"}
MG = {"mg": Decimal(1), "g": Decimal(1000), "ug": Decimal("0.001")}
AMOUNTS = {"give": ("full", "100"), "reduce": ("half", "50")}
PER_LITRE = {"10*9/L", "10*3/uL"}
_VALUE = re.compile(r"(<=|>=|<|>)? *([0-9]+(?:\.[0-9]+)?)")

Truth = bool | None


@dataclass(frozen=True)
class Released:
    """What a release said: the step, its day, the amount, and the entries that its gate had read."""

    step: str
    on: date
    amount: str | None
    read: frozenset[str]

    def fits(self, step: str, on: str) -> bool:
        return (self.step, self.on.isoformat()) == (step, on)


def is_at_least(value: str, unit: str | None, limit: int) -> Truth:
    """Whether a platelet count is known to reach a limit; None: it cannot be told."""
    read = _VALUE.fullmatch(value.strip())
    if read is None or unit not in PER_LITRE:
        return None
    sign, number = read[1], Decimal(read[2])
    if sign is None:
        return number >= limit
    if sign in ("<", "<="):
        return False if number < limit or (sign == "<" and number == limit) else None
    return True if number >= limit else None


def any_of(truths: Iterable[Truth]) -> Truth:
    """Whether something was ever so."""
    found = set(truths)
    return True if True in found else None if None in found or not found else False


@dataclass(frozen=True)
class Held:
    """What a hold said: the step, its day, the answer put down, and the entries that its gate had read."""

    step: str
    on: date
    answer: dict[str, Any]
    read: frozenset[str]


@dataclass
class Course:
    """One allocated subject, as its events tell it."""

    arm: str
    allocated_on: date
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    releases: dict[int, Released] = field(default_factory=dict)
    holds: dict[int, Held] = field(default_factory=dict)
    stood: list[tuple[tuple[str, str], date]] = field(default_factory=list)
    counts: dict[str, list[tuple[date, str, str | None]]] = field(default_factory=dict)

    @property
    def pair(self) -> tuple[str, str]:
        return self.stood[-1][0]

    def forms(self, *kinds: str) -> list[tuple[int, dict[str, Any]]]:
        """What stands of some kinds, with the number of its entry."""
        return [
            (int(name), entry["form"])
            for name, entry in self.entries.items()
            if entry["form"] is not None and entry["kind"] in kinds
        ]

    def given(self) -> list[tuple[str, date]]:
        """Steps that were given, by day; a dose of nothing is none."""
        found = []
        for number, form in self.forms("dose", "operation"):
            if "administered" not in form or left_in(form) != 0:
                found.append((date.fromisoformat(form["on"]), number, form["step"]))
        return [(step, day) for day, _, step in sorted(found)]

    def first_day(self, step: str) -> date | None:
        return next((day for given, day in self.given() if given == step), None)

    def decided(self) -> str | None:
        """The answer in force to whether the tumour can be removed."""
        answers = [
            (form["on"], number, form["option"])
            for number, form in self.forms("decision")
            if form["decision"] == "resectable"
        ]
        return max(answers)[2] if answers else None

    def stops(self, course: str) -> list[date]:
        """The days on which a course was stopped by name."""
        return [date.fromisoformat(form["on"]) for _, form in self.forms("course-stopped") if form["course"] == course]

    def is_done_with(self, course: str) -> bool:
        """Whether a course was given whole, was stopped, or is not to be given by the decision."""
        steps = {step for step, _ in self.given()}
        is_ended = course == "operation" and self.decided() == "no"
        return steps >= set(COURSES[DRUG_ARM][course]) or bool(self.stops(course)) or is_ended

    def is_over(self) -> bool:
        return all(map(self.is_done_with, COURSES[self.arm]))

    def gone_on(self) -> date | None:
        """Since when the subject is dead or has left, as told by the first move of those in a row."""
        since = None
        for pair, day in self.stood:
            since = (since or day) if pair[0] in GONE else None
        return since

    def platelets(self) -> dict[date, list[tuple[str, str | None]]]:
        """Every count by its day: those of the records as they were last read, and those entered."""
        found: dict[date, list[tuple[str, str | None]]] = {}
        for each in self.counts.values():
            for day, value, unit in each:
                found.setdefault(day, []).append((value, unit))
        for _, form in self.forms("results"):
            for result in form["results"]:
                if result.get("concept") == "platelets":
                    day = date.fromisoformat(form["on"])
                    found.setdefault(day, []).append((result["value"], result.get("unit")))
        return found

    def reaches(self, day: date, limit: int) -> Truth:
        """Whether all counts of a day reach a limit, or none does; None: they do not agree, or cannot be read."""
        truths = {is_at_least(value, unit, limit) for value, unit in self.platelets()[day]}
        return truths.pop() if len(truths) == 1 else None

    def released_for(self, step: str, on: str) -> int | None:
        """The last release of a step for a day, if nothing used it yet; earlier ones it has replaced."""
        used = {entry["release"] for entry in self.entries.values() if entry["form"] is not None}
        last = max((seq for seq, it in self.releases.items() if it.fits(step, on)), default=None)
        return None if last in used else last


def left_in(form: Mapping[str, Any]) -> Decimal:
    """What of a dose went into the subject, in its own unit."""
    return Decimal(form["administered"]) - Decimal(form.get("residual", "0"))


def gate(course: Course, step: str, today: date) -> str:
    """What the gate of a step says on a day."""
    said = [_turn(course, step), _interval(course, step, today)]
    if step == OPERATION:
        said.append(_resectable(course))
    else:
        said += [_enough_platelets(course, today), _low_platelets(course, today)]
    return min(said, key=STRICTEST.index)


def _turn(course: Course, step: str) -> str:
    own = "operation" if step == OPERATION else "drug"
    given = [each for each, _ in course.given()]
    is_out = course.pair[0] in GONE or course.pair[1] in OVER or step not in STEPS[course.arm] or step in given
    if is_out or course.stops(own) or (own == "operation" and course.decided() == "no"):
        return "stop"
    if step == "drug-1" and "drug-2" in given:
        return "stop"
    if step == "drug-2" and "drug-1" not in given:
        return "hold"
    if own == "operation" and course.arm == DRUG_ARM and not course.is_done_with("drug"):
        return "hold"
    return "give" if set(given) <= set(STEPS[DRUG_ARM]) else "unknown"


def _interval(course: Course, step: str, today: date) -> str:
    """Only asked for where it is the turn of the step: elsewhere something stricter is said already."""
    if step == "drug-1":
        return "give" if today >= course.allocated_on else "hold"
    if step == "drug-2":
        last = max((day for step, day in course.given() if step in DOSES), default=None)
        return "give" if last is not None and today >= last + timedelta(days=25) else "hold"
    if course.arm != DRUG_ARM:
        return "give" if today >= course.allocated_on + timedelta(days=14) else "hold"
    if not course.is_done_with("drug"):
        return "hold"
    days = [day for day in map(course.first_day, DOSES) if day is not None]
    since = max(days) if days else min(course.stops("drug"))
    last = max((day for step, day in course.given() if step in DOSES), default=date.min)
    return "give" if today >= max(since + timedelta(days=28), last + timedelta(days=21)) else "hold"


def _resectable(course: Course) -> str:
    if course.decided() == "no":
        return "stop"
    return "give" if course.arm != DRUG_ARM or course.decided() == "yes" else "unknown"


def _enough_platelets(course: Course, today: date) -> str:
    days = [day for day in course.platelets() if today - timedelta(days=7) <= day <= today]
    truth = course.reaches(max(days), 75) if days else None
    return "unknown" if truth is None else "give" if truth else "hold"


def _low_platelets(course: Course, today: date) -> str:
    doses = sorted({day for step, day in course.given() if step in DOSES})
    low = {day: _not(course.reaches(day, 50)) for day in course.platelets() if day <= today}
    now = low[max(low)] if low else None
    seen, before, is_late = now, any_of([False]), False
    if doses:
        since = any_of([*(truth for day, truth in low.items() if day > doses[-1]), *_low_at(low, doses[-1])])
        seen = any_of([since, now])
        earlier = [any_of([*(low[day] for day in low if a < day <= b), *_low_at(low, a)]) for a, b in pairwise(doses)]
        before = any_of(earlier) if earlier else False
        is_late = today - doses[-1] >= timedelta(days=56)
    said = {
        _of_table(is_now, is_seen, was_before, is_late)
        for is_now in _either(now)
        for is_seen in _either(seen)
        for was_before in _either(before)
        if is_seen or not is_now
    }
    return said.pop() if len(said) == 1 else "unknown"


def _low_at(low: dict[date, Truth], dose: date) -> list[Truth]:
    """Low platelets with which a dose was given all the same: the latest up to it, also where they are left open."""
    latest = max((day for day in low if day <= dose), default=None)
    return [] if latest is None or low[latest] is False else [low[latest]]


def _of_table(is_now: bool, is_seen: bool, was_before: bool, is_late: bool) -> str:
    if not is_seen:
        return "give"
    if was_before or is_late:
        return "stop"
    return "hold" if is_now else "reduce"


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _either(truth: Truth) -> tuple[bool, ...]:
    return (False, True) if truth is None else (truth,)


class CourseWitness:
    """Follows the courses of one log, and counts what it met."""

    def __init__(self, met: Counter[str]) -> None:
        self.courses: dict[str, Course] = {}
        self.before: dict[str, Course] = {}
        self.items: dict[str, dict[str, str]] = {}
        self.met = met

    def course(self, subject: str) -> Course | None:
        """The course of an allocated subject."""
        return self.courses.get(subject)

    def entries(self, subject: str) -> dict[str, dict[str, Any]]:
        return self._of(subject).entries

    def _of(self, subject: str) -> Course:
        return self.courses.get(subject) or self.before.setdefault(subject, Course("", date.min))

    def hear(self, event: Event, pair: tuple[str, str] | None) -> None:
        """Take an event in, or object; `pair` is where its subject stands after it, None when it moved nobody."""
        if event.entry.subject is None:
            return
        about = _STEPS.get(event.entry.act.value)
        if about is not None:
            getattr(self, about)(event)
        course = self._of(event.entry.subject)
        if pair is not None:
            course.stood.append((pair, _day_of(event)))
        self.items.setdefault(event.entry.subject, {}).update(
            (f"{event.seq}.{number}", each["kind"]) for number, each in enumerate(_raised(event), start=1)
        )

    def _records(self, event: Event) -> None:
        """The platelets of records that were read, at the beginning or for a judgement."""
        snapshot = event.new("snapshot", Visibility.CLINICAL)
        if snapshot is not None:
            rows = snapshot["tables"]["measurements"]
            counts = [(date.fromisoformat(row["time_lower"]), row["value_text"], row["unit"]) for row in rows]
            self._of(str(event.entry.subject)).counts = {"records": counts}

    def _allocated(self, event: Event) -> None:
        subject = str(event.entry.subject)
        earlier = self.before.pop(subject)
        earlier.arm, earlier.allocated_on = event.new("arm", Visibility.ARM), event.at.date()
        self.courses[subject] = earlier

    def _released(self, event: Event) -> None:
        """Never past a closed or an unknown gate, to whoever is still to be treated, for this day and at its level."""
        answer, subject = _sealed(event, "answer"), str(event.entry.subject)
        course = self.courses[subject]
        says = gate(course, answer["step"], event.at.date())
        assert says in ("give", "reduce"), f"{answer['step']} was released, and its gate says {says}"
        assert (answer["subject"], answer["as_of"]) == (subject, event.at.date().isoformat())
        assert answer["action"] == says, f"the gate says {says}, and the release {answer['action']}"
        assert course.pair[0] == "randomised", f"released to somebody who is {course.pair}"
        assert course.pair[1] in ("assigned", "on-treatment"), f"released to somebody who is {course.pair}"
        assert {line["action"] for line in answer["lines"]} <= {"give", "reduce"}, "released past a closed line"
        wanted = (None, None) if answer["step"] == OPERATION else AMOUNTS[says]
        assert (answer["level"], answer["amount"]) == wanted, f"{says} at {answer['level']}, {answer['amount']}"
        signed = event.entry.signature
        assert signed is not None, "released without a signature"
        for part in (answer["step"], subject, answer["as_of"], says):
            assert part in signed.statement, f"signed without {part}"
        course.releases[event.seq] = Released(answer["step"], event.at.date(), answer["amount"], _entries_of(answer))
        self.met[f"released: {says}"] += 1
        self.met[f"released {answer['step']}"] += 1

    def _held(self, event: Event) -> None:
        """Never of an open gate, with the answer of that day whole, unsigned, and once; it changes nothing else."""
        assert set(event.entry.changes) == {Visibility.TREATMENT}, "a hold tells in the open"
        assert event.entry.changes[Visibility.TREATMENT].new.keys() == {"answer"}, "a hold changes more than it tells"
        answer, subject = _sealed(event, "answer"), str(event.entry.subject)
        course = self.courses[subject]
        says = gate(course, answer["step"], event.at.date())
        assert says in ("hold", "stop", "unknown"), f"{answer['step']} was held, and its gate says {says}"
        assert (answer["subject"], answer["as_of"]) == (subject, event.at.date().isoformat())
        assert answer["action"] == says, f"the gate says {says}, and the hold {answer['action']}"
        assert says in {line["action"] for line in answer["lines"]}, "held without a reason"
        assert (answer["level"], answer["amount"]) == (None, None), "held at an amount"
        assert event.entry.signature is None, "a hold was signed, as if it authorised something"
        earlier = [each.answer for each in course.holds.values() if each.step == answer["step"]]
        assert not earlier or earlier[-1] != answer, "the same answer was put down twice"
        course.holds[event.seq] = Held(answer["step"], event.at.date(), answer, _entries_of(answer))
        self.met[f"held: {says}"] += 1
        self.met[f"held {answer['step']}"] += 1

    def _recorded(self, event: Event) -> None:
        course, form, kind = self._of(str(event.entry.subject)), _sealed(event, "form"), _sealed(event, "kind")
        self._check_told(event, course, kind, form, "")
        self._check_move(event, course, kind, form)
        course.entries[str(event.seq)] = {
            "kind": kind,
            "form": form,
            "release": _sealed(event, "release"),
            "is_masked": False,
        }
        self.met[f"recorded {kind}"] += 1

    def _read(self, event: Event) -> None:
        form, kind = event.new("form", Visibility.CLINICAL), event.new("kind", Visibility.CLINICAL)
        assert set(event.entry.changes) == {Visibility.CLINICAL}, "a reading tells more than itself"
        entry = {"kind": kind, "form": form, "release": None, "is_masked": True}
        self._of(str(event.entry.subject)).entries[str(event.seq)] = entry
        self.met["read by a masked reader"] += 1

    def _amended(self, event: Event) -> None:
        course, name = self._of(str(event.entry.subject)), _sealed(event, "entry")
        entry, form = course.entries[name], _sealed(event, "form")
        assert entry["form"] is not None, "an entry was amended that had been struck out"
        assert not entry["is_masked"], "a masked reading was amended"
        assert event.entry.changes[Visibility.TREATMENT].old["form"] == entry["form"], "the old value was not kept"
        assert (_sealed(event, "reason") or "").strip(), "amended without a reason"
        n_holds = sum(name in each.read for each in course.holds.values())
        n_used = sum(name in each.read for each in course.releases.values()) + n_holds
        assert n_used == sum(each["code"] == "gate-used-old-value" for each in _raised(event))
        self.met["gates that had used an old value"] += n_used
        self.met["holds that had used an old value"] += n_holds
        if form is None:
            self.met["struck out"] += 1
        else:
            self._check_told(event, course, entry["kind"], form, name)
            self.met["amended"] += 1
        course.entries[name] = {**entry, "form": form, "release": _sealed(event, "release")}

    def _attended(self, event: Event) -> None:
        kinds = {"deviation.classified": "deviation", "query.answered": "query", "notice.acknowledged": "notice"}
        kind = kinds[event.entry.act.value]
        assert self.items[str(event.entry.subject)].get(_sealed(event, "item")) == kind, "attended to what is not there"
        words = (_sealed(event, "words") or "").strip()
        assert kind == "notice" or words, f"a {kind} without words"
        assert kind != "deviation" or _sealed(event, "severity") in ("minor", "important"), (
            "a deviation without a class"
        )
        self.met[f"attended: {kind}"] += 1

    def _check_told(self, event: Event, course: Course, kind: str, form: dict[str, Any], name: str) -> None:
        """Every step without a release is a deviation, and so is what should not have been; `name`: what is amended."""
        codes = {(each["kind"], each["code"]) for each in _raised(event)}
        assert form["on"] <= event.at.date().isoformat(), "recorded of the future"
        if kind in ("dose", "operation"):
            self._check_step(event, course, kind, form, name, codes)
        gone = course.gone_on()
        is_after = gone is not None and course.arm and form["on"] > gone.isoformat() and kind != "deviation"
        assert (("deviation", "after-the-end") in codes) is bool(is_after), f"{kind} after the end: {codes}"
        self.met["recorded after the end"] += bool(is_after)
        if kind == "adverse-event" and form.get("serious"):
            assert ("notice", "serious-adverse-event") in codes
            self.met["serious adverse events"] += 1
        self.met.update(f"raised {kind}: {code}" for kind, code in codes)

    def _check_step(
        self, event: Event, course: Course, kind: str, form: dict[str, Any], name: str, codes: set[tuple[str, str]]
    ) -> None:
        own = course.entries.get(name, {}).get("release")
        is_kept = own is not None and course.releases[own].fits(form["step"], form["on"])
        release = own if is_kept else course.released_for(form["step"], form["on"])
        assert _sealed(event, "release") == release, f"release {_sealed(event, 'release')}, and {release} fits"
        is_free = release is None
        assert (("deviation", "without-release") in codes) is is_free, f"{form['step']} with release {release}: {codes}"
        assert (("notice", "without-release") in codes) is is_free
        self.met["steps without a release" if is_free else "steps with a release"] += 1
        if not course.arm:
            assert ("deviation", "before-allocation") in codes
            return
        is_known = form["step"] in STEPS[DRUG_ARM]
        assert is_known or ("deviation", "unknown-step") in codes
        is_of_kind = (kind == "operation") == (form["step"] == OPERATION)
        if not is_known or not is_of_kind:
            return
        assert form["step"] in STEPS[course.arm] or ("deviation", "not-of-the-arm") in codes
        is_open = course.arm == DRUG_ARM and not course.is_done_with("drug") and course.pair[1] not in OVER
        if kind == "operation" and is_open:
            assert ("deviation", "earlier-course-open") in codes, "an operation while the drug was open"
            assert ("notice", "earlier-course-open") in codes
        if kind == "dose" and release is not None and left_in(form) != 0 and form["unit"] in MG:
            wanted = Decimal(str(course.releases[release].amount))
            is_off = abs(left_in(form) * MG[form["unit"]] - wanted) > wanted / 10
            assert (("deviation", "given-not-as-released") in codes) is is_off, f"{form} released {wanted}: {codes}"

    def _check_move(self, event: Event, course: Course, kind: str, form: dict[str, Any]) -> None:
        """A step begins the treatment; when nothing that is planned is left, it is over."""
        new = _sealed(event, "treatment")
        if not course.arm or course.pair[1] not in ("assigned", "on-treatment"):
            assert new is None, f"a record moved somebody who is {course.pair}"
            return
        entry = {"kind": kind, "form": form, "release": None, "is_masked": False}
        then = Course(course.arm, course.allocated_on, {**course.entries, str(event.seq): entry})
        has_begun = course.pair[1] == "on-treatment" or len(then.given()) > len(course.given())
        is_step = len(then.given()) > len(course.given())
        wanted = None
        if has_begun and then.is_over():
            wanted = "ended"
        elif is_step and course.pair[1] == "assigned":
            wanted = "on-treatment"
        assert new == wanted, f"{kind} moved {course.pair} to {new}, and {wanted} follows"
        self.met.update([f"treatment {new}"] if new else [])


_STEPS = {
    "subject.identified": "_records",
    "subject.judged": "_records",
    "subject.allocated": "_allocated",
    "step.released": "_released",
    "step.held": "_held",
    "form.recorded": "_recorded",
    "form.amended": "_amended",
    "scan.read": "_read",
    "deviation.classified": "_attended",
    "query.answered": "_attended",
    "notice.acknowledged": "_attended",
}


def _entries_of(answer: dict[str, Any]) -> frozenset[str]:
    """The entries whose records an answer rests on."""
    read = (each["record"] or "" for line in answer["lines"] for each in line["readings"])
    return frozenset(record.partition("/")[0] for record in read)


def _sealed(event: Event, name: str) -> Any:
    return event.new(name, Visibility.TREATMENT)


def _raised(event: Event) -> list[dict[str, str]]:
    return _sealed(event, "raised") or []


def _day_of(event: Event) -> date:
    told = _sealed(event, "on") or event.new("on")
    return date.fromisoformat(told) if told else event.at.date()
