"""The ledger export, read as `docs/reference/ledger-export.md` tells it and with nothing of the store."""

import hashlib
import json
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.postgres import postgres_schema
from tests.store_world import SURNAME, TRIAL, history, make_store, opened, write, write_destruction

from equipoise.errors import OutputError
from equipoise.operations.office.visibility import Visibility
from equipoise.store.checkpoints import hand_over
from equipoise.store.export import export_ledger

CLASSES = ["open", "identity", "clinical", "arm", "treatment", "decision", "secret", "credentials"]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lines(path):
    content = path.read_bytes()
    assert content.endswith(b"\n")
    read = [json.loads(line) for line in content.split(b"\n")[:-1]]
    assert b"".join(canonical(each) + b"\n" for each in read) == content
    return read


def fill(store):
    write(store, history(9), at_once=9)
    write_destruction(store, 1)
    with store.writing() as desk:
        hand_over(desk.connection, desk.keyring, store.trial, desk.head, desk.draw)
    write(store, list(history(20))[9:], at_once=20)
    store.checkpoint()


def everything(visibility, site):
    return True


def masked(visibility, site):
    return visibility is Visibility.OPEN


def leeds(visibility, site):
    return visibility is Visibility.OPEN or (visibility is Visibility.ARM and site == "leeds")


@pytest.fixture
def store(any_url):
    with opened(make_store(any_url, checkpoint_every=4)) as store:
        fill(store)
        yield store


@pytest.mark.parametrize("may_see", [everything, masked, leeds])
def test_every_reader_can_verify_the_whole_chain_and_what_was_disclosed(store, tmp_path, may_see):
    export_ledger(store, tmp_path / "out", may_see)
    previous, ledger = "0" * 64, lines(tmp_path / "out" / "ledger.jsonl")
    for seq, line in enumerate(ledger, start=1):
        link = line["link"]
        assert (link["seq"], link["previous"]) == (seq, previous)
        previous = hashlib.sha256(canonical(link)).hexdigest()
        assert line["hash"] == previous
        classes = [part["class"] for part in link["parts"]]
        assert classes == [kind for kind in CLASSES if kind in classes]
        assert sorted(line["parts"]) == sorted(classes)
        for part in link["parts"]:
            assert (part["box"] is None) is (part["class"] == "open")
            shown = line["parts"][part["class"]]
            if "state" in shown:
                assert shown in ({"state": "withheld"}, {"state": "destroyed"})
            else:
                content = bytes.fromhex(shown["salt"]) + shown["payload"].encode()
                assert hashlib.sha256(content).hexdigest() == part["commitment"]
                assert canonical(json.loads(shown["payload"])) == shown["payload"].encode()
    assert len(ledger) == 21
    assert ledger[4]["parts"]["identity"] == {"state": "destroyed"}


def test_checkpoints_and_hand_overs_lead_from_the_first_key_to_the_last(store, tmp_path):
    export_ledger(store, tmp_path / "out", masked)
    (keys,) = lines(tmp_path / "out" / "keys.json")
    hashes = {line["link"]["seq"]: line["hash"] for line in lines(tmp_path / "out" / "ledger.jsonl")}
    in_use = keys["keys"][0]
    kinds = []
    for document in lines(tmp_path / "out" / "checkpoints.jsonl"):
        (kind,) = document.keys() - {"signature"}
        said = document[kind]
        assert said["key"] == in_use
        assert said["trial"] == keys["trial"] == TRIAL
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(in_use)).verify(
            bytes.fromhex(document["signature"]), canonical(said)
        )
        assert hashes[said["seq"]] == said["hash"]
        in_use = said.get("next", in_use)
        kinds.append((kind, said["seq"]))
    assert kinds == [
        ("checkpoint", 4),
        ("checkpoint", 8),
        ("handover", 10),
        ("checkpoint", 12),
        ("checkpoint", 16),
        ("checkpoint", 20),
        ("checkpoint", 21),
    ]
    assert keys["keys"][-1] == in_use


def test_a_masked_reader_gets_nothing_of_what_is_masked(store, tmp_path):
    export_ledger(store, tmp_path / "out", masked)
    content = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    for hidden in ("prrt", "surgery", SURNAME, "haemoglobin", "7.4 GBq", "argon2", "draw"):
        assert hidden.encode() not in content
    assert b"Leeds" in content


def test_a_site_sees_the_arms_of_its_own_subjects_only(store, tmp_path):
    export_ledger(store, tmp_path / "out", leeds)
    seen = set()
    for line in lines(tmp_path / "out" / "ledger.jsonl"):
        header = json.loads(line["parts"]["open"]["payload"])["header"]
        if "arm" in line["parts"]:
            seen.add((header["site"], "payload" in line["parts"]["arm"]))
    assert seen == {("leeds", True), ("zuerich", False)}


def test_the_export_is_its_owners_alone_and_never_half(store, tmp_path, monkeypatch):
    export_ledger(store, tmp_path / "out", masked)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert modes == {"ledger.jsonl": 0o600, "checkpoints.jsonl": 0o600, "keys.json": 0o600}
    with pytest.raises(OutputError, match="the folder is not empty"):
        export_ledger(store, tmp_path / "out", masked)
    with pytest.raises(ZeroDivisionError):
        export_ledger(store, tmp_path / "half", lambda visibility, site: 1 / 0)
    assert sorted(path.name for path in tmp_path.iterdir() if "half" in path.name) == []


def test_the_same_acts_give_the_same_ledger_on_both_databases(tmp_path, sqlite_url):
    with postgres_schema() as postgres_url:
        for name, url in (("sqlite", sqlite_url), ("postgres", postgres_url)):
            with opened(make_store(url, checkpoint_every=4)) as store:
                fill(store)
                export_ledger(store, tmp_path / name, everything)
    for name in ("ledger.jsonl", "checkpoints.jsonl", "keys.json"):
        assert (tmp_path / "sqlite" / name).read_bytes() == (tmp_path / "postgres" / name).read_bytes()
