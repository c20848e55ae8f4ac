"""Competing risks written a second time, as the formulas stand: loops, fractions and full tables, nothing shared.

Slow and plain on purpose. `make_outcomes` makes the data on which both are compared, with what a trial can bring:
ties, strata, empty groups, nobody with the event, everybody censored, one cause only.
"""

from fractions import Fraction
from itertools import product

import numpy as np


def make_outcomes(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One small data set; every shape that the tests ask about comes up."""
    n = int(rng.integers(1, 26))
    last_day = int(rng.choice([3, 10, 10_000]))
    shares = rng.dirichlet(rng.choice([0.3, 1.0, 3.0]) * np.ones(3))
    if rng.random() < 0.15:
        shares = np.eye(3)[rng.integers(0, 3)]
    n_groups = int(rng.integers(1, 4))
    return {
        "days": rng.integers(0, last_day, n),
        "causes": rng.choice(3, n, p=shares),
        "groups": rng.integers(0, n_groups, n) * int(rng.integers(1, 3)),
        "strata": rng.integers(0, rng.integers(1, 4), n),
        "covariates": np.column_stack([rng.integers(0, 2, n), np.round(rng.normal(size=n), 2)]),
    }


def incidence_of(days, causes, cause, day) -> Fraction:
    """The Aalen-Johansen estimate on a day, in exact fractions."""
    event_free, incidence = Fraction(1), Fraction(0)
    for u in sorted({int(d) for d, c in zip(days, causes, strict=True) if c and d <= day}):
        n = sum(int(d >= u) for d in days)
        incidence += event_free * Fraction(
            sum(int(d == u and c == cause) for d, c in zip(days, causes, strict=True)), n
        )
        event_free *= 1 - Fraction(sum(int(d == u and c > 0) for d, c in zip(days, causes, strict=True)), n)
    return incidence


def jackknife_variance_of(days, causes, cause, day) -> float:
    """
    The infinitesimal jackknife: the sum over subjects of (change of the incidence with the subject's weight) squared.

    The change is taken by a complex step, exact to the last digits (Squire and Trapp 1998).
    """
    n = len(days)
    weights = np.ones((n, n), dtype=complex) + 1e-30j * np.eye(n)
    event_free, incidence = np.ones(n, dtype=complex), np.zeros(n, dtype=complex)
    for u in np.unique(days[(causes > 0) & (days <= day)]):
        at_risk = weights @ (days >= u)
        incidence += event_free * (weights @ ((days == u) & (causes == cause))) / at_risk
        event_free *= weights @ ((days > u) | ((days == u) & (causes == 0))) / at_risk
    return float(np.sum((incidence.imag / 1e-30) ** 2))


def aalen_variance_of(days, causes, cause, day) -> float:
    """Aalen's variance as a sum over earlier days for each cause, in exact fractions."""
    now, total, event_free = incidence_of(days, causes, cause, day), Fraction(0), Fraction(1)
    for u in sorted({int(d) for d, c in zip(days, causes, strict=True) if c and d <= day}):
        n = int(np.sum(days >= u))
        n_own = int(np.sum((days == u) & (causes == cause)))
        n_other = int(np.sum((days == u) & (causes > 0))) - n_own
        before, event_free = event_free, event_free * Fraction(n - n_own - n_other, n)
        later = (now - incidence_of(days, causes, cause, u)) / event_free if event_free else Fraction(0)
        for k, factor in ((n_own, 1 - later), (n_other, later)):
            ties = Fraction(n - k, n - 1) if k > 1 else Fraction(1)
            total += factor**2 * before**2 * ties * Fraction(k, n * n)
    return float(total)


def gray_of(days, causes, groups, strata, cause) -> tuple[np.ndarray, np.ndarray] | None:
    """Scores and covariance of Gray's test by loops over days and groups; None where the pooled hazard has no value."""
    labels = sorted(set(groups))
    scores, covariance = np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for stratum in sorted(set(strata)):
        inside = strata == stratum
        part = _gray_in_stratum(days[inside], causes[inside], groups[inside], labels, cause)
        if part is None:
            return None
        scores, covariance = scores + part[0], covariance + part[1]
    return scores, covariance


def _gray_in_stratum(days, causes, groups, labels, cause):
    rows = []
    event_free, incidence = dict.fromkeys(labels, 1.0), dict.fromkeys(labels, 0.0)
    pooled, scores = 0.0, np.zeros(len(labels))
    for u in np.unique(days[causes > 0]):
        n = {g: int(np.sum((groups == g) & (days >= u))) for g in labels}
        own = {g: int(np.sum((groups == g) & (days == u) & (causes == cause))) for g in labels}
        other = {g: int(np.sum((groups == g) & (days == u) & (causes > 0))) - own[g] for g in labels}
        exposed = {g: n[g] / event_free[g] if n[g] else 0.0 for g in labels}
        counted = {g: exposed[g] * (1 - incidence[g]) for g in labels}
        all_own, all_exposed = sum(own.values()), sum(exposed.values())
        scores += [own[g] - all_own * counted[g] / sum(counted.values()) for g in labels]
        before, pooled_before = dict(event_free), pooled
        for g in labels:
            if n[g]:
                incidence[g] += event_free[g] * own[g] / n[g]
                event_free[g] *= (n[g] - own[g] - other[g]) / n[g]
        pooled += all_own / all_exposed
        a = {(k, r): ((k == r) - exposed[k] / all_exposed) * exposed[r] for k, r in product(labels, labels)}
        if all_own and abs(1 - pooled_before) < 1e-9 and any(a.values()):
            return None
        step = all_own / all_exposed / (1 - pooled_before) if all_own and any(a.values()) else 0.0
        rows.append((n, own, other, before, dict(event_free), pooled, exposed, a, step))
    return scores, _gray_covariance(rows, labels)


def _gray_covariance(rows, labels):
    covariance = np.zeros((len(labels), len(labels)))
    for i, (n, own, other, before, after, pooled, exposed, a, _) in enumerate(rows):
        ahead = {kr: sum(row[7][kr] * row[8] for row in rows[i + 1 :]) for kr in a}
        all_own, all_exposed = sum(own.values()), sum(exposed.values())
        for r in labels:
            if not n[r]:
                continue
            ratio = (1 - pooled) / after[r] if after[r] else 0.0
            keep = 1 - ratio if after[r] else 1.0
            own_change = [a[k, r] + keep * ahead[k, r] for k in labels]
            other_change = [ratio * ahead[k, r] for k in labels]
            ties = 1 - (all_own - 1) / (all_exposed * before[r] - 1) if all_own > 1 else 1.0
            own_weight = ties * before[r] * all_own / (all_exposed * n[r])
            ties = 1 - (other[r] - 1) / (n[r] - 1) if other[r] > 1 else 1.0
            other_weight = ties * before[r] ** 2 * other[r] / n[r] ** 2
            covariance += own_weight * np.outer(own_change, own_change)
            covariance += other_weight * np.outer(other_change, other_change)
    return covariance


class PlainFineGray:
    """The Fine-Gray likelihood with a full table of weights: a row for each subject, a column for each event."""

    def __init__(self, days, causes, covariates, cause) -> None:
        self.days, self.causes, self.z = days, causes, covariates.astype(float)
        self.events = np.flatnonzero(causes == cause)
        self.at = days[self.events]
        self.other = (causes > 0) & (causes != cause)
        free = np.array([self._uncensored_before(day) for day in self.at])
        own_free = np.array([self._uncensored_before(day) for day in days])
        carried = np.divide(free[None, :], own_free[:, None])
        self.weights = np.where(days[:, None] >= self.at, 1.0, np.where(self.other[:, None], carried, 0.0))

    def _uncensored_before(self, day) -> float:
        curve = 1.0
        for u in np.unique(self.days[(self.causes == 0) & (self.days < day)]):
            curve *= 1 - np.sum((self.days == u) & (self.causes == 0)) / np.sum(self.days >= u)
        return curve

    def parts(self, beta):
        """Score, information, and for each event the sum at risk and the mean of the covariates."""
        risk = np.exp(self.z @ beta)[:, None] * self.weights
        total = risk.sum(axis=0)
        mean = (risk.T @ self.z) / total[:, None]
        away = self.z[:, None, :] - mean[None]
        information = np.einsum("ij,ijp,ijq->pq", risk / total, away, away)
        return (self.z[self.events] - mean).sum(axis=0), information, total, mean

    def covariance(self, beta):
        """The sandwich with eta and psi of Fine and Gray (1999), each from the full table."""
        _, information, total, mean = self.parts(beta)
        away = self.z[:, None, :] - mean[None]
        paid = (np.exp(self.z @ beta)[:, None] * self.weights / total)[:, :, None] * away
        eta = -paid.sum(axis=1)
        eta[self.events] += self.z[self.events] - mean
        psi = np.zeros_like(eta)
        for u in np.unique(self.days[self.causes == 0]):
            at_risk = np.sum(self.days >= u)
            q = paid[self.other & (self.days < u)][:, self.at >= u].sum(axis=(0, 1))
            here = (self.days == u) & (self.causes == 0)
            psi[here] += q / at_risk
            psi[self.days >= u] -= q / at_risk * here.sum() / at_risk
        bread = np.linalg.inv(information)
        return bread @ (eta + psi).T @ (eta + psi) @ bread


def weighted_score_of(days, causes, z, groups, weights, beta):
    """
    The Fine-Gray score with a (complex) weight for each subject; days ascending and untied, two groups of censoring.

    The weights also enter the censoring curves, so a change of one gives the whole influence of a subject.
    """
    free, now = np.ones((2, len(days)), dtype=complex), np.ones(2, dtype=complex)
    for i in range(len(days)):
        free[:, i] = now
        if causes[i] == 0:
            same = groups[i:] == groups[i]
            now[groups[i]] *= 1 - weights[i] / weights[i:][same].sum()
        if not np.any(groups[i + 1 :] == groups[i]):
            now[groups[i]] = 0
    total, place = 0, np.arange(len(days))
    for j in np.flatnonzero(causes == 1):
        carried = np.where(causes == 2, free[groups, j] / free[groups, place], 0)
        at_risk = weights * np.exp(z * beta) * np.where(place >= j, 1, carried)
        total += weights[j] * (z[j] - (at_risk @ z) / at_risk.sum())
    return total
