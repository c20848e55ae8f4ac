"""Passwords: which may be chosen, how they are kept, whether one is right.

Kept as Argon2id in the usual text form (RFC 9106), which names its own cost, so the cost of new ones can be raised
without a word to those who have an old one. Where the hash lies and who may ask is `credentials`.
"""

import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from equipoise.errors import Fault, RefusedError

SHORTEST = 12
"""Characters that a password has at least."""
LONG_NAME = 4
"""Characters from which on a user name may not stand within the password."""
SALT_BYTES = 16
COMMON = frozenset(
    {"password1234", "passwordpassword", "123456789012", "1234567890123", "qwertyuiop123", "qwertyuiopas"}
    | {"administrator", "changeme1234", "letmeinletmein", "clinicaltrial", "equipoise1234", "correcthorsebatterystaple"}
)
"""Long enough and still the first to be tried. A list that means to be complete has millions of lines."""


@dataclass(frozen=True)
class Cost:
    """What one hash costs: passes over the memory, memory [KiB] and lanes."""

    passes: int
    memory_kib: int
    lanes: int


PRODUCTION_COST = Cost(passes=3, memory_kib=65536, lanes=4)
"""The second of the two recommended settings of RFC 9106, section 4: for machines with little memory to spare."""
CHEAP_COST = Cost(passes=1, memory_kib=8, lanes=1)
"""For tests and simulations only: a guess costs microseconds."""


def fault_of_password(password: str, user: str) -> Fault | None:
    """Why a password cannot be chosen, None when it can. Length counts; no kinds of characters are asked for."""
    where, do = "new password", f"Choose one of {SHORTEST} characters or more that nobody else has, a sentence perhaps."
    plain = _normal(password).casefold()
    if len(plain) < SHORTEST:
        return Fault(where, f"has fewer than {SHORTEST} characters", do)
    if len(user) >= LONG_NAME and user.casefold() in plain:
        return Fault(where, "contains the user name", do)
    if plain in COMMON or len(set(plain)) <= 2:
        return Fault(where, "is among the first that anyone would try", do)
    return None


def hash_password(password: str, salt: bytes, cost: Cost = PRODUCTION_COST) -> str:
    """
    The text to be kept in place of a password.

    Parameters
    ----------
    password : str
        As typed; Unicode forms that look the same are the same (NFKC).
    salt : bytes
        Random, of `SALT_BYTES`.
    cost : Cost
        `PRODUCTION_COST` takes some tenths of a second on one core, and 64 MiB.

    References
    ----------
    .. [1] RFC 9106, Argon2 Memory-Hard Function for Password Hashing and Proof-of-Work Applications, 2021.
    """
    return _hasher(cost).hash(_encoded(password), salt=salt)


def is_password(stored: str | None, password: str, cost: Cost = PRODUCTION_COST) -> bool:
    """
    Whether a password is the one that is kept; takes as long when none is kept, so that nobody learns who has one.

    Raises
    ------
    RefusedError
        What is kept cannot be read as a hash: most likely the key of this trial is not the right one.
    """
    if stored is None:
        hash_password(password, bytes(SALT_BYTES), cost)
        return False
    try:
        return _hasher(cost).verify(stored, _encoded(password))
    except InvalidHashError as error:
        fault = Fault("credentials", "cannot be opened", "Start with the key file that belongs to this trial.")
        raise RefusedError("No password can be checked.", [fault]) from error
    except VerificationError:
        return False


def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _encoded(password: str) -> bytes:
    # A terminal with another encoding than it says gives half characters: a password like any other.
    return _normal(password).encode("utf-8", "surrogatepass")
