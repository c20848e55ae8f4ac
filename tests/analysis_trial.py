"""A made-up trial in the office of tests, with an analysis plan, and courses that take every way an analysis knows.

Subjects get where they are through the acts of the office; only the days and the findings are made up.
"""

from datetime import date
from typing import Any

from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.analysing.cut import CutOn, How, make_cut
from equipoise.operations.analysing.running import Analysed, analyse_cut
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Cut
from equipoise.protocol.analysis_plan import AnalysisPlan
from equipoise.protocol.loading import load_protocol
from tests.office_store import enter
from tests.office_trial import PROTOCOL, Office

CONTROL, DRUG = "surgery", "drug-then-surgery"
PLAN = {
    "label": "The plan of these tests",
    "control": CONTROL,
    "sets": [
        {"id": "all", "label": "All randomised", "rule": "all-randomised"},
        {"id": "treated", "label": "Treated", "rule": "treated"},
        {"id": "operated", "label": "Operated", "rule": "operated"},
        {"id": "evaluable", "label": "Evaluable", "rule": "evaluable"},
        {"id": "per-protocol", "label": "Per protocol", "rule": "per-protocol"},
    ],
    "endpoints": [
        {
            "id": "pfs",
            "label": "Progression-free survival",
            "kind": "time-to-event",
            "reader": "site",
            "events": ["progression", "death"],
            "censoring": ["last-evaluable-assessment", "new-anticancer-therapy", "missed-visits"],
        },
        {
            "id": "progression",
            "label": "Progression alone",
            "kind": "time-to-event",
            "reader": "site",
            "events": ["progression"],
            "censoring": ["last-evaluable-assessment"],
        },
        {
            "id": "os",
            "label": "Overall survival",
            "kind": "time-to-event",
            "events": ["death"],
            "censoring": ["last-known-alive"],
        },
        {"id": "response", "label": "Response", "kind": "response", "reader": "site"},
        {
            "id": "r0",
            "label": "No tumour left",
            "kind": "yes-no",
            "answer": {"form": "operation", "field": "resection", "must_be": "R0"},
        },
        {"id": "safety", "label": "Safety", "kind": "adverse-event"},
    ],
    "analyses": [
        {"id": "curve", "endpoint": "pfs", "method": "kaplan-meier", "options": {"at": [84, 200]}},
        {"id": "test", "endpoint": "pfs", "method": "log-rank"},
        {"id": "effect", "endpoint": "pfs", "method": "cox"},
        {"id": "mean", "endpoint": "pfs", "method": "rmst", "options": {"tau": 84}},
        {"id": "combo", "endpoint": "pfs", "method": "maxcombo"},
        {"id": "incidence", "endpoint": "progression", "method": "cumulative-incidence", "options": {"at": [84]}},
        {"id": "gray", "endpoint": "progression", "method": "gray"},
        {"id": "fine-gray", "endpoint": "progression", "method": "fine-gray"},
        {"id": "turnbull", "endpoint": "pfs", "method": "turnbull", "options": {"at": [84]}},
        {"id": "redrawn", "endpoint": "pfs", "method": "re-randomisation", "options": {"draws": 199}},
        {
            "id": "history",
            "endpoint": "pfs",
            "method": "against-historical-cohort",
            "arms": [DRUG],
            "history": {"label": "Earlier", "n": 100, "median_months": 10, "low_months": 8, "high_months": 12.5},
        },
        {"id": "survival", "endpoint": "os", "method": "kaplan-meier"},
        {"id": "responders", "endpoint": "response", "method": "proportion", "set": "evaluable"},
        {"id": "r0-share", "endpoint": "r0", "method": "proportion", "set": "operated"},
        {"id": "severe", "endpoint": "safety", "method": "proportion", "set": "treated"},
        {"id": "strict", "endpoint": "pfs", "method": "cox", "set": "per-protocol"},
    ],
}


def plan_of(**changes: Any) -> AnalysisPlan:
    """The plan, or one with other analyses, endpoints or sets."""
    content = {**PLAN, **changes}
    analyses = [{"label": each["id"], "role": "primary", "set": "all", **each} for each in content["analyses"]]
    return AnalysisPlan.model_validate({**content, "analyses": analyses})


class AnalysedOffice(Office):
    """The office with a plan of analysis in its version, a masked statistician, and a scan in a line."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.masked: Who = enter(self.store, "mara", Role.MASKED_STATISTICIAN)

    def scan(self, subject: str, mm: int, *, new: bool = False, on: date | None = None) -> None:
        """A site's reading: one target lesion of this size, and a new one if there is."""
        lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": mm, "organ": "liver"}]
        if new:
            lesions.append({"lesion": "N1", "role": "new", "state": "unequivocal", "organ": "bone"})
        self.record(
            subject, "tumour-assessment", on=on or self.today, reader="site", reader_kind="site", lesions=lesions
        )

    def die(self, subject: str, on: date | None = None) -> None:
        self.move(subject, Move.DIE, on=on or self.today, source="the family")

    def cut(self, name: str = "first", how: How | None = None, who: Who | None = None) -> Cut:
        with self.store.writing() as desk:
            return make_cut(desk, who or self.statistician, self.rules, name, how or CutOn(self.today))

    def analysed(self, cut: Cut | None = None, role: Role = Role.UNMASKED_STATISTICIAN) -> Analysed:
        cut = cut or self.cut()
        with self.store.reading() as view:
            return analyse_cut(view, self.rules, cut, role)


def with_plan(plan: AnalysisPlan | None = None, **office: Any) -> AnalysedOffice:
    """An office whose protocol names this analysis plan in all its versions."""
    protocol = load_protocol(PROTOCOL)
    versions = [each.model_copy(update={"analysis": "main"}) for each in protocol.versions]
    planned = protocol.model_copy(update={"analyses": {"main": plan or plan_of()}, "versions": versions})
    return AnalysedOffice(given=planned, **office)
