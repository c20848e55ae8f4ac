"""Small made-up data sets for Cox models: ties, strata, empty arms, no events, one event, everybody censored."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class World:
    days: list[int]
    event: list[bool]
    x: list[tuple[int, ...]]
    strata: list[int]


def make_world(number, covariates=None):
    """World number `number`; the same number is the same world."""
    rng = random.Random(f"cox {number}")
    n = rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
    last_day = rng.choice((1, 3, 6, 20, 400))
    days = [rng.randint(0, last_day) for _ in range(n)]
    chance = rng.choice((0.0, 0.3, 0.6, 0.8, 1.0))
    event = [rng.random() < chance for _ in range(n)]
    if n and rng.random() < 0.1:
        event = [False] * n
        event[rng.randrange(n)] = True
    strata = [rng.randrange(rng.choice((1, 1, 2, 4))) for _ in range(n)]
    p = covariates or rng.choice((1, 1, 2))
    kinds = [rng.choice(((0, 1), (0, 1), (0, 1), (0, 1, 2, 3), (0,), (1, 0, 0, 0))) for _ in range(p)]
    x = [tuple(rng.choice(kind) for kind in kinds) for _ in range(n)]
    return World(days, event, x, strata)
