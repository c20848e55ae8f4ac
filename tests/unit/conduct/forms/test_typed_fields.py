"""Fields as they are typed on a command line: what is said twice, or not closed, is refused and not chosen from."""

import pytest

from equipoise.cli.form_fields import read_content
from equipoise.conduct.form_kinds import FormKind
from equipoise.errors import EquipoiseError


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        (FormKind.DOSE, ["administered=7.4", "administered=3.7"], "administered: is given twice"),
        (FormKind.DOSE, ["on=2027-01-04", "on=2027-01-05"], "on: is given twice"),
        (FormKind.ASSESSMENT, ["lesions=lesion=L1 mm=3 mm=30"], "lesions: says mm twice"),
        (FormKind.ASSESSMENT, ['lesions=lesion="L1 mm=3'], "lesions: is a group of NAME=VALUE"),
    ],
)
def test_what_is_said_twice_is_refused(kind, typed, words):
    with pytest.raises(EquipoiseError, match=words):
        read_content(kind, typed, None)


def test_two_results_of_one_kind_are_two_results():
    content = read_content(FormKind.RESULTS, ["platelets=140 10*9/L", "platelets=40 10*9/L"], None)
    assert [each["value"] for each in content["results"]] == ["140", "40"]
