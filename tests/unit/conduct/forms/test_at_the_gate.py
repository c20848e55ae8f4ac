"""What is entered reaches the gate: forms, their rows, and the answer before cycle 2 of the shipped reference protocol.

The subject is a man of 60 years and 72 kg with a creatinine of 1.0 mg/dL: Cockcroft and Gault give (140 - 60) x 72 / 72
= 80 mL/min. Cycle 2 is asked for on day 56. Answers follow from the tables of the protocol: an *other* toxicity of
grade 3 holds, one that has gone down reduces, hypersensitivity of grade 3 stops.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from equipoise.conduct.answers import Action, GateAnswer
from equipoise.conduct.forms import AdverseEventForm, AdverseEventReviewForm, Form, read_form
from equipoise.conduct.gates import Consent, judge_gate
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.conduct.toxicity_rows import toxicity_rows
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS, TABLES

DAY_0 = date(2027, 1, 4)
TODAY, LATER = DAY_0 + timedelta(days=56), DAY_0 + timedelta(days=400)
SUBJECT = "S-001"
RESOLVED = resolve_plan(load_protocol("nct05610826"), "original")

LABS = {
    "platelets": ("200", "10*9/L"),
    "haemoglobin": ("13.0", "g/dL"),
    "leukocytes": ("5.0", "10*9/L"),
    "neutrophils": ("4.0", "10*9/L"),
    "creatinine": ("1.0", "mg/dL"),
    "body-weight": ("72", "kg"),
    "bilirubin": ("0.6", "mg/dL"),
    "albumin": ("40", "g/L"),
    "inr": ("1.0", None),
    "potassium": ("4.2", "mmol/L"),
    "alt": ("25", "U/L"),
    "ast": ("25", "U/L"),
}
RANGES = {"bilirubin": ("0.2", "1.2"), "potassium": ("3.5", "5.1")}
ANSWERS = {"long-acting-analogue-stopped": "yes", "short-acting-analogue-stopped": "yes"}


def labs(on: int, **changed: str) -> Form:
    """Results of one day; `changed` values replace the unremarkable ones."""
    results = []
    for concept, (value, unit) in LABS.items():
        low, high = RANGES.get(concept, (None, None))
        result = {"concept": concept, "value": changed.get(concept, value), "unit": unit}
        results.append(result | {"range_low": low, "range_high": high})
    return enter("results", on, results=results)


def enter(kind: str, on: int, **fields: Any) -> Form:
    return read_form(kind, {"on": DAY_0 + timedelta(days=on), **fields}, LATER)


def usual() -> list[Form]:
    dose = enter("dose", 0, step="cycle-1", administered="7.4", unit="GBq")
    asked = [enter("answer", 56, code=code, value=value, by="ines") for code, value in ANSWERS.items()]
    visits = [enter("visit", number) for number in (0, 56)]
    reviews = [enter("adverse-event-review", number, found="none-new") for number in (28, 56)]
    return [dose, labs(-7), labs(28), labs(56), *asked, *visits, *reviews]


def event(on: int, end: int | None = None, **fields: Any) -> Form:
    last = {} if end is None else {"end": DAY_0 + timedelta(days=end), "outcome": "recovered"}
    content = {"term": "diarrhoea", "category": "other", "grade": 3, "relation": "possible"} | last | fields
    return enter("adverse-event", on, **content)


def ask(*forms: Form, step: str = "cycle-2", as_of: date = TODAY) -> GateAnswer:
    entered = [(str(number), form) for number, form in enumerate([*usual(), *forms], start=10)]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != PATIENTS.name}
    for entry, form in entered:
        for table, found in form.rows(entry, SUBJECT, RESOLVED.plan).items():
            rows[table] += found
    rows["measurements"] += toxicity_rows(
        SUBJECT,
        [(entry, form) for entry, form in entered if isinstance(form, AdverseEventForm)],
        [(entry, form) for entry, form in entered if isinstance(form, AdverseEventReviewForm)],
    )
    facts = [form.done(entry, RESOLVED.plan) for entry, form in entered]
    history = History(
        "arm-2",
        DAY_0,
        steps=tuple(fact for fact in facts if isinstance(fact, StepDone)),
        activities=tuple(fact for fact in facts if isinstance(fact, ActivityDone)),
        decisions=tuple(fact for fact in facts if isinstance(fact, Decided)),
    )
    born = date(1966, 6, 15)
    person = dict.fromkeys(PATIENTS.column_names) | {"patient_id": SUBJECT, "record_id": "p", "is_deceased": False}
    person |= {"birth_lower": born, "birth_upper": born, "sex": "male"}
    snapshot = Snapshot(SUBJECT, PatientRecords(person, rows), frozenset(TABLES))
    return judge_gate(RESOLVED, history, snapshot, step, as_of, consent=Consent(True))


def closed(answer: GateAnswer) -> dict[str, Action]:
    return {line.rule: line.action for line in answer.lines if line.action is not Action.GIVE}


def test_unremarkable_forms_open_the_gate() -> None:
    answer = ask()
    assert closed(answer) == {}
    assert answer.action is Action.GIVE


@pytest.mark.parametrize(("on", "expected"), [(55, Action.REDUCE), (56, Action.UNKNOWN)])
def test_platelets_that_were_entered_reach_the_dose_table(on: int, expected: Action) -> None:
    """74 the day before and 200 today: seen, and over. 74 and 200 on one day contradict each other."""
    answer = ask(enter("results", on, results=[{"concept": "platelets", "value": "74", "unit": "10*9/L"}]))
    assert closed(answer) == {"thrombocytopenia": expected}


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        (event(30), Action.HOLD),
        (event(30, 40), Action.REDUCE),
        (event(30, grade=2), Action.GIVE),
        (event(30, relation="unrelated"), Action.GIVE),
        (event(30, relation=None), Action.HOLD),
        (event(30, grade=None), Action.UNKNOWN),
        (event(30, category="renal"), Action.GIVE),
    ],
)
def test_an_adverse_event_reaches_the_dose_table(entered: Form, expected: Action) -> None:
    answer = ask(entered)
    assert answer.action is expected
    assert closed(answer) == ({} if expected is Action.GIVE else {"other-toxicity": expected})


def test_a_grade_that_goes_down_opens_for_the_reduced_dose() -> None:
    answer = ask(event(30, changes=[{"on": DAY_0 + timedelta(days=50), "grade": 1}]))
    assert closed(answer) == {"other-toxicity": Action.REDUCE}
    assert answer.level == "reduced"


def test_the_line_names_every_adverse_event_that_it_rests_on() -> None:
    answer = ask(event(30), event(31, term="fatigue"))
    line = next(line for line in answer.lines if line.rule == "other-toxicity")
    entries = {reading.record_id.partition("/")[0] for reading in line.readings if reading.record_id}
    first = 10 + len(usual())
    assert {str(first), str(first + 1)} <= entries


def test_hypersensitivity_of_grade_3_stops_for_good_whatever_its_relation() -> None:
    answer = ask(event(0, 0, category="hypersensitivity", relation="unlikely"))
    assert answer.action is Action.STOP


def test_a_long_acting_analogue_that_was_entered_closes_the_gate_against_the_answer() -> None:
    """Four weeks are 28 days: the one of day 28 is 28 days ago, that of day 29 is 27."""
    concept = "long-acting-somatostatin-analogue"
    given = [enter("medication", n, end=DAY_0 + timedelta(days=n), concept=concept) for n in (28, 29)]
    assert "long-acting-analogue" not in closed(ask(given[0]))
    assert closed(ask(given[1]))["long-acting-analogue"] is Action.HOLD


@pytest.mark.parametrize(("days", "is_known"), [(3, True), (4, False)])
def test_a_review_opens_its_gate_for_three_days(days: int, is_known: bool) -> None:
    found = closed(ask(as_of=TODAY + timedelta(days=days)))
    assert ("adverse-events-reviewed" not in found) is is_known
