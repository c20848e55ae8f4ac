"""The verifier's own arithmetic against published vectors: RFC 8032 (7.1), RFC 8785 (3.2), RFC 4231 (4), RFC 6962."""

import itertools
import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.validation.verifier.program import verifier

# RFC 8032, 7.1: public key, message, signature.
SIGNED = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
        "be24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
        "2aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716e"
        "d28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643c"
        "e80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138a"
        "c17ad9bef1177331a704",
    ),
}


def is_refused(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is wrong, or is none at all."""
    try:
        return not verifier.is_signed(key, message, signature)
    except ValueError:
        return True


@pytest.mark.parametrize("name", SIGNED)
def test_a_published_signature_is_accepted(name):
    key, message, signature = map(bytes.fromhex, SIGNED[name])
    assert verifier.is_signed(key, message, signature)


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("bit", [0, 255, 256, 511])
def test_a_published_signature_with_one_bit_changed_is_refused(name, bit):
    key, message, signature = map(bytes.fromhex, SIGNED[name])
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert is_refused(key, message, bytes(changed))


def test_a_signature_is_bound_to_message_and_key():
    key, message, signature = map(bytes.fromhex, SIGNED["TEST 3"])
    other = bytes.fromhex(SIGNED["TEST 2"][0])
    assert not verifier.is_signed(key, message + b"\0", signature)
    assert not verifier.is_signed(other, message, signature)


def test_a_second_spelling_of_a_signature_is_refused():
    """RFC 8032, 5.1.7: S must be below the order L; S + L would satisfy the equation as well."""
    key, message, signature = map(bytes.fromhex, SIGNED["TEST 2"])
    s = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not verifier.is_signed(key, message, signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "key",
    [
        b"\xed" + b"\xff" * 30 + b"\x7f",  # y = p, a second spelling of 0
        b"\x02" + b"\x00" * 31,  # y = 2 is on no point of the curve
        b"\x01" + b"\x00" * 30 + b"\x80",  # x = 0 with the sign bit set (RFC 8032, 5.1.3, step 4)
        b"\x01" * 31,
        b"",
    ],
)
def test_what_is_no_public_key_signs_nothing(key):
    with pytest.raises(ValueError, match="no point of the curve"):
        verifier.is_signed(key, b"", bytes.fromhex(SIGNED["TEST 1"][2]))


@pytest.mark.parametrize("change", [lambda given: given + b"\0", lambda given: given[:-1], lambda given: b""])
def test_a_signature_has_64_bytes(change):
    key, message, signature = map(bytes.fromhex, SIGNED["TEST 2"])
    assert signature[-1] == 0
    assert is_refused(key, message, change(signature))


def test_signatures_of_another_library_are_judged_alike():
    """Against `cryptography` (OpenSSL): 10 keys, each with the signature as made and with one bit changed."""
    for number in range(10):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        key, message = private.public_key().public_bytes_raw(), bytes(range(number))
        signature = private.sign(message)
        assert verifier.is_signed(key, message, signature)
        changed = bytearray(signature)
        changed[number] ^= 1 << number % 8
        assert is_refused(key, message, bytes(changed))


def test_keys_are_sorted_by_utf_16_code_units():
    """The example of RFC 8785, 3.2.3, with the order that it prints."""
    given = r"""{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis"}"""
    written = json.loads(verifier.canonical(json.loads(given)))
    assert list(written.values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_text_and_literals_are_written_as_published():
    """The example of RFC 8785, 3.2.2 and 3.2.4, without its numbers that have a fraction: bytes as it prints them."""
    given = r"""{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    expected = (
        "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c"
        "22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d"
    )
    assert verifier.canonical(json.loads(given)) == bytes.fromhex(expected)


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53)])
def test_a_number_that_readers_may_read_differently_is_refused(value):
    with pytest.raises(ValueError, match="a number with a fraction, or too large"):
        verifier.canonical({"n": value})


# RFC 4231, 4.2 to 4.4 and 4.7: key, data, HMAC-SHA-256.
AUTHENTICATED = [
    ("0b" * 20, b"Hi There".hex(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe".hex(),
        b"what do ya want for nothing?".hex(),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("aa" * 20, "dd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        "aa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First".hex(),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


def hmac_by_hand(key: bytes, data: bytes) -> bytes:
    """HMAC as RFC 2104 defines it: H(K ^ opad, H(K ^ ipad, data)), the key hashed when it is longer than a block."""
    key = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key) + data).digest()
    return sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


@pytest.mark.parametrize(("key", "data", "expected"), AUTHENTICATED)
def test_the_yardstick_of_the_stream_is_the_published_function(key, data, expected):
    assert hmac_by_hand(bytes.fromhex(key), bytes.fromhex(data)).hex() == expected


def replay(list_: dict[str, list[str]] | None = None, secret: bytes = bytes(range(32))) -> object:
    specification = {"arms": [{"name": "A", "shares": 1}, {"name": "B", "shares": 1}], "factors": [], "stratify": []}
    specification["method"] = {"name": "sealed-list", "sizes": []}
    return verifier.Replay({"secret": secret.hex(), "specification": specification, "list": list_})


def test_the_words_of_the_stream_are_hmacs_of_their_place():
    """Section 2 of docs/reference/allocation-algorithm.md: nine words, so the third block is begun."""
    messages = [f'["equipoise-allocation-1","arm","site=Zürich",7,{block}]'.encode() for block in range(3)]
    content = b"".join(hmac_by_hand(bytes(range(32)), message) for message in messages)
    expected = [int.from_bytes(content[8 * place : 8 * place + 8], "big") for place in range(9)]
    assert list(itertools.islice(replay().stream("arm", "site=Zürich", 7), 9)) == expected


def test_a_draw_outside_of_whole_multiples_is_drawn_again():
    """For n = 3 the last word, 2^64 - 1, lies outside, as 2^64 mod 3 = 1; for n = 2 it is the number 1."""
    assert replay().below(3, iter([2**64 - 1, 4])) == 1
    assert replay().below(2, iter([2**64 - 1, 4])) == 1


@pytest.mark.parametrize("n_leaves", [1, 2, 3, 4, 5, 6, 7, 8, 13])
def test_the_root_of_a_list_is_that_of_rfc_6962(n_leaves):
    """RFC 6962, 2.1, as it is written there: split at the largest power of two smaller than the number of leaves."""
    arms = ["A" if place % 3 else "B" for place in range(n_leaves)]

    def leaf(place: int) -> bytes:
        salt = hmac_by_hand(bytes(range(32)), f'["equipoise-allocation-1","list-leaf","all",{place},0]'.encode())
        return f'["all",{place},"{arms[place]}","{salt.hex()}"]'.encode()

    def tree(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return sha256(b"\0" + leaves[0]).digest()
        split = max(2**k for k in range(8) if 2**k < len(leaves))
        return sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()

    assert replay({"all": arms}).list_root() == tree([leaf(place) for place in range(n_leaves)]).hex()
