"""A trial folder appears whole, is its owner's alone, and says what is wrong when it cannot be opened."""

import json
import os
import stat

import pytest
from tests.postgres import postgres_schema
from tests.store_world import SOFTWARE, TRIAL, TickingClock, history, opened, seeded, write

from equipoise.errors import OutputError
from equipoise.store.database import Database
from equipoise.store.faults import StoreError
from equipoise.store.folder import init_folder, keep_checkpoint, open_folder, read_folder
from equipoise.store.verify import verify

PROTOCOL = {"protocol.yaml": b"title: A trial\n"}
CLOCK = TickingClock()


def init(out, **options):
    return init_folder(
        out, trial=TRIAL, clock=CLOCK, random_bytes=seeded(), software=SOFTWARE, protocol=PROTOCOL, **options
    )


def reopen(out):
    return opened(open_folder(out, clock=CLOCK, random_bytes=seeded(3), software=SOFTWARE))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """The database that a folder is asked for: its own file, or a place on a server."""
    if request.param == "sqlite":
        yield None
    else:
        with postgres_schema() as url:
            yield url


def test_a_new_folder_opens_again(tmp_path, database):
    with init(tmp_path / "trial", database=database) as store:
        write(store, history(5))
    with reopen(tmp_path / "trial") as store:
        write(store, list(history(8))[5:])
        assert store.trial == TRIAL
        assert verify(store).findings == ()
    folder = read_folder(tmp_path / "trial")
    assert (folder.protocol / "protocol.yaml").read_bytes() == PROTOCOL["protocol.yaml"]


def test_a_folder_can_be_moved(tmp_path):
    with init(tmp_path / "trial") as store:
        write(store, history(3))
    os.rename(tmp_path / "trial", tmp_path / "elsewhere")
    with reopen(tmp_path / "elsewhere") as store, store.reading() as view:
        assert len(list(view.events())) == 3


def test_everything_is_its_owners_alone(tmp_path):
    with init(tmp_path / "trial") as store:
        write(store, history(3))
    with reopen(tmp_path / "trial") as store:
        write(store, list(history(5))[3:])
        modes = {
            str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("trial/**/*")
        }
    assert {"trial/trial.db", "trial/trial.db-wal", "trial/keys/master.key", "trial/trial.toml"} <= modes.keys()
    assert {mode for path, mode in modes.items() if (tmp_path / path).is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if not (tmp_path / path).is_dir()} <= {0o600}


def test_an_error_leaves_no_folder_and_an_empty_database(tmp_path, database):
    with pytest.raises(RuntimeError):
        with init(tmp_path / "trial", database=database) as store:
            write(store, history(3))
            raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with init(tmp_path / "trial", database=database) as store:
        write(store, history(3))


def test_a_folder_that_holds_something_is_refused(tmp_path):
    with init(tmp_path / "trial"):
        pass
    key = (tmp_path / "trial" / "keys" / "master.key").read_bytes()
    with pytest.raises(OutputError, match="the folder is not empty"):
        with init(tmp_path / "trial"):
            pass
    assert (tmp_path / "trial" / "keys" / "master.key").read_bytes() == key


def test_a_database_in_use_is_refused_and_kept(tmp_path):
    with postgres_schema() as url:
        with init(tmp_path / "one", database=url) as store:
            write(store, history(3))
        with pytest.raises(StoreError, match="it holds tables already"):
            with init(tmp_path / "two", database=url):
                pass
        assert not (tmp_path / "two").exists()
        with reopen(tmp_path / "one") as store, store.reading() as view:
            assert len(list(view.events())) == 3


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda folder: (folder / "trial.toml").unlink(), "it holds no trial.toml"),
        (lambda folder: (folder / "trial.toml").write_text("["), "trial.toml cannot be read"),
        (lambda folder: (folder / "trial.toml").write_text("[trial]\nname = 'x'\n"), "trial.toml cannot be read"),
        (lambda folder: (folder / "trial.toml").write_bytes(b"\xff"), "trial.toml cannot be read"),
        (lambda folder: (folder / "trial.db").unlink(), "there is no such file"),
        (lambda folder: (folder / "keys" / "master.key").unlink(), "No such file"),
        (lambda folder: (folder / "keys" / "master.key").write_text("00" * 32), "wrong key"),
    ],
)
def test_what_is_missing_of_a_folder_is_told(tmp_path, spoil, what):
    with init(tmp_path / "trial"):
        pass
    spoil(tmp_path / "trial")
    with pytest.raises(StoreError, match=what):
        open_folder(tmp_path / "trial", clock=CLOCK, random_bytes=seeded(), software=SOFTWARE)


def test_a_checkpoint_is_kept_as_a_file_to_send(tmp_path):
    with init(tmp_path / "trial") as store:
        write(store, history(3))
    with reopen(tmp_path / "trial") as store:
        document = store.checkpoint()
        folder = read_folder(tmp_path / "trial")
        path = keep_checkpoint(folder, document)
        assert keep_checkpoint(folder, document) == path
        assert verify(store, anchors=[json.loads(path.read_text())]).findings == ()
    assert path.name == f"000000003-{document['checkpoint']['hash'][:12]}.json"
    assert [each.name for each in folder.checkpoints.iterdir()] == [path.name]


def test_a_password_of_a_server_is_in_no_message(tmp_path):
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(StoreError) as caught:
        with init(tmp_path / "trial", database="postgresql+psycopg://someone:sesame@127.0.0.1:9/trial"):
            pass
    assert "sesame" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert "sesame" not in Database("postgresql+psycopg://someone:sesame@127.0.0.1:9/trial").where
