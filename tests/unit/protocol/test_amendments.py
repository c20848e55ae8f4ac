"""What an amendment changes: the shipped protocol as its record tells it, and one change at a time to a small one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.protocol.amendments import Difference, Edition, compare_versions
from equipoise.protocol.loading import load_protocol
from equipoise.terminology.catalogue import base_library

Write = Callable[..., Path]
KI67 = 'rule: {latest: ki-67, is: "<= 20 %"}'
PLATELETS = '{latest: platelets, is: "< 75 10*9/L", within: laboratory}'
HAEMOGLOBIN = '{latest: haemoglobin, is: "< 8.0 g/dL", within: laboratory}'
DIABETES = "            - {record: diabetes}\n"
I1_TEXT = "        text: Ki-67 up to 20 %\n"
DAMAGED = "        damage: {kind: text-lost, after: to}\n"
REPAIR = "        repair: {reads: 20 %, because: made up, status: "
PROPOSAL = "        proposals: [{by: a model, because: made up, status: accepted, accepted_by: Dr Example, rule: "


def edition(path: Path | str, version: str | None = None) -> Edition:
    return Edition.of(load_protocol(path), version, base_library())


def difference(write: Write, before: tuple[str, ...], now: tuple[str, ...]) -> Difference:
    return compare_versions(edition(write(*before)), edition(write(*now)))


def says(write: Write, *now: str, before: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """What is said of each criterion whose meaning changed; nothing else may differ."""
    found = difference(write, before, now)
    return {change.label: change.says for change in found.meaning}


@pytest.fixture(scope="module")
def amendment() -> Difference:
    return compare_versions(edition("nct05610826", "original"), edition("nct05610826", "amended"))


def test_the_amendment_of_the_reference_trial_changes_three_rules_and_no_other(amendment: Difference) -> None:
    assert [change.label for change in amendment.meaning] == ["I6 -> G1", "E2", "E3"]
    assert amendment.n_same == 23 - 4


def test_each_of_the_three_is_told_in_words(amendment: Difference) -> None:
    told = {change.label: change.says for change in amendment.meaning}
    assert told["E2"] == (
        "window of arterial embolisation of the liver (TACE or TAE): at any time -> within 12 months",
    )
    assert told["E3"] == (
        "window of capecitabine: at any time -> within 12 months",
        "window of temozolomide: at any time -> within 12 months",
    )
    moved, lost, *gained = told["I6 -> G1"]
    assert moved == "moved: inclusion -> gate of arm-2 before cycle 1"
    assert lost == "no longer asked: no record of chemotherapy within less than 28 days"
    assert len(gained) == 2
    assert all(each.startswith("asked in addition: ") for each in gained)


def test_the_torn_criterion_differs_in_words_alone(amendment: Difference) -> None:
    """The second record lacks "Poor renal function"; the rule is taken over."""
    (change,) = amendment.wording
    assert change.label == "E7"
    assert "its words differ" in change.says


def test_a_version_differs_from_itself_in_nothing() -> None:
    found = compare_versions(edition("nct05610826", "amended"), edition("nct05610826", "amended"))
    assert (found.meaning, found.wording, found.n_same) == ((), (), 23)


def test_there_and_back_names_the_same_criteria(amendment: Difference) -> None:
    back = compare_versions(edition("nct05610826", "amended"), edition("nct05610826", "original"))
    assert {change.ids[::-1] for change in back.meaning} == {change.ids for change in amendment.meaning}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (PLATELETS, PLATELETS.replace("75", "50"), "limit of platelets: below 75 10*9/L -> below 50 10*9/L"),
        (PLATELETS, PLATELETS.replace("<", "<="), "limit of platelets: below 75 10*9/L -> at most 75 10*9/L"),
        (
            PLATELETS,
            PLATELETS.replace("laboratory", "28 d"),
            "window of platelets: within 90 days -> within 28 days",
        ),
        (
            PLATELETS,
            PLATELETS.replace(", within: laboratory", ""),
            "window of platelets: within 90 days -> at any time",
        ),
        (
            "{record: diabetes}",
            "{record: diabetes, within: 12 mo}",
            "window of diabetes mellitus: at any time -> within 12 months",
        ),
        ("{record: diabetes}", "{record: cirrhosis}", "asked in addition: a record of cirrhosis of the liver"),
        (DIABETES, "", "no longer asked: a record of diabetes mellitus"),
        ("          any:\n", "          all:\n", "all must hold; before: any is enough"),
        ("{record: diabetes}", "not: {record: diabetes}", "asked in addition: no record of diabetes mellitus"),
    ],
)
def test_one_change_of_a_rule_is_said_in_one_sentence(write: Write, old: str, new: str, sentence: str) -> None:
    assert sentence in says(write, old, new)["E1"]


def test_a_choice_in_another_order_is_another_rule(write: Write) -> None:
    """Of a choice, the first that is on record decides."""
    parts = ('{latest: ki-67, is: "<= 20 %"}', '{latest: net-grade, is: "1"}')
    first, second = (f"rule: {{first_recorded: [{', '.join(order)}]}}" for order in (parts, parts[::-1]))
    (sentence,) = says(write, KI67, second, before=(KI67, first))["I1"]
    assert sentence.startswith("asked in another order: the first on record of: the latest Ki-67")


def test_a_named_window_counts_by_its_length_alone(write: Write) -> None:
    assert says(write, "length: 90 d", "length: 60 d") == {
        "E1": (
            "window of haemoglobin: within 90 days -> within 60 days",
            "window of platelets: within 90 days -> within 60 days",
        )
    }
    renamed = (
        "laboratory: {length",
        "blood: {length",
        f"{HAEMOGLOBIN}\n",
        f"{HAEMOGLOBIN.replace('laboratory', 'blood')}\n",
    )
    assert says(write, *renamed, PLATELETS, PLATELETS.replace("laboratory", "90 d")) == {}


def test_the_order_of_alternatives_and_nested_joins_is_layout(write: Write) -> None:
    turned = f"          any:\n            - any: [{PLATELETS}, {{record: diabetes}}]\n            - {HAEMOGLOBIN}\n"
    path = write()
    text = path.read_text(encoding="utf-8")
    before = edition(path)
    path.write_text(text[: text.index("          any:")] + turned, encoding="utf-8")
    found = compare_versions(before, edition(path))
    assert (found.meaning, found.wording) == ((), ())


def test_a_limit_written_with_more_zeros_is_the_same(write: Write) -> None:
    assert says(write, HAEMOGLOBIN, HAEMOGLOBIN.replace("8.0", "8.000")) == {}


def test_absence_that_is_no_longer_assumed_changes_what_asks_for_it(write: Write) -> None:
    assert says(write, "no: [diabetes]", "no: []") == {"E1": ("no record of diabetes mellitus no longer means no",)}


def test_words_and_capitals_that_change_no_rule_are_kept_apart(write: Write) -> None:
    found = difference(write, (), (I1_TEXT, "        text: Ki-67 of up to 20 percent\n"))
    assert found.meaning == ()
    assert [(change.label, change.says) for change in found.wording] == [("I1", ("its words differ",))]
    capitals = difference(write, (), (I1_TEXT, "        text: KI-67  UP TO 20 %\n"))
    assert (capitals.meaning, capitals.wording, capitals.n_same) == ((), (), 2)


def test_a_repair_that_is_accepted_is_a_change_of_meaning(write: Write) -> None:
    waiting = (I1_TEXT, I1_TEXT + DAMAGED + REPAIR + "proposed}\n")
    accepted = (I1_TEXT, I1_TEXT + DAMAGED + REPAIR + "accepted, accepted_by: Dr Example}\n")
    told = says(write, *accepted, before=waiting)
    assert told == {"I1": ("the repair '20 %' is accepted by Dr Example; before: unknown for every patient",)}
    assert says(write, *waiting, before=accepted) == {
        "I1": ("its text is damaged and no repair is accepted: unknown for every patient",)
    }


def test_what_is_behind_an_open_repair_is_compared_too(write: Write) -> None:
    damaged = (I1_TEXT, I1_TEXT + DAMAGED)
    changed = (*damaged, KI67, KI67.replace("20", "55"))
    assert says(write, *changed, before=damaged) == {"I1": ("limit of Ki-67: at most 20 % -> at most 55 %",)}


def test_a_proposal_that_is_accepted_is_named_with_its_proposer(write: Write) -> None:
    told = says(write, I1_TEXT, I1_TEXT + PROPOSAL + '{latest: ki-67, is: "<= 3 %"}}]\n')
    assert told["I1"] == (
        "the rule that a model proposed is accepted by Dr Example",
        "limit of Ki-67: at most 20 % -> at most 3 %",
    )


def test_a_reading_that_is_chosen_is_said_with_what_was_chosen(write: Write) -> None:
    ways = "{a: {says: adults, rule: {age: '>= 18'}}, b: {says: older, rule: {age: '>= 21'}}}"
    rule = f"rule: {{reading: old, alternatives: {ways}}}"
    open_ = "    readings: {old: {chosen: null, because: made up}}\n    inclusion:"
    chosen = "    readings: {old: {chosen: b, by: us, because: made up}}\n    inclusion:"
    told = says(write, KI67, rule, "    inclusion:", chosen, before=(KI67, rule, "    inclusion:", open_))
    assert told["I1"][0] == "reading old: open -> older"


def test_a_criterion_that_changes_sides_is_one_that_moved(write: Write) -> None:
    path = write()
    text = path.read_text(encoding="utf-8")
    before = edition(path)
    start, end = text.index("      - id: I1"), text.index("    exclusion:")
    moved = (
        text[:start]
        + "      - {id: I2, text: adult, sources: [{record: words, spans: [[0, 2]]}], rule: {age: '>= 18'}}\n"
    )
    path.write_text(moved + text[end:] + text[start:end], encoding="utf-8")
    told = {change.label: change.says for change in compare_versions(before, edition(path)).meaning}
    assert told == {"I1": ("moved: inclusion -> exclusion",), "I2": ("added",)}


def test_new_codes_of_a_concept_change_what_asks_for_it(write: Write) -> None:
    def concept(codes: str) -> tuple[str, ...]:
        own = f"concepts: {{snoring: {{kind: event, codes: [{codes}]}}}}\narms:\n"
        return ("arms:\n", own, DIABETES, "            - {record: snoring}\n", "no: [diabetes]", "no: []")

    told = says(write, *concept("{system: icd-10-cm, code: R06.83, mark: V}"), before=concept(""))
    assert told == {"E1": ("what counts as snoring: added http://hl7.org/fhir/sid/icd-10-cm R06.83",)}


def test_marks_that_leave_the_meaning_alone_are_no_difference(write: Write) -> None:
    harmless = "        damage: {kind: stray-mark, harmless: true}\n"
    found = difference(write, (), (I1_TEXT, I1_TEXT + harmless))
    assert (found.meaning, found.wording, found.n_same) == ((), (), 2)


def test_shifted_numbers_do_not_hide_which_criterion_is_which(write: Write) -> None:
    """Two criteria of nearly the same words swap their ids; by ids alone both would seem to change."""
    twins = """\
      - {id: E2, text: ALT above 3 x ULN, sources: [{record: words, spans: [[0, 2]]}], rule: {age: ">= 90"}}
      - {id: E3, text: AST above 3 x ULN, sources: [{record: words, spans: [[0, 2]]}], rule: {age: ">= 95"}}
"""
    path = write()
    text = path.read_text(encoding="utf-8")
    path.write_text(text + twins, encoding="utf-8")
    before = edition(path)
    path.write_text(text + twins.replace("E2", "E9").replace("E3", "E2").replace("E9", "E3"), encoding="utf-8")
    found = compare_versions(before, edition(path))
    assert found.meaning == ()
    assert [change.says for change in found.wording] == [("number: E2 -> E3",), ("number: E3 -> E2",)]
