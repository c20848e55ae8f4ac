"""All rules by which questions are found. Of two that overlap and reach equally far, the first gives the reason."""

from equipoise.authoring.freetext.questions.person import ABILITY, COMPLIANCE, CONSENT, JUDGEMENT, WILLINGNESS
from equipoise.authoring.freetext.questions.trial import CONTEXT, FUTURE, NO_CRITERION, OTHER_TRIAL, PREGNANCY, VAGUE

ALL_RULES = (
    *CONSENT,
    *JUDGEMENT,
    *ABILITY,
    *WILLINGNESS,
    *COMPLIANCE,
    *FUTURE,
    *CONTEXT,
    *OTHER_TRIAL,
    *PREGNANCY,
    *VAGUE,
    *NO_CRITERION,
)
