"""Electronic signatures: two components at the first signing of a session, the password at each further one.

Follows 21 CFR 11.50 (name, time and meaning are part of it), 11.70 (it lives in the event it signs and names the
sentence that was read) and 11.200(a)(1)(i) (all components at the first signing of a session). Whether a session has
signed is a column that the log gives, no state of this program. `writing.write` refuses an event without the
signature its act needs; the act itself compares `statement` with what it is about to do.
"""

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import LIMITS, Components, Limits, prove
from equipoise.operations.office.event import Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Store

__all__ = ["Components", "sign"]


def sign(store: Store, who: Who, given: Components, *, act: Act, statement: str, limits: Limits = LIMITS) -> Signature:
    """
    Sign a statement for an act, at the door and before the act opens its desk.

    Checks the password outside of any transaction; a wrong one is an event and counts towards the lock-out.

    Parameters
    ----------
    store : Store
        No desk may be open: a failure is written at one of its own, and stays whatever comes of the act.
    who : Who
        The person, in the session in which the act will be written.
    given : Components
        At the first signature of a session user name, password and, where one is set, the second factor; later the
        password. The first is over when an event with a signature was written.
    act : Act
        What is signed; its line in `ACTS` gives the meaning.
    statement : str
        The sentence that the person read. It should name the thing and its state.
    limits : Limits
        How many failures lock for how long, and the cost of hashing.

    Returns
    -------
    Signature
        To be written within `writing.SIGNATURE_HOLDS`; that each is written once is for the door, which asks each time.

    Raises
    ------
    RefusedError
        The components are wrong or not enough, the user is locked, or the act needs no signature.
    """
    meaning = ACTS[act].meaning
    if meaning is None:
        raise RefusedError("Nothing was signed.", [Fault(f"act {act}", "is not one that is signed")])
    at, components = prove(store, who, given, act, limits, only_password_once_signed=True)
    return Signature(who.user, who.name, who.role, meaning, statement, at, components)
