"""Where the command puts store and operations together: the folder opened, the clock, the session, what a person types.

Decides where a session's token and an unanswered request are kept (the state folder of the person, never the trial's
folder), and in which order a password is looked for. It is never an argument: the list of processes shows those.
"""

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getpass
from importlib.metadata import version as installed_version
from pathlib import Path

import typer

from equipoise.cli.errors import note_writing
from equipoise.cli.trial_clock import set_training_clock, tell_of_leap
from equipoise.cli.usage import WrongUseError
from equipoise.conduct.roles import Role
from equipoise.errors import EquipoiseError, Fault, RefusedError
from equipoise.operations.office.credentials import LIMITS, Components, Limits
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Person, Session, Site
from equipoise.operations.office.sessions import recognise
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.setting_up import read_rules
from equipoise.store.folder import TrialFolder, open_folder, read_folder
from equipoise.store.log import TrialStore

PASSWORD_VARIABLE, SESSION_VARIABLE = "EQUIPOISE_PASSWORD", "EQUIPOISE_SESSION"
_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,100}")
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class Caller:
    """What a person says of themselves at the command: in which role, and with what they sign."""

    role: Role | None = None
    site: str | None = None
    signed_by: str | None = None
    password_file: Path | None = None
    code: str | None = None


def read_clock() -> datetime:
    """The server's time; tests hold it here."""
    return datetime.now(UTC)


def limits() -> Limits:
    """How many failures lock, and what a hash costs; tests make it cheap here, and nobody else can."""
    return LIMITS


def software() -> str:
    """Name and version of the program, as each event holds it."""
    return f"equipoise {installed_version('equipoise')}"


@contextmanager
def opened_store(path: Path) -> Iterator[tuple[TrialFolder, TrialStore]]:
    """The folder of a trial and its store with the clock that it lives by, for what needs no person."""
    store = open_folder(path, clock=read_clock, random_bytes=os.urandom, software=software())
    try:
        set_training_clock(store)
        yield read_folder(path), store
    finally:
        store.close()


class _NotingStore:
    """A store that lets the command know when something may have been written."""

    def __init__(self, store: TrialStore) -> None:
        self._store = store

    @contextmanager
    def writing(self) -> Iterator[Desk]:
        note_writing()
        with self._store.writing() as desk:
            yield desk

    def reading(self) -> AbstractContextManager[View]:
        return self._store.reading()


@contextmanager
def opened(path: Path, caller: Caller) -> Iterator[tuple[Door, TrialFolder, TrialStore]]:
    """
    The door to a trial for the person whose session is open.

    Raises
    ------
    RefusedError, EquipoiseError
        There is no session, or the trial cannot be opened.
    """
    with opened_store(path) as (folder, store):
        token = read_token(path)
        with store.reading() as view:
            who = _recognise(view, token, store.clock(), caller)
            sites = [site.id for site in view.find(Site)]
        rules = read_rules(folder.protocol, sites)
        typist = _Typist(store, who.user, who.session, caller)
        noting = _NotingStore(store)
        yield Door(noting, who, store.clock, os.urandom, rules, typist.ask_to_sign, limits()), folder, store


def _recognise(view: View, token: str, now: datetime, caller: Caller) -> Who:
    try:
        return recognise(view, token, now, role=caller.role, site=caller.site)
    except RefusedError as error:
        raise tell_of_leap(error) from error


@dataclass(frozen=True)
class _Typist:
    """Shows what is signed, and gets what the person types to sign it."""

    store: TrialStore
    user: str
    session: str
    caller: Caller

    def ask_to_sign(self, meaning: str, statement: str) -> Components:
        self._check_own_name()
        typer.echo(f"You sign: {statement}\n  It means: {meaning}", err=True)
        with self.store.reading() as view:
            session, person = view.get(Session, self.session), view.get(Person, self.user)
        is_first = session is None or session.first_signed_seq is None
        user = self.caller.signed_by
        if user is None and is_first and is_terminal():
            user = typer.prompt("User name", err=True)
        password = read_password("Password", self.caller.password_file)
        code = self.caller.code
        if code is None and is_first and person is not None and person.second_factor_seq is not None and is_terminal():
            code = typer.prompt("Code of your app", err=True)
        return Components(password, user, code)

    def _check_own_name(self) -> None:
        """Somebody else's name is a slip at a shared desk: told here, it does not count as a failed signature."""
        given = self.caller.signed_by
        if given is not None and given.strip().lower() != self.user:
            do = f"Sign as {self.user}, or log in first as the one who signs: equipoise trial login"
            fault = Fault(f"--signed-by {given}", f"the session open here is that of {self.user}", do)
            raise EquipoiseError("Nothing was signed, and nothing was written.", [fault])


