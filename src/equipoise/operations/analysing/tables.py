"""An analysis as tables: a row for each time, response, membership, result, adverse event, complication, dose, hold.

Decides the columns; each row ends with the events of the log that it came from. What may be shown was decided before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.facts import SubjectFacts
from equipoise.analysis.flow import Box
from equipoise.analysis.response import ResponseRow, YesNoRow
from equipoise.analysis.results import AnalysisResult, ArmLine, Estimate
from equipoise.analysis.sets import Exclusion
from equipoise.conduct.forms.fields import plain
from equipoise.operations.analysing.running import Analysed

TEXT, WHOLE, NUMBER, DAY, TRUTH = pa.string(), pa.int64(), pa.float64(), pa.date32(), pa.bool_()
ENTRIES = pa.list_(pa.int64())
SUBJECT = {"subject": TEXT, "site": TEXT, "arm": TEXT}
GIVEN = {
    **SUBJECT,
    "step": TEXT,
    "course": TEXT,
    "on": DAY,
    "is_dose": TRUTH,
    "amount": TEXT,
    "full_amount": TEXT,
}
HARM = {
    **SUBJECT,
    "term": TEXT,
    "category": TEXT,
    "on": DAY,
    "end": DAY,
    "worst_grade": WHOLE,
    "is_serious": TRUTH,
    "is_related": TRUTH,
}
"""Columns of whom a row is of, of a step that was given, and of an adverse event: those of exports too."""
COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "times": {
        "endpoint": TEXT,
        "subject": TEXT,
        "arm": TEXT,
        "stratum": TEXT,
        "days": WHOLE,
        "event": TRUTH,
        "cause": TEXT,
        "on": DAY,
        "rule": TEXT,
        "words": TEXT,
        "entries": ENTRIES,
    },
    "responses": {
        "endpoint": TEXT,
        "subject": TEXT,
        "arm": TEXT,
        "stratum": TEXT,
        "value": TEXT,
        "is_reached": TRUTH,
        "on": DAY,
        "words": TEXT,
        "entries": ENTRIES,
    },
    "sets": {"set": TEXT, "subject": TEXT, "is_member": TRUTH, "words": TEXT, "entries": ENTRIES},
    "flow": {"arm": TEXT, "box": TEXT, "reason": TEXT, "n": WHOLE, "subjects": pa.list_(TEXT)},
    "results": {
        "analysis": TEXT,
        "role": TEXT,
        "endpoint": TEXT,
        "set": TEXT,
        "method": TEXT,
        "arm": TEXT,
        "n": WHOLE,
        "n_events": WHOLE,
        "estimate": TEXT,
        "label": TEXT,
        "value": NUMBER,
        "unit": TEXT,
        "low": NUMBER,
        "high": NUMBER,
        "level": NUMBER,
        "interval_type": TEXT,
        "p": NUMBER,
        "note": TEXT,
        "not_estimable": TEXT,
        "not_done": TEXT,
    },
    "adverse_events": {**HARM, "entries": ENTRIES},
    "complications": {
        **SUBJECT,
        "step": TEXT,
        "operated_on": DAY,
        "term": TEXT,
        "grade": TEXT,
        "is_disabling": TRUTH,
        "on": DAY,
        "entries": ENTRIES,
    },
    "doses": {**GIVEN, "entries": ENTRIES},
    "holds": {
        **SUBJECT,
        "step": TEXT,
        "course": TEXT,
        "on": DAY,
        "answer": TEXT,
        "why": pa.list_(TEXT),
        "entries": ENTRIES,
    },
    "cohorts": {"analysis": TEXT, "cohort": TEXT, "file": TEXT, "line": WHOLE, "days": WHOLE, "event": TRUTH},
}
"""Every table with its columns and their types. Amounts are text, for they are exact decimals."""

Rows = Iterator[dict[str, Any]]


def make_tables(done: Analysed) -> dict[str, pa.Table]:
    """All tables, those without a row too."""
    rows = {
        "times": _times(done),
        "responses": _responses(done),
        "sets": _sets(done),
        "flow": _flow(done),
        "results": (row for result in done.results for row in _results(result)),
        "adverse_events": _of_subjects(done, _adverse_events),
        "complications": _of_subjects(done, _complications),
        "doses": _of_subjects(done, _doses),
        "holds": _of_subjects(done, _holds),
        "cohorts": _cohorts(done),
    }
    return {name: make_table(columns, rows[name]) for name, columns in COLUMNS.items()}


def make_table(columns: Mapping[str, pa.DataType], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of these columns alone; what a row does not say is empty."""
    told = [{column: row.get(column) for column in columns} for row in rows]
    return pa.Table.from_pylist(told, schema=pa.schema(columns.items()))


def _times(done: Analysed) -> Rows:
    for endpoint, times in done.times.items():
        for row in times.rows:
            yield {
                "endpoint": endpoint,
                "subject": row.subject,
                "arm": row.arm,
                "stratum": row.stratum,
                "days": row.days,
                "event": row.event,
                "cause": None if row.cause is None else row.cause.value,
                "on": row.on,
                "rule": None if row.rule is None else row.rule.value,
                "words": row.words,
                "entries": list(row.entries),
            }


