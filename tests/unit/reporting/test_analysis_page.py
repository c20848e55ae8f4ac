"""The report of an analysis: each count is its list, each subject is there with its events, and nothing runs."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from tests.analysis_trial import CONTROL, DRUG, plan_of

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.endpoints import derive_all_times
from equipoise.analysis.facts import AdverseEvent, Given, Held, Left, ScreenedFacts, Shortfall, SubjectFacts, TrialFacts
from equipoise.analysis.flow import Box, make_flow
from equipoise.analysis.response import derive_response, derive_yes_no
from equipoise.analysis.results import Estimate
from equipoise.analysis.running.run import run_analyses
from equipoise.analysis.sets import make_sets
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.protocol.analysis_plan import EndpointKind
from equipoise.protocol.deviations import DeviationClass
from equipoise.reporting.analysis_page import AnalysisView, CourseShown, CutShown, render_analysis
from equipoise.reporting.analysis_results import short, write_interval, write_number, write_p
from equipoise.reporting.analysis_tables import is_reduced, spread_words
from equipoise.reporting.subject_lists import SubjectLists, anchor_of

START, CUT = date(2027, 1, 4), date(2028, 3, 1)
SIZES = ((50, 30, 20, 45), (50, 50, 80), (50, 45, 30, 30), (50, 50, 50, 50))
CLASSES = (DeviationClass.MINOR, DeviationClass.IMPORTANT, None)
VOID = {"meta", "link", "line", "rect", "path", "circle", "br"}


def day(number):
    return START + timedelta(days=number)


def subject_of(number):
    """One of twelve: two arms in turn, scans every 60 days, a death, deviations, adverse events, one without a dose."""
    arm, sizes = (CONTROL, DRUG)[number % 2], SIZES[number % 4]
    findings = tuple(
        Finding("T1", visit, day(60 * visit), State.MEASURED, Decimal(mm)) for visit, mm in enumerate(sizes)
    )
    doses = [
        Given("dose-1", "drug", day(3), True, Decimal("7.4"), Decimal("7.4"), entries=(100 * number + 2,)),
        Given("dose-2", "drug", day(31), True, Decimal("3.7"), Decimal("7.4"), entries=(100 * number + 3,)),
    ]
    operation = Given("surgery", "surgery", day(200), False, fields={"resection": "R0"}, entries=(100 * number + 4,))
    died_on = day(150) if number == 4 else None
    return SubjectFacts(
        subject=f"S-{number:03d} <b>",
        site="uppsala",
        arm=arm,
        stratum="grade 1",
        randomised_on=START,
        entries=(100 * number + 1,),
        baseline={"sex": ("female", "male")[number % 3 == 0], "age": str(40 + number)} if number != 11 else {},
        given=(*(doses if arm == DRUG and number != 3 else ()), *(() if number in (3, 4) else (operation,))),
        readings={"site": Reading("site", (Lesion("T1", "liver", Role.TARGET),), findings)},
        reading_entries={"site": (100 * number + 5,)},
        planned_scans=tuple((day(60 * visit), day(60 * visit + 14)) for visit in range(1, 7)),
        died_on=died_on,
        last_alive_on=died_on or day(230),
        left_on=died_on,
        left_how="died" if died_on else "",
        adverse_events=adverse_events_of(number),
        deviations=(Left("late-scan", day(70), CLASSES[number // 2 % 3], (100 * number + 8,)),) if number % 2 else (),
        is_eligible=True,
    )


def adverse_events_of(number):
    nausea = AdverseEvent(
        "Nausea", "gastrointestinal", day(10), None, number % 4 or None, False, True, (100 * number + 6,)
    )
    worse = AdverseEvent("Nausea", "gastrointestinal", day(40), None, 3, True, False, (100 * number + 7,))
    return () if number > 7 else (nausea, worse) if number == 2 else (nausea,)


def held_subjects():
    """The twelve: one held twice before its second dose, one before a third that was never given."""
    low = Held("dose-2", "drug", day(25), "hold", ("Platelets 60 <b>.", "Too early."), (107,))
    unknown = Held("dose-2", "drug", day(26), "unknown", ("Platelets not known.",), (109,))
    stopped = Held("dose-3", "drug", day(130), "stop", ("The course was stopped.",), (509,))
    held = {1: (low, unknown), 5: (stopped,)}
    return tuple(replace(subject_of(number), held=held.get(number, ())) for number in range(12))


SCREENED = (
    ScreenedFacts("X-1", "uppsala", "screen failed", "I2", (9001,)),
    ScreenedFacts("X-2", "leeds", "declined", "", (9002,)),
)


def view_of(subjects=None, screened=SCREENED, *, is_masked=False, **changes):
    subjects = tuple(map(subject_of, range(12))) if subjects is None else subjects
    if is_masked:
        subjects = tuple(
            replace(each, arm="all", entries=(), given=(), readings={}, reading_entries={}, deviations=())
            for each in subjects
        )
    arms = ("all",) if is_masked else (CONTROL, DRUG)
    facts = TrialFacts("made-up", "original", CUT, is_masked, arms, subjects, screened)
    plan = plan_of(
        estimands=[
            {
                "id": "main",
                "population": "Everybody allocated.",
                "treatment": "The drug, then surgery.",
                "variable": "Time to progression or death.",
                "intercurrent": [{"event": "Other therapy", "strategy": "treatment-policy", "words": "ignored"}],
                "summary": "A ratio of hazards.",
            }
        ],
        analyses=[{**each, "estimand": "main"} for each in plan_of().model_dump(mode="json")["analyses"]],
    )
    sets = make_sets(plan, facts)
    kinds = {kind: [each for each in plan.endpoints if each.kind is kind] for kind in EndpointKind}
    view = AnalysisView(
        title="A trial <to> report",
        registry_sentence="Withdrawn: nobody can be enrolled.",
        is_training=False,
        is_simulated=False,
        cut=CutShown("final", "day chosen", CUT, 9002, "ab12"),
        plan=plan,
        facts=facts,
        sets=sets,
        set_sizes={name: len(each.members) for name, each in sets.items()},
        flow=make_flow(facts, sets),
        times={each.id: derive_all_times(each, facts) for each in kinds[EndpointKind.TIME_TO_EVENT]},
        responses={
            each.id: tuple(derive_response(each, one, CUT) for one in subjects) for each in kinds[EndpointKind.RESPONSE]
        },
        answers={
            each.id: tuple(derive_yes_no(each, one, CUT) for one in subjects) for each in kinds[EndpointKind.YES_NO]
        },
        results=run_analyses(plan, facts, sets),
        arm_labels={CONTROL: "Surgery alone", DRUG: "The drug first"},
        courses=(
            CourseShown("drug", "Drug", (DRUG,), ("dose-1", "dose-2"), "GBq", Decimal("7.4")),
            CourseShown("surgery", "Surgery", (CONTROL, DRUG), ("surgery",), is_dose=False),
        ),
    )
    return replace(view, **changes)


class Page(HTMLParser):
    """Tags in their order, ids, links with their words, rows of tables by caption, and the visible text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.attributes, self.text = [], [], [], [], ""
        self.links, self.are_counts, self.tables, self._href = [], [], {}, None
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append(tag)
        self.attributes += attributes
        self.ids += [named["id"]] if "id" in named else []
        if tag == "a":
            self._href = named["href"]
            self.are_counts.append(named.get("class") != "from")
            self.links.append([named["href"], ""])
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th"):
            self._rows[-1] += [""] * (int(named.get("colspan", 1)) - 1)
            self._rows[-1].append("")
        if tag == "caption":
            self._caption = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data):
        self.text += data
        if "a" in self.open:
            self.links[-1][1] += data
        if "caption" in self.open:
            self._caption += data
        elif "td" in self.open or "th" in self.open:
            self._rows[-1][-1] += data


