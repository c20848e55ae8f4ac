"""Response by RECIST 1.1: lesions of a reader go in; response at visits, best response and progression come out.

`judge_visits` is the middle of it; what goes in is a `Reading`, what a protocol must say is a `Policy`.
"""

from equipoise.assessments.recist.arrays import ResponseArrays, SubjectArrays, judge_visits_of_all
from equipoise.assessments.recist.best import (
    BestResponse,
    DatedResponse,
    Progression,
    date_responses,
    find_last_evaluable,
    find_progression,
    judge_best_response,
)
from equipoise.assessments.recist.categories import Disease, Response, combine_responses
from equipoise.assessments.recist.cytoreduction import (
    Basis,
    Cytoreduction,
    Margin,
    compute_cytoreduction,
    judge_cytoreduction,
)
from equipoise.assessments.recist.krenning import UptakeCount, count_uptake, judge_uptake
from equipoise.assessments.recist.lesions import (
    Finding,
    Lesion,
    Measurability,
    Method,
    Reading,
    Role,
    Scan,
    State,
    judge_measurability,
)
from equipoise.assessments.recist.new_lesions import NewLesions
from equipoise.assessments.recist.policy import (
    PUBLISHED,
    CompleteThenPartial,
    CompleteThenStable,
    NodeAfterComplete,
    PartialThenLess,
    Policy,
)
from equipoise.assessments.recist.readers import AdjudicationRule, Settling, adjudicate, separate_readers
from equipoise.assessments.recist.series import check_reading
from equipoise.assessments.recist.surgery import (
    AroundSurgery,
    FirstSeenAfter,
    Surgery,
    SurgeryRule,
    judge_around_surgery,
)
from equipoise.assessments.recist.targets import check_targets, propose_targets
from equipoise.assessments.recist.visits import VisitResponse, find_disease, judge_visits, name_response

__all__ = [
    "PUBLISHED",
    "AdjudicationRule",
    "AroundSurgery",
    "Basis",
    "BestResponse",
    "CompleteThenPartial",
    "CompleteThenStable",
    "Cytoreduction",
    "DatedResponse",
    "Disease",
    "Finding",
    "FirstSeenAfter",
    "Lesion",
    "Margin",
    "Measurability",
    "Method",
    "NewLesions",
    "NodeAfterComplete",
    "PartialThenLess",
    "Policy",
    "Progression",
    "Reading",
    "Response",
    "ResponseArrays",
    "Role",
    "Scan",
    "Settling",
    "State",
    "SubjectArrays",
    "Surgery",
    "SurgeryRule",
    "UptakeCount",
    "VisitResponse",
    "adjudicate",
    "check_reading",
    "check_targets",
    "combine_responses",
    "compute_cytoreduction",
    "count_uptake",
    "date_responses",
    "find_disease",
    "find_last_evaluable",
    "find_progression",
    "judge_around_surgery",
    "judge_best_response",
    "judge_cytoreduction",
    "judge_measurability",
    "judge_uptake",
    "judge_visits",
    "judge_visits_of_all",
    "name_response",
    "propose_targets",
    "separate_readers",
]
