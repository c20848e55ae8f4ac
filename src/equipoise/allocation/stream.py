"""The keyed stream: every random decision of a trial, from one secret and the place of the decision.

HMAC-SHA256 [1]_ of the place under the secret gives the words, so that whoever has the secret can draw any place again
in any order, and whoever has not learns nothing of the next word from those before. Numbers are whole and exactly even:
a word that would favour some numbers is passed over. Which words are drawn for what is left to the methods.

References
----------
.. [1] Krawczyk H, Bellare M, Canetti R. HMAC: keyed-hashing for message authentication. RFC 2104, 1997.
"""

import hmac
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from equipoise.allocation.canonical import canonical_bytes

LABEL = "equipoise-allocation-1"
SECRET_BYTES = 32
_WORD_BYTES = 8
_WORDS = 2**64


class Purpose(Enum):
    """What is drawn; the words of one purpose never serve another."""

    ARM = "arm"
    BLOCK_SIZE = "block-size"
    BLOCK_ORDER = "block-order"
    LIST_LEAF = "list-leaf"


class Stream:
    """
    The numbers of one purpose at one place.

    Parameters
    ----------
    secret
        32 bytes.
    purpose, stratum, position
        The place: for `ARM` the position in the stratum, for the others the number of the block in the stratum.
    """

    def __init__(self, secret: bytes, purpose: Purpose, stratum: str, position: int) -> None:
        check_secret(secret)
        self._secret = secret
        self._place = _prefix(purpose, stratum) + b"%d," % position
        self._counter = 0
        self._rest = b""

    def below(self, n: int) -> int:
        """The next whole number from 0 to n - 1, each with chance 1/n exactly; n at most 2**64."""
        limit = _WORDS - _WORDS % n
        while True:
            word = self._next_word()
            if word < limit:
                return word % n

    def shuffled(self, items: Sequence[int]) -> list[int]:
        """The items in a random order, all equally likely (Fisher-Yates: from the last, swap with one up to it)."""
        order = list(items)
        for place in range(len(order) - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order

    def next_block(self) -> bytes:
        """The next 32 bytes as they come, of which numbers take eight at a time."""
        block = hmac.digest(self._secret, self._place + b"%d]" % self._counter, "sha256")
        self._counter += 1
        return block

    def _next_word(self) -> int:
        if not self._rest:
            self._rest = self.next_block()
        word, self._rest = self._rest[:_WORD_BYTES], self._rest[_WORD_BYTES:]
        return int.from_bytes(word, "big")


def check_secret(secret: bytes) -> None:
    """Raise ValueError unless the secret has its 32 bytes; the message never shows it."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"the secret of an allocation has {SECRET_BYTES} bytes, this has {len(secret)}")


@lru_cache(maxsize=1024)
def _prefix(purpose: Purpose, stratum: str) -> bytes:
    """The canonical JSON of a place up to the position; writing it once makes drawing several times faster."""
    return canonical_bytes([LABEL, purpose.value, stratum])[:-1] + b","
