"""Analysis datasets: ADSL, ADTTE, ADRS, ADAE, ADLB, from the datasets of tabulation and the results of an analysis.

Decides how sets and endpoints are told. What they are is the analysis's: no time and no response is derived here.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from equipoise.analysis.cdisc.catalogue import SOURCE, Row, make_codes, make_number
from equipoise.analysis.cdisc.dataset import Dataset, Value
from equipoise.analysis.cdisc.inputs import Results, Source, iso, list_entries, study_day, yes_no
from equipoise.analysis.cdisc.subjects import given_of
from equipoise.analysis.facts import AdverseEvent, Given, LabValue, SubjectFacts
from equipoise.analysis.finding_entries import entries_of
from equipoise.protocol.analysis_plan import EndpointDefinition, SetRule

_FLAGS = {
    SetRule.RANDOMISED: "ITTFL",
    SetRule.TREATED: "SAFFL",
    SetRule.OPERATED: "OPERFL",
    SetRule.EVALUABLE: "RESPFL",
    SetRule.PER_PROTOCOL: "PPROTFL",
    SetRule.EVERY_STEP: "PPEVRYFL",
}
_PERSON = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM")
_TELLS_NOTHING = frozenset({SetRule.RANDOMISED})
"""Sets that do not depend on the course; the others are told when the arms are."""


def make_adsl(source: Source, dm: Dataset, results: Results) -> Iterator[Row]:
    """Randomised subjects."""
    demographics = {one["SUBJID"]: one for one in dm.records()}
    for subject in source.facts.subjects:
        given = given_of(source, subject)
        person = demographics[subject.subject]
        cut_on = source.facts.cut_on
        died_on = subject.died_on if subject.died_on is not None and subject.died_on <= cut_on else None
        yield {
            **{name: person[name] for name in _PERSON},
            "TRT01P": person["ARM"],
            "TRT01A": person["ACTARM"],
            "STRATAR": subject.stratum,
            "RANDDT": iso(subject.randomised_on),
            "TRTSDT": iso(given[0].on) if given else None,
            "TRTEDT": iso(given[-1].on) if given else None,
            "DTHDT": iso(died_on),
            "LSTALVDT": None if source.is_masked else iso(subject.last_alive_on),
            **_flags(source, subject, results),
            SOURCE: _sources(source, subject, person),
        }


def _sources(source: Source, subject: SubjectFacts, person: Row) -> str | None:
    """Where a row of ADSL leads to: what DM rests on, and what was recorded on the day last known alive."""
    read = tuple(int(one) for one in str(person[SOURCE] or "").split())
    if source.is_masked:
        return list_entries(read)
    facts: list[Given | LabValue | AdverseEvent] = [*subject.given, *subject.labs, *subject.adverse_events]
    seen = [(one.on, one.entries) for one in facts]
    seen += [(one.on, one.entries) for one in source.further.visits if one.subject == subject.subject and one.on]
    seen += [
        (one.day, entries_of(subject, reader, [one]))
        for reader, reading in subject.readings.items()
        for one in reading.findings
    ]
    return list_entries(read, *(entries for on, entries in seen if on == subject.last_alive_on))


def _flags(source: Source, subject: SubjectFacts, results: Results) -> Row:
    row: Row = {}
    reasons = []
    for one in results.sets.values():
        if source.is_masked and one.rule not in _TELLS_NOTHING:
            continue
        row[_FLAGS[one.rule]] = yes_no(subject.subject in one.members)
        if subject.subject in one.excluded:
            reasons.append(f"{one.id}: {one.excluded[subject.subject].words}")
    row["EXCLREAS"] = " | ".join(reasons) or None
    return row


def make_adtte(source: Source, results: Results) -> Iterator[Row]:
    """
    Times to an event. While the arms are pooled the words of why are left out, and so are the events of the log.
    """
    people = {one.subject: one for one in source.facts.subjects}
    codes = _codes([endpoint for endpoint, _ in results.times])
    for endpoint, rows in results.times:
        for one in rows:
            subject = people[one.subject]
            rule = "" if one.rule is None else one.rule.value
            yield {
                **_head(source, subject),
                "STRATAR": subject.stratum,
                "PARAM": f"{endpoint.label} (days)",
                "PARAMCD": codes[endpoint.id],
                "AVAL": one.days + 1,
                "STARTDT": iso(subject.randomised_on),
                "ADT": iso(one.on),
                "CNSR": 0 if one.event else 1,
                "EVNTDESC": one.cause.value if one.cause is not None else f"censored: {rule}",
                "CNSDTDSC": None if one.event or source.is_masked else one.words,
                SOURCE: list_entries(subject.entries if source.is_masked else one.entries),
            }


def make_adrs(source: Source, results: Results) -> Iterator[Row]:
    """Best responses; none while the arms are pooled, for the day of the operation bounds them."""
    people = {one.subject: one for one in source.facts.subjects}
    codes = _codes([endpoint for endpoint, _ in results.responses])
    for endpoint, rows in () if source.is_masked else results.responses:
        for one in rows:
            subject = people[one.subject]
            yield {
                **_head(source, subject),
                "PARAM": endpoint.label,
                "PARAMCD": codes[endpoint.id],
                "AVALC": one.best.value,
                "ADT": iso(one.on),
                "ADY": study_day(one.on, subject.randomised_on),
                "AREASN": one.why_not or None,
                SOURCE: list_entries(one.entries),
            }


def make_adae(source: Source, ae: Dataset) -> Iterator[Row]:
    """The rows of AE with what an analysis asks of them."""
    people = {source.usubjid(one.subject): one for one in source.facts.subjects}
    kept = ("AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "AECAT", "AESER", "AEREL", SOURCE)
    for one in ae.records():
        subject = people[str(one["USUBJID"])]
        given = given_of(source, subject)
        began = date.fromisoformat(str(one["AESTDTC"]))
        grade = one["AETOXGR"]
        yield {
            **_head(source, subject),
            **{name: one[name] for name in kept},
            "AETOXGRN": None if grade is None else int(grade),
            "ASTDT": one["AESTDTC"],
            "ASTDY": one["AESTDY"],
            "AENDT": one["AEENDTC"],
            "AENDY": one["AEENDY"],
            "TRTEMFL": "Y" if given and began >= given[0].on else None,
        }


def make_adlb(source: Source, lb: Dataset) -> Iterator[Row]:
    """The rows of LB with their baseline. A test that was reported in several units is a parameter for each."""
    people = {source.usubjid(one.subject): one for one in source.facts.subjects}
    records = lb.records()
    codes = _code_parameters(records)
    by_parameter: dict[tuple[Value, str], list[Row]] = {}
    for one in records:
        by_parameter.setdefault((one["USUBJID"], codes[_parameter(one)]), []).append(one)
    for (usubjid, code), rows in by_parameter.items():
        subject = people[str(usubjid)]
        baseline = _find_baseline(rows, subject.randomised_on)
        for one in rows:
            yield {**_lab(source, subject, one, baseline), "PARAMCD": code}


def _parameter(row: Row) -> str:
    """PARAM: the test with its unit."""
    return f"{row['LBTEST']} ({row['LBSTRESU']})" if row["LBSTRESU"] is not None else str(row["LBTEST"])


def _code_parameters(records: Sequence[Row]) -> dict[str, str]:
    """PARAMCD by PARAM: the code of the test for the first of its units, others get a code of their own."""
    tests = {_parameter(one): str(one["LBTESTCD"]) for one in records}
    firsts: dict[str, str] = {}
    for name in sorted(tests):
        if tests[name] not in firsts.values():
            firsts[name] = tests[name]
    return make_codes(tests, firsts)


def _find_baseline(rows: Sequence[Row], randomised_on: date) -> Row | None:
    """The last on or before the day of randomisation; of one day the one that was entered last."""
    before = [one for one in rows if date.fromisoformat(str(one["LBDTC"])) <= randomised_on]
    return max(before, key=lambda one: (str(one["LBDTC"]), int(one["LBSEQ"] or 0)), default=None)


def _lab(source: Source, subject: SubjectFacts, one: Row, baseline: Row | None) -> Row:
    base = None if baseline is None else baseline["LBSTRESN"]
    value = one["LBSTRESN"]
    is_later = date.fromisoformat(str(one["LBDTC"])) > subject.randomised_on
    is_change = is_later and value is not None and base is not None
    return {
        **_head(source, subject),
        "LBSEQ": one["LBSEQ"],
        "PARAM": _parameter(one),
        "AVAL": value,
        "AVALC": one["LBSTRESC"],
        "ADT": one["LBDTC"],
        "ADY": one["LBDY"],
        "ABLFL": "Y" if one is baseline else None,
        "BASE": base,
        "CHG": make_number(Decimal(str(value)) - Decimal(str(base))) if is_change else None,
        SOURCE: one[SOURCE],
    }


def _codes(endpoints: Sequence[EndpointDefinition]) -> dict[str, str]:
    return make_codes([one.id for one in endpoints])


def _head(source: Source, subject: SubjectFacts) -> Row:
    return {
        "STUDYID": source.study,
        "USUBJID": source.usubjid(subject.subject),
        "TRTP": None if source.is_masked else source.arm_label(subject.arm),
    }
