"""A draft as the content of a protocol file: what the record states, what was drafted, and our assumptions, marked.

Decides how each stated fact is written. What the record does not state is `not-found`; nothing stands in its place.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.authoring.drafting.identifiers import slug
from equipoise.authoring.drafting.plan import PLAN
from equipoise.authoring.model import DamageMark, Registration, StatedArm, StatedIntervention
from equipoise.criteria.truth import Kind
from equipoise.protocol.model import NOT_FOUND, Arm, Intervention, RegistryStatus

Data = dict[str, Any]

VERSION = "original"
_WORD = re.compile(r"\w+")
_ARM_WORD = re.compile(r"\b(?:arm|group|cohort)\b", re.IGNORECASE)
_ARM_LAST = re.compile(r" (?:arm|group|cohort)$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_FOUND: Data = {"value": NOT_FOUND, "mark": NOT_FOUND}
_ANCHORS = {"cycle-1": "first day of treatment", "randomisation": "day of randomisation"}

_WINDOWS: Mapping[str, Data] = {
    "laboratory": {
        "length": "90 d",
        "status": "assumption",
        "source": "comparable trial NCT06016855: blood tests within 90 days before surgery",
    },
    "imaging": {
        "length": "180 d",
        "status": "assumption",
        "source": "comparable trial NCT06016855: imaging within 180 days before surgery",
    },
    "pregnancy-test": {
        "length": "14 d",
        "status": "assumption",
        "source": "tests 2 to 4 weeks before a treatment are usual, of which the shorter",
    },
    "contraception": {"length": "90 d", "status": "assumption", "source": "no source; taken as for blood tests"},
}
"""Look-back windows that records hardly ever state. Each draft that uses one lists it as our assumption."""


@dataclass(frozen=True)
class _MeantArm:
    """The arm that words of a criterion mean, and what a person must look at where the record does not tell."""

    id: str
    check: str = ""


def protocol_data(draft: Draft, *, record_file: str, origin: Data | None, drafted_by: str, drafted_at: date) -> Data:
    """
    The content of a protocol file.

    Parameters
    ----------
    draft
        As `draft_criteria` gives it.
    record_file
        Where the text of the record will stand, relative to the protocol file.
    origin
        The original file beside the text, when the record was not text: file, sha256, form.
    drafted_by, drafted_at
        Written into the review of the version, which nobody has signed.
    """
    registration = draft.registration
    record = _record(registration, record_file, origin)
    interventions = _interventions(registration)
    arms, meant = _arms(registration, interventions, draft.criteria)
    stated: Data = {
        "id": registration.id,
        "title": registration.title or registration.official_title or NOT_FOUND,
        "official_title": registration.official_title or None,
        "identifiers": [{"id": name, "authority": authority} for name, authority in registration.identifiers],
        "conditions": list(registration.conditions) or None,
        "keywords": list(registration.keywords) or None,
        "phase": {"registered": registration.phase, "titled": ""} if registration.phase else None,
        "sponsor": {"name": registration.sponsor, "source": "the record"} if registration.sponsor else None,
        "registry": [_status(each.status, each.day, each.source) for each in registration.statuses],
        "sites": [
            {"name": site.name, "status": site.status or NOT_FOUND, "source": "the record", **_note(site.place)}
            for site in registration.sites
        ],
        "design": _design(registration),
        "records": [record],
        "interventions": interventions,
        "arms": arms,
        "plans": {PLAN: dict(draft.plan.plan)} if draft.plan is not None and draft.plan.plan is not None else None,
        "endpoints": _endpoints(registration),
        "concepts": _concepts(draft),
        "default_version": VERSION,
        "versions": [_version(draft, record["id"], meant, drafted_by, drafted_at)],
    }
    always = ("identifiers", "registry")  # an empty list says that the record states none
    return {key: value for key, value in stated.items() if key in always or value not in (None, [], {})}


def stated_ids(registration: Registration) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The identifiers that the stated arms and the stated interventions get, each in the order of the record."""
    interventions = _interventions(registration)
    arms, _ = _arms(registration, interventions, ())
    return tuple(arm["id"] for arm in arms), tuple(each["id"] for each in interventions)


def _record(registration: Registration, record_file: str, origin: Data | None) -> Data:
    digest = hashlib.sha256(registration.text.encode()).hexdigest()
    record: Data = {"id": f"{registration.id}-{VERSION}", "file": record_file, "sha256": digest}
    return record | ({"origin": origin} if origin else {})


