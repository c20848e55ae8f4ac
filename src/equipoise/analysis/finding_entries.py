"""Which events of the log a finding of a reader came from, among all events of the reading."""

from collections.abc import Iterable

from equipoise.analysis.facts import Entries, SubjectFacts
from equipoise.assessments.recist import Finding


def entries_of(subject: SubjectFacts, reader: str, findings: Iterable[Finding]) -> Entries:
    """
    The events of some findings of a reading.

    A finding names the event in which its form was first recorded. Which form an amendment changed is not said of it
    here, so the amendments of the reading go with every finding; and all of its events do where a finding names none.

    Returns
    -------
    Entries
        Ascending; empty when the subject has no events of this reading.
    """
    all_of_them = subject.reading_entries.get(reader, ())
    reading = subject.readings.get(reader)
    recorded = {_number(one) for one in ([] if reading is None else reading.findings)}
    named = {_number(one) for one in findings}
    if not named or not named <= set(all_of_them):
        return tuple(sorted(set(all_of_them)))
    return tuple(sorted({one for one in all_of_them if one in named or one not in recorded}))


def _number(finding: Finding) -> int | None:
    return int(finding.record) if finding.record is not None and finding.record.isdecimal() else None
