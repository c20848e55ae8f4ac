"""The words of a gate's lines: what a rule found, with value, unit, day and record, and what it is missing and why.

Decides wording only. A sentence is made of the atoms of a rule on which its outcome rests; the rule itself in words is
`criteria.prose`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from equipoise.conduct.answers import Reading
from equipoise.conduct.gate_moment import BoundRecords
from equipoise.criteria.assessed.made import value_text
from equipoise.criteria.assessed.values import words_of
from equipoise.criteria.bound import EventFact, ResultFact
from equipoise.criteria.evidence import ASSESSMENTS, BIRTH_DATE_CODE, BIRTH_DATE_NEED, NO_RECORD, SEX_CODE, SEX_NEED
from equipoise.criteria.nodes import (
    Age,
    Assessment,
    Atom,
    CockcroftGault,
    Comparison,
    Exists,
    Limit,
    Node,
    Sex,
    Value,
    Window,
)
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.prose import describe_window
from equipoise.criteria.results import limit_for
from equipoise.criteria.truth import Cause, Truth
from equipoise.criteria.verdict import EvidenceRow
from equipoise.records.tables import EventStatus
from equipoise.terminology.concepts import Concept, ConceptKind

WHY: Mapping[Cause, str] = {
    Cause.NEVER_MEASURED: "nothing is on record",
    Cause.TOO_OLD: "the latest is too old",
    Cause.NO_UNIT: "it has no unit",
    Cause.UNKNOWN_UNIT: "its unit cannot be compared with the limit",
    Cause.NO_REFERENCE_RANGE: "no normal range is known for it",
    Cause.OVERLAP: "it is not exact enough to decide",
    Cause.PARTIAL_DATE: "its day is not known exactly enough",
    Cause.UNMAPPED_CODE: "its value is not understood",
    Cause.UNSUITABLE_METHOD: "it was measured by no method that counts",
    Cause.TABLE_NOT_SUPPLIED: "the source did not supply where it would stand",
    Cause.CONFLICT: "the records contradict each other",
    Cause.READING_OPEN: "the wording has two readings",
    Cause.TEXT_DAMAGED: "the text is damaged",
    Cause.NEEDS_PERSON: "a person has to answer",
}
"""Why something is not known, said after its name: `potassium within 3 days: nothing is on record`."""

WHEN_KNOWN = "Opens when what is missing is known."

_STATUS_WORDS = {
    EventStatus.PRESENT: "",
    EventStatus.POSSIBLE: "possible ",
    EventStatus.ABSENT: "no ",
    EventStatus.ORDERED: "an order of ",
}
_PERSON_WORDS = {BIRTH_DATE_CODE: "born", SEX_CODE: "sex"}
_NAMED_AT_MOST = 4
NO_UNIT = "1"
"""The unit of a grade, as UCUM writes it: a pure number."""
Fact = ResultFact | EventFact


def readings_of(outcome: Outcome) -> tuple[Reading, ...]:
    """The records that an outcome rests on, by day; what was computed from them is no record of its own."""
    rows = [row for row in outcome.evidence if row.record_id is not None]
    made = (Reading(row.record_id, row.code or "", row.value or "", _unit(row), _first_day(row.time)) for row in rows)
    return tuple(sorted(made, key=lambda each: (each.on or date.min, each.code, each.record_id or "", each.value)))


def say_found(node: Node, outcome: Outcome, records: BoundRecords, day: date) -> str:
    """What an outcome rests on: `platelets 74 10*9/L on 2027-03-01`; parts joined by semicolons."""
    parts: list[str] = []
    for atom, own in _resting(node, outcome, records.decided(node, day)):
        parts += _found(atom, own, records, day)
    return "; ".join(dict.fromkeys(parts))


def say_needs(node: Node, outcome: Outcome, records: BoundRecords, day: date) -> tuple[str, ...]:
    """What would settle an unknown rule: each thing that is missing, with why it is."""
    if outcome.truth is not Truth.UNKNOWN:
        return ()
    said: list[str] = []
    named: set[str] = set()
    for atom, own in _resting(node, outcome, records.decided(node, day)):
        if own.truth is Truth.UNKNOWN:
            said += _needs(atom, own, records)
            named |= own.needs
    said += [_other_need(need) for need in sorted(outcome.needs - named)]
    return tuple(dict.fromkeys(said))


def say_missing_days(anchors: Iterable[str]) -> tuple[str, ...]:
    """Days from which a rule counts and that are not known yet."""
    return tuple(f"the day of {anchor.replace('-', ' ')}" for anchor in anchors)


def say_later(n: int) -> str:
    """That records of later days were left out, with their number; empty when there are none."""
    if n == 0:
        return ""
    return f"{n} {'record of a later day was' if n == 1 else 'records of later days were'} not looked at"


def sentence(*parts: str) -> str:
    """The parts that say something, joined by semicolons, with a capital and a full stop."""
    joined = "; ".join(part for part in parts if part)
    return f"{joined[:1].upper()}{joined[1:]}." if joined else ""


def _first_day(time: str | None) -> date | None:
    """The first possible day of a time as evidence writes it: `day`, `day/day`, `../day`, `day to day`."""
    text = (time or "").partition(" to ")[0].partition("/")[0]
    return date.fromisoformat(text) if text not in ("", "..") else None


def _resting(node: Node, outcome: Outcome, decided: Mapping[Atom, Outcome]) -> Iterator[tuple[Atom, Outcome]]:
    """The atoms on which an outcome rests, in the order of the rule, each with its own outcome."""
    for atom in dict.fromkeys(part for part in node.walk() if isinstance(part, Atom)):
        own = decided[atom]
        if (own.evidence or own.needs) and own.evidence <= outcome.evidence and own.needs <= outcome.needs:
            yield atom, own


def _found(atom: Atom, own: Outcome, records: BoundRecords, day: date) -> list[str]:
    """The facts of an atom; what is computed comes first, with what it was computed from."""
    if isinstance(atom, CockcroftGault) and own.truth is not Truth.UNKNOWN:
        # This node keeps its inputs as evidence, not its value: the assessment by the same formula tells it.
        twin = _as_assessment(atom)
        return _found(twin, records.judge(twin, day), records, day)
    facts = _facts(atom, own, records)
    if isinstance(atom, Sex | Age):
        return [f"{_PERSON_WORDS.get(row.code or '', row.code)} {row.value}" for row in own.evidence]
    computed = next((row for row in own.evidence if row.table == ASSESSMENTS), None)
    if computed is None or not isinstance(atom, Assessment):
        return _first_few(facts)
    value = " ".join(filter(None, (computed.value, computed.unit)))
    made = f"{words_of(atom, records.rulebook.concepts)} is {value}"
    return [f"{made} (from {', '.join(_first_few(facts))})" if facts else made]


def _as_assessment(atom: CockcroftGault) -> Assessment:
    test = Comparison(atom.operator, (Limit(atom.ml_per_min, "mL/min"),))
    return Assessment("creatinine-clearance", test, within=atom.within, options=(("weight", "actual"),))


def _facts(atom: Atom, own: Outcome, records: BoundRecords) -> list[str]:
    """The records of an atom's evidence, by day, and the absences that were taken for a no."""
    found: list[tuple[str, str]] = []
    for concept_id in atom.concept_ids():
        concept = records.rulebook.concepts[concept_id]
        facts: Sequence[Fact] = (*records.patient.results(concept_id), *records.patient.events(concept_id))
        for fact in facts:
            if fact.evidence in own.evidence:
                found.append((fact.evidence.time or "", _say_fact(fact, concept) + _say_limit(fact, atom, records)))
        if any(row.value == NO_RECORD and (row.code or "").endswith(f"|{concept_id}") for row in own.evidence):
            found.append(("", f"no record of {concept.label}"))
    return list(dict.fromkeys(words for _, words in sorted(found)))


