"""What is changed in log, checkpoints, keys or tables is found and located; a log written anew, by an anchor alone."""

import json
import random
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from tests.store_world import (
    SURNAME,
    history,
    make_store,
    opened,
    reopen,
    setting_up,
    write,
    write_destruction,
)

from equipoise.operations.office.visibility import Visibility
from equipoise.store import verify as verifying
from equipoise.store import walking
from equipoise.store.chain import Part, commit_to, digest, write_link
from equipoise.store.checkpoints import hand_over, signing_key
from equipoise.store.parts import read_content, write_content
from equipoise.store.sealing import open_box, seal
from equipoise.store.verify import verify

N_EVENTS = 44
COLUMNS = {"events": ("seq", "hash", "link", "content", "tag"), "checkpoints": ("number", "seq", "document")}


@contextmanager
def a_trial(url):
    """A trial with a destroyed identity, a hand-over and nine checkpoints."""
    with opened(make_store(url, checkpoint_every=5)) as store:
        write(store, history(30), at_once=30)
        write_destruction(store, 2)
        with store.writing() as desk:
            hand_over(desk.connection, desk.keyring, store.trial, desk.head, desk.draw)
        write(store, list(history(43))[30:], at_once=13)
        assert verify(store).findings == ()
        yield store


@pytest.fixture
def trial(any_url):
    with a_trial(any_url) as store:
        yield store


@pytest.fixture
def sqlite_trial(sqlite_url):
    """For faults whose finding does not depend on the database."""
    with a_trial(sqlite_url) as store:
        yield store


def lift_guards(connection, is_sqlite):
    """What an owner of the database can do in one statement."""
    if is_sqlite:
        connection.execute(text("DROP TRIGGER IF EXISTS events_no_update"))
        connection.execute(text("DROP TRIGGER IF EXISTS events_no_delete"))
    else:
        connection.execute(text("DROP TRIGGER IF EXISTS events_no_change ON events"))


def change(store, statement, **values):
    with store.database.engine.connect() as connection:
        lift_guards(connection, store.database.is_sqlite)
        connection.execute(text(statement), values)


def read(store, statement):
    with store.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def edit(value, rng):
    """One byte of a value is another one; a number is another number."""
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(8))
    place = rng.randrange(len(value))
    while True:
        other = chr(rng.randrange(32, 127))
        if other != value[place]:
            return value[:place] + other + value[place + 1 :]


def spoil_and_look(store, rng):
    """Make one random edit, look for it, take it back; gives what was edited and what was found."""
    table = rng.choice(["events", "events", "events", "checkpoints"])
    column = rng.choice(COLUMNS[table])
    key = COLUMNS[table][0]
    rows = [row for row in read(store, f"SELECT {key}, {column} FROM {table} ORDER BY {key}") if row[1] is not None]
    number, value = rng.choice(rows)
    edited = edit(value, rng)
    if column == key and edited in [row[0] for row in rows]:
        edited = max(row[0] for row in rows) + 1 + rng.randrange(9)
    new_number = edited if column == key else number
    change(store, f"UPDATE {table} SET {column} = :new WHERE {key} = :number", new=edited, number=number)
    findings = verify(store, has_tables=False, n_processes=1).findings
    change(store, f"UPDATE {table} SET {column} = :old WHERE {key} = :number", old=value, number=new_number)
    return (table, column, number), findings


def is_located(store, table, number, findings):
    if table == "events":
        return any(found.where == f"event {number}" for found in findings)
    return any(found.where == f"checkpoint {number}" for found in findings)


def hunt(store, n):
    rng = random.Random(20260115)
    for _ in range(n):
        (table, column, number), findings = spoil_and_look(store, rng)
        assert is_located(store, table, number, findings), (table, column, number, findings)
    assert verify(store).findings == ()


def test_each_of_a_hundred_single_edits_is_found_at_its_event(trial):
    hunt(trial, 100)


