"""The data cut: which day is the last that counts, and the act that gives it a name for good.

Decides the day from what was asked, and that a name stands for one cut: asked for again in the same words it is the
same, in others it is refused. A cut keeps the number and the hash of the last event then written, so whatever is
written later does not change it.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from equipoise.analysis.endpoints import derive_all_times
from equipoise.analysis.facts import TrialFacts
from equipoise.errors import EquipoiseError, Fault, RefusedError
from equipoise.operations.analysing.trial_facts import Until, make_facts
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Cut, Version
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.analysis_plan import AnalysisPlan, EndpointDefinition, EndpointKind

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class CutOn:
    """A day that was chosen."""

    day: date

    def __str__(self) -> str:
        return f"on {self.day}"


@dataclass(frozen=True)
class CutAtEvents:
    """The day on which so many subjects have had the event of an endpoint."""

    number: int
    endpoint: str

    def __str__(self) -> str:
        return f"{self.number} events of {self.endpoint}"


@dataclass(frozen=True)
class CutAfter:
    """The day on which the subject randomised last has been in the trial for so many days."""

    days: int

    def __str__(self) -> str:
        return f"{self.days} days of follow-up"


How = CutOn | CutAtEvents | CutAfter


def make_cut(desk: Desk, who: Who, rules: Rules, name: str, how: How) -> Cut:
    """
    Make a cut, or give the one that was made before by this name in the same words.

    Raises
    ------
    RefusedError, EquipoiseError
        The person may not, the name stands for another cut, the day is not there yet or precedes all subjects.
    """
    check_may(desk, who, Act.CUT)
    if not _NAME.fullmatch(name):
        do = "Use 1 to 64 of a-z, 0-9, point, dash and underscore; begin with a letter or a digit."
        raise EquipoiseError("Nothing was written.", [Fault("--name", "cannot be the name of a cut", do)])
    known = desk.get(Cut, name)
    if known is not None:
        _check_same(known, how)
        return known
    head = desk.memory.head
    day = find_day(desk, rules, how, head, desk.now.date())
    facts = make_facts(desk, rules, Until(day, head), is_masked=False)
    if not facts.subjects:
        _check_first(make_facts(desk, rules, Until(desk.now.date(), head), is_masked=True), how)
    new = {
        "name": name,
        "cut_on": day.isoformat(),
        "how": str(how),
        "last_seq": head,
        "last_hash": desk.event(head).hash,
        "facts": tag_of(desk, facts),
    }
    write(desk, make_entry(Act.CUT, who, {Visibility.OPEN: Change(new)}))
    made = desk.get(Cut, name)
    assert made is not None
    return made


def facts_at(view: View, rules: Rules, cut: Cut, *, is_masked: bool) -> TrialFacts:
    """
    The facts of a cut, as they were when it was made.

    Raises
    ------
    RefusedError
        They are not: another protocol is at hand, or another program reads the log.
    """
    until = Until(date.fromisoformat(cut.cut_on), cut.last_seq)
    facts = make_facts(view, rules, until, is_masked=False)
    if view.event(cut.last_seq).hash != cut.last_hash or tag_of(view, facts) != cut.facts:
        what = "its facts are not those of the day on which it was made: the protocol, the program or the log differs"
        do = "Check the log (equipoise trial verify) and the protocol file, or make a cut of another name."
        raise RefusedError("Nothing was analysed.", [Fault(f"cut {cut.id}", what, do)])
    return make_facts(view, rules, until, is_masked=True) if is_masked else facts


def plan_at(view: View, rules: Rules, version: str) -> AnalysisPlan:
    """
    The analysis plan of a version.

    Raises
    ------
    RefusedError
        It has none, or the protocol at hand is not the one that was approved.
    """
    approved = view.get(Version, version)
    if approved is not None and approved.digest != rules.digest_of(version):
        do = "Put the approved protocol file back into the trial's folder."
        raise RefusedError(
            "Nothing was analysed.", [Fault(f"version {version}", "is not the one approved: its digest differs", do)]
        )
    plan = rules.protocol.analysis_of(version)
    if plan is None:
        do = "A protocol says under `analyses` what it promises; a version names one by `analysis`."
        raise RefusedError("Nothing was analysed.", [Fault(f"version {version}", "has no analysis plan", do)])
    return plan


def find_day(view: View, rules: Rules, how: How, head: int, today: date) -> date:
    """
    The last day that counts.

    Raises
    ------
    RefusedError
        It lies in the future, or is not reached yet.
    """
    if isinstance(how, CutOn):
        day = how.day
    elif isinstance(how, CutAfter):
        day = _day_after(make_facts(view, rules, Until(today, head), is_masked=True), how)
    else:
        day = _day_at_events(view, rules, how, Until(today, head))
    if day > today:
        do = f"A cut is made of what has happened: give a day up to {today}, or wait."
        raise RefusedError("Nothing was cut.", [Fault(f"cut {how}", f"{day} lies in the future", do)])
    return day


def tag_of(view: View, facts: TrialFacts) -> str:
    """A digest of facts under a key of the trial: from a bare one a guessed arm could be proven."""
    text = json.dumps(plain(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return view.tag(f"facts/{hashlib.sha256(text.encode()).hexdigest()}")


def plain(value: Any) -> Any:
    """Dataclasses, days, decimals and sets as what JSON has; what a dataclass computes of itself is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value) if each.init}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _check_same(known: Cut, how: How) -> None:
    if known.how != str(how):
        do = "A cut never changes: ask for it in the same words, or choose another name."
        fault = Fault(f"cut {known.id}", f"was made as: {known.how} (last day {known.cut_on})", do)
        raise RefusedError("Nothing was cut.", [fault])


