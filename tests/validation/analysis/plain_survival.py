"""An independent plain implementation: subjects in lists, one day after the other, fractions as far as they go.

It shares nothing with the product: no sorting by packed keys, no running sums, no arrays. Also the data sets on which
the two are compared, with every kind of degenerate case.
"""

import math
import random
from dataclasses import dataclass, replace
from fractions import Fraction

KINDS = ("ordinary", "heavy ties", "strata", "an empty arm", "no event", "one event", "all censored late", "all events",
         "one subject", "two strata apart", "nobody")  # fmt: skip


@dataclass(frozen=True)
class Subject:
    day: int
    event: bool
    arm: int
    stratum: int = 0


def make_data(number: int, arms: int = 2) -> tuple[str, list[Subject]]:
    """Data set number so-and-so of its kind."""
    rng = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    size = {"one subject": 1, "nobody": 0}.get(kind, rng.randint(2, 40))
    last = 4 if kind == "heavy ties" else rng.choice((10, 60, 1500))
    strata = rng.randint(2, 5) if kind == "strata" else 1
    share = {"no event": 0.0, "all events": 1.0}.get(kind, rng.choice((0.2, 0.6, 0.9)))
    people = [
        Subject(rng.randint(0, last), rng.random() < share, rng.randrange(arms), rng.randrange(strata))
        for _ in range(size)
    ]
    if kind == "an empty arm":
        people = [replace(one, arm=0) for one in people]
    if kind == "one event":
        people = [replace(one, event=place == 0) for place, one in enumerate(people)]
    if kind == "all censored late":
        people = [replace(one, event=one.event and one.day < last // 2) for one in people]
    if kind == "two strata apart":
        people = [replace(one, stratum=one.arm // 2 + (0 if arms > 2 else one.arm)) for one in people]
    return kind, people


def survival_table(people: list[Subject]) -> list[tuple[int, int, int, Fraction, Fraction | None]]:
    """Day, at risk, events, survival, Greenwood's sum (None once survival is 0), for each day with a subject."""
    rows, survival, greenwood = [], Fraction(1), Fraction(0)
    for day in sorted({one.day for one in people}):
        at_risk = sum(one.day >= day for one in people)
        events = sum(one.day == day and one.event for one in people)
        survival *= Fraction(at_risk - events, at_risk)
        if greenwood is not None and events:
            greenwood = greenwood + Fraction(events, at_risk * (at_risk - events)) if at_risk > events else None
        rows.append((day, at_risk, events, survival, greenwood))
    return rows


def restricted_mean(people: list[Subject], tau: int) -> tuple[Fraction, Fraction]:
    """Mean up to tau, day by day, and its variance from the area beyond each event day."""

    def survival_from(day: int) -> Fraction:
        """On [day, day + 1)."""
        return next((row[3] for row in reversed(survival_table(people)) if row[0] <= day), Fraction(1))

    heights = [survival_from(day) for day in range(tau)]
    variance = Fraction(0)
    for day, at_risk, events, _, _ in survival_table(people):
        if day < tau and events < at_risk:
            variance += sum(heights[day:]) ** 2 * Fraction(events, at_risk * (at_risk - events))
    return sum(heights, Fraction(0)), variance


def log_rank(people: list[Subject], arms: int, family: str, rho: int = 0, gamma: int = 0):
    """Observed minus expected of each arm, and the covariance: fractions, but for Tarone-Ware's roots."""
    difference = [Fraction(0)] * arms
    covariance = [[Fraction(0)] * arms for _ in range(arms)]
    for stratum in sorted({one.stratum for one in people}):
        members = [one for one in people if one.stratum == stratum]
        before, peto = Fraction(1), Fraction(1)
        for day in sorted({one.day for one in members if one.event}):
            risk = [one for one in members if one.day >= day]
            dead = [one for one in risk if one.day == day and one.event]
            n, d = len(risk), len(dead)
            peto *= 1 - Fraction(d, n + 1)
            weight = {
                "Fleming-Harrington": before**rho * (1 - before) ** gamma,
                "Gehan": Fraction(n),
                "Tarone-Ware": Fraction(math.sqrt(n)),
                "Peto-Peto": peto,
            }[family]
            before *= 1 - Fraction(d, n)
            share = [Fraction(sum(one.arm == arm for one in risk), n) for arm in range(arms)]
            spread = Fraction(d * (n - d), n - 1) if n > 1 else Fraction(0)
            for i in range(arms):
                difference[i] += weight * (sum(one.arm == i for one in dead) - d * share[i])
                for j in range(arms):
                    covariance[i][j] += weight**2 * spread * share[i] * ((i == j) - share[j])
    return difference, covariance


def quadratic_form(difference, covariance) -> tuple[Fraction, int]:
    """The difference times a generalised inverse of the covariance times the difference, and the rank: by elimination.

    The covariance is symmetric and not negative, so that pivots on the diagonal are enough.
    """
    table = [[*row, value] for row, value in zip(covariance, difference, strict=True)]
    total, rank = Fraction(0), 0
    for pivot in range(len(table)):
        if table[pivot][pivot] == 0:
            continue
        rank += 1
        total += table[pivot][-1] ** 2 / table[pivot][pivot]
        for row in range(pivot + 1, len(table)):
            factor = table[row][pivot] / table[pivot][pivot]
            table[row] = [a - factor * b for a, b in zip(table[row], table[pivot], strict=True)]
    return total, rank
