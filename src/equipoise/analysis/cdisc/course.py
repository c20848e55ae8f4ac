"""The course of a subject as datasets: EX, PR, LB, AE.

Decides which laboratory tests have a code of the CDISC terminology: those of which we are sure; all others get one of
ours and keep their name as entered. Units are as entered, and nothing is converted.
"""

from collections.abc import Iterator
from decimal import Decimal

from equipoise.analysis.cdisc.catalogue import Row, make_codes, make_number
from equipoise.analysis.cdisc.design import VisitNames, epoch_label
from equipoise.analysis.cdisc.flags import flag_before_treatment
from equipoise.analysis.cdisc.inputs import Source, iso, study_day, yes_no
from equipoise.analysis.cdisc.subjects import given_of
from equipoise.analysis.cdisc.visits import Visited, list_visits, name_visit
from equipoise.analysis.facts import AdverseEvent, Given, LabValue, SubjectFacts
from equipoise.protocol.plan import Course

KNOWN_TESTS = {
    "haemoglobin": ("HGB", "Hemoglobin"),
    "leukocytes": ("WBC", "Leukocytes"),
    "platelets": ("PLAT", "Platelets"),
    "neutrophils": ("NEUT", "Neutrophils"),
    "lymphocytes": ("LYM", "Lymphocytes"),
    "creatinine": ("CREAT", "Creatinine"),
    "bilirubin": ("BILI", "Bilirubin"),
    "albumin": ("ALB", "Albumin"),
    "alt": ("ALT", "Alanine Aminotransferase"),
    "ast": ("AST", "Aspartate Aminotransferase"),
    "potassium": ("K", "Potassium"),
}
"""LBTESTCD and LBTEST (C65047, C67154) by the concept under which we keep the value."""
FATAL_GRADE = 5
"""Of CTCAE: death related to the event."""
_ACTIONS = {
    "not-changed": "DOSE NOT CHANGED",
    "reduced": "DOSE REDUCED",
    "stopped": "DRUG WITHDRAWN",
    "not-applicable": "NOT APPLICABLE",
}
"""AEACN (C66767) where a term of the terminology says the same; a dose that was delayed is told as entered."""
_OUTCOMES = {
    "recovered": "RECOVERED/RESOLVED",
    "recovered-with-sequelae": "RECOVERED/RESOLVED WITH SEQUELAE",
    "recovering": "RECOVERING/RESOLVING",
    "not-recovered": "NOT RECOVERED/NOT RESOLVED",
    "fatal": "FATAL",
}
_SERIOUS = {
    "congenital-anomaly": "AESCONG",
    "disability": "AESDISAB",
    "death": "AESDTH",
    "hospitalisation": "AESHOSP",
    "life-threatening": "AESLIFE",
    "important-medical-event": "AESMIE",
}


def make_ex(source: Source) -> Iterator[Row]:
    """Doses. What was planned is in TV, and what was left out has no row."""
    names = VisitNames(source.plan)
    for subject in source.facts.subjects:
        for given in given_of(source, subject):
            if given.is_dose:
                course = _course(source, given)
                yield {
                    **_step(source, names, subject, given, "EX"),
                    "EXTRT": _label(source, course, given),
                    "EXDOSE": make_number(given.amount),
                    "EXDOSU": None if course is None or course.amount is None else course.amount.unit,
                    "EXLOT": _text(given.fields.get("lot")),
                    "EXSTDTC": iso(given.on),
                    "EXENDTC": iso(given.on),
                    "EXSTDY": study_day(given.on, subject.randomised_on),
                    "EXENDY": study_day(given.on, subject.randomised_on),
                }


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def make_pr(source: Source) -> Iterator[Row]:
    """Operations."""
    names = VisitNames(source.plan)
    for subject in source.facts.subjects:
        for given in given_of(source, subject):
            if not given.is_dose:
                yield {
                    **_step(source, names, subject, given, "PR"),
                    "PRTRT": _label(source, _course(source, given), given),
                    "PRSTDTC": iso(given.on),
                    "PRSTDY": study_day(given.on, subject.randomised_on),
                }


