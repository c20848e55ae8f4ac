"""Which forms are of the course of treatment: those that alone can end it."""

from typing import get_args, get_type_hints

from equipoise.conduct.forms.reading import FORMS
from equipoise.conduct.forms.stop import CourseStopForm
from equipoise.conduct.history import Decided, StepDone
from equipoise.operations.office.recording_policies import COURSE


def adds(form):
    """The kinds of facts that a form adds to a history, as its own method says."""
    kind = get_type_hints(form.done)["return"]
    return set(get_args(kind) or (kind,)) if "done" in vars(form) else set()


def test_no_other_form_gives_a_step_decides_or_stops():
    of_course = {kind for kind, form in FORMS.items() if adds(form) & {StepDone, Decided} or form is CourseStopForm}
    assert of_course == set(COURSE)
