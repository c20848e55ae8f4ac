"""An event and a form in words that a person reads, with every value that they hold.

Decides wording only. What of an event a reader may see was decided before (`masking`): words are made of what is left.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.conduct.answers import Action
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.reading import FORMS
from equipoise.conduct.grade_proposals import ByTable
from equipoise.conduct.states import Participation, Treatment
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Event, Values

FORM_WORDS: Mapping[FormKind, str] = {
    FormKind.DOSE: "a dose",
    FormKind.OPERATION: "an operation",
    FormKind.RESULTS: "results",
    FormKind.ADVERSE_EVENT: "an adverse event",
    FormKind.ADVERSE_EVENT_REVIEW: "a review of adverse events",
    FormKind.ASSESSMENT: "a tumour assessment",
    FormKind.DOSIMETRY: "a dosimetry",
    FormKind.MEDICATION: "a medication",
    FormKind.VISIT: "a visit",
    FormKind.ANSWER: "an answer",
    FormKind.DECISION: "a decision",
    FormKind.COURSE_STOPPED: "that a course was stopped",
    FormKind.DEVIATION: "a deviation",
}
_MEASURED = ("administered", "amount", "value")
"""Fields that `unit` is said with."""
_LONG = 120
_STATE = ("participation", "treatment")


def act_words(event: Event) -> str:
    """What was done: `recorded a dose`, where the reader may see what; else as the table of acts says it."""
    kind = next((change.new["kind"] for change in event.entry.changes.values() if "kind" in change.new), None)
    verb = {Act.RECORD: "recorded", Act.AMEND: "corrected", Act.READ_SCAN: "read"}.get(event.entry.act)
    if verb is None or kind not in list(FormKind):
        return ACTS[event.entry.act].words
    is_struck = event.entry.act is Act.AMEND and all(
        each.new.get("form") is None for each in event.entry.changes.values()
    )
    return f"{'struck out' if is_struck else verb} {FORM_WORDS[FormKind(kind)]}"


def event_words(event: Event) -> Iterator[str]:
    """What an event says, a line for each thing; forms, raised items, states and gate answers in sentences."""
    for change in event.entry.changes.values():
        rest = {name: value for name, value in change.new.items() if value is not None}
        yield from _form(rest, change.old)
        yield from _state(rest)
        yield from _raised(rest, event.seq)
        yield from _by_table(rest)
        yield from _answer(rest)
        yield from _about(rest, event.entry.reason)
        yield from (f"{name.replace('_', ' ')}: {value_words(value)}" for name, value in rest.items())


def form_words(kind: FormKind, content: Mapping[str, Any]) -> str:
    """The fields of a form in its own order: `step cycle-1, administered 7.4 GBq, lot A17`; its day is left out."""
    order = list(FORMS[kind].model_fields)
    names = sorted(content.keys() - {"on"}, key=lambda name: order.index(name) if name in order else len(order))
    # What everybody may add stands first in a form, and is read last.
    names.sort(key=lambda name: name == "comment")
    return ", ".join(_fields({name: content[name] for name in names}))


def changed_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Each field that differs: `administered 200 -> 7.4`."""
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            before, now = (_said(each[name]) if name in each else "nothing" for each in (old, new))
            yield f"{_name(name)} {before} -> {now}"


def value_words(value: Any) -> str:
    """A value on one line; what is long (records, verdicts) is told by its size, and stands in an export."""
    if isinstance(value, dict | list) and len(str(value)) > _LONG:
        return f"({len(value)} entries, in an export)"
    return one_line(_said(value))


