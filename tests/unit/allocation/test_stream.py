"""The keyed stream: whole numbers, exactly even, from place alone. Message bytes are those of the package rfc8785."""

import hmac
from collections import Counter

import pytest
import rfc8785

from equipoise.allocation.stream import Purpose, Stream

SECRET = bytes(range(32))


class Fixed(Stream):
    """A stream whose words are given."""

    def __init__(self, *words):
        super().__init__(SECRET, Purpose.ARM, "all", 0)
        self.words = list(words)

    def _next_word(self):
        return self.words.pop(0)


@pytest.mark.parametrize("stratum", ["all", 'site="Zoë"\\; ecog=>= 2', "site=日本; x=\u007f", "a=\U0001f600"])
@pytest.mark.parametrize("purpose", Purpose)
def test_words_are_the_hmac_of_the_canonical_json_of_the_place(stratum, purpose):
    stream = Stream(SECRET, purpose, stratum, 41)
    for counter in range(3):
        message = rfc8785.dumps(["equipoise-allocation-1", purpose.value, stratum, 41, counter])
        assert stream.next_block() == hmac.digest(SECRET, message, "sha256")


def test_numbers_take_the_words_of_a_block_in_order_and_then_those_of_the_next():
    blocks = Stream(SECRET, Purpose.ARM, "all", 0)
    both = blocks.next_block() + blocks.next_block()
    stream = Stream(SECRET, Purpose.ARM, "all", 0)
    words = [stream.below(2**64) for _ in range(8)]
    assert b"".join(word.to_bytes(8, "big") for word in words) == both


def test_a_word_that_would_favour_small_numbers_is_passed_over():
    """2**64 = 3 * 6148914691236517205 + 1: the largest word is one too many for three numbers."""
    assert Fixed(2**64 - 1, 5).below(3) == 2
    assert Fixed(2**64 - 2).below(3) == 2
    half = 2**63 + 1
    assert Fixed(half, 2**64 - 1, half - 1).below(half) == half - 1


def test_one_number_is_always_nought_and_uses_a_word():
    stream = Fixed(7, 8)
    assert stream.below(1) == 0
    assert stream.words == [8]


def test_the_shuffle_swaps_from_the_last_place_down():
    """i = 3 draws 1: a d c b; i = 2 draws 2: nothing; i = 1 draws 0: d a c b."""
    assert Fixed(1, 2, 0).shuffled([0, 1, 2, 3]) == [3, 0, 2, 1]


def test_every_number_below_n_comes():
    stream = Stream(SECRET, Purpose.ARM, "all", 0)
    assert set(Counter(stream.below(7) for _ in range(500))) == set(range(7))


@pytest.mark.parametrize("secret", [b"", b"x" * 31, b"x" * 33])
def test_a_secret_of_another_length_is_refused_and_not_shown(secret):
    with pytest.raises(ValueError, match=f"has 32 bytes, this has {len(secret)}") as refused:
        Stream(secret, Purpose.ARM, "all", 0)
    assert "xxx" not in str(refused.value)
