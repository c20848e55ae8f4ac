"""Who sees which part of an event: masking as data.

An event is written in parts, each of one class. A class is what a key opens, so what a role may not see is not merely
hidden from its pages: it is not in what the role is given.
"""

from enum import StrEnum

from equipoise.conduct.roles import Role


class Visibility(StrEnum):
    """The class of a part of an event."""

    OPEN = "open"
    """Everyone in the trial: who did what to which subject number, and states that tell no arm."""
    IDENTITY = "identity"
    """Who a subject is. Each subject has a key of its own, which can be destroyed."""
    CLINICAL = "clinical"
    """Records and verdicts from before allocation."""
    ARM = "arm"
    """The arm of a subject."""
    TREATMENT = "treatment"
    """What gives an arm away: doses, operations and their days. Such events hide their header as well."""
    DECISION = "decision"
    """How an allocation was reached: place, counts, probabilities, draw. It would tell the next arm."""
    SECRET = "secret"
    """The secret of an allocation, its salt, and an imported list; nobody's until it is revealed."""
    CREDENTIALS = "credentials"
    """Password hashes and second factors; nobody's."""


class Reach(StrEnum):
    """For which subjects a role sees a class."""

    OWN_SITE = "own-site"
    ALL_SITES = "all-sites"


_SITE_STAFF = {
    Visibility.IDENTITY: Reach.OWN_SITE,
    Visibility.CLINICAL: Reach.OWN_SITE,
    Visibility.ARM: Reach.OWN_SITE,
    Visibility.TREATMENT: Reach.OWN_SITE,
}
SEEN: dict[Role, dict[Visibility, Reach]] = {
    Role.COORDINATOR: _SITE_STAFF,
    Role.INVESTIGATOR: _SITE_STAFF,
    Role.TREATING_TEAM: _SITE_STAFF,
    Role.MONITOR: _SITE_STAFF,
    Role.DATA_MANAGER: {Visibility.CLINICAL: Reach.ALL_SITES},
    Role.MASKED_READER: {},
    Role.MASKED_STATISTICIAN: {Visibility.CLINICAL: Reach.ALL_SITES},
    Role.UNMASKED_STATISTICIAN: {
        Visibility.CLINICAL: Reach.ALL_SITES,
        Visibility.ARM: Reach.ALL_SITES,
        Visibility.TREATMENT: Reach.ALL_SITES,
        Visibility.DECISION: Reach.ALL_SITES,
    },
    Role.ADMINISTRATOR: {},
}
"""Beside OPEN, which every role sees. The trial is open-label: a site knows the arms it was given, and no others'."""


def can_see(role: Role, visibility: Visibility, *, is_own_site: bool) -> bool:
    """Whether a role sees a class of part, for a subject of its own site or of another."""
    if visibility is Visibility.OPEN:
        return True
    reach = SEEN[role].get(visibility)
    return reach is Reach.ALL_SITES or (reach is Reach.OWN_SITE and is_own_site)
