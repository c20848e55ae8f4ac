"""Time-integrated activity from one measurement: a named method, and the error published for it beside the number.

Neither method sees how the activity fell in this patient, so the error of a single patient is not estimable from the
measurement: it stands in the result as it was published for groups, and `uncertainty` takes it as an argument.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, log

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.dosimetry.decay import ActivityUnit, convert_activity, find_activity_unit
from equipoise.errors import EquipoiseError, Fault


class SingleTimePointMethod(StrEnum):
    """Which published method made the number."""

    HAENSCHEID = "haenscheid"
    MADSEN = "madsen"


@dataclass(frozen=True)
class PublishedError:
    """What a publication found when it compared a method with several time points."""

    finding: str
    share_off_by_more_than_10_percent: float
    source: str


PUBLISHED_ERRORS = {
    SingleTimePointMethod.HAENSCHEID: PublishedError(
        "kidney values off by more than 10 %, of 500 simulated patients",
        0.20,
        "Devasia TP et al., quoted in EJNMMI Physics 2023;10, s40658-023-00530-1",
    ),
    SingleTimePointMethod.MADSEN: PublishedError(
        "kidney values off by more than 10 %, of 500 simulated patients",
        0.17,
        "Devasia TP et al., quoted in EJNMMI Physics 2023;10, s40658-023-00530-1",
    ),
}


@dataclass(frozen=True)
class SingleTimePointEstimate:
    """
    A time-integrated activity [MBq h] with the method, what went in, and the error published for the method.

    `half_life_h` is the half-life of the population that Madsen's method assumes, None for Haenscheid's. [h]
    """

    tia_mbq_h: float
    method: SingleTimePointMethod
    time_h: float
    half_life_h: float | None
    published_error: PublishedError


def compute_haenscheid_tia(*, time_h: float, activity: float, unit: str | None) -> Answer[SingleTimePointEstimate]:
    """
    Time-integrated activity by Haenscheid: TIA = A(t) 2 t / ln 2 [1]_. [MBq h]

    For a mono-exponential with x = t / T_eff the ratio to the truth is 2 x 2^-x: exact at x = 1 and 2, at most 1.0615
    too high between them, within 10 % for x from 0.764 to 2.437.

    References
    ----------
    .. [1] Hänscheid H, Lapa C, Buck AK, Lassmann M, Werner RA. Dose mapping after endoradiotherapy with
       177Lu-DOTATATE/DOTATOC by a single measurement after 4 days. J Nucl Med 2018;59:75-81.
    """
    mbq = _activity_mbq(time_h, activity, unit)
    if isinstance(mbq, NotEvaluable):
        return mbq
    return _answer(SingleTimePointMethod.HAENSCHEID, mbq.map(lambda a: a * 2 * time_h / log(2)), time_h, None)


def compute_madsen_tia(
    *, time_h: float, activity: float, unit: str | None, population_half_life_h: float
) -> Answer[SingleTimePointEstimate]:
    """
    Time-integrated activity by Madsen: TIA = A(t) 2^(t / Tp) Tp / ln 2 [1]_. [MBq h]

    Parameters
    ----------
    population_half_life_h
        Effective half-life that is assumed for the patient; the patient's own of cycle 1 is better. [h]

    References
    ----------
    .. [1] Madsen MT, Menda Y, O'Dorisio TM, O'Dorisio MS. Single time point dose estimate for exponential clearance.
       Med Phys 2018;45:2318-2324.
    """
    if not (isfinite(population_half_life_h) and population_half_life_h > 0):
        raise EquipoiseError(
            "Cannot estimate from one time point.",
            [
                Fault(
                    "population_half_life_h", "must be above 0", "Give the effective half-life of the population in h."
                )
            ],
        )
    mbq = _activity_mbq(time_h, activity, unit)
    if isinstance(mbq, NotEvaluable):
        return mbq
    factor = 2 ** (time_h / population_half_life_h) * population_half_life_h / log(2)
    return _answer(SingleTimePointMethod.MADSEN, mbq.map(lambda a: a * factor), time_h, population_half_life_h)


def _activity_mbq(time_h: float, activity: float, unit: str | None) -> Assessed[float] | NotEvaluable:
    seen = (Input(f"activity at {time_h:g} h", f"{activity:g} {unit or ''}".strip()),)
    found = find_activity_unit(unit)
    if isinstance(found, NotEvaluable):
        return NotEvaluable(found.why, found.because, seen, found.needs)
    if not (isfinite(time_h) and time_h > 0):
        return NotEvaluable(Why.IMPLAUSIBLE, f"the time {time_h:g} h is not after administration", seen)
    if not (isfinite(activity) and activity > 0):
        return NotEvaluable(Why.IMPLAUSIBLE, f"the activity at {time_h:g} h is not above 0", seen)
    return Assessed(activity * float(convert_activity(1, unit=found, to=ActivityUnit.MBQ)), seen, "")


def _answer(
    method: SingleTimePointMethod, tia: Assessed[float], time_h: float, half_life_h: float | None
) -> Assessed[SingleTimePointEstimate]:
    error = PUBLISHED_ERRORS[method]
    value = SingleTimePointEstimate(tia.value, method, time_h, half_life_h, error)
    sources = {
        SingleTimePointMethod.HAENSCHEID: "Hänscheid H et al. J Nucl Med 2018;59:75-81",
        SingleTimePointMethod.MADSEN: "Madsen MT et al. Med Phys 2018;45:2318-2324",
    }
    note = (
        f"one time point: {error.share_off_by_more_than_10_percent:.0%} of {error.finding} ({error.source}); "
        "how far off it is in this patient cannot be known from it"
    )
    return Assessed(value, tia.inputs, sources[method], (note,))
