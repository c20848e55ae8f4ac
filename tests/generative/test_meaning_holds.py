"""Evidence means what it says (rule 4): properties of every verdict, on random rules over random records.

Held on the reference evaluator; that the compiled one agrees with it is another test's business.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from equipoise.criteria.bound import BindingIndex, BoundPatient, index_bindings
from equipoise.criteria.evidence import NO_RECORD
from equipoise.criteria.nodes import AnyRecorded, AtLeast, Atom, Constant, Count, FirstRecorded, Node, Operator, Reading
from equipoise.criteria.outcome import Outcome, decided
from equipoise.criteria.reference import combine_outcomes, judge_node, judge_patient
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Basis, Truth
from equipoise.criteria.verdict import Verdict
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.terminology.binding import bind_codes
from tests.generative import world
from tests.generative.rules import random_rulebook

SHORT = range(10)
LONG = range(10, 50)
N_RULES, N_PATIENTS = 12, 20
MIN_CASES = 120


@dataclass(frozen=True)
class Judgement:
    """One verdict with everything it was made from."""

    rulebook: Rulebook
    rule: CriterionRule
    patient: PatientRecords
    supplied: frozenset[str]
    index: BindingIndex
    verdict: Verdict

    def again(self, patient: PatientRecords) -> Verdict:
        only = replace(self.rulebook, rules=(self.rule,))
        return judge_patient(only, patient, self.supplied, world.MOMENT, self.index)[0]

    def case(self) -> Case:
        bound = BoundPatient(self.patient, self.rulebook.concepts, self.index)
        return Case(self.rulebook, bound, self.supplied, world.MOMENT)


def judgements(seed: int) -> list[Judgement]:
    rng = Random(seed)
    drawn = random_rulebook(rng, N_RULES)
    rulebook = replace(drawn, rules=tuple(rule for rule in drawn.rules if not is_empty(rule.node)))
    patients = [world.random_patient(rng, f"P{number:04d}") for number in range(N_PATIENTS)]
    supplied = frozenset(name for name in TABLES if rng.random() < 0.75)
    codes = {(row.get("system"), row.get("code")) for p in patients for rows in p.rows.values() for row in rows}
    codes |= {(world.LOCAL_SYSTEM, row["code"]) for patient in patients for row in patient.rows["attestations"]}
    index = index_bindings(bind_codes(rulebook.concepts, codes))
    return [
        Judgement(rulebook, rule, patient, supplied, index, verdict)
        for patient in patients
        for rule, verdict in zip(
            rulebook.rules, judge_patient(rulebook, patient, supplied, world.MOMENT, index), strict=True
        )
    ]


def is_empty(node: Node) -> bool:
    """Whether a part asks nothing, such as at least 0 records: it is decided without any row, and lint refuses it."""
    return any(
        isinstance(part, Count) and part.number == 0 and part.operator in (Operator.GE, Operator.LT)
        for part in node.walk()
    )


def is_gathered_composite(node: Node) -> bool:
    """
    Whether a gathering node chooses among parts that are themselves composed: then evidence alone may differ.

    Such a part is passed over for want of data when its open parts have none, although another of its parts is
    decided; that it was passed over is not among the evidence. Example: any_recorded of (any of (every X above 1,
    Y), latest X above 5), where X was 0 and then 3 and Y was never measured: false by the 3; of the 3 alone, true.
    Gathering among atoms, which is what it is for, has no such doubt.
    """
    return any(
        isinstance(part, FirstRecorded | AnyRecorded)
        and any(isinstance(below, AtLeast | Reading) for below in part.walk())
        for part in node.walk()
    )


def only_evidence(judgement: Judgement) -> PatientRecords:
    """The patient with nothing but the rows that the verdict names, and the row of `patients`."""
    named = {(row.table, row.record_id) for row in judgement.verdict.evidence}
    rows = {
        table: [row for row in rows if (table, row["record_id"]) in named]
        for table, rows in judgement.patient.rows.items()
    }
    return PatientRecords(judgement.patient.patient, rows)


def without_concepts(judgement: Judgement) -> PatientRecords:
    """The patient without birth date and sex, and without any row of a concept that the rule reads."""
    read = {name for node in judgement.rule.node.walk() if isinstance(node, Atom) for name in node.concept_ids()}

    def is_kept(table: str, row: Mapping[str, object]) -> bool:
        system = world.LOCAL_SYSTEM if table == "attestations" else row["system"]
        bindings = judgement.index.get((system, row["code"]), ())  # type: ignore[arg-type]
        return not any(binding.concept_id in read for binding in bindings)

    rows = {
        table: [row for row in rows if table == "encounters" or is_kept(table, row)]
        for table, rows in judgement.patient.rows.items()
    }
    person = judgement.patient.patient | {"birth_lower": None, "birth_upper": None, "sex": None}
    return PatientRecords(person, rows)


def choices(node: Node) -> list[Node]:
    """The parts whose answer is one fact: atoms, and the gathering nodes, which choose among measurements."""
    if isinstance(node, Atom | FirstRecorded | AnyRecorded):
        return [node]
    return list(dict.fromkeys(choice for child in node.children() for choice in choices(child)))


def combine_choices(node: Node, outcomes: Mapping[Node, Outcome]) -> Outcome:
    """`combine_outcomes` with whole gathering nodes in the place of atoms."""
    stand_ins = {choice: Constant("needs-person", f"choice-{n}") for n, choice in enumerate(outcomes)}
    return combine_outcomes(_with(node, stand_ins), {stand_ins[choice]: each for choice, each in outcomes.items()})


def _with(node: Node, stand_ins: Mapping[Node, Node]) -> Node:
    if node in stand_ins:
        return stand_ins[node]
    children = tuple(_with(child, stand_ins) for child in node.children())
    if isinstance(node, Reading):
        return replace(node, alternatives=children)
    if hasattr(node, "parts"):
        return replace(node, parts=children)  # type: ignore[type-var]
    return replace(node, child=children[0])  # type: ignore[type-var]


def check_seed(seed: int) -> Counter[str]:
    """Hold all properties for the cases of one seed; counts what was held."""
    held: Counter[str] = Counter()
    for each in judgements(seed):
        held["cases"] += 1
        where = f"seed {seed} {each.verdict.patient_id} {each.rule}\n{each.verdict}"
        if each.verdict.truth is not Truth.UNKNOWN and not is_gathered_composite(each.rule.node):
            held["evidence alone"] += 1
            alone = each.again(only_evidence(each))
            assert alone.truth is each.verdict.truth, f"{where}\nby its evidence alone: {alone}"
        bare = each.again(without_concepts(each))
        if bare.truth is not Truth.UNKNOWN:
            held["assumed without rows"] += 1
            assert bare.basis is Basis.ASSUMED, f"{where}\nwithout any row: {bare}"
            assert any(row.value == NO_RECORD for row in bare.evidence), f"{where}\n{bare}"
        held["answers"] += check_answers(each, where)
    return held


def check_answers(judgement: Judgement, where: str) -> int:
    """No answer to what is unknown, one at a time and all at once, changes a verdict that assumes nothing."""
    if judgement.verdict.truth is Truth.UNKNOWN or judgement.verdict.basis is Basis.ASSUMED:
        return 0
    case, atoms = judgement.case(), {}
    outcomes = {choice: judge_node(choice, case, atoms) for choice in choices(judgement.rule.node)}
    assert combine_choices(judgement.rule.node, outcomes).truth is judgement.verdict.truth, where
    open_ones = [choice for choice, outcome in outcomes.items() if outcome.truth is Truth.UNKNOWN]
    assumed = [choice for choice, outcome in outcomes.items() if outcome.basis is Basis.ASSUMED]
    groups = [[choice] for choice in [*open_ones, *assumed]] + [open_ones, [*open_ones, *assumed]]
    for group in groups:
        for truth in (Truth.TRUE, Truth.FALSE):
            answered = outcomes | {choice: decided(truth, Basis.RECORDED, ()) for choice in group}
            found = combine_choices(judgement.rule.node, answered)
            assert found.truth is judgement.verdict.truth, f"{where}\nwith {truth} for {group}"
    return len(groups) * 2


@pytest.mark.parametrize("seed", SHORT)
def test_evidence_means_what_it_says(seed):
    """Some 2,000 cases in all."""
    held = check_seed(seed)
    assert held["cases"] >= MIN_CASES
    assert held["evidence alone"] > 0
    assert held["answers"] > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG)
def test_evidence_means_what_it_says_on_many(seed):
    """Some 8,000 cases more."""
    assert check_seed(seed)["cases"] >= MIN_CASES


def test_absence_is_the_only_thing_that_is_assumed():
    """The property of judging without rows is not empty."""
    assert sum(check_seed(seed)["assumed without rows"] for seed in (0, 1, 2)) > 0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_rows_does_not_matter(seed):
    """Verdicts are the same, and in the same order of evidence, whatever the order of the records."""
    rng = Random(seed)
    for each in judgements(seed):
        rows = {table: rng.sample(rows, len(rows)) for table, rows in each.patient.rows.items()}
        assert each.again(PatientRecords(each.patient.patient, rows)) == each.verdict
