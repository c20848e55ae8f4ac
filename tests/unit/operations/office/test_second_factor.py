"""One-time codes. Expected codes: RFC 6238, appendix B, SHA-1; of the eight digits there the last six."""

import builtins
import hmac
import struct
from datetime import UTC, datetime, timedelta

import pytest
from tests.office_people import QUICK, password_of

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Entry
from equipoise.operations.office.people import change_password, remove_second_factor, set_second_factor
from equipoise.operations.office.rows import Person
from equipoise.operations.office.second_factor import find_step, make_secret, render_uri
from equipoise.operations.office.sessions import login
from equipoise.operations.office.signing import sign

SECRET = make_secret(b"12345678901234567890")
RFC_6238 = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def _at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def _code(now, secret=b"12345678901234567890"):
    """What the app shows: RFC 4226, section 5.3, written again; the first test holds it against the table as well."""
    digest = hmac.digest(secret, struct.pack(">Q", int(now.timestamp()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_the_codes_are_those_of_the_standard(seconds, code):
    assert find_step(SECRET, code, _at(seconds), None) == seconds // 30
    assert _code(_at(seconds)) == code


@pytest.mark.parametrize("typed", ["287 082", " 287082 "])
def test_blanks_in_a_code_do_not_matter(typed):
    assert find_step(SECRET, typed, _at(59), None) == 1


@pytest.mark.parametrize("typed", [None, "", "287083", "28708", "0287082", "code", "٢٨٧٠٨٢", "２８７０８２", "\udcff"])
def test_a_wrong_code_is_of_no_step(typed):
    assert find_step(SECRET, typed, _at(59), None) is None


def test_a_code_is_taken_one_step_before_and_after_its_own():
    # 1111111111 s is in the step from 1111111110 s on; with the one before and the one after that makes 90 s.
    around = range(1111111000, 1111111300)
    taken = [seconds for seconds in around if find_step(SECRET, "050471", _at(seconds), None) == 1111111110 // 30]
    assert taken == list(range(1111111080, 1111111170))


def test_a_code_of_the_last_step_used_or_an_earlier_one_is_refused():
    assert find_step(SECRET, "287082", _at(59), 0) == 1
    assert find_step(SECRET, "287082", _at(59), 1) is None
    assert find_step(SECRET, "287082", _at(59), 2) is None


def test_the_address_for_the_app_names_trial_and_user():
    assert render_uri(SECRET, "ana", "nct05610826") == (
        f"otpauth://totp/nct05610826:ana?secret={SECRET}&issuer=nct05610826"
    )


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **more):
        if name == "pyotp":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RefusedError, match=r"pip install '\.\[second-factor\]'"):
        find_step(SECRET, "287082", _at(59), None)


@pytest.fixture
def ana(office):
    """An investigator who has just set a second factor; her code of that minute is used."""
    who = office.add("ana", Role.INVESTIGATOR, "leeds")
    code = _code(office.clock())
    set_second_factor(office.store, who, Components(password_of("ana")), secret=SECRET, code=code, limits=QUICK)
    return who


def _login(office, code):
    return login(office.store, "ana", Components(password_of("ana"), second_factor=code), limits=QUICK)


def test_login_needs_password_and_code(office, ana):
    office.go_on(minutes=2)
    code = _code(office.clock())
    for wrong in (None, "000000" if code != "000000" else "000001"):
        with pytest.raises(RefusedError, match="user name, password or second factor is not right"):
            _login(office, wrong)
    with pytest.raises(RefusedError, match="user name, password or second factor is not right"):
        login(office.store, "ana", Components("not her password", second_factor=code), limits=QUICK)
    assert _login(office, code).token


def test_a_code_opens_one_session_and_no_second(office, ana):
    office.go_on(minutes=2)
    code = _code(office.clock())
    _login(office, code)
    with pytest.raises(RefusedError, match="No session was opened"):
        _login(office, code)


def test_the_code_that_set_the_factor_opens_nothing(office, ana):
    with pytest.raises(RefusedError, match="No session was opened"):
        _login(office, _code(office.clock()))


def test_a_code_used_at_the_door_does_not_sign(office, ana):
    office.go_on(minutes=2)
    code = _code(office.clock())
    _login(office, code)
    given = Components(password_of("ana"), user="ana", second_factor=code)
    with pytest.raises(RefusedError, match="password or second factor is wrong"):
        sign(office.store, ana, given, act=Act.JUDGE, statement="S-1 is eligible.", limits=QUICK)


def test_the_first_signature_needs_the_code_and_spends_it(office, ana):
    office.go_on(minutes=2)
    code = _code(office.clock())
    first = Components(password_of("ana"), user="ana")
    with pytest.raises(RefusedError, match="second factor: is set for this user and was not given"):
        sign(office.store, ana, first, act=Act.JUDGE, statement="S-1 is eligible.", limits=QUICK)
    given = Components(password_of("ana"), user="ana", second_factor=code)
    signature = sign(office.store, ana, given, act=Act.JUDGE, statement="S-1 is eligible.", limits=QUICK)
    assert signature.components == 3
    assert office.acts()[-1] is Act.USE_SECOND_FACTOR
    with pytest.raises(RefusedError, match="No session was opened"):
        _login(office, code)


def test_later_signatures_need_no_code_but_a_change_of_password_does(office, ana):
    office.go_on(minutes=2)
    given = Components(password_of("ana"), user="ana", second_factor=_code(office.clock()))
    first = sign(office.store, ana, given, act=Act.JUDGE, statement="S-1 is eligible.", limits=QUICK)
    with office.store.writing() as desk:
        signed = Entry(Act.RENEW_SESSION, "ana", ana.role, {}, session=ana.session, signature=first)
        desk.append(signed)
    again = Components(password_of("ana"))
    assert sign(office.store, ana, again, act=Act.JUDGE, statement="So is S-2.", limits=QUICK).components == 1
    with pytest.raises(RefusedError, match="second factor: is set for this user and was not given"):
        new = "eight swans and a sledge"
        change_password(office.store, ana, again, new=new, random=office.random, limits=QUICK)


def test_a_secret_that_the_app_does_not_have_is_not_set(office):
    who = office.add("ben", Role.COORDINATOR, "york")
    with pytest.raises(RefusedError, match="code: is not that of this secret now"):
        set_second_factor(office.store, who, Components(password_of("ben")), secret=SECRET, code="none", limits=QUICK)
    assert office.row(Person, "ben").second_factor_seq is None


def test_a_second_factor_is_replaced_with_a_code_of_the_old_one_only(office, ana):
    office.go_on(minutes=2)
    new = make_secret(b"09876543210987654321")
    new_code = _code(office.clock(), b"09876543210987654321")
    with pytest.raises(RefusedError, match="second factor: is set for this user and was not given"):
        set_second_factor(office.store, ana, Components(password_of("ana")), secret=new, code=new_code, limits=QUICK)
    given = Components(password_of("ana"), second_factor=_code(office.clock()))
    set_second_factor(office.store, ana, given, secret=new, code=new_code, limits=QUICK)
    office.go_on(minutes=2)
    assert _login(office, _code(office.clock(), b"09876543210987654321")).token


def test_an_administrator_removes_a_lost_one_and_says_why(office, ana):
    with pytest.raises(RefusedError, match="reason: is missing"):
        with office.store.writing() as desk:
            remove_second_factor(desk, office.admin, user="ana", reason=" ")
    with office.store.writing() as desk:
        remove_second_factor(desk, office.admin, user="ana", reason="Her telephone was stolen.")
    office.go_on(minutes=2)
    assert _login(office, None).token


def test_nobody_else_removes_one_and_nobody_their_own(office, ana):
    ben = office.add("ben", Role.COORDINATOR, "york")
    for who, user, words in ((ben, "ana", "for themselves only"), (office.admin, "olga", "cannot do this")):
        with pytest.raises(RefusedError, match=words):
            with office.store.writing() as desk:
                remove_second_factor(desk, who, user=user, reason="Because.")


def test_the_secret_stands_in_the_sealed_part_alone(office, ana):
    event = office.store.log[-1]
    assert event.entry.act is Act.SET_SECOND_FACTOR
    holding = [name for name, change in event.entry.changes.items() if SECRET in str(change)]
    assert holding == ["credentials"]
    assert SECRET not in str(office.store.tables)


def test_a_day_later_the_codes_go_on(office, ana):
    office.clock.go_on(timedelta(days=1))
    assert _login(office, _code(office.clock())).token
