"""What is still open in a draft, in the order in which a person gets through it.

Decides the order and the estimates: what holds a criterion back comes first, then what could be computed wrongly (an
exclusion whose words were set aside can let somebody in), last what is only to be known. Estimates are seconds for
somebody who knows the trial; they add up, and codes, which are looked up elsewhere, are counted apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from equipoise.authoring.model import DamageMark, Outcome
from equipoise.criteria.truth import Kind
from equipoise.reporting.review_cards import Card
from equipoise.reporting.review_record import KIND_WORDS

REPAIR_S, CLOSE_S, MARK_S, SIDE_S, READING_S, OFFER_S = 45, 90, 20, 20, 45, 90
NOT_UNDERSTOOD_S, CHECKED_S, CHECK_S, WINDOW_S, SURE_S, CODES_S = 60, 20, 15, 15, 15, 120
_SET_ASIDE = "set aside"


@dataclass(frozen=True)
class Task:
    """One thing to settle: a link to it, what it is, and how long it takes; no seconds for what is only to be known."""

    link: str
    name: str
    words: str
    seconds: int = 0


@dataclass(frozen=True)
class Work:
    """Tasks of one kind. `may_wait`: the draft can be signed without them."""

    name: str
    title: str
    says: str
    tasks: tuple[Task, ...] = ()
    may_wait: bool = False

    @property
    def seconds(self) -> int:
        return sum(task.seconds for task in self.tasks)


@dataclass(frozen=True)
class WindowView:
    """A look-back window that the record does not state, the line on which it is set, and who uses it."""

    name: str
    words: str
    source: str
    line: int
    criterion_ids: tuple[str, ...]


_KINDS = (
    Work(
        "repairs",
        "Damage and repairs",
        "Each holds its criterion back: until a repair is accepted, the criterion is unknown for every patient.",
    ),
    Work(
        "readings",
        "Open readings",
        "Sentences with two meanings. One that is left open decides only where both meanings agree.",
    ),
    Work(
        "not-understood",
        "Not understood",
        "No rule was certain. Leave the question to a person, or write a rule in its place.",
    ),
    Work(
        "checks",
        "Computed, with something to look at",
        "By risk: exclusions with words that were set aside come first, since they could let somebody in.",
    ),
    Work("sure", "Rules without a doubt", "Read each once against its words before you sign."),
    Work(
        "codes",
        "Concepts without codes",
        "No record can name them yet. You may sign without; until they have codes, people are asked.",
        may_wait=True,
    ),
    Work("questions", "Questions that stay with people", "Nothing to do; to know.", may_wait=True),
)
"""Every kind of work in the order in which it is done, still without its tasks."""


def list_work(
    cards: Sequence[Card], marks: Sequence[DamageMark] = (), windows: Sequence[WindowView] = ()
) -> tuple[Work, ...]:
    """
    Everything that is open, kind after kind; kinds without a task are left out.

    Parameters
    ----------
    cards
        Of every criterion.
    marks
        Damage that belongs to no criterion.
    windows
        Windows of time that were assumed.
    """
    tasks: Mapping[str, Iterable[Task]] = {
        "repairs": (*_repairs(cards), *_loose_marks(marks)),
        "readings": (*_sides(cards), *_readings(cards)),
        "not-understood": (*_not_understood(cards), *_offers(cards)),
        "checks": (*_checked(cards), *_windows(windows)),
        "sure": _sure(cards),
        "codes": _codes(cards),
        "questions": _questions(cards),
    }
    listed = (replace(work, tasks=tuple(tasks[work.name])) for work in _KINDS)
    return tuple(work for work in listed if work.tasks)


def duration(seconds: int) -> str:
    """`45 s`, `2 min`, `1 min 30 s`, `1 h 5 min`."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (left, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def _repairs(cards: Sequence[Card]) -> Iterator[Task]:
    """Those with a repair to accept first: they are settled by one word."""
    waiting = [card for card in cards if card.is_damaged or (card.repair and card.repair.is_in_record)]
    for card in sorted(waiting, key=lambda card: not (card.repair and card.repair.is_in_record)):
        repair = card.repair
        if repair is not None and repair.is_in_record:
            yield Task(f"#c-{card.id}", card.id, f"accept or reject: “{repair.reads}”", REPAIR_S)
        else:
            lost = "; ".join(mark.lost or mark.kind for mark in card.marks if not mark.is_harmless)
            yield Task(f"#c-{card.id}", card.id, f"the record cannot close it: {lost}", CLOSE_S)


def _loose_marks(marks: Sequence[DamageMark]) -> Iterator[Task]:
    for number, mark in enumerate(marks, start=1):
        words = f"{KIND_WORDS[mark.kind]}, in no criterion: {mark.lost or mark.because}"
        yield Task(f"#m-{number}", "record", words, 0 if mark.is_harmless else MARK_S)


def _sides(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        if card.side_edit is not None:
            yield Task(f"#c-{card.id}", card.id, "the record does not say whether it lets in or keeps out", SIDE_S)


def _readings(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        for reading in card.readings:
            yield Task(f"#c-{card.id}", card.id, reading.because, READING_S)


def _not_understood(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        if card.outcome is Outcome.REFUSED:
            yield Task(f"#c-{card.id}", card.id, card.criterion.text, NOT_UNDERSTOOD_S)


def _offers(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        for offer in card.offers:
            yield Task(f"#c-{card.id}", card.id, f"a rule is offered by {offer.by}: accept or reject", OFFER_S)


def _risk(card: Card) -> tuple[bool, bool]:
    """Exclusions with words that were set aside, other exclusions, then the same of what lets in."""
    is_set_aside = any(_SET_ASIDE in check for check in card.checks)
    return card.criterion.kind is not Kind.EXCLUSION, not is_set_aside


def _checked(cards: Sequence[Card]) -> Iterator[Task]:
    for card in sorted((card for card in cards if card.is_computed and card.checks), key=_risk):
        yield Task(f"#c-{card.id}", card.id, "; ".join(card.checks), CHECKED_S + CHECK_S * len(card.checks))


def _windows(windows: Sequence[WindowView]) -> Iterator[Task]:
    for window in windows:
        words = f"{window.name.replace('-', ' ')}: {window.words}, assumed for {', '.join(window.criterion_ids)}"
        yield Task(f"#w-{window.name}", "window", words, WINDOW_S)


def _sure(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        if card.is_sure:
            yield Task(f"#c-{card.id}", card.id, card.criterion.text, SURE_S)


def _codes(cards: Sequence[Card]) -> Iterator[Task]:
    """A concept that several criteria name is one task, at the first of them."""
    named: dict[str, Task] = {}
    for card in cards:
        for concept in card.without_codes:
            named.setdefault(concept.name, Task(f"#c-{card.id}", card.id, concept.label, CODES_S))
    yield from named.values()


def _questions(cards: Sequence[Card]) -> Iterator[Task]:
    for card in cards:
        if card.outcome is not Outcome.REFUSED:
            for question in card.questions:
                yield Task(f"#c-{card.id}", card.id, question.label)
