"""Electronic signatures: two components at the first signing of a session, the password at each further one.

Follows 21 CFR 11.50 (name, time and meaning are part of it), 11.70 (it lives in the event it signs and names the
sentence that was read) and 11.200(a)(1)(i) (all components at the first signing of a session). Whether a session has
signed is a column that the log gives, no state of this program. `writing.write` refuses an event without the
signature its act needs; the act itself compares `statement` with what it is about to do.
"""

from dataclasses import dataclass, field

from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Store


@dataclass(frozen=True)
class Components:
    """What a person gives to sign: the password, at the first signing of a session also user name and second factor."""

    password: str = field(repr=False)
    user: str | None = None
    second_factor: str | None = field(default=None, repr=False)


def sign(store: Store, who: Who, given: Components, *, act: Act, statement: str) -> Signature:
    """
    Sign a statement for an act, at the door and before the act opens its desk.

    Checks the password outside of any transaction; a wrong one is an event and counts towards the lock-out.

    Raises
    ------
    RefusedError
        The components are wrong or not enough, the user is locked, or the act needs no signature.
    """
    raise NotImplementedError
