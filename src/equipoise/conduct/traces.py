"""What a move leaves in a dataset after SDTM and in a FHIR R5 ResearchSubject.

Decides the words of both standards that the moves use. Terms of DS are from the CDISC controlled terminology: code list
C66727 (completion, and reasons why there was none) and C114118 (protocol milestones). Milestones are codes of FHIR R5.
The FHIR state belongs to a pair of states and stands in `states`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Milestone(StrEnum):
    """The codes of FHIR R5 that our moves reach; the third, SignedUp, comes before any assessment and is not ours."""

    SCREENED = "Screened"
    RANDOMIZED = "Randomized"


class DsCategory(StrEnum):
    """DSCAT: whether a record of DS is a milestone or an end."""

    MILESTONE = "PROTOCOL MILESTONE"
    DISPOSITION = "DISPOSITION EVENT"


@dataclass(frozen=True)
class SdtmTrace:
    """The domain with its term; `is_sure` is false where we did not find the standard to say it in so many words."""

    term: str
    category: DsCategory | None = None
    domain: str = "DS"
    is_sure: bool = True

    def __str__(self) -> str:
        return f"{self.domain} {self.term}".strip() + ("" if self.is_sure else " (unsure)")


def _milestone(term: str) -> SdtmTrace:
    return SdtmTrace(term, DsCategory.MILESTONE)


def _disposition(term: str) -> SdtmTrace:
    return SdtmTrace(term, DsCategory.DISPOSITION)


CONSENT_OBTAINED = _milestone("INFORMED CONSENT OBTAINED")
CRITERIA_MET = _milestone("ELIGIBILITY CRITERIA MET")
RANDOMIZED = _milestone("RANDOMIZED")
SCREEN_FAILURE = _disposition("SCREEN FAILURE")
WITHDRAWAL_BY_SUBJECT = _disposition("WITHDRAWAL BY SUBJECT")
LOST_TO_FOLLOW_UP = _disposition("LOST TO FOLLOW-UP")
DEATH = _disposition("DEATH")
COMPLETED = _disposition("COMPLETED")
TERM_OF_THE_REASON = _disposition("the term of the reason")
TREATMENT_RECORD = SdtmTrace("", domain="EX, PR")
CONSENT_AGAIN = SdtmTrace("INFORMED CONSENT OBTAINED", DsCategory.MILESTONE, is_sure=False)
"""DS holds one record a version; that a further version is a further record is our reading."""
