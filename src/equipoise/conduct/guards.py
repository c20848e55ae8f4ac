"""What must hold before a subject moves, as names with words.

Decides the names. Whether a guard holds is asked by operations, which see records, consents, signatures and gates;
`moves` says which move needs which.
"""

from enum import Enum


class Guard(Enum):
    """A condition of a move; the value is what it says to a person, `id` the name that stays when words change."""

    TRIAL_NOT_LOCKED = "the trial is not locked"
    CONSENT_VERSION_VALID = "subject and staff signed the protocol version approved on the day of the signature"
    CONSENT_AFTER_EARLIER_ONE = "it is later than the consent in force, or of the same day on another version"
    CONSENT_ON_CURRENT_VERSION = "the consent in force is on the version in force today"
    CONSENT_IN_FORCE = "the consent in force is on an approved version and was not withdrawn"
    CONSENT_BEFORE_PROCEDURES = "the consent is earlier than any study procedure"
    FAILED_CRITERIA_RECORDED = "each failed criterion, or the window that ran out, is recorded"
    ALL_CRITERIA_TRUE = "every criterion of the version consented to passes, none is open, none is waived"
    ASSUMPTIONS_CONFIRMED = "what was assumed from absence is confirmed by name"
    INVESTIGATOR_SIGNED = "an investigator signed"
    ELIGIBILITY_OUT_OF_WINDOW = "a value on which the eligibility rests has left its window"
    ELIGIBILITY_IN_WINDOW = "no value on which the eligibility rests has left its window"
    NEVER_ALLOCATED = "the subject has no allocation"
    ALLOCATION_COMMITTED = "the allocation is committed in the same transaction"
    GATE_PASSED = "the gate of this cycle or operation is open: not closed, not unknown"
    EARLIER_TREATMENT_OVER = "what the arm gives before has ended or was stopped"
    PLANNED_TREATMENT_GIVEN = "everything the arm plans was given"
    SUBJECT_NAMED_EXTENT = "the subject said what is withdrawn from; data are kept up to that day"
    CONTACT_ATTEMPTS_DOCUMENTED = "the attempts that the protocol asks for are documented"
    CONTACT_DOCUMENTED = "a contact with the subject is documented"
    DEATH_DOCUMENTED = "a source for the death and its day is documented"
    REGISTRY_AGREED = "the subject agreed that survival is followed by registry"
    PLANNED_FOLLOW_UP_DONE = "everything the follow-up plans was done, or the planned end of the study was reached"
    EARLIER_STATE_NAMED = "the correction names a state in which the subject stood before"
    ALLOCATION_STANDS = "the correction leaves the allocation as it is"

    @property
    def id(self) -> str:
        """The name for tables and logs."""
        return self.name.lower().replace("_", "-")
