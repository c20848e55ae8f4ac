"""What a person enters after allocation: a form for each kind of thing that happens."""

from equipoise.conduct.forms.base import Form, FormKind, Rows
from equipoise.conduct.forms.dose import DoseForm
from equipoise.conduct.forms.reading import FORMS, check_form, read_form
from equipoise.conduct.forms.results import Result, ResultsForm

__all__ = [
    "FORMS",
    "DoseForm",
    "Form",
    "FormKind",
    "Result",
    "ResultsForm",
    "Rows",
    "check_form",
    "read_form",
]
