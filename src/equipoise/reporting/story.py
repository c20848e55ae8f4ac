"""The page on which the demo begins: what was done, what came out, and where to read on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape


@dataclass(frozen=True)
class StoryVersion:
    """One version of the protocol as it was screened; `report` is a link relative to the page."""

    name: str
    report: str
    groups: Mapping[str, int]
    first_question: str
    n_settles: int


@dataclass(frozen=True)
class StoryTrial:
    """
    The practice trial; links are relative to the page.

    Parameters
    ----------
    n_people, n_screened, n_more
        How many were found, how many different ones the screening of the demo and of further made-up people found
        eligible.
    allocated
        Subjects by arm.
    answers
        How often the gates gave each answer; `n_reduced` doses were given reduced.
    n_events
        Of the log up to the cut.
    n_done, n_planned
        Analyses.
    subjects
        Names and pages.
    """

    folder: str
    n_people: int
    n_screened: int
    n_more: int
    allocated: Mapping[str, int]
    answers: Mapping[str, int]
    n_reduced: int
    n_died: int
    n_events: int
    cut_on: date
    n_done: int
    n_planned: int
    scenario: str
    calendar: str
    analysis: str
    report: str
    subjects: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Story:
    """
    Everything the page tells; `reading` are lines in words, `n_moved` patients whose group the amendment changed,
    `n_found` of `n_known` truths the screening got as they were fixed before a record was written.
    """

    protocol_id: str
    title: str
    registry_sentence: str
    as_of: date
    n_patients: int
    n_answers: int
    reading: tuple[str, ...]
    versions: tuple[StoryVersion, ...]
    n_moved: int
    n_known: int
    n_found: int
    trial: StoryTrial


ANSWER_WORDS = {
    "give": "give: the step may be released in full",
    "reduce": "reduce: at the lower level of the dose",
    "hold": "hold: not today; a person looks again",
    "stop": "stop: the course ends here",
    "unknown": "unknown: something is missing, so nothing is released",
}
GROUP_WORDS = {
    "in": "in: every criterion is decided and passes",
    "ask-people": "wait for people: the record has said all it can",
    "near": "near: one or two facts of the record are missing",
    "far": "far: more is missing",
    "out": "out: a criterion blocks, or the patient has died",
}


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("story.html")


def render_story(story: Story, page: Path) -> None:
    """Write the page."""
    page.write_text(
        _template().render(story=story, group_words=GROUP_WORDS, answer_words=ANSWER_WORDS), encoding="utf-8"
    )
