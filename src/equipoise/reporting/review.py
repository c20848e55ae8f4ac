"""The review page of a draft: the record on one side, a card for each criterion on the other, and what is still open.

Decides what stands at the top and which edits finish the file. The record is `review_record`, the cards are
`review_cards`, the order of work is `review_work`. Without scripts or anything fetched from elsewhere; equal drafts
give equal bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from equipoise.authoring.drafting.draft import Draft
from equipoise.criteria.prose import describe_window
from equipoise.criteria.truth import Kind
from equipoise.protocol.document import Where, parse_document
from equipoise.protocol.model import DRAFT_SENTENCE, Protocol, Version
from equipoise.protocol.phrases import parse_window
from equipoise.reporting.review_cards import OUTCOME_WORDS, Card, CardMaker
from equipoise.reporting.review_lines import FileLines, sign_version
from equipoise.reporting.review_plan import plan_rows
from equipoise.reporting.review_record import RecordView
from equipoise.reporting.review_work import WindowView, Work, duration, list_work
from equipoise.terminology.concepts import Concept

_GROUPS = (
    ("inclusion", "Inclusion", "Each must be true."),
    ("exclusion", "Exclusion", "Each must be false."),
    ("gates", "Gates", "Judged after enrolment, in one arm: each must be true before treatment begins."),
    (
        "open",
        "Side not stated",
        "The record does not say whether these let in or keep out; they stand under inclusion",
    ),
)


@dataclass(frozen=True)
class Banner:
    """What stands above every page of a protocol."""

    registry_sentence: str
    draft_sentence: str


@dataclass(frozen=True)
class Figure:
    """A number at the top, the part of the page it leads to, and its tone."""

    number: int
    name: str
    says: str
    link: str
    tone: str


def render_review(
    draft: Draft, protocol: Protocol, library: Mapping[str, Concept], *, yaml_text: str, path: Path
) -> None:
    """
    Write the review page of a draft.

    Parameters
    ----------
    draft
        As `draft_criteria` gives it.
    protocol
        The protocol made from it, as loaded from `yaml_text`.
    library
        Concepts, for their labels, with those that the protocol declares (`Protocol.library`).
    yaml_text
        The drafted file; the page shows its lines and says which to edit.
    path
        The page to write.
    """
    document = protocol.document or parse_document(yaml_text, Path("protocol.yaml"))
    lines = FileLines(yaml_text, document)
    record = RecordView(draft)
    cards = CardMaker(draft, protocol, library, lines, record).cards()
    version = protocol.version()
    root: Where = ("versions", protocol.versions.index(version))
    windows = _assumed_windows(version, root, lines, cards)
    work = list_work(cards, draft.marks, windows)
    counts = record.counts()
    text = _template().render(
        protocol=Banner(_registry_sentence(protocol, version), DRAFT_SENTENCE if version.is_draft else ""),
        title=protocol.title,
        trial=protocol.id,
        registration=draft.registration,
        file=document.path.name,
        version=version,
        cards=cards,
        groups=_grouped(cards),
        figures=_figures(cards, work),
        sides=_side_words(cards),
        n_sure=sum(card.is_sure for card in cards),
        work=work,
        to_sign=sum(each.seconds for each in work if not each.may_wait),
        for_codes=sum(each.seconds for each in work if each.may_wait),
        windows=windows,
        sign=sign_version(lines, root) if version.is_draft else None,
        blocks=record.blocks(),
        counts=counts,
        n_characters=sum(number for _, number in counts),
        outcomes=OUTCOME_WORDS.values(),
        draft_plan=draft.plan,
        plan_rows=plan_rows(protocol),
    )
    path.write_text(text, encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"thousands": "{:,}".format, "duration": duration, "minutes": _minutes}
    return environment.get_template("review.html")


def _minutes(seconds: int) -> str:
    """In whole minutes, rounded up."""
    return duration(-(-seconds // 60) * 60)


def _registry_sentence(protocol: Protocol, version: Version) -> str:
    """On the day of the draft; without one, on the last day that the record gives."""
    drafted_at = version.review.drafted_at if version.review is not None else None
    days = [day for each in protocol.registry for day in each.since.bounds if day is not None]
    as_of = drafted_at or max(days, default=None)
    if as_of is None and protocol.registry:
        return f"The record says: {protocol.registry[-1].status.replace('-', ' ')}; it gives no day."
    return protocol.registry_status_at(as_of or date.max).sentence


def _group_of(card: Card) -> str:
    if card.criterion.is_gate:
        return "gates"
    return card.criterion.kind.value if card.criterion.kind else "open"


def _grouped(cards: Sequence[Card]) -> list[tuple[str, str, str, list[Card]]]:
    """The cards under their headings, without the headings that have none."""
    found = [(key, title, says, [card for card in cards if _group_of(card) == key]) for key, title, says in _GROUPS]
    return [group for group in found if group[3]]


def _side_words(cards: Sequence[Card]) -> str:
    """`6 let in, 17 keep out, 1 is a gate`."""
    sides = {key: sum(_group_of(card) == key for card in cards) for key, _, _ in _GROUPS}
    words = {
        Kind.INCLUSION.value: "to let in",
        Kind.EXCLUSION.value: "to keep out",
        "gates": "after enrolment, in one arm",
        "open": "of which the record gives no side",
    }
    return ", ".join(f"{number} {words[key]}" for key, number in sides.items() if number)


def _figures(cards: Sequence[Card], work: Sequence[Work]) -> list[Figure]:
    n_tasks = {each.name: len(each.tasks) for each in work}

    def figure(key: str, name: str, says: str, tone: str) -> Figure:
        return Figure(n_tasks.get(key, 0), name, says, f"#work-{key}" if key in n_tasks else "#criteria", tone)

    return [
        Figure(len(cards), "criteria", _side_words(cards), "#criteria", "far"),
        figure("sure", "✓ without a doubt", "computed, nothing doubtful", "in"),
        figure("repairs", "⚠ damage", "held back until you decide", "out"),
        figure("readings", "⇄ readings", "two meanings, none chosen", "near"),
        figure("not-understood", "? not understood", "no rule was certain", "near"),
        figure("checks", "◎ to look at", "computed on an assumption", "ask-people"),
        figure("codes", "# without codes", "may wait; people are asked", "far"),
        figure("questions", "☞ questions", "stay with people", "far"),
    ]


def _assumed_windows(version: Version, root: Where, lines: FileLines, cards: Sequence[Card]) -> list[WindowView]:
    found = []
    for name, setting in version.windows.items():
        if setting.status == "assumption":
            words = describe_window(parse_window(setting.length, label=name, anchor=setting.anchor))
            users = tuple(card.id for card in cards if _names_window(card.criterion.draft.rule, name))
            line = lines.line((*root, "windows", name, "length"))
            found.append(WindowView(name, words, setting.source, line, users))
    return found


def _names_window(rule: object, name: str) -> bool:
    if isinstance(rule, Mapping):
        return rule.get("within") == name or any(_names_window(part, name) for part in rule.values())
    return isinstance(rule, list) and any(_names_window(part, name) for part in rule)
