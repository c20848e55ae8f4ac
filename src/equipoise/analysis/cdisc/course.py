"""The course of a subject as datasets: EX, PR, LB, AE.

Decides which laboratory tests have a code of the CDISC terminology: those of which we are sure; all others get one of
ours and keep their name as entered. Units are as entered, and nothing is converted.
"""

from collections.abc import Iterator

from equipoise.analysis.cdisc.catalogue import Row, make_codes, make_number
from equipoise.analysis.cdisc.design import epoch_label
from equipoise.analysis.cdisc.inputs import Source, iso, study_day, yes_no
from equipoise.analysis.cdisc.subjects import given_of
from equipoise.analysis.cdisc.visits import name_visit
from equipoise.analysis.facts import Given, SubjectFacts
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


def make_ex(source: Source) -> Iterator[Row]:
    """Doses. What was planned is in TV, and what was left out has no row."""
    for subject in source.facts.subjects:
        for given in given_of(source, subject):
            if given.is_dose:
                course = _course(source, given)
                yield {
                    **_step(source, subject, given, "EX"),
                    "EXTRT": _label(source, course, given),
                    "EXDOSE": make_number(given.amount),
                    "EXDOSU": None if course is None or course.amount is None else course.amount.unit,
                    "EXSTDTC": iso(given.on),
                    "EXENDTC": iso(given.on),
                    "EXSTDY": study_day(given.on, subject.randomised_on),
                    "EXENDY": study_day(given.on, subject.randomised_on),
                }


def make_pr(source: Source) -> Iterator[Row]:
    """Operations."""
    for subject in source.facts.subjects:
        for given in given_of(source, subject):
            if not given.is_dose:
                yield {
                    **_step(source, subject, given, "PR"),
                    "PRTRT": _label(source, _course(source, given), given),
                    "PRSTDTC": iso(given.on),
                    "PRSTDY": study_day(given.on, subject.randomised_on),
                }


def _course(source: Source, given: Given) -> Course | None:
    return next((one for one in source.plan.courses if one.id == given.course), None)


def _label(source: Source, course: Course | None, given: Given) -> str:
    """The intervention of the protocol, else the course, else the step as entered."""
    if course is None:
        return given.course or given.step
    named = (one.label for one in source.protocol.interventions if one.id == course.intervention)
    return next(named, course.label)


def _step(source: Source, subject: SubjectFacts, given: Given, domain: str) -> Row:
    course = _course(source, given)
    number, visit = name_visit(source.plan, given.step)
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
    for subject, lab in told:
        yield {
            **source.head("LB", subject.subject, lab.entries),
            "LBTESTCD": codes[lab.concept],
            "LBTEST": KNOWN_TESTS.get(lab.concept, ("", lab.concept))[1],
            "LBORRES": lab.value,
            "LBORRESU": lab.unit,
            "LBSTRESC": lab.value,
            "LBSTRESN": make_number(lab.value),
            "LBSTRESU": lab.unit,
            "LBDTC": iso(lab.on),
            "LBDY": study_day(lab.on, subject.randomised_on),
        }


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
                "AEREL": yes_no(event.is_related),
                "AETOXGR": None if event.worst_grade is None else str(event.worst_grade),
                "AESTDTC": iso(event.on),
                "AEENDTC": iso(end),
                "AESTDY": study_day(event.on, subject.randomised_on),
                "AEENDY": study_day(end, subject.randomised_on),
            }
