"""Eligibility of one subject at a moment, from a snapshot of the records and the answers given since.

Judges by the reference evaluator what a screening judges by the compiled one: the criteria of enrolment of a version
at a site, never its gates. Decides nothing of its own but on which day the passing verdicts end. Leaves to others:
who may judge, which version the subject consented to, and what to do with the answer; a "no" is a value here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from equipoise.criteria.bound import BoundPatient
from equipoise.criteria.evidence import NO_RECORD
from equipoise.criteria.nodes import Atom
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference import judge_case, judge_node
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.rulebook import CriterionRule, Moment
from equipoise.criteria.truth import Basis, Cause, Effect, Truth, effect_of
from equipoise.criteria.verdict import Verdict
from equipoise.protocol.model import Protocol
from equipoise.protocol.site import SiteSettings
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS
from equipoise.screening.expiry import DaysOfChange
from equipoise.screening.prepared import PreparedVersion, prepare_version
from equipoise.screening.report_model import CriterionView
from equipoise.screening.standing import DECEASED, Status, is_dead_on, status_of
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept

HORIZON_DAYS = 400
"""How far ahead the end of an eligibility is looked for: past the year of coverage, and past the next birthday."""


@dataclass(frozen=True)
class VerdictSummary:
    """
    One criterion's outcome without its evidence, which the snapshot still gives.

    `words` say what is open, or what is assumed; they name no value and are empty for the rest.
    """

    criterion_id: str
    truth: Truth
    effect: Effect
    basis: Basis
    causes: tuple[Cause, ...]
    needs: tuple[str, ...]
    words: str

    @property
    def is_assumed(self) -> bool:
        """Whether it passes because nothing is on record: a person must confirm it before allocation."""
        return self.effect is Effect.PASSES and self.basis is Basis.ASSUMED

    def to_json(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion_id,
            "truth": self.truth.value,
            "effect": self.effect.value,
            "basis": self.basis.word,
            "causes": [cause.value for cause in self.causes],
            "needs": list(self.needs),
            "words": self.words,
        }


@dataclass(frozen=True)
class Eligibility:
    """
    What a protocol version says of one subject on one day.

    `digest` is that of the protocol. `verdicts` are in protocol order. `expires_on` is the first later day on which,
    by the same records, a verdict that passes now no longer passes, or passes only on an absence that was not assumed
    before; None when that is on none of the next HORIZON_DAYS days, and for the ineligible, who have nothing to lose.
    """

    subject_id: str
    protocol: str
    version: str
    digest: str
    site: str | None
    as_of: date
    status: Status
    is_deceased: bool
    verdicts: tuple[VerdictSummary, ...]
    expires_on: date | None

    @property
    def assumed(self) -> tuple[str, ...]:
        """Criteria whose passing rests on absence: each is to be confirmed by name before allocation."""
        return tuple(each.criterion_id for each in self.verdicts if each.is_assumed)

    @property
    def open(self) -> tuple[str, ...]:
        """Criteria that nobody can decide yet."""
        return tuple(each.criterion_id for each in self.verdicts if each.effect is Effect.OPEN)

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """Criteria that block, after `deceased` for somebody who is dead."""
        blocking = (each.criterion_id for each in self.verdicts if each.effect is Effect.BLOCKS)
        return (*((DECEASED,) if self.is_deceased else ()), *blocking)

    def to_json(self) -> dict[str, Any]:
        """Plain data for canonical JSON; days as ISO text."""
        return {
            "subject": self.subject_id,
            "protocol": self.protocol,
            "version": self.version,
            "digest": self.digest,
            "site": self.site,
            "as_of": self.as_of.isoformat(),
            "status": self.status.value,
            "blocked_by": list(self.blocked_by),
            "open": list(self.open),
            "assumed": list(self.assumed),
            "expires_on": self.expires_on.isoformat() if self.expires_on is not None else None,
            "verdicts": [each.to_json() for each in self.verdicts],
        }


def judge_subject(
    protocol: Protocol,
    version: str,
    site: SiteSettings | None,
    snapshot: Snapshot,
    as_of: date,
    attestations: Iterable[Mapping[str, Any]] = (),
) -> Eligibility:
    """
    Judge a subject by the criteria of enrolment of a version.

    Parameters
    ----------
    protocol, version
        The trial's protocol, and the name of the version that the subject consented to.
    site
        The settings of the subject's site; None for the protocol as shipped.
    snapshot
        The records of the subject as last read.
    as_of
        The day of judgement; rows after it are ignored, as in a screening.
    attestations
        Answers recorded in the trial since, as rows of the canonical table `attestations`.

    Raises
    ------
    ProtocolError, TerminologyError
        No such version, or the site's settings do not go with it.
    ValueError
        An answer is no row of `attestations`.
    """
    prepared = prepare_version(protocol, version, site)
    subject = _Subject.of(prepared, snapshot.with_attestations(attestations))
    summaries = subject.judge(as_of)
    effects = [each.effect for each in summaries]
    is_deceased = is_dead_on(subject.bound.patient, as_of)
    status = status_of(
        is_deceased=is_deceased,
        is_blocked=Effect.BLOCKS in effects,
        passes_all=effects.count(Effect.PASSES) == len(effects),
    )
    return Eligibility(
        snapshot.subject_id,
        prepared.protocol,
        prepared.version,
        prepared.digest,
        prepared.site,
        as_of,
        status,
        is_deceased,
        summaries,
        subject.expires_on(summaries, as_of) if status is not Status.INELIGIBLE else None,
    )


@dataclass(frozen=True)
class _Subject:
    """One subject's records with the rules to judge them by, on any day."""

    prepared: PreparedVersion
    bound: BoundPatient
    supplied: frozenset[str]

    @classmethod
    def of(cls, prepared: PreparedVersion, snapshot: Snapshot) -> "_Subject":
        tables = snapshot.records.rows.items()
        codes = [
            (row.get("system", LOCAL_SYSTEM), row["code"])
            for name, rows in tables
            if name != PATIENTS.name
            for row in rows
        ]
        bound = BoundPatient(snapshot.records, prepared.rulebook.concepts, prepared.bind(codes))
        return cls(prepared, bound, snapshot.supplied)

    def judge(self, as_of: date) -> tuple[VerdictSummary, ...]:
        verdicts = judge_case(self._case(as_of))
        return tuple(
            _summarise(criterion, verdict, self.prepared)
            for criterion, verdict in zip(self.prepared.criteria, verdicts, strict=True)
        )

    def _case(self, day: date) -> Case:
        return Case(self.prepared.rulebook, self.bound, self.supplied, Moment(day))

    def expires_on(self, summaries: Iterable[VerdictSummary], as_of: date) -> date | None:
        """
        Judge the passing criteria again on the days on which they may change, until one no longer holds.

        Somebody who is alive on `as_of` and has a recorded death dies on a later day.
        """
        was_assumed = {each.criterion_id: each.is_assumed for each in summaries if each.effect is Effect.PASSES}
        changes = DaysOfChange(self.bound, as_of, horizon_days=HORIZON_DAYS)
        rules: dict[date, list[CriterionRule]] = defaultdict(list)
        for rule in self.prepared.rulebook.rules:
            if rule.id in was_assumed:
                for day in changes.of(rule.node):
                    rules[day].append(rule)
        last = as_of + timedelta(HORIZON_DAYS)
        death = self.bound.patient["death_lower"] if self.bound.patient["is_deceased"] else None
        end = death if death is not None and death <= last else None
        for day in sorted(rules):
            if end is not None and day >= end:
                break
            if not self._all_hold(rules[day], day, was_assumed):
                return day
        return end

    def _all_hold(self, rules: Iterable[CriterionRule], day: date, was_assumed: Mapping[str, bool]) -> bool:
        """Whether criteria still pass on a day, and on no absence that nobody was asked to confirm."""
        case = self._case(day)
        atoms: dict[Atom, Outcome] = {}
        for rule in rules:
            outcome = judge_node(rule.node, case, atoms)
            is_assumed = outcome.basis is Basis.ASSUMED
            if effect_of(rule.kind, outcome.truth) is not Effect.PASSES or (is_assumed and not was_assumed[rule.id]):
                return False
        return True


def _summarise(criterion: CriterionView, verdict: Verdict, prepared: PreparedVersion) -> VerdictSummary:
    effect = effect_of(criterion.kind, verdict.truth)
    words = ""
    if effect is Effect.OPEN:
        words = prepared.say_open(criterion.id, verdict.needs, verdict.causes)
    elif verdict.basis is Basis.ASSUMED:
        *others, last = _absent(verdict, prepared.concepts)  # every name: a person is asked to confirm them all
        words = f"Assumed: no record of {' or '.join(filter(None, (', '.join(others), last)))} means none."
    return VerdictSummary(criterion.id, verdict.truth, effect, verdict.basis, verdict.causes, verdict.needs, words)


def _absent(verdict: Verdict, concepts: Mapping[str, Concept]) -> list[str]:
    """The labels of the concepts that were searched for in vain, each once."""
    codes = [row.code or "" for row in verdict.evidence if row.value == NO_RECORD and row.record_id is None]
    return list(dict.fromkeys(concepts[code.removeprefix(f"{LOCAL_SYSTEM}|")].label for code in codes))
