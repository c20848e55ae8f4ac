"""Everything that the finders see in one criterion, and what its rule brings along: the desk it is compiled on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from equipoise.authoring.compiling.clauses import Bracket, find_brackets
from equipoise.authoring.compiling.cues import Stripped, strip_cues
from equipoise.authoring.compiling.lexicon import Entry, Lexicon, TermMention
from equipoise.authoring.compiling.limits import LimitAtoms, Rule
from equipoise.authoring.compiling.naming import Declarations
from equipoise.authoring.compiling.phrasebook import restricted
from equipoise.authoring.freetext.comparisons.comparisons import find_comparisons
from equipoise.authoring.freetext.mentions import AskedMention, ComparisonMention, Direction, TextSpan, WindowMention
from equipoise.authoring.freetext.questions.questions import find_asked
from equipoise.authoring.freetext.windows.windows import find_windows
from equipoise.criteria.truth import Kind
from equipoise.terminology.concepts import Concept, ConceptKind

_DENIAL = re.compile(r"\b(?:not|no|never|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_PRESENT = re.compile(
    r"\s*(?:(?:patients?|subjects?|participants?|individuals?|persons?|people|adults?|those|not|no|women|men)\s+)*"
    r"(?:(?:who|that)\s+)?(?:(?:are|is|be|must\s+be)\s+)?(?:not\s+)?(?P<now>taking|receiving)\b",
    re.IGNORECASE,
)
_IDLE_GAP = re.compile(
    r"[\s:(]*(?:(?:level|levels|value|values|count|is|are|of|was|be|must be|should be)\b[\s:]*)*", re.IGNORECASE
)


@dataclass
class Found:
    """One criterion's text with what was found in it; `limits` and `declared` fill up while it is compiled."""

    text: str
    kind: Kind
    prefix: str
    lexicon: Lexicon
    library: Mapping[str, Concept]
    comparisons: tuple[ComparisonMention, ...] = ()
    windows: tuple[WindowMention, ...] = ()
    terms: tuple[TermMention, ...] = ()
    asked: tuple[AskedMention, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    keeps_anchor: bool = False
    context: frozenset[str] = frozenset()
    limits: LimitAtoms = field(init=False)
    declared: Declarations = field(init=False)

    def __post_init__(self) -> None:
        self.limits = LimitAtoms(self.prefix)
        self.declared = Declarations(self.prefix, self.library)

    def check(self, sentence: str) -> None:
        """Tell the reviewer something, once."""
        if sentence not in self.limits.checks:
            self.limits.checks.append(sentence)

    def words(self, span: TextSpan) -> str:
        """The words of a stretch, with single blanks."""
        return " ".join(self.text[slice(*span)].split())

    def match(self, words: str) -> Entry | None:
        """What the whole of some words names, if value sets know it and it may be used in this record."""
        entry = self.lexicon.match(words)
        return None if entry is not None and not may_use(entry.id, self.context) else entry

    def is_same(self, first: str, second: str) -> bool:
        """Whether two stretches name one thing of the value sets."""
        entry = self.match(first)
        return entry is not None and entry is self.match(second)

    def mentions(self, words: str) -> tuple[TermMention, ...]:
        """Every term in some words that may be used in this record."""
        return tuple(each for each in self.lexicon.find(words) if may_use(each.entry.id, self.context))

    def strip(self, span: TextSpan) -> Stripped:
        """The cues at the front of a stretch; a known term is never taken for one."""
        return strip_cues(self.text, *span, stops=[term.start for term in self.terms])

    def question(self, span: TextSpan, because: str) -> Rule:
        """A stretch put to a person as it is worded."""
        words = self.words(span)
        self.check(f"asked of a person: “{words}” ({because})")
        return {"latest": self.declared.question(words, because), "is": "yes"}

    def reading(self, name: str, because: str, alternatives: Mapping[str, tuple[str, Rule]]) -> Rule:
        """Several live meanings of one sentence, each with what it says; none is chosen."""
        full = f"{self.prefix}-{name}"
        number = 2
        while full in self.limits.readings:
            full, number = f"{self.prefix}-{name}-{number}", number + 1
        self.limits.readings[full] = because
        bodies = {label: {"says": says, "rule": rule} for label, (says, rule) in alternatives.items()}
        return {"reading": full, "alternatives": bodies}

    def any_or_all(self, rules: Sequence[Rule]) -> Rule:
        """The two meanings of “and” among exclusions."""
        alternatives: dict[str, tuple[str, Rule]] = {
            "any": ("any of them excludes", {"any": list(rules)}),
            "all": ("only all of them together exclude", {"all": list(rules)}),
        }
        return self.reading("and", "“and” among exclusions can ask for all of them, or for any", alternatives)

    def all_or_any(self, rules: Sequence[Rule]) -> Rule:
        """The two meanings of “and” in a long list of inclusions."""
        alternatives: dict[str, tuple[str, Rule]] = {
            "all": ("all of them are asked", {"all": list(rules)}),
            "any": ("they are kinds, of which one is enough", {"any": list(rules)}),
        }
        return self.reading("kinds", "“and” in a list can ask for all of them, or name kinds", alternatives)

    @property
    def protected(self) -> list[TextSpan]:
        """Stretches that no cut may go through."""
        spans = [(min(each.subject[0], each.span[0]), max(each.subject[1], each.span[1])) for each in self.comparisons]
        spans += [window.span for window in self.windows]
        spans += [(term.start, term.end) for term in self.terms]
        return spans

    def comparisons_in(self, span: TextSpan) -> tuple[ComparisonMention, ...]:
        return tuple(each for each in self.comparisons if span[0] <= each.span[0] and each.span[1] <= span[1])

    def windows_in(self, span: TextSpan) -> tuple[WindowMention, ...]:
        return tuple(each for each in self.windows if span[0] <= each.span[0] and each.span[1] <= span[1])


def find_all(
    text: str,
    kind: Kind,
    prefix: str,
    lexicon: Lexicon,
    library: Mapping[str, Concept],
    heading: str,
    context: frozenset[str],
) -> Found:
    """Run every finder over one criterion."""
    return Found(
        text,
        kind,
        prefix,
        lexicon,
        library,
        comparisons=find_comparisons(text),
        windows=_with_present(text, find_windows(text)),
        terms=tuple(each for each in lexicon.find(text) if may_use(each.entry.id, context)),
        asked=find_asked(text, heading),
        brackets=find_brackets(text),
        context=context,
    )


def _with_present(text: str, windows: tuple[WindowMention, ...]) -> tuple[WindowMention, ...]:
    """`taking metformin`, `receiving insulin` ask for now, where no other time is named."""
    found = None if windows else _PRESENT.match(text)
    return windows if found is None else (WindowMention(found.span("now"), Direction.NOW),)


def may_use(name: str, context: frozenset[str]) -> bool:
    """Whether a concept may be used in a record that names these concepts."""
    only_with = restricted().get(name)
    return only_with is None or only_with in context


def tightened(mention: ComparisonMention, text: str, terms: Sequence[TermMention]) -> ComparisonMention:
    """
    A comparison without blanks and full stops at its ends, and with the nearest known term as its subject.

    "Uncontrolled diabetes, as defined by fasting glucose > 2 ULN" measures the glucose, whatever stands before it.
    """
    start, end = mention.span
    first, last = mention.subject
    end = start + len(text[start:end].rstrip(" .,;"))
    last = max(first, first + len(text[first:last].rstrip()))
    near = [
        term
        for term in terms
        if term.end <= start and _IDLE_GAP.fullmatch(text, term.end, start) and _is_measured(term)
    ]
    is_known = any(term.start == first and term.end == last for term in terms)
    if near and not is_known:
        first, last = near[-1].start, near[-1].end
    # A denial before the subject is a cue of the sentence; only one inside the comparison is its own.
    is_negated = mention.is_negated and _DENIAL.search(text, start, end) is not None
    is_negated = is_negated or (last <= start and _DENIAL.search(text, last, start) is not None)
    is_same = mention.span == (start, end) and mention.subject == (first, last) and mention.is_negated == is_negated
    return mention if is_same else replace(mention, span=(start, end), subject=(first, last), is_negated=is_negated)


def _is_measured(term: TermMention) -> bool:
    entry = term.entry
    if isinstance(entry, Concept):
        return entry.kind in (ConceptKind.QUANTITY, ConceptKind.CODED)
    return entry.unit is not None
