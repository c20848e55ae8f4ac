"""A running trial as plain tables, each as CSV and as Parquet: subjects, treatment, findings, one row for each fact.

Decides the columns. Amounts and laboratory values are text, for they are exact as they were entered; `entries` are the
numbers of the events of the log from which a row came, and the table `events` says what each of these events is.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as parquet

from equipoise.analysis.facts import Entries, SubjectFacts, TrialFacts
from equipoise.analysis.finding_entries import entries_of
from equipoise.conduct.forms.fields import plain
from equipoise.operations.analysing.tables import DAY, GIVEN, HARM, SUBJECT, TEXT, TRUTH, WHOLE, make_table
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.output import new_folder
from equipoise.operations.trial.exports.further import records_of
from equipoise.operations.trial.exports.reader_facts import WITHHELD, facts_for
from equipoise.operations.trial.masking import MaySee

EXPORT_FILE = "export.json"
TRAINING = "training data: nobody is enrolled"
COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "subjects": {
        **SUBJECT,
        "stratum": TEXT,
        "randomised_on": DAY,
        "died_on": DAY,
        "left_on": DAY,
        "left_how": TEXT,
        "last_alive_on": DAY,
        "new_therapy_on": DAY,
        "is_eligible": TRUTH,
        "entries": TEXT,
    },
    "baseline": {**SUBJECT, "name": TEXT, "value": TEXT, "entries": TEXT},
    "screened": {"subject": TEXT, "site": TEXT, "state": TEXT, "why": TEXT, "entries": TEXT},
    "treatment": {**GIVEN, "entries": TEXT},
    "holds": {**SUBJECT, "step": TEXT, "course": TEXT, "on": DAY, "answer": TEXT, "why": TEXT, "entries": TEXT},
    "adverse_events": {
        **HARM,
        "action": TEXT,
        "outcome": TEXT,
        "serious": TEXT,
        "entries": TEXT,
    },
    "lesions": {
        **SUBJECT,
        "reader_kind": TEXT,
        "reader": TEXT,
        "visit": WHOLE,
        "on": DAY,
        "lesion": TEXT,
        "organ": TEXT,
        "role": TEXT,
        "state": TEXT,
        "mm": TEXT,
        "entries": TEXT,
    },
    "laboratory": {
        **SUBJECT,
        "concept": TEXT,
        "on": DAY,
        "value": TEXT,
        "unit": TEXT,
        "range_low": TEXT,
        "range_high": TEXT,
        "entries": TEXT,
    },
    "deviations": {**SUBJECT, "code": TEXT, "on": DAY, "severity": TEXT, "entries": TEXT},
    "events": {
        "seq": WHOLE,
        "at": TEXT,
        "act": TEXT,
        "subject": TEXT,
        "site": TEXT,
        "user": TEXT,
        "role": TEXT,
        "hash": TEXT,
    },
}
"""Every table with its columns and their types."""

Rows = Iterator[dict[str, Any]]


def write_tables(view: View, rules: Rules, may_see: MaySee, today: date, out: Path, *, force: bool = False) -> None:
    """
    Write all tables, and what they are, into a folder, which appears whole or not at all.

    Raises
    ------
    OutputError
        The folder may not be used, or the disk is full.
    """
    facts = facts_for(view, rules, may_see, today)
    records = {} if facts.is_masked else {each.subject: records_of(view, each.subject) for each in facts.subjects}
    tables = make_tables(facts, records)
    tables |= {} if facts.is_masked else {"events": _make_events(view, tables)}
    trial = view.get(Trial, "trial")
    assert trial is not None
    about = {
        "kind": "equipoise-trial-tables",
        "trial": facts.trial,
        "version": facts.version,
        "note": TRAINING if trial.kind == "training" else "",
        "last_day": facts.cut_on.isoformat(),
        "is_masked": facts.is_masked,
        "withheld": list(WITHHELD) if facts.is_masked else [],
        "rows": {name: table.num_rows for name, table in tables.items()},
    }
    with new_folder(out, force=force) as folder:
        text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        (folder / EXPORT_FILE).write_text(text, encoding="utf-8")
        for name, table in tables.items():
            parquet.write_table(table, folder / f"{name}.parquet", compression="zstd")
            pa_csv.write_csv(table, folder / f"{name}.csv")


def make_tables(facts: TrialFacts, records: Mapping[str, Entries] | None = None) -> dict[str, pa.Table]:
    """
    All tables, those without a row too; that of events has none yet.

    Parameters
    ----------
    records
        By subject, the events of the records from which sex and age were read.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    rows["screened"] = [vars(each) | _entries(each.entries) for each in facts.screened]
    for subject in facts.subjects:
        head = {"subject": subject.subject, "site": subject.site, "arm": subject.arm}
        for name, row in (*_rows_of(subject), *_baseline_of(subject, (records or {}).get(subject.subject, ()))):
            rows[name].append({**row, **head})
    return {name: make_table(columns, rows[name]) for name, columns in COLUMNS.items()}


