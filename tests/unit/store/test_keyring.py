"""The master key in its file, the others in their table: wrong, missing, damaged and destroyed ones."""

import base64
import stat

import pytest
from tests.store_world import MASTER, history, make_store, opened, reopen, write, write_destruction

from equipoise.operations.office.visibility import Visibility
from equipoise.store.faults import StoreError
from equipoise.store.keyring import read_master_key, write_master_key


def test_a_wrong_master_key_is_told_as_such(any_url):
    make_store(any_url).close()
    with pytest.raises(StoreError, match="wrong key: this master key does not open the keys of this trial") as caught:
        reopen(any_url, master=bytes(32))
    assert "Take the key file of this trial" in str(caught.value)
    assert "00000000" not in str(caught.value)


@pytest.mark.parametrize("name", ["class/arm", "index"])
def test_a_missing_key_is_told_by_its_name(sqlite_url, name):
    with opened(make_store(sqlite_url)) as store, store.database.plain() as connection:
        connection.raw().execute("DELETE FROM keys WHERE name = ?", (name,))
    with pytest.raises(StoreError, match=f"the key {name} is missing or damaged"):
        reopen(sqlite_url)


@pytest.mark.parametrize("change", ["DELETE FROM keys", "UPDATE keys SET wrapped = 'AAAA'"])
def test_a_damaged_signing_key_is_told_before_a_checkpoint_is_due(sqlite_url, change):
    with opened(make_store(sqlite_url)) as store, store.database.writing() as connection:
        connection.raw().execute(f"{change} WHERE name = 'signing/1'")
    with pytest.raises(StoreError, match="the key signing/1 is missing or damaged"):
        reopen(sqlite_url)


def test_keys_of_two_names_cannot_be_exchanged(sqlite_url):
    """The name is bound into what closes a key: the arm's cannot be given to whoever has the clinical one's place."""
    with opened(make_store(sqlite_url)) as store, store.database.plain() as connection:
        arms = "SELECT wrapped FROM keys WHERE name = 'class/arm'"
        connection.raw().execute(f"UPDATE keys SET wrapped = ({arms}) WHERE name = 'class/clinical'")
    with pytest.raises(StoreError, match="the key class/clinical is missing or damaged"):
        reopen(sqlite_url)


def test_each_class_and_each_subject_has_a_key_of_its_own(sqlite_store):
    write(sqlite_store, history(12))
    with sqlite_store.reading() as view:
        names = [name for (name,) in view.connection.raw().execute("SELECT name FROM keys ORDER BY name")]
        keys = [view.keyring.get(view.connection, name) for name in names]
    assert names == [
        "check",
        *sorted(f"class/{kind}" for kind in Visibility if kind not in ("open", "identity")),
        "identity/S-0001",
        "identity/S-0002",
        "index",
        "signing/1",
    ]
    assert len(set(keys)) == len(keys)


def test_no_key_stands_in_the_database_in_clear(sqlite_store, tmp_path):
    write(sqlite_store, history(5))
    with sqlite_store.reading() as view:
        names = [name for (name,) in view.connection.raw().execute("SELECT name FROM keys WHERE name <> 'check'")]
        keys = [view.keyring.get(view.connection, name) for name in names] + [MASTER]
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for key in keys:
        for form in (key, key.hex().encode(), base64.b64encode(key)):
            assert form not in content


def test_nothing_of_a_destroyed_key_is_left_in_the_files(sqlite_store, tmp_path):
    write(sqlite_store, history(8))
    query = "SELECT wrapped FROM keys WHERE name = 'identity/S-0001'"
    with sqlite_store.reading() as view:
        (wrapped,) = view.connection.raw().execute(query).fetchone()
    write_destruction(sqlite_store, 1)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert wrapped.encode() not in content


def test_a_key_file_is_its_owners_alone_and_reads_back(tmp_path):
    path = tmp_path / "master.key"
    write_master_key(path, MASTER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_master_key(path) == MASTER
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


def test_a_key_file_is_never_written_over(tmp_path):
    path = tmp_path / "master.key"
    write_master_key(path, MASTER)
    with pytest.raises(StoreError, match="there is a key file already"):
        write_master_key(path, bytes(32))
    assert read_master_key(path) == MASTER
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "No such file"),
        (b"", "this is not a master key"),
        (b"00" * 31, "this is not a master key"),
        (b"zz" * 32, "this is not a master key"),
        ("ä".encode() * 32, "this is not a master key"),
    ],
)
def test_a_file_that_holds_no_key_is_told(tmp_path, content, what):
    path = tmp_path / "master.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=what):
        read_master_key(path)