def column_of(table, head):
    """A column by its heading, its rows by their first cell."""
    place = table[0].index(head)
    return {row[0]: row[place] for row in table[1:]}


def lists_of(text):
    """The lists at the end of the page: by anchor, how many they say they are and how many names stand in them."""
    found = re.findall(r'<li id="(list-\d+)"><b>(.*?)</b> \((\d+)\): (.*?)</li>', text, re.DOTALL)
    return {anchor: (words, int(n), re.findall(r'href="#(subject-[^"]+)"', names)) for anchor, words, n, names in found}


@pytest.fixture(scope="module")
def text():
    return render_analysis(view_of())


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.mark.parametrize(
    "view",
    [
        view_of(),
        view_of(is_masked=True),
        view_of((), ()),
        view_of(tuple(map(subject_of, (0, 2)))),
        view_of(held_subjects()),
    ],
    ids=["whole", "masked", "nobody", "an arm with nobody", "holds"],
)
def test_the_page_is_whole_runs_nothing_and_every_link_leads_somewhere(view):
    text = render_analysis(view)
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"src=|https?://(?!www\.w3\.org)|url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))
    assert {href for href, _ in page.links if not href.startswith("#")} == set()
    assert {href[1:] for href, _ in page.links} <= set(page.ids)
    pointed = [value.split() for name, value in page.attributes if name in ("aria-labelledby", "aria-describedby")]
    assert {each for ids in pointed for each in ids} <= set(page.ids)
    for caption, rows in page.tables.items():
        assert len({len(row) for row in rows}) == 1, caption