@pytest.mark.long
def test_each_of_a_thousand_single_edits_is_found_at_its_event(trial):
    hunt(trial, 1000)


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        ("DELETE FROM events WHERE seq = 7", "event 7", "event 7 is missing"),
        ("DELETE FROM events WHERE seq BETWEEN 7 AND 9", "event 7", "events 7 to 9 are missing"),
        ("DELETE FROM events WHERE seq = 1", "event 1", "event 1 is missing"),
        ("UPDATE events SET hash = upper(hash) WHERE seq = 7", "event 7", "its hash is not that of its link"),
        ("UPDATE events SET link = ' ' || link WHERE seq = 7", "event 7", "its link is written in another form"),
        ("UPDATE events SET link = '{}' WHERE seq = 7", "event 7", "its link cannot be read"),
        ("UPDATE events SET content = content || ' ' WHERE seq = 7", "event 7", "is written in another form"),
        ("UPDATE events SET content = '[7]' WHERE seq = 7", "event 7", "cannot be read"),
        ("UPDATE events SET content = '{}' WHERE seq = 7", "event 7", "its header cannot be read"),
        ("UPDATE events SET tag = NULL WHERE seq = 7", "event 7", "it is filed under another subject"),
        (
            "UPDATE events SET content = (SELECT content FROM events AS other WHERE seq = 8) WHERE seq = 7",
            "event 7",
            "its part treatment does not open: it was changed or moved",
        ),
        (
            "UPDATE events SET link = (SELECT link FROM events AS other WHERE seq = 8) WHERE seq = 7",
            "event 7",
            "it stands in the place of another event",
        ),
        ("DELETE FROM checkpoints WHERE number = 2", "checkpoint 2", "it has another number"),
        (
            "UPDATE checkpoints SET document = (SELECT document FROM checkpoints AS other WHERE number = 3) "
            "WHERE number = 2",
            "checkpoint 2",
            "it is not in the form in which it was written",
        ),
        ("UPDATE checkpoints SET document = document || ' ' WHERE number = 2", "checkpoint 2", "not in the form"),
        ("UPDATE checkpoints SET document = '{}' WHERE number = 2", "checkpoint 2", "it cannot be read"),
        (
            "DELETE FROM checkpoints WHERE number >= 7",
            "checkpoints",
            "the hand-over to the signing key in use is missing",
        ),
        ("UPDATE sites SET name = 'York' WHERE id = 'leeds'", "table sites", "the row leeds is not what the log says"),
        ("DELETE FROM sites WHERE id = 'leeds'", "table sites", "the row leeds is not what the log says"),
        ("UPDATE sites SET n_subjects = n_subjects + 1 WHERE id = 'leeds'", "table sites", "the row leeds"),
        (
            "INSERT INTO requests (id, seq) VALUES ('one more', 7)",
            "table requests",
            "the row one more is not what the log says",
        ),
        (
            "DELETE FROM keys WHERE name = 'identity/S-0001'",
            "keys",
            "the key to the identity of S-0001 is gone, and no event says that it was destroyed",
        ),
        (
            "UPDATE keys SET wrapped = upper(wrapped) WHERE name = 'identity/S-0001'",
            "keys",
            "the key to the identity of S-0001 is gone, and no event says that it was destroyed",
        ),
    ],
)
def test_what_was_changed_is_told_with_its_place(sqlite_trial, statement, where, what):
    change(sqlite_trial, statement)
    assert [found for found in verify(sqlite_trial).findings if found.where == where and what in found.what]


def test_checkpoints_of_another_trial_are_found(trial):
    change(trial, "UPDATE marks SET value = 'another'")
    with opened(reopen(trial.database.url)) as store:
        assert {found.what for found in verify(store).findings} == {"it names another trial"}


def test_a_finding_tells_no_value(sqlite_trial):
    change(sqlite_trial, "UPDATE events SET content = replace(content, 'Leeds', 'Luton') WHERE seq = 2")
    change(sqlite_trial, "UPDATE sites SET name = 'York' WHERE id = 'leeds'")
    told = " ".join(str(found) for found in verify(sqlite_trial).findings)
    assert "event 2" in told
    for value in ("Leeds", "Luton", "York", SURNAME):
        assert value not in told


def test_bytes_that_are_no_text_are_found(sqlite_store):
    write(sqlite_store, history(8))
    for column in ("hash", "link", "content", "tag"):
        change(sqlite_store, f"UPDATE events SET {column} = CAST(x'fffe' || {column} AS TEXT) WHERE seq = 7")
        change(sqlite_store, f"UPDATE events SET {column} = CAST({column} AS BLOB) WHERE seq = 6")
        assert {found.seq for found in verify(sqlite_store).findings if "what is stored is not text" in found.what} == {
            6,
            7,
        }


