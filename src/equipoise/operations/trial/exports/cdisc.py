"""A running trial as it stands, as datasets after CDISC: Dataset-JSON 1.1 with Define-XML 2.1.

Decides the facts, and what of an analysis goes with them. While the arms are pooled there is none: times and responses
rest on what this reader is not given, and their datasets are left out (an analysis at a named cut has them). What the
datasets hold is `analysis.cdisc`.
"""

from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path

from equipoise.analysis.cdisc.dataset import Dataset, Study, write_datasets
from equipoise.analysis.cdisc.define import render_define
from equipoise.analysis.cdisc.export import make_analysis, make_tabulation
from equipoise.analysis.cdisc.inputs import Results, Source
from equipoise.analysis.endpoints import derive_all_times
from equipoise.analysis.facts import TrialFacts
from equipoise.analysis.response import derive_response
from equipoise.analysis.sets import make_sets
from equipoise.errors import Fault, ProtocolError
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.output import new_folder
from equipoise.operations.trial.exports.further import further_of
from equipoise.operations.trial.exports.reader_facts import facts_for
from equipoise.operations.trial.masking import MaySee
from equipoise.protocol.analysis_plan import EndpointKind

DEFINE_FILE = "define.xml"
TRAINING = "Training: nobody is enrolled. "
OF_AN_ANALYSIS = frozenset({"ADTTE", "ADRS"})
"""Left out while the arms are pooled."""


def write_cdisc(view: View, rules: Rules, may_see: MaySee, now: datetime, out: Path, *, force: bool = False) -> None:
    """
    Write the datasets and what defines them into a folder, which appears whole or not at all.

    Raises
    ------
    ProtocolError
        The version in force has no plan.
    OutputError
        The folder may not be used, or the disk is full.
    """
    facts = facts_for(view, rules, may_see, now.date())
    datasets = make_datasets(view, rules, facts)
    study = _study(view, facts, now)
    with new_folder(out, force=force) as folder:
        write_datasets(datasets, folder, study)
        text = render_define(datasets, study, is_masked=facts.is_masked)
        (folder / DEFINE_FILE).write_text(text, encoding="utf-8")


def make_datasets(view: View, rules: Rules, facts: TrialFacts) -> tuple[Dataset, ...]:
    """
    All datasets of these facts.

    Raises
    ------
    ProtocolError
        The version of the facts has no plan.
    """
    plan = rules.plan_of(facts.version)
    if plan is None:
        fault = Fault(f"version {facts.version}", "has no plan, and the datasets tell its arms, elements and visits")
        raise ProtocolError("Nothing was exported.", [fault])
    source = Source(rules.protocol, plan, facts, further_of(view, rules, facts))
    tabulation = make_tabulation(source)
    analysis = make_analysis(source, tabulation, _results(rules, facts))
    left_out = OF_AN_ANALYSIS if facts.is_masked else frozenset()
    return (*tabulation, *(each for each in analysis if each.name not in left_out))


def _results(rules: Rules, facts: TrialFacts) -> Results:
    """What the plan of analysis makes of the facts; without arms, who was randomised and nothing else."""
    plan = rules.protocol.analysis_of(facts.version)
    if plan is None:
        return Results()
    sets = make_sets(plan, facts)
    if facts.is_masked:
        return Results(sets)
    times = [each for each in plan.endpoints if each.kind is EndpointKind.TIME_TO_EVENT]
    responses = [each for each in plan.endpoints if each.kind is EndpointKind.RESPONSE]
    return Results(
        sets,
        [(each, derive_all_times(each, facts).rows) for each in times],
        [(each, [derive_response(each, subject, facts.cut_on) for subject in facts.subjects]) for each in responses],
    )


def _study(view: View, facts: TrialFacts, now: datetime) -> Study:
    trial = view.get(Trial, "trial")
    assert trial is not None
    words = TRAINING if trial.kind == "training" else ""
    return Study(
        oid=facts.trial,
        name=facts.trial,
        description=f"{words}{trial.title}",
        made_at=now,
        program_version=installed_version("equipoise"),
    )