def test_numbers_computed_from_subjects_lead_to_them(text, page):
    """Estimates, spreads and times of a deviation are no counts of subjects, and each leads to a list all the same."""
    computed = {href[1:] for (href, _), is_count in zip(page.links, page.are_counts, strict=True) if not is_count}
    assert len(computed) > 5
    assert computed <= set(lists_of(text))
    for result in re.findall(r'<article class="result.*?</article>', text, re.S):
        assert result.count('<td class="n"><a class="from"') > 0 or "not estimable" in result, result[:300]


def test_every_linked_count_is_the_number_of_subjects_in_its_list(text, page):
    lists = lists_of(text)
    assert len(lists) > 30
    assert all(n == len(set(names)) for _, n, names in lists.values())
    linked = zip(page.links, page.are_counts, strict=True)
    counts = [(href[1:], words) for (href, words), is_count in linked if is_count and href.startswith("#list-")]
    assert len(counts) > 80
    for anchor, words in counts:
        said = re.search(r"n = (\d+)", words) or re.fullmatch(r"(\d+)", words)
        assert int(said[1]) == lists[anchor][1], words


def test_every_subject_stands_at_the_end_with_its_events_and_times(page):
    rows = page.tables["Randomised subjects, with the time of each endpoint and the events of the log"]
    heads = [place for place, row in enumerate(rows) if row[0] == ""]
    assert [rows[place][-1].split(" <b> ")[0] for place in heads] == [f"S-{number:03d}" for number in range(12)]
    assert rows[heads[4]][-1].endswith("; events of the log: 401")
    # Dead on day 150; of progression (an endpoint of its own) nothing was seen.
    assert ["Overall survival", "150", "death"] in [row[:3] for row in rows[heads[4] : heads[5]]]
    screened = page.tables["Subjects who were not randomised, with where the way ended"]
    assert screened[1] == ["X-1", "uppsala", "screen failed", "I2", "9001"]


def test_the_flow_stands_in_the_picture_and_in_the_table_with_equal_numbers(text, page):
    rows = page.tables["Everybody, from enrolment to analysis"]
    drawn = " ".join(re.findall(r'<text class="count"[^>]*>(.*?)</text>', text))
    assert [row[3] for row in rows[1:] if row[0] in ("Assessed for eligibility", "Excluded", "Randomised")] == [
        "14",
        "2",
        "12",
    ]
    for words, _, _, n in rows[1:]:
        assert f"{words.lstrip('– ')} (n = {n})".replace("<", "&lt;") in drawn


def test_baseline_is_counted_by_arm_and_what_is_missing_is_told(page):
    rows = {row[0]: row[1:] for row in page.tables["At entry, by arm"]}
    assert rows["At entry"] == [f"{CONTROL}: Surgery alone (n = 6)", f"{DRUG}: The drug first (n = 6)"]
    # Subjects 0, 3, 6 and 9 are male, 11 has no baseline: control 0 and 6 of 6, drug 3 and 9 of 6.
    assert rows["sex: male"] == ["2 (33%)", "2 (33%)"]
    assert rows["sex: female"] == ["4 (67%)", "3 (50%)"]
    assert rows["sex: not known"] == ["0", "1"]
    # Ages of the control: 40 42 44 46 48 50.
    assert rows["age: median (quartiles; range)"][0] == "45 (42.5 to 47.5; 40 to 50)"


