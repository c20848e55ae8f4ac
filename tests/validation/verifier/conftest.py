"""Makes the verifier quick enough to be asked many times about nearly the same export."""

import functools

import pytest
from tests.validation.verifier.program import verifier


@pytest.fixture
def remembered_signatures(monkeypatch) -> None:
    """A signature over the same bytes is worked out once: most edits touch none."""
    monkeypatch.setattr(verifier, "is_signed", functools.cache(verifier.is_signed))
