"""Eligibility of one subject at a moment, from a snapshot of the records and the answers given since.

Judges by the reference evaluator what a screening judges by the compiled one: the criteria of enrolment of a version
at a site, never its gates. Decides nothing of its own but on which day the passing verdicts end. Leaves to others:
who may judge, which version the subject consented to, and what to do with the answer; a "no" is a value here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.criteria.bound import BindingIndex, BoundPatient, index_bindings
from equipoise.criteria.evidence import NO_RECORD
from equipoise.criteria.reference import judge_node, judge_patient
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.rulebook import CriterionRule, Moment, Rulebook
from equipoise.criteria.truth import Basis, Cause, Effect, Truth, effect_of
from equipoise.criteria.verdict import Verdict
from equipoise.protocol.model import Protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import SiteSettings
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS
from equipoise.screening import phrases
from equipoise.screening.expiry import days_of_change
from equipoise.screening.open_words import say_open
from equipoise.screening.report_model import CriterionView, ProtocolView
from equipoise.screening.standing import DECEASED, Status, is_dead_on, status_of
from equipoise.screening.view import make_view
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

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
    resolved = resolve(protocol.version(version), protocol.library(base_library()), site)
    view = make_view(protocol, resolved, as_of)
    subject = _Subject.of(resolved.rulebook, snapshot.with_attestations(attestations))
    verdicts = subject.judge(as_of)
    summaries = tuple(
        _summarise(criterion, verdict, view) for criterion, verdict in zip(view.criteria, verdicts, strict=True)
    )
    effects = [each.effect for each in summaries]
    is_deceased = is_dead_on(subject.patient.patient, as_of)
    status = status_of(
        is_deceased=is_deceased,
        is_blocked=Effect.BLOCKS in effects,
        passes_all=effects.count(Effect.PASSES) == len(view.criteria),
    )
    return Eligibility(
        snapshot.subject_id,
        protocol.id,
        resolved.version.name,
        protocol.digest,
        resolved.site,
        as_of,
        status,
        is_deceased,
        summaries,
        subject.expires_on(summaries, as_of) if status is not Status.INELIGIBLE else None,
    )


@dataclass(frozen=True)
class _Subject:
    """One subject's records with the rules to judge them by, on any day."""

    rulebook: Rulebook
    patient: PatientRecords
    supplied: frozenset[str]
    bindings: BindingIndex

    @classmethod
    def of(cls, rulebook: Rulebook, snapshot: Snapshot) -> "_Subject":
        rows = [row for name, rows in snapshot.records.rows.items() if name != PATIENTS.name for row in rows]
        codes = dict.fromkeys((row.get("system", LOCAL_SYSTEM), row["code"]) for row in rows)
        bindings = index_bindings(bind_codes(rulebook.concepts, codes))
        return cls(rulebook, snapshot.records, snapshot.supplied, bindings)

    def judge(self, as_of: date) -> list[Verdict]:
        return judge_patient(self.rulebook, self.patient, self.supplied, Moment(as_of), self.bindings)

    def expires_on(self, summaries: Iterable[VerdictSummary], as_of: date) -> date | None:
        """
        Judge each passing criterion again on the days on which it may change, until it no longer holds.

        Somebody who is alive on `as_of` and has a recorded death dies on a later day.
        """
        passing = {each.criterion_id: each for each in summaries if each.effect is Effect.PASSES}
        bound = BoundPatient(self.patient, self.rulebook.concepts, self.bindings)
        ends = [bound.patient["death_lower"]] if bound.patient["is_deceased"] else []
        for rule in self.rulebook.rules:
            if rule.id in passing:
                days = days_of_change(rule.node, bound, as_of, horizon_days=HORIZON_DAYS)
                was_assumed = passing[rule.id].is_assumed
                ends.append(next((day for day in days if not self._holds(rule, bound, day, was_assumed)), None))
        return min((day for day in ends if day is not None and (day - as_of).days <= HORIZON_DAYS), default=None)

    def _holds(self, rule: CriterionRule, bound: BoundPatient, day: date, was_assumed: bool) -> bool:
        """Whether a criterion still passes on a day, and on no absence that nobody was asked to confirm."""
        outcome = judge_node(rule.node, Case(self.rulebook, bound, self.supplied, Moment(day)), {})
        is_assumed = outcome.basis is Basis.ASSUMED
        return effect_of(rule.kind, outcome.truth) is Effect.PASSES and (was_assumed or not is_assumed)


def _summarise(criterion: CriterionView, verdict: Verdict, view: ProtocolView) -> VerdictSummary:
    effect = effect_of(criterion.kind, verdict.truth)
    words = ""
    if effect is Effect.OPEN:
        needs = verdict.needs or (phrases.CRITERION + criterion.id,)
        said = say_open(criterion, [phrases.item_of(need, view) for need in needs], verdict.causes, view)
        words = f"{said.lead}{said.tail}."
    elif verdict.basis is Basis.ASSUMED:
        *others, last = _absent(verdict, view)  # every name: a person is asked to confirm them all
        words = f"Assumed: no record of {' or '.join(filter(None, (', '.join(others), last)))} means none."
    return VerdictSummary(criterion.id, verdict.truth, effect, verdict.basis, verdict.causes, verdict.needs, words)


def _absent(verdict: Verdict, view: ProtocolView) -> list[str]:
    """The labels of the concepts that were searched for in vain, each once."""
    codes = [row.code or "" for row in verdict.evidence if row.value == NO_RECORD and row.record_id is None]
    return list(dict.fromkeys(view.concepts[code.removeprefix(f"{LOCAL_SYSTEM}|")].label for code in codes))
