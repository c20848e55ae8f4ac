"""Which concepts of the packaged value sets a code stands for; what a protocol declares is for its rules."""

from functools import lru_cache

from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library


@lru_cache(maxsize=4096)
def concepts_of(system: str, code: str) -> frozenset[str]:
    """The concepts that a code proves; what only suggests one counts for nothing here."""
    bindings = bind_codes(base_library(), [(system, code)])
    return frozenset(binding.concept_id for binding in bindings if not binding.suggests)
