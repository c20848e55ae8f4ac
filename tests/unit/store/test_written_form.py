"""Canonical JSON, links, commitments and boxes, against RFC 8785 and against Decision 14 written a second time here."""

import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.operations.office.visibility import Visibility
from equipoise.store.canonical import canonical
from equipoise.store.chain import Part, commit_to, digest, write_link
from equipoise.store.parts import Disclosed, read_content, read_time, write_content, write_time
from equipoise.store.sealing import BoxError, open_box, seal

KEY, NONCE, SALT = bytes(32), bytes(range(12)), bytes(range(32))
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)


def test_names_are_ordered_as_in_rfc_8785():
    # RFC 8785, section 3.2.3: the sample and the order it must come out in.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == ordered


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1.5]}, "a value of an event has a fraction"),
        ({"a": 2.0}, "a value of an event has a fraction"),
        ({"a": "x\0y"}, "holds the character NUL"),
        ({"a\0": 1}, "holds the character NUL"),
        ({"é": [{"b": "x\0y"}]}, "holds the character NUL"),
        ({1: "a"}, "a name in an event is no text"),
        ({"a": 2**53}, "a number of an event is beyond 2.53"),
        ({"a": "\ud800"}, "surrogates not allowed"),
        ({"a": {1, 2}}, "of a type that JSON has not: set"),
    ],
)
def test_a_value_without_one_written_form_is_refused(value, message):
    with pytest.raises(ValueError, match=message):
        canonical(value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda part: st.lists(part) | st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8")), part),
)


@settings(max_examples=60, deadline=None)
@given(VALUES | st.dictionaries(st.text(st.characters(min_codepoint=1, max_codepoint=127)), VALUES))
def test_every_value_is_written_as_the_library_for_rfc_8785_writes_it(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_subclasses_of_the_types_of_json_are_written_as_what_they_are():
    class Word(str):
        pass

    assert canonical({"a": Word("x"), "b": [Visibility.OPEN, ("y", True)]}) == b'{"a":"x","b":["open",["y",true]]}'


@pytest.mark.parametrize("text", ["2026-01-15T09:30:00.000000Z", "2026-12-31T23:59:59.999999Z"])
def test_a_time_reads_as_it_was_written(text):
    assert read_time(text).utcoffset() == timedelta(0)
    assert write_time(read_time(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T09:30:00Z",
        "2026-01-15 09:30:00.000000Z",
        "2026-01-15T09:30:00.000000+00:00",
        "2026-13-15T09:30:00.000000Z",
    ],
)
def test_a_time_in_another_form_is_refused(text):
    with pytest.raises(ValueError, match=r"written|month"):
        read_time(text)


def test_a_time_of_another_zone_is_written_in_utc():
    cet = timezone(timedelta(hours=1))
    assert write_time(datetime(2026, 1, 15, 10, 30, tzinfo=cet)) == "2026-01-15T09:30:00.000000Z"


def test_a_text_that_only_looks_like_an_escape_is_written():
    assert canonical({"a": "\\u0000"}) == b'{"a":"\\\\u0000"}'


@given(
    st.integers(1, 2**53 - 1),
    HEX,
    st.lists(st.tuples(st.sampled_from(list(Visibility)), HEX, st.none() | HEX), max_size=8),
)
def test_a_link_is_canonical_json(seq, previous, parts):
    written = write_link(seq, previous, [Part(*part) for part in parts])
    said = [{"class": kind.value, "commitment": commitment, "box": box} for kind, commitment, box in parts]
    assert written.encode() == rfc8785.dumps({"seq": seq, "previous": previous, "parts": said})


@given(st.dictionaries(st.sampled_from(list(Visibility)), st.binary(max_size=40) | st.text(max_size=40)))
def test_what_is_kept_beside_a_link_is_canonical_json_and_reads_back(parts):
    held = {kind: Disclosed(SALT, part.encode()) if isinstance(part, str) else part for kind, part in parts.items()}
    written = write_content(held)
    assert written.encode() == rfc8785.dumps(json.loads(written))
    assert read_content(written) == held


def test_a_commitment_is_the_digest_of_salt_and_payload():
    assert commit_to(SALT, b"payload") == hashlib.sha256(SALT + b"payload").hexdigest()
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, B.1


CLINICAL_SIZES = [(0, 256), (220, 256), (221, 512), (476, 512), (477, 768), (10_000, 10_240)]
ARM_SIZES = [(0, 1024), (988, 1024), (989, 2048)]
DECISION_SIZES = [(200, 4096), (4060, 4096), (4061, 8192)]


@pytest.mark.parametrize(
    ("kind", "n_payload", "n_content"),
    [("clinical", *sizes) for sizes in CLINICAL_SIZES]
    + [(kind, *sizes) for kind in ("arm", "treatment") for sizes in ARM_SIZES]
    + [("decision", *sizes) for sizes in DECISION_SIZES],
)
def test_a_box_is_laid_out_as_decided_and_tells_its_length_in_steps_only(kind, n_payload, n_content):
    """Salt 32 + length 4 + payload, filled with zeros to a multiple of the step of its class."""
    payload = b"x" * n_payload
    box = seal(AESGCM(KEY), (7, Visibility(kind)), nonce=NONCE, salt=SALT, payload=payload)
    content = AESGCM(KEY).decrypt(box[:12], box[12:], f'[7,"{kind}"]'.encode())
    assert box[:12] == NONCE
    assert content == (SALT + n_payload.to_bytes(4, "big") + payload).ljust(n_content, b"\0")
    assert open_box(AESGCM(KEY), (7, Visibility(kind)), box) == (SALT, payload)


@pytest.mark.parametrize("place", [(8, Visibility.ARM), (7, Visibility.DECISION)])
def test_a_box_does_not_open_in_another_place(place):
    box = seal(AESGCM(KEY), (7, Visibility.ARM), nonce=NONCE, salt=SALT, payload=b"x")
    with pytest.raises(BoxError, match="does not open"):
        open_box(AESGCM(KEY), place, box)