def _first_few(facts: list[str]) -> list[str]:
    more = len(facts) - _NAMED_AT_MOST
    return facts if more <= 0 else [*facts[:_NAMED_AT_MOST], f"{more} more"]


def _say_fact(fact: Fact, concept: Concept) -> str:
    when = _say_time(fact.evidence.time)
    if isinstance(fact, EventFact):
        return f"{_STATUS_WORDS[fact.status]}{concept.label}{when}"
    value = fact.evidence.value if fact.answer is None else fact.answer.replace("-", " ")
    no_unit = concept.kind is ConceptKind.QUANTITY and concept.is_unit_required and fact.evidence.unit is None
    unit = " without a unit" if no_unit else f" {_unit(fact.evidence) or ''}".rstrip()
    return f"{concept.label} {value or 'without a value'}{unit}{when}"


def _unit(row: EvidenceRow) -> str | None:
    """The unit of a result, if it is more than that it has none."""
    return None if row.unit == NO_UNIT else row.unit


def _say_time(time: str | None) -> str:
    if time is None:
        return " on an unknown day"
    if " to " in time:
        return f" from {time}"
    first, bar, last = time.partition("/")
    if not bar:
        return f" on {time}"
    return f" by {last}" if first == ".." else f" since {first}" if last == ".." else f" between {first} and {last}"


def _say_limit(fact: Fact, atom: Atom, records: BoundRecords) -> str:
    """The limit that a multiple of a normal limit comes to for this result: ` (limit 3.6 mg/dL)`."""
    if not isinstance(atom, Value) or not isinstance(atom.test, Comparison) or not isinstance(fact, ResultFact):
        return ""
    if atom.test.limits[0].relative is None:
        return ""
    concept, sex = records.rulebook.concepts[atom.concept], records.patient.patient["sex"]
    limit = limit_for(fact, atom.test, concept, records.rulebook.ranges, sex)
    unit = "" if fact.evidence.unit is None else f" {fact.evidence.unit}"
    return "" if isinstance(limit, Cause) else f" (limit {value_text(limit)}{unit})"


def _needs(atom: Atom, own: Outcome, records: BoundRecords) -> list[str]:
    why = " or ".join(WHY[cause] for cause in Cause if cause in own.causes)
    is_event = isinstance(atom, Exists) and records.rulebook.concepts[atom.concept].kind is ConceptKind.EVENT
    if is_event and Cause.NEVER_MEASURED in own.causes:
        why += ", nor an answer that there is none"
    if isinstance(atom, Assessment) and atom.baseline is not None and Cause.NEVER_MEASURED in own.causes:
        why += f" {describe_window(atom.baseline)}, or nothing later"
    facts = _first_few(_facts(atom, own, records))
    seen = f" ({', '.join(facts)})" if facts else ""
    window = getattr(atom, "within", None)
    within = f" {describe_window(window)}" if isinstance(window, Window) else ""
    names = [_need_name(need, records.rulebook.concepts) for need in sorted(own.needs)]
    return [f"{name}{within if need_is_concept else ''}: {why}{seen}" for name, need_is_concept in names]


def _need_name(need: str, concepts: Mapping[str, Concept]) -> tuple[str, bool]:
    if need in concepts:
        return concepts[need].label, True
    return {BIRTH_DATE_NEED: "date of birth", SEX_NEED: "recorded sex"}.get(need, need), False


def _other_need(need: str) -> str:
    """What no atom needs by itself: a reading that is open, a repair that is not accepted."""
    kind, _, name = need.partition(":")
    return f"how {name} is to be read" if kind == "reading" else need
