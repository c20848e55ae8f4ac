"""The re-randomisation test of a trial: its own frozen allocation draws the arms again, from a seed that the cut gives.

Decides what is drawn and from which seed. The statistic comes from the analysis, the rule from `allocation`.
"""

import hashlib

import numpy as np

from equipoise.allocation.rerandomisation import compute_p_value, redraw_on_arrays
from equipoise.allocation.specification import Specification
from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.facts import SubjectFacts, TrialFacts
from equipoise.analysis.running.comparisons import Redraw, Redrawn, Statistic
from equipoise.errors import ProtocolError
from equipoise.operations.office.freezing import MAIN
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Cut, Scheme
from equipoise.operations.office.visibility import Visibility

SEED_BYTES = 8


def make_redraw(view: View, cut: Cut, facts: TrialFacts) -> Redraw | None:
    """
    How the arms of a cut are drawn again; None when no allocation is frozen.

    For those alone who see arms and decisions: the rule tells block sizes.
    """
    scheme = view.get(Scheme, MAIN)
    if scheme is None:
        return None
    content = view.event(scheme.frozen_seq).new("specification", Visibility.DECISION)
    specification = Specification.from_json(content)
    # Subjects are numbered at identification; what an allocation depends on is the order in which they were allocated.
    order = sorted(facts.subjects, key=lambda each: each.entries[0])
    values = [dict(view.event(each.entries[0]).new("values") or {}) for each in order]

    def redraw(analysis: str, draws: int, statistic: Statistic) -> Redrawn | NotEstimable:
        seed = seed_of(cut, analysis)
        rng = np.random.Generator(np.random.PCG64(int(seed, 16)))
        try:
            sequences = redraw_on_arrays(specification, values, n_sequences=draws, rng=rng)
        except ProtocolError as error:
            return NotEstimable(" ".join(str(error).split()))
        return _place(specification, order, sequences, statistic, seed)

    return redraw


def seed_of(cut: Cut, analysis: str) -> str:
    """The seed of an analysis at a cut, in hexadecimal: the same for ever, and nobody's choice."""
    return hashlib.sha256(f"{cut.last_hash}/{cut.cut_on}/{analysis}".encode()).hexdigest()[: 2 * SEED_BYTES]


def _place(
    specification: Specification,
    order: list[SubjectFacts],
    sequences: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    statistic: Statistic,
    seed: str,
) -> Redrawn | NotEstimable:
    """The statistic of the arms as allocated among those drawn."""
    names = [arm.name for arm in specification.arms]
    subjects = [each.subject for each in order]
    actual = np.array([[names.index(each.arm) for each in order]], dtype=np.int64)
    observed = float(statistic(subjects, names, actual)[0])
    if not np.isfinite(observed):
        return NotEstimable("the arms were never at risk together on a day that tells them apart")
    found = statistic(subjects, names, sequences)
    return Redrawn(observed, compute_p_value(observed, found), len(found), seed)
