"""What every request at a door brings with it: the trial, the person, the time, and the way to ask for a signature.

Decides nothing about acts. A door makes one `Door` for each request; how it asks a person to sign (a prompt, a form)
is its own business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import LIMITS, Components, Limits
from equipoise.operations.office.days import today_at
from equipoise.operations.office.event import Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Store, View
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.signing import sign

Clock = Callable[[], datetime]
RandomBytes = Callable[[int], bytes]
AskToSign = Callable[[str, str], Components]
"""Shows meaning and statement to the person, and gives what they type to sign them."""


@dataclass(frozen=True)
class Door:
    """
    One request of one person.

    Parameters
    ----------
    clock
        The server's time, in UTC.
    ask_to_sign
        Called at most once, after everything else was found right.
    """

    store: Store
    who: Who
    clock: Clock
    random_bytes: RandomBytes
    rules: Rules
    ask_to_sign: AskToSign
    limits: Limits = LIMITS

    @property
    def today(self) -> date:
        """The day of the server's clock, in UTC: of what concerns the trial as a whole."""
        return self.clock().date()

    def today_at(self, view: View, site: str | None) -> date:
        """The day at a site: that for which is judged, released and recorded there."""
        return today_at(view, site, self.clock())

    def sign(self, act: Act, statement: str) -> Signature:
        """
        Let the person read and sign a statement for an act.

        Raises
        ------
        RefusedError
            What they type does not prove who they are.
        """
        given = self.ask_to_sign(ACTS[act].meaning or "", statement)
        return sign(self.store, self.who, given, act=act, statement=statement, limits=self.limits)