def test_treatment_is_told_by_steps_amounts_intensity_and_reductions(page):
    rows = {row[0]: row[2] for row in page.tables["Treatment given up to the cut, by arm"]}
    # Five of six in the drug's arm had 7.4 and 3.7 of two times 7.4 GBq, 28 days apart; subject 3 had nothing.
    assert rows["Drug: 2 of 2 steps"] == "5"
    assert rows["Drug: 0 of 2 steps"] == "1"
    assert rows["Drug: amount together [GBq], median (quartiles; range)"] == "11.1 (11.1 to 11.1; 11.1 to 11.1)"
    assert rows["Drug: given of planned amount [%], median (quartiles; range)"] == "75 (75 to 75; 75 to 75)"
    assert rows["Drug: with a dose below the full amount"] == "5"
    assert rows["Drug: days from one dose to the next, median (quartiles; range)"] == "28 (28 to 28; 28 to 28)"
    assert rows["Surgery: 1 of 1 steps"] == "5"
    assert rows["Surgery: with lesions recorded as removed"] == "0"
    planned = {row[0]: row[1] for row in page.tables["Treatment given up to the cut, by arm"]}
    assert planned["Drug: 2 of 2 steps"] == "not planned"


def test_holds_are_told_with_answer_and_reasons_in_the_order_of_days(text):
    assert "Nobody put down that a step was held." in text
    rows = Page(render_analysis(view_of(held_subjects()))).tables["Steps that were held"]
    arm = f"{DRUG}: The drug first"
    assert rows[1:] == [
        ["1", "dose-2", arm, "2027-01-29", "hold", "Platelets 60 <b>. Too early."],
        ["1", "dose-2", arm, "2027-01-30", "unknown", "Platelets not known."],
        ["1", "dose-3", arm, "2027-05-14", "stop", "The course was stopped."],
    ]


def test_holds_are_counted_by_course_with_the_days_until_the_step_was_given():
    """Dose 2 was given on day 31: 6 days after its first hold, on day 25. Dose 3 was held and never given."""
    page = Page(render_analysis(view_of(held_subjects())))
    rows = {row[0]: row[1:] for row in page.tables["Treatment given up to the cut, by arm"]}
    assert rows["Drug: held before a step"] == ["0", "2"]
    assert rows["Drug: held, and the step not given by the cut"] == ["0", "1"]
    assert rows["Drug: days from the first hold to the step, median (quartiles; range)"] == [
        "nobody",
        "6 (6 to 6; 6 to 6)",
    ]
    assert not any(name.startswith("Surgery: held") for name in rows)


def short_subjects():
    """The twelve: two without a second dose by the same answer, one whose lower dose nothing said."""
    stopped = Shortfall("dose-2", "not given up to the cut", "the dose table low says stop", entries=(107,))
    halved = Shortfall("dose-2", "given below the full amount", entries=(509,))
    short = {1: (stopped,), 3: (replace(stopped, entries=(307,)),), 5: (halved,)}
    return tuple(replace(subject_of(number), shortfalls=short.get(number, ())) for number in range(12))


def test_what_was_not_given_in_full_stands_with_what_said_so():
    """Subjects of one answer stand together; what no rule of the plan said comes first."""
    text = render_analysis(view_of(short_subjects()))
    arm = f"{DRUG}: The drug first"
    assert Page(text).tables["Planned steps not given in full, and what said so"][1:] == [
        ["dose-2 given below the full amount", arm, "no rule of the plan", "1"],
        ["dose-2 not given up to the cut", arm, "the dose table low says stop", "2"],
    ]
    assert "Events of the log: 107, 307" in text
    assert "Every planned step was given in full." in render_analysis(view_of())
    assert "not given up to the cut" not in render_analysis(view_of(short_subjects(), is_masked=True))


@pytest.mark.parametrize(
    ("amount", "tolerance", "is_less"), [("7.3", "0", True), ("6.66", "10", False), ("6.65", "10", True)]
)
def test_an_amount_within_the_tolerance_of_the_full_one_is_no_reduction(amount, tolerance, is_less):
    """10 % of 7.4 GBq is 0.74: 6.66 is the least that is the full dose, as a gate counts it."""
    given = Given("dose-1", "drug", START, True, Decimal(amount), Decimal("7.4"), tolerance_percent=Decimal(tolerance))
    assert is_reduced(given) is is_less


def test_each_curve_stands_as_a_table_beside_its_picture(text, page):
    """Of the incidence no band is drawn; of Kaplan-Meier every step has its interval and who was at risk."""
    rows = page.tables["curve: the curves"]
    assert rows[0] == ["Curve", "Day", "At risk", "Share", "From", "To"]
    first = {row[0]: row[1:4] for row in reversed(rows[1:])}
    assert first == {CONTROL: ["0", "6", "1"], DRUG: ["0", "6", "1"]}
    assert all(len(row) == 6 and row[4] for row in rows[1:])
    assert not any(row[4] for row in page.tables["incidence: the curves"][1:])
    assert text.count(": the curves</caption>") == 3, "curve, incidence, survival"