def _status(status: str, day: str, source: str) -> Data:
    known = get_args(RegistryStatus.model_fields["status"].annotation)
    since = date.fromisoformat(day) if _DAY.fullmatch(day) else NOT_FOUND
    written: Data = {
        "status": status if status in known else "unknown",
        "since": {"day": since},
        "source": source or "the record",
    }
    return written


def _note(words: str) -> Data:
    return {"note": words} if words else {}


def _design(registration: Registration) -> Data:
    facts = {**registration.design, **registration.dates}
    if registration.study_type:
        facts = {"study-type": registration.study_type, **facts}
    return {slug(name): {"value": value, "mark": "verified", "source": "the record"} for name, value in facts.items()}


def _type(words: str, model: type[Arm] | type[Intervention]) -> str:
    """The registry's word for a kind of arm or intervention; `not-stated` for an empty or unknown one."""
    known = get_args(model.model_fields["type"].annotation)
    name = slug(words).removesuffix("-arm")
    return name if words and name in known else "not-stated"


def _interventions(registration: Registration) -> list[Data]:
    taken: list[str] = []
    return [_intervention(each, taken) for each in registration.interventions]


def _intervention(stated: StatedIntervention, taken: list[str]) -> Data:
    name = slug(stated.label, taken)
    taken.append(name)
    written: Data = {"id": name, "label": stated.label, "type": _type(stated.type, Intervention)}
    if stated.description:
        written["facts"] = {"description": {"value": stated.description, "mark": "verified", "source": "the record"}}
    return written


def _arms(
    registration: Registration, interventions: Sequence[Data], criteria: Sequence[DraftCriterion]
) -> tuple[list[Data], dict[str, _MeantArm]]:
    """The arms that are stated, then those that a criterion alone names; and which arm the words of each mean."""
    taken: list[str] = []
    ids: dict[str, str] = {}
    for each in interventions:
        ids.setdefault(each["label"], each["id"])
    stated = [_arm(each, ids, taken) for each in registration.arms]
    added: list[Data] = []
    meant: dict[str, _MeantArm] = {}
    for criterion in criteria:
        words = criterion.draft.arm
        if not words or words in meant:
            continue
        found = matching_arms(stated, words)
        if len(found) == 1:
            meant[words] = _MeantArm(found[0])
            continue
        names = matching_arms(added, words)
        name = names[0] if names else slug(words, taken)
        said = f"“{words}” can mean more than one arm of the record: {', '.join(found)}" if found else ""
        meant[words] = _MeantArm(name, said or f"the record states no arm of its own that is “{words}”")
        if not names:
            taken.append(name)
            named = f"Named in {criterion.id} alone."
            description = f"{named} There {said}." if said else named
            added.append({"id": name, "label": words, "type": "not-stated", "description": description})
    return stated + added, meant


def _arm(stated: StatedArm, interventions: Mapping[str, str], taken: list[str]) -> Data:
    number = re.match(r"\s*(arm\s*\w+)", stated.label, re.IGNORECASE)
    name = slug(number.group(1) if number else stated.label, taken)
    taken.append(name)
    written: Data = {
        "id": name,
        "label": stated.label,
        "type": _type(stated.type, Arm),
        "description": stated.description,
    }
    known = [interventions[label] for label in stated.interventions if label in interventions]
    return written | ({"interventions": known} if known else {})


def matching_arms(arms: Sequence[Mapping[str, Any]], words: str) -> list[str]:
    """
    The identifiers of the arms that words of a criterion can mean ("arm 2", "the control arm").

    The closest likeness alone counts: the whole label, its beginning, the label but for the word "arm", a part of a
    label that names no other arm; whole words always. More than one arm: the words do not tell which.
    """
    wanted, labels = _arm_words(words), [(str(arm["id"]), str(arm["label"])) for arm in arms]
    likenesses: tuple[Callable[[str], bool], ...] = (
        lambda label: _arm_words(label) == wanted,
        lambda label: _arm_words(label).startswith(f"{wanted} "),
        lambda label: _ARM_LAST.sub("", _arm_words(label.split(":")[0])) == _ARM_LAST.sub("", wanted),
        lambda label: f" {wanted} " in f" {_arm_words(label)} " and len(_ARM_WORD.findall(label)) == 1,
    )
    for is_like in likenesses:
        found = [name for name, label in labels if is_like(label)]
        if found:
            return found
    return []


def _arm_words(words: str) -> str:
    """The words of an arm in small letters, one space between, without the article."""
    return " ".join(_WORD.findall(words.casefold())).removeprefix("the ")


