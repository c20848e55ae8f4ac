"""Cutting eligibility text: layouts, headings, nested lists, run-together text, and both reference records."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.authoring.freetext.splitting.splitting import check_cover, split_eligibility
from equipoise.authoring.model import GivenItem, Item, Segment, SegmentKind, Splitting
from equipoise.criteria.truth import Kind

REFERENCE = Path(__file__).parents[4] / "protocols" / "nct05610826"


def split(text: str) -> Splitting:
    splitting = split_eligibility(text, [(0, len(text))])
    check_cover(splitting.segments, [(0, len(text))])
    return splitting


def texts(splitting: Splitting) -> list[str]:
    return [item.text for item in splitting.items]


def marks(text: str, splitting: Splitting) -> list[tuple[str, str]]:
    return [(s.role, text[s.start : s.end]) for s in splitting.segments if s.kind is SegmentKind.DAMAGE]


def headings(text: str, splitting: Splitting) -> list[str]:
    return [text[s.start : s.end] for s in splitting.segments if s.kind is SegmentKind.HEADING]


@pytest.mark.parametrize("bullet", ["-", "*", "•", "·", "o", "–", "►", "\\-", "\\*"])
def test_a_bullet_of_any_shape_begins_an_item_and_is_not_part_of_it(bullet):
    splitting = split(f"{bullet} Age over 18 years\n{bullet} Written consent")
    assert texts(splitting) == ["Age over 18 years", "Written consent"]


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        ("1.", "2.", ["1", "2"]),
        ("1)", "2)", ["1", "2"]),
        ("(1)", "(2)", ["1", "2"]),
        ("a.", "b.", ["a", "b"]),
        ("a)", "b)", ["a", "b"]),
        ("i.", "ii.", ["i", "ii"]),
        ("i)", "ii)", ["i", "ii"]),
        ("1.1", "1.2", ["1.1", "1.2"]),
        ("I1", "I2", ["I1", "I2"]),
        ("1\\.", "2\\.", ["1", "2"]),
    ],
)
def test_a_number_of_any_style_becomes_the_label(first, second, labels):
    splitting = split(f"{first} Age over 18 years\n{second} Written consent")
    assert texts(splitting) == ["Age over 18 years", "Written consent"]
    assert [item.label for item in splitting.items] == labels


def test_a_quantity_at_the_beginning_of_a_line_is_no_number():
    assert texts(split("- Age over 18\n1.5 mg daily of the drug\n")) == ["Age over 18 1.5 mg daily of the drug"]


def test_indented_entries_stand_under_the_one_above():
    items = split(
        "* Adequate organ function, defined as:\n\n  * Haemoglobin >= 9 g/dL\n  * Platelets >= 100\n* Consent\n"
    ).items
    assert [(item.level, item.parent) for item in items] == [(0, None), (1, 0), (1, 0), (0, None)]


def test_a_change_of_numbering_nests_without_indentation():
    items = split("1. Heart disease\na. NYHA III\nb. NYHA IV\n2. Stroke\n").items
    assert [(item.label, item.level, item.parent) for item in items] == [
        ("1", 0, None),
        ("a", 1, 0),
        ("b", 1, 0),
        ("2", 0, None),
    ]


def test_another_bullet_at_the_same_depth_is_no_nested_list():
    assert [item.level for item in split("• Pregnancy\n• Dialysis\n– Cancer").items] == [0, 0, 0]


def test_wrapped_lines_are_one_item_with_one_span():
    text = "1. Adults who have been treated for at least\n   three months with metformin\n2. Consent\n"
    items = split(text).items
    assert items[0].text == "Adults who have been treated for at least three months with metformin"
    assert items[0].spans == ((3, text.index("metformin") + len("metformin")),)


def test_lines_without_bullets_are_items_each():
    assert texts(split("Allergy to opioids\nasthma\nPrior cardiac surgery\n")) == [
        "Allergy to opioids",
        "asthma",
        "Prior cardiac surgery",
    ]


def test_a_bullet_in_mid_sentence_is_left_out_and_marked():
    text = (
        "- measured clearance\n- (or filtration rate (GFR) by plasma methods, not\ngamma\n- camera-based) <50 mL/min\n"
    )
    text += "- Cancer"
    splitting = split(text)
    assert texts(splitting) == [
        "measured clearance (or filtration rate (GFR) by plasma methods, not gamma camera-based) <50 mL/min",
        "Cancer",
    ]
    assert len(splitting.items[0].spans) == 3
    assert marks(text, splitting) == [("stray-mark", "-"), ("stray-mark", "-")]


def test_a_list_that_begins_in_lower_case_stays_a_list():
    assert texts(split("- age over 18, and\n- able to consent,\n- no cancer")) == [
        "age over 18, and",
        "able to consent,",
        "no cancer",
    ]


def test_a_bracket_that_never_closes_does_not_join_two_bullets():
    assert len(split("- Well differentiated (grade 1, Ki-\n- Ability to be resected\n").items) == 2


def test_a_number_without_a_list_is_damage():
    text = "- Cancer\n-\n2. Haemoglobin <5.0 mmol/L\n- Stroke"
    splitting = split(text)
    assert texts(splitting) == ["Cancer", "Haemoglobin <5.0 mmol/L", "Stroke"]
    assert sorted(marks(text, splitting)) == [("number-without-list", "2."), ("stray-mark", "-")]


def test_a_number_alone_on_its_line_labels_the_next_line():
    assert [(item.label, item.text) for item in split("1.\nAge\n2.\nSex").items] == [("1", "Age"), ("2", "Sex")]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Inclusion Criteria:", Kind.INCLUSION),
        ("INCLUSION:", Kind.INCLUSION),
        ("Key exclusion criteria", Kind.EXCLUSION),
        ("Patients will be excluded if:", Kind.EXCLUSION),
        ("Patients will be included if they meet all of the following criteria:", Kind.INCLUSION),
        ("Subjects will not be eligible if any of the following apply:", Kind.EXCLUSION),
        ("Criteria for exclusion", Kind.EXCLUSION),
        ("Inclusion criteria for controls", Kind.INCLUSION),
        ("Non-inclusion criteria", Kind.EXCLUSION),
        ("Eligibility criteria", None),
        ("Inclusion/Exclusion criteria", None),
    ],
)
def test_a_section_heading_sets_the_kind(heading, kind):
    text = f"{heading}\n- Stroke\n- Cancer"
    splitting = split(text)
    assert headings(text, splitting) == [heading]
    assert [item.kind for item in splitting.items] == [kind, kind]


def test_a_criterion_that_names_exclusion_is_no_heading():
    text = "Exclusion Criteria:\n- Meets the exclusion criteria of the label\n- Patients excluded from surgery"
    assert len(split(text).items) == 2


def test_a_heading_in_mid_line_opens_the_exclusions():
    text = "Inclusion Criteria: Adults (18 and over). Exclusion Criteria: Pregnancy"
    splitting = split(text)
    assert [(item.kind, item.text) for item in splitting.items] == [
        (Kind.INCLUSION, "Adults (18 and over)."),
        (Kind.EXCLUSION, "Pregnancy"),
    ]


def test_a_heading_inside_a_list_is_named_by_the_items_below_it():
    text = "- Laboratory values:\n  - Haemoglobin < 9 g/dL\n- Known HIV"
    splitting = split(text)
    assert headings(text, splitting) == ["Laboratory values:"]
    assert [(item.text, item.heading) for item in splitting.items] == [
        ("Haemoglobin < 9 g/dL", "Laboratory values"),
        ("Known HIV", ""),
    ]


def test_numbers_within_one_line_begin_items():
    items = split("Exclusion Criteria: 1. Pregnancy 2. Prior surgery within 4 weeks 3. Known HIV infection").items
    assert [(item.label, item.text) for item in items] == [
        ("1", "Pregnancy"),
        ("2", "Prior surgery within 4 weeks"),
        ("3", "Known HIV infection"),
    ]


def test_dashes_within_one_line_begin_items():
    assert texts(split("Exclusion Criteria: - Pregnancy - Prior surgery within 4 weeks")) == [
        "Pregnancy",
        "Prior surgery within 4 weeks",
    ]


def test_given_items_are_kept_whole_and_only_lists_inside_them_are_cut():
    text = "Adults with cancer. They must consent.\nOrgan function:\n- Haemoglobin >= 9\n- Platelets >= 100"
    middle = text.index("Organ")
    given_items = [
        GivenItem((0, middle - 1), Kind.INCLUSION, "IN01"),
        GivenItem((middle, len(text)), Kind.INCLUSION, "IN02"),
    ]
    splitting = split_eligibility(text, [(0, len(text))], given_items)
    check_cover(splitting.segments, [(0, len(text))])
    assert [(item.label, item.level, item.parent, item.text) for item in splitting.items] == [
        ("IN01", 0, None, "Adults with cancer. They must consent."),
        ("IN02", 0, None, "Organ function:"),
        ("", 1, 1, "Haemoglobin >= 9"),
        ("", 1, 1, "Platelets >= 100"),
    ]


def _reference(version: int) -> tuple[Splitting, str, list[tuple[tuple[int, int], ...]]]:
    protocol = yaml.safe_load((REFERENCE / "protocol.yaml").read_text(encoding="utf-8"))["versions"][version]
    name = ("original", "amended")[version]
    text = (REFERENCE / "records" / f"nct05610826-{name}.txt").read_text(encoding="utf-8")
    region = (text.index("Inclusion Criteria:"), text.find("\nSites / Locations") if version == 0 else len(text))
    splitting = split_eligibility(text, [region])
    check_cover(splitting.segments, [region])
    criteria = [c for part in ("inclusion", "gates", "exclusion") for c in protocol.get(part, ())]
    return splitting, text, [tuple(map(tuple, c["sources"][0]["spans"])) for c in criteria]


def test_the_run_together_reference_record_is_cut_into_its_criteria():
    """The title "Poor renal function", displaced to the end, stays an item of its own here."""
    splitting, text, expected = _reference(0)
    displaced = next(spans[1] for spans in expected if len(spans) == 2)
    expected = [spans[:1] for spans in expected] + [(displaced,)]
    assert [item.spans for item in splitting.items] == expected
    assert marks(text, splitting) == [("number-without-list", "2."), ("stray-mark", "-")]
    assert [item.kind for item in splitting.items] == [Kind.INCLUSION] * 6 + [Kind.EXCLUSION] * 18


def test_the_amended_reference_record_is_cut_into_its_criteria():
    splitting, text, expected = _reference(1)
    assert [item.spans for item in splitting.items] == expected
    assert [mark for _, mark in marks(text, splitting)] == ["-", "-", "-", "2."]


_MARKS = [
    "- ",
    "* ",
    "• ",
    "1. ",
    "2) ",
    "(3) ",
    "a. ",
    "\n",
    "\r\n",
    "  ",
    "\t",
    "\u2028",
    "\x85",
    "\u200b",
    "(",
    ")",
    ".",
]
_WORDS = [
    "Age over 18 ",
    "patients with ",
    "Exclusion Criteria: ",
    "Inclusion criteria\n",
    "≥ 9 g/dL ",
    "Ki- ",
    "İ",
    ": ",
]
_PIECES = st.sampled_from([*_MARKS, *_WORDS])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=60).map("".join), st.data())
def test_every_character_belongs_to_exactly_one_segment(text, data):
    cut = data.draw(st.integers(0, len(text)))
    regions = [(start, end) for start, end in ((0, cut), (cut, len(text))) if start < end]
    splitting = split_eligibility(text, regions)
    check_cover(splitting.segments, regions)
    assert [item.index for item in splitting.items] == list(range(len(splitting.items)))
    for item in splitting.items:
        assert item.text == " ".join(" ".join(text[start:end].split()) for start, end in item.spans)
        spans = [
            (s.start, s.end) for s in splitting.segments if s.item == item.index and s.kind is SegmentKind.CRITERION
        ]
        assert spans == list(item.spans)
    written = "".join(text[s.start : s.end] for s in splitting.segments if s.kind is SegmentKind.BOILERPLATE)
    assert not any(len(word) > 12 for word in written.split() if word.isalpha())


def test_a_gap_or_an_overlap_between_segments_is_refused():
    criterion = SegmentKind.CRITERION
    with pytest.raises(ValueError, match="characters from 3 to 9 are not covered exactly once"):
        check_cover([Segment(0, 3, criterion), Segment(4, 9, criterion)], [(0, 9)])
    with pytest.raises(ValueError, match="characters from 5 to 9 are not covered exactly once"):
        check_cover([Segment(0, 5, criterion), Segment(4, 9, criterion)], [(0, 9)])
    with pytest.raises(ValueError, match="a segment lies outside the regions"):
        check_cover([Segment(0, 9, criterion), Segment(9, 10, criterion)], [(0, 9)])


def test_nothing_gives_nothing():
    assert split_eligibility("", []) == Splitting((), ())
    assert split("  \n ").items == ()


def test_an_item_is_of_no_kind_when_the_record_does_not_say():
    assert split("- Stroke").items == (Item(0, None, ((2, 8),), "Stroke"),)
