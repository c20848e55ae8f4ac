"""An allocation list made elsewhere: what it is, which arm stands at a place, and the root that commits to it.

Reading one from a file is left to `list_reading`, looking for the known ways in which lists go wrong to `list_checks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from equipoise.allocation.canonical import canonical_bytes
from equipoise.allocation.merkle import compute_root, is_proven, prove_leaf
from equipoise.allocation.stream import Purpose, Stream
from equipoise.errors import Fault, ProtocolError


@dataclass(frozen=True)
class ImportedList:
    """The arms of each stratum in the order of their places, which count from 0 here (and from 1 in the file)."""

    arms_by_stratum: Mapping[str, tuple[str, ...]] = field(repr=False)

    def arm_at(self, stratum: str, position: int) -> str:
        """
        The arm of a place.

        Raises
        ------
        ProtocolError
            The list has no such place. A place before is never used again.
        """
        arms = self.arms_by_stratum.get(stratum, ())
        if position >= len(arms):
            what = f"the list of stratum {stratum} ends after {len(arms)} places"
            do = "Used places are never used again, and this release extends no list: ask the unmasked statistician."
            raise ProtocolError("Cannot allocate: no place is left.", [Fault("allocation list", what, do)])
        return arms[position]

    def extends(self, earlier: "ImportedList") -> bool:
        """Whether this is the earlier list with places added at the ends of strata, and nothing else changed."""
        return self.arms_by_stratum.keys() == earlier.arms_by_stratum.keys() and all(
            self.arms_by_stratum[stratum][: len(arms)] == arms for stratum, arms in earlier.arms_by_stratum.items()
        )

    def leaves(self, secret: bytes) -> tuple[bytes, ...]:
        """
        The list as leaves of a Merkle tree, sorted by stratum (as UTF-8) and position.

        A leaf is the canonical JSON of [stratum, position, arm, salt]. The salt comes from the stream: without it,
        whoever sees the root of a short list, or the proof of a neighbour, could find arms by trying them all.
        """
        strata = sorted(self.arms_by_stratum, key=lambda stratum: stratum.encode())
        return tuple(
            canonical_bytes([stratum, position, arm, _leaf_salt(secret, stratum, position)])
            for stratum in strata
            for position, arm in enumerate(self.arms_by_stratum[stratum])
        )

    def root(self, secret: bytes) -> str:
        """The Merkle root, as 64 hexadecimal digits."""
        return compute_root(self.leaves(secret)).hex()

    def prove_place(self, secret: bytes, stratum: str, position: int) -> "PlaceProof":
        """What shows that one place is in the list, and shows no other place."""
        leaves = self.leaves(secret)
        salt = _leaf_salt(secret, stratum, position)
        leaf = canonical_bytes([stratum, position, self.arm_at(stratum, position), salt])
        index = leaves.index(leaf)
        return PlaceProof(leaf, index, len(leaves), tuple(prove_leaf(leaves, index)))


@dataclass(frozen=True)
class PlaceProof:
    """A leaf, its number among all leaves, and its neighbours on the way to the root."""

    leaf: bytes = field(repr=False)
    index: int
    n_leaves: int
    neighbours: tuple[bytes, ...]

    def is_in(self, root: str) -> bool:
        """Whether the list with this root has this leaf at this number."""
        return is_proven(self.leaf, self.index, self.n_leaves, self.neighbours, bytes.fromhex(root))


def _leaf_salt(secret: bytes, stratum: str, position: int) -> str:
    return Stream(secret, Purpose.LIST_LEAF, stratum, position).next_block().hex()
