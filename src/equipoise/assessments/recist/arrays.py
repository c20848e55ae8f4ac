"""Response at visits for many subjects at once: arrays in, arrays out, equal to `judge_visits`.

Diameters are whole micrometres, so every limit is compared exactly. What a scalar finding can say and an array cannot
(parts, merging, surgery, contradictions, confirmation of an equivocal lesion) is settled before: a merged lesion is 0
and gone with its whole, a split one the sum of its parts, a conflict not assessed, a new lesion confirmed since its
first sight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.assessments.recist.categories import Disease, Response, combine_responses
from equipoise.assessments.recist.lesions import NORMAL_NODE_BELOW_MM
from equipoise.assessments.recist.policy import CompleteThenPartial, NodeAfterComplete, PartialThenLess, Policy
from equipoise.assessments.recist.visits import LEAST_RISE_MM
from equipoise.errors import EquipoiseError, Fault

CODES = tuple(Response)
"""What a response code stands for: its place here."""
CODE = {response: np.int8(place) for place, response in enumerate(CODES)}
_UM = 1000
_NODE_UM = int(NORMAL_NODE_BELOW_MM * _UM)
_RISE_UM = int(LEAST_RISE_MM * _UM)
_DISEASES = tuple(Disease)
_NEVER = np.iinfo(np.int64).min // 4

Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]
Lengths = NDArray[np.int64]


@dataclass(frozen=True)
class SubjectArrays:
    """
    Visits of many subjects; S subjects, V visits, the baseline first, and L targets.

    Attributes
    ----------
    diameters
        (S, V, L) diameter of each target: 5 mm when too small to measure, 0 when absent. [um]
    is_assessed
        (S, V, L) whether there is one.
    is_target
        (S, L) whether the subject has this target.
    is_node
        (S, L) whether it is a node.
    non_target
        (S, V) response of the non-targets as a place in `CODES`; NED at baseline where there are none. A non-nodal
        lesion that is back after a complete response is PD here already, as by `judge_non_targets`.
    has_new
        (S, V) whether a new lesion is unequivocal.
    is_visit
        (S, V) whether the visit took place.
    day
        (S, V) last day of the visit, from any origin. [d]
    """

    diameters: Lengths
    is_assessed: Flags
    is_target: Flags
    is_node: Flags
    non_target: Codes
    has_new: Flags
    is_visit: Flags
    day: NDArray[np.int64]


@dataclass(frozen=True)
class ResponseArrays:
    """
    Responses as places in `CODES`, sums and nadirs in micrometres; all (S, V).

    The baseline and visits that did not take place are NE. A sum with a target missing is -1, and so is the nadir
    without a baseline sum.
    """

    target: Codes
    overall: Codes
    sums: Lengths
    nadirs: Lengths


def to_micrometres(diameters_mm: NDArray[np.float64]) -> Lengths:
    """Round diameters in mm to whole micrometres, half to even, so that limits are compared exactly."""
    return np.rint(np.asarray(diameters_mm, dtype=np.float64) * _UM).astype(np.int64)


def judge_visits_of_all(subjects: SubjectArrays, *, policy: Policy) -> ResponseArrays:
    """
    Response of targets and overall at every visit of every subject.

    The same rules as `judge_visits`, one pass over the visits for all subjects together.

    Raises
    ------
    EquipoiseError
        Shapes that do not fit, or a negative diameter that counts as assessed.
    """
    _check(subjects)
    n, visits, _ = subjects.diameters.shape
    is_known = subjects.is_assessed & subjects.is_target[:, None, :] & subjects.is_visit[:, :, None]
    sizes = np.where(is_known, subjects.diameters, 0)
    is_complete = np.all(is_known | ~subjects.is_target[:, None, :], axis=2) & subjects.is_visit
    sums = sizes.sum(axis=2)
    is_present = is_known & (sizes >= np.where(subjects.is_node, _NODE_UM, 1)[:, None, :])
    has_targets = np.any(subjects.is_target, axis=1)
    base = sums[:, 0]
    has_base = has_targets & is_complete[:, 0] & np.all((sizes[:, 0] > 0) | ~subjects.is_target, axis=1)
    target = np.full((n, visits), CODE[Response.NE])
    overall = target.copy()
    nadirs = np.full((n, visits), -1, dtype=np.int64)
    state = _State(np.where(has_base, base, -1), np.zeros(n, bool), np.full(n, _NEVER), np.full(n, _NEVER))
    tables = _make_tables()
    disease = np.where(has_targets, 0, np.where(subjects.non_target[:, 0] != CODE[Response.NED], 1, 2))
    for visit in range(1, visits):
        here = subjects.is_visit[:, visit]
        nadirs[:, visit] = np.where(here, state.nadir, -1)
        at_visit = _AtVisit(sums[:, visit], is_complete[:, visit], is_present[:, visit], subjects.day[:, visit])
        judged = _judge_targets(at_visit, subjects.is_node, base, state, policy)
        target[:, visit] = np.where(here & has_base, judged, CODE[Response.NE])
        part = np.where(has_targets, target[:, visit], CODE[Response.NE])
        combined = tables[disease, part, subjects.non_target[:, visit], subjects.has_new[:, visit].astype(np.int8)]
        if (combined[here] < 0).any():
            raise EquipoiseError(
                "The arrays of subjects do not fit.",
                [Fault("non_target", f"at visit {visit} a response that non-targets cannot have", "Give another.")],
            )
        overall[:, visit] = np.where(here, combined, CODE[Response.NE])
        state.remember(at_visit, target[:, visit], overall[:, visit], here & has_base)
    return ResponseArrays(target, overall, np.where(is_complete & has_targets[:, None], sums, -1), nadirs)


@dataclass(frozen=True)
class _AtVisit:
    """One visit of all subjects: sum (S), whether it is complete (S), which targets are there (S, L), day (S)."""

    sums: Lengths
    is_complete: Flags
    is_present: Flags
    day: NDArray[np.int64]


@dataclass
class _State:
    """What earlier visits leave behind; days of partial responses are _NEVER where there was none."""

    nadir: Lengths
    had_complete: Flags
    first_partial: NDArray[np.int64]
    last_partial: NDArray[np.int64]

    def remember(self, visit: _AtVisit, target: Codes, overall: Codes, counts: Flags) -> None:
        """Take in one visit."""
        lower = counts & visit.is_complete
        self.nadir = np.where(lower, np.minimum(self.nadir, visit.sums), self.nadir)
        self.had_complete = self.had_complete | (overall == CODE[Response.CR])
        responds = counts & ((target == CODE[Response.CR]) | (target == CODE[Response.PR]))
        ends = counts & ((target == CODE[Response.PD]) | (target == CODE[Response.SD]))
        self.first_partial = np.where(responds & (self.first_partial == _NEVER), visit.day, self.first_partial)
        self.last_partial = np.where(responds, visit.day, self.last_partial)
        self.first_partial = np.where(ends, _NEVER, self.first_partial)
        self.last_partial = np.where(ends, _NEVER, self.last_partial)


def _judge_targets(visit: _AtVisit, is_node: Flags, base: Lengths, state: _State, policy: Policy) -> Codes:
    """Response of the targets at one visit; the conditions stand in the order in which they decide."""
    counts_nodes = policy.node_after_complete is NodeAfterComplete.AT_10_MM
    is_strict = state.had_complete & (policy.complete_then_partial is not CompleteThenPartial.WAS_PARTIAL)
    is_back = is_strict & (visit.is_present & (counts_nodes | ~is_node)).any(axis=1)
    rise = visit.sums - state.nadir
    progressed = (5 * visit.sums >= 6 * state.nadir) & (rise >= _RISE_UM)
    was_partial = state.first_partial > _NEVER
    if policy.must_confirm:
        was_partial = was_partial & (state.last_partial - state.first_partial >= policy.confirmed_after_days)
    continues = was_partial & (policy.partial_then_less is PartialThenLess.CONTINUES)
    return np.select(
        [
            visit.is_complete & ~visit.is_present.any(axis=1),
            is_back,
            progressed,
            ~visit.is_complete,
            10 * visit.sums <= 7 * base,
            continues,
        ],
        [CODE[word] for word in (Response.CR, Response.PD, Response.PD, Response.NE, Response.PR, Response.PR)],
        default=CODE[Response.SD],
    )


def _make_tables() -> Codes:
    """The published tables as one array: disease, targets, non-targets, new lesion; -1 where no row fits."""
    tables = np.full((len(_DISEASES), len(CODES), len(CODES), 2), np.int8(-1))
    for place, disease in enumerate(_DISEASES):
        for target in CODES:
            for non_target in CODES:
                for new in (False, True):
                    try:
                        response = combine_responses(
                            target=target, non_target=non_target, has_new_lesion=new, disease=disease
                        )
                    except EquipoiseError:
                        continue
                    tables[place, CODE[target], CODE[non_target], int(new)] = CODE[response]
    return tables


def _check(subjects: SubjectArrays) -> None:
    """Refuse arrays that do not fit each other."""
    n, visits, lesions = subjects.diameters.shape
    shapes = {
        "is_assessed": (n, visits, lesions),
        "is_target": (n, lesions),
        "is_node": (n, lesions),
        "non_target": (n, visits),
        "has_new": (n, visits),
        "is_visit": (n, visits),
        "day": (n, visits),
    }
    faults = [
        Fault(name, f"has shape {getattr(subjects, name).shape}", f"Give {shape}.")
        for name, shape in shapes.items()
        if getattr(subjects, name).shape != shape
    ]
    if not faults and bool((subjects.diameters[subjects.is_assessed] < 0).any()):
        faults.append(Fault("diameters", "one is negative", "Mark it as not assessed."))
    if faults:
        raise EquipoiseError("The arrays of subjects do not fit.", faults)