def _responses(done: Analysed) -> Rows:
    for endpoint, responses in done.responses.items():
        for each in responses:
            yield _answered(endpoint, each, each.best.value, each.has_responded, each.why_not)
    for endpoint, answers in done.answers.items():
        for answer in answers:
            yield _answered(endpoint, answer, answer.value, answer.is_met, answer.words)


def _answered(
    endpoint: str, row: ResponseRow | YesNoRow, value: str, is_reached: bool | None, words: str
) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "subject": row.subject,
        "arm": row.arm,
        "stratum": row.stratum,
        "value": value,
        "is_reached": is_reached,
        "on": row.on,
        "words": words,
        "entries": list(row.entries),
    }


def _sets(done: Analysed) -> Rows:
    for name, each in done.sets.items():
        for subject in each.members:
            yield {"set": name, "subject": subject, "is_member": True, **_why(each.open.get(subject))}
        for subject, why in each.excluded.items():
            yield {"set": name, "subject": subject, "is_member": False, **_why(why)}


def _why(why: Exclusion | None) -> dict[str, Any]:
    return {"words": "", "entries": []} if why is None else {"words": why.words, "entries": list(why.entries)}


def _flow(done: Analysed) -> Rows:
    yield from (row for box in (done.flow.assessed, done.flow.excluded, done.flow.randomised) for row in _box("", box))
    for arm in done.flow.arms:
        ends = (arm.allocated, arm.received, arm.not_received, arm.lost, arm.discontinued, arm.died, arm.completed)
        for box in (*ends, *arm.analysed.values(), *arm.not_analysed.values()):
            yield from _box(arm.arm, box)


def _box(arm: str, box: Box, label: str = "", reason: str = "") -> Rows:
    """A box and those within it; a reason within a reason stands behind it."""
    label = label or box.label
    yield {"arm": arm, "box": label, "reason": reason, "n": box.n, "subjects": list(box.subjects)}
    for each in box.reasons:
        yield from _box(arm, each, label, f"{reason}: {each.label}" if reason else each.label)


def _results(result: AnalysisResult) -> Rows:
    common = {
        "analysis": result.id,
        "role": result.role,
        "endpoint": result.endpoint,
        "set": result.set,
        "method": result.method,
    }
    if result.not_done:
        yield {**common, "not_done": result.not_done}
    for line in result.arms:
        yield from ({**common, **_arm(line), **_estimate(each)} for each in line.estimates)
        if not line.estimates:
            yield {**common, **_arm(line)}
    yield from ({**common, **_estimate(each)} for each in result.comparisons)


def _arm(line: ArmLine) -> dict[str, Any]:
    return {"arm": line.arm, "n": line.n, "n_events": line.n_events}


def _estimate(each: Estimate) -> dict[str, Any]:
    interval = each.interval
    return {
        "estimate": each.name,
        "label": each.label,
        "value": None if isinstance(each.value, NotEstimable) else float(each.value),
        "unit": each.unit,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "level": None if interval is None else interval.level,
        "interval_type": None if interval is None else interval.type.value,
        "p": each.p,
        "note": each.note,
        "not_estimable": each.value.reason if isinstance(each.value, NotEstimable) else None,
    }


def _of_subjects(done: Analysed, rows_of: Callable[[SubjectFacts], Rows]) -> Rows:
    """The rows of every subject, with who it is."""
    for subject in done.facts.subjects:
        head = {"subject": subject.subject, "site": subject.site, "arm": subject.arm}
        yield from (head | row for row in rows_of(subject))


def _adverse_events(subject: SubjectFacts) -> Rows:
    for each in subject.adverse_events:
        yield {
            "term": each.term,
            "category": each.category,
            "on": each.on,
            "end": each.end,
            "worst_grade": each.worst_grade,
            "is_serious": each.is_serious,
            "is_related": each.is_related if each.is_judged else None,
            "entries": list(each.entries),
        }


def _complications(subject: SubjectFacts) -> Rows:
    for operation in subject.given:
        for each in operation.complications:
            yield {
                "step": operation.step,
                "operated_on": operation.on,
                "term": each.term,
                "grade": each.grade.value,
                "is_disabling": each.is_disabling,
                "on": each.on,
                "entries": list(each.entries),
            }


def _holds(subject: SubjectFacts) -> Rows:
    for each in subject.held:
        yield {
            "step": each.step,
            "course": each.course,
            "on": each.on,
            "answer": each.answer,
            "why": list(each.why),
            "entries": list(each.entries),
        }


def _doses(subject: SubjectFacts) -> Rows:
    for each in subject.given:
        yield {
            "step": each.step,
            "course": each.course,
            "on": each.on,
            "is_dose": each.is_dose,
            "amount": None if each.amount is None else plain(each.amount),
            "full_amount": None if each.full_amount is None else plain(each.full_amount),
            "entries": list(each.entries),
        }


def _cohorts(done: Analysed) -> Rows:
    for analysis, cohort in done.cohorts.items():
        for row in cohort.rows:
            yield {
                "analysis": analysis,
                "cohort": cohort.label,
                "file": cohort.file,
                "line": row.line,
                "days": row.days,
                "event": row.event,
            }
