"""When no rule is made: the ways in which a stretch of text is not certain."""


class NotCertain(Exception):
    """A stretch of text of which no rule can be made with certainty; the message says why, for the reviewer."""


class NotAPhrase(NotCertain):
    """The stretch does not stand alone: a cut beside it was wrong, or it is a clause with a verb of its own."""


class AskedOfAPerson(NotCertain):
    """The stretch says something that only a person can decide; the message says what."""
