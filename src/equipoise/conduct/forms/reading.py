"""Forms from what was entered: `read_form` gives a form, or every fault of the input together.

Decides how a fault of shape is told: the field, what is wrong, what to do, and never the value.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.adverse_event import AdverseEventForm, AdverseEventReviewForm
from equipoise.conduct.forms.answer import AnswerForm
from equipoise.conduct.forms.assessment import AssessmentForm
from equipoise.conduct.forms.base import Form, day_faults, days_of
from equipoise.conduct.forms.decision import DecisionForm
from equipoise.conduct.forms.deviation import DeviationForm
from equipoise.conduct.forms.dose import DoseForm
from equipoise.conduct.forms.dosimetry import DosimetryForm
from equipoise.conduct.forms.fields import WRONG, read_day
from equipoise.conduct.forms.medication import MedicationForm
from equipoise.conduct.forms.operation import OperationForm
from equipoise.conduct.forms.results import ResultsForm
from equipoise.conduct.forms.stop import CourseStopForm
from equipoise.conduct.forms.visit import VisitForm
from equipoise.errors import EquipoiseError, Fault

_ALL: tuple[type[Form], ...] = (
    DoseForm,
    OperationForm,
    ResultsForm,
    AdverseEventForm,
    AdverseEventReviewForm,
    AssessmentForm,
    DosimetryForm,
    MedicationForm,
    VisitForm,
    AnswerForm,
    DecisionForm,
    CourseStopForm,
    DeviationForm,
)
FORMS: Mapping[FormKind, type[Form]] = MappingProxyType({form.kind: form for form in _ALL})
"""The form of each kind."""
_NEEDED, _NO_FIELD = "missing", "extra_forbidden"
_CHOICES = ("enum", "literal_error")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PLAIN_WORDS = {
    "string_pattern_mismatch": ("is no name", "Use letters, digits, dots and hyphens, without blanks."),
    "string_type": ("is no text", "Write it in words."),
    "bool_type": ("is neither true nor false", "Write true or false."),
    "bool_parsing": ("is neither true nor false", "Write true or false."),
    "tuple_type": ("is no list", "Write it as a list."),
    "list_type": ("is no list", "Write it as a list."),
    "too_short": ("is an empty list", "Give at least one."),
    "model_type": ("is no group of fields", "Write its fields with their names."),
    "model_attributes_type": ("is no group of fields", "Write its fields with their names."),
}
_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def read_form(kind: FormKind | str, content: Mapping[str, Any], today: date | None = None) -> Form:
    """
    The form of a kind from its fields.

    Parameters
    ----------
    content
        Fields by name, as JSON or YAML give them; numbers may be text.
    today
        The day of the entry: with it days in the future and ends before their beginning are faults too. Without it
        a form is only read, as when it comes out of a log.

    Raises
    ------
    EquipoiseError
        The kind is not known, or the content is no such form, with every fault by field; values are never told.
    """
    form = FORMS.get(FormKind(kind)) if kind in tuple(FormKind) else None
    if form is None:
        do = f"Kinds: {', '.join(each.value for each in FORMS)}."
        raise EquipoiseError("Nothing of this kind can be recorded.", [Fault("kind", "is not known", do)])
    if not isinstance(content, Mapping) or not all(isinstance(name, str) for name in content):
        raise EquipoiseError(
            _message(form), [Fault("form", "is no group of fields", "Write its fields with their names.")]
        )
    try:
        read = form.model_validate(dict(content))
    except ValidationError as error:
        faults = [_told(each, form) for each in error.errors(include_url=False, include_input=False)]
        faults += [] if today is None else _faults_of_days(form, content, today)
        raise EquipoiseError(_message(form), faults) from None
    check_form(read, today)
    return read


def check_form(form: Form, today: date | None) -> None:
    """Raise an EquipoiseError with every fault of a form on a day; nothing is checked without a day."""
    faults = [] if today is None else form.faults(today)
    if faults:
        raise EquipoiseError(_message(type(form)), faults)


def _message(form: type[Form]) -> str:
    return f"This cannot be recorded as {form.kind.value}."


def _faults_of_days(form: type[Form], content: Mapping[str, Any], today: date) -> Iterable[Fault]:
    """Faults of the days that can be read, told together with those of shape."""
    days: dict[str, date | None] = {}
    for name in days_of(form):
        try:
            days[name] = read_day(content.get(name))
        except PydanticCustomError:
            days[name] = None
    return day_faults(form, days, today)


def _told(error: ErrorDetails, form: type[Form]) -> Fault:
    where, kind, context = _place(error["loc"]), error["type"], error.get("ctx", {})
    if kind == WRONG:
        return Fault(where, context["what"], context["do"])
    if kind == _NEEDED:
        return Fault(where, "is needed", "Give it.")
    if kind == _NO_FIELD:
        return _unknown_field(error["loc"], form)
    if kind in _CHOICES:
        return Fault(where, "is not one of the words for it", f"Words: {context['expected']}.")
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return Fault(where, f"is not {words} {context[limit]}", "Correct the number.")
    what, do = _PLAIN_WORDS.get(kind, ("cannot be read", "See the form for what belongs here."))
    return Fault(where, what, do)


def _place(loc: tuple[int | str, ...]) -> str:
    """`results[2].value`, counted from one."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in loc)
    return "".join(steps).lstrip(".") or "form"


def _unknown_field(loc: tuple[int | str, ...], form: type[Form]) -> Fault:
    """A name that no field has; one that does not look like a name of ours is not repeated."""
    name = str(loc[-1])
    known = list(form.model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    where = _place(loc) if _FIELD_NAME.fullmatch(name) else _place(loc[:-1])
    if len(loc) > 1:
        return Fault(where, "is no field here", "Leave it out.")
    do = f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(known)}."
    return Fault(where, "is no field of this form", do)


def same_record(form: Form, earlier: Form) -> bool:
    """
    Whether two forms say the same: of one kind, with the same content, whatever the comment.

    Numbers that are equal are the same however they are written (7.4 and 7.40).
    """
    return type(form) is type(earlier) and form.model_copy(update={"comment": None}) == earlier.model_copy(
        update={"comment": None}
    )
