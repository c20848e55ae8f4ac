"""The manual itself: nothing is left out, and a paragraph can fail."""

from pathlib import Path

import pytest

from tests.spec import manual
from tests.spec.conftest import check_verdict

FOLDER = Path(__file__).parent


def test_every_chapter_is_listed():
    assert sorted(path.parent.name for path in FOLDER.glob("*/__init__.py")) == sorted(manual.CHAPTERS)


def test_every_file_is_a_section_and_every_paragraph_has_a_sentence():
    sections = [name for chapter in manual.sections().values() for name in chapter]
    assert len(sections) == len(list(FOLDER.glob("*/test_*.py")))
    assert [p.name for p in manual.all_paragraphs() if not p.sentence.endswith(".")] == []
    assert len(manual.all_paragraphs()) >= 120


def test_names_of_paragraphs_are_unique():
    names = [paragraph.name for paragraph in manual.all_paragraphs()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "words",
    [
        "false, recorded",
        "true, attested",
        "unknown",
        "true, recorded | from b",
        "true | needs sex",
        "unknown: conflict",
    ],
)
def test_another_verdict_fails(words):
    found = manual.Judged("true", "recorded", (), '[{"table":"t","record_id":"a"}]', ())
    check_verdict(manual.read_expected("true, recorded | from a"), found, 1)
    with pytest.raises(AssertionError):
        check_verdict(manual.read_expected(words), found, 1)


def test_another_cause_or_need_fails():
    found = manual.Judged("unknown", "none", ("too-old",), "[]", ("inr",))
    check_verdict(manual.read_expected("unknown: too-old | needs inr"), found, 1)
    for words in ("unknown: conflict", "unknown: too-old, conflict", "unknown | needs ki-67", "unknown | from a"):
        with pytest.raises(AssertionError):
            check_verdict(manual.read_expected(words), found, 1)
