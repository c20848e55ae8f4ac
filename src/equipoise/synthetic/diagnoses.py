"""Diagnoses as records: present in many spellings, absent in several ways, or left open.

What a missing record means belongs to the protocol; here it is only known that diagnoses without a record count as
absent in a covered patient, and that without coverage nothing is known.
"""

from dataclasses import dataclass

from equipoise.synthetic.chart import Chart, coding
from equipoise.synthetic.truth import Known, false, true, unknown

Codes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Diagnosis:
    """Words and code sets (each set is one resource's several codings) of a diagnosis; `hints` only suggest it."""

    label: str
    codes: tuple[Codes, ...]
    hints: tuple[Codes, ...] = ()


def presence(chart: Chart, diagnosis: Diagnosis, *, since_days: int | None = None) -> Known:
    """Write a diagnosis that is certainly present and still holds."""
    days = chart.between(5, 2500) if since_days is None else since_days
    code = coding(*chart.pick(diagnosis.codes), text=diagnosis.label)
    chart.condition(
        code,
        onset=_onset(chart, days, may_be_age=since_days is None),
        clinical=chart.pick(("active", "active", "active", "")),
        verification=chart.pick(("confirmed", "confirmed", "")),
        recorded=chart.iso(days - 1),
    )
    return true(f"{diagnosis.label} recorded")


def _onset(chart: Chart, days: int, *, may_be_age: bool) -> str:
    """A beginning that is certainly past, in one of the forms of FHIR."""
    draw = chart.rng.random()
    text = chart.iso(days)
    if draw < 0.65:
        return f'"onsetDateTime":"{text}"'
    if draw < 0.75:
        return f'"onsetPeriod":{{"start":"{text}"}}'
    if draw < 0.83 and may_be_age and chart.years is not None and chart.years > 20:
        age = chart.years - 1 - int(chart.rng.random() * 2)
        return f'"onsetAge":{{"value":{age},"unit":"a","system":"http://unitsofmeasure.org","code":"a"}}'
    if draw < 0.9 and text[:7] < chart.iso(0)[:7]:
        return f'"onsetDateTime":"{text[:7]}"'
    if text[:4] < chart.iso(0)[:4]:
        return f'"onsetDateTime":"{text[:4]}"'
    return f'"onsetDateTime":"{text}"'


def absence(chart: Chart, diagnosis: Diagnosis, *, is_about_now: bool = False) -> Known:
    """
    Leave the diagnosis out, refute it, or record it in error.

    A refutation holds for its day: where a criterion asks about now, an earlier one decides nothing.
    """
    draw = chart.rng.random()
    if draw < 0.05:
        day = chart.iso(0 if is_about_now else chart.between(0, 300))
        chart.condition(
            coding(*chart.pick(diagnosis.codes)),
            onset=f'"onsetDateTime":"{day}"',
            clinical="",
            verification="refuted",
            recorded=day,
        )
        return false(f"{diagnosis.label} refuted within the year")
    if draw < 0.09:
        chart.condition(
            coding(*chart.pick(diagnosis.codes)),
            onset=f'"onsetDateTime":"{chart.iso(30)}"',
            clinical="",
            verification="entered-in-error",
        )
    return no_record(chart, diagnosis.label)


def ended(chart: Chart, diagnosis: Diagnosis) -> Known:
    """Write a diagnosis that is over: for a criterion that asks about now it is no record."""
    day = chart.between(2, 900)
    chart.condition(
        coding(*chart.pick(diagnosis.codes)),
        onset=f'"onsetDateTime":"{chart.iso(day + 30)}"',
        abated=f'"abatementDateTime":"{chart.iso(day)}"',
        clinical="resolved",
    )
    return no_record(chart, f"current {diagnosis.label}")


def no_record(chart: Chart, label: str) -> Known:
    """What no record comes to."""
    if chart.is_covered:
        return false(f"no record of {label} in a covered patient")
    return unknown("never-measured", f"no record of {label} and no encounter in the year before")


def unsettled(chart: Chart, diagnosis: Diagnosis) -> Known:
    """Write a diagnosis that is only perhaps there."""
    draw = chart.rng.random()
    code = coding(*chart.pick(diagnosis.codes))
    day = chart.between(5, 600)
    if diagnosis.hints and draw < 0.3:
        chart.condition(coding(*chart.pick(diagnosis.hints)), onset=f'"onsetDateTime":"{chart.iso(day)}"')
        return unknown("needs-person", f"a code that suggests {diagnosis.label} without proving it")
    if draw < 0.65:
        doubt = chart.pick(("provisional", "differential", "unconfirmed"))
        chart.condition(code, onset=f'"onsetDateTime":"{chart.iso(day)}"', verification=doubt)
        return unknown("needs-person", f"{diagnosis.label} is {doubt}")
    if draw < 0.85:
        chart.condition(code)
        return unknown("partial-date", f"{diagnosis.label} recorded without any date")
    chart.condition(code, onset=f'"onsetDateTime":"{chart.iso(day)}"')
    later = chart.iso(day - chart.between(0, 5))
    chart.condition(code, onset=f'"onsetDateTime":"{later}"', clinical="", verification="refuted", recorded=later)
    return unknown("conflict", f"{diagnosis.label} recorded, then refuted")
