"""Passwords. Hashes are compared with OpenSSL's Argon2id (package `cryptography`), which shares no code with ours."""

import base64

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from equipoise.errors import RefusedError
from equipoise.operations.office.passwords import (
    CHEAP_COST,
    PRODUCTION_COST,
    Cost,
    fault_of_password,
    hash_password,
    is_password,
)

SALT = bytes(range(16))


@pytest.mark.parametrize("cost", [CHEAP_COST, Cost(passes=2, memory_kib=256, lanes=2)])
def test_a_hash_is_what_openssl_computes(cost):
    try:
        independent = Argon2id(
            salt=SALT, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
    except UnsupportedAlgorithm:
        pytest.skip("this OpenSSL has no Argon2id")
    expected = base64.b64encode(independent.derive(b"seven geese and a cart")).rstrip(b"=").decode()
    kept = hash_password("seven geese and a cart", SALT, cost)
    assert kept.startswith(f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}$")
    assert kept.endswith(f"${expected}")


def test_the_cost_of_production_is_that_of_rfc_9106():
    # RFC 9106, section 4, second recommended option: t=3, p=4, m=2^16 KiB.
    assert Cost(passes=3, memory_kib=2**16, lanes=4) == PRODUCTION_COST


def test_the_right_password_is_right_and_any_other_wrong():
    kept = hash_password("seven geese and a cart", SALT, CHEAP_COST)
    assert is_password(kept, "seven geese and a cart", CHEAP_COST)
    assert not is_password(kept, "seven geese and a cara", CHEAP_COST)
    assert not is_password(kept, "", CHEAP_COST)


def test_a_password_kept_at_another_cost_is_still_right():
    kept = hash_password("seven geese and a cart", SALT, CHEAP_COST)
    assert is_password(kept, "seven geese and a cart", Cost(passes=2, memory_kib=64, lanes=1))


def test_letters_that_look_the_same_are_the_same():
    # "é" as one character or as "e" and an accent: keyboards differ in which they send.
    kept = hash_password("sept canards à pied é", SALT, CHEAP_COST)
    assert is_password(kept, "sept canards à pied é", CHEAP_COST)


def test_nothing_kept_is_never_right_and_costs_one_hash(monkeypatch):
    calls = []
    real = hash_password

    def counted(password, salt, cost):
        calls.append(cost)
        return real(password, salt, cost)

    monkeypatch.setattr("equipoise.operations.office.passwords.hash_password", counted)
    assert not is_password(None, "seven geese and a cart", CHEAP_COST)
    assert calls == [CHEAP_COST]


@pytest.mark.parametrize("kept", ["[withheld]", "[destroyed]", ""])
def test_a_hash_that_cannot_be_opened_is_no_wrong_password(kept):
    with pytest.raises(RefusedError, match="credentials: cannot be opened"):
        is_password(kept, "seven geese and a cart", CHEAP_COST)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "fewer than 12 characters"),
        ("", "fewer than 12 characters"),
        ("maria.lopez!", None),
        ("maria.smith-", "contains the user name"),
        ("x MARIA.SMITH x", "contains the user name"),
        ("password1234", "first that anyone would try"),
        ("PassWord1234", "first that anyone would try"),
        ("aaaaaaaaaaaaaaa", "first that anyone would try"),
        ("abababababab", "first that anyone would try"),
        ("twelve chars", None),
    ],
)
def test_a_password_is_long_and_neither_the_name_nor_common(password, words):
    fault = fault_of_password(password, "maria.smith")
    assert (fault is None) is (words is None)
    assert words is None or words in str(fault)


def test_a_short_user_name_may_stand_in_a_sentence():
    assert fault_of_password("as the crow flies", "as") is None
    assert "contains the user name" in str(fault_of_password("as the crow flies", "crow"))


def test_the_fault_does_not_repeat_the_password():
    assert "hunter2" not in str(fault_of_password("hunter2", "maria.smith"))
