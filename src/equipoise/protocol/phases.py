"""The phase of a trial in figures, as every export reads it from the words of a registry; codes are for exports."""

import re

_EARLY = re.compile(r"early[\s_-]*phase[\s_-]*(?:1|i)\b", re.IGNORECASE)
"""What was called phase 0 before (ClinicalTrials.gov; FHIR 5.0.0, code system research-study-phase)."""
_WORD = re.compile(r"phase[\s_-]*", re.IGNORECASE)
_PHASE = re.compile(r"\b(iv|i{1,3}|[0-4])\b", re.IGNORECASE)
_ARABIC = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def phase_numbers(words: str) -> str:
    """
    The phase in figures; empty when it has none, and for a part of a phase (2a), which is no whole one.

    Examples
    --------
    >>> phase_numbers("Phase I/Phase II"), phase_numbers("PHASE1, PHASE2"), phase_numbers("Early Phase 1")
    ('1/2', '1/2', '0')
    """
    spaced = _WORD.sub(" ", _EARLY.sub(" 0 ", words))
    found = [_ARABIC.get(each.lower(), each) for each in _PHASE.findall(spaced)]
    return "/".join(dict.fromkeys(found))
