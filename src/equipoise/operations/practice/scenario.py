"""The scenario of the demo: when a made-up tumour grows, when a made-up person dies, and what scans show meanwhile.

Nothing of it is known of anybody: the numbers are chosen so that each part of a report has something to show. Times
are exponential. A scan shows a new lesion from the day of progression on; a masked reader now and then sees it one
scan later than the site.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import log
from random import Random
from typing import Any

from equipoise.conduct.moves import Move
from equipoise.operations.practice.lives import Chances, Left, Life, Way
from equipoise.operations.practice.office import Ask

CHANCES = Chances(declines=0.04, leaves=0.0, low_count=0.15, low_at_gate=0.12, event=0.6, followed_for=728)
PROGRESSION_MEDIAN = (420, 660)
"""Until progression, from randomisation: surgery alone, and the drug before it. [d]"""
DEATH_MEDIAN = 480
"""Until death, from progression. [d]"""
LEAVES_EARLY = 0.08
LATE_READER = 0.15
"""How often the masked reader sees progression one scan later."""
MEASURES, MEASURED_AFTER = 0.7, 4
"""How many have the dose of their kidneys measured, and when after each cycle. [d]"""
KIDNEY_GY, KIDNEY_SPREAD, KIDNEY_LEAST, KIDNEY_MOST = 0.43, 0.13, 0.27, 0.91
"""Dose of the kidneys for each activity, mean, deviation and range of 12 patients (EJNMMI Res 2018). [Gy/GBq]"""
KIDNEY_PERCENT = 13
"""Uncertainty of one cycle from three scans (EJNMMI Phys 2021;8:78). [%]"""
COMPLICATIONS = (
    ("fever", "I"),
    ("bleeding, transfused", "II"),
    ("pneumothorax, drained", "IIIa"),
    ("bleeding, operated again", "IIIb"),
)
"""What may go wrong on the day of an operation, with its grade by Clavien and Dindo."""
COMPLICATED, COMPLICATED_AGAIN = 0.4, 0.15
"""How many operations have a complication, and a second one; from nowhere but the wish to see some."""
SCAN_EVERY, MOST_SHRINKS = 84, 0.6
NEW_LESION = {"lesion": "N1", "role": "new", "state": "unequivocal", "organ": "bone"}

WORDS = (
    f"Progression after a median of {PROGRESSION_MEDIAN[0]} days with surgery alone and {PROGRESSION_MEDIAN[1]} days "
    f"with PRRT before it, death after a median of {DEATH_MEDIAN} days from progression, both exponential; scans every "
    f"{SCAN_EVERY} days. These numbers are made up: a scenario, and no finding about a treatment."
)


@dataclass
class ScenarioLife(Life):
    """A life in which scans and an end come on days of their own, whatever the treatment is doing then."""

    chances: Chances = CHANCES
    progresses_on: date = date.max
    dies_on: date = date.max
    arm: str = ""
    operated_on: date = date.max
    coming: list[tuple[date, Callable[[], None]]] = field(default_factory=list)
    """What else will happen, in the order of days."""
    mm: int = 0
    """The lesion at the first scan."""
    shrinks: float = 0.0
    reads_late: bool = False

    def live(self) -> Way:
        """From first contact to off study; between two steps of the plan come scans, and perhaps the end."""
        way, answer = super().live(), None
        while True:
            try:
                waits_for = way.send(answer)
            except StopIteration:
                return
            if isinstance(waits_for, date):
                if (yield from self._live_until(waits_for)):
                    way.close()
                    return
                waits_for = max(waits_for, self.office.today)
            answer = yield waits_for

    def _live_until(self, day: date) -> Generator[date | Ask, Any, bool]:
        """What happens up to a day; gives whether the subject left."""
        while self.coming and self.coming[0][0] <= day:
            on, happen = self.coming.pop(0)
            yield max(on, self.office.today)
            try:
                happen()
            except Left:
                return True
        return False

    def _treat(self, arm: str) -> Way:
        self.arm = arm
        self._foresee(PROGRESSION_MEDIAN[self.office.study.arms.index(arm)])
        self._scan()
        yield from super()._treat(arm)

    def _foresee(self, progression_median: int) -> None:
        self.progresses_on = self._after(self.since, progression_median)
        self.dies_on = self._after(self.progresses_on, DEATH_MEDIAN)
        last = self.chances.followed_for
        self.coming = [(self.since + timedelta(days), self._scan) for days in range(SCAN_EVERY, last + 1, SCAN_EVERY)]
        self.coming.append((self.dies_on, self._die))
        if self.rng.random() < LEAVES_EARLY:
            on = self.since + timedelta(self.rng.randint(SCAN_EVERY, last))
            self.coming.append((on, lambda: self._leave(Move.LEAVE_STUDY, "moved abroad")))
        self.shrinks = self.rng.random() * MOST_SHRINKS
        self.reads_late = self.rng.random() < LATE_READER
        self.mm = self.rng.randint(24, 60)
        self.coming.sort(key=lambda each: each[0])

    def _dosed(self, step: str, amount: str) -> None:
        """The dose of the kidneys is computed some days later, for whom it is measured."""
        # From a source of its own: who is measured changes nothing of what else happens to them.
        own = Random(f"{self.seed}/{self.number}/kidneys")
        if self.office.study.unit != "GBq" or own.random() >= MEASURES:
            return
        usual = min(max(own.gauss(KIDNEY_GY, KIDNEY_SPREAD), KIDNEY_LEAST), KIDNEY_MOST)
        dose = usual * float(amount) * Random(f"{self.seed}/{self.number}/{step}").uniform(0.92, 1.08)
        organ = {"organ": "kidney", "absorbed_dose": f"{dose:.2f}", "uncertainty_percent": KIDNEY_PERCENT}
        on = self.office.today + timedelta(MEASURED_AFTER)
        self.coming.append((on, lambda: self._record("dosimetry", step=step, organs=[organ])))
        self.coming.sort(key=lambda each: each[0])

    def _after(self, day: date, median: int) -> date:
        """A day drawn from an exponential distribution that begins on another one."""
        return day + timedelta(1 + int(self.rng.expovariate(log(2) / median)))

    def _die(self) -> None:
        self._leave(Move.DIE, source="death certificate")

    def _is_resectable(self) -> bool:
        is_resectable = super()._is_resectable()
        return is_resectable and self.office.today < self.progresses_on

    def _found_at_operation(self) -> dict[str, Any]:
        self.operated_on = self.office.today
        found = super()._found_at_operation()
        achieved = "100" if found["resection"] == "R0" else str(self.rng.choice((82, 92, 96)))
        whole = {**found, "lesions_removed": 1, "removed": ["L1"], "fraction_achieved": achieved}
        return {**whole, "complications": self._complications()}

    def _complications(self) -> list[dict[str, Any]]:
        """From a source of its own, as the dose of the kidneys."""
        own = Random(f"{self.seed}/{self.number}/complications")
        n = sum(own.random() < chance for chance in (COMPLICATED, COMPLICATED_AGAIN))
        return [
            {"term": term, "grade": grade, "on": self.office.today} for term, grade in own.sample(COMPLICATIONS, k=n)
        ]

    def _follow(self) -> Way:
        """A visit, and waiting for what comes until the plan ends."""
        yield self._in(30)
        self._record("visit", what="visit")
        self._move(Move.ENTER_FOLLOW_UP)
        yield max(self._in(1), self.since + timedelta(self.chances.followed_for + 1))
        self._leave(Move.COMPLETE, source="the last visit of the plan")

    def _scan(self) -> None:
        """The site reads it, and a masked reader for himself."""
        today = self.office.today
        told: dict[str, Any] = {"reader": "site", "reader_kind": "site"}
        if today > self.since:
            told["activity"] = self.office.study.assessment
        self._record("tumour-assessment", lesions=self._lesions(self.progresses_on), **told)
        late = timedelta(SCAN_EVERY if self.reads_late else 0)
        seen_from = min(self.progresses_on, date.max - late) + late
        self.office.read_scan(self.subject, lesions=self._lesions(seen_from))
        if today > self.since and self.rng.random() < self.chances.event / 3:
            self._adverse_event()

    def _lesions(self, new_from: date) -> list[dict[str, Any]]:
        today = self.office.today
        known: dict[str, Any] = {"lesion": "L1", "role": "target", "organ": "liver"}
        if today > self.operated_on:
            known |= {"state": "absent"}
        else:
            treated = self.arm == self.office.study.arms[1] and today > self.since
            share = 1 - self.shrinks * min(1.0, (today - self.since).days / 168) if treated else 1.0
            known |= {"state": "measured", "mm": str(round(self.mm * share))}
        return [known, NEW_LESION] if today >= new_from else [known]
