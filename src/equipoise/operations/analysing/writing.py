"""Where an analysis goes: `analysis.json`, `report.html`, tables as CSV and Parquet, `run.json`; all or nothing.

Decides the files. Equal cuts, plans and roles give equal bytes; only `run.json` differs between runs.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as parquet

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.flow import ArmFlow, Box
from equipoise.analysis.pooled_harms import PooledHarms
from equipoise.analysis.results import AnalysisResult, Estimate
from equipoise.operations.analysing.cut import plain
from equipoise.operations.analysing.running import Analysed
from equipoise.operations.analysing.tables import make_tables
from equipoise.operations.output import new_folder
from equipoise.protocol.cohort import Cohort

ANALYSIS_FILE, REPORT_FILE, RUN_FILE, TABLES_FOLDER = "analysis.json", "report.html", "run.json", "tables"
KIND = "equipoise-analysis"
TRAINING = "training data: no finding of a trial"


def write_analysis(
    done: Analysed, out: Path, *, started: datetime, ended: datetime, trial: Path, report: str | None = None
) -> None:
    """
    Write an analysis into a new folder, readable by its owner only.

    Parameters
    ----------
    report
        The page of the analysis; None writes none.

    Raises
    ------
    OutputError
        The folder may not be used or written; nothing is left behind.
    """
    with new_folder(out, force=None, inputs=(trial,)) as work:
        _write_json(work / ANALYSIS_FILE, analysis_json(done))
        if report is not None:
            (work / REPORT_FILE).write_text(report, encoding="utf-8")
        folder = work / TABLES_FOLDER
        folder.mkdir()
        for name, table in make_tables(done).items():
            parquet.write_table(table, folder / f"{name}.parquet", compression="zstd")
            pa_csv.write_csv(_flat(table), folder / f"{name}.csv")
        run = {
            "started": started.isoformat(),
            "ended": ended.isoformat(),
            "versions": {name: installed_version(name) for name in ("equipoise", "numpy", "pyarrow", "scipy")},
        }
        _write_json(work / RUN_FILE, run)


def analysis_json(done: Analysed) -> dict[str, Any]:
    """All of an analysis as plain data: every result, and what was planned and not done."""
    facts = done.facts
    return {
        "kind": KIND,
        "trial": facts.trial,
        "title": done.title,
        "version": facts.version,
        "note": TRAINING if done.is_training else "",
        "plan": done.plan.label,
        "cut": {
            "name": done.cut.id,
            "last_day": done.cut.cut_on,
            "how": done.cut.how,
            "last_event": done.cut.last_seq,
            "hash": done.cut.last_hash,
            "facts": done.cut.facts,
        },
        "arms": list(facts.arms),
        "is_masked": done.is_masked,
        "withheld": list(done.withheld),
        "warnings": list(done.warnings),
        "sets": {name: _set_json(done, name) for name in done.sets},
        "flow": _flow_json(done),
        "pooled_harms": None if done.harms is None else _harms_json(done.harms),
        "cohorts": {name: _cohort_json(each) for name, each in done.cohorts.items()},
        "results": [_result_json(each) for each in done.results],
        "not_done": [{"id": each.id, "label": each.label, "why": each.not_done} for each in done.not_done],
    }


def _set_json(done: Analysed, name: str) -> dict[str, Any]:
    each = done.sets[name]
    return {
        "label": each.label,
        "rule": each.rule.value,
        "n": done.set_sizes[name],
        "members": list(each.members),
        "excluded": {subject: why.words for subject, why in each.excluded.items()},
        "open": {subject: why.words for subject, why in each.open.items()},
    }


def _cohort_json(cohort: Cohort) -> dict[str, Any]:
    """Where a cohort comes from; its people stand in the table `cohorts`."""
    return {
        "label": cohort.label,
        "file": cohort.file,
        "sha256": cohort.sha256,
        "n": len(cohort.rows),
        "n_events": cohort.n_events,
    }


def _harms_json(harms: PooledHarms) -> dict[str, Any]:
    """Counts over everybody: a grade is a key as text, as JSON has keys."""
    lines = {
        by.value: [
            {
                "label": each.label,
                "by_grade": {str(grade): n for grade, n in each.by_grade.items()},
                "ungraded": each.ungraded,
                "n": each.n,
            }
            for each in counts
        ]
        for by, counts in harms.lines.items()
    }
    return {"n": harms.n, "kinds": dict(harms.kinds), "lines": lines}


def _flow_json(done: Analysed) -> dict[str, Any]:
    flow = done.flow
    return {
        "assessed": _box_json(flow.assessed),
        "excluded": _box_json(flow.excluded),
        "randomised": _box_json(flow.randomised),
        "arms": [_arm_flow_json(arm) for arm in flow.arms],
    }


def _arm_flow_json(arm: ArmFlow) -> dict[str, Any]:
    boxes = ("allocated", "received", "not_received", "lost", "discontinued", "died", "completed")
    return {
        "arm": arm.arm,
        **{name: _box_json(getattr(arm, name)) for name in boxes},
        "analysed": {name: _box_json(box) for name, box in arm.analysed.items()},
        "not_analysed": {name: _box_json(box) for name, box in arm.not_analysed.items()},
    }


def _box_json(box: Box) -> dict[str, Any]:
    return {
        "label": box.label,
        "n": box.n,
        "subjects": list(box.subjects),
        "reasons": [_box_json(each) for each in box.reasons],
    }


def _result_json(result: AnalysisResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "label": result.label,
        "role": result.role,
        "endpoint": result.endpoint,
        "set": result.set,
        "method": result.method,
        "options": plain(result.options),
        "arms": [
            {
                "arm": line.arm,
                "n": line.n,
                "n_events": line.n_events,
                "is_cohort": line.is_cohort,
                "estimates": [_estimate_json(each) for each in line.estimates],
            }
            for line in result.arms
        ],
        "comparisons": [_estimate_json(each) for each in result.comparisons],
        "warnings": list(result.warnings),
        "curves": plain(result.curves),
        "subjects": list(result.subjects),
        "not_done": result.not_done,
    }


def _estimate_json(each: Estimate) -> dict[str, Any]:
    content: dict[str, Any] = {"name": each.name, "label": each.label, "unit": each.unit}
    if isinstance(each.value, NotEstimable):
        content["not_estimable"] = each.value.reason
    else:
        content["value"] = each.value
    if each.interval is not None:
        content["interval"] = {
            "low": each.interval.low,
            "high": each.interval.high,
            "level": each.interval.level,
            "type": each.interval.type.value,
        }
    return content | {"p": each.p, "note": each.note}


def _flat(table: pa.Table) -> pa.Table:
    """A table for CSV, where a list is its items with blanks between."""
    for place, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            words = [" ".join(map(str, cell or ())) for cell in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(words, pa.string()))
    return table


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    # No number that JSON does not have may pass: what cannot be estimated is a reason.
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
