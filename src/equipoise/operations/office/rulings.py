"""Eligibility of a subject as the office asks for it: by the version consented to, from the records in the log.

Decides which records, which version and which site's settings are used. How a criterion is judged is `screening`'s.
Judging takes its time and is done before the desk is opened; the act then checks that nothing changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.dose_tables import check_tables_signed
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Site, Subject, Version
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import Plan
from equipoise.protocol.resolve_plan import ResolvedPlan, resolve_plan
from equipoise.protocol.site import SiteSettings
from equipoise.records.snapshot import Snapshot
from equipoise.screening.subject import Eligibility, judge_subject

CONSENT_QUESTION, CONSENT_ANSWER = "informed-consent", "signed"
"""The local code by which records answer whether consent was signed."""


@dataclass(frozen=True)
class Rules:
    """The trial's protocol and what each site set."""

    protocol: Protocol
    sites: Mapping[str, SiteSettings] = field(default_factory=dict)
    _plans: dict[tuple[str, str], ResolvedPlan | None] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _digests: dict[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def resolved_plan(self, version: str, site: str) -> ResolvedPlan | None:
        """The plan of a version at a site, resolved once; None when the version has none."""
        key = version, site
        if key not in self._plans:
            has_plan = self.protocol.plan_of(version) is not None
            found = resolve_plan(self.protocol, version, self.sites.get(site)) if has_plan else None
            self._plans[key] = found
        return self._plans[key]

    def plan_of(self, version: str | None) -> Plan | None:
        """The plan of a version as it stands in the protocol; None before consent, and when the version has none."""
        return None if version is None else self.protocol.plan_of(version)

    def digest_of(self, version: str) -> str:
        """The digest of a version, computed once: a protocol at hand never changes."""
        if version not in self._digests:
            self._digests[version] = self.protocol.version_digest(version)
        return self._digests[version]


@dataclass(frozen=True)
class Ruling:
    """
    A judgement with what it was made from.

    `snapshot` is set when the records were read anew for it; otherwise those of the event `snapshot_seq` were used.
    """

    subject: Subject
    eligibility: Eligibility
    snapshot: Snapshot | None = None

    def check_current(self, view: View) -> None:
        """Raise when the subject has changed since the judgement was made."""
        if known_subject(view, self.subject.id) != self.subject:
            fault = Fault(self.subject.id, "was changed by someone else in the meantime", "Look at it and try again.")
            raise RefusedError("Nothing was written.", [fault])


def judge_now(view: View, rules: Rules, subject_id: str, as_of: date, snapshot: Snapshot | None = None) -> Ruling:
    """
    Judge a subject by the version it consented to.

    Parameters
    ----------
    as_of
        The day of judgement.
    snapshot
        Records read anew; those in the log when None.

    Raises
    ------
    RefusedError
        There is no such subject or consent, or the protocol or the site's settings at hand are not those of the log.
    ValueError
        The records are those of another subject: a fault of the program.
    """
    if snapshot is not None and snapshot.subject_id != subject_id:
        raise ValueError("the records were read of another subject")
    subject = known_subject(view, subject_id)
    if subject.version is None:
        do = "Record the consent first: equipoise trial consent"
        raise RefusedError("Nothing was judged.", [Fault(subject_id, "has not consented to any version", do)])
    check_same_rules(view, rules, subject.version, subject.site)
    check_tables_signed(view, rules.protocol, subject.version)
    records = snapshot if snapshot is not None else latest_snapshot(view, subject)
    used = _with_consent(view, subject, records)
    eligibility = judge_subject(rules.protocol, subject.version, rules.sites.get(subject.site), used, as_of)
    return Ruling(subject, eligibility, snapshot)


def latest_snapshot(view: View, subject: Subject) -> Snapshot:
    """The records of a subject as they stand in the log."""
    if subject.snapshot_seq is None:
        raise RefusedError("Nothing was judged.", [Fault(subject.id, "has no records", "Read them: --records DIR")])
    return Snapshot.from_json(view.event(subject.snapshot_seq).new("snapshot", Visibility.CLINICAL))


def _with_consent(view: View, subject: Subject, records: Snapshot) -> Snapshot:
    """
    The records with the consent that the trial itself holds, as the answer of the person who saw it signed.

    A protocol may ask for consent as a criterion. The answer stands in the log already; nobody enters it twice.
    """
    if subject.consent_seq is None:
        return records
    event = view.event(subject.consent_seq)
    answer = {
        "record_id": f"consent-event-{event.seq}",
        "code": CONSENT_QUESTION,
        "value": CONSENT_ANSWER,
        "by": event.entry.user,
        "role": None if event.entry.role is None else event.entry.role.value,
        "at": date.fromisoformat(event.new("signed_on")),
    }
    return records.with_attestations([answer])


def check_same_rules(view: View, rules: Rules, version: str, site: str) -> None:
    """
    Check that the files at hand are those of the log: the version that was approved, and the settings of the site.

    Raises
    ------
    RefusedError
        Another file stands in the folder of the trial than the one that was approved or set.
    """
    _check_same_protocol(view, rules, version)
    _check_same_settings(view, rules.sites.get(site), site)


def _check_same_settings(view: View, settings: SiteSettings | None, site: str) -> None:
    row = view.get(Site, site)
    told = None if row is None else row.settings
    at_hand = None if settings is None else settings.digest
    if told == at_hand:
        return
    if told is None:
        what = "has a file of settings that nobody set"
    elif at_hand is None:
        what = "has no file of settings, and the log says that some were set"
    else:
        what = "has other settings at hand than those that were set: their digest differs"
    do = f"Put the file back, or have it set: equipoise trial sites settings {site} FILE"
    raise RefusedError("Nothing was judged.", [Fault(f"site {site}", what, do)])


def _check_same_protocol(view: View, rules: Rules, version: str) -> None:
    """Raise unless the protocol at hand is, in this version, the one that was approved."""
    approved = view.get(Version, version)
    if approved is None or approved.digest != rules.digest_of(version):
        what = "is not approved" if approved is None else "is not the one that was approved: its digest differs"
        do = "Put the approved protocol file back into the trial's folder, or have the new version approved."
        raise RefusedError("Nothing was judged.", [Fault(f"protocol version {version}", what, do)])
