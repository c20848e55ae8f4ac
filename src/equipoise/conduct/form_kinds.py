"""What can be recorded, by name: apart from the forms themselves, so that a door can list them at no cost."""

from enum import StrEnum


class FormKind(StrEnum):
    """What can be recorded of an allocated subject, besides the moves of the state machines."""

    DOSE = "dose"
    OPERATION = "operation"
    RESULTS = "results"
    ADVERSE_EVENT = "adverse-event"
    ADVERSE_EVENT_REVIEW = "adverse-event-review"
    ASSESSMENT = "tumour-assessment"
    DOSIMETRY = "dosimetry"
    MEDICATION = "medication"
    VISIT = "visit"
    ANSWER = "answer"
    DECISION = "decision"
    COURSE_STOPPED = "course-stopped"
    DEVIATION = "deviation"
