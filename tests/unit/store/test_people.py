"""People on the databases themselves: what they prove themselves with is in no file, and the log gives them back."""

from pathlib import Path

import pyotp
import pytest
from tests.office_people import QUICK, Office, password_of
from tests.office_store import Clock
from tests.store_world import make_store, opened

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Entry
from equipoise.operations.office.people import set_second_factor
from equipoise.operations.office.rows import ROWS, Person, Session
from equipoise.operations.office.second_factor import make_secret
from equipoise.operations.office.sessions import NOBODY, login
from equipoise.operations.office.signing import sign
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.store.rebuild import rebuild

SECRET = make_secret(b"12345678901234567890")


def _live(office):
    """A person who sets a second factor, fails, logs in and signs a copy; the token of the last session."""
    mo = office.add("mo", Role.DATA_MANAGER)
    code = pyotp.TOTP(SECRET).at(office.clock())
    set_second_factor(office.store, mo, Components(password_of("mo")), secret=SECRET, code=code, limits=QUICK)
    for user in ("mo", "nobody.here"):
        with pytest.raises(RefusedError):
            login(office.store, user, Components("not his password"), limits=QUICK)
    office.go_on(minutes=1)
    given = Components(password_of("mo"), "mo", pyotp.TOTP(SECRET).at(office.clock()))
    sign(office.store, mo, given, act=Act.LOCK, statement="All data are final.", limits=QUICK)
    with office.store.writing() as desk:
        write(desk, Entry(Act.RENEW_SESSION, "mo", mo.role, {}, session=mo.session))
    office.go_on(minutes=1)
    given = Components(password_of("mo"), second_factor=pyotp.TOTP(SECRET).at(office.clock()))
    return login(office.store, "mo", given, limits=QUICK).token


@pytest.fixture
def office(any_url):
    clock = Clock()
    with opened(make_store(any_url, clock=clock)) as store:
        yield Office(store, clock)


def test_people_come_back_from_the_log_on_either_database(office):
    _live(office)
    with office.store.reading() as view:
        before = [view.find(row) for row in ROWS]
    rebuild(office.store)
    with office.store.reading() as view:
        assert [view.find(row) for row in ROWS] == before
        assert view.get(Person, "mo").second_factor_seq is not None
        assert len(view.find(Session, user="mo", is_open=True)) == 2


def test_an_attempt_at_the_door_is_read_back_without_a_role(office):
    _live(office)
    with office.store.reading() as view:
        refused = [event for event in view.events() if event.entry.act is Act.REFUSE_SESSION]
    assert [(event.entry.user, event.entry.role) for event in refused] == [("mo", None), (NOBODY, None)]


def test_no_password_hash_token_or_secret_stands_in_a_file(tmp_path):
    clock = Clock()
    with opened(make_store(f"sqlite:///{tmp_path / 'trial.db'}", clock=clock)) as store:
        office = Office(store, clock)
        token = _live(office)
        with store.reading() as view:
            kept = view.event(view.get(Person, "mo").credentials_seq).new("password_hash", Visibility.CREDENTIALS)
    files = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        for secret in (password_of("mo"), "not his password", kept, "argon2", token, SECRET):
            assert secret.encode() not in content, path.name
