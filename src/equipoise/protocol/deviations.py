"""How much a deviation from a protocol matters: the one set of words, for who reports, classes, lists and analyses.

Decides the words. Who may use them, and what follows, is for others.
"""

from enum import StrEnum


class DeviationClass(StrEnum):
    """
    How much a deviation matters.

    `IMPORTANT`: it may affect the rights, safety or well-being of a subject, or how complete, accurate and reliable the
    data are; ICH E3 and E6(R3) have no other word and know no major ones. `ENTERED_IN_ERROR`: nothing of the kind
    took place; it was raised by an entry that has been corrected since.
    """

    MINOR = "minor"
    IMPORTANT = "important"
    ENTERED_IN_ERROR = "entered-in-error"
