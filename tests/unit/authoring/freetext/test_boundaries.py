"""Where criteria begin in run-together text."""

from itertools import pairwise

import pytest

from equipoise.authoring.freetext.boundaries import find_boundaries, read_weights
from equipoise.authoring.freetext.boundary_features import find_open_gaps, read_words


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
