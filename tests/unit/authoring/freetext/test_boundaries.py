"""Where criteria begin in run-together text."""

from itertools import pairwise

import pytest

from equipoise.authoring.freetext.splitting.boundaries import find_boundaries, read_weights, weigh_gaps
from equipoise.authoring.freetext.splitting.boundary_features import find_open_gaps, read_words, see_gap, see_style


def pieces(text: str) -> list[str]:
    edges = [0, *find_boundaries(text), len(text)]
    return [text[start:end].strip() for start, end in pairwise(edges)]


def test_a_usual_opener_begins_a_criterion_without_any_punctuation():
    assert pieces("Age older than 18 years No history of chemotherapy Written informed consent") == [
        "Age older than 18 years",
        "No history of chemotherapy",
        "Written informed consent",
    ]


def test_numbers_in_order_begin_criteria():
    assert pieces("1. Age over 18 2. Diagnosis of asthma 3. Signed consent") == [
        "1. Age over 18",
        "2. Diagnosis of asthma",
        "3. Signed consent",
    ]


def test_a_name_after_a_preposition_begins_nothing():
    text = "Patients with Crohn disease treated at the University of Chicago"
    assert find_boundaries(text) == []


def test_no_criterion_begins_inside_a_bracket_that_closes():
    run = read_words("Prior therapy (Patients on stable dose. Known drugs) allowed")
    assert [run.words[place] for place in find_open_gaps(run)] == ["(Patients", "allowed"]


def test_a_bracket_that_never_closes_closes_nothing():
    run = read_words("Scan (Krenning Score on all lesions Age older than 18 years")
    assert "Age" in {run.words[place] for place in find_open_gaps(run)}


@pytest.mark.parametrize("text", ["", " ", "one", "\u2028"])
def test_text_without_two_words_has_no_boundary(text):
    assert find_boundaries(text) == []


def test_every_weight_of_the_shipped_table_is_readable_and_names_what_was_seen():
    weights = read_weights()
    assert "always" in weights
    assert all(name.strip() and abs(weight) < 20 for name, weight in weights.items())


def test_a_bracket_that_explains_a_name_begins_nothing():
    assert find_boundaries("Hemoglobin A1c (HbA1c) below 9%") == []


def test_what_is_weighed_is_all_that_the_learner_saw():
    run = read_words("Age older than 18 years No history of chemotherapy")
    weights = dict.fromkeys(["always", "glance"], 0.0)
    place = run.words.index("No")
    seen = [*see_gap(run, place), *see_style(run, "-C")]
    weights |= dict.fromkeys(seen, 0.5)
    assert dict(weigh_gaps(run, weights))[place] == pytest.approx(0.5 * len(seen))


def test_sums_that_are_remembered_change_nothing():
    run = read_words("Age older than 18 years No history of chemotherapy Written informed consent")
    known = {}
    first = weigh_gaps(run, read_weights(), known)
    assert known
    assert weigh_gaps(run, read_weights(), known) == first == weigh_gaps(run, read_weights())


def test_signs_and_pauses_are_counted_from_each_word():
    run = read_words("Age >= 18 years, consent")
    assert run.signs_ahead == [1, 0, 9, 9, 9]
    assert run.signs_behind == [9, 0, 1, 2, 3]
    assert run.pauses_ahead[0] == 3
    assert run.digits_behind[4] == 2


def test_a_sentence_ends_at_its_stop_and_is_whole_with_a_verb():
    run = read_words("No surgery. Patients must be adults.")
    assert run.sentences == [(1, False), (0, False), (3, True), (2, True), (1, False), (0, False)]