def test_no_hold_is_told_while_the_arms_are_pooled():
    text = render_analysis(view_of(held_subjects(), is_masked=True))
    assert "held" not in text.replace("withheld", "")


def test_worst_grades_count_a_subject_once_at_the_worst_that_was_signed(page):
    rows = page.tables["Adverse events by term and worst grade"]
    treated = {row[1]: row[2:] for row in rows[1:]}
    # Worst grades by number: 0 none, 1 1, 2 3 (2, then 3), 3 not treated, 4 none and not treated, 5 1, 6 2, 7 3.
    assert treated[f"{CONTROL}: Surgery alone"] == ["0", "1", "1", "0", "0", "1", "3 (60%)"]
    assert treated[f"{DRUG}: The drug first"] == ["2", "0", "1", "0", "0", "0", "3 (60%)"]
    assert {row[0]: row[1] for row in page.tables["Subjects with adverse events from randomisation to the cut"]}[
        "A serious one"
    ] == "1 (20%)"


def test_deviations_stand_by_class_and_those_without_one_say_so(page):
    rows = page.tables["Deviations up to the cut, by class"]
    assert Counter({row[1]: int(row[3]) for row in rows[1:]}) == {"not classed yet": 2, "minor": 2, "important": 2}


def test_every_estimate_is_written_with_its_interval_and_type_and_in_full_as_data(text, page):
    view = view_of()
    result = next(each for each in view.results if each.id == "effect")
    ratio = result.comparisons[0]
    rows = page.tables["effect: compared"]
    assert rows[1][1] == short(ratio.value)
    assert "(95 % wald)" in rows[1][2]
    assert "(95 % profile)" in rows[2][2]
    assert f'<data value="{ratio.value!r}">' in text
    for each in view.results:
        for line in each.arms:
            for one in line.estimates:
                if not isinstance(one.value, NotEstimable):
                    assert f'<data value="{one.value!r}">' in text, one.label


def test_what_an_analysis_is_stands_with_it(text, page):
    said = re.sub(r"\s+", " ", page.text)
    assert "<dt>Method</dt><dd>Cox proportional hazards</dd>\n<dt>Options</dt><dd>level: 0.95; ties: efron</dd>" in text
    assert (
        "censored by: last evaluable assessment, new anticancer therapy, missed visits; read by the site reader" in said
    )
    assert "Other therapy: treatment policy (ignored)" in said
    assert "<dt>Summary</dt><dd>A ratio of hazards.</dd>" in text


def test_what_was_planned_and_not_done_stands_with_its_reason(page):
    rows = page.tables["Planned and not done"]
    assert rows[1:] == [
        ["redrawn", "redrawn", "primary", "the allocation is not at hand, so nothing could be drawn again"]
    ]
    view = view_of()
    lost = replace(view, results=[each for each in view.results if each.id != "test"])
    rows = Page(render_analysis(lost)).tables["Planned and not done"]
    assert ["test", "test", "primary", "there is no result of it, and no reason on record"] in rows


def test_what_is_not_estimable_says_so_and_why():
    view = view_of()
    broken = Estimate("hazard-ratio-x", "Hazard ratio, x to y", NotEstimable("nobody had the <event>"))
    first = replace(view.results[2], comparisons=(broken,))
    text = render_analysis(replace(view, results=[first]))
    page = Page(text)
    assert page.tables["effect: compared"][1] == [
        "Hazard ratio, x to y",
        "not estimable",
        "",
        "",
        "nobody had the <event>",
    ]
    assert "effect, Hazard ratio, x to y: nobody had the <event>" in re.sub(r"\s+", " ", page.text)
    assert ["Effect (x to y)", "not estimable: nobody had the <event>"] in page.tables["Hazard ratios"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_simulated": True}, "Simulated: no subject of these figures exists."),
        ({"is_training": True}, "Training: nobody is enrolled, and nothing here is a finding."),
    ],
)
def test_a_trial_that_is_none_says_so_in_the_banner_and_below_the_title(text, changes, sentence):
    assert render_analysis(view_of(**changes)).count(sentence) == 2
    assert sentence not in text


