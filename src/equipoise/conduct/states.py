"""The states of a subject: two coupled machines, and the pairs in which they may stand together.

Decides which states exist, what each means, and which pairs are legal with their one word for people and their FHIR R5
state. How a subject gets from one to the other is `moves`; what is recorded although it should not have happened (a
visit after death) is a deviation and the business of others: nothing here decides what may be written down.
"""

from dataclasses import dataclass
from enum import StrEnum


class Participation(StrEnum):
    """How far a subject takes part. One episode: a second screening is a new episode linked to the same person."""

    IDENTIFIED = "identified"
    DECLINED = "declined"
    CONSENTED = "consented"
    SCREENING = "screening"
    SCREEN_FAILED = "screen-failed"
    ELIGIBLE = "eligible"
    RANDOMISED = "randomised"
    FOLLOW_UP = "follow-up"
    WITHDRAWN_FROM_PROCEDURES = "withdrawn-from-procedures"
    WITHDRAWN_FROM_ALL_CONTACT = "withdrawn-from-all-contact"
    LOST = "lost"
    DIED = "died"
    COMPLETED = "completed"
    OFF_STUDY = "off-study"

    @property
    def words(self) -> str:
        """The state for people; they write two of them with a hyphen."""
        is_one_word = self in (Participation.FOLLOW_UP, Participation.SCREEN_FAILED)
        return self.value if is_one_word else self.value.replace("-", " ")


class Treatment(StrEnum):
    """How far the allocated treatment has come.

    Withdrawal from treatment is `DISCONTINUED` here and leaves participation alone: follow-up continues. `ENDED` says
    that nothing more is to be given: all was given, or death came first.
    """

    NOT_ASSIGNED = "not-assigned"
    ASSIGNED = "assigned"
    ON_TREATMENT = "on-treatment"
    DISCONTINUED = "discontinued"
    ENDED = "ended"

    @property
    def words(self) -> str:
        """The state for people."""
        return self.value.replace("-", " ")


class FhirState(StrEnum):
    """The thirteen codes of ResearchSubject.progress.subjectState in FHIR R5."""

    CANDIDATE = "candidate"
    ELIGIBLE = "eligible"
    FOLLOW_UP = "follow-up"
    INELIGIBLE = "ineligible"
    NOT_REGISTERED = "not-registered"
    OFF_STUDY = "off-study"
    ON_STUDY = "on-study"
    ON_STUDY_INTERVENTION = "on-study-intervention"
    ON_STUDY_OBSERVATION = "on-study-observation"
    PENDING_ON_STUDY = "pending-on-study"
    POTENTIAL_CANDIDATE = "potential-candidate"
    SCREENING = "screening"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class SubjectState:
    """Where both machines stand.

    Any pair can be built, so that an illegal one can be spoken of; `is_legal` tells them apart.
    """

    participation: Participation
    treatment: Treatment

    @property
    def is_legal(self) -> bool:
        """Whether the two machines may stand together like this."""
        return self in PAIRS

    @property
    def label(self) -> str:
        """The state in one word or two, for people."""
        if self in PAIRS:
            return PAIRS[self].label
        return f"{self.participation.words} with treatment {self.treatment.words}"

    @property
    def masked_label(self) -> str:
        """The word for those who must not learn whether and when treatment took place."""
        return self.participation.words

    @property
    def is_allocated(self) -> bool:
        """Whether an arm has been assigned; once true, true for ever."""
        return self.treatment is not Treatment.NOT_ASSIGNED


@dataclass(frozen=True)
class PairWords:
    """What people and FHIR call a pair; `is_fhir_sure` is false where the published definition fits only roughly."""

    label: str
    fhir: FhirState
    is_fhir_sure: bool = True


P, T, F = Participation, Treatment, FhirState

