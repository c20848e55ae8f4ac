"""Files of site settings in a trial's folder: which belong together, and that a broken one stops its own site alone."""

import pytest

from equipoise.errors import ProtocolError, RefusedError, TerminologyError
from equipoise.operations.trial.site_files import SiteFiles, check_none_is_anothers, files_of_settings, put_files
from equipoise.protocol.site import load_site

CODES = "concept,system,code\nhaemoglobin,urn:oid:1.2.3,HB\n"
WITH_CODES = "site: Leeds\ncode_files: [ours.csv]\n"


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_text(text, encoding="utf-8")
    return folder


def test_a_broken_file_stops_its_own_site_alone(tmp_path):
    write(tmp_path, site_leeds__yaml="site: Leeds\n", site_york__yaml="site: [York\n")
    files = SiteFiles(tmp_path, ["leeds", "york", "bath"])
    assert list(files) == ["leeds", "york"]
    assert files["leeds"].site == "Leeds"
    assert files.get("bath") is None
    with pytest.raises(ProtocolError):
        files.get("york")


def test_a_file_of_no_site_of_the_trial_does_not_count(tmp_path):
    write(tmp_path, site_atlantis__yaml="site: Atlantis\n")
    assert dict(SiteFiles(tmp_path, ["leeds"])) == {}


def test_codes_come_along_with_the_settings_that_name_them(tmp_path):
    source, kept = write(tmp_path / "own", site__yaml=WITH_CODES, ours__csv=CODES), write(tmp_path / "trial")
    settings = load_site(source / "site.yaml")
    files = files_of_settings(source / "site.yaml", "leeds", settings)
    assert list(files) == ["site-leeds.yaml", "ours.csv"]
    put_files(kept, files)
    assert sorted(path.name for path in kept.iterdir()) == ["ours.csv", "site-leeds.yaml"]
    assert SiteFiles(kept, ["leeds"])["leeds"].digest == settings.digest


@pytest.mark.parametrize("name", ["../ours.csv", "codes/ours.csv", "protocol.yaml", "site-york.yaml"])
def test_a_file_of_codes_stands_beside_the_site_file_and_is_no_other_file_of_the_trial(tmp_path, name):
    write(tmp_path, site__yaml=f"site: Leeds\ncode_files: [{name}]\n")
    with pytest.raises(RefusedError, match="does not stand beside the site file"):
        files_of_settings(tmp_path / "site.yaml", "leeds", load_site(tmp_path / "site.yaml"))


def test_codes_that_are_not_there_are_told(tmp_path):
    write(tmp_path, site__yaml=WITH_CODES)
    with pytest.raises(TerminologyError, match=r"ours\.csv"):
        files_of_settings(tmp_path / "site.yaml", "leeds", load_site(tmp_path / "site.yaml"))


def test_codes_of_one_site_do_not_replace_those_of_another(tmp_path):
    kept = write(tmp_path / "trial", site_york__yaml=WITH_CODES, ours__csv=CODES)
    others = SiteFiles(kept, ["york"])
    check_none_is_anothers(kept, "leeds", {"site-leeds.yaml": b"", "ours.csv": CODES.encode()}, others)
    check_none_is_anothers(kept, "york", {"site-york.yaml": b"", "ours.csv": b"mended"}, others)
    with pytest.raises(RefusedError, match=r"ours\.csv: is a file of site york with other codes"):
        check_none_is_anothers(kept, "leeds", {"site-leeds.yaml": b"", "ours.csv": b"others"}, others)


def test_a_crash_between_files_leaves_the_site_file_as_it_was(tmp_path, monkeypatch):
    """The site file is the last to be replaced: until then the log's digest is that of nothing at hand."""
    kept = write(tmp_path / "trial", site_leeds__yaml="site: Leeds\n")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="the disk is full"):
        put_files(kept, {"site-leeds.yaml": WITH_CODES.encode(), "ours.csv": CODES.encode()})
    assert [path.name for path in kept.iterdir()] == ["site-leeds.yaml"]
    assert (kept / "site-leeds.yaml").read_text(encoding="utf-8") == "site: Leeds\n"
