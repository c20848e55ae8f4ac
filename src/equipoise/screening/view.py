"""A resolved protocol version in the plain words that outputs carry; nothing is decided here."""

from dataclasses import replace
from datetime import date

from equipoise.criteria.prose import describe
from equipoise.criteria.rulebook import Rulebook
from equipoise.protocol.model import DRAFT_SENTENCE, Protocol
from equipoise.protocol.resolve import SITE, ReadingUse, RepairUse, ResolvedCriterion, ResolvedVersion
from equipoise.screening.phrases import window_words
from equipoise.screening.report_model import (
    CriterionView,
    DamageView,
    ProtocolView,
    ReadingView,
    RepairView,
    SettingView,
)


def rulebook_with_notes(resolved: ResolvedVersion) -> Rulebook:
    """What the evaluator is given: the criteria, and the rules of their notes under ids such as `E8~note1`."""
    return replace(resolved.rulebook, rules=(*resolved.rulebook.rules, *resolved.notes_rulebook.rules))


def make_view(protocol: Protocol, resolved: ResolvedVersion, as_of: date) -> ProtocolView:
    """The words of a version, with the registry status on the day of judgement."""
    status = protocol.registry_status_at(as_of)
    return ProtocolView(
        id=protocol.id,
        title=protocol.title,
        version=resolved.version.name,
        digest=protocol.digest,
        registry_status=status.status,
        registry_sentence=status.sentence,
        as_of=as_of,
        criteria=tuple(_criterion(each, resolved) for each in resolved.criteria),
        concepts=resolved.rulebook.concepts,
        readings=tuple(_reading(each) for each in resolved.readings),
        windows=tuple(
            SettingView(each.name, window_words(each.window), each.origin, each.source) for each in resolved.windows
        ),
        assumptions=tuple(
            SettingView(_label(each.concept, resolved), f"no record means {each.absence}", each.origin, each.source)
            for each in resolved.assumptions
        ),
        site_settings=tuple(_site_settings(resolved)),
        draft_sentence=DRAFT_SENTENCE if resolved.version.is_draft else "",
    )


def _criterion(each: ResolvedCriterion, resolved: ResolvedVersion) -> CriterionView:
    says = {use.name: [words for _, words in use.alternatives] for use in resolved.readings}
    damages = tuple(DamageView(damage.kind, damage.after, damage.words) for damage in each.criterion.damages)
    return CriterionView(
        id=each.id,
        kind=each.kind,
        text=each.criterion.text,
        node=each.node,
        rule_words=describe(each.node, resolved.rulebook.concepts, says),
        damages=damages,
        repair=_repair(each.repair) if each.repair is not None else None,
        confirm=each.criterion.confirm,
        comment=each.criterion.comment,
        notes=each.notes,
    )


def _repair(use: RepairUse) -> RepairView:
    accepted_at = use.accepted_at.isoformat() if use.accepted_at is not None else ""
    return RepairView(use.reads, use.because, use.status.value, use.accepted_by, accepted_at, use.source)


def _reading(use: ReadingUse) -> ReadingView:
    return ReadingView(use.name, use.alternatives, use.chosen, use.by, use.because, use.criterion_ids)


def _label(concept_id: str, resolved: ResolvedVersion) -> str:
    concept = resolved.rulebook.concepts.get(concept_id)
    return concept.label if concept is not None else concept_id


def _site_settings(resolved: ResolvedVersion) -> list[SettingView]:
    """Every setting of the site file that was used, of whatever kind."""
    if resolved.site is None:
        return []
    site, found = resolved.site, []
    for window in resolved.windows:
        if window.origin == SITE:
            found.append(SettingView(f"window {window.name}", window_words(window.window), site, window.source))
    for use in resolved.assumptions:
        if use.origin == SITE:
            words = f"no record means {use.absence}"
            found.append(SettingView(f"absence of {use.concept}", words, site, use.source))
    for each in resolved.ranges:
        limits = (
            f"{each.low if each.low is not None else '…'} to {each.high if each.high is not None else '…'} {each.unit}"
        )
        found.append(
            SettingView(f"normal range of {each.concept}", limits + (f", {each.sex}" if each.sex else ""), site)
        )
    for concept, count in sorted(resolved.site_codes.items()):
        found.append(SettingView(f"codes of {concept}", f"{count} added", site))
    shipped = resolved.version.readings
    for reading in resolved.readings:
        before = shipped.get(reading.name)
        is_changed = before is None or (reading.chosen, reading.by) != (before.chosen, before.by)
        if is_changed and reading.chosen is not None:
            found.append(SettingView(f"reading {reading.name}", reading.chosen, site, f"by {reading.by}"))
    for repair in resolved.repairs:
        own = resolved.version.criterion(repair.criterion_id).repair
        if own is not None and (own.status, own.accepted_by) != (repair.status, repair.accepted_by):
            found.append(SettingView(f"repair of {repair.criterion_id}", repair.status.value, site, repair.accepted_by))
    return found
