"""Cox's partial likelihood a second time, slowly: every risk set listed anew, sums in plain Python.

Written from the definitions (Cox 1972; Breslow 1974; Efron 1977), the exact likelihood by listing all subsets. It knows
nothing of the product.
"""

from dataclasses import dataclass
from itertools import combinations
from math import exp, fsum, log


@dataclass(frozen=True)
class Term:
    """One factor of the likelihood: the covariates of those who die, against alternatives, each with a share."""

    chosen: tuple[float, ...]
    alternatives: tuple[tuple[tuple[float, ...], float], ...]
    day: int


def list_terms(days, event, x, strata, ties):
    """The factors of the partial likelihood; `x` is a list of tuples."""
    terms = []
    for stratum in sorted(set(strata)):
        here = [i for i in range(len(days)) if strata[i] == stratum]
        for day in sorted({days[i] for i in here if event[i]}):
            at_risk = [i for i in here if days[i] >= day]
            deaths = [i for i in here if days[i] == day and event[i]]
            if ties == "exact":
                subsets = tuple((add(x[i] for i in subset), 1.0) for subset in combinations(at_risk, len(deaths)))
                terms.append(Term(add(x[i] for i in deaths), subsets, day))
                continue
            for number, death in enumerate(deaths):
                gone = number / len(deaths) if ties == "efron" else 0.0
                shares = tuple((tuple(x[i]), 1.0 - gone if i in deaths else 1.0) for i in at_risk)
                terms.append(Term(tuple(x[death]), shares, day))
    return terms


def add(vectors):
    return tuple(map(sum, zip(*vectors, strict=True)))


def dot(x, beta):
    return fsum(a * b for a, b in zip(x, beta, strict=True))


def log_likelihood(terms, beta):
    total = []
    for term in terms:
        scores = [(dot(x, beta), share) for x, share in term.alternatives]
        top = max(score for score, _ in scores)
        total.append(dot(term.chosen, beta) - top - log(fsum(share * exp(score - top) for score, share in scores)))
    return fsum(total)


def moments(term, beta):
    """Mean and covariance of the covariates over the alternatives of a factor."""
    p = len(term.chosen)
    top = max(dot(x, beta) for x, _ in term.alternatives)
    weights = [share * exp(dot(x, beta) - top) for x, share in term.alternatives]
    total = fsum(weights)
    mean = [fsum(w * x[j] for w, (x, _) in zip(weights, term.alternatives, strict=True)) / total for j in range(p)]
    spread = [
        [
            fsum(w * (x[j] - mean[j]) * (x[k] - mean[k]) for w, (x, _) in zip(weights, term.alternatives, strict=True))
            / total
            for k in range(p)
        ]
        for j in range(p)
    ]
    return mean, spread


def score(terms, beta):
    means = [moments(term, beta)[0] for term in terms]
    return [fsum(t.chosen[j] - m[j] for t, m in zip(terms, means, strict=True)) for j in range(len(beta))]


def information(terms, beta):
    p = len(beta)
    spreads = [moments(term, beta)[1] for term in terms]
    return [[fsum(spread[j][k] for spread in spreads) for k in range(p)] for j in range(p)]


def with_trend(terms, function):
    """The same factors with each covariate a second time, multiplied by a function of the day."""

    def widen(x, day):
        return tuple(x) + tuple(value * function(day) for value in x)

    return [
        Term(
            widen(term.chosen, term.day), tuple((widen(x, term.day), share) for x, share in term.alternatives), term.day
        )
        for term in terms
    ]


def leads(terms):
    """By how much the chosen lie before each alternative, in whole numbers; differences of 0 left out."""
    return {
        lead
        for term in terms
        for x, _ in term.alternatives
        if any(lead := tuple(a - b for a, b in zip(term.chosen, x, strict=True)))
    }


def judge(terms):
    """
    What one or two covariates of whole numbers allow: `flat`, `finite`, or the directions in which it is monotone.

    By exact arithmetic: in a plane, the edges of the cone of directions are perpendicular to leads, or it is a half
    plane of which a lead is the middle.
    """
    found = leads(terms)
    p = len(terms[0].chosen)
    if not found or (p == 2 and all(a * d == b * c for a, b in found for c, d in found)):
        return "flat"
    candidates = {(1,), (-1,)}
    if p == 2:
        candidates = {edge for a, b in found for edge in ((a, b), (-a, -b), (-b, a), (b, -a))}
    products = {d: [sum(u * v for u, v in zip(d, lead, strict=True)) for lead in found] for d in candidates}
    monotone = [d for d, values in products.items() if min(values) >= 0 and max(values) > 0]
    return monotone or "finite"