def _check_first(facts: TrialFacts, how: How) -> None:
    """A day before the first randomisation is a slip of the pen, and the name would be used up for good."""
    if facts.subjects:
        first = min(each.randomised_on for each in facts.subjects)
        do = "Check the day: a cut never changes, and its name cannot be used again."
        raise RefusedError("Nothing was cut.", [Fault(f"cut {how}", f"the first was randomised on {first}", do)])


def _day_after(facts: TrialFacts, how: CutAfter) -> date:
    if not facts.subjects:
        raise RefusedError("Nothing was cut.", [Fault(f"cut {how}", "nobody is randomised", "Wait for the first.")])
    return max(subject.randomised_on for subject in facts.subjects) + timedelta(days=how.days)


def _day_at_events(view: View, rules: Rules, how: CutAtEvents, until: Until) -> date:
    """
    The first day by which so many events are known from what is dated up to it.

    An event that counts today may not have counted then (a scan that was missed later), so each day is looked at as a
    cut of its own.
    """
    facts = make_facts(view, rules, until, is_masked=True)
    endpoint = _endpoint(plan_at(view, rules, facts.version), how)
    days = sorted(row.on for row in derive_all_times(endpoint, facts).rows if row.event)
    for day in days[max(how.number, 1) - 1 :]:
        then = make_facts(view, rules, Until(day, until.seq), is_masked=True)
        if sum(row.event for row in derive_all_times(endpoint, then).rows) >= how.number:
            return day
    what = f"{len(days)} subjects have had it by {until.day}"
    raise RefusedError("Nothing was cut.", [Fault(f"cut {how}", what, "Wait, or choose the day by other words.")])


def _endpoint(plan: AnalysisPlan, how: CutAtEvents) -> EndpointDefinition:
    timed = {each.id: each for each in plan.endpoints if each.kind is EndpointKind.TIME_TO_EVENT}
    if how.endpoint not in timed:
        do = f"Endpoints with times: {', '.join(timed) or 'none'}."
        raise EquipoiseError("Nothing was cut.", [Fault(f"--of {how.endpoint}", "is no endpoint with times", do)])
    return timed[how.endpoint]