def test_a_masked_page_tells_no_arm_no_step_and_no_course_of_a_subject():
    view = view_of(is_masked=True, withheld=("doses",), warnings=("a day <is> wrong",))
    text = render_analysis(view)
    assert not re.search(rf"{DRUG}|dose-1|dose-2|The drug first|Surgery alone", text)
    assert "Pooled: nobody reads an arm here" in text
    assert "<li>a day &lt;is&gt; wrong</li>" in text
    assert not {"swimmer", "waterfall", "spider", "grades", "forest"} & set(re.findall(r'<svg class="(\w+)"', text))
    assert "Doses, operations and their days would tell an arm: withheld" in text
    assert "Deviations would tell an arm: withheld" in text


def test_a_hidden_set_shows_its_size_and_nobody():
    view = view_of(is_masked=True)
    sets = {
        name: replace(each, members=(), excluded={}) if name == "treated" else each for name, each in view.sets.items()
    }
    sizes = {**view.set_sizes, "treated": 9}
    results = [replace(each, subjects=()) if each.set == "treated" else each for each in view.results]
    hidden = Box("Received treatment: withheld", ())
    flow = replace(view.flow, arms=tuple(replace(arm, received=hidden, not_received=hidden) for arm in view.flow.arms))
    page = Page(render_analysis(replace(view, sets=sets, set_sizes=sizes, results=results, flow=flow)))
    rows = page.tables["Analysis sets"]
    assert column_of(rows, "In it")["Treated"] == "9 (who: withheld while the arms are pooled)"
    assert "Counted in everybody randomised: who is in the set Treated is withheld" in page.text
    flow_rows = column_of(page.tables["Everybody, from enrolment to analysis"], "n")
    assert flow_rows["– Received treatment as allocated"] == "withheld while the arms are pooled"


def test_pictures_by_subject_stand_once_for_everybody(text):
    """Every subject has a lane; those with a scan before the operation a bar and a line; none stands twice."""
    swimmers = re.findall(r'<svg class="swimmer".*?</svg>', text, re.DOTALL)
    names = re.findall(r'<text class="name"[^>]*>(S-\d+)', "".join(swimmers))
    assert sorted(names) == [f"S-{number:03d}" for number in range(12)]
    for css in ("waterfall", "spider"):
        pictures = re.findall(rf'<svg class="{css}".*?</svg>', text, re.DOTALL)
        named = re.findall(r'<text class="name"[^>]*>(S-\d+)', "".join(pictures))
        assert sorted(named) == [f"S-{number:03d}" for number in range(12)]


def test_names_are_shown_as_written_and_never_as_tags(text):
    assert "A trial &lt;to&gt; report" in text
    assert "<to>" not in text
    assert "<b>S-" not in text
    assert "S-001 <b>" not in text


def test_equal_views_give_equal_pages():
    assert render_analysis(view_of()) == render_analysis(view_of())


def test_a_count_is_never_linked_to_a_list_of_another_length():
    view = view_of()
    wrong = replace(view.results[0], arms=tuple(replace(line, n_events=99) for line in view.results[0].arms))
    page = Page(render_analysis(replace(view, results=[wrong])))
    assert "99" in column_of(page.tables["curve: by arm"], "Events").values()
    assert "99" not in [words for _, words in page.links]


def test_numbers_are_short_to_read():
    assert [short(each) for each in (3, 3.0, 0.61249, 99.9994, 123.456, -0.5)] == [
        "3",
        "3",
        "0.612",
        "99.999",
        "123.5",
        "-0.500",
    ]
    assert write_number(84, "d") == '<data value="84">84 d</data>'
    assert write_p(0.00001) == '<data value="1e-05">&lt; 0.0001</data>'
    assert write_interval(Interval(None, 2.5, 0.9, IntervalType.LOG)) == (
        'not reached to <data value="2.5">2.500</data> (90 % log)'
    )


def test_a_spread_of_one_is_that_one_and_of_none_nobody():
    assert spread_words([5]) == "5 (5 to 5; 5 to 5)"
    assert spread_words([]) == "nobody"


def test_equal_lists_are_one_and_nobody_has_none():
    lists = SubjectLists()
    assert lists.count("a", ["S"]) == '<a href="#list-1" aria-label="1: a">1</a>'
    assert lists.count("a", ["S", "S"]) == lists.count("a", ["S"])
    assert lists.count("a", []) == "0"
    assert len(lists.all()) == 1


def test_anchors_of_different_subjects_differ():
    names = ["a b", "a_b", "a-b", "a_20_b", "ä", "a"]
    assert len({anchor_of(name) for name in names}) == len(names)