def _stated(words: str) -> Data:
    """A value of the record; our exports write as not found what no source states, and so it is read."""
    if words in ("", NOT_FOUND):
        return _NOT_FOUND
    return {"value": words, "mark": "verified", "source": "the record"}


def _endpoints(registration: Registration) -> list[Data]:
    taken: list[str] = []
    endpoints = []
    for outcome in registration.outcomes:
        name = slug(outcome.measure, taken)
        taken.append(name)
        endpoints.append(
            {
                "id": name,
                "level": outcome.level if outcome.level in ("primary", "secondary") else "other",
                "objective": _stated(outcome.description or outcome.measure),
                "measure": outcome.measure,
                "time_frame": _stated(outcome.time_frame),
            }
        )
    return endpoints


def _concepts(draft: Draft) -> Data:
    concepts: Data = {}
    declared = [each.draft.concepts for each in draft.criteria]
    for entries in (*declared, draft.plan.concepts if draft.plan is not None else {}):
        for name, entry in entries.items():
            concepts.setdefault(name, dict(entry))
    return concepts


def _version(draft: Draft, record: str, arms: Mapping[str, _MeantArm], drafted_by: str, drafted_at: date) -> Data:
    criteria = draft.criteria
    gates = [each for each in criteria if each.is_gate]
    others = [each for each in criteria if not each.is_gate]
    windows = {name for each in criteria for name in _named_windows(each.draft.rule)}
    anchors = {anchor for each in gates for anchor in _ANCHORS if anchor in str(each.draft.rule)}
    readings = {
        name: {"chosen": None, "because": because} for each in criteria for name, because in each.draft.readings.items()
    }
    version: Data = {
        "name": VERSION,
        "label": "As drafted from the record",
        "effective": {"day": NOT_FOUND},
        "review": {"status": "draft", "drafted_by": drafted_by, "drafted_at": drafted_at},
        "anchors": {
            name: words for name, words in _ANCHORS.items() if name in anchors or (gates and name == "cycle-1")
        },
        "windows": {name: dict(setting) for name, setting in _WINDOWS.items() if name in windows},
        "readings": readings,
        "inclusion": [_criterion(each, record) for each in others if each.kind is not Kind.EXCLUSION],
        "exclusion": [_criterion(each, record) for each in others if each.kind is Kind.EXCLUSION],
        "gates": [_gate(each, record, arms[each.draft.arm]) | {"id": f"G{n}"} for n, each in enumerate(gates, start=1)],
        "plan": PLAN if can_name_plan(draft) else None,
    }
    return {key: value for key, value in version.items() if value not in ({}, [], None)}


def can_name_plan(draft: Draft) -> bool:
    """
    Whether the drafted version can be conducted by the drafted plan.

    A drafted gate stands before the first cycle. A plan says which step that is in its own words, and which of them is
    meant is for a person to say.
    """
    has_plan = draft.plan is not None and draft.plan.plan is not None
    return has_plan and not any(each.is_gate for each in draft.criteria)


def _named_windows(rule: Any) -> Iterator[str]:
    if isinstance(rule, Mapping):
        if isinstance(rule.get("within"), str) and rule["within"] in _WINDOWS:
            yield rule["within"]
        for value in rule.values():
            yield from _named_windows(value)
    elif isinstance(rule, list):
        for part in rule:
            yield from _named_windows(part)


def _criterion(criterion: DraftCriterion, record: str) -> Data:
    written: Data = {
        "id": criterion.id,
        "text": criterion.text,
        "sources": [{"record": record, "spans": [list(span) for span in criterion.spans]}],
    }
    if criterion.marks:
        written["damage"] = [_damage(mark) for mark in criterion.marks]
    repair = criterion.repair
    if repair is not None and repair.text is not None:
        written["repair"] = {
            "reads": repair.reads,
            "because": repair.because,
            "source": repair.source,
            "status": "proposed",
        }
    drafted: Data = {"outcome": criterion.draft.outcome.value}
    if criterion.draft.checks:
        drafted["checks"] = list(criterion.draft.checks)
    return written | {"rule": dict(criterion.draft.rule), "drafted": drafted}


def _gate(criterion: DraftCriterion, record: str, arm: _MeantArm) -> Data:
    written = _criterion(criterion, record) | {"arm": arm.id, "before": "cycle-1"}
    if arm.check:
        written["drafted"] = written["drafted"] | {"checks": [*written["drafted"].get("checks", ()), arm.check]}
    return written


def _damage(mark: DamageMark) -> Data:
    written: Data = {"kind": mark.kind.value, "after": mark.after, "lost": mark.lost, "because": mark.because}
    return written | ({"harmless": True} if mark.is_harmless else {})
