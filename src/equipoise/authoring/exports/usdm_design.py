"""The study design of the USDM export: arms, epochs, criteria, objectives, interventions and schedule.

A gate (a criterion of one arm that is judged later) is the rule by which that arm's treatment element starts.
"""

from collections.abc import Mapping
from typing import Any

from equipoise.authoring.exports import usdm_codes
from equipoise.authoring.exports.carried import EXTENSIONS, PROTOCOL_URL, RULE_URL
from equipoise.authoring.exports.usdm_objects import NOT_STATED, UNSTATED_LOSS, Made, UsdmMaker
from equipoise.authoring.exports.usdm_plan import make_plan
from equipoise.authoring.exports.usdm_schedule import in_a_row, make_schedule
from equipoise.protocol.model import NOT_FOUND, Arm, Gate, Protocol, Version
from equipoise.protocol.plan import Plan

SCREENING, TREATMENT = "", "treatment"
FACTS_LOSS = "how sure it is and its source: only in the extension attribute"


class DesignMaker:
    """Makes the design of one version; `head` and `criteria` are what `take_apart` gave."""

    def __init__(
        self,
        protocol: Protocol,
        version: Version,
        maker: UsdmMaker,
        head: Mapping[str, Any],
        criteria: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._protocol, self._version, self._maker = protocol, version, maker
        self._plan = protocol.plan_of(version.name)
        self._head, self._criteria = head, criteria

    def items(self) -> dict[str, Made]:
        """The words of each criterion, by its id."""
        make = self._maker.make
        return {
            each.id: make(
                "EligibilityCriterionItem",
                name=each.id,
                label=None,
                description=None,
                text=each.text,
                dictionaryId=None,
                notes=[],
            )
            for _, each in self._version.criteria
        }

    def interventions(self) -> dict[str, Made]:
        """The interventions, by their id."""
        make, made = self._maker, {}
        for each in self._protocol.interventions:
            place = f"intervention {each.id}"
            made[each.id] = make.make(
                "StudyIntervention",
                name=each.id,
                label=each.label,
                description=None,
                role=make.code_of(self._role(each.id), usdm_codes.INTERVENTION_ROLES, f"{place}, role"),
                type=make.code_of(each.type, usdm_codes.INTERVENTION_TYPES, f"{place}, type"),
                minimumResponseDuration=None,
                codes=[],
                administrations=[],
                notes=[],
            )
            if each.facts:
                make.losses.add(place, "its facts (cycles, activity, interval): only in the extension attribute")
        return made

    def _role(self, intervention_id: str) -> str:
        """What all arms that give it are; an intervention of unlike arms has no single role."""
        types = {arm.type for arm in self._protocol.arms if intervention_id in arm.interventions}
        return types.pop() if len(types) == 1 and types <= set(usdm_codes.INTERVENTION_ROLES) else NOT_STATED

    def design(self, items: Mapping[str, Made], interventions: Mapping[str, Made]) -> Made:
        """The whole design, with the protocol in its extension attribute."""
        make, protocol = self._maker, self._protocol
        criteria = self._eligibility(items)
        epochs, elements, arms, cells = self._structure(interventions)
        if self._plan is None:
            activities, timelines = make_schedule(protocol, make, epochs[TREATMENT])
        else:
            activities, timelines = make_plan(protocol, self._plan, make, epochs, interventions)
        design = make.make(
            "InterventionalStudyDesign",
            name=protocol.id,
            label=protocol.title,
            description=None,
            studyType=make.code(usdm_codes.INTERVENTIONAL),
            studyPhase=self._phase(),
            therapeuticAreas=[],
            characteristics=[],
            encounters=[],
            activities=activities,
            arms=arms,
            studyCells=cells,
            rationale=NOT_FOUND,
            epochs=list(epochs.values()),
            elements=elements,
            estimands=[],
            indications=self._indications(),
            studyInterventionIds=[each["id"] for each in interventions.values()],
            objectives=self._objectives(),
            population=self._population(criteria),
            scheduleTimelines=timelines,
            biospecimenRetentions=[],
            documentVersionIds=[],
            eligibilityCriteria=criteria,
            analysisPopulations=[],
            notes=[],
            subTypes=[],
            model=self._model(),
            intentTypes=[],
            blindingSchema=None,
        )
        design[EXTENSIONS].append(make.extension(PROTOCOL_URL, self._head))
        return design

    def _eligibility(self, items: Mapping[str, Made]) -> list[Made]:
        made = []
        for kind, each in self._version.criteria:
            criterion = self._maker.make(
                "EligibilityCriterion",
                name=each.id,
                label=None,
                description=None,
                category=self._maker.code(usdm_codes.CATEGORIES[kind.value]),
                identifier=each.id,
                criterionItemId=items[each.id]["id"],
                nextId=None,
                previousId=None,
                notes=[self._maker.note(each.comment)] if each.comment else [],
            )
            criterion[EXTENSIONS].append(self._maker.extension(RULE_URL, self._criteria[each.id], words=each.text))
            made.append(criterion)
        return made

    def _structure(
        self, interventions: Mapping[str, Made]
    ) -> tuple[dict[str, Made], list[Made], list[Made], list[Made]]:
        """Epochs by name, elements, arms, and the cells in which an arm meets an epoch."""
        make = self._maker
        screening, *others = in_a_row(list((epochs := self._epochs()).values()))
        before = self._element("SCREENING", "Screening", [], None)
        elements, arms, cells = [before], [], []
        if not self._protocol.arms:
            make.losses.add("arms", UNSTATED_LOSS)
        for arm in self._protocol.arms or [Arm(id=NOT_STATED, label=NOT_STATED, type="not-stated")]:
            made = self._arm(arm)
            own = [self._element_of(arm, name, interventions) for name in list(epochs)[1:]]
            arms.append(made)
            elements.extend(own)
            for epoch, what in zip((screening, *others), (before, *own), strict=True):
                cells.append(make.make("StudyCell", armId=made["id"], epochId=epoch["id"], elementIds=[what["id"]]))
        return epochs, elements, arms, cells

    def _epochs(self) -> dict[str, Made]:
        """Screening and treatment; with a plan, screening and those of its epochs in which something is done."""
        epochs = {SCREENING: self._epoch("SCREENING", "Screening", usdm_codes.SCREENING_EPOCH)}
        if self._plan is None:
            what = "no source states epochs; screening and treatment are those that criteria imply"
            self._maker.losses.add("epochs", what)
            return epochs | {TREATMENT: self._epoch("TREATMENT", "Treatment", usdm_codes.TREATMENT_EPOCH)}
        what = "the plan states none before allocation, and not what kind each is; told by the courses in it"
        self._maker.losses.add("epochs", what)
        used = _epochs_of(self._plan)
        treats = {each.epoch for each in self._plan.courses if each.is_planned}
        for each in self._plan.epochs:
            if each.id in used:
                term = usdm_codes.TREATMENT_EPOCH if each.id in treats else usdm_codes.FOLLOW_UP_EPOCH
                epochs[each.id] = self._epoch(each.id, each.label, term)
        return epochs

    def _element_of(self, arm: Arm, epoch: str, interventions: Mapping[str, Made]) -> Made:
        """What an arm does in an epoch: all its treatment in the first that has a course of it, else in the first."""
        courses = [] if self._plan is None else self._plan.courses_of(arm.id)
        if epoch == self._treatment_of(arm):
            given = [interventions[each]["id"] for each in arm.interventions]
            return self._element(f"TREATMENT_{arm.id}", arm.label, given, self._start_rule(arm))
        names = dict.fromkeys(each.intervention for each in courses if each.epoch == epoch and each.intervention)
        given = [interventions[each]["id"] for each in names if each in interventions]
        return self._element(f"EPOCH_{epoch}_{arm.id}", f"{arm.label}: {epoch}", given, None)

    def _treatment_of(self, arm: Arm) -> str:
        if self._plan is None:
            return TREATMENT
        own = {each.epoch for each in self._plan.courses_of(arm.id)}
        used = own or _epochs_of(self._plan)
        return next((each.id for each in self._plan.epochs if each.id in used), "")

    def _epoch(self, name: str, label: str, term: usdm_codes.Term) -> Made:
        code = self._maker.code(term)
        return self._maker.make(
            "StudyEpoch", name=name, label=label, description=None, type=code, previousId=None, nextId=None, notes=[]
        )

    def _element(self, name: str, label: str, intervention_ids: list[str], start: Made | None) -> Made:
        return self._maker.make(
            "StudyElement",
            name=name,
            label=label,
            description=None,
            transitionStartRule=start,
            transitionEndRule=None,
            studyInterventionIds=intervention_ids,
            notes=[],
        )

    def _arm(self, arm: Arm) -> Made:
        make = self._maker
        make.losses.add("arms", "where their data come from is not stated; taken as generated within the study")
        return make.make(
            "StudyArm",
            name=arm.id,
            label=arm.label,
            description=arm.description or None,
            type=make.code_of(arm.type, usdm_codes.ARM_TYPES, f"arm {arm.id}, type"),
            dataOriginDescription=NOT_STATED,
            dataOriginType=make.code(usdm_codes.DATA_WITHIN_STUDY),
            populationIds=[],
            notes=[],
        )

    def _start_rule(self, arm: Arm) -> Made | None:
        gates = [gate for gate in self._version.gates if gate.arm == arm.id]
        if not gates:
            return None
        words = "\n".join(gate.text for gate in gates)
        rule = self._maker.make(
            "TransitionRule", name=f"GATES_{arm.id}", label=None, description=_name_gates(gates), text=words
        )
        for gate in gates:
            rule[EXTENSIONS].append(self._maker.extension(RULE_URL, self._criteria[gate.id], words=words))
            self._maker.losses.add(gate.id, "a gate is no criterion of the standard: it starts the element of its arm")
        return rule

    def _population(self, criteria: list[Made]) -> Made:
        self._maker.losses.add("healthy subjects", "not stated; written as false, since the standard demands a value")
        self._maker.losses.add("planned sex, age and numbers", "stated by criteria or not at all; left empty here")
        return self._maker.make(
            "StudyDesignPopulation",
            name="POPULATION",
            label=None,
            description=None,
            includesHealthySubjects=False,
            plannedEnrollmentNumber=None,
            plannedCompletionNumber=None,
            plannedSex=[],
            criterionIds=[each["id"] for each in criteria],
            plannedAge=None,
            notes=[],
            cohorts=[],
        )

    def _objectives(self) -> list[Made]:
        make, made = self._maker, []
        for each in self._protocol.endpoints:
            has_frame = each.time_frame.value != NOT_FOUND
            endpoint = make.make(
                "Endpoint",
                name=each.id,
                label=each.measure,
                description=f"Time frame: {each.time_frame.value}" if has_frame else None,
                text=each.measure,
                dictionaryId=None,
                notes=[],
                purpose="",
                level=make.code_of(each.level, usdm_codes.ENDPOINT_LEVELS, f"endpoint {each.id}, level"),
            )
            objective = make.make(
                "Objective",
                name=each.id,
                label=None,
                description=each.objective.note or None,
                text=each.objective.value,
                dictionaryId=None,
                notes=[],
                level=make.code_of(each.level, usdm_codes.OBJECTIVE_LEVELS, f"objective {each.id}, level"),
                endpoints=[endpoint],
            )
            made.append(objective)
            make.losses.add(f"objective {each.id}", FACTS_LOSS)
        return made

    def _indications(self) -> list[Made]:
        make = self._maker
        if self._protocol.conditions:
            make.losses.add("conditions", "whether a disease is rare is not stated; written as false")
        return [
            make.make(
                "Indication",
                name=f"INDICATION_{number}",
                label=condition,
                description=condition,
                codes=[],
                isRareDisease=False,
                notes=[],
            )
            for number, condition in enumerate(self._protocol.conditions, start=1)
        ]

    def _phase(self) -> Made | None:
        if self._protocol.phase is None:
            return None
        words = self._protocol.phase.registered
        term = usdm_codes.phase_term(words)
        code = self._maker.code_of(words, {words: term} if term else {}, "phase")
        return self._maker.alias(code)

    def _model(self) -> Made:
        if len(self._protocol.arms) == 1:
            return self._maker.code(usdm_codes.SINGLE_GROUP)
        return self._maker.code_of(NOT_STATED, {}, "intervention model")


def _epochs_of(plan: Plan) -> set[str]:
    """Those in which something is done."""
    return {each.epoch for each in plan.courses} | {each.epoch for each in plan.activities}


def _name_gates(gates: list[Gate]) -> str:
    return "; ".join(f"{gate.id}, judged before {gate.before}" for gate in gates)
