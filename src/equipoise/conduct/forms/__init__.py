"""What a person enters after allocation: a form for each kind of thing that happens."""

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.adverse_event import AdverseEventForm, AdverseEventReviewForm
from equipoise.conduct.forms.answer import AnswerForm
from equipoise.conduct.forms.assessment import AssessmentForm, ReaderKind, reading_of
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.decision import DecisionForm
from equipoise.conduct.forms.deviation import DeviationForm
from equipoise.conduct.forms.dose import DoseForm
from equipoise.conduct.forms.dosimetry import DosimetryForm
from equipoise.conduct.forms.medication import MedicationForm
from equipoise.conduct.forms.operation import OperationForm
from equipoise.conduct.forms.reading import FORMS, check_form, read_form, same_record
from equipoise.conduct.forms.results import Result, ResultsForm
from equipoise.conduct.forms.stop import CourseStopForm
from equipoise.conduct.forms.visit import VisitForm

__all__ = [
    "FORMS",
    "AdverseEventForm",
    "AdverseEventReviewForm",
    "AnswerForm",
    "AssessmentForm",
    "CourseStopForm",
    "DecisionForm",
    "DeviationForm",
    "DoseForm",
    "DosimetryForm",
    "Form",
    "FormKind",
    "MedicationForm",
    "OperationForm",
    "ReaderKind",
    "Result",
    "ResultsForm",
    "Rows",
    "VisitForm",
    "check_form",
    "read_form",
    "reading_of",
    "same_record",
]
