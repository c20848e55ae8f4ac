"""The re-randomisation test: what the result would have been, had the same rule allocated the same subjects again.

The subjects keep their order, factor values and outcomes; only the arms are drawn again, by the protocol's own
allocation [1]_. Valid for every method, a time trend and covariates or not, because it assumes nothing but the rule.
Which statistic is planned is left to the analysis.

References
----------
.. [1] Rosenberger WF, Uschner D, Wang Y. Randomization: the forgotten component of the randomized clinical trial.
   Statistics in Medicine 2019;38:1-12.
.. [2] Phipson B, Smyth GK. Permutation p-values should never be zero. Statistical Applications in Genetics and
   Molecular Biology 2010;9:39.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from equipoise.allocation.array_rules import Floats, Ints
from equipoise.allocation.decision import Tally, decide, first_tally, tally_after
from equipoise.allocation.methods import SealedList
from equipoise.allocation.sequences import MAX_SEQUENCES, draw_arms, enumerate_arms
from equipoise.allocation.specification import Specification
from equipoise.allocation.stream import SECRET_BYTES
from equipoise.errors import Fault, ProtocolError

Statistic = Callable[[Ints], float]
"""A number for the arms of all subjects (as numbers in the specification, in the order of allocation): 0 where the arms
do not differ, further from 0 the more they do."""
Values = Sequence[Mapping[str, str]]
"""The factor values of each subject as used, in the order of allocation."""

_SAME = 1e-9
"""Statistics this close, as a part of the observed one, count as equal: sums in another order must not decide."""


@dataclass(frozen=True)
class Rerandomised:
    """
    The outcome of the test.

    Attributes
    ----------
    observed
        The statistic of the arms as allocated.
    p_value
        Two-sided.
    n_sequences
        Sequences drawn, or all that there can be when `is_exact`.
    """

    observed: float
    p_value: float
    n_sequences: int
    is_exact: bool


def rerandomise(
    specification: Specification, arms: Sequence[str], statistic: Statistic, sequences: Ints
) -> Rerandomised:
    """
    Compare the trial with sequences drawn again.

    Parameters
    ----------
    arms
        As allocated, in order, by name.
    sequences
        From `redraw_by_kernel` or `redraw_on_arrays`: sequences by subjects.

    Returns
    -------
    With (r + 1) / (m + 1) for r of m sequences whose statistic is at least as far from 0 [2]_, which keeps the level
    whatever m is.

    Raises
    ------
    ValueError
        The statistic of the arms as allocated is no number.
    """
    observed = statistic(_numbers(specification, arms))
    p_value = compute_p_value(observed, _each(statistic, sequences))
    return Rerandomised(observed, p_value, len(sequences), is_exact=False)


def compute_p_value(observed: float, found: Floats) -> float:
    """
    (r + 1) / (m + 1) for r of m statistics drawn that are at least as far from 0 as the observed one [2]_.

    For statistics that were computed all at once. One that is no number counts as far.

    Raises
    ------
    ValueError
        The observed statistic is no number.
    """
    return (int(_is_as_far(found, observed).sum()) + 1) / (len(found) + 1)


def rerandomise_exactly(
    specification: Specification,
    values: Values,
    arms: Sequence[str],
    statistic: Statistic,
    *,
    most: int = MAX_SEQUENCES,
) -> Rerandomised:
    """
    Compare the trial with every sequence that could have been, each with its chance.

    Raises
    ------
    ProtocolError
        There are more than `most` sequences, or the method is a sealed list.
    """
    every = enumerate_arms(specification, level_numbers(specification, values), n=len(arms), most=most)
    observed = statistic(_numbers(specification, arms))
    p_value = float(every.chances[_is_as_far(_each(statistic, every.arms), observed)].sum())
    return Rerandomised(observed, min(p_value, 1.0), len(every.arms), is_exact=True)


def redraw_by_kernel(
    specification: Specification, values: Values, *, n_sequences: int, random: Callable[[int], bytes]
) -> Ints:
    """
    Allocate the same subjects again with fresh secrets, by the code that allocates in the trial.

    Parameters
    ----------
    random
        Gives so many random bytes; never the generator of a running trial.

    Returns
    -------
    Arms as numbers in the specification: sequences by subjects.

    Raises
    ------
    ProtocolError
        The method is a sealed list, or a value is no level of its factor.
    """
    if isinstance(specification.method, SealedList):
        what, do = "a sealed list was made elsewhere", "Give the method by which the list was made."
        raise ProtocolError("This allocation cannot be drawn again.", [Fault("allocation, method", what, do)])
    drawn = [_allocate(specification, values, random(SECRET_BYTES)) for _ in range(n_sequences)]
    return np.array(drawn, dtype=np.int64).reshape(n_sequences, len(values))


def redraw_on_arrays(
    specification: Specification, values: Values, *, n_sequences: int, rng: np.random.Generator
) -> Ints:
    """The same by the same rule on arrays, some hundred times faster; result and errors as of `redraw_by_kernel`."""
    levels = level_numbers(specification, values)
    return draw_arms(specification, levels, n=len(values), n_trials=n_sequences, rng=rng)


def level_numbers(specification: Specification, values: Values) -> dict[str, Ints]:
    """
    For each factor the number of the level of each subject, as one row.

    Raises
    ------
    ProtocolError
        A value is no level of its factor; the message shows none.
    """
    for each in values:
        specification.check_values(each)
    return {
        factor.name: np.array([[factor.levels.index(each[factor.name]) for each in values]], dtype=np.int64)
        for factor in specification.factors
    }


def _allocate(specification: Specification, values: Values, secret: bytes) -> list[int]:
    numbers = {arm.name: number for number, arm in enumerate(specification.arms)}
    tallies: dict[str, Tally] = {}
    arms = []
    for each in values:
        stratum = specification.stratum_of(each)
        decision = decide(specification, secret, each, tallies.get(stratum) or first_tally(specification, stratum))
        tallies[stratum] = tally_after(decision)
        arms.append(numbers[decision.arm])
    return arms


def _numbers(specification: Specification, arms: Sequence[str]) -> Ints:
    names = [arm.name for arm in specification.arms]
    return np.array([names.index(arm) for arm in arms], dtype=np.int64)


def _each(statistic: Statistic, sequences: Ints) -> Floats:
    return np.array([statistic(arms) for arms in sequences], dtype=np.float64)


def _is_as_far(found: Floats, observed: float) -> NDArray[np.bool_]:
    """Whether each is at least as far from 0. What is no number (an empty arm, say) counts as far: never too small."""
    if not isfinite(observed):
        raise ValueError("the statistic of the arms as allocated is no number")
    return np.asarray(~(np.abs(found) < abs(observed) * (1 - _SAME)))
