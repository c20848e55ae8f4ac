"""Every move of a subject as data: from where, to where, what must hold, who owns it, what it leaves in the standards.

Decides the table. `lifecycle` walks it, `diagram` draws it, operations ask the guards. An act that the table does not
know is not thereby kept out of the record: what happened is recorded, and called a deviation, elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from equipoise.conduct import traces
from equipoise.conduct.guards import Guard
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, Treatment
from equipoise.conduct.traces import Milestone, SdtmTrace


class Machine(StrEnum):
    """Which of the two machines a move drives."""

    PARTICIPATION = "participation"
    TREATMENT = "treatment"


class Move(StrEnum):
    """What is done to move a subject; `words` says it to people."""

    DECLINE = "decline"
    CONSENT = "consent"
    RENEW_CONSENT = "renew-consent"
    START_SCREENING = "start-screening"
    FAIL_SCREENING = "fail-screening"
    JUDGE_ELIGIBLE = "judge-eligible"
    EXPIRE_ELIGIBILITY = "expire-eligibility"
    RANDOMISE = "randomise"
    START_TREATMENT = "start-treatment"
    CONTINUE_TREATMENT = "continue-treatment"
    END_TREATMENT = "end-treatment"
    DISCONTINUE_TREATMENT = "discontinue-treatment"
    WITHDRAW_FROM_TREATMENT = "withdraw-from-treatment"
    WITHDRAW_FROM_PROCEDURES = "withdraw-from-procedures"
    WITHDRAW_FROM_ALL_CONTACT = "withdraw-from-all-contact"
    ENTER_FOLLOW_UP = "enter-follow-up"
    LOSE = "lose"
    FIND = "find"
    DIE = "die"
    COMPLETE = "complete"
    LEAVE_STUDY = "leave-study"
    CORRECT = "correct"

    @property
    def words(self) -> str:
        """The move for people, after "cannot" and "possible now"."""
        return MOVE_WORDS.get(self, self.value.replace("-", " "))


MOVE_WORDS: dict[Move, str] = {
    Move.EXPIRE_ELIGIBILITY: "let the eligibility expire",
    Move.ENTER_FOLLOW_UP: "enter follow-up",
    Move.LOSE: "record as lost",
    Move.FIND: "record as found",
    Move.DIE: "record a death",
    Move.COMPLETE: "complete the study",
    Move.LEAVE_STUDY: "leave the study",
}
"""Where the value of a move does not read well."""


@dataclass(frozen=True)
class Transition:
    """
    One line of the table: `move` takes the machine from any of `sources` to `target`.

    `guards` must hold, besides those of every move (`COMMON_GUARDS`). `owners` are the roles one of which makes the
    move. `needs_reason`: the move is refused without one.
    """

    move: Move
    sources: tuple[Participation, ...] | tuple[Treatment, ...]
    target: Participation | Treatment
    guards: tuple[Guard, ...]
    owners: tuple[Role, ...]
    needs_reason: bool = False
    sdtm: SdtmTrace | None = None
    milestone: Milestone | None = None

    @property
    def machine(self) -> Machine:
        """The machine that this line drives."""
        return Machine.PARTICIPATION if isinstance(self.target, Participation) else Machine.TREATMENT


@dataclass(frozen=True)
class Coupling:
    """What a move of participation does to treatment: from any of `sources` to `target`, any other state stays."""

    move: Move
    sources: tuple[Treatment, ...]
    target: Treatment
    because: str


M, P, T, G = Move, Participation, Treatment, Guard
SITE = (Role.COORDINATOR, Role.INVESTIGATOR)
DOCTOR = (Role.INVESTIGATOR,)
TREATERS = (Role.TREATING_TEAM, Role.INVESTIGATOR)
ANYONE_THERE = (Role.COORDINATOR, Role.INVESTIGATOR, Role.TREATING_TEAM)

COMMON_GUARDS = (G.TRIAL_NOT_LOCKED,)
"""What must hold for every move, corrections included."""

CORRECTION_GUARDS = (G.EARLIER_STATE_NAMED, G.ALLOCATION_STANDS, G.INVESTIGATOR_SIGNED)
"""What must hold for a correction. It is no line of the table: any state may turn out to have been an error."""

CORRECTION_OWNERS = DOCTOR
"""The sponsor's people may question what an investigator recorded; they do not alter it (ICH E6(R3))."""

_RENEWED = (G.CONSENT_VERSION_VALID, G.CONSENT_AFTER_EARLIER_ONE)
_DOSE = (G.CONSENT_IN_FORCE, G.GATE_PASSED, G.EARLIER_TREATMENT_OVER)
_NOT_BEGUN_OR_ON = (T.ASSIGNED, T.ON_TREATMENT)
_BEFORE_ALLOCATION = (P.CONSENTED, P.SCREENING, P.ELIGIBLE)

