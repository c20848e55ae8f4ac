"""A Merkle tree over a list of byte strings, with the prefixes and the shape of RFC 6962 [1]_.

One root stands for the whole list; a proof shows that one leaf is in it, and where, without showing any other.

References
----------
.. [1] Laurie B, Langley A, Kasper E. Certificate Transparency. RFC 6962, 2013, section 2.1.
"""

import hashlib
from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def compute_root(leaves: Sequence[bytes]) -> bytes:
    """SHA-256 root, 32 bytes; of no leaves, the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [_hash_leaf(leaf) for leaf in leaves]
    while len(level) > 1:
        level = [_hash_node(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def prove_leaf(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours on the way from a leaf up to the root: with the leaf they give the root."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} in a list of {len(leaves)}")
    level, proof = [_hash_leaf(leaf) for leaf in leaves], []
    while len(level) > 1:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        level = [_hash_node(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
        index //= 2
    return proof


def is_proven(leaf: bytes, index: int, n_leaves: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf stands at `index` in the list of `n_leaves` with this root."""
    if not 0 <= index < n_leaves:
        return False
    neighbours = list(proof)
    here, last = _hash_leaf(leaf), n_leaves - 1
    while last:
        if index ^ 1 <= last:
            if not neighbours:
                return False
            other = neighbours.pop(0)
            here = _hash_node(other, here) if index & 1 else _hash_node(here, other)
        index, last = index // 2, last // 2
    return not neighbours and here == root


def _hash_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(_LEAF + leaf).digest()


def _hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
