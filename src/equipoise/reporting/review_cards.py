"""The card of each criterion on the review page: its words, its rule in English and YAML, and what to look at.

Decides in which words an outcome is told and which edits settle what is open. What was found is the draft's; what a
rule says is `criteria.prose`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.authoring.model import DamageMark, Outcome
from equipoise.criteria.prose import outline
from equipoise.criteria.truth import Kind
from equipoise.protocol.document import Where
from equipoise.protocol.model import Criterion, Proposal, Protocol, RepairStatus, Version
from equipoise.protocol.phrases import parse_window
from equipoise.protocol.rules import RuleContext, collect_rule
from equipoise.reporting.review_lines import (
    Edit,
    FileLines,
    Lines,
    choose_reading,
    close_by_hand,
    give_codes,
    settle_proposal,
)
from equipoise.reporting.review_record import KIND_WORDS, RecordView, side_css
from equipoise.terminology.concepts import Concept, DecidedBy

OUTCOME_WORDS: Mapping[Outcome, tuple[str, str, str]] = {
    Outcome.COMPILED: (
        "✓",
        "has a rule",
        "All of it has a rule; what no record holds is answered patient by patient.",
    ),
    Outcome.PARTLY: ("◐", "rule in part", "Some of it has a rule; the rest is asked as it is worded."),
    Outcome.ASKED: ("☞", "asked of a person", "Only a person can decide it."),
    Outcome.REFUSED: ("?", "not understood", "No rule was certain, so all of it is asked of a person."),
}
"""Symbol, name and meaning of each outcome: colour never speaks alone."""


@dataclass(frozen=True)
class Branch:
    """
    A line of an outline with the lines below it.

    What goes on with an item ("unless …") is below that item: it binds it alone.
    """

    words: str
    is_item: bool = False
    parts: tuple["Branch", ...] = ()


@dataclass(frozen=True)
class MarkView:
    """Damage in words; `is_harmless` means that nothing waits for it."""

    kind: str
    after: str
    lost: str
    because: str
    is_harmless: bool


@dataclass(frozen=True)
class RepairView:
    """A repair as proposed, or `is_in_record` False: what is missing cannot be had from the record."""

    reads: str
    because: str
    source: str
    is_in_record: bool
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class ReadingView:
    """A doubtful sentence: why, and how each alternative is chosen (label, words, edit)."""

    name: str
    because: str
    alternatives: tuple[tuple[str, str, Edit], ...]


@dataclass(frozen=True)
class OfferView:
    """A rule that something outside proposes."""

    by: str
    because: str
    rule: tuple[Branch, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class NamedView:
    """A concept that still needs codes (with its edit), or a question to a person (with the reason)."""

    name: str
    label: str
    words: str
    because: str = ""
    edit: Edit | None = None


@dataclass(frozen=True)
class Card:
    """Everything the page tells of one criterion. `file_id` is its id in the file, another only for a gate."""

    criterion: DraftCriterion
    file_id: str
    side: str
    side_css: str
    true_if: str
    words: Markup
    rule: tuple[Branch, ...]
    yaml: Lines
    marks: tuple[MarkView, ...]
    repair: RepairView | None
    readings: tuple[ReadingView, ...]
    offers: tuple[OfferView, ...]
    without_codes: tuple[NamedView, ...]
    questions: tuple[NamedView, ...]
    side_edit: Edit | None
    is_in_record: bool

    @property
    def id(self) -> str:
        return self.criterion.id

    @property
    def outcome(self) -> Outcome:
        return self.criterion.draft.outcome

    @property
    def outcome_words(self) -> tuple[str, str, str]:
        return OUTCOME_WORDS[self.outcome]

    @property
    def checks(self) -> tuple[str, ...]:
        return self.criterion.draft.checks

    @property
    def is_damaged(self) -> bool:
        return self.criterion.is_damaged

    @property
    def is_computed(self) -> bool:
        return self.outcome in (Outcome.COMPILED, Outcome.PARTLY)

    @property
    def is_sure(self) -> bool:
        """Whether it is computed and nothing in it is doubtful; codes may still be missing."""
        is_waiting = self.is_damaged or self.repair is not None
        is_open = is_waiting or self.readings or self.checks or self.offers or self.side_edit is not None
        return self.is_computed and not is_open

    @property
    def edited_lines(self) -> frozenset[int]:
        """The lines of the file that something on the card tells to edit."""
        edits = [edit for view in (self.repair, *self.offers) if view is not None for edit in view.edits]
        return frozenset(edit.line for edit in edits)


class CardMaker:
    """Makes the cards of a draft; `protocol` is the drafted file as it was loaded, `lines` its lines."""

    def __init__(
        self, draft: Draft, protocol: Protocol, library: Mapping[str, Concept], lines: FileLines, record: RecordView
    ) -> None:
        self._draft, self._library, self._lines, self._record = draft, library, lines, record
        self._version: Version = protocol.version()
        self._root: Where = ("versions", protocol.versions.index(self._version))
        windows = self._version.windows.items()
        self._windows = {name: parse_window(use.length, label=name, anchor=use.anchor) for name, use in windows}

    def cards(self) -> tuple[Card, ...]:
        """In the order of the draft."""
        return tuple(self._card(drafted, *found) for drafted, found in self._in_file())

    def _in_file(self) -> Iterator[tuple[DraftCriterion, tuple[Where, Criterion]]]:
        """Each criterion of the draft with its place in the file; gates are numbered anew there."""
        by_id: dict[str, tuple[Where, Criterion]] = {}
        for side in ("inclusion", "exclusion"):
            for position, written in enumerate(getattr(self._version, side)):
                by_id[written.id] = ((*self._root, side, position), written)
        gates = iter(enumerate(self._version.gates))
        for drafted in self._draft.criteria:
            if drafted.is_gate:
                position, gate = next(gates)
                yield drafted, ((*self._root, "gates", position), gate)
            else:
                yield drafted, by_id[drafted.id]

    def _card(self, drafted: DraftCriterion, where: Where, written: Criterion) -> Card:
        context = RuleContext(self._library, self._windows, drafted.kind or Kind.INCLUSION)
        rule = self._outline(written.rule, context)
        side, true_if = _side(drafted)
        return Card(
            criterion=drafted,
            file_id=written.id,
            side=side,
            side_css=side_css(drafted),
            true_if=true_if,
            words=self._record.words(drafted),
            rule=rule,
            yaml=self._lines.block(where),
            marks=tuple(_mark(mark) for mark in drafted.marks),
            repair=self._repair(drafted, where),
            readings=tuple(self._readings(drafted, context)),
            offers=tuple(self._offers(written, where, context)),
            without_codes=tuple(self._without_codes(drafted)),
            questions=tuple(_questions(drafted)),
            side_edit=self._side_edit(drafted, where),
            is_in_record=self._record.has(drafted),
        )

    def _outline(self, rule: object, context: RuleContext) -> tuple[Branch, ...]:
        node = collect_rule(rule, context, ())
        if node is None:
            return (Branch("(the rule cannot be read: see what lint says)"),)
        says = {name: spec.says for name, spec in context.readings.items()}
        return nested(outline(node, self._library, says))

    def _repair(self, drafted: DraftCriterion, where: Where) -> RepairView | None:
        """A repair that the file holds, or how somebody closes what the record cannot."""
        repair = drafted.repair
        if repair is not None and repair.text is not None:
            edits = settle_proposal(self._lines, (*where, "repair"), "the rule as drafted from the repaired words")
            return RepairView(repair.reads, repair.because, repair.source, True, edits)
        if not drafted.is_damaged:
            return None
        told = (repair.reads, repair.because, repair.source) if repair is not None else ("", "", "")
        return RepairView(*told, False, (close_by_hand(self._lines, where),))

    def _readings(self, drafted: DraftCriterion, context: RuleContext) -> Iterator[ReadingView]:
        for name, because in drafted.draft.readings.items():
            where = (*self._root, "readings", name)
            spec = context.readings.get(name)
            if spec is not None and self._lines.has(where):
                edits = choose_reading(self._lines, where, spec.labels)
                yield ReadingView(name, because, tuple(zip(spec.labels, spec.says, edits, strict=True)))

    def _offers(self, written: Criterion, where: Where, context: RuleContext) -> Iterator[OfferView]:
        for position, offer in enumerate(written.proposals):
            if offer.status is RepairStatus.PROPOSED:
                yield self._offer(offer, (*where, "proposals", position), context)

    def _offer(self, offer: Proposal, where: Where, context: RuleContext) -> OfferView:
        own = RuleContext(context.concepts, context.windows, context.kind)
        edits = settle_proposal(self._lines, where, "this rule")
        return OfferView(offer.by, offer.because, self._outline(offer.rule, own), edits)

    def _without_codes(self, drafted: DraftCriterion) -> Iterator[NamedView]:
        for name, entry in drafted.draft.concepts.items():
            if entry.get("decided_by") != DecidedBy.PERSON and not entry.get("codes"):
                where: Where = ("concepts", name)
                edit = give_codes(self._lines, where) if self._lines.has(where) else None
                yield NamedView(name, str(entry.get("label", name)), str(entry.get("question", "")), edit=edit)

    def _side_edit(self, drafted: DraftCriterion, where: Where) -> Edit | None:
        if drafted.kind is not None:
            return None
        block = self._lines.block(where)
        then = (f"(move lines {block.first} to {block.last} below “exclusion:”)",)
        return Edit("If it keeps out", block.first, then, so_that="else leave it where it is, below “inclusion:”")


def _side(drafted: DraftCriterion) -> tuple[str, str]:
    """The side in words, and what it means that the rule is true."""
    if drafted.is_gate:
        return f"gate of {drafted.draft.arm}", "Opens the gate when"
    if drafted.kind is None:
        return "side not stated", "Taken to let in when"
    is_inclusion = drafted.kind is Kind.INCLUSION
    return drafted.kind.value, "Lets in when" if is_inclusion else "Keeps out when"


def _mark(mark: DamageMark) -> MarkView:
    return MarkView(KIND_WORDS[mark.kind], mark.after, mark.lost, mark.because, mark.is_harmless)


def _questions(drafted: DraftCriterion) -> Iterator[NamedView]:
    for name, entry in drafted.draft.concepts.items():
        if entry.get("decided_by") == DecidedBy.PERSON:
            words, because = str(entry.get("question", "")), str(entry.get("source", ""))
            yield NamedView(name, str(entry.get("label", name)), words, because)


def nested(lines: Sequence[str]) -> tuple[Branch, ...]:
    """The lines of an outline, which tell their depth by indentation, as a tree."""
    told = []
    for line in lines:
        bare = line.lstrip()
        is_item = bare.startswith("- ")
        told.append((len(line) - len(bare) + 2 * is_item, bare.removeprefix("- "), is_item))
    return _branches(told)


def _branches(told: Sequence[tuple[int, str, bool]]) -> tuple[Branch, ...]:
    found: list[Branch] = []
    begin = 0
    while begin < len(told):
        depth, words, is_item = told[begin]
        after = next((n for n in range(begin + 1, len(told)) if told[n][0] <= depth), len(told))
        branch = Branch(words, is_item, _branches(told[begin + 1 : after]))
        if found and found[-1].is_item and not is_item:
            found[-1] = replace(found[-1], parts=(*found[-1].parts, branch))
        else:
            found.append(branch)
        begin = after
    return tuple(found)