# A subject owes nobody a reason for withdrawing, so none is demanded there; one that is offered is recorded.
TRANSITIONS: tuple[Transition, ...] = (
    Transition(M.DECLINE, (P.IDENTIFIED,), P.DECLINED, (), SITE),
    Transition(
        M.CONSENT,
        (P.IDENTIFIED,),
        P.CONSENTED,
        (G.CONSENT_VERSION_VALID, G.CONSENT_BEFORE_PROCEDURES),
        SITE,
        sdtm=traces.CONSENT_OBTAINED,
    ),
    Transition(M.RENEW_CONSENT, (P.CONSENTED,), P.CONSENTED, _RENEWED, SITE, sdtm=traces.CONSENT_AGAIN),
    # A judgement holds for one version: on a new one it is made again, so an eligible subject is in screening.
    Transition(M.RENEW_CONSENT, (P.SCREENING, P.ELIGIBLE), P.SCREENING, _RENEWED, SITE, sdtm=traces.CONSENT_AGAIN),
    Transition(M.RENEW_CONSENT, (P.RANDOMISED,), P.RANDOMISED, _RENEWED, SITE, sdtm=traces.CONSENT_AGAIN),
    Transition(M.RENEW_CONSENT, (P.FOLLOW_UP,), P.FOLLOW_UP, _RENEWED, SITE, sdtm=traces.CONSENT_AGAIN),
    Transition(M.START_SCREENING, (P.CONSENTED,), P.SCREENING, (G.CONSENT_IN_FORCE, G.CONSENT_BEFORE_PROCEDURES), SITE),
    # Nobody who has not consented is in DS: a candidate who drops out of the list leaves no trace there.
    Transition(
        M.FAIL_SCREENING, (P.IDENTIFIED,), P.SCREEN_FAILED, (G.FAILED_CRITERIA_RECORDED,), SITE, needs_reason=True
    ),
    Transition(
        M.FAIL_SCREENING,
        _BEFORE_ALLOCATION,
        P.SCREEN_FAILED,
        (G.FAILED_CRITERIA_RECORDED,),
        DOCTOR,
        needs_reason=True,
        sdtm=traces.SCREEN_FAILURE,
        milestone=Milestone.SCREENED,
    ),
    Transition(
        M.JUDGE_ELIGIBLE,
        (P.SCREENING,),
        P.ELIGIBLE,
        (
            G.CONSENT_IN_FORCE,
            G.CONSENT_ON_CURRENT_VERSION,
            G.ALL_CRITERIA_TRUE,
            G.ASSUMPTIONS_CONFIRMED,
            G.INVESTIGATOR_SIGNED,
        ),
        DOCTOR,
        sdtm=traces.CRITERIA_MET,
        milestone=Milestone.SCREENED,
    ),
    Transition(M.EXPIRE_ELIGIBILITY, (P.ELIGIBLE,), P.SCREENING, (G.ELIGIBILITY_OUT_OF_WINDOW,), SITE),
    Transition(
        M.RANDOMISE,
        (P.ELIGIBLE,),
        P.RANDOMISED,
        (
            G.CONSENT_IN_FORCE,
            G.CONSENT_ON_CURRENT_VERSION,
            G.ALL_CRITERIA_TRUE,
            G.ELIGIBILITY_IN_WINDOW,
            G.ASSUMPTIONS_CONFIRMED,
            G.INVESTIGATOR_SIGNED,
            G.NEVER_ALLOCATED,
            G.ALLOCATION_COMMITTED,
        ),
        SITE,
        sdtm=traces.RANDOMIZED,
        milestone=Milestone.RANDOMIZED,
    ),
    Transition(M.START_TREATMENT, (T.ASSIGNED,), T.ON_TREATMENT, _DOSE, TREATERS, sdtm=traces.TREATMENT_RECORD),
    Transition(M.CONTINUE_TREATMENT, (T.ON_TREATMENT,), T.ON_TREATMENT, _DOSE, TREATERS, sdtm=traces.TREATMENT_RECORD),
    Transition(
        M.END_TREATMENT, (T.ON_TREATMENT,), T.ENDED, (G.PLANNED_TREATMENT_GIVEN,), TREATERS, sdtm=traces.COMPLETED
    ),
    Transition(
        M.DISCONTINUE_TREATMENT,
        _NOT_BEGUN_OR_ON,
        T.DISCONTINUED,
        (),
        TREATERS,
        needs_reason=True,
        sdtm=traces.TERM_OF_THE_REASON,
    ),
    Transition(
        M.WITHDRAW_FROM_TREATMENT,
        _NOT_BEGUN_OR_ON,
        T.DISCONTINUED,
        (G.SUBJECT_NAMED_EXTENT,),
        ANYONE_THERE,
        sdtm=traces.WITHDRAWAL_BY_SUBJECT,
    ),
    Transition(
        M.WITHDRAW_FROM_PROCEDURES,
        (P.RANDOMISED, P.FOLLOW_UP),
        P.WITHDRAWN_FROM_PROCEDURES,
        (G.SUBJECT_NAMED_EXTENT,),
        SITE,
        sdtm=traces.WITHDRAWAL_BY_SUBJECT,
    ),
    Transition(
        M.WITHDRAW_FROM_ALL_CONTACT,
        (*_BEFORE_ALLOCATION, P.RANDOMISED, P.FOLLOW_UP, P.WITHDRAWN_FROM_PROCEDURES, P.LOST),
        P.WITHDRAWN_FROM_ALL_CONTACT,
        (G.SUBJECT_NAMED_EXTENT,),
        SITE,
        sdtm=traces.WITHDRAWAL_BY_SUBJECT,
    ),
    Transition(M.ENTER_FOLLOW_UP, (P.RANDOMISED,), P.FOLLOW_UP, (), SITE),
    # Not from withdrawn-from-procedures: found again, such a subject would stand in follow-up, procedures included.
    Transition(
        M.LOSE,
        (P.RANDOMISED, P.FOLLOW_UP),
        P.LOST,
        (G.CONTACT_ATTEMPTS_DOCUMENTED,),
        SITE,
        sdtm=traces.LOST_TO_FOLLOW_UP,
    ),
    Transition(M.FIND, (P.LOST,), P.FOLLOW_UP, (G.CONTACT_DOCUMENTED,), SITE),
    Transition(M.DIE, (P.IDENTIFIED,), P.DIED, (G.DEATH_DOCUMENTED,), SITE),
    Transition(
        M.DIE,
        (*_BEFORE_ALLOCATION, P.RANDOMISED, P.FOLLOW_UP, P.WITHDRAWN_FROM_PROCEDURES, P.LOST),
        P.DIED,
        (G.DEATH_DOCUMENTED,),
        ANYONE_THERE,
        sdtm=traces.DEATH,
    ),
    Transition(
        M.DIE,
        (P.WITHDRAWN_FROM_ALL_CONTACT,),
        P.DIED,
        (G.DEATH_DOCUMENTED, G.REGISTRY_AGREED),
        SITE,
        sdtm=traces.DEATH,
    ),
    Transition(M.COMPLETE, (P.FOLLOW_UP,), P.COMPLETED, (G.PLANNED_FOLLOW_UP_DONE,), SITE, sdtm=traces.COMPLETED),
    Transition(
        M.LEAVE_STUDY,
        (*_BEFORE_ALLOCATION, P.RANDOMISED, P.FOLLOW_UP, P.WITHDRAWN_FROM_PROCEDURES, P.LOST),
        P.OFF_STUDY,
        (),
        DOCTOR,
        needs_reason=True,
        sdtm=traces.TERM_OF_THE_REASON,
    ),
)
"""Every move, in the order of a subject's way. A source that equals the target is an act that changes no state."""

COUPLINGS: tuple[Coupling, ...] = (
    Coupling(M.RANDOMISE, (T.NOT_ASSIGNED,), T.ASSIGNED, "an allocation assigns an arm"),
    Coupling(
        M.WITHDRAW_FROM_PROCEDURES,
        _NOT_BEGUN_OR_ON,
        T.DISCONTINUED,
        "no treatment is given without the tests that make it safe",
    ),
    Coupling(
        M.WITHDRAW_FROM_ALL_CONTACT,
        _NOT_BEGUN_OR_ON,
        T.DISCONTINUED,
        "no treatment is given without meeting the subject",
    ),
    Coupling(
        M.LOSE, _NOT_BEGUN_OR_ON, T.DISCONTINUED, "who cannot be reached is not treated; found, they are followed"
    ),
    Coupling(M.LEAVE_STUDY, _NOT_BEGUN_OR_ON, T.DISCONTINUED, "off study, nothing of the trial is given"),
    # Not "discontinued": stopping while alive is what an analysis counts as an intercurrent event, death is another.
    Coupling(M.DIE, _NOT_BEGUN_OR_ON, T.ENDED, "death ends what was not discontinued before"),
)
"""How participation drives treatment; treatment never drives participation."""
