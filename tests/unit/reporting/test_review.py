"""The review page: everything of the record is shown, everything open is told, and every edit fits the file."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from equipoise.authoring.drafting.document import protocol_data
from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.authoring.drafting.writing import protocol_yaml
from equipoise.authoring.model import (
    DamageKind,
    DamageMark,
    Outcome,
    RecordForm,
    Registration,
    RepairProposal,
    RuleDraft,
    Segment,
    SegmentKind,
    StatedArm,
    StatedStatus,
)
from equipoise.criteria.truth import Kind
from equipoise.protocol.document import parse_document
from equipoise.protocol.loading import build_protocol
from equipoise.reporting.review import render_review
from equipoise.reporting.review_cards import nested
from equipoise.reporting.review_record import FOLD_FROM, RecordView
from equipoise.reporting.review_repairs import find_changes
from equipoise.reporting.review_work import duration
from equipoise.terminology.catalogue import base_library

HOSTILE = "<script>alert('x')</script> & \"quotes\""
VOID = {"meta", "link", "br", "img", "input", "hr"}
CRITERION, HEADING = SegmentKind.CRITERION, SegmentKind.HEADING
DAMAGE, BOILERPLATE = SegmentKind.DAMAGE, SegmentKind.BOILERPLATE
AGE = {"age": ">= 18"}

PIECES = (
    (HEADING, None, "", "Trial of <script>alert(0)</script>\n"),
    (BOILERPLATE, None, "text", f"Ages 18 Years and up. {HOSTILE} \u202eturned\n"),
    (BOILERPLATE, None, "text", "A long story. " * 200 + "\n"),
    (HEADING, None, "inclusion-heading", "Inclusion:\n"),
    (BOILERPLATE, None, "bullet", "- "),
    (CRITERION, 0, "", f"Adults {HOSTILE}"),
    (BOILERPLATE, None, "space", "\n"),
    (CRITERION, 1, "", "Grade 1 or 2 (Ki-"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 2, "", "Able to lie still"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 3, "", "INR < 1.5 if randomized to arm 2"),
    (BOILERPLATE, None, "space", "\n"),
    (HEADING, None, "exclusion-heading", "Exclusion:\n"),
    (DAMAGE, None, "stray-mark", "-"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 4, "", "calculated clearance below 50 mL/min"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 5, "", "Bilirubin > 3"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 6, "", "INR > 1.5 (as a sign of failure)"),
    (BOILERPLATE, None, "space", " "),
    (CRITERION, 7, "", "score > ("),
    (BOILERPLATE, None, "space", " "),
    (DAMAGE, 8, "displaced", "Poor renal function"),
    (BOILERPLATE, None, "space", "\n"),
    (DAMAGE, None, "number-without-list", "7."),
    (CRITERION, 9, "", "Pregnancy"),
)


def lay_out(pieces=PIECES):
    text, segments = "", []
    for kind, item, role, words in pieces:
        segments.append(Segment(len(text), len(text) + len(words), kind, item, role))
        text += words
    return text, tuple(segments)


TEXT, SEGMENTS = lay_out()


def span_of(item):
    return next((s.start, s.end) for s in SEGMENTS if s.kind is CRITERION and s.item == item)


def question(name, words):
    return {
        name: {
            "label": words,
            "kind": "coded",
            "decided_by": "person",
            "answers": {"yes": ["true"], "no": ["false"]},
            "question": f"Does this hold: {words}?",
            "source": "it is a matter of judgement",
        }
    }


def criterion(name, kind, item, draft, marks=(), repair=None, **more):
    span = span_of(item)
    text = TEXT[slice(*span)]
    return DraftCriterion(name, kind, text, (span,), (item,), tuple(marks), repair, draft, **more)


def mark(kind, start, end, item, lost="", because="it tells so", *, is_harmless=False, after=""):
    return DamageMark(kind, start, end, item, after, lost, because, is_harmless)


def asked(name, words, outcome=Outcome.ASKED, checks=()):
    return RuleDraft(outcome, {"latest": name, "is": "yes"}, question(name, words), checks=checks)


INR = {"latest": "inr", "is": "< 1.5", "within": "laboratory"}
HIGH_INR = INR | {"is": "> 1.5"}
CLEARANCE = {"latest": "measured-clearance", "is": "< 50 mL/min", "within": "laboratory"}
BILIRUBIN = {
    "reading": "e2-unit",
    "alternatives": {
        "mg": {
            "says": "above 3 mg/dL",
            "rule": {"latest": "bilirubin", "is": "> 3 mg/dL", "within": "laboratory"},
        },
        "uln": {
            "says": "above 3 x ULN",
            "rule": {"latest": "bilirubin", "is": "> 3 x ULN", "within": "laboratory"},
        },
    },
}
ODD_EVENT = {"odd-event": {"label": f"odd {HOSTILE}", "kind": "event", "tables": ["conditions"], "question": "Odd?"}}


def make_draft():
    at = {item: span_of(item) for item in range(10) if item != 8}
    torn = next(segment for segment in SEGMENTS if segment.role == "displaced")
    stray = next(segment for segment in SEGMENTS if segment.role == "stray-mark")
    age = TEXT.index("18 Years")
    hole = mark(DamageKind.TEXT_LOST, at[1][1], at[1][1], 1, "the limit", after="Ki-")
    lost_line = mark(DamageKind.LINE_LOST, at[4][0], at[4][0], 4, "the beginning")
    torn_apart = mark(DamageKind.TORN_APART, torn.start, torn.end, 4, "nothing")
    bullet = mark(DamageKind.STRAY_MARK, stray.start, stray.end, None, "nothing", is_harmless=True)
    open_end = mark(DamageKind.TEXT_LOST, at[7][1], at[7][1], 7, "the limit of the score")
    ki67 = RepairProposal(
        1, "Ki-67 <= 20 %)", "the exclusion mirrors it", "the mirrored criterion", "Grade 1 or 2 (Ki-67 <= 20 %)"
    )
    renal = RepairProposal(
        4,
        "Poor renal function: calculated …",
        "a title",
        "the displaced words",
        f"Poor renal function: {TEXT[slice(*at[4])]}",
    )
    outside = RepairProposal(7, "score > [the limit]", "what was lost stands nowhere else", "outside the text", None)
    compiled = Outcome.COMPILED
    odd = RuleDraft(compiled, {"record": "odd-event"}, ODD_EVENT)
    criteria = (
        criterion("I1", Kind.INCLUSION, 0, RuleDraft(compiled, AGE)),
        criterion("I2", Kind.INCLUSION, 1, RuleDraft(compiled, {"latest": "ki-67", "is": "<= 20 %"}), [hole], ki67),
        criterion("I3", Kind.INCLUSION, 2, asked("ask-i3", "Able to lie still")),
        criterion("I4", Kind.INCLUSION, 3, RuleDraft(compiled, INR, arm="arm 2")),
        criterion("E1", Kind.EXCLUSION, 4, RuleDraft(compiled, CLEARANCE), [lost_line, torn_apart], renal),
        criterion("E2", Kind.EXCLUSION, 5, RuleDraft(compiled, BILIRUBIN, readings={"e2-unit": "no unit is printed"})),
        criterion(
            "E3", Kind.EXCLUSION, 6, RuleDraft(compiled, HIGH_INR, checks=("set aside: “(as a sign of failure)”",))
        ),
        criterion(
            "E4", Kind.EXCLUSION, 7, asked("ask-e4", "score", Outcome.REFUSED, ("not certain",)), [open_end], outside
        ),
        criterion("U1", None, 9, odd),
        DraftCriterion(
            "S1", Kind.INCLUSION, "18 Years", ((age, age + 8),), (), (), None,
            RuleDraft(compiled, AGE, checks=("from the structured field",)), is_structured=True,
        ),
    )  # fmt: skip
    registration = Registration(
        form=RecordForm.TEXT_PAGE,
        file_name="record<b>.txt",
        sha256="0" * 64,
        text=TEXT,
        outside=SEGMENTS[:3],
        eligibility=((SEGMENTS[3].start, len(TEXT)),),
        id="nct00000001",
        title=f"Trial {HOSTILE}",
        statuses=(StatedStatus("recruiting", "2026-01-02"),),
        arms=(StatedArm("Arm 2"),),
        not_understood=(f"a line {HOSTILE}",),
    )
    return Draft(registration, criteria, SEGMENTS, (bullet,))


def yaml_of(draft):
    data = protocol_data(
        draft, record_file="records/r.txt", origin=None, drafted_by="equipoise 0", drafted_at=date(2026, 3, 4)
    )
    return protocol_yaml(data)


def render(draft, path):
    text = yaml_of(draft)
    protocol = build_protocol(parse_document(text, Path("protocol.yaml")), base_library())
    render_review(draft, protocol, protocol.library(base_library()), yaml_text=text, path=path)
    return path.read_text(encoding="utf-8"), text


class Page(HTMLParser):
    """Follows the tags: every end has its start; collects ids, links, headings, and texts by their elements."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.links, self.headings, self.tags = [], [], [], [], []
        self.text = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if "href" in given:
            self.links.append(given["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> without a start"
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        is_sign = any("sign" in given.get("class", "").split() for _, given in self.open)
        for _, given in self.open:
            if "id" in given:
                self.text[given["id"]] = self.text.get(given["id"], "") + data
            if given.get("class") == "record-text":
                self.text["everything"] = self.text.get("everything", "") + data
                if not is_sign:
                    self.text["own words"] = self.text.get("own words", "") + data


@pytest.fixture
def made(tmp_path):
    html, yaml_text = render(make_draft(), tmp_path / "review.html")
    return Page(html), html, yaml_text


@pytest.fixture
def page(made):
    return made[0]


def words(text):
    return " ".join(text.split())


def test_every_criterion_has_a_card_and_a_place_in_the_record(page):
    for name in ("I1", "I2", "I3", "I4", "E1", "E2", "E3", "E4", "U1", "S1"):
        assert f"c-{name}" in page.ids
        assert f"r-{name}" in page.ids
        assert f"#c-{name}" in page.links
        assert f"#r-{name}" in page.links


def test_the_record_stands_there_whole_and_only_signs_are_added(page):
    shown = TEXT.replace("\u202e", "[U+202E]")  # a character that would turn the order of the words is named
    assert page.text["own words"] == shown


def test_every_mark_is_visible_in_the_record(page):
    everything = page.text["everything"]
    for sign in (
        "(Ki-⟨… lost: the limit …⟩",
        "⟨… lost: the beginning …⟩",
        "Poor renal function⟨torn away from E1⟩",
        "-⟨stray mark⟩",
        "score > (⟨… lost: the limit of the score …⟩",
        "7.⟨number without list⟩",  # damage of the layout for which no mark was made
    ):
        assert sign in everything


def test_a_repair_is_set_apart_at_its_place(page, made):
    assert "⟩proposed: 67 <= 20 %)" in page.text["everything"]
    assert re.search(
        r'<ins class="sign proposed"><span class="unseen">proposed: </span>Poor renal function:</ins>', made[1]
    )


def test_hostile_texts_are_shown_as_texts(page, made):
    html = made[1]
    assert "<script" not in html
    assert "record<b>" not in html
    assert HOSTILE in page.text["c-I1"]
    assert HOSTILE in page.text["own words"]
    assert html.count("&lt;script&gt;") >= 6


def test_ids_are_single_and_every_link_leads_somewhere_on_the_page(page):
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    assert [link for link in page.links if not link.startswith("#") or link[1:] not in page.ids] == []


def test_names_and_labels_of_parts_refer_to_what_is_there(page):
    named = [given["aria-labelledby"] for _, given in page.tags if "aria-labelledby" in given]
    assert named
    assert set(named) <= set(page.ids)


def test_the_page_is_well_formed_with_headings_in_order(page):
    assert page.open == []
    names = [tag for tag, _ in page.tags]
    assert names.count("main") == 1
    assert names.count("h1") == 1
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert names.count("table") == names.count("caption")


def test_nothing_is_fetched_from_elsewhere(page, made):
    assert not [given for _, given in page.tags if "src" in given or "http-equiv" in given]
    assert not [tag for tag, _ in page.tags if tag in ("link", "script", "img", "iframe", "object")]
    assert not re.search(r"url\((?!#)", made[1])
    assert "@import" not in made[1]


def test_equal_drafts_give_equal_bytes(tmp_path):
    one, other = tmp_path / "a.html", tmp_path / "b.html"
    render(make_draft(), one)
    render(make_draft(), other)
    assert one.read_bytes() == other.read_bytes()


def test_work_comes_in_the_order_in_which_it_is_finished(page):
    kinds = [name.removeprefix("work-") for name in page.ids if name.startswith("work-")]
    assert kinds == ["repairs", "readings", "not-understood", "checks", "sure", "codes", "questions"]


def tasks(html, kind):
    part = html.split(f'id="work-{kind}"', 1)[1].split("</ul>", 1)[0]
    return re.findall(r'<li><a href="#([\w-]+)">', part)


def test_repairs_to_accept_come_before_damage_that_the_record_cannot_close(made):
    assert tasks(made[1], "repairs") == ["c-I2", "c-E1", "c-E4", "m-1"]


def test_exclusions_with_words_set_aside_are_looked_at_first(made):
    assert tasks(made[1], "checks") == ["c-E3", "c-S1", "w-laboratory"]


def test_a_side_that_the_record_does_not_state_is_asked_for_with_the_readings(made):
    assert tasks(made[1], "readings") == ["c-U1", "c-E2"]


def test_estimates_add_up(made):
    part = made[1].split('id="work"', 1)[1].split('class="aside"', 1)[0]

    def seconds(words):
        units = {"h": 3600, "min": 60, "s": 1}
        return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)\b", words))

    said = seconds(re.search("add up to ([^,.<]+)", part)[1])
    single = 0
    for item in re.split(r"<li>\s*<h3", part)[1:]:
        heading, rest = item.split("</h3>", 1)
        members = sum(seconds(found) for found in re.findall(r'<span class="time">([^<]*)</span></li>', rest))
        assert members == seconds(heading.split('class="time">', 1)[1])
        single += 0 if "may wait" in heading else members
    assert single == said > 0


def line_of(yaml_text, number):
    return yaml_text.splitlines()[number - 1]


def edits(page, name):
    """(line, the words that are said to stand there) of every edit on a card."""
    return [
        (int(line), now)
        for line, now in re.findall(r"on line (\d+)(?: write [^\n]*?)?,? instead of (\w+: \w+)", words(page.text[name]))
    ]


@pytest.mark.parametrize(
    ("name", "now", "count"),
    [("c-I2", "status: proposed", 2), ("c-E1", "status: proposed", 2), ("c-E2", "chosen: null", 2)],
)
def test_an_edit_names_the_line_on_which_its_words_stand(page, made, name, now, count):
    found = edits(page, name)
    assert len(found) == count
    assert all(said == now and now in line_of(made[2], line) for line, said in found)


def test_what_accepting_writes_can_be_loaded_and_is_accepted(made):
    """The edits as the page words them, carried out on the file."""
    lines = made[2].splitlines()
    [line, _] = [line for line, _ in edits(made[0], "c-I2")]
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    assert f"\n{indent}accepted_by: <your name>\n" in made[0].text["c-I2"]
    lines[line - 1 : line] = [
        indent + part for part in ("status: accepted", "accepted_by: A B", "accepted_at: 2026-03-05")
    ]
    protocol = build_protocol(parse_document("\n".join(lines), Path("p.yaml")), base_library())
    assert protocol.version().criterion("I2").repair.accepted_by == "A B"


def test_damage_without_a_repair_says_where_to_add_one(made):
    text = words(made[0].text["c-E4"])
    line = int(re.search(r"below line (\d+) add repair:", text)[1])
    lines = made[2].splitlines()
    then = """
    repair:
      reads: score > 3
      because: the protocol
      source: page 12
      status: accepted
      accepted_by: A B
      accepted_at: 2026-03-05""".splitlines()[1:]
    assert "\n    repair:\n" in made[0].text["c-E4"]
    protocol = build_protocol(
        parse_document("\n".join([*lines[:line], *then, *lines[line:]]), Path("p.yaml")), base_library()
    )
    assert protocol.version().criterion("E4").repair.reads == "score > 3"
    assert "unknown for every patient" in text


def test_the_yaml_of_a_card_is_the_very_lines(page, made):
    lines = made[2].splitlines()
    first = next(number for number, line in enumerate(lines, start=1) if line.strip() == "- id: E2")
    last = next(number for number, line in enumerate(lines, start=1) if line.strip() == "- id: E3") - 1
    shown = page.text["c-E2"].split(f"YAML, lines {first} to {last}\n", 1)[1]
    assert shown.rstrip() == "\n".join(f"{number}{lines[number - 1]}" for number in range(first, last + 1))


def test_a_gate_says_its_name_in_the_file_and_its_arm(page):
    text = words(page.text["c-I4"])
    assert "gate of arm 2, G1 in the file" in text
    assert "Opens the gate when the latest INR within 90 days is below 1.5" in text


def test_a_rule_is_told_in_english_by_its_side(page):
    assert "Lets in when the patient is at least 18 years old" in words(page.text["c-I1"])
    assert "Keeps out when open reading 'e2-unit'" in words(page.text["c-E2"])
    assert "“above 3 x ULN”" in page.text["c-E2"] or '"above 3 x ULN"' in page.text["c-E2"]


def test_outcomes_are_told_in_words_and_not_by_colour_alone(page):
    for name, told in (("c-I1", "✓ has a rule"), ("c-I3", "☞ asked of a person"), ("c-E4", "? not understood")):
        assert told in page.text[name]


def test_characters_are_accounted_for(made):
    counts = dict.fromkeys(("criteria", "headings", "damage", "boilerplate"), 0)
    names = {CRITERION: "criteria", HEADING: "headings", DAMAGE: "damage", BOILERPLATE: "boilerplate"}
    for kind, _, _, piece in PIECES:
        counts[names[kind]] += len(piece)
    told = ", ".join(f"{name} {number:,}" for name, number in counts.items())
    assert f"{len(TEXT):,} characters, each of which belongs to one thing: {told}." in made[1]


def test_a_gap_between_segments_is_shown_and_counted():
    draft = make_draft()
    broken = Draft(draft.registration, draft.criteria, (*SEGMENTS[:4], *SEGMENTS[5:]), draft.marks)
    view = RecordView(broken)
    assert ("accounted for by nothing", 2) in view.counts()
    assert "⟨accounted for by nothing⟩" in "".join(block.html for block in view.blocks())


def test_long_boilerplate_is_folded_and_not_cut():
    view = RecordView(make_draft())
    folded = [block for block in view.blocks() if block.n_folded]
    assert [block.n_folded for block in folded] == [len("A long story. " * 200) + 1]
    assert folded[0].n_folded > FOLD_FROM
    assert folded[0].html.count("A long story.") == 200


def test_the_registry_status_and_the_unsigned_draft_stand_at_the_top(page, made):
    assert "Recruiting since 2026-01-02" in made[1]
    assert "Draft that nobody has signed" in made[1]
    line = int(re.search(r"Sign: on line (\d+) write status: signed, signed_by", words(page.text["main"]))[1])
    assert "status: draft" in line_of(made[2], line)


def test_an_assumed_window_is_listed_with_its_line_and_its_users(made):
    row = made[1].split('<tr id="w-laboratory">', 1)[1].split("</tr>", 1)[0]
    assert "<td>within 90 days</td>" in row
    assert re.findall('href="#c-([^"]+)"', row) == ["I4", "E1", "E2", "E3"]
    line = int(re.search(r'<td class="n">(\d+)</td>', row)[1])
    assert "length: 90 d" in line_of(made[2], line)


def test_what_the_reader_did_not_understand_is_told(page):
    assert f"a line {HOSTILE}" in page.text["main"]


def test_a_rule_offered_from_outside_is_shown_and_waits(tmp_path):
    draft = make_draft()
    text = yaml_of(draft)
    offer = "    proposals: [{by: a model, because: it said so, rule: {age: '>= 21'}, status: proposed}]\n"
    text = text.replace("- id: I1\n", f"- id: I1\n{offer}", 1)
    protocol = build_protocol(parse_document(text, Path("protocol.yaml")), base_library())
    render_review(draft, protocol, protocol.library(base_library()), yaml_text=text, path=tmp_path / "r.html")
    page = Page((tmp_path / "r.html").read_text(encoding="utf-8"))
    card = words(page.text["c-I1"])
    assert "Offered by a model" in card
    assert "at least 21 years old" in card
    assert "write status: accepted, accepted_by: <your name>" in card
    assert edits(page, "c-I1")[0][1] == "status: proposed"


def test_a_record_of_five_megabytes_still_gives_a_page(tmp_path):
    long = "word " * 1_000_000
    text, segments = lay_out([*PIECES, (BOILERPLATE, None, "text", long)])
    draft = make_draft()
    registration = Registration(
        form=RecordForm.TEXT_PAGE, file_name="r.txt", sha256="0" * 64, text=text, outside=(), eligibility=(),
        id="nct00000001", title="Long", arms=(StatedArm("Arm 2"),),
    )  # fmt: skip
    html, _ = render(Draft(registration, draft.criteria, segments, draft.marks), tmp_path / "long.html")
    assert len(html) > 5_000_000
    assert "boilerplate, 5,000,000 characters" in html


@pytest.mark.parametrize(
    ("old", "new", "added", "dropped"),
    [
        ("grade 2, Ki-", "grade 2, Ki-67 <= 20 %)", [(12, "67 <= 20 %)")], []),
        ("calculated by x", "Renal function: calculated by x", [(0, "Renal function:")], []),
        ("only as - exam", "only as exam", [], [(8, 9)]),
        ("WBC <2x109/L now", "WBC <2 x 10^9/L now", [(12, "<2 x 10^9/L")], [(4, 12)]),
        ("the same", "the same", [], []),
    ],
)
def test_a_repair_is_shown_by_the_words_it_changes(old, new, added, dropped):
    changes = find_changes(old, [(0, len(old))], new)
    assert list(changes.added) == added
    assert list(changes.dropped) == dropped


def test_a_repair_of_a_very_long_entry_is_shown_from_the_first_change_to_the_last():
    old = "a " * 3000 + "b " + "c " * 3000
    changes = find_changes(old, [(0, len(old))], old.replace("b", "B"))
    assert list(changes.added) == [(6001, "B")]
    assert list(changes.dropped) == [(6000, 6001)]


def test_an_exception_of_the_last_part_stands_below_that_part_alone():
    """`any of: a; (b unless c)` and `(any of: a; b) unless c` must not look alike."""
    last = nested(["any of these:", "- a", "- b", "  unless c"])
    whole = nested(["any of these:", "- a", "- b", "unless c"])
    assert [branch.words for branch in last] == ["any of these:"]
    assert [branch.words for branch in last[0].parts[-1].parts] == ["unless c"]
    assert [branch.words for branch in whole] == ["any of these:", "unless c"]


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 min"), (45, "45 s"), (120, "2 min"), (90, "1 min 30 s"), (3900, "1 h 5 min")]
)
def test_times_are_told_in_words(seconds, told):
    assert duration(seconds) == told
