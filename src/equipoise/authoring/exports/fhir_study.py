"""The ResearchStudy of the FHIR export: what is stated of the trial, and the protocol that rides with it."""

from typing import Any

from equipoise.authoring.exports import fhir_codes
from equipoise.authoring.exports.fhir_codes import coded, coded_word, extension, resource_id, without_empty
from equipoise.authoring.exports.losses import LossBook
from equipoise.protocol.model import NOT_FOUND, Arm, Endpoint, Phase, Protocol, RegistryStatus, Version
from equipoise.protocol.phases import phase_numbers

Fhir = dict[str, Any]
IN_EXTENSION = "only in the extension"
_NOT_STATED = "not-stated"


def make_study(
    protocol: Protocol, version: Version, *, carried: str, eligibility: str, gates: dict[str, str], losses: LossBook
) -> Fhir:
    """
    The study.

    Parameters
    ----------
    carried
        The protocol as text, for its extension.
    eligibility
        The reference of the EvidenceVariable of all criteria.
    gates
        The reference of each gate's EvidenceVariable, by the id of the gate.
    """
    study: Fhir = {
        "resourceType": "ResearchStudy",
        "id": resource_id(protocol.id),
        "extension": [extension(fhir_codes.PROTOCOL_URL, carried)],
        "identifier": [
            {"value": str(each.id), "assigner": {"display": each.authority}} for each in protocol.identifiers
        ],
        "version": version.name,
        "title": protocol.title,
        "label": _labels(protocol),
        "status": "draft" if version.is_draft else "active",
        "phase": _phase(protocol.phase, losses),
        "studyDesign": _design(protocol),
        "condition": [{"text": condition} for condition in protocol.conditions],
        "keyword": [{"text": word} for word in protocol.keywords],
        "site": [{"display": site.name} for site in protocol.sites],
        "associatedParty": _parties(protocol),
        "progressStatus": [_progress(each, losses) for each in protocol.registry],
        "recruitment": {"eligibility": {"reference": eligibility}},
        "comparisonGroup": [_group(protocol, version, arm, gates, losses) for arm in protocol.arms],
        "objective": [_objective(each, losses) for each in protocol.endpoints],
        "outcomeMeasure": [_outcome(each) for each in protocol.endpoints],
    }
    _note_rest(protocol, version, losses)
    stated: Fhir = without_empty(study)
    return stated


def _labels(protocol: Protocol) -> list[Fhir]:
    if not protocol.official_title:
        return []
    return [{"type": coded(fhir_codes.TITLE_TYPE, "official", "Official title"), "value": protocol.official_title}]


def _phase(phase: Phase | None, losses: LossBook) -> Fhir | None:
    if phase is None:
        return None
    code = fhir_codes.PHASES.get(phase_numbers(phase.registered))
    if code is None:
        losses.add(f"phase {phase.registered!r}", "no code is known for it; it stands as text")
        return {"text": phase.registered}
    if phase.titled or phase.note:
        losses.add("phase", f"the phase of the title beside the registered one: {IN_EXTENSION}")
    return coded(fhir_codes.PHASE, code, phase.registered)


def _design(protocol: Protocol) -> list[Fhir]:
    stated = {name: fact.value for name, fact in protocol.design.items() if fact.value != NOT_FOUND}
    return [{"text": f"{name.replace('-', ' ')}: {value}"} for name, value in stated.items()]


def _parties(protocol: Protocol) -> list[Fhir]:
    if protocol.sponsor is None:
        return []
    role = coded(fhir_codes.PARTY_ROLE, "lead-sponsor", "lead sponsor")
    return [{"name": protocol.sponsor.name, "role": role, "party": {"display": protocol.sponsor.name}}]


def _progress(status: RegistryStatus, losses: LossBook) -> Fhir:
    progress: Fhir = {"state": coded_word(status.status, fhir_codes.STATUSES, fhir_codes.STUDY_STATUS), "actual": True}
    if status.status not in fhir_codes.STATUSES:
        losses.add(f"status {status.status!r}", "no code is known for it; it stands as text")
    if status.since.day == NOT_FOUND:
        losses.add(f"status {status.status!r}", f"a day known only by its bounds: {IN_EXTENSION}")
    else:
        progress["period"] = {"start": str(status.since.day)}
    return progress


def _group(protocol: Protocol, version: Version, arm: Arm, gates: dict[str, str], losses: LossBook) -> Fhir:
    labels = {each.id: each.label for each in protocol.interventions}
    bound = [gate for gate in version.gates if gate.arm == arm.id]
    group: Fhir = {
        "extension": [{"url": fhir_codes.GATE_URL, "valueReference": {"reference": gates[gate.id]}} for gate in bound],
        "linkId": resource_id(arm.id),
        "name": arm.label,
        "type": coded_word(arm.type, fhir_codes.ARM_TYPES, fhir_codes.ARM_TYPE),
        "description": arm.description,
        "intendedExposure": [{"display": labels[each]} for each in arm.interventions],
    }
    if arm.type == _NOT_STATED:
        del group["type"]
    for gate in bound:
        losses.add(gate.id, "a gate is no part of a study in the standard: its arm names it by an extension")
    return group


def _objective(endpoint: Endpoint, losses: LossBook) -> Fhir:
    losses.add(f"objective {endpoint.id}", f"how sure it is and its source: {IN_EXTENSION}")
    return {
        "name": endpoint.id,
        "type": coded_word(endpoint.level, fhir_codes.OBJECTIVE_TYPES, fhir_codes.OBJECTIVE_TYPE),
        "description": endpoint.objective.value,
    }


def _outcome(endpoint: Endpoint) -> Fhir:
    outcome: Fhir = {
        "name": endpoint.measure,
        "type": [coded_word(endpoint.level, fhir_codes.OBJECTIVE_TYPES, fhir_codes.OBJECTIVE_TYPE)],
    }
    has_frame = endpoint.time_frame.value != NOT_FOUND
    return outcome | ({"description": f"Time frame: {endpoint.time_frame.value}"} if has_frame else {})


def _note_rest(protocol: Protocol, version: Version, losses: LossBook) -> None:
    kept = {
        "schedule": ("what is planned, when and in which arms", protocol.schedule),
        "analyses": ("sets, endpoints, estimands and analyses", protocol.analyses),
        "plans": ("those of other versions, and what their PlanDefinition cannot say", protocol.plans),
        "design": ("how sure each fact is, its source, and what was not found", protocol.design),
        "interventions": ("their kinds and facts", protocol.interventions),
        "sites": ("recruitment status of each", protocol.sites),
        "registry": ("the source of each status", protocol.registry),
        f"version {version.name}": ("when it is in force", [version.effective]),
    }
    for where, (what, is_there) in kept.items():
        if is_there:
            losses.add(where, f"{what}: {IN_EXTENSION}")
    for other in protocol.versions:
        if other.name != version.name:
            losses.add(f"version {other.name}", f"not exported as a study of its own: {IN_EXTENSION}")
