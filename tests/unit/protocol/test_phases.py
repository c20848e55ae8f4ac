"""Phases in the words of registries: ClinicalTrials.gov as it writes and as it shows them, and Roman ones of others."""

import pytest

from equipoise.protocol.phases import phase_numbers


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("Phase 1/Phase 2", "1/2"),
        ("PHASE1, PHASE2", "1/2"),
        ("Phase II", "2"),
        ("phase_3", "3"),
        ("Phase IV", "4"),
        ("Early Phase 1", "0"),
        ("EARLY_PHASE1", "0"),
        ("Phase 0", "0"),
        ("Phase 2a", ""),
        ("N/A", ""),
    ],
)
def test_a_phase_is_read_from_its_words(words, numbers):
    assert phase_numbers(words) == numbers