def _why_serious(event: AdverseEvent) -> set[str]:
    """As entered; an event that was fatal by its outcome or its grade was so, whether somebody ticked that or not."""
    is_fatal = event.outcome == "fatal" or event.worst_grade == FATAL_GRADE
    return {*event.serious, *(["death"] if is_fatal else [])}


def _course(source: Source, given: Given) -> Course | None:
    return next((one for one in source.plan.courses if one.id == given.course), None)


def _label(source: Source, course: Course | None, given: Given) -> str:
    """The intervention of the protocol, else the course, else the step as entered."""
    if course is None:
        return given.course or given.step
    named = (one.label for one in source.protocol.interventions if one.id == course.intervention)
    return next(named, course.label)


def _step(source: Source, names: VisitNames, subject: SubjectFacts, given: Given, domain: str) -> Row:
    course = _course(source, given)
    number, visit = name_visit(names, given.step)
    return {
        **source.head(domain, subject.subject, given.entries),
        "VISITNUM": number,
        "VISIT": visit,
        "EPOCH": None if course is None else epoch_label(source.plan, course.epoch),
    }


def make_lb(source: Source) -> Iterator[Row]:
    """Values as reported."""
    told = [(one, lab) for one in source.facts.subjects for lab in one.labs if source.tells(one, lab.on)]
    codes = make_codes((lab.concept for _, lab in told), {name: code for name, (code, _) in KNOWN_TESTS.items()})
    visits = list_visits(source)
    rows = (_lab(source, subject, lab, codes[lab.concept], visits) for subject, lab in told)
    yield from flag_before_treatment(source, rows, "LB", "LBTESTCD")


def _lab(source: Source, subject: SubjectFacts, lab: LabValue, code: str, visits: Visited) -> Row:
    number, visit = visits.get((subject.subject, lab.entries), (None, None))
    return {
        **source.head("LB", subject.subject, lab.entries),
        "LBTESTCD": code,
        "LBTEST": KNOWN_TESTS.get(lab.concept, ("", lab.concept))[1],
        "LBORRES": lab.value,
        "LBORRESU": lab.unit,
        "LBORNRLO": make_number(lab.range_low),
        "LBORNRHI": make_number(lab.range_high),
        "LBSTRESC": lab.value,
        "LBSTRESN": make_number(lab.value),
        "LBSTRESU": lab.unit,
        "LBSTNRLO": make_number(lab.range_low),
        "LBSTNRHI": make_number(lab.range_high),
        "LBNRIND": _indicate(lab),
        "VISITNUM": number,
        "VISIT": visit,
        "LBDTC": iso(lab.on),
        "LBDY": study_day(lab.on, subject.randomised_on),
    }


def _indicate(lab: LabValue) -> str | None:
    """LBNRIND; a value on a limit is within the range."""
    written = make_number(lab.value)
    if written is None:
        return None
    value = Decimal(written)
    if lab.range_low is not None and value < lab.range_low:
        return "LOW"
    if lab.range_high is not None and value > lab.range_high:
        return "HIGH"
    return None if lab.range_low is None or lab.range_high is None else "NORMAL"


def make_ae(source: Source) -> Iterator[Row]:
    """
    Adverse events with the worst grade that somebody signed; none while the arms are pooled.

    What began before randomisation may have got worse after it, so its grade would tell of treatment.
    """
    for subject in () if source.is_masked else source.facts.subjects:
        for event in subject.adverse_events:
            if not source.tells(subject, event.on):
                continue
            end = event.end if event.end is not None and source.tells(subject, event.end) else None
            yield {
                **source.head("AE", subject.subject, event.entries),
                "AETERM": event.term,
                "AECAT": event.category or None,
                "AESER": yes_no(event.is_serious),
                "AEACN": _ACTIONS.get(event.action, event.action.upper()) or None,
                "AEREL": yes_no(event.is_related) if event.is_judged else None,
                "AEOUT": _OUTCOMES.get(event.outcome),
                **{name: "Y" for word, name in _SERIOUS.items() if word in _why_serious(event)},
                "AETOXGR": None if event.worst_grade is None else str(event.worst_grade),
                "AESTDTC": iso(event.on),
                "AEENDTC": iso(end),
                "AESTDY": study_day(event.on, subject.randomised_on),
                "AEENDY": study_day(end, subject.randomised_on),
            }