def test_a_time_that_goes_back_is_found(any_url):
    """Written by the store itself under a clock it believes, and linked well: only the order of times shows it."""
    with opened(make_store(any_url)) as store:
        write(store, history(3))
        store._head = (*store._head[:2], store._head[2].replace(year=2001))
        clock, store.clock = store.clock, lambda: clock().replace(year=2002)
        write(store, [setting_up()[3]])
        assert [str(found) for found in verify(store).findings] == [
            "event 4: its time is before that of the event before it"
        ]


def test_a_destroyed_key_that_came_back_is_found(sqlite_trial):
    with sqlite_trial.writing() as desk:
        desk.connection.raw().execute("DELETE FROM keys WHERE name = 'identity/S-0002'")
        desk.keyring.put(desk.connection, "identity/S-0002", bytes(32), desk.draw)
    found = verify(sqlite_trial, has_tables=False).findings
    assert [each.what for each in found if each.where == "keys"] == [
        "the identity of S-0002 was to be destroyed, and its key is there"
    ]


def write_anew(store, seq, old, new):
    """What whoever has file and keys can do: change an event, and hashes, checkpoints and tables after it."""
    with store.database.engine.connect() as connection:
        lift_guards(connection, store.database.is_sqlite)
    with store.writing() as desk:
        run = desk.connection.raw().execute
        mark = "?" if store.database.is_sqlite else "%s"
        previous = "0" * 64
        for sealed in list(desk.sealed()):
            content, parts = read_content(sealed.content), []
            links = {part["class"]: part for part in json.loads(sealed.link)["parts"]}
            for kind, part in content.items():
                if kind is Visibility.OPEN:
                    if sealed.seq == seq:
                        content[kind] = type(part)(part.salt, part.payload.replace(old, new))
                    parts.append(Part(kind, commit_to(part.salt, content[kind].payload), None))
                else:
                    parts.append(Part(kind, links[kind]["commitment"], links[kind]["box"]))
            link = write_link(sealed.seq, previous, parts)
            previous = digest(link.encode())
            run(
                f"UPDATE events SET hash = {mark}, link = {mark}, content = {mark} WHERE seq = {sealed.seq}",
                (previous, link, write_content(content)),
            )
    with store.writing() as desk:
        hashes = {sealed.seq: sealed.hash for sealed in desk.sealed()}
        key = signing_key(desk.connection, desk.keyring)
        for number, document in list(desk.connection.raw().execute("SELECT number, document FROM checkpoints")):
            said = {**json.loads(document)["checkpoint"]}
            said["hash"] = hashes[said["seq"]]
            written = json.dumps(said, sort_keys=True, separators=(",", ":"))
            signed = f'{{"checkpoint":{written},"signature":"{key.sign(written.encode()).hex()}"}}'
            run = desk.connection.raw().execute
            run(f"UPDATE checkpoints SET document = {mark} WHERE number = {number}", (signed,))
        desk.connection.raw().execute("UPDATE sites SET name = 'Luton' WHERE id = 'leeds'")


def test_a_log_written_anew_with_the_keys_is_found_by_an_anchor_and_by_it_alone(any_url):
    with opened(make_store(any_url, checkpoint_every=5)) as store:
        write(store, history(23))
        anchor = json.loads(json.dumps(store.checkpoint()))
        early = json.loads(read(store, "SELECT document FROM checkpoints WHERE number = 1")[0][0])
        assert verify(store, anchors=[anchor, early]).findings == ()
        write_anew(store, 2, b"Leeds", b"Luton")
        assert verify(store).findings == ()
        assert [str(found) for found in verify(store, anchors=[early, anchor]).findings] == [
            "anchor at event 5: the event that it signs has another hash: the log was written anew",
            "anchor at event 23: the event that it signs has another hash: the log was written anew",
        ]


