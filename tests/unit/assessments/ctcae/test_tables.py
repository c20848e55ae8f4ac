"""The tables as data: complete, and faults of a file told together."""

import pytest

from equipoise.assessments.ctcae import CtcaeVersion, load_table
from equipoise.assessments.ctcae.tables import read_table
from equipoise.errors import EquipoiseError

HEAD = 'version: "5.0"\ntitle: CTCAE v5.0\nsource: NCI\nabsent: {}\nterms:\n'
GOOD = "  anaemia: {name: Anemia, analytes: [haemoglobin], wording: {1: below}, rule: {1: [{below: LLN}]}}\n"


@pytest.mark.parametrize("version", CtcaeVersion)
def test_every_grade_of_a_rule_has_published_words(version):
    for term in load_table(version).terms.values():
        assert {clause.grade for clause in term.clauses} - {None} <= set(term.wording), term.id


@pytest.mark.parametrize("version", CtcaeVersion)
def test_a_term_that_is_absent_stands_in_another_version(version):
    table = load_table(version)
    others = {term_id for other in CtcaeVersion if other is not version for term_id in load_table(other).terms}
    assert set(table.absent) == others - set(table.terms)


def test_a_good_file_is_read():
    assert read_table(HEAD + GOOD, "t.yaml").terms["anaemia"].name == "Anemia"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("below: LLN", "below: 8 elephants"), "'8 elephants' has no canonical UCUM unit"),
        (("below: LLN", "beneath: LLN"), "'beneath' is not a valid Compare"),
        (("[{below: LLN}]", "[{}]"), "a rule compares with nothing"),
        (("rule: {1:", "rule: {5:"), "5 is no grade that a number can give"),
        (("haemoglobin", "haemoglobine"), "there is no concept 'haemoglobine'"),
        (("haemoglobin", "haemoglobine, haematin"), "there is no concept 'haemoglobine'"),
        (("wording", "words: {}, grades"), "unknown key 'words'"),
        (("wording", "words"), "unknown key 'words'"),
        (("below: LLN", "below: LLN, if: mondays"), "'mondays' is not a valid Condition"),
    ],
)
def test_a_fault_names_its_term(change, told):
    with pytest.raises(EquipoiseError) as caught:
        read_table(HEAD + GOOD.replace(*change), "t.yaml")
    assert f"t.yaml: anaemia: {told}" in str(caught.value)


def test_faults_are_told_together():
    bad = GOOD.replace("below: LLN", "beneath: LLN")
    with pytest.raises(EquipoiseError) as caught:
        read_table(HEAD + bad + bad.replace("anaemia:", "other:"), "t.yaml")
    assert len(caught.value.faults) == 2
