"""The master key in three shares of which two are needed: splitting it, trying shares, putting it together.

Shares are words that can be written on paper and typed again, with a check against slips (SLIP-39, after Shamir 1979).
Where the key is kept, and who holds a share, is the business of people.
"""

from collections.abc import Callable, Sequence

import shamir_mnemonic  # type: ignore[import-untyped]
from shamir_mnemonic import MnemonicError

from equipoise.errors import Fault, RefusedError

N_SHARES, N_NEEDED = 3, 2


def split_key(key: bytes) -> tuple[str, ...]:
    """Three shares, each a line of words; any two give the key, one alone tells nothing of it."""
    (shares,) = shamir_mnemonic.generate_mnemonics(1, [(N_NEEDED, N_SHARES)], key)
    for pair in ((0, 1), (0, 2), (1, 2)):
        if join_shares([shares[place] for place in pair]) != key:
            raise RuntimeError("the shares do not give the key again")
    return tuple(shares)


def join_shares(shares: Sequence[str]) -> bytes:
    """
    The key that two shares give.

    Raises
    ------
    RefusedError
        There are not two different ones, a word was mistyped, or they are not of one key.
    """
    lines = [" ".join(share.lower().split()) for share in shares]
    if len(set(lines)) != N_NEEDED:
        what = f"{len(set(lines))} different shares were given, {N_NEEDED} are needed"
        raise RefusedError("The key was not put together.", [Fault("shares", what, "Ask two holders for theirs.")])
    try:
        key: bytes = shamir_mnemonic.combine_mnemonics(lines)
        return key
    except (MnemonicError, ValueError) as error:
        # The library's message can hold words of a share.
        what = "a word was mistyped, or the shares are not of one splitting"
        do = "Compare each word with the paper. Shares of two splittings never fit together."
        raise RefusedError("The key was not put together.", [Fault("shares", what, do)]) from error


def drill(shares: Sequence[str], opens: Callable[[bytes], bool]) -> bool:
    """Whether two shares give a key that opens the trial; nothing is written or changed."""
    return opens(join_shares(shares))