def one_line(text: str) -> str:
    """A text with unprintable characters written out: else a reason could show a history of its own."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _form(rest: dict[str, Any], old: Values) -> Iterator[str]:
    form, before = rest.get("form"), old.get("form")
    if rest.get("kind") in list(FormKind):
        kind = FormKind(rest.pop("kind"))
        if isinstance(form, dict):
            yield one_line(f"on {rest.pop('form')['on']}: {form_words(kind, form) or 'nothing more'}")
        if isinstance(before, dict):
            was = f"before, on {before['on']}: {form_words(kind, before)}"
            yield from map(one_line, changed_words(before, form) if isinstance(form, dict) else [was])
    if "release" in rest:
        yield f"released by event {rest.pop('release')}"


def _state(rest: dict[str, Any]) -> Iterator[str]:
    held = {name: rest.pop(name) for name in _STATE if name in rest}
    try:
        words = [Participation(held["participation"]).words] if "participation" in held else []
        words += [f"treatment {Treatment(held['treatment']).words}"] if "treatment" in held else []
    except ValueError:
        # What was destroyed stands there as a token.
        words = [f"{name} {value}" for name, value in held.items()]
    if words:
        since = f", since {rest.pop('on')}" if "on" in rest else ""
        yield one_line(f"now {', '.join(words)}{since}")


def _raised(rest: dict[str, Any], seq: int) -> Iterator[str]:
    if isinstance(rest.get("raised"), list):
        for number, each in enumerate(rest.pop("raised"), start=1):
            yield one_line(f"{each['kind']} {seq}.{number}: {each['words']} ({each['code']})")


def _by_table(rest: dict[str, Any]) -> Iterator[str]:
    if isinstance(rest.get("by_table"), dict):
        found = ByTable.from_json(rest.pop("by_table"))
        yield one_line(f"proposed by the table: {found.words}, from result {found.record} of {found.on}")


def _answer(rest: dict[str, Any]) -> Iterator[str]:
    answer = rest.get("answer")
    if not isinstance(answer, dict) or "lines" not in answer:
        return
    del rest["answer"]
    yield f"{answer['step']} on {answer['as_of']}: {release_words(answer)}"
    yield from map(_gate_line, answer["lines"])
    yield from (one_line(f"shown, {name}: {value}") for name, value in answer["shown"].items())


def _gate_line(line: Mapping[str, Any]) -> str:
    opens = f" Opens: {line['unlock']}" if line.get("unlock") and not Action(line["action"]).is_open else ""
    return one_line(f"{line['action']}, {line['rule']}: {line['found']}{opens}")


def release_words(answer: Mapping[str, Any]) -> str:
    """`reduce, 3.7 GBq (reduced)`, of the answer of a gate as an event holds it."""
    if answer["amount"] is None:
        return str(answer["action"])
    return f"{answer['action']}, {answer['amount']} {answer['unit']} ({answer['level']})"


def _about(rest: dict[str, Any], reason: str | None) -> Iterator[str]:
    """What a person did about an item or an entry; a reason that says the same again is said once."""
    if rest.get("reason") is not None and rest["reason"] in (rest.get("words"), reason):
        del rest["reason"]
    for name, words in (("item", "about {}"), ("entry", "entry {}"), ("severity", "classed as {}"), ("words", "“{}”")):
        if name in rest:
            yield one_line(words.format(rest.pop(name)))


def _fields(content: Mapping[str, Any]) -> Iterator[str]:
    unit, measured = content.get("unit"), next((name for name in _MEASURED if name in content), None)
    for name, value in content.items():
        if name == "unit" and measured is not None:
            continue
        if value is True:
            yield _name(name)
        elif value not in ([], {}):
            with_unit = f" {unit}" if name == measured and unit is not None else ""
            yield f"{_name(name)} {_said(value)}{with_unit}"


def _name(field: str) -> str:
    return field.replace("_", " ")


def _said(value: Any) -> str:
    """A field in words: a list by its parts, a group by its fields, a result as it is typed."""
    if isinstance(value, list):
        return "; ".join(map(_said, value)) or "none"
    if isinstance(value, dict):
        return _result(value) if "value" in value and ("concept" in value or "code" in value) else _group(value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _group(value: Mapping[str, Any]) -> str:
    return ", ".join(_fields(value)) or "none"


def _result(result: Mapping[str, Any]) -> str:
    """`platelets 142 10*9/L [150-400]`, with whatever else was said of it."""
    rest = dict(result)
    what = " ".join(str(rest.pop(name)) for name in ("concept", "code", "value", "unit") if name in rest)
    low, high = rest.pop("range_low", None), rest.pop("range_high", None)
    normal = "" if low is None and high is None else f" [{low or ''}-{high or ''}]"
    return f"{what}{normal}" + (f" ({', '.join(_fields(rest))})" if rest else "")
