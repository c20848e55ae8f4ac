"""Codes of FHIR R5 that the export of a plan and of a running trial writes: the whole list, so that it can be checked.

The models of FHIR do not enforce what a code may be. Nothing but these, `conduct.states.FhirState` and
`conduct.traces.Milestone` stands where the specification binds a code (FHIR 5.0.0, PlanDefinition, ResearchSubject).
"""

from enum import StrEnum

from equipoise.authoring.exports.fhir_codes import BASE

PLAN_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
STATE_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"
SUBJECT_STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
SUBJECT_MILESTONE = "http://terminology.hl7.org/CodeSystem/research-subject-milestone"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TEST_DATA = "HTEST"
"""The tag of HL7 for what is no data of a patient; every resource of a training has it."""
ACTIVITY_SYSTEM = f"{BASE}/CodeSystem/activity"
"""What an action is: a kind of activity or of course, or a day from which others count."""

TARGET_URL = f"{BASE}/StructureDefinition/target-day"
"""The day that is aimed at within the window of a related action."""
SOURCE_URL = f"{BASE}/StructureDefinition/source"
"""How sure a number is, and what it stands on."""
AMOUNT_URL = f"{BASE}/StructureDefinition/amount"
OTHERWISE_URL = f"{BASE}/StructureDefinition/otherwise"
"""What a gate says when its rule is false: hold or stop."""
CONSENTED_URL = f"{BASE}/StructureDefinition/consented-version"


class PublicationStatus(StrEnum):
    """The state of a resource as a publication; not that of a trial or a subject."""

    DRAFT = "draft"
    ACTIVE = "active"


class Relationship(StrEnum):
    """How an action lies to the one that it is counted from."""

    BEFORE_START = "before-start"
    WITH_START = "concurrent-with-start"
    AFTER_START = "after-start"
    BEFORE_END = "before-end"
    WITH_END = "concurrent-with-end"
    AFTER_END = "after-end"


class ConditionKind(StrEnum):
    """The kind of condition that our gates are."""

    APPLICABILITY = "applicability"


class Required(StrEnum):
    """Whether an action is done in any case."""

    MUST = "must"
    COULD = "could"


class Grouping(StrEnum):
    """How the parts of an action belong together."""

    LOGICAL = "logical-group"


class Selection(StrEnum):
    """How many of the parts of an action are chosen."""

    ALL = "all"
    EXACTLY_ONE = "exactly-one"


class TimeUnit(StrEnum):
    """The one unit of time of a plan, as UCUM has it."""

    DAY = "d"


class StateType(StrEnum):
    """What an entry of the progress of a subject tells."""

    MILESTONE = "Milestone"
    ENROLLMENT = "Enrollment"


class StudyState(StrEnum):
    """How far a trial has come, where the specification has a code for it."""

    ACTIVE = "active"


class Membership(StrEnum):
    """A group that is a list of its members."""

    ENUMERATED = "enumerated"
