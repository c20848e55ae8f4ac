"""Every field of every form is told in a sentence at the command line."""

from typing import get_args

import pytest
from pydantic import BaseModel

from equipoise.cli.form_fields import field_lines, field_words
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.reading import FORMS


def shapes_of(form: type[BaseModel]):
    """A form, and the shapes of its groups."""
    yield form
    for field in form.model_fields.values():
        yield from (
            each for each in get_args(field.annotation) if isinstance(each, type) and issubclass(each, BaseModel)
        )


@pytest.mark.parametrize("kind", list(FormKind))
def test_every_field_of_a_form_has_a_sentence(kind: FormKind):
    for shape in shapes_of(FORMS[kind]):
        words = field_words(shape)
        assert [name for name in shape.model_fields if not words.get(name, "").strip(" .")] == [], shape.__name__
        assert set(words) <= set(shape.model_fields), "a sentence on a field that is not there"


def test_a_medication_without_an_end_is_said_to_go_on():
    (line,) = [line for line in field_lines(FormKind.MEDICATION) if line.split()[0] == "end"]
    assert "No end means that it goes on." in line