def test_a_log_cut_at_its_end_is_found_by_an_anchor(any_url):
    with opened(make_store(any_url)) as store:
        write(store, history(8))
        anchor = store.checkpoint()
        change(store, "DELETE FROM events WHERE seq = 8")
        change(store, "DELETE FROM checkpoints")
        found = verify(store, has_tables=False, anchors=[anchor]).findings
        assert [str(each) for each in found] == ["anchor at event 8: the log ends before the event that it signs"]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda said: said["checkpoint"].update(seq=7), "its signature is wrong"),
        (lambda said: said.update(signature="00" * 64), "its signature is wrong"),
        (lambda said: said["checkpoint"].update(key="00" * 32), "it was signed with a key that was not in use"),
        (lambda said: said.pop("signature"), "it is not a checkpoint"),
        (lambda said: said.pop("checkpoint"), "it is not a checkpoint"),
        (lambda said: said["checkpoint"].update(more=1), "it is not a checkpoint"),
    ],
)
def test_an_anchor_that_is_none_is_told(sqlite_store, spoil, what):
    write(sqlite_store, history(8))
    anchor = json.loads(json.dumps(sqlite_store.checkpoint()))
    spoil(anchor)
    assert [found.what for found in verify(sqlite_store, anchors=[anchor]).findings] == [what]


@pytest.mark.parametrize("anchor", [[], "text", 3, None, {"checkpoint": []}, {"checkpoint": None, "signature": "00"}])
def test_json_of_another_shape_is_no_anchor(sqlite_store, anchor):
    assert [found.what for found in verify(sqlite_store, anchors=[anchor]).findings] == ["it is not a checkpoint"]


@pytest.mark.parametrize("document", ["[]", "3", '{"checkpoint":[]}', "null"])
def test_a_checkpoint_of_another_shape_is_found(sqlite_store, document):
    sqlite_store.checkpoint()
    with sqlite_store.database.writing() as connection:
        connection.raw().execute("UPDATE checkpoints SET document = ?", (document,))
    assert [found.what for found in verify(sqlite_store).findings] == ["it cannot be read"]


def test_a_checkpoint_is_made_every_so_many_events_and_once_for_each_place(any_url):
    with opened(make_store(any_url, checkpoint_every=4)) as store:
        write(store, history(9), at_once=9)
        assert store.checkpoint() == store.checkpoint()
        assert [row[0] for row in read(store, "SELECT seq FROM checkpoints ORDER BY number")] == [4, 8, 9]


def test_several_processes_find_the_same(trial, monkeypatch):
    change(trial, "UPDATE events SET content = replace(content, 'state-1', 'state-9') WHERE seq = 19")
    change(trial, "DELETE FROM events WHERE seq = 22")
    change(trial, "UPDATE events SET hash = upper(hash) WHERE seq = 40")
    alone = verify(trial, has_tables=False, n_processes=1)
    monkeypatch.setattr(walking, "FOR_ONE_PROCESS", 10)
    shared = verify(trial, has_tables=False, n_processes=2)
    assert {found.seq for found in alone.findings} >= {19, 22, 40}
    assert shared == alone


def test_a_report_says_what_was_looked_at(sqlite_trial):
    anchor = sqlite_trial.checkpoint()
    report = verifying.verify(sqlite_trial, anchors=[anchor])
    assert report.is_whole
    assert (report.n_events, report.n_anchors) == (N_EVENTS, 1)
    assert report.head == anchor["checkpoint"]["hash"]
    assert report.n_checkpoints == len(read(sqlite_trial, "SELECT number FROM checkpoints"))


def test_a_part_in_another_box_is_found(sqlite_trial):
    """The box is replaced by another good one of the same key and place; only its digest in the link tells."""
    with sqlite_trial.reading() as view:
        content = read_content(view.connection.raw().execute("SELECT content FROM events WHERE seq = 7").fetchone()[0])
        key: AESGCM = view.keyring.of_class(Visibility.ARM)
        place = (7, Visibility.ARM)
        salt, payload = open_box(key, place, content[Visibility.ARM])
    content[Visibility.ARM] = seal(key, place, nonce=bytes(12), salt=salt, payload=payload)
    change(sqlite_trial, "UPDATE events SET content = :content WHERE seq = 7", content=write_content(content))
    assert [str(found) for found in verify(sqlite_trial).findings] == ["event 7: its link does not fit its part arm"]