def _make_events(view: View, tables: Mapping[str, pa.Table]) -> pa.Table:
    """What the events are to which the rows of the tables lead: by whom, when, and the hash that the ledger has."""
    led_to = [str(text) for table in tables.values() if "entries" in table.column_names for text in table["entries"]]
    events = [view.event(number) for number in sorted({int(one) for text in led_to for one in text.split()})]
    return make_table(
        COLUMNS["events"],
        (
            {
                "seq": event.seq,
                "at": event.at.isoformat(),
                "act": event.entry.act.value,
                "subject": event.entry.subject,
                "site": event.entry.site,
                "user": event.entry.user,
                "role": None if event.entry.role is None else event.entry.role.value,
                "hash": event.hash,
            }
            for event in events
        ),
    )


def _rows_of(subject: SubjectFacts) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of a subject with the name of its table."""
    yield "subjects", vars(subject) | _entries(subject.entries)
    for given in subject.given:
        amounts = {"amount": _exact(given.amount), "full_amount": _exact(given.full_amount)}
        yield "treatment", vars(given) | amounts | _entries(given.entries)
    yield from (("holds", vars(each) | {"why": " ".join(each.why)} | _entries(each.entries)) for each in subject.held)
    for event in subject.adverse_events:
        words = {"serious": " ".join(event.serious), "is_related": event.is_related if event.is_judged else None}
        yield "adverse_events", vars(event) | words | _entries(event.entries)
    yield from (("lesions", row) for row in _lesions(subject))
    for lab in subject.labs:
        ranges = {"range_low": _exact(lab.range_low), "range_high": _exact(lab.range_high)}
        yield "laboratory", vars(lab) | ranges | _entries(lab.entries)
    yield from (("deviations", vars(each) | _entries(each.entries)) for each in subject.deviations)


def _baseline_of(subject: SubjectFacts, records: Entries) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sex and age are from the records, the factors as the allocation used them."""
    for name, value in subject.baseline.items():
        entries = records if name in ("sex", "age") else subject.entries[:1]
        yield "baseline", {"name": name, "value": value, **_entries(entries)}


def _lesions(subject: SubjectFacts) -> Rows:
    for kind, reading in subject.readings.items():
        known = {lesion.id: lesion for lesion in reading.lesions}
        for finding in reading.findings:
            lesion = known.get(finding.lesion)
            yield {
                "reader_kind": kind,
                "reader": finding.reader or reading.reader,
                "visit": finding.visit,
                "on": finding.day,
                "lesion": finding.lesion,
                "organ": None if lesion is None else lesion.organ,
                "role": None if lesion is None else str(lesion.role),
                "state": str(finding.state),
                "mm": _exact(finding.mm),
                **_entries(entries_of(subject, kind, [finding])),
            }


def _exact(amount: Any) -> str | None:
    return None if amount is None else str(plain(amount))


def _entries(entries: tuple[int, ...]) -> dict[str, str]:
    return {"entries": " ".join(map(str, entries))}
