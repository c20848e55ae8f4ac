"""What a draft may hold: concepts of its own, damage, proposals, a review; each by one change to a sound protocol."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from equipoise.criteria.nodes import Constant, Limit, Value
from equipoise.errors import ProtocolError
from equipoise.protocol.findings import Severity
from equipoise.protocol.lint import lint_file
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.prose import render_protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.status import StatusChange, status_at
from equipoise.terminology.catalogue import base_library

Write = Callable[..., Path]
KI67 = 'rule: {latest: ki-67, is: "<= 20 %"}'
ARMS = "arms:\n"
VERSION = "    effective: {day: 2024-05-01}\n"


def faults(path: Path) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        load_protocol(path)
    return [f"{fault.where}: {fault.what} {fault.do}" for fault in caught.value.faults]


def node_of_i1(path: Path):
    protocol = load_protocol(path)
    return resolve(protocol.version(), protocol.library(base_library())).criteria[0].node


def findings(path: Path) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in lint_file(path)}


def proposal(rule: str, status: str) -> str:
    return f"          - {{by: a model, because: it says so, rule: {rule}, {status}}}\n"


ACCEPTED, WAITING = "status: accepted, accepted_by: Dr Example", "status: proposed"
AT_MOST_3, AT_MOST_55 = '{latest: ki-67, is: "<= 3 %"}', '{latest: ki-67, is: "<= 55 %"}'

# ---------------------------------------------------------------- concepts of its own


def test_a_concept_that_comes_with_the_program_cannot_be_said_anew(write: Write) -> None:
    (fault,) = faults(write(ARMS, 'concepts:\n  ki-67: {kind: quantity, unit: "%"}\narms:\n'))
    assert fault.startswith("protocol.yaml line 9, concepts, ki-67: the concept 'ki-67' comes with the program")
    assert "or give yours an id of its own" in fault


def test_faults_of_concepts_say_their_line_and_stand_beside_those_of_rules(write: Write) -> None:
    concepts = "concepts:\n  snoring:\n    kind: evnt\n    lable: snoring\n  gout:\n    kind: quantity\narms:\n"
    found = faults(write(ARMS, concepts, KI67, "rule: {latest: ki-76, is: '<= 20 %'}"))
    assert [each.split(":")[0] for each in found] == [
        "protocol.yaml line 9, concepts, snoring",
        "protocol.yaml line 10, concepts, snoring, kind",
        "protocol.yaml line 12, concepts, gout",
        "protocol.yaml line 30, versions first, inclusion I1, rule, latest",
    ]
    assert "Did you mean label?" in str(found)


def test_a_concept_of_its_own_counts_for_the_digest_and_an_unused_key_does_not(write: Write) -> None:
    before = load_protocol(write()).digest
    assert load_protocol(write(ARMS, "concepts: {}\nkeywords: []\narms:\n")).digest == before
    assert load_protocol(write(ARMS, "concepts: {gout: {kind: event}}\narms:\n")).digest != before


def test_a_concept_that_no_rule_names_and_one_without_codes_are_notices(write: Write) -> None:
    found = findings(write(ARMS, "concepts: {gout: {kind: event}}\narms:\n"))
    assert found == {"concept-never-used": Severity.NOTICE, "concept-needs-codes": Severity.NOTICE}


def test_a_question_for_a_person_needs_no_codes(write: Write) -> None:
    concept = 'concepts: {able: {kind: coded, decided_by: person, answers: {"yes": [], "no": []}}}\narms:\n'
    assert findings(write(ARMS, concept, KI67, 'rule: {latest: able, is: "yes"}')) == {}


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize(("harmless", "is_open"), [("true", False), ("false", True)])
def test_damage_that_leaves_the_meaning_alone_leaves_the_criterion_decided(
    write: Write, harmless: str, is_open: bool
) -> None:
    damage = f"damage: {{kind: stray-mark, lost: nothing, because: a hyphen, harmless: {harmless}}}\n        {KI67}"
    path = write(KI67, damage)
    assert isinstance(node_of_i1(path), Constant) is is_open
    assert ("never-decided" in findings(path)) is is_open


# ---------------------------------------------------------------- proposals


def test_a_proposal_changes_nothing_until_a_person_accepts_it(write: Write) -> None:
    path = write(KI67, f"{KI67}\n        proposals:\n{proposal(AT_MOST_3, WAITING)}")
    (limit,) = node_of_i1(path).test.limits
    assert limit == Limit(limit.value, "%")
    assert limit.value == 20
    assert findings(path) == {"proposal-waiting": Severity.NOTICE}


def test_an_accepted_proposal_stands_in_place_of_the_rule(write: Write) -> None:
    path = write(KI67, f"{KI67}\n        proposals:\n{proposal(AT_MOST_3, ACCEPTED)}{proposal(AT_MOST_55, WAITING)}")
    node = node_of_i1(path)
    assert isinstance(node, Value)
    assert node.test.limits[0].value == 3
    text = " ".join(render_protocol(load_protocol(path), base_library()).split())
    assert "Offered: by a model, accepted by Dr Example, stands in place of the drafted rule" in text


def test_two_accepted_proposals_are_a_fault(write: Write) -> None:
    two = proposal(AT_MOST_3, ACCEPTED) + proposal(AT_MOST_55, ACCEPTED)
    (fault,) = faults(write(KI67, f"{KI67}\n        proposals:\n{two}"))
    assert "inclusion I1: two proposals are accepted" in fault


def test_an_accepted_proposal_says_by_whom(write: Write) -> None:
    (fault,) = faults(write(KI67, f"{KI67}\n        proposals:\n{proposal(AT_MOST_3, 'status: accepted')}"))
    assert "an accepted proposal says by whom" in fault


def test_the_rule_of_a_proposal_must_be_executable_though_it_waits(write: Write) -> None:
    wrong = proposal('{latest: ki-76, is: "<= 3 %"}', WAITING)
    (fault,) = faults(write(KI67, f"{KI67}\n        proposals:\n{wrong}"))
    assert "inclusion I1, proposals item 1, rule, latest: unknown concept 'ki-76' Did you mean 'ki-67'?" in fault


def test_a_waiting_proposal_may_read_the_same_doubt_in_another_way(write: Write) -> None:
    def reading(limit: int) -> str:
        ways = f"a: {{says: a, rule: {{age: '>= {limit}'}}}}, b: {{says: b{limit}, rule: {{age: '>= 21'}}}}"
        return f"{{reading: old, alternatives: {{{ways}}}}}"

    chosen = "    readings: {old: {chosen: a, by: us, because: made up}}\n    inclusion:"
    rules = f"rule: {reading(18)}\n        proposals:\n{proposal(reading(19), WAITING)}"
    assert load_protocol(write(KI67, rules, "    inclusion:", chosen)).version().name == "first"


def test_an_amendment_with_a_rule_of_its_own_takes_over_no_proposal(write: Write) -> None:
    amended = """\
  - name: second
    label: Amended
    effective: {day: 2024-06-01}
    as_in: first
    inclusion:
      - {id: I1, text: Ki-67 up to 20 %, sources: [{record: words, spans: [[0, 16]]}], as_in: first}
  - name: third
    label: Amended again
    effective: {day: 2024-07-01}
    as_in: first
    inclusion:
      - id: I1
        text: Ki-67 up to 20 %
        sources: [{record: words, spans: [[0, 16]]}]
        as_in: first
        rule: {age: ">= 18"}
