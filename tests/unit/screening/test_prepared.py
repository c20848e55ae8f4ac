"""A version made ready once: the same objects are prepared once, and what was met before alters nothing."""

from pathlib import Path

import pytest

from equipoise.criteria.bound import index_bindings
from equipoise.errors import ProtocolError
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.site import SiteSettings
from equipoise.screening.prepared import PreparedVersion, prepare_version
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM

PLATELETS, HAEMOGLOBIN = (LOCAL_SYSTEM, "platelets"), ("http://loinc.org", "718-7")
NOTHING = (LOCAL_SYSTEM, "no such thing")


def test_the_same_objects_are_made_ready_once(small_protocol):
    site = SiteSettings(site="Northern")
    assert prepare_version(small_protocol, "first", site) is prepare_version(small_protocol, "first", site)
    assert prepare_version(small_protocol, "first") is prepare_version(small_protocol, "first")


def test_another_version_site_or_protocol_is_made_ready_anew(small_protocol):
    """Two equal protocols are two objects: they are never taken for one another by mistake, and judge alike."""
    first = prepare_version(small_protocol, "first")
    northern = prepare_version(small_protocol, "first", SiteSettings(site="Northern", windows={"laboratory": "60 d"}))
    again = prepare_version(load_protocol(str(Path(__file__).parent / "small.yaml")), "first")
    assert [first.version, prepare_version(small_protocol, "second").version] == ["first", "second"]
    assert (first.site, northern.site) == (None, "Northern")
    assert first.rulebook.rules != northern.rulebook.rules
    assert again is not first
    assert (again.digest, again.rulebook) == (first.digest, first.rulebook)


def test_its_digests_are_those_of_the_protocol(small_protocol):
    prepared = prepare_version(small_protocol, "first")
    assert prepared.digest == small_protocol.digest
    assert prepared.version_digest == small_protocol.version_digest("first")
    assert prepared.version_digest != prepare_version(small_protocol, "second").version_digest


def test_a_version_that_is_not_there_is_refused_each_time(small_protocol):
    for _ in range(2):
        with pytest.raises(ProtocolError, match="no version 'fifth'"):
            prepare_version(small_protocol, "fifth")


def test_codes_bind_alike_whatever_was_bound_before(small_protocol):
    concepts = prepare_version(small_protocol, "first").rulebook.concepts
    alone = index_bindings(bind_codes(concepts, [PLATELETS, HAEMOGLOBIN]))
    prepared = PreparedVersion(small_protocol, "first", None)
    for codes in ([NOTHING, PLATELETS, PLATELETS], [HAEMOGLOBIN], [PLATELETS, HAEMOGLOBIN]):
        bound = prepared.bind(codes)
    assert {code: bound[code] for code in (PLATELETS, HAEMOGLOBIN)} == alone
    assert bound[NOTHING] == ()


def test_bindings_beyond_the_number_kept_are_made_anew(small_protocol, monkeypatch):
    monkeypatch.setattr("equipoise.screening.prepared._MOST_CODES", 2)
    prepared = PreparedVersion(small_protocol, "first", None)
    first = prepared.bind([PLATELETS])
    for number in range(5):
        bound = prepared.bind([(LOCAL_SYSTEM, f"met once {number}"), PLATELETS])
        assert bound[PLATELETS] == first[PLATELETS]
        assert len(bound) <= 4
