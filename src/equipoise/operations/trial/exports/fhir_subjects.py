"""A running trial as a FHIR R5 bundle: the study with its protocol and plan, each subject with its progress, groups.

Decides what of a subject is told: its number, its site, the version consented to, and its progress as the reader may
see it. The assigned arm, and the arm whose treatment was really given, are told to whoever may see arms at that site;
for nobody else does a resource, a group or a day depend on them. A Patient holds the number of a subject and no more.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from equipoise.authoring.exports.fhir import export_fhir
from equipoise.authoring.exports.fhir_codes import BASE, STUDY_STATUS, coded, extension, resource_id, without_empty
from equipoise.authoring.exports.fhir_plan import make_plan_definition
from equipoise.authoring.exports.fhir_trial_codes import (
    ACT_REASON,
    CONSENTED_URL,
    TEST_DATA,
    Membership,
    PublicationStatus,
    StudyState,
)
from equipoise.authoring.exports.losses import Export, LossBook
from equipoise.operations.analysing.course_facts import given_of
from equipoise.operations.analysing.trial_facts import version_at
from equipoise.operations.office.files import read_file
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Site, Subject, Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.output import new_folder
from equipoise.operations.trial.exports.subject_progress import progress_of
from equipoise.operations.trial.masking import MaySee, seen_events
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import Plan
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.terminology.catalogue import base_library

Fhir = dict[str, Any]
BUNDLE_FILE, LOSSES_FILE = "trial.fhir.json", "trial.fhir.losses.json"
SUBJECT_SYSTEM = f"{BASE}/subject"
MASKED_LOSS = "the arm, and from allocation until a subject leaves its state and days: this reader may not see them"


def write_fhir(view: View, rules: Rules, may_see: MaySee, today: date, out: Path, *, force: bool = False) -> Export:
    """
    Write the bundle and its losses into a folder, which appears whole or not at all.

    Raises
    ------
    OutputError
        The folder may not be used, or the disk is full.
    """
    made = make_bundle(view, rules, may_see, today)
    losses = [{"where": loss.where, "what": loss.what} for loss in made.losses]
    with new_folder(out, force=force) as folder:
        for name, content in ((BUNDLE_FILE, made.content), (LOSSES_FILE, {"losses": losses})):
            text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
    return made


def make_bundle(view: View, rules: Rules, may_see: MaySee, today: date) -> Export:
    """
    The trial as it stands, for somebody who may see so much.

    Raises
    ------
    ProtocolError
        The rules of the version in force cannot be executed.
    """
    return _TrialBundle(view, rules, may_see, today).make()


@dataclass
class _TrialBundle:
    """Makes the resources of one export, and what joins them."""

    view: View
    rules: Rules
    may_see: MaySee
    today: date
    losses: LossBook = field(default_factory=LossBook)

    @property
    def _protocol(self) -> Protocol:
        return self.rules.protocol

    def make(self) -> Export:
        trial = self.view.get(Trial, "trial")
        assert trial is not None
        rows = self.view.find(Subject)
        version = version_at(self.view, self.rules, self.today)
        base = export_fhir(self._protocol, base_library(), version=version)
        resources: list[Fhir] = [each["resource"] for each in base.content["entry"]]
        plans = [each for each in resources if each["resourceType"] == "PlanDefinition"]
        others = self._plans(row.version for row in rows if row.version not in (None, version))
        subjects = [self._subject(row) for row in rows]
        groups = self._groups(rows)
        n_allocated = sum(row.allocation_seq is not None for row in rows)
        self._complete_study(resources[0], trial, [*plans, *others], groups, n_allocated)
        patients = [_patient(row) for row in rows]
        resources += [*others, *groups.values(), *patients, *subjects]
        if trial.kind == "training":
            tag = {"tag": [{"system": ACT_REASON, "code": TEST_DATA}]}
            resources = [{"resourceType": each["resourceType"], "meta": tag, **each} for each in resources]
        content: Fhir = {
            "resourceType": "Bundle",
            "id": resource_id(self._protocol.id, "trial"),
            "type": "collection",
            "entry": [{"fullUrl": f"{BASE}/{_name(each)}", "resource": each} for each in resources],
        }
        self._note(rows)
        return Export(content, (*base.losses, *self.losses.losses))

    def _plans(self, versions: Iterable[str | None]) -> list[Fhir]:
        """The plans of these versions, each once."""
        named = dict.fromkeys(name for name in versions if name is not None)
        with_plan = [name for name in named if self.rules.plan_of(name) is not None]
        return [
            make_plan_definition(
                self._protocol, self._protocol.version(name), resolve_plan(self._protocol, name), self.losses
            )
            for name in with_plan
        ]

    def _complete_study(
        self, study: Fhir, trial: Trial, plans: list[Fhir], groups: Mapping[str, Fhir], n_allocated: int
    ) -> None:
        study["status"] = PublicationStatus.ACTIVE.value
        if plans:
            study["protocol"] = [{"reference": _name(plan)} for plan in plans]
        is_open = trial.status == "open"
        state = coded(STUDY_STATUS, StudyState.ACTIVE.value, "open") if is_open else {"text": trial.status}
        since = trial.initialised_at if is_open else trial.locked_at
        running = {"state": state, "actual": True, "period": {"start": str(since)[:10]}}
        study["progressStatus"] = [*study.get("progressStatus", []), running]
        study.setdefault("recruitment", {})["actualNumber"] = n_allocated
        for arm in study.get("comparisonGroup", []):
            if arm["linkId"] in groups:
                arm["observedGroup"] = {"reference": _name(groups[arm["linkId"]])}

    # ------------------------------------------------------------------ subjects

    def _subject(self, row: Subject) -> Fhir:
        progress, stood = progress_of(seen_events(self.view.events(subject=row.id), self.may_see))
        for each in stood:
            if not each.is_sure:
                self.losses.add(f"state {each.label!r}", f"{each.fhir.value} of the standard fits only roughly")
        site = self.view.get(Site, row.site)
        made: Fhir = without_empty(
            {
                "resourceType": "ResearchSubject",
                "id": resource_id(row.id),
                "extension": [extension(CONSENTED_URL, row.version)] if row.version else [],
                "identifier": [
                    {
                        "system": SUBJECT_SYSTEM,
                        "value": row.id,
                        "assigner": {"display": row.site if site is None else site.name},
                    }
                ],
                "status": PublicationStatus.ACTIVE.value,
                "progress": progress,
                "study": {"reference": f"ResearchStudy/{resource_id(self._protocol.id)}"},
                "subject": {"reference": f"Patient/{resource_id(row.id)}"},
                **self._arms_of(row),
            }
        )
        return made

    def _sees_arm(self, row: Subject) -> bool:
        """Both classes are needed: an arm is told by what was given as well as by its name."""
        return self.may_see(Visibility.ARM, row.site) and self.may_see(Visibility.TREATMENT, row.site)

    def _arms_of(self, row: Subject) -> Fhir:
        """The arm assigned and the one really followed; nothing for those who may not see it."""
        if row.allocation_seq is None or not self._sees_arm(row):
            return {}
        file = read_file(self.view, row.id)
        assert file.arm is not None
        plan = self.rules.plan_of(row.version)
        steps = {each.step for each in given_of(file, plan)}
        followed = None if plan is None else _followed(plan, self._arm_ids, steps, file.arm)
        actual = {} if followed is None else {"actualComparisonGroup": resource_id(followed)}
        return {"assignedComparisonGroup": resource_id(file.arm), **actual}

    @property
    def _arm_ids(self) -> tuple[str, ...]:
        return tuple(arm.id for arm in self._protocol.arms)

    # ------------------------------------------------------------------ groups

    def _groups(self, rows: list[Subject]) -> dict[str, Fhir]:
        """Who was randomised, and for each arm those of its subjects whose arm the reader may see."""
        allocated = [row for row in rows if row.allocation_seq is not None]
        groups = {"": self._group("randomised", "All randomised", allocated)}
        seen = [row for row in allocated if self._sees_arm(row)]
        for arm in self._protocol.arms if seen else ():
            members = [row for row in seen if read_file(self.view, row.id).arm == arm.id]
            groups[resource_id(arm.id)] = self._group(f"arm-{arm.id}", f"Randomised to {arm.label}", members)
        return groups

    def _group(self, name: str, title: str, rows: list[Subject]) -> Fhir:
        made: Fhir = {
            "resourceType": "Group",
            "id": resource_id(self._protocol.id, "trial", name),
            "type": "person",
            "membership": Membership.ENUMERATED.value,
            "name": title,
            "quantity": len(rows),
        }
        members = [{"entity": {"reference": f"Patient/{resource_id(row.id)}"}} for row in rows]
        return made | ({"member": members} if members else {})

    def _note(self, rows: list[Subject]) -> None:
        self.losses.add("subjects", "records, verdicts, forms and who recorded them: in the ledger only")
        hidden = [row.id for row in rows if row.allocation_seq is not None and not self._sees_arm(row)]
        for subject in hidden:
            self.losses.add(subject, MASKED_LOSS)


def _followed(plan: Plan, arms: tuple[str, ...], steps: set[str], assigned: str) -> str | None:
    """The arm to which everything that was given belongs; None before the first step and where it fits several."""
    if not steps:
        return None
    fitting = [arm for arm in arms if steps <= {step for course in plan.courses_of(arm) for step in course.steps}]
    if assigned in fitting:
        return assigned
    return fitting[0] if len(fitting) == 1 else None


def _patient(row: Subject) -> Fhir:
    return {
        "resourceType": "Patient",
        "id": resource_id(row.id),
        "identifier": [{"system": SUBJECT_SYSTEM, "value": row.id}],
    }


def _name(resource: Fhir) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
