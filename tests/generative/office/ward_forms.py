"""Forms as people fill them in: mostly right, often at a limit, sometimes not what they should be, sometimes malformed.

Each function gives the kind, the fields, and whether somebody must refuse it because it does not say what happened.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

Filled = tuple[str, dict[str, Any], bool]
COUNTS = (
    "150",
    "150",
    "150",
    "80",
    "75",
    "74",
    "74.9",
    "51",
    "50",
    "49",
    "30",
    "<75",
    "<50",
    ">=75",
    ">100",
    "clotted",
)
UNITS = ("10*9/L",) * 8 + ("10*3/uL", None, "g/L")
AMOUNTS = ("100", "100", "50", "50", "90", "89", "110", "111", "3700", "0.1", "0")
STEPS = ("drug-1", "drug-2", "surgery-day", "drug-3")


def some_day(rng: Random, today: date) -> tuple[date, bool]:
    """Mostly today; whether it has not come yet."""
    shift = rng.choice((0, 0, 0, 0, 0, 0, -1, -1, -3, -7, -8, -30, 1))
    return today + timedelta(days=shift), shift > 0


def results(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    found: list[dict[str, Any]] = []
    for _ in range(rng.choice((1, 1, 1, 1, 2))):
        unit = rng.choice(UNITS)
        found.append({"concept": "platelets", "value": rng.choice(COUNTS)} | ({"unit": unit} if unit else {}))
    if rng.random() < 0.1:
        found.append({"concept": "bilirubin", "value": "11", "unit": "umol/L"})
    match rng.randrange(20):
        case 0:
            found, is_wrong = [], True
        case 1:
            found[0]["value"], is_wrong = "7,5", True
        case 2:
            del found[0]["concept"]
            is_wrong = True
    return "results", {"on": on, "results": found}, is_wrong


def dose(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    amount = rng.choice(AMOUNTS)
    form: dict[str, Any] = {"on": on, "step": rng.choice(STEPS), "administered": amount, "unit": "mg"}
    match rng.randrange(20):
        case 0:
            form["unit"] = rng.choice(("g", "ug", "GBq"))
        case 1:
            form["residual"] = amount
        case 2:
            form["residual"], is_wrong = "4000", True
        case 3:
            form["unit"], is_wrong = "spoons", True
        case 4:
            del form["administered"]
            is_wrong = True
    return "dose", form, is_wrong


def operation(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    form: dict[str, Any] = {"on": on, "step": "surgery-day", "approach": "open", "lesions_removed": rng.randrange(3)}
    form["resection"] = rng.choice(("R0", "R1", "R2"))
    match rng.randrange(12):
        case 0:
            form["resection"], is_wrong = "R3", True
        case 1:
            form["complications"] = [{"term": "bleeding", "grade": rng.choice(("II", "V"))}]
        case 2:
            form["complications"] = [{"term": "leak", "grade": "IIIa", "on": on - timedelta(days=1)}]
            is_wrong = True
        case 3:
            form["step"] = rng.choice(STEPS)
    return "operation", form, is_wrong


def as_released(rng: Random, step: str, today: date, says: str) -> Filled:
    """A step given on the day of its release, mostly at the level of the release."""
    if step == "surgery-day":
        told = {"approach": "open", "resection": "R0", "lesions_removed": 2}
        return "operation", {"on": today, "step": step, **told}, False
    amount = "80" if rng.random() < 0.1 else "100" if says == "give" else "50"
    return "dose", {"on": today, "step": step, "administered": amount, "unit": "mg"}, False


def adverse_event(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    form: dict[str, Any] = {"on": on, "term": rng.choice(("nausea", "fall")), "category": "other"}
    form |= {"grade": rng.randint(1, 5)} if rng.random() < 0.8 else {}
    form |= {"serious": ["hospitalisation"]} if rng.random() < 0.4 else {}
    form |= {"relation": rng.choice(("unrelated", "possible", "definite"))} if rng.random() < 0.7 else {}
    match rng.randrange(8):
        case 0:
            form["end"], is_wrong = on - timedelta(days=1), True
        case 1:
            form["end"] = on
            form["outcome"] = rng.choice(("recovered", "not-recovered"))
        case 2:
            form["grade"], is_wrong = 6, True
    return "adverse-event", form, is_wrong


def decision(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    which = rng.choice(("resectable",) * 6 + ("breakfast",))
    return "decision", {"on": on, "decision": which, "option": rng.choice(("yes", "yes", "no", "perhaps"))}, is_wrong


def course_stop(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    course = rng.choice(("drug", "drug", "drug", "operation", "dancing"))
    reason = rng.choice(("toxicity", "toxicity", " "))
    return "course-stopped", {"on": on, "course": course, "reason": reason}, is_wrong or not reason.strip()


def visit(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    form: dict[str, Any] = {"on": on, "what": rng.choice(("visit", "contact", "procedure"))}
    form |= {"activity": rng.choice(("scan", "blood-before-dose", "tea"))} if rng.random() < 0.5 else {}
    return "visit", form, is_wrong


def assessment(rng: Random, today: date) -> Filled:
    on, is_wrong = some_day(rng, today)
    lesion: dict[str, Any] = {"lesion": "L1", "role": "target", "state": "measured", "mm": rng.choice(("23", "3", "0"))}
    if rng.random() < 0.15:
        del lesion["mm"]
        is_wrong = True
    return "tumour-assessment", {"on": on, "reader": "cora", "reader_kind": "site", "lesions": [lesion]}, is_wrong


def other(rng: Random, today: date) -> Filled:
    """The rest: reviews, medications, dosimetry, answers, deviations that a person found."""
    on, is_wrong = some_day(rng, today)
    match rng.randrange(5):
        case 0:
            return "adverse-event-review", {"on": on, "found": rng.choice(("none-new", "listed"))}, is_wrong
        case 1:
            named = {"drug": "paracetamol"} if rng.random() < 0.8 else {}
            return "medication", {"on": on, **named}, is_wrong or not named
        case 2:
            organs = [{"organ": "kidney", "absorbed_dose": "3.1"}] * rng.choice((1, 1, 2))
            return "dosimetry", {"on": on, "step": rng.choice(STEPS), "organs": organs}, is_wrong or len(organs) > 1
        case 3:
            return "answer", {"on": on, "code": "washout-kept", "value": "yes", "by": "ines"}, is_wrong
        case _:
            told = {"severity": "minor", "category": "procedure", "explanation": "the scan was late"}
            return "deviation", {"on": on, **told}, is_wrong


FORMS: dict[str, Callable[[Random, date], Filled]] = {
    "results": results,
    "dose": dose,
    "operation": operation,
    "adverse event": adverse_event,
    "decision": decision,
    "course stop": course_stop,
    "visit": visit,
    "assessment": assessment,
    "other": other,
}
