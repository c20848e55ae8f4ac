"""Tumours as datasets: TU (which lesions), TR (what was measured), RS (what follows by RECIST 1.1), and RELREC.

Decides how the three are tied. A lesion of one reader has one TULNKID, under which TR has its results (TRLNKID); the
results of one assessment of one reader have one TRLNKGRP, under which RS has the overall response (RSLNKGRP). Readers
are never mixed: each has identifiers of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.cdisc.catalogue import SOURCE, Row, make_number
from equipoise.analysis.cdisc.flags import flag_before_treatment
from equipoise.analysis.cdisc.inputs import Source, iso, list_entries, study_day
from equipoise.analysis.cdisc.visits import ASSESSMENTS
from equipoise.analysis.facts import OTHER_READER, UNPROVEN_READER, SubjectFacts
from equipoise.analysis.response import judge_before_operation
from equipoise.assessments.recist import Finding, Lesion, Method, Reading, Role, State, name_response

MASKED_READER = "masked"
OVERALL = "OVRLRESP"
INVESTIGATOR, INDEPENDENT = "INV", "IND"
_ROLES = {Role.TARGET: "TARGET", Role.NON_TARGET: "NON-TARGET", Role.NEW: "NEW"}
_METHODS = {Method.CT: "CT SCAN", Method.MRI: "MRI", Method.XRAY: "X-RAY", Method.ULTRASOUND: "ULTRASOUND"}
"""METHOD (C85492) where we are sure; other methods as entered."""
_SIZES = {False: ("LDIAM", "Longest Diameter"), True: ("LPERP", "Longest Perpendicular")}
"""Of a lymph node the short axis is measured."""


@dataclass(frozen=True)
class _Seen:
    """One reading of one subject, doubtful days included. `prefix` is that of its identifiers, one for each reader."""

    source: Source
    subject: SubjectFacts
    reader: str
    reading: Reading
    prefix: str

    def head(self, domain: str, findings: Iterable[Finding]) -> Row:
        """What every row of this reading has in a domain, from these findings."""
        is_independent = self.prefix.startswith(INDEPENDENT)
        return {
            "STUDYID": self.source.study,
            "DOMAIN": domain,
            "USUBJID": self.source.usubjid(self.subject.subject),
            f"{domain}EVAL": "INDEPENDENT ASSESSOR" if is_independent else "INVESTIGATOR",
            f"{domain}EVALID": (self.reading.reader or None) if self.prefix != INVESTIGATOR else None,
            f"{domain}ACPTFL": "Y" if self.reader == MASKED_READER else None,
            SOURCE: list_entries(self.source.reading_entries(self.subject, self.reader, findings)),
        }

    def day(self, on: date) -> int | None:
        return study_day(on, self.subject.randomised_on)

    def link(self, lesion: str) -> str:
        return f"{self.prefix}-{lesion}"

    def group(self, visit: int) -> str:
        return f"{self.prefix}-A{visit}"

    def findings(self) -> list[Finding]:
        """What is told of it, by lesion and day."""
        told = [one for one in self.reading.findings if self.source.tells(self.subject, one.day)]
        return sorted(told, key=lambda one: (one.lesion, one.day, one.visit))


def _readings(source: Source) -> Iterator[_Seen]:
    for subject in source.facts.subjects:
        for reader, prefix in _name_readers(subject).items():
            yield _Seen(source, subject, reader, subject.readings[reader], prefix)


def _name_readers(subject: SubjectFacts) -> dict[str, str]:
    """
    INV for the site, IND for the masked reader who is analysed, IND2, IND3, … for further ones.

    INV2, INV3, … for what a site entered as masked: it has the site's word for it, and is nobody's accepted reading.
    """
    names: dict[str, str] = {}
    for prefix, begin in ((INDEPENDENT, OTHER_READER), (INVESTIGATOR, UNPROVEN_READER)):
        found = sorted(one for one in subject.readings if one.startswith(begin))
        names |= {one: f"{prefix}{number}" for number, one in enumerate(found, 2)}
    usual = {MASKED_READER: INDEPENDENT}
    return {one: names.get(one) or usual.get(one, INVESTIGATOR) for one in sorted(subject.readings)}


def make_tu(source: Source) -> Iterator[Row]:
    """Each lesion at the first finding of it; one that was never looked at has no row."""
    yield from flag_before_treatment(source, _lesions(source), "TU", "TULNKID")


def _lesions(source: Source) -> Iterator[Row]:
    for seen in _readings(source):
        firsts = {one.lesion: one for one in reversed(seen.findings())}
        for lesion in {one.id: one for one in seen.reading.lesions}.values():
            if lesion.id in firsts:
                first = firsts[lesion.id]
                yield {
                    **seen.head("TU", [first]),
                    "TULNKID": seen.link(lesion.id),
                    "TUTESTCD": "TUMIDENT",
                    "TUTEST": "Tumor Identification",
                    "TUORRES": _ROLES[lesion.role],
                    "TUSTRESC": _ROLES[lesion.role],
                    "TULOC": "LYMPH NODE" if lesion.is_node else lesion.organ.upper(),
                    "TUMETHOD": _METHODS.get(first.method, first.method.value),
                    "VISITNUM": ASSESSMENTS + first.visit,
                    "TUDTC": iso(first.day),
                    "TUDY": seen.day(first.day),
                }


def make_tr(source: Source) -> Iterator[Row]:
    """A diameter where there is one, and the state where it is not simply measured."""
    yield from flag_before_treatment(source, _results(source), "TR", "TRLNKID", "TRTESTCD")


def _results(source: Source) -> Iterator[Row]:
    for seen in _readings(source):
        lesions = {one.id: one for one in seen.reading.lesions}
        for finding in seen.findings():
            lesion = lesions.get(finding.lesion)
            if lesion is None:
                continue  # a finding of no lesion: the checks of a reading name it, and TU could not identify it
            head = _result(seen, finding, lesion)
            sizes = finding.parts_mm or (() if finding.mm is None else (finding.mm,))
            code, name = _SIZES[lesion.is_node]
            for size in sizes:
                number = make_number(size)
                yield {
                    **head,
                    "TRTESTCD": code,
                    "TRTEST": name,
                    "TRORRES": number,
                    "TRORRESU": "mm",
                    "TRSTRESC": number,
                    "TRSTRESN": number,
                    "TRSTRESU": "mm",
                }
            if finding.state != State.MEASURED or not sizes:
                state = str(finding.state).upper().replace("-", " ")
                yield {**head, "TRTESTCD": "TUMSTATE", "TRTEST": "Tumor State", "TRORRES": state, "TRSTRESC": state}


def _result(seen: _Seen, finding: Finding, lesion: Lesion) -> Row:
    return {
        **seen.head("TR", [finding]),
        "TRGRPID": _ROLES[lesion.role],
        "TRLNKID": seen.link(finding.lesion),
        "TRLNKGRP": seen.group(finding.visit),
        "TRMETHOD": _METHODS.get(finding.method, finding.method.value),
        "VISITNUM": ASSESSMENTS + finding.visit,
        "TRDTC": iso(finding.day),
        "TRDY": seen.day(finding.day),
    }


def make_rs(source: Source) -> Iterator[Row]:
    """Responses at the visits before an operation, as the analysis judges them."""
    for seen in _readings(source):
        judged = judge_before_operation(seen.subject, seen.reader, source.facts.cut_on)
        measured = {one.visit for one in seen.findings()}
        for visit in () if judged is None else judged[1]:
            if not source.tells(seen.subject, visit.last_day):
                continue
            read = [one for one in seen.reading.findings if one.visit <= visit.visit]
            answers = [
                ("TRGRESP", "Target Response", visit.target),
                ("NTRGRESP", "Non-target Response", visit.non_target),
                (OVERALL, "Overall Response", visit.overall),
            ]
            for code, name, answer in answers:
                is_linked = code == OVERALL and visit.visit in measured
                yield {
                    **seen.head("RS", read),
                    "RSLNKGRP": seen.group(visit.visit) if is_linked else None,
                    "RSTESTCD": code,
                    "RSTEST": name,
                    "RSCAT": "RECIST 1.1",
                    "RSSTRESC": name_response(answer).value,
                    "RSDRVFL": "Y",
                    "VISITNUM": ASSESSMENTS + visit.visit,
                    "RSDTC": iso(visit.last_day),
                    "RSDY": seen.day(visit.last_day),
                }


def make_relrec(source: Source) -> Iterator[Row]:
    """The two relationships between whole datasets."""
    relations = [
        ("TUTR", "TU", "TULNKID", "ONE"),
        ("TUTR", "TR", "TRLNKID", "MANY"),
        ("TRRS", "TR", "TRLNKGRP", "MANY"),
        ("TRRS", "RS", "RSLNKGRP", "ONE"),
    ]
    for name, domain, variable, kind in relations:
        yield {"STUDYID": source.study, "RDOMAIN": domain, "IDVAR": variable, "RELTYPE": kind, "RELID": name}
