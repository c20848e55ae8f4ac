"""The page of a subject holds what was recorded, as it was signed, and nothing that runs."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from equipoise.conduct.calendar import Due, DueState
from equipoise.reporting.subject_page import (
    AmendmentShown,
    AnswerShown,
    EntryShown,
    EventShown,
    ItemShown,
    StepShown,
    SubjectCourse,
    render_subject,
)
from equipoise.reporting.value_picture import ValuePoint, ValueSeries, draw_values

DAY = date(2027, 1, 25)
GIVEN = Due(
    "cycle-1", "Cycles", "cycles", 1, 2, "treatment", True, DueState.DONE, DAY, done_on=DAY, opens_on=DAY, closes_on=DAY
)
NEXT = Due("cycle-2", "Cycles", "cycles", 2, 2, "treatment", True, DueState.NOT_YET, date(2027, 3, 22))
LINE = {
    "rule": "potassium",
    "label": "Potassium not above normal",
    "action": "give",
    "says": "The latest potassium is at most the upper limit of normal.",
    "found": "Potassium 4.2 mmol/L on 2027-01-25.",
    "unlock": "",
    "source": "summary of product characteristics 4.4",
    "mark": "secondary",
}
ANSWER = {"step": "cycle-1", "as_of": "2027-01-25", "action": "give", "lines": [LINE], "shown": {"kidney dose": "4 Gy"}}
PLATELETS = ValueSeries(
    "platelets",
    "10*9/L",
    [ValuePoint(DAY, 190, "190 10*9/L"), ValuePoint(date(2027, 3, 22), 70, "70 10*9/L")],
    150,
    400,
)


@pytest.fixture
def course() -> SubjectCourse:
    return SubjectCourse(
        subject="ucccc-0001",
        trial="nct05610826: A trial",
        registry_sentence="Withdrawn.",
        is_training=True,
        version="original",
        arm="arm-2: PRRT, then surgery",
        state="on treatment",
        allocated_on=date(2027, 1, 4),
        as_of=date(2027, 3, 22),
        dues=(GIVEN, NEXT),
        steps=(
            StepShown(GIVEN, "administered 7.4 GBq", True, (AnswerShown(74, "Ines", "give, 7.4 GBq (full)", ANSWER),)),
            StepShown(NEXT, "", True, ()),
        ),
        entries=(
            EntryShown("81", date(2027, 3, 22), "Results", "platelets 70 10*9/L", "ines (investigator)"),
            EntryShown("75", DAY, "A dose", "administered 7.4 GBq <b>", "ines (investigator)"),
        ),
        values=(PLATELETS,),
        adverse_events=(EventShown("90", "nausea", "none", "2", "from 2027-01-26", "possible", "no", "recovering"),),
        items=(ItemShown("75.1", "query", DAY, "Was it 200 mCi?"),),
        amendments=(AmendmentShown("75", "a dose", ["administered 200 -> 7.4"], "typed as GBq", "ines", DAY),),
    )


class Page(HTMLParser):
    """Tags, what they point to, and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_nothing_runs_and_nothing_is_fetched(course: SubjectCourse):
    page = Page(render_subject(course))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert [
        value for name, value in page.attributes if name in ("src", "href") and not str(value).startswith("#")
    ] == []


def test_every_link_leads_to_a_heading_of_the_page(course: SubjectCourse):
    page = Page(render_subject(course))
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {str(value)[1:] for name, value in page.attributes if name == "href"} <= set(ids)


@pytest.mark.parametrize(
    "said",
    [
        "ucccc-0001",
        "arm-2: PRRT, then surgery",
        "Released for 2027-01-25 by Ines (event 74)",
        "Potassium 4.2 mmol/L on 2027-01-25.",
        "summary of product characteristics 4.4 (secondary)",
        "administered 200 -> 7.4",
        "typed as GBq",
        "Was it 200 mCi?",
        "nausea",
        "administered 7.4 GBq <b>",
        "This is decision support",
        "Training: nobody is enrolled.",
    ],
)
def test_the_page_says(course: SubjectCourse, said: str):
    assert said in Page(render_subject(course)).text


def test_an_arm_that_the_asker_may_not_see_is_not_on_the_page(course: SubjectCourse):
    assert "arm-2" not in render_subject(replace(course, arm=None))


def test_a_step_that_nobody_released_says_so(course: SubjectCourse):
    step = StepShown(GIVEN, "administered 7.4 GBq", False, ())
    assert "Nobody had released it." in render_subject(replace(course, steps=(step,)))
    assert "Nobody had released it." not in render_subject(course)


HELD = {
    "step": "cycle-2",
    "as_of": "2027-03-22",
    "action": "hold",
    "shown": {},
    "lines": [LINE, {**LINE, "action": "hold", "found": "Platelets 70 10*9/L.", "unlock": "A count of 75 or more."}],
}


def test_a_hold_stands_with_its_step_and_says_what_would_open_it(course: SubjectCourse):
    held = AnswerShown(91, "ines (investigator)", "hold", HELD, is_hold=True)
    due = replace(NEXT, held_since=date(2027, 3, 22))
    text = Page(render_subject(replace(course, steps=(StepShown(due, "", True, (held,)),)))).text
    assert "Held on 2027-03-22 by ines (investigator) (event 91): hold" in text
    assert "Platelets 70 10*9/L.Opens: A count of 75 or more." in text
    assert "not yet due, held since 2027-03-22" in text
    assert text.index("Platelets 70") < text.index("Potassium 4.2"), "what keeps it closed stands first"
    assert "Not released." not in text


def test_a_hold_of_a_step_that_the_arm_does_not_plan_is_not_lost(course: SubjectCourse):
    held = AnswerShown(91, "ines (investigator)", "stop", {**HELD, "step": "other-1"}, is_hold=True)
    text = Page(render_subject(replace(course, others=(held,)))).text
    assert "Steps that this arm does not plan" in text
    assert "What the gate of other-1 answered on 2027-03-22" in text


def test_what_was_recorded_stands_in_the_order_of_its_days(course: SubjectCourse):
    text = Page(render_subject(course)).text
    recorded = text[text.index("By the day on which it happened") :]
    assert recorded.index("A dose") < recorded.index("Results")


def test_a_page_without_facts_is_a_page(course: SubjectCourse):
    nothing = {"steps": (), "entries": (), "values": (), "adverse_events": (), "items": (), "amendments": ()}
    text = Page(render_subject(replace(course, **nothing))).text
    assert "Nothing was recorded yet." in text
    assert "No deviation, query or notice waits." in text


def test_a_value_stands_at_its_height_and_day():
    """Half of the time and half of the scale: from 0 to 1.08 times 400, on days 0 and 56 of 112."""
    series = ValueSeries("x", "1", [ValuePoint(DAY, 0, "0"), ValuePoint(date(2027, 3, 22), 216, "216")], None, 400)
    picture = ElementTree.fromstring(str(draw_values(series, DAY, date(2027, 5, 17))))
    first, second = picture.findall(".//{http://www.w3.org/2000/svg}circle")
    low, middle = float(first.get("cy")), float(second.get("cy"))
    axis_top, axis_bottom = 12, 120 - 22
    assert low == axis_bottom
    assert middle == pytest.approx((axis_top + axis_bottom) / 2, abs=0.06)
    assert float(second.get("cx")) == pytest.approx((44 + 300 - 12) / 2, abs=0.06)


def test_a_value_is_read_aloud_with_its_day_and_words():
    assert "platelets: 2027-01-25 190 10*9/L, 2027-03-22 70 10*9/L" in draw_values(PLATELETS, DAY, date(2027, 5, 1))
