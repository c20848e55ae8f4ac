"""The clock of a command on a trial: the server's, or, where a trial is for training, one set to the day practised.

A trial that lasts a year is practised in an afternoon by naming the day. The log says whether a trial is for training,
so nothing that a person types can move the clock of a live one, and every event written by such a clock says so.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import typer

from equipoise.cli.usage import WrongUseError
from equipoise.errors import EquipoiseError, Fault, RefusedError
from equipoise.operations.office.setting_up import TRAINING
from equipoise.store.faults import StoreError
from equipoise.store.log import TOLERANCE, TrialStore

TRAINING_VARIABLE = "EQUIPOISE_TRAINING_DAY"
TRAINING_MARK = " (training clock)"
"""Ends the name of the software in the header of every event that was written by a training clock."""
Clock = Callable[[], datetime]


def training_day() -> date | None:
    """
    The day that the environment sets the clock to, None when it sets none.

    Raises
    ------
    EquipoiseError
        What it holds is no day.
    """
    text = os.environ.get(TRAINING_VARIABLE, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise WrongUseError(Fault(TRAINING_VARIABLE, "is no day", "Write it as 2027-03-01.")) from error


def clock_and_software(read_clock: Clock, software: str, *, is_live: bool) -> tuple[Clock, str]:
    """
    By which clock a trial lives, and what its events name as the software.

    Raises
    ------
    EquipoiseError
        The environment sets a day, and the trial is live.
    """
    day = training_day()
    if day is None:
        return read_clock, software
    if is_live:
        do = f"Take it away: unset {TRAINING_VARIABLE}. To practise, set up a trial without --live."
        what = "sets the clock of a trial for training, and this one is live"
        raise EquipoiseError("Nothing was done.", [Fault(TRAINING_VARIABLE, what, do)])
    return lambda: datetime.combine(day, read_clock().timetz()), software + TRAINING_MARK


def set_training_clock(store: TrialStore) -> None:
    """
    Let a store live by the training clock where the environment names a day, and tell the person what time it is.

    Raises
    ------
    EquipoiseError
        The trial is live, or the time lies before the last event.
    """
    if training_day() is None:
        with suppress(StoreError):  # A damaged log is told by the verb that was asked for.
            _say_if_practised(store)
        return
    with store.reading() as view:
        is_training = view.event(1).new("kind") == TRAINING
        _, _, last_at = store.head(view)
    store.clock, store.software = clock_and_software(store.clock, store.software, is_live=not is_training)
    now = store.clock()
    if last_at is not None and last_at - now > TOLERANCE:
        what = f"the time would be {now:%Y-%m-%d %H:%M} UTC, before the last event ({last_at:%Y-%m-%d %H:%M})"
        do = "Time only goes on: name a later day."
        raise EquipoiseError("Nothing was done.", [Fault(TRAINING_VARIABLE, what, do)])
    _say(f"Training clock: {now:%Y-%m-%d %H:%M} UTC")


def _say_if_practised(store: TrialStore) -> None:
    """Who forgot to name the day would else read that the server's clock was set back."""
    with store.reading() as view:
        seq, _, last_at = store.head(view)
        if last_at is None or last_at - store.clock() <= TOLERANCE:
            return
        if view.event(seq).software.endswith(TRAINING_MARK):
            _say(f"This trial is practised by a training clock, at {last_at:%Y-%m-%d}: set {TRAINING_VARIABLE}.")


def tell_of_leap(error: RefusedError) -> RefusedError:
    """A refusal for want of a session, with the reason that practising gives: who goes on by a day is logged out."""
    if training_day() is None or all(fault.where != "session" for fault in error.faults):
        return error
    what = "sessions live by it, so after a leap to another day everybody logs in again"
    return RefusedError(error.message, [*error.faults, Fault("training clock", what)])


def _say(text: str) -> None:
    typer.echo(text, err=True)