"""
    path = write(KI67, f"{KI67}\n        proposals:\n{proposal(AT_MOST_3, ACCEPTED)}")
    path.write_text(path.read_text(encoding="utf-8") + amended, encoding="utf-8")
    protocol = load_protocol(path)
    assert protocol.version("second").criterion("I1").rule_in_force == {"latest": "ki-67", "is": "<= 3 %"}
    assert protocol.version("third").criterion("I1").rule_in_force == {"age": ">= 18"}


# ---------------------------------------------------------------- review, and what a record leaves out


@pytest.mark.parametrize(
    ("review", "says"),
    [
        ("{status: signed, signed_by: Dr Example}", "a signed version says by whom and when"),
        ("{status: draft, signed_by: Dr Example}", "a draft has no signed_by"),
        ("{status: done}", "'done' is not 'draft' or 'signed'"),
    ],
)
def test_a_review_that_contradicts_itself_is_a_fault(write: Write, review: str, says: str) -> None:
    (fault,) = faults(write(VERSION, f"{VERSION}    review: {review}\n"))
    assert says in fault


def test_only_a_version_that_says_so_is_a_draft(write: Write) -> None:
    assert not load_protocol(write()).version().is_draft
    path = write(VERSION, f"{VERSION}    review: {{status: draft, drafted_by: a program}}\n")
    assert load_protocol(path).version().is_draft
    assert findings(path) == {"draft-not-signed": Severity.NOTICE}


def test_what_a_record_does_not_state_may_be_left_out(write: Write) -> None:
    path = write(
        "identifiers: [{id: SMALL-1, authority: nobody}]\n",
        "",
        "registry:\n  - {status: recruiting, since: {day: 2024-05-01}, source: made up}\n",
        "",
        ", interventions: [surgery]",
        "",
        "type: procedure",
        "type: not-stated",
    )
    text = render_protocol(load_protocol(path), base_library())
    assert "The source states no recruitment status: whether anyone can be enrolled is not known." in text


def test_a_version_without_any_criterion_is_a_fault(write: Write) -> None:
    path = write()
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("    inclusion:")], encoding="utf-8")
    (fault,) = faults(path)
    assert "a version without any criterion would let everybody in" in fault


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ([], "not-stated"),
        ([StatusChange("recruiting", None, None)], "not-found"),
        ([StatusChange("unknown", date(2024, 1, 1), date(2024, 1, 1))], "unknown"),
    ],
)
def test_where_the_status_is_not_known_nobody_says_whether_one_can_enrol(
    changes: list[StatusChange], status: str
) -> None:
    at = status_at(changes, date(2026, 1, 15))
    assert at.status == status
    assert at.sentence.endswith("whether anyone can be enrolled is not known.")
