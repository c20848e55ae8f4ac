"""Whether a protocol says that its trial is open: that subject and site know the arm.

Decides which words of the design say so: those of registries for a trial without masking, and no others. A protocol
that says nothing of masking is not taken for open.
"""

from equipoise.protocol.model import Protocol

OPEN = frozenset({"none", "none (open label)", "open label", "no masking"})


def is_open_label(protocol: Protocol) -> bool:
    """Whether the fact `masking` of the design says that nobody is masked."""
    stated = protocol.design.get("masking")
    return stated is not None and " ".join(stated.value.casefold().replace("-", " ").split()) in OPEN
