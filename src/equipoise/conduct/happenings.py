"""What can have happened to a subject, in the words in which it is recorded, and the move that each is.

Decides the words. Consent, judgement, allocation and correction are acts of their own and are not among them.
"""

from enum import StrEnum

from equipoise.conduct.moves import Move


class Happening(StrEnum):
    """Something that happened to a subject."""

    DECLINED = "declined"
    SCREENING_STARTED = "screening-started"
    SCREENING_FAILED = "screening-failed"
    TREATMENT_DISCONTINUED = "treatment-discontinued"
    WITHDREW_FROM_TREATMENT = "withdrew-from-treatment"
    WITHDREW_FROM_PROCEDURES = "withdrew-from-procedures"
    WITHDREW_FROM_ALL_CONTACT = "withdrew-from-all-contact"
    FOLLOW_UP_ENTERED = "follow-up-entered"
    LOST = "lost"
    FOUND = "found"
    DIED = "died"
    COMPLETED = "completed"
    LEFT_STUDY = "left-study"


MOVES: dict[Happening, Move] = {
    Happening.DECLINED: Move.DECLINE,
    Happening.SCREENING_STARTED: Move.START_SCREENING,
    Happening.SCREENING_FAILED: Move.FAIL_SCREENING,
    Happening.TREATMENT_DISCONTINUED: Move.DISCONTINUE_TREATMENT,
    Happening.WITHDREW_FROM_TREATMENT: Move.WITHDRAW_FROM_TREATMENT,
    Happening.WITHDREW_FROM_PROCEDURES: Move.WITHDRAW_FROM_PROCEDURES,
    Happening.WITHDREW_FROM_ALL_CONTACT: Move.WITHDRAW_FROM_ALL_CONTACT,
    Happening.FOLLOW_UP_ENTERED: Move.ENTER_FOLLOW_UP,
    Happening.LOST: Move.LOSE,
    Happening.FOUND: Move.FIND,
    Happening.DIED: Move.DIE,
    Happening.COMPLETED: Move.COMPLETE,
    Happening.LEFT_STUDY: Move.LEAVE_STUDY,
}