def is_terminal() -> bool:
    """Whether a person sits at the other side."""
    return sys.stdin.isatty()


def read_password(prompt: str, file: Path | None, variable: str = PASSWORD_VARIABLE) -> str:
    """
    A password: from the file named, else from the environment, else typed without echo.

    Raises
    ------
    EquipoiseError
        There is none of the three.
    """
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            fault = Fault(str(file), "no password can be read from it", "Name a file that holds the password alone.")
            raise WrongUseError(fault) from error
    if variable in os.environ:
        return os.environ[variable]
    if is_terminal():
        return getpass(f"{prompt}: ")
    do = f"Call it on a terminal, or give a password file, or set {variable}."
    raise WrongUseError(Fault("password", "is needed and there is nobody to ask", do))


def read_new_password(prompt: str, file: Path | None, variable: str) -> str:
    """A password to be set; typed twice where it is typed."""
    first = read_password(prompt, file, variable)
    is_typed = file is None and variable not in os.environ
    if is_typed and getpass("The same again: ") != first:
        raise WrongUseError(Fault("password", "was not typed the same twice", "Try again."))
    return first


def check_terminal(why: str) -> None:
    """Raise unless a person sits at a terminal."""
    if not is_terminal():
        fault = Fault("terminal", f"there is none, and {why}", "Call the command on a terminal.")
        raise WrongUseError(fault)


def read_token(trial: Path) -> str:
    """
    The token of the session that is open here.

    Raises
    ------
    EquipoiseError
        There is none.
    """
    if SESSION_VARIABLE in os.environ:
        return os.environ[SESSION_VARIABLE]
    try:
        return _token_file(trial).read_text(encoding="ascii").strip()
    except OSError as error:
        do = "Log in: equipoise trial login USER"
        raise EquipoiseError("Nobody is logged in.", [Fault("session", "there is none for this trial", do)]) from error


def keep_token(trial: Path, token: str) -> Path:
    """Keep a token for the commands that follow, readable by its owner only."""
    return _write_private(_token_file(trial), token)


def drop_token(trial: Path) -> None:
    """Forget the token."""
    _token_file(trial).unlink(missing_ok=True)


def request_of(trial: Path, subject: str, given: str | None) -> str:
    """
    The key of a request to allocate: the one given, or that of a request without an answer, or a new one.

    It is kept before anything is asked, so that after a crash the same command gives the answer, or asks once more,
    and never allocates twice. One that is given is the person's to keep: mistyped and kept, it would be asked with for
    ever.

    Raises
    ------
    EquipoiseError
        What is given can be no key.
    """
    if given is not None:
        if not _REQUEST.fullmatch(given):
            fault = Fault("--request", "is no key of a request", "Give it as it was told, or leave it out.")
            raise WrongUseError(fault)
        return given
    path = _request_file(trial, subject)
    kept = path.read_text(encoding="ascii", errors="replace").strip() if path.is_file() else ""
    key = kept if _REQUEST.fullmatch(kept) else os.urandom(16).hex()
    _write_private(path, key)
    return key


def drop_request(trial: Path, subject: str) -> None:
    """Forget a request that was answered."""
    _request_file(trial, subject).unlink(missing_ok=True)


def _state_folder() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "equipoise"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _token_file(trial: Path) -> Path:
    return _state_folder() / "sessions" / f"{_mark(str(trial.resolve()))}.token"


def _request_file(trial: Path, subject: str) -> Path:
    return _state_folder() / "requests" / f"{_mark(f'{trial.resolve()}/{subject}')}.key"


def _write_private(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
    return path
