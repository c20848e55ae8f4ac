"""The facts of a trial as it stands, for one reader: what tables and CDISC datasets are made from.

Decides what is left out. Arms are told apart as in an analysis: after the lock, to those who see arms and treatment at
all sites. For everybody else they are pooled, and of what happened after randomisation only that stays which the open
part of the log tells: that and when a subject left or died, and the readings of masked readers. What was recorded at a
site (doses, operations, holds, adverse events, laboratory values, deviations) is of the class `treatment`, and its very
days tell the arm.
"""

from dataclasses import replace
from datetime import date

from equipoise.analysis.facts import Entries, ScreenedFacts, SubjectFacts, TrialFacts
from equipoise.operations.analysing.trial_facts import POOLED, Until, make_facts
from equipoise.operations.office.acts import Act
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.masking import MaySee

WITHHELD = (
    "arms (pooled)",
    "doses, operations, holds and their days",
    "adverse events, laboratory values and deviations",
    "readings by sites, and the days on which scans were due",
    "new therapies, and the last day on which a subject was seen",
    "the events of the log behind a row",
)
"""What a reader is not given while the arms are pooled, in words."""


def facts_for(view: View, rules: Rules, may_see: MaySee, today: date) -> TrialFacts:
    """The facts up to a day, which is the last that counts, without what the reader may not see."""
    facts = make_facts(view, rules, Until(today, view.memory.head), is_masked=False)
    screened = tuple(_screened(each, may_see) for each in facts.screened)
    if sees_all(view, may_see):
        return replace(facts, screened=screened)
    subjects = tuple(_masked(view, each, may_see) for each in facts.subjects)
    return replace(facts, is_masked=True, arms=(POOLED,), subjects=subjects, screened=screened)


def sees_all(view: View, may_see: MaySee) -> bool:
    """Whether the arms are told apart for this reader."""
    trial = view.get(Trial, "trial")
    is_locked = trial is not None and trial.status == "locked"
    classes = (Visibility.ARM, Visibility.TREATMENT, Visibility.CLINICAL)
    return is_locked and all(may_see(each, None) for each in classes)  # of no site: who sees it at all sites


def _screened(each: ScreenedFacts, may_see: MaySee) -> ScreenedFacts:
    """Which criteria were not met is clinical."""
    return each if may_see(Visibility.CLINICAL, each.site) else replace(each, why="")


def _masked(view: View, each: SubjectFacts, may_see: MaySee) -> SubjectFacts:
    """Named field by field: a fact that is added to the shape later is left out until somebody lets it in here."""
    is_clinical = may_see(Visibility.CLINICAL, each.site)
    masked = [kind for kind in each.readings if _is_masked(view, each.reading_entries[kind])] if is_clinical else []
    return SubjectFacts(
        subject=each.subject,
        site=each.site,
        arm=POOLED,
        stratum=each.stratum,
        randomised_on=each.randomised_on,
        entries=(),
        baseline=each.baseline if is_clinical else {},
        readings={kind: each.readings[kind] for kind in masked},
        died_on=each.died_on,
        left_on=each.left_on,
        left_how=each.left_how,
        is_eligible=each.is_eligible,
    )


def _is_masked(view: View, entries: Entries) -> bool:
    """Whether readings were all entered by masked readers; what a site enters as such is of its own class still."""
    return all(view.event(number).entry.act is Act.READ_SCAN for number in entries)