# FHIR defines `withdrawn` as before registration, and `follow-up` as monitored without tests and procedures: after an
# allocation the kinds of withdrawal are therefore `follow-up` and `off-study` there.
PAIRS: dict[SubjectState, PairWords] = {
    SubjectState(P.IDENTIFIED, T.NOT_ASSIGNED): PairWords("identified", F.POTENTIAL_CANDIDATE),
    SubjectState(P.DECLINED, T.NOT_ASSIGNED): PairWords("declined", F.NOT_REGISTERED, is_fhir_sure=False),
    SubjectState(P.CONSENTED, T.NOT_ASSIGNED): PairWords("consented", F.CANDIDATE, is_fhir_sure=False),
    SubjectState(P.SCREENING, T.NOT_ASSIGNED): PairWords("screening", F.SCREENING),
    SubjectState(P.SCREEN_FAILED, T.NOT_ASSIGNED): PairWords("screen-failed", F.INELIGIBLE),
    SubjectState(P.ELIGIBLE, T.NOT_ASSIGNED): PairWords("eligible", F.ELIGIBLE),
    SubjectState(P.RANDOMISED, T.ASSIGNED): PairWords("randomised", F.ON_STUDY),
    SubjectState(P.RANDOMISED, T.ON_TREATMENT): PairWords("on treatment", F.ON_STUDY_INTERVENTION),
    SubjectState(P.RANDOMISED, T.DISCONTINUED): PairWords("treatment discontinued", F.ON_STUDY_OBSERVATION),
    SubjectState(P.RANDOMISED, T.ENDED): PairWords("treatment ended", F.ON_STUDY_OBSERVATION),
    SubjectState(P.FOLLOW_UP, T.DISCONTINUED): PairWords("follow-up", F.FOLLOW_UP),
    SubjectState(P.FOLLOW_UP, T.ENDED): PairWords("follow-up", F.FOLLOW_UP),
    SubjectState(P.WITHDRAWN_FROM_PROCEDURES, T.DISCONTINUED): PairWords("withdrawn from procedures", F.FOLLOW_UP),
    SubjectState(P.WITHDRAWN_FROM_PROCEDURES, T.ENDED): PairWords("withdrawn from procedures", F.FOLLOW_UP),
    SubjectState(P.WITHDRAWN_FROM_ALL_CONTACT, T.NOT_ASSIGNED): PairWords("withdrawn from all contact", F.WITHDRAWN),
    SubjectState(P.WITHDRAWN_FROM_ALL_CONTACT, T.DISCONTINUED): PairWords("withdrawn from all contact", F.OFF_STUDY),
    SubjectState(P.WITHDRAWN_FROM_ALL_CONTACT, T.ENDED): PairWords("withdrawn from all contact", F.OFF_STUDY),
    SubjectState(P.LOST, T.DISCONTINUED): PairWords("lost to follow-up", F.OFF_STUDY),
    SubjectState(P.LOST, T.ENDED): PairWords("lost to follow-up", F.OFF_STUDY),
    SubjectState(P.DIED, T.NOT_ASSIGNED): PairWords("died", F.OFF_STUDY, is_fhir_sure=False),
    SubjectState(P.DIED, T.DISCONTINUED): PairWords("died", F.OFF_STUDY),
    SubjectState(P.DIED, T.ENDED): PairWords("died", F.OFF_STUDY),
    SubjectState(P.COMPLETED, T.DISCONTINUED): PairWords("completed", F.OFF_STUDY),
    SubjectState(P.COMPLETED, T.ENDED): PairWords("completed", F.OFF_STUDY),
    SubjectState(P.OFF_STUDY, T.NOT_ASSIGNED): PairWords("off study", F.OFF_STUDY, is_fhir_sure=False),
    SubjectState(P.OFF_STUDY, T.DISCONTINUED): PairWords("off study", F.OFF_STUDY),
    SubjectState(P.OFF_STUDY, T.ENDED): PairWords("off study", F.OFF_STUDY),
}
"""Every legal pair, in the order of a subject's way."""

FIRST_STATE = SubjectState(P.IDENTIFIED, T.NOT_ASSIGNED)
"""Where every episode begins: a candidate whom pre-screening found."""
