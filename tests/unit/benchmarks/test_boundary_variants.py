"""The same criteria written in other ways, as the learner of boundaries reads them."""

from boundary_variants import Example, vary

LINES = ["Age over 18 years.", "Signed consent.", "HIV infection."]


def written(lines: list[str]) -> list[list[str]]:
    return [variant.lines() for variant in vary(Example.of_lines("NCT00000000", lines))]


def test_boundaries_are_where_lines_began():
    example = Example.of_lines("NCT00000000", ["Age", "", "HIV"])
    assert (example.text, example.starts, example.lines()) == ("Age HIV", frozenset({4}), ["Age", "HIV"])


def test_a_variant_without_stops_in_lower_case_keeps_words_in_capitals():
    assert ["age over 18 years", "signed consent", "HIV infection"] in written(LINES)


def test_a_numbered_variant_counts_all_lines():
    assert ["1. Age over 18 years.", "2. Signed consent.", "3. HIV infection."] in written(LINES)


def test_numbers_are_taken_away_from_a_numbered_list():
    assert ["Age over 18", "Signed consent"] in written(["1. Age over 18", "2. Signed consent"])


def test_every_variant_has_the_same_criteria():
    for lines in written(LINES):
        words = {line.lstrip("123. ").rstrip(".").lower() for line in lines}
        assert words == {"age over 18 years", "signed consent", "hiv infection"}


def test_the_same_text_is_always_varied_in_the_same_way():
    assert written(LINES) == written(LINES)


def test_a_single_line_has_no_variants():
    assert written(["Age over 18 years."]) == []
