"""One-time codes from an app as a second factor (TOTP, RFC 6238): six digits that change every 30 s.

Decides which code is right at a time. That a code is used once is kept in the log, as the time step of the last one.
Needs the extra `second-factor`.
"""

import base64
from datetime import UTC, datetime
from typing import Any

from equipoise.errors import Fault, RefusedError

SECRET_BYTES = 20
"""The length of the key that RFC 4226, section 4, recommends."""
STEPS_AROUND = 1
"""Steps before and after the present one whose code is taken, for clocks that differ (RFC 6238, section 5.2)."""


def make_secret(random_bytes: bytes) -> str:
    """The secret to be given to the app, in base 32, of `SECRET_BYTES` random bytes."""
    return base64.b32encode(random_bytes).decode("ascii")


def render_uri(secret: str, user: str, trial: str) -> str:
    """The address that an app reads from a picture."""
    return str(_totp(secret).provisioning_uri(name=user, issuer_name=trial))


def find_step(secret: str, code: str | None, now: datetime, last_step: int | None) -> int | None:
    """
    The time step that a code belongs to, None when the code is wrong, too old or used before.

    Parameters
    ----------
    secret : str
        In base 32.
    code : str or None
        As typed; blanks in it do not matter.
    now : datetime
        With a time zone.
    last_step : int or None
        The step of the last code used. A code of that step or an earlier one is refused (RFC 6238, section 5.2).

    Raises
    ------
    RefusedError
        The extra is not installed.
    """
    totp = _totp(secret)
    typed = "".join((code or "").split())
    if not typed.isascii():
        return None
    now_step = totp.timecode(now.astimezone(UTC))
    # Every code is compared, so that the time taken does not tell which one was near.
    right = [
        step
        for step in range(now_step - STEPS_AROUND, now_step + STEPS_AROUND + 1)
        if totp.verify(typed, for_time=step * totp.interval)
    ]
    return next((step for step in right if last_step is None or step > last_step), None)


def _totp(secret: str) -> Any:
    try:
        import pyotp
    except ImportError as error:
        do = "In the folder of the source: pip install '.[second-factor]'"
        fault = Fault("second factor", "needs a package that is not here", do)
        raise RefusedError("No one-time code can be checked.", [fault]) from error
    return pyotp.TOTP(secret)
