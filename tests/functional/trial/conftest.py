"""A trial that is run by commands alone, on invented patients, with a clock that tests hold and cheap passwords."""

import contextlib
import io
import os
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from equipoise.cli import trial_door
from equipoise.cli.main import run
from equipoise.operations.office.credentials import LIMITS
from equipoise.operations.office.passwords import CHEAP_COST

PROTOCOL = Path(__file__).resolve().parents[2] / "office_protocol.yaml"
DAY = "2026-01-15"
START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
SITE = "leeds"
PEOPLE = {
    "cora": ("coordinator", SITE),
    "ines": ("investigator", SITE),
    "udo": ("unmasked-statistician", None),
    "mia": ("masked-statistician", None),
    "dan": ("data-manager", None),
}
VARIABLES = (
    "EQUIPOISE_TRIAL",
    "EQUIPOISE_PASSWORD",
    "EQUIPOISE_NEW_PASSWORD",
    "EQUIPOISE_SESSION",
    "EQUIPOISE_TRAINING_DAY",
)
"""What the environment may say to a command."""
ALLOCATION = """
arms: [{name: surgery, shares: 1}, {name: drug-then-surgery, shares: 1}]
method: {name: big-stick, limit: 3}
factors: [{name: ecog, levels: ["0", "1"]}]
stratify: [ecog]
"""


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def password_of(user: str) -> str:
    return f"a long sentence, number {sum(user.encode())}"


@dataclass
class Trial:
    """A trial folder, the people of the trial, and the commands that they give."""

    folder: Path
    now: datetime = START
    logged_in: str = ""
    passwords: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: object) -> Answer:
        """Give a command of `equipoise trial` in this trial, with the password of whoever is logged in."""
        os.environ["EQUIPOISE_TRIAL"] = str(self.folder)
        os.environ["EQUIPOISE_PASSWORD"] = self.passwords.get(self.logged_in, password_of(self.logged_in))
        return command("trial", *arguments)

    def does(self, *arguments: object) -> str:
        """The same, which must succeed; gives what it said."""
        answer = self(*arguments)
        assert answer.code == 0, answer.err
        return answer.out

    def is_refused(self, *arguments: object) -> str:
        """The same, which must be refused; gives why."""
        answer = self(*arguments)
        assert answer.code == 2, answer.out
        return answer.err

    def enter(self, user: str) -> None:
        self.logged_in = user
        self.does("login", user)

    def sign(self, *arguments: object) -> tuple[object, ...]:
        return (*arguments, "--signed-by", self.logged_in)

    def go_on(self, days: int) -> None:
        self.now += timedelta(days=days)

    def consented(self, number: int = 1, version: str = "first") -> str:
        subject = f"{SITE}-{number:04d}"
        self.enter("cora")
        self.does(*self.sign("consent", "--subject", subject, "--version", version, "--on", self.now.date()))
        return subject

    def screening(self, number: int = 1) -> str:
        subject = self.consented(number)
        self.does("record", "screening-started", "--subject", subject, "--on", self.now.date())
        return subject

    def eligible(self, number: int = 1) -> str:
        subject = self.screening(number)
        self.enter("ines")
        self.does(*self.sign("judge", "--subject", subject, "--confirm", "E1"))
        return subject

    def allocate(self, subject: str, *more: object) -> tuple[object, ...]:
        return self.sign("allocate", "--subject", subject, "--factor", "ecog=0", *more)


def command(*arguments: object) -> Answer:
    """Give any command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    code = left.value.code
    return Answer(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def _hold(patch: pytest.MonkeyPatch, trial: Trial, state: Path) -> None:
    patch.setattr(trial_door, "read_clock", lambda: trial.now)
    patch.setattr(trial_door, "limits", lambda: replace(LIMITS, cost=CHEAP_COST))
    patch.setenv("XDG_STATE_HOME", str(state))
    for name in VARIABLES:
        patch.setenv(name, "to be put back as it was, whatever a test sets")
        patch.delenv(name)


@pytest.fixture(scope="session")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented patients, their tables, and a screening of them on the day on which the trial begins."""
    return make_lists(tmp_path_factory.mktemp("lists"), PROTOCOL)


def make_lists(folder: Path, protocol: Path, patients: int = 60) -> Path:
    """Invent patients for a protocol, read them and screen them."""
    made, tables = folder / "invented", folder / "tables"
    common = ("--protocol", protocol, "--as-of", DAY)
    for arguments in (
        ("records", "invent", *common, "--patients", patients, "--out", made),
        ("records", "read", made / "records", "--attestations", made / "attestations.csv", "--out", tables),
        ("screen", *common, "--records", tables, "--out", folder / "screening"),
    ):
        assert command(*arguments).code == 0
    return folder


@pytest.fixture(scope="session")
def opened_trial(tmp_path_factory: pytest.TempPathFactory, lists: Path) -> Path:
    """A trial with its people and candidates, and nothing frozen; to be copied, never used."""
    return open_trial(tmp_path_factory.mktemp("trial"), lists, PROTOCOL)


def open_trial(folder: Path, lists: Path, protocol: Path) -> Path:
    """Set a trial up by commands, with its people and candidates; gives its folder."""
    trial = Trial(folder / "trial", logged_in="ada")
    with pytest.MonkeyPatch.context() as patch:
        _hold(patch, trial, folder / "state")
        names = ("--admin", "ada", "--name", "Ada Example", "--site", f"{SITE}=Leeds General Infirmary")
        trial.does("init", "--protocol", protocol, *names)
        trial.enter("ada")
        for user, (role, site) in PEOPLE.items():
            patch.setenv("EQUIPOISE_NEW_PASSWORD", "given by ada for a day")
            where = () if site is None else ("--site", site)
            trial.does("people", "add", user, "--name", f"{user.title()} Example", "--role", role, *where)
        for user in PEOPLE:
            trial.passwords[user] = "given by ada for a day"
            trial.enter(user)
            patch.setenv("EQUIPOISE_NEW_PASSWORD", password_of(user))
            trial.does("password")
            del trial.passwords[user]
        trial.enter("cora")
        where = ("--screening", lists / "screening", "--records", lists / "tables", "--site", SITE)
        trial.does("candidates", *where, "--group", "in")
    return trial.folder


@pytest.fixture
def unfrozen(opened_trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A trial of the test's own, with candidates and people, whose allocation is not frozen."""
    return own_copy(opened_trial, tmp_path, monkeypatch)


def own_copy(opened_trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A copy of a trial that a test may change, with the clock held."""
    folder = tmp_path / "trial"
    shutil.copytree(opened_trial, folder)
    trial = Trial(folder)
    _hold(monkeypatch, trial, tmp_path / "state")
    return trial


@pytest.fixture
def trial(unfrozen: Trial, tmp_path: Path) -> Trial:
    """The same with a frozen allocation, stratified by a factor `ecog` of two levels."""
    freeze(unfrozen, tmp_path)
    return unfrozen


def freeze(trial: Trial, folder: Path) -> str:
    """Freeze the allocation of these tests; gives what the command said."""
    file = folder / "allocation.yaml"
    file.write_text(ALLOCATION, encoding="utf-8")
    trial.enter("udo")
    planned = ("--planned-n", 60, "--out", folder / "commitment.json")
    return trial.does(*trial.sign("freeze", "--allocation", file, *planned))
