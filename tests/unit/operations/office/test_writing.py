"""Nothing is written without what its act asks for, whoever forgets it."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.office_store import MemoryStore, enter, signature_of

import equipoise.operations
from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Entry
from equipoise.operations.office.permissions import AT_ONE_SITE
from equipoise.operations.office.writing import write

OPERATIONS = Path(equipoise.operations.__path__[0])
ASKED_FOR = [act for act in Act if ACTS[act].roles]
SIGNED = [act for act in Act if ACTS[act].meaning is not None]
WITH_REASON = [act for act in Act if ACTS[act].needs_reason]


@pytest.fixture
def store():
    return MemoryStore()


def _whole(store, act):
    """An entry that has all that its act asks for."""
    role = sorted(ACTS[act].roles)[0]
    site = "leeds" if role in AT_ONE_SITE else None
    who = enter(store, "kim", role, site)
    signature = signature_of(store, who, act, "This is so.") if act in SIGNED else None
    return Entry(act, "kim", role, {}, site=site, session=who.session, reason="It must be.", signature=signature)


def _write(store, entry):
    """What came to be appended; the refusal as text when nothing did. The tables are not asked to take it."""
    appended = []
    with store.writing() as desk:
        desk.append = appended.append
        try:
            write(desk, entry)
        except RefusedError as error:
            assert not appended
            return str(error)
    return appended[0]


@pytest.mark.parametrize("act", ASKED_FOR)
def test_an_entry_with_all_that_its_act_asks_for_is_written(store, act):
    assert _write(store, _whole(store, act)).act is act


@pytest.mark.parametrize("act", SIGNED)
def test_an_act_with_a_meaning_is_not_written_without_a_signature(store, act):
    refusal = _write(store, replace(_whole(store, act), signature=None))
    assert refusal.startswith(f"Cannot {ACTS[act].words}.\nact {act}: needs a signature")
    assert ACTS[act].meaning in refusal


@pytest.mark.parametrize("act", WITH_REASON)
@pytest.mark.parametrize("reason", [None, "", "  "])
def test_an_act_that_needs_a_reason_is_not_written_without(store, act, reason):
    assert f"act {act}: needs a reason" in _write(store, replace(_whole(store, act), reason=reason))


@pytest.mark.parametrize("act", SIGNED)
@pytest.mark.parametrize("other", SIGNED)
def test_a_signature_cannot_be_lifted_to_another_act(store, act, other):
    entry = _whole(store, act)
    lifted = replace(entry.signature, meaning=ACTS[other].meaning)
    written = _write(store, replace(entry, signature=lifted))
    if act is other:
        assert written.act is act
    else:
        assert "the signature does not have the meaning of this act" in written


@pytest.mark.parametrize("act", [act for act in ASKED_FOR if act not in SIGNED])
def test_an_act_that_is_not_signed_takes_no_signature(store, act):
    entry = _whole(store, act)
    stray = replace(_whole(store, Act.LOCK).signature, role=entry.role)
    assert "does not have the meaning of this act" in _write(store, replace(entry, signature=stray))


@pytest.mark.parametrize("change", [{"user": "sam"}, {"role": Role.MONITOR}])
def test_a_signature_is_of_the_person_and_role_that_act(store, change):
    entry = _whole(store, Act.LOCK)
    enter(store, "sam", Role.DATA_MANAGER)
    other = replace(entry.signature, **change)
    assert "is not that of the person who acts, in this role" in _write(store, replace(entry, signature=other))


def test_a_signature_outside_of_a_session_is_a_first_one(store):
    entry = replace(_whole(store, Act.LOCK), session=None)
    assert _write(store, entry).session is None
    short = replace(entry, signature=replace(entry.signature, components=1))
    assert "needs user name and password" in _write(store, short)


def test_a_signature_of_nobody_is_none(store):
    entry = _whole(store, Act.LOCK)
    nobody = replace(entry, user="eve", signature=replace(entry.signature, user="eve"))
    assert "user eve: is not an active user of this trial" in _write(store, nobody)


def test_a_signature_has_the_name_that_its_user_has(store):
    entry = _whole(store, Act.LOCK)
    other = replace(entry.signature, name="Somebody Else")
    assert "the signature has another name than its user" in _write(store, replace(entry, signature=other))


@pytest.mark.parametrize(
    ("age", "is_good"),
    [
        (timedelta(microseconds=-1), False),
        (timedelta(0), True),
        (timedelta(minutes=10), True),
        (timedelta(minutes=10, microseconds=1), False),
    ],
)
def test_a_signature_is_written_within_ten_minutes(store, age, is_good):
    entry = _whole(store, Act.LOCK)
    written = _write(store, replace(entry, signature=replace(entry.signature, at=store.clock() - age)))
    assert ("the signature is too old, or not yet given" in str(written)) is not is_good


def test_all_that_is_missing_is_told_together(store):
    entry = replace(_whole(store, Act.LOCK), reason=None, signature=None, session="of-nobody")
    refusal = _write(store, entry)
    for words in ("needs a reason", "needs a signature", "has no open session"):
        assert words in refusal


@pytest.mark.parametrize("act", ASKED_FOR)
def test_an_act_is_written_in_a_role_that_may(store, act):
    others = set(Role) - ACTS[act].roles
    entry = _whole(store, act)
    for role in (*others, None):
        assert "is not one of the role it is written in" in _write(store, replace(entry, role=role))


@pytest.mark.parametrize("act", [act for act in Act if ACTS[act].is_at_site])
def test_an_act_at_a_site_names_it(store, act):
    assert "is done at a site, and none is named" in _write(store, replace(_whole(store, act), site=None))


def test_nobody_writes_in_the_session_of_another(store):
    other = enter(store, "sam", Role.DATA_MANAGER)
    entry = replace(_whole(store, Act.LOCK), session=other.session)
    assert "user kim: has no open session of this number" in _write(store, entry)


def test_only_writing_appends_to_the_log():
    """No other module of the operations calls `append` on a desk, or nothing above would hold."""
    found = set()
    for path in OPERATIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "append" and ast.unparse(node.value).endswith("desk"):
                found.add(path.relative_to(OPERATIONS).as_posix())
    assert found == {"office/writing.py"}
