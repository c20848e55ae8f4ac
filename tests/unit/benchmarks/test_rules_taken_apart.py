from authoring.corpus import read_section
from authoring.measure_rules import measure_rules, take_apart

from equipoise.authoring.model import Outcome, RuleDraft
from equipoise.criteria.truth import Kind


def test_a_denial_under_a_denial_is_none():
    rule = {"not": {"all": [{"record": "stroke"}, {"not": {"record": "epilepsy"}}]}}
    parts = take_apart(rule, {})
    assert [words.split()[0] for words in parts.denied] == ["stroke"]


def test_alternatives_are_the_atoms_under_one_any():
    rule = {"all": [{"record": "stroke"}, {"any": [{"record": "ascites"}, {"all": [{"latest": "own", "is": "> 3"}]}]}]}
    parts = take_apart(rule, {"own": {"label": "a score of ours"}})
    assert [[words.split()[0] for words in joined] for joined in parts.alternatives] == [["ascites", "own"]]


def test_an_exception_is_seen():
    assert take_apart({"rule": {"record": "malignancy"}, "unless": {"record": "skin-cancer"}}, {}).has_exception


def test_denials_and_alternatives_are_counted_on_computed_criteria_only():
    text = "No stroke\nEpilepsy or ascites\nGood judgement"
    annotations = (
        "R1\tHas_negation Arg1:T1 Arg2:T2\nT1\tCondition 3 9\tstroke\nT2\tNegation 0 2\tNo\n"
        "*\tOR T3 T4\nT3\tCondition 10 18\tEpilepsy\nT4\tCondition 22 29\tascites\n"
    )
    rules = {
        "No stroke": RuleDraft(Outcome.COMPILED, {"not": {"record": "stroke"}}),
        "Epilepsy or ascites": RuleDraft(Outcome.COMPILED, {"any": [{"record": "epilepsy"}, {"record": "ascites"}]}),
        "Good judgement": RuleDraft(Outcome.ASKED, {"record": "question"}),
    }
    section = read_section("NCT00000000", Kind.INCLUSION, text, annotations)
    parts, outcomes = measure_rules([section], lambda line, kind: rules[line])
    figures = {row.name: (row.hits, row.total) for row in parts.rows}
    assert figures["denials found"] == (1, 1)
    assert figures["denied atoms in lines with an annotated denial or exception"] == (1, 1)
    assert figures["alternatives found"] == (1, 1)
    assert [(row.name, row.hits) for row in outcomes.rows if row.hits] == [("compiled", 2), ("asked", 1)]


def test_an_exception_in_the_name_of_a_concept_is_kept_and_not_found():
    annotations = (
        "R1\tHas_negation Arg1:T2 Arg2:T3\nT1\tCondition 0 6\tCancer\nT2\tCondition 18 29\tskin cancer\n"
        "T3\tNegation 7 17\tother than\n"
    )
    section = read_section("NCT00000000", Kind.EXCLUSION, "Cancer other than skin cancer", annotations)
    concepts = {"own": {"label": "Cancer other than skin cancer"}}
    parts, _ = measure_rules([section], lambda *_: RuleDraft(Outcome.COMPILED, {"record": "own"}, concepts))
    figures = {row.name: (row.hits, row.total) for row in parts.rows}
    assert figures["exceptions found"] == (0, 1)
    assert figures["exceptions found, or kept in the name of a concept"] == (1, 1)
