"""The roles of a trial office.

Decides their names. What a role may do or see beyond owning a move of a subject is the business of operations.
"""

from enum import StrEnum


class Role(StrEnum):
    """A part that a person plays in one trial; a person may play several."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    TREATING_TEAM = "treating-team"
    MASKED_READER = "masked-reader"
    MASKED_STATISTICIAN = "masked-statistician"
    UNMASKED_STATISTICIAN = "unmasked-statistician"
    MONITOR = "monitor"
    DATA_MANAGER = "data-manager"
    ADMINISTRATOR = "administrator"
