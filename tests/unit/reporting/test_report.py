"""The report as files: well formed, everything escaped, nobody's id in a file name, equal runs equal bytes."""

import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest

from equipoise.criteria.nodes import Age, Operator
from equipoise.criteria.truth import Kind
from equipoise.records.report import Fate, FateCount, FileReading, ReadingReport
from equipoise.reporting import report as report_module
from equipoise.reporting.pictures import draw_attrition
from equipoise.reporting.report import Pages, render_report
from equipoise.reporting.wording import code_words, sentence_html
from equipoise.screening.attrition import AttritionRow
from equipoise.screening.report_model import CriterionView, DamageView

HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Checker(HTMLParser):
    """Follows the tags of a page: every end has its start; collects ids, links and scripts."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.headings = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if "href" in attributes:
            self.links.append(attributes["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> without a start"
        assert self.open.pop() == tag


def check_page(path):
    checker = Checker()
    checker.feed(path.read_text(encoding="utf-8"))
    checker.close()
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids)), f"an id twice in {path.name}"
    return checker


@pytest.fixture
def everyone(made_up, screen_made_up):
    reading = ReadingReport(
        "fhir",
        (FileReading("a.ndjson", 3, 3, "fast"),),
        (FateCount("a.ndjson", "Observation", Fate.NOT_UNDERSTOOD, "value <b>odd</b>", 4),),
    )

    def run(name="out", pages=Pages.LISTED):
        people = {f"patient-{change}": change for change in made_up.CHANGES} | {HOSTILE: "no-inr"}
        screening = screen_made_up(people, name=name, reading=reading)
        render_report(screening, pages=pages)
        return screening

    return run


def pages_of(screening):
    return sorted(screening.folder.rglob("*.html"))


def test_every_page_is_well_formed_with_landmarks_and_titles(everyone):
    for path in pages_of(everyone(pages=Pages.ALL)):
        checker = check_page(path)
        names = [tag for tag, _ in checker.tags]
        assert names.count("main") == 1
        assert names.count("h1") == 1
        assert dict(checker.tags)["html"]["lang"] == "en"
        assert "#main" in checker.links  # the skip link
        assert all(after - before <= 1 for before, after in zip(checker.headings, checker.headings[1:], strict=False))
        assert names.count("table") == names.count("caption")
        assert all(attributes.get("scope") in ("col", "row") for tag, attributes in checker.tags if tag == "th")


def test_every_link_leads_to_a_file_and_a_place_that_exist(everyone):
    for path in pages_of(everyone(pages=Pages.ALL)):
        for link in check_page(path).links:
            target, fragment = urldefrag(link)
            aim = (path.parent / target).resolve() if target else path
            assert aim.is_file(), f"{path.name}: {link}"
            if fragment:
                assert fragment in check_page(aim).ids


def test_nothing_is_fetched_from_elsewhere_and_no_script_is_needed(everyone):
    for path in pages_of(everyone()):
        checker = check_page(path)
        assert not [tag for tag, attributes in checker.tags if tag == "script" or "src" in attributes]
        assert not [link for link in checker.links if re.match("[a-z]+:|//", link)]
    report = (everyone("second").folder / "report.html").read_text()
    assert "<link" not in report


def test_hostile_ids_and_texts_are_escaped(everyone):
    screening = everyone(pages=Pages.ALL)
    texts = [path.read_text() for path in pages_of(screening)]
    assert not [text for text in texts if "<script" in text or "<b>odd" in text]
    assert any("&lt;script&gt;" in text for text in texts)


def test_no_file_name_holds_a_patient_id(everyone):
    names = [path.relative_to(path.parents[3]).as_posix() for path in everyone(pages=Pages.ALL).folder.rglob("*")]
    assert not [name for name in names if "patient-" in name or "script" in name]


def test_pages_are_made_for_in_near_and_ask_people_or_for_all(everyone, made_up):
    """Of the ten changes and the hostile one: in 2, near 3, ask-people 2."""
    listed = everyone("listed")
    assert len(list((listed.folder / "report" / "patients").rglob("*.html"))) == 7
    every = everyone("every", pages=Pages.ALL)
    assert len(list((every.folder / "report" / "patients").rglob("*.html"))) == len(made_up.CHANGES) + 1


def test_every_page_carries_the_registry_statement(everyone):
    assert all("no one can be enrolled" in path.read_text() for path in pages_of(everyone()))


def test_the_report_tells_the_worklist_in_a_sentence(everyone):
    """INR alone is open for the hostile id, no-inr and old-inr."""
    text = re.sub(r"<[^>]+>", " ", (everyone().folder / "report.html").read_text())
    words = " ".join(text.split())
    assert "An INR within 90 days" in words
    assert "would settle 3 patients" in words


def test_damage_repair_readings_and_site_settings_are_shown(everyone):
    text = (everyone().folder / "report.html").read_text()
    assert 'grade 2, Ki-<mark class="damage"' in text
    assert "accepted by product default" in text
    assert "bilirubin-unit" in text
    assert "window laboratory" in text
    assert "Not understood" in text


def test_a_damage_whose_words_are_not_found_is_marked_at_the_end():
    node = Age(Operator.GE, 18)
    view = CriterionView("X", Kind.INCLUSION, "a < b", node, damages=(DamageView("text-lost", "not there"),))
    assert str(sentence_html(view)).startswith("a &lt; b<mark")


def test_equal_runs_give_equal_bytes(everyone):
    digests = []
    for name in ("one", "two"):
        folder = everyone(name, pages=Pages.ALL).folder
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        digests.append({p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
    assert digests[0] == digests[1]


def test_long_lists_are_cut_into_pages(screen_made_up, monkeypatch):
    monkeypatch.setattr(report_module, "ROWS_A_PAGE", 5)
    screening = screen_made_up({f"p{n:02d}": "low-hb" for n in range(11)})
    render_report(screening)
    lists = sorted(screening.folder.glob("report/list-out-*.html"))
    assert [path.name for path in lists] == [f"list-out-000{n}.html" for n in (1, 2, 3)]
    assert ["p10" in path.read_text() for path in lists] == [False, False, True]
    assert [path.read_text().count('<th scope="row"') for path in lists] == [5, 5, 1]


def test_progress_is_told_to_the_end(screen_made_up):
    told = []
    screening = screen_made_up({"a": "eligible", "b": "no-inr"})
    render_report(screening, progress=lambda what, done, of: told.append((what, done, of)))
    assert told[-1] == ("pages", 2, 2)


def test_the_picture_draws_lengths_in_proportion():
    """490 units for 10 people: 5 pass (245), 3 open (147), 2 blocked (98); 760 - 92 - 178 = 490."""
    row = AttritionRow("E<1", 10, 2, 5, 3, 2, 2, 2, 5, 3, 0)
    picture = str(draw_attrition([row]))
    assert [float(width) for width in re.findall(r'class="bar-\w+"[^>]*? width="([\d.]+)"', picture)] == [245, 147, 98]
    assert "E&lt;1" in picture
    assert "8 left" in picture


def test_codes_are_named_by_their_system():
    assert code_words("http://loinc.org|718-7") == "LOINC 718-7"
    assert code_words("urn:oid:1.2.3|x") == "urn:oid:1.2.3 x"
    assert code_words(None) == ""
