"""Permuted blocks of random size: which block a place lies in, and in which order the block holds the shares.

Depends on nothing but secret, stratum and place, so that a list can be made in full before the trial and one place at a
time during it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.allocation.stream import Purpose, Stream


@dataclass(frozen=True)
class Block:
    """Where a place lies: number of the block in the stratum, its size, and the place in it, counted from 0."""

    index: int
    size: int
    place: int


def find_block(
    secret: bytes, sizes: tuple[int, ...], stratum: str, position: int, before: Block | None = None
) -> Block:
    """
    The block of a place, by walking from the first block of the stratum, or from that of the place before.

    Parameters
    ----------
    before
        The block in which the place before this one lies, where it is known: it spares the walk.
    """
    if before is not None:
        first, start = before.index, position - 1 - before.place
    else:
        first, start = 0, 0
    for index, size in enumerate(_block_sizes(secret, sizes, stratum, first), start=first):
        if position < start + size:
            return Block(index, size, position - start)
        start += size
    raise AssertionError("blocks never end")


def order_block(secret: bytes, stratum: str, index: int, size: int, n_shares: int) -> list[int]:
    """The shares in the order of a block, `size` of them: each share equally often, every order equally likely."""
    return Stream(secret, Purpose.BLOCK_ORDER, stratum, index).shuffled([*range(n_shares)] * (size // n_shares))


def iterate_shares(secret: bytes, sizes: tuple[int, ...], stratum: str, n_shares: int) -> Iterator[int]:
    """The share of every place of a stratum, from the first, without end."""
    for block in iterate_blocks(secret, sizes, stratum, n_shares):
        yield from block


def iterate_blocks(secret: bytes, sizes: tuple[int, ...], stratum: str, n_shares: int) -> Iterator[list[int]]:
    """The shares of every block of a stratum in their order, from the first block, without end."""
    for index, size in enumerate(_block_sizes(secret, sizes, stratum)):
        yield order_block(secret, stratum, index, size, n_shares)


def _block_sizes(secret: bytes, sizes: tuple[int, ...], stratum: str, index: int = 0) -> Iterator[int]:
    while True:
        yield sizes[Stream(secret, Purpose.BLOCK_SIZE, stratum, index).below(len(sizes))]
        index += 1
